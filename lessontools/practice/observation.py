"""An observation: a source or a function, run on drawn inputs -> what came of it, as plain JSON data.

    {"status": "ok", "calls": {...}}                    every call that the exercise shows, see `value.plain`
    {"status": "crashed", "error", "message", "line", "text", "returned"}
    {"status": "timeout", "seconds", "line", "text"}
    {"status": "blank" | "missing"}                     the stub as it was; no such function
    {"status": "unreadable", "message"}
"printed" holds the first of what was printed, where there was something.
"""

from __future__ import annotations

import functools
import io
import json
import linecache
import re
import sys
import sysconfig
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from lessontools.errors import CourseError
from lessontools.practice.exercise import Exercise, plain, untouched
from lessontools.practice.value import describe
from lessontools.practice.watchdog import TimeUp, limited

__all__ = ["drawn", "expected", "mistaken", "observe_built", "observe_function", "observe_source"]

_PRINTED = 2000
_OURS = str(Path(__file__).resolve().parents[1])


class _Short(io.StringIO):
    """Keeps the first characters that are printed and drops the rest, however much it is."""

    def write(self, text: str) -> int:
        if (room := _PRINTED - self.tell()) > 0:
            super().write(text[:room])
        return len(text)


def drawn(exercise: Exercise, seed: int) -> dict[str, Any]:
    """Return the exercise's inputs for a seed, fresh at each call; raise CourseError if they are not JSON."""
    try:
        with _seeded(seed):
            inputs = exercise.draw(seed)
        text = json.dumps(inputs, allow_nan=False)
    except Exception as error:
        raise CourseError(
            f"exercise '{exercise.id}': draw({seed}) does not give plain JSON ({type(error).__name__}: {error}); "
            "return a dict of numbers, texts, lists and dicts (tensors are made in observe)"
        ) from error
    if not isinstance(inputs, dict) or json.loads(text) != inputs:
        raise CourseError(
            f"exercise '{exercise.id}': draw({seed}) must give a dict that JSON keeps as it is (lists, not tuples; "
            "texts as keys)"
        )
    return dict(json.loads(text))


def expected(exercise: Exercise, seed: int) -> dict[str, Any]:
    """Return what the reference solution gives for a seed."""
    return observe_source(exercise, exercise.reference, seed, name="solution")


def mistaken(exercise: Exercise, seed: int) -> dict[str, dict[str, Any]]:
    """Return what each known mistake gives for a seed."""
    return {
        name: observe_source(exercise, mistake.source, seed, name=f"mistake {name}")
        for name, mistake in exercise.mistakes.items()
    }


def observe_source(
    exercise: Exercise,
    source: str,
    seed: int,
    inputs: dict[str, Any] | None = None,
    name: str = "answer",
    even_stub: bool = False,
) -> dict[str, Any]:
    """Run a source in a namespace of its own and return what its function gives for a seed (or for given inputs).

    As in a lesson's first cell, `torch`, `nn` and `F` are there. An untouched stub is told without a run, unless
    `even_stub` asks for one.
    """
    if not even_stub and untouched(exercise, source):
        return {"status": "blank"}
    file = f"<{exercise.id}: {name}>"
    space: dict[str, Any] = {"__name__": "__main__", **_prelude()}

    def build() -> Any:
        exec(compile(source, file, "exec"), space)
        return space.get(exercise.function)

    # inspect.getsource and tracebacks find the source by this name
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    return observe_built(exercise, build, seed, inputs, file)


def observe_function(
    exercise: Exercise,
    function: Any,
    seed: int,
    inputs: dict[str, Any] | None = None,
    source: str | None = None,
) -> dict[str, Any]:
    """Return what a function of the learner's gives for a seed; its source, if known, tells an untouched stub."""
    if function is None:
        return {"status": "missing"}
    if source is not None and untouched(exercise, source):
        return {"status": "blank"}
    if not callable(function):
        return {"status": "unreadable", "message": f"`{exercise.function}` is no function; define it with `def`."}
    home = getattr(getattr(function, "__code__", None), "co_filename", "")
    return observe_built(exercise, lambda: function, seed, inputs, home)


@lru_cache(maxsize=1)
def _first_optimizer() -> None:
    """Make one optimizer before any clock runs: a process's first takes seconds, as torch imports much for it."""
    import torch

    torch.optim.SGD([torch.zeros(1, requires_grad=True)])


