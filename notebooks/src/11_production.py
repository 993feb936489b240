# %% [markdown] id="goal"
# # The same loop in production
#
# **Goal.** Know what a training loop gains when it has to run for days, on large models, on machines that fail: where
# each tool goes, and what it must not disturb. The cycle itself stays as it is.
#
# **You will be able to**
#
# - clip gradients at the one place where it helps, and read what the clipping returns;
# - choose a schedule for the learning rate, step it at the right time, and read its curve;
# - save what a run needs, and go on so exactly that nobody can tell it ever stopped;
# - keep the order of a mixed-precision step, and say which number format holds what;
# - say what several devices average, what compiling changes, and where memory goes;
# - use the same loop where there is no derivative, no label, or no `optimizer`.
#
# **Out of scope.** Setting up a cluster, tuning for speed, serving a model. No GPU is needed here: every tool is shown
# on the CPU, at the size of a notebook.
#
# **Needs.** [Lesson 05](05_order.ipynb), the five calls and where gradients wait, and
# [lesson 06](06_real_loop.ipynb), epochs, batches and the two modes. &nbsp; **Minutes.** 85 for the core with warm-up
# and exit quiz, 105 with the parts of the Deep dive that the exit quiz asks about (2 to 5).

# %% [markdown] id="ways-in"
# ### Pick your way in
#
# | way | what waits there | minutes |
# |---|---|---|
# | [Why](#Why) | a job of 300 hours on a machine that fails | 3 |
# | [Learn](#Learn) | clipping, schedules, checkpoints, mixed precision, several devices | 40 |
# | [Try](#Try) | four functions to write | 24 |
# | [Deep dive](#Deep-dive) | random numbers, memory, compiling, the loop without its calls, without slopes | 25 |
# | [Experiment](#Experiment) | an open task: a network whose weights are signs | 20 |
# | [Challenge](#Challenge) | five problems against the clock | 10 |
# | [Recall](#Recall) | flashcards, your own words, spaced review | 5 |
#
# **The core, 85 minutes:** Why, Learn, [Pitfalls](#Pitfalls), Try; a good place for a break is before part 4 of Learn.
# Every way stands alone: run the cell below and the ones under [Set up](#Set-up), then go where you like.

# %% id="tools"
from lessontools import ask, challenge, check, hint, pitfall, progress, review, sliders, solution
from lessontools.explore import chart
from lessontools.explore.sliders import Shown

# %% [markdown] id="warm-up"
# ## Warm-up
#
# Three things from lesson 05 that carry this one. From memory first, then look.

# %% id="do-warm-up"
ask("recall-waiting", "recall-share", "recall-skipped")

# %% [markdown] id="why" covers="S5-30"
# ## Why
#
# A job needs 300 hours. In each hour the machine fails with a chance of 1 in 100: somebody pulls a plug, a node is
# taken away, memory runs out. A job that keeps nothing starts again from hour 0. Guess how long it takes on average,
# then run.

# %% id="a-job-that-fails" covers="X-38" folded=true
def hours(job, chance, saves):
    """Expected hours until a job is done, if it keeps all finished hours, or none."""
    stays = 1 - chance
    return job / stays if saves else (stays**-job - 1) / chance


print("hours until the job is done, on average")
for job in (3, 30, 300):
    kept, anew = hours(job, 0.01, saves=True), hours(job, 0.01, saves=False)
    print(f"{job:3d} hours of work:  kept hour by hour {kept:5.0f}   started anew {anew:5.0f}")

# %% [markdown] id="why-map" covers="S5-30"
# A checkpoint turns 1939 hours into 303. The other tools of this lesson answer to other troubles: one odd batch that
# throws the weights away, a rate that is right at first and too large later, numbers that take too much memory, rows
# too many for one device. None of them is a new loop. Each goes **between** the calls that you know:
#
# ```mermaid
# flowchart LR
#     Z["zero_grad"] --> F["forward, loss<br/>(autocast around them)"] --> B["backward<br/>(devices average)"]
#     B --> C["unscale, clip"] --> S["step"]
#     S -- "next batch" --> Z
#     S -- "end of epoch" --> K["scheduler.step<br/>save a checkpoint"] --> Z
# ```

# %% [markdown] id="set-up"
# ## Set up
#
# PyTorch is imported here, once, and takes a few seconds. Our example for today: the 1797 little pictures of digits
# that come with scikit-learn, 1400 of them for training, and a network with one hidden layer.

# %% id="import-torch"
import copy
import io
import pickle
import warnings

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim import lr_scheduler

torch.manual_seed(0)
torch.set_num_threads(1)

digits = load_digits()
order = torch.randperm(len(digits.target))
X = torch.tensor(digits.data / 16, dtype=torch.float32)[order]
y = torch.tensor(digits.target)[order]
X, X_val, y, y_val = X[:1400], X[1400:], y[:1400], y[1400:]
loss_fn = nn.CrossEntropyLoss()
print("training", tuple(X.shape), "  validation", tuple(X_val.shape))

# %% [markdown] id="set-up-run"
# Two helpers: `new_run` builds what a training needs, `one_epoch` trains it for one epoch. Dropout sets a fifth of the
# hidden numbers to zero, drawn anew for each batch, so here chance has a say in two places: there, and in the order of
# the rows.

