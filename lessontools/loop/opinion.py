"""A second opinion: kept batches run again as they ran and with a finding's cure -> both curves, and what they say."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lessontools.errors import LessonError, did_you_mean
from lessontools.explore.chart import lines
from lessontools.loop.doctor import diagnose
from lessontools.loop.drawing import Figure
from lessontools.loop.finding import number, plural
from lessontools.loop.trace import Trace

if TYPE_CHECKING:
    from lessontools.loop.cures import Plan
    from lessontools.loop.tape import Tape

__all__ = ["Opinion", "second_opinion"]

Verdict = Literal["supports", "no difference", "speaks against"]
CLEAR = 0.1  # a difference of less than this share of the loss says nothing
SAID = {
    "supports": "This supports the finding.",
    "no difference": "Over these batches the cure makes no clear difference: doubt the finding, or keep more batches.",
    "speaks against": "Over these batches the cure makes it worse: doubt the finding, or keep more batches.",
}
SURE = {  # a fact needs no support: the comparison tells what it costs here
    "supports": "The finding is certain, and here one sees what it costs.",
    "no difference": "The finding is certain all the same; over these batches it costs next to nothing.",
    "speaks against": "The finding is certain all the same; over these batches the loop does well in spite of it.",
}


@dataclass(frozen=True, repr=False)
class Opinion:
    """What a cure does to the loss over the kept batches, on copies of model and optimizer."""

    code: str
    cure: str
    batches: int
    before: tuple[float, ...]
    after: tuple[float, ...]
    certain: bool = False

    @property
    def verdict(self) -> Verdict:
        """Whether the cured run ends clearly lower than the run as it was."""
        one, other = self.before[-1], self.after[-1]
        if math.isfinite(one) != math.isfinite(other):
            return "supports" if math.isfinite(other) else "speaks against"
        if not math.isfinite(one) or abs(one - other) <= CLEAR * max(abs(one), abs(other)):
            return "no difference"
        return "supports" if other < one else "speaks against"

    def _told(self) -> list[str]:
        went = [f"{number(each[0])} to {number(each[-1])}" for each in (self.before, self.after)]
        return [
            f"Second opinion on {self.code}: {plural(self.batches, 'batch')} run again on copies of your model.",
            f"The cure tried: {self.cure}.",
            f"The loss over all of them went from {went[0]} as it ran, and from {went[1]} with the cure.",
            (SURE if self.certain else SAID)[self.verdict],
        ]

    def __repr__(self) -> str:
        return "\n".join(self._told())

    def _repr_html_(self) -> str:
        told = [f"<p>{html.escape(each)}</p>" for each in self._told()]
        curves = {"as it ran": self.before, "with the cure": self.after}
        chart = lines(curves, "measured at even distances", "loss over all batches", self._told()[2])
        page = f'<section aria-label="Second opinion">{told[0]}{told[1]}{chart}{told[2]}{told[3]}</section>'
        return Figure("", page)._repr_html_()


def second_opinion(trace: Trace, code: str = "") -> Opinion:
    """Try a cure (by default that of the first finding that has one) on what the trace kept.

    Raise LessonError, saying why, if nothing was kept, the loop cannot be run again, or the cure cannot be tried.
    """
    from lessontools.loop.cures import CURES, cured

    tape = trace.tape
    if tape is None:
        raise LessonError("no batches were kept; run the loop under watch(keep=40), then ask again")
    if not tape.done:
        raise LessonError("the loop is still watched; ask after the `with` block")
    if tape.refused or not any(op.kind == "loss" for op in tape.ops):
        why = tape.refused or "no loss of torch's own was seen on the model's output"
        raise LessonError(f"this loop cannot be run again: {why}")
    if code and code not in CURES:
        near = did_you_mean(code, CURES) or f"; there is one for {', '.join(CURES)}"
        raise LessonError(f"no cure can be tried for '{code}'{near}")
    found = diagnose(trace)
    codes = [code] if code else [each.code for each in found if each.code in CURES]
    if not codes:
        raise LessonError("the doctor found nothing whose cure can be tried; name one, such as 'lr-too-high'")
    for each in codes:
        if plans := cured(tape, each):
            certain = any(one.code == each and one.level == "fact" for one in found)
            return _compared(tape, each, plans, certain)
    raise LessonError(f"the cure of {codes[0]} cannot be tried on this loop's batches")


def _compared(tape: Tape, code: str, plans: Sequence[Plan], certain: bool) -> Opinion:
    """Run a tape as it ran and by each plan; of several, take the one that ends lowest."""
    from lessontools.loop.again import play
    from lessontools.loop.cures import plan_of

    try:
        before = play(tape, plan_of(tape), plans[0].judge)
        _same(before.losses, [op.value for op in tape.ops if op.kind == "loss"])
        runs = [(plan.words, tuple(play(tape, plan, plan.judge).curve)) for plan in plans]
    except LessonError:
        raise
    except Exception as error:
        said = str(error).strip().split("\n")[0][:200]
        raise LessonError(f"this loop cannot be run again: {type(error).__name__}: {said}") from error
    words, after = min(runs, key=lambda run: run[1][-1] if math.isfinite(run[1][-1]) else math.inf)
    return Opinion(code, words, len(tape.batches), tuple(before.curve), after, certain)


def _same(again: list[float], once: list[float]) -> None:
    """Raise LessonError unless the losses of the copy are those of the learner's own run: else it shows nothing."""
    for place, (one, other) in enumerate(zip(again, once, strict=True)):
        near = math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-6)
        if not near and (math.isfinite(one) or math.isfinite(other)):
            raise LessonError(
                f"this loop cannot be run again: at batch {place + 1} the copy's loss is {number(one)}, yours was "
                f"{number(other)}; the loop does something that was not kept"
            )
