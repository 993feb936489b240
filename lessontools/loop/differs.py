"""Two traces compared: the first event in which they differ."""

from __future__ import annotations

from lessontools.loop.trace import Event, Trace

__all__ = ["differs_first"]


def differs_first(left: Trace, right: Trace) -> tuple[Event | None, Event | None, str] | None:
    """Return the first pair of events in which two traces differ, and in what; None where they agree."""
    pairs = max(len(left.events), len(right.events))
    for place in range(pairs):
        one = left.events[place] if place < len(left.events) else None
        two = right.events[place] if place < len(right.events) else None
        if one is None or two is None:
            return one, two, "one run has more events"
        if one.kind != two.kind:
            return one, two, f"{one.kind} against {two.kind}"
        for key in sorted({*one.data, *two.data}):
            if repr(one.data.get(key)) != repr(two.data.get(key)):
                return one, two, key
    return None
