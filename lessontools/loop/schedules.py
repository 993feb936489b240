"""Steps of learning-rate schedulers: what each did to the learning rate, and how they go with the optimizer's steps."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from torch.optim import lr_scheduler
from torch.optim.lr_scheduler import LRScheduler

from lessontools.loop import stepping
from lessontools.loop.recorder import Recorder
from lessontools.loop.trace import Series

__all__ = ["OWNERS", "step"]

OWNERS: tuple[type[Any], ...] = tuple(
    each
    for each in vars(lr_scheduler).values()
    if isinstance(each, type) and issubclass(each, LRScheduler) and "step" in vars(each)
)
"""The classes that have a step() of their own."""


def step(recorder: Recorder, original: Callable[..., Any], scheduler: Any, *args: Any, **kwargs: Any) -> Any:
    """Run a scheduler's step, and record it: not the one that its making implies, nor those of schedulers inside it."""
    outer = recorder.scheduling
    made = hasattr(scheduler, "_last_lr") and not getattr(scheduler, "_is_initial", False)
    mine = made and recorder.idle and recorder.level != "off" and not outer
    before = _rate(scheduler) if mine else math.nan
    recorder.scheduling = True
    try:
        result = original(scheduler, *args, **kwargs)
    finally:
        recorder.scheduling = outer
    if mine:
        try:
            _stepped(recorder, scheduler, before)
        except Exception as error:
            recorder.trace.trouble(error)
    return result


def _stepped(recorder: Recorder, scheduler: Any, before: float) -> None:
    """Record a scheduler's step in its optimizer's entry: when it came, and what it left."""
    entry = recorder.trace.optimizers[stepping.number_of(recorder, scheduler.optimizer)]
    made = recorder.event("schedule", {"name": type(scheduler).__name__, "before": before, "after": _rate(scheduler)})
    known = entry.get("schedule")
    if known is None:
        warm = getattr(scheduler.optimizer, "_opt_called", False) or bool(scheduler.optimizer.state)
        early = entry["steps"] == 0 and not warm
        known = entry["schedule"] = {"name": type(scheduler).__name__, "calls": 0, "single": 0, "early": early}
        known |= {"last": entry["steps"], "most": getattr(scheduler, "T_max", None), "again": 0, "first": before}
    since = entry["steps"] - known["last"]
    known["single"] += known["calls"] > 0 and since == 1
    known["again"] += known["calls"] > 0 and since == 0
    known["calls"] += 1
    known["last"] = entry["steps"]
    recorder.trace.tally("schedule", made)
    recorder.trace.series.setdefault("lr", Series()).add(recorder.updates, made.data["after"])


def _rate(scheduler: Any) -> float:
    groups = getattr(getattr(scheduler, "optimizer", None), "param_groups", None)
    return float(groups[0]["lr"]) if groups else math.nan
