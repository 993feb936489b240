"""What the page is given of a card: Card -> plain data. No key, no feedback before it may be known."""

from __future__ import annotations

import base64
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lessontools.mark import Mark, Status
from lessontools.quiz.base import Answer
from lessontools.quiz.question import Question
from lessontools.quiz.view import LABELS, body, describe
from lessontools.screen.markup import code_html, to_html

if TYPE_CHECKING:
    from lessontools.quiz.card import Card

__all__ = ["picture_url", "shown", "written"]

_WORDS = {
    Status.RIGHT: "Right",
    Status.PARTLY: "Partly right",
    Status.WRONG: "Not right",
    Status.BLANK: "Nothing answered yet",
    Status.INVALID: "Not readable",
    Status.CRASHED: "Crashed",
}


def shown(card: Card) -> dict[str, Any]:
    """Return all there is to show, as plain data; no key is in it before it may be known."""
    question = card.question
    return {
        "kind": "question",
        "item": question.id,
        "seed": card.seed,
        "type": question.kind,
        "label": LABELS[question.kind],
        "stem_html": to_html(question.stem),
        "code_html": code_html(question.code) if question.code and question.kind != "bug-line" else "",
        "picture": picture_url(question, card.item.folder),
        "body": body(question, card.seed) | _told(card),
        "answer": card.answer,
        "confidence": card.confidence,
        "hints": [to_html(hint) for hint in question.hints[: card.hints]],
        "more_hints": len(question.hints) - card.hints,
        "open": card.open,
        "shown": card.shown,
        "done": card.done,
        "given_up": card.given_up,
        "tries": card.tries,
        "tries_left": None if card.limit is None else card.limit - card.tries,
        "fresh": question is not card.item.question and card.feedback,
        "feedback": card.feedback,
        "mark": _mark(card),
        "solution_html": to_html(_solution(card)) if card.given_up else "",
        "notice": card.notice,
    }


def picture_url(question: Question, folder: Path) -> dict[str, str] | None:
    """Return a question's picture with its alt text; as a data URL, as a page needs it."""
    picture = question.picture
    if picture is None:
        return None
    raw = picture.svg.encode() if picture.svg else (folder / picture.file).read_bytes()
    kind = mimetypes.guess_type(picture.file or "picture.svg")[0] or "image/png"
    # as a data URL an SVG can run no script and nothing is fetched
    return {"alt": picture.alt, "url": f"data:{kind};base64,{base64.b64encode(raw).decode()}"}


def _told(card: Card) -> dict[str, Any]:
    """Return what may be known by now: a card's back, a model answer with its rubric."""
    question = card.question
    if question.kind == "flashcard" and card.shown:
        return {"back_html": to_html(question.back)}
    if question.kind == "explain" and written(card.answer) and card.feedback:
        rubric = [{"id": each.id, "html": to_html(each.text)} for each in question.rubric]
        return {"model_html": to_html(question.model), "rubric": rubric}
    return {}


def _mark(card: Card) -> dict[str, Any] | None:
    mark, kind = card.last_mark, card.question.kind
    waits = kind == "predict" and not card.shown and not card.open
    if mark is None or waits or (mark.status is Status.BLANK and card.answer and kind == "explain"):
        return None
    if not card.feedback and mark.status not in (Status.BLANK, Status.INVALID):
        return None
    return {
        "status": mark.status.value,
        "word": _WORDS[mark.status],
        "feedback_html": to_html(_explained(card, mark)),
        "notes": {n.part: {"right": n.right, "html": to_html(n.text) if n.text else ""} for n in mark.notes},
    }


def _explained(card: Card, mark: Mark) -> str:
    """Return the feedback; a prediction is always told what happens, and why."""
    if card.question.kind != "predict" or mark.status is not Status.WRONG:
        return mark.feedback
    outcome = describe(card.question, card.question.right_answer())
    return f"{mark.feedback}\n\n**What happens:** {outcome}\n\n{card.question.why}"


def _solution(card: Card) -> str:
    right = describe(card.question, card.question.right_answer())
    return f"{right}\n\n{card.question.why}"


def written(answer: Answer) -> bool:
    """Return whether an explanation holds any text."""
    return isinstance(answer, dict) and isinstance(answer.get("text"), str) and bool(answer["text"].strip())
