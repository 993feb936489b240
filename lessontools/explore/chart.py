"""A small chart: numbers -> an SVG string that follows the page's theme, for sliders and the player."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lessontools.errors import CourseError
from lessontools.explore.axes import (
    DASHES,
    HIGH,
    LETTER,
    WIDE,
    Level,
    drawable,
    number,
    paint,
    plot,
    rule,
    span,
    svg,
    text,
)

__all__ = ["Level", "bars", "dots", "frame_of", "lines", "number"]


def _marker(place: int, x: float, y: float) -> str:
    r = 4.0
    shapes = (
        f"M{x - r:.1f} {y:.1f}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0z",
        f"M{x - r:.1f} {y - r:.1f}h{2 * r}v{2 * r}h{-2 * r}z",
        f"M{x:.1f} {y - r - 1:.1f}l{r + 1} {2 * r + 1}h{-2 * r - 2}z",
        f"M{x:.1f} {y - r - 1:.1f}l{r + 1} {r + 1}l{-r - 1} {r + 1}l{-r - 1} {-r - 1}z",
        f"M{x - r:.1f} {y - 1.5:.1f}h{2 * r}v3h{-2 * r}z",
    )
    return f'<path d="{shapes[place % len(shapes)]}" style="{paint(place, "fill")}"/>'


def _legend(names: Sequence[str], dashed: bool) -> tuple[list[str], float]:
    """Return the legend's parts and its height; a single nameless series needs none."""
    if not any(names):
        return [], 0
    parts, x, y = [], 4.0, 13.0
    for place, name in enumerate(names):
        wide = 34 + LETTER * len(name) + 12
        if x > 4 and x + wide > WIDE:
            x, y = 4.0, y + 18
        if dashed:
            more = f'stroke-width="2" stroke-dasharray="{DASHES[place % len(DASHES)]}" style="{paint(place)}"'
            parts.append(rule(x, y - 4, x + 28, y - 4, more))
        parts += [_marker(place, x + 14, y - 4), text(x + 34, y, name)]
        x += wide
    return parts, y + 7


def _shown(parts: list[str], down: float, missing: int) -> str:
    """Return the chart below its legend, saying what could not be drawn."""
    if missing:
        many = "1 value is" if missing == 1 else f"{missing} values are"
        parts = [*parts, text(WIDE - 14, 18, f"{many} nan or inf", "end")]
    return f'<g transform="translate(0 {down:.0f})">{"".join(parts)}</g>' if down else "".join(parts)


