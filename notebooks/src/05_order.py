# %% [markdown] id="goal"
# # Order and clearing
#
# **Goal.** Know of any order of the five calls what it does: which ones learn, which freeze, which stop with an error,
# and which look fine at first.
#
# **You will be able to**
#
# - say of any order of the five calls whether it learns, freezes, or stops with an error;
# - put the clearing in any of its right places, and say what goes wrong in the other one;
# - work out what `.grad` holds after any sequence of calls;
# - recognise a loop that never clears, although it may look good at first, and say what it really is;
# - tell a gradient of None from one of zeros;
# - make one large batch out of several small ones, on purpose.
#
# **Out of scope.** How gradients are worked out, how optimizers differ, how to choose a learning rate.
#
# **Needs.** [Lesson 03](03_backward.ipynb), or at least what `backward()` stores. &nbsp; **Minutes.** 50 for the core,
# and some ten more for warm-up and exit quiz; each further way has its own time.

# %% [markdown] id="ways-in"
# ### Pick your way in
#
# | way | what waits there | minutes |
# |---|---|---|
# | [Why](#Why) | a ball that never stops rolling | 4 |
# | [Learn](#Learn) | who adds, who reads, who clears; the loop lab; None; large batches out of small ones | 21 |
# | [Pitfalls](#Pitfalls) | six loops that are broken on purpose, each beside its cure | 10 |
# | [Try](#Try) | a gap, lines to order, two functions to write | 15 |
# | [Deep dive](#Deep-dive) | all 120 orders, the exact name of the bug, why `backward()` adds at all | 13 |
# | [Trace](#Trace) | a sound loop and a leaky one, line by line | 8 |
# | [Experiment](#Experiment) | an open task: turn the bug into a feature | 20 |
# | [Metrics](#Metrics) | which number gives the bug away, and which ones hide it | 8 |
# | [Challenge](#Challenge) | five problems against the clock | 10 |
# | [Recall](#Recall) | flashcards, your own words, spaced review | 5 |
#
# **The core, 50 minutes:** Why, Learn, Pitfalls, Try. A good place for a pause is before
# [What clearing leaves](#What-clearing-leaves). Every way stands alone: run the cell below and the two under
# [Set up](#Set-up), then go where you like.

# %% id="tools"
from lessontools import ask, challenge, check, hint, progress, review, sliders, solution
from lessontools import pipeline, pitfall, stepper, strip, watch
from lessontools.explore import chart
from lessontools.explore.sliders import Shown

# %% [markdown] id="warm-up"
# ## Warm-up
#
# Three things from earlier lessons that you will need. From memory first, then look.

# %% id="do-warm-up"
ask("recall-five-calls", "recall-who-moves", "card-gradient")

# %% [markdown] id="why" covers="S5-15"
# ## Why
#
# Five calls, and you have seen them in one order. In your own code they will stand in many: a clean-up moves a line, a
# tutorial puts the clearing elsewhere, a colleague leaves it out "because it works without".

# %% id="do-order-matters"
ask("does-order-matter")

# %% [markdown] id="some-orders" covers="S5-15"
# Some of these loops are as good as the original. Some learn nothing and **say nothing**. And one learns faster than
# the original, for a while.
#
# That last one needs no PyTorch. Here a single number `w` rolls down to 0; `grad` is its slope, 2 · `w`. One version
# starts each round with an empty `grad`, the other adds to what is there:

# %% id="a-ball-in-a-bowl" covers="S5-34"
for clears in (True, False):
    w, grad, way = 1.0, 0.0, []
    for turn in range(14):
        if clears:
            grad = 0.0
        grad += 2 * w
        w -= 0.1 * grad
        way.append(f"{w:5.2f}")
    print("cleared:      " if clears else "never cleared:", " ".join(way))

# %% [markdown] id="why-it-matters"
# The second one is ahead in rounds 2 and 3, then rolls through 0 and up the other side: a ball in a bowl without
# friction. Nothing stopped with an error, and whoever had looked at round 3 only would have praised it.
#
# The same adding-up, used on purpose, trains models whose batches have no room in memory. So it pays to know exactly
# who adds, who reads and who clears.

# %% [markdown] id="set-up"
# ## Set up
#
# PyTorch is imported here, once, and takes a few seconds. Our data for today: 60 rows of 3 features, and a number to
# predict for each.

# %% id="import-torch"
import copy
import linecache
from itertools import permutations
from types import SimpleNamespace

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)

