"""An optimizer's step: what each gradient held, what an earlier step had used, and how far the weights moved."""

from __future__ import annotations

import math
import weakref
from typing import Any

from torch import Tensor
from torch.optim import Optimizer

from lessontools.loop import measure
from lessontools.loop.recorder import Recorder
from lessontools.loop.trace import Event, Series

__all__ = ["after_step", "before_step", "number_of", "optimizer_params"]


def before_step(recorder: Recorder, optimizer: Optimizer) -> None:
    """Get ready for an optimizer's step: notice what changed by hand, and keep the weights if looking closely."""
    recorder.sync()
    recorder.stepping = True
    if recorder.close:
        with recorder.quiet():
            held = optimizer_params(optimizer)
            recorder.before = {recorder.meet(t): t.detach().clone() for t in held}


def after_step(recorder: Recorder, optimizer: Optimizer) -> None:
    """Record an optimizer's step: what each gradient held, what was used before, and how far weights moved."""
    recorder.stepping = False
    number = number_of(recorder, optimizer)
    held = optimizer_params(optimizer)
    numbers = [recorder.meet(tensor) for tensor in held]
    used = {n: recorder.ledger.updated(n) for n in numbers}
    if not recorder.close and all(u.held and not u.again for u in used.values()):
        _followed(recorder, numbers, number)
        return
    empty = [n for n, t in zip(numbers, held, strict=True) if t.grad is None or not used[n].held]
    group = optimizer.param_groups[0]
    data: dict[str, Any] = {"optimizer": number, "lr": float(group.get("lr", math.nan))}
    data |= {"params": numbers, "empty": empty, "ids": sorted({i for u in used.values() for i in u.held})}
    data["again"] = {str(n): list(u.again) for n, u in used.items() if u.again}
    if recorder.close:
        data |= _moves(recorder, numbers, held)
    made = recorder.event("step", data)
    _tally_step(recorder, made, numbers, empty, number)
    recorder.note_all()
    recorder.before = {}
    recorder.updates += 1


def _followed(recorder: Recorder, numbers: list[int], optimizer: int) -> None:
    """Note a step in which nothing stands out."""
    entry = recorder.trace.optimizers[optimizer]
    entry["steps"] += 1
    entry.setdefault("first_used", entry["steps"])
    for number in numbers:
        recorder.trace.params[number].updates += 1
    for known in recorder.known.values():
        if (tensor := known.reference()) is not None:
            known.version = tensor._version
    recorder.updates += 1
    recorder.count("step")


def _tally_step(recorder: Recorder, made: Event, numbers: list[int], empty: list[int], optimizer: int) -> None:
    entry = recorder.trace.optimizers[optimizer]
    entry["steps"] += 1
    if len(empty) == len(numbers):
        entry["empty"] += 1
        recorder.trace.tally("empty-step", made)
    elif "first_used" not in entry:
        entry["first_used"] = entry["steps"]
    recorder.judge_update(made, made.data["again"])
    for number in set(numbers) - set(empty):
        recorder.trace.params[number].updates += 1


def _moves(recorder: Recorder, numbers: list[int], held: list[Tensor]) -> dict[str, Any]:
    with recorder.quiet():
        moves = [
            t.detach() - recorder.before[n] if n in recorder.before else None
            for n, t in zip(numbers, held, strict=True)
        ]
        change, weight, grad = measure.norms(moves), measure.norms(held), measure.norms([t.grad for t in held])
    ratios = [c / w for c, w in zip(change, weight, strict=True) if c is not None and w]
    if ratios:
        recorder.trace.series.setdefault("update-ratio", Series()).add(recorder.updates, max(ratios))
    known = [g * g for g in grad if g is not None]
    recorder.trace.series.setdefault("grad-norm", Series()).add(recorder.updates, math.sqrt(sum(known)))
    keys = [str(number) for number in numbers]
    columns = {"change": change, "weight": weight, "grad": grad}
    return {name: dict(zip(keys, column, strict=True)) for name, column in columns.items()}


def number_of(recorder: Recorder, optimizer: Optimizer) -> int:
    """Return an optimizer's number; a new one gets the next."""
    found = recorder.optimizers.get(id(optimizer))
    if found is not None and found[0]() is optimizer:
        return found[1]
    number = len(recorder.trace.optimizers)
    recorder.optimizers[id(optimizer)] = (weakref.ref(optimizer), number)
    group = optimizer.param_groups[0]
    settings = {k: group[k] for k in ("lr", "momentum", "weight_decay", "betas") if k in group}
    held = [recorder.meet(tensor) for tensor in optimizer_params(optimizer)]
    for each in held:
        recorder.trace.params[each].optimizers.append(number)
    entry = {"name": type(optimizer).__name__, "params": held, "steps": 0, "empty": 0, "from": recorder.updates}
    recorder.trace.optimizers.append({**entry, **{k: _plain(v) for k, v in settings.items()}})
    return number


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return float(value) if isinstance(value, Tensor) else value


def optimizer_params(optimizer: Optimizer) -> list[Tensor]:
    """Return all tensors that an optimizer holds."""
    return [tensor for group in optimizer.param_groups for tensor in group["params"]]
