"""The autograd graph: from a loss back to the leaves, with their values and gradients, as SVG, text and mermaid.

It reads what torch hangs on a tensor (`grad_fn` and its `next_functions`) and needs no import of torch itself.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lessontools.errors import LessonError
from lessontools.loop.drawing import CODE, Figure, cut, folded, ink, label, picture, rect, short, soft
from lessontools.loop.telling import values

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Node", "graph", "nodes"]

_MOST = 60
_THROUGH = ("AccumulateGrad", "TBackward", "ToCopyBackward", "CloneBackward", "AliasBackward", "ViewBackward")
_WIDE, _HIGH, _GAP, _DOWN = 204.0, 56.0, 18.0, 30.0


@dataclass(slots=True)
class Node:
    """An operation or a leaf: what it is called, what it holds, what it was made from, its distance from the loss."""

    name: str
    leaf: bool = False
    shown: tuple[str, ...] = ()
    made_from: list[int] = field(default_factory=list)
    depth: int = 0


def graph(loss: Tensor, params: Mapping[str, Tensor] | Iterable[tuple[str, Tensor]] = ()) -> Figure:
    """Return the graph behind `loss`: operations as torch noted them, leaves with value and gradient.

    `params` names the leaves: `model.named_parameters()`, or {"w": w}. Call it before or after `backward()`; the
    gradients are those of that moment. Raise LessonError if the tensor has no graph, or one too large to draw.
    """
    found = nodes(loss, dict(params))
    _place(found)
    _number(found)
    title = "The graph behind the loss"
    about = f"{sum(not n.leaf for n in found)} operations, {sum(n.leaf for n in found)} leaves; read downwards: forward"
    text = [title, *_lines(found)]
    page = (
        "<figcaption>Downwards: how the loss came about. backward() goes up, and leaves gradients at the leaves "
        f"(double frame).</figcaption>{_draw(found, title, about)}"
    )
    listed = html.escape("\n".join(text[1:]))
    page += folded("The same as text", f"<pre>{listed}</pre>")
    return Figure("\n".join(text), page, _mermaid(found))


def nodes(loss: Tensor, names: Mapping[str, Tensor]) -> list[Node]:
    """Return the operations and leaves behind a loss, the loss's own operation first."""
    if not hasattr(loss, "grad_fn"):
        raise LessonError(f"graph() takes a loss tensor, not {type(loss).__name__}")
    if loss.grad_fn is None:
        raise LessonError("this tensor has no graph: no parameter with requires_grad led to it, or gradients were off")
    known = {id(tensor): name for name, tensor in names.items()}
    found = [Node(_operation(loss.grad_fn), shown=(f"= {_value(loss)}",))]
    numbers: dict[Any, int] = {loss.grad_fn: 0}
    todo = [loss.grad_fn]
    while todo:
        function = todo.pop(0)
        for source in _sources(function):
            if source not in numbers:
                numbers[source] = len(found)
                found.append(_node(source, known, len(found)))
                todo.append(source)
                if len(found) > _MOST:
                    raise LessonError(f"this graph has more than {_MOST} operations; draw that of a smaller model")
            if numbers[source] not in found[numbers[function]].made_from:
                found[numbers[function]].made_from.append(numbers[source])
    return found


def _sources(function: Any) -> Iterator[Any]:
    """Yield what an operation was made from, seeing through steps that only pass a tensor on."""
    for source, _ in function.next_functions:
        if source is None:
            continue
        if hasattr(source, "variable") or not type(source).__name__.startswith(_THROUGH):
            yield source
        else:
            yield from _sources(source)


def _node(function: Any, known: Mapping[int, str], number: int) -> Node:
    variable = getattr(function, "variable", None)
    if variable is None:
        return Node(_operation(function))
    sizes = " × ".join(map(str, variable.shape)) or "one number"
    grad = "no gradient yet" if variable.grad is None else f"grad {_value(variable.grad)}"
    name = known.get(id(variable), f"leaf {number}")
    return Node(f"{name} ({sizes})", True, (_value(variable), grad))


def _operation(function: Any) -> str:
    """Return an operation's name as one would write it: MseLossBackward0 -> mse_loss."""
    name = re.sub(r"Backward\d*$", "", type(function).__name__)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _value(tensor: Tensor) -> str:
    flat = tensor.detach().reshape(-1)
    if flat.numel() == 1:
        return short(float(flat[0]), 4)
    return values([float(each) for each in flat[:3]], 2, flat.numel())


