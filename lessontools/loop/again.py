"""Kept batches, run again on copies of model and optimizer: a plan -> each batch's loss, and the curve over all."""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import utils
from torch.optim import Optimizer

from lessontools.loop import measure
from lessontools.loop.cures import Judge, Plan
from lessontools.loop.op import Op
from lessontools.loop.tape import Tape

__all__ = ["Run", "play"]

POINTS = 12


@dataclass
class Run:
    """What a plan gave: each batch's loss when it was called, and the mean over all batches at some points between."""

    losses: list[float] = field(default_factory=list)
    curve: list[float] = field(default_factory=list)


def play(tape: Tape, plan: Plan, judge: Judge) -> Run:
    """Run a plan; `judge` is the loss for the curve, the same for each plan that is compared.

    The learner's random numbers stay as they are; dropout gets those that it got in the recorded run.
    """
    model = copy.deepcopy(tape.model)
    assert model is not None
    if plan.edit is not None:
        plan.edit(model)
    run, out = Run(), torch.zeros(())
    every = max(1, len(plan.batches) // POINTS)
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings(), torch.enable_grad():
        warnings.simplefilter("ignore")
        optimizer, params = _optimizer(tape, plan, model), dict(model.named_parameters())
        loss = torch.zeros(())
        for op in plan.ops:
            if op.kind == "forward":
                if op.batch % every == 0:
                    run.curve.append(_measured(model, plan, judge))
                out = _forward(model, plan, op)
            elif op.kind == "loss":
                loss = plan.judge(op, out)
                run.losses.append(float(loss.detach()))
            elif op.kind == "backward":
                torch.autograd.backward(loss * op.value)
            elif op.kind == "clear":
                for name in op.names:
                    if name in params:
                        params[name].grad = None
            elif op.kind == "clip":
                _clip(model, op)
            elif op.kind == "step" and optimizer is not None:
                for group, rate in zip(optimizer.param_groups, op.rates, strict=False):
                    group["lr"] = rate * plan.rate
                optimizer.step()
        run.curve.append(_measured(model, plan, judge))
    return run


def _optimizer(tape: Tape, plan: Plan, model: nn.Module) -> Optimizer | None:
    """Return an optimizer like the learner's, on the copy; parameters that the model does not have are left out."""
    params = dict(model.named_parameters())
    groups = [
        {**settings, "params": [params[name] for name in held if name in params]} for held, settings in tape.groups
    ]
    filled = [group for group in groups if group["params"]]
    make: Callable[..., Optimizer] | None = tape.optimizer
    return make(filled) if make is not None and filled else None


def _forward(model: nn.Module, plan: Plan, op: Op) -> Tensor:
    batch = plan.batches[op.batch]
    model.train(batch.training)
    torch.set_rng_state(batch.state)
    found = measure.first_tensor(model(*batch.inputs))
    return torch.zeros(()) if found is None else found


def _clip(model: nn.Module, op: Op) -> None:
    if op.how == "clip_grad_value_":
        utils.clip_grad_value_(model.parameters(), op.value)
    else:
        utils.clip_grad_norm_(model.parameters(), op.value)


def _measured(model: nn.Module, plan: Plan, judge: Judge) -> float:
    """Return the mean loss over all batches, leaving the model as it is (batch norm counts calls)."""
    kept = {name: value.clone() for name, value in model.named_buffers()}
    ops: Sequence[Op] = [op for op in plan.ops if op.kind == "loss"]
    total = 0.0
    with torch.no_grad():
        for op in ops:
            total += float(judge(op, _forward(model, plan, op)).float().mean())
        for name, value in model.named_buffers():
            value.copy_(kept[name])
    return total / len(ops) if ops else math.nan
