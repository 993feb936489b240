# %% [markdown] id="goal" covers="S1-17"
# # Reading curves
#
# **Goal.** Look at two curves, say what is going on, and know which further look would prove you wrong.
#
# **You will be able to**
#
# - tell a healthy run from one whose rate is wrong, one that only jitters, and one that learns its rows by heart;
# - say which loss means "no idea", and why a validation loss stands there;
# - explain how loss and accuracy can part, in both directions;
# - find the place where evaluation rows had a say in training, and tell a harmless leak from a ruinous one;
# - split rows so that the split resembles the use: by person, by time, with a test set for the end;
# - stop in time, and keep the weights that were best.
#
# **Out of scope.** Precision against recall as a decision, thresholds, rate schedules.
#
# **Needs.** [Lesson 06](06_real_loop.ipynb): epochs, validation rows, the two modes. &nbsp; **Minutes.** 75 for the
# core, 95 with all that the exit quiz asks about.

# %% [markdown] id="ways-in"
# ### Pick your way in
#
# | way | what waits there | minutes |
# |---|---|---|
# | [Why](#Why) | two logs that look alike | 3 |
# | [Learn](#Learn) | two curves, the rate, jitter, the turn, the level of no idea, accuracy, leaks, the curve doctor | 42 |
# | [Try](#Try) | lines to order, then three functions: a smoothed curve, early stopping, a preparation without leaks | 21 |
# | [Deep dive](#Deep-dive) | twins, persons and days in a split; the luck of the best; below the training loss | 18 |
# | [Metrics](#Metrics) | good and bad figures, and which of them to report | 8 |
# | [Challenge](#Challenge) | five problems against the clock | 10 |
# | [Recall](#Recall) | flashcards, your own words, spaced review | 5 |
#
# **The core, 75 minutes:** Why, Learn, [Pitfalls](#Pitfalls), Try; a good place for a break is in the middle of
# Learn, before *When loss and accuracy part*. It serves all aims but the one on splitting; that one needs the Deep
# dive. Every way stands alone: run the cell below and the two under [Set up](#Set-up), then go where you like. Where
# a question asks what a cell will do, that cell's output is folded away until you run it.

# %% id="tools"
from lessontools import ask, challenge, check, hint, pitfall, progress, review, sliders, solution
from lessontools.explore import chart
from lessontools.explore.sliders import Shown
from lessontools.loop.drawing import Figure

# %% [markdown] id="warm-up"
# ## Warm-up
#
# Three things from earlier lessons. From memory first, then look.

# %% id="do-warm-up"
ask("recall-ln-three", "recall-what-loss-sees", "recall-modes")

# %% [markdown] id="set-up"
# ## Set up
#
# PyTorch is imported here, once, and takes a few seconds. Our data for the whole lesson: small pictures of the
# handwritten digits 3, 5 and 8, which look alike. Class 0 is a 3, class 1 a 5, class 2 an 8. The model is trained on
# `X`, `y`; `X_val`, `y_val` are **validation rows**, kept aside to see how it does on rows that it does not know.

# %% id="import-torch"
import copy
from functools import cache
from types import SimpleNamespace

import torch
from sklearn.datasets import load_breast_cancer, load_digits
from torch import nn

torch.set_num_threads(1)
digits = load_digits()
kept = [at for at, digit in enumerate(digits.target) if digit in (3, 5, 8)]
pictures = torch.tensor(digits.data[kept] / 16, dtype=torch.float32)
classes = torch.tensor([(3, 5, 8).index(digit) for digit in digits.target[kept]])

dice = torch.Generator().manual_seed(0)
order = torch.randperm(len(kept), generator=dice)
pictures, classes = pictures[order], classes[order]
X, y, X_val, y_val = pictures[:200], classes[:200], pictures[200:], classes[200:]
print("to train on", tuple(X.shape), "  to validate with", tuple(X_val.shape))

# %% [markdown] id="set-up-helpers"
# And the helpers. `train` trains a new model and writes down, epoch by epoch, the loss that the loop told, and loss
# and accuracy on the validation rows; `judge` measures both on any rows; `curves` draws. `n` and `n_val` are labels
# with noise, for later. You may leave it all folded.

# %% id="helpers" hidden=true
# The helpers: judge, train, curves. The code is folded away: click to see it.
loss_fn = nn.CrossEntropyLoss()
CHANCE = {"value": 1.0986, "label": "ln 3"}


def judge(model, rows, truth):
    """Return loss and accuracy on these rows; dropout off while judging."""
    model.eval()
    with torch.no_grad():
        logits = model(rows)
    return loss_fn(logits, truth).item(), (logits.argmax(dim=1) == truth).float().mean().item()


