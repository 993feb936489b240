"""A learner's standing on screen: progress() shows it, review() asks what is due today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from lessontools.quiz.bank import Bank, open_bank
from lessontools.quiz.card import Card
from lessontools.record import Record, open_record
from lessontools.screen.markup import to_html, to_text
from lessontools.screen.panel import Panel
from lessontools.standing.mastery import standing
from lessontools.standing.report import due_words, markdown, progress_view
from lessontools.standing.schedule import due, next_day
from lessontools.standing.words import counted
from lessontools.standing.written import recent, written

__all__ = ["Review", "progress", "review"]

LIMIT = 20  # questions a day are enough; what is left over is first tomorrow


def _now() -> datetime:
    return datetime.now().astimezone()


def progress() -> Panel:
    """Show how far you are: objectives, beliefs to mend, what to recall today, badges, and where the record lives."""
    bank, record = open_bank(), open_record()

    def view() -> dict[str, Any]:
        events, now = record.events(), _now()
        what = due(events, bank, now, LIMIT)
        stands = standing(recent(events), bank, written(bank))
        return progress_view(stands, bank, what, next_day(events, bank, now), _place(record), now)

    def handle(name: str, _data: dict[str, Any]) -> dict[str, Any] | None:
        return view() if name == "refresh" else None

    first = view()
    text = markdown(first)
    return Panel(first, handle, to_text(text), to_html(text))


def _place(record: Record) -> str:
    path, home = record.path, Path.home()
    return f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) else str(path)


class Review:
    """What is due today, one question after the other."""

    def __init__(self, bank: Bank, record: Record, now: Callable[[], datetime] = _now) -> None:
        self.bank, self.record, self._now = bank, record, now
        self._deal()

    def _deal(self) -> None:
        now = self._now()
        self.due = due(self.record.events(), self.bank, now, LIMIT)
        seed = f"{self.record.seed()}-{now:%Y%m%d}"  # another day, other numbers in the same question
        about: dict[str, Any] = {"seed": seed, "where": "review", "since": now, "now": self._now}
        self.cards = [Card(each.item, self.record, **about) for each in self.due]
        self.place = 0

    @property
    def over(self) -> bool:
        """Whether all that was due has been asked."""
        return self.place >= len(self.cards)

    def handle(self, name: str, data: dict[str, Any]) -> dict[str, Any]:
        """Do what the page asks for, and return the view; events that are a card's go to the card shown."""
        if name == "next":
            self.place += not self.over
        elif name == "more" and self.over:
            self._deal()
        elif not self.over:
            self.cards[self.place].handle(name, data)
        return self.view()

    def view(self) -> dict[str, Any]:
        """Return all there is to show."""
        shown: dict[str, Any] = {
            "kind": "review",
            "title": "To recall today",
            "over": self.over,
            "count": len(self.cards),
        }
        if self.over:
            return shown | {"words": self.words(), "more": bool(self._due_now())}
        card, why = self.cards[self.place], self.due[self.place].why
        told = {"sure-but-wrong": "You were sure of this, and had it wrong: once more.", "new": "A new card."}
        return shown | {
            "place": self.place,
            "why": told.get(why, ""),
            "answered": card.done or card.tries > 0,
            "last": self.place + 1 == len(self.cards),
            "card": card.view(),
        }

    def _due_now(self) -> int:
        return len(due(self.record.events(), self.bank, self._now(), LIMIT))

    def words(self) -> str:
        """Return where the review stands."""
        now, events = self._now(), self.record.events()
        what = due(events, self.bank, now, LIMIT)
        if not self.cards:
            return due_words(what, next_day(events, self.bank, now), now)
        answered = sum(card.done or card.tries > 0 for card in self.cards)
        right = sum(bool(card.last_mark and card.last_mark.right) for card in self.cards)
        said = f"{counted(answered, 'question').capitalize()} recalled, {right} of them right."
        if what:
            return f"{said} {counted(len(what), 'question').capitalize()} left for today."
        return f"{said} {due_words(what, next_day(events, self.bank, now), now)}"

    def text(self) -> str:
        """Return the review as plain text; no question stands in it, so that none is read before it is asked."""
        return f"To recall. {self.words() if self.over else due_words(self.due, None, self._now())}"


def review() -> Panel:
    """Ask what is due today, one question after the other; what is left out comes back tomorrow."""
    session = Review(open_bank(), open_record())
    return Panel(session.view(), session.handle, session.text(), to_html(session.text()))
