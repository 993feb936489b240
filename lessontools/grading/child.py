"""A child of the cage: a hand-in's sources -> run, then observed on inputs that come afterwards; all as plain data."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import StringIO
from types import SimpleNamespace
from typing import Any

from lessontools import __all__ as learners_names
from lessontools.errors import LessonError
from lessontools.grading.wire import read_frame, write_frame
from lessontools.practice.observation import drawn, observe_built
from lessontools.practice.watchdog import TimeUp, limited

__all__ = ["limit", "serve"]

MEGABYTE = 1 << 20


def limit(cpu: float, memory: int) -> None:
    """Set this process's limits: CPU seconds, and megabytes beyond what it holds already (Linux)."""
    import resource

    held = _address_space() * resource.getpagesize() + memory * MEGABYTE
    soft = int(cpu) + 1
    for what, value in (
        (resource.RLIMIT_CPU, (soft, soft + 1)),
        (resource.RLIMIT_AS, (held, held)),
        (resource.RLIMIT_FSIZE, (16 * MEGABYTE, 16 * MEGABYTE)),
        (resource.RLIMIT_NOFILE, (64, 64)),
        (resource.RLIMIT_NPROC, (1, 1)),
        (resource.RLIMIT_STACK, (8 * MEGABYTE, 8 * MEGABYTE)),
        (resource.RLIMIT_CORE, (0, 0)),
    ):
        resource.setrlimit(what, value)


def _address_space() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0])


def serve(source: int, sink: int) -> None:
    """Do what the frames from `source` ask for, and answer each on `sink`, until a null frame.

    First come all sources, {"cells": [{key, before, cell, function, seconds}, ...]}; then, one by one, probes with
    their inputs: so a hand-in's own code has run before any input is in the process. Without a "key" inputs are drawn.
    """
    built = {cell["key"]: _build(**cell) for cell in read_frame(source)["cells"]}
    write_frame(sink, {"built": sorted(built)})
    while (asked := read_frame(source)) is not None:
        space: dict[str, Any] = {"__name__": "probe"}
        exec(compile(asked["probe"]["code"], "<probe>", "exec"), space)
        names = asked["probe"]
        shape: Any = SimpleNamespace(**names, draw=space[names["draws"]], observe=space[names["observes"]])
        if "key" in asked:
            key = asked["key"]
            write_frame(sink, observe_built(shape, built[key], asked["seed"], asked["inputs"], f"<{key}>"))
        else:
            write_frame(sink, _drawn(shape, asked["seed"]))


def _drawn(shape: Any, seed: int) -> dict[str, Any]:
    try:
        return {"inputs": drawn(shape, seed)}
    except LessonError as error:
        return {"error": str(error)}


def _build(key: str, before: list[str], cell: str, function: str, seconds: float) -> Callable[[], Any]:
    """Run an exercise's cell, after the definitions it may need; return what gives its function, or raises again.

    A definition that fails is passed over, and a function that stands is taken even if its cell fails further down.
    """
    import torch

    file = f"<{key}>"
    linecache.cache[file] = (len(cell), None, cell.splitlines(keepends=True), file)
    space: dict[str, Any] = {"__name__": "__main__", "torch": torch, "nn": torch.nn, "F": torch.nn.functional}

    def run() -> None:
        for each in before:
            with suppress(Exception):
                exec(compile(each, "<definitions>", "exec"), space)
        space.update(dict.fromkeys(learners_names, _nothing))
        exec(compile(cell, file, "exec"), space)

    raised: BaseException | None = None
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            limited(run, seconds)
    except TimeUp as error:
        raised = error
    except BaseException as error:  # SystemExit and all that a hand-in may derive from BaseException
        raised = error

    def give() -> Any:
        if raised is not None and function not in space:
            raise raised
        return space.get(function)

    return give


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    """Stand in for the learner's verbs, which have no place here."""
