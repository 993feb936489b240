"""Cures that can be tried by machine: a finding's code -> what to change when kept batches are run again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lessontools.loop.op import BETWEEN, Batch, Op
from lessontools.loop.tape import Tape

__all__ = ["CURES", "Judge", "Plan", "cured", "plan_of", "usual"]

Judge = Callable[[Op, Tensor], Tensor]
"""A loss, of an op of kind loss and what the model gave."""


def usual(op: Op, out: Tensor) -> Tensor:
    """Return the loss as the learner's code calculated it."""
    assert op.function is not None
    loss: Tensor = op.function(BETWEEN[op.how](out).reshape(op.shape), *op.args, **op.options)
    return loss


@dataclass(frozen=True)
class Plan:
    """What to run: the order of calls, the batches, the loss, and a change of the model (in place, on a copy)."""

    words: str
    ops: Sequence[Op]
    batches: Sequence[Batch]
    judge: Judge = usual
    edit: Callable[[nn.Module], object] | None = None
    rate: float = 1.0


def _everything(tape: Tape) -> Op:
    return Op("clear", names=tuple(name for held, _ in tape.groups for name in held))


def _rates(tape: Tape) -> tuple[float, ...]:
    """Return the learning rates of the first step, or those that the optimizer was made with."""
    first = next((op.rates for op in tape.ops if op.kind == "step"), None)
    return first or tuple(float(settings.get("lr", 0.0)) for _, settings in tape.groups)


def _cleared_after_each_step(tape: Tape, plan: Plan) -> Plan:
    kept = [op for op in plan.ops if op.kind != "clear"]
    ops = [each for op in kept for each in ((op, _everything(tape)) if op.kind == "step" else (op,))]
    return replace(plan, words="clear the gradients after each step, and nowhere else", ops=ops)


def _step_after_each_backward(tape: Tape, plan: Plan) -> Plan:
    step = Op("step", rates=_rates(tape))
    missing = not any(op.kind == "backward" for op in plan.ops)
    kept = [op for op in plan.ops if op.kind not in ("step", "clear")]
    if missing:
        kept = [each for op in kept for each in ((op, Op("backward", value=1.0)) if op.kind == "loss" else (op,))]
    ops = [each for op in kept for each in ((op, step, _everything(tape)) if op.kind == "backward" else (op,))]
    words = "call backward() after each loss, then step(), then clear" if missing else "step after each backward pass"
    return replace(plan, words=words, ops=ops)


def _clipped_before_each_step(tape: Tape, plan: Plan) -> Plan:
    clip = next((op for op in plan.ops if op.kind == "clip"), Op("clip", how="clip_grad_norm_", value=1.0))
    kept = [op for op in plan.ops if op.kind != "clip"]
    ops = [each for op in kept for each in ((clip, op) if op.kind == "step" else (op,))]
    return replace(plan, words=f"clip between backward and step ({clip.how}, {clip.value:g})", ops=ops)


def _divided(tape: Tape, plan: Plan) -> Plan:
    ops: list[Op] = []
    group = 0
    for op in reversed(plan.ops):  # how many passes an update has is known at its step
        if op.kind == "backward":
            op = replace(op, value=op.value / max(1, group))
        elif op.kind == "step":
            earlier = plan.ops[: len(plan.ops) - len(ops) - 1]
            last = next((n for n in range(len(earlier) - 1, -1, -1) if earlier[n].kind == "step"), -1)
            group = sum(each.kind == "backward" for each in earlier[last + 1 :])
        ops.append(op)
    return replace(plan, words="divide each loss by the number of batches in its group", ops=ops[::-1])


def _at_first_rate(tape: Tape, plan: Plan) -> Plan:
    ops = [replace(op, rates=_rates(tape)) if op.kind == "step" else op for op in plan.ops]
    return replace(plan, words="keep the first learning rate through these batches", ops=ops)


def _at_rates(words: str, *rates: float) -> Callable[[Tape, Plan], list[Plan]]:
    return lambda tape, plan: [
        replace(plan, words=words.format(rate if rate > 1 else 1 / rate), rate=rate) for rate in rates
    ]


def _to_log_probabilities(op: Op, out: Tensor) -> Tensor:
    """Cross-entropy of probabilities as it should be: that of the logits behind them."""
    given = BETWEEN[op.how](out).reshape(op.shape)
    return F.nll_loss(given.clamp_min(torch.finfo(given.dtype).tiny).log(), op.args[0], reduction=_reduction(op))


def _from_logits(op: Op, out: Tensor) -> Tensor:
    """The negative log-likelihood with a log-softmax before it, or a log where probabilities came."""
    given = BETWEEN[op.how](out).reshape(op.shape)
    if bool((given >= 0).all()) and torch.allclose(given.sum(1), torch.ones(()), atol=1e-3):
        return _to_log_probabilities(op, out)
    return F.cross_entropy(given, op.args[0], reduction=_reduction(op))


def _of_probabilities(op: Op, out: Tensor) -> Tensor:
    given = BETWEEN[op.how](out).reshape(op.shape)
    return F.binary_cross_entropy(given, op.args[0], reduction=_reduction(op))


