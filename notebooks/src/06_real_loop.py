# %% [markdown] id="goal" covers="S5-16"
# # The real loop
#
# **Goal.** From five calls to a loop that you would trust: over batches, for epochs, judged on rows kept aside, with
# figures that mean what they say.
#
# **You will be able to**
#
# - say how many batches an epoch has, how large the last one is, and when that does harm;
# - prepare rows for a loop: which to scale, with what, and which to shuffle;
# - put `train()` and `eval()` where they belong, and recognise a loop in which one is missing;
# - report figures that are right: a mean over rows, numbers instead of graphs, a chart drawn from its table;
# - read the two losses side by side;
# - build the whole loop, also with two optimizers, several losses, or an optimizer that wants a closure.
#
# **Out of scope.** Which model, which optimizer, when to stop.
#
# **Needs.** [Lesson 05](05_order.ipynb): the five calls and their order. &nbsp; **Minutes.** 60 for the core, and some
# ten more for warm-up and exit quiz; each further way has its own time.

# %% [markdown] id="ways-in"
# ### Pick your way in
#
# | way | what waits there | minutes |
# |---|---|---|
# | [Why](#Why) | the same five epochs, in few steps or in many | 3 |
# | [Learn](#Learn) | batches, means, order, two modes, the whole loop and its two losses | 24 |
# | [Try](#Try) | lines to order, then three functions: an epoch, a judgement, a fit | 19 |
# | [Deep dive](#Deep-dive) | closures, two optimizers, several losses, a frozen layer, what is kept | 20 |
# | [Trace](#Trace) | a real run line by line; a table of epochs, and how not to draw it | 10 |
# | [Experiment](#Experiment) | an open task: a table in a bad state | 20 |
# | [Metrics](#Metrics) | the two losses, and what to write down when | 10 |
# | [Challenge](#Challenge) | five problems against the clock | 10 |
# | [Recall](#Recall) | flashcards, your own words, spaced review | 5 |
#
# **The core, 60 minutes:** Why, Learn, [Pitfalls](#Pitfalls), Try. It serves all aims but two ends of them: loops with
# several optimizers, losses or a closure wait in the Deep dive, and charts in Trace. Every way stands alone: run the
# cell below and the two under [Set up](#Set-up), then go where you like. Where a question asks what a cell will do,
# that cell's output is folded away until you run it.

# %% id="tools"
from lessontools import ask, challenge, check, hint, pipeline, pitfall, progress, review, sliders, solution, strip, watch
from lessontools.explore import chart
from lessontools.explore.sliders import Shown
from lessontools.loop.figure import epochs

# %% [markdown] id="warm-up"
# ## Warm-up
#
# Three things from earlier lessons that every loop leans on. From memory first, then look.

# %% id="do-warm-up"
ask("recall-chance", "card-waiting-stretch", "card-switches")

# %% [markdown] id="set-up"
# ## Set up
#
# PyTorch is imported here, once, and takes a few seconds. Our data for today: small pictures of handwritten digits, 64
# pixels each. `X` and `y` are to be trained on. `X_val` and `y_val` are **validation rows**: kept aside, never trained
# on, to see how the model does on rows that it does not know. How it does is told by its loss, and by its **accuracy**:
# the share of rows whose highest logit is that of the right digit.

# %% id="import-torch"
from types import SimpleNamespace

import torch
from sklearn.datasets import load_digits, load_wine
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
torch.set_num_threads(1)

digits = load_digits()
pixels, labels = torch.tensor(digits.data / 16, dtype=torch.float32), torch.tensor(digits.target)
# stratify: each digit gets the same share in both parts
X, X_val, y, y_val = train_test_split(pixels, labels, test_size=0.2, random_state=0, stratify=labels)
print("to train on", tuple(X.shape), "  to validate with", tuple(X_val.shape), "  classes", len(labels.unique()))

# %% [markdown] id="set-up-helpers"
# And three helpers. `new_model()` gives the same new model each time, `judge` its loss and accuracy on given rows, and
# `train` trains one. You will write better ones yourself before this lesson is over, so leave them folded.

# %% id="helpers" hidden=true
# The helpers: new_model, judge, train.
loss_fn = nn.CrossEntropyLoss()


def new_model(dropout=0.0, seed=0):
    """Return a new model: 64 pixels in, 10 logits out; with dropout between, if asked for."""
    torch.manual_seed(seed)
    middle = [nn.Dropout(dropout)] if dropout else []
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), *middle, nn.Linear(32, 10))


def judge(model, rows, truth):
    """Return loss and accuracy on these rows, all at once, in the mode that the model is in."""
    with torch.no_grad():
        logits = model(rows)
    return loss_fn(logits, truth).item(), (logits.argmax(dim=1) == truth).float().mean().item()


