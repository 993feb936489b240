import pytest
import torch
from torch import nn

from lessontools.errors import LessonError
from lessontools.loop.differs import differs_first
from lessontools.loop.trace import Trace
from lessontools.loop.watch import watch

X, Y = torch.linspace(-1, 1, 90).reshape(30, 3), torch.arange(30) % 3


def parts(optimizer=torch.optim.SGD, **options):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 3))
    return model, nn.CrossEntropyLoss(), optimizer(model.parameters(), **({"lr": 0.1} | options))


def train(steps=5, optimizer=torch.optim.SGD, clear="start", **options):
    model, loss_fn, optimizer = parts(optimizer, **options)
    for _ in range(steps):
        if clear == "start":
            optimizer.zero_grad()
        loss = loss_fn(model(X), Y)
        loss.backward()
        if clear == "between":
            optimizer.zero_grad()
        optimizer.step()
        if clear == "end":
            model.zero_grad()
    return model


def weights(model):
    return [p.detach().clone() for p in model.parameters()]


@pytest.mark.parametrize("level", ["auto", "close", "cruise"])
@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.Adam])
def test_a_watched_run_is_bit_identical_weights_and_random_numbers(level, optimizer):
    bare = weights(train(60, optimizer))
    after_bare = torch.rand(3)
    with watch(level):
        seen = weights(train(60, optimizer))
    assert all(torch.equal(a, b) for a, b in zip(bare, seen, strict=True))
    assert torch.equal(after_bare, torch.rand(3))


def test_events_come_in_the_order_of_the_lines_and_name_them():
    with watch() as trace:
        train(1)
    assert [e.kind for e in trace.events] == ["clear", "forward", "loss", "backward", "step"]
    codes = [trace.code(e) for e in trace.events]
    assert codes[0] == "optimizer.zero_grad()"
    assert codes[3] == "loss.backward()"
    assert codes[4] == "optimizer.step()"


def test_numbers_agree_with_torch():
    model, loss_fn, optimizer = parts(lr=0.5)
    model.eval()
    with watch("close") as trace:
        loss = loss_fn(model(X), Y)
        loss.backward()
        grads = [float(p.grad.norm()) for p in model.parameters()]
        before = weights(model)
        optimizer.step()
    (backward,), (step,) = list(trace.of("backward")), list(trace.of("step"))
    assert backward.data["value"] == pytest.approx(loss.item())
    assert list(backward.data["grad"].values()) == pytest.approx(grads)
    moved = [float((p.detach() - b).norm()) for p, b in zip(model.parameters(), before, strict=True)]
    assert list(step.data["change"].values()) == pytest.approx(moved)
    assert [trace.name(n) for n in step.data["params"]] == ["0.weight", "0.bias", "3.weight", "3.bias"]


@pytest.mark.parametrize("level", ["auto", "close", "cruise"])
@pytest.mark.parametrize(
    ("clear", "tallies"),
    [
        ("start", set()),
        ("end", set()),
        ("never", {"used-again"}),
        ("between", {"cleared-unused", "cleared-step", "empty-step"}),
    ],
)
def test_the_place_of_clearing_shows(level, clear, tallies):
    with watch(level) as trace:
        train(8, clear=clear)
    assert set(trace.tallies) == tallies
    if "used-again" in tallies:
        assert trace.tallies["used-again"].count == 7


@pytest.mark.parametrize("style", ["no_grad", "data", "add_"])
def test_updates_by_hand_are_seen(style):
    w = torch.zeros(3, requires_grad=True)
    with watch() as trace:
        for _ in range(6):
            ((X @ w - 1) ** 2).mean().backward()
            if style == "data":
                w.data -= 0.1 * w.grad
            else:
                with torch.no_grad():
                    w.sub_(0.1 * w.grad) if style == "no_grad" else w.add_(w.grad, alpha=-0.1)
            w.grad = None
    assert trace.counts["update"] == 6
    assert trace.tallies == {}
    assert trace.params[0].name == "w"


