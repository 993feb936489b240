"""Find the wrong line of a piece of code."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from lessontools.mark import Mark, Note, Status
from lessontools.quiz.base import Answer, Asked, Model, Sample, Text

__all__ = ["BugLine", "LineNote"]


class LineNote(Model):
    """Feedback for someone who clicks this line, which is not the bug."""

    line: int = Field(ge=1)
    feedback: Text
    misconception: str = ""


class BugLine(Asked):
    """Find the line that is wrong. Answer: its number, from 1.

    `fix` replaces the line; with `check`, the checker runs both versions: the buggy one must fail, the fixed pass.
    """

    kind: Literal["bug-line"]
    bug: int = Field(ge=1)
    fix: str
    feedback: Text
    otherwise: Text
    lines: tuple[LineNote, ...] = ()
    setup: str = ""
    check: str = ""

    @model_validator(mode="after")
    def _sound(self) -> BugLine:
        count = len(self.code.splitlines())
        if count < 2:
            raise ValueError("needs 'code' of at least two lines")
        for number in (self.bug, *(note.line for note in self.lines)):
            if number > count:
                raise ValueError(f"line {number} is beyond the code, which has {count}")
        if any(note.line == self.bug for note in self.lines):
            raise ValueError("'lines' holds feedback for the other lines; the bug's own goes into 'feedback'")
        return self

    def mark(self, answer: Answer) -> Mark:
        """Return right or wrong, with the clicked line's feedback."""
        if answer is None:
            return Mark.blank(self.points, "No line picked yet.")
        count = len(self.code.splitlines())
        if not isinstance(answer, int) or isinstance(answer, bool) or not 1 <= answer <= count:
            return Mark.invalid(self.points, f"The answer is a line number from 1 to {count}.")
        if answer == self.bug:
            note = Note(str(answer), True, self.feedback)
            return Mark.of(1, self.points, f"{self.feedback}\n\n{self.why}", (note,))
        other = next((n for n in self.lines if n.line == answer), None)
        said = other.feedback if other else self.otherwise
        codes = (other.misconception,) if other and other.misconception else ()
        return Mark.of(0, self.points, said, (Note(str(answer), False, said),), codes)

    def samples(self) -> list[Sample]:
        """Return every line, blank, malformed."""
        named = {note.line: note for note in self.lines}
        found = [Sample(self.bug, Status.RIGHT)]
        for number in range(1, len(self.code.splitlines()) + 1):
            if number != self.bug:
                note = named.get(number)
                code, said = (note.misconception, note.feedback) if note else ("", self.otherwise)
                found.append(Sample(number, Status.WRONG, code, said))
        bad = [0, 10**6, "2", True, 1.5, [1]]
        return [*found, Sample(None, Status.BLANK), *(Sample(each, Status.INVALID) for each in bad)]
