"""A schedule: what was answered when -> what to recall today, by FSRS. The record is replayed; no card is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import lru_cache

from fsrs import Card, Rating, Scheduler

from lessontools.quiz.bank import Bank, Item
from lessontools.record import Event
from lessontools.standing.attempts import SITTING, Attempt, in_order, practised, replay

__all__ = ["Due", "due", "next_day", "rating", "schedule"]


@dataclass(frozen=True, slots=True)
class Due:
    """A question, and from when on it is to be recalled. `why` is one of sure-but-wrong, due, new."""

    item: Item
    at: datetime
    why: str


_ORDER = ("sure-but-wrong", "due", "new")


@lru_cache(maxsize=1)
def _scheduler() -> Scheduler:
    # Without learning steps every interval is whole days: lessons are visited daily at best, not by the minute.
    return Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)


def rating(attempt: Attempt) -> str:
    """Return FSRS's rating of an attempt.

    A flashcard's is the learner's own; otherwise again if not right, hard with hints or as a guess, easy if sure.
    """
    if not attempt.right:
        return "again"
    if attempt.kind == "flashcard":
        return attempt.answer if isinstance(attempt.answer, str) else "good"
    if attempt.hints or attempt.confidence == "guess":
        return "hard"
    return "easy" if attempt.confidence == "sure" else "good"


def schedule(events: Iterable[Event], bank: Bank, now: datetime) -> list[Due]:
    """Return every question that was begun, with its time: sure-but-wrong first, then by time, new flashcards last.

    Times are the start of a day in the time zone of `now`; what was sure but wrong comes back in the same sitting.
    """
    every = list(events)
    tries: dict[str, list[Attempt]] = {}
    for attempt in replay(every, bank).attempts:
        if attempt.first:  # an answer with the feedback in view shows nothing about memory
            tries.setdefault(attempt.item, []).append(attempt)
    found = [_due(bank.items[key], made, now) for key, made in tries.items()]
    started = _begun(every, bank)
    for key, item in bank.items.items():
        if item.question.kind == "flashcard" and key not in tries and item.lesson in started and practised(item):
            found.append(Due(item, started[item.lesson], "new"))
    place = {key: number for number, key in enumerate(bank.items)}
    return sorted(found, key=lambda each: (_ORDER.index(each.why), each.at, place[each.item.question.id]))


def due(events: Iterable[Event], bank: Bank, now: datetime, limit: int = 20) -> list[Due]:
    """Return what to recall today, at most `limit` questions."""
    return [each for each in schedule(events, bank, now) if each.at <= now][:limit]


def next_day(events: Iterable[Event], bank: Bank, now: datetime) -> datetime | None:
    """Return when something is due next, after `now`; None where nothing is scheduled."""
    return min((each.at for each in schedule(events, bank, now) if each.at > now), default=None)


def _due(item: Item, tries: list[Attempt], now: datetime) -> Due:
    last = tries[-1]
    if last.sure_but_wrong:
        return Due(item, last.at + SITTING, "sure-but-wrong")
    card = Card(card_id=0, due=tries[0].at)
    for each in tries:
        card, _ = _scheduler().review_card(card, Rating[rating(each).capitalize()], each.at)
    day = card.due.astimezone(now.tzinfo).date()
    return Due(item, datetime.combine(day, time.min, now.tzinfo).astimezone(UTC), "due")


def _begun(events: Iterable[Event], bank: Bank) -> dict[str, datetime]:
    """Return the lessons that the learner has begun, and when."""
    found: dict[str, datetime] = {}
    for at, event in in_order(events):
        if event.kind in ("answer", "commit", "rating", "check"):
            lesson = bank.items[event.item].lesson if event.item in bank.items else _lesson(event)
            found.setdefault(lesson, at)
    return found


def _lesson(event: Event) -> str:
    lesson = event.data.get("lesson") if isinstance(event.data, dict) else None
    return lesson if isinstance(lesson, str) else ""
