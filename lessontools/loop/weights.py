"""Weights: how the norm of each parameter goes over the steps, and how far each step moves it, as small multiples."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

from lessontools.loop.drawing import CODE, SOFT, Figure, cut, ink, label, picture, rect, short, soft, table
from lessontools.loop.flow import MOST, NOTHING, flows
from lessontools.loop.trace import Trace

__all__ = ["weights"]


def weights(trace: Trace) -> Figure:
    """Return, for each parameter, how its norm went over the steps seen closely, and how far each moved it."""
    steps = [event for event in trace.of("step") if event.data.get("change")]
    if not steps:
        return Figure(NOTHING, f"<p>{html.escape(NOTHING)}</p>")
    numbers = sorted({number for event in steps for number in event.data["params"]})
    body, cells = [], []
    for number in numbers[:MOST]:
        key, name = str(number), trace.name(number)
        told = [event for event in steps if event.data["weight"].get(key) is not None]
        points = [(event.step + 1, float(event.data["weight"][key])) for event in told]
        before = next((event.data["before"][key] for event in told if event.data.get("before", {}).get(key)), None)
        if before is not None:
            points = [(0, float(before)), *points]
        changes = [event.data["change"].get(key) or 0.0 for event in told]
        sizes = " × ".join(map(str, trace.params[number].shape)) or "one number"
        last = flows(trace, told[-1])[sorted(told[-1].data["params"]).index(number)] if told else None
        part = f"{(last.ratio or 0) * 100:.2g} %" if last and last.ratio is not None else "–"
        ends = (short(points[0][1], 4), short(points[-1][1], 4)) if points else ("–", "–")
        body.append([name, sizes, *ends, short(changes[-1]) if changes else "–", part])
        cells.append((name, sizes, points, changes))
    head = ["parameter", "shape", "norm at first", "norm at last", "last change", "of the norm"]
    widths = [max(len(row[at]) for row in [head, *body]) for at in range(len(head))]
    rows = [
        "  ".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True)).rstrip() for row in [head, *body]
    ]
    title = f"Weights over {len(steps)} steps looked at closely"
    about = "; ".join(f"{row[0]}: norm {row[2]} to {row[3]}, last change {row[4]}" for row in body)
    more = [f"{len(numbers) - MOST} more parameters are not shown."] if len(numbers) > MOST else []
    page = (
        _multiples(cells, title, about)
        + "".join(f"<p>{each}</p>" for each in more)
        + table(head, body, "The same as a table")
    )
    return Figure("\n".join([title, *rows, *more]), page)


def _multiples(cells: Sequence[tuple[str, str, list[tuple[int, float]], list[float]]], title: str, about: str) -> str:
    across, wide, high = 3, 236.0, 128.0
    parts = [label(4, 18, title, 14, style="font-weight:700")]
    largest = max((change for *_, changes in cells for change in changes), default=0) or 1.0
    for place, (name, sizes, points, changes) in enumerate(cells):
        x, y = 4 + place % across * wide, 30 + place // across * high
        parts.append(_multiple(x, y, wide - 16, high - 14, name, sizes, points, changes, largest))
    down = 30 + math.ceil(len(cells) / across) * high
    keys = "Line: norm of the weights, on a scale of its own. Bars: how far each step moved them, all on one scale."
    parts.append(label(4, down + 10, keys, 11.5))
    return picture(across * wide, down + 20, title, about, parts, least=560)


def _multiple(
    x: float,
    y: float,
    wide: float,
    high: float,
    name: str,
    sizes: str,
    points: Sequence[tuple[int, float]],
    changes: Sequence[float],
    largest: float,
) -> str:
    parts = [rect(x, y, wide, high, f"fill:none;stroke:{SOFT}", 5)]
    parts.append(label(x + 8, y + 17, cut(name, 18), 12, style=f"{CODE};font-weight:700"))
    parts.append(label(x + wide - 8, y + 17, sizes, 11, "end"))
    good = [(at, value) for at, value in points if math.isfinite(value)]
    if not good:
        return "".join([*parts, label(x + 8, y + 50, "nan or inf", 12, fill="alarm")])
    left, right, top, bottom = x + 10, x + wide - 10, y + 40, y + high - 40
    first, last = good[0][0], good[-1][0]
    low, top_value = min(value for _, value in good), max(value for _, value in good)
    places = [
        (
            left + (at - first) / ((last - first) or 1) * (right - left),
            bottom - (value - low) / ((top_value - low) or 1) * (bottom - top),
        )
        for at, value in good
    ]
    path = "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in places)
    parts.append(f'<path d="{path}" style="fill:none;stroke:{ink("weights")};stroke-width:2"/>')
    for px, py in (places[0], places[-1]):
        parts.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.2" style="fill:{ink("weights")}"/>')
    parts.append(label(left, y + 33, short(good[0][1], 4), 11))
    parts.append(label(right, y + 33, short(good[-1][1], 4), 11, "end"))
    each = (right - left) / max(1, len(changes))
    for place, change in enumerate(changes):
        tall = min(1.0, change / largest) * 22 if math.isfinite(change) else 22
        style = f"fill:{soft('gradients', 60)};stroke:{ink('gradients')};stroke-width:.8"
        thick = max(1.0, min(26.0, each - 2))
        parts.append(rect(left + place * each + (each - thick) / 2, y + high - 8 - tall, thick, tall, style))
    return "".join(parts)
