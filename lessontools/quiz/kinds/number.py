"""A number with a tolerance, and the wrong ones that are to be expected."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Literal

from pydantic import Field, model_validator

from lessontools.mark import Mark, Status
from lessontools.quiz.base import Answer, Asked, Model, Sample, Text

__all__ = ["Near", "Number", "NumberKey", "read_number"]


class Near(Model):
    """A wrong value that is to be expected, and what to say to it."""

    value: float | int | str
    feedback: Text
    misconception: str = ""
    reason: Literal["", "slip"] = ""


def read_number(text: Answer) -> float | None:
    """Return the number that was typed, or None: comma or point, minus signs, %, e-notation, spaces, fractions."""
    if isinstance(text, bool):
        return None
    if isinstance(text, int | float):
        try:
            return float(text) if math.isfinite(text) else None
        except OverflowError:  # a whole number beyond all floats
            return None
    if not isinstance(text, str) or len(text) > 60:
        return None
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-").replace("–", "-")
    plain = re.sub(r"(?<=\d)[ _](?=\d{3}\b)", "", plain)
    percent = plain.endswith("%")
    plain = plain.rstrip("% ").lstrip("=≈ ")
    if not percent and plain.count("/") == 1:
        above, below = (read_number(part) for part in plain.split("/"))
        return above / below if above is not None and below else None
    if re.fullmatch(r"[+-]?\d+,\d+", plain):
        plain = plain.replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", plain):
        return None
    value = float(plain) / (100 if percent else 1)
    return value if math.isfinite(value) else None


def _is_float(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


class NumberKey(Model):
    """The right number, how near is near enough, and the wrong ones that are to be expected.

    `tol` is absolute, `rel` relative to the answer; one of them is given for anything but an exact integer.
    """

    answer: float | int | str
    tol: float | int | str | None = None
    rel: float | None = Field(default=None, gt=0, lt=1)
    unit: str = ""
    near: tuple[Near, ...] = ()

    def unread(self) -> str:
        """Return the first of the key's texts that is not a number, or nothing."""
        values = (self.answer, self.tol, *(near.value for near in self.near))
        return next((text for text in values if isinstance(text, str) and not _is_float(text)), "")

    def value(self) -> float:
        """Return the right number (texts are filled in by then)."""
        return float(self.answer)

    def margin(self, value: float) -> float:
        """Return how far from `value` still counts as `value`."""
        if self.rel is not None:
            return abs(value) * self.rel + 1e-12
        return (float(self.tol) if self.tol is not None else 0.0) + 1e-9

    def mark(self, answer: Answer, possible: float, why: str) -> Mark:
        """Return right, wrong with the feedback of the anticipated value, or what form is wanted."""
        if answer is None or (isinstance(answer, str) and not answer.strip()):
            return Mark.blank(possible, "No number yet.")
        typed = self._read(answer)
        if typed is None:
            return Mark.invalid(possible, "That is not a number I can read; write it like `0.25` or `1e-3`.")
        key = self.value()
        if abs(typed - key) <= self.margin(key):
            return Mark.of(1, possible, why)
        for near in self.near:
            value = float(near.value)
            if abs(typed - value) <= self.margin(value):
                codes = (near.misconception,) if near.misconception else ()
                return Mark.of(0, possible, near.feedback, (), codes)
        way = "too high" if typed > key else "too low"
        return Mark.of(0, possible, f"Not that: {typed:g} is {way}. Work it through once more, line by line.")

    def _read(self, answer: Answer) -> float | None:
        if isinstance(answer, str) and self.unit:
            answer = re.sub(rf"\s*{re.escape(self.unit)}\s*$", "", answer) or answer
        return read_number(answer)

    def samples(self) -> list[Sample]:
        """Return the key in several spellings, each anticipated value, a far one, blank, malformed."""
        key = self.value()
        right = [key, repr(key), f" {key} ", f"{key:.12e}"]
        far = key + 10 * (abs(key) + self.margin(key) + 1)
        return [
            *(Sample(each, Status.RIGHT) for each in right),
            *(Sample(float(n.value), Status.WRONG, n.misconception, n.feedback) for n in self.near),
            Sample(far, Status.WRONG),
            *(Sample(each, Status.BLANK) for each in (None, "", "  ")),
            *(Sample(each, Status.INVALID) for each in ("two", "1.2.3", [1], "nan", float("inf"), True)),
        ]


class Number(Asked, NumberKey):
    """A number, with a unit where there is one. Answer: a number, or the text that was typed."""

    kind: Literal["number"]

    @model_validator(mode="after")
    def _sound(self) -> Number:
        if not self.params and not self.derive and (text := self.unread()):
            raise ValueError(
                f"'{text}' is not a number; write it as one, or give the 'params' that it is worked out from"
            )
        return self

    def mark(self, answer: Answer, possible: float | None = None, why: str | None = None) -> Mark:
        """Return right or wrong within the tolerance."""
        return NumberKey.mark(self, answer, self.points, self.why)

    def samples(self) -> list[Sample]:
        """Return what the key yields."""
        return NumberKey.samples(self)
