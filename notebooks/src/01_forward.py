# %% [markdown] id="goal" covers="S2-01"
# # Forward: from rows to predictions
#
# **Goal.** Know exactly what happens in the line `logits = model(X)`: which numbers go in, what is done to them, what
# comes out, and what is left behind.
#
# **You will be able to**
#
# - work out by hand what a small model returns, and spot printed outputs that cannot be right;
# - predict shapes, and mend input of the wrong shape, dtype, device or layout;
# - turn logits into probabilities and labels, along the right dimension and at the right threshold;
# - say what a forward pass leaves behind, and what is no part of it;
# - choose the number that judges a forward pass.
#
# **Out of scope.** How a loss is chosen, how gradients are worked out, how a model is trained. Here it only answers.
#
# **Needs.** [Lesson 00](00_start.ipynb) and Python. &nbsp; **Minutes.** 45 for the core, 70 with all that the exit quiz asks
# about.

# %% [markdown] id="ways-in"
# ### Pick your way in
#
# | way | what waits there | minutes |
# |---|---|---|
# | [Why](#Why) | the problem that it solves | 3 |
# | [Learn](#Learn) | the build-up: one row, a thousand rows, several layers, labels | 18 |
# | [Try](#Try) | guided practice: fill a gap, order lines, write two functions | 15 |
# | [Deep dive](#Deep-dive) | under the hood: the record, five myths, the design, the memory | 15 |
# | [Trace](#Trace) | a real run as a pipeline, with its shapes and numbers | 12 |
# | [Experiment](#Experiment) | an open task: nine numbers, no training | 20 |
# | [Metrics](#Metrics) | which number matters here, and why | 10 |
# | [Challenge](#Challenge) | five problems against the clock | 10 |
# | [Recall](#Recall) | flashcards, your own words, spaced review | 5 |
#
# **The core, 45 minutes:** Why, Learn, [Pitfalls](#Pitfalls), Try. It serves the first three aims. Deep dive and Metrics
# serve the last two, 25 minutes more, and the [Exit quiz](#Exit-quiz) asks about all five. Every way stands alone: run
# the cell below and the one under [Set up](#Set-up), then go where you like.

# %% id="tools"
from lessontools import ask, challenge, check, hint, pitfall, player, progress, review, sliders, solution
from lessontools.explore import chart
from lessontools.explore.sliders import Shown

# %% [markdown] id="warm-up"
# ## Warm-up
#
# What is left of lesson 00? Answer from memory first, then look.

# %% id="do-warm-up"
ask("recall-five-calls", "recall-who-moves", "recall-chance")

# %% [markdown] id="why" covers="S2-01 S5-07"
# ## Why
#
# You have a table of measurements, and what you want is an answer for each row: spam or not, ill or well, how warm
# tomorrow. Without a model there are only rows.
#
# A **model** is a function with numbers of its own inside: its *weights* and *biases*. Calling it on your rows is the
# **forward pass**. When your phone translates or your mail is filtered, this is all that runs: forward, and nothing
# else. Training runs it too, as the first of its steps, thousands of times.

# %% id="before-and-after" covers="S5-07"
rows = [[0.5, 1.2, 3.3], [1.1, 0.7, 2.8]]


def by_rule(row):  # before: a rule that somebody has to write, and to rewrite for each new question
    return 1 if row[0] > 1 and row[2] < 3 else 0


def by_model(row, weights, bias):  # after: one form for all questions, with numbers inside
    return sum(x * w for x, w in zip(row, weights)) + bias


print("rule:          ", [by_rule(row) for row in rows])
print("model:         ", [round(by_model(row, [0.5, 0.3, 0.2], 0.0), 2) for row in rows])
print("other numbers: ", [round(by_model(row, [2.0, -1.0, 0.0], 0.5), 2) for row in rows])

# %% [markdown] id="why-numbers"
# Change a rule, and you write code. Change a model, and you change **numbers**, which a program can do. So one form
# serves for spam, tumours and temperatures; what it does today depends on the numbers that it holds today.
#
# Calling the model is also a line where first programs often stop: wrong shape, wrong dtype (the kind of number), wrong
# device (where the numbers live). You will read such messages below, and know what they ask of you.

# %% [markdown] id="set-up"
# ## Set up
#
# PyTorch is imported here, once, and takes a few seconds. `X` is our table for today: 1000 rows of 3 features. The
# first two rows are chosen, so that we can work them out by hand.

# %% id="import-torch"
import numpy as np
import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)

