"""Expectations: for each exercise its inputs, and what the solution and every known mistake make of them, caged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lessontools.errors import CourseError
from lessontools.grading.cage import Cage
from lessontools.grading.probe import probe
from lessontools.grading.wire import Broken
from lessontools.practice.exercise import Exercise

__all__ = ["Expected", "expect"]


@dataclass(frozen=True)
class Expected:
    """What an exercise is judged by in one turn: everything here was seen in a cage, in a process of its own."""

    exercise: Exercise
    seed: int
    probe: Mapping[str, Any]
    inputs: Mapping[str, Any]
    want: Mapping[str, Any]
    mistakes: Mapping[str, Mapping[str, Any]]

    def question(self, key: str) -> dict[str, Any]:
        """Return the frame that has a child observe its function on these inputs."""
        return {"probe": self.probe, "key": key, "seed": self.seed, "inputs": self.inputs}


def expect(cage: Cage, exercises: Iterable[tuple[Exercise, int]]) -> dict[str, Expected]:
    """Return what is expected of each exercise for its seed; raise CourseError if a solution does not run here."""
    found = {}
    for exercise, seed in exercises:
        data = probe(exercise).data()
        inputs = _drawn(cage, exercise, data, seed)
        empty = Expected(exercise, seed, data, inputs, {}, {})
        want = observed(cage, empty, exercise.reference)
        if want.get("status") != "ok":
            raise CourseError(
                f"exercise '{exercise.id}': its own solution does not run in the sandbox "
                f"({want.get('status')}: {want.get('message', '')}); nothing can be judged by it"
            )
        mistakes = {name: observed(cage, empty, each.source) for name, each in exercise.mistakes.items()}
        found[exercise.id] = Expected(exercise, seed, data, inputs, want, mistakes)
    return found


def _drawn(cage: Cage, exercise: Exercise, data: Mapping[str, Any], seed: int) -> Mapping[str, Any]:
    try:
        with cage.child() as child:
            child.ask({"cells": []})
            answer = child.ask({"probe": data, "seed": seed})
    except Broken as error:
        raise CourseError(f"exercise '{exercise.id}': its inputs cannot be drawn in the sandbox ({error})") from error
    if "inputs" not in answer:
        raise CourseError(f"exercise '{exercise.id}': {answer.get('error')}")
    return dict(answer["inputs"])


def observed(cage: Cage, expected: Expected, source: str) -> dict[str, Any]:
    """Return what a source's function does with the inputs, in a child of its own."""
    exercise = expected.exercise
    cell = cell_of(exercise, source, ())
    try:
        with cage.child() as child:
            child.ask({"cells": [cell]})
            return dict(child.ask(expected.question(exercise.id)))
    except Broken as error:
        return {"status": "crashed", "error": "Died", "message": str(error)}


def cell_of(exercise: Exercise, source: str, before: Iterable[str]) -> dict[str, Any]:
    """Return the part of a frame that has a child run an exercise's cell."""
    about = {"key": exercise.id, "function": exercise.function, "seconds": exercise.seconds}
    return {**about, "before": list(before), "cell": source}
