"""The code exercises of lesson 06: an epoch, a judgement, a fit that uses both, and a table in a bad state."""

from functools import lru_cache, reduce

from lessontools.practice.exercise import Exercise, Mistake


def _edited(source, *pairs):
    """Return the source with each old text replaced by its new one; an old text that is not there is a slip of ours."""

    def one(text, pair):
        old, new = pair
        if old not in text:
            raise ValueError(f"not in the source: {old!r}")
        return text.replace(old, new)

    return reduce(one, pairs, source)


def _number(value):
    """Return a number, or a tensor that holds one, as a float; anything else as it is."""
    import torch

    if isinstance(value, torch.Tensor) and value.numel() == 1:
        return value.detach().item()
    return value


def _graph(*values):
    """Return whether one of the values still holds a graph."""
    return any(getattr(value, "grad_fn", None) is not None for value in values)


def _net(seed):
    """Return a net whose batch norm tells by its running mean which rows it has met in training mode."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 3))


def _weights(model):
    import torch

    return torch.cat([p.detach().flatten() for p in model.parameters()])


# ------------------------------------------------------------------ one epoch


def draw_epoch(seed):
    import random

    rng = random.Random(seed)
    rows = rng.choice([10, 14, 18])  # in batches of 4 the last one has 2
    X = [[round(rng.gauss(0, 1), 2) for _ in range(3)] for _ in range(rows)]
    for row in X[-2:]:
        row[:] = [4 * value for value in row]  # the last batch is unlike the others, and so is its loss
    return {"X": X, "y": [rng.randrange(3) for _ in range(rows)], "seed": seed, "lr": rng.choice([0.1, 0.2])}


def observe_epoch(function, inputs):
    """Train for two epochs; the model comes in evaluation mode, as a judgement would leave it."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    model = _net(inputs["seed"])
    loader = DataLoader(TensorDataset(torch.tensor(inputs["X"]), torch.tensor(inputs["y"])), batch_size=4)
    optimizer = torch.optim.SGD(model.parameters(), lr=inputs["lr"])
    modes = set()
    model.register_forward_pre_hook(lambda module, _: modes.add(module.training))
    seen = {}
    for epoch in (1, 2):
        model.eval()
        modes.clear()
        told = function(model, loader, torch.nn.CrossEntropyLoss(), optimizer)
        seen[f"epoch {epoch} of `train_one_epoch(model, loader, loss_fn, optimizer)`"] = {
            "returned": _number(told),
            "what is returned still holds a graph": _graph(told),
            "the model was in training mode in each forward pass": modes == {True},
            "weights afterwards": _weights(model),
        }
    return seen


EPOCH = '''def train_one_epoch(model, loader, loss_fn, optimizer):
    """Train once over the loader's batches; return the mean loss per row, a float."""
    model.train()
    total, rows = 0.0, 0
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(xb)
        rows += len(xb)
    return total / rows
'''

