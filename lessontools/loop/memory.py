"""Which autograd graphs are still alive: a sentinel in each one's root tells when it goes."""

from __future__ import annotations

import weakref
from typing import Any

from lessontools.loop.trace import Event, Trace

__all__ = ["Memory"]

KEY = "lessontools"
OLD, MANY = 3, 5


class _Sentinel:
    """Lives as long as the graph's node that holds it."""

    __slots__ = ("__weakref__",)


class Memory:
    """The graphs of a run (by update), and the order in which its batches came."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.graphs: list[tuple[weakref.ref[_Sentinel], int, Event | None]] = []
        self.most = 0

    def mark(self, tensor: Any, updates: int, event: Event | None = None) -> None:
        """Put a sentinel into a tensor's graph."""
        node = getattr(tensor, "grad_fn", None)
        if node is None or KEY in (metadata := node.metadata):
            return
        sentinel = metadata[KEY] = _Sentinel()
        self.graphs.append((weakref.ref(sentinel), updates, event))
        if len(self.graphs) >= 64:
            self.count(updates)

    def count(self, updates: int) -> int:
        """Return how many graphs are alive although they are three updates old or more; forget those that are gone."""
        self.graphs = [each for each in self.graphs if each[0]() is not None][-4096:]
        old = [each for each in self.graphs if updates - each[1] >= OLD]
        self.most = max(self.most, len(old))
        return len(old)

    def close(self, updates: int) -> None:
        """Note at the end what is still alive."""
        old = self.count(updates)
        if old >= MANY:
            first = self.graphs[0]
            event = first[2] or Event("backward", first[1])
            made = Event("graphs", updates, event.line, event.file, {"alive": old, "since": first[1]})
            self.trace.tally("graph-leak", made)