rows = [[0.5, 1.2, 3.3], [1.1, 0.7, 2.8]]
X = 4 * torch.rand(1000, 3)
X[:2] = torch.tensor(rows)
print("X", tuple(X.shape), X.dtype)


def short(values, digits=2):
    """Return the first four numbers of a tensor as text."""
    shown = ", ".join(f"{v:.{digits}f}" for v in values[:4].tolist())
    return shown + (", ..." if len(values) > 4 else "")

# %% [markdown] id="learn"
# ## Learn
#
# ### One row by hand
#
# A linear layer does what a shop does with a bill: multiply, add up, and add the fixed charge. For a row $x$, weights
# $w$ and a **bias** $b$:
#
# $$\hat y = x_1 w_1 + x_2 w_2 + x_3 w_3 + b$$
#
# No PyTorch is needed for that:

# %% id="by-hand" covers="S4-02 R-05"
weights = [0.5, 0.3, 0.2]

for row in rows:
    print(row, "->", round(sum(x * w for x, w in zip(row, weights)), 2))

# %% [markdown] id="one-bias"
# Now suppose that a page prints the outputs 0.7 and 0.3 for these two rows. Could a bias explain them? Commit first.

# %% id="do-one-bias"
ask("one-bias-two-targets")

# %% id="move-the-bias" covers="R-05" hidden=true
# Run this cell for the sliders. The code is folded away: click to see it.
def two_outputs(w1, w2, b):
    """Can one bias give 0.70 and 0.30?"""
    out = [w1 * x1 + w2 * x2 + 0.2 * x3 + b for x1, x2, x3 in rows]
    hit = abs(out[0] - 0.7) < 0.01 and abs(out[1] - 0.3) < 0.01
    goal = "**Both targets hit.**" if hit else "Targets: 0.70 and 0.30."
    told = f"Row 1 gives {out[0]:.2f}, row 2 gives {out[1]:.2f}; distance {out[1] - out[0]:+.2f}."
    return Shown(f"{told} {goal}", chart.bars(out, ["row 1", "row 2"], "output", told, -3, 7))


sliders(two_outputs, w1=(-1, 2, 0.05, 0.5), w2=(-1, 2, 0.05, 0.3), b=(-3, 3, 0.05, 0))

# %% [markdown] id="after-one-bias" covers="S4-03 R-05"
# The bias moves both bars together; their distance stays +0.05. So the printed pair cannot come from these weights:
# one row would need the bias -0.57, the other -1.02. **Printed numbers have to agree**, and now you can check whether
# they do.
#
# A weight does change the distance. Find a `w2` and a `b` that hit both targets, with `w1` left at 0.5. Then write
# them down here:

# %% id="check-your-numbers"
w2, b = 0.3, 0.0  # your numbers

for (x1, x2, x3), target in zip(rows, [0.7, 0.3]):
    print("output", round(0.5 * x1 + w2 * x2 + 0.2 * x3 + b, 2), "  target", target)

# %% id="do-forward-by-hand"
ask("forward-by-hand")

# %% [markdown] id="a-thousand-rows"
# (One answer: `w2 = 1.2, b = -1.65`.)
#
# ### A thousand rows at once
#
# `nn.Linear(3, 1)` is that bill as a layer: 3 numbers in, 1 number out. Give it the whole table:

# %% id="do-shape-after-linear"
ask("shape-after-linear")

# %% id="a-thousand-outputs" covers="S4-02 S4-03 R-05" folded=true
model = nn.Linear(3, 1)
with torch.no_grad():  # put our own numbers in, instead of the random ones that it starts with
    model.weight.copy_(torch.tensor([[0.5, 0.3, 0.2]]))
    model.bias.fill_(-0.57)

y_hat = model(X)
print("first two outputs:", [round(v, 2) for v in y_hat[:2, 0].tolist()])
print("X", tuple(X.shape), "-> y_hat", tuple(y_hat.shape))
print("weight", tuple(model.weight.shape), "  bias", tuple(model.bias.shape))

# %% [markdown] id="what-linear-does" covers="S2-01 S5-07"
# 0.70 and 0.75: what you worked out, a thousand times over. Two things are worth a second look.
#
# - The weight is stored as **(out, in)**, here (1, 3). So the layer computes `X @ W.T + b`.
# - Each row is treated **on its own**. Rows never mix; only the last dimension changes.
#
# Is that so? Ask PyTorch:

