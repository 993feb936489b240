"""Marks of the strip: what a line did to the graph, the loss, the gradients, the weights and the optimizer's memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lessontools.loop.drawing import short
from lessontools.loop.replay import moved, stateful
from lessontools.loop.rounds import Row
from lessontools.loop.telling import passes
from lessontools.loop.trace import Event, Trace

__all__ = ["LANES", "SIGNS", "Lane", "Mark", "marks"]

Lane = Literal["graph", "loss", "gradients", "weights", "optimizer"]
LANES: tuple[Lane, ...] = ("graph", "loss", "gradients", "weights", "optimizer")
SIGNS = {
    "+": "something was added",
    "=": "a value was computed",
    "→": "moved to a new value",
    "0": "emptied",
    "–": "nothing happened here, though the line could have done something",
    "!": "look here",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What a line did to one object: a sign of SIGNS, and a few words."""

    sign: str
    words: str

    def __str__(self) -> str:
        return f"{self.sign} {self.words}"


def marks(row: Row, trace: Trace) -> dict[str, Mark]:
    """Return what a row did to each lane's object; lanes that it left alone are absent."""
    found: dict[str, Mark] = {}
    for event in row.events:
        for lane, mark in _of(event, row, trace):
            # a line that builds a graph and frees it says both
            both = lane in found and lane == "graph" and found[lane].words != mark.words
            found[lane] = Mark(mark.sign, f"{found[lane].words}, {mark.words}") if both else mark
    return found


def _of(event: Event, row: Row, trace: Trace) -> list[tuple[Lane, Mark]]:
    data = event.data
    match event.kind:
        case "forward":
            return [("graph", Mark("+", "built") if data.get("graph") else Mark("–", "none built"))]
        case "loss":
            return [("loss", Mark("=", short(data.get("value"), 4)))]
        case "backward":
            return _backward(event, row)
        case "grad":
            return [("graph", Mark("0", "freed")), ("gradients", Mark("–", "returned, not kept"))]
        case "clear":
            return [("gradients", _clear(row, data.get("lost", ())))]
        case "step" | "update":
            return _update(event, trace)
        case "error":
            return [("graph", Mark("!", str(data.get("type", "error"))))]
    return []


def _backward(event: Event, row: Row) -> list[tuple[Lane, Mark]]:
    added = Mark("+", f"pass {event.data['id']} added") if event.data.get("params") else Mark("!", "none arrived")
    found: list[tuple[Lane, Mark]] = [("gradients", added)]
    if event.data.get("root") == "leaf":
        found.append(("graph", Mark("!", "there is none")))
    else:
        found.append(("graph", Mark("0", "freed")))
    value = short(event.data.get("value"), 4)
    if not row.of("loss") and value != short(row.before.loss, 4):
        found.append(("loss", Mark("=", value)))
    return found


def _clear(row: Row, lost: Sequence[int]) -> Mark:
    if lost:  # no alarm: what a generator leaves in the discriminator is dropped so. A step without gradients is one
        return Mark("0", f"{passes(lost)} emptied unused")
    return Mark("0", "emptied") if row.before.held or row.gap else Mark("–", "already empty")


def _update(event: Event, trace: Trace) -> list[tuple[Lane, Mark]]:
    data, change = event.data, moved(event)
    if set(data.get("params", ())) <= set(data.get("empty", ())):
        return [("gradients", Mark("!", "none to use")), ("weights", Mark("–", "did not move"))]
    found: list[tuple[Lane, Mark]] = []
    again = sorted({each for ids in data.get("again", {}).values() for each in ids if each > 0})
    if again:
        found.append(("gradients", Mark("!", f"{passes(again)} used again")))
    elif any(data.get("again", {}).values()):
        found.append(("gradients", Mark("!", "used again")))
    still = change == 0
    found.append(("weights", Mark("–", "did not move") if still else Mark("→", f"moved {short(change)}".rstrip(" –"))))
    if event.kind == "step" and stateful(trace, data.get("optimizer", -1)):
        found.append(("optimizer", Mark("→", "memory updated")))
    return found
