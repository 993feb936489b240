# %% [markdown] id="goal"
# # Debug clinic
#
# **Goal.** Find out what is wrong with a training loop, by examination instead of by trial: from the message if there
# is one, from the vital signs if there is none. And mend it at its cause.
#
# **You will be able to**
#
# - read an error message from its last line, and say cause, line and cure;
# - name the likely cause of a loop that runs and does not learn, from its symptom alone;
# - take the vital signs of a loop (gradients, update by weight, modes, memory) and read them;
# - examine a loop in a fixed order before you turn any knob;
# - mend a broken loop at its cause, and show that it is mended.
#
# **Out of scope.** Which model or rate is best; faults of the data; several GPUs.
#
# **Needs.** The five calls ([lesson 05](05_order.ipynb)), what logits and cross-entropy are ([lesson 02](02_loss.ipynb)),
# and best what `backward()` does ([lesson 03](03_backward.ipynb)). &nbsp; **Minutes.** 75 for the core, better in two
# sittings, and some ten more for warm-up and exit quiz; each further way has its own time.

# %% [markdown] id="ways-in"
# ### Pick your way in
#
# | way | what waits there | minutes |
# |---|---|---|
# | [Why](#Why) | three runs, one of them sound | 3 |
# | [Learn](#Learn) | messages, silent patients, vital signs, a method to take home | 43 |
# | [Pitfalls](#Pitfalls) | thirty common faults, and what the doctor says of each | 12 |
# | [Try](#Try) | mend six broken loops; [ten more](#On-call) are on call | 17 |
# | [Deep dive](#Deep-dive) | what backward keeps, weights in a loss, checking a gradient of your own | 12 |
# | [Trace](#Trace) | one loop that stands still and one that swings, line by line | 6 |
# | [Experiment](#Experiment) | patient zero: five faults at once, not one message | 20 |
# | [Challenge](#Challenge) | five problems against the clock | 10 |
# | [Recall](#Recall) | flashcards, your own words, spaced review | 5 |
#
# **The core, 75 minutes:** Why, Learn, Pitfalls, Try. A good place for a pause is before
# [the vital signs](#What-can-be-measured:-vital-signs), half an hour in. Every way stands alone: run the cell below and
# the one under [Set up](#Set-up), then go where you like.

# %% id="tools"
from lessontools import ask, challenge, check, hint, pitfall, player, progress, review, sliders, solution, strip, watch
from lessontools.explore import chart
from lessontools.explore.sliders import Shown
from lessontools.loop.figure import gradient_flow

# %% [markdown] id="warm-up"
# ## Warm-up
#
# Three things that every diagnosis leans on. From memory first, then look.

# %% id="do-warm-up"
ask("recall-chance", "recall-who-moves", "card-messages")

# %% [markdown] id="set-up"
# ## Set up
#
# PyTorch is imported here, once. `X` and `y` are today's rows: 90 of them, four features, three classes.

# %% id="import-torch"
import math
import subprocess
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
torch.set_num_threads(1)

X = torch.randn(90, 4)
y = (X[:, 0] > 0).long() + (X[:, 1] > 0)


def small_net(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))


print("X", tuple(X.shape), "  rows of each class", torch.bincount(y).tolist())

# %% [markdown] id="why" covers="S5-34"
# ## Why
#
# A program with a fault usually stops. A training loop with a fault usually **trains**: gradient descent makes the best
# of whatever it is given. Here are three runs on the same rows, with the same net.

# %% id="do-falling-loss"
ask("falling-loss")

# %% id="three-curves" covers="S5-34 X-10" folded=true
def run(clear=True, soft=False, rounds=60):
    model = small_net()
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=0.1), []
    for epoch in range(rounds):
        if clear:
            optimizer.zero_grad()
        logits = model(X)
        loss = F.cross_entropy(logits.softmax(dim=1) if soft else logits, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


runs = {"right": run(), "never cleared": run(clear=False), "softmax before cross-entropy": run(soft=True)}
print("round                          1     10     30     60")
for name, losses in runs.items():
    print(f"{name:28}", "  ".join(f"{losses[k - 1]:.2f}" for k in (1, 10, 30, 60)))

# %% [markdown] id="after-three-curves"
# All three fall, and the one that is never cleared falls **fastest**. The curve alone does not tell a sound loop from a
# sick one. So a loop is examined, as a patient is: first what it says (messages), then what it does (symptoms), then
# what can be measured (vital signs).

# %% [markdown] id="learn" covers="S5-36"
# ## Learn
#
# ### What it says: reading a message
#
# When Python stops it prints a **traceback**: one entry for each call that was under way, and a message. In a training
# script that easily makes forty lines.

# %% id="do-which-line-first"
ask("which-line-first")

# %% id="a-traceback" covers="S5-36" folded=true
def train_a_step(model, rows):
    logits = model(rows)
    return F.cross_entropy(logits, y)


print("a step on rows of five features, where the net wants four")
try:
    train_a_step(small_net(), torch.randn(90, 5))
except RuntimeError as error:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(str(Path(torch.__file__).parent))]
    print(len(frames), "frames, of which your own:", len(own))
    print("last line:          ", error)
    print("last line of yours: ", own[-1].line)

# %% [markdown] id="two-lines"
# Each entry is called a **frame**; the outermost call stands first, and most of the inner ones are torch talking to
# itself. Two lines are enough. The **message** says what was refused: (90x5 and 4x16), rows of 5 where 4 are wanted.
# Your own **last line** says where: `model(rows)`. The fault may lie further up, where `rows` was made; the message only
# tells you what to look for.
#
# How far up? Try with one that is less obvious.

