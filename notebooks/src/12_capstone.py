# %% [markdown] id="goal" covers="S5-37"
# # Capstone
#
# **Goal.** One project from the raw table to a report that you would sign, with nobody to hand you the loop. Then a
# stranger's project to review, and an exam over the whole course.
#
# **You will be able to**
#
# - set up a project so that its result can be believed: split, scaling, baseline, forecast;
# - write a training loop with evaluation and best weights from memory;
# - decide by what errors cost, and report figures with how sure they are;
# - find silent faults in somebody else's loop, and prove each cure;
# - work out any link of a training step in numbers;
# - predict from its code what a loop will do;
# - judge a model from its curves, its matrix and its threshold.
#
# **Out of scope.** Better models, more data, tuning: the same project goes on from here.
#
# **Needs.** The five calls and what goes wrong with them ([lesson 05](05_order.ipynb), [lesson 10](10_clinic.ipynb)).
# The exam asks about all lessons. &nbsp; **Minutes.** 145, in three sittings if you like: 70 for warm-up and project,
# 25 for the review, 50 for exam, recall and exit quiz.

# %% [markdown] id="ways-in"
# ### Pick your way in
#
# | way | what waits there | minutes |
# |---|---|---|
# | [Why](#Why) | the course in one page, and the loop from its parts | 4 |
# | [Experiment](#Experiment) | the project, in seven steps | 55 |
# | [Trace](#Trace) | your own run on a dashboard | 6 |
# | [Try](#Try) | the review: a stranger's project with five faults, then five short loops | 25 |
# | [Challenge](#Challenge) | the exam: twenty problems, drawn anew for each round | 40 |
# | [Recall](#Recall) | flashcards, your own words, spaced review | 5 |
#
# Every way stands alone: run the cell below and the two under [Set up](#Set-up), then go where you like. Where a
# question asks what a cell will do, that cell's output is folded away until you run it.

# %% id="tools"
from lessontools import ask, challenge, check, hint, progress, review, sliders, solution, watch
from lessontools.explore import chart
from lessontools.explore.sliders import Shown

# %% [markdown] id="warm-up"
# ## Warm-up
#
# Three things that the project leans on. From memory first.

# %% id="do-warm-up"
ask("12/warmup")

# %% [markdown] id="why" covers="S5-37"
# ## Why
#
# You have seen each part by itself. Here they are together, once:
#
# - **forward** computes predictions with the weights of this moment, and **records** how;
# - the **loss** says in one number how far off they are: it guides, and it judges nothing else;
# - **backward** walks the record and leaves a slope in every weight's `.grad`, added to what is there;
# - **step** moves the weights by what is stored, and asks nobody where it came from;
# - and in each round somebody **clears**, or old slopes push on.
#
# Around these five calls stands what makes the result worth anything: rows that were kept apart, a mode for training
# and one for judging, weights that were copied at their best, a threshold that was chosen by what errors cost. Every
# one of these can be wrong without a message. That is why you write all of it yourself now, once, from an empty page.

# %% id="do-why"
ask("loop-from-parts")

# %% [markdown] id="set-up"
# ## Set up
#
# PyTorch and the data: 569 tumours, 30 measurements of each. In scikit-learn's table 0 stands for malignant. What we
# are looking for is malignant, so we turn that round: **1 is malignant, the positive class**.

# %% id="load-data" covers="R-30"
import torch
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import SGDClassifier
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

torch.manual_seed(0)
torch.set_num_threads(1)

table = load_breast_cancer()
X = torch.tensor(table.data, dtype=torch.float32)
y = torch.tensor(1 - table.target, dtype=torch.float32)
EPOCHS, LR, BATCH = 40, 0.01, 32
MISS, ALARM = 10, 1  # the price of a tumour overlooked, of a healthy patient called back


def small_net(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(30, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 1))


print("rows and columns", tuple(X.shape), "  malignant", int(y.sum()), "  benign", int((y == 0).sum()))
print("means of the columns: from", f"{X.mean(dim=0).min():.3f}", "to", f"{X.mean(dim=0).max():.0f}")

# %% id="stand-ins" hidden=true
# Run this cell: it holds stand-ins for what you have yet to write. Folded away: click to see.
def stand_in_parts(X, y, seed):
    """Every fifth row judges, every fifth chooses: good enough to look at, and no more."""
    place = torch.arange(len(X)) % 5
    center, spread = X[place > 1].mean(dim=0), X[place > 1].std(dim=0)
    return [((X[rows] - center) / spread, y[rows]) for rows in (place > 1, place == 1, place == 0)]