def _same_shape(op: Op, out: Tensor) -> Tensor:
    target, *rest = op.args
    return usual(replace(op, args=(target.reshape(op.shape), *rest)), out)


def _reduction(op: Op) -> str:
    return str(op.options.get("reduction", "mean"))


def _judged(words: str, judge: Judge) -> Callable[[Tape, Plan], Plan]:
    return lambda tape, plan: replace(plan, words=words, judge=judge)


def _without_relu(tape: Tape, plan: Plan) -> Plan | None:
    losses = [op for op in plan.ops if op.kind == "loss"]
    words = "leave out the ReLU behind the last layer"
    if losses and all(op.how == "relu" for op in losses):
        return replace(plan, words=words, ops=[replace(op, how="") if op.kind == "loss" else op for op in plan.ops])
    if not isinstance(tape.model, nn.Sequential) or not isinstance(tape.model[-1], nn.ReLU):
        return None

    def edit(model: nn.Module) -> None:
        assert isinstance(model, nn.Sequential)
        model[-1] = nn.Identity()

    return replace(plan, words=words, edit=edit)


def _inputs(plan: Plan) -> list[Tensor] | None:
    """Return the batches' inputs where each is a single tensor of rows."""
    found = [
        batch.inputs[0] for batch in plan.batches if len(batch.inputs) == 1 and isinstance(batch.inputs[0], Tensor)
    ]
    same = len({each.shape[1:] for each in found}) == 1 and all(each.dim() for each in found)
    return found if same and len(found) == len(plan.batches) else None


def _scaled(tape: Tape, plan: Plan) -> Plan | None:
    rows = _inputs(plan)
    if rows is None or not rows[0].is_floating_point() or rows[0].dim() < 2:
        return None
    every = torch.cat(rows)
    over = 0 if every.dim() == 2 else tuple(range(every.dim()))
    mean, spread = every.mean(over, keepdim=True), every.std(over, keepdim=True).clamp_min(1e-12)
    batches = [replace(b, inputs=((x - mean) / spread,)) for b, x in zip(plan.batches, rows, strict=True)]
    return replace(plan, words="standardise the inputs, with mean and deviation of these batches", batches=batches)


def _shuffled(tape: Tape, plan: Plan) -> Plan | None:
    """Mix the rows of all batches, once; inputs and targets stay together."""
    rows, losses = _inputs(plan), [op for op in plan.ops if op.kind == "loss"]
    targets = [op.args[0] for op in losses if op.args and isinstance(op.args[0], Tensor) and op.args[0].dim()]
    if rows is None or len(targets) != len(rows) or [op.batch for op in losses] != list(range(len(rows))):
        return None
    sizes = [len(each) for each in rows]
    if sizes != [len(each) for each in targets] or len(rows) < 2:
        return None
    order = torch.randperm(sum(sizes), generator=torch.Generator().manual_seed(0))
    X, y = torch.split(torch.cat(rows)[order], sizes), torch.split(torch.cat(targets)[order], sizes)
    batches = [replace(batch, inputs=(x,)) for batch, x in zip(plan.batches, X, strict=True)]
    ops = [replace(op, args=(y[op.batch], *op.args[1:])) if op.kind == "loss" else op for op in plan.ops]
    return replace(plan, words="mix the rows of all these batches", batches=batches, ops=ops)


CURES: dict[str, Callable[[Tape, Plan], Plan | list[Plan] | None]] = {
    "grad-not-cleared": _cleared_after_each_step,
    "cleared-before-step": _cleared_after_each_step,
    "accumulation-cleared": _cleared_after_each_step,
    "step-before-backward": _step_after_each_backward,
    "no-backward": _step_after_each_backward,
    "no-update": _step_after_each_backward,
    "clip-after-step": _clipped_before_each_step,
    "clip-before-backward": _clipped_before_each_step,
    "exploding": _clipped_before_each_step,
    "accumulation-not-divided": _divided,
    "scheduler-per-batch": _at_first_rate,
    "lr-too-high": _at_rates("divide the learning rate by {:g}", 0.1, 0.01),
    "lr-too-low": _at_rates("multiply the learning rate by {:g}", 10.0, 100.0, 1000.0, 10_000.0),
    "softmax-before-ce": _judged("give the loss the logits", _to_log_probabilities),
    "nll-without-log": _judged("give the loss log-probabilities", _from_logits),
    "double-sigmoid": _judged("apply sigmoid once only", _of_probabilities),
    "broadcast-loss": _judged("give the target the shape of the prediction", _same_shape),
    "relu-on-output": _without_relu,
    "unscaled-inputs": _scaled,
    "no-shuffle": _shuffled,
    "sorted-labels": _shuffled,
}


def plan_of(tape: Tape) -> Plan:
    """Return how a tape ran."""
    return Plan("as it ran", tape.ops, tape.batches)


def cured(tape: Tape, code: str) -> list[Plan]:
    """Return how to run a tape with the cure of a finding, in more and more of it; empty where it does not fit."""
    found = CURES[code](tape, plan_of(tape))
    return found if isinstance(found, list) else [found] if found is not None else []
