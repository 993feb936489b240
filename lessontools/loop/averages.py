"""Averages over an evaluation's batches: each formula that a loop may have used, and the variable that equals it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lessontools.loop.trace import Event, Tally, Trace

__all__ = ["BATCHES", "LAST", "ROWS", "SHRUNK", "Averages", "equals", "formulas"]

ROWS, BATCHES, SHRUNK, LAST = "mean over rows", "mean of batch means", "sum of batch means over rows", "last batch"
STREAMS, MOST, PHASES = 16, 4096, 64
APART, SAME = 1e-3, 2e-6  # formulas that are not this far apart are not told apart; floats this near are the same


@dataclass(slots=True)
class Stream:
    """The means that one line of an evaluation gave, one a batch, with the batch's rows."""

    place: tuple[str, int]
    kind: str
    values: list[tuple[float, int]] = field(default_factory=list)


def equals(value: float, other: float) -> bool:
    """Return whether two numbers are the same but for rounding."""
    return abs(value - other) <= SAME * max(abs(value), abs(other))


def formulas(values: list[tuple[float, int]]) -> dict[str, float]:
    """Return what each formula gives for batches of (mean, rows); empty where two cannot be told apart."""
    rows, means = sum(n for _, n in values), [mean for mean, _ in values]
    if len(values) < 2 or not rows:
        return {}
    found = {ROWS: sum(mean * n for mean, n in values) / rows, BATCHES: sum(means) / len(means)}
    found |= {SHRUNK: sum(means) / rows, LAST: means[-1]}
    right = found.pop(ROWS)
    if not all(abs(other) < float("inf") for other in found.values()):
        return {}
    return {ROWS: right} | {name: one for name, one in found.items() if abs(one - right) > APART * abs(right)}


def _passes(values: list[tuple[float, int]]) -> Iterator[list[tuple[float, int]]]:
    """Yield each pass over the data: it ends with a batch that is smaller than the pass's first one."""
    current: list[tuple[float, int]] = []
    for each in values:
        current.append(each)
        if each[1] < current[0][1]:
            yield current
            current = []
    if current:
        yield current


class Averages:
    """Collects an evaluation's batches, and at its end compares the learner's variables with each formula."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.streams: dict[tuple[str, int, str], Stream] = {}
        self.phases = 0

    def note(self, place: tuple[str, int], kind: str, mean: float, rows: int) -> None:
        """Note a batch's mean at a line."""
        key = (*place, kind)
        stream = self.streams.get(key)
        if stream is None:
            if len(self.streams) >= STREAMS:
                return
            stream = self.streams[key] = Stream(place, kind)
        if len(stream.values) < MOST:
            stream.values.append((mean, rows))

    def settle(self, step: int, named: Mapping[str, float]) -> None:
        """End an evaluation: tally each pass over the data, with the names of the numbers that equal a formula."""
        last = []
        for stream in self.streams.values():
            for values in _passes(stream.values):
                if made := _judged(stream, values, step, named):
                    last.append(made)
        self.streams.clear()
        self.phases += 1
        for made in last[:STREAMS]:
            if made.data["found"]:
                self.trace.tally("average", made)
        if last:  # what is reported later is compared with the newest ones
            self.trace.tallies["average-last"] = Tally(self.phases, last[-STREAMS:])


def _judged(stream: Stream, values: list[tuple[float, int]], step: int, named: Mapping[str, float]) -> Event | None:
    found = formulas(values)
    if not found:
        return None
    sizes = [rows for _, rows in values]
    ragged = len(set(sizes[:-1])) == 1 and sizes[-1] < sizes[0]
    matches = {
        name: next((how for how, one in found.items() if equals(value, one) or equals(value, 100 * one)), "")
        for name, value in named.items()
    }
    data = {"kind": stream.kind, "formulas": found, "batches": len(values), "rows": sum(sizes), "ragged": ragged}
    data |= {"largest": max(sizes), "last": sizes[-1], "found": {name: how for name, how in matches.items() if how}}
    return Event("average", step, stream.place[1], stream.place[0], data)