# %% id="whose-line"
ask("whose-line")

# %% [markdown] id="atlas-text" covers="X-02 X-03 X-04 X-07 X-09 X-14 X-15"
# ### An atlas of messages
#
# Nineteen lines that stop. The next cell **runs** each of them on your torch and keeps what it really said. Click
# into it and step through with the arrow keys: the message stands at the right; below the code, what it means, the usual
# cause and the cure.

# %% id="atlas" covers="X-02 X-03 X-04 X-07 X-09 X-14 X-15" hidden=true
# Run this cell for the atlas. The code is folded away: click to see it.
ATLAS = [  # a line that stops; what the message means; its usual cause; the cure; the pitfall to try
    ("nn.Linear(5, 3)(X)", "The inner numbers of a product differ: rows of 4 features, a layer that wants 5.",
     "a layer's width was guessed, or a flatten is missing",
     "print `X.shape`; make the first layer as wide as the rows", "shape-mismatch"),
    ("model(table)", "Two kinds of numbers in one product: float64 (Double) and float32 (Float).",
     "rows that come from NumPy", "`X.float()` where the data enters, and keep what it returns", "dtype-mismatch"),
    ("model(X.to('meta'))", "Model and rows live on different devices (`meta` stands in for a GPU).",
     "`X.to(device)` without keeping the result; a mask or a target made on the CPU",
     "`X = X.to(device)`; look at `X.device` and at `next(model.parameters()).device`", "device-mismatch"),
    ("loss_fn(model(X), y.float())", "Class ids must be whole numbers: they are places in a list.",
     "labels that were read as decimals", "`y = y.long()`", "labels-as-floats"),
    ("loss_fn(model(X), y + 1)", "An id is not among the outputs, whose places are 0 to C - 1.",
     "ids that begin at 1, or too few outputs", "shift the ids, or widen the last layer", "labels-out-of-range"),
    ("loss_fn(model(X), y[:, None])", "Ids are wanted as one row (n,), and a table (n, 1) came.",
     "a column of a data frame", "`y = y.squeeze(1)`", "broadcast-loss"),
    ("nn.CrossEntropyLoss(model(X), y)", "Torch asked a whole tensor whether it is true.",
     "a loss was **made** from the data instead of called on it; or an `if` over a tensor",
     "`loss_fn = nn.CrossEntropyLoss()`, then `loss_fn(logits, y)`", ""),
    ("F.binary_cross_entropy(3 * model(X)[:, 0], yes)",
     "Probabilities are wanted, and there are numbers beyond 0 to 1.",
     "logits in a loss for probabilities", "`binary_cross_entropy_with_logits`", "double-sigmoid"),
    ("F.binary_cross_entropy_with_logits(model(X)[:, :1], yes)", "Prediction (n, 1) and target (n,) differ in shape.",
     "a single output was not squeezed", "`logits.squeeze(1)`, or `yes[:, None]`", "broadcast-loss"),
    ("(model(X).argmax(dim=1) != y).float().mean().backward()", "The loss has no way back to anything that learns.",
     "`argmax`, `detach`, `.item()`, `no_grad` on the way, or everything frozen",
     "find the cut, and take it away", "graph-cut"),
    ("loss = loss_fn(net(X), y); loss.backward(); loss.backward()",
     "What the graph had saved was freed by the first backward.",
     "forward runs once, above the loop; or something is carried over from the round before",
     "a new forward pass in each round; `detach()` what is carried over", "second-backward"),
    ("h = torch.tanh(model(X)); h += 1; h.sum().backward()", "A tensor that backward needs was overwritten.",
     "`+=`, `relu_`, `x[...] = ...`; or `step()` between a forward pass and its backward",
     "`h = h + 1`; all backward passes first, then the steps", "inplace-edit"),
    ("model.weight -= 0.1", "A weight was changed in place while recording is on.",
     "an update by hand", "put it under `with torch.no_grad():`", "weights-rebound"),
    ("w = torch.ones(2, requires_grad=True); w = w - 0.1 * w.grad", "`w.grad` is None: nothing has been stored there.",
     "backward has not run yet; or `w` names a new tensor since `w = w - ...`",
     "change `w` in place under `no_grad`, after backward", "weights-rebound"),
    ("F.cross_entropy(model(X), y, reduction='none').backward()",
     "Backward starts from one number, and there are many.",
     "a loss that was not averaged", "`.mean()` before `.backward()`", ""),
    ("nn.BatchNorm1d(4)(X[:1])", "Batch norm in training needs at least two rows, to have a spread.",
     "a last batch of a single row", "`drop_last=True`, or another batch size", "batchnorm-one-row"),
    ("model(X).numpy()", "NumPy cannot take a tensor that still has a history.",
     "a figure or a metric made from live logits", "`.detach().numpy()`; for judging, `no_grad` around all of it", ""),
    ("torch.optim.SGD(nn.ReLU().parameters(), lr=0.1)", "There is nothing to train: no parameters were found.",
     "layers in a plain Python list, which a module does not see", "`nn.ModuleList`, `nn.Sequential`",
     "layers-in-list"),
    ("(features * w).sum().backward()",
     "The tensor was made under `inference_mode`, and may never take part in training.",
     "features worked out once, under `inference_mode`", "make them under `no_grad`, or `.clone()` them", "graph-cut"),
]