def stand_in_run(train, validation):
    """scikit-learn's logistic regression by stochastic gradient descent, judged after each epoch."""
    learner = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=0.02, alpha=0.0, random_state=0)
    history, logits, lines = {"train": [], "validation": []}, [], []
    for _ in range(EPOCHS):
        learner.partial_fit(train[0].numpy(), train[1].numpy(), classes=[0, 1])
        lines.append((torch.tensor(learner.coef_).float(), torch.tensor(learner.intercept_).float()))
        for name, (rows, labels) in {"train": train, "validation": validation}.items():
            z = (rows @ lines[-1][0].T + lines[-1][1]).flatten()
            history[name].append(binary_cross_entropy_with_logits(z, labels).item())
        logits.append(z)
    history["best"] = min(range(EPOCHS), key=history["validation"].__getitem__)
    model = nn.Linear(30, 1)
    model.load_state_dict(dict(zip(("weight", "bias"), lines[history["best"]])))
    return model, history, logits


def yours(name, *inputs):
    """Call your function of that name; return None, and say so, where it is not there yet or stops."""
    try:
        found = globals()[name](*inputs)
        if "Ellipsis" not in repr(found):
            print(f"{name}: yours")
            return found
        told = "ellipsis"
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
    told = "a hole is left" if "ellipsis" in told else told
    print(f"{name}: not ready ({told}), so we go on without it")
    return None


def run_project(seed=0):
    """Run the project with your functions where they are ready; return all that it left behind."""
    train, validation, test = yours("prepare", X, y, seed) or stand_in_parts(X, y, seed)
    model, pieces = small_net(seed), []
    model.register_forward_hook(
        lambda module, args, out: None if torch.is_grad_enabled() else pieces.append(out.detach().flatten())
    )
    with watch() as trace:
        history = yours("fit", model, train, validation, EPOCHS, LR, BATCH)
    if history is None:
        model, history, logits = stand_in_run(train, validation)
        trace = None
    else:
        logits = torch.cat(pieces).split(len(validation[1])) if pieces else []  # once an epoch
    model.eval()
    with torch.no_grad():
        final = [model(rows).squeeze(1) for rows, _ in (validation, test)]
    if len(logits) != EPOCHS or len(logits[-1]) != len(validation[1]):
        logits = [final[0]] * EPOCHS  # judged in another way: the final model stands for all
    left = {"history": history, "logits": logits, "final": final, "trace": trace}
    return left | {"val_y": validation[1], "test_y": test[1]}

# %% [markdown] id="experiment" covers="X-30 S5-37"
# ## Experiment
#
# **The project.** A clinic sends tumours for a second look. Which ones?
#
# - **Start.** `X`, `y` and a small net with dropout, `small_net()`. Epochs, rate and batch size are set.
# - **Constraints.** Three functions, written by you: `prepare`, `fit`, `report`. Names and arguments are given, what
#   stands inside is yours. No peeping at the test rows before Step 6.
# - **Target.** Cheaper per test row than any rule without a model, where a missed tumour costs 10, a false alarm 1.
# - **Help.** Staged hints in each step, `solution(...)` last. A step that you have not done yet is taken over by a
#   stand-in, so that you can go on and come back.
#
# ### Step 1: know what you are up against
#
# Before there is a model, there are rules that need none: call nobody ill, or everybody. Their figures are the
# **baseline**. A model that does not beat them has learned nothing that you could not have said yourself.

# %% id="do-baseline" covers="X-33"
ask("baseline-cost", "accuracy-of-never")

# %% id="baseline" covers="X-33 S2-10 X-36" folded=true
print("what needs no model")
share = y.mean().item()
print(f"call nobody:    accuracy {1 - share:.3f}   recall 0.00   cost per row {MISS * share:.2f}")
print(f"call everybody: accuracy {share:.3f}   recall 1.00   cost per row {ALARM * (1 - share):.2f}")
with torch.no_grad():
    first = binary_cross_entropy_with_logits(small_net()((X - X.mean(dim=0)) / X.std(dim=0)).squeeze(1), y).item()
print("loss of an untrained net is between 0.6 and 0.8:", 0.6 < first < 0.8)

