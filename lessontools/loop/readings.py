"""Numbers that a loop reads: means of an evaluation's batches, and the numbers in the learner's own variables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import FrameType
from typing import Any

from torch import Tensor

from lessontools.loop import measure
from lessontools.loop.recorder import Recorder

__all__ = ["KINDS", "judged", "measured", "settle", "variables"]

KINDS = {"mean", "sum"}
DEEP, NAMES = 6, 300


def measured(recorder: Recorder, kind: str, source: Any, result: Tensor) -> None:
    """Note the mean over a batch that an evaluation took: `.mean()`, or `.sum()` to be divided by the rows."""
    if recorder.depth or not isinstance(source, Tensor) or not source.dim():
        return
    with recorder.quiet():
        value = float(result.detach()) if not result.is_complex() else math.nan
    rows = source.shape[0]
    share = source.numel() if kind == "sum" else 1
    if math.isfinite(value) and rows:
        _note(recorder, "mean" if kind == "mean" else "share", value / share if share else value, rows)


def judged(recorder: Recorder, name: str, target: Tensor, value: float, options: dict[str, Any]) -> None:
    """Note an evaluation's loss; weighted and padded ones have no plain mean over rows."""
    rows = target.shape[0] if target.dim() else 1
    flat = target.dim() <= 1 or target.numel() == rows
    if options.get("weighted") or not flat or not rows or not math.isfinite(value):
        return
    if options.get("reduction") == "mean":
        _note(recorder, name, value, rows)
    elif options.get("reduction") == "sum":
        _note(recorder, name, value / rows, rows)


def _note(recorder: Recorder, kind: str, mean: float, rows: int) -> None:
    mine = measure.where()
    if mine is not None:
        place = recorder.file_of(mine.f_code.co_filename), mine.f_lineno
        recorder.averages.note(place, kind, mean, rows)


def settle(recorder: Recorder, space: Mapping[str, Any] | None = None) -> None:
    """End an evaluation: look for its averages in the learner's frames, or in a namespace that outlived its frame."""
    if recorder.averages.streams:
        with recorder.quiet():
            found = variables(measure.where()) if space is None else numbers(space)
            recorder.averages.settle(recorder.updates, found)


def numbers(space: Mapping[str, Any]) -> dict[str, float]:
    """Return the numbers of a namespace: floats, single tensors, the last entry of a list."""
    found: dict[str, float] = {}
    for name, value in list(space.items())[:NAMES]:
        if not name.startswith("_"):
            _add(found, name, value)
    return found


def variables(frame: FrameType | None) -> dict[str, float]:
    """Return the numbers that the learner's code holds by name, those of inner frames first."""
    found: dict[str, float] = {}
    for _ in range(DEEP):
        if frame is None:
            break
        spaces = (frame.f_locals,) if frame.f_locals is frame.f_globals else (frame.f_locals, frame.f_globals)
        for space in spaces:
            found = numbers(space) | found
        frame = measure.where(frame.f_back) if frame.f_back else None
    return found


def _add(found: dict[str, float], name: str, value: Any, inner: bool = False) -> None:
    if type(value) is dict and not inner and len(value) < 64:
        for key, each in value.items():
            _add(found, f"{name}[{key!r}]", each, inner=True)
    elif type(value) is list and value:
        last = value[-1]
        if isinstance(last, float) or type(last) is Tensor:
            _add(found, f"{name}[-1]", last, inner=True)
    elif isinstance(value, float) and not name.startswith("_"):
        found.setdefault(name, float(value))
    elif type(value) is Tensor and not value.dim() and value.is_floating_point() and value.device.type == "cpu":
        found.setdefault(name, float(value.detach()))
