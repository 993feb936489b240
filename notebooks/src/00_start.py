# %% [markdown] id="start" covers="S5-03"
# # Start: five lines that learn
#
# **Goal.** Watch a model learn in five lines of PyTorch, and know what each of them does.
#
# **You will be able to**
#
# - name the five calls of a training step and the job of each;
# - say what each call leaves changed, and point at the one that changes the weights;
# - say which loss a model starts at when it knows nothing;
# - recognise the cycle in everyday things, and say why once round is not enough.
#
# **Out of scope.** How gradients are worked out, and how to choose a model: here we watch one learn.
#
# **Needs.** Python, and a rough idea of a neural network: numbers go in, get multiplied by *weights*, numbers come
# out. No PyTorch.
#
# **Minutes.** 30, of which the warm-up takes five and the exit quiz another five.

# %% [markdown] id="how-this-works"
# ## How this works
#
# - Run the cells from top to bottom with **Shift + Enter**. Where a question stands, answer it before you read on.
# - Wrong answers cost nothing here, and each one is explained. Guessing first makes the explanation stick.
# - Your answers stay on this computer, in one file that you may read, copy or delete; `record.where()` in a cell shows
#   where it is. Nothing is sent anywhere.
#   No mark comes of them. If you take a course, your instructor says which parts count, and how to hand them in.
# - Where a question asks what a cell will do, that cell's output is folded away. It opens when you run the cell.
# - Come back tomorrow and choose **Run → Run All Cells**: your answers come back.

# %% id="tools"
from lessontools import ask, challenge, check, hint, player, progress, record, review, solution, ways

# %% [markdown] id="warm-up"
# ## Warm-up: what do you think now?
#
# Ten short questions about things that nobody has told you yet. Five minutes; a guess is as good as anything. You
# will meet every one of these ideas again below.

# %% id="do-pretest" covers="S5-02"
ask("00/pretest")

# %% [markdown] id="why" covers="S5-02 S5-04 S5-05 S5-33"
# ## Why a cycle at all?
#
# Nobody can write down the rule that tells a tumour from a shadow, or a good translation from a clumsy one. But we
# can *show* examples, and let a program guess, check, learn from the miss, and guess better. Without that cycle, a
# network stays as clever as its random start. With it, networks read X-rays, translate, and find lanes for cars.
#
# You have done this yourself, each time you learned something by trying.

# %% id="do-basketball"
ask("basketball")

# %% [markdown] id="learn"
# ## Learn
#
# From here on it is PyTorch; importing it takes a few seconds.
#
# Our data: 150 iris flowers, four measurements each, three species. They come sorted by species. We bring each
# measurement to mean 0 and spread 1, so that none of them drowns the others.

# %% id="import-torch"
import torch
from sklearn.datasets import load_iris

torch.manual_seed(0)  # the same random numbers each time,
torch.set_num_threads(1)  # and the same rounding: your output will look like ours

# %% id="load-data"
iris = load_iris()
X = torch.tensor(iris.data, dtype=torch.float32)
X = (X - X.mean(dim=0)) / X.std(dim=0)
y = torch.tensor(iris.target)

print("X", tuple(X.shape), "  y", tuple(y.shape), "  species", y.unique().tolist())
print("first and last label:", y[0].item(), y[-1].item())

# %% [markdown] id="three-parts"
# ### The three parts
#
# - `model` turns 4 measurements into 3 scores, one a species. The scores are called **logits**; the highest one wins.
# - `loss_fn` compares logits with the truth and gives one number: **lower is better**, 0 is perfect.
# - `optimizer` is given the model's weights, and is the one who may move them. `lr`, the **learning rate**, says how far.
#
# We start all weights at 0, so that the model has no opinion whatever. (PyTorch starts them at random, and deeper
# networks need that; for this small one zeros do as well, and the numbers are easier to follow.)

# %% id="do-how-many"
ask("how-many-may-move")

