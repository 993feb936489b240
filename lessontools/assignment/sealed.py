"""A sealed card: a question of an assignment. Answers are kept as they are; what is right is not known here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lessontools.assignment.release import Asked, Release
from lessontools.errors import HandinError, LessonError, RecordError
from lessontools.quiz.card import CONFIDENCES
from lessontools.quiz.kinds.number import read_number
from lessontools.record import Event, Record
from lessontools.screen.panel import Panel

__all__ = ["KIND", "Sealed", "kept", "panel"]

KIND = "sealed"
"""The kind of the record's events that belong to an assignment: practice leaves them alone."""


def _now() -> datetime:
    return datetime.now(UTC)


def kept(record: Record, release: Release) -> list[Event]:
    """Return what was answered and checked for this assignment, oldest first."""
    return [e for e in record.events() if e.kind == KIND and e.data.get("assignment") == release.id]


class Sealed:
    """One question of an assignment for one learner, as it was left."""

    def __init__(self, release: Release, asked: Asked, record: Record, now: Callable[[], datetime] = _now) -> None:
        self.release, self.asked, self.record, self._now = release, asked, record, now
        past = [event for event in kept(record, release) if event.item == asked.id]
        self.variant = self._first(past)
        self.answer = past[-1].data.get("answer") if past else None
        self.confidence = str(past[-1].data.get("confidence") or "") if past else ""
        self.tries, self.open = len(past), not past
        self.notice = self._word = ""

    def _first(self, past: list[Event]) -> int:
        found = past[-1].data.get("variant") if past else None
        if isinstance(found, int) and 0 <= found < len(self.asked.views):
            return found  # what was answered stays in view, also on another machine
        return self.asked.variant_of(self.record.seed())

    @property
    def limit(self) -> int | None:
        """How many attempts there are, None for any number; a prediction is made once."""
        return 1 if self.asked.kind == "predict" else self.release.attempts

    @property
    def spent(self) -> bool:
        """Whether no attempt is left."""
        return self.limit is not None and self.tries >= self.limit

    def handle(self, name: str, data: dict[str, Any]) -> None:
        """Do what the learner asked for; raise LessonError, in words for the learner, where that cannot be."""
        self.notice = self._word = ""
        if name == "submit":
            self._keep(data.get("answer"), data.get("confidence"))
        elif name == "again" and not self.spent:
            self.open = True
        elif name == "flush":
            self._save(self.record.flush)

    def _keep(self, answer: Any, confidence: Any) -> None:
        if not self.open:
            if self.spent and answer != self.answer:
                raise LessonError("all attempts are used")
            return  # the second click of a double one
        if self._word_for(answer):
            self._word = self._word_for(answer)
            return  # not an answer yet: nothing is kept, no attempt is used
        self.answer, self.confidence = answer, confidence if confidence in CONFIDENCES else ""
        self.tries, self.open = self.tries + 1, False
        about = {"assignment": self.release.id, "version": self.release.version, "variant": self.variant}
        data = {"answer": answer, "confidence": self.confidence, **about}
        self._save(lambda: self.record.append(KIND, self.asked.id, data, self._now()))

    def _word_for(self, answer: Any) -> str:
        """Return why this is no answer yet, or nothing."""
        text = answer.get("text") if isinstance(answer, dict) and self.asked.kind == "explain" else answer
        values = list(text.values()) if isinstance(text, dict) else [text]
        if text in (None, "", [], {}) or all(isinstance(each, str) and not each.strip() for each in values):
            return "Nothing answered yet."
        if self.asked.views[self.variant]["body"].get("field") == "number" and read_number(answer) is None:
            return "That is not readable as a number; write it such as 0.25, 1/4 or 2.5e-3."
        return ""

    def _save(self, write: Callable[[], object]) -> None:
        try:
            write()
        except RecordError as error:
            self.notice = f"{str(error)[0].upper()}{str(error)[1:]}."

    def view(self) -> dict[str, Any]:
        """Return all there is to show, in the form of a practice card's view."""
        mark = {"status": "blank", "word": "", "feedback_html": self._word, "notes": {}} if self._word else None
        return {
            **self.asked.views[self.variant],
            "kind": "question",
            "item": self.asked.id,
            "seed": str(self.variant),
            "answer": self.answer,
            "confidence": self.confidence,
            "hints": [],
            "more_hints": 0,
            "open": self.open,
            "shown": False,
            "done": self.spent,
            "given_up": False,
            "tries": self.tries,
            "tries_left": None if self.limit is None else self.limit - self.tries,
            "fresh": False,
            "feedback": False,
            "mark": mark,
            "solution_html": "",
            "notice": self.notice,
        }

    def text(self) -> str:
        """Return the question as plain text."""
        state = "Answered; it is kept." if self.tries else "Run this cell in JupyterLab to answer."
        return f"{self.asked.texts[self.variant]}\n[{state}]"


def panel(release: Release, names: tuple[str, ...], record: Record) -> Panel:
    """Return a panel with the questions that the names stand for, as the learner left them."""
    if not names:
        raise HandinError('name what to ask, such as ask("some-id")')
    cards = [Sealed(release, asked, record) for name in names for asked in release.meant(name)]

    def view() -> dict[str, Any]:
        return {"kind": "stack", "cards": [card.view() for card in cards]}

    def handle(name: str, data: dict[str, Any]) -> dict[str, Any] | None:
        place = data.get("card")
        if not isinstance(place, int) or not 0 <= place < len(cards):
            return None
        cards[place].handle(name, data)
        return view()

    return Panel(view(), handle, "\n\n".join(card.text() for card in cards) or "Nothing is asked here.")
