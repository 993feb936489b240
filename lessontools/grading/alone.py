"""Alone: a fresh Python process for one hand-in, on systems that cannot fork a loaded one. It isolates nothing.

Started as `python -I -m lessontools.grading.alone`; frames go through its standard input and output.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from lessontools.grading.cage import START, Child, Ended, Limits
from lessontools.grading.wall import ENV
from lessontools.grading.wire import Broken, write_frame

__all__ = ["alone", "main"]


@contextmanager
def alone(limits: Limits) -> Iterator[Child]:
    """Start a process for honest people's code, with all the rights of whoever grades; on leaving it is over."""
    env = {**os.environ, **{name: value for name, value in ENV.items() if name not in ("HOME", "PATH")}}
    words = [sys.executable, "-I", "-m", "lessontools.grading.alone"]
    started = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env, cwd=folder
        )
        assert process.stdin is not None and process.stdout is not None
        killer = threading.Timer(limits.seconds + START, process.kill)  # where pipes cannot be waited for, this ends it
        killer.start()
        found = Child(process.stdin.fileno(), process.stdout.fileno(), limits.seconds + START)
        try:
            yield found
        finally:
            with suppress(Broken):
                write_frame(process.stdin.fileno(), None)
            with suppress(OSError):
                process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
            process.kill()
            code = process.wait()
            killer.cancel()
            process.stdout.close()
            end = "signal" if code < 0 else "exit"
            found.ended = Ended(end, abs(code), seconds=round(time.monotonic() - started, 4))


def main() -> None:
    """Serve one hand-in; what it prints goes nowhere, so that it is not taken for a frame."""
    sink = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    import torch

    from lessontools.grading.child import serve

    torch.set_num_threads(1)
    serve(0, sink)


if __name__ == "__main__":
    main()
