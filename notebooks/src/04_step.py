# %% [markdown] id="goal" covers="S5-12 S4-06"
# # Step: from the slopes to new weights
#
# **Goal.** Know exactly what happens in the line `optimizer.step()`: what it reads, how far it moves each weight, what
# it remembers, and what it leaves behind.
#
# **You will be able to**
#
# - work out a step of SGD by hand, and find the learning rate behind an update;
# - say which optimizers could have made a step, and which could not;
# - follow the memory of momentum and Adam over several steps, and say how it is lost;
# - predict what moves a weight besides its gradient: zeros, None, weight decay;
# - tell which tensors an optimizer holds, and which changes of a model it misses;
# - choose a learning rate, and see from a curve that it is too high or too low.
#
# **Out of scope.** Where the five calls stand in a loop; schedules that change the rate on the way; clipping.
#
# **Needs.** [Lesson 03](03_backward.ipynb) and Python. &nbsp;
# **Minutes.** 55 for the core, 90 with all that the exit quiz asks about.

# %% [markdown] id="ways-in"
# ### Pick your way in
#
# | way | what waits there | minutes |
# |---|---|---|
# | [Why](#Why) | one rate for all weights, and what it costs | 3 |
# | [Learn](#Learn) | the build-up: how far, who made this step, velocity, the bowl | 22 |
# | [Try](#Try) | guided practice: momentum in order, then two optimizers by hand | 13 |
# | [Deep dive](#Deep-dive) | under the hood: Adam's arithmetic, decay, state, references, a rate finder | 32 |
# | [Trace](#Trace) | a real step as a pipeline, with its shapes and numbers, and the way of the weights | 9 |
# | [Experiment](#Experiment) | an open task: out of the ravine in few steps | 20 |
# | [Challenge](#Challenge) | five problems against the clock | 10 |
# | [Recall](#Recall) | flashcards, your own words, spaced review | 5 |
#
# **The core, 55 minutes:** warm-up, Why, Learn, [Pitfalls](#Pitfalls) (12), Try. It serves the first four aims; for the
# last two it makes a start, and the Deep dive has the rest. The [Exit quiz](#Exit-quiz) asks about all six. Every way
# stands alone: run the cell below and those under [Set up](#Set-up), then go where you like. Where a question asks what
# a cell will do, that cell's output is folded away until you run it.

# %% id="tools"
from lessontools import (
    ask,
    challenge,
    check,
    hint,
    pipeline,
    pitfall,
    progress,
    review,
    sliders,
    solution,
    strip,
    watch,
)
from lessontools.explore import chart
from lessontools.explore.axes import paint, plot, svg
from lessontools.explore.sliders import Shown
from lessontools.loop.figure import surface, trail, weights

# %% [markdown] id="warm-up"
# ## Warm-up
#
# What is left of the lessons before? Answer from memory first, then look.

# %% id="do-warm-up"
ask("recall-five-calls", "card-gradient", "card-none-zero")

# %% [markdown] id="why" covers="S5-12"
# ## Why
#
# Backward has found a slope for every weight: which way, and how steep. It did not say **how far** to go. Take the
# plainest answer, one **learning rate** for all: each weight moves by rate times slope, against the slope.
#
# Here are two weights. The loss is a **ravine**: 25 times as steep in one direction as in the other. Watch what one
# rate does to both.

# %% id="one-rate" covers="S5-12"
def walk(lr, rounds=60):
    flat, steep = -4.0, 1.0
    for _ in range(rounds):
        flat, steep = flat - lr * 1 * flat, steep - lr * 25 * steep  # the slopes are 1 and 25 times the weight
    return flat, steep


print("rate     flat weight   steep weight   (both should come to 0, in 60 steps)")
for lr in [0.01, 0.04, 0.077, 0.08, 0.081]:
    flat, steep = walk(lr)
    print(f"{lr:<8} {flat:11.3f}   {steep:12.3f}")

# %% [markdown] id="why-text" covers="S5-12 S5-27"
# At 0.01 the flat weight crawls. At 0.081 the steep one is thrown further in every step. In between there is a little
# room, and that room is set by the **steepest** direction of all, while the time is set by the flattest. Real networks
# are steeper in some directions than in others by far more than 25 times.
#
# That is why there are optimizers that remember, and optimizers with a rate of its own for every weight. This lesson is
# about what they do in that one line.

# %% [markdown] id="set-up"
# ## Set up
#
# PyTorch is imported here, once, and takes a few seconds. Data and model are those that lesson 03 traced: a thousand
# rows of three features, and one layer with the weights 0.5, 0.3 and 0.2. We shall mostly follow the first.

# %% id="import-torch"
import copy
import math

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)

X = torch.randn(1000, 3)
X[:2] = torch.tensor([[0.5, 1.2, 3.3], [1.1, 0.7, 2.8]])
loss_fn = nn.MSELoss()


def fresh():
    """Return a new model with the weights 0.5, 0.3, 0.2, and no bias."""
    model = nn.Linear(3, 1, bias=False)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[0.5, 0.3, 0.2]]))
    return model


def values(tensor, digits=4):
    """Return the numbers of a tensor, rounded, as a list."""
    return [round(each, digits) + 0.0 for each in tensor.flatten().tolist()]

