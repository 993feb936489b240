# %% [markdown] id="goal" covers="S1-01 S5-08"
# # Loss: one number for how wrong
#
# **Goal.** Know exactly what happens in the line `loss = loss_fn(logits, y)`: what is compared with what, what the one
# number says and what it does not, and which mistakes it swallows without a word.
#
# **You will be able to**
#
# - say what one value of a loss means: in which unit, against which chance level, and what it may be compared with;
# - work out squared error and cross-entropy by hand, from a model's outputs;
# - match last layer, target and loss, and name the floor that a wrong match puts under the loss;
# - keep predictions and targets in one shape, and recognise what happens if they are not;
# - say what `reduction` and class weights do to a loss and to the size of a step;
# - keep losses and their slopes finite.
#
# **Out of scope.** How slopes are worked out and used; how costs of errors are chosen; precision and recall.
#
# **Needs.** [Lesson 01](01_forward.ipynb) and Python. &nbsp; **Minutes.** 55 for the core, 100 with all that the exit
# quiz asks about.

# %% [markdown] id="ways-in"
# ### Pick your way in
#
# | way | what waits there | minutes |
# |---|---|---|
# | [Why](#Why) | three models, four patients, and four ways to say which is best | 4 |
# | [Learn](#Learn) | the build-up: squared error, cross-entropy, the right pair, what may be compared | 16 |
# | [Try](#Try) | guided practice: gaps, lines in order, three functions | 18 |
# | [Deep dive](#Deep-dive) | under the hood: equal on paper and not in float32, floors, sums, weights | 24 |
# | [Trace](#Trace) | a real loss, from 442 rows of logits to one number and back | 7 |
# | [Metrics](#Metrics) | good and bad values, chance, and a share that can be compared | 13 |
# | [Challenge](#Challenge) | five problems against the clock | 10 |
# | [Recall](#Recall) | flashcards, your own words, spaced review | 5 |
#
# **The core, 55 minutes:** warm-up, Why, Learn, [Pitfalls](#Pitfalls) (15), Try. It serves the first four aims. Deep
# dive serves the last two, and Metrics goes further into the first; the [Exit quiz](#Exit-quiz) asks about all six. Every
# way stands alone: run the cell below and the one under [Set up](#Set-up), then go where you like. Where a question asks
# what a cell will do, that cell's output is folded away until you run it.

# %% id="tools"
from lessontools import ask, challenge, check, hint, pitfall, player, progress, review, sliders, solution, watch
from lessontools.explore import axes
from lessontools.explore.sliders import Shown

# %% [markdown] id="warm-up"
# ## Warm-up
#
# Three things that this lesson leans on. From memory first, then look.

# %% id="do-warm-up"
ask("recall-chance", "card-logits", "card-loss-accuracy")

# %% [markdown] id="why" covers="S1-01 S5-08"
# ## Why
#
# Three models predict something for four patients. Here is by how much each of them misses, in points:
#
# | | patient 1 | patient 2 | patient 3 | patient 4 |
# |---|---|---|---|---|
# | A | 10 | 10 | -10 | 10 |
# | B | 0 | 0 | 0 | 40 |
# | C | 30 | -30 | 20 | -20 |
#
# Which is best? Somebody has to say **how** misses become one number. The most usual way squares each miss and takes
# the mean.

# %% id="do-one-big-miss"
ask("one-big-miss")

# %% id="four-opinions" covers="S1-01 S5-08" folded=true
print("the same misses, judged in four ways")
print("      sum   hits within 15   mean size   mean square")
for name, misses in {"A": [10, 10, -10, 10], "B": [0, 0, 0, 40], "C": [30, -30, 20, -20]}.items():
    hits = sum(abs(miss) < 15 for miss in misses)
    size, square = sum(map(abs, misses)) / 4, sum(miss**2 for miss in misses) / 4
    print(f"{name}   {sum(misses):6}   {hits:14}   {size:9.0f}   {square:11.0f}")

# %% [markdown] id="about-opinions" covers="S1-01 S5-08"
# Four columns, four opinions. By the **sum** C is perfect, since its misses cancel. By **hits** A is best; but hits
# jump, so a model that gets a little better is not told. By **mean size** A and B are equal. The **mean square** minds
# one large miss more than many small ones.
#
# A **loss** is such an opinion: one number for how far predictions are from the truth, lower is better, and moving a
# little when a prediction moves a little. It is the number to follow through training, and training does all that it
# can to lower it. **You get what you ask for.** So it pays to know what you ask for.

# %% [markdown] id="set-up"
# ## Set up
#
# PyTorch is imported here, once, and takes a few seconds. Today's data are 442 patients with diabetes: ten measurements
# each, and a number, 25 to 346 **points**, for how far the disease had come a year later. We ask three questions about
# them: how many points (`y`), more than 140 or not (`high`), and which third of the patients (`third`: 0, 1, 2).
#
# `fit` trains a linear model on one of these, with the five calls of [lesson 00](00_start.ipynb).

# %% id="import-torch"
import math
import warnings

import torch
from sklearn.datasets import load_diabetes
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
torch.set_num_threads(1)

data = load_diabetes(scaled=False)
X = torch.tensor(data.data).float()
X = (X - X.mean(dim=0)) / X.std(dim=0)  # each measurement around 0, most within -2 to 2
y = torch.tensor(data.target).float()[:, None]  # [:, None] makes a column of it, (442, 1)
high = (y > 140).float()
third = torch.bucketize(y[:, 0], torch.quantile(y, torch.tensor([1 / 3, 2 / 3])))  # class ids 0, 1, 2