# %% id="make-parts" folded=true
loss_fn = torch.nn.CrossEntropyLoss()


def fresh(lr=0.5):
    """Return a new model without any opinion, and the optimizer that may move its weights."""
    model = torch.nn.Linear(4, 3)
    torch.nn.init.zeros_(model.weight)
    torch.nn.init.zeros_(model.bias)
    return model, torch.optim.SGD(model.parameters(), lr=lr)


model, optimizer = fresh()
print("what the optimizer may move:")
for name, values in model.named_parameters():
    print(f"{name:<8}{values.numel():>3} numbers, from {values.min().item():.0f} to {values.max().item():.0f}")

# %% [markdown] id="where-it-starts" covers="X-36 R-21"
# ### Where it starts
#
# All weights are 0, so all three scores are 0. `loss_fn` reads equal scores as equal probabilities: 1/3 for each
# species. How bad is knowing nothing? Commit to a number first; the next cell tells.

# %% id="do-chance-loss"
ask("chance-loss")

# %% id="run-chance-loss" covers="X-36 R-21" folded=true
import math

print("cross-entropy of models that have learned nothing")
print("this model                ", round(loss_fn(model(X), y).item(), 4))
print("minus the log of 1/3      ", round(-math.log(1 / 3), 4))

random_starts = [loss_fn(torch.nn.Linear(4, 3)(X), y).item() for _ in range(1000)]
print("mean of 1000 random starts", round(sum(random_starts) / 1000, 2))

# %% [markdown] id="about-chance"
# No opinion costs ln 3 = 1.10. Random weights are random *opinions*, and on average those cost more than having none.
# So when a training begins, look at its first number: near ln(number of classes), or somewhat above, is healthy.
#
# ### The five lines
#
# Here they are, all of training in one breath:
#
# ```python
# optimizer.zero_grad()       # 1  clear
# logits = model(X)           # 2  forward
# loss = loss_fn(logits, y)   # 3  loss
# loss.backward()             # 4  backward
# optimizer.step()            # 5  step
# ```
#
# We are going to watch the loss, and one weight of the twelve: `weight[0, 2]`, which links petal length to the first
# species.

# %% id="do-which-line"
ask("which-line-lowers")

# %% id="run-which-line" covers="S1-02 S5-01" folded=true
lines = """optimizer.zero_grad()
logits = model(X)
loss = loss_fn(logits, y)
loss.backward()
optimizer.step()""".splitlines()


def loss_now():
    """Return the loss on all flowers, with the weights as they are at this moment."""
    with torch.no_grad():  # only looking
        return loss_fn(model(X), y).item()


print("after the line             loss now   the weight   its gradient")
print(f"{'(before)':<27}{loss_now():<11.4f}{model.weight[0, 2].item():<13.4f}{model.weight.grad}")
for line in lines:
    exec(line)  # runs a line that is given as text
    gradient = None if model.weight.grad is None else round(model.weight.grad[0, 2].item(), 4)
    print(f"{line:<27}{loss_now():<11.4f}{model.weight[0, 2].item():<13.4f}{gradient}")

# %% [markdown] id="who-changes-what" covers="S1-02 S4-01 S5-06"
# ### Who changes what
#
# Two lines left a trace that stays. `backward()` wrote the **gradient** beside each weight: how the loss rises as that
# weight grows. `step()` moved the weight against it: 0 − 0.5 · 0.4335 = −0.2168. Forward and loss only computed, and the
# clearing found nothing to clear yet.
#
# ```mermaid
# flowchart LR
#     D["data<br/>X, y"] --> F["forward<br/>logits"] --> L["loss<br/>one number"] --> B["backward<br/>.grad"] --> S["step<br/>weights"]
#     S -- "again, with the new weights" --> F
# ```
#
# Now go through it at your own pace, with the same weight, and the logits of the first flower. **Step** runs one line; from
# the fourth round on, a whole round. (The folded cell is the camera that filmed the run: open it if you are curious.)

