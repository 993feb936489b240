"""What a line of a loop did, in a sentence or two: Row -> Markdown, for the stepper and the pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lessontools.loop.drawing import short
from lessontools.loop.replay import moved, stateful
from lessontools.loop.rounds import Row
from lessontools.loop.trace import Event, Trace

__all__ = ["passes", "shape", "tell", "values"]


def tell(row: Row, trace: Trace) -> str:
    """Return what a line did and what that means, as Markdown."""
    if row.skipped:
        return f"The same lines run {row.skipped} times more."
    return " ".join(_sentence(event, row, trace) for event in row.events)


def shape(about: Mapping[str, Any]) -> str:
    """Return a tensor's shape in words: 30 × 3, or "one number"."""
    sizes = about.get("shape")
    if sizes is None:
        return "something"
    return " × ".join(map(str, sizes)) if sizes else "one number"


def values(found: Sequence[float], most: int = 3, total: int | None = None) -> str:
    """Return the first few values in brackets, with … where there are more."""
    more = ", …" if len(found) > most or (total or 0) > len(found) else ""
    return f"[{', '.join(short(value) for value in found[:most])}{more}]"


def passes(numbers: Sequence[int]) -> str:
    """Return backward passes by number: "pass 1", "passes 1, 2", "passes 1 to 9"."""
    if len(numbers) > 3:
        return f"passes {numbers[0]} to {numbers[-1]}"
    return f"{'pass' if len(numbers) == 1 else 'passes'} {', '.join(map(str, numbers))}"


def _sentence(event: Event, row: Row, trace: Trace) -> str:
    data = event.data
    match event.kind:
        case "forward":
            return _forward(data)
        case "loss":
            pair = f"{shape(data.get('in', {}))} outputs with {shape(data.get('target', {}))} targets"
            return f"`{data.get('name')}` compares {pair}: the loss is **{short(data.get('value'), 4)}**."
        case "backward":
            return _backward(data, row)
        case "grad":
            return "`torch.autograd.grad` hands the gradients to the caller and keeps none in `.grad`."
        case "clear":
            return _clear(row, data)
        case "step" | "update":
            return _update(event, trace)
        case "error":
            return f"**{data.get('type')}** is raised here: {str(data.get('message', '')).splitlines()[0][:160]}"
    return ""


def _forward(data: Mapping[str, Any]) -> str:
    came, went = data.get("in") or {}, data.get("out") or {}
    head = f"The model (`{data.get('model')}`) turns {shape(came)} inputs into {shape(went)} outputs"
    first = f", the first of them {values(data['values'])}" if data.get("values") else ""
    mode = "" if data.get("training", True) else " It is in evaluation mode."
    if data.get("graph"):
        return f"{head}{first}. Torch notes every calculation on the way: the graph.{mode}"
    return f"{head}{first}. Gradients are off, so no graph is built.{mode}"


def _backward(data: Mapping[str, Any], row: Row) -> str:
    if data.get("root") == "leaf":
        return "There is no graph behind this tensor, so nothing is reached."
    if not data.get("params"):
        return "No parameter's gradient has changed: the graph leads to none."
    onto = row.before.held
    added = f"**adds** to what {passes(onto)} left there" if onto else "puts the gradients in place"
    many = f"{len(data['params'])} parameter{'s' * (len(data['params']) > 1)}"
    return f"Backward pass {data['id']} follows the graph from the loss back to {many} and {added}. The graph is freed."


def _clear(row: Row, data: Mapping[str, Any]) -> str:
    if data.get("lost"):
        return f"The gradients of {passes(data['lost'])} are thrown away **before any update has used them**."
    if row.before.held or row.gap:
        return "The gradients are emptied; the weights stay as they are."
    return "The gradients were empty already: nothing changes."


def _update(event: Event, trace: Trace) -> str:
    data, change = event.data, moved(event)
    if set(data.get("params", ())) <= set(data.get("empty", ())):
        return "There is no gradient to use, so **no weight moves**."
    name = "This line"
    if event.kind == "step" and 0 <= data.get("optimizer", -1) < len(trace.optimizers):
        name = f"`{trace.optimizers[data['optimizer']]['name']}` (learning rate {short(data.get('lr'))})"
    far = f", by {short(change)} in all" if change is not None else ""
    memory = " Its own memory is updated too." if event.kind == "step" and stateful(trace, data["optimizer"]) else ""
    again = sorted({each for ids in data.get("again", {}).values() for each in ids if each > 0})
    used = f" **The gradient of {passes(again)} is used again**: an earlier update had used it." if again else ""
    return f"{name} moves the weights{far}. The gradients stay until they are emptied.{memory}{used}"
