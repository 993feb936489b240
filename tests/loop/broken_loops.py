"""Training loops that are broken on purpose: each with the code of the finding that it must provoke."""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import SGD, Adam

from tests.loop.correct_loops import batches, data, mlp, numbers

LOOPS: dict[str, tuple[str, Callable[[], object]]] = {}


def broken(code):
    def keep(function):
        LOOPS[function.__name__] = code, function
        return function

    return keep


def train(model, X, y, loss_fn=F.cross_entropy, steps=8, lr=0.1, optimizer=SGD):
    optimizer = optimizer(model.parameters(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        loss_fn(model(X), y).backward()
        optimizer.step()
    return optimizer


@broken("grad-not-cleared")
def never_cleared():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        F.cross_entropy(model(X), y).backward()
        optimizer.step()


@broken("grad-not-cleared")
def cleared_once_before_the_loop():
    (X, y), model = data(64), mlp()
    optimizer = Adam(model.parameters(), lr=0.01)
    optimizer.zero_grad()
    for xb, yb in batches(X, y):
        F.cross_entropy(model(xb), yb).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.01)
        optimizer.step()


@broken("grad-not-cleared")
def by_hand_never_cleared():
    X, y = numbers()
    w = torch.zeros(4, 1, requires_grad=True)
    for _ in range(8):
        ((X @ w - y) ** 2).mean().backward()
        with torch.no_grad():
            w -= 0.01 * w.grad


@broken("grad-not-cleared")
def only_a_part_is_cleared():
    (X, y), body, head = data(), nn.Linear(4, 8), nn.Linear(8, 3)
    optimizer = SGD([*body.parameters(), *head.parameters()], lr=0.1)
    for _ in range(8):
        head.zero_grad()
        F.cross_entropy(head(body(X).relu()), y).backward()
        optimizer.step()


@broken("grad-not-cleared")
def cleared_each_epoch_only():
    (X, y), model = data(64), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        for xb, yb in batches(X, y):
            F.cross_entropy(model(xb), yb).backward()
            optimizer.step()


@broken("cleared-before-step")
def cleared_between():
    (X, y), model = data(), mlp()
    optimizer = Adam(model.parameters(), lr=0.1)
    for _ in range(8):
        F.cross_entropy(model(X), y).backward()
        optimizer.zero_grad()
        optimizer.step()


@broken("cleared-before-step")
def cleared_between_by_the_model():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    for _ in range(8):
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        model.zero_grad(set_to_none=False)
        optimizer.step()


@broken("step-before-backward")
def step_first():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        loss = F.cross_entropy(model(X), y)
        optimizer.step()
        optimizer.zero_grad()
        loss.backward()


@broken("step-before-backward")
def step_first_and_cleared_at_the_start():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y)
        optimizer.step()
        loss.backward()


@broken("no-backward")
def backward_forgotten():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y)
        optimizer.step()


@broken("no-update")
def step_forgotten():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()


@broken("no-update")
def learning_rate_zero():
    (X, y), model = data(), mlp()
    train(model, X, y, lr=0.0)


@broken("optimizer-holds-other-params")
def model_made_again():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    model = mlp()
    for _ in range(8):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()


@broken("optimizer-holds-other-params")
def model_copied():
    (X, y), model = data(), mlp()
    optimizer = Adam(model.parameters(), lr=0.1)
    trained = copy.deepcopy(model)
    for _ in range(8):
        trained.zero_grad()
        F.cross_entropy(trained(X), y).backward()
        optimizer.step()


@broken("param-not-in-optimizer")
def body_left_out():
    (X, y), model = data(), mlp()
    optimizer = SGD(model[2].parameters(), lr=0.1)
    for _ in range(8):
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()


@broken("param-never-in-graph")
def layer_made_but_not_used():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two, self.out = nn.Linear(4, 8), nn.Linear(8, 8), nn.Linear(8, 3)

        def forward(self, x):
            return self.out(self.one(x).relu())

    (X, y), model = data(), Net()
    train(model, X, y)


@broken("param-never-in-graph")
def detached_in_the_middle():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.out = nn.Linear(4, 8), nn.Linear(8, 3)

        def forward(self, x):
            return self.out(self.one(x).relu().detach())

    (X, y), model = data(), Net()
    train(model, X, y)


@broken("frozen")
def everything_frozen():
    (X, y), model = data(), mlp()
    for p in model.parameters():
        p.requires_grad = False
    extra = torch.zeros(3, requires_grad=True)
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(5):
        optimizer.zero_grad()
        F.cross_entropy(model(X) + extra, y).backward()
        optimizer.step()


@broken("backward-on-leaf")
def loss_wrapped_again():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        optimizer.zero_grad()
        loss = torch.tensor(F.cross_entropy(model(X), y).item(), requires_grad=True)
        loss.backward()
        optimizer.step()


