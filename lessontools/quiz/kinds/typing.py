"""Questions answered by typing: number, text, trace-table."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Literal

from pydantic import Field, model_validator

from lessontools.mark import Mark, Note, Status
from lessontools.quiz.base import Answer, Asked, Model, Sample, Text

__all__ = [
    "Cell",
    "Near",
    "Number",
    "NumberKey",
    "Row",
    "TextQuestion",
    "TraceTable",
    "Variant",
    "read_number",
]


class Near(Model):
    """A wrong value that is to be expected, and what to say to it."""

    value: float | int | str
    feedback: Text
    misconception: str = ""
    reason: Literal["", "slip"] = ""


def read_number(text: Answer) -> float | None:
    """Return the number that was typed, or None: comma or point, minus signs, %, e-notation, spaces."""
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


class Variant(Model):
    """A form of a text answer that is not fully right, what share it earns, and what to say to it."""

    text: Text
    feedback: Text
    share: float = Field(default=0.0, ge=0, lt=1)
    misconception: str = ""
    reason: Literal["", "slip"] = ""


class TextQuestion(Asked):
    """A short identifier or word. Answer: the text.

    Space, quotes, backticks and Unicode forms never matter; letter case does only with `case: true`.
    """

    kind: Literal["text"]
    accept: tuple[Text, ...] = Field(min_length=1)
    near: tuple[Variant, ...] = ()
    case: bool = False

    def normal(self, text: str) -> str:
        """Return the text as it is compared."""
        plain = unicodedata.normalize("NFKC", text).translate({ord(c): None for c in "`\"'‘’“”"})
        plain = re.sub(r"\s*([^\w\s])\s*", r"\1", " ".join(plain.split())).rstrip(";.,")
        return plain if self.case else plain.casefold()

    def mark(self, answer: Answer) -> Mark:
        """Return right for an accepted form, the stated share for a near one."""
        if answer is None or (isinstance(answer, str) and not answer.strip()):
            return Mark.blank(self.points, "Nothing written yet.")
        if not isinstance(answer, str) or len(answer) > 500:
            return Mark.invalid(self.points, "The answer is a short text.")
        typed = self.normal(answer)
        if typed in map(self.normal, self.accept):
            return Mark.of(1, self.points, self.why)
        for near in self.near:
            if typed == self.normal(near.text):
                codes = (near.misconception,) if near.misconception else ()
                return Mark.of(near.share, self.points, near.feedback, (), codes)
        return Mark.of(0, self.points, "Not that. Check the spelling, or take a hint.")

    def samples(self) -> list[Sample]:
        """Return every accepted and near form, blank, malformed."""
        return [
            *(Sample(form, Status.RIGHT) for form in self.accept),
            *(Sample(f"  `{form}` ", Status.RIGHT) for form in self.accept),
            *(
                Sample(n.text, Status.PARTLY if n.share else Status.WRONG, n.misconception, n.feedback)
                for n in self.near
            ),
            Sample("surely not this", Status.WRONG),
            *(Sample(each, Status.BLANK) for each in (None, "", " ")),
            *(Sample(each, Status.INVALID) for each in (3, ["a"], "x" * 501)),
        ]


class Cell(Model):
    """A cell to fill in: a number with a tolerance, or a word such as None."""

    answer: float | int | str
    tol: float | int | None = None
    feedback: Text
    near: tuple[Near, ...] = ()

    def mark(self, typed: str) -> tuple[bool, str, str]:
        """Return whether the cell is right, what to say, and the misconception code if any."""
        if self._is(typed, self.answer):
            return True, self.feedback, ""
        for near in self.near:
            if self._is(typed, near.value):
                return False, near.feedback, near.misconception
        return False, self.feedback, ""

    def _is(self, typed: str, value: float | int | str) -> bool:
        number, want = read_number(typed), read_number(value)
        if number is not None and want is not None:
            return abs(number - want) <= float(self.tol or 0) + 1e-9
        return " ".join(typed.split()).casefold() == str(value).casefold()


class Row(Model):
    """A line of code and the state after it: for each column a given text, or a cell to fill in."""

    code: Text
    cells: tuple[Cell | str, ...]


class TraceTable(Asked):
    """Fill in the state after each line. Answer: {"row.column": text}, both counted from 0."""

    kind: Literal["trace-table"]
    columns: tuple[Text, ...] = Field(min_length=1)
    rows: tuple[Row, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> TraceTable:
        for number, row in enumerate(self.rows, 1):
            if len(row.cells) != len(self.columns):
                raise ValueError(f"row {number} has {len(row.cells)} cells for {len(self.columns)} columns")
        if not self.asked():
            raise ValueError("no cell is to be filled in; give at least one an 'answer'")
        return self

    def asked(self) -> dict[str, Cell]:
        """Return the cells to fill in, by "row.column"."""
        return {
            f"{r}.{c}": cell
            for r, row in enumerate(self.rows)
            for c, cell in enumerate(row.cells)
            if isinstance(cell, Cell)
        }

    def mark(self, answer: Answer) -> Mark:
        """Return the share of cells that are right, with a note on each that was filled in."""
        if answer is None or answer == {}:
            return Mark.blank(self.points, "Nothing filled in yet.")
        cells = self.asked()
        if not isinstance(answer, dict) or not all(isinstance(v, str) for v in answer.values()):
            return Mark.invalid(self.points, "The answer is a text for each cell.")
        if not set(answer) <= set(cells) or any(len(v) > 60 for v in answer.values()):
            return Mark.invalid(self.points, "That fills in a cell which is not asked for.")
        if not any(text.strip() for text in answer.values()):
            return Mark.blank(self.points, "Nothing filled in yet.")
        notes, codes, right = [], [], 0
        for name, cell in cells.items():
            if typed := answer.get(name, "").strip():
                good, said, code = cell.mark(typed)
                right += good
                codes += [code] if code else []
                notes.append(Note(name, good, said))
        said = self.why if right == len(cells) else f"{right} of {len(cells)} cells are right."
        return Mark.of(right / len(cells), self.points, said, tuple(notes), tuple(dict.fromkeys(codes)))

    def samples(self) -> list[Sample]:
        """Return the full table, one known slip at a time, blank, malformed."""
        cells = self.asked()
        full = {name: str(cell.answer) for name, cell in cells.items()}
        below = Status.PARTLY if len(cells) > 1 else Status.WRONG
        found = [Sample(full, Status.RIGHT)]
        for name, cell in cells.items():
            found += [Sample({**full, name: str(n.value)}, below, n.misconception, n.feedback) for n in cell.near]
        blanks = [None, {}, dict.fromkeys(full, " ")]
        bad = ["x", {"99.99": "1"}, {next(iter(full)): 1}, [1]]
        return [*found, *(Sample(b, Status.BLANK) for b in blanks), *(Sample(b, Status.INVALID) for b in bad)]
