"""An outcome: what became of one question or exercise of one hand-in, as plain data that a store can keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from lessontools.mark import Mark

__all__ = ["Outcome", "State"]


class State(StrEnum):
    """What became of it; only RIGHT and PARTLY earn anything."""

    RIGHT = "RIGHT"
    PARTLY = "PARTLY"
    WRONG = "WRONG"
    BLANK = "BLANK"
    INVALID = "INVALID"
    CRASHED = "CRASHED"
    TIMEOUT = "TIMEOUT"
    UNREADABLE = "UNREADABLE"
    MISSING = "MISSING"


@dataclass(frozen=True)
class Outcome:
    """A mark with all that defends it: the answer in words, why, which beliefs it points to.

    `waiting` says that a person has to mark it first; `variant` which one was answered (-1: none). `seconds` is the
    time since the answer before it, if known.
    """

    item: str
    lesson: str
    kind: str
    state: State
    earned: float
    possible: float
    feedback: str = ""
    beliefs: tuple[str, ...] = ()
    answer: str = ""
    confidence: str = ""
    seconds: float | None = None
    remark: str = ""
    waiting: bool = False
    variant: int = -1

    def marked(self, mark: Mark) -> Outcome:
        """Return the same with a mark's verdict."""
        state = State(mark.status.value.upper())
        return replace(
            self,
            state=state,
            earned=mark.earned,
            possible=mark.possible,
            feedback=mark.feedback,
            beliefs=mark.misconceptions,
        )

    def plain(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {"beliefs": list(self.beliefs)}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Outcome:
        """Return the outcome of JSON data."""
        return cls(**{**data, "state": State(data["state"]), "beliefs": tuple(data["beliefs"])})
