# %% [markdown] id="goal" covers="S4-11"
# # Backward: from the loss to the slopes
#
# **Goal.** Know exactly what happens in the line `loss.backward()`: what it works out, where it leaves the result,
# what it needs for that, and when it refuses.
#
# **You will be able to**
#
# - work out a gradient by hand with the chain rule, and check one by measuring;
# - say what backward computes, where it leaves it, and what it leaves alone;
# - tell which tensors get a `.grad`, and read the graph behind a loss;
# - choose between `no_grad`, `detach`, `inference_mode`, `eval` and `requires_grad_`;
# - say whether a second backward or an edit in place will raise, and mend it;
# - find the place where a graph is cut.
#
# **Out of scope.** How far a weight should move, and the tricks of optimizers; where the clearing may stand in a loop.
#
# **Needs.** [Lesson 01](01_forward.ipynb) and Python. No calculus: a slope is all that it takes. &nbsp;
# **Minutes.** 60 for the core, 90 with all that the exit quiz asks about.

# %% [markdown] id="ways-in"
# ### Pick your way in
#
# | way | what waits there | minutes |
# |---|---|---|
# | [Why](#Why) | the price of finding slopes without it | 3 |
# | [Learn](#Learn) | the build-up: a slope, a chain, a fork, `.grad`, a thousand rows | 25 |
# | [Try](#Try) | guided practice: lines in order, then a gradient by hand | 11 |
# | [Deep dive](#Deep-dive) | under the hood: what is saved, the switches, freezing, the limits, a tool | 27 |
# | [Trace](#Trace) | a real run as a pipeline, with its shapes and numbers | 12 |
# | [Experiment](#Experiment) | an open task: your own autograd in thirty lines | 20 |
# | [Metrics](#Metrics) | which number judges a backward pass | 15 |
# | [Challenge](#Challenge) | five problems against the clock | 10 |
# | [Recall](#Recall) | flashcards, your own words, spaced review | 5 |
#
# **The core, 60 minutes:** Warm-up, Why, Learn, [Pitfalls](#Pitfalls), Try. It serves all aims but the fourth; that one
# needs the Deep dive, 27 minutes more, and the [Exit quiz](#Exit-quiz) asks about all six. Every way stands alone: run the
# cell below and the one under [Set up](#Set-up), then go where you like. Where a question asks what a cell will do,
# that cell's output is folded away until you run it.

# %% id="tools"
from lessontools import (
    ask,
    challenge,
    check,
    hint,
    pipeline,
    pitfall,
    player,
    progress,
    review,
    sliders,
    solution,
    strip,
    watch,
)
from lessontools.explore.axes import paint, rule, svg, text
from lessontools.explore.sliders import Shown
from lessontools.loop.graph import graph

# %% [markdown] id="warm-up"
# ## Warm-up
#
# What is left of the lessons before? Answer from memory first, then look.

# %% id="do-warm-up"
ask("recall-who-moves", "card-graph", "card-linear")

# %% [markdown] id="why" covers="S4-11 S5-20"
# ## Why
#
# A model is wrong by some amount, the loss. It has many weights. For **each** of them you want to know: would a little
# more of it make the loss larger or smaller, and how fast? Then you know where to turn every one of them.
#
# You could find out by trying: nudge one weight, run the model again, see what the loss does. How much it rises for each
# unit of the weight is called the **slope**. Here it is for a model with three weights.

# %% id="by-nudging" covers="X-06 S5-20"
rows, targets = [[0.5, 1.2, 3.3], [1.1, 0.7, 2.8]], [0.7, 0.3]
passes = 0


def loss_of(weights):
    global passes
    passes += 1
    outputs = [sum(x * w for x, w in zip(row, weights)) for row in rows]
    return sum((out - target) ** 2 for out, target in zip(outputs, targets)) / len(rows)


weights, nudge = [0.5, 0.3, 0.2], 0.000001
start = loss_of(weights)
for place in range(3):
    nudged = [w + nudge * (at == place) for at, w in enumerate(weights)]
    print("weight", place, f"  slope {(loss_of(nudged) - start) / nudge:.2f}")
print("forward passes for one look around:", passes)
print("for a small image model of 109,386 weights:", f"{109_386 + 1:,}")

# %% [markdown] id="why-backward" covers="S4-11 S5-20"
# A slope for each weight: that is what you wanted. But a forward pass for each weight, for a single step, is hopeless.
# `loss.backward()` finds **all** slopes in one walk back through the calculation, for the price of a few forward
# passes. And nobody has to work out formulas on paper, whatever the model looks like. That is why networks
# with millions of weights can be trained at all: those that translate, read scans, or finish your sentence.

# %% [markdown] id="set-up"
# ## Set up
#
# PyTorch is imported here, once, and takes a few seconds. `X` is a table of 1000 rows of 3 features, `y` a target for
# each row. `told` is a little helper: it runs something, and says "runs" or how the error begins.

# %% id="import-torch"
import time
import warnings

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
warnings.filterwarnings("ignore", message="The .grad attribute of a Tensor that is not a leaf")

X = torch.randn(1000, 3)
X[:2] = torch.tensor([[0.5, 1.2, 3.3], [1.1, 0.7, 2.8]])
y = X @ torch.tensor([[0.5], [0.3], [0.2]])
print("X", tuple(X.shape), "  y", tuple(y.shape))


def told(action):
    """Run an action; return "runs", or how the error begins."""
    try:
        action()
    except (RuntimeError, TypeError) as error:
        message = str(error).splitlines()[0]
        for stop in [" (", ": [", ". "]:
            message = message.partition(stop)[0].strip(",")
        return f"{type(error).__name__}: {message}"
    return "runs"