train_one_epoch = Exercise(
    id="train-one-epoch",
    title="One epoch",
    function="train_one_epoch",
    prompt="""Train once over all batches of `loader`, with a step for each, and return the **mean loss per row** as it
was while training, as a plain number. `loss_fn(logits, yb)` gives the mean over a batch; the last batch may be smaller.
The model may come in any mode.""",
    stub='''def train_one_epoch(model, loader, loss_fn, optimizer):
    """Train once over the loader's batches; return the mean loss per row, a float."""
    total, rows = 0.0, 0
    for xb, yb in loader:
        ...
    return total / rows
''',
    solutions={
        "weighted": EPOCH,
        "dataset-length": _edited(
            EPOCH,
            ("total, rows = 0.0, 0", "total = 0.0"),
            ("        rows += len(xb)\n", ""),
            ("/ rows", "/ len(loader.dataset)"),
        ),
        "lists": """def train_one_epoch(model, loader, loss_fn, optimizer):
    losses, sizes = [], []
    for xb, yb in loader:
        model.train()
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        sizes.append(yb.shape[0])
    return sum(loss * size for loss, size in zip(losses, sizes)) / sum(sizes)
""",
        "detached": _edited(
            EPOCH,
            ("loss.item() * len(xb)", "loss.detach() * len(xb)"),
            ("return total / rows", "return (total / rows).item()"),
        ),
    },
    mistakes={
        "mean-of-means": Mistake(
            _edited(EPOCH, ("loss.item() * len(xb)", "loss.item()"), ("rows += len(xb)", "rows += 1")),
            "The training is right, the number is not: this is the mean of the batches' means, in which a row of the "
            "small last batch counts more than the others. Weight each loss by its rows.",
            "mean-of-batch-means",
        ),
        "divided-twice": Mistake(
            _edited(EPOCH, ("loss.item() * len(xb)", "loss.item()")),
            "Each `loss` is a mean already, and the sum of the means was divided by the rows once more. Multiply each "
            "by the rows of its batch first.",
            "mean-of-batch-means",
        ),
        "no-train-mode": Mistake(
            _edited(EPOCH, ("    model.train()\n", "")),
            "The model came in evaluation mode, as the last judgement had left it, and was trained like that: batch "
            "norm used its running averages and dropout would have slept. An epoch begins with `model.train()`.",
            "train-in-eval-mode",
        ),
        "never-cleared": Mistake(
            _edited(EPOCH, ("        optimizer.zero_grad()\n", "")),
            "One call is missing: from the second batch on, each step also follows the gradients of the batches "
            "before.",
            "grad-not-cleared",
        ),
        "cleared-late": Mistake(
            _edited(
                EPOCH,
                ("        optimizer.zero_grad()\n", ""),
                ("        loss.backward()\n", "        loss.backward()\n        optimizer.zero_grad()\n"),
            ),
            "No weight has moved: the gradients are cleared after backward and before the step that should use them.",
            "cleared-before-step",
        ),
        "last-loss": Mistake(
            _edited(EPOCH, ("return total / rows", "return loss.item()")),
            "This is the loss of the last batch alone, the smallest of all. Wanted is the mean over every row of the "
            "epoch.",
        ),
        "tensors-kept": Mistake(
            _edited(EPOCH, ("loss.item() * len(xb)", "loss * len(xb)")),
            "The number is right, but it is a tensor with a history: every batch's graph is kept alive until somebody "
            "lets go of it. Add up `loss.item()`.",
            "graph-leak",
        ),
        "one-step": Mistake(
            _edited(
                EPOCH,
                ("        optimizer.zero_grad()\n", ""),
                ("        optimizer.step()\n", ""),
                ("    for xb", "    optimizer.zero_grad()\n    for xb"),
                ("    return", "    optimizer.step()\n    return"),
            ),
            "One step for the whole epoch, with the gradients of all batches added up. Each batch is to have a step of "
            "its own.",
            "one-pass-trains",
        ),
    },
    hints=(
        "Five calls in the loop, one before it: in which mode has the model to be?",
        "A mean over 4 rows stands for 4 rows. What do you add to `total`, and what to `rows`?",
        "`total += loss.item() * len(xb)` and `rows += len(xb)`, after the step.",
    ),
    why="Training mode first, five calls for each batch, and a mean in which each row counts once.",
    objectives=("build-the-loop", "honest-figures"),
    covers=("S5-16", "R-28", "X-25", "X-27", "X-28"),
    minutes=5,
    difficulty=2,
    seconds=20,  # the first call may have to import torch
    draw=draw_epoch,
    observe=observe_epoch,
)

# ------------------------------------------------------------------ a judgement


def observe_judgement(function, inputs):
    """Judge a model that comes in training mode, and one that comes in evaluation mode."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    X = torch.tensor(inputs["X"])
    model = _net(inputs["seed"])
    model(torch.randn(16, 3))
    y = model.eval()(X).argmax(dim=1)  # a perfect model, but for three rows: the last batch has no hit at all
    y[[0, -2, -1]] = (y[[0, -2, -1]] + 1) % 3
    loader = DataLoader(TensorDataset(X, y), batch_size=4)
    seen = {}
    for training in (True, False):
        model = _net(inputs["seed"])
        model(torch.randn(16, 3))  # running averages that are worth something
        model.train(training)
        before, recording = model[1].running_mean.clone(), set()
        model.register_forward_pre_hook(lambda *_, to=recording: to.add(torch.is_grad_enabled()))
        found = function(model, loader, torch.nn.CrossEntropyLoss())
        values = list(found) if isinstance(found, tuple | list) else [found]
        word = "training" if training else "evaluation"
        seen[f"`evaluate(model, loader, loss_fn)` on a model that comes in {word} mode"] = {
            "returned": [_number(value) for value in values],
            "a graph was recorded": recording != {False} or _graph(*values),
            "the model is left in training mode": model.training,
            "its running averages have changed": not torch.equal(before, model[1].running_mean),
        }
    return seen


JUDGE = '''import torch


def evaluate(model, loader, loss_fn):
    """Return the mean loss per row and the accuracy over the loader's rows, two floats."""
    was_training = model.training
    model.eval()
    total, hits, rows = 0.0, 0, 0
    with torch.no_grad():
        for xb, yb in loader:
            logits = model(xb)
            total += loss_fn(logits, yb).item() * len(xb)
            hits += (logits.argmax(dim=1) == yb).sum().item()
            rows += len(xb)
    model.train(was_training)
    return total / rows, hits / rows