def provoked(code):
    """Run a line that is meant to stop; return the type and the first sentence of its message."""
    torch.manual_seed(0)
    names = {"torch": torch, "nn": nn, "F": F, "X": X[:8], "y": torch.arange(8) % 3, "yes": torch.ones(8)}
    names |= {"model": nn.Linear(4, 3), "net": small_net(), "loss_fn": nn.CrossEntropyLoss()}
    names |= {"table": torch.from_numpy(np.ones((8, 4))), "w": torch.ones(4, requires_grad=True)}
    with torch.inference_mode():
        names["features"] = torch.randn(8, 4)
    try:
        exec(code, names)
    except Exception as error:
        said = str(error).split("\n")[0]
        return type(error).__name__, said if len(said) < 170 else said[:150].rsplit(" ", 1)[0] + " ..."
    return "nothing", "no message: torch has changed here"


SAID = [provoked(code) for code, *_ in ATLAS]
frames = []
for line, ((code, meaning, cause, cure, name), (kind, said)) in enumerate(zip(ATLAS, SAID), start=1):
    try_it = f' Try `pitfall("{name}").demo()`.' if name else ""
    note = f"{meaning}\n\n*Usual cause:* {cause}.\n\n*Cure:* {cure}.{try_it}"
    frames.append({"line": line, "note": note, "state": [["message", said], ["raised as", kind], ["line", code]]})

alt = "Nineteen lines, each with the message that it raises."
player("Atlas of messages", "\n".join(code for code, *_ in ATLAS), frames, alt)

# %% [markdown] id="look-up-text"
# And the way round: you have a message, and want the page. Paste a piece of yours.

# %% id="look-up" covers="X-15"
def look_up(message):
    """Print what the atlas knows about a message: the entry that shares most words with it."""
    words = set(message.lower().split())
    entry, (kind, said) = max(zip(ATLAS, SAID), key=lambda pair: len(words & set(pair[1][1].lower().split())))
    print(f"{kind}: {said}\n  means: {entry[1]}\n  cause: {entry[2]}\n  cure:  {entry[3]}")


look_up("RuntimeError: one of the variables needed for gradient computation has been modified by an inplace operation")

# %% id="do-messages"
ask("message-to-cause")

# %% [markdown] id="bad-cures" covers="X-08 X-02"
# ### Two pieces of advice
#
# Messages bring forth advice. Judge two pieces that are often given. The first:

# %% id="do-message-gone"
ask("message-gone")

# %% id="demo-band-aid" covers="X-08" folded=true
pitfall("graph-band-aid").demo()

# %% [markdown] id="second-bad-cure"
# The advice took away the message and left the fault: the message was the friend. The second piece stands in a message
# itself, "Specify retain_graph=True if you need to backward through the graph a second time":

# %% id="do-friend-retains"
ask("friend-retains")

# %% id="retained" covers="X-02 X-03" folded=true
print("round after round, on one graph")
model, optimizer_of = small_net(), lambda model: torch.optim.SGD(model.parameters(), lr=0.1)
optimizer = optimizer_of(model)
logits = model(X)  # once, above the loop: the fault
for epoch in (1, 2):
    try:
        optimizer.zero_grad()
        F.cross_entropy(logits, y).backward(retain_graph=True)
        optimizer.step()
        print("round", epoch, "ran")
    except RuntimeError as error:
        print("round", epoch, "stopped:", str(error).split(":")[0])

# %% [markdown] id="after-bad-cures" covers="X-02"
# No cure either. A graph belongs to **one** forward pass, with the weights of that moment. In a training loop, keeping
# it longer is right only where several losses share one forward pass, before any step. (More on messages waits under
# [Deep dive](#Deep-dive).)

# %% [markdown] id="symptoms" covers="S5-35"
# ### What it does: silent patients
#
# No message now. All you have is how the loss behaves. Name the cause **before** you run the demo: each one runs a
# broken loop and its cure side by side, under the watch, and asks the doctor about both.

# %% id="do-not-one-digit"
ask("not-one-digit")

# %% id="demo-not-one-digit" covers="S5-35" folded=true
pitfall("step-before-backward").demo()

# %% [markdown] id="symptom-floor" covers="X-10 X-11"
# *All* digits the same: then no weight has moved. Next patient.

# %% id="do-the-floor"
ask("the-floor")

# %% id="demo-floor" covers="X-10" folded=true
pitfall("softmax-before-ce").demo()

# %% [markdown] id="floors" covers="X-10 X-11 X-12"
# A loss that comes to rest at a certain number is a fingerprint. Which range does a second sigmoid leave, and can a loss
# come to rest below 0? `BCEWithLogitsLoss` is for yes or no, and applies a sigmoid itself; `NLLLoss` is
# cross-entropy without its log_softmax.

# %% id="do-floors"
ask("double-sigmoid-range", "negative-loss")

# %% id="floor-table" covers="X-10 X-11 X-12" folded=true
print("classes   chance, ln C   floor with a softmax before cross-entropy")
for C in (2, 3, 10):
    best = torch.zeros(1, C)
    best[0, 0] = 1.0  # the best that a softmax can offer
    print(f"{C:7}   {math.log(C):12.3f}   {F.cross_entropy(best, torch.tensor([0])).item():.3f}")
