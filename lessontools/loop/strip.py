"""The strip: which line of a loop changed what. Lines run downwards, and each object of the loop has a lane.

Lines are rows, not columns, because code is read from left to right: the picture is the learner's own program with a
lane for each object beside it.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lessontools.loop.drawing import Figure, short, table
from lessontools.loop.lanes import draw
from lessontools.loop.rounds import Round, Row, moved, rounds, stateful
from lessontools.loop.trace import Event, Trace

__all__ = ["LANES", "Mark", "marks", "strip"]

Lane = Literal["graph", "loss", "gradients", "weights", "optimizer"]
LANES: tuple[Lane, ...] = ("graph", "loss", "gradients", "weights", "optimizer")
HEADS = {"graph": "graph", "loss": "loss", "gradients": "gradients", "weights": "weights", "optimizer": "optimizer"}
SIGNS = {
    "+": "something was added",
    "=": "a value was computed",
    "→": "moved to a new value",
    "0": "emptied",
    "–": "nothing happened here, though the line could have done something",
    "!": "look here",
}
_HOW = (
    "Read downwards, in the order in which the lines ran. A band lasts as long as the thing is there. "
    "Numbers in the gradients are backward passes; a hatched one has been used by an update."
)
_MOST = 40  # rows: beyond it a picture is no longer looked at


@dataclass(frozen=True, slots=True)
class Mark:
    """What a line did to one object: a sign of SIGNS, and a few words."""

    sign: str
    words: str

    def __str__(self) -> str:
        return f"{self.sign} {self.words}"


def strip(trace: Trace, steps: int = 3) -> Figure:
    """Return the strip of the first `steps` turns of a watched loop: what each line changed, and for how long.

    Each backward pass has a number, so one sees which of them a gradient holds, and whether an update used it before.
    """
    every = rounds(trace)
    shown = [Round(each.number, each.rows[:_MOST]) for each in every[: max(1, steps)]]
    if not shown:
        words = "The strip is empty: nothing of a training loop ran in the `with watch()` block."
        return Figure(words, f"<p>{words}</p>")
    told = [[marks(row, trace) for row in each.rows] for each in shown]
    lanes = _lanes(trace, told)
    notes = _notes(trace, shown)
    if any(len(each.rows) > _MOST for each in every[:steps]):
        notes.append(f"Of long turns only the first {_MOST} lines are shown.")
    text = _text(shown, told, lanes, notes)
    rest = _legend(told)
    listed = "".join(f"<li>{_code(note)}</li>" for note in notes)
    page = f"<figcaption>{_HOW}</figcaption>{draw(shown, told, lanes, _summary(shown, told))}"
    page += f"<p>{rest}</p>" + (f"<ul>{listed}</ul>" if listed else "") + _table(shown, told, lanes)
    return Figure(text, page)


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
    if lost:
        return Mark("!", f"{_passes(lost)} emptied unused")
    return Mark("0", "emptied") if row.before.held or row.gap else Mark("–", "already empty")


def _update(event: Event, trace: Trace) -> list[tuple[Lane, Mark]]:
    data, change = event.data, moved(event)
    if set(data.get("params", ())) <= set(data.get("empty", ())):
        return [("gradients", Mark("!", "none to use")), ("weights", Mark("–", "did not move"))]
    found: list[tuple[Lane, Mark]] = []
    again = sorted({each for ids in data.get("again", {}).values() for each in ids if each > 0})
    if again:
        found.append(("gradients", Mark("!", f"{_passes(again)} used again")))
    elif any(data.get("again", {}).values()):
        found.append(("gradients", Mark("!", "used again")))
    still = change == 0
    found.append(("weights", Mark("–", "did not move") if still else Mark("→", f"moved {short(change)}".rstrip(" –"))))
    if event.kind == "step" and stateful(trace, data.get("optimizer", -1)):
        found.append(("optimizer", Mark("→", "memory updated")))
    return found


def _passes(numbers: Sequence[int]) -> str:
    if len(numbers) > 3:
        return f"passes {numbers[0]} to {numbers[-1]}"
    return f"{'pass' if len(numbers) == 1 else 'passes'} {', '.join(map(str, numbers))}"


def _lanes(trace: Trace, told: Sequence[Sequence[dict[str, Mark]]]) -> list[Lane]:
    seen = {lane for turn in told for row in turn for lane in row}
    return [lane for lane in LANES if lane in seen or lane in ("gradients", "weights")]


def _notes(trace: Trace, shown: Sequence[Round]) -> list[str]:
    """Return what the reader should know besides the marks."""
    found = []
    plain = trace.optimizers and not any(stateful(trace, number) for number in range(len(trace.optimizers)))
    if plain:
        name = trace.optimizers[0]["name"]
        found.append(f"`{name}` without momentum keeps nothing between steps, so the optimizer has no lane.")
    updates = sum(len(row.of("step", "update")) for each in shown for row in each.rows)
    if trace.steps > updates:
        found.append(f"Shown: {updates} of {trace.steps} updates.")
    if trace.error:
        found.append(f"The loop stopped with {trace.error.splitlines()[0][:120]}")
    return found


def _summary(shown: Sequence[Round], told: Sequence[Sequence[dict[str, Mark]]]) -> str:
    alarms = [str(mark) for turn in told for row in turn for mark in row.values() if mark.sign == "!"]
    head = f"{len(shown)} turn{'s' * (len(shown) > 1)} of the loop, {len(shown[0].rows)} lines in the first"
    return f"{head}. To look at: {'; '.join(dict.fromkeys(alarms))}." if alarms else f"{head}."


def _title(each: Round) -> str:
    return f"Step {each.number}" if each.number else "No update"


def _legend(told: Sequence[Sequence[dict[str, Mark]]]) -> str:
    used = {mark.sign for turn in told for row in turn for mark in row.values()}
    return " &nbsp; ".join(f"<b>{sign}</b> {words}" for sign, words in SIGNS.items() if sign in used)


def _code(words: str) -> str:
    parts = html.escape(words).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))


def _text(
    shown: Sequence[Round], told: Sequence[Sequence[dict[str, Mark]]], lanes: Sequence[Lane], notes: Sequence[str]
) -> str:
    lines = ["The strip: which line changed what"]
    wide = min(44, max(len(row.code) for each in shown for row in each.rows))
    for each, turn in zip(shown, told, strict=True):
        lines.append(f"{_title(each)}")
        for row, found in zip(each.rows, turn, strict=True):
            code = row.code if len(row.code) <= wide else row.code[: wide - 1] + "…"
            said = "   ".join(f"{HEADS[lane]} {found[lane]}" for lane in lanes if lane in found)
            gutter = f"{row.line:>4}" if row.line else "    "
            lines.append(f"{gutter}  {code:<{wide}}  {said}".rstrip())
    used = {mark.sign for turn in told for row in turn for mark in row.values()}
    lines.append("; ".join(f"{sign} {words}" for sign, words in SIGNS.items() if sign in used))
    return "\n".join([*lines, *notes])


def _table(shown: Sequence[Round], told: Sequence[Sequence[dict[str, Mark]]], lanes: Sequence[Lane]) -> str:
    body = [
        [_title(each), str(row.line or ""), row.code, *(str(found.get(lane, "")) for lane in lanes)]
        for each, turn in zip(shown, told, strict=True)
        for row, found in zip(each.rows, turn, strict=True)
    ]
    return table(["turn", "line", "code", *(HEADS[lane] for lane in lanes)], body, "The same as a table")