# %% id="rows-do-not-mix"
W, b = model.weight, model.bias
print("X @ W.T + b is the same:    ", torch.allclose(model(X), X @ W.T + b))
print("row 7 alone gives the same: ", torch.allclose(model(X[7]), model(X)[7]))
for shape in [(1, 3), (8, 3), (8, 20, 3)]:
    print("shape", shape, "->", tuple(model(torch.zeros(shape)).shape))

# %% [markdown] id="when-shapes-differ"
# And if the last dimension is not the one that the layer wants? Then the call stops, with a message that deserves to be
# read once with care.

# %% id="do-matmul-error"
ask("matmul-error")

# %% [markdown] id="layers" covers="S4-09"
# ### Layer after layer
#
# A bigger model is layers in a row, with an **activation** between them. `nn.ReLU()` is the plainest: it turns every
# negative number into 0 and leaves the others. `nn.Sequential` holds such a row of layers; `net[0]` is its first one. Fill in
# the shapes first, then let the tracer confirm them.

# %% id="do-shapes-through-the-net"
ask("shapes-through-the-net")

# %% id="shape-tracer" covers="S4-09" hidden=true
# Run this cell for the tracer. The code is folded away: click to see it.
torch.manual_seed(1)
net = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 2))


code = """h = X
h = net[0](h)   # nn.Linear(3, 8)
h = net[1](h)   # nn.ReLU()
h = net[2](h)   # nn.Linear(8, 2)"""

says = [
    "The table comes in: 1000 rows of 3 features.",
    "Each row becomes 8 weighted sums.",
    "Negative numbers become 0; the shape stays.",
    "Each row becomes 2 numbers, one for each class.",
]
h, frames = X, []
for line, note in enumerate(says, start=1):
    if line > 1:
        h = net[line - 2](h)
    state = [["shape of h", str(tuple(h.shape))], ["row 0", short(h[0].detach())]]
    frames.append({"line": line, "note": note, "state": state})

alt = "A batch goes through three layers: (1000, 3), (1000, 8), (1000, 8), (1000, 2)."
player("Shape tracer", code, frames, alt)

# %% [markdown] id="why-activations"
# Why the ReLU in between? Because two linear layers in a row are only one linear layer with other numbers. See for
# yourself: here are two of them, and the one that replaces both.

# %% id="two-make-one"
first, second = net[0], net[2]
W = second.weight @ first.weight
b = second.weight @ first.bias + second.bias
print("without ReLU, one layer is enough:", torch.allclose(second(first(X)), X @ W.T + b, atol=1e-5))
print("with ReLU, it is not:             ", torch.allclose(net(X), X @ W.T + b, atol=1e-5))

# %% [markdown] id="logits"
# ### From logits to labels
#
# A classifier ends in a linear layer, so any number may come out of it, for each class one. What are these numbers?

# %% id="do-what-are-logits"
ask("what-are-logits")

# %% id="logits-to-labels" covers="X-10"
logits = torch.tensor([[2.1, -0.7, 0.3], [0.0, 3.0, 1.0]])  # two rows, three classes
probs = logits.softmax(dim=1)
print("probabilities:", [[round(p, 2) for p in row] for row in probs.tolist()])
print("each row sums to 1:", torch.allclose(probs.sum(dim=1), torch.ones(2)))
print("labels from probabilities:", probs.argmax(dim=1).tolist(), "  from logits:", logits.argmax(dim=1).tolist())

# %% [markdown] id="about-softmax" covers="X-10"
# **Softmax** raises e to each logit and divides by the row's sum. It keeps the order, so the label is in the logits
# already: `argmax`, the place of the highest, is enough. Move the three logits, and find out what happens to the
# probabilities when **all three** rise by the same amount.

# %% id="move-the-logits" covers="X-10" hidden=true
# Run this cell for three sliders. The code is folded away: click to see it.
from math import exp


def three_classes(a, b, c):
    """Three logits and their probabilities"""
    parts = [exp(a), exp(b), exp(c)]
    p = [part / sum(parts) for part in parts]
    winner = "abc"[p.index(max(p))]
    told = ", ".join(f"{name} {value:.2f}" for name, value in zip("abc", p))
    bars = chart.bars(p, list("abc"), "probability", f"Probabilities: {told}.", 0, 1)
    return Shown(f"Highest: **{winner}**. Probabilities: {told}.", bars)


sliders(three_classes, a=(-4, 4, 0.1, 2.1), b=(-4, 4, 0.1, -0.7), c=(-4, 4, 0.1, 0.3))

# %% [markdown] id="one-logit" covers="R-20"
# Nothing happens: only differences count. That is why **two** classes need only **one** logit, the lead of class 1
# over class 0. Its probability is the **sigmoid**, $1 / (1 + e^{-z})$.

