"""Values: what a question's numbers and sample answers claim, tried on one drawn variant."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from lessontools.quiz.bank import Item
from lessontools.quiz.base import Asked
from lessontools.quiz.kinds.number import Number, NumberKey, read_number
from lessontools.quiz.kinds.tracetable import Cell, TraceTable
from lessontools.quiz.lint.rule import Hit, Where
from lessontools.quiz.lint.structure import duplicate_choices
from lessontools.quiz.lint.words import texts
from lessontools.quiz.question import Question

__all__ = ["Claimed", "coinciding", "numbers", "sampled", "slots"]

Claimed = tuple[str, Hit]
"""The name of the rule that is broken, and where."""


def numbers(question: Asked) -> Iterator[Claimed]:
    """Yield what is wrong with keys, tolerances and anticipated wrong values."""
    if isinstance(question, Number):
        yield from _key(question, ())
    if isinstance(key := getattr(question, "number", None), NumberKey):
        yield from _key(key, ("number",))
    if isinstance(question, TraceTable):
        for r, row in enumerate(question.rows):
            for c, cell in enumerate(row.cells):
                if isinstance(cell, Cell):
                    yield from _cell(cell, ("rows", r, "cells", c))


def _key(key: NumberKey, at: Where) -> Iterator[Claimed]:
    value, wrong = _finite(key.answer), [_finite(near.value) for near in key.near]
    try:
        tolerance = abs(value or 0) * key.rel if key.rel is not None else float(key.tol or 0)
    except ValueError:
        yield "no-tolerance", Hit(f"the tolerance '{key.tol}' is not a number", (*at, "tol"))
        return
    yield from _gaps(value, wrong, tolerance, at, str(key.answer))


def _cell(cell: Cell, at: Where) -> Iterator[Claimed]:
    value = read_number(cell.answer)
    if value is None:
        words = [str(near.value).casefold() for near in cell.near]
        if str(cell.answer).casefold() in words:
            place = words.index(str(cell.answer).casefold())
            yield "near-accepted", Hit(f"'{cell.answer}' is the answer itself", (*at, "near", place))
        return
    found = [(place, read_number(near.value)) for place, near in enumerate(cell.near)]
    numeric = [near for _, near in found if near is not None]
    yield from _gaps(value, numeric, float(cell.tol or 0), at, str(cell.answer))


def _gaps(
    value: float | None, wrong: list[float | None] | list[float], tolerance: float, at: Where, shown: str
) -> Iterator[Claimed]:
    if value is None:
        yield "key-not-finite", Hit(f"the answer '{shown}' is not a finite number", (*at, "answer"))
        return
    if tolerance <= 0 and not value.is_integer():
        yield "no-tolerance", Hit(f"the answer {value:g} has no tolerance", (*at, "answer"))
    for place, near in enumerate(wrong):
        spot = (*at, "near", place)
        if near is None:
            yield "key-not-finite", Hit("the wrong value is not a finite number", spot)
            continue
        gap = abs(near - value)
        if gap <= tolerance + 1e-9:
            yield "near-accepted", Hit(f"{near:g} is within the tolerance of the answer {value:g}", spot)
        elif tolerance > gap / 2:
            message = f"the tolerance {tolerance:g} is more than half the gap ({gap:g}) to the wrong value {near:g}"
            yield "wide-tolerance", Hit(message, (*at, "tol"))
        if any(other is not None and abs(near - other) <= 1e-9 for other in wrong[:place]):
            yield "choices-coincide", Hit(f"the wrong value {near:g} is there twice", spot)


def _finite(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]  # what is no number raises
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def coinciding(item: Item) -> Iterator[Claimed]:
    """Yield choices that a draw has made the same."""
    for hit in duplicate_choices(item):
        yield "choices-coincide", hit


def slots(question: Question) -> Iterator[Claimed]:
    """Yield slots that stay as they are: of a question without parameters, or with more in them than a name."""
    names = {*question.params, *question.derive}
    for at, text in texts(question):
        for found in re.finditer(r"\{\{([^{}]*)\}\}", text):
            bare = re.fullmatch(r"\s*[A-Za-z_]\w*\s*(?::[^{}]*)?", found.group(1))
            if not names and bare:
                yield "unfillable", Hit(f"'{found.group()}' names no parameter; there are none", at)
            elif not bare and names & set(re.findall(r"[A-Za-z_]\w*", found.group(1))):
                yield "unfillable", Hit(f"'{found.group()}' is more than a name; work it out in 'derive'", at)


def sampled(question: Asked) -> Iterator[Claimed]:
    """Yield sample answers that are not marked as they should be."""
    for sample in question.samples():
        shown = repr(sample.answer)[:60]
        try:
            mark = question.mark(sample.answer)
        except Exception as error:
            yield "sample-fails", Hit(f"marking {shown} raised {type(error).__name__}: {error}")
            continue
        if mark.status is not sample.status:
            yield "sample-fails", Hit(f"the answer {shown} is marked {mark.status}, not {sample.status}")
        elif sample.misconception and sample.misconception not in mark.misconceptions:
            yield "sample-fails", Hit(f"the answer {shown} does not lead to '{sample.misconception}'")
        elif sample.says and not any(sample.says in said for said in (mark.feedback, *(n.text for n in mark.notes))):
            yield "sample-fails", Hit(f"the answer {shown} is not told '{sample.says[:60]}'")