def fit(outputs, loss_fn, target, lr, epochs=200):
    """Train nn.Linear(10, outputs) from the same start each time; return it and the last loss."""
    torch.manual_seed(0)
    model = nn.Linear(10, outputs)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), target)
        loss.backward()
        optimizer.step()
    return model, loss.item()


for name, t in {"X": X, "y": y, "high": high, "third": third}.items():
    first = [round(v, 1) for v in t.flatten()[:4].tolist()]
    print(f"{name:6} {tuple(t.shape)!s:10} {t.dtype!s:14} first: {first}")

# %% [markdown] id="learn" covers="S4-04 S5-08"
# ## Learn
#
# ### Squared error: many rows, one number
#
# Predictions for 442 patients, and the truth for 442 patients. **MSE**, the mean squared error, takes the difference
# row by row, squares it, and takes the mean. What is the shape of the result?

# %% id="do-shape-of-a-loss"
ask("shape-of-a-loss")

# %% id="mse-by-hand" covers="S4-04 S5-08" folded=true
print("MSE, by hand and by torch")
model, _ = fit(1, nn.MSELoss(), y, lr=0.1, epochs=200)
y_hat = model(X)
print("predictions", tuple(y_hat.shape), "  targets", tuple(y.shape))

by_hand = ((y_hat - y) ** 2).mean()
by_torch = nn.MSELoss()(y_hat, y)
print("by hand", round(by_hand.item()), "  by torch", round(by_torch.item()), "  shape", tuple(by_torch.shape))

# %% [markdown] id="how-much-is-it" covers="S4-04"
# A table of (442, 1) meets a table of (442, 1) and becomes **one** number, as a thousand rows would. It has to be one:
# "lower" must have a meaning, and backward has to start somewhere. (`nn.MSELoss()` makes a loss; calling that on your
# rows works it out. Two pairs of brackets. With `nn.MSELoss(reduction="sum")` the squares are added up and not divided,
# so that number grows with the rows.)
#
# ### Is 2871 much?
#
# The number above, after training, is 2871. What do you make of it?

# %% id="do-is-2871-much"
ask("is-2871-much")

# %% id="against-the-mean" covers="R-21 S1-15" folded=true
print("2871, beside other numbers")
constant = ((y.mean() - y) ** 2).mean().item()  # one answer for all: their mean
trained = by_torch.item()
hundreds = F.mse_loss(y_hat / 100, y / 100).item()
print("always the mean, 152 points   MSE", round(constant), "  root", round(constant**0.5), "points")
print("the trained model             MSE", round(trained), "  root", round(trained**0.5), "points")
print("the same, in hundreds         MSE", round(hundreds, 2), "  root", round(hundreds**0.5, 2), "hundreds")

# %% [markdown] id="how-low"
# Chance is 5930, and the model has come down to 2871. How low could the best of all models get?

# %% id="do-two-alike"
ask("two-alike")

# %% [markdown] id="unit-chance-floor" covers="R-21"
# Three things belong to every loss value:
#
# - its **unit**: points squared. The root, 54 points, is a typical miss. In hundreds of points the same model has a
#   loss of 0.29: nothing about it is better;
# - its **chance level**: what the best constant answer costs, here 5930. For squares that answer is the mean, and the
#   price is called the **variance** of the targets. That is where "has learned something" begins;
# - its **floor**: the best that is possible. It is hardly ever 0, as much of what decides a target stands in no
#   column. "Near 0 is good" holds for no loss as such. (A large model may learn its own rows by heart and come near 0
#   on these. New rows tell.)
#
# ### Cross-entropy: the price of a class
#
# For classes a model states probabilities. **Cross-entropy** looks only at the probability $p$ of the *true* class, and
# charges $-\ln p$: nothing for a sure hit, .69 for half a guess, much for a sure miss.

# %% id="do-price-of-a-row"
ask("price-of-a-row")

# %% [markdown] id="from-logits-text" covers="X-10"
# A model gives logits, though, not probabilities. So the way is: softmax, logarithm, **pick** the true class, change
# the sign, mean. `F` is `torch.nn.functional`: the same losses as plain functions.

# %% id="cross-entropy-by-hand" covers="X-10 S5-08"
logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0]])
classes = torch.tensor([0, 2])  # the true class of each row

probs = logits.softmax(dim=1)
picked = probs[torch.arange(2), classes]
print("probability of the true class:", [round(p, 3) for p in picked.tolist()])
print("price of each row:            ", [round(c, 3) for c in (-picked.log()).tolist()])
print("by hand:                      ", round(-picked.log().mean().item(), 4))

log_probs = logits.log_softmax(dim=1)
print("log_softmax, then nll_loss:   ", round(F.nll_loss(log_probs, classes).item(), 4))
print("cross_entropy on the logits:  ", round(F.cross_entropy(logits, classes).item(), 4))
print("log_softmax a second time:    ", round(F.cross_entropy(log_probs, classes).item(), 4), "(harmless)")

# %% [markdown] id="slider-text" covers="X-10 X-11 R-21"
# **NLL** (negative log-likelihood) is only the last part: pick, change the sign, mean. So `cross_entropy` is
# `log_softmax` and `nll_loss` in one, and it wants **logits**. With two classes and one logit for a row it is called
# **BCE**, binary cross-entropy: `nn.BCEWithLogitsLoss`.
#
# What counts is by how much the true class **leads**: its logit minus the others', which we take to be equal. Move the
# lead. Where does each curve cross its chance level, the thin line? And far to the left: what does one more unit of
# *wrong* lead cost?

