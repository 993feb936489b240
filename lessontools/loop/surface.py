"""The loss surface: the loss on a plane through the weights' way, as a map with contour lines, and the way on it.

The plane is spanned by the two directions in which the weights moved most, so the picture shows the way as nearly
undistorted as a flat map can; how much of it lies in the plane is said with it.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lessontools.errors import LessonError
from lessontools.loop.drawing import SOFT, Figure, ink, label, picture, short, soft, table
from lessontools.loop.trail import Trail

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Plane", "contour", "plane", "surface"]

_LEVELS, _TOLD = 9, 5  # contour lines; columns and rows of the table
_WIDE, _HIGH, _LEFT, _TOP = 460.0, 340.0, 62.0, 30.0
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Plane:
    """The loss on a grid (`loss[row][column]` at ys[row], xs[column]), the way on it, and its share that lies there."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    loss: tuple[tuple[float, ...], ...]
    way: tuple[Point, ...]
    start: float
    end: float
    share: float


def surface(path: Trail, loss_fn: Callable[[Any, Any], Any], X: Any, y: Any, size: int = 31) -> Figure:
    """Draw the loss on the data X, y around the way that `with trail(model) as path:` has noted.

    `loss_fn(model(X), y)` is computed at size × size points, in eval mode; weights and modes are put back as they were.
    Raise LessonError where the weights did not move at least twice.
    """
    found = plane(path, loss_fn, X, y, size)
    many = f"{path.updates} updates" if path.updates else f"{len(path.points) - 1} moves"
    told = (
        f"From a loss of {short(found.start)} (ring) to {short(found.end)} (dot) in {many}; "
        f"the lowest on this map is {short(_lowest(found))}."
    )
    slice_ = (
        f"A plane through the two directions in which the weights moved most: {found.share:.1%} of their way lies in "
        "it. Lines join points of equal loss, as on a hiking map. What lies in other directions is not seen."
    ).replace("%", " %")
    head, body = _numbers(found)
    text = ["The loss surface around the way of the weights", told, slice_, "loss at some points of the map:"]
    text += ["  ".join(cell.rjust(9) for cell in row).rstrip() for row in [head, *body]]
    page = f"<figcaption>{html.escape(slice_)}</figcaption>{_draw(found, told)}<p>{html.escape(told)}</p>"
    return Figure("\n".join(text), page + table(head, body, "The same as a table"))


def plane(path: Trail, loss_fn: Callable[[Any, Any], Any], X: Any, y: Any, size: int = 31) -> Plane:
    """Return the losses around a way; the end of the way is the origin."""
    import torch

    if len(path.points) < 3:
        raise LessonError("the weights moved less than twice; run the loop inside `with trail(model) as path:`")
    points = torch.stack(path.points).double()
    if not bool(torch.isfinite(points).all()):
        raise LessonError("the weights became nan or inf on their way, so there is no map of it")
    apart = points - points[-1]
    _, spread, axes = torch.linalg.svd(apart, full_matrices=False)
    if not float(spread[0]):
        raise LessonError("the weights did not move, so there is no way to draw")
    share = float((spread[:2] ** 2).sum() / (spread**2).sum())
    way = (apart @ axes[:2].T).tolist()
    xs, ys = (_ticks([point[axis] for point in way], size) for axis in (0, 1))
    spots = [points[-1] + x * axes[0] + y_ * axes[1] for y_ in ys for x in xs]
    *loss, start, end = _losses(path, loss_fn, X, y, [*spots, points[0], points[-1]])
    rows = tuple(tuple(loss[at : at + size]) for at in range(0, len(loss), size))
    return Plane(xs, ys, rows, tuple((x, y_) for x, y_ in way), start, end, share)


def _ticks(values: Sequence[float], size: int) -> tuple[float, ...]:
    """Return evenly spaced places that reach a quarter beyond the values."""
    low, high = min(values), max(values)
    more = 0.25 * (high - low) or 1e-3
    return tuple(low - more + (high - low + 2 * more) * place / (size - 1) for place in range(size))


def _losses(path: Trail, loss_fn: Callable[[Any, Any], Any], X: Any, y: Any, spots: Sequence[Tensor]) -> list[float]:
    """Return the loss at each spot; the model is as before afterwards, its modes included."""
    import torch
    from torch.nn.utils import parameters_to_vector, vector_to_parameters

    model, found = path.model, []
    params = list(model.parameters())
    before = parameters_to_vector(params).detach().clone()
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            for spot in spots:
                vector_to_parameters(spot.to(before.dtype), params)
                found.append(float(loss_fn(model(X), y)))
    finally:
        vector_to_parameters(before, params)
        for module, mode in modes.items():
            module.training = mode
    return found


def _lowest(found: Plane) -> float:
    return min((value for row in found.loss for value in row if math.isfinite(value)), default=math.nan)


def _numbers(found: Plane) -> tuple[list[str], list[list[str]]]:
    """Return some of the grid as text, highest row first, as on the map."""
    places = [round(at * (len(found.xs) - 1) / (_TOLD - 1)) for at in range(_TOLD)]
    head = ["", *(short(found.xs[at]) for at in places)]
    body = [[short(found.ys[row]), *(short(found.loss[row][at]) for at in places)] for row in reversed(places)]
    return head, body