# %% id="do-half-on-the-logit-scale"
ask("half-on-the-logit-scale")

# %% id="logit-table" covers="R-20" folded=true
print("logit   probability   logit > 0.0   probability > 0.5")
for z in [-2.0, -0.3, 0.3, 0.5, 2.0]:
    p = torch.sigmoid(torch.tensor(z)).item()
    print(f"{z:5.1f}   {p:11.2f}   {z > 0.0!s:>11}   {p > 0.5!s:>17}")

# %% id="do-logit-to-probability"
ask("logit-to-probability")

# %% [markdown] id="pitfalls" covers="X-15 X-16"
# ## Pitfalls
#
# Four ways to spoil a forward pass, broken and cured side by side. Some stop with an error; the others do not, which
# makes them worse. What the silent ones do to a whole training run, `pitfall("softmax-wrong-dim").demo()` and
# `pitfall("view-is-no-permute").demo()` show in a cell of your own.
#
# ### float64 from NumPy

# %% id="do-double-input"
ask("double-input")

# %% id="pitfall-double" covers="X-15" folded=true
table = np.array(rows)  # NumPy's decimals are float64
model = nn.Linear(3, 1)
print("the table's dtype:", table.dtype)

try:
    model(torch.from_numpy(table))
except RuntimeError as error:
    print("broken:", error)

cured = torch.from_numpy(table).float()  # once, where the data enters
print("cured: ", cured.dtype, "->", tuple(model(cured).shape))

# %% id="do-dtype-after-to"
ask("class-ids")

# %% [markdown] id="wrong-device" covers="X-15"
# ### The wrong device
#
# Numbers live on a **device**: the CPU (`"cpu"`) or a GPU (`"cuda"` for one from NVIDIA). Model and rows must be on the
# same one.

# %% id="do-mend-the-device" covers="X-15"
ask("mend-the-device")

# %% [markdown] id="pitfall-device-meta"
# No GPU here? The device called `meta`, which knows shapes and stores no numbers, lets you rehearse the error anywhere.

# %% id="pitfall-device" covers="X-15"
elsewhere = nn.Linear(3, 1, device="meta")
xb = X[:8]

xb.to("meta")  # makes a copy, and drops it
try:
    elsewhere(xb)
except RuntimeError as error:
    print("broken:", str(error).splitlines()[0])

xb = xb.to("meta")  # keeps it
print("cured: ", xb.device, "->", tuple(elsewhere(xb).shape))

# %% [markdown] id="softmax-along-which-side" covers="X-16"
# ### Softmax along which side?

# %% id="do-softmax-which-way"
ask("softmax-which-way")

# %% id="pitfall-softmax" covers="X-16" folded=true
logits = torch.tensor([[2.1, -0.7, 0.3], [0.0, 3.0, 1.0]])
print("sums after softmax")
for name, dim in [("broken: dim=0 ", 0), ("cured:  dim=-1", -1)]:
    p = logits.softmax(dim=dim)
    rows_sum = [round(v, 2) for v in p.sum(dim=1).tolist()]
    print(name, " rows sum to", rows_sum, "  columns sum to", [round(v, 2) for v in p.sum(dim=0).tolist()])

# %% [markdown] id="view-or-permute" covers="X-16"
# ### view or permute?

# %% id="do-view-or-permute"
ask("view-or-permute")

# %% id="pitfall-view" covers="X-16" folded=true
x = torch.tensor([[1, 2, 3], [4, 5, 6]])
print("x:                      ", x.tolist())
print("broken: x.view(3, 2)    ", x.view(3, 2).tolist(), "  cut anew, in the same order")
print("cured:  x.permute(1, 0) ", x.permute(1, 0).tolist(), "  turned")

# %% id="do-channels-first"
ask("channels-first")

# %% [markdown] id="try" covers="X-10"
# ## Try
#
# From a gap to a whole function. First the gaps.

# %% id="do-gaps"
ask("transpose-gap", "label-gap", "axes-gap")

# %% [markdown] id="try-order"
# Now whole lines. Some of them are impostors.

# %% id="do-orders"
ask("table-to-labels", "two-layers-in-order")

# %% [markdown] id="try-linear"
# Now write one yourself: `linear_forward(X, W, b)` returns what `nn.Linear` would. The card below the cell tells the task;
# run the cell as often as you like. Stuck? `hint("linear-forward")` in a cell of your own.

# %% id="do-linear" exercise="linear-forward"