# %% [markdown] id="learn" covers="S4-11"
# ## Learn
#
# ### One weight, one slope
#
# One row, one weight, by hand: the input is 2, the bias 1, and the output should be 5. The loss is the squared miss,
# `(w * 2 + 1 - 5) ** 2`. A **slope** says how much the loss rises for each unit of `w`, right where you stand.

# %% id="do-which-way"
ask("which-way-is-down")

# %% id="three-losses" covers="S4-11" folded=true
def loss_at(w):
    return (w * 2 + 1 - 5) ** 2


print("the loss around 3")
for w in [2.9, 3.0, 3.1]:
    print("w", w, "  loss", round(loss_at(w), 2))
print("slope at 3.0:", round((loss_at(3.001) - loss_at(2.999)) / 0.002, 3))

# %% [markdown] id="about-slopes" covers="S4-11"
# Uphill is where the slope points, downhill is against it. All slopes of a model together, one for each of its
# numbers, are its **gradient**. It says which way and how steep; how far to go it does not say.
#
# ### A chain of links
#
# Now without nudging. Cut the calculation into links so small that each one's slope is plain:
#
# | link | what a unit more of the value before does to it |
# |---|---|
# | `p = w * x` | a unit of `w` makes `x` units of `p` |
# | `s = p + b` | a unit of `p`, or of `b`, makes one unit of `s` |
# | `e = s - y` | a unit of `s` makes one unit of `e` |
# | `loss = e ** 2` | a unit of `e` makes `2 * e` units of the loss |
#
# "A unit" is meant as a rate, for changes so tiny that no bend is felt. That is where `2 * e` comes from: a nudge `h`
# makes `e * e` into `e * e + 2 * e * h + h * h`, and for a tiny `h` the last part is next to nothing.
#
# A unit of `w` makes `x` units of `p`, each of these one of `s`, each one of `e`, and each `2 * e` of the loss. So you
# **multiply**, link by link. This is the **chain rule**. Start at the loss, so that what you know already serves all
# that comes before. Try it:

# %% id="do-walk-back" covers="S5-31"
ask("walk-back")

# %% [markdown] id="stepper-text" covers="S5-21 S5-31"
# Here is the same calculation as a picture, a **graph**: boxes are values, lines say what was made from what (dashed:
# data, no slope wanted). Click the slider `press` and push the right arrow key: each press sends the slope one node
# back. Then play with `w`. Where does its slope become 0, and what is the loss there?

# %% id="graph-stepper" covers="S5-21 S5-31" hidden=true
# Run this cell for the graph stepper. The code is folded away: click to see it.
PLACES = {"w": (0, 0), "x": (1, 0), "p": (0, 1), "b": (1, 1), "s": (0, 2), "y": (1, 2), "e": (0, 3), "loss": (0, 4)}
LINES = [("w", "p"), ("x", "p"), ("p", "s"), ("b", "s"), ("s", "e"), ("y", "e"), ("e", "loss")]
MADE = {"p": "p = w·x", "s": "s = p + b", "e": "e = s - y", "loss": "loss = e²"}


def corner(name):
    column, row = PLACES[name]
    return 4 + 214 * column, 4 + 50 * row, 198 if column == 0 else 138


def box_of(name, value, slope, lit):
    left, top, wide = corner(name)
    pen = f'stroke-width="{4 if lit else 1.5}" style="{paint(1)}"' if slope else 'stroke="currentColor"'
    dashes = ' stroke-dasharray="5 4"' if name in "xy" else ""
    box = f'<rect x="{left}" y="{top}" width="{wide}" height="34" rx="6" fill="none" {pen}{dashes}/>'
    words = text(left + 8, top + 22, f"{MADE.get(name, name)} = {value:g}")
    return box + words + (text(left + wide - 8, top + 22, slope, "end", ' font-weight="700"') if slope else "")


def send_back(press, w):
    """The gradient goes back, one node a press"""
    x, b, y = 2.0, 1.0, 5.0
    p, s = w * x, w * x + b
    e = s - y
    back = [
        ("loss", 1.0, "A unit of the loss is a unit of the loss: slope 1. Here the walk starts."),
        ("e", 2 * e, f"The square has the slope 2 · e = {2 * e:g}; times 1 from below."),
        ("s", 2 * e, "The subtraction passes on what came."),
        ("b", 2 * e, "The addition passes on what came, to both sides. **`b` is a leaf: `b.grad`.**"),
        ("p", 2 * e, "The same for the other side of the addition."),
        ("w", 2 * e * x, f"The product multiplies by the other factor: {2 * e:g} · {x:g}. **A leaf: `w.grad`.**"),
    ]
    reached = {name: f"slope {slope:g}" for name, slope, _ in back[:press]}
    lit = back[press - 1][0] if press else ""
    values = {"w": w, "x": x, "p": p, "b": b, "s": s, "y": y, "e": e, "loss": e**2}
    parts = []
    for one, other in LINES:
        (x1, y1, wide), (x2, y2, _) = corner(one), corner(other)
        end = x2 + 60 + 90 * PLACES[one][0]
        parts.append(rule(x1 + min(60, wide / 3), y1 + 34, end, y2, 'stroke="currentColor"'))
    parts += [box_of(name, value, reached.get(name, ""), name == lit) for name, value in values.items()]
    said = back[press - 1][2] if press else "Forward has run, from top to bottom. No slope is known yet."
    alt = f"A graph from w, x, b and y down to the loss {e**2:g}; slopes so far: {', '.join(reached) or 'none'}."
    return Shown(f"{f'**{lit}**: ' if lit else ''}{said}", svg(242, alt, parts))


