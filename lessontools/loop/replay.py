"""Events replayed: what the graph, the gradients and the weights held after each, from the trace alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from lessontools.loop.trace import Event, Trace

__all__ = ["UPDATES", "Replay", "State", "moved", "stateful"]

UPDATES = ("step", "update")
# optimizers that keep something between steps whatever their settings; others tell by momentum or betas
_KEEPERS = {"RMSprop", "Adagrad", "Adadelta", "Rprop", "ASGD", "LBFGS", "Adafactor", "Muon"}


@dataclass(frozen=True, slots=True)
class State:
    """What there is between two lines: a graph, a loss, the backward passes that the gradients hold, versions.

    `held` are the numbers of backward passes, oldest first; `used` those of them that an update has used already.
    """

    graph: bool = False
    loss: float | None = None
    held: tuple[int, ...] = ()
    used: frozenset[int] = frozenset()
    weights: int = 0
    optimizer: int = 0


def stateful(trace: Trace, number: int) -> bool:
    """Return whether an optimizer keeps something between its steps (momentum, running means)."""
    entry = trace.optimizers[number] if 0 <= number < len(trace.optimizers) else {}
    return bool(entry.get("betas") or entry.get("momentum") or entry.get("name") in _KEEPERS)


def moved(event: Event) -> float | None:
    """Return how far an update moved all weights together (the norm of the change), where it was measured."""
    changes = [value for value in event.data.get("change", {}).values() if value is not None]
    return math.sqrt(sum(value * value for value in changes)) if changes else None


class Replay:
    """Follows what each gradient holds, from events alone."""

    def __init__(self, trace: Trace) -> None:
        self.trace, self.state = trace, State()
        self.held: dict[int, dict[int, bool]] = {}  # parameter -> backward pass -> whether it was used

    def forget(self) -> None:
        """Some steps were not looked at: what the gradients hold is not known, the rest goes on."""
        self.held.clear()
        self.state = replace(self.state, graph=False, held=(), used=frozenset())

    def take(self, event: Event) -> None:
        """Go on to what an event left."""
        data, state = event.data, self.state
        if event.kind == "forward":
            state = replace(state, graph=state.graph or bool(data.get("graph")))
        elif event.kind == "loss":
            state = replace(state, loss=data.get("value"))
        elif event.kind in ("backward", "grad"):
            state = replace(state, graph=False, loss=data.get("value", state.loss))
            for number in data.get("params", ()):
                self.held.setdefault(number, {})[data["id"]] = False
        elif event.kind == "clear":
            for number in data.get("params", ()):
                self.held.pop(number, None)
        elif event.kind in UPDATES:
            state = self._updated(state, event)
        every = {each: used for passes in self.held.values() for each, used in passes.items()}
        used = {each for passes in self.held.values() for each, was in passes.items() if was}
        self.state = replace(state, held=tuple(sorted(every)), used=frozenset(used))

    def _updated(self, state: State, event: Event) -> State:
        data = event.data
        live = set(data.get("params", ())) - set(data.get("empty", ()))
        for number in live:
            self.held[number] = dict.fromkeys(self.held.get(number, {}), True)
        change = moved(event)
        weights = state.weights + (bool(live) if change is None else change > 0)
        keeps = event.kind == "step" and bool(live) and stateful(self.trace, data.get("optimizer", -1))
        # the next loss is another one
        return replace(state, loss=None, weights=weights, optimizer=state.optimizer + keeps)