low, high = torch.sigmoid(torch.tensor([0.0, 1.0])).tolist()
print(f"sigmoid twice: the loss sees probabilities from {low:.2f} to {high:.2f} only")
logits = torch.tensor([[2.0, 0.0, -1.0]])
print("log_softmax twice is harmless:", torch.allclose(logits.log_softmax(1), logits.log_softmax(1).log_softmax(1)))
print("NLLLoss on probabilities:", round(F.nll_loss(logits.softmax(1), torch.tensor([0])).item(), 2))

# %% [markdown] id="symptom-mean" covers="X-13"
# Third patient: a regression, and every prediction ends near the mean. Work out one number first.

# %% id="do-how-many"
ask("how-many-differences")

# %% id="demo-mean" covers="X-13"
pitfall("broadcast-loss").demo()

# %% id="do-symptoms" covers="S5-34 S5-35"
ask("symptom-to-cause")

# %% [markdown] id="vital-signs" covers="X-08 X-27"
# ### What can be measured: vital signs
#
# Four figures for each parameter, taken after one step, tell most silent faults apart:
#
# | sign | healthy | worth a look |
# |---|---|---|
# | `.grad` | there | None (never reached), all zeros (reached, flat), nan |
# | rms of `.grad` (root of the mean square) | within a few powers of ten across layers | far smaller in early layers |
# | update by weight, a ratio of rms | about 1e-3 for a weight matrix (1e-4 to 1e-2) | 0, below 1e-6, above 0.1 |
# | mode | training while training | eval |
#
# (Biases begin near 0, so by that ratio they may move more. The **mode** is what `model.train()` and `model.eval()`
# set. Two kinds of layers ask for it: **dropout** switches off random units in training, and **batch norm** uses the
# mean and spread of the batch in training, running averages of them otherwise.) The function below takes all four. It
# is plain PyTorch: copy it into your own projects.

# %% id="vital-signs-code" covers="X-08 X-17 X-27"
def state_of(grad):
    """Return None, nan, zeros or there."""
    if grad is None:
        return "None"
    if not grad.isfinite().all():
        return "nan"
    return "there" if grad.any() else "zeros"


def vital_signs(model, before):
    """Return a row for each parameter after a step; `before` holds the weights as they were before it."""
    rows, layers = [], dict(model.named_modules())
    for name, parameter in model.named_parameters():
        grad, old, found = parameter.grad, before[name], state_of(parameter.grad)
        size = f"{grad.square().mean().sqrt().item():.0e}" if found in ("there", "nan") else "–"
        ratio = ((parameter.detach() - old).norm() / old.norm().clamp(min=1e-12)).item()
        mode = "training" if layers[name.rpartition(".")[0]].training else "eval"
        rows.append([name, found, size, f"{ratio:.0e}" if ratio else "0", mode])
    return rows


def weights_of(model):
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


model = small_net()
before = weights_of(model)
F.cross_entropy(model(X), y).backward()
torch.optim.SGD(model.parameters(), lr=0.02).step()
for row in vital_signs(model, before):
    print("{:10} grad {:6} rms {:6} update/weight {:6} {}".format(*row))

# %% id="do-nothings"
ask("none-zero-nan", "update-ratio")

# %% [markdown] id="ward-text" covers="X-08 X-17 X-27"
# #### The ward
#
# Nine patients, each after one step. Move `patient` from bed to bed, name the fault **from the panel alone**, then set
# `tell` to 1. The arrow keys move a slider.

# %% id="ward" covers="X-04 X-08 X-17 X-27" hidden=true
# Run this cell for the ward. The code is folded away: click to see it.
class Patient(nn.Module):
    """Three layers with dropout; one of several things may be wrong with the way through them."""

    def __init__(self, fault=""):
        super().__init__()
        self.fault = fault
        self.first, self.second, self.third = nn.Linear(4, 16), nn.Linear(16, 16), nn.Linear(16, 3)
        self.drop = nn.Dropout(0.2)

    def forward(self, rows):
        h = torch.relu(self.first(rows))
        if self.fault == "cut":
            h = h.detach()
        h = torch.relu(self.second(h) - (100.0 if self.fault == "dead" else 0.0))
        h = self.drop(h)
        if self.fault == "nan":
            h = h + ((h - h) ** 2).sum(dim=1, keepdim=True).sqrt()
        return self.third(h)


BEDS = [
    ("healthy", "Nothing stands out: gradients everywhere, of one size; weight matrices move by a few 1e-3."),
    ("cut", "Above the cut None, below it numbers: the first layer's output is detached."),
    ("low", "All is there, and the weights move by a millionth of themselves: the rate is far too low."),
    ("dead", "Zeros, not None: backward came by, and the ReLU behind the second layer is shut for every row."),
    ("order", "Gradients are there and nothing has moved: the step came before backward."),
    ("high", "Updates as large as the weights themselves: the rate is far too high."),
    ("nan", "nan, in front of the place where a root of 0 was taken: 0 times infinity on the way back."),
    ("frozen", "None in one layer only, and its weights do not move: it is frozen. That may be meant so."),
    ("eval", "The figures are fine; the mode is not. Dropout is switched off while it trains."),
]


def examined(fault):
    torch.manual_seed(1)
    model = Patient(fault)
    model.second.requires_grad_(fault != "frozen")
    model.train(fault != "eval")
    before = weights_of(model)
    optimizer = torch.optim.SGD(model.parameters(), lr={"low": 1e-5, "high": 30.0}.get(fault, 0.05))
    if fault == "order":
        optimizer.step()
    F.cross_entropy(model(X), y).backward()
    if fault != "order":
        optimizer.step()
    return vital_signs(model, before)


