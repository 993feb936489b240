"""Questions answered by picking from choices: choice, several, curve, predict."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from lessontools.mark import Mark, Note, Status
from lessontools.quiz.base import Answer, Asked, Model, Option, Sample, Text
from lessontools.quiz.kinds.number import NumberKey

__all__ = ["Choice", "Curve", "Predict", "Series", "Several"]

Options = tuple[Option, ...]


def mark_pick(options: Options, answer: Answer, possible: float, why: str) -> Mark:
    """Return the mark of one picked option id."""
    if answer is None or answer == "":
        return Mark.blank(possible, "Nothing picked yet.")
    picked = next((option for option in options if option.id == answer), None)
    if picked is None:
        return Mark.invalid(possible, "That is not one of the choices; pick one and send it again.")
    feedback = f"{picked.feedback}\n\n{why}" if picked.right else picked.feedback
    codes = (picked.misconception,) if picked.misconception else ()
    notes = (Note(picked.id, picked.right, picked.feedback),)
    return Mark.of(float(picked.right), possible, feedback, notes, codes)


def pick_samples(options: Options) -> list[Sample]:
    """Return each option as a sample, and blank and malformed ones."""
    return [
        *(Sample(o.id, Status.RIGHT if o.right else Status.WRONG, o.misconception, o.feedback) for o in options),
        Sample(None, Status.BLANK),
        Sample("", Status.BLANK),
        Sample("no-such-choice", Status.INVALID),
        Sample(["list"], Status.INVALID),
        Sample(7, Status.INVALID),
    ]


def one_key(options: Options) -> None:
    """Raise ValueError unless ids differ and exactly one option is right."""
    distinct(options)
    keys = [option.id for option in options if option.right]
    if len(keys) != 1:
        raise ValueError(f"needs exactly one right choice, has {len(keys)}; mark it with 'right: true'")


def distinct(options: Options) -> None:
    """Raise ValueError where two options share an id."""
    ids = [option.id for option in options]
    for each in ids:
        if ids.count(each) > 1:
            raise ValueError(f"two choices have the id '{each}'; give each its own")


class _OneOf(Asked):
    """One of several choices. Answer: the id of the choice."""

    choices: Options = Field(min_length=2)
    shuffle: bool = True

    @model_validator(mode="after")
    def _sound(self) -> _OneOf:
        one_key(self.choices)
        return self

    def mark(self, answer: Answer) -> Mark:
        """Return right or wrong, with the picked choice's feedback."""
        return mark_pick(self.choices, answer, self.points, self.why)

    def samples(self) -> list[Sample]:
        """Return each choice, blank, malformed."""
        return pick_samples(self.choices)


class Choice(_OneOf):
    """One of several choices. Answer: the id of the choice."""

    kind: Literal["choice"]


class Series(Model):
    """Loss (or another metric) per epoch."""

    name: Text
    values: tuple[float, ...] = Field(min_length=2)


class Curve(_OneOf):
    """Name the cause of a plotted set of curves. Answer: the id of the choice."""

    kind: Literal["curve"]
    series: tuple[Series, ...] = Field(min_length=1)
    alt: Text
    xlabel: str = "epoch"
    ylabel: str = "loss"


class Several(Asked):
    """Any number of choices. Answer: a list of choice ids.

    Net correct: a right tick earns 1/(number of right), a wrong one costs 1/(number of wrong), never below 0.
    """

    kind: Literal["several"]
    choices: Options = Field(min_length=2)
    shuffle: bool = True

    @model_validator(mode="after")
    def _sound(self) -> Several:
        distinct(self.choices)
        if not any(option.right for option in self.choices):
            raise ValueError("needs at least one right choice; mark it with 'right: true'")
        return self

    def mark(self, answer: Answer) -> Mark:
        """Return the net-correct share, with a note on every choice that was decided wrongly or well."""
        if answer is None or answer == []:
            return Mark.blank(self.points, "Nothing ticked yet.")
        known = {option.id for option in self.choices}
        if not isinstance(answer, list) or not all(isinstance(each, str) for each in answer):
            return Mark.invalid(self.points, "The answer is a list of choices; tick them and send again.")
        if not set(answer) <= known or len(set(answer)) != len(answer):
            return Mark.invalid(self.points, "That names something that is not a choice; tick and send again.")
        right = [option for option in self.choices if option.right]
        wrong = [option for option in self.choices if not option.right]
        share = sum(o.id in answer for o in right) / len(right)
        share -= sum(o.id in answer for o in wrong) / len(wrong) if wrong else 0
        notes = tuple(
            Note(o.id, o.right == (o.id in answer), o.feedback) for o in self.choices if o.right or o.id in answer
        )
        codes = tuple(o.misconception for o in wrong if o.id in answer and o.misconception)
        exact = {o.id for o in right} == set(answer)
        missed = sum(o.id not in answer for o in right)
        said = self.why if exact else "Not all of it yet: " + _tally(missed, sum(o.id in answer for o in wrong))
        return Mark.of(1.0 if exact else min(share, 0.999), self.points, said, notes, codes)

    def samples(self) -> list[Sample]:
        """Return the exact set, one wrong tick at a time, everything ticked, blank, malformed."""
        right = [o.id for o in self.choices if o.right]
        wrong = [o for o in self.choices if not o.right]
        found = [Sample(right, Status.RIGHT)]
        found += [Sample([o.id], Status.WRONG, o.misconception, o.feedback) for o in wrong]
        if wrong:
            found.append(Sample([o.id for o in self.choices], Status.WRONG))
        if len(right) > 1:
            found.append(Sample(right[:1], Status.PARTLY))
        bad = ["x", ["no-such-choice"], [right[0], right[0]], [3], {"a": 1}]
        return [
            *found,
            Sample(None, Status.BLANK),
            Sample([], Status.BLANK),
            *(Sample(b, Status.INVALID) for b in bad),
        ]


def _tally(missed: int, extra: int) -> str:
    parts = [f"{missed} missing" if missed else "", f"{extra} too many" if extra else ""]
    return " and ".join(filter(None, parts)) + "."


class Predict(Asked):
    """Commit to an outcome, run the cell, then see the gap explained. Answer: as choice or as number.

    The commitment is recorded before anything is revealed; `then` says what to run.
    """

    kind: Literal["predict"]
    then: Text
    choices: Options = ()
    number: NumberKey | None = None
    shuffle: bool = True

    @model_validator(mode="after")
    def _sound(self) -> Predict:
        if bool(self.choices) == bool(self.number):
            raise ValueError("needs either 'choices' or 'number'")
        if self.number and not self.params and not self.derive and (text := self.number.unread()):
            raise ValueError(
                f"'{text}' is not a number; write it as one, or give the 'params' that it is worked out from"
            )
        if self.choices:
            one_key(self.choices)
        return self

    def mark(self, answer: Answer) -> Mark:
        """Return the mark of the commitment."""
        if self.number:
            return self.number.mark(answer, self.points, self.why)
        return mark_pick(self.choices, answer, self.points, self.why)

    def samples(self) -> list[Sample]:
        """Return what the choice or the number yields."""
        return self.number.samples() if self.number else pick_samples(self.choices)
