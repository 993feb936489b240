"""An optimizer's step: what each gradient held, what an earlier step had used, and how far the weights moved."""

from __future__ import annotations

import math
import weakref
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from lessontools.loop import measure
from lessontools.loop.recorder import Recorder
from lessontools.loop.trace import Event

__all__ = ["after_step", "before_step", "judge_mode", "number_of", "optimizer_params"]


def before_step(recorder: Recorder, optimizer: Optimizer) -> None:
    """Get ready for an optimizer's step: notice what changed by hand, and keep the weights if looking closely."""
    number_of(recorder, optimizer)
    recorder.sync()
    if recorder.tape and recorder.tape.on:
        recorder.tape.stepped(optimizer)
    recorder.stepping = True
    if recorder.close:
        with recorder.quiet():
            held = optimizer_params(optimizer)
            _keep(recorder, recorder.numbers(held), held)


def _keep(recorder: Recorder, numbers: list[int], held: list[Tensor]) -> None:
    """Copy the weights, into the copies of the last step where they fit."""
    copies = [recorder.before.get(number) for number in numbers]
    try:
        torch._foreach_copy_(copies, held)  # type: ignore[arg-type]  # a None among them is told as a TypeError
    except (TypeError, RuntimeError):
        recorder.before |= {number: tensor.clone() for number, tensor in zip(numbers, held, strict=True)}


def after_step(recorder: Recorder, optimizer: Optimizer) -> None:
    """Record an optimizer's step: what each gradient held, what was used before, and how far weights moved."""
    recorder.stepping = False
    number = number_of(recorder, optimizer)
    entry = recorder.trace.optimizers[number]
    held = optimizer_params(optimizer)
    numbers = entry["params"]
    if len(numbers) != len(held):
        numbers = _held(recorder, number, held)
    ledger, plain = recorder.ledger, not recorder.close and not recorder.bad
    entry["steps"] += 1
    if recorder.fresh:
        judge_mode(recorder, numbers)
    if plain and ledger.followed(numbers, number):
        return _followed(recorder, numbers, entry)
    used = {n: ledger.updated(n, number) for n in numbers}
    if plain and all(u.held and not u.again for u in used.values()):
        return _followed(recorder, numbers, entry)
    empty = _empty(recorder, numbers, held)
    group = optimizer.param_groups[0]
    data: dict[str, Any] = {"optimizer": number, "lr": float(group.get("lr", math.nan))}
    data |= {"params": numbers, "empty": empty, "ids": sorted({i for u in used.values() for i in u.held})}
    data["again"] = {str(n): list(u.again) for n, u in used.items() if u.again}
    data["edited"], recorder.edited = recorder.edited, False
    if recorder.close:
        data |= _moves(recorder, numbers, held)
    made = recorder.event("step", data)
    entry.setdefault("first_line", made.line)
    entry["last_line"] = made.line
    entry["frozen_steps"] += not any(tensor.requires_grad for tensor in held)
    _tally_step(recorder, made, numbers, empty, entry)
    recorder.note_all()
    if recorder.level != "close":  # which uses the copies again
        recorder.before = {}
    recorder.updates += 1
    return None


def _empty(recorder: Recorder, numbers: list[int], held: list[Tensor]) -> list[int]:
    """Return which parameters had no gradient; where a step seems to have had none at all, the values decide."""
    empty = [n for n, t in zip(numbers, held, strict=True) if t.grad is None or not recorder.ledger.held(n)]
    if len(empty) == len(numbers):
        with recorder.quiet():
            found = measure.norms([tensor.grad for tensor in held])
        filled = {n for n, norm in zip(numbers, found, strict=True) if norm}
        for each in filled:  # written in a way that leaves no sign (`.data`): not ours to judge
            recorder.assigned(each)
            recorder.ledger.updated(each)
        return [n for n in numbers if n not in filled]
    return empty


def _followed(recorder: Recorder, numbers: list[int], entry: dict[str, Any]) -> None:
    """Note a step in which nothing stands out."""
    entry.setdefault("first_used", entry["steps"])
    params = recorder.trace.params
    for number in numbers:
        params[number].updates += 1
    for known in recorder.known.values():
        if (tensor := known.reference()) is not None:
            known.version = tensor._version
    if recorder.lost:
        recorder.lost.clear()
    recorder.edited = False
    recorder.updates += 1
    recorder.count("step")


