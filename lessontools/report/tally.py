"""The tally of a class: sheets go in one at a time, and only sums, counts and a few names stay in memory."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from lessontools.grading.ledger import Sheet
from lessontools.grading.outcome import Outcome, State
from lessontools.report.subject import Part, Subject

__all__ = ["MASTERED", "Held", "ItemTally", "Objective", "Pairs", "Tally"]

MASTERED = 0.8
NAMES, ODD, LINES, WRONGS = 40, 2000, 500, 500
"""How many names, oddities, lines of students and different wrong answers are kept; all are counted."""
STATISTICAL = (State.RIGHT, State.PARTLY, State.WRONG, State.BLANK, State.INVALID, State.CRASHED, State.TIMEOUT)


@dataclass
class Pairs:
    """Sums over pairs of numbers, from which means, variances and a correlation follow."""

    n: int = 0
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    yy: float = 0.0
    xy: float = 0.0

    def add(self, x: float, y: float) -> None:
        """Add one pair."""
        self.n += 1
        self.x, self.y = self.x + x, self.y + y
        self.xx, self.yy, self.xy = self.xx + x * x, self.yy + y * y, self.xy + x * y

    @property
    def variance(self) -> float:
        """The variance of x (over n)."""
        return max(0.0, self.xx / self.n - (self.x / self.n) ** 2) if self.n else 0.0

    @property
    def correlation(self) -> float | None:
        """Pearson's r; None where one of the two is the same for all."""
        if self.n < 2:
            return None
        x, y = self.n * self.xx - self.x**2, self.n * self.yy - self.y**2
        if x <= 1e-9 * self.n * self.xx or y <= 1e-9 * self.n * self.yy:
            return None
        return (self.n * self.xy - self.x * self.y) / math.sqrt(x * y)


@dataclass
class ItemTally:
    """What became of one part: points against the rest of the same student's points, choices, wrong answers, time."""

    part: Part
    pairs: Pairs = field(default_factory=Pairs)
    states: Counter[str] = field(default_factory=Counter)
    chosen: Counter[str] = field(default_factory=Counter)
    choosing: dict[str, Pairs] = field(default_factory=dict)
    wrong: Counter[str] = field(default_factory=Counter)
    sure_wrong: int = 0
    seconds: array[float] = field(default_factory=lambda: array("f"))
    split: bool = False
    """Whether anybody earned a part of the points."""


@dataclass
class Objective:
    """How a class stands with one objective: students who were asked, the sum of their shares, who has it."""

    asked: int = 0
    shares: float = 0.0
    mastered: int = 0


@dataclass
class Held:
    """How many students' answers point to a belief, how many of them were sure, and the first of their names."""

    students: int = 0
    sure: int = 0
    names: list[str] = field(default_factory=list)