SIGNS = [examined(fault) for fault, _ in BEDS]
HEAD = "| parameter | .grad | rms of .grad | update by weight | mode |\n|---|---|---|---|---|\n"


def ward(patient, tell):
    """The ward: nine patients after one step"""
    rows = "\n".join("| " + " | ".join(row) + " |" for row in SIGNS[patient - 1])
    said = BEDS[patient - 1][1] if tell else "What is wrong? Set `tell` to 1 to compare."
    return Shown(f"**Bed {patient}**\n\n{HEAD}{rows}\n\n{said}")


sliders(ward, patient=(1, 9, 1, 1), tell=(0, 1, 1, 0))

# %% id="do-where-and-nan" covers="X-17"
ask("where-and-nan")

# %% id="where-and-nan" covers="X-17" folded=true
print("value, and the way back")
for name, formula in {
    "where behind the root": lambda x: torch.where(x > 0, x.sqrt(), 0.0),
    "eps inside the root": lambda x: (x + 1e-12).sqrt(),
}.items():
    x = torch.tensor(0.0, requires_grad=True)
    z = formula(x)
    z.backward()
    print(f"{name:22} value {z.item():.6f}   grad finite: {bool(x.grad.isfinite())}")
print("BCE of probability 0 for a true 1:", F.binary_cross_entropy(torch.zeros(1), torch.ones(1)).item(), "(clamped)")

# %% [markdown] id="switches-text" covers="X-05 X-27"
# #### Two switches
#
# The mode is a vital sign because nothing else shows it. `eval()` and `no_grad()` sound alike and are two switches.

# %% id="do-switches"
ask("under-no-grad", "backward-in-eval")

# %% id="two-switches" covers="X-05 X-27" folded=true
print("the same rows twice, for each setting of both switches")
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 3))
for mode in ("train", "eval"):
    for recording in (True, False):
        model.train(mode == "train")
        seen = model[1].running_mean.clone()
        with torch.set_grad_enabled(recording):
            one, two = model(X), model(X)
        same, moved = torch.equal(one, two), not torch.equal(seen, model[1].running_mean)
        words = f"{mode}(), {'recording' if recording else 'no_grad()'}:"
        print(f"{words:22} same result twice {same!s:5}  statistics move {moved!s:5}  graph {one.grad_fn is not None}")

# %% [markdown] id="method" covers="X-36 X-26"
# ### A method to take home
#
# Five examinations, cheapest first. **Before** any knob is turned.
#
# 1. **The message**, if there is one: last line, then your own last line.
# 2. **The first loss** against chance: ln C for C classes. One forward pass.
# 3. **One batch by heart**: the same 16 rows, again and again.
# 4. **Vital signs** of each layer after a step.
# 5. **The doctor**: the same loop under `watch()`.
#
# Then change **one** thing, and examine again.

# %% id="do-first-loss"
ask("first-loss-verdicts")

# %% id="first-loss" covers="X-36" folded=true
print("the loss before the first step, three kinds of wine")
from sklearn.datasets import load_wine

wine = load_wine()
raw, kinds = torch.tensor(wine.data, dtype=torch.float32), torch.tensor(wine.target)
scaled = (raw - raw.mean(dim=0)) / raw.std(dim=0)
torch.manual_seed(0)
model = nn.Linear(13, 3)
print("chance, ln 3:        ", round(math.log(3), 2))
print("first loss, scaled:  ", round(F.cross_entropy(model(scaled), kinds).item(), 2))
print("first loss, as it is:", round(F.cross_entropy(model(raw), kinds).item()))

# %% [markdown] id="one-batch-text" covers="X-36"
# A random opinion costs a little more than none (1.43 against 1.1), and that is healthy. A hundred times as much is a
# finding, before the first step. Now the best test of all: sixteen rows, three hundred rounds.

# %% id="do-cannot-overfit"
ask("cannot-overfit")

# %% id="one-batch" covers="X-36" folded=true
def one_batch(loss_of, labels, lr=0.02):
    model, xb = small_net(), X[:16]
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(300):
        optimizer.zero_grad()
        loss = loss_of(model, xb, labels)
        loss.backward()
        optimizer.step()
    return loss.item()


def sound(model, xb, yb):
    return F.cross_entropy(model(xb), yb)


def softmaxed(model, xb, yb):
    return F.cross_entropy(model(xb).softmax(dim=1), yb)


def blind(model, xb, yb):
    return F.cross_entropy(model(torch.zeros_like(xb)), yb)


print("loss on the one batch after 300 rounds")
mixed = y[:16][torch.randperm(16, generator=torch.Generator().manual_seed(0))]
print("a sound loop:               ", round(one_batch(sound, y[:16]), 2))
print("softmax twice:              ", round(one_batch(softmaxed, y[:16]), 2))
print("a rate of 1e-7:             ", round(one_batch(sound, y[:16], lr=1e-7), 2))
print("rows that never reach it:   ", round(one_batch(blind, y[:16]), 2))
print("labels of the wrong rows:   ", round(one_batch(sound, mixed), 2))

# %% [markdown] id="after-one-batch" covers="X-36 X-26"
# Three faults fail the test. The last one **passes** it: a net learns wrong labels by heart as well as right ones. So
# the test says that the loop works, not that the data make sense. For that, train once with all inputs set to zeros,
# the **input-independent baseline**: what your model cannot beat clearly, it has not learned from the rows.

# %% id="do-method"
ask("overfit-one-batch")