sliders(send_back, press=(0, 6, 1, 0), w=(0.0, 4.0, 0.25, 3.0))

# %% [markdown] id="after-stepper" covers="S5-31"
# (At `w = 2`, where the loss is 0: the bottom of the bowl.) Every node did the same small thing: take what came from
# below, multiply it by the slope of its own link, hand it up. Now one alone:

# %% id="do-by-hand"
ask("hand-gradient-of-w")

# %% [markdown] id="let-torch" covers="S5-10 S5-19"
# ### Let torch do it
#
# `requires_grad=True` says: I want a slope for this one. From then on torch writes down each operation that the tensor
# takes part in, while forward runs. `backward()` walks that record from the loss to its **leaves**, the tensors that
# you made yourself, and puts the slopes into `.grad`. This machinery is called **autograd**.

# %% id="torch-does-it" covers="S5-10 S5-19"
x = torch.tensor(2.0)
w = torch.tensor(3.0, requires_grad=True)
b = torch.tensor(1.0, requires_grad=True)

s = w * x + b
loss = (s - 5) ** 2
print("before:", w.grad, b.grad)
loss.backward()
print("after: ", w.grad.item(), b.grad.item())

# %% id="the-graph" covers="S5-21 X-01"
graph(loss, {"w": w, "b": b})

# %% [markdown] id="who-has-grad"
# 8 and 4, as by hand. The picture is torch's own record. Which of the five names in that cell hold a gradient now?

# %% id="do-which-have-grad"
ask("which-have-grad")

# %% id="leaf-or-not" covers="X-01 R-18" folded=true
print("who holds a gradient after backward")
print("name  leaf   requires  made by        .grad")
for name, t in {"x": x, "w": w, "b": b, "s": s, "loss": loss}.items():
    made = "-" if t.grad_fn is None else t.grad_fn.name().removesuffix("Backward0")
    grad = None if t.grad is None else t.grad.item()
    print(f"{name:<6}{t.is_leaf!s:<7}{t.requires_grad!s:<10}{made:<15}{grad}")

s = w * x + b
s.retain_grad()  # for this one, keep it
((s - 5) ** 2).backward()
print("s.grad, kept:", s.grad.item())

# %% [markdown] id="about-leaves" covers="X-01 R-18"
# A slope is **kept** where both hold: the tensor is a leaf, and it requires a gradient. `x` asked for none. `s` and
# `loss` are no leaves: their slopes were needed on the way, handed on and dropped. (Reading them makes torch warn; we
# silenced that above.) `retain_grad()` keeps one, if you ask before backward.
#
# ### Where ways meet
#
# What if a weight is used more than once? Commit to a number.

# %% id="do-fork"
ask("fork-adds")

# %% id="play-fork" covers="S5-31" hidden=true
# Run this cell for the run, line by line. The code is folded away: click to see it.
code = """w, x = 3, 2
a = w * x
c = w * w
loss = a + c"""
frames = []


def frame(line, note, a="", c="", loss="", back_a="", back_c="", grad="None"):
    state = [["a", a], ["c", c], ["loss", loss], ["slope for a", back_a], ["slope for c", back_c], ["w.grad", grad]]
    frames.append({"line": line, "note": note, "state": [[name, value] for name, value in state if value]})


frame(1, "**Forward.** Two numbers; a slope is wanted for `w`.")
frame(2, "**Forward.** The first use of `w`.", "6")
frame(3, "**Forward.** `w` is used twice in this product.", "6", "9")
frame(4, "**Forward.** The two ways meet in the loss.", "6", "9", "15")
frame(4, "**Backward.** The sum sends 1 to each side.", "6", "9", "15", "1", "1")
frame(3, "**Backward.** To the first factor: 1 times the other one, 3.", "6", "9", "15", "1", "1", "3")
frame(3, "**Backward.** To the second factor: 3 again, **added**.", "6", "9", "15", "1", "1", "6")
frame(2, "**Backward.** Through the other product: 1 times 2, **added**.", "6", "9", "15", "1", "1", "8")

# the description stands above the steps, so it keeps the result of the question to itself
player("One weight, three uses", code, frames, "Forward goes down four lines; backward comes up and adds to w.grad.")

# %% id="torch-fork" covers="S5-31" folded=true
print("the same by torch")
w = torch.tensor(3.0, requires_grad=True)
(w * 2 + w * w).backward()
print("w.grad:", w.grad.item())

# %% [markdown] id="multiply-add" covers="S5-31"
# **Multiply along a way, add where ways meet.** That is the whole chain rule, and it is why `.grad` is written to by
# adding. In a network each weight is used once for every row, so adding happens a thousand times.
#
# ### What backward leaves alone
#
# Two things that many people mix up. Commit to both before you run the cell.

# %% id="do-two-myths"
ask("does-backward-move", "step-takes-what-is-there")