# %% id="make-data" covers="S4-06" hidden=true
# Run this cell for the targets. They are made so that the first gradient comes out round: click to see how.
wanted = torch.tensor([[0.1], [-0.05], [0.02]], dtype=torch.float64)  # the gradient that is to come out
table, start = X.double(), torch.tensor([[0.5], [0.3], [0.2]], dtype=torch.float64)
part = table @ torch.linalg.solve(table.T @ table, 500 * wanted)  # the part of the miss that the weights can mend
torch.manual_seed(0)
noise = torch.randn(1000, 1, dtype=torch.float64)
noise -= table @ torch.linalg.lstsq(table, noise).solution  # the rest of it, which they cannot
noise *= ((250 - (part**2).sum()) / (noise**2).sum()).sqrt()
y = (table @ start - part - noise).float()

model = fresh()
loss_fn(model(X), y).backward()
print("weight     ", values(model.weight))
print("weight.grad", values(model.weight.grad))

# %% [markdown] id="learn" covers="S5-12"
# ## Learn
#
# ### How far?
#
# The plainest optimizer is **SGD** (stochastic gradient descent). For every weight: new = old - learning rate · slope.
# One for you, then one for torch.

# %% id="do-one-weight"
ask("move-one-weight")

# %% id="one-step" covers="S4-06 S5-12"
model = fresh()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

loss_fn(model(X), y).backward()
print("before  ", values(model.weight))
print("gradient", values(model.weight.grad))
optimizer.step()
print("after   ", values(model.weight))

# %% [markdown] id="after-one-step" covers="S5-12"
# Each weight moved against its slope: two went down, one went up. The steeper, the further.
#
# ### What does the step look at?
#
# Suppose that everything which led to the gradients is gone by the time of the step. Commit first.

# %% id="do-deleted"
ask("loss-deleted")

# %% id="deleted" covers="S5-11" folded=true
print("a step without data, predictions or loss")
model = fresh()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
rows = X.clone()
y_hat = model(rows)
loss = loss_fn(y_hat, y)
loss.backward()

del loss, y_hat
rows.zero_()
optimizer.step()
print(values(model.weight))

# %% [markdown] id="after-deleted" covers="S5-11"
# Here the step reads two things: the weight and its `.grad`. It knows neither the loss nor the data, and works out no
# slope anew. So with plain SGD you can turn it round: from the weights before and after, and the gradient, the rate
# comes out.

# %% id="do-rate-behind"
ask("rate-behind")

# %% [markdown] id="four-rules" covers="R-04 X-18"
# ### Who made this step?
#
# SGD is one rule of many. Here are four; `g` is the gradient, and each rule is applied to every single weight.
#
# | optimizer | what it keeps | how the weight moves |
# |---|---|---|
# | SGD | nothing | `w -= lr * g` |
# | SGD with **momentum** | a velocity `v`, 0 at first | `v = momentum * v + g`, then `w -= lr * v` |
# | SGD with **weight decay** | nothing | `g = g + weight_decay * w`, then as SGD: a pull towards 0 |
# | **Adam** | `m`, the mean gradient of late; `s`, the mean of its squares | `w -= lr * m / (sqrt(s) + eps)` |
#
# Adam's means count the newest gradient most. At the very first step there is only one gradient to take the mean of.
# The number `eps` is tiny, 0.00000001, and keeps the division from failing.
#
# You saw [0.5, 0.3, 0.2] become [0.49, 0.305, 0.198]. Would you have known who did that?

# %% id="do-which-could-have"
ask("which-could-have")

# %% id="makers" covers="R-04 S4-06 S5-27" folded=true
MAKERS = {
    "SGD, lr 0.1": lambda ps: torch.optim.SGD(ps, lr=0.1),
    "SGD, lr 0.1, momentum 0.9": lambda ps: torch.optim.SGD(ps, lr=0.1, momentum=0.9),
    "SGD, lr 0.1, decay 0.01": lambda ps: torch.optim.SGD(ps, lr=0.1, weight_decay=0.01),
    "Adam, lr 0.01": lambda ps: torch.optim.Adam(ps, lr=0.01),
}


def two_steps(make, gradient):
    """Return the weights after one and after two steps with the same gradient."""
    w = torch.tensor([0.5, 0.3, 0.2], requires_grad=True)
    optimizer, after = make([w]), []
    for _ in range(2):
        w.grad = torch.tensor(gradient)
        optimizer.step()
        after.append(values(w))
    return after


print("the gradient is [0.1, -0.05, 0.02], twice")
for name, make in MAKERS.items():
    first, second = two_steps(make, [0.1, -0.05, 0.02])
    print(f"{name:<26} {first!s:<25} {second}")

# %% [markdown] id="after-makers" covers="R-04"
# Two of them fit: momentum's **first** step is SGD's, since its velocity starts at 0. One update cannot tell them
# apart; the second one can. Decay is off in the fourth digit, as the pull is small.
#
# And Adam? All three weights moved by 0.01, although their slopes differ by five times. Take that further.

# %% id="do-thousand"
ask("thousand-times")

# %% id="thousand-times-run" covers="R-17" folded=true
print("the first step, with the gradient times ...")
for factor in [0.001, 1.0, 1000.0]:
    gradient = [factor * each for each in [0.1, -0.05, 0.02]]
    sgd, _ = two_steps(MAKERS["SGD, lr 0.1"], gradient)
    adam, _ = two_steps(MAKERS["Adam, lr 0.01"], gradient)
    print(f"{factor:<8g} SGD {sgd!s:<26} Adam {adam}")

