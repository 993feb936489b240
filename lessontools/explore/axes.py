"""Axes of a small chart: values -> places, ticks and labels as SVG, in the page's own colours."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lessontools.errors import CourseError

__all__ = ["Level", "Plot", "drawable", "number", "paint", "plot", "rule", "span", "svg", "text"]

Level = Mapping[str, object]
"""A reference line: {"value": 1.0986, "label": "ln 3"}."""

WIDE, HIGH, LETTER = 360.0, 210.0, 7.0  # user units; a letter of 12 units is about 7 wide
_HUGE = 1e300  # beyond it the range of an axis overflows, so it counts as not finite
# Okabe and Ito's hues, darkened or lightened to 3:1 on JupyterLab's two backgrounds; the variables are in explore.css.
_COLOURS = ("#0072b2", "#b34700", "#00795a", "#8a3f7a", "#5f5f5f")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "14 4")
_ROUNDED = "font-family:inherit;font-size:12px"


def number(value: float) -> str:
    """Return a number as an axis or a slider says it: short, and readable for nan and inf too."""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "−inf"
    return f"{value:.4g}".replace("e+0", "e").replace("e-0", "e-").replace("-", "−")


def drawable(value: float) -> bool:
    """Return whether a value has a place on an axis."""
    return math.isfinite(value) and abs(value) < _HUGE


def paint(place: int, what: str = "stroke") -> str:
    """Return the style that gives a series its colour."""
    place %= len(_COLOURS)
    return f"{what}:var(--lt-series-{place + 1},{_COLOURS[place]})"


def text(x: float, y: float, words: str, anchor: str = "start", more: str = "") -> str:
    """Return an SVG text."""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="currentColor" style="{_ROUNDED}"'
    return f"<text {place}{more}>{html.escape(words)}</text>"


def rule(x1: float, y1: float, x2: float, y2: float, more: str) -> str:
    """Return an SVG line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {more}/>'


def svg(high: float, alt: str, parts: Sequence[str]) -> str:
    """Return the whole picture; raise CourseError without `alt`."""
    if not alt.strip():
        raise CourseError("a chart needs `alt`: one sentence that says what it shows, for those who cannot see it")
    said = html.escape(alt, quote=True)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="lt-plot" viewBox="0 0 {WIDE:.0f} {high:.0f}" width="100%"'
    return f'{head} role="img" aria-label="{said}" style="max-width:32rem"><title>{said}</title>{"".join(parts)}</svg>'


def span(values: Sequence[float]) -> tuple[float, float]:
    """Return an axis' ends: the values' own, widened where they all agree."""
    found = [value for value in values if drawable(value)]
    low, high = (min(found), max(found)) if found else (0.0, 1.0)
    if high - low <= 1e-9 * max(abs(low), abs(high)) or high == low:
        pad = abs(high) / 2 or 0.5
        return low - pad, high + pad
    return low, high


def _ticks(low: float, high: float, most: int) -> list[float]:
    rough = (high - low) / most
    if rough <= 0 or not math.isfinite(rough):
        return [low]
    ten = 10.0 ** math.floor(math.log10(rough))
    step = next((ten * by for by in (1, 2, 5, 10) if ten * by >= rough * 0.999), ten * 10)
    first = math.ceil(low / step - 1e-9)
    count = math.floor(high / step + 1e-9) - first
    return [(first + place) * step for place in range(count + 1)]


@dataclass(frozen=True, slots=True)
class Plot:
    """Axes with a place for every point: `x(value)` and `y(value)` are in the SVG's units."""

    xspan: tuple[float, float]
    yspan: tuple[float, float]
    left: float
    top: float
    bottom: float

    def x(self, value: float) -> float:
        """Return where a value lies from left to right."""
        low, high = self.xspan
        return self.left + (value - low) / (high - low) * (WIDE - 14 - self.left)

    def y(self, value: float) -> float:
        """Return where a value lies from top to bottom."""
        low, high = self.yspan
        return self.bottom - (value - low) / (high - low) * (self.bottom - self.top)

    def path(self, points: Sequence[tuple[float, float]]) -> str:
        """Return an SVG path through the points; one that is not finite leaves a gap."""
        words, pen = [], "M"
        for across, up in points:
            if not (drawable(across) and drawable(up)):
                pen = "M"
                continue
            words.append(f"{pen}{self.x(across):.1f} {self.y(up):.1f}")
            pen = "L"
        return "".join(words)


def plot(
    xs: Sequence[float], ys: Sequence[float], xlabel: str, ylabel: str, level: Level | None = None, top: float = 22
) -> tuple[Plot, str]:
    """Return axes that hold these values (and the reference line), and their SVG."""
    value = _level(level)
    yspan = span([*ys, *([value] if value is not None else [])])
    ups = _ticks(*yspan, 4)
    left = 12 + LETTER * max((len(number(tick)) for tick in ups), default=1)
    found = Plot(span(xs), yspan, left, top + 8, HIGH - 36)
    grid = 'stroke="currentColor" stroke-opacity="0.18"'
    parts = [text(2, top - 4, ylabel)]
    for tick in ups:
        parts.append(rule(left, found.y(tick), WIDE - 14, found.y(tick), grid))
        parts.append(text(left - 5, found.y(tick) + 4, number(tick), "end"))
    parts.append(rule(left, found.bottom, WIDE - 14, found.bottom, 'stroke="currentColor"'))
    whole = all(float(x).is_integer() for x in xs if drawable(x))
    for tick in _ticks(*found.xspan, 5):
        if not whole or float(tick).is_integer():
            parts.append(text(found.x(tick), found.bottom + 15, number(tick), "middle"))
    parts.append(text((left + WIDE - 14) / 2, HIGH - 5, xlabel, "middle"))
    if value is not None and level is not None:
        across = found.y(value)
        parts.append(rule(left, across, WIDE - 14, across, 'stroke="currentColor" stroke-dasharray="3 4"'))
        words = f"{level.get('label', '')} = {number(value)}".removeprefix(" = ")
        parts.append(text(WIDE - 16, across - 4 if across > found.top + 14 else across + 14, words, "end"))
    return found, "".join(parts)


def _level(level: Level | None) -> float | None:
    if level is None:
        return None
    value = level.get("value") if isinstance(level, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not drawable(value):
        raise CourseError(f'a level is {{"value": a finite number, "label": "its name"}}, not {level!r}')
    return float(value)
