"""A short identifier or word."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from pydantic import Field

from lessontools.mark import Mark, Status
from lessontools.quiz.base import Answer, Asked, Model, Sample, Text

__all__ = ["TextQuestion", "Variant", "normal_text"]


def normal_text(text: str, case: bool) -> str:
    """Return a text as it is compared: space, quotes, backticks and Unicode forms do not matter, case only if said."""
    plain = unicodedata.normalize("NFKC", text).translate({ord(c): None for c in "`\"'‘’“”"})
    plain = re.sub(r"\s*([^\w\s])\s*", r"\1", " ".join(plain.split())).rstrip(";.,")
    return plain if case else plain.casefold()


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
        return normal_text(text, self.case)

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