# %% id="helpers"
def new_run(seed=0):
    """Return a new model with its optimizer and its scheduler."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=12)  # from 0.03 down to 0 in 12 epochs
    return model, optimizer, scheduler


def one_epoch(model, optimizer, scheduler):
    """Train for one epoch; return the mean loss of its rows."""
    model.train()
    total = 0.0
    for rows in torch.randperm(len(X)).split(100):
        optimizer.zero_grad()
        loss = loss_fn(model(X[rows]), y[rows])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(rows)
    scheduler.step()
    return total / len(X)


def accuracy(model):
    """Return the share of right labels on the validation rows."""
    model.eval()
    with torch.no_grad():
        return (model(X_val).argmax(dim=1) == y_val).float().mean().item()

# %% [markdown] id="learn" covers="X-22"
# ## Learn
#
# ### 1: Clip the gradient
#
# One row with a slip of the pen, a pixel of 50 000 in place of 0.5, can send back a gradient a thousand times larger
# than usual, and the step follows it. **Clipping** sets a limit: if the **norm** of all gradients together (the length
# of the arrow that they form) is above `max_norm`, all are multiplied by one factor, so that the norm becomes
# `max_norm`.

# %% id="do-clip-returns"
ask("clip-returns")

# %% id="clip-returns-cell" covers="X-22" folded=true
w = torch.zeros(2, requires_grad=True)
w.grad = torch.tensor([30.0, 40.0])
norm = nn.utils.clip_grad_norm_([w], max_norm=1.0)
print("clipping to norm 1")
print("returned:", round(norm.item(), 2), "  gradient afterwards:", [round(g, 2) for g in w.grad.tolist()])

# %% [markdown] id="two-clips-text" covers="X-22"
# The number to log is what it returns, for it tells how large the gradient **was**. A log in which it often jumps far
# above the limit is a message.
#
# There is a second function, `clip_grad_value_`, which cuts each number on its own. Move the gradient and the limit,
# and watch one thing: which of the two keeps the **direction** of the arrow?

# %% id="two-clips" covers="X-22" hidden=true
# Run this cell for the sliders. The code is folded away: click to see it.
def two_clips(g1, g2, limit):
    """Two ways to clip a gradient of two numbers"""
    size = (g1 * g1 + g2 * g2) ** 0.5
    factor = min(1.0, limit / size) if size else 1.0
    by_norm = [g1 * factor, g2 * factor]
    by_value = [max(-limit, min(limit, g)) for g in (g1, g2)]
    ratio = [f"{b / a:.2f}" if a else "not defined" for a, b in ((g1, g2), by_norm, by_value)]
    told = f"Norm {size:.2f}. g2 / g1: before {ratio[0]}, clipped by norm {ratio[1]}, by value {ratio[2]}."
    names = ["g1", "g2", "by norm: g1", "by norm: g2", "by value: g1", "by value: g2"]
    return Shown(told, chart.bars([g1, g2, *by_norm, *by_value], names, "gradient", told, -5, 5))


sliders(two_clips, g1=(-5, 5, 0.1, 3.0), g2=(-5, 5, 0.1, 4.0), limit=(0.1, 8, 0.1, 2.5))

# %% [markdown] id="where-to-clip" covers="X-22"
# By norm keeps it: both numbers shrink by the same factor. And where does the clipping stand?

# %% id="do-clip-places"
ask("clip-too-early", "clip-position")

# %% id="clip-places" covers="X-22" folded=true
def clipped_step(place):
    """Take one step of rate 0.05 on a batch with one odd pixel; return what clipping said and how far weights moved."""
    torch.manual_seed(0)
    model = nn.Linear(64, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    odd, start, said = X[:100].clone(), model.weight.detach().clone(), None
    odd[3, 20] = 50_000.0  # a slip: it was 0.5
    for call in ("before backward", "backward", "after backward", "step", "after step"):
        if call == "backward":
            loss_fn(model(odd), y[:100]).backward()
        elif call == "step":
            optimizer.step()
        elif call == place:
            said = nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0).item()
    return said, (model.weight - start).norm().item()


print("clipped           it returned   the weights moved by")
for place in ("never", "before backward", "after backward", "after step"):
    said, moved = clipped_step(place)
    print(f"{place:<16} {'nothing' if said is None else round(said):>12} {moved:22.2f}")

# %% [markdown] id="after-clip-places" covers="X-22 S5-30"
# Rate 0.05 times norm 1 is 0.05: that is how far one clipped step of plain SGD can go, and so it does. Too early, the
# clipping finds nothing and says 0; too late, it says the right number about gradients that have been used already.
# Neither raises an error. (Adam divides by the size of past gradients, so for Adam the limit on the way is another.)
#
# ### 2: Schedule the rate
#
# Large steps to arrive, small ones to settle: a **scheduler** changes the optimizer's rate by a plan. It has a `step()`
# of its own, which says "one unit of time has passed". Which unit, and when, is up to you. Here is a plan that divides
# the rate by ten after every two calls:

# %% id="do-rates"
ask("rates-wrong-order")

# %% id="scheduler-first" covers="X-21" folded=true
def rates_used(scheduler_first):
    """Return the rates that four steps were taken with, and what torch warned of."""
    w = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=1.0)
    scheduler = lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
    used = []
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for epoch in range(4):
            if scheduler_first:
                scheduler.step()
            used.append(round(optimizer.param_groups[0]["lr"], 3))
            optimizer.step()
            if not scheduler_first:
                scheduler.step()
    return used, [str(w.message).split(" In PyTorch")[0] for w in told]


print("rates that the steps were taken with")
for first in (False, True):
    used, told = rates_used(first)
    print("scheduler first" if first else "optimizer first", used)
print("and torch says:", *told)

# %% [markdown] id="plotter-text" covers="X-21"
# One round at the full rate is lost. So: `optimizer.step()` first, `scheduler.step()` after it.
#
# Now see the plans themselves. The plotter runs torch's own schedulers over 10 epochs of 8 batches. `plan` chooses one;
# `warm_up` lets the rate climb during so many calls first, which is kind to a new model whose gradients are wild;
# `per_batch` says whether `scheduler.step()` is called after each batch (1) or after each epoch (0). The first four
# plans are written for one call **an epoch**. What happens to the second one when you set `per_batch` to 1?

# %% id="plotter" covers="X-21" hidden=true
# Run this cell for the plotter. The code is folded away: click to see it.
PLANS = {
    "constant": lambda optimizer: lr_scheduler.LambdaLR(optimizer, lambda turn: 1.0),
    "ExponentialLR(gamma=0.7)": lambda optimizer: lr_scheduler.ExponentialLR(optimizer, gamma=0.7),
    "StepLR(step_size=4, gamma=0.1)": lambda optimizer: lr_scheduler.StepLR(optimizer, 4, gamma=0.1),
    "CosineAnnealingLR(T_max=10)": lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, 10),
    "OneCycleLR(max_lr=0.1, total_steps=80)": lambda optimizer: lr_scheduler.OneCycleLR(optimizer, 0.1, 80),
}


def schedule_plotter(plan, warm_up, per_batch):
    """Learning-rate plotter: 10 epochs of 8 batches"""
    name = list(PLANS)[plan - 1]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    if warm_up:
        climb = lr_scheduler.LinearLR(optimizer, 1 / (warm_up + 1), total_iters=warm_up)
        scheduler = lr_scheduler.SequentialLR(optimizer, [climb, PLANS[name](optimizer)], milestones=[warm_up])
    else:
        scheduler = PLANS[name](optimizer)
    rates = []
    for batch in range(80):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if per_batch or batch % 8 == 7:
            scheduler.step()
    first, second, middle, last = (f"{rates[batch]:.4f}" for batch in (0, 8, 40, 79))
    told = f"Rate: {first} at first, {second} in epoch 2, {middle} half-way, {last} at the end."
    unit = "batch" if per_batch else "epoch"
    plan_told = f"`{name}`, stepped once per **{unit}**" + (f", after {warm_up} calls of warm-up" if warm_up else "")
    picture = chart.lines({"": rates}, "batch", "learning rate", f"{name}, stepped per {unit}. {told}")
    return Shown(f"{plan_told}. {told}", picture)


sliders(schedule_plotter, plan=(1, 5, 1, 2), warm_up=(0, 8, 1, 0), per_batch=(0, 1, 1, 0))

# %% id="do-schedules"
ask("per-batch-rate", "cosine-half-way", "plateau-cuts")

# %% [markdown] id="after-plotter" covers="X-21"
# Stepped per batch, a plan for epochs is used up within the first epoch or two (and a cosine climbs again after its
# end). `OneCycleLR` is the other kind: it is written for batches, and stepped per epoch it never leaves its climb. A
# plan does not know which it is; **you** do. `ReduceLROnPlateau` is the odd one: its `step(value)` wants the number to
# watch, and takes smaller for better unless you say `mode="max"`. (`pitfall("plateau-mode").demo()` shows that one.)
#
# ### 3: Save, and go on
#
# Here is our run of twelve epochs. Before each epoch it keeps **everything**; that the copies are deep matters, since
# `state_dict()` hands out the living tensors.

# %% id="unbroken-run" covers="X-38"
model, optimizer, scheduler = new_run()
saved, losses = [], []
for epoch in range(12):
    saved.append(
        copy.deepcopy(
            {
                "epoch": epoch,
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "scheduler": scheduler.state_dict(),
                "random": torch.get_rng_state(),
            }
        )
    )
    losses.append(one_epoch(model, optimizer, scheduler))
print("loss by epoch:", " ".join(f"{loss:.2f}" for loss in losses))
print("Adam keeps for one weight:", sorted(optimizer.state_dict()["state"][0]))
print("the scheduler has counted:", scheduler.state_dict()["last_epoch"], "epochs")

# %% [markdown] id="resume-text"
# Adam remembers two running averages for each weight, the scheduler its place in the plan. Now suppose that the machine
# fails before epoch 9 of 12, and that the file holds the weights alone, as many do. A new process builds everything
# anew and loads the weights.

# %% id="do-resume-question"
ask("weights-only-resume")

# %% id="timeline" covers="X-38 X-39" hidden=true
# Run this cell for the checkpoint time line. The code is folded away: click to see it.
def resume(fails_before, keep):
    """Go on in a new process's place: build anew, load what was kept, train the epochs that are left."""
    model, optimizer, scheduler = new_run(seed=99)
    state = copy.deepcopy(saved[fails_before - 1])
    if "model" in keep:
        model.load_state_dict(state["model"])
    if "scheduler" in keep:
        scheduler.load_state_dict(state["scheduler"])
    if "optimizer" in keep:
        optimizer.load_state_dict(state["optimizer"])
    if "random" in keep:
        torch.set_rng_state(state["random"])
    return [one_epoch(model, optimizer, scheduler) for _ in range(fails_before, 13)]


