"""Attempts: the record's answers, marked anew with today's bank; everything about a standing starts here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from lessontools.mark import Mark, Status
from lessontools.quiz.bank import Bank, Item
from lessontools.quiz.question import variant
from lessontools.record import Event

__all__ = ["SITTING", "Attempt", "Judge", "Replay", "in_order", "instant", "practised", "replay"]

SITTING = timedelta(minutes=10)
"""An answer that follows another to the same question within this time had its feedback in view."""

_COUNTS = (Status.RIGHT, Status.PARTLY, Status.WRONG)


class Judge(Protocol):
    """What is needed of an exercise: whose it is, and its judgement of what was observed."""

    @property
    def id(self) -> str:
        """The exercise's id."""

    @property
    def lesson(self) -> str:
        """The id of its lesson."""

    @property
    def objectives(self) -> tuple[str, ...]:
        """The ids of the objectives that it exercises."""

    def judge(self, seen: Any, seed: int) -> Mark:
        """Return the mark of what was observed on the inputs of a seed."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer and its mark.

    `key` is the same for parallel forms of an item. `first` says that no feedback to this very question was in
    view, so that the answer tells what the learner knew. `tests` are the misconceptions that the item can reveal.
    """

    item: str
    key: str
    lesson: str
    objectives: tuple[str, ...]
    mark: Mark
    at: datetime
    first: bool
    tests: frozenset[str] = frozenset()
    confidence: str = ""
    hints: int = 0
    where: str = ""
    kind: str = ""
    seed: str = ""
    answer: Any = None

    @property
    def right(self) -> bool:
        """Whether everything was right."""
        return self.mark.right

    @property
    def sure_but_wrong(self) -> bool:
        """Whether the learner was sure of an answer that is not right."""
        return self.confidence == "sure" and not self.right


@dataclass(frozen=True, slots=True)
class Replay:
    """All attempts, oldest first; `gone` answers had questions that are no longer there, `damaged` made no sense."""

    attempts: tuple[Attempt, ...] = ()
    gone: int = 0
    damaged: int = 0


def instant(event: Event) -> datetime | None:
    """Return when an event happened, in UTC; None where its time cannot be true."""
    at = event.at
    if not isinstance(at, datetime) or at.tzinfo is None or not 2000 <= at.year < 3000:
        return None
    return at.astimezone(UTC)


def in_order(events: Iterable[Event]) -> list[tuple[datetime, Event]]:
    """Return the events that have a time, oldest first, each once; those of one instant stay as they came."""
    known: dict[str, tuple[datetime, Event]] = {}
    for event in events:
        at = instant(event)
        if at is not None:
            known.setdefault(str(event.id), (at, event))
    return sorted(known.values(), key=lambda pair: pair[0])


def practised(item: Item) -> bool:
    """Return whether a question is for practice: whether an assigned one was right is not ours to tell."""
    return "assigned" not in item.question.use


def replay(events: Iterable[Event], bank: Bank, exercises: Iterable[Judge] = ()) -> Replay:
    """Return all attempts of a record, marked with today's bank and exercises; nothing in a record makes it raise.

    Assigned questions are left out: whether they are right is told when the instructor says so.
    """
    every = list(events)
    reader = _Reader(bank, {each.id: each for each in exercises})
    reader.damaged = sum(instant(event) is None for event in every)
    for at, event in in_order(every):
        try:
            reader.read(at, event)
        except Exception:  # one damaged event must hide neither the others nor itself: it is counted
            reader.damaged += 1
    return Replay(tuple(reader.attempts), reader.gone, reader.damaged)


class _Reader:
    """Takes events in order, and remembers what feedback was in view."""

    def __init__(self, bank: Bank, judges: Mapping[str, Judge]) -> None:
        self.bank, self.judges = bank, judges
        self.attempts: list[Attempt] = []
        self.gone = self.damaged = 0
        self._in_view: dict[tuple[str, str], datetime] = {}

    def read(self, at: datetime, event: Event) -> None:
        """Take one event; raise whatever a damaged one leads to."""
        match event.kind:
            case "answer" | "commit" | "rating" if event.item not in self.bank.items:
                self.gone += 1
            case "answer" | "commit" | "rating":
                self._answered(at, event, self.bank.items[event.item])
            case "reveal" if event.item in self.judges and event.data.get("what") == "solution":
                self._in_view[event.item, ""] = at
            case "check" if event.item in self.judges:  # without its exercise nothing can be said of a check
                self._checked(at, event, self.judges[event.item])

    def _answered(self, at: datetime, event: Event, item: Item) -> None:
        if not practised(item):
            return
        seed = event.data.get("seed", "")
        if not isinstance(seed, str):
            raise ValueError("a seed is a text")
        mark = variant(item.question, seed).mark(event.data.get("answer"))
        if mark.status not in _COUNTS:
            return  # blank, or not readable: not an attempt yet
        question, key = item.question, (event.item, seed)
        first = self._unseen(key, at)
        self._in_view[key] = at
        about = (event.item, question.twin or question.id, item.lesson, question.objectives)
        attempt = Attempt(*about, mark, at, first, frozenset(question.misconceptions()))
        confidence, hints, where = _text(event, "confidence"), _count(event, "hints"), _text(event, "where")
        attempt = replace(attempt, confidence=confidence, hints=hints, where=where)
        self.attempts.append(replace(attempt, kind=question.kind, seed=seed, answer=event.data.get("answer")))

    def _checked(self, at: datetime, event: Event, exercise: Judge) -> None:
        mark = exercise.judge(event.data["seen"], int(event.data["seed"]))
        if mark.status in _COUNTS:
            about = (exercise.id, exercise.id, exercise.lesson, tuple(exercise.objectives))
            first = self._unseen((exercise.id, ""), at)  # trying again is how code is written; a solution shown is not
            self.attempts.append(Attempt(*about, mark, at, first, frozenset(mark.misconceptions), kind="code"))

    def _unseen(self, key: tuple[str, str], at: datetime) -> bool:
        return key not in self._in_view or at - self._in_view[key] >= SITTING


def _text(event: Event, name: str) -> str:
    value = event.data.get(name)
    return value if isinstance(value, str) else ""


def _count(event: Event, name: str) -> int:
    value = event.data.get(name)
    return value if isinstance(value, int) else 0
