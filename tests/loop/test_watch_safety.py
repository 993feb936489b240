"""Whatever the learner's code does inside the block: same weights, same random numbers, and nothing left behind."""

import random
import signal
import threading
import time
import warnings

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import lr_scheduler
from torch.optim.lr_scheduler import LRScheduler

from lessontools.loop.watch import watch

LEVELS = ["auto", "close", "cruise"]


@pytest.fixture(autouse=True)
def listening():
    """Hear interrupts as Python does in the foreground: what a shell starts behind it is born deaf to them."""
    kept = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, kept)


def standing():
    """Return everything of torch's that a watch touches."""
    from torch.nn.modules import module
    from torch.optim import optimizer

    schedulers = [
        each for each in vars(lr_scheduler).values() if isinstance(each, type) and issubclass(each, LRScheduler)
    ]
    return (
        torch.autograd.backward,
        torch.autograd.grad,
        torch.optim.Optimizer.zero_grad,
        nn.Module.zero_grad,
        nn.Module.__call__,
        [vars(each).get("step") for each in schedulers],
        torch._C._len_torch_function_stack(),
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        [dict(vars(owner)[name]) for owner in (module, optimizer) for name in vars(owner) if is_hooks(owner, name)],
        signal.getsignal(signal.SIGINT),
    )


def is_hooks(owner, name):
    return name.startswith("_global") and "hook" in name and isinstance(vars(owner)[name], dict)


@pytest.fixture(autouse=True)
def nothing_is_left():
    before = standing()
    yield
    assert standing() == before


def parts(seed=0, width=6):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(4, width), nn.BatchNorm1d(width), nn.Tanh(), nn.Dropout(0.3), nn.Linear(width, 3))
    return model, torch.randn(12, 4), torch.arange(12) % 3


def plain(point=lambda name: None, steps=4):
    """An ordinary loop that visits a point before and after each of its calls, inside the model, and in a hook."""
    model, x, y = parts()
    model[2].register_forward_hook(lambda *_: point("inside the model"))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    optimizer.register_step_pre_hook(lambda *_: point("before the step's work"))
    scheduler = lr_scheduler.StepLR(optimizer, 3)
    for _ in range(steps):
        point("start")
        optimizer.zero_grad()
        point("cleared")
        out = model(x)
        out.register_hook(lambda grad: point("inside backward"))
        point("forward")
        loss = F.cross_entropy(out, y)
        point("loss")
        loss.backward()
        point("backward")
        optimizer.step()
        point("step")
        scheduler.step()
        model.eval()
        with torch.no_grad():
            point("evaluating")
            F.cross_entropy(model(x), y).item()
        model.train()
    return model


POINTS = ("start", "cleared", "forward", "loss", "backward", "step", "evaluating")
POINTS += ("inside the model", "inside backward", "before the step's work")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
@pytest.mark.parametrize("place", POINTS)
def test_code_that_raises_at_any_point_leaves_nothing_and_its_error_is_its_own(level, error, place):
    def point(name):
        if name == place and len(trace.events) >= 0:
            raise error("mine")

    with pytest.raises(error, match="mine"), watch(level) as trace:
        plain(point)
    assert trace.error == f"{error.__name__}: mine"
    assert "trouble" not in trace.counts
    torch.rand(2, requires_grad=True).sum().backward()  # torch works as before
    assert trace.counts.get("backward", 0) <= 1


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("place", POINTS)
def test_an_error_that_the_learner_catches_does_not_blind_the_watch(level, place):
    raised = []

    def point(name):
        if name == place and not raised:
            raised.append(name)
            raise ValueError("mine")

    with watch(level) as trace:
        with pytest.raises(ValueError, match="mine"):
            plain(point)
        steps = trace.counts.get("step", 0)
        plain(steps=3)
    assert "trouble" not in trace.counts
    assert trace.counts["step"] == steps + 3


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timer")
@pytest.mark.parametrize("level", LEVELS)
def test_an_interrupt_at_any_moment_leaves_nothing(level):
    before = standing()
    draw, stopped = random.Random(0), 0
    kept = signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        for _ in range(60):
            try:
                with watch(level):
                    signal.setitimer(signal.ITIMER_REAL, draw.uniform(0.0002, 0.02))
                    plain(steps=1000)
            except KeyboardInterrupt:
                stopped += 1
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            assert standing() == before
    finally:
        signal.signal(signal.SIGALRM, kept)
    assert stopped >= 50  # Python itself swallows one that comes inside a finaliser