def time_line(fails_before, model, optimizer, scheduler, random):
    """Checkpoint time line: the unbroken run, and one that failed (1: in the file, 0: not)"""
    flags = {"model": model, "optimizer": optimizer, "scheduler": scheduler, "random": random}
    keep = [name for name, flag in flags.items() if flag]
    after = resume(fails_before, keep)
    gap = max(abs(a - b) for a, b in zip(after, losses[fails_before - 1 :]))
    verdict = "Nobody can tell that it ever stopped." if gap == 0 else f"Largest difference: {gap:.3f}."
    told = f"Epoch {fails_before}: unbroken {losses[fails_before - 1]:.3f}, resumed {after[0]:.3f}. {verdict}"
    both = {"unbroken": losses, "stopped and resumed": losses[: fails_before - 1] + after}
    held = ", ".join(keep) or "nothing"
    alt = f"Loss by epoch; the run resumes at epoch {fails_before} with {held} from the file. {told}"
    picture = chart.lines(both, "epoch", "training loss", alt, xs=range(1, 13))
    return Shown(f"In the file: {held}. {told}", picture)


flag = (0, 1, 1, 0)
sliders(time_line, fails_before=(2, 12, 1, 9), model=flag, optimizer=flag, scheduler=flag, random=flag)

# %% [markdown] id="timeline-tasks" covers="X-38"
# Switch the four parts on one by one, from the top, and watch the curve come closer. Then the odd case, everything but
# the model: new weights, driven by a memory of other ones. And everything but the scheduler: the first epoch is exact,
# since the rate is kept in the **optimizer**; what is lost is the place in the plan, and the rate falls too slowly from
# then on.