def _place(found: Sequence[Node]) -> None:
    """Give each node its distance from the loss: the longest way, so that every arrow points downwards."""
    for _ in found:
        moved = False
        for node in found:
            for source in node.made_from:
                if found[source].depth <= node.depth:
                    found[source].depth, moved = node.depth + 1, True
        if not moved:
            return


def _number(found: Sequence[Node]) -> None:
    """Tell operations of one name apart, by the order in which they ran (the first is farthest from the loss)."""
    for name in {node.name for node in found}:
        same = sorted((node for node in found if node.name == name), key=lambda node: -node.depth)
        for place, node in enumerate(same, 1):
            node.name += f" {place}" if len(same) > 1 else ""


def _rows(found: Sequence[Node]) -> list[list[int]]:
    """Return the nodes row by row, the loss last; in a row, each stands near what was made from it."""
    deepest = max(node.depth for node in found)
    rows: list[list[int]] = [[0]]
    for depth in range(1, deepest + 1):
        here = [number for number, node in enumerate(found) if node.depth == depth]
        below = {number: place for row in rows for place, number in enumerate(row)}
        users = {n: [below[u] for u, node in enumerate(found) if n in node.made_from and u in below] for n in here}
        rows.append(sorted(here, key=lambda n: (sum(users[n]) / max(1, len(users[n])), found[n].leaf, n)))
    return rows[::-1]


def _draw(found: Sequence[Node], title: str, about: str) -> str:
    rows = _rows(found)
    wide = max(len(row) for row in rows) * (_WIDE + _GAP) + 8
    places: dict[int, tuple[float, float]] = {}
    for at, row in enumerate(rows):
        left = (wide - len(row) * (_WIDE + _GAP) + _GAP) / 2
        for place, number in enumerate(row):
            places[number] = (left + place * (_WIDE + _GAP), 6 + at * (_HIGH + _DOWN))
    parts = []
    for number, node in enumerate(found):
        for source in node.made_from:
            (x1, y1), (x2, y2) = places[source], places[number]
            x1, x2, y1, bend = x1 + _WIDE / 2, x2 + _WIDE / 2, y1 + _HIGH, _DOWN * 0.7
            path = f"M{x1:g} {y1:g}C{x1:g} {y1 + bend:g} {x2:g} {y2 - bend:g} {x2:g} {y2 - 2:g}"
            head = f"M{x2 - 5:g} {y2 - 8:g}L{x2:g} {y2 - 1:g}L{x2 + 5:g} {y2 - 8:g}"
            parts.append(f'<path d="{path}{head}" style="fill:none;stroke:currentColor;stroke-width:1.5"/>')
    parts += [_box(node, *places[number], number == 0) for number, node in enumerate(found)]
    return picture(wide, len(rows) * (_HIGH + _DOWN) - _DOWN + 12, title, about, parts, least=min(wide, 420))


def _box(node: Node, x: float, y: float, last: bool) -> str:
    colour = "weights" if node.leaf else "loss" if last else "graph"
    back = f"fill:{soft(colour, 12)};stroke:{ink(colour)};stroke-width:1.6"
    parts = [rect(x, y, _WIDE, _HIGH, back, 6 if node.leaf else 22)]
    if node.leaf:
        parts.append(rect(x + 3, y + 3, _WIDE - 6, _HIGH - 6, f"fill:none;stroke:{ink(colour)};stroke-width:.8", 4))
    lines = [node.name, *node.shown]
    first = y + _HIGH / 2 + 4.5 - (len(lines) - 1) * 8
    for place, words in enumerate(lines):
        style = "font-weight:700" if not place else CODE
        parts.append(
            label(x + _WIDE / 2, first + place * 16, cut(words, 28), 12.5 if not place else 11, "middle", style)
        )
    return "".join(parts)


def _lines(found: Sequence[Node]) -> list[str]:
    told = []
    for number in [number for row in _rows(found) for number in row]:
        node = found[number]
        made = ", ".join(found[each].name for each in node.made_from)
        kind = f"  {node.name}: leaf" if node.leaf else f"  {node.name}" + (f" of {made}" if made else "")
        told.append(f"{kind} {'; '.join(node.shown)}".rstrip())
    return told


def _mermaid(found: Sequence[Node]) -> str:
    shown = []
    for at, node in enumerate(found):
        words = "<br>".join(html.escape(each) for each in [node.name, *node.shown])
        shown.append(f'    n{at}[["{words}"]]' if node.leaf else f'    n{at}(["{words}"])')
    arrows = [f"    n{source} --> n{at}" for at, node in enumerate(found) for source in node.made_from]
    return "\n".join(["flowchart TD", *shown, *arrows])