def test_an_interrupt_while_the_watch_is_put_on_or_taken_away_waits():
    before = standing()
    for when in ("enter", "exit"):
        one = watch()
        part = "_put" if when == "enter" else "_take_away"
        real = getattr(one, part)

        def pressed(real=real):
            signal.raise_signal(signal.SIGINT)
            real()

        setattr(one, part, pressed)
        with pytest.raises(KeyboardInterrupt), one:
            plain(steps=1)
        assert standing() == before


# -- unusual loops, each run bare and watched ------------------------------------------------------------------------


def compiled(backend):
    def run():
        torch._dynamo.reset()
        model, x, y = parts()
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # torch warns of hooks on all modules
            warnings.filterwarnings("ignore", category=DeprecationWarning)
            fast = torch.compile(model, backend=backend)
            optimizer = torch.optim.SGD(fast.parameters(), lr=0.1)
            for _ in range(5):
                optimizer.zero_grad()
                F.cross_entropy(fast(x), y).backward()
                optimizer.step()
        return model

    return run


def compiled_step():
    torch._dynamo.reset()
    model, x, y = parts()
    loss_of = torch.compile(lambda a, b: F.cross_entropy(model(a), b), backend="eager")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(4):
        optimizer.zero_grad()
        loss_of(x, y).backward()
        optimizer.step()
    return model


def autocast():
    model, x, y = parts()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(5):
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    return model


def lbfgs():
    model, x, y = parts()
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=4)

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        return loss

    for _ in range(3):
        optimizer.step(closure)
    return model


def adversaries():
    torch.manual_seed(0)
    maker, judge = nn.Linear(2, 4), nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 1))
    one, two = torch.optim.Adam(maker.parameters(), lr=0.01), torch.optim.SGD(judge.parameters(), lr=0.01)
    for _ in range(5):
        made = maker(torch.randn(8, 2))
        two.zero_grad()
        real, false = judge(torch.randn(8, 4)), judge(made.detach())
        (F.binary_cross_entropy_with_logits(real, torch.ones(8, 1)) + false.sigmoid().mean()).backward()
        two.step()
        one.zero_grad()
        (-judge(made).mean()).backward()
        one.step()
    return nn.ModuleList([maker, judge])


def functional():
    model, x, y = parts()
    model.eval()
    values = {name: each.detach().clone() for name, each in model.named_parameters()}
    for _ in range(4):
        grads = torch.func.grad(lambda p: F.cross_entropy(torch.func.functional_call(model, p, (x,)), y))(values)
        values = {name: values[name] - 0.1 * grads[name] for name in values}
    model.load_state_dict(values, strict=False)
    return model


def by_hand():
    model, x, y = parts()
    for _ in range(5):
        F.cross_entropy(model(x), y).backward()
        with torch.no_grad():
            for each in model.parameters():
                each -= 0.1 * each.grad
                each.grad = None
    return model


def on_a_device():
    with torch.device("cpu"):
        return plain(steps=60)


def device_inside():
    model, x, y = parts()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for number in range(6):
        with torch.device("cpu") if number % 2 else torch.enable_grad():
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
        optimizer.step()
    return model


def with_threads():
    model, (x, y) = plain(steps=2), parts()[1:]
    other = nn.Linear(4, 3)

    def beside():
        for _ in range(20):
            other.zero_grad()
            F.cross_entropy(other(x), y).backward()

    threads = [threading.Thread(target=beside)]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    threads[0].start()
    for _ in range(10):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
    threads[0].join()
    return model


def inferring():
    model, x, _ = parts()
    model.eval()
    with torch.inference_mode():
        for _ in range(5):
            model(x).argmax(1).sum().item()
    return plain()


def from_a_generator():
    model, x, y = parts()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def steps():
        try:
            while True:
                optimizer.zero_grad()
                loss = F.cross_entropy(model(x), y)
                loss.backward()
                optimizer.step()
                yield loss.item()
        finally:
            model.zero_grad()

    source = steps()
    for _ in range(4):
        next(source)
    source.close()
    return model


def checkpointed():
    from torch.utils.checkpoint import checkpoint

    model, x, y = parts()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(4):
        optimizer.zero_grad()
        F.cross_entropy(checkpoint(model, x, use_reentrant=False), y).backward()
        optimizer.step()
    return model


