"""What can go wrong: one tree of errors, each saying what, where and what to do.

LessonError
├── CourseError    the course's files: a broken bank, a missing lesson, an unknown id
├── RecordError    the learner's record cannot be read or written
├── NotebookError  a notebook or its source is mangled
└── HandinError    a release or a hand-in is damaged, or not what is wanted
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

__all__ = ["CourseError", "Fault", "HandinError", "LessonError", "NotebookError", "RecordError", "did_you_mean"]


class LessonError(Exception):
    """Base of all errors that lessontools raises on purpose.

    In a notebook only the message is shown: a learner never meets our traceback.
    """

    def _render_traceback_(self) -> list[str]:
        # IPython's documented hook: what it returns is shown instead of a traceback.
        return [f"{type(self).__name__}: {self}"]


class CourseError(LessonError):
    """The course's files are at fault, or an id is unknown."""


class RecordError(LessonError):
    """The learner's record cannot be read or written."""


class NotebookError(LessonError):
    """A notebook, or its source, cannot be read, built or brought back."""


class HandinError(LessonError):
    """A release or a hand-in is damaged, or not what is wanted."""


@dataclass(frozen=True, order=True, slots=True)
class Fault:
    """One finding about a file: where it is, which rule it breaks, what is wrong and how to mend it."""

    file: str
    line: int
    rule: str
    item: str
    message: str
    cure: str = ""
    warning: bool = False

    def __str__(self) -> str:
        level = "warning" if self.warning else "error"
        item = f" [{self.item}]" if self.item else ""
        cure = f"\n    -> {self.cure}" if self.cure else ""
        return f"{self.file}:{self.line}: {level} {self.rule}{item}: {self.message}{cure}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest known word, or nothing."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean '{near[0]}'?" if near else ""
