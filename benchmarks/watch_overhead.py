"""What watching a loop costs, as a ratio to the bare loop: ours at each level, and torch's own and others' tools.

Blocks of steps take turns, one of each kind after another in one process, so that a busy moment hits all alike; of a
kind's blocks the 20th percentile counts. `--peers PYTHON` names another environment in which torchlens is installed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from time import perf_counter
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
SHARE, WARM = 0.2, 3
Step = Callable[[int], None]


def models() -> dict[str, tuple[Any, tuple[int, ...], int, int]]:
    """Return the models by name: how to make one, a row's shape, the number of classes, and steps to a block."""
    from torch import nn

    def small() -> nn.Module:
        return nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))

    def middle() -> nn.Module:
        return nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))

    def convolutions() -> nn.Module:
        first = (nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        second = (nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        return nn.Sequential(*first, *second, nn.Flatten(), nn.Linear(32 * 7 * 7, 10))

    return {
        "MLP 3-8-1": (small, (3,), 1, 250),
        "MLP 64-128-10": (middle, (64,), 10, 250),
        "CNN 28x28": (convolutions, (1, 28, 28), 10, 25),
    }


def step_of(make: Any, shape: tuple[int, ...], classes: int, optimizer: str) -> tuple[Any, Step]:
    """Return a model and a function that takes one step of an ordinary loop with it, batch 32."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    model, batches = make(), [torch.randn(32, *shape) for _ in range(8)]
    loss_fn: Any = nn.CrossEntropyLoss() if classes > 1 else nn.MSELoss()
    targets = [torch.randint(classes, (32,)) if classes > 1 else torch.randn(32, 1) for _ in batches]
    opt = getattr(torch.optim, optimizer)(model.parameters(), lr=0.001)

    def step(number: int) -> None:
        x, y = batches[number % 8], targets[number % 8]
        opt.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        opt.step()

    return model, step


@contextmanager
def anomalies() -> Iterator[None]:
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that it is slow
        with torch.autograd.detect_anomaly():
            yield


def kinds() -> dict[str, tuple[Callable[[], AbstractContextManager[Any]], int]]:
    """Return what to put around a block of steps, by name, and by how much to shorten the blocks of slow ones."""
    import torch

    from lessontools.loop.watch import watch

    found: dict[str, tuple[Callable[[], AbstractContextManager[Any]], int]] = {
        "bare": (nullcontext, 1),
        "cruise": (lambda: watch("cruise"), 1),
        "auto": (watch, 1),
        "close": (lambda: watch("close"), 1),
        "detect_anomaly": (anomalies, 1),
        "torch.profiler": (lambda: torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]), 5),
    }
    try:
        from torch.utils._debug_mode import DebugMode
    except ImportError:
        print("no DebugMode in this torch: left out")
    else:
        found["DebugMode"] = (DebugMode, 5)
    return found


def block(step: Step, around: AbstractContextManager[Any], steps: int, warm: int) -> float:
    """Return the seconds that a step takes, in a block of steps; what entering and leaving takes is not counted."""
    with around:
        for number in range(warm):
            step(number)
        start = perf_counter()
        for number in range(steps):
            step(number)
        taken = perf_counter() - start
    return taken / steps


def measured(name: str, optimizer: str, rounds: int, only: list[str]) -> list[dict[str, Any]]:
    """Return a row for each kind, for one model and optimizer."""
    from benchmarks.report import percentile

    make, shape, classes, steps = models()[name]
    _, step = step_of(make, shape, classes, optimizer)
    chosen = {kind: each for kind, each in kinds().items() if not only or kind in {"bare", *only}}
    seen: dict[str, list[float]] = {kind: [] for kind in chosen}
    for number in range(rounds + 1):
        for kind, (around, shorter) in chosen.items():
            warm = 0 if kind == "auto" else WARM  # auto's close looks at the first steps are a part of its price
            taken = block(step, around(), max(5, steps // shorter), warm)
            if number:  # the first round warms up
                seen[kind].append(taken)
    bare = percentile(seen["bare"], SHARE)
    return [
        {
            "model": name,
            "optimizer": optimizer,
            "watched by": kind,
            "us a step": round(percentile(taken, SHARE) * 1e6, 1),
            "ratio to bare": round(percentile(taken, SHARE) / bare, 2),
        }
        for kind, taken in seen.items()
    ]


def torchlens_row(name: str, rounds: int) -> dict[str, Any]:
    """Return torchlens' row, for a forward pass alone: it does not follow a training step."""
    import torch
    import torchlens

    from benchmarks.report import percentile

    make, shape, classes, _ = models()[name]
    model, _ = step_of(make, shape, classes, "SGD")
    batch = torch.randn(32, *shape)
    seen: dict[str, list[float]] = {"bare": [], "seen": []}
    for number in range(rounds + 1):
        start = perf_counter()
        for _ in range(50):
            model(batch)
        bare = (perf_counter() - start) / 50
        start = perf_counter()
        torchlens.trace(model, batch)
        taken = perf_counter() - start
        if number:
            seen["bare"].append(bare)
            seen["seen"].append(taken)
    mine = percentile(seen["seen"], SHARE)
    return {
        "model": name,
        "optimizer": "none: a forward pass alone",
        "watched by": f"torchlens {torchlens.__version__}",
        "us a step": round(mine * 1e6, 1),
        "ratio to bare": round(mine / percentile(seen["bare"], SHARE), 2),
    }


def torchlens_rows(python: str, rounds: int) -> list[dict[str, Any]]:
    """Return torchlens' rows, measured by that Python, or none and say why."""
    rows = f"[w.torchlens_row(name, {rounds}) for name in w.models()]"
    code = f"import json; from benchmarks import watch_overhead as w; print('rows', json.dumps({rows}))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[1])
    line = next((each for each in done.stdout.splitlines() if each.startswith("rows ")), "")
    if not line:
        said = done.stderr.strip().splitlines()
        print(f"torchlens left out: {said[-1] if said else 'it said nothing'}")
    return json.loads(line.removeprefix("rows ")) if line else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="blocks of each kind (default 40)")
    parser.add_argument("--peers", default=sys.executable, help="a Python in which torchlens is installed")
    parser.add_argument("--only", nargs="*", default=[], help="only these kinds, and the result is not written")
    parser.add_argument("--models", nargs="*", default=[], help="only these models")
    options = parser.parse_args()
    chosen = [name for name in models() if not options.models or name in options.models]
    rows = [r for name in chosen for o in ("SGD", "Adam") for r in measured(name, o, options.rounds, options.only)]
    if options.only or options.models:
        for row in rows:
            print(*row.values(), sep="  ")
        return
    from benchmarks.report import report

    report("watch_overhead", rows + torchlens_rows(options.peers, 5), rounds=options.rounds, percentile=SHARE, batch=32)


if __name__ == "__main__":
    main()