# %% [markdown] id="try-labels"
# And the way out of the model: `to_labels(logits)`, for one logit a row and for several.

# %% id="do-labels" exercise="logits-to-labels"

# %% [markdown] id="deep-dive"
# ## Deep dive
#
# Five points about forward on which many people hold a myth. Where a question stands, commit first; the cell after it
# lets PyTorch answer.
#
# ### 1: What does a forward pass leave behind?

# %% id="do-what-forward-leaves"
ask("what-forward-leaves")

# %% id="look-at-the-graph" covers="S5-25" folded=true
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
logits = net(X)


def show(node, depth=0):
    parameter = getattr(node, "variable", None)
    shape = "" if parameter is None else f"parameter {tuple(parameter.shape)}"
    print("  " * depth + node.name().split("::")[-1], shape)
    for earlier, _ in node.next_functions:
        if earlier is not None:
            show(earlier, depth + 1)


print("what hangs on logits:")
show(logits.grad_fn)
print("gradients so far:", [p.grad for p in net.parameters()])

# %% [markdown] id="about-the-graph" covers="S5-25"
# Read it from the top: the last operation first, back to the parameters. This record is the **graph**;
# `logits.grad_fn` is its handle, and `backward` will walk it. *Addmm* is the linear layer (multiply and add), *T* the
# turn of its weight. All gradients are still None: forward writes down **how**, it does not work them out.
#
# The record is made anew in each call, while the code runs. So a model may use `if` and `for`, and each call records
# the way that it took.

# %% id="graph-is-dynamic" covers="S5-25"
def bent(x):
    z = x.sum()
    return torch.exp(z) if z < 0 else torch.sqrt(z)


for start in [-2.0, 4.0]:
    print(start, "->", bent(torch.tensor([start], requires_grad=True)).grad_fn.name())

# %% [markdown] id="myth-two"
# ### 2: What does a model learn by looking?

# %% id="do-forward-twice"
ask("forward-twice")

# %% id="count-differences" covers="S5-07" folded=true
model = nn.Linear(3, 1)
first = model(X)
print("after 99 more calls")
print("results that differ from the first:", sum(not torch.equal(first, model(X)) for _ in range(99)))

# %% [markdown] id="where-a-prediction-ends"
# ### 3: Where does a prediction end?

# %% id="do-which-are-layers"
ask("which-are-layers")

# %% id="list-the-layers" covers="R-09 S4-09" folded=true
print("net(X) and the loss")
print("a call runs:", [type(layer).__name__ for layer in net])
y = torch.tensor([[0.7], [0.3]])  # the truth: a loss needs it, a prediction does not
loss = ((net(X[:2]) - y) ** 2).mean()
print("predictions", tuple(net(X[:2]).shape), "  loss", tuple(loss.shape))

# %% [markdown] id="activation-behind-every-layer" covers="R-06"
# ### 4: Does an activation belong behind every layer?

# %% id="do-flat-curve"
ask("last-layer", "flat-from-the-start")

# %% [markdown] id="about-dead-outputs" covers="R-06"
# A ReLU on the output looks harmless when all targets are positive. Draw a thousand random starts of `Linear(3, 1)`,
# put a ReLU behind each, and count those that answer 0.0 to **all** thousand rows. Such a model is dead: ReLU passes
# no gradient where it is shut.

# %% id="count-the-dead" covers="R-06"
dead = 0
for seed in range(1000):
    torch.manual_seed(seed)
    dead += bool((torch.relu(nn.Linear(3, 1)(X)) == 0).all())
print("dead from the start:", dead, "of 1000")

# %% [markdown] id="myth-five" covers="R-20"
# ### 5: Should a model return probabilities?
#
# Many people put the sigmoid into the model. That loses digits which the loss needs. Let a model be sure and wrong: a
# logit of 40 where the truth is 0. The right loss is about 40.

# %% id="logits-keep-digits" covers="R-20 X-10"
z, y = torch.tensor([40.0]), torch.tensor([0.0])
p = torch.sigmoid(z)
print("probability of class 0 left in float32:", (1 - p).item())
print("loss by hand from the probability:     ", (-torch.log(1 - p)).item())
print("loss from the logit:                   ", nn.functional.binary_cross_entropy_with_logits(z, y).item())

# %% [markdown] id="recording-off" covers="S5-25"
# So models give **logits**, and whoever needs a probability asks for it.
#
# ### Switching the record off
#
# The record costs memory: it keeps what backward will need. How much? PyTorch lets us count it. If you only want
# predictions, switch recording off.

# %% id="do-grad-fn-without"
ask("grad-fn-without")