# %% id="record-the-run" hidden=true
# The camera: runs the five lines for real and keeps what it sees, as frames for the player below.
notes = [
    "**Clear.** Whatever stood in `.grad` is gone: it is `None` now.",
    "**Forward.** The model predicts, with the weights as they are. None of them moves.",
    "**Loss.** One number: how far the predictions are from the truth.",
    "**Backward.** Each weight gets its gradient. The weights themselves wait.",
    "**Step.** Each weight moves by −0.5 · its gradient. This is where the learning happens.",
]
model, optimizer = fresh()
logits, curve, frames = None, [], []

for epoch in range(1, 31):
    for number, line in enumerate(lines, start=1):
        exec(line)
        if number == 3:
            curve.append(loss.item())
        if epoch > 3 and number < 5:
            continue  # after three rounds, one frame a round is enough
        right = (model(X).argmax(dim=1) == y).sum().item()
        gradient = model.weight.grad
        frames.append({
            "line": number,
            "note": f"Round {epoch}. {notes[number - 1]}" if epoch < 4 else f"Round {epoch} is done.",
            "state": [
                ["logits[0]", "–" if logits is None else " ".join(f"{v:.2f}" for v in logits[0].tolist())],
                ["loss", f"{curve[-1]:.4f}" if curve else "–"],
                ["weight.grad[0, 2]", "None" if gradient is None else f"{gradient[0, 2].item():.4f}"],
                ["weight[0, 2]", f"{model.weight[0, 2].item():.4f}"],
                ["right, of 150", f"{right}"],
            ],
            "curve": list(curve),
            "level": {"value": math.log(3), "label": "ln 3 = chance"},
        })
print(len(frames), "frames;  loss", round(curve[0], 4), "->", round(curve[1], 4), "->", round(curve[-1], 4))

# %% id="watch-the-run" covers="S1-02 S4-01 S5-06"
player(
    "Five lines, thirty rounds",
    "\n".join(lines),
    frames,
    "The loss falls from 1.10, the level of chance for three species, to 0.29 in thirty rounds: steeply at first, then slower.",
    xlabel="round",
)

# %% [markdown] id="now-by-hand"
# Once more on paper, with a model of a single weight; its second line is forward and loss in one. And do you still
# know the line that is missing in the second task?

# %% id="do-trace"
ask("one-weight-trace", "missing-line")

# %% [markdown] id="four-steps-five-calls" covers="R-11"
# ### Four steps, five calls
#
# People speak of *four* steps: forward, loss, backward, step. Yet there are five calls. What is the odd one,
# `optimizer.zero_grad()`, good for? Leave it out and see:

# %% id="do-second-round"
ask("second-round")

# %% id="run-second-round" covers="R-11" folded=true
model, optimizer = fresh()
print("gradients of weight[0, 2], nobody clears")
for epoch in (1, 2):
    logits = model(X)
    loss = loss_fn(logits, y)
    own = torch.autograd.grad(loss, model.weight, retain_graph=True)[0]  # this round's gradient, kept apart
    loss.backward()
    print("round", epoch, "  own gradient", round(own[0, 2].item(), 4), "  in .grad", round(model.weight.grad[0, 2].item(), 4))
    optimizer.step()

# %% [markdown] id="clearing"
# The second step used the sum: `backward()` **adds**, and nobody had cleared. So each round needs one `zero_grad()`. (Adding
# up several batches on purpose, before one step, is a trick for later.) Where? The gradients are wanted from `backward()`
# until `step()`. Keep that in mind for the puzzle.

# %% id="do-five-calls"
ask("five-calls")