@dataclass
class Tally:
    """A class so far. What a person marks is no part of the statistics' total, so that nothing waits for it."""

    subject: Subject
    items: dict[str, ItemTally] = field(default_factory=dict)
    objectives: dict[str, Objective] = field(default_factory=dict)
    beliefs: dict[str, Held] = field(default_factory=dict)
    totals: array[float] = field(default_factory=lambda: array("d"))
    total: Pairs = field(default_factory=Pairs)
    odd: list[tuple[str, str]] = field(default_factory=list)
    oddities: int = 0
    lines: list[tuple[str, str, float, str]] = field(default_factory=list)
    students: int = 0
    absent: int = 0
    unreadable: int = 0
    waiting: int = 0
    trusted: int = 0

    def __post_init__(self) -> None:
        self.items = {name: ItemTally(part) for name, part in self.subject.parts.items()}

    def add(self, sheet: Sheet, page: str = "") -> None:
        """Take in a student's sheet; `page` is where the student's page is."""
        self.students += 1
        self.waiting += sheet.waiting
        self.trusted += not sheet.isolated
        self._odd(sheet)
        state = "late" if sheet.handin["late"] else ""
        if any(each.state is State.UNREADABLE for each in sheet.outcomes):
            self.unreadable += 1
            self._line((sheet.student, page, 0.0, "UNREADABLE"))
            return
        self._line((sheet.student, page, sheet.earned, state))
        self.totals.append(sheet.earned)
        self._beliefs(sheet)
        self._objectives(sheet)
        known = [each for each in sheet.outcomes if each.item in self.items]
        if all(each.state in STATISTICAL for each in known):  # an older release lacks parts: its totals do not compare
            total = sum(each.earned for each in known if not self.items[each.item].part.by_hand)
            self.total.add(total, total)
            for each in known:
                self._item(self.items[each.item], each, total)

    def missing(self, name: str) -> None:
        """Note a student who handed nothing in."""
        self.absent += 1
        self.strange(name, "MISSING: nothing was handed in")
        self._line((name, "", 0.0, "MISSING"))

    def strange(self, student: str, what: str) -> None:
        """Note something odd."""
        self.oddities += 1
        if len(self.odd) < ODD:
            self.odd.append((student, what))

    def _line(self, line: tuple[str, str, float, str]) -> None:
        if len(self.lines) < LINES:
            self.lines.append(line)

    def _odd(self, sheet: Sheet) -> None:
        for remark in sheet.handin["remarks"]:
            self.strange(sheet.student, remark)
        first = sheet.outcomes[0]
        if first.state is State.UNREADABLE:
            self.strange(sheet.student, f"UNREADABLE: {first.feedback}")
            return
        for each in sheet.outcomes:
            if each.state in (State.CRASHED, State.TIMEOUT, State.INVALID):
                self.strange(sheet.student, f"{each.item}: {each.state.value}")
            if each.remark:
                self.strange(sheet.student, f"{each.item}: {each.remark}")

    def _beliefs(self, sheet: Sheet) -> None:
        found: dict[str, bool] = {}
        for each in sheet.outcomes:
            for code in each.beliefs:
                found[code] = found.get(code, False) or each.confidence == "sure"
        for code, sure in found.items():
            held = self.beliefs.setdefault(code, Held())
            held.students += 1
            held.sure += sure
            if len(held.names) < NAMES:
                held.names.append(sheet.student)

    def _objectives(self, sheet: Sheet) -> None:
        sums: dict[str, list[float]] = {}
        for each in sheet.outcomes:
            if each.item in self.items and not each.waiting and each.state in STATISTICAL:
                for name in self.items[each.item].part.objectives:
                    earned = sums.setdefault(name, [0.0, 0.0])
                    earned[0] += each.earned
                    earned[1] += each.possible
        for name, (got, possible) in sums.items():
            if possible:
                stand = self.objectives.setdefault(name, Objective())
                stand.asked += 1
                stand.shares += got / possible
                stand.mastered += got / possible >= MASTERED - 1e-9

    def _item(self, tally: ItemTally, outcome: Outcome, total: float) -> None:
        if outcome.waiting:
            tally.states["WAITING"] += 1
            return
        rest = total if tally.part.by_hand else total - outcome.earned
        tally.pairs.add(outcome.earned, rest)
        tally.states[outcome.state.value] += 1
        tally.split = tally.split or 0 < outcome.earned < outcome.possible
        lost = outcome.state in (State.WRONG, State.PARTLY)
        tally.sure_wrong += lost and outcome.confidence == "sure"
        if outcome.seconds is not None:
            tally.seconds.append(outcome.seconds)
        picked = _picked(tally.part, outcome)
        for name in tally.part.choices:
            tally.chosen[name] += name in picked
            if outcome.state not in (State.BLANK, State.INVALID):
                tally.choosing.setdefault(name, Pairs()).add(float(name in picked), rest)
        if lost and not tally.part.choices and tally.part.kind not in ("exercise", "explain"):
            answer = outcome.answer[:300]
            if answer in tally.wrong or len(tally.wrong) < WRONGS:
                tally.wrong[answer] += 1


def _picked(part: Part, outcome: Outcome) -> set[str]:
    """Return the ids of the choices that an answer in words names."""
    answer = outcome.answer.strip()
    if answer in part.texts:
        return {part.texts[answer]}
    lines: list[Any] = [each.strip() for each in f"\n{answer}".split("\n- ")]
    return {part.texts[each] for each in lines if each in part.texts}
