"""Rules of feedback: a wrong answer names its reason and is refuted, not merely refused."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lessontools.quiz.bank import Item
from lessontools.quiz.base import Asked
from lessontools.quiz.kinds.number import Number
from lessontools.quiz.kinds.order import Order
from lessontools.quiz.kinds.text import TextQuestion
from lessontools.quiz.kinds.tracetable import TraceTable
from lessontools.quiz.lint.rule import Hit, Where
from lessontools.quiz.lint.words import options, plain

_OPENER = re.compile(r"^\W*(?:wrong|incorrect|false|not (?:quite|correct|right)|no)\b[\s.,:;!–—-]*", re.I)
THIN = 40


def _wrong_parts(question: Asked) -> Iterator[tuple[Where, object]]:
    """Yield every anticipated wrong answer that must say why somebody gives it."""
    for place, option in enumerate(options(question)):
        if not option.right:
            yield ("choices", place), option
    match question:
        case Order():
            yield from ((("distractors", n), each) for n, each in enumerate(question.distractors))
        case Number() | TextQuestion():
            yield from ((("near", n), each) for n, each in enumerate(question.near))
        case TraceTable():
            for r, row in enumerate(question.rows):
                for c, cell in enumerate(row.cells):
                    at = ("rows", r, "cells", c, "near")
                    yield from () if isinstance(cell, str) else (((*at, n), near) for n, near in enumerate(cell.near))
    if key := getattr(question, "number", None):
        yield from ((("number", "near", n), each) for n, each in enumerate(key.near))


def unexplained_distractor(item: Item) -> Iterator[Hit]:
    """A distractor with neither a misconception nor `reason: slip`."""
    for at, part in _wrong_parts(item.question):
        if not getattr(part, "misconception", "") and not getattr(part, "reason", ""):
            yield Hit("a wrong answer without a misconception", at)


def key_with_misconception(item: Item) -> Iterator[Hit]:
    """A right choice that is tagged as a wrong belief."""
    for place, option in enumerate(options(item.question)):
        if option.right and (option.misconception or option.reason):
            yield Hit("the right choice carries a misconception or a reason", ("choices", place))


def thin_feedback(item: Item) -> Iterator[Hit]:
    """Feedback on a wrong answer that is too short to refute anything."""
    for at, part in _wrong_parts(item.question):
        said = getattr(part, "feedback", "")
        if len(plain(said)) < THIN:
            yield Hit(f"feedback of {len(plain(said))} characters, at least {THIN} wanted", (*at, "feedback"))


def bare_wrong(item: Item) -> Iterator[Hit]:
    """Feedback that says "Wrong" and hardly more."""
    for at, part in _wrong_parts(item.question):
        said = plain(getattr(part, "feedback", ""))
        if (found := _OPENER.match(said)) and len(said) >= THIN > len(said) - found.end():
            yield Hit(f"feedback starts '{found.group().strip()}' and gives no mechanism", (*at, "feedback"))


def same_feedback(item: Item) -> Iterator[Hit]:
    """Two wrong answers with the same feedback."""
    seen: set[str] = set()
    for at, part in _wrong_parts(item.question):
        said = plain(getattr(part, "feedback", "")).casefold()
        if said in seen:
            yield Hit("the same feedback as on another wrong answer", (*at, "feedback"))
        seen.add(said)
