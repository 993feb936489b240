"""A proof of an exercise: stub, solutions and mistakes are run on several seeds -> what does not hold, as faults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

from lessontools.errors import CourseError, Fault
from lessontools.mark import Mark, Status
from lessontools.practice.exercise import Exercise, alike, judge
from lessontools.practice.observation import drawn, expected, mistaken, observe_source
from lessontools.practice.value import readable

__all__ = ["prove"]

_Told = tuple[str, str, str]


def prove(exercise: Exercise, seeds: Iterable[int] = range(5), file: str = "", line: int = 1) -> list[Fault]:
    """Return what does not hold of an exercise, each fault once; an empty list means that it is proven.

    On every seed: each solution is RIGHT, each mistake earns less and for its own reason, no two mistakes are alike,
    the stub is BLANK; inputs are plain JSON, the same for one seed and different between seeds.
    """
    seeds = list(seeds)
    found: dict[tuple[str, str], Fault] = {}
    try:
        told = [*_draws(exercise, seeds), *_stub(exercise, seeds[0])]
        for seed in seeds:
            told += _seed(exercise, seed)
    except CourseError as error:
        told = [("draw", str(error), "return a dict of numbers, texts, lists and dicts; make tensors in observe")]
    for rule, message, cure in told:
        # one fault a rule and thing: five seeds tell the same story
        found.setdefault((rule, message.split(" (seed")[0]), Fault(file, line, rule, exercise.id, message, cure))
    return list(found.values())


def _draws(exercise: Exercise, seeds: list[int]) -> Iterator[_Told]:
    draws = [drawn(exercise, seed) for seed in seeds]
    if len(seeds) > 1 and any(draw == draws[0] for draw in draws[1:]):
        yield "draw-constant", "draw() gives the same inputs for different seeds", "draw them from random.Random(seed)"
    if draws[0] != drawn(exercise, seeds[0]):
        cure = "use the seed, and no other source of randomness or time"
        yield "draw-unsteady", "draw() gives different inputs for one seed", cure


def _stub(exercise: Exercise, seed: int) -> Iterator[_Told]:
    mark = judge(exercise, observe_source(exercise, exercise.stub, seed), expected(exercise, seed), {})
    if mark.status is not Status.BLANK:
        yield "stub-not-blank", f"the stub is {mark.status}, not blank", "leave a hole `...` in it"
    run = observe_source(exercise, exercise.stub, seed, name="stub", even_stub=True)
    if judge(exercise, run, expected(exercise, seed), {}).right:
        yield "stub-right", "the stub is right when it is run", "leave a hole, or a bug that is observed"


def _seed(exercise: Exercise, seed: int) -> Iterator[_Told]:
    want = expected(exercise, seed)
    at = f" (seed {seed})"
    if want["status"] != "ok" or not want["calls"]:
        why = {key: want[key] for key in ("error", "message", "line", "text", "seconds") if key in want}
        yield "solution-fails", f"the reference gives {want['status']} {why or ''}{at}", "mend it, or observe()"
        return
    for call in (call for call, value in want["calls"].items() if not readable(value)):
        cure = "observe tensors, numbers, booleans, texts, lists and dicts only"
        yield "unreadable", f"the value of {call!r} is not plain data{at}", cure
    if not alike(want, expected(exercise, seed), 0, 0):
        cure = "take all randomness from torch, which is seeded before each run"
        yield "unsteady", f"the reference gives different values for one seed{at}", cure
    seen = mistaken(exercise, seed)
    for name, source in exercise.solutions.items():
        mark = judge(exercise, observe_source(exercise, source, seed), want, seen)
        if mark.status is not Status.RIGHT:
            cure = "mend it, or loosen rtol and atol, or observe less"
            yield "solution-not-right", f"solution '{name}' is {mark.status}{at}: {mark.feedback}", cure
    yield from _mistakes(exercise, want, seen, at)


def _mistakes(
    exercise: Exercise, want: Mapping[str, Any], seen: Mapping[str, Mapping[str, Any]], at: str
) -> Iterator[_Told]:
    """Yield what is wrong with the mistakes: one that passes, or one that is taken for another."""
    for name, mistake in exercise.mistakes.items():
        mark: Mark = judge(exercise, seen[name], want, seen)
        if mark.status is Status.RIGHT:
            cure = "draw inputs on which it differs, or observe more of what it does"
            yield "mistake-right", f"mistake '{name}' passes{at}", cure
        elif mark.status not in (Status.WRONG, Status.PARTLY, Status.CRASHED):
            yield (
                "mistake-not-wrong",
                f"mistake '{name}' is {mark.status}{at}",
                "let it be a whole answer, without holes",
            )
        elif mistake.says not in mark.feedback and not _twin(exercise, seen, name):
            yield "mistake-silent", f"mistake '{name}' is not told by its own reason{at}", "look at what it observes"
    for one, other in combinations(exercise.mistakes, 2):
        if alike(seen[one], seen[other], exercise.rtol, exercise.atol):
            cure = "observe more, so that they can be told apart, or make them one"
            yield "mistakes-alike", f"mistakes '{one}' and '{other}' do the same{at}", cure


def _twin(exercise: Exercise, seen: Mapping[str, Mapping[str, Any]], name: str) -> bool:
    """Return whether another mistake does the same, which is a fault told by itself."""
    others = (each for key, each in seen.items() if key != name)
    return any(alike(each, seen[name], exercise.rtol, exercise.atol) for each in others)