def contour(found: Plane, level: float) -> Iterator[tuple[Point, Point]]:
    """Yield the pieces of the line on which the loss is `level`, cell by cell (marching squares)."""
    for row in range(len(found.ys) - 1):
        for column in range(len(found.xs) - 1):
            corners = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)]
            values = [found.loss[r][c] for r, c in corners]
            if not all(map(math.isfinite, values)):
                continue
            cuts = []
            for one in range(4):
                other = (one + 1) % 4
                if (values[one] < level) != (values[other] < level):
                    part = (level - values[one]) / (values[other] - values[one])
                    (r1, c1), (r2, c2) = corners[one], corners[other]
                    x = found.xs[c1] + part * (found.xs[c2] - found.xs[c1])
                    cuts.append((x, found.ys[r1] + part * (found.ys[r2] - found.ys[r1])))
            yield from zip(cuts[::2], cuts[1::2], strict=True)


def _draw(found: Plane, told: str) -> str:
    low, high = (found.xs[0], found.ys[0]), (found.xs[-1], found.ys[-1])

    def place(point: Point) -> Point:
        x = _LEFT + (point[0] - low[0]) / (high[0] - low[0]) * _WIDE
        return x, _TOP + _HIGH - (point[1] - low[1]) / (high[1] - low[1]) * _HIGH

    values = [value for row in found.loss for value in row if math.isfinite(value)]
    floor, top = min(values), max(values)
    parts, names = [_frame(found)], []
    levels = [floor + (top - floor) * (n / (_LEVELS + 1)) ** 2 for n in range(1, _LEVELS + 1)]  # closer where it is low
    digits = next((d for d in range(2, 6) if len({short(level, d) for level in levels}) == _LEVELS), 6)
    for number, level in enumerate(levels, start=1):
        pieces = [(place(a), place(b)) for a, b in contour(found, level)]
        if not pieces:
            continue
        path = "".join(f"M{a[0]:.1f} {a[1]:.1f}L{b[0]:.1f} {b[1]:.1f}" for a, b in pieces)
        strong = 40 + 60 * number / _LEVELS
        parts.append(f'<path d="{path}" style="fill:none;stroke:{soft("loss", round(strong))};stroke-width:1.3"/>')
        x, y = min((a for a, _ in pieces), key=lambda spot: abs(spot[1] - _TOP - 14 - 34 * (number % 9)))
        names.append(_named(min(max(x, _LEFT + 20), _LEFT + _WIDE - 20), y, short(level, digits)))
    way = [place(point) for point in found.way]
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in way)
    parts += [*names, f'<path d="{line}" style="fill:none;stroke:{ink("weights")};stroke-width:2.4"/>']
    parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" style="fill:{ink("weights")}"/>' for x, y in way[1:-1]]
    back = "var(--jp-layout-color1,#fff)"
    for (x, y), fill in ((way[0], back), (way[-1], ink("weights"))):
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" style="fill:{fill};stroke:{ink("weights")};stroke-width:2.4"/>'
        )
    return picture(_LEFT + _WIDE + 14, _TOP + _HIGH + 46, "The loss surface", told, parts, least=380)


def _named(x: float, y: float, words: str) -> str:
    """Return a contour's value, on a ground of its own so that lines do not cross it."""
    wide = 6.2 * len(words) + 4
    ground = f'<rect x="{x - wide / 2:.1f}" y="{y - 7:.1f}" width="{wide:.1f}" height="13" rx="2" '
    return ground + 'style="fill:var(--jp-layout-color1,#fff)"/>' + label(x, y + 3.5, words, 10.5, "middle")


def _frame(found: Plane) -> str:
    box = f'<rect x="{_LEFT:g}" y="{_TOP:g}" width="{_WIDE:g}" height="{_HIGH:g}" style="fill:none;stroke:{SOFT}"/>'
    parts = [box, label(4, 17, "the loss, and the weights' way over it", 13, style="font-weight:700")]
    for axis, ticks in ((0, found.xs), (1, found.ys)):
        for at in (0, len(ticks) // 2, len(ticks) - 1):
            words, far = short(ticks[at], 2), at / (len(ticks) - 1)
            if axis == 0:
                parts.append(
                    label(
                        _LEFT + far * _WIDE,
                        _TOP + _HIGH + 16,
                        words,
                        11,
                        ("start", "middle", "end")[at * 2 // (len(ticks) - 1)],
                    )
                )
            else:
                parts.append(label(_LEFT - 6, _TOP + _HIGH - far * _HIGH + (4 if far else 0), words, 11, "end"))
    parts.append(
        label(_LEFT + _WIDE / 2, _TOP + _HIGH + 36, "first direction (weights moved most along it)", 11.5, "middle")
    )
    turned = label(14, _TOP + _HIGH / 2, "second direction", 11.5, "middle")
    return "".join([*parts, f'<g transform="rotate(-90 14 {_TOP + _HIGH / 2:g})">{turned}</g>'])