@broken("graph-cut")
def output_wrapped_again():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(8):
        optimizer.zero_grad()
        logits = model(X).detach().requires_grad_()
        F.cross_entropy(logits, y).backward()
        optimizer.step()


@broken("graph-cut")
def trained_under_no_grad():
    (X, y), model = data(), mlp()
    with torch.no_grad():
        train(model, X, y)


@broken("graph-cut")
def argmax_before_the_loss():
    (X, y), model = data(), mlp()
    train(model, X, y, lambda logits, y: F.mse_loss(logits.argmax(1).float(), y.float()))


@broken("softmax-before-ce")
def softmax_layer():
    (X, y), model = data(), nn.Sequential(mlp(), nn.Softmax(dim=1))
    train(model, X, y, nn.CrossEntropyLoss())


@broken("softmax-before-ce")
def softmax_written_out():
    (X, y), model = data(), mlp()
    train(model, X, y, lambda z, y: F.cross_entropy(z.exp() / z.exp().sum(1, keepdim=True), y))


@broken("nll-without-log")
def nll_of_logits():
    (X, y), model = data(), mlp()
    train(model, X, y, nn.NLLLoss())


@broken("nll-without-log")
def nll_of_probabilities():
    (X, y), model = data(), nn.Sequential(mlp(), nn.Softmax(1))
    train(model, X, y, nn.NLLLoss())


@broken("double-sigmoid")
def sigmoid_twice():
    (X, _), model = data(), nn.Sequential(mlp(4, 1), nn.Sigmoid())
    train(model, X, (X[:, :1] > 0).float(), nn.BCEWithLogitsLoss())


@broken("one-class-ce")
def one_output():
    (X, _), model = data(), mlp(4, 1)
    train(model, X, torch.zeros(32, dtype=torch.long), nn.CrossEntropyLoss())


@broken("broadcast-loss")
def column_against_row():
    (X, y), model = numbers(), mlp(4, 1)
    train(model, X, y[:, 0], nn.MSELoss())


@broken("broadcast-loss")
def column_against_row_by_hand():
    (X, y), model = numbers(), nn.Linear(4, 1)
    train(model, X, y[:, 0], lambda y_hat, y: ((y_hat - y) ** 2).mean())


@broken("eval-in-train-mode")
def eval_forgotten():
    (X, y), (Xv, yv), model = data(64), data(16), mlp(extra=(nn.Dropout(0.5),))
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(4):
        for xb, yb in batches(X, y):
            optimizer.zero_grad()
            F.cross_entropy(model(xb), yb).backward()
            optimizer.step()
        with torch.no_grad():
            F.cross_entropy(model(Xv), yv)


@broken("train-in-eval-mode")
def train_forgotten():
    (X, y), (Xv, yv), model = data(64), data(16), mlp(extra=(nn.BatchNorm1d(8),))
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(4):
        for xb, yb in batches(X, y):
            optimizer.zero_grad()
            F.cross_entropy(model(xb), yb).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            F.cross_entropy(model(Xv), yv)


@broken("eval-builds-graph")
def no_grad_forgotten():
    (X, y), (Xv, yv), model = data(64), data(16), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(4):
        model.train()
        for xb, yb in batches(X, y):
            optimizer.zero_grad()
            F.cross_entropy(model(xb), yb).backward()
            optimizer.step()
        model.eval()
        F.cross_entropy(model(Xv), yv).item()


@broken("graph-leak")
def losses_summed_with_their_graphs():
    (X, y), model, total = data(), mlp(), 0
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(20):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        total = total + loss
    return total


KEPT: list[torch.Tensor] = []


@broken("graph-leak")
def losses_kept_in_a_list():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    KEPT.clear()
    for _ in range(100):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        KEPT.append(loss)


@broken("not-finite")
def log_of_zero():
    (X, y), model = numbers(), nn.Sequential(nn.Linear(4, 1), nn.ReLU())
    train(model, X, y, lambda y_hat, y: y_hat.log().mean())


@broken("not-finite")
def nan_in_the_data():
    (X, y), model = numbers(), nn.Linear(4, 1)
    X[3, 2] = float("nan")
    train(model, X, y, F.mse_loss)


@broken("lr-too-high")
def steps_too_large():
    (X, y), model = numbers(), nn.Linear(4, 1)
    train(model, X, y, F.mse_loss, steps=12, lr=1.5)


@broken("lr-too-low")
def steps_too_small():
    (X, y), model = data(), mlp()
    train(model, X, y, steps=60, lr=1e-6)


@broken("vanishing")
def many_sigmoids():
    layers = [layer for _ in range(10) for layer in (nn.Linear(8, 8), nn.Sigmoid())]
    (X, y), model = data(d=8), nn.Sequential(*layers, nn.Linear(8, 3))
    train(model, X, y)


