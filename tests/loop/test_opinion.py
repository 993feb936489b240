"""A second opinion: what was kept runs again as it ran, cures are told from others, the learner's own stays."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lessontools.errors import LessonError
from lessontools.loop import tape as tapes
from lessontools.loop.again import play
from lessontools.loop.cures import CURES, cured, plan_of
from lessontools.loop.opinion import Opinion
from lessontools.loop.pitfalls import pitfall
from lessontools.loop.trace import Trace
from lessontools.loop.watch import watch
from tests.loop.correct_loops import batches, data, mlp, numbers


def kept(name, keep=40):
    """Return the trace of a pitfall's broken run with its batches kept."""
    one = pitfall(name)
    with torch.random.fork_rng(devices=[]), watch(keep=keep) as trace:
        exec(compile(one.source("broken"), name, "exec"), {"__name__": "__main__"})
    assert "trouble" not in trace.counts, trace.tallies["trouble"]
    return trace


REAL = [
    *("grad-not-cleared", "cleared-before-step", "step-before-backward", "no-backward", "no-update", "lr-too-high"),
    *("sum-reduction", "lr-too-low", "broadcast-loss", "relu-on-output", "accumulation-cleared", "no-shuffle"),
    *("accumulation-not-divided", "scheduler-per-batch", "unscaled-inputs"),
]


@pytest.mark.parametrize("name", REAL)
def test_the_cure_of_a_real_fault_lowers_the_loss_of_its_own_batches(name):
    opinion = kept(name).second_opinion(pitfall(name).finding)
    assert opinion.verdict == "supports"
    assert math.isfinite(opinion.after[-1])
    assert opinion.code == pitfall(name).finding


def healthy(keep=40, model=None, steps=40, lr=0.3, loss_fn=F.cross_entropy, optimizer=torch.optim.SGD, **settings):
    torch.manual_seed(0)
    (X, y), model = data(64), model or mlp()
    made = optimizer(model.parameters(), lr=lr, **settings)
    with watch(keep=keep) as trace:
        done = 0
        while done < steps:
            for xb, yb in batches(X, y, 16):
                made.zero_grad()
                loss_fn(model(xb), yb).backward()
                made.step()
                done += 1
    assert "trouble" not in trace.counts, trace.tallies["trouble"]
    return trace, model


@pytest.mark.parametrize(
    "code", ["lr-too-high", "grad-not-cleared", "cleared-before-step", "no-backward", "accumulation-not-divided"]
)
def test_a_wrong_cure_is_not_confirmed_on_a_right_loop(code):
    assert healthy()[0].second_opinion(code).verdict != "supports"


def test_a_wrong_cure_is_not_confirmed_on_a_loop_with_another_fault():
    trace = kept("cleared-before-step")
    assert trace.second_opinion("lr-too-high").verdict == "no difference"
    assert trace.second_opinion().code == "cleared-before-step"


@pytest.mark.parametrize(
    "make",
    [
        dict,
        lambda: {"optimizer": torch.optim.Adam, "lr": 0.01},
        lambda: {"optimizer": torch.optim.SGD, "lr": 0.1, "momentum": 0.9, "weight_decay": 0.01},
        lambda: {"model": mlp(extra=[nn.Dropout(0.5), nn.BatchNorm1d(8)])},
        lambda: {"loss_fn": nn.CrossEntropyLoss(label_smoothing=0.1)},
        lambda: {"loss_fn": lambda out, y: F.nll_loss(out.log_softmax(1), y)},
    ],
)
def test_the_copy_repeats_the_run_as_it_was(make):
    trace, model = healthy(**make())
    tape = trace.tape
    again = play(tape, plan_of(tape), plan_of(tape).judge).losses
    assert again == pytest.approx([op.value for op in tape.ops if op.kind == "loss"], rel=1e-5)
    assert len(tape.batches) == 40
    assert len(again) == 40
    assert model is not tape.model


def test_model_and_random_numbers_stay_as_they_are():
    trace, model = healthy(model=mlp(extra=[nn.Dropout(0.5), nn.BatchNorm1d(8)]))
    before, state = copy.deepcopy(model.state_dict()), torch.get_rng_state()
    grads = [p.grad.clone() for p in model.parameters()]
    for code in ("lr-too-high", "no-shuffle", "exploding"):
        trace.second_opinion(code)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(torch.equal(p.grad, grad) for p, grad in zip(model.parameters(), grads, strict=True))
    assert model.training


def test_keeping_batches_does_not_change_the_run():
    one, other = healthy(keep=0)[1], healthy(keep=40)[1]
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    healthy(keep=0)
    state = torch.get_rng_state()
    healthy(keep=40)
    assert torch.equal(torch.get_rng_state(), state)