X = torch.randn(60, 3)
y = X @ torch.tensor([[2.0], [-1.0], [0.5]]) + 0.1 * torch.randn(60, 1)
loss_fn = nn.MSELoss()
print("X", tuple(X.shape), "  y", tuple(y.shape))

# %% [markdown] id="set-up-run"
# And a helper: `run("clear forward loss backward step")` writes a loop with the calls in that order, runs 20 rounds of
# it with a new two-layer model, and watches it. You need not read it.

# %% id="run-an-order" hidden=true
# The helper `run`: builds a loop from names of calls, runs it under watch(), and keeps what came of it.
CALLS = {
    "clear": "optimizer.zero_grad()",
    "forward": "y_hat = model(X)",
    "loss": "loss = loss_fn(y_hat, y)",
    "backward": "loss.backward()",
    "step": "optimizer.step()",
}


def new_model():
    """Return the same new model each time."""
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))


def run(order, zeros=False, lr=0.1, rounds=20):
    """Run a loop with its calls in this order; return its code, its losses, its error ("" if none) and its trace."""
    lines = [CALLS[name] for name in order.split()]
    if zeros:
        lines = [line.replace("zero_grad()", "zero_grad(set_to_none=False)") for line in lines]
    lines = [f"for turn in range({rounds}):", *(f"    {line}" for line in [*lines, "losses.append(loss.item())"])]
    code = "\n".join(lines)
    linecache.cache["your loop"] = (len(code), None, code.splitlines(keepends=True), "your loop")
    model, losses, error = new_model(), [], ""
    names = {"model": model, "loss_fn": loss_fn, "X": X, "y": y, "losses": losses}
    names["optimizer"] = torch.optim.SGD(model.parameters(), lr=lr)
    watching = watch()
    try:
        with watching as trace:
            exec(compile(code, "your loop", "exec"), names)
    except (NameError, RuntimeError) as stop:
        said = str(stop).split(": [")[0].split(" (or")[0]
        error = f"{type(stop).__name__}: {said}"
    return SimpleNamespace(code=code, losses=losses, error=error, trace=trace, model=model)


def outcome(done):
    """Return learns, frozen, swings or error."""
    if done.error:
        return "error"
    if len(set(done.losses)) == 1:
        return "frozen"
    climbs = max(after - before for before, after in zip(done.losses, done.losses[1:]))
    return "swings" if climbs > 0.1 else "learns"


print(outcome(run("clear forward loss backward step")))

# %% [markdown] id="learn"
# ## Learn
#
# ### Who adds?

# %% id="do-two-backwards"
ask("two-backwards")

# %% id="run-two-backwards" covers="S5-13 S5-17 S5-24" folded=true
print("w.grad, call by call")
w = torch.tensor(2.0, requires_grad=True)

(3 * w).backward()
print("after the first backward: ", w.grad.item())
(5 * w).backward()
print("after the second backward:", w.grad.item())

# %% [markdown] id="who-reads"
# `backward()` **adds** to `.grad`. It neither overwrites nor averages. So someone has to empty it. The step, perhaps?

# %% id="do-step-clear"
ask("does-step-clear")

# %% id="run-step-clear" covers="S5-22" folded=true
print("one step, watched")
w = torch.tensor([2.0], requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)

(w**2).sum().backward()
print("before the step: grad", w.grad.item(), "  w", round(w.item(), 2))
optimizer.step()
print("after the step:  grad", w.grad.item(), "  w", round(w.item(), 2))

# %% [markdown] id="who-clears" covers="S5-13 S5-22"
# Three calls, three verbs: `backward()` **adds**, `step()` **reads**, `zero_grad()` **empties**. The
# other two of the five leave `.grad` alone. With that you can keep a diary of it:

# %% id="do-diary"
ask("diary-of-a-gradient")