def train(X, y, X_val, y_val, epochs=30, lr=0.2, size=20, dropout=0.0, last=None, each_step=False, seed=0):
    """Train a new model; return it with its losses, validation losses and validation accuracies."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Dropout(dropout), nn.Linear(64, 3))
    if last is not None:
        model.append(last)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    run = SimpleNamespace(model=model, loss=[], val_loss=[], val_accuracy=[])

    def note(loss):
        judged = judge(model, X_val, y_val)
        for column, value in zip((run.loss, run.val_loss, run.val_accuracy), (loss, *judged)):
            column.append(value)

    for epoch in range(epochs):
        total = 0.0
        for some in torch.randperm(len(X)).split(size):
            model.train()
            optimizer.zero_grad()
            loss = loss_fn(model(X[some]), y[some])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(some)
            if each_step:
                note(loss.item())
        if not each_step:
            note(total / len(X))
    return run


def curves(told, series, xlabel="epoch", ylabel="loss", level=CHANCE):
    """Return curves as a picture, with a sentence that tells the same."""
    xs = range(1, max(map(len, series.values())) + 1)
    drawn = chart.lines(series, xlabel, ylabel, told, level, xs)
    return Figure(told, f"<figcaption>{told}</figcaption>{drawn}")


def both(run):
    return {"training": run.loss, "validation": run.val_loss}


dice.manual_seed(4)  # labels with noise, for later
tired = torch.rand(len(classes), generator=dice) < 0.3
noisy = torch.where(tired, torch.randint(3, (len(classes),), generator=dice), classes)
n, n_val = noisy[:200], noisy[200:]


@cache
def memory_run():
    """Train for 120 epochs on labels with noise, once."""
    return train(X, n, X_val, n_val, epochs=120)


noise = torch.randn(539, 64, generator=torch.Generator().manual_seed(1))  # random numbers in place of the pictures


@cache
def healthy_run():
    """Train for 30 epochs on the pictures, once."""
    return train(X, y, X_val, y_val)


def two_runs():
    """Train a model on random numbers, and take the one on the pictures; here it stands which is which."""
    return train(noise[:200], y, noise[200:], y_val), healthy_run()


print("ready: judge, train, curves")

# %% [markdown] id="why" covers="S3-14"
# ## Why
#
# Two loops have run, each for thirty epochs, on 200 rows of 64 numbers in three classes. One got the digits. The
# other got the same labels, and **random numbers** in place of the pictures. Here are their training losses, from
# epoch 5 on.

# %% id="two-logs" covers="S3-14 S1-17"
run_a, run_b = two_runs()
print("epoch   log A   log B")
for epoch in (4, 9, 14, 19, 29):
    print(f"{epoch + 1:5} {run_a.loss[epoch]:7.2f} {run_b.loss[epoch]:7.2f}")

# %% id="do-which-log"
ask("which-log-is-noise")

# %% id="which-log" covers="S3-14 S1-17" folded=true
print("what the logs did not say")
for name, run in (("A", run_a), ("B", run_b)):
    print(f"{name}   validation loss {run.val_loss[-1]:.2f}   accuracy {run.val_accuracy[-1]:.2f}")

# %% [markdown] id="why-said" covers="S3-14 S1-17"
# A falling loss means that the model learns **something**. It may be the digits; it may be 200 answers by heart. Only
# the second curve, on rows kept aside, tells. That costs one more line in the log, and yet many loops run for days
# and nobody looks. Such a loop hides every other fault as well.

# %% [markdown] id="learn"
# ## Learn
#
# ### The good case
#
# Before you read any curve, know where it must begin. This model has three classes to choose from, and no idea yet.

# %% id="do-first-loss"
ask("where-it-begins")

# %% id="healthy" covers="S1-10 S3-09 S1-17" folded=true
run = healthy_run()
training, validation = (f"{column[0]:.2f} to {column[-1]:.2f}" for column in (run.loss, run.val_loss))
curves(f"A healthy run: training {training}, validation {validation}.", both(run))

# %% [markdown] id="healthy-said" covers="S1-10 S3-09 S2-08"
# That is the picture to carry in your head. Both curves start at about **ln C** (C classes; the dashed level is ln 3
# = 1.10), fall steadily and together, and settle; accuracy rises and settles high (here .98). "From 1.0 to 0.1" is a
# typical fall for a few classes. It is no law: with other classes, another loss or noisy labels both ends lie
# elsewhere.
#
# ### The rate
#
# If the curve does not look like that, the learning rate is a frequent cause, in both directions. Each setting below
# trains a new model on the spot. Find a rate for each of (1) hardly moves, (2) falls steadily, (3) leaps, (4) ends at
# the dashed level or above. Read the numbers on the axis before the shape: it fits itself to the curve, so that a
# fall by .02 fills it as well as one by 1.

# %% id="rate-explorer" covers="S1-11" hidden=true
# Run this cell for the slider. The code is folded away: click to see it.
RATES = [0.0005, 0.005, 0.05, 0.2, 0.5, 1.0, 2.0, 5.0]


def rate_explorer(place):
    """Eight learning rates, real runs"""
    run = train(X, y, X_val, y_val, lr=RATES[place - 1])
    ends = f"training {run.loss[0]:.2f} to {run.loss[-1]:.2f}, validation ends at {run.val_loss[-1]:.2f}"
    said = f"lr = {RATES[place - 1]:g}: {ends}"
    cut = {name: [min(value, 3.0) for value in column] for name, column in both(run).items()}
    return Shown(f"**{said}**", chart.lines(cut, "epoch", "loss (cut at 3)", said, CHANCE, range(1, 31)))


sliders(rate_explorer, place=(1, 8, 1, 1))

# %% [markdown] id="rate-said" covers="S1-11"
# (1: `place` 1. 2: 3 or 4. 3: 6. 4: 7 and 8, where the first steps have shut every hidden unit for all training
# rows, and a shut ReLU passes no slope back.) So "stays near 1.0" can mean too **low** or too **high**. Tell them
# apart by the first epochs: too low creeps, too high has leapt before it came to rest.
#
# ### A jagged curve
#
# Now batches of a **single** row, at a rate of .03, and each step's loss written down.

# %% id="jagged" covers="R-24 S1-11"
steps = train(X, y, X_val, y_val, epochs=1, lr=0.03, size=1, each_step=True)
rises = sum(b > a for a, b in zip(steps.loss, steps.loss[1:]))
told = f"200 steps of one row each: the loss rises in {rises} of {len(steps.loss) - 1} of them."
curves(told, {"": steps.loss}, "step")

# %% id="do-jagged"
ask("jagged-is-bad")

# %% [markdown] id="smooth-text" covers="R-24"
# Take the jitter away: `smooth` mixes each value with what came before, and keeps `keep` of the old.

# %% id="smooth-explorer" covers="R-24" hidden=true
# Run this cell for the slider. The code is folded away: click to see it.
def smooth_explorer(keep):
    """The same 200 losses, smoothed"""
    level, smoothed = steps.loss[0], []
    for loss in steps.loss:
        level = keep * level + (1 - keep) * loss
        smoothed.append(level)
    said = f"keep = {keep:.2f}: step 40 {smoothed[39]:.2f}, step 120 {smoothed[119]:.2f}, step 200 {smoothed[-1]:.2f}"
    series = {"smoothed": smoothed, "validation": steps.val_loss}
    return Shown(f"**{said}**", chart.lines(series, "step", "loss", said, CHANCE, range(1, 201)))


sliders(smooth_explorer, keep=(0.0, 0.98, 0.02, 0.0))

# %% [markdown] id="smooth-said" covers="R-24"
# The trend is down, and the validation loss, measured on the same rows at every step, agrees. A single row's loss
# says how hard **that row** is. Judge the smoothed trend, and worry about jitter only if it does not shrink with a
# larger batch. (The price of much smoothing: the curve lags behind.)
#
# ### The turn
#
# Now to the picture that you will meet most often. A log ends like this: training loss from 1.2 down to 0.3, while
# validation stays near 1.1.

# %% id="do-case"
ask("the-case", "what-else-is-one-point-one")

# %% [markdown] id="noisy-text" covers="R-25"
# Here is a run that ends about so. Three in ten labels were drawn anew, by dice, as if a tired person had typed them
# in; by luck a third of these should come out right, so about a fifth is wrong. Everything else is as before, and it
# runs for 120 epochs.

# %% id="label-noise" covers="S1-14 S1-16 S3-13 S2-12 R-25"
wrong = [(told != true).float().mean() for told, true in ((n, y), (n_val, y_val))]
print(f"wrong labels: {wrong[0]:.2f} of the training rows, {wrong[1]:.2f} of the validation rows")

memory = memory_run()
best = min(range(120), key=lambda epoch: memory.val_loss[epoch])
first, low, last = (memory.val_loss[at] for at in (0, best, -1))
course = f"{first:.2f}, at best {low:.2f} in epoch {best + 1}, then {last:.2f}"
told = f"Labels with noise: training {memory.loss[0]:.2f} to {memory.loss[-1]:.2f}; validation {course}."
curves(told, both(memory))

# %% [markdown] id="turn-said" covers="S1-14 S1-16 S3-13 S2-12 S3-10"
# Three ages in one picture. First both curves fall: the model learns what 3, 5 and 8 look like. Then the validation
# loss rests. Then it **turns**: from here on the model learns its 200 rows by heart, the wrong labels included, and
# what it learns is false for every other row. That is **overfitting**. Very low training loss beside high validation
# loss is memory, not skill.
#
# What helps, the cheapest first: stop at the turn and keep those weights; **regularise**, that is, hold the model
# back (weight decay, dropout, a smaller model); cleaner labels; more rows.
#
# ### What else is 1.1?
#
# But the log told only the **ends**: 1.2, 0.3, 1.1. And 1.1 is a suspicious number: with three classes, ln 3 is what
# a model pays that gives each class a third. Three more runs, each with one fault: random numbers as inputs;
# validation labels that belong to other rows; validation pixels, between 0 and 1 already, divided by 255 once more.
# Which of them gives a validation loss that stays at 1.1 for the whole run?

# %% id="do-flat-at-chance"
ask("flat-at-chance")

# %% id="four-runs" covers="S1-16 R-25 X-36" folded=true
four = {
    "labels with noise": memory_run(),
    "inputs that say nothing": train(noise[:200], y, noise[200:], y_val),
    "labels of other rows": train(X, y, X_val, y_val.roll(1)),
    "pixels divided twice": train(X, y, X_val / 255, y_val),
}
print("validation loss                epoch 1   best   last   training, last")
for name, run in four.items():
    first, best_loss, last = run.val_loss[0], min(run.val_loss), run.val_loss[-1]
    print(f"{name:<28} {first:9.2f} {best_loss:6.2f} {last:6.2f} {run.loss[-1]:16.2f}")

# %% id="four-curves" covers="R-25 S1-16" hidden=true
# Run this cell for the picture: three validation curves that have to do with 1.1. Click to see the code.
shown = {
    "noise in labels, every 4th": memory_run().val_loss[3::4],
    "inputs say nothing": four["inputs that say nothing"].val_loss,
    "divided twice": four["pixels divided twice"].val_loss,
}
ends = ", ".join(f"{name} from {column[0]:.2f} to {column[-1]:.2f}" for name, column in shown.items())
curves(f"Three validation curves: {ends}.", shown)

# %% [markdown] id="four-said" covers="R-25 S1-16 X-36"
# Three shapes, three diagnoses:
#
# - **It dips well below ln C, then climbs** through 1.1: there was something to learn, then memory took over. That 1.1
#   at the end is chance in the other sense of the word; ten epochs later it is another number.
# - **It never dips, and climbs**: on new rows the model is *sure and wrong*. Inputs that say nothing about the labels,
#   or labels that belong to other rows. Above ln C is worse than no idea.
# - **It stays flat at ln C**: on those rows the model says *nothing*. Here the validation pixels were divided by 255
#   although they were between 0 and 1 already, so all pictures are black. Look for a broken path: other scaling, an
#   untrained copy of the model, empty inputs.
#
# So never judge by the ends alone. Two further looks separate the cases. One: put the **training rows** through the
# **validation path**. Two: train on inputs of zeros, which shows what can be had **without** looking at them.

# %% id="do-through-the-path"
ask("through-the-path")

# %% id="two-looks" covers="R-25 X-36" folded=true
print("loss on the training rows, through the validation path")
sound = healthy_run().model
print("sound path          ", round(judge(sound, X, y)[0], 2))
print("pixels divided twice", round(judge(sound, X / 255, y)[0], 2))
blind = train(torch.zeros(200, 64), y, torch.zeros(339, 64), y_val, lr=0.05)
print(f"trained on zeros: training {blind.loss[-1]:.2f}, validation {blind.val_loss[-1]:.2f}")

# %% [markdown] id="two-looks-said" covers="X-36"
# Rows that the model knows by heart cannot cost 1.10, unless something happens to them on the way. And a run that
# ends where the blind one does has not used its inputs. Both looks, and the first loss, belong to every new project.
# The fourth: can it learn **one batch** by heart? If not, the training path is broken, and no validation curve
# matters.

# %% id="one-batch" covers="X-36"
batch = train(X[:20], n[:20], X_val, n_val, epochs=150)
print("one batch of 20 rows, wrong labels and all")
print("loss at step 1, 50, 150:", [round(batch.loss[at], 2) for at in (0, 49, 149)])

# %% id="do-rows-for-looks"
ask("which-look-next")

# %% [markdown] id="accuracy-text" covers="S1-12 R-22"
# ### When loss and accuracy part
#
# Loss and accuracy usually improve together. Usually. Ten validation rows, two classes; each row's probability of its
# true class decides. Compare two models.

# %% id="do-parting"
ask("loss-of-ten", "better-or-worse")

# %% id="ten-rows" covers="R-22" folded=true
print("ten rows: loss and accuracy")
for name, probabilities in {
    "ten just right, .51          ": [0.51] * 10,
    "eight sure, .99; two at .45  ": [0.99] * 8 + [0.45] * 2,
    "eight at .60; two at .45     ": [0.60] * 8 + [0.45] * 2,
    "nine at .90; one at .001     ": [0.90] * 9 + [0.001],
}.items():
    p = torch.tensor(probabilities)
    print(f"{name} loss {-p.log().mean():.3f}   accuracy {(p > 0.5).float().mean():.0%}".replace("%", " %"))

# %% [markdown] id="ten-rows-said" covers="R-22"
# From the first line to the second: loss far better, accuracy worse. From the third to the fourth: loss worse,
# accuracy better. Accuracy asks on which side of the line a row lies, the loss asks **how far**. Try it: find a
# setting with all ten right and a loss above 0.6, and one with nine right and a loss above 0.75.

# %% id="ten-explorer" covers="R-22" hidden=true
# Run this cell for the sliders. The code is folded away: click to see it.
def ten_explorer(right, p_right, p_wrong):
    """Ten rows: how many are right, and how sure"""
    p = torch.tensor([p_right] * right + [p_wrong] * (10 - right))
    said = f"Loss {-p.log().mean():.3f}, accuracy {right * 10} %. No idea at all: {0.693:.3f}, 50 %."
    names = [f"row {at}, {'right' if at <= right else 'wrong'}" for at in range(1, 11)]
    return Shown(f"**{said}**", chart.bars((-p.log()).tolist(), names, "each row's loss", said, 0, 7))


sliders(ten_explorer, right=(5, 10, 1, 8), p_right=(0.51, 0.99, 0.03, 0.6), p_wrong=(0.001, 0.451, 0.05, 0.451))

# %% id="do-loss-worse"
ask("loss-worse-accuracy-better")

# %% [markdown] id="rare-text" covers="S1-12"
# The same happens in real runs, in both directions. In the run with noisy labels, accuracy was best in one epoch and
# the loss in another, and at the end one has lost much more than the other. And here are runs with **rare** classes:
# 120 threes, six fives, six eights, and the figures are of these rows themselves.

# %% id="rare" covers="S1-12 R-23 R-22"
memory = memory_run()
best, at = memory.val_loss.index(min(memory.val_loss)), memory.val_accuracy.index(max(memory.val_accuracy))
print("labels with noise     epoch   loss   accuracy")
for name, epoch in (("best accuracy", at), ("best loss", best), ("last", 119)):
    print(f"{name:<20} {epoch + 1:6} {memory.val_loss[epoch]:6.2f} {memory.val_accuracy[epoch]:10.2f}")

few = torch.cat([torch.where(classes == c)[0][:many] for c, many in enumerate((120, 6, 6))])
print("threes common        epochs   loss   accuracy   found of the 3s, 5s, 8s")
for epochs in (2, 10, 40, 80):
    run = train(pictures[few], classes[few], pictures[few], classes[few], epochs=epochs, lr=0.05)
    called = run.model(pictures[few]).argmax(dim=1)
    found = [f"{(called[classes[few] == c] == c).float().mean():.2f}" for c in range(3)]
    print(f"{'':<20} {epochs:6} {run.val_loss[-1]:6.2f} {run.val_accuracy[-1]:10.2f}   {' '.join(found)}")

# %% [markdown] id="rare-said" covers="S1-12 R-22 R-23"
# For a long while the loss falls and accuracy stands still: the model grows surer of the threes, and finds none of
# the others. Some pages call that the "accuracy paradox"; usually the name means something else, a **high** accuracy
# that a rule without any skill reaches too (here 0.91, by always saying 3). Either way: look at the classes one by
# one.
#
# ### Rows that had a say
#
# All that was said about validation rows holds only if they are **new**. Take 100 rows of 5000 columns of pure noise
# and two classes, half and half. Somebody keeps the 20 columns whose class means differ most, **then** splits, and
# trains on 60 rows. How many of the other 40 does the model get right? And if the choice is made after the split?

# %% id="do-noise-leak"
ask("noise-leak-before", "noise-leak-after")

# %% id="noise-leak" covers="R-26 S1-13 S2-11 S3-12" folded=true
def choose(rows, truth, k=20):
    """Return the k columns whose class means differ most."""
    return (rows[truth == 1].mean(dim=0) - rows[truth == 0].mean(dim=0)).abs().topk(k).indices


def linear(rows, truth, new, new_truth):
    """Train a linear model; return its accuracy on new rows."""
    torch.manual_seed(0)
    model = nn.Linear(rows.shape[1], 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(100):
        optimizer.zero_grad()
        loss_fn(model(rows), truth).backward()
        optimizer.step()
    return judge(model, new, new_truth)[1]


coin, seen, scores = torch.arange(100) % 2, slice(0, 60), {"on all rows": [], "on the 60 rows": []}
for seed in range(20):
    columns = torch.randn(100, 5000, generator=torch.Generator().manual_seed(seed))
    for (name, found), asked in zip(scores.items(), (slice(0, 100), seen)):
        some = columns[:, choose(columns[asked], coin[asked])]
        found.append(linear(some[seen], coin[seen], some[60:], coin[60:]))
print("20 columns of noise, chosen ...")
for name, found in scores.items():
    print(f"{name:<15} mean accuracy {sum(found) / 20:.2f}   from {min(found):.2f} to {max(found):.2f}")

# %% [markdown] id="leak-said" covers="R-26 S1-13 S2-11 S3-12"
# From noise, nearly nine in ten, by one line in the wrong place. No validation label was ever trained on; it was
# enough that they had a say in **which columns** are used. Pages describe leakage in several ways: training rows
# among the validation rows, test rows that get into training, validation rows that are trained on. It is one rule:
#
# > **Any use of evaluation rows in fitting is a leak.** Fitting is everything that is worked out from rows: weights,
# > scalers, fillings, choices of columns, the choice among models.
#
# Evaluation rows are those that are to **judge**. Validation rows that choose (a rate, the epoch to stop at) have done
# their job, and the last word belongs to **test rows** that had no say in anything.
#
# How much it costs differs. The mildest case, mean and spread for scaling, taken from all rows of a table of tumours:

# %% id="do-scaler-leak"
ask("scaler-leak")

# %% id="scaler-leak" covers="R-26" folded=true
cancer = load_breast_cancer()
cells, kind = torch.tensor(cancer.data, dtype=torch.float32), torch.tensor(cancer.target)
scores = {"all rows": [], "training rows": []}
for seed in range(30):
    mixed = torch.randperm(569, generator=torch.Generator().manual_seed(seed))
    own, new = mixed[:398], mixed[398:]
    for (name, found), rows in zip(scores.items(), (cells, cells[own])):
        scaled = (cells - rows.mean(dim=0)) / rows.std(dim=0)
        found.append(linear(scaled[own], kind[own], scaled[new], kind[new]))
print("30 splits, scaled by ...")
for name, found in scores.items():
    print(f"{name:<15} mean accuracy {sum(found) / 30:.4f}")

# %% [markdown] id="scaler-said" covers="R-26"
# Nothing, here: no label takes part in a mean. So a leak is a fault of **principle**, and its damage a matter of what
# leaks: labels cost most. Keep the rule anyway. It costs nothing, and nobody has to argue about it.
#
# ### The curve doctor
#
# Ten patients, ten real runs on our digits. Choose a `curve`; `look` 1 adds accuracies, `look` 2 the training rows as
# the validation code sees them. Write down a diagnosis for each. Then commit below.

# %% id="curve-doctor" covers="S1-10 S1-11 S1-14 S3-09 S3-10 S3-12 R-24 R-25" hidden=true
# Run this cell for the curve doctor. The code is folded away: click for it, and for the answers.
def same(rows):
    return rows


def darker(rows):
    return rows / 255


PATIENTS = [
    ({"epochs": 1, "lr": 0.03, "size": 1, "each_step": True}, X, y, X_val, y_val, same),
    ({"lr": 0.5, "epochs": 40}, X, n, X, n, same),
    ({}, noise[:200], y, noise[200:], y_val, same),
    ({"lr": 0.1}, X, y, X_val, y_val, same),
    ({"lr": 1.0}, X, y, X_val, y_val, same),
    ({"lr": 0.5, "last": nn.Softmax(dim=1)}, X, y, X_val, y_val, same),
    ({"lr": 0.0005}, X, y, X_val, y_val, same),
    ({"epochs": 100}, X, n, X_val, n_val, same),
    ({}, X, y, X_val, y_val, darker),
    ({"dropout": 0.8, "lr": 0.3}, X, y, X_val, y_val, same),
]


@cache
def patient(curve):
    settings, rows, truth, new, new_truth, change = PATIENTS[curve - 1]
    run = train(rows, truth, change(new), new_truth, **settings)
    run.looks = [judge(run.model, rows, truth)[1], run.val_accuracy[-1], judge(run.model, change(rows), truth)[0]]
    return run


def curve_doctor(curve, look):
    """The curve doctor"""
    run = patient(curve)
    what = "step" if curve == 1 else "epoch"
    parts = [f"training {run.loss[0]:.2f} to {run.loss[-1]:.2f}",
             f"validation {run.val_loss[0]:.2f}, best {min(run.val_loss):.2f}, last {run.val_loss[-1]:.2f}"]
    known, new, path = run.looks
    parts += [f"accuracy on training rows {known:.2f}, on validation rows {new:.2f}"] * (look > 0)
    parts += [f"training rows through the validation code: loss {path:.2f}"] * (look > 1)
    said = f"Curve {curve}. " + "; ".join(parts) + "."
    xs = range(1, len(run.loss) + 1)
    return Shown(said, chart.lines(both(run), what, "loss", said, CHANCE, xs))


sliders(curve_doctor, curve=(1, 10, 1, 1), look=(0, 2, 1, 0))

# %% id="do-doctor"
ask("doctor-one-to-five", "doctor-six-to-ten")

# %% [markdown] id="pitfalls" covers="X-37 S1-13 S2-11 S3-12"
# ## Pitfalls
#
# Loops that are broken on purpose, each beside its cure, run and examined for real. Commit before you run.
#
# ### Keeping the best weights
#
# Stopping at the turn is only half of it: by the time you know that it was the turn, the weights have moved on. So a
# loop keeps the best ones: `if val_loss < best: weights = model.state_dict()`.

# %% id="do-aliased"
ask("aliased-weights")

# %% id="pitfall-aliased" covers="X-37" folded=true
pitfall("best-weights-aliased").demo()

# %% [markdown] id="pitfall-aliased-said" covers="X-37"
# The last number of each curve is the restored model's. No error, and no finding either: the doctor cannot see which
# numbers you *meant* to keep. How long is a `state_dict()` true?

# %% id="three-copies" covers="X-37"
model = nn.Linear(4, 1)
ways = {
    "state_dict()": model.state_dict(),
    "dict(state_dict())": dict(model.state_dict()),
    "deepcopy(state_dict())": copy.deepcopy(model.state_dict()),
    "a clone of each tensor": {name: value.clone() for name, value in model.state_dict().items()},
}
with torch.no_grad():
    model.weight.add_(1.0)  # what a step does: it writes into the tensor
for name, kept_weights in ways.items():
    print(f"{name:<24} has moved with the model: {torch.equal(kept_weights['weight'], model.weight)}")

# %% [markdown] id="pitfall-counter-text" covers="X-37"
# A new dict with the same tensors in it is no copy either.
#
# ### A patience that is never renewed
#
# **Patience** is the number of epochs without a new best that you are willing to wait **in a row**. First by hand,
# then a loop with patience 4.

# %% id="do-patience"
ask("patience-by-hand")

# %% id="pitfall-counter" covers="X-37"
pitfall("early-stop-counter").demo()

# %% [markdown] id="pitfall-trained-text" covers="S1-13 S2-11 S3-12"
# ### Judged on known rows
#
# One wrong name in one line. What would you see on the curve?

# %% id="do-too-good"
ask("too-good")

# %% id="pitfall-trained" covers="S1-13 S2-11 S3-12" folded=true
pitfall("eval-rows-trained-on").demo()

# %% [markdown] id="pitfall-trained-said" covers="S1-13 S3-12"
# The broken curve is the prettier one. That is the trouble with leaks: most faults make figures worse, this one
# makes them **better**, so nobody looks for it. `pitfall("features-chosen-before-split").demo()` and
# `pitfall("overfitting").demo()` wait for a cell of your own.

# %% [markdown] id="try" covers="X-37"
# ## Try
#
# First lines to put in order.

# %% id="do-order-stop"
ask("order-of-stopping")

# %% [markdown] id="try-smooth" covers="R-24"
# Now three functions that you may keep. The first smooths a curve, as the slider above did. Stuck? `hint("smooth")`
# in a cell of its own.

# %% id="do-smooth" exercise="smooth"

# %% [markdown] id="try-stop" covers="X-37 S1-16"
# The second stops in time, for any model, and gives back the best weights. Mind what a `nan` does in a comparison.

# %% id="do-stop" exercise="early-stopping"

# %% [markdown] id="use-stop-text" covers="X-37 S1-16"
# When your check is right, the next cell uses it on the labels with noise; until then it says so.

# %% id="use-stop" covers="X-37 S1-16"
def run_with(fit):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)

    def one_epoch():
        for some in torch.randperm(len(X)).split(20):
            optimizer.zero_grad()
            loss_fn(model(X[some]), n[some]).backward()
            optimizer.step()

    seen = fit(model, one_epoch, lambda: judge(model, X_val, n_val)[0], patience=10, most=120)
    return seen, judge(model, X_val, n_val)


try:
    seen, (loss, accuracy) = run_with(fit_best)
    if len(seen) == 120:
        raise ValueError("it never stopped")
    print(f"{len(seen)} of 120 epochs; last loss {seen[-1]:.2f}; the model now: loss {loss:.2f}, accuracy {accuracy:.2f}")
except Exception:  # an unfinished function may fail in any way
    print("not yet: fit_best does not stop and restore")

# %% [markdown] id="try-prepare" covers="R-26 X-30"
# The third prepares a table, with not one leak: gaps filled, columns scaled, the most useful ones chosen.

# %% id="do-prepare" exercise="prepare"

# %% [markdown] id="deep-dive" covers="X-30"
# ## Deep dive
#
# ### 1: A split that resembles the use
#
# Rows dealt out at random is the usual split. It asks: how well does the model do on rows **from among these**? That
# is not always the question. Three tables, and the plainest model there is: for a new row, the answer of the
# **nearest** known row. No training at all, so nothing can leak through a loop.
#
# - **Twins**: 200 rows of noise with dice for labels; each row is in the table twice.
# - **Persons**: 40 persons, ten rows each; a person has a face (8 numbers) and a label, thrown by dice.
# - **Days**: a level that wanders from day to day, for 400 days. What is it on a given day?

# %% id="do-splits"
ask("person-split", "which-split")

# %% id="three-splits" covers="X-30" folded=true
def nearest(known, answers, new):
    return answers[torch.cdist(new, known).argmin(dim=1)]


def right(rows, answers, own, new):
    return (nearest(rows[own], answers[own], rows[new]) == answers[new]).float().mean().item()


def off(days, level, own, new):
    return (nearest(days[own], level[own], days[new]) - level[new]).abs().mean().item()


tables = {name: [] for name in ("twins", "persons", "days")}
for seed in range(20):
    dice.manual_seed(seed)
    mixed, straight = torch.randperm(400, generator=dice), torch.arange(400)
    of = torch.arange(200).repeat_interleave(2)
    rows, answers = torch.randn(200, 8, generator=dice)[of], torch.randint(2, (200,), generator=dice)[of]
    tables["twins"].append([right(rows, answers, split[:300], split[300:]) for split in (mixed, straight)])
    of = torch.arange(40).repeat_interleave(10)
    rows, answers = torch.randn(40, 8, generator=dice)[of], torch.randint(2, (40,), generator=dice)[of]
    rows = rows + 0.3 * torch.randn(400, 8, generator=dice)
    tables["persons"].append([right(rows, answers, split[:300], split[300:]) for split in (mixed, straight)])
    level, days = torch.randn(400, generator=dice).cumsum(dim=0), torch.arange(400.0)[:, None]
    tables["days"].append([off(days, level, split[:300], split[300:]) for split in (mixed, straight)])

print("mean of 20 tables        rows at random   as it will be used")
for (name, found), what in zip(tables.items(), ("accuracy", "accuracy", "off by  ")):
    at_random, honest = torch.tensor(found).mean(dim=0).tolist()
    print(f"{name:<9} {what:<13} {at_random:14.2f} {honest:18.2f}")

# %% [markdown] id="splits-said" covers="X-30"
# With the twins together, with whole persons, with the later days as new rows, the skill is gone: there was never
# any. At random, a row's twin, another row of the same person, or yesterday **and tomorrow** sat among the known
# rows.
#
# So: remove duplicates before you split (also those made by *oversampling* a rare class). Split by person, patient,
# machine, document, if new ones will come. Split by time if the future is what you want to know. Write a split by
# group yourself.

# %% id="do-group-split" exercise="split-by-group"

# %% [markdown] id="luck-text" covers="X-30"
# ### 2: The luck of the best
#
# A hundred "models" that throw coins are judged on the same 50 validation rows, and the best one is taken. What
# accuracy will it show there, on average? And on new rows?

# %% id="do-luck"
ask("luck-of-the-best")

# %% id="luck" covers="X-30" folded=true
dice.manual_seed(0)
new_dice = torch.Generator().manual_seed(1)
print("the best of several coin throwers, on 50 rows; mean of 200 such contests")
for many in (1, 10, 100):
    hits = (torch.rand(200, many, 50, generator=dice) < 0.5).float().mean(dim=2)
    again = (torch.rand(200, 50, generator=new_dice) < 0.5).float().mean()  # each contest's winner, on 50 new rows
    print(f"best of {many:<4} validation {hits.max(dim=1).values.mean():.2f}   on new rows {again:.2f}")

# %% [markdown] id="luck-said" covers="X-30"
# Choosing **is** fitting. The more you choose by the validation rows (rates, seeds, the epoch to stop at), the less
# new they are, and their figure flatters. That is why there is a third set: the **test rows**. They are looked at
# **once**, in the end, after the last choice. Look, change something and look again, and they are validation rows.
#
# How much may a validation loss move without any meaning? Its mean is taken over rows that differ:

# %% id="error-bar" covers="X-30 R-24"
def each_row(epochs):
    """Return what each validation row pays after so many epochs on labels with noise."""
    model = train(X, n, X_val, n_val, epochs=epochs).model
    with torch.no_grad():
        return nn.functional.cross_entropy(model(X_val), n_val, reduction="none")


def mean_and_error(column):
    return f"{column.mean():.2f} ± {column.std() / len(column) ** 0.5:.2f}"


stopped = each_row(12)
print("epoch 12, validation loss:     ", mean_and_error(stopped))
for epochs in (16, 32):
    print(f"epoch {epochs}, how much more, by row:", mean_and_error(each_row(epochs) - stopped))

# %% [markdown] id="below-text" covers="R-24 S3-09"
# On 339 other rows the whole curve might lie .05 higher or lower. But two epochs of one run are judged on the
# **same** rows, so their difference is known better: epoch 16 is as good as the best one, epoch 32 is worse. So a
# patience of 2 or 3 may well stop by accident; and the third decimal of a best loss is no news.
#
# ### 3: Validation below training
#
# With strong dropout, as in curve 10 of the doctor, the validation loss lies **below** the training loss nearly all
# the way.

# %% id="do-below"
ask("below-is-a-leak")

# %% id="below" covers="R-24 S3-09" folded=true
run = train(X, y, X_val, y_val, epochs=3, dropout=0.8, lr=0.3)
print("epoch 3, dropout 0.8")
print("told while training                ", round(run.loss[-1], 2))
print("the same rows afterwards, no dropout", round(judge(run.model, X, y)[0], 2))
print("validation rows                    ", round(run.val_loss[-1], 2))

# %% [markdown] id="below-said" covers="S3-09"
# The told loss is a mean over the epoch, of an earlier and a handicapped model. Measured alike, training rows cost
# less than validation rows, as they should. Only if they still cost **more** then, look at the split: easier rows, or
# known ones.

# %% [markdown] id="metrics" covers="S2-08 S2-09 S3-09 S3-10"
# ## Metrics
#
# Curves of losses tell whether training works. Whether the model is **fit for use** is read from other numbers, from
# validation rows. Here for each class, as the healthy run goes on: **precision** (how many of those called 8 are
# eights) and **recall** (how many of the eights were found).

# %% id="rise-together" covers="S2-08 S3-09"
print("epoch   val loss   accuracy   precision of 3, 5, 8   recall of 3, 5, 8")
for epochs in (1, 2, 5, 15, 30):
    run = train(X, y, X_val, y_val, epochs=epochs, lr=0.1)
    with torch.no_grad():
        called = run.model(X_val).argmax(dim=1)
    hits = torch.tensor([((called == c) & (y_val == c)).sum() for c in range(3)])
    precision = hits / torch.bincount(called, minlength=3).clamp(min=1)
    recall = hits / torch.bincount(y_val)
    told = ["  ".join(f"{value:.2f}" for value in each.tolist()) for each in (precision, recall)]
    print(f"{epochs:5} {run.val_loss[-1]:10.2f} {run.val_accuracy[-1]:10.2f}   {told[0]:<22} {told[1]}")

# %% [markdown] id="good-bad" covers="S2-08 S2-09 S3-09 S3-10"
# They rise together. Early on, one is high where the other is low: a class that is hardly ever named has few wrong
# names, and few finds. Good and bad, side by side:
#
# | | good | bad |
# |---|---|---|
# | training loss | falls steadily, towards its floor | stays at ln C, leaps, climbs |
# | validation loss | falls with it, settles a little above | turns; or flat at ln C; or suspiciously equal |
# | accuracy | rises, settles, well above the commonest class's share | at the level of guessing, or wild |
# | precision and recall | rise together, balanced as the task wants | one very high, the other very low |
#
# "Loss near 0, accuracy near 100 %" is the ideal of clean labels. How near can one come on labels with noise, where
# about one in five is wrong?

# %% id="do-floor"
ask("floor-of-noise", "good-or-bad")

# %% id="noise-floor" covers="S2-08 S2-09" folded=true
right_share = torch.tensor([0.8, 0.1, 0.1])
print("labels right in 8 of 10, else one of the other two, by dice")
floor = -(right_share * right_share.log()).sum()
print(f"on the average of many rows: best loss {floor:.2f}, best accuracy {right_share.max():.2f}")
memory = memory_run()
print(f"the run at its best: {min(memory.val_loss):.2f} and {max(memory.val_accuracy):.2f}")

# %% [markdown] id="metrics-key" covers="S2-08 S2-09 S3-10 S2-11"
# A loss of .69 and an accuracy of .79 are nearly all that such labels allow; a validation loss of .33 on them, as in
# the doctor's curve 2, no honest model can have. Read figures against **three levels**: no idea (ln C), no inputs
# (the blind run), and the floor that noise sets.
#
# **Key result.** Training loss: does it learn? Validation loss: does it hold elsewhere? Its turn: when to stop. The
# test rows, once: what to report.

# %% [markdown] id="challenge"
# ## Challenge
#
# Five problems against the clock, two attempts and a hint each.

# %% id="do-challenge"
challenge("07")

# %% [markdown] id="recall"
# ## Recall
#
# Say the answer before you turn the card, then rate how it went. The last one asks for your own words.

# %% id="do-recall"
ask("07/recall")

# %% [markdown] id="recall-review"
# And what is due today, from all lessons so far:

# %% id="do-review" tags="nbval-ignore-output"
review()

# %% [markdown] id="exit-quiz"
# ## Exit quiz
#
# One question for each thing that you set out to learn.

# %% id="do-exit"
ask("07/exit")

# %% [markdown] id="summary"
# ## Summary card
#
# | | |
# |---|---|
# | starts at | ln C for C balanced classes: .69, 1.10, 2.30 |
# | good | both curves fall and settle close together; precision and recall rise with them |
# | flat, or leaps | rate too low creeps; too high leaps, and may come to rest at ln C |
# | jagged | small batches; judge the smoothed trend |
# | parting | training down, validation turns up: overfitting; stop at the turn, decay, dropout, more rows |
# | validation flat at ln C | the model says nothing there: a broken path |
# | validation climbs from ln C | sure and wrong: inputs or labels that tell nothing |
# | further looks | training rows through the validation path; inputs of zeros; one batch by heart |
# | loss and accuracy | may part both ways: which side, and how far |
# | leak | any use of evaluation rows in fitting: scalers little, choices of columns ruinous |
# | split | as it will be used: no twins, whole persons, the future last; test rows once |
# | stop | patience in a row, a strict new best, `copy.deepcopy(model.state_dict())`, restore |
#
# Where do you stand?

# %% id="do-progress" tags="nbval-ignore-output"
progress()