def test_the_learners_hooks_do_not_run_again():
    torch.manual_seed(0)
    (X, y), model, seen = data(), mlp(), []
    model[0].register_forward_hook(lambda *_: seen.append(1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with watch(keep=5) as trace:
        for _ in range(5):
            optimizer.zero_grad()
            F.cross_entropy(model(X), y).backward()
            optimizer.step()
    before = len(seen)
    trace.second_opinion("lr-too-high")
    assert len(seen) == before == 5


def test_one_batch_is_kept_once_and_the_memory_is_bounded(monkeypatch):
    torch.manual_seed(0)
    X, y = torch.randn(1000, 4), torch.randint(3, (1000,))

    def run(new):
        model = mlp()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        with watch(keep=100) as trace:
            for _ in range(30):
                optimizer.zero_grad()
                F.cross_entropy(model(X.clone() if new else X), y).backward()
                optimizer.step()
        return trace.tape

    once = X.numel() * 4 + y.numel() * 8
    assert run(new=False).size < 1.1 * once
    monkeypatch.setattr(tapes, "LIMIT", 10 * once)
    bounded = run(new=True)
    assert 3 <= len(bounded.batches) <= 20
    assert bounded.size <= 11 * once


def loop_by_hand():
    X, y = numbers()
    model = nn.Linear(4, 1)
    for _ in range(5):
        F.mse_loss(model(X), y).backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= 0.1 * p.grad
                p.grad = None


def loop_with_two_models():
    (X, y), body, head = data(), nn.Linear(4, 8), nn.Linear(8, 3)
    optimizer = torch.optim.SGD([*body.parameters(), *head.parameters()], lr=0.1)
    for _ in range(5):
        optimizer.zero_grad()
        F.cross_entropy(head(body(X).relu()), y).backward()
        optimizer.step()


def loop_with_a_loss_of_its_own():
    (X, y), model = numbers(), nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(5):
        optimizer.zero_grad()
        ((model(X) - y) ** 2).mean().backward()
        optimizer.step()


def loop_that_edits_gradients():
    (X, y), model = data(), mlp()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(5):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        for p in model.parameters():
            p.grad *= -1
        optimizer.step()


@pytest.mark.parametrize(
    ("loop", "said"),
    [
        (loop_by_hand, "changes weights by hand"),
        (loop_with_two_models, "more than one model"),
        (loop_with_a_loss_of_its_own, "a loss written by hand"),
        (loop_that_edits_gradients, "does something that was not kept"),
        (lambda: None, "no loss of torch's own"),
    ],
)
def test_a_loop_that_cannot_be_repeated_is_refused_with_the_reason(loop, said):
    torch.manual_seed(0)
    with watch(keep=20) as trace:
        loop()
    assert "trouble" not in trace.counts
    with pytest.raises(LessonError, match=f"cannot be run again: .*{said}"):
        trace.second_opinion("lr-too-high")


def test_what_is_missing_is_said():
    with pytest.raises(LessonError, match=r"run the loop under watch\(keep=40\)"):
        Trace().second_opinion()
    with watch(keep=3) as trace, pytest.raises(LessonError, match="after the `with` block"):
        trace.second_opinion()
    trace, _ = healthy(keep=8, steps=8)
    with pytest.raises(LessonError, match="did you mean 'lr-too-high'"):
        trace.second_opinion("lr-to-high")
    with pytest.raises(LessonError, match="cannot be tried on this loop's batches"):
        trace.second_opinion("relu-on-output")
    for wrong in (-1, 2.5, True):
        with pytest.raises(LessonError, match="number of batches"):
            watch(keep=wrong)


def test_every_cure_leaves_the_tape_as_it_is():
    tape = kept("grad-not-cleared").tape
    ops, values = list(tape.ops), [batch.inputs[0].clone() for batch in tape.batches]
    for code in CURES:
        cured(tape, code)
    assert tape.ops == ops
    assert all(torch.equal(batch.inputs[0], value) for batch, value in zip(tape.batches, values, strict=True))


def test_a_trace_with_kept_batches_is_stored_without_them():
    trace = kept("grad-not-cleared", keep=5)
    again = Trace.from_json(trace.to_json())
    assert again == trace
    assert again.tape is None


def test_an_opinion_is_told_in_words_and_shown_with_both_curves():
    opinion = kept("grad-not-cleared").second_opinion()
    told, page = repr(opinion), opinion._repr_html_()
    assert told.splitlines()[0].startswith("Second opinion on grad-not-cleared: 40 batches run again")
    assert "The finding is certain" in told
    assert page.count("<svg") == 1
    assert "with the cure" in page
    for after, verdict in (
        (1.0, "no difference"),
        (0.5, "supports"),
        (2.0, "speaks against"),
        (math.nan, "speaks against"),
    ):
        assert Opinion("x", "y", 3, (1.0, 1.05), (1.0, after)).verdict == verdict
    assert Opinion("x", "y", 3, (1.0, math.nan), (1.0, math.inf)).verdict == "no difference"