def test_updates_by_hand_without_clearing_use_gradients_again():
    w = torch.zeros(3, requires_grad=True)
    with watch() as trace:
        for _ in range(6):
            ((X @ w - 1) ** 2).mean().backward()
            with torch.no_grad():
                w -= 0.1 * w.grad
    assert trace.tallies["used-again"].count == 5


def test_lbfgs_with_its_closure_is_an_ordinary_step():
    model, loss_fn, optimizer = parts(torch.optim.LBFGS, lr=0.5)

    def closure():
        optimizer.zero_grad()
        loss = loss_fn(model(X), Y)
        loss.backward()
        return loss

    with watch() as trace:
        for _ in range(3):
            optimizer.step(closure)
    assert trace.counts["step"] == 3
    assert "empty-step" not in trace.tallies
    assert "used-again" not in trace.tallies


def hooks():
    from torch.nn.modules import module
    from torch.optim import optimizer

    return (
        torch.autograd.backward,
        torch.autograd.grad,
        torch.optim.Optimizer.zero_grad,
        torch._C._len_torch_function_stack(),
        len(module._global_forward_hooks),
        len(module._global_forward_pre_hooks),
        len(optimizer._global_optimizer_pre_hooks),
        len(optimizer._global_optimizer_post_hooks),
    )


def test_nothing_is_left_behind_also_when_the_code_raises_or_is_interrupted():
    clean = hooks()
    with watch():
        train(4)
    assert hooks() == clean
    for error in (ValueError, KeyboardInterrupt):
        with pytest.raises(error), watch() as trace:
            train(2)
            raise error("stop")
        assert hooks() == clean
        assert trace.error.startswith(error.__name__)
        assert trace.events[-1].kind == "error"


def test_an_error_of_torch_reaches_the_learner_and_is_in_the_trace():
    with pytest.raises(RuntimeError, match="does not require grad"), watch() as trace:
        torch.ones(1).sum().backward()
    assert "does not require grad" in trace.error
    assert trace.code(trace.events[-1]) == "" or trace.events[-1].kind == "error"


def test_traces_nest_and_each_sees_its_own():
    with watch() as outer:
        train(2)
        with watch() as inner:
            train(3)
    assert inner.counts["step"] == 3
    assert outer.counts["step"] == 5


def test_a_watch_is_used_once_at_a_time():
    one = watch()
    with one, pytest.raises(LessonError, match="already on"):
        one.__enter__()
    with pytest.raises(LessonError, match="no level"):
        watch("deep")


def test_a_device_block_of_the_learners_is_not_disturbed():
    depth = torch._C._len_torch_function_stack()
    with watch() as trace:
        with torch.device("cpu"):
            train(120)
        assert torch._C._len_torch_function_stack() <= depth + 1
    assert torch._C._len_torch_function_stack() == depth
    assert trace.counts["step"] == 120


def test_a_trace_goes_to_json_and_back():
    with watch("close") as trace:
        train(4, clear="never")
    back = Trace.from_json(trace.to_json())
    assert back == trace
    assert differs_first(trace, back) is None
    with pytest.raises(LessonError, match="not a trace"):
        Trace.from_json("{}")
    with pytest.raises(LessonError, match="version 99"):
        Trace.from_json(trace.to_json().replace('"version":1', '"version":99'))


def test_what_differs_first_is_told():
    with watch("close") as left:
        train(3, lr=0.1)
    with watch("close") as right:
        train(3, lr=0.2)
    one, _two, what = differs_first(left, right)
    assert one.kind == "step"
    assert what in ("change", "lr")


def test_a_long_run_stays_small():
    w = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(w.parameters(), lr=0.01)
    one = torch.ones(1, 1)
    with watch() as trace:
        for _ in range(12_000):
            optimizer.zero_grad()
            w(one).sum().backward()
            optimizer.step()
    assert trace.counts["step"] == 12_000
    assert len(trace.events) <= Trace.LIMIT
    assert all(len(s.values) <= 4097 for s in trace.series.values())
    assert len(trace.to_json()) < 2_000_000


def test_a_huge_tensor_is_summarised():
    big = nn.Linear(1000, 1000)
    with watch("close") as trace:
        big(torch.ones(2000, 1000)).sum().backward()
    assert len(trace.to_json()) < 40_000