# %% id="count-what-is-kept" covers="S5-25"
def kept_by(call):
    sizes = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: sizes.append(t.numel()) or t, lambda t: t):
        call()
    return sum(sizes)


def silent(batch):
    with torch.no_grad():
        return net(batch)


for batch in [X[:100], X]:
    recorded, unrecorded = kept_by(lambda: net(batch)), kept_by(lambda: silent(batch))
    print(len(batch), "rows:", recorded, "numbers kept; under no_grad:", unrecorded)
print("numbers in the model itself:", sum(p.numel() for p in net.parameters()))
print("same predictions:", torch.equal(net(X), silent(X)))

# %% [markdown] id="deep-connections" covers="S5-07"
# It grows with the batch, while the model keeps its 21 numbers. That is why a large batch can fill a GPU in training,
# and why prediction, under `no_grad`, may fit where training does not.
#
# **Connections.** A forward pass is functions inside functions, $f_3(f_2(f_1(x)))$; the record is what the chain rule
# needs to take them apart again. **Limits.** Only what PyTorch itself computes is recorded: leave half way, for NumPy
# (by `.detach()`) or by `.item()`, and the record ends there. **House rule.** Call `model(X)`, not `model.forward(X)`:
# the call also runs the hooks that profilers and other tools hang on a model.

# %% id="call-not-forward"
calls = []
handle = net.register_forward_hook(lambda *_: calls.append("seen"))
net(X)
net.forward(X)
handle.remove()
print("two forward passes, hook ran", len(calls), "time")

print("recorded:               ", net(X).sum().requires_grad)
print("out by .item() and back:", torch.tensor(net(X).sum().item()).requires_grad)

# %% [markdown] id="trace" covers="S4-09 R-09"
# ## Trace
#
# One real training step as a pipeline: data → forward → loss → backward → update. All numbers are from one run, so
# they agree with each other. The task: label 1 where a hidden rule says so, 0 elsewhere.

# %% id="trace-a-step" covers="S4-02 S4-03 S4-09" hidden=true
# Run this cell for the run, line by line. The code is folded away: click to see it.
torch.manual_seed(0)
y = (X @ torch.tensor([[1.0], [-1.5], [0.5]]) + 0.3 > 0).float()
model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
code = """# the data: X and y
h = model[0](X)
h = model[1](h)
logits = model[2](h)
loss = loss_fn(logits, y)
loss.backward()
optimizer.step()"""
frames, weight = [], model[2].weight


def frame(line, note, made, shape, first, grad="None"):
    now = short(weight[0].detach(), 4)
    state = [["made", made], ["its shape", shape], ["first row", first], ["model[2].weight", now], ["its .grad", grad]]
    frames.append({"line": line, "note": note, "state": state})


frame(1, "**Data.** 1000 rows, and a label for each.", "X and y", "(1000, 3) and (1000, 1)",
      f"{short(X[0])}; label {int(y[0])}")
h = model[0](X)
frame(2, "**Forward.** 4 weighted sums for each row.", "h", "(1000, 4)", short(h[0].detach()))
h = model[1](h)
frame(3, "**Forward.** ReLU: negative numbers become 0.", "h", "(1000, 4)", short(h[0].detach()))
logits = model[2](h)
z = logits[0].item()
frame(4, "**Forward.** One logit for each row. A prediction ends here.", "logits", "(1000, 1)",
      f"logit {z:.3f}, label {int(z > 0)}")
loss = loss_fn(logits, y)
frame(5, "**Loss.** All rows and the truth become one number.", f"loss {loss.item():.4f}", "()", "–")
loss.backward()
grad = short(weight.grad[0], 4)
frame(6, "**Backward.** Each parameter gets a `.grad` of its own shape. No weight has moved.", "gradients",
      "as the weights", "–", grad)
optimizer.step()
frame(7, "**Update.** New weight = old weight - 0.5 × gradient; the gradient stays.", "new weights",
      "as before", "–", grad)
after = loss_fn(model(X), y).item()

player("One step as a pipeline", code, frames, "Seven lines: data, three layers, the loss, backward, the update.")

# %% id="do-trace-stages"
ask("trace-stages")

# %% [markdown] id="trace-epochs-text" covers="S2-01 S2-02"
# Lines 2 to 4 are what `model(X)` runs. Loss, backward and update are training, and no part of a prediction. Now the
# same step, forty times over. Watch epochs 1 and 2: which number moves, and which stands still?

