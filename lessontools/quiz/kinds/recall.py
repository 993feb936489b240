"""Questions answered from memory and judged by oneself: flashcard, explain."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from lessontools.mark import Mark, Note, Status
from lessontools.quiz.base import Answer, Asked, Model, Sample, Slug, Text

__all__ = ["RATINGS", "Criterion", "Explain", "Flashcard"]

RATINGS = ("again", "hard", "good", "easy")


class Flashcard(Asked):
    """Recall, reveal, rate. Answer: again, hard, good or easy; it feeds the review schedule and earns nothing."""

    kind: Literal["flashcard"]
    back: Text
    points: float = Field(default=0.0, ge=0, le=0)

    def mark(self, answer: Answer) -> Mark:
        """Return a mark of 0 out of 0: right if it was recalled, wrong if not."""
        if answer is None or answer == "":
            return Mark.blank(0, "Not rated yet.")
        if not isinstance(answer, str) or answer not in RATINGS:
            return Mark.invalid(0, f"A rating is one of {', '.join(RATINGS)}.")
        return Mark(0, 0, Status.WRONG if answer == "again" else Status.RIGHT, self.why)

    def samples(self) -> list[Sample]:
        """Return each rating, blank, malformed."""
        found = [Sample(r, Status.WRONG if r == "again" else Status.RIGHT) for r in RATINGS]
        return [*found, Sample(None, Status.BLANK), *(Sample(b, Status.INVALID) for b in ("so-so", 3, [1]))]


class Criterion(Model):
    """One thing that a good explanation says."""

    id: Slug
    text: Text


class Explain(Asked):
    """Explain in your own words, then compare. Answer: {"text": ..., "met": [ids of criteria]}.

    Until `met` is given (by the learner, comparing with the rubric, or by the instructor) the mark waits as BLANK.
    """

    kind: Literal["explain"]
    rubric: tuple[Criterion, ...] = Field(min_length=1)
    model: Text

    @model_validator(mode="after")
    def _sound(self) -> Explain:
        ids = [each.id for each in self.rubric]
        if len(set(ids)) != len(ids):
            raise ValueError("two criteria share an id; give each its own")
        return self

    def mark(self, answer: Answer) -> Mark:
        """Return the share of criteria that were met."""
        if answer is None or answer == {}:
            return Mark.blank(self.points, "Nothing written yet.")
        if not isinstance(answer, dict) or not isinstance(answer.get("text"), str) or set(answer) - {"text", "met"}:
            return Mark.invalid(self.points, "The answer is a text, then the criteria that it meets.")
        if not answer["text"].strip():
            return Mark.blank(self.points, "Nothing written yet.")
        if "met" not in answer:
            return Mark.blank(self.points, "Written; now compare it with the rubric.")
        met, known = answer["met"], {each.id for each in self.rubric}
        listed = isinstance(met, list) and all(isinstance(m, str) for m in met) and len(set(met)) == len(met)
        if not listed or not set(met) <= known:
            return Mark.invalid(self.points, "That names a criterion which is not there.")
        notes = tuple(Note(c.id, c.id in met, c.text) for c in self.rubric)
        return Mark.of(len(met) / len(known), self.points, self.why, notes)

    def samples(self) -> list[Sample]:
        """Return all, none and one criterion met, not compared yet, blank, malformed."""
        ids = [each.id for each in self.rubric]
        bad = ["x", {"met": ids}, {"text": 3}, {"text": "a", "met": ["no-such"]}, {"text": "a", "met": 1}]
        return [
            Sample({"text": self.model, "met": ids}, Status.RIGHT),
            Sample({"text": "something", "met": []}, Status.WRONG),
            *([Sample({"text": "something", "met": ids[:1]}, Status.PARTLY)] if len(ids) > 1 else []),
            *(Sample(b, Status.BLANK) for b in (None, {}, {"text": " "}, {"text": "not compared yet"})),
            *(Sample(b, Status.INVALID) for b in bad),
        ]