# %% [markdown] id="round-and-round" covers="S5-16 S5-32 S5-33"
# ### Round and round
#
# One round took the loss from 1.10 to 0.73. The rest is repetition. The same five lines stand in a loop, usually in
# two: over **epochs** (once through all rows) and over **batches** (a few rows at a time, `xb` and their labels `yb`),
# handed out by a `DataLoader`. One round is then one batch. We let it shuffle, since our flowers come sorted.

# %% id="reference-loop" covers="S5-16"
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
loader = DataLoader(TensorDataset(X, y), batch_size=30, shuffle=True)
model, optimizer = fresh()

for epoch in range(1, 11):
    for xb, yb in loader:
        optimizer.zero_grad()
        logits = model(xb)
        loss = loss_fn(logits, yb)
        loss.backward()
        optimizer.step()
    if epoch in (1, 2, 5, 10):
        y_hat = model(X).argmax(dim=1)
        print(f"epoch {epoch:>2}   loss {loss_now():.2f}   right {(y_hat == y).sum().item()} of {len(y)}")

# %% id="do-loop-questions"
ask("how-many-steps", "printed-loss", "why-many-rounds")

# %% [markdown] id="cycle-everywhere" covers="S5-32 S5-33"
# It is an old idea. A thermostat reads the room, takes the gap to the wish, turns the valve a bit, and reads again:
# *feedback control*. A child who learns to catch does the same by *trial and error*. And both can be too timid or too
# bold. Here are the first six losses for three learning rates: the timid one crawls, the bold one leaps over the goal
# and lands higher than it began. Put in your own, and run the cell again.

# %% id="try-lr" covers="S5-32"
for lr in (0.01, 0.5, 100):  # timid, middling, bold: try others
    model, optimizer = fresh(lr)
    losses = []
    for epoch in range(6):
        for line in lines:
            exec(line)
        losses.append(f"{loss.item():.2f}")
    print(f"lr {lr:<6}", "  ".join(losses))

# %% [markdown] id="your-turn"
# ## Your turn
#
# Add the missing call, then run the cell: it checks what your function *does*, so any right place passes. Stuck?
# `hint("missing-call")` in a cell of its own, as often as you like; `solution("missing-call")` shows one.

# %% id="do-missing-call" exercise="missing-call"

# %% [markdown] id="summary" covers="S1-02 S4-01 S5-01 R-11"
# ## Summary card
#
# | call | job | changes |
# |---|---|---|
# | `optimizer.zero_grad()` | clear | `.grad` is `None` again |
# | `logits = model(X)` | predict | nothing |
# | `loss = loss_fn(logits, y)` | score: one number, lower is better | nothing |
# | `loss.backward()` | find the directions | **adds** to `.grad` |
# | `optimizer.step()` | move, against the gradient | **the weights** |
#
# - Forward, loss, backward, step come in this order. Clear once a round, not between `backward()` and `step()`.
# - No knowledge of three classes costs ln 3 = 1.10. A printed loss belongs to the weights *before* that round's step.
# - One round is one small step; learning is many.

# %% [markdown] id="exit"
# ## Exit quiz
#
# Four questions, from memory: scroll until the summary card is out of sight.

# %% id="do-exit"
ask("00/exit")

# %% [markdown] id="where-next" covers="S5-03"
# ## Where next
#
# Below is how you stand. In the mood for more? `challenge("00")` in a cell gives five problems against the clock. Tomorrow,
# `review()` asks what you are about to forget, and the next lesson opens with a few of today's ideas:
# **[01 Forward](01_forward.ipynb)**. One thing is still open: whether a model is good on rows that it has never met. Our
# 137 of 150 are rows that it learned from.
#
# From there on a topic has up to nine ways in. Take the one that suits you, and change when you like. Each cell of the
# map leads to its section; the figure below it says how much of what is asked there you have right. In a hurry? The
# **quick path** is marked.

# %% id="the-map"
ways()

# %% [markdown] id="where-you-stand"
# And this is what you master so far, over all lessons:

# %% id="do-progress"
progress()
