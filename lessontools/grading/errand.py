"""An errand: exercises' cells and what to ask of them, as plain data -> what a cage saw of each, as plain data.

Nothing of the key is in an errand, and it needs no course: it can be sent to another machine, and its answer back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lessontools.grading.cage import Cage, Ended
from lessontools.grading.wire import Broken

__all__ = ["Errand", "observed"]

Errand = Mapping[str, Mapping[str, Any]]
"""By exercise: {"cell": the part of a frame that runs its cell, "ask": the frame that has it observed}."""
_KILLED = (9, 24)  # by the sandbox when its time is up, by the system when its CPU seconds are


def observed(errand: Errand, cage: Cage) -> dict[str, Any]:
    """Return what was seen of each exercise; where one ends its process, the others get a new one without it."""
    seen: dict[str, Any] = {}
    left = dict(errand)
    while left:
        done, ended, all_ran = _one_child(left, cage)
        seen |= done
        left = {name: each for name, each in left.items() if name not in done}
        if not left:
            break
        if not all_ran and len(left) > 1:  # which cell ended it is not known: each gets a process of its own
            for name, each in left.items():
                seen |= observed({name: each}, cage)
            break
        culprit = next(iter(left))
        seen[culprit] = _died(ended, left.pop(culprit))
    return seen


def _one_child(errand: Errand, cage: Cage) -> tuple[dict[str, Any], Ended | None, bool]:
    """Return what one child gave, how it ended, and whether all cells ran in it."""
    done: dict[str, Any] = {}
    ran, child = False, None
    try:
        with cage.child() as child:
            child.ask({"cells": [each["cell"] for each in errand.values()]})
            ran = True
            for name, each in errand.items():
                done[name] = child.ask(each["ask"])
    except Broken:
        pass
    return done, child.ended if child else None, ran


def _died(ended: Ended | None, each: Mapping[str, Any]) -> dict[str, Any]:
    if ended is not None and (ended.end == "late" or (ended.end == "signal" and ended.code in _KILLED)):
        return {"status": "timeout", "seconds": each["cell"]["seconds"]}
    how = f"signal {ended.code}" if ended and ended.end == "signal" else f"exit code {ended.code if ended else '?'}"
    return {"status": "crashed", "error": "Died", "message": f"the process ended with {how}"}