# %% [markdown] id="doctor-text" covers="S5-34"
# ### The doctor
#
# `watch()` looks over the shoulder of any loop, unchanged, and `trace.diagnose()` says what it saw: the observation
# with its line, the usual cause, the cure, and how sure it is. Here is a loop that trains. How many faults do **you**
# count? Then run.

# %% id="the-doctor" covers="S5-34 X-28" folded=true
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
total = 0.0

with watch() as trace:
    for epoch in range(12):
        model.train()
        order = torch.randperm(60)
        for rows in order.split(20):
            loss = F.cross_entropy(model(X[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += loss
        with torch.no_grad():
            F.cross_entropy(model(X[60:]), y[60:])

trace.diagnose()

# %% [markdown] id="flow-text" covers="X-36"
# Three: two facts and a strong suspicion, in fifteen lines that train without a word. The same trace also holds the
# vital signs, as a picture: gradients and updates of each parameter on a scale of powers of ten.

# %% id="flow" covers="X-36"
gradient_flow(trace, step=1)

# %% [markdown] id="script-text"
# For a script there is a command: `lessontools diagnose train.py`. Its exit code is 1 if a fact was found, so that a
# build can stop there. The next cell writes such a script and runs the command on it.

# %% id="the-script" covers="S5-36"
SCRIPT = """import torch
from torch import nn

model = nn.Linear(10, 1)
for parameter in model.parameters():
    parameter.requires_grad = False
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
X, y = torch.randn(60, 10), torch.randn(60, 1)
for epoch in range(20):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(X), y)
    loss.backward()
    optimizer.step()
"""
with tempfile.TemporaryDirectory() as folder:
    Path(folder, "train.py").write_text(SCRIPT)
    command = [sys.executable, "-m", "lessontools", "diagnose", "train.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
print(done.stdout.split("\n\nNot visible")[0])
print("\nexit code", done.returncode)

# %% id="do-doctor"
ask("what-no-trace-shows")

# %% [markdown] id="pitfalls" covers="S5-34 S5-35 S5-36"
# ## Pitfalls
#
# Thirty common faults in two tiers: A, everyday; B, frequent. Each is a loop in `quizzes/pitfalls`; the next cell runs
# all thirty, broken, under the watch. Make a guess first: how many will give themselves away, by a message or to the
# doctor?

# %% id="tiers" covers="S5-34 S5-35 X-10 X-11 X-13 X-15 X-26 X-27 X-28" hidden=true folded=true
# Run this cell for the table. The code is folded away: click to see it.
TIERS = {
    "A": """shape-mismatch device-mismatch dtype-mismatch labels-out-of-range graph-cut second-backward grad-not-cleared
        cleared-before-step softmax-before-ce train-in-eval-mode eval-in-train-mode scheduler-before-optimizer""",
    "B": """broadcast-loss inplace-edit step-between double-sigmoid batchnorm-one-row graph-leak eval-builds-graph
        clip-after-step accumulation-not-divided accumulation-cleared accumulation-remainder metric-averaging
        eval-rows-trained-on features-chosen-before-split best-weights-aliased optimizer-state-lost layers-in-list
        threshold-half-on-logit""",
}
print("tier  pitfall                       by itself  the doctor")
gives_away = []
for tier, names in TIERS.items():
    for name in names.split():
        one = pitfall(name)
        outcome = one.run("broken")
        levels = {each.code: each.level for each in outcome.trace.diagnose().findings}
        says = f"{one.finding} ({levels[one.finding]})" if one.finding in levels else "–"
        gives_away.append(bool(outcome.error) or one.finding in levels)
        print(f"{tier}     {name:28}  {'stops' if outcome.error else 'silent':9}  {says}")
print(sum(gives_away), "of", len(gives_away), "give themselves away, by a message or to the doctor")

# %% [markdown] id="after-tiers" covers="X-26"
# A dash is no clean bill of health: what remains leaves no trace in gradients and updates, or is a matter of what you
# **meant**. For those there is only looking. Now six demos that you have not seen yet. Leave out what you know.

# %% id="do-error-rate"
ask("error-rate-as-loss")

# %% id="demo-cut" covers="X-09" folded=true
pitfall("argmax-loss").demo()

# %% id="do-dropout-once"
ask("dropout-once")

# %% id="demo-modes" covers="X-27" folded=true
pitfall("train-in-eval-mode").demo()

# %% id="do-leak"
ask("memory-that-grows")

# %% id="demo-leak" covers="X-28" folded=true
pitfall("graph-leak").demo()

# %% [markdown] id="more-demos"
# Three more, about what a loss applies itself, and about rows that come sorted.

# %% id="do-pairs"
ask("which-pairs")

# %% id="demo-double-sigmoid" covers="X-11" folded=true
pitfall("double-sigmoid").demo()

# %% id="demo-nll" covers="X-12" folded=true
pitfall("nll-without-log").demo()

# %% id="do-sorted"
ask("sorted-rows")

# %% id="demo-sorted" covers="X-26" folded=true
pitfall("no-shuffle").demo()

# %% [markdown] id="try" covers="S5-35 X-02 X-08 X-10 X-13 X-27"
# ## Try
#
# Six patients from three wards: A stops with a message, B runs and does not learn, C learns and reports something else.
# Each function is short and has **one** fault. Run the cell as it is and nothing is marked; mend it, run
# again, and `check` tries it on inputs that you have not seen. Stuck? `hint("mend-cut")` in a cell of your own; the
# demo is often the best hint.
#
# ### A3: "element 0 of tensors does not require grad"
#
# One step a round, on the mean loss of all parts. Find where the way back to the weights is cut.

# %% id="do-mend-cut" exercise="mend-cut"

# %% [markdown] id="try-twice"
# ### A4: "backward through the graph a second time"
#
# Round one works. What is made once, and should be made in every round?

# %% id="do-mend-second-backward" exercise="mend-second-backward"

# %% [markdown] id="try-order"
# ### B1: not one digit moves
#
# No message. Twelve rounds, and twelve times the same loss.

# %% id="do-mend-step-first" exercise="mend-step-first"

# %% [markdown] id="try-softmax"
# ### B3: it creeps to a floor
#
# The labels come out well, and the loss will not go below 0.55.

# %% id="do-mend-softmax" exercise="mend-softmax"

# %% [markdown] id="try-column"
# ### B4: every answer is the mean
#
# `model(X)` is (n, 1), `y` is (n,), and the loss is written by hand, so nobody warns.

# %% id="do-mend-column" exercise="mend-column"

# %% [markdown] id="try-modes"
# ### C1: dropout in the first epoch only
#
# All training in training mode, all judging in eval mode.

# %% id="do-mend-modes" exercise="mend-modes"

# %% [markdown] id="try-shown"
# How do you know that they are mended? The last question of the core:

# %% id="do-mended"
ask("is-it-mended")

# %% [markdown] id="on-call" covers="S5-34 S5-36 X-03 X-04 X-05 X-07 X-11 X-15 X-17 X-26 X-28"
# ## On call
#
# Ten more patients from the same three wards, two to four minutes each, for today or for the rest of the week.
#
# ### A1: Double and Float

# %% id="do-mend-dtype" exercise="mend-dtype"

# %% [markdown] id="call-labels"
# ### A2: "Target 3 is out of bounds"
#
# The field guide counts its species from 1.

# %% id="do-mend-labels" exercise="mend-labels"

# %% [markdown] id="call-by-hand"
# ### A5: 'float' and 'NoneType'
#
# Three weights and no optimizer. Mend the update, and do what an optimizer does besides moving. First point at the
# line:

# %% id="do-weights-by-hand"
ask("weights-by-hand")

# %% id="do-mend-by-hand" exercise="mend-by-hand"

# %% [markdown] id="call-frozen"
# ### A6: everything is frozen
#
# The body is to stay as it is, the head is to learn. Freezing a part is a fine thing; freezing all of it stops
# backward.

# %% id="do-mend-frozen" exercise="mend-frozen"

# %% [markdown] id="call-uncleared"
# ### B2: it swings
#
# Add what is missing, in any place that is legal.

# %% id="do-mend-uncleared" exercise="mend-uncleared"

# %% [markdown] id="call-sigmoid"
# ### B5: sigmoid twice

# %% id="do-mend-sigmoid" exercise="mend-sigmoid"

# %% [markdown] id="call-judge"
# ### C2: the same rows, another loss
#
# `judge` is the function that every project needs: no dropout, no graph, a plain number, and the mode put back.

# %% id="do-mend-judge" exercise="mend-judge"

# %% [markdown] id="call-total"
# ### C3: memory grows, and the mean is off
#
# Two faults. The second is arithmetic; do it by hand first.

# %% id="do-epoch-mean"
ask("mean-of-two-batches")

# %% id="do-mend-total" exercise="mend-total"

# %% [markdown] id="call-shuffle"
# ### C4: one class at a time

# %% id="do-mend-shuffle" exercise="mend-shuffle"

# %% [markdown] id="call-nan"
# ### C5: a finite loss, nan in the weights

# %% id="do-mend-nan" exercise="mend-nan"

# %% [markdown] id="deep-dive" covers="X-03 X-04 S5-36"
# ## Deep dive
#
# Three things for those who want to know more than the message says.
#
# ### What may be overwritten, and what may train
#
# Whether an in-place edit raises depends on what the operation before it has kept. And a switch that looks like one
# need not be one.

# %% id="do-more-messages" covers="X-03 X-04 S5-36"
ask("in-place-or-not", "which-may-train", "module-switch")

# %% id="what-is-kept" covers="X-03 X-04 S5-36" folded=true
print("what is kept, and what is frozen")
def kept_by(operation):
    sizes = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: sizes.append(t.numel()) or t, lambda t: t):
        operation(torch.ones(5, requires_grad=True))
    return sum(sizes)


doubled, shifted = lambda z: 2 * z, lambda z: z + 1
for name, operation in [("tanh(z)", torch.tanh), ("exp(z)", torch.exp), ("2 * z", doubled), ("z + 1", shifted)]:
    print(f"{name:8} keeps {kept_by(operation)} numbers for backward")
body = nn.Linear(4, 8)
body.requires_grad = False
print("after body.requires_grad = False:   ", [p.requires_grad for p in body.parameters()])
body.requires_grad_(False)
print("after body.requires_grad_(False):   ", [p.requires_grad for p in body.parameters()])

# %% [markdown] id="weights-text" covers="X-14 X-16"
# ### Silent, and a matter of meaning
#
# A weight on the wrong class, a mean that is a sum, axes that were cut anew: everything runs. Two figures to work out,
# then the cell shows all three cases.

# %% id="do-weights"
ask("pos-weight", "weighted-mean")

# %% id="weights-and-means" covers="X-14 X-16" folded=true
print("three silent slips")
logits, labels = torch.tensor([[2.0, 0.0], [1.0, 0.0]]), torch.tensor([0, 1])
each = F.cross_entropy(logits, labels, reduction="none")
weighted = F.cross_entropy(logits, labels, weight=torch.tensor([1.0, 3.0]))
a, b = each.tolist()
print(f"class weights: losses {a:.2f} and {b:.2f}, weighted mean {weighted.item():.2f} = ({a:.2f} + 3 * {b:.2f}) / 4")
for rows in (8, 64):
    w = torch.ones(1, requires_grad=True)
    (w * torch.ones(rows) - 2).square().sum().backward()
    print(f"reduction='sum', {rows:2} rows: gradient {w.grad.item():.0f}")
columns = torch.arange(12).view(3, 4)
print("view(4, 3), first row:", columns.view(4, 3)[0].tolist(), "  T, first row:", columns.T[0].tolist())
p = torch.randn(4, 3).softmax(dim=0)
print("softmax(dim=0): rows sum to 1:", torch.allclose(p.sum(dim=1), torch.ones(4)))

# %% [markdown] id="gradcheck-text" covers="X-06"
# ### When the formula is your own
#
# An operation with a hand-written backward can be wrong without any sign. `torch.autograd.gradcheck` compares it with
# finite differences: $(f(x + h) - f(x - h)) / 2h$.

# %% id="do-gradcheck"
ask("central-difference", "gradcheck-float")

# %% id="gradcheck" covers="X-06" folded=true
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * 2 * x**2  # it should be 3


def passes(function, dtype):
    x = torch.tensor([1.5, 2.5], dtype=dtype, requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of float32 here
        return torch.autograd.gradcheck(function, [x], raise_exception=False)


print("the cube passes gradcheck")
print("wrong backward, float64:", passes(Cube.apply, torch.float64))
print("torch's own,    float64:", passes(lambda x: x**3, torch.float64))
print("torch's own,    float32:", passes(lambda x: x**3, torch.float32))

# %% [markdown] id="trace" covers="S5-34 S5-35"
# ## Trace
#
# A diagnosis is easier where you can see which line changed what. `strip(trace)` draws it: the lines of a loop
# downwards, a lane for each object. First the patient who stands still.

# %% id="strip-still" covers="S5-35"
torch.manual_seed(0)
model = nn.Linear(4, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

with watch("close") as still:
    for epoch in range(6):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X), y)
        optimizer.step()
        loss.backward()

strip(still, steps=2)

# %% [markdown] id="strip-swing-text" covers="S5-34"
# Read the lane of the weights: every step ends in *did not move*. It finds nothing, and each backward comes too late,
# for `zero_grad()` is next. Now the one that swings. In its picture the numbers in the gradients are backward passes.
# Commit first:

# %% id="do-trace"
ask("passes-in-a-step")

# %% id="strip-swing" covers="S5-34" folded=true
torch.manual_seed(0)
model = nn.Linear(4, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

with watch("close") as swing:
    for epoch in range(6):
        loss = F.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()

strip(swing, steps=3)

# %% [markdown] id="experiment" covers="X-36"
# ## Experiment
#
# **Patient zero.** Five faults in fifteen lines, and not one message. It even learns.
#
# - **Start.** The function below, on 180 sorted rows with 60 kept aside, a net with dropout.
# - **Target.** The doctor finds nothing; the kept losses are plain numbers, the last one below 0.35; the rows kept
#   aside are judged in eval mode, without a graph; more than 9 in 10 of them are right.
# - **Constraints.** The model, the optimizer, its rate and the 30 epochs stay. Change what is broken and nothing else.
# - **Help.** The doctor (`with watch() as trace: ...`); three hints in `hint("five-faults")`; `solution("five-faults")`
#   last.
#
# Where to begin? With the examinations above, not with the code.

# %% id="do-five-faults" exercise="five-faults"

# %% [markdown] id="challenge"
# ## Challenge
#
# Five problems against the clock, two attempts and a hint each.

# %% id="do-challenge"
challenge("10")

# %% [markdown] id="recall"
# ## Recall
#
# Say the answer before you turn the card, then rate how it went: the rating decides when the card comes back. The last
# one asks for your own words.

# %% id="do-recall"
ask("10/recall")

# %% [markdown] id="recall-review"
# And what is due today, from all lessons so far:

# %% id="do-review" tags="nbval-ignore-output"
review()

# %% [markdown] id="exit-quiz"
# ## Exit quiz
#
# One question for each thing that you set out to learn.

# %% id="do-exit"
ask("10/exit")

# %% [markdown] id="summary"
# ## Summary card
#
# | | |
# |---|---|
# | a message | last line first (what was refused), then your own last line; the fault may lie above it |
# | no cures | `loss.requires_grad_(True)`; `retain_graph=True` to silence "a second time"; turning the rate |
# | exactly the same loss | no step found a gradient: order, clearing, cut |
# | a floor | .551 for 3 classes: softmax twice; variance of y: (n, 1) against (n,); ln C: nothing learned |
# | a quick start, then swings | gradients never cleared |
# | `.grad` None, zeros, nan | never reached; reached and flat; 0 times infinity |
# | update by weight | about 1e-3 |
# | two switches | `eval()` for layers, `no_grad()` for the record; put the mode back |
# | method | message, first loss, one batch by heart, vital signs, doctor; then **one** change |
# | at home | `with watch() as trace: ...`, `trace.diagnose()`; `lessontools diagnose train.py` |
#
# Where do you stand?

# %% id="do-progress" tags="nbval-ignore-output"
progress()