'''

evaluate = Exercise(
    id="evaluate",
    title="A judgement that leaves no traces",
    function="evaluate",
    prompt="""Return `(loss, accuracy)` over all rows of `loader`: the mean loss per row, and the share of rows whose
highest logit is at the true class. Judge in evaluation mode, record no graph, and leave the model in the mode in which
you found it (`model.training` tells; `model.train(True)` and `model.train(False)` set it).""",
    stub='''import torch


def evaluate(model, loader, loss_fn):
    """Return the mean loss per row and the accuracy over the loader's rows, two floats."""
    total, hits, rows = 0.0, 0, 0
    for xb, yb in loader:
        ...
    return total / rows, hits / rows
''',
    solutions={
        "sums": JUDGE,
        "decorated": """import torch


@torch.no_grad()
def evaluate(model, loader, loss_fn):
    mode = model.training
    model.eval()
    losses, right, rows = 0.0, 0.0, 0
    for xb, yb in loader:
        out, n = model(xb), len(yb)
        losses += float(loss_fn(out, yb)) * n
        right += (out.argmax(-1) == yb).float().mean().item() * n
        rows += n
    if mode:
        model.train()
    return losses / rows, right / rows
""",
        "all-at-once": """import torch


def evaluate(model, loader, loss_fn):
    was = model.training
    try:
        model.eval()
        with torch.inference_mode():
            pairs = [(model(xb), yb) for xb, yb in loader]
            logits, y = torch.cat([a for a, _ in pairs]), torch.cat([b for _, b in pairs])
            return loss_fn(logits, y).item(), (logits.argmax(dim=1) == y).float().mean().item()
    finally:
        model.train(was)
""",
    },
    mistakes={
        "no-eval": Mistake(
            _edited(JUDGE, ("    model.eval()\n", "")),
            "`no_grad()` is there and `eval()` is not: batch norm judged each row by its neighbours in the batch, and "
            "took the judged rows into its running averages.",
            "no-grad-is-eval",
        ),
        "left-in-eval": Mistake(
            _edited(JUDGE, ("    model.train(was_training)\n", "")),
            "The figures are right. The model stays behind in evaluation mode, though, and whoever trains on will do "
            "so without dropout. Set back what you have set.",
            "train-in-eval-mode",
        ),
        "always-train": Mistake(
            _edited(JUDGE, ("model.train(was_training)", "model.train()")),
            "A model that came in evaluation mode is sent off in training mode: whoever uses it next for predictions "
            "gets dropout. Remember the mode, and set it back.",
            "eval-in-train-mode",
        ),
        "recording": Mistake(
            _edited(JUDGE, ("with torch.no_grad():", "if True:")),
            "The figures are right, and for each batch a graph was recorded that nobody will walk. `eval()` is about "
            "how layers behave; recording is switched off by `no_grad()`.",
            "eval-stops-gradients",
        ),
        "loss-of-batches": Mistake(
            _edited(JUDGE, (".item() * len(xb)", ".item()"), ("total / rows", "total / len(loader)")),
            "The accuracy is per row, the loss is the mean of the batches' means: rows of the small last batch count "
            "more. Weight each batch's loss by its rows.",
            "mean-of-batch-means",
        ),
        "accuracy-of-batches": Mistake(
            _edited(
                JUDGE,
                ("== yb).sum().item()", "== yb).float().mean().item()"),
                ("hits / rows", "hits / len(loader)"),
            ),
            "The loss is per row, the accuracy is the mean of the batches' accuracies. Count hits, and divide once, by "
            "the rows.",
            "mean-of-batch-means",
        ),
        "both-of-batches": Mistake(
            _edited(
                JUDGE,
                (".item() * len(xb)", ".item()"),
                ("== yb).sum().item()", "== yb).float().mean().item()"),
                ("total / rows, hits / rows", "total / len(loader), hits / len(loader)"),
            ),
            "Both figures are means over batches, in which a row of the small last batch counts more than another. "
            "Both are to be means over rows.",
            "mean-of-batch-means",
        ),
        "wrong-way": Mistake(
            _edited(JUDGE, ("(logits.argmax(dim=1) == yb)", "(logits.max(dim=1).values > 0)")),
            "The loss is right. The accuracy is the share of rows whose highest logit is above 0, whatever the truth "
            "is. Compare the **place** of the highest logit with `yb`.",
        ),
    },
    hints=(
        "Three things around the loop: the mode before, the mode after, and no recording in between.",
        "Remember `model.training` before you call `eval()`; `model.train(remembered)` sets it back.",
        "Hits of a batch: `(logits.argmax(dim=1) == yb).sum().item()`. Divide both sums by the number of rows.",
    ),
    why="eval and no_grad around the loop, sums over rows inside it, and the mode set back.",
    objectives=("set-the-modes", "honest-figures"),
    covers=("R-28", "X-25", "X-27", "X-28", "S3-01"),
    minutes=5,
    difficulty=2,
    seconds=20,
    draw=draw_epoch,
    observe=observe_judgement,
)

# ------------------------------------------------------------------ a fit on digits


def draw_fit(seed):
    import random

    rng = random.Random(seed)
    return {"seed": seed, "epochs": rng.choice([2, 3]), "rows": rng.choice([186, 218])}


@lru_cache(maxsize=1)
def _digits():
    import torch
    from sklearn.datasets import load_digits

    data = load_digits()
    return torch.tensor(data.data / 16, dtype=torch.float32), torch.tensor(data.target)


def observe_fit(function, inputs):
    """Fit a model on digits that were drawn, and judge by its history, its weights and what its layers went through."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    torch.manual_seed(inputs["seed"])
    pixels, labels = _digits()
    some = torch.randperm(len(labels))
    train, val = some[: inputs["rows"]], some[inputs["rows"] : inputs["rows"] + 70]
    random = torch.Generator().manual_seed(inputs["seed"])
    loader = DataLoader(TensorDataset(pixels[train], labels[train]), batch_size=32, shuffle=True, generator=random)
    val_loader = DataLoader(TensorDataset(pixels[val], labels[val]), batch_size=64)
    model = nn.Sequential(nn.Linear(64, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.5)
    steps = []
    optimizer.register_step_post_hook(lambda *_: steps.append(model.training))
    history = function(model, loader, val_loader, nn.CrossEntropyLoss(), optimizer, inputs["epochs"])
    told = history if isinstance(history, dict) else {"what came back": history}
    columns = {name: list(column) if isinstance(column, list | tuple) else [column] for name, column in told.items()}
    return {
        f"`fit` on {inputs['rows']} digits, {inputs['epochs']} epochs": {
            "history": {name: [_number(value) for value in column] for name, column in columns.items()},
            "the history still holds graphs": any(_graph(*column) for column in columns.values()),
            "steps taken": len(steps),
            "steps taken in training mode": sum(steps),
            "weights of the last layer": model[3].weight.detach(),
            "running averages of batch norm": model[1].running_mean.clone(),
        }
    }


FIT = '''import torch


