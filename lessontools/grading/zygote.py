"""The zygote: a process in the cage that has torch loaded, and forks a child for each task; it never reads a hand-in.

Started as `python -I -m lessontools.grading.zygote FD`. On the control socket each task is one message, JSON limits
with the ends of two pipes attached; the answer says how the child ended. The child reads and writes the pipes itself.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import re
import select
import shutil
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

__all__ = ["main"]

_PR_SET_DUMPABLE = 4
_SLOW = 100.0  # seconds that torch's first optimizer may take on a busy machine
_MADV_COLLAPSE, _HUGE = 25, 2 << 20
_REGION = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw-p \S+ 00:00 0 *(?:\[heap\])?$")
_LIBRARIES = ["numpy", "matplotlib.pyplot", "torch.nn.functional", "torch.utils.data"]
_LIBRARIES += [
    f"sklearn.{each}" for each in ("datasets", "linear_model", "metrics", "model_selection", "preprocessing")
]


def preload() -> str:
    """Import all that a hand-in may want, run a training step, and return torch's version."""
    import torch

    for name in _LIBRARIES:  # loaded here once, for all children
        with suppress(ImportError):
            importlib.import_module(name)

    import lessontools.grading.child  # noqa: F401  # the same

    torch.set_num_threads(1)
    _warm()
    if (count := threading.active_count()) != 1:
        raise RuntimeError(f"{count} threads before a fork; children would hang")
    return str(torch.__version__)


def _warm() -> None:
    """Do once what children do: the first call of a function of torch takes milliseconds, of an optimizer seconds."""
    import torch

    from lessontools.practice.observation import observe_built

    def observe(_function: Any, _inputs: Any) -> dict[str, Any]:
        X, y = torch.tensor([[0.5, -1.0], [1.0, 2.0]]), torch.tensor([0, 1])
        model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
        for make in (torch.optim.SGD, torch.optim.Adam):
            optimizer = make(model.parameters(), lr=0.1)
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(X), y) + torch.nn.functional.mse_loss(model(X), X)
            loss.backward()  # type: ignore[no-untyped-call]  # torch's own signature
            optimizer.step()
        found = torch.softmax(model(X).detach(), dim=1).argmax(dim=1)
        return {"weights": model[0].weight, "right": (found == y).float().mean().item(), "loss": loss}

    about = {"id": "warm", "function": "warm", "stub": "", "solutions": {}, "seconds": _SLOW}
    shape: Any = SimpleNamespace(**about, observe=observe)
    if (seen := observe_built(shape, lambda: _warm, 0, {}, "<warm>"))["status"] != "ok":
        raise RuntimeError(f"torch does not work here: {seen}")


def _collapse() -> None:
    """Have the kernel keep this process's memory in huge pages: a fork copies far fewer entries of its page table.

    From Linux 6.1 on; elsewhere, and where a region cannot be collapsed, nothing changes.
    """
    library = ctypes.CDLL(None)
    with open("/proc/self/maps", encoding="ascii") as file:
        regions = [_REGION.match(line) for line in file]
    for region in filter(None, regions):
        start, end = (int(word, 16) for word in region.groups())
        if end - start >= _HUGE:
            library.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_COLLAPSE)


def main() -> None:
    """Serve tasks until the control socket closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    version = preload()
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)  # a child cannot trace or read this process
    gc.collect()
    gc.freeze()
    _collapse()
    control.send(json.dumps({"torch": version, "pid": os.getpid()}).encode())
    while True:
        message, handles, _, _ = socket.recv_fds(control, 4096, 2)
        if not message:
            return
        answer = _task(control, json.loads(message), handles)
        control.send(json.dumps(answer).encode())


def _task(control: socket.socket, limits: dict[str, Any], handles: list[int]) -> dict[str, Any]:
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _child(control, limits, handles)
    for handle in handles:
        os.close(handle)
    ended = _wait(pid, limits["seconds"])
    _sweep()
    return ended | {"seconds": round(time.monotonic() - started, 4)}


def _child(control: socket.socket, limits: dict[str, Any], handles: list[int]) -> None:
    """Never returns: whatever a hand-in does, no frame of the zygote's own runs again in its process."""
    code = 70
    try:
        control.close()
        from lessontools.grading.child import limit, serve

        os.chdir("/tmp")  # the cage's own, empty, wiped after each child
        limit(limits["cpu"], limits["memory"])
        serve(*handles)
        code = 0
    except BaseException:
        code = 71
    finally:
        os._exit(code)


def _wait(pid: int, seconds: float) -> dict[str, Any]:
    """Wait for the child, kill it when its time is up, and everything that it has left running."""
    handle = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    late = not poll.poll(seconds * 1000)
    os.close(handle)
    if os.getpid() == 1:  # in the cage: all but this process belongs to the hand-in
        with suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
    elif late:
        os.kill(pid, signal.SIGKILL)
    _, status, used = os.wait4(pid, 0)
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    end = "late" if late else "signal" if os.WIFSIGNALED(status) else "exit"
    code = os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    cpu = round(used.ru_utime + used.ru_stime, 4)
    return {"end": end, "code": code, "cpu": cpu, "peak": used.ru_maxrss}


def _sweep() -> None:
    """Empty the folders that a child could write to."""
    if os.getpid() != 1:
        return
    bound = {Path(sys.prefix), Path(sys.base_prefix), Path(__file__).resolve().parents[1]}  # may lie below /tmp
    for folder in ("/tmp", "/dev/shm"):  # the cage's own
        _empty(Path(folder), bound)


def _empty(folder: Path, bound: set[Path]) -> None:
    """Remove all in a folder but the read-only folders that were bound into it."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path in bound:
            continue
        if any(path in each.parents for each in bound):
            _empty(path, bound)
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()


if __name__ == "__main__":
    main()