# %% [markdown] id="after-thousand" covers="R-17 S5-12"
# With one gradient only, the mean is `g` and the root of the mean square is its size: what is left is the **sign**.
# Later steps differ, and stay of that order. So "learning rate times slope" is the rule of SGD, not of every step.
# With Adam `lr` says about **how far a weight goes** in a step, whatever the loss is measured in.
#
# In practice: multiply your loss by 10, and SGD takes steps ten times as long; Adam takes the same ones.
#
# ### The suspects
#
# In each `case` below a hidden optimizer has made **two** steps, with the same gradient twice. Put a `suspect` in its
# place (0 SGD, 1 momentum 0.9, 2 decay 0.1, 3 Adam) and turn its `lr`, until seen and suspected moves agree.

# %% id="detective" covers="R-04 R-17 S5-27" hidden=true
# Run this cell for the suspects. The code, with the solution in it, is folded away: no peeping.
SUSPECTS = [
    ("SGD", lambda ps, lr: torch.optim.SGD(ps, lr=lr)),
    ("SGD with momentum 0.9", lambda ps, lr: torch.optim.SGD(ps, lr=lr, momentum=0.9)),
    ("SGD with decay 0.1", lambda ps, lr: torch.optim.SGD(ps, lr=lr, weight_decay=0.1)),
    ("Adam", lambda ps, lr: torch.optim.Adam(ps, lr=lr)),
]
CASES = [
    (1, 0.05, [0.2, -0.1, 0.05]),
    (3, 0.04, [0.2, 0.01, -3.0]),
    (2, 0.1, [0.1, -0.4, 0.0]),
    (0, 0.08, [1.0, -1.0, 0.5]),
]


def moves_of(suspect, lr, gradient):
    first, second = two_steps(lambda ps: SUSPECTS[suspect][1](ps, lr), [float(each) for each in gradient])
    start = [0.5, 0.3, 0.2]
    moves = [b - a for a, b in zip(start, first)] + [b - a for a, b in zip(first, second)]
    return [round(each, 4) + 0.0 for each in moves]


def who_made_it(case, suspect, lr):
    """Who made these two steps?"""
    seen, said = moves_of(*CASES[case - 1]), moves_of(suspect, lr, CASES[case - 1][2])
    rows = ["| weight | gradient | 1st move seen | suspected | 2nd move seen | suspected |", "|" + 6 * "---|"]
    for at, w in enumerate([0.5, 0.3, 0.2]):
        rows.append(f"| {w} | {CASES[case - 1][2][at]} | {seen[at]} | {said[at]} | {seen[at + 3]} | {said[at + 3]} |")
    fits = [max(abs(a - b) for a, b in zip(seen[k : k + 3], said[k : k + 3])) < 0.0006 for k in (0, 3)]
    verdict = [
        "**No.**",
        "**The second step fits, the first does not.**",
        "**The first step fits. The second gives it away.**",
        "**It fits, both steps.**",
    ][2 * fits[0] + fits[1]]
    return "\n".join([f"Suspect: {SUSPECTS[suspect][0]}, lr {lr:g}. {verdict}", "", *rows])


sliders(who_made_it, case=(1, 4, 1, 1), suspect=(0, 3, 1, 0), lr=(0.01, 0.12, 0.01, 0.1))

# %% id="do-fingerprints"
ask("fingerprints")

# %% [markdown] id="velocity-text" covers="S5-27 X-18"
# ### A step with a past
#
# Now momentum, slowly. The velocity is an account: each step keeps nine tenths of it and pays in the new gradient.
# Fill in three steps; in the third the gradient is 0.

# %% id="do-diary"
ask("diary-of-a-velocity")

# %% id="velocity" covers="S5-27 X-18" folded=true
print("step   gradient   velocity   w")
w = torch.tensor(1.0, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9)
for turn, slope in enumerate([1.0, 1.0, 0.0], start=1):
    w.grad = torch.tensor(slope)
    optimizer.step()
    velocity = optimizer.state[w]["momentum_buffer"].item()
    print(f"{turn:<6} {slope:<10} {velocity:<10.2f} {w.item():.3f}")

w = torch.tensor(0.0, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9)
for turn in range(100):
    w.grad = torch.tensor(1.0)
    optimizer.step()
print("velocity after 100 steps downhill:", round(optimizer.state[w]["momentum_buffer"].item(), 2))

# %% [markdown] id="after-velocity" covers="S5-27 X-18"
# No average: a **sum** that fades. With a steady slope it grows to ten times the gradient, 1 / (1 - 0.9). Where the
# slope keeps changing its sign, the payments cancel. So momentum is fast along a ravine and calm across it. And when
# the gradient is 0, it rolls on.
#
# You find a memory in `optimizer.state`. How large does it get?

# %% id="do-state-numbers"
ask("state-numbers")

# %% id="state-of-both" covers="X-18" folded=true
print("what each optimizer keeps, after one step")
model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
for name, make in MAKERS.items():
    optimizer = make(model.parameters())
    model(torch.ones(8, 64)).sum().backward()
    optimizer.step()
    kept = {}
    for state in optimizer.state.values():
        for key, tensor in state.items():
            if tensor is not None:
                kept[key] = kept.get(key, 0) + tensor.numel()
    print(f"{name:<26} {kept}")