def fit(model, loader, val_loader, loss_fn, optimizer, epochs):
    """Train for some epochs; return {"loss": [...], "val_loss": [...], "val_accuracy": [...]}, a number an epoch."""
    history = {"loss": [], "val_loss": [], "val_accuracy": []}
    for epoch in range(epochs):
        model.train()
        total, rows = 0.0, 0
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(xb), yb)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(xb)
            rows += len(xb)
        history["loss"].append(total / rows)
        model.eval()
        total, hits, rows = 0.0, 0, 0
        with torch.no_grad():
            for xb, yb in val_loader:
                logits = model(xb)
                total += loss_fn(logits, yb).item() * len(xb)
                hits += (logits.argmax(dim=1) == yb).sum().item()
                rows += len(xb)
        history["val_loss"].append(total / rows)
        history["val_accuracy"].append(hits / rows)
    return history
'''
_PARTS = (
    EPOCH
    + "\n\n"
    + JUDGE
    + """

def fit(model, loader, val_loader, loss_fn, optimizer, epochs):
    history = {"loss": [], "val_loss": [], "val_accuracy": []}
    for epoch in range(epochs):
        history["loss"].append(train_one_epoch(model, loader, loss_fn, optimizer))
        val_loss, val_accuracy = evaluate(model, val_loader, loss_fn)
        history["val_loss"].append(val_loss)
        history["val_accuracy"].append(val_accuracy)
    return history
"""
)

fit = Exercise(
    id="fit",
    title="Fit",
    function="fit",
    prompt="""For each epoch: train on all batches of `loader`, then judge on `val_loader`, and write three numbers
down, each a mean over rows. Return the history, a dict of three lists: `loss` (as it was while training), `val_loss`
and `val_accuracy`. Use your `train_one_epoch` and `evaluate`, or write it all out.""",
    stub='''def fit(model, loader, val_loader, loss_fn, optimizer, epochs):
    """Train for some epochs; return {"loss": [...], "val_loss": [...], "val_accuracy": [...]}, a number an epoch."""
    history = {"loss": [], "val_loss": [], "val_accuracy": []}
    for epoch in range(epochs):
        ...
    return history