def train(batch_size=32, order=slice(None), shuffle=True, lr=0.2, rounds=5, dropout=0.0, seed=0, rows=X):
    """Train a new model; return it, each batch's loss, and for each epoch (told, true, accuracy)."""
    model = new_model(dropout, seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loader = DataLoader(TensorDataset(rows[order], y[order]), batch_size=batch_size, shuffle=shuffle)
    losses, history = [], []
    for epoch in range(rounds):
        total = 0.0
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(xb), yb)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            total += loss.item() * len(xb)
        history.append((total / len(rows), *judge(model, rows, y)))
    return SimpleNamespace(model=model, losses=losses, history=history, batches=len(loader))


print("a new model's loss and accuracy:", [round(value, 2) for value in judge(new_model(), X, y)])

# %% [markdown] id="why" covers="X-25"
# ## Why
#
# So far, a round used **all** rows: forward, loss, backward, one step. You may also cut the rows into **batches** of,
# say, 32, and give each batch a step of its own. Once through all rows is an **epoch**.
#
# One model takes five epochs with all 1437 rows at once, the other five epochs in batches of 32. Both run forward and
# backward over the same rows equally often.

# %% id="do-many-steps"
ask("one-step-or-many")

# %% id="many-steps" covers="X-25 S1-03" folded=true
print("five epochs   steps   loss before   loss after   accuracy")
before, _ = judge(new_model(), X, y)
for size, lr in ((1437, 0.2), (256, 0.2), (32, 0.2), (1437, 2.0)):
    done = train(batch_size=size, lr=lr)
    _, after, hits = done.history[-1]
    more = "" if lr == 0.2 else "   at ten times the rate"
    print(f"batches {size:>5} {len(done.losses):7} {before:13.2f} {after:12.2f} {hits:10.2f}{more}")

# %% [markdown] id="why-said" covers="S1-03"
# The same rows equally often, and forty-five times the steps. A batch's gradient is a rough guess at that of all rows,
# but it is good enough to step on, and far cheaper. That is why real loops have **two** loops in them. (Large batches
# often bear a larger rate, as the last line shows. Five steps are still five steps.)
#
# The price: a last batch that is smaller, an order of rows that matters, a loss that is only one batch's. Each of them
# can spoil a loop or make its figures lie, mostly in silence. That is what this lesson is about.

# %% [markdown] id="learn"
# ## Learn
#
# ### Epoch, batch, step
#
# A `DataLoader` cuts a table of rows into batches; you go through it with `for xb, yb in loader:`. Each turn is one
# batch and one **step** (also called an iteration).

# %% id="do-batch-sizes"
ask("batch-sizes")

# %% id="run-batch-sizes" covers="X-25" folded=true
ten = TensorDataset(torch.arange(10))
print("ten rows, batch_size=4")
for drop_last in (False, True):
    loader = DataLoader(ten, batch_size=4, drop_last=drop_last)
    print(f"drop_last={drop_last!s:<6} sizes {[len(xb) for (xb,) in loader]}")

# %% id="do-steps"
ask("steps-in-an-epoch")

# %% [markdown] id="explore-text" covers="X-25 X-26"
# Now play with it. The rows below come sorted by class, `a` to `d`. Find settings with (1) a last batch of a single
# row, (2) no batch at all, (3) a last row that counts six times as much as the others. (The bars show what each row
# counts if the means of the batches are averaged.)

