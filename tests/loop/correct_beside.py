"""More right loops, each near to a fault of clipping, schedules, groups of batches, averages or lists of layers."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim import SGD, Adam
from torch.optim import lr_scheduler as schedules

from tests.loop.correct_loops import batches, data, loop, mlp, numbers


def step(model, optimizer, X, y, loss_fn=F.cross_entropy):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    return loss.item()


@loop
def one_cycle_per_batch():
    (X, y), model = data(64), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = schedules.OneCycleLR(optimizer, max_lr=0.1, total_steps=80)
    for _ in range(10):
        for xb, yb in batches(X, y):
            step(model, optimizer, xb, yb)
            scheduler.step()


@loop
def cosine_over_all_batches():
    (X, y), model = data(64), mlp()
    optimizer = Adam(model.parameters(), lr=0.01)
    scheduler = schedules.CosineAnnealingLR(optimizer, T_max=80)
    for _ in range(10):
        for xb, yb in batches(X, y):
            step(model, optimizer, xb, yb)
            scheduler.step()


@loop
def warm_restarts_and_slow_decay_per_batch():
    (X, y), model = data(64), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    warm = schedules.LinearLR(optimizer, 0.1, total_iters=8)
    slow = schedules.ExponentialLR(optimizer, 0.99)
    scheduler = schedules.SequentialLR(optimizer, [warm, slow], [8])
    for _ in range(10):
        for xb, yb in batches(X, y):
            step(model, optimizer, xb, yb)
            scheduler.step()


@loop
def schedule_moved_on_to_where_a_run_was_left():
    (X, y), model = data(64), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = schedules.StepLR(optimizer, 5, 0.5)
    for _ in range(3):
        scheduler.step()
    for _ in range(4):
        for xb, yb in batches(X, y):
            step(model, optimizer, xb, yb)
        scheduler.step()


@loop
def schedule_waits_for_the_validation_loss():
    (X, y), model = data(64), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = schedules.ReduceLROnPlateau(optimizer, patience=1)
    for _ in range(5):
        for xb, yb in batches(X, y):
            step(model, optimizer, xb, yb)
        with torch.no_grad():
            scheduler.step(F.cross_entropy(model(X), y))


@loop
def mean_over_equal_batches():
    (X, y), model = data(64), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    history = []
    for _ in range(4):
        for xb, yb in batches(X, y, 16):
            step(model, optimizer, xb, yb)
        with torch.no_grad():
            losses = [F.cross_entropy(model(xb), yb).item() for xb, yb in batches(X, y, 16)]
        history.append(sum(losses) / len(losses))
    return history


@loop
def mean_weighted_by_hand():
    (X, y), model = data(70), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    history = []
    for _ in range(4):
        train = step(model, optimizer, X, y)
        total = hits = rows = 0
        with torch.no_grad():
            for xb, yb in batches(X, y, 32):
                out = model(xb)
                total += F.cross_entropy(out, yb).item() * len(yb)
                hits += (out.argmax(1) == yb).sum().item()
                rows += len(yb)
        history.append({"train": train, "loss": total / rows, "accuracy": hits / rows})
    return history


@loop
def both_means_side_by_side():
    (X, y), model = data(70), mlp()
    y[64:] = (y[64:] + 1) % 3
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(4):
        step(model, optimizer, X, y)
        with torch.no_grad():
            parts = [(F.cross_entropy(model(X[r]), y[r]).item(), len(r)) for r in torch.arange(70).split(64)]
        per_batch = sum(mean for mean, _ in parts) / len(parts)
        per_row = sum(mean * n for mean, n in parts) / 70
    return per_batch, per_row


@loop
def macro_average_over_groups_of_unlike_size():
    (X, y), model = data(60), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    groups = [slice(0, 10), slice(10, 45), slice(45, 60)]
    scores = []
    for _ in range(4):
        step(model, optimizer, X, y)
        with torch.no_grad():
            each = [(model(X[g]).argmax(1) == y[g]).float().mean().item() for g in groups]
        scores.append(sum(each) / len(each))
    return scores


@loop
def accumulation_of_sums_over_all_rows():
    (X, y), model = data(64), mlp()
    optimizer = SGD(model.parameters(), lr=0.2)
    for _ in range(5):
        optimizer.zero_grad()
        for xb, yb in batches(X, y, 24):
            (F.cross_entropy(model(xb), yb, reduction="sum") / 64).backward()
        optimizer.step()


@loop
def accumulation_whose_gradients_are_divided():
    (X, y), model = data(64), mlp()
    optimizer = SGD(model.parameters(), lr=0.2)
    for _ in range(5):
        optimizer.zero_grad()
        for xb, yb in batches(X, y, 16):
            F.cross_entropy(model(xb), yb).backward()
        for p in model.parameters():
            p.grad /= 4
        optimizer.step()


@loop
def accumulation_clipped_once():
    (X, y), model = data(64), mlp()
    optimizer = SGD(model.parameters(), lr=0.2)
    for place, (xb, yb) in enumerate(batches(X, y, 4) * 3):
        (F.cross_entropy(model(xb), yb) / 4).backward()
        if place % 4 == 3:
            clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()


@loop
def clipped_by_value():
    (X, y), model = data(), mlp()
    optimizer = Adam(model.parameters(), lr=0.01)
    for _ in range(6):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        clip_grad_value_(model.parameters(), 0.1)
        optimizer.step()


@loop
def norm_measured_after_the_step():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    norms = []
    for _ in range(6):
        step(model, optimizer, X, y)
        norms.append(clip_grad_norm_(model.parameters(), float("inf")).item())
    return norms


@loop
def two_parts_clipped_before_each_own_step():
    (X, y), body, head = data(), nn.Linear(4, 8), nn.Linear(8, 3)
    one, two = SGD(body.parameters(), lr=0.1), Adam(head.parameters(), lr=0.01)
    for _ in range(6):
        one.zero_grad()
        two.zero_grad()
        F.cross_entropy(head(body(X).relu()), y).backward()
        for part, optimizer in ((body, one), (head, two)):
            clip_grad_norm_(part.parameters(), 0.5)
            optimizer.step()


class Parts(nn.Module):
    """Keeps layers in a list for its own loop over them, or a teacher out of the sight of parameters()."""

    def __init__(self, freeze):
        super().__init__()
        self.first, self.second, self.last = nn.Linear(4, 8), nn.Linear(8, 8), nn.Linear(8, 3)
        self.order = [self.first, self.second]
        self.outside = [nn.Linear(8, 8), nn.Linear(8, 8)]
        for layer in self.outside:
            layer.requires_grad_(not freeze)

    def forward(self, X):
        for layer in [*self.order, *self.outside]:
            X = layer(X).tanh()
        return self.last(X)


@loop
def layers_in_a_list_frozen_on_purpose():
    (X, y), model = data(), Parts(freeze=True)
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(6):
        step(model, optimizer, X, y)


@loop
def layers_in_a_list_given_to_the_optimizer():
    (X, y), model = data(), Parts(freeze=False)
    more = [p for layer in model.outside for p in layer.parameters()]
    optimizer = SGD([*model.parameters(), *more], lr=0.1)
    for _ in range(6):
        model.zero_grad()
        for p in more:
            p.grad = None
        F.cross_entropy(model(X), y).backward()
        optimizer.step()


@loop
def attack_in_several_passes_then_training():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(5):
        shift = torch.zeros_like(X, requires_grad=True)
        for _ in range(3):
            F.cross_entropy(model(X + shift), y).backward()
            with torch.no_grad():
                shift += 0.01 * shift.grad.sign()
            shift.grad = None
            model.zero_grad()
        F.cross_entropy(model(X + shift.detach()), y).backward()
        optimizer.step()
        optimizer.zero_grad()


@loop
def relu_before_a_target_that_is_never_negative():
    (X, y), model = numbers(), nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1), nn.ReLU())
    nn.init.constant_(model[2].bias, 1.0)  # whatever is drawn, the last ReLU is on
    optimizer = Adam(model.parameters(), lr=0.01)
    for _ in range(8):
        step(model, optimizer, X, y.abs(), F.mse_loss)


@loop
def frozen_body_and_head_on_shuffled_batches():
    (X, y), body, head = data(64), nn.Linear(4, 8).requires_grad_(False), nn.Linear(8, 3)
    optimizer = SGD(head.parameters(), lr=0.1)
    for _ in range(4):
        for xb, yb in batches(X, y):
            optimizer.zero_grad()
            F.cross_entropy(head(body(xb).relu()), yb).backward()
            optimizer.step()


@loop
def last_layer_begins_at_zero():
    (X, y), model = data(64), mlp()
    nn.init.zeros_(model[-1].weight)
    nn.init.zeros_(model[-1].bias)
    optimizer = Adam(model.parameters(), lr=0.01)
    for _ in range(20):
        step(model, optimizer, X, y)


@loop
def low_rank_update_begins_at_zero():
    (X, y), base = data(64), mlp()
    base.requires_grad_(False)

    class LowRank(nn.Module):
        def __init__(self):
            super().__init__()
            self.base, width = base, X.shape[1]
            self.down, self.up = nn.Linear(width, 2, bias=False), nn.Linear(2, width, bias=False)
            nn.init.zeros_(self.up.weight)

        def forward(self, x):
            return self.base(x + self.up(self.down(x)))

    model = LowRank()
    optimizer = Adam([p for p in model.parameters() if p.requires_grad], lr=0.01)
    for _ in range(20):
        step(model, optimizer, X, y)


@loop
def evaluation_loss_wobbles_after_a_long_way_down():
    (X, y), model = numbers(76), nn.Linear(4, 1)
    y = y + 0.05 * torch.randn(76, 1)
    optimizer = Adam(model.parameters(), lr=0.1)
    for _ in range(80):
        step(model, optimizer, X[:64], y[:64], F.mse_loss)
        model.eval()
        with torch.no_grad():
            F.mse_loss(model(X[64:]), y[64:])
        model.train()
