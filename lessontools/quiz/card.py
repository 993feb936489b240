"""A card: one question for one learner - what is shown, and what each thing that the learner does leads to."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lessontools.errors import LessonError, RecordError
from lessontools.mark import Mark, Status
from lessontools.quiz.bank import Item
from lessontools.quiz.base import Answer
from lessontools.quiz.question import variant
from lessontools.quiz.view import LABELS, body, describe
from lessontools.record import Event, Record
from lessontools.screen.markup import code_html, to_html

__all__ = ["CONFIDENCES", "Card"]

CONFIDENCES = ("sure", "unsure", "guess")
_WORDS = {
    Status.RIGHT: "Right",
    Status.PARTLY: "Partly right",
    Status.WRONG: "Not right",
    Status.BLANK: "Nothing answered yet",
    Status.INVALID: "Not readable",
    Status.CRASHED: "Crashed",
}


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
        if self.question.kind == "explain" and mark.status is Status.BLANK and not _written(answer):
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
        question = self.question
        return {
            "kind": "question",
            "item": question.id,
            "seed": self.seed,
            "type": question.kind,
            "label": LABELS[question.kind],
            "stem_html": to_html(question.stem),
            "code_html": code_html(question.code) if question.code and question.kind != "bug-line" else "",
            "picture": self._picture(),
            "body": body(question, self.seed) | self._told(),
            "answer": self.answer,
            "confidence": self.confidence,
            "hints": [to_html(hint) for hint in question.hints[: self.hints]],
            "more_hints": len(question.hints) - self.hints,
            "open": self.open,
            "shown": self.shown,
            "done": self.done,
            "given_up": self.given_up,
            "tries": self.tries,
            "tries_left": None if self.limit is None else self.limit - self.tries,
            "fresh": question is not self.item.question and self.feedback,
            "feedback": self.feedback,
            "mark": self._mark(),
            "solution_html": to_html(self._solution()) if self.given_up else "",
            "notice": self.notice,
        }

    def _picture(self) -> dict[str, str] | None:
        picture = self.question.picture
        if picture is None:
            return None
        raw = picture.svg.encode() if picture.svg else (self.item.folder / picture.file).read_bytes()
        kind = mimetypes.guess_type(picture.file or "picture.svg")[0] or "image/png"
        # as a data URL an SVG can run no script and nothing is fetched
        return {"alt": picture.alt, "url": f"data:{kind};base64,{base64.b64encode(raw).decode()}"}

    def _told(self) -> dict[str, Any]:
        """Return what may be known by now: a card's back, a model answer with its rubric."""
        question = self.question
        if question.kind == "flashcard" and self.shown:
            return {"back_html": to_html(question.back)}
        if question.kind == "explain" and _written(self.answer) and self.feedback:
            rubric = [{"id": each.id, "html": to_html(each.text)} for each in question.rubric]
            return {"model_html": to_html(question.model), "rubric": rubric}
        return {}

    def _mark(self) -> dict[str, Any] | None:
        mark, kind = self.last_mark, self.question.kind
        waits = kind == "predict" and not self.shown and not self.open
        if mark is None or waits or (mark.status is Status.BLANK and self.answer and kind == "explain"):
            return None
        if not self.feedback and mark.status not in (Status.BLANK, Status.INVALID):
            return None
        return {
            "status": mark.status.value,
            "word": _WORDS[mark.status],
            "feedback_html": to_html(self._explained(mark)),
            "notes": {n.part: {"right": n.right, "html": to_html(n.text) if n.text else ""} for n in mark.notes},
        }

    def _explained(self, mark: Mark) -> str:
        """Return the feedback; a prediction is always told what happens, and why."""
        if self.question.kind != "predict" or mark.status is not Status.WRONG:
            return mark.feedback
        outcome = describe(self.question, self.question.right_answer())
        return f"{mark.feedback}\n\n**What happens:** {outcome}\n\n{self.question.why}"

    def _solution(self) -> str:
        right = describe(self.question, self.question.right_answer())
        return f"{right}\n\n{self.question.why}"


def _written(answer: Answer) -> bool:
    return isinstance(answer, dict) and isinstance(answer.get("text"), str) and bool(answer["text"].strip())
