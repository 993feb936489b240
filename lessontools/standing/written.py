"""Code that was written: recorded checks -> judged anew by today's exercises, where there are any."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lessontools.mark import Mark
from lessontools.practice.catalog import Entry, open_catalog
from lessontools.practice.panel import remark
from lessontools.quiz.bank import Bank
from lessontools.record import Event

__all__ = ["Written", "recent", "written"]

KEPT = 8  # checks of an exercise that are judged anew: each one runs the solution, and beginners check often


@dataclass(frozen=True)
class Written:
    """An exercise as the judge of what was observed of it."""

    entry: Entry

    @property
    def id(self) -> str:
        """The exercise's id."""
        return self.entry.exercise.id

    @property
    def lesson(self) -> str:
        """The id of its lesson."""
        return self.entry.lesson

    @property
    def objectives(self) -> tuple[str, ...]:
        """The ids of the objectives that it exercises."""
        return self.entry.exercise.objectives

    def judge(self, seen: Any, seed: int) -> Mark:
        """Return the mark of what was observed on the inputs of a seed."""
        return remark(self.entry.exercise, seen, seed)


def written(bank: Bank) -> list[Written]:
    """Return the course's exercises as judges; files that are at fault are left out."""
    return [Written(entry) for entry in open_catalog(bank.root).entries.values()]


def recent(events: Iterable[Event]) -> list[Event]:
    """Return the events with only the latest checks of each exercise."""
    found: list[Event] = []
    counts: dict[str, int] = {}
    for event in reversed(list(events)):
        if event.kind == "check":
            counts[event.item] = counts.get(event.item, 0) + 1
        if event.kind != "check" or counts[event.item] <= KEPT:
            found.append(event)
    return found[::-1]
