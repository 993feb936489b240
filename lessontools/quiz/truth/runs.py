"""Runs: snippets of Python -> what became of each, all in one child process, so that none can hang the checker."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Run", "Seen", "run_all"]

STARTUP = 180.0  # seconds that the child may take to import torch on a slow disk


@dataclass(frozen=True, slots=True)
class Run:
    """A snippet to run in a fresh namespace that holds `names` (plain JSON), with all random seeds at 0.

    Once a run was stopped, the others of its `group` are not tried.
    """

    source: str
    group: str = ""
    names: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of a run: `error` is "" if it passed, `line` its line in the snippet; `hung` if it was stopped."""

    error: str = ""
    line: int = 0
    hung: bool = False
    skipped: bool = False


_CHILD = r"""
import contextlib, io, json, os, random, sys, traceback, warnings
out = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
runs = json.loads(sys.stdin.buffer.read())
sys.stdin = io.StringIO()
torch = None
if any("torch" in run["source"] for run in runs):
    import torch
    torch.set_num_threads(1)
    # the first optimizer loads much of torch: that is start-up, not the snippet's time
    torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1).step()
def tell(value):
    out.write(json.dumps(value) + "\n")
    out.flush()
def one(run):
    random.seed(0)
    if torch is not None:
        torch.manual_seed(0)
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)
        torch.autograd.set_detect_anomaly(False)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)
    space = {"__name__": "__proof__", **run["names"]}
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            exec(compile(run["source"], "<snippet>", "exec"), space)
    except BaseException as error:
        frames = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == "<snippet>"]
        line = frames[0] if frames else getattr(error, "lineno", 0) or 0
        rows = run["source"].splitlines()
        said = str(error) or (rows[line - 1].strip() if 0 < line <= len(rows) else "")
        return {"error": (type(error).__name__ + ": " + said)[:400], "line": line}
    return {"error": "", "line": 0}
tell("ready")
for run in runs:
    tell(one(run))
out.flush()
os._exit(0)
"""


def run_all(runs: Sequence[Run], seconds: float = 20.0) -> list[Seen]:
    """Return what became of each run; one that takes longer than `seconds`, or kills its process, is stopped alone."""
    found: dict[int, Seen] = {}
    left = list(range(len(runs)))
    while left:
        batch = _batch([runs[place] for place in left], seconds)
        found |= dict(zip(left, batch, strict=False))
        last, left = left[len(batch) - 1], left[len(batch) :]
        if found[last].hung and runs[last].group:
            mute = [place for place in left if runs[place].group == runs[last].group]
            found |= dict.fromkeys(mute, Seen("not tried", skipped=True))
            left = [place for place in left if place not in mute]
    return [found[place] for place in range(len(runs))]


def _batch(runs: Sequence[Run], seconds: float) -> list[Seen]:
    """Return what became of the runs up to and including the first that had to be stopped."""
    found: list[Seen] = []
    with tempfile.TemporaryDirectory() as folder:
        child = subprocess.Popen(
            [sys.executable, "-c", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONHASHSEED": "0"},
        )
        lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=_talk, args=(child, runs, lines), daemon=True).start()
        try:
            if _next(lines, STARTUP) != "ready":
                return [Seen("the process that runs code did not start", hung=True)]
            while len(found) < len(runs):
                told = _next(lines, seconds)
                if told is None:
                    return [*found, Seen(f"stopped after {seconds:g} seconds", hung=True)]
                if not told:
                    return [*found, Seen("it ended its own process", hung=True)]
                found.append(Seen(str(told["error"]), int(told["line"])))
        finally:
            child.kill()
            child.wait()
    return found


def _talk(child: subprocess.Popen[bytes], runs: Sequence[Run], lines: queue.Queue[bytes]) -> None:
    assert child.stdin and child.stdout
    try:
        child.stdin.write(json.dumps([{"source": r.source, "names": dict(r.names)} for r in runs]).encode())
        child.stdin.close()
        for line in child.stdout:
            lines.put(line)
    except (OSError, ValueError):
        pass  # the child was stopped, or has ended: the empty line says so
    lines.put(b"")


def _next(lines: queue.Queue[bytes], seconds: float) -> Any:
    """Return what the child tells next, "" at its end, None if it tells nothing in time."""
    try:
        line = lines.get(timeout=seconds)
    except queue.Empty:
        return None
    return json.loads(line) if line.strip() else ""
