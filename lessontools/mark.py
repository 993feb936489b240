"""A mark: the one verdict that every question and exercise ends in, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

__all__ = ["Mark", "Note", "Status"]


class Status(StrEnum):
    """What became of an answer; only RIGHT and PARTLY earn anything, so that verdicts fail closed."""

    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    BLANK = "blank"
    INVALID = "invalid"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Note:
    """Feedback on one part of an answer: a choice, a line, a pair, a cell."""

    part: str
    right: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict: what was earned of what was possible, why, and which beliefs the answer points to.

    `feedback` and each note's text are Markdown. `misconceptions` holds kebab-case codes.
    """

    earned: float
    possible: float
    status: Status
    feedback: str = ""
    notes: tuple[Note, ...] = ()
    misconceptions: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if not 0 <= self.earned <= self.possible:
            raise ValueError(f"a mark earns between 0 and {self.possible}, not {self.earned}")
        full, none = self.earned == self.possible, self.earned == 0
        agrees = {Status.RIGHT: full, Status.PARTLY: not full and not none}.get(self.status, none)
        if not agrees:
            raise ValueError(f"status {self.status} cannot earn {self.earned} of {self.possible}")

    @property
    def right(self) -> bool:
        """Whether everything was right."""
        return self.status is Status.RIGHT

    @classmethod
    def of(
        cls,
        share: float,
        possible: float,
        feedback: str = "",
        notes: tuple[Note, ...] = (),
        misconceptions: tuple[str, ...] = (),
    ) -> Mark:
        """Return the mark for a share (0 to 1) of the points; RIGHT, PARTLY or WRONG follows from it."""
        share = min(1.0, max(0.0, share))
        status = Status.RIGHT if share == 1 else Status.PARTLY if share > 0 else Status.WRONG
        return cls(share * possible, possible, status, feedback, notes, misconceptions)

    @classmethod
    def blank(cls, possible: float, feedback: str = "") -> Mark:
        """Return the mark of something not attempted."""
        return cls(0, possible, Status.BLANK, feedback)

    @classmethod
    def invalid(cls, possible: float, feedback: str) -> Mark:
        """Return the mark of an answer that cannot be read; `feedback` says what form is wanted."""
        return cls(0, possible, Status.INVALID, feedback)

    def saying(self, feedback: str) -> Mark:
        """Return the same mark with other feedback."""
        return replace(self, feedback=feedback)