print("parameters:", sum(p.numel() for p in model.parameters()))

# %% [markdown] id="bowl-text" covers="S5-27 X-20"
# (`exp_avg` and `exp_avg_sq` are Adam's two means; `step` is a count for each of the four tensors.)
#
# ### The bowl
#
# Back to the ravine of [Why](#Why), 25 times as steep in one direction. Plain SGD gets thrown out above the rate 0.08.
# What will momentum do to that limit?

# %% id="do-limit"
ask("limit-with-momentum")

# %% [markdown] id="bowl-tasks"
# Now play. Lines join points of equal loss; the ring is the start, the bottom lies in the middle. Try to find:
#
# 1. the largest `lr` at which plain SGD (`momentum` 0) is not thrown out in 60 steps, and the same with momentum 0.9;
# 2. with `lr` 0.07, a momentum that gets the loss below 0.0001 in 30 steps;
# 3. Adam's first step (`adam` 1, `steps` 1): why is it diagonal, although the slopes are 4 and 10?

# %% id="bowl" covers="S5-12 S5-27 R-17 X-20" hidden=true
# Run this cell for the bowl. The code is folded away: click to see it.
def way_in_bowl(make, steps):
    w, way, losses = torch.tensor([-4.0, 0.4], requires_grad=True), [], []
    optimizer = make([w])
    for turn in range(steps + 1):
        optimizer.zero_grad()
        loss = (w[0] ** 2 + 25 * w[1] ** 2) / 2
        way.append(tuple(w.tolist()))
        losses.append(loss.item())
        if turn < steps:
            loss.backward()
            optimizer.step()
    return way, losses


def bowl(lr, momentum, adam, steps):
    """A bowl, 25 times as steep across as along"""
    if adam:
        name, make = f"Adam, lr {lr:g}", lambda ps: torch.optim.Adam(ps, lr=lr)
    else:
        name = f"SGD, lr {lr:g}" + (f", momentum {momentum:g}" if momentum else "")
        make = lambda ps: torch.optim.SGD(ps, lr=lr, momentum=momentum)
    way, losses = way_in_bowl(make, steps)
    inside = [abs(a) < 5 and abs(b) < 1.5 for a, b in way]
    drawn = [point if fits else (math.nan, math.nan) for point, fits in zip(way, inside)]  # nan leaves a gap
    axes, frame = plot([-5, 5], [-1.5, 1.5], "the flat weight", "the steep weight")
    parts = [frame]
    for level in [0.3, 2.0, 6.0, 12.5]:
        ring = [(math.cos(k * math.pi / 30), math.sin(k * math.pi / 30)) for k in range(61)]
        ring = [(a * math.sqrt(2 * level), b * math.sqrt(2 * level / 25)) for a, b in ring]
        parts.append(f'<path d="{axes.path(ring)}" fill="none" stroke="currentColor" stroke-opacity="0.35"/>')
    parts.append(f'<path d="{axes.path(drawn)}" fill="none" stroke-width="2" style="{paint(0)}"/>')
    for at, (a, b) in enumerate(way):
        if not inside[at]:
            continue
        look = f'fill="none" stroke-width="2" style="{paint(0)}"' if at == 0 else f'style="{paint(0, "fill")}"'
        parts.append(f'<circle cx="{axes.x(a):.1f}" cy="{axes.y(b):.1f}" r="{6 if at == 0 else 2.5}" {look}/>')
    told = f"loss {losses[0]:.4g} → {losses[-1]:.2g} in {steps} steps" if steps else "the start"
    if not inside[-1]:
        told += f"; **thrown out** in step {inside.index(False)}"
    elif not all(inside):
        told += "; it left the picture, and came back"
    alt = f"A bowl with lines of equal loss, and the way of {name} from the left rim: {told.replace('**', '')}."
    return Shown(f"**{name}**: {told}.", svg(210, alt, parts))


sliders(bowl, lr=(0.005, 0.2, 0.005, 0.07), momentum=(0.0, 0.95, 0.05, 0.0), adam=(0, 1, 1, 0), steps=(0, 60, 1, 30))

# %% [markdown] id="after-bowl" covers="S5-27 X-20 R-17"
# In one direction of curvature `k` the slope is `k * w`, so a step of SGD multiplies `w` by `1 - lr * k`. Above a rate
# of `2 / k` that is below -1: further out, on the other side, each time. Here 2 / 25 = 0.08. Momentum widens the limit
# to `2 * (1 + momentum) / k`, 0.152 with 0.9; at about 0.5 it is quickest in this bowl, and with 0.9 it swings for
# long. Adam looks at signs first, so it goes diagonally: each weight by `lr`, flat or steep.

# %% [markdown] id="pitfalls" covers="X-20"
# ## Pitfalls
#
# Loops that are broken on purpose, each beside its cure, run and diagnosed for real. Where a question stands, commit
# first.
#
# ### The rate

# %% id="do-rising"
ask("rising-curve")

# %% id="pitfall-too-high" covers="X-20 S5-12" folded=true
pitfall("lr-too-high").demo()

# %% id="pitfall-too-low" covers="X-20 S5-12"
pitfall("lr-too-low").demo()

# %% [markdown] id="new-head-text"
# Too high is loud. Too low is quiet, and looks like a model that cannot learn: it is the one to look for.
#
# ### A new head
#
# A model that was trained for ten classes shall tell two apart, so its last layer, the **head**, is replaced.

