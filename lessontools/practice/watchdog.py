"""A watchdog: an action and a number of seconds -> its result, or TimeUp, with the kernel still alive."""

from __future__ import annotations

import _thread
import ctypes
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

__all__ = ["TimeUp", "limited"]

T = TypeVar("T")
_ALARMS = hasattr(signal, "setitimer")
_OFTEN = 0.00005
"""Seconds between two alarms once time is up: short, so that one of them falls outside the loop's `try`."""


class TimeUp(BaseException):
    """The time is up; no Exception, so that `except Exception` does not hold it."""


def limited(action: Callable[[], T], seconds: float) -> T:
    """Return what `action()` returns; raise TimeUp once it takes longer than `seconds`.

    The exception is raised again and again until the action gives way, so that a bare `except: pass` within a loop
    only delays it. What it cannot stop is one long call into C that never looks at signals (a huge matrix product, a
    regular expression gone wild), or off the main thread any blocking call (`time.sleep`) and a bare
    `except: pass` around a loop with another one within: that ends by itself or with
    the kernel, which is why grading uses a process. All handlers and timers are put back as they were.
    """
    if threading.current_thread() is threading.main_thread():
        return _by_alarm(action, seconds) if _ALARMS else _by_interrupt(action, seconds)
    return _by_thread(action, seconds)


def _handler(guard: FrameType, started: float, seconds: float, before: Any = None) -> Callable[..., None]:
    def fire(number: int, frame: FrameType | None) -> None:
        if time.monotonic() - started < seconds:  # the learner's own Stop, where both use one signal
            if callable(before):
                before(number, frame)
            return
        if frame is not None and frame is not guard:  # never within our own cleaning up
            raise TimeUp

    return fire


def _by_alarm(action: Callable[[], T], seconds: float) -> T:
    started = time.monotonic()
    before = signal.getsignal(signal.SIGALRM)
    signal.signal(signal.SIGALRM, _handler(sys._getframe(), started, seconds * 0.999))
    left, every = signal.setitimer(signal.ITIMER_REAL, seconds, _OFTEN)
    try:
        return _call(action)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before if before is not None else signal.SIG_DFL)
        if left:  # somebody's timer was running (a test's own limit, say): it goes on, less what was used
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - started), 0.001), every)


def _call(action: Callable[[], T]) -> T:
    return action()


def _by_interrupt(action: Callable[[], T], seconds: float) -> T:
    """Do the same where there are no alarms (Windows): a thread sends the interrupt that the Stop button sends."""
    started, done, lock = time.monotonic(), threading.Event(), threading.Lock()
    over: list[bool] = []
    before = signal.getsignal(signal.SIGINT)
    stop = _handler(sys._getframe(), started, seconds * 0.999, before)

    def fire(number: int, frame: FrameType | None) -> None:
        if not over:
            stop(number, frame)

    def bite() -> None:
        with lock:
            if not done.is_set():
                _thread.interrupt_main()

    signal.signal(signal.SIGINT, fire)
    _ticker(done, seconds, bite)
    try:
        return _call(action)
    finally:
        over.append(True)  # from here on a late interrupt raises nothing, neither below nor in whoever called us
        with lock:
            done.set()
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)  # looks at pending ones first


def _by_thread(action: Callable[[], T], seconds: float) -> T:
    """Do the same off the main thread, where no signal arrives: the exception is set from another thread."""
    me, done, lock = threading.get_ident(), threading.Event(), threading.Lock()
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def bite() -> None:
        with lock:
            if not done.is_set():
                raise_in(ctypes.c_ulong(me), ctypes.py_object(TimeUp))

    _ticker(done, seconds, bite)
    try:
        return _call(action)
    finally:
        while not done.is_set():
            try:
                with lock:
                    done.set()
                    raise_in(ctypes.c_ulong(me), None)  # one that is on its way is called back
            except TimeUp:
                continue


def _ticker(done: threading.Event, seconds: float, bite: Callable[[], None]) -> None:
    def tick() -> None:
        if done.wait(seconds):
            return
        before = sys.getswitchinterval()
        sys.setswitchinterval(0.0001)  # or the loop would hold the interpreter for 5 ms between two bites
        try:
            while not done.wait(_OFTEN):
                bite()
        finally:
            sys.setswitchinterval(before)

    threading.Thread(target=tick, name="lessontools-watchdog", daemon=True).start()