def _tally_step(recorder: Recorder, made: Event, numbers: list[int], empty: list[int], entry: dict[str, Any]) -> None:
    trace = recorder.trace
    if len(empty) == len(numbers):
        entry["empty"] += 1
        trace.tally("empty-step", made)
        lost = {n: recorder.lost.pop(n) for n in numbers if n in recorder.lost}
        if lost:
            data: Any = made.data
            clear = max((event for _, event in lost.values()), key=lambda event: event.line)
            data["lost"] = sorted({i for ids, _ in lost.values() for i in ids})
            data["cleared_at"], data["cleared_in"] = clear.line, clear.file
            entry["lost_steps"] += 1
            trace.tally("cleared-step", made)
        elif entry["steps"] == 1 and not any(trace.params[n].backwards for n in numbers):
            trace.tally("early-step", made)
    else:
        entry.setdefault("first_used", entry["steps"])
        for number in numbers:
            recorder.lost.pop(number, None)
    recorder.judge_update(made, made.data["again"])
    for number in set(numbers) - set(empty):
        trace.params[number].updates += 1


def judge_mode(recorder: Recorder, numbers: list[int]) -> None:
    """Tally a step whose model (with dropout or batch norm) was called in eval mode only, or in training mode."""
    if not recorder.fresh:
        return
    for key, training in recorder.fresh.items():
        model = recorder.models.get(key)
        if model is None or not model.modal or model.params.isdisjoint(numbers):
            continue
        if training:
            recorder.count("training-step")
        else:
            made = recorder.event("eval-step", {}, keep=False)
            recorder.trace.tally("eval-step" if recorder.trace.counts.get("training-step") else "eval-only-step", made)
    recorder.fresh.clear()


def _moves(recorder: Recorder, numbers: list[int], held: list[Tensor]) -> dict[str, Any]:
    count = len(held)
    with recorder.quiet():
        told = measure.norms([*_changes(recorder, numbers, held), *held, *[t.grad for t in held]])
        first = {} if recorder.updates else _first(recorder, numbers, held)
    change, weight, grad = told[:count], told[count : 2 * count], told[2 * count :]
    whole = math.hypot(*(w for w in weight if w is not None))
    if whole:
        moved = math.hypot(*(c for c in change if c is not None))
        recorder.trace.note("update-ratio", recorder.updates, moved / whole)
    known = [g * g for g in grad if g is not None]
    recorder.trace.note("grad-norm", recorder.updates, math.sqrt(sum(known)))
    keys = [str(number) for number in numbers]
    columns = {"change": change, "weight": weight, "grad": grad}
    return {**first, **{name: dict(zip(keys, column, strict=True)) for name, column in columns.items()}}


def _changes(recorder: Recorder, numbers: list[int], held: list[Tensor]) -> Sequence[Tensor | None]:
    before = [recorder.before.get(number) for number in numbers]
    try:
        return torch._foreach_sub(held, before)  # type: ignore[arg-type]  # as above
    except (TypeError, RuntimeError):
        return [None if old is None else t - old for t, old in zip(held, before, strict=True)]


def _first(recorder: Recorder, numbers: list[int], held: list[Tensor]) -> dict[str, Any]:
    """Return what only the first step tells: the weights' norms before it, and a few of their values."""
    before = [recorder.before.get(number) for number in numbers]
    norms = dict(zip(map(str, numbers), measure.norms(before), strict=True))
    return {"before": norms, "was": measure.samples(numbers, before), "now": measure.samples(numbers, held)}


def number_of(recorder: Recorder, optimizer: Optimizer) -> int:
    """Return an optimizer's number; a new one gets the next."""
    found = recorder.optimizers.get(id(optimizer))
    if found is not None and found[0]() is optimizer:
        return found[1]
    number = len(recorder.trace.optimizers)
    recorder.optimizers[id(optimizer)] = (weakref.ref(optimizer), number)
    if recorder.tape and recorder.tape.on:
        recorder.tape.met(optimizer)
    group = optimizer.param_groups[0]
    settings = {k: group[k] for k in ("lr", "momentum", "weight_decay", "betas") if k in group}
    entry = {"name": type(optimizer).__name__, "params": [], "steps": 0, "empty": 0, "from": recorder.updates}
    entry |= {"lost_steps": 0, "frozen_steps": 0}
    recorder.trace.optimizers.append({**entry, **{k: _plain(v) for k, v in settings.items()}})
    _held(recorder, number, optimizer_params(optimizer))
    return number


def _held(recorder: Recorder, number: int, held: list[Tensor]) -> list[int]:
    """Note which parameters an optimizer holds, and return their numbers."""
    numbers = [recorder.meet(tensor) for tensor in held]
    for each in numbers:
        if number not in recorder.trace.params[each].optimizers:
            recorder.trace.params[each].optimizers.append(number)
    recorder.trace.optimizers[number]["params"] = numbers
    return numbers


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return float(value) if isinstance(value, Tensor) else value


def optimizer_params(optimizer: Optimizer) -> list[Tensor]:
    """Return all tensors that an optimizer holds."""
    return [tensor for group in optimizer.param_groups for tensor in group["params"]]