# %% id="resume-table" covers="X-38 X-39"
cases = ["model", "model optimizer", "model optimizer scheduler", "model optimizer scheduler random"]
print("in the file                          loss of epoch 9, 10, 11, 12")
for case in cases:
    print(f"{case:<36} " + "  ".join(f"{loss:.3f}" for loss in resume(9, case.split())))
print(f"{'never stopped':<36} " + "  ".join(f"{loss:.3f}" for loss in losses[8:]))

# %% [markdown] id="resume-said" covers="X-39"
# Only the last case is exact. Without the random state the weights, the memory and the rate are right, and the rows
# come in another order: as good a run, and another one. Can one do without the state, and seed?

# %% id="do-same-seed"
ask("same-seed")

# %% [markdown] id="file-text" covers="X-38"
# #### The file
#
# So far the state was kept in memory. Written to a file, it meets another rule.

# %% id="do-whole-model"
ask("whole-model-file")

# %% [markdown] id="what-loads-text" covers="X-38"
# `torch.save` writes Python objects with pickle, and a pickle can run any code when it is read. So `torch.load` reads
# only what is harmless: `weights_only=True` is the default since torch 2.6. Tensors, numbers, texts, lists and dicts
# pass. Which of these four come back: our state, the
# model itself as an object, a score from NumPy, the same score as a plain float? Guess, then look.

# %% id="what-loads" covers="X-38" folded=true
import numpy as np


def comes_back(content):
    """Say whether torch.load takes back what torch.save wrote."""
    file = io.BytesIO()  # stands in for a file on the disk
    torch.save(content, file)
    file.seek(0)
    try:
        torch.load(file)
    except pickle.UnpicklingError:
        return "refused"
    return "loads"


print("torch.save, then torch.load")
print("all of our state:       ", comes_back(saved[8]))
print("the model as an object: ", comes_back(model))
print("a score from NumPy:     ", comes_back({"best": np.float64(0.97)}))
print("the same as a float:    ", comes_back({"best": float(np.float64(0.97))}))

# %% [markdown] id="load-order-text" covers="X-38"
# NumPy's number is an object too, so turn it into a float. Now, in which order is such a file brought back?

# %% id="do-load-order"
ask("load-order")

# %% id="load-order-cell" covers="X-38 X-21" folded=true
def climb(turn):
    return min(1.0, (turn + 1) / 10)


def warm_run():
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    return optimizer, lambda: lr_scheduler.LambdaLR(optimizer, climb)


print("the rate before the stop, and after two kinds of resume")
optimizer, plan = warm_run()
scheduler = plan()
for epoch in range(5):
    optimizer.step()
    scheduler.step()
kept = copy.deepcopy((optimizer.state_dict(), scheduler.state_dict()))
print("before the stop:          ", optimizer.param_groups[0]["lr"])

optimizer, plan = warm_run()
optimizer.load_state_dict(kept[0])
scheduler = plan()  # writes its first rate into the optimizer
scheduler.load_state_dict(kept[1])
print("loaded, then built:       ", optimizer.param_groups[0]["lr"])

optimizer, plan = warm_run()
scheduler = plan()
optimizer.load_state_dict(kept[0])
scheduler.load_state_dict(kept[1])
print("all built, then loaded:   ", optimizer.param_groups[0]["lr"])

# %% [markdown] id="formats-text" covers="X-40"
# Build everything first, then load everything: a scheduler writes its first rate into the optimizer when it is built.
#
# ### 4: Mixed precision
#
# A float32 takes 4 bytes. Two formats take 2, and spend them differently: **float16** keeps more digits, **bfloat16**
# the range of float32. On hardware that has circuits for them, both are faster and take half the memory. What do they
# lose? Match first, then move the slider through the sizes.

# %% id="do-formats"
ask("formats-store", "tiny-update")

# %% id="formats" covers="X-40" hidden=true
# Run this cell for the slider. The code is folded away: click to see it.
def three_formats(power, plus):
    """What three formats make of a number (10 to the power, plus an addend in thousandths)"""
    number = 10.0**power + plus / 1000
    kept = {name: torch.tensor(number, dtype=torch.float64).to(dtype).item() for name, dtype in FORMATS.items()}
    rows = "\n".join(f"| {name} | {value:.6g} |" for name, value in kept.items())
    return f"The number: **{number:.9g}**\n\n| format | what is kept |\n|---|---|\n{rows}"


FORMATS = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
sliders(three_formats, power=(-12, 6, 1, 2), plus=(0, 20, 1, 0))

# %% [markdown] id="autocast-text" covers="X-40"
# Small gradients vanish in float16 (1e-8 becomes 0), and large numbers overflow (above 65504: inf). bfloat16 has no
# such trouble, but few digits: around 1 its numbers are 0.004 apart below and 0.008 above, so a weight of 1.0 does not
# notice an update of 0.001.
#
# So no single format is right for everything, and precision is **mixed**: `torch.autocast` runs each operation of the
# forward pass in the format that suits it.

# %% id="do-autocast"
ask("which-are-bf16")

# %% id="autocast-types" covers="X-40" folded=true
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
with torch.autocast("cpu", dtype=torch.bfloat16):  # around forward and loss; backward stays outside
    logits = net(X)
    loss = loss_fn(logits, y)
loss.backward()
print("dtypes of one mixed step")
print("logits  ", logits.dtype)
print("loss    ", loss.dtype)
print("weight  ", net[0].weight.dtype)
print("its grad", net[0].weight.grad.dtype)

