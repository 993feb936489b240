"""Loss and backward as they are reported: what each leaves in the trace."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from torch import Tensor

from lessontools.loop import measure
from lessontools.loop.recorder import Recorder
from lessontools.loop.trace import Series

__all__ = ["backward", "loss"]

COMPARED = (2, 5, 50)  # backward passes before which weights are compared with those at the first one


def loss(recorder: Recorder, name: str, given: Tensor, target: Tensor, output: Tensor, options: dict[str, Any]) -> None:
    """Record a loss: both shapes, its value, and what its input looked like."""
    with recorder.quiet():
        value = float(output.detach().float().mean()) if output.numel() else math.nan
        if not output.requires_grad:
            recorder.trace.series.setdefault("eval-loss", Series()).add(recorder.updates, value)
        if not recorder.close:
            return recorder.count("loss")
        data = {"name": name, "value": value, "out": list(output.shape), "graph": output.requires_grad, **options}
        data |= {"in": measure.about(given), "target": measure.about(target), "producer": measure.producer(given)}
        data |= measure.rows_facts(given, name)
        data["expanded"] = measure.expanded(given.shape, target.shape)
        if target.numel() and not target.is_complex():
            data |= {"target_low": float(target.min()), "target_high": float(target.max())}
    recorder.event("loss", data)
    return None


def backward(recorder: Recorder, roots: Sequence[Tensor], kind: str = "backward") -> None:
    """Record a backward pass that has just run from these roots."""
    if recorder.looking:
        with recorder.quiet():
            grown = _grown(recorder)
    else:
        grown = _grown(recorder)
    if recorder.backwards == 1:
        recorder.remember(grown)
    elif recorder.backwards in COMPARED:
        recorder.compare()
    value = _value(recorder, roots)
    recorder.pending.clear()
    recorder.trace.series.setdefault("loss", Series()).add(recorder.updates, value)
    leaf = bool(roots) and roots[0].grad_fn is None
    if not (recorder.close or leaf) and math.isfinite(value):
        return recorder.count(kind)
    data: dict[str, Any] = {"id": recorder.backwards, "value": value, "params": [number for number, _ in grown]}
    data["root"] = "leaf" if leaf else "graph"
    if recorder.close:
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
    grown = []
    ledger, params, lost = recorder.ledger, recorder.trace.params, recorder.lost
    for known, tensor in recorder.alive():
        grad = tensor.grad
        now = None if grad is None else (id(grad), grad._version)
        if now is not None and now != known.grad:
            number = known.number
            grown.append((number, tensor))
            ledger.added(number, recorder.backwards)
            params[number].backwards += 1
            if lost:
                lost.pop(number, None)
        known.grad = now
    return grown


def _value(recorder: Recorder, roots: Sequence[Tensor]) -> float:
    if not roots or not roots[0].numel():
        return math.nan
    if not recorder.looking and roots[0].numel() == 1 and not roots[0].is_complex():
        return float(roots[0].detach())
    with recorder.quiet():
        root = roots[0].detach()
        root = root.abs() if root.is_complex() else root
        return float(root if root.numel() == 1 else root.float().mean())
