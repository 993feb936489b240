"""The pipeline: one turn of a watched loop as five stages, with the shapes and the first values that went through."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lessontools.loop.drawing import CODE, Figure, cut, folded, ink, label, picture, rect, short, soft
from lessontools.loop.replay import moved
from lessontools.loop.rounds import Round, Row, rounds
from lessontools.loop.telling import shape, values
from lessontools.loop.trace import Event, Trace

__all__ = ["Stage", "pipeline", "stages"]

_TOLD = 2  # parameters told with values; the rest are counted
_WIDE, _TILE, _LEFT, _ROW = 720.0, 118.0, 40.0, 19.0
_COLOURS = {"data": "optimizer", "forward": "graph", "loss": "loss", "backward": "gradients", "update": "weights"}


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the loop: its name, what happens in one sentence, the values that show it, and the learner's line."""

    name: str
    what: str
    shown: tuple[str, ...] = ()
    code: str = ""


def pipeline(trace: Trace) -> Figure:
    """Return data -> forward -> loss -> backward -> update of the first turn seen, with shapes and first values."""
    turn = next((each for each in rounds(trace) if any(row.of("backward") for row in each.rows)), None)
    if turn is None:
        words = "No pipeline: no backward pass ran in the `with watch()` block."
        return Figure(words, f"<p>{html.escape(words)}</p>")
    told = stages(turn, trace)
    text = ["One turn of the loop, from data to moved weights"]
    for place, each in enumerate(told, 1):
        text.append(f"{place}. {each.name}: {each.what}" + (f"   <- {each.code}" if each.code else ""))
        text += [f"     {line}" for line in each.shown]
    text.append("Then the next turn: again from the data, with the moved weights.")
    listed = "".join(f"<li><b>{each.name}</b>: {html.escape(each.what)}</li>" for each in told)
    hidden = folded("The same as a list", f"<ol>{listed}</ol>")
    about = " ".join(f"{place}. {each.name}: {each.what}." for place, each in enumerate(told, 1))
    return Figure(
        "\n".join(text), f"<figcaption>{html.escape(text[0])}</figcaption>{_draw(told, about)}{hidden}", _mermaid(told)
    )


def stages(turn: Round, trace: Trace) -> list[Stage]:
    """Return the five stages of a turn; what a loop written by hand does not tell is said to be unseen."""
    forward, loss = _first(turn, "forward"), _first(turn, "loss")
    backward, update = _first(turn, "backward"), _first(turn, "step", "update")
    return [
        _data(forward, loss),
        _forward(forward),
        _loss(loss, backward),
        _backward(backward, trace),
        _update(update, trace),
    ]


def _first(turn: Round, *kinds: str) -> tuple[Event, Row] | None:
    return next(((event, row) for row in turn.rows for event in row.of(*kinds)), None)


def _data(forward: tuple[Event, Row] | None, loss: tuple[Event, Row] | None) -> Stage:
    if forward is None:
        return Stage("data", "goes in without a model that could be watched")
    data: dict[str, Any] = dict(forward[0].data)
    came = data.get("in") or {}
    target = f", with targets {shape(loss[0].data['target'])}" if loss and loss[0].data.get("target") else ""
    first = data.get("given") or []
    row = first[: came["shape"][-1]] if came.get("shape") else first
    shown = (f"first row {values(row, 4, (came.get('shape') or [0])[-1])}",) if first else ()
    return Stage("data", f"{shape(came)} inputs ({came.get('dtype', '?')}){target}", shown)


def _forward(found: tuple[Event, Row] | None) -> Stage:
    if found is None:
        return Stage("forward", "written by hand: no module was called")
    data, row = found[0].data, found[1]
    went = data.get("out") or {}
    whole = (went.get("shape") or [0])[-1]
    first = list(data.get("values") or [])
    shown = (f"first row {values(first[: whole or 1], 4, whole)}",) if first else ()
    return Stage("forward", f"{data.get('model')}: {shape(data.get('in') or {})} → {shape(went)}", shown, row.code)


def _loss(found: tuple[Event, Row] | None, backward: tuple[Event, Row] | None) -> Stage:
    if found is None:
        value = backward[0].data.get("value") if backward else None
        return Stage("loss", f"written by hand: one number, {short(value, 4)}")
    data, row = found[0].data, found[1]
    pair = f"{shape(data.get('in') or {})} against {shape(data.get('target') or {})}"
    return Stage(
        "loss",
        f"{data.get('name')}: {pair} → {shape({'shape': data.get('out', [])})}",
        (short(data["value"], 4),),
        row.code,
    )


def _backward(found: tuple[Event, Row] | None, trace: Trace) -> Stage:
    if found is None:
        return Stage("backward", "did not run")
    data, row = found[0].data, found[1]
    numbers = data.get("params", [])
    shown = [_sampled(n, f"{trace.name(n)}.grad", data.get("sample", {}), data.get("grad", {}), trace) for n in numbers]
    return Stage(
        "backward", f"a gradient for {len(numbers)} parameter{'s' * (len(numbers) != 1)}", _few(shown), row.code
    )


