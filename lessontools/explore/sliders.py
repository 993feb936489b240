"""Sliders over a function: moved values -> the kernel -> text and a chart."""

from __future__ import annotations

import html
import math
import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lessontools.errors import CourseError, LessonError
from lessontools.explore.chart import number
from lessontools.screen.markup import to_html, to_text
from lessontools.screen.panel import Panel

__all__ = ["Range", "Shown", "sliders"]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a function under sliders shows: Markdown, and a chart made by `lessontools.explore.chart`."""

    markdown: str
    chart: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """One slider: its name, its ends, the step of its keys, where it starts."""

    name: str
    low: float
    high: float
    step: float
    start: float

    @property
    def whole(self) -> bool:
        """Whether the function gets an int: low, step and start are all ints."""
        return all(isinstance(value, int) for value in (self.low, self.high, self.step, self.start))

    def take(self, value: Any, before: float) -> float:
        """Return the value a page sent, kept between the ends; what is no number changes nothing."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return before
        kept = min(max(value, self.low), self.high)
        return round(kept) if self.whole else round(float(kept), 12)


Function = Callable[..., object]
"""Takes each slider's value by name; returns Markdown or Shown."""


def _range(name: str, given: Any) -> Range:
    wanted = f"slider '{name}': give (low, high, step, start)"
    if not isinstance(given, tuple | list) or len(given) != 4:
        raise CourseError(f"{wanted}, four numbers, not {given!r}")
    for value in given:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise CourseError(f"{wanted}; {value!r} is not a finite number")
    low, high, step, start = given
    if not low < high:
        raise CourseError(f"{wanted}; low ({low}) must be below high ({high})")
    if not 0 < step <= high - low:
        raise CourseError(f"{wanted}; step ({step}) must be above 0 and at most high - low ({high - low})")
    if not low <= start <= high:
        raise CourseError(f"{wanted}; start ({start}) must lie between {low} and {high}")
    return Range(name, low, high, step, start)


def _title(function: Function) -> str:
    first = (function.__doc__ or "").strip().split("\n")[0]
    return first or getattr(function, "__name__", "sliders").replace("_", " ").strip() or "sliders"


def _place(function: Function, error: Exception) -> str:
    """Return " in line 4": the author's own line, not one of a library it called."""
    code = getattr(function, "__code__", None)
    own = [tb.lineno for tb in traceback.extract_tb(error.__traceback__) if code and tb.filename == code.co_filename]
    return f" in line {own[-1]}" if own else ""


def _run(function: Function, values: Mapping[str, float]) -> tuple[Shown, str]:
    """Return what the function shows and "", or nothing and what went wrong."""
    said = ", ".join(f"{name}={number(value)}" for name, value in values.items())
    name = getattr(function, "__name__", "the function")
    try:
        found = function(**values)
    except LessonError as error:
        return Shown(""), str(error)
    except Exception as error:  # any error of the author's function: the sliders stay, and say where it failed
        said = f"{name}({said}) failed{_place(function, error)}: {type(error).__name__}: {error}"
        return Shown(""), f"{said}. Move a slider to try other values."
    shown = Shown(found) if isinstance(found, str) else found
    if not isinstance(shown, Shown):
        return Shown(
            ""
        ), f"{name}({said}) returned {type(found).__name__}; return Markdown text or Shown(markdown, chart)."
    if shown.chart and not shown.chart.lstrip().startswith("<svg"):
        return Shown(shown.markdown), f"{name}({said}): the chart is no SVG; make it with lessontools.explore.chart."
    return shown, ""


def _view(title: str, ranges: list[Range], values: Mapping[str, float], shown: Shown, fault: str) -> dict[str, Any]:
    rows = [
        {"name": r.name, "low": r.low, "high": r.high, "step": r.step, "whole": r.whole, "value": values[r.name]}
        for r in ranges
    ]
    result = to_html(shown.markdown)
    return {
        "kind": "sliders",
        "title": title,
        "sliders": rows,
        "result_html": result,
        "chart_html": shown.chart,
        "fault": fault,
    }


def sliders(function: Function, /, **ranges: tuple[float, float, float, float]) -> Panel:
    """Show `function(**values)` under one slider per parameter, each (low, high, step, start).

    The function returns Markdown, or Shown(markdown, chart); its docstring's first line is the title. Four ints give
    ints. Raise CourseError if a range is no range; an error of the function is shown, and the sliders stay.
    """
    if not ranges:
        raise CourseError("sliders need at least one range: sliders(show, weight=(-3, 3, 0.1, 0.5))")
    found = [_range(name, given) for name, given in ranges.items()]
    title = _title(function)
    values: dict[str, float] = {each.name: each.start for each in found}
    shown, fault = _run(function, values)

    def handle(name: str, data: dict[str, Any]) -> dict[str, Any] | None:
        moved = data.get("values")
        if name != "move" or not isinstance(moved, Mapping):
            return None
        for each in found:
            values[each.name] = each.take(moved.get(each.name), values[each.name])
        return _view(title, found, values, *_run(function, values))

    text = _text(title, found, shown, fault)
    return Panel(_view(title, found, values, shown, fault), handle, text, _page(title, found, shown, fault))


def _alt(chart: str) -> str:
    match = re.search(r'aria-label="([^"]*)"', chart)
    return html.unescape(match[1]) if match else ""


def _text(title: str, ranges: list[Range], shown: Shown, fault: str) -> str:
    rows = [f"  {r.name} = {number(r.start)} (from {number(r.low)} to {number(r.high)})" for r in ranges]
    chart = [f"Chart: {_alt(shown.chart)}"] if shown.chart else []
    body = [to_text(shown.markdown)] if shown.markdown.strip() else []
    last = "[Run this cell in JupyterLab to move the sliders.]"
    return "\n".join([title, *rows, *body, *([fault] if fault else []), *chart, last])


def _page(title: str, ranges: list[Range], shown: Shown, fault: str) -> str:
    rows = "".join(f"<li><code>{r.name}</code> = {number(r.start)}</li>" for r in ranges)
    failed = f"<p>{html.escape(fault)}</p>" if fault else ""
    head = f"<p><strong>{html.escape(title)}</strong></p><ul>{rows}</ul>{to_html(shown.markdown)}{failed}"
    words = f"<p>Chart: {html.escape(_alt(shown.chart))}</p>" if shown.chart else ""
    return (
        f"<section>{head}{shown.chart}{words}<p><em>Run this cell in JupyterLab to move the sliders.</em></p></section>"
    )