''',
    solutions={
        "written-out": FIT,
        "from-parts": _PARTS,
        "rows-of-numbers": EPOCH
        + "\n\n"
        + JUDGE
        + """

def fit(model, loader, val_loader, loss_fn, optimizer, epochs):
    rows = [
        (train_one_epoch(model, loader, loss_fn, optimizer), *evaluate(model, val_loader, loss_fn))
        for _ in range(epochs)
    ]
    return dict(zip(("loss", "val_loss", "val_accuracy"), map(list, zip(*rows))))
""",
    },
    mistakes={
        "train-once": Mistake(
            _edited(FIT, ("        model.train()\n", ""), ("    for epoch in", "    model.train()\n    for epoch in")),
            "`train()` stands above the loop over epochs, so it holds for the first epoch only: `eval()` sticks, and "
            "from the second epoch on the model is trained in evaluation mode.",
            "train-in-eval-mode",
        ),
        "no-eval": Mistake(
            _edited(FIT, ("        model.eval()\n", "")),
            "The judgement runs in training mode: batch norm judges rows by their neighbours, and takes the validation "
            "rows into its running averages.",
            "eval-in-train-mode",
        ),
        "trained-on-validation": Mistake(
            _edited(
                FIT,
                ("        for xb, yb in loader:", "        for xb, yb in [*loader, *val_loader]:"),
            ),
            "More steps were taken than the training rows give: the validation rows were trained on too. Then they can "
            "no longer tell how the model does on rows that it does not know.",
        ),
        "judged-first": Mistake(
            _PARTS.replace(
                '        history["loss"].append(train_one_epoch(model, loader, loss_fn, optimizer))\n', ""
            ).replace(
                '        history["val_accuracy"].append(val_accuracy)\n',
                '        history["val_accuracy"].append(val_accuracy)\n'
                '        history["loss"].append(train_one_epoch(model, loader, loss_fn, optimizer))\n',
            ),
            "Each epoch is judged before it has been trained: the validation figures lag one epoch behind, and the "
            "last epoch is never judged.",
        ),
        "mean-of-means": Mistake(
            _edited(
                FIT,
                ("loss.item() * len(xb)", "loss.item()"),
                (
                    '            rows += len(xb)\n        history["loss"]',
                    '            rows += 1\n        history["loss"]',
                ),
            ),
            "Only the training loss is off: it is the mean of the batches' means, and the last batch is smaller. "
            "Weight each by its rows.",
            "mean-of-batch-means",
        ),
        "a-number-a-batch": Mistake(
            _edited(
                FIT,
                ("            total += loss.item() * len(xb)\n", '            history["loss"].append(loss.item())\n'),
                ('        history["loss"].append(total / rows)\n', ""),
            ),
            "`loss` holds a number for each batch, the other lists one for each epoch, so they cannot be laid side by "
            "side. Take the mean over the rows of the epoch.",
        ),
        "last-epoch-only": Mistake(
            _edited(
                FIT,
                (
                    "    for epoch in range(epochs):\n",
                    "    for epoch in range(epochs):\n"
                    '        history = {"loss": [], "val_loss": [], "val_accuracy": []}\n',
                ),
            ),
            "The history begins anew in each epoch, and only the last one comes back. One figure has no course: make "
            "the lists once, before the loop.",
        ),
        "graphs-kept": Mistake(
            _edited(FIT, ("loss.item() * len(xb)", "loss * len(xb)")),
            "The numbers are right, but the training losses are tensors with a history: each holds the graphs of a "
            "whole epoch in memory. Keep numbers: `loss.item()`.",
            "graph-leak",
        ),
        "one-optimizer-an-epoch": Mistake(
            _edited(
                FIT,
                (
                    "        model.train()\n",
                    "        optimizer.state.clear()\n        model.train()\n",
                ),
            ),
            "The optimizer forgets at each epoch: momentum starts from nothing again. Its memory belongs to the whole "
            "run; make an optimizer once, and leave its state alone.",
        ),
    },
    hints=(
        "Two lines of work in each epoch: one trains, one judges. Then three numbers are appended.",
        "`history['loss'].append(train_one_epoch(model, loader, loss_fn, optimizer))`",
        "`evaluate(model, val_loader, loss_fn)` gives two numbers: unpack them into two names.",
    ),
    why="Train, judge, write down; in each epoch, in this order, in the right mode.",
    objectives=("build-the-loop", "read-two-losses", "set-the-modes"),
    covers=("S5-16", "S3-01", "S3-03", "R-28", "X-27"),
    minutes=6,
    difficulty=2,
    seconds=20,
    draw=draw_fit,
    observe=observe_fit,
)

# ------------------------------------------------------------------ a table in a bad state


def draw_bad_table(seed):
    import random

    rng = random.Random(seed)
    return {"seed": seed, "units": [rng.choice([0.0625, 1.0, 1000.0]) for _ in range(64)], "start": rng.randrange(1, 9)}


def observe_labels(function, inputs):
    """Label a hundred new rows at once, and then five of one class alone."""
    import torch

    torch.manual_seed(inputs["seed"])
    pixels, labels = _digits()
    table = 16 * pixels * torch.tensor(inputs["units"]) + inputs["start"]
    some = torch.randperm(len(labels))
    some = some[labels[some] > 0]  # no zeros: whoever gets class 0 for every row has met a nan
    rows, new = some[:700], some[700:800]
    rows = rows[labels[rows].argsort(stable=True)]
    few = new[labels[new] == labels[new[0]]][:5]

    def found(given):
        torch.manual_seed(inputs["seed"])
        out = torch.as_tensor(function(table[rows].clone(), labels[rows].clone(), table[given].clone())).flatten()
        return out if len(out) == len(given) else torch.full((len(given),), -1)

    told = found(new)
    right = (told == labels[new]).float().mean().item() >= 0.85
    kinds, again = len(told.unique()), (found(few) == told[torch.isin(new, few)]).float().mean().item()
    return {
        "`label_new(X, y, new_X)` with 100 new rows": {
            "at least 85 are right": right,
            "how many classes are named": "nearly all" if kinds > 7 else kinds,
            "the class that is named most often": "-" if right else told.mode().values.item(),
        },
        "with five of them alone": {"the labels are those that they had in company": again > 0.7},
    }


TABLE = '''import torch
from torch import nn