# %% id="nothing-moved" covers="S5-09 S5-11 S5-23" folded=true
w = torch.tensor(3.0, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
loss = (w * 2 + 1 - 5) ** 2

loss.backward()
print("weight and gradient")
print("after backward:  w", w.item(), "  w.grad", w.grad.item())
w.grad.fill_(1.0)
optimizer.step()
print("after the step:  w", round(w.item(), 2), "  w.grad", w.grad.item())

# %% [markdown] id="two-words" covers="R-27 S5-23 S5-11"
# Backward **only collects information**. The step **only uses** what is stored, be it right or wrong. Keep two words
# apart for that, even where books do not:
#
# - **backpropagation** computes: `loss.backward()` finds the slopes;
# - **gradient descent** updates: `optimizer.step()` moves the weights against them.
#
# Watch a real loop do both: `watch()` notes what every line of the loop does, `strip` draws it. (`nn.MSELoss()` is the
# mean over all rows of the squared miss.) Which line changes which object?

# %% id="who-changes-what" covers="S5-09 S5-10 R-27"
model = nn.Linear(3, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

with watch() as trace:
    for epoch in range(2):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
strip(trace)

# %% id="do-words"
ask("backprop-or-descent")

# %% [markdown] id="twice"
# ### Twice
#
# The loop above clears before each backward. What if nobody does?

# %% id="do-twice"
ask("grad-after-two")

# %% id="two-backwards" covers="S5-24 S5-10" folded=true
print("two backwards, and no clearing")
w = torch.tensor(3.0, requires_grad=True)
for turn in range(2):
    loss = (w * 2 + 1 - 5) ** 2  # forward again: a new record
    loss.backward()
    print("backward", turn + 1, "  w.grad", w.grad.item())

# %% id="do-table"
ask("lines-and-effects")

# %% [markdown] id="many-rows" covers="S4-05"
# ### A thousand rows
#
# Now a layer and the whole table. The weight of `nn.Linear(3, 1)` has the shape (1, 3).

# %% id="do-grad-shape"
ask("grad-shape")

# %% id="all-shapes" covers="S4-05 S5-10" folded=true
torch.manual_seed(0)
model = nn.Linear(3, 1)
nn.MSELoss()(model(X), y).backward()
print("shapes of the gradients")
print("one layer:", tuple(model.weight.grad.shape), tuple(model.bias.grad.shape))

net = nn.Sequential(nn.Linear(3, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
started = time.perf_counter()
for _ in range(100):
    net(X)
hundred_forwards = time.perf_counter() - started
loss = nn.MSELoss()(net(X), y)
started = time.perf_counter()
loss.backward()
once_back = time.perf_counter() - started

print("three layers:", [tuple(p.grad.shape) for p in net.parameters()])
print("slopes:", sum(p.grad.numel() for p in net.parameters()))
print("in less time than 100 forward passes:", once_back < hundred_forwards)

# %% [markdown] id="about-shapes" covers="S4-05 S5-19"
# Every parameter's `.grad` has the parameter's own shape, and all 4,481 slopes came from **one** walk.
#
# ## Pitfalls
#
# Five ways in which backward refuses, or worse, does not. Each is a loop broken on purpose, run beside its cure. Both
# run under a *watch*, which notes what every line does; its *doctor* reads the notes and says what it finds.
#
# ### The graph is gone
#
# A slope may depend on the values that forward has met. Where it does, the operation **saves** them for backward; where
# it does not, there is nothing to save. The first backward frees what was saved: that is memory you want back.

# %% id="do-second"
ask("which-survive-twice")

# %% id="try-second" covers="X-02 R-18" folded=true
def back_twice(make):
    w = torch.tensor(3.0, requires_grad=True)
    loss = make(w)
    loss.backward()
    loss.backward()


print("backward twice on one loss")
print("w * w  ", told(lambda: back_twice(lambda w: w * w)))
print("w + 3  ", told(lambda: back_twice(lambda w: w + 3)))
print("exp(w) ", told(lambda: back_twice(torch.exp)))
print("2 * w  ", told(lambda: back_twice(lambda w: 2 * w)))

# %% [markdown] id="about-second" covers="X-02 R-18"
# A product hands to each factor the slope times the **other** factor, so that one is saved, be it a plain 2. An addition
# saves nothing, so it has nothing to lose. How does one run into that in a loop, and what is the cure?

# %% id="do-second-cure"
ask("second-backward-cure")

# %% id="pitfall-second" covers="X-02 R-18" folded=true
pitfall("second-backward").demo()

# %% [markdown] id="inplace-text"
# ### The saved value was overwritten
#
# `h += 1` writes into the tensor itself: **in place**. That is harmful only where backward needs what was
# overwritten. Some operations save what went **in**, others what came **out**, whichever gives their slope more easily.

# %% id="do-inplace"
ask("which-edit-raises")

# %% id="try-inplace" covers="X-03" folded=true
def edited(operation):
    h = operation(torch.tensor([0.5, -0.2], requires_grad=True))
    h += 1
    h.sum().backward()


print("h += 1 after an operation")
linear = nn.Linear(2, 2)
for operation in [linear, torch.sin, torch.tanh, torch.sigmoid, torch.exp, torch.relu]:
    said, name = told(lambda: edited(operation)), getattr(operation, "__name__", "linear")
    print(f"{name:<8}", said if said == "runs" else "raises: ... " + said[-32:])

# %% id="pitfall-inplace" covers="X-03" folded=true
pitfall("inplace-edit").demo()

# %% [markdown] id="about-inplace" covers="X-03"
# tanh, sigmoid, exp and ReLU find their slope from their **output**, so they save it. torch counts the edits of what it
# has saved ("version 1; expected version 0") and stops: better no gradient than a wrong one.
#
# An optimizer's step edits in place as well: the weights. What does it do between a forward pass and its backward?

# %% id="step-between" covers="X-03"
def step_between(*layers):
    net = nn.Sequential(*layers)
    loss = (net(X) ** 2).mean()
    with torch.no_grad():
        for p in net.parameters():
            p -= 0.1  # a step edits in place, unrecorded, just so
    loss.backward()


print("one layer: ", told(lambda: step_between(nn.Linear(3, 1)))[-32:])
print("two layers:", "... " + told(lambda: step_between(nn.Linear(3, 4), nn.Linear(4, 1)))[-32:])

# %% [markdown] id="leaf-text" covers="X-07 X-03"
# The second layer's weights are needed, as saved, to send slopes on to the first. With a single layer nothing lies
# further back, so nobody needs them, and nobody complains.
#
# ### The leaf got lost
#
# A step without an optimizer looks easy. Commit first.

# %% id="do-rebound"
ask("rebound-weight")

# %% id="pitfall-rebound" covers="X-07" folded=true
pitfall("weights-rebound").demo()

# %% id="do-leaf-edited" covers="X-07 X-03"
ask("leaf-edited")

# %% [markdown] id="cut-text" covers="S5-19 X-04"
# ### The way is cut
#
# Under `torch.no_grad()` nothing is written down, so the loss has no way back. Where **nothing** leads back, torch says
# so:

# %% id="pitfall-cut" covers="X-04 S5-19"
pitfall("graph-cut").demo()

# %% [markdown] id="calls-text"
# Quite ordinary calls cut as well. Which ones give something back that a slope could pass through?

# %% id="do-calls-cut" covers="X-09 X-04"
ask("which-calls-cut")

# %% [markdown] id="band-aid-text"
# ### The band-aid
#
# The message says that something "does not require grad". So somebody makes it require one.

# %% id="do-band-aid"
ask("band-aid")

# %% id="pitfall-band-aid" covers="X-08" folded=true
pitfall("graph-band-aid").demo()

# %% [markdown] id="none-zero-text" covers="X-08"
# An error was turned into silence: the worst trade there is. What gives it away is `.grad`. But read it with care:

# %% id="do-none-or-zero"
ask("none-or-zero")

# %% id="none-or-zero" covers="X-08 R-18" folded=true
torch.manual_seed(0)
body, shut, head = nn.Linear(3, 4), nn.Linear(4, 1), nn.Linear(4, 1)
with torch.no_grad():
    shut.bias.fill_(-100.0)

h = body(X).detach()  # a cut
loss = (torch.relu(shut(h)) + head(h)).mean()  # a ReLU that is shut for every row; an open way
loss.backward()
print("a cut, a shut ReLU, an open way: what .grad holds")
for name, layer in {"body": body, "shut": shut, "head": head}.items():
    grad = layer.weight.grad
    print(name, None if grad is None else [round(v, 2) for v in grad[0].tolist()])

# %% [markdown] id="about-none" covers="X-08"
# **None** says that backward never came; **zeros** say that it came, and found the loss flat. So after the first
# backward of a new model, look once for parameters whose `.grad` is None.

# %% [markdown] id="try"
# ## Try
#
# First whole lines. Some of them are impostors.

# %% id="do-orders"
ask("chain-in-order", "step-by-hand")

# %% [markdown] id="try-hand"
# Now write one: the slopes of the mean squared error of a linear model, for its weights and its bias. Use the chain rule;
# or let autograd do it, and compare.

# %% id="do-gradient" exercise="gradient-by-hand"

# %% [markdown] id="deep-dive"
# ## Deep dive
#
# Six points under the hood. Where a question stands, commit first; the cell after it lets PyTorch answer.
#
# ### 1: Who builds the graph, and when?

# %% id="do-when-built"
ask("when-is-it-built", "graph-with-an-if")

# %% id="walk-the-graph" covers="S5-19 S5-20 S5-21"
def walk(node, depth=0):
    leaf = getattr(node, "variable", None)
    kept = "" if leaf is None else f"  a leaf {tuple(leaf.shape)}, its slope goes to .grad"
    print("  " * depth + node.name().split("::")[-1] + kept)
    for earlier, _ in node.next_functions:
        if earlier is not None:
            walk(earlier, depth + 1)


w, deep = torch.tensor([0.5, 0.3, 0.2], requires_grad=True), True
out = X @ w  # a matrix times a vector: Mv in the list
out = torch.tanh(out) if deep else out  # an if: recorded is what ran
walk(((out - y[:, 0]) ** 2).mean().grad_fn)

# %% id="do-read-graph"
ask("read-a-graph", "leaf-table")

# %% [markdown] id="why-dynamic" covers="S5-20 S5-19"
# Each forward pass writes its own record, while it runs. So a model is ordinary Python: `if`, `for`, a print in the
# middle, a debugger. The other design, a graph that is drawn first and run later, can be made faster and is harder to
# look into. Either way nobody derives formulas by hand: each operation brings its own slope along, and the chain rule
# joins them.
#
# What does an operation save? Ask it.

# %% id="what-is-saved" covers="X-02 R-18"
w = torch.tensor(3.0, requires_grad=True)
for made in [w * w, torch.tanh(w), torch.sin(w), w + 3]:
    node = made.grad_fn
    saved = [each for each in dir(node) if each.startswith("_saved") and "alpha" not in each]
    print(f"{node.name():<14}", saved)

# %% id="do-keep-the-middle" covers="X-01"
ask("keep-the-middle", "two-losses-one-body")

# %% [markdown] id="switches-text"
# ### 2: Is `eval()` a switch for gradients?
#
# Two layers do one thing in training and another in use. **Dropout** sets some of its numbers to 0, drawn at random.
# **Batch norm** scales by mean and spread of the batch, and keeps a running mean for later use. `model.train()` and
# `model.eval()` switch between these two modes.

# %% id="do-eval"
ask("eval-or-no-grad", "what-no-grad-stops")

# %% id="eval-and-no-grad" covers="X-05" folded=true
torch.manual_seed(0)
layers = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Dropout(0.5))
layers.eval()
print("two switches")
print("eval:    recorded", layers(X).requires_grad)

layers.train()
before = layers[1].running_mean.clone()
with torch.no_grad():
    out = layers(X)
dropped, moved = (out == 0).float().mean().item(), not torch.equal(before, layers[1].running_mean)
print("no_grad: recorded", out.requires_grad, "  dropped", round(dropped, 1), "  running mean moved", moved)

# %% [markdown] id="modes-text" covers="X-04"
# Two switches, two jobs: `eval()` says how dropout and batch norm behave, `no_grad()` whether torch writes things down.
# Judging a model wants both.
#
# ### 3: Four ways to record nothing
#
# You know `no_grad` and `detach`. `inference_mode` is a stricter `no_grad`, made for speed; `requires_grad_` speaks to
# parameters. Which one when?

# %% id="do-switches"
ask("pick-the-switch", "inference-tensor")

# %% id="four-ways" covers="X-04" folded=true
w = torch.tensor(2.0, requires_grad=True)
with torch.no_grad():
    quiet = w * 3
    with torch.enable_grad():
        in_quiet = w * 3
with torch.inference_mode():
    strict = w * 3
    with torch.enable_grad():
        in_strict = w * 3
print("what is recorded, and what may come back")
print("enable_grad inside no_grad:       ", in_quiet.requires_grad)
print("enable_grad inside inference_mode:", in_strict.requires_grad)
print("w * a no_grad tensor:     ", told(lambda: (w * quiet).backward()))
print("w * a detached tensor:    ", told(lambda: (w * (w * 3).detach()).backward()))
print("w * an inference tensor:  ", told(lambda: (w * strict).backward()))
print("w * a clone of that:      ", told(lambda: (w * strict.clone()).backward()))

# %% [markdown] id="freeze-text" covers="R-16"
# `inference_mode` is the strict one: `enable_grad` does not open it, and its tensors may not be saved for backward; only
# a `clone()`, made outside, may. It saves a little more. Use it where results leave for good, `no_grad` where they might
# come back.
#
# ### 4: Freezing
#
# Sometimes a part of a model is to stay as it is. That is legitimate, and easily missed by one underscore.

# %% id="do-freeze"
ask("freeze-the-body", "all-frozen")

# %% id="freeze-counts" covers="R-16" folded=true
def wants_grad(model):
    return [p.requires_grad for p in model.parameters()]


print("who wants a gradient")
model = nn.Linear(10, 1)
model.requires_grad = False
print("an attribute that nobody reads:", wants_grad(model))
model.requires_grad_(False)
print("the method:                    ", wants_grad(model))
print("all frozen, backward:          ", told(lambda: model(torch.rand(4, 10)).mean().backward()))
model.bias.requires_grad_(True)
print("all but the bias:              ", told(lambda: model(torch.rand(4, 10)).mean().backward()))

before = model.bias.item()
model.bias.requires_grad_(False)  # frozen now, and .grad is still filled
torch.optim.SGD(model.parameters(), lr=0.1).step()
print("the bias after a step, frozen: ", "as before" if model.bias.item() == before else "moved")

# %% [markdown] id="limits" covers="S5-31 S5-20"
# The last line surprises many: a step uses whatever stands in `.grad`, and freezing does not clear it. Freeze first, or
# clear after.
#
# ### 5: What the chain rule asks for
#
# Backward is the chain rule of calculus, run from the end. $f_3(f_2(f_1(w)))$ has the slope $f_3' \cdot f_2' \cdot f_1'$,
# each taken where forward has passed. That sets its **limits**: it starts from one number, or you say how much each of
# several counts; and every link needs a slope.

# %% id="the-limits" covers="S5-31 X-09"
w = torch.tensor([0.3, -1.2], requires_grad=True)
print("from two numbers:", told(lambda: (w * 2).backward()))
print("from their sum:  ", told(lambda: (w * 2).sum().backward()))
print("each counts 1:   ", told(lambda: (w * 2).backward(torch.ones(2))))
print("through >:       ", told(lambda: (w > 0).float().sum().backward()))

w.grad = None
w.round().sum().backward()
print("through round(): ", w.grad.tolist())

# %% [markdown] id="try-cut" covers="X-08 S5-19"
# Rounding is a staircase: flat wherever it has a slope. It is recorded, and brings back zeros.
#
# ### 6: A tool to keep
#
# A cut in the **middle** is silent: what lies behind it still learns. Find one by eye first.

# %% id="do-cut-line"
ask("cut-line")

# %% [markdown] id="write-tool" covers="X-08 X-01"
# Now write what finds them all. Look at `loss.grad_fn`, `node.next_functions` and `node.variable` (a leaf's node has
# it), or at what `torch.autograd.grad` can do.

# %% id="do-unreached" exercise="unreached-parameters"

# %% [markdown] id="trace" covers="S4-01"
# ## Trace
#
# One real training step as a pipeline: data → forward → loss → backward → update. The data is made so that the numbers
# come out round: a thousand rows whose first two you know, weights [0.5, 0.3, 0.2], and targets with just enough noise
# to make the loss 0.25.

# %% id="make-data" covers="S4-01" hidden=true
# Run this cell for the data. How the targets are made is folded away: click to see it.
wanted = torch.tensor([[0.1], [-0.05], [0.02]], dtype=torch.float64)  # the gradient that is to come out
table, weights = X.double(), torch.tensor([[0.5], [0.3], [0.2]], dtype=torch.float64)
part = table @ torch.linalg.solve(table.T @ table, 500 * wanted)  # the part of the miss that the weights can mend
torch.manual_seed(0)
noise = torch.randn(1000, 1, dtype=torch.float64)
noise -= table @ torch.linalg.lstsq(table, noise).solution  # the rest of it, which they cannot
noise *= ((250 - (part**2).sum()) / (noise**2).sum()).sqrt()
y = (table @ weights - part - noise).float()
print("X", tuple(X.shape), "  y", tuple(y.shape), "  first targets", [round(v, 2) for v in y[:2, 0].tolist()])

# %% id="trace-a-step" covers="S4-01 S4-05 S5-10"
model = nn.Linear(3, 1, bias=False)
with torch.no_grad():
    model.weight.copy_(torch.tensor([[0.5, 0.3, 0.2]]))
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

with watch() as trace:
    optimizer.zero_grad()
    y_hat = model(X)
    loss = loss_fn(y_hat, y)
    loss.backward()
    optimizer.step()
pipeline(trace)

# %% [markdown] id="trace-quiz" covers="S4-10 R-10"
# Three questions about that trace, now that its numbers are before you.

# %% id="do-trace-quiz" covers="S4-10 R-10"
ask("what-does-backward-compute", "what-does-backward-need", "what-the-numbers-say")

# %% [markdown] id="forecast-text" covers="S4-11"
# A gradient is a **forecast**: move against it by a small rate, and the loss should fall by the rate times the sum of
# the squared slopes. How good is the forecast, for bold steps and for careful ones?

# %% id="forecast" covers="S4-05 S4-11"
start = torch.tensor([[0.5, 0.3, 0.2]])
g = torch.tensor([[0.1, -0.05, 0.02]])
print("rate     forecast   real fall")
for lr in [10.0, 1.0, 0.1, 0.01]:
    y_hat = X.double() @ (start - lr * g).double().T
    fall = 0.25 - ((y_hat - y) ** 2).mean().item()
    print(f"{lr:<8}{lr * (g**2).sum().item():9.5f}   {fall:9.5f}")

# %% [markdown] id="epochs-text" covers="S4-11 S4-01"
# The smaller the step, the truer the forecast. At rate 10 it is wrong even in its sign: a slope holds **here**, and
# says nothing about far away. So training takes many small steps. Forty of them, from weights of zero:

# %% id="trace-epochs" covers="S4-01 S4-11"
nn.init.zeros_(model.weight)
print("epoch   loss    size of the gradient")
for epoch in range(1, 41):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    if epoch in (1, 2, 5, 10, 20, 40):
        print(f"{epoch:5d}   {loss.item():.3f}   {model.weight.grad.norm().item():.3f}")

# %% [markdown] id="after-epochs" covers="S4-11"
# The gradient shrinks as the bottom comes near: where the slope is 0 there is nothing left to gain. The loss stays at
# .247, for the noise in the targets is no weight's doing.

# %% [markdown] id="experiment" covers="S5-31 S5-19"
# ## Experiment
#
# **Your own autograd, in thirty lines.** A class `Value` that holds a number, remembers what it was made from, and can
# walk back. This is what torch does, without the tensors.
#
# - **Start.** The class in the cell below: `+` is done, as a model for the rest.
# - **Constraints.** No torch, no nudging. Plain Python numbers.
# - **Target.** `*`, `relu()` and `backward()`, such that every `.grad` agrees with torch's: for chains, for forks, for
#   values that are used twice, and for a second loss that adds to the first one's slopes.
# - **Help.** Four hints wait in `hint("tiny-autograd")`, from a nudge to almost all of it; `solution("tiny-autograd")`
#   comes last.
#
# Two questions to think about before you type: what does a product send to each of its factors? And in which order
# must the nodes be visited, so that a node passes on only when **all** of its own slope has come in?

# %% id="do-tiny" exercise="tiny-autograd"

# %% [markdown] id="use-tiny" covers="S5-31"
# And does it learn? When your check is right, the next cell trains a neuron with it; until then it says so.

# %% id="train-tiny" covers="S5-31"
def train_with(cls):
    w, b, losses = cls(0.0), cls(0.0), []
    for _ in range(60):
        total = cls(0.0)
        for x, target in [(1.0, 3.0), (2.0, 5.0), (3.0, 7.0)]:
            miss = w * cls(x) + b + cls(-target)
            total = total + miss * miss
        total.backward()
        w, b = cls(w.data - 0.03 * w.grad), cls(b.data - 0.03 * b.grad)
        losses.append(total.data)
    return losses


try:
    losses = train_with(Value)
    print("it learns:", losses[-1] < 0.1 * losses[0])
except (TypeError, AttributeError):
    print("not yet: Value cannot multiply or walk back")

# %% [markdown] id="metrics" covers="X-06"
# ## Metrics
#
# Which number says that a backward pass is **right**? The loss does not: with slightly wrong slopes it may fall all the
# same. What judges a gradient is its distance from a **measured** one. You met measuring under [Why](#Why): nudge, and
# look. Now with care, to both sides.

# %% id="do-measure"
ask("slope-from-two-losses", "central-gap")

# %% [markdown] id="write-measure"
# Now for all weights, one number at a time.

# %% id="do-measured" exercise="measured-gradient"

# %% [markdown] id="eps-text"
# How small should the nudge be? Commit first.

# %% id="do-eps"
ask("which-eps")

# %% id="nudge-sizes" covers="X-06" folded=true
def cube(w):
    return w * w * w  # its slope at 0.7 is 3 * 0.7 * 0.7 = 1.47


print("nudge   error in float32   error in float64")
for power in range(1, 9):
    eps, errors = 10.0**-power, []
    for dtype in [torch.float32, torch.float64]:
        w = torch.tensor(0.7, dtype=dtype)
        errors.append(abs(((cube(w + eps) - cube(w - eps)) / (2 * eps)).item() - 1.47))
    print(f"1e-{power}    {errors[0]:<18.0e} {errors[1]:.0e}")

# %% id="do-gradcheck"
ask("gradcheck-says")

# %% id="grad-check" covers="X-06" folded=true
from torch.autograd import gradcheck

print("gradcheck of a sum of cubes")
torch.manual_seed(0)
w = torch.randn(3, dtype=torch.float64, requires_grad=True)
print("float64:", gradcheck(lambda w: (w**3).sum(), w))
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    w32 = w.detach().float().requires_grad_()
    print("float32:", told(lambda: gradcheck(lambda w: (w**3).sum(), w32)))

# %% [markdown] id="health" covers="X-06 R-18"
# `gradcheck` is that measurement, ready made: wanted for every operation that somebody writes by hand. In daily work
# the slopes are right, and the coarser looks at `.grad` are worth more:
#
# | look at | good | bad |
# |---|---|---|
# | None or not | a tensor in every parameter that should learn | None: never reached, a cut |
# | zeros | a few, behind shut ReLUs | all zeros: reached, and flat |
# | nan, inf | none | one spoils its weight at the next step, and soon all the others |
# | size by layer | within a few powers of ten | shrinking from layer to layer, or exploding |
# | measured minus computed, in float64 | below a millionth of its size | a wrong formula, or a cut |
#
# Here is where the size by layer pays: ten layers deep, with three activations. The loss is at the end, so the slopes
# have the longest way to the **first** layer. What does each activation do to them on that way?

# %% id="sizes" covers="X-06"
def sizes(activation):
    torch.manual_seed(0)
    layers = [each for _ in range(8) for each in (nn.Linear(16, 16), activation())]
    net = nn.Sequential(nn.Linear(3, 16), activation(), *layers, nn.Linear(16, 1))
    (net(X) ** 2).mean().backward()
    norms = [p.grad.norm().item() for name, p in net.named_parameters() if name.endswith("weight")]
    return [f"{norm:.0e}" for norm in (norms[0], norms[4], norms[-1])]


for activation in [nn.Sigmoid, nn.Tanh, nn.ReLU]:
    first, middle, last = sizes(activation)
    print(f"{activation.__name__:<8} first layer {first}   middle {middle}   last {last}")

# %% [markdown] id="no-slope-metrics" covers="X-09"
# (Sigmoid multiplies by a quarter at most, at each layer, so hardly anything arrives: the first layer learns nothing.)
#
# ### What you cannot send backward
#
# And the numbers that you want in the end, accuracy, precision, recall? They are counted from labels.

# %% id="do-accuracy-as-loss"
ask("accuracy-as-loss")

# %% id="pitfall-argmax" covers="X-09" folded=true
pitfall("argmax-loss").demo()

# %% [markdown] id="metrics-key" covers="X-09 X-06"
# Labels do not change when a weight moves by a hair, so counts of them are staircases: slope 0, and torch does not even
# record them. A matrix of hits and errors, precision and recall are for **reading**; what is sent backward is a
# stand-in with slopes, such as cross-entropy.
#
# **Key result.** The loss tells whether training works; the measured gradient tells whether backward is right; `.grad`
# itself, None, 0, nan or healthy, tells where to look when it is not.

# %% [markdown] id="challenge"
# ## Challenge
#
# Five problems against the clock, two attempts and a hint each.

# %% id="do-challenge"
challenge("03")

# %% [markdown] id="recall"
# ## Recall
#
# Say the answer before you turn the card, then rate how it went: the rating decides when the card comes back. The last
# one asks for your own words.

# %% id="do-recall"
ask("03/recall")

# %% [markdown] id="recall-review"
# And what is due today, from all lessons so far:

# %% id="do-review" tags="nbval-ignore-output"
review()

# %% [markdown] id="exit-quiz"
# ## Exit quiz
#
# One question for each thing that you set out to learn.

# %% id="do-exit"
ask("03/exit")

# %% [markdown] id="summary"
# ## Summary card
#
# | | |
# |---|---|
# | what | `loss.backward()`: the slope of the loss for every parameter, in one walk back through the record |
# | chain rule | multiply along a way, add where ways meet |
# | where to | **added** to `.grad` of leaves that require one; same shape as the parameter |
# | in between | slopes are handed on and dropped; `retain_grad()` keeps one |
# | leaves alone | weights, data, the loss; moving is the step's job (backpropagation computes, gradient descent updates) |
# | needs | a record from forward, one number to start from, something that requires a gradient |
# | "second time" | what was saved is freed: run forward again |
# | "inplace" | what was saved is overwritten: make a new tensor |
# | "does not require grad" | no way back: find the cut, and do not cover it |
# | None, or 0 | None: never reached; 0: reached, and flat |
# | switches | `no_grad`: no record; `eval`: dropout and batch norm; `requires_grad_(False)`: frozen |
# | checked by | nudging both ways, in float64 (`gradcheck`) |
#
# Where do you stand?

# %% id="do-progress" tags="nbval-ignore-output"
progress()
