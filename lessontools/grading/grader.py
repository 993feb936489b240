"""The grader: a hand-in -> an outcome for each question and exercise released. Its code runs in a cage only."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from lessontools.grading.cage import Cage
from lessontools.grading.cells import Work, works
from lessontools.grading.errand import Errand, observed
from lessontools.grading.expect import Expected, cell_of
from lessontools.grading.intake import HandIn
from lessontools.grading.outcome import Outcome, State
from lessontools.grading.secret import Key, unsealed
from lessontools.practice.exercise import Exercise, judge, untouched
from lessontools.quiz.bank import Bank, Item
from lessontools.quiz.card import CONFIDENCES
from lessontools.quiz.question import variant
from lessontools.quiz.shown import written
from lessontools.quiz.view import describe

__all__ = ["PARSING", "Basis", "Graded", "errand", "grade", "outcomes", "prepare"]

Graded = tuple[HandIn, list[Outcome] | Exception]
"""A hand-in with its outcomes, or with a fault of this program that it met."""
PARSING = threading.Lock()
"""Held while hand-ins are read and judged: threads that parse Python at once upset each other's count of depth, and
one of them gets a SystemError (python/cpython#106905). Waiting for a cage, where the time goes, is done without it."""

_LONGEST = 600.0
"""Seconds after which a pause between two answers is no time spent on a question."""


@dataclass(frozen=True)
class Basis:
    """All that hand-ins of one assignment are judged by, in one turn."""

    key: Key
    bank: Bank
    exercises: Mapping[str, tuple[str, Exercise]]
    expected: Mapping[str, Expected]


def grade(basis: Basis, handin: HandIn, cage: Cage) -> list[Outcome]:
    """Return a hand-in's outcomes in the order of the release; a part that fails takes nothing from the others."""
    with PARSING:
        made, todo = prepare(basis, handin)
        asked = errand(basis, todo)
    seen = observed(asked, cage)
    with PARSING:
        return outcomes(basis, handin, made, todo, seen)


def _questions(basis: Basis, handin: HandIn) -> list[Outcome]:
    times, items = _times(handin), basis.bank.items
    return [
        _question(basis, items[name], handin, times.get(name)) if name in items else _gone(name)
        for name in basis.key.items
    ]


def _gone(name: str) -> Outcome:
    return Outcome(name, "", "gone", State.MISSING, 0, 0, f"the course has no question '{name}' any more")


def _question(basis: Basis, item: Item, handin: HandIn, seconds: float | None) -> Outcome:
    base = item.question
    empty = Outcome(base.id, item.lesson, base.kind, State.BLANK, 0, base.points, seconds=seconds)
    if handin.unreadable:
        return replace(empty, state=State.UNREADABLE, feedback=handin.unreadable)
    given = handin.answers.get(base.id)
    if given is None:
        old = handin.version and handin.version != basis.key.version
        return replace(empty, state=State.MISSING if old else State.BLANK, feedback="It was not answered.")
    number = given.get("variant")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < max(basis.key.variants, 1):
        return replace(empty, state=State.INVALID, feedback="The answer names a variant that was not released.")
    question = variant(base, basis.key.seed(number))
    answer = unsealed(basis.key, question, given["answer"])
    sure = given.get("confidence")
    shown = describe(question, answer)[:2000]
    empty = replace(empty, variant=number, answer=shown, confidence=sure if sure in CONFIDENCES else "")
    if question.kind == "explain":  # the learner's own judgement does not count here
        answer = {"text": answer.get("text")} if isinstance(answer, dict) else answer
        return replace(empty.marked(question.mark(answer)), waiting=written(answer), possible=base.points)
    return empty.marked(question.mark(answer))


def _times(handin: HandIn) -> dict[str, float]:
    """Return the seconds before each answer since the one before it, where that was no long pause."""
    stamped = []
    for name, given in handin.answers.items():
        try:
            stamped.append((datetime.fromisoformat(str(given.get("at"))), name))
        except ValueError:
            continue
    try:
        stamped.sort()
    except TypeError:  # one with a time zone beside one without: the times are made up
        return {}
    gaps = {name: (at - before).total_seconds() for (before, _), (at, name) in pairwise(stamped)}
    return {name: round(gap, 1) for name, gap in gaps.items() if 0 < gap <= _LONGEST}


def _outline(basis: Basis, name: str) -> Outcome:
    lesson, exercise = basis.exercises.get(name, ("", None))
    points = exercise.points if exercise else 0
    return Outcome(name, lesson, "exercise" if exercise else "gone", State.MISSING, 0, points)


def _unreadable(basis: Basis, name: str, handin: HandIn) -> Outcome:
    return replace(_outline(basis, name), state=State.UNREADABLE, feedback=handin.unreadable)


def prepare(basis: Basis, handin: HandIn) -> tuple[dict[str, Outcome], dict[str, Work]]:
    """Return the outcomes of exercises that need no run, and the work of those that do."""
    if handin.unreadable:
        return {name: _unreadable(basis, name, handin) for name in basis.key.exercises}, {}
    functions = {name: basis.exercises[name][1].function for name in basis.key.exercises if name in basis.exercises}
    found = works(handin.cells, functions)
    made: dict[str, Outcome] = {}
    todo: dict[str, Work] = {}
    for name in basis.key.exercises:
        outline = _outline(basis, name)
        if name not in found:
            made[name] = replace(outline, possible=0, feedback=f"the course has no exercise '{name}' any more")
        elif not found[name].cell or untouched(basis.exercises[name][1], found[name].cell):
            why = "It is as it was given." if found[name].cell else "It was not handed in."
            made[name] = replace(outline, state=State.BLANK, remark=found[name].remark, feedback=why)
        else:
            todo[name] = found[name]
    return made, todo


def errand(basis: Basis, todo: Mapping[str, Work]) -> Errand:
    """Return what is to be run and asked in a cage; no key is in it."""
    return {
        name: {
            "cell": cell_of(basis.expected[name].exercise, work.cell, work.before),
            "ask": basis.expected[name].question(name),
        }
        for name, work in todo.items()
    }


def outcomes(
    basis: Basis, handin: HandIn, made: Mapping[str, Outcome], todo: Mapping[str, Work], seen: Mapping[str, Any]
) -> list[Outcome]:
    """Return a hand-in's outcomes in the order of the release, given what was seen of its exercises."""
    done = dict(made) | {name: _judged(basis, name, seen[name], work) for name, work in todo.items()}
    return _questions(basis, handin) + [done[name] for name in basis.key.exercises]


def _judged(basis: Basis, name: str, seen: Any, work: Work) -> Outcome:
    expected = basis.expected[name]
    mark = judge(expected.exercise, seen, expected.want, expected.mistakes)
    outcome = replace(_outline(basis, name), answer=work.cell[:20_000], remark=work.remark).marked(mark)
    if isinstance(seen, dict) and seen.get("status") == "timeout":
        return replace(outcome, state=State.TIMEOUT)
    return outcome
