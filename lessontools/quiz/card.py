"""A card: one question for one learner - what is shown, and what each thing that the learner does leads to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lessontools.errors import LessonError, RecordError
from lessontools.mark import Mark, Status
from lessontools.quiz.bank import Item
from lessontools.quiz.base import Answer
from lessontools.quiz.question import variant
from lessontools.quiz.shown import shown, written
from lessontools.record import Event, Record

__all__ = ["CONFIDENCES", "Card"]

CONFIDENCES = ("sure", "unsure", "guess")


def _now() -> datetime:
    return datetime.now(UTC)


class Card:
    """The state of one question; what the learner did before is taken from the record.

    `attempts` limits tries that count (None: the question's own limit, or none). With `feedback` off answers are
    recorded and nothing is told. Events before `since` are left aside: a review asks afresh.
    """

    def __init__(
        self,
        item: Item,
        record: Record,
        *,
        seed: str | None = None,
        where: str = "lesson",
        attempts: int | None = None,
        feedback: bool = True,
        since: datetime | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.item, self.record, self.where, self.feedback = item, record, where, feedback
        self.limit = attempts or item.question.attempts
        self._now, self._learner = now, seed or record.seed()
        self.notice = ""
        past = [e for e in record.events() if e.item == item.question.id and self._mine(e, since)]
        self._begin(str(past[-1].data.get("seed") or self._learner) if past else self._learner)
        for event in past:
            if event.data.get("seed") == self.seed:
                self._replay(event)

    def _mine(self, event: Event, since: datetime | None) -> bool:
        return event.data.get("where") == self.where and (since is None or event.at >= since)

    def _begin(self, seed: str) -> None:
        self.seed = seed
        self.question = variant(self.item.question, seed)
        self.answer: Answer = None
        self.last_mark: Mark | None = None
        self.tries = self.hints = 0
        self.confidence = ""
        self.open, self.shown, self.given_up = True, False, False

    def _replay(self, event: Event) -> None:
        """Take up one thing that was done before; marks are made anew with today's key."""
        match event.kind:
            case "answer" | "commit":
                self.answer = event.data.get("answer")
                self.confidence = str(event.data.get("confidence") or "")
                self.tries += event.kind == "answer"
                self.last_mark = self.question.mark(self.answer)
                self.open = False
            case "rating":
                self.answer, self.shown = event.data.get("answer"), True
                self.last_mark = self.question.mark(self.answer)
            case "hint":
                self.hints = max(self.hints, int(event.data.get("number") or 0))
            case "reveal":
                self.shown = True
                self.given_up = event.data.get("what") == "solution"

    @property
    def done(self) -> bool:
        """Whether nothing more is to be done here."""
        kind, mark = self.question.kind, self.last_mark
        if kind == "predict":
            return self.shown or (self.answer is not None and not self.feedback)
        if kind in ("flashcard", "explain"):
            return mark is not None and mark.status is not Status.BLANK
        return self.given_up or bool(mark and mark.right) or self.spent

    @property
    def spent(self) -> bool:
        """Whether all allowed attempts are used."""
        return self.limit is not None and self.tries >= self.limit

    def handle(self, name: str, data: dict[str, Any]) -> None:
        """Do what the learner asked for; raise LessonError, in words for the learner, where that cannot be."""
        self.notice = ""
        match name:
            case "submit":
                self._submit(data)
            case "rate":
                self._rate(data)
            case "show" if self.question.kind in ("predict", "flashcard"):
                self._show()
            case "hint" if self.hints < len(self.question.hints):
                self.hints += 1
                self._write("hint", {"number": self.hints})
            case "again" if not self.spent and not self.given_up:
                self.open = True
            case "fresh" if self.question is not self.item.question:
                head, _, count = self.seed.partition(":")
                self._begin(f"{head}:{int(count or 0) + 1}")
            case "give_up" if self.tries and self.feedback:
                self.given_up, self.open = True, False
                self._write("reveal", {"what": "solution"})
            case "note":
                self._write("reveal", {"what": "note", "text": str(data.get("text", ""))[:2000]})
            case "flush":
                self._save(self.record.flush)

    def _submit(self, data: dict[str, Any]) -> None:
        answer, confidence = data.get("answer"), data.get("confidence")
        if not self.open and (self.question.kind != "explain" or answer == self.answer):
            if self.spent and answer != self.answer:
                raise LessonError(f"all {self.limit} attempts are used")
            return  # a second click of a double one; and a prediction is made once
        self.confidence = confidence if confidence in CONFIDENCES else ""
        mark = self.question.mark(answer)
        if mark.status is Status.INVALID or (mark.status is Status.BLANK and self.question.kind != "explain"):
            self.last_mark, self.answer = mark, answer  # not an answer yet: nothing is recorded, no attempt is used
            return
        if self.question.kind == "explain" and mark.status is Status.BLANK and not written(answer):
            self.last_mark = mark
            return
        self.answer, self.last_mark, self.open = answer, mark, False
        self.tries += 1
        kind = "commit" if self.question.kind == "predict" else "answer"
        self._write(kind, {"answer": answer, "confidence": self.confidence, "hints": self.hints})

    def _rate(self, data: dict[str, Any]) -> None:
        mark = self.question.mark(data.get("answer"))
        if self.question.kind == "flashcard" and mark.status in (Status.RIGHT, Status.WRONG):
            self.answer, self.last_mark, self.shown = data["answer"], mark, True
            self._write("rating", {"answer": self.answer})

    def _show(self) -> None:
        if self.question.kind == "predict" and self.answer is None:
            raise LessonError("commit to a prediction first; a guess is fine")
        self.shown = True
        self._write("reveal", {"what": "feedback"})

    def _write(self, kind: str, data: dict[str, Any]) -> None:
        about = {"seed": self.seed, "lesson": self.item.lesson, "where": self.where}
        self._save(lambda: self.record.append(kind, self.question.id, {**data, **about}, self._now()))

    def _save(self, write: Callable[[], object]) -> None:
        try:
            write()
        except RecordError as error:
            self.notice = f"{str(error)[0].upper()}{str(error)[1:]}."

    def view(self) -> dict[str, Any]:
        """Return all there is to show, as plain data; no key is in it before it may be known."""
        return shown(self)
