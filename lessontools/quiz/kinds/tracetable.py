"""Fill in the state after each line of code."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from lessontools.mark import Mark, Note, Status
from lessontools.quiz.base import Answer, Asked, Model, Sample, Text
from lessontools.quiz.kinds.number import Near, read_number

__all__ = ["Cell", "Row", "TraceTable"]


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
