"""A trace told line by line: events -> rows (a line that ran once) -> rounds (one turn of the loop), for pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lessontools.loop.replay import UPDATES, Replay, State
from lessontools.loop.trace import Event, Trace

__all__ = ["Round", "Row", "rounds", "rows"]

SHOWN = ("forward", "loss", "backward", "grad", "clear", "step", "update", "error")


@dataclass(frozen=True, slots=True)
class Row:
    """A line that ran once: its events, and the state before and after. `skipped` rows stand for repeats left out."""

    line: int
    file: str
    code: str
    events: tuple[Event, ...]
    before: State
    after: State
    gap: bool = False
    skipped: int = 0

    @property
    def place(self) -> tuple[str, int]:
        """Where the line stands."""
        return self.file, self.line

    def of(self, *kinds: str) -> list[Event]:
        """Return this row's events of these kinds."""
        return [event for event in self.events if event.kind in kinds]


@dataclass(frozen=True, slots=True)
class Round:
    """One turn of the loop, by its number from 1 (0 where nothing was updated)."""

    number: int
    rows: tuple[Row, ...]


def rows(trace: Trace) -> list[Row]:
    """Return the lines as they ran, one row each time."""
    replay, found, expected = Replay(trace), list[Row](), 0
    for events in _lines(event for event in trace.events if event.kind in SHOWN):
        first = events[0]
        gap = bool(found) and first.step > expected
        if gap:
            replay.forget()
        before = replay.state
        for event in events:
            replay.take(event)
            expected = event.step + (event.kind in UPDATES)
        code = trace.code(first) or "(this line is not known)"
        found.append(Row(first.line, first.file, code, tuple(events), before, replay.state, gap))
    return found


def rounds(trace: Trace) -> list[Round]:
    """Return the turns of the loop: a new one begins where a line comes again after an update."""
    groups: list[list[Row]] = []
    updated = False
    for row in rows(trace):
        again = bool(groups) and updated and any(row.place == each.place for each in groups[-1])
        if not groups or row.gap or again:
            groups.append([])
            updated = False
        groups[-1].append(row)
        updated = updated or bool(row.of(*UPDATES))
    whole = _whole(groups, trace)
    numbers = _numbers(whole)
    return [Round(number, tuple(_folded(group))) for number, group in zip(numbers, whole, strict=True)]


def _lines(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Yield the events of each run of a line; a kind that comes again means that the line runs again."""
    current: list[Event] = []
    for event in events:
        if current and not _joins(current, event):
            yield current
            current = []
        current.append(event)
    if current:
        yield current


def _joins(current: Sequence[Event], event: Event) -> bool:
    last = current[-1]
    if (event.file, event.line) != (last.file, last.line):
        return False
    same = [each for each in current if each.kind == event.kind]
    if not same or event.kind == "error":
        return True
    if event.kind in ("clear", "update"):  # told parameter by parameter when done by hand
        told = {number for each in same for number in each.data.get("params", ())}
        return not told & set(event.data.get("params", ()))
    return event.kind == "forward" and last.kind == "forward"  # D(G(z))


def _whole(groups: list[list[Row]], trace: Trace) -> list[list[Row]]:
    """Leave out a last round in which the close look ended before the turn did, if there is another."""
    counted = sum(trace.counts.get(kind, 0) for kind in SHOWN)
    if len(groups) > 1 and counted > sum(1 for _ in trace.of(*SHOWN)):
        ends = [[row.place for row in group] for group in groups]
        return [g for g, mine in zip(groups, ends, strict=True) if g is groups[0] or set(ends[0][-1:]) <= set(mine)]
    return groups


def _numbers(groups: Sequence[Sequence[Row]]) -> list[int]:
    """Return each round's number: by the updates before it, where every round has as many, else by counting."""
    many = {sum(len(row.of(*UPDATES)) for row in group) for group in groups}
    if len(many) == 1 and (each := many.pop()):
        return [group[0].events[0].step // each + 1 for group in groups]
    return [place if any(row.of(*UPDATES) for row in group) else 0 for place, group in enumerate(groups, 1)]


def _folded(group: Sequence[Row]) -> Iterator[Row]:
    """Yield a round's rows; lines that come three times and more are told by their first and last turn."""
    places, at = [row.place for row in group], 0
    while at < len(group):
        period, times = _cycle(places, at)
        if times < 3:
            yield group[at]
            at += 1
            continue
        last = at + period * (times - 1)
        yield from group[at : at + period]
        before, after = group[at + period - 1].after, group[last].before
        words = "… once more" if times == 3 else f"… {times - 2} times more"
        yield Row(0, "", words, (), before, after, skipped=times - 2)
        yield from group[last : last + period]
        at = last + period


def _cycle(places: Sequence[tuple[str, int]], at: int) -> tuple[int, int]:
    """Return the shortest cycle that begins here and how often it comes in a row."""
    for period in range(1, min(12, (len(places) - at) // 3) + 1):
        first, times = places[at : at + period], 1
        while places[at + times * period : at + (times + 1) * period] == first:
            times += 1
        if times >= 3:
            return period, times
    return 1, 1
