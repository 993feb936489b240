"""Loss and backward as they are reported: what each leaves in the trace."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from torch import Tensor

from lessontools.loop import measure, readings, rows
from lessontools.loop.recorder import Recorder

__all__ = ["backward", "loss"]

COMPARED = (2, 5, 50)  # backward passes before which weights are compared with those at the first one


def loss(recorder: Recorder, name: str, given: Tensor, target: Tensor, output: Tensor, options: dict[str, Any]) -> None:
    """Record a loss: both shapes, its value, and what its input looked like."""
    with recorder.quiet():
        value = _mean(output)
        if not output.requires_grad:
            recorder.trace.note("eval-loss", recorder.updates, value)
            readings.judged(recorder, name, target, value, options)
        if not recorder.close:
            return recorder.count("loss")
        data = {"name": name, "value": value, "out": list(output.shape), "graph": output.requires_grad, **options}
        data |= {"in": measure.about(given), "target": measure.about(target), "producer": measure.producer(given)}
        data |= rows.facts(given, name)
        data["expanded"] = measure.expanded(given.shape, target.shape)
        if target.numel() and not target.is_complex():
            data["target_low"], data["target_high"] = measure.ends(target)
    recorder.event("loss", data)
    return None


def backward(recorder: Recorder, roots: Sequence[Tensor], kind: str = "backward") -> None:
    """Record a backward pass that has just run from these roots."""
    grown = _grown(recorder)
    if recorder.backwards == 1:
        recorder.remember(grown)
    elif recorder.backwards in COMPARED:
        recorder.compare()
    value = _value(recorder, roots)
    if recorder.tape and recorder.tape.on:
        recorder.tape.went_back(value)
    recorder.pending.clear()
    recorder.trace.note("loss", recorder.updates, value)
    leaf = bool(roots) and roots[0].grad_fn is None
    if not (recorder.close or leaf) and math.isfinite(value):
        return recorder.count(kind)
    data: dict[str, Any] = {"id": recorder.backwards, "value": value, "params": [number for number, _ in grown]}
    data["root"] = "leaf" if leaf else "graph"
    if recorder.close:
        data["made"] = measure.producer(roots[0]) if roots else ""
        with recorder.quiet():
            found = measure.norms([tensor.grad for _, tensor in grown])
            if not recorder.updates:
                data["sample"] = measure.samples([number for number, _ in grown], [tensor.grad for _, tensor in grown])
        data["grad"] = {str(number): norm for (number, _), norm in zip(grown, found, strict=True)}
    made = recorder.event(kind, data)
    recorder.memory.mark(roots[0] if roots else None, recorder.updates, made)
    if leaf:
        recorder.trace.tally("leaf-root", made)
    counted = not roots or roots[0].numel()
    if (counted and not math.isfinite(value)) or not measure.finite(data.get("grad", {}).values()):
        if len(recorder.bad) < 64:
            recorder.bad[recorder.backwards] = made
        recorder.trace.tally("not-finite-backward", made)
    return None


def _grown(recorder: Recorder) -> list[tuple[int, Tensor]]:
    """Return the parameters whose gradients the pass has changed, with their numbers, and note it in the ledger."""
    recorder.backwards += 1
    grown, gone = [], False
    ledger, params, lost = recorder.ledger, recorder.trace.params, recorder.lost
    for known in recorder.known.values():
        tensor = known.reference()
        if tensor is None:
            gone = True
        elif known.grew(tensor.grad):
            number = known.number
            grown.append((number, tensor))
            params[number].backwards += 1
            if lost:
                lost.pop(number, None)
    ledger.grown([number for number, _ in grown], recorder.backwards)
    if gone:
        recorder.alive()
    return grown


def _value(recorder: Recorder, roots: Sequence[Tensor]) -> float:
    if not roots:
        return math.nan
    return _mean(roots[0])


def _mean(tensor: Tensor) -> float:
    tensor = tensor.abs() if tensor.is_complex() else tensor
    if tensor.numel() == 1:
        return float(tensor.item())
    return float(tensor.float().mean().item()) if tensor.numel() else math.nan
