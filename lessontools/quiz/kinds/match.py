"""Pair left sides with right sides."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from lessontools.mark import Mark, Note, Status
from lessontools.quiz.base import Answer, Asked, Model, Sample, Slug, Text

__all__ = ["Match", "Pair", "Spare"]


class Pair(Model):
    """A left side and the right side that belongs to it."""

    id: Slug
    left: Text
    right: Text
    feedback: Text
    misconception: str = ""


class Spare(Model):
    """A right side that belongs to no left side."""

    id: Slug
    right: Text
    feedback: Text
    misconception: str = ""


class Match(Asked):
    """Pair left sides with right sides. Answer: {left id: right id}; a right side's id is its pair's or spare's."""

    kind: Literal["match"]
    pairs: tuple[Pair, ...] = Field(min_length=2)
    spares: tuple[Spare, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> Match:
        ids = [*(pair.id for pair in self.pairs), *(spare.id for spare in self.spares)]
        if len(set(ids)) != len(ids):
            raise ValueError("two pairs or spares share an id; give each its own")
        return self

    def mark(self, answer: Answer) -> Mark:
        """Return the share of pairs, with a note on each that was made."""
        if answer is None or answer == {}:
            return Mark.blank(self.points, "Nothing paired yet.")
        lefts = {pair.id: pair for pair in self.pairs}
        rights: dict[str, Pair | Spare] = {pair.id: pair for pair in self.pairs}
        rights |= {spare.id: spare for spare in self.spares}
        if not isinstance(answer, dict) or not set(answer) <= set(lefts):
            return Mark.invalid(self.points, "The answer pairs left sides with right sides.")
        made = {left: right for left, right in answer.items() if right not in (None, "")}
        if not made:
            return Mark.blank(self.points, "Nothing paired yet.")
        if not all(isinstance(right, str) and right in rights for right in made.values()):
            return Mark.invalid(self.points, "That names a right side which is not there.")
        notes, codes, good = [], [], 0
        for left, right in made.items():
            fits = rights[right].right == lefts[left].right  # two pairs may share a right side's text
            good += fits
            source = lefts[left] if fits or right in lefts else rights[right]
            notes.append(Note(left, fits, source.feedback))
            if not fits and (code := rights[right].misconception or lefts[left].misconception):
                codes.append(code)
        said = self.why if good == len(lefts) else f"{good} of {len(lefts)} pairs are right."
        return Mark.of(good / len(lefts), self.points, said, tuple(notes), tuple(dict.fromkeys(codes)))

    def samples(self) -> list[Sample]:
        """Return all pairs right, one pair only, each spare taken, blank, malformed."""
        full = {pair.id: pair.id for pair in self.pairs}
        first = self.pairs[0].id
        found = [Sample(full, Status.RIGHT), Sample({first: first}, Status.PARTLY)]
        found += [
            Sample(
                {**full, first: s.id},
                Status.PARTLY,
                s.misconception or self.pairs[0].misconception,
                s.feedback,
            )
            for s in self.spares
        ]
        bad = ["x", {"no-such-left": first}, {first: "no-such-right"}, {first: 3}]
        blanks = [None, {}, {first: ""}]
        return [*found, *(Sample(b, Status.BLANK) for b in blanks), *(Sample(b, Status.INVALID) for b in bad)]