# %% [markdown] id="forecast-text"
# ### Step 2: a forecast of your own
#
# What will come out? Put down a range for each figure **before** you go on: from where to where, so that you would bet
# nine to one on it. Nobody sees it; you score it yourself at the end. A wide range is safe and worth little, a narrow
# one is worth much if it holds. Most people are too sure at first.

# %% id="forecast"
FORECAST = {  # change the numbers, run the cell, and then leave them alone
    "lowest validation loss": (0.0, 1.0),
    "best epoch, as a share of all epochs": (0.0, 1.0),
    "recall on the test rows": (0.0, 1.0),
    "precision on the test rows": (0.0, 1.0),
    "cost per test row": (0.0, 1.0),
}
for figure, (low, high) in FORECAST.items():
    print(f"{figure:38} between {low:.2f} and {high:.2f}")

# %% [markdown] id="split-text" covers="X-30 R-26"
# ### Step 3: split, then scale
#
# Three parts with three jobs: training rows **teach**, validation rows **choose** (the epoch, the threshold), test rows
# **judge**, once. Whatever a row has helped to choose, it can no longer judge.

# %% id="do-split"
ask("which-rows-for-what", "scale-before-split")

# %% [markdown] id="write-prepare"
# Now write it. The first row of the table might come from the same clinic as the second, so shuffle.

# %% id="do-prepare" exercise="split-and-scale"

# %% [markdown] id="loop-text" covers="S5-16 X-37"
# ### Step 4: the loop
#
# The heart of it: an epoch of batches, a judging after each, the best weights kept. Two questions about that last part,
# which is where most projects of this kind go wrong:

# %% id="do-best"
ask("best-is-last", "pick-the-epoch")

# %% id="alias" covers="X-37" folded=true
print("two ways to keep the weights of epoch 1")
model = nn.Linear(1, 1)
pointed, copied = model.state_dict(), {name: each.clone() for name, each in model.state_dict().items()}
with torch.no_grad():
    model.weight += 1.0  # training goes on
print("state_dict() still has them:", torch.equal(pointed["weight"], model.weight - 1.0))
print("the clone still has them:   ", torch.equal(copied["weight"], model.weight - 1.0))

# %% [markdown] id="write-fit"
# `state_dict()` is a view of the living weights: what you keep moves on. Now write the loop, from an empty page as far
# as you can; the order of the pieces is under [Why](#Why).

# %% id="do-fit" exercise="fit-and-keep-the-best"

# %% [markdown] id="run-text" covers="S3-01 S3-03"
# ### Step 5: run it
#
# The cell below runs the project with your functions, under the watch. Read its table before you go on: where is the
# lowest validation loss, and what do both losses do after it? (As long as your own loop is not there, scikit-learn's
# logistic regression stands in for it.)

# %% id="run-it" covers="S3-01 S3-03 S3-16"
RUN = run_project()
history = RUN["history"]
print("epoch   training   validation")
for k in sorted({*range(0, EPOCHS, 5), history["best"], EPOCHS - 1}):
    lowest = "   the lowest" if k == history["best"] else ""
    print(f"{k:5}   {history['train'][k]:8.3f}   {history['validation'][k]:10.3f}{lowest}")

# %% id="ask-the-doctor" covers="X-36"
if RUN["trace"] is None:
    print("The doctor has nothing to read yet: it looks at your own loop, once `fit` is there.")
else:
    print(RUN["trace"].diagnose())

# %% [markdown] id="decide-text" covers="X-31 S3-08 R-20"
# ### Step 6: decide
#
# The model gives logits. **You** say from which probability on a patient is called back, and the two prices say what is
# right. Commit before you write:

# %% id="do-decide"
ask("where-will-it-go", "how-sure-is-recall")

# %% [markdown] id="write-report" covers="X-35"
# The function takes logits and labels, and no model: a decision needs nothing else.

# %% id="do-report" exercise="decide-and-report"

# %% id="decision" covers="X-31 X-35 S3-06 S3-07"
found = yours("report", RUN["final"][0], RUN["val_y"], RUN["final"][1], RUN["test_y"], MISS, ALARM)
RESULT = {"lowest validation loss": min(history["validation"])}
RESULT["best epoch, as a share of all epochs"] = (history["best"] + 1) / EPOCHS
if found:
    print(f"threshold {found['threshold']:.2f}   matrix {found['matrix']}")
    print(f"recall {found['recall']:.3f} ± {found['plus_minus']:.3f}   precision {found['precision']:.3f}")
    print(f"cost per row {found['cost']:.3f}   without a model {found['baseline']:.3f}")
    RESULT |= {f"{name} on the test rows": found[name] for name in ("recall", "precision")}
    RESULT["cost per test row"] = found["cost"]
