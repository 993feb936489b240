"""Rules on several backward passes for one update: thrown away unused, or summed where a mean was meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lessontools.loop.finding import Seen, at, plural
from lessontools.loop.rules.curves import lr_too_high
from lessontools.loop.trace import Event, Trace

__all__ = ["accumulation_cleared", "accumulation_not_divided"]

MEANS = ("Mean", "NllLoss", "MseLoss", "BinaryCrossEntropy", "L1Loss", "SmoothL1Loss", "HuberLoss", "KlDiv")


@dataclass(frozen=True)
class _Group:
    """An update that was looked at closely, and what came before it since the last one."""

    step: Event
    backwards: list[Event]
    clears: list[Event]
    losses: list[Event]

    @property
    def used(self) -> set[int]:
        return set(self.step.data.get("ids", ()))

    @property
    def lost(self) -> set[int]:
        return {each for event in self.clears for each in event.data.get("lost", ())}

    def line(self) -> list[Event]:
        """Return the passes of the line that ran the last pass which the update used."""
        last = next((e for e in reversed(self.backwards) if e.data.get("id") in self.used), None)
        if last is None:
            return []
        return [e for e in self.backwards if (e.line, e.file) == (last.line, last.file)]


def _groups(trace: Trace) -> list[_Group]:
    """Return the updates looked at, each with its passes; a step that used nothing is left out."""
    found, current = [], _Group(Event("step", 0), [], [], [])
    for event in trace.of("backward", "clear", "loss", "step"):
        if event.kind == "step":
            if event.data.get("ids"):
                found.append(_Group(event, current.backwards, current.clears, current.losses))
            current = _Group(event, [], [], [])
        else:
            rows = {"backward": current.backwards, "clear": current.clears, "loss": current.losses}
            rows[event.kind].append(event)
    return found


def _same(groups: Sequence[_Group]) -> bool:
    """Whether the passes of all updates come from one line, more than one for each update."""
    places = {(e.line, e.file) for group in groups for e in group.line()}
    many = [len(group.line()) for group in groups]
    return len(places) == 1 and min(many) >= 2 and (len(groups) >= 2 or min(many) >= 3)


def accumulation_cleared(trace: Trace) -> Seen | None:
    """Of several passes of one line for one update, all but the last were cleared before the update."""
    groups = _groups(trace)
    if not groups or not _same(groups):
        return None
    for group in groups:
        *early, last = [e.data["id"] for e in group.line()]
        if not set(early) <= group.lost or group.used & set(early) or last not in group.used:
            return None
    first = groups[0]
    passes, clear = first.line(), next(e for e in first.clears if e.data.get("lost"))
    thrown = len(passes) - 1
    text = (
        f"Update {first.step.step + 1} at {at(trace, first.step)} used only the last of {len(passes)} backward passes "
        f"at {at(trace, passes[0])}: "
        f"{'that of the other had' if thrown == 1 else f'those of the other {thrown} had'} been cleared at "
        f"{at(trace, clear)}. So it is in {'the one update' if len(groups) == 1 else f'all {len(groups)} updates'} "
        "looked at."
    )
    proof = ((clear, "cleared a gradient that no update had used"), (first.step, "used the last pass only"))
    return Seen(text, proof)


def accumulation_not_divided(trace: Trace) -> Seen | None:
    """Several passes of one line, each from a mean, were summed for one update, and nothing was divided."""
    groups = _groups(trace)
    if not groups or not _same(groups) or not all(_summed(group) for group in groups):
        return None
    first = groups[0]
    passes = first.line()
    text = (
        f"Update {first.step.step + 1} at {at(trace, first.step)} used the sum of {plural(len(passes), 'gradient')}, "
        f"each from a mean over its batch ({at(trace, passes[0])}): {len(passes)} times that of one "
        "large batch."
    )
    seen = lr_too_high(trace)
    if seen is not None and any(o.get("betas") for o in trace.optimizers):
        return None  # Adam divides by the gradient's size: what rises there has another cause
    if seen is not None:
        text = f"{text} {seen.observation}"
    return Seen(text, tuple((e, "added a gradient") for e in passes[:4]), "strong" if seen is not None else None)


def _summed(group: _Group) -> bool:
    passes = group.line()
    if not {e.data["id"] for e in passes} <= group.used or group.step.data.get("edited"):
        return False
    reductions = {e.data.get("reduction") for e in group.losses if e.data.get("graph")}
    return reductions <= {"mean"} and all(str(e.data.get("made", "")).startswith(MEANS) for e in passes)
