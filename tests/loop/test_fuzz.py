"""Generated loops, all of them right: the recorder never stumbles, changes nothing, and the doctor names no fact."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from lessontools.loop.doctor import diagnose
from lessontools.loop.watch import watch


@dataclass(frozen=True)
class Style:
    """How a generated loop is written; every combination is right."""

    place: str  # where gradients are cleared
    clear: str  # and how
    optimizer: str
    accumulate: int
    batches: int
    epochs: int
    loss: str
    clip: bool
    decay: bool
    validate: str
    raw: bool
    level: str


STYLES = st.builds(
    Style,
    st.sampled_from(["start", "after forward", "after loss", "after step"]),
    st.sampled_from(["optimizer", "model", "zeros", "model zeros", "none", "zero_", "data", "foreach", "times 0"]),
    st.sampled_from(["SGD", "momentum", "Adam", "RMSprop", "two", "hand", "hand data"]),
    st.integers(1, 3),
    st.integers(1, 4),
    st.integers(1, 4),
    st.sampled_from(["cross entropy", "module", "nll", "mse", "by hand"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "no_grad", "inference", "eval"]),
    st.booleans(),
    st.sampled_from(["auto", "close", "cruise"]),
)


def clear(style, params, optimizers, model):
    if style.clear == "optimizer" and optimizers:
        for each in optimizers:
            each.zero_grad()
    elif style.clear == "zeros" and optimizers:
        for each in optimizers:
            each.zero_grad(set_to_none=False)
    elif style.clear.startswith("model") and model is not None:
        model.zero_grad(set_to_none=style.clear == "model")
    else:
        for p in params:
            if p.grad is None:
                continue
            if style.clear == "zero_":
                p.grad.zero_()
            elif style.clear == "data":
                p.grad.data.zero_()
            elif style.clear == "foreach":
                torch._foreach_zero_([p.grad])
            elif style.clear == "times 0":
                p.grad.mul_(0)
            else:
                p.grad = None


def loss_of(style, logits, y):
    match style.loss:
        case "module":
            return nn.CrossEntropyLoss()(logits, y)
        case "nll":
            return F.nll_loss(logits.log_softmax(1), y)
        case "mse":
            return F.mse_loss(logits, F.one_hot(y, 3).float())
        case "by hand":
            return (logits - F.one_hot(y, 3)).pow(2).mean()
    return F.cross_entropy(logits, y)


def make_optimizers(style, params):
    match style.optimizer:
        case "momentum":
            return [torch.optim.SGD(params, lr=0.02, momentum=0.9)]
        case "Adam":
            return [torch.optim.Adam(params, lr=0.01)]
        case "RMSprop":
            return [torch.optim.RMSprop(params, lr=0.001)]
        case "two":
            return [torch.optim.SGD(params[:1], lr=0.05), torch.optim.Adam(params[1:], lr=0.01)]
        case "hand" | "hand data":
            return []
    return [torch.optim.SGD(params, lr=0.05)]


def update(style, params, optimizers):
    if style.clip:
        nn.utils.clip_grad_norm_(params, 0.5)
    with torch.no_grad():
        for p in params:
            if style.decay:
                p.mul_(0.999)
            if style.optimizer == "hand":
                p -= 0.05 * p.grad
            elif style.optimizer == "hand data":
                p.data.add_(p.grad.data, alpha=-0.05)
    for each in optimizers:
        each.step()


def train(style, seed=0):
    """Train as the style says; return the weights and a random number drawn afterwards."""
    torch.manual_seed(seed)
    X, y = torch.randn(8 * style.batches, 4), torch.randint(3, (8 * style.batches,))
    if style.raw:
        model, params = None, [torch.zeros(4, 3, requires_grad=True), torch.zeros(3, requires_grad=True)]
    else:
        model = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Dropout(0.1), nn.Linear(6, 3))
        params = list(model.parameters())
    forward = model or (lambda x: x @ params[0] + params[1])
    optimizers, place = make_optimizers(style, params), 0
    for _ in range(style.epochs):
        if model is not None:
            model.train()
        for xb, yb in zip(X.split(8), y.split(8), strict=True):
            fresh = place % style.accumulate == 0
            if fresh and style.place == "start":
                clear(style, params, optimizers, model)
            logits = forward(xb)
            if fresh and style.place == "after forward":
                clear(style, params, optimizers, model)
            loss = loss_of(style, logits, yb) / style.accumulate
            if fresh and style.place == "after loss":
                clear(style, params, optimizers, model)
            loss.backward()
            place += 1
            if place % style.accumulate == 0:
                update(style, params, optimizers)
                if style.place == "after step":
                    clear(style, params, optimizers, model)
        if style.validate and model is not None:
            model.eval()
            with {"no_grad": torch.no_grad, "inference": torch.inference_mode}.get(style.validate, torch.enable_grad)():
                loss_of(style, model(X[:8] + 1), y[:8]).item()
    return [p.detach().clone() for p in params], torch.rand(1)


@settings(deadline=None, max_examples=120)
@given(STYLES)
def test_a_generated_loop_is_neither_disturbed_nor_accused(style):
    bare, drawn = train(style)
    with watch(style.level) as trace:
        seen, after = train(style)
    assert all(torch.equal(a, b) for a, b in zip(bare, seen, strict=True))
    assert torch.equal(drawn, after)
    assert "trouble" not in trace.counts, trace.tallies["trouble"]
    assert [each.observation for each in diagnose(trace) if each.level == "fact"] == []


BREAKS = st.sampled_from(["never cleared", "cleared before the step", "no backward"])


@settings(deadline=None, max_examples=60)
@given(STYLES, BREAKS)
def test_a_generated_loop_that_is_broken_is_named(style, how):
    torch.manual_seed(0)
    X, y, model = torch.randn(8, 4), torch.randint(3, (8,)), nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3))
    params = list(model.parameters())
    optimizers = make_optimizers(style, params) or [torch.optim.SGD(params, lr=0.05)]
    with watch(style.level) as trace:
        for _ in range(3):
            loss = loss_of(style, model(X), y)
            if how == "no backward":
                clear(style, params, optimizers, model)
            else:
                loss.backward()
            if how == "cleared before the step":
                clear(style, params, optimizers, model)
            for each in optimizers:
                each.step()
    assert "trouble" not in trace.counts, trace.tallies["trouble"]
    code = {"never cleared": "grad-not-cleared", "no backward": "no-backward"}.get(how, "cleared-before-step")
    found = [each.code for each in diagnose(trace)]
    hidden = (
        how == "cleared before the step"
        and style.level == "cruise"
        and style.clear in ("data", "times 0", "zero_", "foreach")
    )
    assert code in found or hidden, (found, trace.counts)
