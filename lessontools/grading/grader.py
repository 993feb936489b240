"""The grader: a hand-in -> an outcome for each question and exercise released. Its code runs in a cage only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from lessontools.grading.cage import Cage, Ended
from lessontools.grading.cells import Work, works
from lessontools.grading.expect import Expected, cell_of
from lessontools.grading.intake import HandIn
from lessontools.grading.outcome import Outcome, State
from lessontools.grading.secret import Key, unsealed
from lessontools.grading.wire import Broken
from lessontools.practice.exercise import Exercise, judge, untouched
from lessontools.quiz.bank import Bank, Item
from lessontools.quiz.question import variant
from lessontools.quiz.shown import written
from lessontools.quiz.view import describe

__all__ = ["Basis", "grade"]

_LONGEST = 600.0
"""Seconds after which a pause between two answers is no time spent on a question."""


@dataclass(frozen=True)
class Basis:
    """All that hand-ins of one assignment are judged by, in one turn."""

    key: Key
    bank: Bank
    exercises: Mapping[str, tuple[str, Exercise]]
    expected: Mapping[str, Expected]
    known: frozenset[str] = field(default_factory=frozenset)


def grade(basis: Basis, handin: HandIn, cage: Cage) -> list[Outcome]:
    """Return a hand-in's outcomes in the order of the release; a part that fails takes nothing from the others."""
    times = _times(handin)
    found = [
        _question(basis, basis.bank.items[name], handin, times.get(name)) if name in basis.bank.items else _gone(name)
        for name in basis.key.items
    ]
    if handin.unreadable:
        made = {name: _unreadable(basis, name, handin) for name in basis.key.exercises}
    else:
        made = _exercises(basis, handin, cage)
    return found + [made[name] for name in basis.key.exercises]


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
    empty = replace(empty, answer=shown, confidence=sure if sure in ("sure", "unsure", "guess") else "")
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


def _exercises(basis: Basis, handin: HandIn, cage: Cage) -> dict[str, Outcome]:
    functions = {name: basis.exercises[name][1].function for name in basis.key.exercises if name in basis.exercises}
    found = works(handin.cells, functions)
    made: dict[str, Outcome] = {}
    todo: dict[str, Work] = {}
    for name in basis.key.exercises:
        outline = _outline(basis, name)
        if name not in found:
            made[name] = replace(outline, possible=0, feedback=f"the course has no exercise '{name}' any more")
        elif not found[name].cell:
            made[name] = replace(
                outline, state=State.BLANK, remark=found[name].remark, feedback="It was not handed in."
            )
        elif untouched(basis.exercises[name][1], found[name].cell):
            made[name] = replace(
                outline, state=State.BLANK, remark=found[name].remark, feedback="It is as it was given."
            )
        else:
            todo[name] = found[name]
    for name, seen in _observed(basis, todo, cage).items():
        made[name] = _judged(basis, name, seen, found[name])
    return made


def _judged(basis: Basis, name: str, seen: Any, work: Work) -> Outcome:
    expected = basis.expected[name]
    mark = judge(expected.exercise, seen, expected.want, expected.mistakes)
    outcome = replace(_outline(basis, name), answer=work.cell[:20_000], remark=work.remark).marked(mark)
    if isinstance(seen, dict) and seen.get("status") == "timeout":
        return replace(outcome, state=State.TIMEOUT)
    return outcome


def _observed(basis: Basis, todo: Mapping[str, Work], cage: Cage) -> dict[str, Any]:
    """Return what was seen of each exercise; where one ends its process, the others get a new one without it."""
    seen: dict[str, Any] = {}
    left = dict(todo)
    while left:
        done, ended, cells_ran = _one_child(basis, left, cage)
        seen |= done
        left = {name: work for name, work in left.items() if name not in done}
        if not left:
            break
        if cells_ran:
            culprit = next(iter(left))
            seen[culprit] = _died(ended, basis.expected[culprit])
            del left[culprit]
        elif len(left) == 1:
            seen[next(iter(left))] = _died(ended, basis.expected[next(iter(left))])
            break
        else:  # which cell ended it is not known: from now on each gets a process of its own
            for name, work in left.items():
                alone, how, _ = _one_child(basis, {name: work}, cage)
                seen[name] = alone.get(name) or _died(how, basis.expected[name])
            break
    return seen


def _one_child(basis: Basis, works: Mapping[str, Work], cage: Cage) -> tuple[dict[str, Any], Ended | None, bool]:
    """Return what one child gave, how it ended, and whether all cells ran in it."""
    done: dict[str, Any] = {}
    cells = [cell_of(basis.expected[name].exercise, work.cell, work.before) for name, work in works.items()]
    ran = False
    child = None
    try:
        with cage.child() as child:
            child.ask({"cells": cells})
            ran = True
            for name in works:
                done[name] = child.ask(basis.expected[name].question(name))
    except Broken:
        pass
    return done, child.ended if child else None, ran


def _died(ended: Ended | None, expected: Expected) -> dict[str, Any]:
    if ended is not None and (ended.end == "late" or (ended.end == "signal" and ended.code in (24, 9))):
        return {"status": "timeout", "seconds": expected.exercise.seconds}
    how = f"signal {ended.code}" if ended and ended.end == "signal" else f"exit code {ended.code if ended else '?'}"
    return {"status": "crashed", "error": "Died", "message": f"the process ended with {how}"}
