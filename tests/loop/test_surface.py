"""The loss surface: its numbers are the model's own, it leaves the model as it was, and it is quick."""

import math
import time
import xml.etree.ElementTree as ElementTree

import pytest
import torch
from torch import nn

from lessontools.errors import LessonError
from lessontools.loop.surface import contour, plane, surface
from lessontools.loop.trail import trail

X = torch.randn(60, 2, generator=torch.Generator().manual_seed(0))
Y = (X[:, 0] * X[:, 1] > 0).long()


def walked(steps=30, lr=0.05):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Dropout(0.2), nn.Linear(8, 2))
    optimizer, loss_fn = torch.optim.Adam(model.parameters(), lr=lr), nn.CrossEntropyLoss()
    with trail(model) as path:
        for _ in range(steps):
            optimizer.zero_grad()
            loss_fn(model(X), Y).backward()
            optimizer.step()
    return path, loss_fn


def test_start_and_end_are_the_losses_there_and_the_end_is_the_origin():
    path, loss_fn = walked()
    found = plane(path, loss_fn, X, Y, size=9)
    path.model.eval()
    assert found.end == pytest.approx(loss_fn(path.model(X), Y).item(), rel=1e-5)
    assert found.way[-1] == pytest.approx((0, 0), abs=1e-9)
    torch.nn.utils.vector_to_parameters(path.points[0], path.model.parameters())
    assert found.start == pytest.approx(loss_fn(path.model(X), Y).item(), rel=1e-5)
    assert 0.8 < found.share <= 1


def test_on_a_bowl_the_map_is_the_bowl():
    model = nn.Linear(2, 1, bias=False)
    nn.init.constant_(model.weight, 1.0)
    data, zero = torch.eye(2), torch.zeros(2, 1)
    optimizer = torch.optim.SGD([{"params": model.parameters()}], lr=0.3)

    def loss_fn(y_hat, y):
        return ((y_hat - y) ** 2 * torch.tensor([[1.0], [3.0]])).sum()

    with trail(model) as path:
        for _ in range(6):
            optimizer.zero_grad()
            loss_fn(model(data), zero).backward()
            optimizer.step()
    found = plane(path, loss_fn, data, zero, size=21)
    assert found.share == pytest.approx(1)  # two weights, two directions
    assert min(min(row) for row in found.loss) < 0.1 * found.start
    assert found.start == pytest.approx(4)  # 1 + 3 at (1, 1)
    level = 1.0
    on_it = [point for piece in contour(found, level) for point in piece]
    assert on_it
    for x, y in on_it:  # between grid points, so nearly
        column = min(range(21), key=lambda at: abs(found.xs[at] - x))
        row = min(range(21), key=lambda at: abs(found.ys[at] - y))
        near = [
            found.loss[r][c]
            for r in range(max(0, row - 1), min(21, row + 2))
            for c in range(max(0, column - 1), min(21, column + 2))
        ]
        assert min(near) <= level <= max(near)


def test_the_model_its_modes_its_gradients_and_the_dice_are_left_as_they_were():
    path, loss_fn = walked()
    path.model[0].eval()
    weights = [p.detach().clone() for p in path.model.parameters()]
    grads = [p.grad.clone() for p in path.model.parameters()]
    modes, dice = [m.training for m in path.model.modules()], torch.get_rng_state()
    surface(path, loss_fn, X, Y)
    assert all(torch.equal(a, b) for a, b in zip(weights, path.model.parameters(), strict=True))
    assert all(torch.equal(a, b.grad) for a, b in zip(grads, path.model.parameters(), strict=True))
    assert [m.training for m in path.model.modules()] == modes
    assert torch.equal(dice, torch.get_rng_state())


def test_a_trail_changes_nothing_and_stays_small():
    path, _ = walked(1000)
    assert len(path.points) <= 201
    assert path.updates == 1000
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Dropout(0.2), nn.Linear(8, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(1000):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(X), Y).backward()
        optimizer.step()
    alone = torch.cat([p.detach().reshape(-1) for p in model.parameters()])
    assert torch.equal(path.points[-1], alone)


def test_steps_of_other_models_are_no_part_of_the_way():
    model, other = nn.Linear(2, 1), nn.Linear(2, 1)
    optimizer = torch.optim.SGD(other.parameters(), lr=0.1)
    with trail(model) as path:
        other(X).sum().backward()
        optimizer.step()
    optimizer.step()
    assert (path.updates, len(path.points)) == (0, 1)


def test_it_can_be_read_without_eyes_and_is_the_same_each_time():
    path, loss_fn = walked()
    figure = surface(path, loss_fn, X, Y)
    page = figure._repr_html_()
    assert page == surface(path, loss_fn, X, Y)._repr_html_()
    drawn = ElementTree.fromstring(f"<svg{page.split('<svg')[1].split('</svg>')[0]}</svg>")
    assert drawn.get("role") == "img"
    assert "From a loss of" in drawn.get("aria-label")
    assert "of their way lies in it" in repr(figure)
    assert len(repr(figure).splitlines()) == 10
    assert len(page) < 60_000


def test_a_diverging_run_still_has_a_map_and_a_broken_one_says_why_not():
    path, loss_fn = walked(5, lr=50.0)
    assert math.isfinite(plane(path, loss_fn, X, Y, 9).share)
    path.points.append(path.points[-1] * math.nan)
    with pytest.raises(LessonError, match="nan or inf"):
        surface(path, loss_fn, X, Y)
    with pytest.raises(LessonError, match="moved less than twice"):
        surface(walked(1)[0], loss_fn, X, Y)
    with pytest.raises(LessonError, match="parameters"), trail(nn.Linear(400, 400)):
        pass


def test_it_takes_less_than_a_second():
    path, loss_fn = walked()
    start = time.process_time()
    surface(path, loss_fn, X, Y)
    assert time.process_time() - start < 1.0