# %% [markdown] id="bf16-weights-text" covers="X-40"
# The matrix products are in 16 bits, the loss and all that is **kept** in 32. And if one turns the whole model into
# bfloat16? Count the weights that one step of SGD moves:

# %% id="bf16-weights" covers="X-40"
print("rate     float32   bfloat16   (share of the weights with a slope that moved)")
for lr in (0.01, 0.001):
    shares = []
    for dtype in (torch.float32, torch.bfloat16):
        torch.manual_seed(0)
        net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)).to(dtype)
        optimizer = torch.optim.SGD(net.parameters(), lr=lr)
        before = [p.detach().clone() for p in net.parameters()]
        loss_fn(net(X.to(dtype)).float(), y).backward()
        optimizer.step()
        moved = sum((p != q).sum().item() for p, q in zip(net.parameters(), before))
        shares.append(moved / sum((p.grad != 0).sum().item() for p in net.parameters()))
    print(f"{lr:<8} {shares[0]:7.0%}   {shares[1]:8.0%}")

# %% [markdown] id="scaler-text" covers="X-40"
# At rate 0.001 about one weight in a hundred moves: the updates are rounded away. That is why the weights stay in
# float32 under autocast.
#
# With bfloat16 this is all. With **float16** small gradients would become 0, so a `GradScaler` multiplies the loss by a
# large number (65536 at first) before backward, and divides the gradients by it before they are used. If it finds an
# inf among them, it **leaves out the step**, and halves its number. With clipping, five calls then stand where three
# stood; put them in order.

# %% id="do-amp-order"
ask("amp-order")

# %% id="amp-order-cell" covers="X-40 X-22" hidden=true folded=true
# Run this cell for what comes of it. The code is folded away, since it shows the order: look once you have answered.
def scaled_step(unscale, spoil=False):
    """Take one clipped step with a scaler; return norms, the scaler's number, and how far the weights moved."""
    torch.manual_seed(0)
    net = nn.Linear(64, 10)
    start = net.weight.detach().clone()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu")
    scaler.scale(loss_fn(net(X), y)).backward()
    if spoil:
        net.weight.grad[0, 0] = float("inf")
    if unscale:
        scaler.unscale_(optimizer)
    norm = nn.utils.clip_grad_norm_(net.parameters(), max_norm=1.0).item()
    scaler.step(optimizer)
    scaler.update()
    moved = (net.weight - start).norm().item()
    return f"norm found {norm:7.1e}   weights moved {moved:.1e}   scale {scaler.get_scale():.0f}"


print("one step of rate 0.1, clipped to norm 1, under a scaler")
print("unscaled first: ", scaled_step(unscale=True))
print("not unscaled:   ", scaled_step(unscale=False))
print("an inf among it:", scaled_step(unscale=True, spoil=True))

# %% [markdown] id="devices-text" covers="X-41"
# Without `unscale_`, the clipping sees gradients 65536 times too large, cuts them to norm 1, and the division
# leaves next to nothing. Nothing raises.
#
# ### 5: Several devices
#
# Data parallel training (torch's `DistributedDataParallel`, **DDP**) starts one process for each device. All hold the
# same weights; each gets its own **shard** of the batch and runs the same five calls. During `backward()` they exchange
# gradients, and each ends up with their **average**, so that all take the same step. We can do that with slices: 12
# rows, two "devices".

# %% id="do-shards"
ask("shards-nine-three")

# %% id="shards" covers="X-41" folded=true
torch.manual_seed(0)
rows, target = torch.randn(12, 3), torch.randn(12, 1)
layer = nn.Linear(3, 1)


def gradient(some_rows, some_target):
    layer.zero_grad()
    nn.functional.mse_loss(layer(some_rows), some_target).backward()
    return layer.weight.grad.clone()


full = gradient(rows, target)
print("largest difference from the gradient of all 12 rows")
print("shards    plain average   weighted by rows")
for sizes in ([6, 6], [9, 3]):
    parts = [gradient(a, b) for a, b in zip(rows.split(sizes), target.split(sizes))]
    plain = sum(parts) / 2
    weighted = sum(part * n / 12 for part, n in zip(parts, sizes))
    off = [(mean - full).abs().max().item() for mean in (plain, weighted)]
    print(f"{sizes[0]} and {sizes[1]} {off[0]:16.3f} {off[1]:16.3f}")

# %% [markdown] id="sampler-text" covers="X-41"
# The average of means again: right for even shards, and off for 9 and 3, where each of the three rows counts three
# times as much as each of the nine. (Losses averaged over tokens or pixels have the same trouble when the shards hold
# different numbers of them.) So torch's `DistributedSampler` deals out shards of equal size. It also has to deal
# **differently in each epoch**, and all processes must agree how; that is what `set_epoch` is for. It needs no second
# process to look at:

# %% id="do-sampler"
ask("padded-shards", "set-epoch")

# %% id="sampler" covers="X-41" folded=true
from torch.utils.data import DistributedSampler

print("13 rows for two processes: who gets which, and in which order")
for told in (False, True):
    samplers = [DistributedSampler(range(13), num_replicas=2, rank=rank) for rank in (0, 1)]  # rank: which process
    for epoch in range(2):
        if told:
            samplers[0].set_epoch(epoch)
            samplers[1].set_epoch(epoch)
        name = "set_epoch called" if told else "not called"
        print(f"{name:<17} epoch {epoch}:", *(",".join(map(str, sampler)) for sampler in samplers))

# %% [markdown] id="pitfalls" covers="S5-30"
# ## Pitfalls
#
# Four of these tools used slightly wrong. None raises an error; each is shown broken and cured, side by side.
#
# ### A limit that does not hold

# %% id="do-clip-bug"
ask("clip-bug-line")

# %% id="pitfall-clip" covers="X-22 S5-30"
pitfall("clip-after-step").demo()

# %% [markdown] id="pitfall-per-batch-text" covers="X-21"
# ### A loss that comes to rest

