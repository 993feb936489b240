"""The stepper: a watched loop, back and forth in time, with the line lit and what it changed beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lessontools.errors import LessonError
from lessontools.explore.chart import lines
from lessontools.loop.board import Board
from lessontools.loop.drawing import Figure
from lessontools.loop.rounds import Round, Row, rounds
from lessontools.loop.telling import tell
from lessontools.loop.trace import Trace
from lessontools.screen.markup import to_text

if TYPE_CHECKING:
    from lessontools.screen.panel import Panel

__all__ = ["frames", "listing", "stepper"]

_FIRST = "Before the first of these lines. Bars, as in |w|, mean the norm: how large all of its values are together."
_TURNS = 400  # frames at most, so that the page stays quick
_LINES = 60


def stepper(trace: Trace, steps: int = 3) -> Panel:
    """Show the first `steps` turns of a watched loop line by line: Back, Step and Run work without a kernel too.

    Beside the code stand loss, gradient and weight norms after each line, marked where the line has changed them.
    Raise LessonError where the trace has nothing to step through.
    """
    # the widget library loads when a stepper is shown, not with every picture
    from lessontools.explore.player import player_view
    from lessontools.screen.panel import Panel

    turns = rounds(trace)[: max(1, steps)]
    told = [row for each in turns for row in each.rows][:_TURNS]
    if not told:
        raise LessonError("nothing of a training loop ran in the `with watch()` block; run the loop inside it")
    code, places = listing(trace, told)
    made, alt = frames(trace, told, places), _alt(turns)
    view = player_view("Step through your loop", code, made, alt, "backward pass")
    text = _text(turns, made, alt)
    page = _page(turns, made, code, alt)
    return Panel(view, None, text, page)


def listing(trace: Trace, told: Sequence[Row]) -> tuple[str, dict[tuple[str, int], int]]:
    """Return the code around the lines that ran, and for each of them its line (from 1) in that code."""
    counted: dict[str, int] = {}
    for row in told:
        if row.line:
            counted[row.file] = counted.get(row.file, 0) + 1
    code: list[str] = []
    places: dict[tuple[str, int], int] = {}
    for file in sorted(counted, key=lambda name: -counted[name]):
        ran = sorted({row.line for row in told if row.file == file})
        source = trace.source.get(file, [])
        shown = _around(source, ran)
        if code:
            code.append(f"# in {file}:")
        margin = min((len(t) - len(t.lstrip()) for n in shown if (t := source[n - 1]).strip()), default=0)
        last = 0
        for number in shown:
            if last and number > last + 1:
                code.append("# …")
            code.append(source[number - 1][margin:] or " ")
            places[file, number] = len(code)
            last = number
    return "\n".join(code) or "# the code of this loop is not known", places


def _around(source: Sequence[str], ran: Sequence[int]) -> list[int]:
    """Return which lines to show: from the loop's head to the last line that ran, or these alone where that is long."""
    there = [number for number in ran if 0 < number <= len(source)]
    if not there:
        return []
    first, last = there[0], there[-1]
    depth = _depth(source[first - 1])
    for number in range(first - 1, max(0, first - 6), -1):
        if source[number - 1].strip() and _depth(source[number - 1]) < depth:
            first = number
            break
    return list(range(first, last + 1)) if last - first < _LINES else there


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def frames(trace: Trace, told: Sequence[Row], places: Mapping[tuple[str, int], int]) -> list[dict[str, Any]]:
    """Return a player's frames: one before the first line, then one after each line that ran."""
    board = Board(trace, told)
    made = [{"line": 0, "note": _FIRST, "state": board.state(), "curve": []}]
    for row in told:
        board.take(row)
        line = places.get(row.place, 0)
        made.append({"line": line, "note": tell(row, trace), "state": board.state(), "curve": list(board.losses)})
    return made


def _alt(turns: Sequence[Round]) -> str:
    lines_ = sum(len(each.rows) for each in turns)
    return f"{len(turns)} turn{'s' * (len(turns) > 1)} of the watched loop, {lines_} lines, one after the other."


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    found = [f"{name}: {before[name]} → {value}" for name, value in after.items() if before[name] != value]
    return "; ".join(found)


def _steps(turns: Sequence[Round], made: Sequence[dict[str, Any]]) -> list[tuple[str, Row, str, str]]:
    """Return (turn, row, what it did as Markdown, what it changed) for each frame after the first."""
    rows = [(f"Step {each.number}" if each.number else "No update", row) for each in turns for row in each.rows]
    found = []
    for place, (turn, row) in enumerate(rows[: len(made) - 1], 1):
        changes = _changes(dict(made[place - 1]["state"]), dict(made[place]["state"]))
        found.append((turn, row, str(made[place]["note"]), changes))
    return found


def _text(turns: Sequence[Round], made: Sequence[dict[str, Any]], alt: str) -> str:
    out, last = ["Step through your loop", alt], ""
    for turn, row, note, changes in _steps(turns, made):
        if turn != last:
            out.append(turn)
            last = turn
        said = " ".join(to_text(note).split())
        out.append(f"{row.line or '':>4}  {row.code}")
        out.append(f"      {said}" + (f" [{changes}]" if changes else ""))
    return "\n".join([*out, "[Run this cell in JupyterLab to step back and forth.]"])


def _page(turns: Sequence[Round], made: Sequence[dict[str, Any]], code: str, alt: str) -> str:
    """Return the stepper for readers without a kernel, and the loss."""
    from lessontools.explore.still import still

    heads = ["Before the first line"]
    heads += [f"{turn}, line {row.line}" if row.line else turn for turn, row, _, _ in _steps(turns, made)]
    page = still("Step through your loop", alt, code, made, heads)
    curve = made[-1]["curve"]
    if len(curve) > 1:
        page += lines({"": curve}, "backward pass", "loss", f"The loss of {len(curve)} backward passes.")
    return Figure("", f"<section>{page}</section>")._repr_html_()