def copied_and_saved():
    import copy
    import io

    model = plain(steps=2)
    torch.save(model[0], io.BytesIO())
    copy.deepcopy(model[:2])
    return model


LOOPS = {
    "plain": plain,
    "compiled, eager": compiled("eager"),
    "compiled, aot": compiled("aot_eager"),
    "compiled step": compiled_step,
    **{each.__name__: each for each in (autocast, lbfgs, adversaries, functional, by_hand, on_a_device, device_inside)},
    **{each.__name__: each for each in (with_threads, inferring, from_a_generator, checkpointed, copied_and_saved)},
}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", LOOPS)
def test_unusual_loops_run_as_they_would_bare(name, level):
    bare = LOOPS[name]()
    drawn = torch.rand(3)
    torch.manual_seed(1)
    with watch(level) as trace:
        seen = LOOPS[name]()
    assert torch.equal(drawn, torch.rand(3))
    for one, other in zip(bare.state_dict().values(), seen.state_dict().values(), strict=True):
        assert torch.equal(one, other)
    assert "trouble" not in trace.counts, trace.tallies["trouble"]


def test_blocks_nest_in_any_levels_and_end_in_any_order():
    bare = plain(steps=8)
    with watch("close") as outer:
        with watch("cruise") as inner:
            seen = plain(steps=8)
        plain(steps=2)
    assert (outer.counts["step"], inner.counts["step"]) == (10, 8)
    assert all(torch.equal(a, b) for a, b in zip(bare.parameters(), seen.parameters(), strict=True))
    one, two = watch(), watch()
    one.__enter__()
    two.__enter__()
    one.__exit__(None, None, None)
    plain(steps=2)
    two.__exit__(None, None, None)
    assert two.trace.counts["step"] == 2


def test_a_watch_on_another_thread_follows_that_thread_only():
    found = []

    def follow():
        with watch() as trace:
            plain(steps=3)
            time.sleep(0.01)
        found.append(trace)

    thread = threading.Thread(target=follow)
    thread.start()
    thread.join()
    assert found[0].counts["step"] == 3


def test_a_model_compiled_under_the_watch_is_followed():
    with watch() as trace:
        compiled("eager")()
    assert trace.counts["step"] == 5
    assert trace.counts["forward"] == 5


# -- long runs and huge tensors ---------------------------------------------------------------------------------------


def grown_by(steps, level):
    """Return by how many bytes a watched run of so many steps grew (Python's own count), and its trace's size."""
    import gc
    import tracemalloc

    model, x, y = nn.Linear(3, 2), torch.ones(4, 3), torch.arange(4) % 2
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    tracemalloc.start()
    try:
        with watch(level) as trace:
            for number in range(steps):
                optimizer.zero_grad()
                F.cross_entropy(model(x), y).backward()
                optimizer.step()
                if number % 500 == 0:
                    model.eval()
                    with torch.no_grad():
                        F.cross_entropy(model(x), y).item()
                    model.train()
            gc.collect()
            size = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    return size, len(trace.to_json()), trace


@pytest.mark.parametrize("level", LEVELS)
def test_a_run_of_thousands_of_steps_stays_small(level):
    size, text, trace = grown_by(3_000, level)
    assert trace.counts["step"] == 3_000
    assert size < (24 if level == "close" else 4) * 2**20
    assert text < (8 if level == "close" else 1) * 2**20


@pytest.mark.soak
@pytest.mark.parametrize(("level", "megabytes", "written"), [("auto", 16, 4), ("cruise", 4, 1), ("close", 48, 16)])
def test_a_run_of_a_hundred_thousand_steps_stays_within_the_memory_that_is_stated(level, megabytes, written):
    size, text, trace = grown_by(100_000, level)
    print(f"{level}: {size / 2**20:.1f} MB, JSON {text / 2**20:.1f} MB, {len(trace.events)} events")
    assert trace.counts["step"] == 100_000
    assert size < megabytes * 2**20
    assert text < written * 2**20


def test_a_huge_tensor_is_summarised_not_kept_and_not_printed():
    big = nn.Linear(2000, 2000)
    with watch("close") as trace:
        for _ in range(3):
            big(torch.ones(1000, 2000)).pow(2).mean().backward()
    text = trace.to_json()
    assert len(text) < 100_000
    assert max(map(len, repr(trace.events).split(", "))) < 400
    assert all(len(e.data["values"]) <= 6 for e in trace.of("forward"))