# %% id="batch-explorer" covers="X-25 X-26 R-28" hidden=true
# Run this cell for the batch and shuffle explorer. The code is folded away: click to see it.
def batch_explorer(rows, batch_size, shuffle, drop_last, epoch):
    """Batch and shuffle explorer"""
    classes = ["abcd"[row * 4 // rows] for row in range(rows)]
    torch.manual_seed(epoch)
    loader = DataLoader(range(rows), batch_size=batch_size, shuffle=bool(shuffle), drop_last=bool(drop_last))
    parts = [[classes[row] for row in part.tolist()] for part in loader]
    call = f"`DataLoader(rows, batch_size={batch_size}, shuffle={bool(shuffle)}, drop_last={bool(drop_last)})`"
    if not parts:
        return f"{call}\n\n**No batch at all.** The body of the loop never runs, and no message says so."
    used, alone = sum(map(len, parts)), sum(len(set(part)) == 1 for part in parts)
    told = f"{len(parts)} steps; {used} of {rows} rows used; batches of one class only: {alone}."
    if len(parts[-1]) == 1:
        told += " **The last batch is a single row.**"
    table = "\n".join(f"| {at} | `{' '.join(part)}` |" for at, part in enumerate(parts, start=1))
    counts = [round(100 / len(parts) / len(part), 1) for part in parts]  # in a mean of the batches' means
    names = [f"batch {at}" for at in range(1, len(parts) + 1)]
    title = "what one row counts, in %"
    alt = f"{title}: {', '.join(f'{name} {value:.1f}' for name, value in zip(names, counts))}"
    return Shown(f"{call}\n\n{told}\n\n| batch | its rows |\n|---|---|\n{table}", chart.bars(counts, names, title, alt, 0))


sliders(
    batch_explorer, rows=(6, 24, 1, 10), batch_size=(2, 30, 1, 4), shuffle=(0, 1, 1, 0), drop_last=(0, 1, 1, 0),
    epoch=(1, 5, 1, 1),
)

# %% [markdown] id="mean-text" covers="X-25 R-28"
# (1: 13 rows in batches of 4. 2: more in a batch than there are rows, and `drop_last`. 3: 13 in batches of 6.)
#
# With `shuffle`, each epoch brings another order; `epoch` shows the next ones.
#
# ### A mean over what?
#
# `loss_fn` gives the mean over the rows **of its batch**. What you want to know is the mean over all rows.

# %% id="do-mean"
ask("mean-of-rows")

# %% id="run-mean" covers="R-28" folded=true
each = torch.cat([torch.full((64,), 1.0), torch.full((6,), 5.0)])  # the loss of each of 70 rows
parts = each.split(64)
print("batches of", [len(part) for part in parts])
print("mean of the batches' means:  ", round(sum(part.mean().item() for part in parts) / len(parts), 3))
print("each mean times its rows / 70:", round(sum(part.mean().item() * len(part) for part in parts) / 70, 3))
print("mean of all rows:            ", round(each.mean().item(), 3))

# %% [markdown] id="mean-said" covers="R-28"
# So the line in the loop is `total += loss.item() * len(xb)`, and in the end you divide by the number of **rows**.
# Dividing by `len(loader)`, which much example code does, lets the last rows count too much. Usually that shifts a
# figure by little; it is one of those faults that nobody notices until two programs disagree.
#
# ### In which order?
#
# Many tables come sorted: all zeros, then all ones. Here is what that does. Two numbers are noted after each epoch:
# the loss that the loop **told**, a mean over the rows as their batches went by, and the **true** one, measured
# afterwards on the very same rows.

# %% id="do-sorted"
ask("sorted-digits")

# %% id="run-sorted" covers="X-26" folded=true
by_class = y.argsort(stable=True)
runs = {"sorted": train(order=by_class, shuffle=False, rounds=10), "shuffled": train(rounds=10)}
print("            sorted: told  true  accuracy   shuffled: told  true  accuracy")
for epoch in (0, 1, 4, 9):
    told = ["{:17.2f} {:5.2f} {:9.2f}".format(*run.history[epoch]) for run in runs.values()]
    print(f"epoch {epoch + 1:>2}", "  ".join(told))

# %% [markdown] id="sorted-said" covers="X-26"
# Most batches hold a single digit. The model learns it, is asked about it while it is fresh, and forgets the digits
# before: told .42, true 2.30. It has 36 % right, and pays as much as a model without any opinion (ln 10 = 2.303), since
# it is so sure where it is wrong. **A running loss tells what the loop has just practised.**
#
# Look at it batch by batch. The curve is the last of five epochs of real training; the line is the true loss
# afterwards. Move `shuffle` to 1, then try other sizes (`power=5` is $2^5$ = 32 rows).

# %% id="shuffle-explorer" covers="X-26 X-25" hidden=true
# Run this cell for the second explorer. The code is folded away: click to see it.
def shuffle_explorer(power, shuffle):
    """Five epochs on digits that come sorted by class"""
    done = train(batch_size=2**power, order=by_class, shuffle=bool(shuffle))
    last = done.losses[-done.batches :]
    told, true, hits = done.history[-1]
    said = f"{len(done.losses)} steps. Told {told:.2f}, true {true:.2f}, accuracy {hits:.2f}."
    level = {"value": true, "label": "true"}
    xs = range(1, len(last) + 1)
    curve = chart.lines({"": last}, "batch of epoch 5", "its loss", f"Loss of {len(last)} batches. {said}", level, xs)
    return Shown(f"**{said}**", curve)


sliders(shuffle_explorer, power=(4, 9, 1, 5), shuffle=(0, 1, 1, 0))

# %% id="do-what-to-shuffle"
ask("what-to-shuffle")

# %% [markdown] id="modes-text" covers="X-27"
# ### Two modes
#
# Some layers behave differently while they are trained:
#
# - **dropout** sets a random part of its inputs to 0 (and enlarges the rest), so that no unit can rely on a single
#   other one;
# - **batch norm** shifts and scales each column by its mean and its spread (the standard deviation, `.std()`) *in the
#   batch*, and keeps a running average of both for later.
#
# Which way they behave is their **mode**: `model.train()` sets it for all layers inside, `model.eval()` sets the other
# one. Below, a model with dropout has had three epochs. It is judged on the validation rows under `no_grad()`.

# %% id="do-forgotten-eval"
ask("forgotten-eval")

# %% id="run-forgotten-eval" covers="X-27" folded=true
done = train(rounds=3, dropout=0.5)
model = done.model
print("validation rows   loss   accuracy")
for name in ("no eval()", "once more", "with eval()"):
    if name == "with eval()":
        model.eval()
    print("{:<15} {:6.2f} {:10.2f}".format(name, *judge(model, X_val, y_val)))

# %% [markdown] id="modes-said" covers="X-27"
# A quarter of its accuracy, lost by a line that was not there; and a figure that changes from look to look. So
# `model.eval()` goes before judging, and `model.train()` before training goes on. A mode **stays** until somebody
# changes it.
#
# The loss that this run told for its third epoch was 1.07. On the validation rows, which it has never seen, it is 0.71.

# %% id="do-below-training"
ask("below-training")

# %% id="run-below-training" covers="S3-01 X-27" folded=true
print("loss on the same training rows, third epoch")
print("told, while training:       ", round(done.history[-1][0], 2))
model.train()
torch.manual_seed(0)
print("afterwards, training mode:  ", round(judge(model, X, y)[0], 2))
model.eval()
print("afterwards, eval mode:      ", round(judge(model, X, y)[0], 2))
print("validation rows, eval mode: ", round(judge(model, X_val, y_val)[0], 2))

# %% [markdown] id="whole-loop-text" covers="S5-16"
# Two losses can be compared only if they are measured alike. Told and validated are not: other moments, other modes.
#
# ### The whole loop
#
# All parts are on the table. Put them together.

# %% id="do-order-epoch"
ask("order-of-an-epoch")

# %% id="real-loop" covers="S5-16 S3-01 S3-03 S1-03"
loader = DataLoader(TensorDataset(X, y), batch_size=32, shuffle=True)
val_loader = DataLoader(TensorDataset(X_val, y_val), batch_size=64)
model = new_model(dropout=0.2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
history = {"loss": [], "val_loss": [], "val_accuracy": []}

with watch() as trace:
    for epoch in range(8):
        model.train()
        total = 0.0
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(xb), yb)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(xb)
        history["loss"].append(round(total / len(X), 2))

        model.eval()
        total, hits = 0.0, 0
        with torch.no_grad():
            for xb, yb in val_loader:
                logits = model(xb)
                total += loss_fn(logits, yb).item() * len(xb)
                hits += (logits.argmax(dim=1) == yb).sum().item()
        val_loss = total / len(X_val)
        history["val_loss"].append(round(val_loss, 2))
        history["val_accuracy"].append(round(hits / len(X_val), 2))

epochs(history)

# %% [markdown] id="real-loop-said" covers="S3-01 S3-03 S1-03 S3-16"
# That is a real loop. In each epoch: train on every batch, judge on rows kept aside, write both down. Two falling
# losses, close to each other, are the sign that it learns something that also holds elsewhere.
#
# The loop ran under `watch()`, which notes what each line does. **The doctor** reads those notes:

# %% id="real-loop-doctor" covers="S3-16"
trace.diagnose()

# %% id="do-two-trends"
ask("two-trends")

# %% [markdown] id="pitfalls" covers="X-27 X-28 R-28 X-25 X-26 X-29"
# ## Pitfalls
#
# Loops that are broken on purpose, each beside its cure, run and examined for real. Commit before you run.
#
# ### Where `train()` stands

# %% id="do-mode-that-sticks"
ask("mode-that-sticks")

# %% id="pitfall-train-mode" covers="X-27"
pitfall("train-in-eval-mode").demo()

# %% [markdown] id="pitfall-train-said" covers="X-27"
# The broken curve looks **better**: nothing is dropped any more. You pay for a dropout that works in one epoch of
# thirty. Whether it would have helped, you will never know.
#
# ### Judged in training mode
#
# The other line forgotten, on a smaller problem. Compare the two curves in the second half.

# %% id="pitfall-eval-mode" covers="X-27"
pitfall("eval-in-train-mode").demo()

# %% [markdown] id="pitfall-leak-text" covers="X-28"
# ### A running total

# %% id="do-total-keeps"
ask("total-keeps")

# %% id="pitfall-leak" covers="X-28"
pitfall("graph-leak").demo()

# %% [markdown] id="pitfall-average-text" covers="X-28 R-28"
# A loss tensor holds its graph, and a sum of them holds all. For the log you want a **number**: `loss.item()`.
#
# ### Averaged over batches

# %% id="do-accuracy-from-batches"
ask("accuracy-from-batches")

# %% id="pitfall-average" covers="R-28 X-25"
pitfall("metric-averaging").demo()

# %% [markdown] id="pitfall-one-row-text" covers="R-28 X-25"
# Told .49, true .90; the doctor names the formula, for exactly one gives that number. (Its second remark is true as
# well: this little loop judges on the rows that it trains on.)
#
# ### One row left over

# %% id="do-leaves-one-row"
ask("leaves-one-row")

# %% id="pitfall-one-row" covers="X-25"
pitfall("batchnorm-one-row").demo()

# %% [markdown] id="pitfall-sorted-text" covers="X-26"
# ### Sorted rows
#
# You have seen what they do. Would anything have warned you? Read what the doctor says.

# %% id="pitfall-sorted" covers="X-26"
pitfall("no-shuffle").demo()

# %% [markdown] id="pitfall-raw-text" covers="X-29"
# ### Raw columns
#
# A table of 178 wines: 13 measurements, three growers, to be told apart. One column lies near 0.1, another near 1000.
# They go in as they are.

# %% id="do-raw-wine"
ask("raw-wine")

# %% id="raw-wine" covers="X-29" folded=true
wine = load_wine()
table, grower = torch.tensor(wine.data, dtype=torch.float32), torch.tensor(wine.target)
raw, raw_val, g, g_val = train_test_split(table, grower, test_size=0.25, random_state=0, stratify=grower)
mean, spread = raw.mean(dim=0), raw.std(dim=0)  # of the training rows, and of no others
share = torch.bincount(g) / len(g)


def plain(value):
    return f"{value:.0f}" if value > 100 else f"{value:.2f}"


print("wine: mean loss told in epoch 1, 2, 20; then accuracy on new wines")
for name, rows, new in (("raw", raw, raw_val), ("scaled", (raw - mean) / spread, (raw_val - mean) / spread)):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(13, 16), nn.ReLU(), nn.Linear(16, 3))
    optimizer, told, losses = torch.optim.SGD(model.parameters(), lr=0.1), [], []
    for epoch in range(20):
        total = 0.0
        for some in torch.randperm(len(rows)).split(16):
            optimizer.zero_grad()
            loss = loss_fn(model(rows[some]), g[some])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            total += loss.item() * len(some)
        told.append(total / len(rows))
    print(f"{name:<7} {plain(told[0]):>6} {told[1]:6.2f} {told[19]:6.2f}   accuracy {judge(model, new, g_val)[1]:.2f}")
    awake = (model[:2](rows) > 0).any(dim=0).sum().item()  # units behind the ReLU that ever say more than 0
    print("        first batches:", *[plain(value) for value in losses[:3]], f"  hidden units awake: {awake} of 16")
print(f"loss of a model that knows the shares {[round(s, 2) for s in share.tolist()]} only: "
      f"{-(share * share.log()).sum().item():.2f}")

# %% [markdown] id="raw-wine-said" covers="X-29"
# The first batch costs 27, and the step that follows is so violent that the second costs 53 705. The next step silences
# all sixteen hidden units, and what is left is 1.09: the loss of a model that knows how *common* each grower is, and
# nothing else. Subtract each column's mean and divide by its spread, **taken from the training rows**, and all is well.
# In small, with the doctor's words:

# %% id="pitfall-raw" covers="X-29"
pitfall("unscaled-inputs").demo()

# %% [markdown] id="try" covers="X-29 X-27"
# ## Try
#
# First lines to put in order, and a gap.

# %% id="do-scale-in-order"
ask("scale-in-order", "switch-gap")

# %% [markdown] id="try-epoch" covers="S5-16 R-28"
# Now three functions that you may keep: they fit any model. The first: one epoch. `loader` hands out batches, and the
# last one may be smaller. The card below the cell tells the task; stuck? `hint("train-one-epoch")` in a cell of its
# own.

# %% id="do-train-epoch" exercise="train-one-epoch"

# %% [markdown] id="try-evaluate" covers="X-27 R-28"
# The second: a judgement that leaves no traces.

# %% id="do-evaluate" exercise="evaluate"

# %% [markdown] id="try-fit" covers="S5-16 S3-01 S3-03"
# The third ties them together. It is tried on digits.

# %% id="do-fit" exercise="fit"

# %% [markdown] id="deep-dive"
# ## Deep dive
#
# Four loops that look different, and two questions: what is kept, and in which order. Commit first; the cell below lets
# PyTorch answer.
#
# ### 1: Why does this optimizer want a function?
#
# `torch.optim.LBFGS` is called as `optimizer.step(closure)`, with a function that clears, runs forward and backward,
# and returns the loss.

# %% id="do-why-a-closure"
ask("why-a-closure", "what-step-returns")

# %% id="closures" covers="X-24" folded=true
print("one call of step(closure), on all 1437 rows")
for name in ("SGD", "LBFGS"):
    model, calls = new_model(), []
    make = torch.optim.LBFGS if name == "LBFGS" else lambda given: torch.optim.SGD(given, lr=0.2)
    optimizer = make(model.parameters())

    def closure():
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        calls.append(loss.item())
        return loss

    returned = optimizer.step(closure)
    told = f"closure ran {len(calls):>2} times, step returned {returned.item():.2f}"
    print(f"{name:<6} {told}, loss now {judge(model, X, y)[0]:.2f}")

# %% [markdown] id="closures-said" covers="X-24"
# LBFGS asks for loss and gradient at several places before it is content with one step, so it must be able to run the
# first four calls itself. Every optimizer takes a closure; nearly all others call it once. Mind two things. The
# clearing belongs **inside**. And within a step the loss must stay the same function, the same batch and no dropout, or
# it compares apples with pears.
#
# ### 2: Two optimizers
#
# A model's first layers are called its **body**, the last one its **head**. Here each gets an optimizer of its own,
# because the two are to move at different speeds.

# %% id="do-two-optimizers"
ask("two-optimizers")

# %% id="two-optimizers" covers="X-24 S5-21" folded=true
model = new_model()
slow = torch.optim.SGD(model[0].parameters(), lr=0.02)
fast = torch.optim.SGD(model[2].parameters(), lr=0.2)

with watch() as trace:
    for xb, yb in DataLoader(TensorDataset(X, y), batch_size=32):
        fast.zero_grad()
        loss = loss_fn(model(xb), yb)
        loss.backward()
        slow.step()
        fast.step()
print("two optimizers, one clearing: what the doctor says")
trace.diagnose()

# %% [markdown] id="two-optimizers-said" covers="X-24"
# An optimizer clears what **it** holds, no more. (Two speeds alone do not need two optimizers: one with two parameter
# groups, `SGD([{"params": ..., "lr": ...}, ...])`, does it, and clears all at once.)
#
# ### 3: Several losses

# %% id="do-two-losses"
ask("weighted-losses")

# %% id="several-losses" covers="X-24" folded=true
model = new_model()
xb, yb = X[:32], y[:32]
weight = model[2].weight


def slope(*losses):
    """Return the weight's gradient after a backward for each of these losses."""
    model.zero_grad()
    for loss in losses:
        loss.backward(retain_graph=True)  # or the second backward would find its graph freed
    return weight.grad.clone()


logits = model(xb)
fit, size = loss_fn(logits, yb), logits.square().mean()
print("fit + 0.1 * size, and its parts")
same = torch.allclose(slope(fit + 0.1 * size), slope(fit, 0.1 * size))
print("one backward of the sum, or one of each part in turn: the same slopes?", same)
print(f"length of the slope: of fit {slope(fit).norm().item():.3f}, of 0.1 * size {slope(0.1 * size).norm().item():.3f}")

# %% [markdown] id="several-losses-said" covers="X-24"
# One backward of the sum, or one for each part before the step: the same slopes. Log the parts **separately**, as
# numbers. A sum that falls may hide a part that rises.
#
# ### 4: A frozen layer

# %% id="do-frozen-statistics"
ask("frozen-statistics")

# %% id="frozen-drifts" covers="X-27"
pitfall("frozen-batchnorm-drifts").demo()

# %% [markdown] id="frozen-said" covers="X-27"
# `requires_grad_(False)` is about slopes; the running averages are no parameters, and follow the **mode**. This is the
# one place where `body.eval()` belongs into training, right **after** `model.train()`, which would undo it.
#
# ### 5: What is kept?

# %% id="do-what-is-kept"
ask("what-is-kept")

# %% id="count-nodes" covers="X-28" folded=true
def nodes(tensor):
    """Return how many operations hang on a tensor."""
    found, todo = set(), [tensor.grad_fn]
    while todo:
        node = todo.pop()
        if node is not None and node not in found:
            found.add(node)
            todo += [earlier for earlier, _ in node.next_functions]
    return len(found)


model, whole, bare = new_model(), 0.0, 0.0
for _ in range(100):
    loss = loss_fn(model(xb), yb)
    whole, bare = whole + loss, bare + loss.detach()
print("operations kept alive by a sum of 100 losses")
print("of the tensors as they are:", nodes(whole), "  of detached ones:", nodes(bare), "  of .item(): a float has none")

# %% [markdown] id="kept-said" covers="X-28"
# `.item()` has a price of its own on a GPU: it waits until the GPU is done. So long-running loops add up
# `loss.detach()` there, and call `.item()` once an epoch.
#
# ### 6: Does the order matter for judging? And must it be new in each epoch?

# %% id="do-order-of-judging"
ask("order-of-judging")

# %% id="orders" covers="X-26" folded=true
done = train()
print("judging, and training, in different orders")
for name, some in (("as they are", torch.arange(360)), ("turned round", torch.arange(359, -1, -1))):
    print(f"validation loss, {name:<13}", round(judge(done.model, X_val[some], y_val[some])[0], 4))

fixed = torch.randperm(len(X), generator=torch.Generator().manual_seed(1))
for name, kw in (("one random order for all", {"order": fixed, "shuffle": False}), ("a new one each epoch", {})):
    ends = [judge(train(seed=seed, rounds=10, **kw).model, X_val, y_val)[0] for seed in range(5)]
    print(f"{name:<25} validation loss of five models: mean {sum(ends) / 5:.2f}, {min(ends):.2f} to {max(ends):.2f}")

# %% [markdown] id="orders-said" covers="X-26"
# A judgement does not care: no weight moves. Training does, and yet one random order for all epochs is here at most a
# little worse than a new one each time; what hurts is an order with a meaning. Even that depends on something else:

# %% id="do-centred"
ask("centred-and-sorted")

# %% id="centred" covers="X-26 X-29" folded=true
by_class = y.argsort(stable=True)
print("sorted digits, never shuffled, after ten epochs")
for name, rows in (("as they are", X), ("centred", X - X.mean(dim=0))):
    told, true, hits = train(order=by_class, shuffle=False, rounds=10, rows=rows).history[-1]
    unit = rows / rows.norm(dim=1, keepdim=True)
    alike = (unit @ unit.T).mean().item()
    print(f"{name:<12} told {told:.2f}   true {true:.2f}   accuracy {hits:.2f}   two rows point alike: {alike:.2f}")

# %% [markdown] id="centred-said" covers="X-26 X-29"
# Pixels are never negative, so all pictures point in much the same direction (a mean cosine of .69), and a step for the
# sevens moves the answers to all other digits along with theirs. Centred rows point in all directions, and a step for
# one digit leaves the others nearly alone. So centring protects against more than wild first steps. Shuffle anyway:
# with rows in memory it is nearly free.
#
# **Limits.** Where order *is* the meaning (a text, a day of weather) you shuffle pieces, not rows.

# %% [markdown] id="trace" covers="S5-21 S5-16"
# ## Trace
#
# The way of a gradient, from the batch to the moved weights and round again:
#
# ```mermaid
# flowchart LR
#     B["batch xb, yb"] --> F["forward<br/>records the graph"] --> L["loss<br/>one number"]
#     L --> K["backward<br/>walks the graph"] --> G[".grad<br/>of each parameter"]
#     G --> S["step<br/>moves the weights"]
#     S -- "next batch" --> B
#     S -. "end of the epoch" .-> V["judge: eval, no_grad"]
#     V -. "train() again" .-> B
# ```
#
# Here it is as a run: two epochs of three batches, with a judgement after each.

# %% id="trace-run" covers="S5-21 S5-16"
loader = DataLoader(TensorDataset(X, y), batch_size=512, shuffle=True)
model = new_model(dropout=0.2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)

with watch(level="close") as trace:
    for epoch in range(2):
        model.train()
        for xb, yb in loader:
            optimizer.zero_grad()
            logits = model(xb)
            loss = loss_fn(logits, yb)
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            val_loss = loss_fn(model(X_val), y_val)
pipeline(trace)

# %% [markdown] id="trace-strip-text" covers="S5-21"
# The strip has a lane for each thing that a line can change. In which column does `.grad` get something, in which one
# does a weight move, and what does the judgement change?

# %% id="trace-strip" covers="S5-21"
strip(trace, steps=3)

# %% id="do-who-writes"
ask("who-writes-what")

# %% [markdown] id="trace-table-text" covers="S4-07 S4-08"
# ### A table of epochs
#
# From another course, five epochs of a small network, read line by line:

# %% id="trace-table" covers="S4-07 S4-08 R-08"
table = {"loss": [0.50, 0.35, 0.25, 0.18, 0.12], "accuracy": [0.60, 0.72, 0.80, 0.85, 0.90]}
epochs(table)

# %% [markdown] id="trace-table-said" covers="R-08"
# Remarks and curve are worked out from the numbers. The other course draws a chart of its own, with stars; look at it
# beside the table.

# %% id="do-straight-chart"
ask("straight-chart")

# %% [markdown] id="shares-said" covers="S4-07"
# By loss taken off, the second epoch was the best one; by the **share** that it took off, see the remarks, it was the
# fifth. Each takes about three tenths of what is left, so a curve that flattens may be in the best of health. One thing
# the table does not say: its network ends in a single number a row, and "accuracy" needs a rule for which numbers are a
# yes. Read tables with your pencil in hand.

# %% [markdown] id="experiment" covers="X-29 X-26"
# ## Experiment
#
# **A table in a bad state.** Write `label_new(X, y, new_X)`: train on the rows that you are given, and return a class
# for each new row.
#
# - **Start.** The function in the cell: a sound loop, and it fails on this table.
# - **Constraints.** Model, optimizer, rate and number of epochs stay. What you may change is what happens to the
#   **rows**: before the loop, and on their way into it.
# - **Target.** At least 85 of 100 new rows right; and a new row's label must not depend on which other new rows come
#   with it.
# - **Help.** Four hints wait in `hint("label-new")`, from a nudge to almost all of it; `solution("label-new")` comes
#   last.
#
# Have a look at such a table first. What is there to see?

# %% id="a-bad-table"
torch.manual_seed(1)
some = torch.randperm(len(X))
some = some[y[some] > 0][:700]
some = some[y[some].argsort(stable=True)]
units = torch.tensor([0.0625, 1.0, 1000.0])[torch.randint(3, (64,))]
bad = 16 * X[some] * units + 5
print("class   columns 0, 10, 20, 28, 43, 50")
for row in (0, 1, 300, 301, 698, 699):
    print(f"{y[some][row].item():5}", "".join(f"{value:10.2f}" for value in bad[row, [0, 10, 20, 28, 43, 50]].tolist()))

# %% id="do-label-new" exercise="label-new"

# %% [markdown] id="metrics" covers="S1-03 S3-01 S3-03 S3-16"
# ## Metrics
#
# Which number says whether a loop learns? Not one: **two losses, over time**. A loss alone is a point; its course tells
# whether anything happens, and the second curve whether it holds elsewhere. Below, a model gets only 60 rows, all in
# one batch, and 200 epochs of them. Both losses are written down after every twentieth, which makes ten lines.

# %% id="two-losses" covers="S1-03 S3-01 S3-16"
model = new_model()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
history = {"loss": [], "val_loss": []}
for epoch in range(200):
    optimizer.zero_grad()
    loss = loss_fn(model(X[:60]), y[:60])
    loss.backward()
    optimizer.step()
    if epoch % 20 == 19:
        history["loss"].append(round(loss.item(), 3))
        history["val_loss"].append(round(judge(model, X_val, y_val)[0], 2))
epochs(history)

# %% id="do-trends"
ask("match-the-trends")

# %% id="do-last-line"
ask("only-the-last-line")

# %% id="last-lines" covers="S3-14 S3-03"
runs = {"60 rows": (history["loss"][-1], model)}
for name, kw in (("sorted rows", {"order": y.argsort(stable=True), "shuffle": False}), ("shuffled rows", {})):
    done = train(rounds=10, **kw)
    runs[name] = (done.history[-1][0], done.model)
print("run             told last   validation loss")
for name, (told, trained) in runs.items():
    print(f"{name:<15} {told:9.2f} {judge(trained, X_val, y_val)[0]:17.2f}")

# %% [markdown] id="last-lines-said" covers="S3-14"
# Three runs, three last lines that look fine, no error in any of them. The first has learned its 60 rows by heart, the
# second each digit while it was there, and only the third is what it seems. A loop whose curves nobody looks at hides
# every other fault.

# %% [markdown] id="metrics-table" covers="S1-03 S3-01 S3-03 S3-16"
# | | good | bad |
# |---|---|---|
# | training loss | falls from about ln C, and settles | flat, nan, or falls while the same rows, judged afterwards, do badly |
# | validation loss | falls with it, then settles | turns upwards, or never moves |
# | the gap | small, or steady | grows |
# | accuracy | above the commonest class's share, on validation rows | quoted without a rule, or from training rows |
#
# ### What to write down, and when

# %% id="do-when-to-write"
ask("when-to-write")

# %% [markdown] id="metrics-matrix-text" covers="S3-01 S3-03"
# The pass over the validation rows that gives the loss gives all counts as well. For the digit 8, say: TP are the eights
# that were called 8, FP others that were called 8, FN eights that were called something else. **Precision** asks how
# many of those called 8 are eights, **recall** how many of the eights were found.

# %% id="one-digit" covers="S3-01 S3-03"
done = train(rounds=10)
done.model.eval()
with torch.no_grad():
    called = done.model(X_val).argmax(dim=1)
print("validation accuracy", round((called == y_val).float().mean().item(), 2))
for digit in (0, 1, 8):
    tp = ((called == digit) & (y_val == digit)).sum().item()
    fp, fn = (called == digit).sum().item() - tp, (y_val == digit).sum().item() - tp
    print(f"digit {digit}: TP {tp:>2}  FP {fp}  FN {fn}   precision {tp / (tp + fp):.2f}   recall {tp / (tp + fn):.2f}")

# %% [markdown] id="metrics-key" covers="S3-16"
# **Key result.** Write down training and validation loss once an epoch, both as means over rows, and look at the
# **trends**. Where they part, believe the validation rows.

# %% [markdown] id="challenge"
# ## Challenge
#
# Five problems against the clock, two attempts and a hint each.

# %% id="do-challenge"
challenge("06")

# %% [markdown] id="recall"
# ## Recall
#
# Say the answer before you turn the card, then rate how it went. The last one asks for your own words.

# %% id="do-recall"
ask("06/recall")

# %% [markdown] id="recall-review"
# And what is due today, from all lessons so far:

# %% id="do-review" tags="nbval-ignore-output"
review()

# %% [markdown] id="exit-quiz"
# ## Exit quiz
#
# One question for each thing that you set out to learn.

# %% id="do-exit"
ask("06/exit")

# %% [markdown] id="summary"
# ## Summary card
#
# | | |
# |---|---|
# | words | epoch: once through all rows; batch: the rows of one step; n rows make ⌈n / size⌉ batches |
# | last batch | smaller; `drop_last` leaves it out; a single row stops batch norm; too few rows and `drop_last`: no batch |
# | rows | scale with mean and spread of the training rows; shuffle those trained on, in each epoch |
# | modes | `train()` at the top of each epoch, `eval()` before judging; a mode stays until somebody changes it |
# | judging | `eval()` and `no_grad()`, on rows kept aside |
# | means | `total += loss.item() * len(xb)`, in the end by the number of rows |
# | memory | keep numbers (`.item()`), not loss tensors |
# | told and true | a running loss is of another moment and another mode than a validation loss |
# | the signal | both losses over time: falling together, or parting |
# | other loops | LBFGS calls a closure itself; each optimizer clears what it holds; log the parts of a sum |
#
# Where do you stand?

# %% id="do-progress" tags="nbval-ignore-output"
progress()
