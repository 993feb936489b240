"""Forward, loss and backward as they are reported: what each leaves in the trace."""

from __future__ import annotations

import math
import weakref
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd
from torch.nn.modules.loss import _Loss

from lessontools.loop import measure
from lessontools.loop.recorder import Recorder
from lessontools.loop.trace import Series

__all__ = ["backward", "forward", "loss"]


def forward(recorder: Recorder, module: torch.nn.Module, args: tuple[Any, ...], output: Any) -> None:
    """Record a top-level forward pass (or a loss module's)."""
    if isinstance(module, _Loss):
        return None
    grads, key = torch.is_grad_enabled(), id(module)
    if not recorder.close and grads and recorder.training.get(key) == module.training:
        recorder.forwards += 1
        return recorder.count("forward")
    recorder.training[key] = module.training
    if id(module) not in recorder.models:
        recorder.models[id(module)] = weakref.ref(module)
        label = type(module).__name__
        for name, parameter in module.named_parameters():
            recorder.meet(parameter, name, label)
    recorder.forwards += 1
    noisy = sorted(
        {type(m).__name__ for m in module.modules() if m.training and isinstance(m, _DropoutNd | _BatchNorm)}
    )
    came, went = measure.first_tensor(args), measure.first_tensor(output)
    data: dict[str, Any] = {"id": recorder.forwards, "model": type(module).__name__, "training": module.training}
    data |= {"noisy": noisy, "grad": grads, "inference": torch.is_inference_mode_enabled()}
    data |= {
        "in": measure.about(came),
        "out": measure.about(went),
        "graph": bool(went is not None and went.requires_grad),
    }
    if recorder.close:
        with recorder.quiet():
            data["values"] = measure.sample(went) if went is not None else []
            data["rows"] = measure.row_hashes(came) if came is not None and came.numel() else []
    made = recorder.event("forward", data)
    if not data["grad"] or data["inference"]:
        recorder.trace.tally("eval-forward", made)
        if noisy:
            recorder.trace.tally("eval-noisy", made)
    return None


def loss(recorder: Recorder, name: str, given: Tensor, target: Tensor, output: Tensor, options: dict[str, Any]) -> None:
    """Record a loss: both shapes, its value, and what its input looked like."""
    with recorder.quiet():
        value = float(output.detach().float().mean()) if output.numel() else math.nan
        data = {"name": name, "value": value, "out": list(output.shape), "graph": output.requires_grad, **options}
        data |= {"in": measure.about(given), "target": measure.about(target), "producer": measure.producer(given)}
        data |= measure.rows_facts(given)
        if target.numel():
            data |= {"target_low": float(target.min()), "target_high": float(target.max())}
    recorder.event("loss", data)


def backward(recorder: Recorder, roots: Sequence[Tensor], kind: str = "backward") -> None:
    """Record a backward pass that has just run from these roots."""
    recorder.backwards += 1
    value = _value(recorder, roots)
    grown = []
    for known, tensor in recorder.alive():
        now = None if tensor.grad is None else (id(tensor.grad), tensor.grad._version)
        if now != known.grad:
            grown.append((known.number, tensor))
            recorder.ledger.added(known.number, recorder.backwards)
            recorder.trace.params[known.number].backwards += 1
            known.grad = now
    recorder.trace.series.setdefault("loss", Series()).add(recorder.updates, value)
    if not recorder.close and math.isfinite(value):
        return recorder.count(kind)
    data: dict[str, Any] = {"id": recorder.backwards, "value": value, "params": [number for number, _ in grown]}
    data["root"] = "leaf" if roots and roots[0].grad_fn is None else "graph"
    if recorder.close:
        with recorder.quiet():
            found = measure.norms([tensor.grad for _, tensor in grown])
        data["grad"] = {str(number): norm for (number, _), norm in zip(grown, found, strict=True)}
    made = recorder.event(kind, data)
    if not math.isfinite(value) or not measure.finite(data.get("grad", {}).values()):
        recorder.trace.tally("not-finite", made)
    return None


def _value(recorder: Recorder, roots: Sequence[Tensor]) -> float:
    if not roots or not roots[0].numel():
        return math.nan
    with recorder.quiet():
        root = roots[0]
        return float(root if root.numel() == 1 else root.float().mean())