def _update(found: tuple[Event, Row] | None, trace: Trace) -> Stage:
    if found is None:
        return Stage("update", "did not run: nothing moved the weights")
    event, row = found
    data, shown = event.data, []
    for number in data.get("params", []):
        was, now = data.get("was", {}).get(str(number)), data.get("now", {}).get(str(number))
        if was and now:
            shown.append(f"{trace.name(number)} {values(was)} → {values(now)}")
    far = moved(event)
    who = "the weights move, written by hand"
    if event.kind == "step" and 0 <= data.get("optimizer", -1) < len(trace.optimizers):
        who = f"{trace.optimizers[data['optimizer']]['name']}, learning rate {short(data.get('lr'))}"
    return Stage("update", who + (f": moved by {short(far)} in all" if far is not None else ""), _few(shown), row.code)


def _sampled(number: int, name: str, sample: dict[str, list[float]], norms: dict[str, float], trace: Trace) -> str:
    sizes = shape({"shape": list(trace.params[number].shape)}) if number < len(trace.params) else ""
    first = sample.get(str(number))
    found = values(first) if first else f"norm {short(norms.get(str(number)))}"
    return f"{name} ({sizes}) {found}"


def _few(shown: Sequence[str]) -> tuple[str, ...]:
    more = len(shown) - _TOLD
    return (*shown[:_TOLD], *((f"and {more} more",) if more > 0 else ()))


def _draw(told: Sequence[Stage], about: str) -> str:
    parts, y, middles = [], 8.0, list[float]()
    for place, each in enumerate(told, 1):
        rows = 1 + len(each.shown) + bool(each.code)
        high = max(48.0, rows * _ROW + 16)
        name = _COLOURS[each.name]
        parts.append(
            rect(_LEFT, y, _WIDE - _LEFT - 4, high, f"fill:{soft(name, 9)};stroke:{ink(name)};stroke-width:1.4", 7)
        )
        parts.append(rect(_LEFT, y, _TILE, high, f"fill:{soft(name, 30)};stroke:{ink(name)};stroke-width:1.4", 7))
        parts.append(label(_LEFT + 14, y + high / 2 + 5, f"{place}", 13, style="font-weight:700;opacity:.85"))
        parts.append(label(_LEFT + 32, y + high / 2 + 5, each.name, 14, style="font-weight:700"))
        at = y + 8 + 14
        parts.append(label(_LEFT + _TILE + 14, at, cut(each.what, 82), 13, style="font-weight:600"))
        for line in each.shown:
            at += _ROW
            parts.append(label(_LEFT + _TILE + 14, at, cut(line, 78), 12, style=CODE))
        if each.code:
            at += _ROW
            parts.append(
                label(_LEFT + _TILE + 14, at, cut(f"your line: {each.code}", 84), 11.5, style=f"{CODE};opacity:.8")
            )
        middles.append(y + high / 2)
        y += high
        if place < len(told):
            parts.append(_arrow(_LEFT + _TILE / 2, y + 2, y + 18))
            y += 20
    return picture(_WIDE, y + 8, "One turn of the loop", about, [*parts, _again(middles)], least=560)


def _arrow(x: float, y1: float, y2: float) -> str:
    line = f"M{x:g} {y1:g}V{y2 - 5:g}"
    head = f"M{x - 6:g} {y2 - 8:g}L{x:g} {y2:g}L{x + 6:g} {y2 - 8:g}"
    return f'<path d="{line}{head}" style="fill:none;stroke:currentColor;stroke-width:2"/>'


def _again(middles: Sequence[float]) -> str:
    """Return the way back: from the update to the forward pass, with the moved weights."""
    x, low, high = 18.0, middles[-1], middles[1]
    down = f"M{_LEFT - 2:g} {low:g}H{x + 8:g}Q{x:g} {low:g} {x:g} {low - 8:g}"
    path = f"{down}V{high + 8:g}Q{x:g} {high:g} {x + 8:g} {high:g}H{_LEFT - 4:g}"
    head = f"M{_LEFT - 11:g} {high - 6:g}L{_LEFT - 3:g} {high:g}L{_LEFT - 11:g} {high + 6:g}"
    style = f"fill:none;stroke:{ink('weights')};stroke-width:2;stroke-dasharray:5 3"
    solid = f"fill:none;stroke:{ink('weights')};stroke-width:2"
    middle = (low + high) / 2
    turned = (
        f'<g transform="rotate(-90 12 {middle:g})">{label(12, middle, "moved weights, next turn", 11.5, "middle")}</g>'
    )
    return f'<path d="{path}" style="{style}"/><path d="{head}" style="{solid}"/>{turned}'


def _mermaid(told: Sequence[Stage]) -> str:
    nodes = [f'    {each.name}["{each.name}<br>{html.escape(each.what)}"]' for each in told]
    arrows = " --> ".join(each.name for each in told)
    return "\n".join(["flowchart LR", *nodes, f"    {arrows}", "    update -. moved weights .-> forward"])
