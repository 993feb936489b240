"""The stepper's board: the numbers that stand beside the code, as each line left them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from lessontools.loop.drawing import short
from lessontools.loop.replay import State, moved
from lessontools.loop.rounds import Row
from lessontools.loop.telling import passes
from lessontools.loop.trace import Trace

__all__ = ["Board"]

_PARAMS = 4  # told one by one; a larger model's are told together


class Board:
    """What stands beside the code: the numbers as each line left them."""

    def __init__(self, trace: Trace, told: Sequence[Row]) -> None:
        self.trace, self.losses = trace, list[float]()
        events = [event for row in told for event in row.events]
        self.shown = sorted({n for e in events if e.kind in ("backward", "step") for n in e.data.get("params", ())})
        self.loss: float | None = None
        self.grad: dict[int, float | None] = {}
        self.weight: dict[int, float | None] = {}
        self.row: Row | None = None
        self.moved: float | None = None
        self.told = any(event.data.get("weight") for event in events)
        for event in events:  # the weights before the first step
            for key, norm in event.data.get("before", {}).items():
                self.weight.setdefault(int(key), norm)

    def take(self, row: Row) -> None:
        """Go on to what a line left."""
        self.row = row
        for event in row.events:
            data = event.data
            if event.kind in ("loss", "backward"):
                self.loss = data.get("value", self.loss)
            if event.kind == "backward":
                self.losses.append(float(data.get("value", math.nan)))
                self.grad |= {int(key): norm for key, norm in data.get("grad", {}).items()}
            elif event.kind == "clear":
                for number in data.get("params", ()):
                    self.grad.pop(number, None)
            elif event.kind == "step":
                self.weight |= {int(key): norm for key, norm in data.get("weight", {}).items()}
                self.moved = moved(event)

    def state(self) -> list[tuple[str, str]]:
        """Return (name, text) of each number, ready for a player's frame."""
        after = self.row.after if self.row else State()
        held = passes(after.held) if after.held else "nothing"
        state = [("graph", "there" if after.graph else "none"), ("loss", short(self.loss, 4)), ("gradients hold", held)]
        names = {number: self.trace.name(number) for number in self.shown}
        few = 0 < len(names) <= _PARAMS
        groups = [(name, [number]) for number, name in names.items()] if few else []
        state += [
            (f"|{name}.grad|", self._norm(self.grad, numbers)) for name, numbers in groups or [("all", list(names))]
        ]
        if self.told:  # updates by hand tell no norms
            state += [
                (f"|{name}|", self._norm(self.weight, numbers))
                for name, numbers in groups or [("all weights", list(names))]
            ]
            state.append(("moved last by", short(self.moved)))
        state.append(("updates so far", str(after.weights)))
        return list(dict(state).items())  # two models may use a name twice

    def _norm(self, norms: Mapping[int, float | None], numbers: Sequence[int]) -> str:
        there = [norm for number in numbers if (norm := norms.get(number)) is not None]
        return short(math.hypot(*there), 5) if there else "–"