# %% id="do-new-head"
ask("new-head")

# %% id="pitfall-new-head" covers="X-19" folded=true
pitfall("head-not-in-optimizer").demo()

# %% [markdown] id="anew-text" covers="X-19"
# An optimizer holds **tensors**, those that it was given. Nobody tells it when you put others into the model. So:
# build the model, finish it, then build the optimizer.
#
# ### Built anew
#
# And how often should it be built? Commit first.

# %% id="do-built-in-loop"
ask("built-in-loop")

# %% id="built-in-loop-run" covers="X-18 S5-27 R-17" folded=true
def first_weight(anew, rounds=6):
    model, went = fresh(), []
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(rounds):
        if anew:
            optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        optimizer.zero_grad()
        loss_fn(model(X), y).backward()
        before = model.weight[0, 0].item()
        optimizer.step()
        went.append(round(model.weight[0, 0].item() - before, 4))
    return went


print("moves of the first weight, in rounds 1 to 6 with Adam, lr 0.01")
print("built once:         ", first_weight(anew=False))
print("built in each round:", first_weight(anew=True))

# %% id="pitfall-built-anew" covers="X-18 S5-27"
pitfall("optimizer-recreated").demo()

# %% [markdown] id="zeros-text" covers="R-13"
# A new optimizer has no past. For Adam every step is then a first step: signs only, always `lr`. Momentum becomes
# plain SGD. With one optimizer **per epoch** that is rarer, and harder to see.
#
# ### Zeros, None and a pull
#
# [Lesson 03](03_backward.ipynb#cell-id=none-or-zero) told None from zeros: never reached, or reached and flat. What
# does a **step** make of the two? Take a weight that nothing pushes, and a weight decay. (**AdamW** is Adam with another
# weight decay: one that stays out of the gradient.)

# %% id="do-zero-decay"
ask("zero-grad-decay")

# %% id="zeros-and-none" covers="R-13 X-18" folded=true
DECAYS = {
    "SGD, no decay": lambda ps: torch.optim.SGD(ps, lr=0.1),
    "SGD, decay 0.1": lambda ps: torch.optim.SGD(ps, lr=0.1, weight_decay=0.1),
    "Adam, decay 0.1": lambda ps: torch.optim.Adam(ps, lr=0.1, weight_decay=0.1),
    "AdamW, decay 0.1": lambda ps: torch.optim.AdamW(ps, lr=0.1, weight_decay=0.1),
}


def one_step(make, gradient):
    w = torch.tensor([1.0, 0.01], requires_grad=True)
    w.grad = gradient
    make([w]).step()
    return values(w)


print("the weights 1.0 and 0.01, after a step")
for name, make in DECAYS.items():
    print(f"{name:<17} zeros {one_step(make, torch.zeros(2))!s:<18} None {one_step(make, None)}")

# %% [markdown] id="after-zeros" covers="R-13 X-18"
# **None: left out.** Zeros are a gradient like any other: velocity rolls on, decay pulls. And look at Adam with decay:
# its pull is added to the gradient, and then Adam does what it does with every first gradient: it keeps the sign. So
# the small weight goes a whole `lr`, past 0 and out on the other side. AdamW pulls apart from the gradient, by
# `lr * decay * w`. "Weight decay 0.1" is not one thing; more on it in the [Deep dive](#Deep-dive).

# %% [markdown] id="try"
# ## Try
#
# First whole lines: one round with momentum, without an optimizer. Two of the lines are impostors.

# %% id="do-lines"
ask("momentum-lines")

# %% id="pitfall-rebound" covers="S5-12" folded=true
pitfall("weights-rebound").demo()

# %% [markdown] id="try-sgd"
# You met that one in lesson 03: a step changes the tensor, not the name. Now write a step of plain SGD.

# %% id="do-sgd" exercise="sgd-by-hand"

# %% [markdown] id="try-momentum"
# And one that remembers. It is compared with torch over four rounds, to the digit.

# %% id="do-momentum" exercise="momentum-by-hand"

# %% [markdown] id="deep-dive" covers="X-18"
# ## Deep dive
#
# Six points under the hood. Where a question stands, commit first; the cell after it lets PyTorch answer.
#
# ### 1: Why does Adam count its steps?
#
# Both means start at 0: after the first gradient `m` is only a tenth of it, `0.1 * g`, and `s` a thousandth of its
# square. torch scales both up for that. What if it did not?

# %% id="do-correction"
ask("without-correction")

# %% id="corrected-or-not" covers="X-18 R-17" folded=true
print("length of a step, in learning rates; the gradient is always the same")
m = s = 0.0
for t in range(1, 1001):
    m, s = 0.9 * m + 0.1, 0.999 * s + 0.001
    if t in (1, 2, 10, 100, 1000):
        scaled = (m / (1 - 0.9**t)) / (s / (1 - 0.999**t)) ** 0.5
        print(f"step {t:<5} as it is {m / s**0.5:5.2f}   scaled up {scaled:.2f}")

# %% [markdown] id="write-adam" covers="X-18"
# `s` is the slower one: it is too small for a thousand steps, so the steps would be too **long**. Now you know all of
# Adam; write it.

# %% id="do-adam" exercise="adam-by-hand"

# %% [markdown] id="eps-text" covers="R-17"
# Where does "the sign only" end? Where the gradient comes down to the size of `eps`.