# %% id="price-of-a-lead" covers="X-10 X-11 R-21" hidden=true
# Run this cell for the sliders. The code is folded away: click to see it.
def cross_entropy_of(lead, classes):
    return math.log(1 + (classes - 1) * math.exp(-lead))


def squared_error_of(lead):
    return (1 - 1 / (1 + math.exp(-lead))) ** 2


def price_of_a_lead(lead, classes):
    """What a row costs"""
    curves = {
        f"cross-entropy, {classes} classes": lambda x: cross_entropy_of(x, classes),
        "BCE, two classes": lambda x: cross_entropy_of(x, 2),
        "squared error of p, two classes": squared_error_of,
    }
    xs = [k / 10 for k in range(-40, 61)]
    plot, frame = axes.plot(xs, [0, cross_entropy_of(-4, 10)], "lead of the true class", "price")
    parts, legend, told = [frame], [], []
    for place, (name, price) in enumerate(curves.items()):
        colour, dash = f'style="{axes.paint(place)}"', f'stroke-dasharray="{axes.DASHES[place]}"'
        level = plot.y(price(0))
        parts.append(axes.rule(plot.left, level, axes.WIDE - 14, level, f'stroke-width="0.8" {dash} {colour}'))
        path = plot.path([(x, price(x)) for x in xs])
        parts.append(f'<path d="{path}" fill="none" stroke-width="2" {dash} {colour}/>')
        dot = f'cx="{plot.x(lead):.1f}" cy="{plot.y(price(lead)):.1f}" r="5"'
        parts.append(f'<circle {dot} style="{axes.paint(place, "fill")}"/>')
        row = 10 + 17 * place
        legend.append(axes.rule(4, row, 34, row, f'stroke-width="2" {dash} {colour}'))
        legend.append(axes.text(42, row + 4, f"{name}; chance: {price(0):.2f}"))
        told.append(f"{name} **{price(lead):.3f}**")
    alt = f"Price of a row by the lead of its true class: three falling curves. At a lead of {lead:g}: {'; '.join(told)}."
    below = f'<g transform="translate(0 52)">{"".join(parts)}</g>'
    picture = axes.svg(axes.HIGH + 52, alt.replace("*", ""), [*legend, below])
    return Shown(f"Lead {lead:+.1f}: {'; '.join(told)}.", picture)


sliders(price_of_a_lead, lead=(-4.0, 6.0, 0.1, 0.0), classes=(2, 10, 1, 3))

# %% [markdown] id="after-slider" covers="X-10 R-21 R-07"
# Each curve crosses its chance level at lead 0, no opinion: ln C for cross-entropy, .25 for the squared error of a
# probability. To the left, cross-entropy grows by about 1 for each unit of wrong lead. The squared error flattens out
# towards 1: there it hardly matters **how** wrong the model is, so hardly anything pushes it back. (How steep a curve
# is, its **slope**, is what backward hands on, and what the step goes by. Lesson 00 called it the gradient.)
#
# ### Which loss for which output?

# %% id="do-pair-the-loss" covers="S5-08"
ask("pair-the-loss")

# %% [markdown] id="pairs" covers="S5-08 X-10 X-11 R-06"
# | you want | last layer, without an activation | target | loss |
# |---|---|---|---|
# | a number | `nn.Linear(…, 1)` | float (n, 1) | `nn.MSELoss` |
# | yes or no | `nn.Linear(…, 1)` | float 0.0 or 1.0, (n, 1) | `nn.BCEWithLogitsLoss` |
# | one of C classes | `nn.Linear(…, C)` | class ids, int64 (n,) | `nn.CrossEntropyLoss` |
#
# (Cross-entropy also takes a float target of the logits' own shape, and reads it as probabilities. So with a **single**
# output and labels 0.0 and 1.0 it raises nothing, and is 0 for ever: `pitfall("one-class-ce").demo()`.)
#
# Now train all three on our patients. Before you look at the losses:

# %% id="do-which-run-is-best"
ask("which-run-is-best")

# %% id="three-tasks" covers="S1-15 S5-08" folded=true
print("three questions about the same patients")
print("task          loss after 200 epochs   chance")
for name, outputs, loss_fn, target, lr, chance in [
    ("points", 1, nn.MSELoss(), y, 0.1, y.var(correction=0).item()),
    ("above 140", 1, nn.BCEWithLogitsLoss(), high, 0.5, math.log(2)),
    ("which third", 3, nn.CrossEntropyLoss(), third, 0.5, math.log(3)),
]:
    _, loss = fit(outputs, loss_fn, target, lr)
    print(f"{name:12}  {loss:21.3f}   {chance:.3f}")

# %% [markdown] id="not-comparable" covers="S1-15"
# All three beat their chance level, and more cannot be read from this table. A squared error in points and a logarithm
# of a probability have no common scale; nor have two cross-entropies with different numbers of classes. Compare a loss
# with **itself**: earlier epochs, another model on the same rows, its own chance level.

# %% [markdown] id="pitfalls" covers="X-10 X-11 X-12 X-13"
# ## Pitfalls
#
# Four mistakes that are made every day. Each leaves a mark in the loss; know the marks, and you read the fault from the
# number.
#
# ### Two shapes
#
# `y` was (442, 1) so far. Now it is a plain list of 442 numbers, shape (442,), and the error is written by hand. What
# will the model learn?

# %% id="do-two-shapes"
ask("diabetes-in-a-row")