# %% id="do-scheduler-curve"
ask("curve-stands-still")

# %% id="pitfall-per-batch" covers="X-21"
pitfall("scheduler-per-batch").demo()

# %% [markdown] id="pitfall-state-text" covers="X-38"
# ### A jump after the stop

# %% id="do-state-curve"
ask("loss-jumps-on-resume")

# %% id="pitfall-state-lost" covers="X-38"
pitfall("optimizer-state-lost").demo()

# %% [markdown] id="pitfall-unscale-text" covers="X-40 X-22"
# ### Clipping in float16

# %% id="do-scaled-clip"
ask("scaled-clip")

# %% id="pitfall-unscale" covers="X-40 X-22"
pitfall("clip-before-unscale").demo()

# %% [markdown] id="try" covers="X-22"
# ## Try
#
# Four functions, each one tool in its place. `hint("clipped-step")` gives a hint, `solution("clipped-step")` a
# solution.
#
# **A clipped step**: one training step with a limit, which returns the norm for the log.

# %% id="do-clipped-step" exercise="clipped-step"

# %% [markdown] id="try-schedule" covers="X-21"
# **A scheduled training**: a plan for epochs, and the list of the rates that were really used.

# %% id="do-scheduled-training" exercise="scheduled-training"

# %% [markdown] id="try-bf16" covers="X-40"
# **A mixed step**: bfloat16 where it helps, float32 where it counts.

# %% id="do-mixed-step" exercise="mixed-step"

# %% [markdown] id="try-resume" covers="X-38 X-39"
# **Stop and go on**: a training that can be cut anywhere between two epochs. First, from memory:

# %% id="do-what-to-save"
ask("what-to-save")

# %% [markdown] id="try-resume-code" covers="X-38"
# And now write it. Which five things are in your dict?

# %% id="do-stop-and-go-on" exercise="stop-and-go-on"

# %% [markdown] id="deep-dive"
# ## Deep dive
#
# ### 1: What a seed promises
#
# `torch.manual_seed(0)` sets the start of **one stream** of random numbers, from which everything draws in turn:
# weights, shuffling, dropout. What if somebody adds a harmless `torch.rand(1)` after the model is built?

# %% id="do-extra-draw"
ask("extra-draw")

