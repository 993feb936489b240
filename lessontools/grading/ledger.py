"""The ledger: which grades are accepted, what a corrected key changes, and how the class stands in a few lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lessontools.grading.outcome import Outcome, State
from lessontools.grading.run import fingerprint
from lessontools.grading.secret import PRIVATE, Key
from lessontools.grading.store import Store
from lessontools.grading.wall import GradingError
from lessontools.mark import Mark

__all__ = ["Sheet", "accept", "changes", "opened", "overview", "ready", "sheets"]

FILE = "grades.sqlite"


@dataclass(frozen=True)
class Sheet:
    """One student's accepted outcomes, and the hand-in that they are of.

    `isolated` says whether its code ran in a sandbox; `met` has the criteria that a person found met, by item.
    """

    student: str
    handin: dict[str, Any]
    outcomes: tuple[Outcome, ...]
    isolated: bool = True
    met: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def earned(self) -> float:
        """What was earned in all."""
        return sum(each.earned for each in self.outcomes)

    @property
    def possible(self) -> float:
        """What could be earned in all."""
        return sum(each.possible for each in self.outcomes)

    @property
    def waiting(self) -> int:
        """How many explanations a person has to mark first."""
        return sum(each.waiting for each in self.outcomes)


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """Open the gradebook of a release's folder."""
    store = Store(folder / PRIVATE / FILE)
    try:
        yield store
    finally:
        store.close()


def ready(store: Store, root: Path, key: Key, regrade: bool) -> None:
    """Raise GradingError if grades by other tests were accepted before, and no regrading was asked for."""
    accepted, today = store.about("tests"), fingerprint(root, key)
    if accepted and accepted != today and not regrade:
        raise GradingError(
            "questions or exercises have changed since these grades were accepted; run it again with --regrade to "
            "see, student by student, what that changes"
        )


def accept(store: Store, turn: int, tests: str) -> None:
    """Make these the grades that reports show."""
    store.note("turn", str(turn))
    store.note("tests", tests)


def sheets(store: Store) -> Iterator[Sheet]:
    """Yield each student's sheet by the accepted tests, one at a time, with what persons have marked."""
    turn, tests = int(store.about("turn", "1")), store.about("tests")
    judged, trusted = store.judged(), store.trusted(turn, tests)
    for handin in store.handins():
        key = handin["hash"]
        found = store.outcomes(key, turn, tests)
        if found:
            marked = [_by_hand(each, judged.get((key, each.item))) for each in found]
            met = {each.item: tuple(judged[key, each.item]["met"]) for each in found if (key, each.item) in judged}
            yield Sheet(handin["student"], handin, tuple(marked), key not in trusted, met)


def _by_hand(outcome: Outcome, note: dict[str, Any] | None) -> Outcome:
    if note is None or not outcome.waiting:
        return outcome
    share = note["share"]
    mark = Mark.of(share, outcome.possible, note["said"])
    return replace(outcome.marked(mark), waiting=False)


def changes(store: Store, turn: int, tests: str) -> list[str]:
    """Return, student by student, what other tests make of the accepted grades."""
    before_turn, before = int(store.about("turn", "1")), store.about("tests")
    lines = []
    for handin in store.handins() if before else []:
        old = {each.item: each for each in store.outcomes(handin["hash"], before_turn, before)}
        new = {each.item: each for each in store.outcomes(handin["hash"], turn, tests)}
        moved = [name for name in {**old, **new} if _told(old.get(name)) != _told(new.get(name))]
        if moved and old:
            was, now = (sum(each.earned for each in side.values()) for side in (old, new))
            said = ", ".join(f"{name} {_told(old.get(name))} -> {_told(new.get(name))}" for name in moved)
            lines.append(f"{handin['student']}: {was:g} -> {now:g} ({said})")
    return lines


def _told(outcome: Outcome | None) -> str:
    return f"{outcome.state} {outcome.earned:g}" if outcome else "not there"


def overview(store: Store) -> list[str]:
    """Return how the class stands, in a few lines."""
    found = list(sheets(store))
    if not found:
        return ["no grades yet"]
    states = Counter(each.state for sheet in found for each in sheet.outcomes)
    read = [sheet for sheet in found if any(each.state != State.UNREADABLE for each in sheet.outcomes)] or found
    mean = sum(sheet.earned for sheet in read) / len(read)
    odd = states[State.UNREADABLE] + states[State.CRASHED] + states[State.TIMEOUT]
    lines = [f"{len(found)} students graded, {mean:.1f} of {found[0].possible:g} points on average"]
    lines.append(", ".join(f"{state} {number}" for state, number in states.most_common()))
    waiting = sum(sheet.waiting for sheet in found)
    if waiting:
        lines.append(f"{waiting} explanations wait to be marked by you: 'lessontools mark'")
    if odd:
        lines.append(f"{odd} parts could not be read or stopped: the report names them")
    return lines