def label_new(X, y, new_X):
    """Train on rows X with class ids y; return a class id for each row of new_X."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for epoch in range(3):
        order = torch.arange(len(X))
        for some in order.split(20):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(X[some]), y[some])
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        return model(new_X).argmax(dim=1)
'''
_SHUFFLED = ("torch.arange(len(X))", "torch.randperm(len(X))")
_SCALED = (
    "    torch.manual_seed(0)\n",
    """    mean, spread = X.mean(dim=0), X.std(dim=0)
    spread[spread == 0] = 1.0
    X, new_X = (X - mean) / spread, (new_X - mean) / spread
    torch.manual_seed(0)
""",
)

label_new = Exercise(
    id="label-new",
    title="A table in a bad state",
    function="label_new",
    prompt="""`X` has 64 columns, `y` the classes 1 to 9 (there are no zeros). Get at least 85 of 100 new rows right.
Leave model, optimizer, rate and epochs as they are; change what happens to the rows. A new row's label must not depend
on which other new rows come with it.""",
    stub=TABLE,
    solutions={
        "scaled-and-shuffled": _edited(TABLE, _SHUFFLED, _SCALED),
        "small-number": _edited(
            TABLE,
            _SHUFFLED,
            (
                "    torch.manual_seed(0)\n",
                "    mean, spread = X.mean(0), X.std(0) + 1e-6\n"
                "    X, new_X = (X - mean) / spread, (new_X - mean) / spread\n    torch.manual_seed(0)\n",
            ),
        ),
        "by-loader": """import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def label_new(X, y, new_X):
    torch.manual_seed(0)
    keep = X.std(dim=0) > 0
    mean, spread = X[:, keep].mean(dim=0), X[:, keep].std(dim=0)

    def scaled(rows):
        return (rows[:, keep] - mean) / spread

    model = nn.Sequential(nn.Linear(int(keep.sum()), 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    loader = DataLoader(TensorDataset(scaled(X), y), batch_size=20, shuffle=True)
    for epoch in range(3):
        for xb, yb in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(xb), yb).backward()
            optimizer.step()
    with torch.no_grad():
        return model(scaled(new_X)).argmax(dim=1)
""",
    },
    mistakes={
        "only-shuffled": Mistake(
            _edited(TABLE, _SHUFFLED),
            "All rows get the same label. The large columns still go in as they are: a few steps throw the weights so "
            "far that the hidden units fall silent. Subtract each column's mean and divide by its spread.",
        ),
        "only-scaled": Mistake(
            _edited(TABLE, _SCALED),
            "Scaled, and still in order: each batch teaches one class and unlearns those before it, so too many new "
            "rows get a class from the end of the table. Shuffle in each epoch.",
            "no-shuffle",
        ),
        "divided-by-zero": Mistake(
            _edited(
                TABLE,
                _SHUFFLED,
                (_SCALED[0], _SCALED[1].replace("    spread[spread == 0] = 1.0\n", "")),
            ),
            "Class 0 for all rows, which is not even in the table: a sign of nan. Some columns never change, "
            "so their spread is 0, and 0 / 0 is nan, which has reached every weight. Leave such a "
            "column out, or divide it by 1.",
        ),
        "own-statistics": Mistake(
            _edited(
                TABLE,
                _SHUFFLED,
                (
                    _SCALED[0],
                    _SCALED[1].replace(
                        "    X, new_X = (X - mean) / spread, (new_X - mean) / spread\n",
                        "    X = (X - mean) / spread\n"
                        "    own = new_X.std(dim=0)\n"
                        "    own[own == 0] = 1.0\n"
                        "    new_X = (new_X - new_X.mean(dim=0)) / own\n",
                    ),
                ),
            ),
            "Right for a hundred rows, and other labels for five of them alone: the new rows were scaled with "
            "**their own** mean and spread, so a row's numbers depend on its company. Use those of the training rows.",
            "scaled-by-own",
        ),
        "new-rows-raw": Mistake(
            _edited(
                TABLE,
                _SHUFFLED,
                (
                    _SCALED[0],
                    _SCALED[1].replace(
                        "X, new_X = (X - mean) / spread, (new_X - mean) / spread", "X = (X - mean) / spread"
                    ),
                ),
            ),
            "The training rows are scaled and the new ones go in raw. The model has never met such numbers: whatever "
            "is done to the rows on the way in has to be done to every later row too.",
            "scaled-by-own",
        ),
    },
    hints=(
        "Look at the cell above: compare the columns with each other, and the classes from row to row.",
        "Two cures, one for the columns and one for the order. Which of them has to be applied to `new_X` as well, and "
        "with whose numbers?",
        "Mean and spread of each column: `X.mean(dim=0)`, `X.std(dim=0)`. What is the spread of a column that never "
        "changes, and what comes of dividing by it?",
        "`order = torch.randperm(len(X))` in each epoch; before the loop `(X - mean) / spread` for X and new_X, with a "
        "spread of 0 replaced by 1.",
    ),
    why="Scaled with the training rows' mean and spread, constant columns disarmed, and a new order in each epoch.",
    objectives=("prepare-rows",),
    covers=("X-29", "X-26"),
    minutes=20,
    difficulty=3,
    seconds=20,
    draw=draw_bad_table,
    observe=observe_labels,
)