def lines(
    series: Mapping[str, Sequence[float]],
    xlabel: str,
    ylabel: str,
    alt: str,
    level: Level | None = None,
    xs: Sequence[float] | None = None,
) -> str:
    """Return curves as SVG: each series by colour, dash and marker; `xs` (default 0, 1, 2, ...) are shared.

    A value that is nan or inf leaves a gap, and the chart says so. Raise CourseError without `alt`.
    """
    named = {name: [float(value) for value in values] for name, values in series.items()}
    longest = max((len(values) for values in named.values()), default=0)
    across = [float(x) for x in xs] if xs is not None else [float(x) for x in range(longest)]
    if len(across) < longest:
        raise CourseError(f"a series has {longest} values, but there are only {len(across)} xs")
    values = [value for each in named.values() for value in each]
    axes, frame = plot(across[:longest], values, xlabel, ylabel, level)
    parts = [frame]
    for place, each in enumerate(named.values()):
        points = list(zip(across, each, strict=False))
        dash = f'stroke-dasharray="{DASHES[place % len(DASHES)]}"' if DASHES[place % len(DASHES)] else ""
        parts.append(f'<path d="{axes.path(points)}" fill="none" stroke-width="2" {dash} style="{paint(place)}"/>')
        drawn = [(x, y) for x, y in points if drawable(x) and drawable(y)]
        for x, y in drawn[:: max(1, len(drawn) // 8)]:
            parts.append(_marker(place, axes.x(x), axes.y(y)))
    legend, down = _legend(list(named), dashed=True)
    missing = sum(not drawable(value) for value in values)
    return svg(HIGH + down, alt, [*legend, _shown(parts, down, missing)])


def dots(
    groups: Mapping[str, Sequence[tuple[float, float]]],
    xlabel: str,
    ylabel: str,
    alt: str,
    level: Level | None = None,
) -> str:
    """Return points as SVG: each group by colour and shape. Points that are nan or inf are left out, and counted."""
    pairs = {name: [(float(x), float(y)) for x, y in points] for name, points in groups.items()}
    every = [pair for points in pairs.values() for pair in points]
    good = [(x, y) for x, y in every if drawable(x) and drawable(y)]
    axes, frame = plot([x for x, _ in good], [y for _, y in good], xlabel, ylabel, level)
    parts = [frame]
    for place, points in enumerate(pairs.values()):
        parts += [_marker(place, axes.x(x), axes.y(y)) for x, y in points if drawable(x) and drawable(y)]
    legend, down = _legend(list(pairs), dashed=False)
    return svg(HIGH + down, alt, [*legend, _shown(parts, down, len(every) - len(good))])


def _cut(words: str, letters: int) -> str:
    return words if len(words) <= letters else words[: letters - 1] + "…"


def bars(
    values: Sequence[float],
    labels: Sequence[str],
    title: str,
    alt: str,
    low: float | None = None,
    high: float | None = None,
) -> str:
    """Return lying bars as SVG, one a value, with its name before and its number behind.

    The axis goes from `low` to `high` (default: what holds all values and 0); a longer bar is cut with an arrow head.
    """
    found = [float(value) for value in values]
    if len(found) != len(labels):
        raise CourseError(f"a bar chart needs a label for each value: {len(found)} values, {len(labels)} labels")
    inner = [0.0, *(value for value in found if drawable(value))]
    ends = (min(inner) if low is None else float(low), max(inner) if high is None else float(high))
    start, stop = span(ends)
    if low is not None and high is not None and not low < high:
        raise CourseError(f"a bar chart's axis needs low < high, not {low} and {high}")
    left = 10 + LETTER * min(16, max((len(label) for label in labels), default=0))
    right = WIDE - 12 - LETTER * max((len(number(value)) for value in found), default=1)
    top = 24.0 if title else 4.0

    def place(value: float) -> float:
        return left + (min(max(value, start), stop) - start) / (stop - start) * (right - left)

    zero = place(0.0)
    parts = [text(2, 14, title, more=' font-weight="600"')] if title else []
    for row, (value, label) in enumerate(zip(found, labels, strict=True)):
        middle = top + 26 * row + 13
        parts.append(text(left - 6, middle + 4, _cut(label, 16), "end"))
        end = place(value) if drawable(value) else zero
        if end != zero:
            x, wide = min(zero, end), abs(end - zero)
            shape = f'x="{x:.1f}" y="{middle - 8:.1f}" width="{wide:.1f}" height="16" rx="2"'
            parts.append(f'<rect {shape} style="{paint(0, "fill")}"/>')
        if drawable(value) and not start <= value <= stop:
            tip = 6 if value > stop else -6
            parts.append(f'<path d="M{end:.1f} {middle - 8:.1f}l{tip} 8l{-tip} 8z" style="{paint(0, "fill")}"/>')
        parts.append(text(max(end, zero) + 8, middle + 4, number(value)))
    bottom = top + 26 * len(found)
    parts.append(rule(zero, top, zero, bottom, 'stroke="currentColor"'))
    return svg(bottom + 6, alt, parts)


def frame_of(curve: Sequence[float], xlabel: str, ylabel: str, level: Level | None = None) -> dict[str, Any]:
    """Return empty axes for a whole curve, and the place of each point (None: nan or inf), for a page to draw along."""
    values = [float(value) for value in curve]
    axes, frame = plot([float(x) for x in range(len(values))], values, xlabel, ylabel, level)
    points = [[round(axes.x(x), 1), round(axes.y(y), 1)] if drawable(y) else None for x, y in enumerate(values)]
    return {"axes_html": frame, "wide": WIDE, "high": HIGH, "points": points, "values": [number(y) for y in values]}