else:
    print("no decision yet: the test rows stay closed until `report` is there")

# %% [markdown] id="score-text"
# ### Step 7: score your forecast, and write the report
#
# Ten points for each range that holds, less its width: a range from 0 to 1 always holds and earns nothing.

# %% id="score"
points = 0.0
for figure, (low, high) in FORECAST.items():
    if figure not in RESULT:
        print(f"{figure:38} not known yet")
        continue
    holds = low <= RESULT[figure] <= high
    points += 10 * (1 - (high - low)) if holds else 0
    print(f"{figure:38} {RESULT[figure]:.2f}   {'holds' if holds else 'misses'}")
print(f"points: {points:.1f} of 50")

# %% [markdown] id="luck-text" covers="X-35"
# How many of your five ranges held? With ranges that deserve nine to one it should be nearly all of them. Whoever
# gets two has learned something about forecasts, and will make the next ones wider.
#
# How much of your result is luck? Split the same table forty times, with a plain logistic regression that calls from
# probability 0.2 on, and watch cost and recall. How far apart do you expect the two ends to be?

# %% id="forty-splits" covers="X-35" folded=true
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

costs, recalls = [], []
for seed in range(40):
    parts = train_test_split(X.numpy(), y.numpy(), test_size=0.2, random_state=seed, stratify=y.numpy())
    learner = make_pipeline(StandardScaler(), LogisticRegression()).fit(parts[0], parts[2])
    called, positive = learner.predict_proba(parts[1])[:, 1] >= 0.2, parts[3] == 1
    missed, alarms = (~called & positive).sum(), (called & ~positive).sum()
    costs.append((MISS * missed + ALARM * alarms) / len(positive))
    recalls.append(1 - missed / positive.sum())
print("forty splits, one method")
for name, values in {"cost per row": costs, "recall": recalls}.items():
    lowest, *_, highest = sorted(values)
    print(f"{name:13} from {lowest:.2f} over {sorted(values)[20]:.2f} (the middle one) to {highest:.2f}")

# %% [markdown] id="report-text" covers="X-35 S3-08"
# One split is one draw. A single figure of yours, from a single test part, lies somewhere in a range like that, and
# your report should sound like it. So, last, the thing that others will read. It is short and says what it rests on:

# %% id="do-write-report"
ask("write-the-report", "report-says-too-much")

# %% [markdown] id="trace" covers="S3-01 X-31"
# ## Trace
#
# ### Your run, on a dashboard
#
# The next cell shows the run of Step 5 (or makes one): the losses up to an epoch, and beside them what the model of
# **that** epoch does to the validation rows at **that** threshold. Click a slider and use the arrow keys. First
# question: does a lower loss always mean a lower cost?

# %% id="dashboard" covers="S3-01 S3-07 X-31 S1-05" hidden=true
# Run this cell for the dashboard. The code is folded away: click to see it.
if "RUN" not in globals():
    RUN = run_project()
BEST = RUN["history"]["best"]


def dashboard(epoch, threshold):
    """Your run, epoch by epoch and threshold by threshold"""
    called, positive = RUN["logits"][epoch].sigmoid() >= threshold, RUN["val_y"] == 1
    tp, fn = int((called & positive).sum()), int((~called & positive).sum())
    fp, tn = int((called & ~positive).sum()), int((~called & ~positive).sum())
    losses = {name: RUN["history"][name][: epoch + 1] for name in ("train", "validation")}
    cost = (MISS * fn + ALARM * fp) / len(positive)
    head = "| validation rows | not called | called |\n|---|---|---|\n"
    matrix = f"{head}| benign | {tn} | {fp} |\n| malignant | {fn} | {tp} |"
    precision = f"{tp / (tp + fp):.2f}" if tp + fp else "none called"
    words = f"recall **{tp / (tp + fn):.2f}**, precision **{precision}**, cost per row **{cost:.2f}**"
    now, lowest = losses["validation"][-1], min(RUN["history"]["validation"])
    note = f"Epoch {epoch}: validation loss **{now:.3f}**; the lowest is {lowest:.3f}, at epoch {BEST}"
    alt = f"Training and validation loss up to epoch {epoch}; the lowest of all is at epoch {BEST}."
    return Shown(f"{note}\n\n{matrix}\n\n{words}", chart.lines(losses, "epoch", "loss", alt))


