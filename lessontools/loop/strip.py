"""The strip: which line of a loop changed what. Lines run downwards, and each object of the loop has a lane.

Lines are rows, not columns, because code is read from left to right: the picture is the learner's own program with a
lane for each object beside it.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from lessontools.loop.drawing import Figure, table
from lessontools.loop.lanes import draw
from lessontools.loop.marks import LANES, SIGNS, Lane, Mark, marks
from lessontools.loop.replay import stateful
from lessontools.loop.rounds import Round, rounds
from lessontools.loop.trace import Trace

__all__ = ["strip"]

_HOW = (
    "Read downwards, in the order in which the lines ran. A band lasts as long as the thing is there. "
    "Numbers in the gradients are backward passes; a hatched one has been used by an update."
)
_MOST = 40  # rows: beyond it a picture is no longer looked at


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
    if any(not each.number and any(row.of("backward") for row in each.rows) for each in shown):
        found.append("No line moved the weights: there are backward passes, but no `step()` and no update by hand.")
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
            said = "   ".join(f"{lane} {found[lane]}" for lane in lanes if lane in found)
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
    return table(["turn", "line", "code", *(lane for lane in lanes)], body, "The same as a table")
