"""Training loops that are right, each in a style of its own: the doctor must find no fault in any of them."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable

import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F
from torch.optim import SGD, Adam, AdamW

LOOPS: dict[str, Callable[[], object]] = {}


def loop(function):
    LOOPS[function.__name__] = function
    return function


def data(n=32, d=4, classes=3):
    X = torch.randn(n, d)
    return X, (X @ torch.randn(d, classes)).argmax(1)


def numbers(n=32, d=4):
    X = torch.randn(n, d)
    return X, X @ torch.randn(d, 1)


def mlp(d=4, out=3, extra=()):
    return nn.Sequential(nn.Linear(d, 8), nn.ReLU(), *extra, nn.Linear(8, out))


def batches(X, y, size=8):
    order = torch.randperm(len(X))
    return [(X[i], y[i]) for i in order.split(size)]


@loop
def clear_at_start():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(10):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()


@loop
def clear_after_forward():
    (X, y), model = data(), mlp()
    optimizer, loss_fn = SGD(model.parameters(), lr=0.1), nn.CrossEntropyLoss()
    for _ in range(10):
        logits = model(X)
        optimizer.zero_grad()
        loss = loss_fn(logits, y)
        loss.backward()
        optimizer.step()


@loop
def clear_just_before_backward():
    (X, y), model = data(), mlp()
    optimizer = Adam(model.parameters(), lr=0.01)
    for _ in range(10):
        loss = F.cross_entropy(model(X), y)
        optimizer.zero_grad(set_to_none=False)
        loss.backward()
        optimizer.step()


@loop
def clear_at_end():
    (X, y), model = data(), mlp()
    optimizer = Adam(model.parameters(), lr=0.01)
    for _ in range(10):
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        model.zero_grad(set_to_none=False)


@loop
def clear_each_gradient_by_hand():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        for p in model.parameters():
            p.grad.zero_()


@loop
def clear_through_data():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        for p in model.parameters():
            p.grad.data.zero_()


@loop
def clear_by_none_and_by_multiplying():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for step in range(8):
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        for p in model.parameters():
            if step % 2:
                p.grad = None
            else:
                p.grad *= 0


@loop
def clear_with_foreach():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        torch._foreach_zero_([p.grad for p in model.parameters()])


@loop
def minibatches_and_evaluation():
    (X, y), (Xv, yv), model = data(64), data(16), mlp(extra=(nn.Dropout(0.2), nn.BatchNorm1d(8)))
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(4):
        model.train()
        for xb, yb in batches(X, y):
            optimizer.zero_grad()
            F.cross_entropy(model(xb), yb).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            F.cross_entropy(model(Xv), yv).item()


@loop
def train_accuracy_pass():
    (X, y), model = data(64), mlp(extra=(nn.Dropout(0.2),))
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(4):
        model.train()
        for xb, yb in batches(X, y):
            optimizer.zero_grad()
            F.cross_entropy(model(xb), yb).backward()
            optimizer.step()
        model.eval()
        with torch.inference_mode():
            (model(X).argmax(1) == y).float().mean().item()


@loop
def lbfgs():
    (X, y), model = numbers(), nn.Linear(4, 1)
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5)

    def closure():
        optimizer.zero_grad()
        loss = F.mse_loss(model(X), y)
        loss.backward()
        return loss

    for _ in range(5):
        optimizer.step(closure)


@loop
def sgd_with_closure():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        return loss

    for _ in range(6):
        optimizer.step(closure)


@loop
def by_hand_sub():
    X, y = numbers()
    w, b = torch.zeros(4, 1, requires_grad=True), torch.zeros(1, requires_grad=True)
    for _ in range(12):
        loss = ((X @ w + b - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= 0.1 * w.grad
            b -= 0.1 * b.grad
            w.grad.zero_()
            b.grad.zero_()


@loop
def by_hand_data():
    X, y = numbers()
    w, b = torch.zeros(4, 1, requires_grad=True), torch.zeros(1, requires_grad=True)
    for _ in range(60):
        loss = F.mse_loss(X @ w + b, y)
        loss.backward()
        for p in (w, b):
            p.data -= 0.05 * p.grad.data
            p.grad = None


@loop
def by_hand_weight_decay_and_step():
    (X, y), model = data(), mlp()
    for _ in range(12):
        model.zero_grad()
        F.cross_entropy(model(X), y).backward()
        with torch.no_grad():
            for p in model.parameters():
                p.mul_(0.999)
                p.add_(p.grad, alpha=-0.1)


@loop
def by_hand_momentum():
    (X, y), model = data(), mlp()
    velocity = [torch.zeros_like(p) for p in model.parameters()]
    for _ in range(12):
        loss = F.cross_entropy(model(X), y)
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p, v in zip(model.parameters(), velocity, strict=True):
                v.mul_(0.9).add_(p.grad)
                p.sub_(0.05 * v)


@loop
def by_hand_new_leaf():
    X, y = numbers()
    w = torch.zeros(4, 1, requires_grad=True)
    for _ in range(8):
        loss = ((X @ w - y) ** 2).mean()
        loss.backward()
        w = (w - 0.1 * w.grad).detach().requires_grad_()


@loop
def decoupled_decay_before_the_step():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(10):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        with torch.no_grad():
            for p in model.parameters():
                p.mul_(0.999)
        optimizer.step()


@loop
def sharpness_aware():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(10):
        F.cross_entropy(model(X), y).backward()
        moves = []
        with torch.no_grad():
            for p in model.parameters():
                moves.append(0.05 * p.grad / (p.grad.norm() + 1e-6))
                p.add_(moves[-1])
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        with torch.no_grad():
            for p, move in zip(model.parameters(), moves, strict=True):
                p.sub_(move)
        optimizer.step()
        optimizer.zero_grad()


@loop
def functional_call_and_grad():
    (X, y), model = data(), mlp()
    params = {name: p.detach().clone().requires_grad_() for name, p in model.named_parameters()}
    for _ in range(8):
        loss = F.cross_entropy(functional_call(model, params, (X,)), y)
        grads = torch.autograd.grad(loss, list(params.values()))
        params = {n: (p - 0.1 * g).detach().requires_grad_() for (n, p), g in zip(params.items(), grads, strict=True)}


@loop
def grad_assigned_then_step():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        loss = F.cross_entropy(model(X), y)
        for p, g in zip(model.parameters(), torch.autograd.grad(loss, list(model.parameters())), strict=True):
            p.grad = g
        optimizer.step()


@loop
def grad_copied_in_place_then_step():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for p in model.parameters():
        p.grad = torch.zeros_like(p)
    for _ in range(8):
        loss = F.cross_entropy(model(X), y)
        for p, g in zip(model.parameters(), torch.autograd.grad(loss, list(model.parameters())), strict=True):
            p.grad.copy_(g)
        optimizer.step()


@loop
def evolution_strategy():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.01)
    for _ in range(6):
        optimizer.zero_grad(set_to_none=False)
        with torch.no_grad():
            for p in model.parameters():
                noise = torch.randn_like(p)
                p.add_(0.1 * noise)
                plus = F.cross_entropy(model(X), y)
                p.sub_(0.2 * noise)
                minus = F.cross_entropy(model(X), y)
                p.add_(0.1 * noise)
                p.grad = (plus - minus) / 0.2 * noise
        optimizer.step()


@loop
def two_optimizers():
    (X, y), body, head = data(), nn.Linear(4, 8), nn.Linear(8, 3)
    one, two = SGD(body.parameters(), lr=0.05), Adam(head.parameters(), lr=0.01)
    for _ in range(8):
        one.zero_grad()
        two.zero_grad()
        F.cross_entropy(head(body(X).relu()), y).backward()
        one.step()
        two.step()


@loop
def gan():
    real = torch.randn(32, 2) + 3
    G, D = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2)), mlp(2, 1)
    of_g, of_d = Adam(G.parameters(), lr=0.002), Adam(D.parameters(), lr=0.002)
    bce, one, zero = nn.BCEWithLogitsLoss(), torch.ones(32, 1), torch.zeros(32, 1)
    for _ in range(12):
        fake = G(torch.randn(32, 2))
        of_d.zero_grad()
        (bce(D(real), one) + bce(D(fake.detach()), zero)).backward()
        of_d.step()
        of_g.zero_grad()
        bce(D(fake), one).backward()
        of_g.step()


@loop
def gan_with_no_grad_fakes_and_two_passes():
    real = torch.randn(32, 2) + 3
    G, D = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2)), mlp(2, 1)
    of_g, of_d = Adam(G.parameters(), lr=0.002), Adam(D.parameters(), lr=0.002)
    for _ in range(12):
        of_d.zero_grad()
        F.softplus(-D(real)).mean().backward()
        with torch.no_grad():
            fake = G(torch.randn(32, 2))
        F.softplus(D(fake)).mean().backward()
        of_d.step()
        of_g.zero_grad()
        for p in D.parameters():
            p.requires_grad_(False)
        F.softplus(-D(G(torch.randn(32, 2)))).mean().backward()
        of_g.step()
        for p in D.parameters():
            p.requires_grad_(True)


@loop
def wasserstein_gan_clipping_and_penalty():
    real = torch.randn(32, 2) + 3
    G, D = mlp(2, 2), mlp(2, 1)
    of_g, of_d = torch.optim.RMSprop(G.parameters(), lr=1e-3), torch.optim.RMSprop(D.parameters(), lr=1e-3)
    for _ in range(8):
        for _ in range(3):
            of_d.zero_grad()
            fake = G(torch.randn(32, 2)).detach()
            mixed = (0.5 * (real + fake)).requires_grad_()
            (slope,) = torch.autograd.grad(D(mixed).sum(), mixed, create_graph=True)
            loss = D(fake).mean() - D(real).mean() + ((slope.norm(dim=1) - 1) ** 2).mean()
            loss.backward()
            of_d.step()
            for p in D.parameters():
                p.data.clamp_(-0.5, 0.5)
        of_g.zero_grad()
        (-D(G(torch.randn(32, 2))).mean()).backward()
        of_g.step()


@loop
def least_squares_gan_scalar_target():
    (X, _), D = numbers(), mlp(4, 1)
    optimizer = SGD(D.parameters(), lr=0.05)
    for _ in range(6):
        optimizer.zero_grad()
        F.mse_loss(D(X), torch.tensor(1.0).expand(32, 1)).backward()
        optimizer.step()


@loop
def frozen_backbone():
    (X, y), backbone, head = data(), mlp(4, 8, (nn.BatchNorm1d(8),)), nn.Linear(8, 3)
    backbone.requires_grad_(False)
    backbone.eval()
    optimizer = SGD(head.parameters(), lr=0.1)
    for _ in range(8):
        optimizer.zero_grad()
        F.cross_entropy(head(backbone(X)), y).backward()
        optimizer.step()


@loop
def frozen_backbone_given_to_the_optimizer():
    (X, y), model = data(), mlp()
    model[0].requires_grad_(False)
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()


@loop
def backbone_under_no_grad_inside_forward():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.head = nn.Linear(4, 8), nn.Linear(8, 3)

        def forward(self, x):
            with torch.no_grad():
                x = self.body(x).relu()
            return self.head(x)

    (X, y), model = data(), Net()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()


@loop
def batch_norm_frozen_in_training():
    (X, y), model = data(), mlp(extra=(nn.BatchNorm1d(8), nn.Dropout(0.1)))
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        model.train()
        model[2].eval()
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()


@loop
def accumulation_even():
    (X, y), model = data(64), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(3):
        for place, (xb, yb) in enumerate(batches(X, y)):
            (F.cross_entropy(model(xb), yb) / 4).backward()
            if place % 4 == 3:
                optimizer.step()
                optimizer.zero_grad()


@loop
def accumulation_ragged():
    (X, y), model = data(56), mlp()
    optimizer = Adam(model.parameters(), lr=0.01)
    for _ in range(3):
        many = batches(X, y)
        optimizer.zero_grad()
        for place, (xb, yb) in enumerate(many, start=1):
            (F.cross_entropy(model(xb), yb) / 3).backward()
            if place % 3 == 0 or place == len(many):
                optimizer.step()
                optimizer.zero_grad()


@loop
def truncated_backpropagation():
    series = torch.randn(2, 40, 3)
    rnn, head = nn.GRU(3, 6, batch_first=True), nn.Linear(6, 3)
    optimizer = Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
    hidden = torch.zeros(1, 2, 6)
    for t in range(0, 35, 5):
        out, hidden = rnn(series[:, t : t + 5], hidden)
        loss = F.mse_loss(head(out), series[:, t + 1 : t + 6])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(rnn.parameters(), 1.0)
        optimizer.step()
        hidden = hidden.detach()


@loop
def bptt_sum_of_losses():
    series, cell, head = torch.randn(20, 4, 3), nn.RNNCell(3, 6), nn.Linear(6, 3)
    optimizer = SGD([*cell.parameters(), *head.parameters()], lr=0.01)
    for _ in range(8):
        hidden, total = torch.zeros(4, 6), 0.0
        for t in range(19):
            hidden = cell(series[t], hidden)
            total = total + F.mse_loss(head(hidden), series[t + 1])
        optimizer.zero_grad()
        total.backward()
        optimizer.step()


@loop
def several_losses():
    (X, y), body, one, two = data(), nn.Linear(4, 8), nn.Linear(8, 3), nn.Linear(8, 1)
    optimizer = SGD([*body.parameters(), *one.parameters(), *two.parameters()], lr=0.05)
    for _ in range(8):
        hidden = body(X).relu()
        optimizer.zero_grad()
        F.cross_entropy(one(hidden), y).backward(retain_graph=True)
        F.mse_loss(two(hidden), y[:, None].float()).backward()
        optimizer.step()


@loop
def custom_function():
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return 3 * x**2 * grad

    (X, y), model = numbers(), nn.Linear(4, 1)
    optimizer = SGD(model.parameters(), lr=0.001)
    for _ in range(8):
        optimizer.zero_grad()
        F.mse_loss(Cube.apply(model(X)), y).backward()
        optimizer.step()


@loop
def autocast():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = F.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()


@loop
def grad_scaler_skips_a_step():
    (X, y), model = data(), mlp()
    optimizer, scaler = SGD(model.parameters(), lr=0.1), torch.amp.GradScaler("cpu", init_scale=2.0**16)
    for step in range(8):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y)
        scaler.scale(loss * (1e36 if step == 1 else 1)).backward()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()


@loop
def skips_a_batch_that_is_not_finite():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for step in range(8):
        loss = F.cross_entropy(model(X), y) * (math.nan if step == 2 else 1)
        optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        if torch.isfinite(norm):
            optimizer.step()


@loop
def scheduler_per_batch_with_warm_up():
    (X, y), model = data(64), mlp()
    optimizer = AdamW(model.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, step / 5))
    for _ in range(2):
        for xb, yb in batches(X, y):
            optimizer.zero_grad()
            F.cross_entropy(model(xb), yb).backward()
            optimizer.step()
            scheduler.step()


@loop
def jagged_batch_of_one():
    score = nn.Linear(4, 1)
    optimizer = SGD(score.parameters(), lr=0.05)
    for count in (1, 3, 2, 1, 5, 4):
        options = torch.randn(count, 4)
        loss = F.cross_entropy(score(options).reshape(1, count), torch.zeros(1, dtype=torch.long))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@loop
def monte_carlo_dropout():
    (X, y), (Xv, _), model = data(), data(8), mlp(extra=(nn.Dropout(0.3),))
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
    model.train()
    with torch.no_grad():
        torch.stack([model(Xv).softmax(1) for _ in range(10)]).var(0)


@loop
def monte_carlo_dropout_modules_only():
    (X, y), (Xv, _), model = data(), data(8), mlp(extra=(nn.Dropout(0.3),))
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
    model.eval()
    model[2].train()
    with torch.no_grad():
        model(Xv)


@loop
def moving_average_of_weights():
    (X, y), model = data(), mlp(extra=(nn.Dropout(0.1),))
    average = copy.deepcopy(model).requires_grad_(False).eval()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(10):
        model.train()
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        with torch.no_grad():
            for a, p in zip(average.parameters(), model.parameters(), strict=True):
                a.lerp_(p, 0.1)
            average(X)


@loop
def stochastic_weight_averaging_updates_batch_norm():
    (X, y), model = data(), mlp(extra=(nn.BatchNorm1d(8),))
    average = torch.optim.swa_utils.AveragedModel(model)
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(6):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        average.update_parameters(model)
    torch.optim.swa_utils.update_bn(batches(X, y), average)
    average.eval()
    with torch.no_grad():
        average(X)


@loop
def evaluation_gathers_then_measures():
    (X, y), model, found = data(64), mlp(), []
    optimizer = SGD(model.parameters(), lr=0.1)
    for xb, yb in batches(X, y):
        optimizer.zero_grad()
        F.cross_entropy(model(xb), yb).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        for xb, _ in batches(X, y):
            found.append(model(xb).argmax(1))
    torch.cat(found)


@loop
def no_optimizer_at_all_saliency():
    (X, y), model = data(), mlp()
    model.eval()
    for _ in range(3):
        inputs = X.clone().requires_grad_()
        F.cross_entropy(model(inputs), y).backward()
        inputs.grad.abs()


@loop
def no_optimizer_inference_only():
    (X, _), model = data(), mlp(extra=(nn.Dropout(0.1),))
    model.eval()
    with torch.inference_mode():
        model(X)


@loop
def gradient_check():
    w = torch.tensor(3.0, requires_grad=True)
    (w**2).backward()
    assert w.grad == 6


@loop
def adversarial_training():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        bad = X.clone().requires_grad_()
        F.cross_entropy(model(bad), y).backward()
        bad = (X + 0.1 * bad.grad.sign()).detach()
        optimizer.zero_grad()
        F.cross_entropy(model(bad), y).backward()
        optimizer.step()


@loop
def gradient_penalty_on_weights():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.05)
    for _ in range(8):
        loss = F.cross_entropy(model(X), y)
        grads = torch.autograd.grad(loss, list(model.parameters()), create_graph=True)
        optimizer.zero_grad()
        (loss + 0.01 * sum(g.pow(2).sum() for g in grads)).backward()
        optimizer.step()


@loop
def log_softmax_and_nll():
    (X, y), model = data(), mlp(extra=())
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(6):
        optimizer.zero_grad()
        F.nll_loss(F.log_softmax(model(X), dim=1), y).backward()
        optimizer.step()


@loop
def log_softmax_into_cross_entropy_is_harmless():
    (X, y), model = data(), nn.Sequential(mlp(), nn.LogSoftmax(dim=1))
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(6):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()


@loop
def binary_with_sigmoid_and_bce():
    (X, _), model = data(), nn.Sequential(mlp(4, 1), nn.Sigmoid())
    y = (X[:, 0] > 0).float()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(6):
        optimizer.zero_grad()
        nn.BCELoss()(model(X).squeeze(1), y).backward()
        optimizer.step()


@loop
def sum_reduction_and_clipping():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.01)
    for _ in range(10):
        optimizer.zero_grad(set_to_none=False)
        nn.CrossEntropyLoss(reduction="sum")(model(X), y).backward()
        nn.utils.clip_grad_value_(model.parameters(), 0.5)
        optimizer.step()


@loop
def distillation():
    (X, _), teacher, model = data(), mlp().eval(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(6):
        with torch.no_grad():
            soft = teacher(X).softmax(1)
        optimizer.zero_grad()
        F.cross_entropy(model(X), soft).backward()
        optimizer.step()


@loop
def pairwise_distances():
    (X, _), model = numbers(), nn.Linear(4, 1)
    optimizer = SGD(model.parameters(), lr=0.01)
    for _ in range(6):
        z = model(X)
        optimizer.zero_grad()
        (-((z - z.T) ** 2)).exp().mean().backward()
        optimizer.step()


@loop
def policy_gradient():
    torch.manual_seed(1)
    policy = mlp(4, 2)
    optimizer = Adam(policy.parameters(), lr=0.01)
    for _ in range(10):
        logs, rewards = [], []
        for _ in range(6):
            chance = torch.distributions.Categorical(logits=policy(torch.randn(4)))
            action = chance.sample()
            logs.append(chance.log_prob(action))
            rewards.append(float(action))
        gain = torch.tensor(rewards)
        optimizer.zero_grad()
        (-(torch.stack(logs) * (gain - gain.mean())).sum()).backward()
        optimizer.step()


@loop
def step_in_the_backward_hook():
    (X, y), model = data(), mlp()
    mine = {p: SGD([p], lr=0.1) for p in model.parameters()}

    def hook(p):
        mine[p].step()
        mine[p].zero_grad()

    for p in model.parameters():
        p.register_post_accumulate_grad_hook(hook)
    for _ in range(8):
        F.cross_entropy(model(X), y).backward()


@loop
def checkpointed_forward():
    from torch.utils.checkpoint import checkpoint

    (X, y), body, head = data(), mlp(4, 8), nn.Linear(8, 3)
    optimizer = SGD([*body.parameters(), *head.parameters()], lr=0.1)
    for _ in range(6):
        optimizer.zero_grad()
        F.cross_entropy(head(checkpoint(body, X, use_reentrant=False)), y).backward()
        optimizer.step()


@loop
def learns_only_once_enough_is_remembered():
    (X, y), model, memory = numbers(), nn.Linear(4, 1), []
    optimizer = SGD(model.parameters(), lr=0.05)
    for place in range(12):
        memory.append(place)
        if len(memory) > 3:
            optimizer.zero_grad()
            chosen = torch.randint(len(memory), (4,))
            F.mse_loss(model(X[chosen]), y[chosen]).backward()
        optimizer.step()


@loop
def running_loss_detached():
    (X, y), model, total, kept = data(), mlp(), torch.zeros(()), []
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(12):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        total += loss.detach()
        kept.append(loss.item())


@loop
def second_training_in_one_block():
    for _ in range(2):
        (X, y), model = data(), mlp()
        optimizer = SGD(model.parameters(), lr=0.1)
        for _ in range(60):
            optimizer.zero_grad()
            F.cross_entropy(model(X), y).backward()
            optimizer.step()


@loop
def raw_tensors_second_phase():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(7):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
    w = torch.zeros(4, 3, requires_grad=True)
    optimizer = SGD([w], lr=0.1)
    for _ in range(7):
        optimizer.zero_grad()
        F.cross_entropy(X @ w, y).backward()
        optimizer.step()


@loop
def gradient_kept_as_momentum_on_purpose():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.02)
    for _ in range(8):
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        for p in model.parameters():
            p.grad.mul_(0.5)


@loop
def parameter_group_added_later():
    (X, y), body, head = data(), nn.Linear(4, 8), nn.Linear(8, 3)
    optimizer = SGD(head.parameters(), lr=0.1)
    for step in range(10):
        if step == 5:
            optimizer.add_param_group({"params": list(body.parameters()), "lr": 0.01})
        optimizer.zero_grad()
        F.cross_entropy(head(body(X).relu()), y).backward()
        optimizer.step()


@loop
def sparse_embedding():
    table, head = nn.Embedding(20, 4, sparse=True), nn.Linear(4, 3)
    one, two = torch.optim.SparseAdam(table.parameters(), lr=0.01), SGD(head.parameters(), lr=0.1)
    words, y = torch.randint(20, (32,)), torch.randint(3, (32,))
    for _ in range(6):
        one.zero_grad()
        two.zero_grad()
        F.cross_entropy(head(table(words)), y).backward()
        one.step()
        two.step()


@loop
def optimizer_of_ones_own():
    class Own:
        def __init__(self, params):
            self.params = list(params)

        def step(self):
            for p in self.params:
                p.data = p.data - 0.1 * p.grad

        def zero_grad(self):
            for p in self.params:
                p.grad = None

    (X, y), model = data(), mlp()
    optimizer = Own(model.parameters())
    for _ in range(8):
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        optimizer.zero_grad()