# %% id="two-shapes" covers="X-13" folded=true
flat = y[:, 0]  # shape (442,)
torch.manual_seed(0)
model = nn.Linear(10, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

with watch() as trace:
    for epoch in range(60):
        optimizer.zero_grad()
        y_hat = model(X)
        loss = ((y_hat - flat) ** 2).mean()
        loss.backward()
        optimizer.step()

print("the model after 60 epochs")
print("loss", round(loss.item()), "  lowest and highest prediction", [round(v.item(), 1) for v in y_hat.aminmax()])
print("shape of y_hat - flat:", tuple((y_hat - flat).shape))

# %% [markdown] id="about-two-shapes" covers="X-13"
# Torch stretched (442, 1) and (442,) to (442, 442), which is called **broadcasting**: every prediction met every
# patient's target. What suits all patients best is their mean, 152, and the loss rests at the variance, 5930. No error,
# no warning. Did anybody notice? We trained under `watch()`, which notes what every line does; its *doctor* reads that:

# %% id="diagnose-two-shapes" covers="X-13"
trace.diagnose()

# %% [markdown] id="complain-text" covers="X-13"
# That was arithmetic. Would torch's own losses have complained?

# %% id="do-who-complains"
ask("who-complains")

# %% id="who-complains" covers="X-13" folded=true
def said(action):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            action()
        except (ValueError, RuntimeError) as error:
            return type(error).__name__
    return "a warning" if seen else "not a word"


print("a column meets a plain list: what is said")
column, plain = torch.zeros(442, 1), torch.zeros(442)
print("by hand             ", said(lambda: ((column - plain) ** 2).mean()))
print("MSELoss             ", said(lambda: nn.MSELoss()(column, plain)))
print("BCEWithLogitsLoss   ", said(lambda: nn.BCEWithLogitsLoss()(column, plain)))
print("CrossEntropyLoss    ", said(lambda: nn.CrossEntropyLoss()(torch.zeros(442, 3), third[:, None])))

# %% [markdown] id="softmax-first" covers="X-10 X-13"
# (The last one is the other way round: cross-entropy wants its class ids **without** a column.) Do not wait for
# complaints. Give both one shape where the data enters: `y = y[:, None]`, or `y_hat = model(X).squeeze(1)`.
#
# ### Softmax before cross-entropy
#
# "Cross-entropy is about probabilities, so the model should end in a softmax." At its very best that softmax gives 1 to
# the true class and 0 to the others.

# %% id="do-softmax-floor"
ask("floor-of-a-softmax")

# %% id="floors" covers="X-10" folded=true
print("classes   chance   floor with a softmax before the loss")
for C in (2, 3, 10):
    best = F.one_hot(torch.tensor([0]), C).float()  # 1 for the true class, 0 for the others
    print(f"{C:7}   {math.log(C):.3f}    {F.cross_entropy(best, torch.tensor([0])).item():.3f}")

# %% [markdown] id="lead-one" covers="X-10"
# A lead of 1 is all that there is: see the slider. Ten classes have 1.461 for a floor, most of the way up to chance. Here
# is a whole run, broken and cured, under the eyes of the doctor. Are the labels wrong, in the broken one?

# %% id="softmax-before-loss" covers="X-10" folded=true
pitfall("softmax-before-ce").demo()

# %% [markdown] id="second-sigmoid" covers="X-11"
# They need not be: softmax keeps the order of the logits, so labels and accuracy can be fine while the loss is stuck.
# What is lost is speed, and the meaning of the probabilities.
#
# ### Sigmoid before BCEWithLogitsLoss
#
# The same mistake with one output. Think of the slider again: what is the best lead that a *sigmoid* can hand on, for a
# patient whose label is **0**?

# %% id="do-sigmoid-floor"
ask("floor-of-a-sigmoid")

# %% id="sigmoid-before-loss" covers="X-11"
pitfall("double-sigmoid").demo()

# %% [markdown] id="nll-text" covers="X-12"
# ### Probabilities into NLLLoss
#
# NLL is the negative **log**-likelihood. So give it probabilities, and it takes the logarithm?

# %% id="do-nll-on-probabilities"
ask("below-zero")

# %% id="probabilities-into-nll" covers="X-12" folded=true
pitfall("nll-without-log").demo()

# %% [markdown] id="from-number-to-fault" covers="X-10 X-11 X-12 X-13"
# ### From the number to the fault
#
# A loop that raises no error, and a loss that has come to rest. Where would you look?

# %% id="do-read-the-floor"
ask("read-the-floor")

# %% [markdown] id="floor-table" covers="X-10 X-11 X-12 X-13"
# | the loss rests at | then look for |
# |---|---|
# | the variance of `y` | (n, 1) against (n,) |
# | .313, .551, 1.461 for 2, 3, 10 classes | a softmax before cross-entropy |
# | .503, where half of the rows are positive | a sigmoid before BCEWithLogitsLoss |
# | somewhere below 0, down to -1 | probabilities in NLLLoss |
# | 0, from the first epoch on | a single output under cross-entropy, labels as floats |
#
# None of these raises an error.

# %% [markdown] id="try" covers="X-10 X-13"
# ## Try
#
# From a gap to a whole function. First a gap and a table.

# %% id="do-gaps"
ask("log-gap", "shapes-of-a-miss")

# %% [markdown] id="try-order"
# Cross-entropy, line by line. Some lines are impostors.

# %% id="do-ce-in-order"
ask("cross-entropy-in-order")

# %% [markdown] id="try-mse"
# Now write three losses. The first is a warm-up; the card below the cell tells each task.

# %% id="do-mse" exercise="mean-squared-error"

# %% [markdown] id="try-safe"
# The second is one to take home: a squared error that cannot be broadcast.

# %% id="do-safe-mse" exercise="safe-mse"

# %% [markdown] id="try-ce" covers="X-10 X-17"
# And cross-entropy. One of its inputs is meant to break a version that is right on paper; if yours breaks there, that
# is what [Deep dive](#Deep-dive) begins with.

# %% id="do-ce" exercise="cross-entropy-by-hand"

# %% [markdown] id="deep-dive" covers="X-17 X-14"
# ## Deep dive
#
# Seven points where formulas and float32, or formulas and wishes, part company. Commit to each; then let torch answer.
# Two values will turn up that are no proper numbers: `inf`, infinity, and `nan`, "not a number", which is what infinity
# by infinity gives.
#
# ### 1: Why not squared error for classes?
#
# A patient is of class 1, and the model is sure of class 0: its logit is -5. The slope of the loss for that logit is
# the push that sets it right.

# %% id="do-push-when-wrong"
ask("push-when-wrong")

# %% id="two-pushes" covers="S5-08 X-11" folded=true
print("label 1: the slope for the logit, by two losses")
print(" logit   probability   squared error   BCE")
for start in [0.0, -2.0, -5.0, -10.0]:
    pushes, one = [], torch.tensor(1.0)
    for price in [lambda z: (torch.sigmoid(z) - 1) ** 2, lambda z: F.binary_cross_entropy_with_logits(z, one)]:
        z = torch.tensor(start, requires_grad=True)
        price(z).backward()
        pushes.append(z.grad.item())
    print(f"{start:6.0f}   {1 / (1 + math.exp(-start)):11.5f}   {pushes[0]:13.5f}   {pushes[1]:.5f}")

# %% [markdown] id="about-pushes" covers="S5-08 X-10"
# Where the model is most wrong, squared error pushes least: the sigmoid is flat there, and its slope is a factor. In
# cross-entropy the logarithm takes this factor out again; what is left for the logit is simply $p - \text{label}$.
# (Squared error of probabilities, the Brier score, is a good **judge**. It is a slow teacher.)
#
# ### 2: Softmax, then log?
#
# On paper, `logits.softmax(dim=1).log()` and `logits.log_softmax(dim=1)` are the same.

# %% id="do-log-of-softmax"
ask("log-of-a-softmax")

# %% id="log-of-softmax" covers="X-17 X-10" folded=true
print("the row (200, 0), in float32")
row = torch.tensor([[200.0, 0.0]])
print("softmax by the formula:", (row.exp() / row.exp().sum(dim=1, keepdim=True)).tolist()[0])
print("softmax, then log:     ", row.softmax(dim=1).log().tolist()[0])
print("log_softmax:           ", row.log_softmax(dim=1).tolist()[0])
shifted = row - row.max(dim=1, keepdim=True).values
print("the trick, by hand:    ", (shifted - shifted.exp().sum(dim=1, keepdim=True).log()).tolist()[0])

# %% [markdown] id="log-sum-exp" covers="X-17 X-10"
# $e^{200}$ is too large for float32, so the formula divides infinity by infinity: nan. torch's softmax is safe, but
# $e^{-200}$ is too small and becomes 0, whose logarithm is minus infinity. `log_softmax` never leaves the logarithm. The
# trick: take the row's highest logit off first (softmax does not mind), then log of the sum of exponentials. Losses
# **with logits** exist for that reason.
#
# ### 3: Sigmoid, then BCELoss?
#
# On paper equal to `BCEWithLogitsLoss`. The label is 0, the model is sure of class 1, with a logit of 20: the worst row
# of the batch. How strongly is it pushed back?

# %% id="do-slope-of-a-sure-miss"
ask("slope-of-a-sure-miss")

# %% id="sure-and-wrong" covers="X-17 X-11" folded=true
print("label 0: loss, and slope for the logit")
print(" logit   sigmoid, then BCELoss    BCEWithLogitsLoss")
for start in [2.0, 10.0, 20.0]:
    found = []
    for price in [lambda z, t: F.binary_cross_entropy(torch.sigmoid(z), t), F.binary_cross_entropy_with_logits]:
        z = torch.tensor([start], requires_grad=True)
        loss = price(z, torch.tensor([0.0]))
        loss.backward()
        found.append(f"loss {loss.item():7.3f}, slope {z.grad.item():.3f}")
    print(f"{start:6.0f}   " + "   ".join(found))
print("BCELoss of probability 0 where the label is 1:", F.binary_cross_entropy(torch.zeros(1), torch.ones(1)).item())

# %% [markdown] id="about-the-clamp" covers="X-17 X-11"
# In float32 the sigmoid of 20 **is** 1. The loss would be infinite; `BCELoss` cuts logarithms off at -100, so it reads
# 100. And the slope is 0: the row that is wrong most gives no push at all. With logits: loss 20, slope 1.
#
# ### 4: A finite loss, and then nan
#
# Somebody wants misses in points, and so takes the root of each squared miss. One patient is predicted **exactly**.

# %% id="do-perfect-row"
ask("perfect-row")

# %% id="root-of-zero" covers="X-17" folded=true
pitfall("not-finite").demo()

# %% [markdown] id="about-the-root" covers="X-17"
# The root is infinitely steep at 0; backward multiplies that by the slope of the square, 0, and infinity times 0 is
# nan. A step then writes it into every weight. `log(0)` and a division by 0 do like harm, only that the loss itself
# shows it there. And this repair does not help:

# %% id="where-no-help" covers="X-17"
miss = torch.tensor([0.0, 3.0], requires_grad=True)
size = torch.where(miss == 0, 0.0, (miss**2).sqrt())  # "use 0 where the miss is 0"
size.sum().backward()
print("sizes", size.tolist(), "  slopes", miss.grad.tolist())

miss = torch.tensor([0.0, 3.0], requires_grad=True)
(miss**2 + 1e-8).sqrt().sum().backward()
print("with a small number inside the root: slopes", [round(v, 3) for v in miss.grad.tolist()])

# %% [markdown] id="relu-floor-text" covers="R-06"
# `where` picks afterwards: both branches were worked out, and both are walked back. Keep the bad value from arising.
#
# ### 5: A ReLU behind the last layer, and squared error

# %% id="do-relu-floor"
ask("relu-floor")

# %% id="relu-behind-the-last" covers="R-06" folded=true
scaled = (y - y.mean()) / y.std()  # around 0: half of the targets are negative
print("targets around 0, with and without a ReLU on the output")
_, plain = fit(1, nn.MSELoss(), scaled, lr=0.1)
_, cut = fit(1, lambda y_hat, target: F.mse_loss(torch.relu(y_hat), target), scaled, lr=0.1)
print("linear output:", round(plain, 3), "  ReLU on the output:", round(cut, 3))
print("what the negative targets cost at least:", round(scaled.clamp(max=0).square().mean().item(), 3))

z = torch.tensor([-1.0, 2.0], requires_grad=True)  # two outputs before the ReLU; both targets are 3
F.mse_loss(torch.relu(z), torch.tensor([3.0, 3.0])).backward()
print("slopes for outputs of -1 and 2 whose targets are 3:", z.grad.tolist())

# %% [markdown] id="about-relu-floor" covers="R-06"
# Two prices. There is a floor, for never being negative. And a row whose output is shut sends back no slope, however
# wrong it is; if that happens to all rows, training is over. (`pitfall("relu-on-output").demo()` comes close to it.)
# Leave the last layer linear.

# %% [markdown] id="sum-text" covers="X-14"
# ### 6: Sum in place of mean
#
# `reduction="mean"` is what a loss does with the prices of the rows, unless you say otherwise. There is also `"sum"`,
# and `"none"`, which hands you the prices as they are. Below, a first step is taken with mean and with sum: by SGD, and
# by **Adam**, another optimizer that is met everywhere ([lesson 04](04_step.ipynb#cell-id=four-rules) opens it).

# %% id="do-sum-reduction"
ask("sum-times-rows")

# %% id="first-step" covers="X-14" folded=true
print("length of the first step, for 60 of the patients")
for name in ["SGD", "Adam"]:
    lengths = []
    for reduction in ["mean", "sum"]:
        torch.manual_seed(0)
        model = nn.Linear(10, 1)
        start = model.weight.detach().clone()
        optimizer = getattr(torch.optim, name)(model.parameters(), lr=0.01)
        nn.MSELoss(reduction=reduction)(model(X[:60]), y[:60]).backward()
        optimizer.step()
        lengths.append((model.weight - start).norm().item())
    print(f"{name:5}  mean {lengths[0]:6.2f}   sum {lengths[1]:6.2f}   {lengths[1] / lengths[0]:.0f} times as long")

# %% [markdown] id="sum-whole-run"
# And in a whole run, with plain SGD:

# %% id="sum-or-mean" covers="X-14 S1-15"
pitfall("sum-reduction").demo()

# %% [markdown] id="after-sum" covers="X-14 S1-15"
# (The demo divides the broken loss by the 60 rows, so that both start at the same number.) The lowest point of sum and
# mean is the same. The **slope** is not, and with plain SGD the step is slope times rate: at the mean's rate, 60 rows
# make 60 steps at once. Adam divides by the size of the slopes, and so hides this. And whoever sums gets another loss
# for another batch size: not to be compared, either.
#
# ### 7: Class weights
#
# Rare classes are often given a weight. `nn.CrossEntropyLoss(weight=...)` multiplies each row's price by the weight of
# its true class, adds up, and then divides by the **sum of these weights**.

# %% id="do-weight-of-one"
ask("weight-of-one-row")

# %% id="weights-divide" covers="X-14" folded=true
print("class weights, and what is divided by what")
logits, classes = torch.tensor([[2.0, 0.0], [1.0, 0.0], [0.5, -0.5]]), torch.tensor([0, 0, 1])
prices, weight = F.cross_entropy(logits, classes, reduction="none"), torch.tensor([1.0, 5.0])
w = weight[classes]
print("prices of the rows:", [round(v, 3) for v in prices.tolist()], "  their weights", w.tolist())
print("torch:                   ", round(F.cross_entropy(logits, classes, weight=weight).item(), 4))
print("divided by the weights:  ", round(((w * prices).sum() / w.sum()).item(), 4))
print("divided by the rows:     ", round((w * prices).mean().item(), 4))
for weight in [[1.0, 1.0], [1.0, 5.0], [1.0, 500.0]]:
    alone = F.cross_entropy(logits[2:], classes[2:], weight=torch.tensor(weight))
    print("the last row alone, weights", weight, "->", round(alone.item(), 4))

# %% [markdown] id="about-weights" covers="X-14"
# In a batch of one row the weight cancels. So it does in any batch that holds a single class, and with rows fed one by
# one class weights do **nothing**. For yes or no there is `pos_weight` in `BCEWithLogitsLoss`: it multiplies the price
# of positives and divides by the rows, as ever. So the two give different numbers, and different steps.

# %% id="do-pos-weight"
ask("pos-weight-of-two")

# %% id="pos-weight" covers="X-14"
labels, know_nothing = torch.tensor([1.0] * 10 + [0.0] * 90), torch.zeros(100)
for pos_weight in [1.0, 9.0]:  # 9 = 90 negatives / 10 positives
    prices = F.binary_cross_entropy_with_logits(
        know_nothing, labels, pos_weight=torch.tensor(pos_weight), reduction="none"
    )
    part = prices[:10].sum() / prices.sum()
    print(f"pos_weight {pos_weight:g}: loss {prices.mean().item():.3f}, of which the positives make {part.item():.2f}")

# %% [markdown] id="what-a-loss-asks" covers="S5-08"
# Negatives divided by positives gives both classes half a say; and the loss is another one, with another chance level.
#
# **Connection.** A loss decides what its best constant answer is. Squares ask for the mean, sizes for the median, and
# a lopsided price for a quantile: three losses, three answers to the same question.

# %% id="best-constants" covers="S5-08"
answers = torch.arange(25.0, 347.0)
misses = answers[:, None] - y[:, 0]  # here each answer is meant to meet each patient
opinions = {
    "squares": misses**2,
    "sizes": misses.abs(),
    "9 times dearer if too low": torch.where(misses < 0, -9 * misses, misses),
}
for name, price in opinions.items():
    print(f"{name:27} best answer {answers[price.mean(dim=1).argmin()].item():.0f}")
print("mean", round(y.mean().item(), 1), "  median", y.median().item())
print("nine tenths of the patients are below", round(torch.quantile(y, 0.9).item()))

# %% [markdown] id="trace" covers="S4-04 X-10"
# ## Trace
#
# One real step on the patients' thirds: data → forward → **loss** → backward → update, with the loss taken apart. Step
# through, and watch the shapes: where do 442 rows become one number?

# %% id="trace-a-loss" covers="S4-04 X-10" hidden=true
# Run this cell for the run, line by line. The code is folded away: click to see it.
code = """logits = model(X)                          # forward
log_probs = logits.log_softmax(dim=1)      # loss: what cross_entropy does
picked = log_probs[torch.arange(442), third]
prices = -picked
loss = prices.mean()
loss.backward()                            # backward
optimizer.step()                           # update"""
torch.manual_seed(0)
model = nn.Linear(10, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
frames = []


def frame(line, note, name, value, row=None):
    shown = "–" if row is None else ", ".join(f"{v:.3f}" for v in row.detach().flatten().tolist())
    made = [["made", name], ["its shape", str(tuple(value.shape))], ["patient 0", shown]]
    grad = "None" if model.bias.grad is None else ", ".join(f"{v:+.3f}" for v in model.bias.grad.tolist())
    bias = ", ".join(f"{v:.3f}" for v in model.bias.tolist())
    frames.append({"line": line, "note": note, "state": [*made, ["model.bias", bias], ["its .grad", grad]]})


logits = model(X)
frame(1, "**Forward.** Three logits for each patient. Patient 0 belongs to class 1.", "logits", logits, logits[0])
log_probs = logits.log_softmax(dim=1)
frame(2, "**Loss.** Logits become logarithms of probabilities; all are below 0.", "log_probs", log_probs, log_probs[0])
picked = log_probs[torch.arange(442), third]
frame(3, "**Loss.** From each row the true class is picked. The rest has done its work.", "picked", picked, picked[0])
frame(4, "**Loss.** The sign is changed: a price for each patient.", "prices", -picked, -picked[0])
loss = -picked.mean()
frame(5, f"**Loss.** The mean: 442 prices become one number, {loss.item():.4f}.", "loss", loss)
loss.backward()
frame(6, "**Backward.** For the bias: the mean of probability minus truth. No weight moved.", "gradients", model.bias)
optimizer.step()
frame(7, "**Update.** Each number moves against its slope, times 0.5.", "new weights", model.bias)
player("One loss, taken apart", code, frames, "Logits, logarithms, picked, prices, the mean; then backward, update.")

# %% id="check-the-trace" covers="X-10 S4-04"
p = logits.detach().softmax(dim=1)
truth = F.one_hot(third, 3)
print("torch's own cross-entropy:       ", round(F.cross_entropy(logits, third).item(), 4))
print("mean of probability minus truth: ", [round(v, 3) for v in (p - truth).mean(dim=0).tolist()])

# %% [markdown] id="trace-epochs-text" covers="S1-01 R-07"
# Now two hundred such steps. The loss needs no decision; accuracy does (here: the highest logit).

# %% id="trace-epochs" covers="S1-01 R-07"
torch.manual_seed(0)
model = nn.Linear(10, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
print("chance:", round(math.log(3), 3))
print("epoch   loss    accuracy")
for epoch in range(1, 201):
    optimizer.zero_grad()
    logits = model(X)
    loss = F.cross_entropy(logits, third)
    loss.backward()
    optimizer.step()
    if epoch in (1, 2, 5, 20, 50, 200):
        print(f"{epoch:5d}   {loss.item():.3f}   {(logits.argmax(dim=1) == third).float().mean().item():.2f}")

# %% id="do-trace-table"
ask("two-patients-by-hand")

# %% [markdown] id="metrics" covers="S1-01 R-21"
# ## Metrics
#
# Which number matters for the loss itself? The distance to its **chance level**: what a model scores that does not look
# at its input.
#
# | loss | best constant answer | its price |
# |---|---|---|
# | MSE | the mean of the targets | their variance |
# | MSE, targets 0 and 1, half of each | 0.5 | commit below |
# | cross-entropy, C equal classes | 1/C for each | ln C |
# | cross-entropy, unequal classes | their shares | less than ln C |

# %% id="do-half-to-all" covers="R-07 S4-04"
ask("half-to-all")

# %% [markdown] id="rare-text" covers="R-21 R-07"
# So a squared error of 0.25 for labels 0 and 1 may belong to a model that knows nothing. And with a rare class chance
# itself is low:

# %% id="do-chance-of-the-rare"
ask("chance-of-the-rare")

# %% id="chance-of-the-rare" covers="R-21" folded=true
print("share of positives   chance level of BCE")
for share in [0.5, 0.3, 0.1, 0.02]:
    labels = torch.tensor([1.0] * round(1000 * share) + [0.0] * round(1000 * (1 - share)))
    best = torch.full_like(labels, share)
    print(f"{share:18.2f}   {F.binary_cross_entropy(best, labels).item():.3f}")

# %% [markdown] id="skill-text" covers="S1-15 R-21"
# "0.1, nearly 0" is chance, then, where 2 % are positive. Divide the loss by its chance level, and you get a number
# without a unit: $1 - \text{loss} / \text{chance}$, the share of the chance price that the model saves. 0: nothing is
# learned, 1: nothing is left to learn. For squared error this is the well-known **R²**; cross-entropy has it, too.

# %% id="skill" covers="S1-15 R-21 R-07"
print("task          loss      chance    1 - loss / chance   accuracy")
for name, outputs, loss_fn, target, lr, chance in [
    ("points", 1, nn.MSELoss(), y, 0.1, y.var(correction=0).item()),
    ("above 140", 1, nn.BCEWithLogitsLoss(), high, 0.5, math.log(2)),
    ("which third", 3, nn.CrossEntropyLoss(), third, 0.5, math.log(3)),
]:
    model, loss = fit(outputs, loss_fn, target, lr)
    logits = model(X)
    hits = {"above 140": (logits > 0) == (high > 0.5), "which third": logits.argmax(dim=1) == third}.get(name)
    accuracy = "-" if hits is None else f"{hits.float().mean().item():.2f}"
    print(f"{name:12}  {loss:8.3f}  {chance:8.3f}  {1 - loss / chance:17.2f}   {accuracy}")

# %% [markdown] id="accuracy-text"
# The first row has no accuracy. What about pages that do show one for such a model?

# %% id="do-accuracy-of-what"
ask("accuracy-of-what")

# %% [markdown] id="good-and-bad" covers="S1-15 R-21 R-07"
# A hit needs a **decision**, and a model that predicts a number makes none. Within 15 points, say, would be a decision,
# and yours. In short:
#
# | | good | bad |
# |---|---|---|
# | first value | near chance or somewhat above | far above it: inputs or targets not scaled, or a wrong pair |
# | last value | well below chance, on rows kept aside as well | at chance, or at one of the floors above |
# | sign | 0 or above | below 0, for any loss of this lesson |
# | compared with | the same loss, the same rows | another loss, task, unit or reduction |
#
# One to write: the chance level of cross-entropy for any labels at all.

# %% id="do-chance-level" exercise="chance-level"

# %% [markdown] id="metrics-key"
# **Key result.** A loss is read against its chance level, never against 0 and never against another loss. Before you
# train, work that level out. The first printed loss of a classifier should be near it. A squared error is near it only
# if the targets were brought to mean 0 first; ours were not, and began far above:

# %% id="first-losses" covers="R-21 S1-15"
print("the loss of the untrained model, and chance")
for name, loss_fn, target, chance in [
    ("points", nn.MSELoss(), y, y.var(correction=0).item()),
    ("points, mean taken off", nn.MSELoss(), y - y.mean(), y.var(correction=0).item()),
    ("above 140", nn.BCEWithLogitsLoss(), high, math.log(2)),
]:
    _, first = fit(1, loss_fn, target, lr=0.1, epochs=1)  # the loss before the first step
    print(f"{name:22}  {first:9.2f}   {chance:8.2f}")

# %% [markdown] id="challenge"
# ## Challenge
#
# Five problems against the clock, two attempts and a hint each.

# %% id="do-challenge"
challenge("02")

# %% [markdown] id="recall"
# ## Recall
#
# Say the answer before you turn the card, then rate how it went: the rating decides when the card comes back. The last
# one asks for your own words.

# %% id="do-recall"
ask("02/recall")

# %% [markdown] id="recall-review"
# And what is due today, from all lessons so far:

# %% id="do-review" tags="nbval-ignore-output"
review()

# %% [markdown] id="exit-quiz"
# ## Exit quiz
#
# One question for each thing that you set out to learn.

# %% id="do-exit"
ask("02/exit")

# %% [markdown] id="summary"
# ## Summary card
#
# | | |
# |---|---|
# | what | `loss = loss_fn(logits, y)`: how far predictions are from the truth, as one number of shape () |
# | a number | linear output, float target of the **same shape**, MSE; in squared units |
# | yes or no | one logit, float target 0.0 or 1.0, `BCEWithLogitsLoss` |
# | C classes | C logits, int64 ids (n,), `CrossEntropyLoss` = `log_softmax` + `NLLLoss` |
# | price of a row | minus the logarithm of the true class's probability |
# | chance | variance for MSE, ln C for C equal classes |
# | compare | with itself only; 1 - loss / chance has no unit |
# | floors | variance: two shapes; .313, .551, 1.461: softmax first; below 0: no logarithm |
# | reduction | mean; a sum multiplies slopes by the rows |
# | weights | `weight` divides by the weights' sum, `pos_weight` by the rows |
# | no ReLU | behind the last layer: no negative answers, and shut rows send no slope |
# | finite | losses **with logits**; nothing at 0 under a root or a logarithm |
# | no accuracy | without a decision |
#
# Where do you stand?

# %% id="do-progress" tags="nbval-ignore-output"
progress()
