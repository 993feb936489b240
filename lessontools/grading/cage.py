"""The cage: a process behind namespaces that runs hand-ins' code; the judge's end of it.

Nothing of the course is in the cage, only Python, its libraries and this package: a child knows what it is sent.
Needs Linux and bubblewrap; `trusted=True` does without, for hand-ins of honest people.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from lessontools.grading.wall import ENV, GradingError, command
from lessontools.grading.wire import Broken, read_frame, write_frame

__all__ = ["START", "Cage", "Child", "Ended", "Limits"]

START = 120  # seconds that loading torch may take on a busy machine


@dataclass(frozen=True)
class Limits:
    """What one hand-in's process may use: seconds of wall clock and of CPU, megabytes of memory and of files."""

    seconds: float = 30
    cpu: float = 30
    memory: int = 1500
    disk: int = 64


@dataclass(frozen=True)
class Ended:
    """How a child ended: "exit", "signal" or "late", with its exit code or signal, CPU seconds and peak kilobytes."""

    end: str
    code: int
    cpu: float = 0.0
    peak: int = 0
    seconds: float = 0.0


class Cage:
    """A cage with a process in it that has torch loaded; `child` runs one hand-in. Use it in a `with` block.

    `trusted` does without the wall; where no loaded process can be forked (`spawns`), each child is then a fresh one.
    """

    def __init__(self, limits: Limits | None = None, trusted: bool = False, spawns: bool | None = None) -> None:
        self.limits, self.trusted = limits or Limits(), trusted
        self.spawns = trusted and (not hasattr(os, "pidfd_open") if spawns is None else spawns)
        self.version = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def __enter__(self) -> Cage:
        if not self.spawns:
            self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        words = [] if self.trusted else command(self.limits.disk)
        words += [sys.executable, "-I", "-m", "lessontools.grading.zygote", str(theirs.fileno())]
        env = None if not self.trusted else {**os.environ, **ENV, "HOME": os.environ.get("HOME", "/")}
        with theirs:
            self._process = subprocess.Popen(
                words,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=env,
                cwd="/",
                start_new_session=True,
            )
        self._control = ours
        ours.settimeout(START)
        try:
            hello = ours.recv(4096)
        except TimeoutError:
            hello = b""
        if not hello:
            said = self._said()
            self.stop()
            raise GradingError(
                f"the sandbox does not start here:\n{said}\nSee 'lessontools grade --help', or its manual."
            )
        self.version = json.loads(hello)["torch"]

    def _said(self) -> str:
        process = self._process
        if process is None or process.stderr is None:
            return ""
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
        process.kill()
        return process.stderr.read()[-1500:].decode(errors="replace").strip()

    def stop(self) -> None:
        """End the cage and all that runs in it."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            if self._process.stderr is not None:
                self._process.stderr.close()
            self._process = None

    @contextmanager
    def child(self) -> Iterator[Child]:
        """Fork a child; on leaving the block it is over, and `ended` says how."""
        if self.spawns:
            from lessontools.grading.alone import alone

            with alone(self.limits) as fresh:
                yield fresh
            return
        control = self._control
        if control is None:
            raise GradingError("the sandbox is closed")
        there, sends = os.pipe()
        reads, back = os.pipe()
        limits = {"seconds": self.limits.seconds, "cpu": self.limits.cpu, "memory": self.limits.memory}
        socket.send_fds(control, [json.dumps(limits).encode()], [there, back])
        os.close(there)
        os.close(back)
        found = Child(sends, reads, self.limits.seconds)
        try:
            yield found
        finally:
            with suppress(Broken):
                write_frame(sends, None)
            os.close(sends)
            os.close(reads)
            found.ended = self._ended(control)

    def _ended(self, control: socket.socket) -> Ended:
        control.settimeout(self.limits.seconds + 30)
        try:
            message = control.recv(4096)
        except (TimeoutError, OSError):
            message = b""
        if not message:  # the zygote itself is gone: a new one serves the next hand-in
            self.stop()
            self._start()
            return Ended("signal", 0)
        return Ended(**json.loads(message))


class Child:
    """One child, as the judge sees it: frames go in and come out; `ended` is set once it is over."""

    def __init__(self, sends: int, reads: int, seconds: float) -> None:
        self._sends, self._reads, self._seconds = sends, reads, seconds
        self.ended: Ended | None = None

    def ask(self, data: Any) -> Any:
        """Send a frame and return the answer; raise Broken if none comes, or not a sound one."""
        write_frame(self._sends, data)
        return read_frame(self._reads, self._seconds + 5)