# %% id="trace-epochs" covers="S2-01 S2-02"
print("loss before that step:", round(loss.item(), 4), "  after it:", round(after, 4))
print("commonest class:", round(max(y.mean().item(), 1 - y.mean().item()), 2), "of the rows")
print("epoch   loss   accuracy")
for epoch in range(1, 41):
    optimizer.zero_grad()
    logits = model(X)
    loss = loss_fn(logits, y)
    loss.backward()
    optimizer.step()
    if epoch in (1, 2, 5, 10, 20, 40):
        hits = ((logits > 0.0) == (y > 0.5)).float().mean().item()
        print(f"{epoch:5d}  {loss.item():.3f}   {hits:.2f}")

# %% id="do-which-epoch-learned"
ask("which-epoch-learned")

# %% [markdown] id="experiment"
# ## Experiment
#
# **Nine numbers, no training.** XOR gives label 1 where exactly one of two inputs is on. No single linear layer can do
# that. Make a net with one hidden layer (one before the last) do it, by choosing its weights by hand.
#
# - **Start.** `Linear(2, 2)`, ReLU, `Linear(2, 1)`, with the weights in the cell below: three of four corners are
#   right.
# - **Constraints.** Only the nine numbers may change; no training, no further layer.
# - **Target.** (0, 1) and (1, 0) get a logit above 0.0; (0, 0) and (1, 1) do not; and points up to 0.1 away agree
#   with their corner.
# - **Help.** Three hints wait in `hint("xor-by-hand")`, from a nudge to almost all of it; `solution("xor-by-hand")`
#   comes last.
#
# First look at the start state; change numbers here as often as you like. The last line shows why one linear layer
# will never do: opposite corners always have the same sum, so two of them cannot both be higher than the other two.

# %% id="xor-start"
corners = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def xor_logits(W1, b1, W2, b2):
    W1, b1, W2, b2 = map(torch.tensor, (W1, b1, W2, b2))
    return torch.relu(corners @ W1.T + b1) @ W2.T + b2


logits = xor_logits([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0], [[1.0, 1.0]], [0.0])
for corner, z, target in zip(corners.tolist(), logits[:, 0].tolist(), [0, 1, 1, 0]):
    print(corner, "  logit", round(z, 2), "  label", int(z > 0), "  target", target)

one = nn.Linear(2, 1)(corners)[:, 0]
print("one linear layer, sums of opposite corners equal:", torch.allclose(one[1] + one[2], one[0] + one[3]))

# %% id="do-xor" exercise="xor-by-hand"

# %% [markdown] id="metrics" covers="S2-01 S2-02"
# ## Metrics
#
# A forward pass gives predictions. Which number says how good they are? The first one to look at is the **loss**: the
# distance between prediction and truth. **Accuracy** counts hits, which is easier to tell people, and coarser.

# %% id="do-same-hits"
ask("same-hits-other-loss")

# %% id="same-hits" covers="S2-02" folded=true
print("two models, four rows")
for name, true_class in [("A", [0.9, 0.9, 0.9, 0.4]), ("B", [0.6, 0.6, 0.6, 0.4])]:
    p = torch.tensor(true_class)
    print(name, " accuracy", round((p > 0.5).float().mean().item(), 2), "  loss", round(-p.log().mean().item(), 2))

# %% [markdown] id="two-kinds-of-error" covers="S2-03 S2-04 S2-06 S2-07"
# ### Two kinds of hit, two kinds of error
#
# For yes-or-no labels, hits and errors come in two kinds each. **True** or false says whether the model was right;
# **positive** or negative says what it *called* the row. Two numbers look at one kind of error each:
#
# - **precision:** of those called positive, how many are? It matters where a false alarm costs: a spam filter that
#   hides good mail.
# - **recall:** of the real positives, how many were found? It matters where a miss costs: screening for a disease.

# %% id="do-matrix" covers="S2-03 S2-04 R-01"
ask("precision-of-a-hundred", "find-the-layout-error")

# %% [markdown] id="metrics-slider" covers="S2-05"
# Here are the logits of such a hundred samples, 50 of them really positive. Move the threshold and watch the counts.
# Which threshold gives 40 true and 5 false positives? Where do precision and recall come closest?

# %% id="move-the-threshold" covers="S2-03 S2-04 S2-05 R-20" hidden=true
# Run this cell for the slider. The code is folded away: click to see it.
positives = [-1 + 5 * k / 49 for k in range(50)]
negatives = [-4.5 + 5 * k / 49 for k in range(50)]