def _prelude() -> dict[str, Any]:
    import torch

    return {"torch": torch, "nn": torch.nn, "F": torch.nn.functional}


def observe_built(
    exercise: Exercise, build: Callable[[], Any], seed: int, inputs: dict[str, Any] | None, home: str
) -> dict[str, Any]:
    """Return what the function that `build` gives (or raises) does for a seed; its code is that of the file `home`."""
    inputs = drawn(exercise, seed) if inputs is None else json.loads(json.dumps(inputs))
    if any("optim" in text for text in (exercise.stub, *exercise.solutions.values())):
        _first_optimizer()
    returned: list[str] = []
    short = _Short()

    def run() -> dict[str, Any]:
        function = build()
        if function is None:
            return {"status": "missing"}
        if not callable(function):
            return {"status": "unreadable", "message": f"`{exercise.function}` is no function; define it with `def`."}
        found = exercise.observe(_watched(function, returned), inputs)
        if type(found) is not dict or not all(type(call) is str for call in found):
            return {"status": "unreadable", "message": "observe() must return a dict of texts and values."}
        return {"status": "ok", "calls": {call: plain(value) for call, value in found.items()}}

    with _seeded(seed), redirect_stdout(short), redirect_stderr(short), warnings.catch_warnings():
        try:
            seen = limited(run, exercise.seconds)
        except TimeUp as error:
            seen = {"status": "timeout", "seconds": exercise.seconds, **_place(exercise, error, home)}
        except KeyboardInterrupt:  # the learner's own Stop
            raise
        except BaseException as error:  # SystemExit and what learners derive from BaseException are answers too
            seen = _crashed(exercise, error, returned, home)
    if printed := short.getvalue():
        seen["printed"] = printed
    return seen


def _watched(function: Any, returned: list[str]) -> Any:
    """Remember what kind of thing the learner's function returned last, to tell its slips from ours."""
    if not isinstance(function, types.FunctionType):
        return function

    @functools.wraps(function)
    def watched(*args: Any, **kwargs: Any) -> Any:
        returned.clear()
        value = function(*args, **kwargs)
        returned.append(describe(plain(value)))
        return value

    return watched


def _crashed(exercise: Exercise, error: BaseException, returned: list[str], home: str) -> dict[str, Any]:
    try:
        message = str(error)[:600]
    except Exception:  # an exception of the learner's own may not even print
        message = ""
    # addresses differ from run to run, and would keep one crash from being known as another
    seen = {"status": "crashed", "error": type(error).__name__, "message": re.sub(r"0x[0-9a-f]{6,}", "0x...", message)}
    place = _place(exercise, error, home)
    if not place and returned:
        seen["returned"] = returned[-1]
    return seen | place


def _place(exercise: Exercise, error: BaseException, home: str) -> dict[str, Any]:
    """Return the last line of the learner's own on the way to the error, and its text."""
    if isinstance(error, SyntaxError) and error.lineno:
        return {"line": error.lineno, "text": (error.text or "").strip()[:200]}
    observer = getattr(exercise.observe, "__code__", None)
    foreign = {getattr(observer, "co_filename", "")} - {home}  # observe's helpers, unless all is in one file
    place: dict[str, Any] = {}
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code is observer:
            place = {}  # whatever came before is not the learner's
        elif code.co_filename not in foreign and not code.co_filename.startswith((_OURS, *_libraries(), "<frozen")):
            line = trace.tb_lineno or code.co_firstlineno  # a jump back to a loop's head has no line of its own
            place = {"line": line, "text": linecache.getline(code.co_filename, line).strip()[:200]}
        trace = trace.tb_next
    return place


@functools.lru_cache(maxsize=1)
def _libraries() -> tuple[str, ...]:
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    return tuple({path for name in names if (path := sysconfig.get_paths().get(name))})


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed all randomness, and put back afterwards what a run may have changed in the learner's kernel."""
    import random

    import numpy
    import torch

    before = random.getstate(), numpy.random.get_state(), torch.get_rng_state()
    grad, dtype, threads = torch.is_grad_enabled(), torch.get_default_dtype(), sys.getrecursionlimit()
    random.seed(seed)
    numpy.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    torch.set_grad_enabled(True)
    try:
        yield
    finally:
        random.setstate(before[0])
        numpy.random.set_state(before[1])
        torch.set_rng_state(before[2])
        torch.set_grad_enabled(grad)
        torch.set_default_dtype(dtype)
        with suppress(RecursionError):
            sys.setrecursionlimit(threads)
