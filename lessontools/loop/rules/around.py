"""Rules on what stands around backward and step: clipping, and the learning rate's schedule."""

from __future__ import annotations

import math
from statistics import median
from typing import Any

from lessontools.loop.finding import Seen, at, number, plural
from lessontools.loop.trace import Event, Trace

__all__ = ["clip_after_step", "clip_before_backward", "scheduler_before_optimizer", "scheduler_per_batch"]

FEW = 16  # calls of a scheduler below which nothing is said of its pace


def _clips(trace: Trace) -> list[Event]:
    """Return the clippings of parameters that are trained; one at infinity only measures the norm."""
    found = [e for e in trace.of("clip") if (e.data.get("max") or 0.0) < math.inf]
    return [e for e in found if any(trace.params[int(n)].backwards for n in e.data.get("params", {}))]


def _useless(trace: Trace) -> list[Event]:
    """Return the clippings if there are several and none met a gradient that still was to be used."""
    clips = _clips(trace)
    if len(clips) < 2 or any("fresh" in e.data["params"].values() for e in clips):
        return []
    stepped = any(o.get("steps", 0) > o.get("empty", 0) for o in trace.optimizers)
    return clips if stepped or trace.counts.get("update", 0) else []


def _nothing_there(event: Event) -> bool:
    return set(event.data["params"].values()) == {"none"}


def clip_after_step(trace: Trace) -> Seen | None:
    """Gradients were clipped when the step had used them already, and nothing used them after that."""
    clips = _useless(trace)
    if not clips or _nothing_there(clips[0]) or any(_used_later(trace, each) for each in clips):
        return None
    first = clips[0]
    step = next((e for e in reversed(trace.events[: trace.events.index(first)]) if e.kind in ("step", "update")), None)
    where = f" at {at(trace, step)}" if step is not None else ""
    text = (
        f"The clipping at {at(trace, first)} met gradients that the update{where} had used already, and no update came "
        f"before the next backward pass. So in {'both' if len(clips) == 2 else f'all {len(clips)}'} cases looked at."
    )
    return Seen(text, tuple((e, "clipped what had been used") for e in clips[:3]))


def _used_later(trace: Trace, clip: Event) -> bool:
    numbers = {int(each) for each in clip.data["params"]}
    for event in trace.events[trace.events.index(clip) + 1 :]:
        if event.kind in ("backward", "clear"):
            return False
        if event.kind in ("step", "update") and numbers & set(event.data.get("params", ())):
            return True
    return False


def clip_before_backward(trace: Trace) -> Seen | None:
    """Gradients were clipped before the backward pass that fills them."""
    clips = _useless(trace)
    if not clips or not _nothing_there(clips[0]):
        return None
    first = clips[0]
    later = trace.events[trace.events.index(first) :]
    after = next((e for e in later if e.kind == "backward"), None)
    if after is None:
        return None
    text = (
        f"The clipping at {at(trace, first)} found no gradient: the backward pass at {at(trace, after)} came after it. "
        f"None of the {plural(len(clips), 'clipping')} looked at met a gradient that an update was still to use."
    )
    return Seen(text, (*((e, "found nothing to clip") for e in clips[:2]), (after, "came after the clipping")))


def _schedules(trace: Trace) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(each, each["schedule"]) for each in trace.optimizers if each.get("schedule") and each.get("steps", 0)]


def scheduler_before_optimizer(trace: Trace) -> Seen | None:
    """The scheduler moved on before the optimizer's first step, and so in every round; a rate was never used."""
    tally = trace.tallies.get("schedule")
    for entry, known in _schedules(trace):
        if not known["early"] or known["calls"] < 2 or known["again"] or entry["steps"] <= known["last"] or not tally:
            continue  # schedules are also moved on before a run that is resumed
        first = tally.examples[0]
        before, after = first.data["before"], first.data["after"]
        text = (
            f"{first.data['name']} moved on at {at(trace, first)} before the optimizer's first step: the learning rate "
            f"went from {number(before)} to {number(after)}"
        )
        if before == after:
            return Seen(f"{text}; the whole schedule comes one round early.", ((first, "moved on early"),), "hint")
        proof = ((first, f"learning rate {number(before)} to {number(after)}"),)
        return Seen(f"{text}, and no update was made at {number(before)}.", proof)
    return None


def scheduler_per_batch(trace: Trace) -> Seen | None:
    """A schedule that moved on after each update was through long before the training was."""
    tally, rates = trace.tallies.get("schedule"), trace.series.get("lr")
    batches = trace.series.get("batch")
    if tally is None or rates is None or batches is None or len(set(batches.values[:8])) < 4:
        return None
    if len(_schedules(trace)) != 1:
        return None
    entry, known = _schedules(trace)[0]
    if known["calls"] < FEW or known["single"] < 0.9 * (known["calls"] - 1):
        return None
    first, top, middle = tally.examples[0], max([known["first"], *rates.values]), median(rates.values)
    text = f"{known['name']} at {at(trace, first)} moved on after each of {plural(entry['steps'], 'update')}"
    proof = ((first, f"learning rate {number(first.data['before'])} to {number(first.data['after'])}"),)
    turns = known["calls"] / known["most"] if known.get("most") else 0.0
    if middle < 1e-3 * top:
        rest = f"half of them ran with a learning rate of {number(middle)} or less, though it had been {number(top)}."
        return Seen(f"{text}: {rest}", proof)
    if known["name"] == "CosineAnnealingLR" and turns >= 4:
        rest = f"with T_max={known['most']} the learning rate fell and rose again {int(turns / 2)} times."
        return Seen(f"{text}: {rest}", proof)
    return None
