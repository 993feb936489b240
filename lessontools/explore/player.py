"""A player: recorded frames of a run -> a panel that steps through them, with no kernel needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lessontools.errors import CourseError, did_you_mean
from lessontools.explore.chart import frame_of, lines, number
from lessontools.explore.still import still
from lessontools.screen.markup import code_lines, to_html, to_text
from lessontools.screen.panel import Panel

__all__ = ["player", "player_view"]

Frame = Mapping[str, Any]
_KEYS = ("line", "note", "state", "curve", "level")
_LISTED = 12  # notes told in the text form; a run of hundreds of steps would bury the notebook


def player(
    title: str, code: str, frames: Sequence[Frame], alt: str, xlabel: str = "step", ylabel: str = "loss"
) -> Panel:
    """Show a recorded run of `code`, frame by frame: the line that runs, what each variable holds, the curve so far.

    A frame is {"line": 1-based (0: none), "note": Markdown, "state": [[name, text], ...], "curve": [float, ...]
    (so far), "level": {"value", "label"}}; the last two may be left out. `alt` says what the run shows.
    Raise CourseError, naming the frame, if one is malformed.
    """
    view = player_view(title, code, frames, alt, xlabel, ylabel)
    curve, level = _longest(frames), _level(frames)
    chart = lines({"": curve}, xlabel, ylabel, alt, level) if curve else ""
    return Panel(view, None, _text(title, code, frames, alt, curve), _page(title, code, frames, alt, chart))


def player_view(
    title: str, code: str, frames: Sequence[Frame], alt: str, xlabel: str = "step", ylabel: str = "loss"
) -> dict[str, Any]:
    """Return all that the page needs, as plain data; notes are stored once, however often a loop repeats them."""
    rows = code_lines(code.strip("\n"))
    if not title.strip() or not alt.strip():
        raise CourseError("a player needs a `title` and `alt`, one sentence that says what the run shows")
    if not frames:
        raise CourseError(f"player '{title}': there are no frames; record at least one")
    for place, frame in enumerate(frames):
        _check(f"player '{title}', frame {place}", frame, len(rows))
    curve = _longest(frames)
    notes = list(dict.fromkeys(str(frame["note"]) for frame in frames))
    names = list(dict.fromkeys(name for frame in frames for name, _ in frame["state"]))
    shown, before, length = [], dict[str, str](), 0
    for place, frame in enumerate(frames):
        length = _length(f"player '{title}', frame {place}", frame, curve, length)
        now = {name: str(value) for name, value in frame["state"]}
        marks = ["" if place == 0 else _change(before, now, name) for name in names]
        values = [now.get(name) for name in names]
        note = notes.index(str(frame["note"]))
        shown.append({"line": frame["line"], "note": note, "values": values, "marks": marks, "length": length})
        before = now
    return {
        "kind": "player",
        "title": title,
        "alt": alt,
        "code": rows,
        "names": names,
        "notes_html": [to_html(note) for note in notes],
        "frames": shown,
        "chart": frame_of(curve, xlabel, ylabel, _level(frames)) if curve else None,
    }


def _change(before: Mapping[str, str], now: Mapping[str, str], name: str) -> str:
    if name not in now:
        return "gone" if name in before else ""
    return "new" if name not in before else "changed" if before[name] != now[name] else ""


def _check(where: str, frame: Any, count: int) -> None:
    if not isinstance(frame, Mapping):
        raise CourseError(f"{where}: a frame is a dict, not {type(frame).__name__}")
    for key in frame:
        if key not in _KEYS:
            raise CourseError(
                f"{where}: unknown key '{key}'{did_you_mean(str(key), _KEYS)}; a frame has {', '.join(_KEYS)}"
            )
    for key in ("line", "note", "state"):
        if key not in frame:
            raise CourseError(f"{where}: '{key}' is missing; give line, note and state in every frame")
    line = frame["line"]
    if isinstance(line, bool) or not isinstance(line, int) or not 0 <= line <= count:
        raise CourseError(f"{where}: line {line!r} is not in the code; use 1 to {count}, or 0 to light none")
    if not isinstance(frame["note"], str):
        raise CourseError(f"{where}: the note is Markdown text, not {type(frame['note']).__name__}")
    state = frame["state"]
    pairs = isinstance(state, list | tuple) and all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in state)
    if not pairs or not all(isinstance(name, str) and isinstance(value, str | int | float) for name, value in state):
        raise CourseError(
            f"{where}: state is [[name, text], ...], so write tensors out, for instance as f'{{loss:.3f}}'"
        )
    names = [name for name, _ in state]
    if len(set(names)) < len(names):
        raise CourseError(f"{where}: state names a variable twice: {', '.join(names)}")
    _floats(where, frame.get("curve"))


def _floats(where: str, curve: Any) -> list[float]:
    try:
        return [] if curve is None else [float(value) for value in curve]
    except (TypeError, ValueError):
        raise CourseError(f"{where}: curve is a list of numbers; use loss.item()") from None


def _longest(frames: Sequence[Frame]) -> list[float]:
    return max((_floats("frame", frame.get("curve")) for frame in frames), key=len, default=[])


def _length(where: str, frame: Frame, curve: Sequence[float], before: int) -> int:
    """Return how much of the longest curve a frame shows (so that the view holds the curve once)."""
    if frame.get("curve") is None:
        return before
    found = _floats(where, frame["curve"])
    # repr, because nan does not equal itself
    if repr(found) != repr(list(curve[: len(found)])):
        raise CourseError(
            f"{where}: its curve is not the beginning of the longest one; give the values so far, from the first"
        )
    return len(found)


def _level(frames: Sequence[Frame]) -> Mapping[str, object] | None:
    return next((frame["level"] for frame in frames if frame.get("level")), None)


def _told(frames: Sequence[Frame]) -> list[str]:
    """Return the first line of each note once: a loop says the same at every turn."""
    notes = [to_text(str(frame["note"])).split("\n")[0].strip() for frame in frames]
    return [note for note in dict.fromkeys(notes) if note]


def _text(title: str, code: str, frames: Sequence[Frame], alt: str, curve: Sequence[float]) -> str:
    told = _told(frames)
    state = [f"  {name} = {value}" for name, value in frames[0]["state"]]
    more = [f"... and {len(told) - _LISTED} more"] if len(told) > _LISTED else []
    ends = [f"Curve: {number(curve[0])} at first, {number(curve[-1])} at last."] if curve else []
    numbered = [f"{place}. {note}" for place, note in enumerate(told[:_LISTED], 1)]
    source = [f"  {line}".rstrip() for line in code.strip("\n").split("\n")]
    begin = ["At the start:", *state] if state else []
    last = "[Run this cell in JupyterLab to step through it.]"
    return "\n".join([f"{title} ({len(frames)} steps)", alt, *source, *begin, *numbered, *more, *ends, last])


def _page(title: str, code: str, frames: Sequence[Frame], alt: str, chart: str) -> str:
    return f"<section>{still(title, alt, code.strip(chr(10)), frames)}{chart}</section>"