@broken("zero-gradient")
def weights_begin_at_zero():
    (X, y), model = data(d=8), nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    train(model, X, y)


@broken("zero-gradient")
def every_unit_is_off():
    (X, y), model = data(d=8), nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))
    nn.init.constant_(model[0].bias, -100.0)
    train(model, X, y)


@broken("exploding")
def long_recurrence():
    W = nn.Linear(6, 6, bias=False)
    nn.init.eye_(W.weight)
    W.weight.data *= 2.2
    head, X = nn.Linear(6, 1), torch.randn(16, 6)
    optimizer = SGD([*W.parameters(), *head.parameters()], lr=1e-12)
    for _ in range(6):
        hidden = X * 1e-6
        for _ in range(30):
            hidden = W(hidden)
        optimizer.zero_grad()
        head(hidden).mean().abs().backward()
        optimizer.step()


@broken("overfitting")
def trained_by_heart():
    torch.manual_seed(3)
    X, y, Xv, yv = torch.randn(20, 10), torch.randint(2, (20,)), torch.randn(200, 10), torch.randint(2, (200,))
    model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 2))
    optimizer = Adam(model.parameters(), lr=0.01)
    for _ in range(30):
        model.train()
        for xb, yb in batches(X, y, 5):
            optimizer.zero_grad()
            F.cross_entropy(model(xb), yb).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            F.cross_entropy(model(Xv), yv).item()


@broken("eval-rows-trained-on")
def evaluated_on_training_rows():
    (X, y), model = data(), mlp()
    train(model, X, y)
    model.eval()
    with torch.no_grad():
        model(X[:16])


@broken("optimizer-recreated")
def optimizer_in_the_loop():
    (X, y), model = data(), mlp()
    for _ in range(8):
        optimizer = Adam(model.parameters(), lr=0.01)
        optimizer.zero_grad()
        F.cross_entropy(model(X), y).backward()
        optimizer.step()


@broken("unscaled-inputs")
def raw_pixels():
    X, y = torch.rand(32, 4) * 255, torch.randint(3, (32,))
    train(mlp(), X, y, lr=1e-5)


@broken("initial-loss-not-ln-c")
def large_first_loss():
    (X, y), model = data(), mlp()
    train(model, X * 80, y.flip(0), lr=1e-4)


@broken("no-shuffle")
def always_the_same_order():
    (X, y), model = data(), mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for _ in range(5):
        for at in range(0, 32, 8):
            optimizer.zero_grad()
            F.cross_entropy(model(X[at : at + 8]), y[at : at + 8]).backward()
            optimizer.step()


@broken("sorted-labels")
def sorted_by_class():
    X, y = torch.randn(48, 4), torch.arange(3).repeat_interleave(16)
    model = mlp()
    optimizer = SGD(model.parameters(), lr=0.1)
    for at in range(0, 48, 16):
        optimizer.zero_grad()
        F.cross_entropy(model(X[at : at + 16]), y[at : at + 16]).backward()
        optimizer.step()


@broken("second-backward")
def backward_twice():
    (X, y), model = data(), mlp()
    loss = F.cross_entropy(model(X), y)
    loss.backward()
    loss.backward()


@broken("second-backward")
def hidden_state_not_detached():
    cell, hidden = nn.RNNCell(3, 6), torch.zeros(4, 6)
    optimizer = SGD(cell.parameters(), lr=0.01)
    for _ in range(4):
        hidden = cell(torch.randn(4, 3), hidden)
        optimizer.zero_grad()
        hidden.pow(2).mean().backward()
        optimizer.step()


@broken("inplace-edit")
def overwritten_before_backward():
    (X, y), model = data(), nn.Linear(4, 3)
    out = model(X).sigmoid()
    out *= 2
    F.cross_entropy(out, y).backward()


@broken("inplace-edit")
def update_without_no_grad():
    w = torch.zeros(3, requires_grad=True)
    (w - 1).pow(2).sum().backward()
    w -= 0.1 * w.grad


@broken("labels-out-of-range")
def labels_from_one():
    (X, y), model = data(), mlp()
    y[0] = 2
    train(model, X, y + 1)


@broken("dtype-mismatch")
def doubles_from_numpy():
    (X, y), model = data(), mlp()
    train(model, X.double(), y)


@broken("dtype-mismatch")
def labels_as_floats():
    (X, y), model = data(), mlp()
    train(model, X, y.float())


@broken("shape-mismatch")
def wrong_layer_size():
    (X, y), model = data(d=5), mlp(4)
    train(model, X, y)


@broken("shape-mismatch")
def batch_sizes_differ():
    (X, y), model = data(), mlp()
    train(model, X, y[:16])


@broken("shape-mismatch")
def loss_is_not_a_number():
    (X, y), model = data(), mlp()
    train(model, X, y, nn.CrossEntropyLoss(reduction="none"))
