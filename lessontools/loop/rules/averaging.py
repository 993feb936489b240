"""The rule on averages over batches: which formula a reported number equals."""

from __future__ import annotations

from lessontools.loop.averages import BATCHES, LAST, ROWS, SHRUNK, equals
from lessontools.loop.finding import Seen, at, number, plural
from lessontools.loop.trace import Event, Trace

__all__ = ["metric_averaging"]

MUCH = 0.01  # a mean of batch means that is off by less than this share is only a hint


def metric_averaging(trace: Trace) -> Seen | None:
    """A number that the loop keeps or reports equals a formula that does not count each row once."""
    said = [(name, float(value)) for name, value in trace.reports]
    shown = trace.tallies.get("average")
    newest = trace.tallies.get("average-last")
    kept = list(shown.examples) if shown else []
    for event in kept + (list(newest.examples) if newest else []):
        reported = {name: _formula(event, value) for name, value in said}
        found = {name: how for name, how in event.data["found"].items() if how != LAST} | reported
        found = {name: how for name, how in found.items() if how}
        if found and ROWS not in found.values():
            return _seen(trace, event, found)
    return None


def _formula(event: Event, value: float) -> str:
    """Return the one formula that a reported number equals, also in percent."""
    every = event.data["formulas"].items()
    matches = [how for how, one in every if equals(value, one) or equals(value, 100 * one)]
    return matches[0] if len(matches) == 1 else ""


def _seen(trace: Trace, event: Event, found: dict[str, str]) -> Seen:
    name, how = next(iter(found.items()))
    data = event.data
    value, right = data["formulas"][how], data["formulas"][ROWS]
    words = {
        BATCHES: "the mean of the batches' means",
        SHRUNK: "the sum of the batches' means divided by the number of rows",
        LAST: "the mean of the last batch alone",
    }[how]
    what = f"`{name}`" if name else "The reported number"
    sizes = f"{data['batches']} batches, the largest of {plural(data['largest'], 'row')}, the last of {data['last']}"
    text = (
        f"{what} is {words} ({number(value)}) that {at(trace, event)} gave in an evaluation of {sizes}; counting each "
        f"of the {data['rows']} rows once gives {number(right)}."
    )
    sure = how == SHRUNK or (data["ragged"] and abs(value - right) > MUCH * abs(right))
    return Seen(text, ((event, f"{how}: {number(value)}; {ROWS}: {number(right)}"),), None if sure else "hint")
