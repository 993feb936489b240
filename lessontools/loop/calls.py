"""Calls of models: what each forward pass leaves in the trace, in training and in evaluation."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd

from lessontools.loop import measure, rows
from lessontools.loop.recorder import Recorder
from lessontools.loop.trace import Event

__all__ = ["Model", "forward", "unused"]

SIGNS, MOST_ROWS, SCALED = 256, 100_000, 3


@dataclass(slots=True)
class Model:
    """A model that was called: which parameters it has, which of its modules act differently in training."""

    reference: weakref.ref[Any]
    params: frozenset[int]
    modal: bool
    training: bool | None = None  # at its last call with gradients on
    calls: int = 0


def forward(recorder: Recorder, module: torch.nn.Module, args: tuple[Any, ...], output: Any, grads: bool) -> None:
    """Record a top-level forward pass; `grads` says whether gradients were on."""
    model = recorder.models.get(id(module))
    if model is None or model.reference() is not module:
        model = recorder.models[id(module)] = _meet(recorder, module)
    recorder.forwards += 1
    grads = grads and not torch.is_inference_mode_enabled()
    if grads and model.training and module.training and not (recorder.close or recorder.pending or recorder.tape):
        return _again(recorder, model, module, args, output)
    if recorder.tape and recorder.tape.on and grads:
        recorder.tape.came(module, output)
    same = model.training == module.training
    if grads:
        if not model.calls:
            for number in model.params:
                recorder.trace.params[number].called = True
        model.calls += 1
        model.training = module.training
        recorder.fresh[id(module)] = module.training
    went = measure.first_tensor(output)
    recorder.memory.mark(went, recorder.updates)
    if grads and module.training and recorder.pending:
        unused(recorder)
    if grads and module.training and recorder.signs < SIGNS:
        _sign(recorder, args)
    if grads and module.training and same and not recorder.close:
        return recorder.count("forward")
    came = measure.first_tensor(args)
    data: dict[str, Any] = {"id": recorder.forwards, "model": type(module).__name__, "training": module.training}
    data["noisy"] = _noisy(module) if model.modal else []
    data |= {"grad": grads, "inference": torch.is_inference_mode_enabled()}
    data |= {"in": measure.about(came), "out": measure.about(went)}
    data["graph"] = bool(went is not None and went.requires_grad)
    _values(recorder, data, came, went, not grads)
    made = recorder.event("forward", data)
    if grads and not module.training and data["graph"]:
        recorder.pending.append(made)
    elif not grads:
        _evaluated(recorder, model, data, made)
    return None


def _again(recorder: Recorder, model: Model, module: torch.nn.Module, args: tuple[Any, ...], output: Any) -> None:
    """Follow a forward pass in training like the last one: the common case, in which little is done."""
    recorder.fresh[id(module)] = True
    recorder.memory.mark(output if type(output) is Tensor else measure.first_tensor(output), recorder.updates)
    if recorder.signs < SIGNS:
        _sign(recorder, args)
    recorder.count("forward")


def unused(recorder: Recorder) -> None:
    """Tally the graphs of forward passes in eval mode that no backward pass has used."""
    for each in recorder.pending:
        recorder.trace.tally("eval-graph", each)
    recorder.pending.clear()


def _sign(recorder: Recorder, args: tuple[Any, ...]) -> None:
    """Note by which row a training batch begins: the order of the first batches tells whether they are shuffled."""
    came = measure.first_tensor(args)
    if came is None or not came.dim() or not came.numel() or came.requires_grad:
        return  # what another model made is no batch
    recorder.signs += 1
    recorder.trace.note("batch", recorder.updates, float(rows.sign(came)))


def _meet(recorder: Recorder, module: torch.nn.Module) -> Model:
    label = type(module).__name__
    numbers = frozenset(recorder.meet(p, name, label) for name, p in module.named_parameters() if p.is_leaf)
    modal = any(isinstance(each, _DropoutNd | _BatchNorm) for each in module.modules())
    for name, layers in _listed(module):
        inner = {f"{name}.{n}.{key}": p for n, each in enumerate(layers) for key, p in each.named_parameters()}
        found = {"name": name, "layers": len(layers), "params": [recorder.meet(p, n, label) for n, p in inner.items()]}
        recorder.trace.tally("layers-in-list", recorder.event("unregistered", found, keep=False))
    return Model(weakref.ref(module), numbers, modal)


def _listed(module: torch.nn.Module) -> Iterator[tuple[str, list[torch.nn.Module]]]:
    """Yield layers that stand in a plain list, tuple or dict of a module, where parameters() does not look."""
    registered = {id(each) for each in module.parameters()}
    for owner in module.modules():
        for name, value in vars(owner).items():
            if name.startswith("_") or not isinstance(value, list | tuple | dict):
                continue
            inside = list(value.values()) if isinstance(value, dict) else value
            layers = [each for each in inside if isinstance(each, torch.nn.Module)]
            if any(id(p) not in registered for each in layers for p in each.parameters()):
                yield name, layers


def _noisy(module: torch.nn.Module) -> list[str]:
    return sorted({type(m).__name__ for m in module.modules() if m.training and isinstance(m, _DropoutNd | _BatchNorm)})


def _values(recorder: Recorder, data: dict[str, Any], came: Tensor | None, went: Tensor | None, always: bool) -> None:
    """Add what needs a look at the tensors: the first values, the input's scale, its rows."""
    if not (recorder.close or always):
        return
    with recorder.quiet():
        if recorder.close and went is not None:
            data["values"] = measure.sample(went)
            data["finite"] = measure.all_finite(went)
            data["given"] = [] if recorder.updates else measure.samples([0], [came]).get("0", [])
        if came is not None and came.numel():
            data["scale"] = rows.scale(came) if recorder.close and recorder.updates < SCALED else {}
            data["rows"] = rows.hashes(came)
            if not always and data["training"] and len(recorder.trained_rows) < MOST_ROWS:
                recorder.trained_rows.update(data["rows"])


def _evaluated(recorder: Recorder, model: Model, data: dict[str, Any], made: Event) -> None:
    """Tally a forward pass without gradients: an evaluation, as far as one can tell."""
    recorder.trace.tally("eval-forward", made)
    seen = data.get("rows") or [0]
    if recorder.trained_rows:
        known = sum(each in recorder.trained_rows for each in set(seen))
        recorder.eval_rows["eval-rows"] = recorder.eval_rows.get("eval-rows", 0) + len(set(seen))
        recorder.eval_rows["eval-rows-known"] = recorder.eval_rows.get("eval-rows-known", 0) + known
        if known:
            recorder.trace.tally("eval-known", made)
    if not data["training"]:
        recorder.trace.tally("eval-quiet", made)
    elif data["noisy"]:
        key = (recorder.updates, seen[0], seen[-1])
        recorder.noisy = {k: n for k, n in recorder.noisy.items() if k[0] == recorder.updates}
        recorder.noisy[key] = recorder.noisy.get(key, 0) + 1
        if recorder.noisy[key] == 3:
            recorder.trace.tally("eval-repeated", made)
        updated = any(recorder.trace.params[number].backwards for number in model.params)
        recorder.trace.tally("eval-noisy" if updated else "eval-noisy-untrained", made)