# %% id="tiny-gradients" covers="R-17"
for g in [1e-4, 1e-6, 1e-7, 1e-8, 1e-9]:
    w = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    w.grad = torch.full_like(w, g)
    torch.optim.Adam([w], lr=0.01).step()
    print(f"gradient {g:.0e}   first step {-w.item():.5f}")

# %% [markdown] id="decay-text" covers="X-18"
# ### 2: Decay, before Adam or after it?
#
# Decay is meant to pull large weights in. With `Adam(weight_decay=...)` the pull goes through the means, as a part of
# the gradient; with AdamW it does not. Where does that show?

# %% id="do-adam-or-adamw"
ask("adam-or-adamw")

# %% id="decay-and-gradient" covers="X-18" folded=true
def pull(make, slope):
    """Return how much further decay takes a weight of 1 in the first step."""
    ends = []
    for decay in (0.0, 0.1):
        w = torch.ones(1, dtype=torch.float64, requires_grad=True)
        w.grad = torch.full_like(w, slope)
        make([w], lr=0.01, weight_decay=decay).step()
        ends.append(w.item())
    return ends[0] - ends[1]


print("how much decay 0.1 adds to the first step of a weight of 1, lr 0.01")
for slope in [0.01, 1.0, 100.0]:
    makes = [torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW]
    pulls = [f"{make.__name__} {pull(make, slope):.5f}" for make in makes]
    print(f"gradient {slope:<6g}", "   ".join(pulls))

# %% [markdown] id="rows-text" covers="R-13 X-18"
# In a first step Adam keeps the sign only, so what decay adds to the gradient is lost. With AdamW decay pulls by
# `lr * decay * w` whatever the gradient. That is what people mean today when they set a decay for Adam.
#
# ### 3: None is for whole tensors
#
# An **embedding** is a table with a row for each word. A batch looks up the rows of its own words. Row 0 was looked up
# once, in the first round; after that only row 1 is. The optimizer is Adam, and every round clears.

# %% id="do-unseen-word"
ask("unseen-word")

# %% id="embedding" covers="R-13 X-18" folded=true
torch.manual_seed(0)
table_of_words = nn.Embedding(3, 1)
optimizer = torch.optim.Adam(table_of_words.parameters(), lr=0.01)
print("the rows of the table, round by round")
for word in [0, 1, 1, 1]:
    optimizer.zero_grad()
    table_of_words(torch.tensor([word])).sum().backward()
    optimizer.step()
    grads = values(table_of_words.weight.grad)
    print(f"word {word}   gradient {grads}   rows {values(table_of_words.weight, 3)}")

# %% [markdown] id="state-text" covers="X-18"
# The table is **one** parameter: it has a gradient, and that gradient is 0 in the other rows. So Adam's mean rolls on
# there, and decay would pull. (`nn.Embedding(sparse=True)` with `SparseAdam` steps only the rows that were seen.)
#
# ### 4: What keeps the memory, what loses it?
#
# Two names first. `optimizer.param_groups` is a list of dicts, each with tensors under `"params"` and their options,
# such as `lr`. And `state_dict()`, of a model or of an optimizer, packs what it knows for saving; `load_state_dict()`
# unpacks it.

# %% id="do-what-keeps"
ask("what-keeps-memory")

# %% id="state-dict" covers="X-18" folded=true
print("the velocity of the first weight, after a round and then ...")
model = fresh()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
loss_fn(model(X), y).backward()
optimizer.step()


def velocity_in(optimizer):
    buffer = optimizer.state.get(model.weight, {}).get("momentum_buffer")
    return None if buffer is None else round(buffer[0, 0].item(), 3)


optimizer.zero_grad()
print("clearing:                 ", velocity_in(optimizer))
optimizer.param_groups[0]["lr"] = 0.01
print("another rate:             ", velocity_in(optimizer))
anew = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
print("built anew:               ", velocity_in(anew))
anew.load_state_dict(optimizer.state_dict())
print("built anew, state loaded: ", velocity_in(anew))

# %% [markdown] id="references-text" covers="X-19"
# Memory lives in the optimizer object, filed under the tensor. So a **checkpoint**, what you save to go on later, has
# both state dicts, the model's and the optimizer's.
#
# ### 5: Which changes does an optimizer follow?

# %% id="do-which-follow"
ask("which-follow")

# %% id="same-tensor" covers="X-19" folded=true
print("is the weight in the model the one that the optimizer holds?")