sliders(dashboard, epoch=(1, EPOCHS - 1, 1, EPOCHS - 1), threshold=(0.05, 0.95, 0.05, 0.5))

# %% [markdown] id="use-dashboard"
# Try three things: the lowest cost that you can find; the epoch after which the cost hardly changes any more; a place
# where the loss gets better and the cost does not. Then:

# %% id="do-dashboard"
ask("read-the-dashboard", "loss-and-cost")

# %% [markdown] id="try" covers="S5-34 S5-37 X-30"
# ## Try
#
# ### A stranger's project
#
# Somebody hands you a project and says: "It runs, the recall is decent, can we ship it?" Read it as you would read a
# contract: there are **five** faults in it. Before you open it, what kind of fault could a trace show you at all?

# %% id="do-what-shows"
ask("what-a-trace-shows")

# %% [markdown] id="mend-text"
# Here it is. Mend all five in this cell; when four are mended, `check` says which one is left.

# %% id="do-review" exercise="stranger-review"

# %% [markdown] id="look-text" covers="X-36"
# And here is what the doctor says of the function above, as it stands, on our tumours. Run it again after each cure. It
# will not name all five, and where it is silent you have to look yourself.

# %% id="look-stranger" covers="S5-34 X-27 X-36" folded=true
print("the doctor's findings")
order = torch.randperm(len(X), generator=torch.Generator().manual_seed(0))
parts = order[:120], order[120:300], order[300:]
torch.manual_seed(0)
with watch() as trace:
    losses, recall = project(small_net(), X, y, *parts)
for finding in trace.diagnose().findings:
    print(f"  {finding.code:22} {finding.level}")
print(f"lowest validation loss {min(losses):.2f}, last {losses[-1]:.2f}")

# %% [markdown] id="short-loops" covers="X-30 X-37 X-13 R-28"
# ### Five short ones
#
# Five more strangers, a few lines each, one fault each. No message in any of them. Click the line.

# %% id="do-short"
ask("chosen-by-test", "divided-by-batches", "column-of-logits", "recall-of-called", "patience-never-reset")

# %% [markdown] id="prove-text"
# How do you prove to its owner that a loop **was** wrong? Not with a rule, with an experiment:

# %% id="do-prove"
ask("fault-and-proof", "shown-to-be-mended")

# %% [markdown] id="challenge"
# ## Challenge
#
# **The exam.** Twenty problems, forty minutes, two tries and a hint each. Every problem is drawn from a group of
# parallel forms, and most numbers are drawn as well: another round is another exam. It asks about all lessons. With all
# right you have a gold badge, with all but one silver; from half on bronze.

# %% id="do-challenge"
challenge("12_capstone", minutes=40, problems=20)

# %% [markdown] id="recall"
# ## Recall
#
# Say the answer before you turn the card, then rate how it went. The last one asks for your own words.

# %% id="do-recall"
ask("12/recall")

# %% [markdown] id="recall-review"
# And what is due today, from all lessons so far:

# %% id="do-review-due" tags="nbval-ignore-output"
review()

# %% [markdown] id="exit-quiz"
# ## Exit quiz
#
# One question for each thing that you set out to learn.

# %% id="do-exit"
ask("12/exit")

# %% [markdown] id="summary"
# ## Summary card
#
# | | |
# |---|---|
# | before the model | what is positive, what errors cost, what needs no model, your own forecast |
# | three parts | training rows teach, validation rows choose, test rows judge, once |
# | scaling | mean and spread of the training rows, for all parts |
# | a round | clear, forward (records), loss (guides), backward (works out, adds), step (uses) |
# | an epoch | `train()`, shuffled batches, `loss.item()` times rows; then `eval()` and `no_grad()` |
# | best weights | the lowest **validation** loss, **copied**, put back at the end |
# | decision | a threshold on probabilities (0.0 on a logit is 0.5), chosen by cost on validation rows |
# | report | matrix with its layout, recall with its plus-minus, cost beside the cost without a model |
# | review | which rows, which mode, whose gradients, which tensors, which scale; the doctor first, then your eyes |
# | proof | an experiment that fails before the cure and passes after it |
#
# Where do you stand?

# %% id="do-progress" tags="nbval-ignore-output"
progress()