def matrix(threshold):
    """One hundred logits, one threshold"""
    tp, fp = sum(z > threshold for z in positives), sum(z > threshold for z in negatives)
    fn, tn = 50 - tp, 50 - fp
    precision = tp / (tp + fp) if tp + fp else 0.0
    scores = [precision, tp / 50, (tp + tn) / 100]
    names = ["precision", "recall", "accuracy"]
    told = ", ".join(f"{name} {value:.3f}" for name, value in zip(names, scores))
    table = f"""
| | called positive | called negative |
|---|---|---|
| **is positive** | TP {tp} | FN {fn} |
| **is negative** | FP {fp} | TN {tn} |
"""
    return Shown(table, chart.bars(scores, names, "score", told, 0, 1))


sliders(matrix, threshold=(-3, 3, 0.25, 1))

# %% [markdown] id="metrics-trade" covers="S2-05 S2-06 S2-07"
# (Threshold 0.0; and -0.25, where both are .84.) A higher threshold calls fewer positives: recall falls or stays,
# precision usually rises. The threshold stands **behind** the model; no weight changes when you move it.

# %% id="do-what-a-threshold-moves"
ask("what-a-threshold-moves")

# %% [markdown] id="metrics-good-bad" covers="S2-08 S2-09"
# ### Good and bad values
#
# Is a loss of 1 much or little? First decide one case.

# %% id="do-good-or-at-chance"
ask("good-or-at-chance")

# %% [markdown] id="metrics-chance-table" covers="S2-08 S2-09 S2-10 S2-11 S2-12"
# | | good | bad |
# |---|---|---|
# | loss | well below chance, and falling | at chance: .693 for 2 classes, 1.099 for 3, 2.303 for 10 |
# | accuracy | well above always naming the commonest class | no better than that |
# | precision, recall | balanced as the task needs | one of them very low |
#
# Three traps: a high accuracy may only mean that one class is **rare**; a row that was in training says nothing about
# **new** rows; a training loss near 0 beside a high validation loss (on rows kept aside) is **memory**, and not skill.
# The first of them takes a few lines to see:

# %% id="rare-class" covers="S2-10 S2-13"
truth = torch.tensor([1] * 20 + [0] * 980)  # 2 % of the payments are fraud
never = torch.zeros(1000, dtype=torch.int64)  # a model that never says fraud
accuracy = (never == truth).float().mean().item()
recall = (never[truth == 1] == 1).float().mean().item()
print("accuracy", round(accuracy, 2), "  recall", round(recall, 2))

# %% id="do-traps" covers="S2-10 S2-11 S2-12 S2-13"
ask("fit-for-use", "three-traps")

# %% [markdown] id="metrics-key"
# **Key result.** Loss first, because it moves with every probability; then precision and recall, because they say
# *which* errors are made; accuracy last, and never without the share of the commonest class beside it.

# %% [markdown] id="challenge"
# ## Challenge
#
# Five problems against the clock, two attempts and a hint each, one from every part of the lesson.

# %% id="do-challenge"
challenge("01")

# %% [markdown] id="recall"
# ## Recall
#
# Say the answer before you turn the card, then rate how it went: the rating decides when the card comes back. The
# last one asks for your own words.

# %% id="do-recall"
ask("01/recall")

# %% [markdown] id="recall-review"
# And what is due today, from all lessons so far:

# %% id="do-review" tags="nbval-ignore-output"
review()

# %% [markdown] id="exit-quiz"
# ## Exit quiz
#
# One question for each thing that you set out to learn.

# %% id="do-exit"
ask("01/exit")

# %% [markdown] id="summary"
# ## Summary card
#
# | | |
# |---|---|
# | what | `logits = model(X)`: rows through layers, each row on its own (batch norm in training is the exception) |
# | linear layer | `X @ W.T + b`; weight stored as (out, in); one bias for each output, shared by all rows |
# | shapes | (1000, 3) → `Linear(3, 1)` → (1000, 1): only the last dimension changes |
# | input | float32, same device, features last; keep what `.to()` and `.float()` return |
# | output | logits: scores without limits; no ReLU behind the last layer |
# | label | C logits: `argmax(dim=-1)`; one logit: `> 0.0`, the same place as probability 0.5 |
# | softmax | `dim=-1`; check that rows sum to 1 |
# | layout | `permute` turns, `view` cuts anew; shapes alone do not tell them apart |
# | left behind | the record (`grad_fn`); no weight moves, every `.grad` stays None |
# | judged by | loss first, then precision and recall, then accuracy |
#
# Where do you stand?

# %% id="do-progress" tags="nbval-ignore-output"
progress()