# %% id="one-more-draw" covers="X-39" folded=true
def two_epochs(extra, generator=None):
    """Return the losses of two epochs, with or without one more draw after the model is built."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
    if extra:
        torch.rand(1)
    losses = []
    for epoch in range(2):
        for rows in torch.randperm(len(X), generator=generator).split(100):
            optimizer.zero_grad()
            loss_fn(net(X[rows]), y[rows]).backward()
            optimizer.step()
        losses.append(round(loss_fn(net(X), y).item(), 3))
    return losses


print("loss after epoch 1 and 2")
print("seeded:                      ", two_epochs(extra=False))
print("seeded again:                ", two_epochs(extra=False))
print("one more draw:               ", two_epochs(extra=True))
own = [two_epochs(extra, torch.Generator().manual_seed(1)) for extra in (False, True)]
print("order from its own generator:", *own)

# %% [markdown] id="workers-text" covers="X-39"
# A `torch.Generator` is a stream of its own: the order of the rows then no longer depends on who else draws. A
# `DataLoader` takes one as `generator=`.
#
# And **workers**? Each worker process of a loader gets a *copy* of the data set. Torch gives each of them its own seed
# for the global streams: Python's, NumPy's and torch's. Suppose that the data set has a generator of its own.

# %% id="do-workers"
ask("copied-noise")

# %% id="copied-generators" covers="X-39" folded=true
import numpy as np


class Noisy:
    """A data set that adds noise from a generator of its own."""

    def __init__(self):
        self.rng = np.random.default_rng(0)

    def __getitem__(self, row):
        return row + self.rng.normal()


print("two copies of one data set")
data = Noisy()
workers = [pickle.loads(pickle.dumps(data)) for _ in range(2)]  # stands in for starting two workers
print("noise of worker 0:", [round(workers[0][0], 2) for _ in range(3)])
print("noise of worker 1:", [round(workers[1][0], 2) for _ in range(3)])

# %% [markdown] id="determinism-limits" covers="X-39"
# Both draw alike. The cure is `worker_init_fn`, a function that each worker runs at its start: there, give the copy
# (`torch.utils.data.get_worker_info().dataset`) a new generator, seeded with `torch.initial_seed()`, which differs from
# worker to worker and from epoch to epoch.
#
# And the limits: the same seed promises the same numbers on the same machine, versions and number of threads, and some
# GPU operations add in an order that varies (`torch.use_deterministic_algorithms(True)` refuses those). Also, our
# checkpoints hold torch's CPU stream; if your code draws from NumPy, Python or a GPU, those streams have states too.
#
# ### 2: Where memory goes
#
# Forward keeps what backward will need: the **activations**. Count the bytes that a network of eight hidden layers
# keeps, for batches of different size. Its weights take 0.14 million bytes.

# %% id="do-activations"
ask("memory-by-batch")

# %% id="activations" covers="X-43" folded=true
deep = nn.Sequential(*[layer for _ in range(8) for layer in (nn.Linear(64, 64), nn.ReLU())], nn.Linear(64, 10))
weights = {p.untyped_storage().data_ptr() for p in deep.parameters()}


def kept_for_backward(forward):
    """Run forward; return its result and the million bytes that it keeps, without the weights."""
    seen = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            seen[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        out = forward()
    return out, sum(seen.values()) / 1e6


print("million bytes kept for backward")
for n in (14, 140, 1400):
    batch = X[:n].clone()
    print(f"{n:5d} rows: {kept_for_backward(lambda: deep(batch))[1]:.2f}")
with torch.no_grad():
    print(f" 1400 rows under no_grad: {kept_for_backward(lambda: deep(X))[1]:.2f}")

# %% [markdown] id="recompute-text" covers="X-43"
# Activations grow with the batch, the weights do not; with large batches they often take most of the memory.
# Evaluation needs none of it: `no_grad()`. And training can trade: **activation checkpointing** (the name has nothing
# to do with files) keeps a few activations and runs parts of forward a second time when backward comes by.

# %% id="recompute" covers="X-43"
from torch.utils.checkpoint import checkpoint_sequential

batch, runs = X.clone(), []
handle = deep[0].register_forward_hook(lambda *told: runs.append(1))
for name, forward in (
    ("plain", lambda: deep(batch)),
    ("in 4 parts", lambda: checkpoint_sequential(deep, 4, batch, use_reentrant=False)),
):
    runs.clear()
    deep.zero_grad()
    out, size = kept_for_backward(forward)
    loss_fn(out, y).backward()
    norm = deep[0].weight.grad.norm().item()
    print(f"{name:<10} kept {size:.2f}   layer 0 ran {len(runs)} x   norm of its gradient {norm:.5f}")
handle.remove()

# %% id="do-recompute"
ask("recompute-trade")

# %% [markdown] id="compile-text" covers="X-42"
# ### 3: Compiled
#
# `torch.compile(model)` returns a model that computes the same, up to rounding, and is translated into faster code at
# its first call.
# The loop does not change by a letter. Two things surprise:
#
# - The **first call** is slow: for the little network above it took 38 s, on two cores that had other work as well.
#   Torch keeps its translations in a cache on the disk, so a second process needed 4 s. A new shape of input may mean
#   compiling again.
# - The returned model **wraps** yours, so the names in its `state_dict` begin with `_orig_mod.`. Either save the
#   original's `state_dict`, for they share the weights, or call `model.compile()`, which compiles in place and leaves
#   the names alone.
#
# The wrapping happens at once and costs nothing; the translation waits for the first call. Set `COMPILE = True` to pay
# for it (it needs a C++ compiler).

# %% id="compile" covers="X-42"
import time

COMPILE = False

net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
compiled = torch.compile(net)
print("names in the original:", list(net.state_dict())[:2])
print("names in the compiled:", list(compiled.state_dict())[:2])
print("the same weights:     ", compiled.state_dict()["_orig_mod.0.weight"].data_ptr() == net[0].weight.data_ptr())
if COMPILE:
    for call in ("first", "second"):
        start = time.perf_counter()
        compiled(X)
        print(f"{call} call: {time.perf_counter() - start:.4f} s")

# %% id="do-compiled-names"
ask("compiled-names")

# %% [markdown] id="by-hand-text" covers="X-44"
# ### 4: Five calls are a convention
#
# What has to happen is: a loss from weights, slopes of it, new weights. `torch.func` says so without `.grad`, without
# `zero_grad`, without an optimizer: `grad(f)` is a **function** that returns slopes, and weights are a plain dict.

# %% id="by-hand" covers="X-44"
from torch.func import functional_call, grad

torch.manual_seed(1)
net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
weights_dict = {name: p.detach().clone() for name, p in net.named_parameters()}


def loss_of(weights):
    return loss_fn(functional_call(net, weights, (X,)), y)


for turn in range(20):  # the functional way: nothing is stored, so nothing has to be cleared
    slopes = grad(loss_of)(weights_dict)
    weights_dict = {name: w - 0.1 * slopes[name] for name, w in weights_dict.items()}

for turn in range(20):  # by hand: three of the five calls, and a step of one line
    loss = loss_fn(net(X), y)
    for p, g in zip(net.parameters(), torch.autograd.grad(loss, list(net.parameters()))):
        p.data -= 0.1 * g

same = all(torch.allclose(weights_dict[name], p, atol=1e-6) for name, p in net.named_parameters())
print("functional and by hand give the same weights:", same)
print("loss after 20 turns:", round(loss_of(weights_dict).item(), 3))

# %% id="do-functional"
ask("functional-counterparts", "why-no-clearing")

# %% [markdown] id="no-slope-text" covers="R-19 S5-29"
# ### 5: Where there is no slope
#
# Some steps of a forward pass have no useful derivative: a sign, a rounding, a lookup. What then? You may **write the
# backward yourself**. A class derived from `torch.autograd.Function` has a `forward` and a `backward`, and torch
# believes what `backward` returns: one slope for each input of `forward`. (`ctx` can carry tensors from forward to
# backward; ours carries nothing.) Here the sign, with the slope of a straight
# line:

# %% id="straight-through" covers="R-19 S5-29"
class Sign(torch.autograd.Function):
    """-1 or 1 forward; backward, the slope passes as if nothing had been done (straight-through)."""

    @staticmethod
    def forward(ctx, x):
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, slope):
        return slope

# %% id="do-straight-through"
ask("straight-through-slope")

# %% id="two-signs" covers="R-19" folded=true
print("slopes through a sign, for a loss of 4 * sign(w)")
for name, sign in (("torch.sign", torch.sign), ("Sign.apply", Sign.apply)):
    w = torch.tensor([0.3, -1.2], requires_grad=True)
    (4 * sign(w)).sum().backward()
    print(f"{name}: forward {sign(w).tolist()}   w.grad {w.grad.tolist()}")

# %% [markdown] id="straight-through-why" covers="R-19"
# The true slope of a sign is 0 nearly everywhere, and 0 trains nothing. The **straight-through** slope is false and
# useful: it says which way the number behind the sign would have to go. This is how networks with weights of 1 bit, or
# with rounded activations, are trained. Your loop does not notice.

# %% id="do-own-backward"
ask("own-backward")

# %% [markdown] id="policy-text" covers="R-19 S5-29"
# And if there is no loss at all, only a **reward** for what was done? That is reinforcement learning. Let the network
# *draw* a label from its probabilities (its **policy**), and tell it only "right" (1) or "wrong" (0), never which label
# would have been right. A draw has no slope, but the **probability** of what was drawn has one. So push up the
# log-probability of what paid off: `loss = -(reward - baseline) * log_prob`. This is **policy gradient**, in the same
# five calls; the baseline, here the 0.1 that a blind guess earns, makes what did worse than that less likely.

# %% id="do-policy-order"
ask("policy-order")

# %% id="policy" covers="R-19 S5-29" hidden=true
# Run this cell to train by rewards. The code is folded away, since it shows the order: look once you have answered.
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
for epoch in range(1, 41):
    for rows in torch.randperm(len(X)).split(100):
        policy = torch.distributions.Categorical(logits=net(X[rows]))
        label = policy.sample()  # act
        reward = (label == y[rows]).float()  # the world's answer: 1 or 0
        loss = -((reward - 0.1) * policy.log_prob(label)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch in (1, 10, 20, 40):
        print(f"epoch {epoch:2d}: validation accuracy {accuracy(net):.2f}")

# %% id="do-policy"
ask("policy-loss")

# %% [markdown] id="search-text" covers="S5-29"
# The last resort needs no slope anywhere: **try, and keep what is better**. On a linear model of 640 weights, a random
# search against gradient descent:

# %% id="search" covers="S5-29"
torch.manual_seed(0)
w = torch.zeros(64, 10)
best = loss_fn(X @ w, y).item()
for attempt in range(1, 1001):
    other = w + 0.05 * torch.randn_like(w)
    if (found := loss_fn(X @ other, y).item()) < best:
        best, w = found, other
    if attempt in (30, 300, 1000):
        print(f"random search, {attempt:4d} forward passes: loss {best:.2f}")

w = torch.zeros(64, 10, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=1.0)
for turn in range(30):
    optimizer.zero_grad()
    loss = loss_fn(X @ w, y)
    loss.backward()
    optimizer.step()
print(f"gradient descent,  30 forward passes: loss {loss_fn(X @ w, y).item():.2f}")

# %% id="do-search"
ask("when-to-search")

# %% [markdown] id="after-search" covers="S5-29"
# It works, and each attempt learns one bit: better or not. A gradient tells all 640 directions at once, for the price
# of about two more passes. That is why this whole course walks downhill, and searches only where no slope can be had.

# %% [markdown] id="experiment" covers="R-19"
# ## Experiment
#
# **A network whose weights are signs.** A layer that multiplies by -1 or 1 only: its weights would fit into one bit
# each.
#
# - **Start.** First the one function that makes it possible; then the cell below it, which trains such a network. Until
#   the function is right, its weights do not move, and only the biases learn.
# - **Constraints.** In forward every weight is used as -1 or 1 (times one fixed factor). The five calls stay as they
#   are.
# - **Target.** A validation accuracy of 0.90 or more in 20 epochs. With floats in place of the signs, this network
#   gets 0.88 as it stands, and can get more.
# - **Help.** `hint("straight-through")` has three hints for the function, `solution("straight-through")` a solution.
#   For the network there are two knobs, and one of them is the number of hidden units: signs are cheap.

# %% id="do-straight-through-code" exercise="straight-through"

# %% id="sign-network" covers="R-19"
class SignLinear(nn.Linear):
    """A linear layer that uses the signs of its weights."""

    def forward(self, x):
        return nn.functional.linear(x, sign_through(self.weight) / 8, self.bias)


WIDTH, RATE = 32, 0.0005  # your knobs

try:
    torch.manual_seed(0)
    net = nn.Sequential(SignLinear(64, WIDTH), nn.ReLU(), SignLinear(WIDTH, 10))
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    for epoch in range(20):
        for rows in torch.randperm(len(X)).split(100):
            optimizer.zero_grad()
            loss_fn(net(X[rows]), y[rows]).backward()
            optimizer.step()
    print(f"validation accuracy {accuracy(net):.2f}   target reached: {accuracy(net) >= 0.9}")
except (TypeError, AttributeError, RuntimeError):
    print("not yet: sign_through returns no tensor")

# %% [markdown] id="challenge"
# ## Challenge
#
# Five problems against the clock, two attempts and a hint each.

# %% id="do-challenge"
challenge("11")

# %% [markdown] id="recall"
# ## Recall
#
# Say the answer before you turn the card, then rate how it went: the rating decides when the card comes back. The last
# one asks for your own words.

# %% id="do-recall"
ask("11/recall")

# %% [markdown] id="recall-review"
# And what is due today, from all lessons so far:

# %% id="do-review" tags="nbval-ignore-output"
review()

# %% [markdown] id="exit-quiz"
# ## Exit quiz
#
# One question for each thing that you set out to learn.

# %% id="do-exit"
ask("11/exit")

# %% [markdown] id="summary"
# ## Summary card
#
# | | |
# |---|---|
# | clip | backward, **clip**, step; returns the norm before; by norm keeps the direction |
# | schedule | `optimizer.step()`, then `scheduler.step()`; per batch or per epoch is your decision |
# | plateau | `step(value)`; smaller is better unless `mode="max"` |
# | checkpoint | model, optimizer, scheduler, epoch, random state; build all, then load all |
# | file | `state_dict`s and plain numbers: `torch.load` reads harmless content only |
# | seed | one stream that everything draws from; a `Generator` is a stream of its own |
# | bfloat16 | `autocast` around forward and loss; weights stay float32; no scaler |
# | float16 | scale → backward → unscale → clip → step → update; inf: the step is left out |
# | devices | gradients are averaged: one batch in effect, if the shards are even; `set_epoch` |
# | compile | same loop, slow first call, names with `_orig_mod.` |
# | memory | activations grow with the batch; `no_grad`, or run forward twice |
# | no slope | your own backward (straight-through), policy gradient, or search |
# | five calls | a convention: a loss, its slopes, new weights |
#
# Where do you stand?

# %% id="do-progress" tags="nbval-ignore-output"
progress()
