"""More loops that are broken on purpose: what stands beside the five calls (clipping, schedules, groups, averages)."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim import SGD, Adam, AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, ExponentialLR, ReduceLROnPlateau, StepLR

from tests.loop.broken_loops import broken, train
from tests.loop.correct_loops import batches, data, mlp, numbers


@broken("clip-after-step")
def clipped_by_value_after_the_step():
    (X, y), model = data(), mlp()
    optimizer = Adam(model.parameters(), lr=0.01)
    for _ in range(6):
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        clip_grad_value_(model.parameters(), 0.5)
        optimizer.zero_grad()


@broken("clip-after-step")
def clipped_after_an_update_by_hand():
    (X, y), w = numbers(), torch.zeros(4, 1, requires_grad=True)
    for _ in range(6):
        ((X @ w - y) ** 2).mean().backward()
        with torch.no_grad():
            w -= 0.01 * w.grad
        clip_grad_norm_([w], 0.1)
        w.grad = None


@broken("clip-before-backward")
def clipped_after_clearing():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(6):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y)
        clip_grad_norm_(model.parameters(), 1.0)
        loss.backward()
        optimizer.step()


@broken("clip-before-backward")
def clipped_before_clearing_and_backward():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(6):
        loss = F.cross_entropy(model(X), y)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@broken("scheduler-before-optimizer")
def schedule_first_in_each_epoch():
    (X, y), model = data(64), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=1, gamma=0.9)
    for _ in range(4):
        scheduler.step()
        for xb, yb in batches(X, y, 16):
            optimizer.zero_grad()
            F.cross_entropy(model(xb), yb).backward()
            optimizer.step()


def _with_a_schedule(make, epochs=10):
    (X, y), model = data(64), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = make(optimizer)
    for _ in range(epochs):
        order = torch.randperm(64)
        for xb, yb in batches(X[order], y[order], 8):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(xb), yb)
            loss.backward()
            optimizer.step()
            scheduler.step(*[loss.item()] * isinstance(scheduler, ReduceLROnPlateau))


@broken("scheduler-per-batch")
def exponential_per_batch():
    _with_a_schedule(lambda optimizer: ExponentialLR(optimizer, 0.8))


@broken("scheduler-per-batch")
def cosine_over_ten_epochs_per_batch():
    _with_a_schedule(lambda optimizer: CosineAnnealingLR(optimizer, T_max=10))


@broken("scheduler-per-batch")
def plateau_per_batch():
    _with_a_schedule(lambda optimizer: ReduceLROnPlateau(optimizer, patience=0, eps=0.0), epochs=20)


@broken("accumulation-cleared")
def cleared_in_each_batch_stepped_in_each_fourth():
    (X, y), model = data(64), mlp()
    optimizer = AdamW(model.parameters(), lr=0.01)
    for _ in range(3):
        for place, (xb, yb) in enumerate(batches(X, y, 8)):
            optimizer.zero_grad()
            (F.cross_entropy(model(xb), yb) / 4).backward()
            if (place + 1) % 4 == 0:
                optimizer.step()


@broken("accumulation-cleared")
def cleared_after_each_batch_of_a_pair():
    (X, y), model = numbers(), nn.Linear(4, 1)
    optimizer = SGD(model.parameters(), lr=0.05)
    for _ in range(6):
        for half in (slice(0, 16), slice(16, 32)):
            model.zero_grad(set_to_none=False)
            (F.mse_loss(model(X[half]), y[half]) / 2).backward()
        optimizer.step()


@broken("accumulation-not-divided")
def summed_with_adam():
    (X, y), model = data(64), mlp()
    optimizer = Adam(model.parameters(), lr=0.01)
    for _ in range(4):
        for xb, yb in batches(X, y, 16):
            F.cross_entropy(model(xb), yb).backward()
        optimizer.step()
        optimizer.zero_grad()


@broken("accumulation-not-divided")
def summed_by_hand_and_rising():
    (X, y), model = numbers(64), nn.Linear(4, 1)
    optimizer = SGD(model.parameters(), lr=0.3)
    for _ in range(12):
        optimizer.zero_grad()
        for xb, yb in batches(X, y, 8):
            ((model(xb) - yb) ** 2).mean().backward()
        optimizer.step()


class Listed(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.first = nn.Linear(4, 8)
        self.blocks = kind([nn.Linear(8, 8), nn.Linear(8, 8)])
        self.last = nn.Linear(8, 3)

    def forward(self, X):
        X = self.first(X)
        for block in self.blocks.values() if isinstance(self.blocks, dict) else self.blocks:
            X = block(X.relu())
        return self.last(X.relu())


@broken("layers-in-list")
def layers_in_a_tuple():
    train(Listed(tuple), *data())


@broken("layers-in-list")
def layers_in_a_dict():
    train(Listed(lambda layers: dict(enumerate(layers))), *data(), optimizer=Adam, lr=0.01)


@broken("relu-on-output")
def relu_behind_a_regression():
    X, y = numbers()
    train(nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1), nn.ReLU()), X, y, F.mse_loss, lr=0.01)


@broken("relu-on-output")
def relu_before_logits_of_two_classes():
    (X, y), model = data(classes=2), nn.Sequential(nn.Linear(4, 1), nn.ReLU())
    train(model, X, y.float()[:, None], nn.BCEWithLogitsLoss())


def _evaluated(model, X, y, average):
    """Return what `average` makes of an evaluation's losses and sizes."""
    losses, sizes = [], []
    model.eval()
    with torch.no_grad():
        for xb, yb in batches(X, y, 32):
            losses.append(F.cross_entropy(model(xb), yb).item())
            sizes.append(len(xb))
    model.train()
    return average(losses, sizes)


def _reporting(average, rows=35):
    (X, y), model = data(rows), mlp()
    y[32:] = (y[32:] + 1) % 3
    optimizer = SGD(model.parameters(), lr=0.5)
    history = {"val": []}
    for _ in range(6):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        history["val"].append(_evaluated(model, X, y, average))
    return history


@broken("metric-averaging")
def mean_of_batch_means_kept_in_a_history():
    return _reporting(lambda losses, sizes: sum(losses) / len(losses))


@broken("metric-averaging")
def sum_of_means_divided_by_rows():
    return _reporting(lambda losses, sizes: sum(losses) / sum(sizes), rows=64)


@broken("metric-averaging")
def hits_in_percent_averaged_over_batches():
    (X, y), model = data(70), mlp()
    y[64:] = (y[64:] + 1) % 3
    optimizer = SGD(model.parameters(), lr=0.5)
    for _ in range(6):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()
        total = count = 0
        with torch.no_grad():
            for xb, yb in batches(X, y, 64):
                total += (model(xb).argmax(1) == yb).sum().item() / len(yb)
                count += 1
        accuracy = 100 * total / count
    return accuracy


@broken("no-shuffle")
def body_and_head_in_fixed_order():
    (X, y), body, head = data(64), nn.Linear(4, 8), nn.Linear(8, 3)
    optimizer = SGD([*body.parameters(), *head.parameters()], lr=0.1)
    parts = batches(X, y, 16)
    for _ in range(4):
        for xb, yb in parts:
            optimizer.zero_grad()
            F.cross_entropy(head(body(xb).relu()), yb).backward()
            optimizer.step()
