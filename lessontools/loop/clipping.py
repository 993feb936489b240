"""Clipping, as the close look sees it: what was in each gradient when torch's own functions clipped it."""

from __future__ import annotations

import inspect
from types import CodeType, FrameType
from typing import Any

from torch import Tensor
from torch.nn import utils

from lessontools.loop import measure
from lessontools.loop.recorder import Recorder

__all__ = ["clip", "clipping"]

CODES: frozenset[CodeType] = frozenset(
    inspect.unwrap(function).__code__ for function in (utils.clip_grad_norm_, utils.clip_grad_value_)
)


def clipping(frame: FrameType) -> FrameType | None:
    """Return the frame of torch's clipping function that reads a gradient here (perhaps in a comprehension), if any."""
    back = frame.f_back
    return frame if frame.f_code in CODES else back if back is not None and back.f_code in CODES else None


def clip(recorder: Recorder, tensor: Tensor, frame: FrameType) -> None:
    """Record that a gradient is clipped: whether it was fresh, used up by an update already (spent), or not there."""
    number = recorder.meet(tensor)
    page = recorder.ledger.pages.get(number)
    state = "none" if page is None or not page.held else "spent" if page.spent else "fresh"
    mine = measure.where(frame)
    place = (mine.f_code.co_filename, mine.f_lineno) if mine is not None else ("", 0)
    made = recorder.clip
    if made is None or (made.step, made.data["after"], made.line) != (recorder.updates, recorder.backwards, place[1]):
        limit = frame.f_locals.get("max_norm", frame.f_locals.get("clip_value"))
        facts: dict[str, Any] = {"after": recorder.backwards, "max": _plain(limit), "params": {}}
        made = recorder.clip = recorder.event("clip", facts, keep=True, place=place)
        if recorder.tape and recorder.tape.on:
            recorder.tape.clipped(frame.f_code.co_name, facts["max"])
    data: Any = made.data
    data["params"][str(number)] = state


def _plain(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