def still_held(change):
    model = nn.Sequential(nn.Linear(3, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model = change(model) or model
    return model[0].weight is optimizer.param_groups[0]["params"][0]


def replaced(model):
    model[0] = nn.Linear(3, 2)


print("moved by .to(torch.float64):   ", still_held(lambda model: model.to(torch.float64)))
print("other numbers loaded into it:  ", still_held(lambda model: model.load_state_dict(model.state_dict()) and None))
print("its layer replaced:            ", still_held(replaced))
print("a deepcopy of it:              ", still_held(copy.deepcopy))


def loaded_by_assigning(model):
    model.load_state_dict(copy.deepcopy(model.state_dict()), assign=True)


print("loaded with assign=True:       ", still_held(loaded_by_assigning))

# %% [markdown] id="moved-text" covers="X-19"
# Whatever writes **into** the tensors is followed, whatever puts **other** tensors there is not; `assign=True` does. So
# is a `.to` harmless at any time? Here the model is moved once Adam has taken a step.

# %% id="moved-late" covers="X-19 X-18"
model = nn.Linear(3, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
for kind in [torch.float32, torch.float64]:
    model.to(kind)
    optimizer.zero_grad()
    model(torch.ones(1, 3, dtype=kind)).sum().backward()
    try:
        optimizer.step()
        print(f"step in {kind}: taken; Adam's means are {optimizer.state[model.weight]['exp_avg'].dtype}")
    except RuntimeError:
        print(f"step in {kind}: RuntimeError; Adam's means are {optimizer.state[model.weight]['exp_avg'].dtype}")

# %% [markdown] id="add-group-text" covers="X-19"
# The weights are followed, the **memory** stays as it was made. That is what the old advice, to build the optimizer after
# `model.to(device)`, is good for: Adam makes its memory in the first step, Adagrad as soon as it is built.
#
# And if something must join later, such as a body (all layers below the head) that was frozen at first?

# %% id="do-add-group"
ask("add-a-group")

# %% id="do-left-out" exercise="left-out"

# %% [markdown] id="range-text" covers="X-20"
# ### 6: Finding a rate
#
# A **range test** (or rate finder) needs a hundred batches: raise the rate a little with every batch, from far too low
# to far too high, and note the loss. Here are the handwritten digits, a small network, and such a test for SGD (0) and
# Adam (1). The rate grows from left to right; its power of ten is the axis.

# %% id="range-test" covers="X-20" hidden=true
# Run this cell for the range test. The code is folded away: click to see it.
from sklearn.datasets import load_digits

digits = load_digits()
pixels, labels = torch.tensor(digits.data / 16, dtype=torch.float32), torch.tensor(digits.target)


def digit_net(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def range_test(make, low, high, batches=100):
    """Return the rates and the losses of a test that raises the rate from low to high."""
    model, found = digit_net(), []
    optimizer, generator = make(model.parameters()), torch.Generator().manual_seed(0)
    for turn in range(batches):
        lr = low * (high / low) ** (turn / (batches - 1))
        optimizer.param_groups[0]["lr"] = lr
        rows = torch.randint(0, len(pixels), (64,), generator=generator)
        optimizer.zero_grad()
        loss = nn.CrossEntropyLoss()(model(pixels[rows]), labels[rows])
        loss.backward()
        optimizer.step()
        found.append((lr, loss.item()))
    return found


def rate_finder(adam):
    """A range test, from far too low to far too high"""
    make = torch.optim.Adam if adam else torch.optim.SGD
    found = range_test(lambda ps: make(ps, lr=1.0), 1e-5, 10.0)
    powers, losses = [math.log10(lr) for lr, _ in found], [loss for _, loss in found]
    smooth = [sum(losses[max(0, at - 2) : at + 3]) / len(losses[max(0, at - 2) : at + 3]) for at in range(len(losses))]
    kept = [min(each, 4.0) for each in smooth]
    best = found[min(range(len(smooth)), key=smooth.__getitem__)][0]
    alt = f"Loss against the power of ten of the rate: flat, then falling, lowest near {best:.2g}, then rising."
    curve = chart.lines({"": kept}, "power of ten of the rate", "loss (cut at 4)", alt, xs=powers)
    return Shown(f"**{make.__name__}**: the loss is lowest near a rate of {best:.2g}, and then jumps.", curve)


sliders(rate_finder, adam=(0, 1, 1, 0))

# %% id="do-read-range"
ask("read-range-test")

# %% id="rates-compared" covers="X-20" folded=true
def after_training(make, seed, rounds=200):
    """Return the loss on all digits after 200 batches, and the median update as a share of the first layer's weight."""
    model, shares = digit_net(seed), []
    optimizer, generator = make(model.parameters()), torch.Generator().manual_seed(seed)
    for _ in range(rounds):
        rows = torch.randint(0, len(pixels), (64,), generator=generator)
        optimizer.zero_grad()
        nn.CrossEntropyLoss()(model(pixels[rows]), labels[rows]).backward()
        before = model[0].weight.detach().clone()
        optimizer.step()
        shares.append(((model[0].weight - before).norm() / before.norm()).item())
    with torch.no_grad():
        return nn.CrossEntropyLoss()(model(pixels), labels).item(), sorted(shares)[rounds // 2]


print("200 batches of SGD, from three starts each")
print("rate     losses              update / weight")
for lr in [0.001, 0.01, 0.1, 0.4, 1.2, 1.5]:
    runs = [after_training(lambda ps: torch.optim.SGD(ps, lr=lr), seed) for seed in range(3)]
    print(f"{lr:<8}", *(f"{loss:5.2f}" for loss, _ in runs), f"  {sorted(share for _, share in runs)[1]:.0e}")

# %% [markdown] id="ratio-text" covers="X-20"
# At 0.4 all is well. At 1.2 one start in three does worse, and a quarter more is the cliff. That is why one takes a
# third to a tenth of the rate at the lowest point: the loss of a test lags behind its rate.
#
# There is a second sign, which needs no test: the size of an **update by the size of the weight**. A rule of thumb
# says about a thousandth. But in these 200 batches from a random start two to five hundredths did best, and a thousandth
# had hardly begun. So read the rule as an order of magnitude, by layer: a ten-thousandth is timid in any case.

# %% [markdown] id="trace" covers="S4-06"
# ## Trace
#
# A real run as a pipeline. First one turn: data → forward → loss → backward → update. Look at the last stage.

# %% id="trace-one" covers="S4-06 S5-12"
model = fresh()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

with watch("close") as trace:
    for epoch in range(30):
        optimizer.zero_grad()
        y_hat = model(X)
        loss = loss_fn(y_hat, y)
        loss.backward()
        optimizer.step()
pipeline(trace)

# %% [markdown] id="trace-strip-text" covers="S5-11 S5-27"
# The first update is the one you know by now. The strip has a lane for the optimizer's memory: which line writes
# there?

# %% id="trace-strip" covers="S5-11 S5-27"
strip(trace, steps=2)

# %% id="do-ratio"
ask("update-by-weight")

# %% id="trace-weights" covers="X-20"
weights(trace)

# %% [markdown] id="surface-text" covers="S5-27"
# After 30 steps an update is still near a hundredth of the weight: momentum is swinging. You can see it. The map below
# shows the loss around the way that the weights took, on the plane in which they moved most. From the ring to the dot,
# past the lowest point and back, several times. (Mind the two scales: nearly all of the way lies along the first
# axis.)

# %% id="way-of-momentum" covers="S5-27"
model = fresh()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
with trail(model) as path:
    for epoch in range(30):
        optimizer.zero_grad()
        loss_fn(model(X), y).backward()
        optimizer.step()
surface(path, loss_fn, X, y)

# %% id="way-of-others" covers="S5-12 S5-27"
print("loss - 0.2467 (the least there is), in thousandths")
print("epoch                     ", *(f"{epoch:>6}" for epoch in (0, 2, 5, 10, 20, 40)))
for name, kind, options in [
    ("SGD, lr 0.1", torch.optim.SGD, {"lr": 0.1}),
    ("SGD, lr 0.1, momentum 0.9", torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    ("SGD, lr 0.1, decay 0.01", torch.optim.SGD, {"lr": 0.1, "weight_decay": 0.01}),
    ("Adam, lr 0.01", torch.optim.Adam, {"lr": 0.01}),
]:
    model, losses = fresh(), []
    optimizer = kind(model.parameters(), **options)
    for epoch in range(41):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print(f"{name:<26}", *(f"{1000 * (losses[epoch] - 0.2467):6.2f}" for epoch in (0, 2, 5, 10, 20, 40)))

# %% [markdown] id="after-trace" covers="S5-27"
# Adam and momentum are ahead at first; in the end plain SGD comes nearest, while the others still swing. This bowl is
# nearly round: no ravine, so nothing for momentum to be good at. (With decay the pull holds the weights a little off
# the lowest point.) No optimizer is best at everything; it depends on the shape of the loss.

# %% [markdown] id="experiment" covers="S5-27 X-20"
# ## Experiment
#
# **Out of the ravine, in few steps.**
#
# - **Start.** A bowl whose curvatures lie between `low` and `high`; all weights stand at 1.
# - **Constraints.** `torch.optim.SGD`, one rate and one momentum, chosen from `low` and `high` alone.
# - **Target.** Every weight below 0.001: in 22 steps where `high` is 4 times `low`, 48 where it is 25 times, 95 where it
#   is 100 times. Plain SGD, at its best rate, needs 14, 87 and 346.
# - **Help.** Play with [the bowl](#The-bowl) first: its ratio is 25. Four hints wait in `hint("ravine-settings")`;
#   `solution("ravine-settings")` comes last.

# %% id="do-ravine" exercise="ravine-settings"

# %% [markdown] id="challenge"
# ## Challenge
#
# Five problems against the clock, two attempts and a hint each.

# %% id="do-challenge"
challenge("04")

# %% [markdown] id="recall"
# ## Recall
#
# Say the answer before you turn the card, then rate how it went: the rating decides when the card comes back. The last
# one asks for your own words.

# %% id="do-recall"
ask("04/recall")

# %% [markdown] id="recall-review"
# And what is due today, from all lessons so far:

# %% id="do-review" tags="nbval-ignore-output"
review()

# %% [markdown] id="exit-quiz"
# ## Exit quiz
#
# One question for each thing that you set out to learn.

# %% id="do-exit"
ask("04/exit")

# %% [markdown] id="summary"
# ## Summary card
#
# | | |
# |---|---|
# | what | `optimizer.step()`: moves each weight that it holds, by what stands in its `.grad` |
# | reads | weight, `.grad`, its own memory; never the loss, never the data |
# | SGD | `w -= lr * g` |
# | momentum | `v = momentum * v + g`, `w -= lr * v`; first step as SGD, then up to 1 / (1 - momentum) times as far |
# | Adam | mean gradient by root of mean square; first step `lr` times the sign, whatever the gradient's size |
# | decay | SGD and Adam add `decay * w` to the gradient; AdamW pulls by `lr * decay * w` apart from it |
# | None, zeros | None: left out. Zeros: stepped, with velocity, means and decay |
# | memory | in the optimizer, by tensor; built anew = forgotten |
# | holds | the tensors that it was given; a new head, a copy, a body unfrozen later are not among them |
# | rate | limit 2 / curvature for SGD; loud if too high, quiet if too low; update by weight from a thousandth to a few hundredths |
#
# Where do you stand?

# %% id="do-progress" tags="nbval-ignore-output"
progress()