# %% id="run-diary" covers="S5-13 S5-17 S5-22" folded=true
print("after      w.grad    w")
w = torch.tensor(1.0, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
for name in ("backward", "step", "backward", "step", "clear", "backward"):
    if name == "backward":
        (3 * w).backward()
    elif name == "step":
        optimizer.step()
    else:
        optimizer.zero_grad()
    held = None if w.grad is None else w.grad.item()
    print(f"{name:<9} {held!s:>7} {w.item():6.1f}")

# %% [markdown] id="waiting"
# ### Where may the clearing stand?
#
# Follow one gradient. `backward()` makes it, `step()` uses it. In between, it **waits**:
#
# ```mermaid
# flowchart LR
#     F["forward"] --> L["loss"] --> B["backward<br/>adds to .grad"]
#     B == "gradients wait here" ==> S["step<br/>reads .grad"]
#     S -- "next round" --> F
# ```
#
# At all other times nobody will ask for it again.

# %% id="do-four-places"
ask("where-may-it-stand")

# %% id="four-places" covers="S5-14 S5-15 S5-16 R-12" folded=true
def train(place, rounds=50):
    """Train with the clearing at one of five places; return the last loss and the weights."""
    model = new_model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for turn in range(rounds):
        if place == "before forward":
            optimizer.zero_grad()
        y_hat = model(X)
        if place == "after forward":
            optimizer.zero_grad()
        loss = loss_fn(y_hat, y)
        if place == "after the loss":
            optimizer.zero_grad()
        loss.backward()
        if place == "before the step":
            optimizer.zero_grad()
        optimizer.step()
        if place == "after the step":
            optimizer.zero_grad()
    return loss.item(), torch.cat([p.detach().flatten() for p in model.parameters()])


places = ["before forward", "after forward", "after the loss", "before the step", "after the step"]
_, usual = train(places[0])
print("cleared          last loss   weights equal, to the last digit")
for place in places:
    last, weights = train(place)
    print(f"{place:<16} {last:9.4f}   {torch.equal(weights, usual)}")

# %% [markdown] id="after-four-places" covers="S5-14 R-12"
# Four places, one result: not *about* the same, but the same bits. "Before the forward pass" is a habit, and a good one
# ([why](#5:-If-four-places-are-right,-why-prefer-one?)); it is no law. The law is: **not between `backward()` and
# `step()`**.
#
# ### The loop lab
#
# Now all orders. First commit to eight of them.

# %% id="do-eight-orders"
ask("eight-orders")

# %% [markdown] id="lab-text"
# In the lab, each slider is a card, and its value is the card's place on a time line: the smallest comes first. The
# cards stand at 1, 3, 5, 7, 9, so the even numbers are the gaps: `clear` at 8 stands between backward and step. At 0 a
# card is out of the loop. Each time you move one, 20 rounds are really run. Arrow keys work as well as the mouse.
#
# Where something stands out, **the doctor** says so: a part of this course that reads the record of a watched loop.
#
# Can you find a loop that freezes, one that stops with an error, one that swings, and an unusual one that learns?

# %% id="loop-lab" covers="S5-15 S5-28 S5-35 R-12 R-15" hidden=true
# Run this cell for the loop lab. The code is folded away: click to see it.
SAYS = {
    "learns": "**It learns.**",
    "frozen": "**Frozen:** the loss repeats to the last digit, and no error is raised.",
    "swings": "**It moves, and swings:** down fast, then up again.",
    "error": "**It stops**",
}


def loop_lab(clear, forward, loss, backward, step):
    """The loop lab: five cards on a time line"""
    places = {"clear": clear, "forward": forward, "loss": loss, "backward": backward, "step": step}
    order = [name for name in sorted(places, key=places.get) if places[name] > 0]
    if "loss" not in order:
        return "Without `loss` there is nothing to show. Put its card back."
    done = run(" ".join(order))
    if done.error:
        said = f"{SAYS['error']} in round {len(done.losses) + 1}: `{done.error}`"
    else:
        said = f"{SAYS[outcome(done)]} Loss {done.losses[0]:.2f} in round 1, {done.losses[-1]:.2f} in round 20."
    found = done.trace.diagnose().findings
    doctor = f"\n\n**The doctor:** {found[-1].observation}" if found else ""
    alt = f"The loss of {len(done.losses)} rounds."
    turns = range(1, len(done.losses) + 1)
    curve = chart.lines({"": done.losses}, "round", "loss", alt, xs=turns) if len(done.losses) > 1 else ""
    code = done.code.rpartition("\n")[0]  # its last line only keeps the losses
    return Shown(f"```python\n{code}\n```\n\n{said}{doctor}", curve)


cards = {name: (0, 10, 1, place) for name, place in zip(CALLS, (1, 3, 5, 7, 9))}
sliders(loop_lab, **cards)

# %% [markdown] id="lab-by-name"
# What does such a loop do, line by line? Write an order of your own; leave a call out, or write one twice. The
# **strip** below has a lane for each thing that a line can change. Look for `!`.

# %% id="your-order" covers="S5-28 R-12"
mine = run("forward loss backward clear step")  # your order
print(outcome(mine), mine.error)
strip(mine.trace, steps=2)

# %% id="your-diagnosis" covers="S5-28"
mine.trace.diagnose()

# %% [markdown] id="none-text" covers="R-13"
# The doctor counts in the way that you can count, too: which backward is in `.grad`, and has a step used it already?
#
# ### What clearing leaves
#
# The call is named after zero, and leaves **None**, as in the diary: the tensor is dropped, and its memory with it.
# That is so since torch 2.0; `zero_grad(set_to_none=False)` still writes zeros. Is that the same for the next step?
#
# Ask it of four optimizers. Plain SGD knows only today's gradient. **Momentum** keeps a velocity, which is momentum
# times the old velocity plus the gradient; **Adam** keeps running means of gradients and of their squares. **Weight
# decay** adds a small multiple of the weight itself to its gradient. ([Lesson 04](04_step.ipynb#cell-id=goal) is about
# them; you need no more today.) Each takes one real step, is cleared, and steps once more, **idle**.

# %% id="do-idle-step"
ask("who-moves-on-zeros")

# %% id="none-or-zeros" covers="R-13" folded=true
def real_then_idle(make, none):
    w = torch.tensor([1.0], requires_grad=True)
    optimizer = make([w])
    w.sum().backward()
    optimizer.step()
    first = w.item()
    optimizer.zero_grad(set_to_none=none)
    optimizer.step()
    return first, w.item()


makers = {
    "SGD": lambda ps: torch.optim.SGD(ps, lr=0.1),
    "SGD, momentum 0.9": lambda ps: torch.optim.SGD(ps, lr=0.1, momentum=0.9),
    "Adam": lambda ps: torch.optim.Adam(ps, lr=0.1),
    "SGD, weight decay 0.1": lambda ps: torch.optim.SGD(ps, lr=0.1, weight_decay=0.1),
}
print(f"{'w, from 1.0, after':<22} real step   idle with None   idle with zeros")
for name, make in makers.items():
    first, with_none = real_then_idle(make, True)
    _, with_zeros = real_then_idle(make, False)
    print(f"{name:<22} {first:9.3f}   {with_none:14.3f}   {with_zeros:15.3f}")

# %% [markdown] id="none-said" covers="R-13"
# **None means "leave this parameter out". Zero is a gradient**, and an optimizer with a memory takes its usual step
# with it. For plain SGD without decay both come to the same; you will soon meet a case where even that is not true.
#
# ### Adding up on purpose
#
# Adding is not a flaw. Suppose 64 rows have no room in memory, and 16 have. Send four batches of 16 one after the
# other, and step once: **gradient accumulation**.

# %% id="do-large-sum"
ask("how-large-is-the-sum")

# %% id="run-accumulation" covers="S5-18 R-29 X-23" folded=true
torch.manual_seed(0)
rows, targets = torch.randn(64, 3), torch.randn(64, 1)
model = nn.Linear(3, 1)


def gradient(sizes, weigh):
    """Return the weight's gradient, accumulated over batches of these sizes."""
    model.zero_grad()
    for xb, yb in zip(rows.split(sizes), targets.split(sizes)):
        (loss_fn(model(xb), yb) * weigh(len(xb), len(sizes))).backward()
    return model.weight.grad


whole = gradient([64], lambda n, k: 1)
print("batches           each loss   gradient, over that of one batch of 64")
ways = {"as it is": lambda n, k: 1, "times 1/k": lambda n, k: 1 / k, "times n/64": lambda n, k: n / 64}
for sizes in ([16, 16, 16, 16], [28, 28, 8]):
    for name, weigh in ways.items():
        g = gradient(sizes, weigh)
        same = torch.allclose(g, whole, atol=1e-6)
        print(f"{sizes!s:<17} {name:<11} length {(g.norm() / whole.norm()).item():.2f}   the large batch's: {same}")

# %% [markdown] id="accumulation-said" covers="S5-18 S5-26 R-29 X-23"
# Each loss is a mean over its own n rows. For batches of equal size, dividing by their number k mends it; if the last
# one is **smaller**, only the share of the rows, n/64, is exact. (For equal batches n/64 *is* 1/k.)

# %% id="do-share"
ask("share-of-the-last")

# %% [markdown] id="pitfalls" covers="S5-28 S5-34 S5-35"
# ## Pitfalls
#
# Loops that are broken on purpose, each beside its cure, run and diagnosed for real. Commit before each.
#
# ### Never cleared

# %% id="do-who-is-ahead"
ask("who-is-ahead")

# %% id="digits" covers="S5-34 R-14" folded=true
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

digits = load_digits()
pixels, labels = torch.tensor(digits.data / 16, dtype=torch.float32), torch.tensor(digits.target)
pixels, new_pixels, labels, new_labels = train_test_split(
    pixels, labels, test_size=0.2, random_state=0, stratify=labels
)


def train_digits(clears, lr, epochs):
    """Train on digits, with or without clearing; return the model, and loss and accuracy on new rows per epoch."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer, seen = torch.optim.SGD(model.parameters(), lr=lr), []
    for epoch in range(epochs):
        for some in torch.randperm(len(pixels)).split(64):
            if clears:
                optimizer.zero_grad()
            nn.functional.cross_entropy(model(pixels[some]), labels[some]).backward()
            optimizer.step()
        with torch.no_grad():
            logits = model(new_pixels)
        hits = (logits.argmax(dim=1) == new_labels).float().mean().item()
        seen.append((nn.functional.cross_entropy(logits, new_labels).item(), hits))
    return model, seen


_, sound = train_digits(True, 0.01, 5)
_, leaky = train_digits(False, 0.01, 5)
print("new rows   cleared: loss  accuracy   never cleared: loss  accuracy")
for epoch, (one, other) in enumerate(zip(sound, leaky), start=1):
    print(f"epoch {epoch}    {one[0]:13.2f} {one[1]:9.2f} {other[0]:21.2f} {other[1]:9.2f}")

# %% [markdown] id="never-cleared-text" covers="R-14"
# The buggy loop is far **ahead**: old gradients point roughly downhill, so each step is longer than the one before.
# Then why not keep it? Here is the same bug in a smaller problem, where the valley is near. Follow the curve named
# *broken*.

# %% id="pitfall-never-cleared" covers="S5-34 R-14 S5-24"
pitfall("grad-not-cleared").demo()

# %% [markdown] id="pitfall-step-text" covers="S5-28 S5-35"
# ### Two that freeze
#
# You have met both in the table of eight. Two clean-ups that look harmless, two loops that stand still for ever. Which
# line does the doctor blame in each?

# %% id="pitfall-step-first" covers="S5-35 R-15"
pitfall("step-before-backward").demo()

# %% id="pitfall-cleared-early" covers="S5-28 R-12"
pitfall("cleared-before-step").demo()

# %% [markdown] id="pitfall-zeros-text"
# The first is not late by one round; it does nothing at all. It clears to None. Old code clears to zeros instead. Does
# that matter?

# %% id="do-step-first-zeros"
ask("step-first-zeros")

# %% id="pitfall-step-zeros" covers="R-15 R-13 S5-35" folded=true
print("step before backward, 20 rounds wanted")
for zeros in (False, True):
    done = run("clear forward loss step backward", zeros=zeros)
    print("zeros:" if zeros else "None: ", outcome(done), "after", len(done.losses), "full rounds; losses", end=" ")
    print([round(value, 4) for value in done.losses[:3]], done.error)

# %% [markdown] id="pitfall-cleared-text" covers="R-15 X-23 S5-26"
# The same slip, two symptoms. Zeros make the step **write** to the weights (the old values once more), between the
# forward pass, which recorded them, and the backward pass, which needs them as they were. With a single layer nothing
# needs them, so even that error would not come.
#
# ### Accumulation, three ways to miss it
#
# First: nobody divides. You have seen the factor; here it makes a learning rate that worked too high.

# %% id="pitfall-not-divided" covers="X-23 S5-18 R-29"
pitfall("accumulation-not-divided").demo()

# %% [markdown] id="pitfall-inside-text"
# Second: the habit "clear each time" in the wrong loop.

# %% id="do-cleared-inside"
ask("cleared-inside-the-group")

# %% id="pitfall-cleared-inside" covers="X-23 S5-26" folded=true
pitfall("accumulation-cleared").demo()

# %% [markdown] id="pitfall-remainder-text"
# No error, and a curve that looks merely slow. Third: what is left over.

# %% id="do-left-over"
ask("two-left-over")

# %% id="pitfall-remainder" covers="X-23" folded=true
pitfall("accumulation-remainder").demo()

# %% [markdown] id="pitfall-remainder-said" covers="X-23"
# The doctor's hints speak of other things, and the cure gets them too. A gradient left unused may be meant, so the doctor
# does not accuse it. Here only counting helps.

# %% [markdown] id="try"
# ## Try
#
# A gap, then lines to put in order, then two functions.

# %% id="do-gap"
ask("ask-for-zeros")

# %% id="do-orders"
ask("two-losses-one-step", "accumulate-in-lines")

# %% [markdown] id="try-place" covers="S5-14 S5-16"
# Now the real thing: an epoch over batches, with two losses in each round. One call is missing. Put it wherever it does
# its job; stuck? `hint("place-the-clearing")` in a cell of your own.

# %% id="do-place" exercise="place-the-clearing"

# %% [markdown] id="try-large" covers="X-23 R-29 S5-26"
# And one step out of many batches, even or ragged. It is called again and again on the same model, so mind what it
# leaves behind.

# %% id="do-large-step" exercise="large-step"

# %% [markdown] id="deep-dive"
# ## Deep dive
#
# Commit to each question; the cell after it lets PyTorch answer.
#
# ### 1: How many orders are there that learn?

# %% id="do-seven"
ask("seven-of-120")

# %% id="all-orders" covers="S5-15 R-12" folded=true
print("120 orders, 20 rounds each")
found, kinds = {}, []
for names in permutations(CALLS):
    done = run(" ".join(names))
    found.setdefault(outcome(done), []).append(names)
    kinds.append(done.error.split(":")[0])

for name, orders in found.items():
    print(f"{name:<7} {len(orders):>3}")
print("errors: ", {kind: kinds.count(kind) for kind in sorted(set(kinds) - {""})})
for names in found["learns"]:
    print("   ", *names)

# %% [markdown] id="about-circles" covers="S5-15 R-12"
# A loop is a **circle**, and only three circles are good: the clearing in one of three gaps. You may enter each at more
# than one place. Entered at the step, its very first run finds nothing, and all is as before, with the last gradient of
# all left unused (the doctor will tell you so: try `step clear forward loss backward` in the lab).
#
# Nearly all errors are plain NameErrors: `loss` is used before it is made. In a notebook, where names live on from the
# last run, even these may not come. That is one reason to restart the kernel before you believe a loop.
#
# ### 2: What is a loop without clearing, exactly?

# %% id="do-what-really"
ask("what-it-really-is")

# %% id="momentum-one" covers="R-14 S5-34" folded=true
print("two models, 200 steps each")
leaky = new_model()
rolling = copy.deepcopy(leaky)
plain = torch.optim.SGD(leaky.parameters(), lr=0.01)
ball = torch.optim.SGD(rolling.parameters(), lr=0.01, momentum=1.0)

for turn in range(200):
    loss_fn(leaky(X), y).backward()  # never cleared
    plain.step()

    ball.zero_grad()  # always cleared
    loss_fn(rolling(X), y).backward()
    ball.step()

apart = max((p - q).abs().max().item() for p, q in zip(leaky.parameters(), rolling.parameters()))
print("never cleared against momentum 1.0, largest difference of any weight:", apart)

# %% [markdown] id="about-momentum" covers="R-14"
# Not similar: **the same**. So "training fails without `zero_grad()`" is too strong, and "it works without" is too
# kind: it is momentum without friction. (The identity is one of plain SGD; other optimizers make something else of the
# sum, and no less unasked for.)
#
# ### 3: Does a second backward wipe the slate?

# %% id="do-once-more"
ask("once-more-for-safety")

# %% id="run-once-more" covers="S5-24 S5-17" folded=true
print("w.grad after backward")
w = torch.tensor([2.0], requires_grad=True)
loss = (w**2).sum()
loss.backward(retain_graph=True)
print("once: ", w.grad.item())
loss.backward()
print("twice:", w.grad.item())

# %% [markdown] id="design" covers="S5-13 S5-18"
# ### 4: Why does backward add at all?

# %% id="do-why-add"
ask("why-does-it-add")

# %% id="sum-of-losses" covers="S5-18 S5-13" folded=true
print("a test with two losses")
model = new_model()
loss_fn(model(X), y).backward()
(0.01 * model[0].weight.square().sum()).backward()
apart = model[0].weight.grad.clone()

model.zero_grad()
(loss_fn(model(X), y) + 0.01 * model[0].weight.square().sum()).backward()
print("part by part and as one sum give the same gradient:", torch.allclose(apart, model[0].weight.grad, atol=1e-6))

# %% [markdown] id="about-adding" covers="S5-26 S5-28"
# Within one backward it is the same: a weight that is used twice in the forward pass gets two gradients, and they must
# be added. So adding is what makes `.grad` right, and clearing is left to the only one who knows when a step is over:
# you.
#
# ### 5: If four places are right, why prefer one?

# %% id="do-why-top"
ask("why-on-top", "report-to-a-tutorial")

# %% id="leftovers" covers="S5-14 R-12" folded=true
print(f"three rounds, from a loss of {loss_fn(new_model()(X), y).item():.3f}")
for top in (True, False):
    model = new_model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model(X).sum().backward()  # somebody had a look at the gradients
    for turn in range(3):
        if top:
            optimizer.zero_grad()
        loss_fn(model(X), y).backward()
        optimizer.step()
        if not top:
            optimizer.zero_grad()
    print("cleared at the top:   " if top else "cleared at the bottom:", f"loss {loss_fn(model(X), y).item():.3f}")

# %% [markdown] id="deep-more" covers="R-13 X-23"
# A gradient left over from an earlier cell joins the first step of a loop that clears at the bottom. Here it throws the
# weights so far that the loss after three rounds is above its start.
#
# ### 6: Three fine points

# %% id="do-fine-points" covers="X-23 S5-26"
ask("momentum-coasts", "clip-the-sum", "on-purpose-or-not")

# %% [markdown] id="deep-connections" covers="S5-26 S5-28"
# **Limits.** Accumulated batches equal a large one only where rows do not see each other: batch norm works out its mean
# from each small batch. The sums differ in the last digits, since they are added in another order. And the share must
# count what the mean counts: with `ignore_index`, cross-entropy averages over the targets that are **not** ignored
# (tokens, say), so n is their number, not that of the rows.
#
# **House rule.** One clearing for each step, in sight of it; and where a loop is odd on purpose, a comment that says
# so.

# %% [markdown] id="trace" covers="S5-16"
# ## Trace
#
# One round of a sound loop as a pipeline, with its shapes and numbers:

# %% id="trace-pipeline" covers="S5-16"
sound = run("clear forward loss backward step")
pipeline(sound.trace)

# %% [markdown] id="trace-leaky-text"
# And now a leaky one, line by line. Press **Step**; keep an eye on the length of the gradients, |grad|. Each backward
# pass has a number: at which line is pass 1 used for the second time?

# %% id="trace-leaky" covers="S5-34 S5-13"
leaky = run("forward loss backward step")
stepper(leaky.trace, steps=3)

# %% [markdown] id="trace-strips"
# The same as a strip. In a sound one no `!` appears; here it does in the second round, when the loss still looks fine.

# %% id="trace-strip" covers="S5-34 S5-24"
strip(leaky.trace, steps=3)

# %% [markdown] id="trace-epochs-text"
# And the losses of both, 20 rounds each. In which rounds is the leaky one ahead?

# %% id="trace-losses" covers="S5-34"
print("cleared:      ", " ".join(f"{value:.2f}" for value in sound.losses))
print("never cleared:", " ".join(f"{value:.2f}" for value in leaky.losses))

# %% [markdown] id="trace-flat-text"
# Rounds 3 to 5: long enough to be praised. A third kind of curve, from another loop:

# %% id="do-read-curves"
ask("flat-to-the-digit")

# %% [markdown] id="experiment" covers="R-14"
# ## Experiment
#
# **Turn the bug into a feature.** Never clearing is momentum 1.0; always clearing is momentum 0. What lies between?
#
# - **Start.** Plain `SGD`, and a round without any clearing.
# - **Constraints.** The optimizer stays plain `SGD`; no memory besides `.grad`.
# - **Target.** Called again and again, it moves the weights just as `SGD(..., momentum=mu)` with clearing would.
#   Momentum keeps a velocity: `v = mu * v + gradient`, then `w = w - lr * v`.
# - **Help.** Three hints wait in `hint("fading-step")`; `solution("fading-step")` comes last.
#
# Here is the goal: the way of a weight under torch's own momentum.

# %% id="fading-goal"
model = new_model()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
way = []
for turn in range(6):
    optimizer.zero_grad()
    loss_fn(model(X), y).backward()
    optimizer.step()
    way.append(f"{model[0].weight[0, 0].item():.4f}")
print(" ".join(way))

# %% id="do-fading" exercise="fading-step"

# %% [markdown] id="metrics" covers="R-14"
# ## Metrics
#
# Which number gives a wrong order away? The frozen ones are easy: a loss that repeats **to the last digit** is no slow
# learner, it is a loop in which no weight moves. The leaky one is hard.

# %% id="do-what-shows"
ask("what-shows-it-first")

# %% id="own-and-held" covers="R-14" folded=true
print("in each round: loss / length of .grad over that of its own gradient")
for clears in (True, False):
    model = new_model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    told = []
    for turn in range(5):
        loss = loss_fn(model(X), y)
        own = torch.autograd.grad(loss, model[0].weight, retain_graph=True)[0]  # this round's, kept apart
        if clears:
            optimizer.zero_grad()
        loss.backward()
        told.append(f"{loss.item():.2f} / {(model[0].weight.grad.norm() / own.norm()).item():.1f}")
        optimizer.step()
    print("cleared:      " if clears else "never cleared:", "   ".join(told))

# %% [markdown] id="metrics-table" covers="R-14"
# | | good | bad |
# |---|---|---|
# | loss, first rounds | falls | falls, perhaps faster: **tells nothing** |
# | loss, later | settles | swings, or repeats to the last digit |
# | length of `.grad` over this round's own | exactly 1 | 2, 3, 4, ... |
# | weights | move a little each round | do not move, or further each round |
#
# Now the digits again, for longer, and with two learning rates (`train_digits` stands under
# [Never cleared](#Never-cleared)). Watch accuracy and loss together:

# %% id="digits-longer" covers="R-14 S5-34" tags="nbval-ignore-output"
print("new rows: loss / accuracy after epoch     5             10             30")
runs = {}
for lr in (0.01, 0.1):
    for clears in (True, False):
        model, seen = train_digits(clears, lr, 30)
        runs[lr, clears] = model
        told = "   ".join(f"{loss:5.2f} / {hits:.2f}" for loss, hits in (seen[4], seen[9], seen[29]))
        print(f"lr {lr:<5} {'cleared' if clears else 'never cleared':<26} {told}")

# %% id="do-sure-and-wrong"
ask("sure-and-wrong")

# %% [markdown] id="metrics-matrix"
# At the higher rate the leaky run collapses in the end. What is left of it? Count for two digits, the one that it now
# names most and the next. **Precision** asks how many of those *called* seven are sevens, **recall** how many of the
# sevens were found. (TP: called so and right, FP: called so and wrong, FN: missed.) (A run like this is
# chaotic: on another processor the digit may be another.)

# %% id="collapsed" covers="R-14" tags="nbval-ignore-output"
most = runs[0.1, False](new_pixels).argmax(dim=1).mode().values.item()
for clears in (True, False):
    called = runs[0.1, clears](new_pixels).argmax(dim=1)
    counts = torch.bincount(called, minlength=10).tolist()
    print("cleared:      " if clears else "never cleared:", "called 0, 1, ... 9:", counts)
    for digit in (most, (most + 1) % 10):
        tp = ((called == digit) & (new_labels == digit)).sum().item()
        fp, fn = (called == digit).sum().item() - tp, (new_labels == digit).sum().item() - tp
        told = f"TP {tp:>2}  FP {fp:>3}  FN {fn:>2}   recall {tp / (tp + fn):.2f}   precision: {tp} of {tp + fp}"
        print(f"   digit {digit}:  {told}")

# %% id="do-one-digit"
ask("one-digit-for-all")

# %% [markdown] id="metrics-key"
# **Key result.** Loss and accuracy tell *that* something is wrong, and late. The gradients tell *what*, in round 2.
# Recall alone would have praised the collapsed model for its favourite digit.

# %% [markdown] id="challenge"
# ## Challenge
#
# Five problems against the clock, two attempts and a hint each.

# %% id="do-challenge"
challenge("05")

# %% [markdown] id="recall"
# ## Recall
#
# Say the answer before you turn the card, then rate how it went. The last one asks for your own words.

# %% id="do-recall"
ask("05/recall")

# %% [markdown] id="recall-review"
# And what is due today, from all lessons so far:

# %% id="do-review" tags="nbval-ignore-output"
review()

# %% [markdown] id="exit-quiz"
# ## Exit quiz
#
# One question for each thing that you set out to learn.

# %% id="do-exit"
ask("05/exit")

# %% [markdown] id="summary"
# ## Summary card
#
# | | |
# |---|---|
# | `.grad` | `backward()` adds, `step()` reads, `zero_grad()` empties; the other two leave it alone |
# | order | forward, loss, backward, step; each uses what the one before has made |
# | clearing | after a step and before the next backward: four places, the same bits |
# | the bad place | between backward and step: frozen, in silence |
# | step before backward | with None: frozen; with zeros and several layers: an in-place error in round 2 |
# | never cleared | SGD with momentum 1.0: fast at first, then it swings |
# | None and 0 | None is left out; 0 is a gradient: momentum, Adam and decay still move |
# | large from small batches | weigh each mean by its share of the rows; step and clear once a group; use the rest |
# | look at | what `.grad` holds at the step, and whether a step has used it before |
#
# Where do you stand?

# %% id="do-progress" tags="nbval-ignore-output"
progress()
