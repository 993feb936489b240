"""Blocks of our own work inside the learner's loop: unseen, harmless when they fail, and whole when interrupted."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import torch

__all__ = ["Quiet", "Safe", "uninterrupted"]

_modes, _grads_on, _set_grads = torch._C._len_torch_function_stack, torch.is_grad_enabled, torch._C._set_grad_enabled


class Quiet:
    """A context manager that one recorder enters over and over; nested entries cost next to nothing.

    An interrupt may come at any call: whatever it cuts short, gradients and function modes are as they were.
    """

    __slots__ = ("entered", "grads", "guard", "recorder", "was")

    def __init__(self, recorder: Any) -> None:
        self.recorder, self.guard = recorder, torch._C.DisableTorchFunction()
        self.entered, self.grads, self.was = 0, True, False

    def __enter__(self) -> None:
        if self.entered:
            self.entered += 1
            return
        grads = _grads_on()
        self.was, self.grads, self.entered = self.recorder.busy, grads, 1
        self.recorder.busy = True
        try:
            self.guard.__enter__()
            _set_grads(False)
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, back: TracebackType | None
    ) -> None:
        if self.entered > 1:
            self.entered -= 1
        else:
            self.end()

    def end(self) -> None:
        """Put everything back, however often this was entered."""
        self.recorder.busy = self.was
        try:
            _set_grads(self.grads)
        finally:
            self.guard.__exit__(None, None, None)
        self.entered = 0  # last: what was cut short before is done again when the watch ends


class Safe:
    """Keeps trouble in the recorder from reaching the learner's loop: it is counted, and named in the trace.

    Where a function mode would see what we do, the block is quiet too.
    """

    __slots__ = ("quiet", "trace")

    def __init__(self, recorder: Any) -> None:
        self.quiet, self.trace = recorder.quiet(), recorder.trace

    def __enter__(self) -> None:
        if _modes():
            self.quiet.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, back: TracebackType | None
    ) -> bool:
        if self.quiet.entered:
            self.quiet.end()
        if isinstance(error, Exception):
            self.trace.trouble(error)
            return True
        return False


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let an interrupt (Ctrl-C, or the notebook's stop button) wait until the block is done."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    late: list[Any] = []
    signal.signal(signal.SIGINT, lambda *given: late.append(given))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if late:
            before(*late[0])
