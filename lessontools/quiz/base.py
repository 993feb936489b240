"""What all questions share: the strict base model, common fields, parts and sample answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from lessontools.mark import Mark, Status

__all__ = ["Answer", "Asked", "Model", "Option", "Param", "Picture", "Sample", "Slug", "Text", "Use"]

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Use = Literal["lesson", "warmup", "exit", "pretest", "challenge", "recall", "assigned"]
Answer = Any
"""What a learner answered, as plain JSON; each kind says which form it takes, and None is always blank."""


class Model(BaseModel):
    """A strict and frozen record: an unknown key or a wrong type is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Picture(Model):
    """A picture of a question: an SVG, or a file beside the bank, and what it shows in words."""

    alt: Text
    svg: str = ""
    file: str = ""

    @model_validator(mode="after")
    def _one_source(self) -> Picture:
        if bool(self.svg) == bool(self.file):
            raise ValueError("a picture has either 'svg' or 'file'")
        return self


class Option(Model):
    """One choice. A wrong one names its misconception, or says that it is a slip."""

    id: Slug
    text: Text
    feedback: Text
    right: bool = False
    misconception: str = ""
    reason: Literal["", "slip"] = ""


class Param(Model):
    """A number drawn per learner: one of `pick`, or from `low` to `high` in steps of `step`."""

    pick: tuple[float | int | str, ...] = ()
    low: float | int | None = None
    high: float | int | None = None
    step: float | int = 1

    @model_validator(mode="after")
    def _one_way(self) -> Param:
        ranged = self.low is not None and self.high is not None
        if bool(self.pick) == ranged or (ranged and (self.high <= self.low or self.step <= 0)):  # type: ignore[operator]  # ranged means both are numbers
            raise ValueError("a parameter has either 'pick', or 'low' < 'high' and a positive 'step'")
        return self


@dataclass(frozen=True, slots=True)
class Sample:
    """An answer that a question proves itself with: what it must earn and what its feedback must name."""

    answer: Answer
    status: Status
    misconception: str = ""
    says: str = ""


class Asked(Model, ABC):
    """What every kind of question has.

    `objectives` are the course's own, `covers` the curriculum's item ids. `why` is shown once the question is
    answered. `proof` is Python that the checker runs: it must pass silently (assert what the key claims).
    """

    id: Slug
    stem: Text
    objectives: tuple[str, ...] = Field(min_length=1)
    why: Text
    covers: tuple[str, ...] = ()
    use: tuple[Use, ...] = ("lesson",)
    points: float = Field(default=1.0, gt=0, le=100)
    hints: tuple[Text, ...] = ()
    code: str = ""
    picture: Picture | None = None
    proof: str = ""
    params: dict[str, Param] = {}
    derive: dict[str, str] = {}
    attempts: int | None = Field(default=None, ge=1)
    twin: str = ""
    """Id shared by parallel forms of the same item."""

    @abstractmethod
    def mark(self, answer: Answer) -> Mark:
        """Return the mark of an answer: a pure function that never raises."""

    @abstractmethod
    def samples(self) -> list[Sample]:
        """Return answers that prove the question: right, wrong for each known reason, and malformed."""

    def misconceptions(self) -> set[str]:
        """Return the codes of the misconceptions that this question can point to."""
        found: set[str] = set()

        def collect(value: object) -> None:
            match value:
                case BaseModel():
                    found.update(filter(None, [getattr(value, "misconception", "")]))
                    for name in type(value).model_fields:
                        collect(getattr(value, name))
                case tuple() | list():
                    for each in value:
                        collect(each)
                case dict():
                    for each in value.values():
                        collect(each)

        collect(self)
        return found

    def right_answer(self) -> Answer:
        """Return an answer that earns everything."""
        return next(sample.answer for sample in self.samples() if sample.status is Status.RIGHT)
