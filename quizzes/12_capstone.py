"""The code exercises of lesson 12: a project in three functions, and a stranger's loop with five faults."""

from lessontools.practice.exercise import Exercise, Mistake


def edited(source, *pairs):
    """Return a source with each old text replaced by its new one; an old text that is not there is an error."""
    for old, new in pairs:
        if old not in source:
            raise ValueError(f"not in the source: {old!r}")
        source = source.replace(old, new)
    return source


def draw_seed(seed):
    import random

    return {"seed": random.Random(seed).randint(0, 10**6)}


# ================================================================== step 1: split and scale


def draw_split(seed):
    import random

    rng = random.Random(seed)
    return {"seed": rng.randint(0, 10**6), "split": rng.randint(0, 10**4), "rows": rng.choice([160, 200, 240])}


def sorted_table(rows, seed):
    """Return rows sorted by class, labels, and row numbers, whose binary digits are the first eight columns."""
    import torch

    own = torch.Generator().manual_seed(seed)
    numbers = torch.randperm(256, generator=own)[:rows]
    digits = (numbers[:, None] >> torch.arange(8)) & 1
    measured = torch.randn(rows, 3, generator=own) * torch.tensor([1.0, 50.0, 0.01])
    measured += torch.tensor([5.0, -300.0, 0.2])
    X = torch.cat([digits.float(), measured, torch.full((rows, 1), 7.0)], dim=1)
    return X, (torch.arange(rows) >= 0.6 * rows).float(), numbers


def numbers_of(X):
    """Return the rows' numbers, read from their digits, however the columns were scaled."""
    import torch

    digits = X[:, :8] > (X[:, :8].max(dim=0).values + X[:, :8].min(dim=0).values) / 2
    return (digits.long() << torch.arange(8)).sum(dim=1)


def observe_prepare(function, inputs):
    import torch

    X, y, numbers = sorted_table(inputs["rows"], inputs["seed"])
    raw = torch.zeros(256, X.shape[1])
    raw[numbers] = X
    kept = X.clone()
    parts = [tuple(part) for part in function(X, y, inputs["split"])]
    again = [tuple(part) for part in function(kept.clone(), y.clone(), inputs["split"])]
    other = [tuple(part) for part in function(kept.clone(), y.clone(), inputs["split"] + 1)]
    found = [numbers_of(rows) for rows, _ in parts]
    center, spread = raw[found[0]].mean(dim=0), raw[found[0]].std(dim=0)
    scaled = [(raw[each] - center) / spread for each in found]
    pairs = torch.cat([2 * each + labels.long().flatten() for each, (_, labels) in zip(found, parts, strict=True)])
    near = [
        (have[:, :-1] - want[:, :-1]).abs().max().item() < 0.05 for (have, _), want in zip(parts, scaled, strict=True)
    ]
    return {
        "rows in training, validation and test": [len(rows) for rows, _ in parts],
        "each row once, with its own label (2 · number + label, sorted)": pairs.sort().values,
        "both classes in each part": [0.1 < labels.float().mean().item() < 0.7 for _, labels in parts],
        "means of the training columns": [round(v, 2) + 0.0 for v in parts[0][0][:, :-1].mean(dim=0).tolist()],
        "spreads of the training columns": [round(v, 1) for v in parts[0][0][:, :-1].std(dim=0).tolist()],
        "training, validation, test: scaled with the training rows' mean and spread": near,
        "the constant column, largest value": max(rows[:, -1].abs().max().item() for rows, _ in parts),
        "the same seed gives the same parts": torch.equal(parts[2][0], again[2][0]),
        "another seed gives the same parts": torch.equal(parts[2][0], other[2][0]),
        "your function has changed the X it was given": not torch.equal(X, kept),
    }


PREPARE = '''import torch


def prepare(X, y, seed):
    """Return (X, y) for training, validation and test: 60, 20 and 20 % of the rows, scaled."""
    order = torch.randperm(len(X), generator=torch.Generator().manual_seed(seed))
    train, validation, test = order.split([len(X) * 3 // 5, len(X) // 5, len(X) - len(X) * 3 // 5 - len(X) // 5])
    mean, spread = X[train].mean(dim=0), X[train].std(dim=0).clamp(min=1e-8)
    return [((X[rows] - mean) / spread, y[rows]) for rows in (train, validation, test)]
'''

split_and_scale = Exercise(
    id="split-and-scale",
    title="Split, then scale",
    function="prepare",
    prompt="""`prepare(X, y, seed)` returns three pairs `(X, y)`: 60 % of the rows for training, 20 % for validation,
20 % for test. The rows may come sorted by class, so shuffle them; the same `seed` gives the same parts. Each column is
scaled by the mean and the standard deviation of the **training rows**; a column that never changes becomes zeros, not
`nan`. Leave the caller's `X` as it is.""",
    stub='''import torch


def prepare(X, y, seed):
    """Return (X, y) for training, validation and test: 60, 20 and 20 % of the rows, scaled."""
    order = ...  # the numbers of the rows, shuffled by the seed
    train, validation, test = ...
    mean, spread = ...
    return [((X[rows] - mean) / spread, y[rows]) for rows in (train, validation, test)]
''',
    solutions={
        "index": PREPARE,
        "scikit-learn": """import torch
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


def prepare(X, y, seed):
    rows, labels = X.numpy(), y.numpy()
    first, rest, y_first, y_rest = train_test_split(
        rows, labels, train_size=0.6, test_size=0.4, random_state=seed, stratify=labels
    )
    second, third, y_second, y_third = train_test_split(
        rest, y_rest, train_size=0.5, random_state=seed, stratify=y_rest
    )
    scaler = StandardScaler().fit(first)
    pairs = [(first, y_first), (second, y_second), (third, y_third)]
    return [(torch.tensor(scaler.transform(a), dtype=torch.float32), torch.tensor(b)) for a, b in pairs]
""",
        "step-by-step": """import random


def prepare(X, y, seed):
    numbers = list(range(len(X)))
    random.Random(seed).shuffle(numbers)
    a, b = round(0.6 * len(X)), round(0.8 * len(X))
    parts = []
    for chosen in (numbers[:a], numbers[a:b], numbers[b:]):
        parts.append((X[chosen].clone(), y[chosen].clone()))
    for column in range(X.shape[1]):
        mean, spread = parts[0][0][:, column].mean().item(), parts[0][0][:, column].std().item()
        for rows, _ in parts:
            rows[:, column] = (rows[:, column] - mean) / (spread if spread > 0 else 1.0)
    return parts
""",
    },
    mistakes={
        "all-rows": Mistake(
            edited(PREPARE, ("X[train].mean(dim=0), X[train].std(dim=0)", "X.mean(dim=0), X.std(dim=0)")),
            "Mean and spread were taken over **all** rows, so the rows that are to judge have helped to make the "
            "numbers. With a scaler that costs little; it is the same leak that can cost everything. Training rows "
            "only.",
            "scaled-by-own",
        ),
        "each-its-own": Mistake(
            edited(
                PREPARE,
                ("    mean, spread = X[train].mean(dim=0), X[train].std(dim=0).clamp(min=1e-8)\n", ""),
                ("- mean) / spread, y", "- X[rows].mean(0)) / (X[rows].std(0) + 1e-8), y"),
            ),
            "Each part was scaled with its own figures. Then 1.0 means one thing in training and another one in the "
            "test; the model has learned the first. All parts get the training rows' mean and spread.",
            "scaled-by-own",
        ),
        "not-shuffled": Mistake(
            edited(
                PREPARE,
                ("torch.randperm(len(X), generator=torch.Generator().manual_seed(seed))", "torch.arange(len(X))"),
            ),
            "The rows were cut as they came. Sorted by class, the training part then has one class only: shuffle "
            "first.",
            "no-shuffle",
        ),
        "labels-left-behind": Mistake(
            edited(PREPARE, ("y[rows]) for rows in", "y[rows.sort().values]) for rows in")),
            "Rows were shuffled, their labels were not shuffled along. Use the same row numbers for both.",
        ),
        "test-is-validation": Mistake(
            edited(PREPARE, ("(train, validation, test)]", "(train, validation, validation)]")),
            "Validation and test are the same rows. What you choose by the validation rows is then judged by the rows "
            "that chose it.",
            "test-set-reused",
        ),
        "seed-ignored": Mistake(
            edited(PREPARE, (", generator=torch.Generator().manual_seed(seed)", "")),
            "The split comes out another one at each call: `seed` is never used. A result that nobody can repeat, "
            "you yourself included, cannot be compared with the next one.",
        ),
        "divided-by-zero": Mistake(
            edited(PREPARE, (".clamp(min=1e-8)", "")),
            "A column that never changes has spread 0, and 0 / 0 is `nan`: one such column, and every weight is `nan` "
            "after the first step. Divide by at least a tiny number.",
            "not-finite",
        ),
        "in-place": Mistake(
            edited(
                PREPARE,
                ("    return [(", "    X -= mean\n    X /= spread\n    return [("),
                ("((X[rows] - mean) / spread, y[rows])", "(X[rows], y[rows])"),
            ),
            "The parts are right, and the caller's table was scaled along: `-=` and `/=` write into `X` itself. Called "
            "again, it would be scaled twice.",
            "inplace-edit",
        ),
        "unscaled": Mistake(
            edited(PREPARE, ("((X[rows] - mean) / spread, y[rows])", "(X[rows], y[rows])")),
            "The split is right, and nothing was scaled. Columns of hundreds beside columns of hundredths: the first "
            "steps go where the large numbers are.",
            "inputs-any-scale",
        ),
    },
    hints=(
        "Shuffle row **numbers**, not rows: one list of numbers then picks from `X` and from `y` alike.",
        "`torch.randperm(len(X), generator=torch.Generator().manual_seed(seed))`; `.split([...])` cuts it in three.",
        "`X[train].mean(dim=0)`, `X[train].std(dim=0)`, and `.clamp(min=1e-8)` behind the second.",
    ),
    why="Numbers first, then rows; figures from the training rows; one and the same scaling for all three parts.",
    objectives=("believable-project",),
    covers=("X-26", "X-29", "X-30", "R-26", "S1-13", "S3-12", "X-39"),
    minutes=8,
    difficulty=2,
    draw=draw_split,
    observe=observe_prepare,
)

# ================================================================== step 3: the loop


def noisy_rows(rows, seed, columns=6):
    """Return rows of which some labels are wrong, so that learning them by heart does not pay."""
    import torch

    own = torch.Generator().manual_seed(seed)
    X = torch.randn(rows, columns, generator=own)
    y = (X[:, 1] + 0.5 * X[:, 2] > 0).float()
    wrong = torch.rand(rows, generator=own) < 0.3
    return X, torch.where(wrong, 1 - y, y)


def judged(model, X, y):
    """Return the loss of a model on rows, in eval mode, and leave its mode as it was."""
    import torch

    before = model.training
    model.eval()
    with torch.no_grad():
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(X).squeeze(1), y).item()
    model.train(before)
    return loss


def observe_fit(function, inputs):
    import torch
    from torch import nn

    def net(drop, seed):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(6, 24), nn.Tanh(), nn.Dropout(drop), nn.Linear(24, 1))

    seed = inputs["seed"]
    X, y = noisy_rows(80, seed)
    X, y = X.double(), y.double()
    model = net(0.0, seed).double()
    whole = function(model, (X[:40], y[:40]), (X[40:], y[40:]), 40, 0.05, 40)
    seen = {
        "one batch an epoch: validation losses": [float(v) for v in whole["validation"]],
        "one batch an epoch: training losses": [float(v) for v in whole["train"]],
        "one batch an epoch: best epoch": int(whole["best"]),
        "validation loss of the model that you hand back": judged(model, X[40:], y[40:]),
    }
    X, y = noisy_rows(110, seed + 1)
    rows = y[:70].argsort()  # sorted by class
    X[:70], y[:70] = X[:70][rows], y[:70][rows]
    X[:, 0] = torch.arange(110) / 100  # a row's number
    model, passes = net(0.5, seed + 1), []
    handle = model.register_forward_pre_hook(
        lambda module, args: passes.append(
            (torch.is_grad_enabled(), module.training, (args[0][:, 0] * 100).round().int().tolist())
        )
    )
    history = function(model, (X[:70], y[:70]), (X[70:], y[70:]), 5, 0.02, 16)
    handle.remove()
    trained = [numbers for graph, _, numbers in passes if graph and max(numbers) < 70]
    visits = [number for numbers in trained for number in numbers]
    turns = [visits[at : at + 70] for at in range(0, len(visits), 70)]
    seen |= {
        "training mode in passes with a graph": sorted({mode for graph, mode, _ in passes if graph}),
        "training mode in passes without a graph": sorted({mode for graph, mode, _ in passes if not graph}),
        "sizes of the first five batches": sorted(len(numbers) for numbers in trained[:5]),
        "how often each row was trained on in five epochs": [visits.count(number) for number in range(70)],
        "the second epoch has the order of the first": turns[0] == turns[1] if len(turns) > 1 else None,
        "the history holds plain numbers": all(
            isinstance(v, float) for name in ("train", "validation") for v in history[name]
        ),
    }
    still = function(net(0.0, seed), (X[:70], y[:70]), (X[70:], y[70:]), 2, 0.0, 32)
    seen["training losses at rate 0, batches of 32, 32 and 6"] = [float(v) for v in still["train"]]
    return seen


FIT = '''import copy

import torch
from torch.nn.functional import binary_cross_entropy_with_logits


def fit(model, train, validation, epochs, lr, batch):
    """Train, judge each epoch, leave the best weights in the model; return the history."""
    X, y = train
    X_val, y_val = validation
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train": [], "validation": [], "best": 0}
    best = None
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(X)).split(batch):
            optimizer.zero_grad()
            loss = binary_cross_entropy_with_logits(model(X[rows]).squeeze(1), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        history["train"].append(total / len(X))
        model.eval()
        with torch.no_grad():
            loss = binary_cross_entropy_with_logits(model(X_val).squeeze(1), y_val).item()
        history["validation"].append(loss)
        if loss == min(history["validation"]):
            history["best"] = epoch
            best = copy.deepcopy(model.state_dict())
    model.load_state_dict(best)
    return history
'''

fit_and_keep = Exercise(
    id="fit-and-keep-the-best",
    title="The loop, with evaluation and best weights",
    function="fit",
    prompt="""`fit(model, train, validation, epochs, lr, batch)` trains `model`, which gives one logit a row, shape
(n, 1), on binary cross-entropy, with Adam at the rate `lr`, in batches of `batch` rows, shuffled anew in each epoch,
the last one smaller where it must be. Return a dict: `"train"`, each epoch's mean loss **per row** as its batches went
by; `"validation"`, the loss on the validation rows after each epoch; `"best"`, the epoch (from 0) with the lowest of
these. The model that you leave behind has the weights of that epoch.""",
    stub='''import torch
from torch.nn.functional import binary_cross_entropy_with_logits


def fit(model, train, validation, epochs, lr, batch):
    """Train, judge each epoch, leave the best weights in the model; return the history."""
    X, y = train
    X_val, y_val = validation
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train": [], "validation": [], "best": 0}
    for epoch in range(epochs):
        for rows in ...:
            loss = ...
        history["train"].append(...)
        history["validation"].append(...)
    return history
''',
    solutions={
        "plain": FIT,
        "loader": """import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def evaluate(model, X, y):
    model.eval()
    with torch.inference_mode():
        return nn.functional.binary_cross_entropy_with_logits(model(X)[:, 0], y).item()


def fit(model, train, validation, epochs, lr, batch):
    loader = DataLoader(TensorDataset(*train), batch_size=batch, shuffle=True)
    loss_fn, optimizer = nn.BCEWithLogitsLoss(), torch.optim.Adam(model.parameters(), lr=lr)
    history, lowest, kept = {"train": [], "validation": [], "best": 0}, float("inf"), {}
    for epoch in range(epochs):
        model.train()
        total = rows = 0
        for xb, yb in loader:
            loss = loss_fn(model(xb), yb[:, None])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            total, rows = total + loss.item() * len(xb), rows + len(xb)
        history["train"].append(total / rows)
        history["validation"].append(evaluate(model, *validation))
        if history["validation"][-1] < lowest:
            lowest, history["best"] = history["validation"][-1], epoch
            kept = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.load_state_dict(kept)
    return history
""",
        "on-paper": """import io

import torch
from torch.nn.functional import softplus


def price(model, X, y):
    logits = model(X).flatten()
    return softplus(logits) - y * logits


def fit(model, train, validation, epochs, lr, batch):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train": [], "validation": [], "best": 0}
    files = []
    for _ in range(epochs):
        model.train()
        prices = []
        order = torch.randperm(len(train[0]))
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            each = price(model, train[0][rows], train[1][rows])
            model.zero_grad()
            each.mean().backward()
            optimizer.step()
            prices.append(each.detach())
        history["train"].append(torch.cat(prices).mean().item())
        model.eval()
        with torch.no_grad():
            history["validation"].append(price(model, *validation).mean().item())
        files.append(io.BytesIO())
        torch.save(model.state_dict(), files[-1])
    history["best"] = min(range(epochs), key=history["validation"].__getitem__)
    files[history["best"]].seek(0)
    model.load_state_dict(torch.load(files[history["best"]]))
    return history
""",
    },
    mistakes={
        "aliased": Mistake(
            edited(FIT, ("copy.deepcopy(model.state_dict())", "model.state_dict()")),
            "The model that comes out has the **last** weights. Either the best ones were never put back, or they were "
            "pointed to, not copied: `state_dict()` holds the live tensors, and training goes on writing into them. "
            "`copy.deepcopy` when they are the best, `load_state_dict` at the end.",
            "best-weights-aliased",
        ),
        "never-eval": Mistake(
            edited(FIT, ("        model.eval()\n", "")),
            "The validation rows were judged in training mode, with dropout dropping units: `eval()` before judging.",
            "eval-in-train-mode",
        ),
        "train-once": Mistake(
            edited(
                FIT,
                ("        model.train()\n", ""),
                ("    for epoch in range(epochs):\n", "    model.train()\n    for epoch in range(epochs):\n"),
            ),
            "`train()` stands above the epochs, and the first `eval()` sticks: from the second epoch on there is no "
            "dropout in training. Put `train()` at the top of each epoch.",
            "train-in-eval-mode",
        ),
        "never-cleared": Mistake(
            edited(FIT, ("            optimizer.zero_grad()\n", "")),
            "Nothing is cleared: each step pushes with all the gradients since the beginning.",
            "grad-not-cleared",
        ),
        "cleared-too-late": Mistake(
            edited(
                FIT,
                ("            optimizer.zero_grad()\n", ""),
                ("            optimizer.step()\n", "            optimizer.zero_grad()\n            optimizer.step()\n"),
            ),
            "The gradients are cleared between backward and step: they are gone before they are used, and no weight "
            "ever moves.",
            "cleared-before-step",
        ),
        "graph-in-validation": Mistake(
            edited(
                FIT,
                (
                    "        with torch.no_grad():\n            loss = binary",
                    "        if True:\n            loss = binary",
                ),
            ),
            "The validation pass builds a graph that nobody walks: memory for nothing. `eval()` does not prevent that, "
            "`no_grad()` does.",
            "eval-stops-gradients",
        ),
        "mean-of-means": Mistake(
            edited(FIT, ("loss.item() * len(rows)", "loss.item()"), ("total / len(X)", "total / -(-len(X) // batch)")),
            "The training loss is the mean of the batches' means: six rows in the last batch count as much as 32 in "
            "the others. Weight each loss by its rows, and divide by all rows.",
            "mean-of-batch-means",
        ),
        "not-shuffled": Mistake(
            edited(FIT, ("torch.randperm(len(X)).split(batch)", "torch.arange(len(X)).split(batch)")),
            "Every epoch takes the rows in the order in which they came. Sorted by class, a batch then teaches one "
            "class only: a new `randperm` in each epoch.",
            "no-shuffle",
        ),
        "tensors-kept": Mistake(
            edited(FIT, ("loss.item() * len(rows)", "loss * len(rows)")),
            "The history holds tensors, each with the graphs of its whole epoch behind it: `.item()` where you add up.",
            "graph-leak",
        ),
        "best-in-training": Mistake(
            edited(FIT, ('if loss == min(history["validation"])', 'if history["train"][-1] == min(history["train"])')),
            "The best epoch was chosen by the **training** loss, which falls as long as rows are learned by heart. The "
            "validation rows are there to choose.",
            "training-loss-tells",
        ),
    },
    hints=(
        "Write it in four pieces, and run each: the five calls over batches; the sum of the losses; the judging; the "
        "keeping.",
        "`torch.randperm(len(X)).split(batch)` gives the rows of each batch. `model(X[rows])` has the shape (n, 1), "
        "the labels (n,): `.squeeze(1)`.",
        "Per row: add `loss.item() * len(rows)`, divide by `len(X)`. Judging: `model.eval()` and `torch.no_grad()`; "
        "`model.train()` at the top of each epoch.",
        "`best = copy.deepcopy(model.state_dict())` whenever the validation loss is the lowest so far, and "
        "`model.load_state_dict(best)` at the end.",
    ),
    why="Five calls, a mean over rows, two switches for judging, and a copy of the best weights.",
    objectives=("loop-from-memory",),
    covers=("S5-16", "S5-37", "X-25", "X-26", "X-27", "X-28", "X-37", "R-28", "S3-01", "S3-03"),
    minutes=15,
    difficulty=3,
    points=2,
    seconds=10,
    rtol=1e-3,
    atol=1e-4,
    draw=draw_seed,
    observe=observe_fit,
)

# ================================================================== step 4: decide and report


def draw_costs(seed):
    import random

    rng = random.Random(seed)

    def rows(count, lean):
        y = [1.0 if rng.random() < 0.4 else 0.0 for _ in range(count)]
        y[:2] = [0.0, 1.0]
        logits = [round(rng.gauss(1.2 if label else -1.2, 1.3) + lean, 2) or 0.01 for label in y]
        return [logits, y]

    costs = [[5, 1], [1, 1], [1, 8]]
    cases = [{"validation": rows(60, 0.0), "test": rows(40, 0.3), "costs": each} for each in costs]
    # no miss costs anything to speak of, and nobody is as sure as 0.95: nothing is called positive
    quiet = [[[round(v / 8, 2) or 0.01 for v in logits], y] for logits, y in (rows(60, -4.0), rows(40, -9.0))]
    return {"cases": [*cases, {"validation": quiet[0], "test": quiet[1], "costs": [1, 50]}]}


def observe_report(function, inputs):
    import torch

    seen = {}
    for case in inputs["cases"]:
        miss, alarm = case["costs"]
        parts = [torch.tensor(values) for name in ("validation", "test") for values in case[name]]
        found = function(*parts, miss, alarm)
        wanted = ("threshold", "matrix", "recall", "plus_minus", "precision", "cost", "baseline")
        for name in wanted:
            value = found[name]
            value = value.tolist() if hasattr(value, "tolist") else value
            if name == "matrix":
                value = [[int(cell) for cell in row] for row in value]
            seen[f'report(..., miss={miss}, alarm={alarm})["{name}"]'] = value if name == "matrix" else float(value)
    return seen


REPORT = '''import torch

THRESHOLDS = [0.05 * k for k in range(1, 20)]


def counts(called, y):
    """Return TN, FP, FN, TP."""
    y = y == 1
    return [int((a & b).sum()) for a, b in ((~called, ~y), (called, ~y), (~called, y), (called, y))]


def report(val_logits, val_y, test_logits, test_y, miss, alarm):
    """Choose the threshold on validation rows by its costs; return what it does to the test rows."""

    def cost(called, y):
        _, fp, fn, _ = counts(called, y)
        return (miss * fn + alarm * fp) / len(y)

    threshold = min(THRESHOLDS, key=lambda t: cost(val_logits.sigmoid() >= t, val_y))
    called = test_logits.sigmoid() >= threshold
    tn, fp, fn, tp = counts(called, test_y)
    recall = tp / (tp + fn)
    rules = [torch.zeros_like, torch.ones_like]
    rule = min(rules, key=lambda rule: cost(rule(val_y).bool(), val_y))
    return {
        "threshold": threshold,
        "matrix": [[tn, fp], [fn, tp]],
        "recall": recall,
        "plus_minus": 1.96 * (recall * (1 - recall) / (tp + fn)) ** 0.5,
        "precision": tp / (tp + fp) if tp + fp else 0.0,
        "cost": cost(called, test_y),
        "baseline": cost(rule(test_y).bool(), test_y),
    }
'''

decide_and_report = Exercise(
    id="decide-and-report",
    title="Decide, and report",
    function="report",
    prompt="""`report(val_logits, val_y, test_logits, test_y, miss, alarm)` returns a dict. All four are tensors of one
dimension; a label of 1 is positive; a miss (FN) costs `miss`, a false alarm (FP) `alarm`, and a row is called positive
where its probability is at least the threshold.

- `"threshold"`: of the probabilities 0.05, 0.10, ..., 0.95 the one that costs least on the **validation** rows (of
  equals the lowest);
- `"matrix"`: `[[TN, FP], [FN, TP]]` of the test rows at that threshold;
- `"recall"`, `"precision"` of the test rows (precision 0 where nothing is called positive);
- `"plus_minus"`: of the recall, $1.96 \\sqrt{r (1 - r) / n}$;
- `"cost"`: per test row; `"baseline"`: the same for the rule without a model (call none, or call all) that is cheaper
  on the validation rows.""",
    stub='''import torch

THRESHOLDS = [0.05 * k for k in range(1, 20)]


def counts(called, y):
    """Return TN, FP, FN, TP."""
    return ...


def report(val_logits, val_y, test_logits, test_y, miss, alarm):
    """Choose the threshold on validation rows by its costs; return what it does to the test rows."""
    threshold = ...
    tn, fp, fn, tp = counts(..., test_y)
    return {
        "threshold": threshold,
        "matrix": [[tn, fp], [fn, tp]],
        "recall": ...,
        "plus_minus": ...,
        "precision": ...,
        "cost": ...,
        "baseline": ...,
    }
''',
    solutions={
        "counts": REPORT,
        "scikit-learn": """import math

import numpy as np
from sklearn.metrics import confusion_matrix, precision_score, recall_score


def report(val_logits, val_y, test_logits, test_y, miss, alarm):
    price = np.array([[0, alarm], [miss, 0]])

    def cost(y, called):
        return (confusion_matrix(y, called, labels=[0, 1]) * price).sum() / len(y)

    p_val, p_test = (1 / (1 + np.exp(-z.double().numpy())) for z in (val_logits, test_logits))
    y_val, y_test = val_y.int().numpy(), test_y.int().numpy()
    grid = [k / 20 for k in range(1, 20)]
    costs = [cost(y_val, p_val >= t) for t in grid]
    threshold = grid[int(np.argmin(costs))]
    called = p_test >= threshold
    recall = recall_score(y_test, called)
    none, every = np.zeros_like(y_val), np.ones_like(y_val)
    constant = 0 if cost(y_val, none) <= cost(y_val, every) else 1
    return {
        "threshold": threshold,
        "matrix": confusion_matrix(y_test, called, labels=[0, 1]).tolist(),
        "recall": recall,
        "plus_minus": 1.96 * math.sqrt(recall * (1 - recall) / y_test.sum()),
        "precision": precision_score(y_test, called, zero_division=0),
        "cost": cost(y_test, called),
        "baseline": cost(y_test, np.full_like(y_test, constant)),
    }
""",
        "loops": """import math


def field(logits, y, threshold):
    tn = fp = fn = tp = 0
    for z, label in zip(logits.tolist(), y.tolist()):
        positive = 1 / (1 + math.exp(-z)) >= threshold
        if label == 1:
            tp, fn = tp + positive, fn + (not positive)
        else:
            fp, tn = fp + positive, tn + (not positive)
    return tn, fp, fn, tp


def report(val_logits, val_y, test_logits, test_y, miss, alarm):
    lowest, threshold = float("inf"), None
    for k in range(1, 20):
        tn, fp, fn, tp = field(val_logits, val_y, k / 20)
        if miss * fn + alarm * fp < lowest:
            lowest, threshold = miss * fn + alarm * fp, k / 20
    tn, fp, fn, tp = field(test_logits, test_y, threshold)
    recall = tp / (tp + fn)
    val_positive, positive = val_y.sum().item(), test_y.sum().item()
    none_is_cheaper = miss * val_positive <= alarm * (len(val_y) - val_positive)
    baseline = miss * positive if none_is_cheaper else alarm * (len(test_y) - positive)
    return {
        "threshold": threshold,
        "matrix": [[tn, fp], [fn, tp]],
        "recall": recall,
        "plus_minus": 1.96 * math.sqrt(recall * (1 - recall) / positive),
        "precision": tp / (tp + fp) if tp + fp > 0 else 0,
        "cost": (miss * fn + alarm * fp) / len(test_y),
        "baseline": baseline / len(test_y),
    }
""",
    },
    mistakes={
        "on-logits": Mistake(
            edited(
                REPORT,
                ("val_logits.sigmoid() >= t", "val_logits >= t"),
                ("test_logits.sigmoid() >=", "test_logits >="),
            ),
            "A threshold on the scale of probabilities was compared with logits: 0.5 on a logit is a probability of "
            "0.62. `.sigmoid()` first.",
            "threshold-half-on-logit",
        ),
        "tuned-on-test": Mistake(
            edited(REPORT, ("cost(val_logits.sigmoid() >= t, val_y)", "cost(test_logits.sigmoid() >= t, test_y)")),
            "The threshold was chosen on the very rows that judge it. The cost that you report is then too good to "
            "hold for new rows: choose on the validation rows.",
            "threshold-tuned-on-test",
        ),
        "always-half": Mistake(
            edited(REPORT, ("min(THRESHOLDS, key=lambda t: cost(val_logits.sigmoid() >= t, val_y))", "0.5")),
            "The threshold is 0.5 whatever the errors cost. It is a decision, and the costs make it.",
            "half-is-natural",
        ),
        "costs-swapped": Mistake(
            edited(REPORT, ("miss * fn + alarm * fp", "miss * fp + alarm * fn")),
            "The price of a miss was paid for false alarms, and the other way round. A miss is an FN: positive, and "
            "not called.",
        ),
        "matrix-turned": Mistake(
            edited(REPORT, ("[[tn, fp], [fn, tp]],", "[[tp, fn], [fp, tn]],")),
            "The matrix has its positives first. Asked for is the layout with TN in the first corner; a matrix on its "
            "head looks as sound.",
            "matrix-layout-fixed",
        ),
        "precision-for-recall": Mistake(
            edited(
                REPORT,
                ("recall = tp / (tp + fn)", "recall = tp / (tp + fp) if tp + fp else 0.0"),
                ('"precision": tp / (tp + fp) if tp + fp else 0.0', '"precision": tp / (tp + fn)'),
            ),
            "Precision and recall have changed places. Recall divides by the real positives (TP + FN), precision by "
            "those that were called positive (TP + FP).",
            "precision-recall-swapped",
        ),
        "too-sure": Mistake(
            edited(REPORT, ("(recall * (1 - recall) / (tp + fn))", "(recall * (1 - recall) / len(test_y))")),
            "The plus-minus was taken over all test rows. A recall is a share of the **positives**: they are its n, "
            "and they are fewer.",
            "metric-is-exact",
        ),
        "no-zero": Mistake(
            edited(REPORT, ("tp / (tp + fp) if tp + fp else 0.0", "tp / (tp + fp)")),
            "It stops where nothing is called positive: 0 / 0. A costly false alarm makes that a sensible decision, so "
            "say what precision is then.",
        ),
        "in-all": Mistake(
            edited(REPORT, ("return (miss * fn + alarm * fp) / len(y)", "return miss * fn + alarm * fp")),
            "The costs are those of all rows together. Asked for is the cost **per row**, which can be compared "
            "between parts of different sizes.",
            "sum-reduction",
        ),
    },
    hints=(
        "First `counts(called, y)`: with `y == 1`, the operators `&` and `~` make the four fields, `.sum()` counts.",
        "A little function `cost(called, y)` serves three times: for the threshold, for the report, for the rule.",
        "`min(THRESHOLDS, key=lambda t: cost(val_logits.sigmoid() >= t, val_y))` takes the lowest of equals.",
    ),
    why="Costs choose, validation rows are asked, test rows judge; and each figure has its own n.",
    objectives=("decide-by-cost",),
    covers=("X-31", "X-35", "S3-04", "S3-05", "S3-06", "S3-07", "S3-08", "S2-05", "R-20"),
    minutes=10,
    difficulty=3,
    draw=draw_costs,
    observe=observe_report,
)

# ================================================================== the review: five faults in a stranger's project


def stranger_rows(seed):
    """Return rows and the numbers of three parts; the rows that are not trained on lie elsewhere, and wider."""
    import torch

    own = torch.Generator().manual_seed(seed)
    X, y = noisy_rows(160, seed)
    X = X * 3 + 10
    X[48:] = X[48:] * 1.5
    return X, y, torch.arange(48), torch.arange(48, 88), torch.randperm(72, generator=own) + 88


def observe_review(function, inputs):
    import torch
    from torch import nn
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    X, y, train, validation, test = stranger_rows(inputs["seed"])
    torch.manual_seed(inputs["seed"])
    model = nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Dropout(0.3), nn.Linear(32, 1))
    passes, arrived, steps = [], {}, []

    def note(module, args, out):
        passes.append((torch.is_grad_enabled(), module.training, args[0].detach().clone(), out.detach().flatten()))

    def compare(optimizer, args, kwargs):
        params = [p for group in optimizer.param_groups for p in group["params"] if p in arrived]
        steps.append(bool(params) and all(p.grad is not None and torch.equal(p.grad, arrived[p]) for p in params))

    handles = [model.register_forward_hook(note), register_optimizer_step_pre_hook(compare)]
    for p in model.parameters():
        handles.append(p.register_hook(lambda grad, p=p: arrived.__setitem__(p, grad.clone())))
    losses, recall = function(model, X.clone(), y, train, validation, test)
    for handle in handles:
        handle.remove()
    fed = torch.cat([rows for graph, _, rows, _ in passes if graph])[:48]  # the first epoch
    asked = [rows for graph, _, rows, _ in passes if not graph and len(rows) == len(validation)]
    logits = [out for graph, _, rows, out in passes if not graph and len(rows) == len(test)]
    positive = y[test] == 1
    honest = ((logits[-1] > 0) & positive).sum() / positive.sum() if logits else torch.tensor(0.0)
    kept = judged(model, asked[-1], y[validation]) if asked else 0.0
    return {
        "epochs": len(losses),
        "means of the training rows as the model sees them": [round(v, 1) + 0.0 for v in fed.mean(dim=0).tolist()],
        "spreads of the training rows as the model sees them": [round(v, 1) for v in fed.std(dim=0).tolist()],
        "modes of the passes that are trained on": sorted({mode for graph, mode, _, _ in passes if graph}),
        "modes of the passes that judge": sorted({mode for graph, mode, _, _ in passes if not graph}),
        "steps that use the gradient of their own batch and nothing else": f"{sum(steps)} of {len(steps)}",
        "the model handed back has the lowest validation loss": abs(kept - min(losses)) < 1e-4,
        "the recall is that of probability 0.5, too high or low by": float(recall) - honest.item(),
    }


STRANGER = '''import torch
from torch.nn.functional import binary_cross_entropy_with_logits


def project(model, X, y, train, validation, test):
    """Train, keep the best weights; return the validation losses and the recall on test rows."""
    X = (X - X.mean(dim=0)) / X.std(dim=0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    losses, best = [], None
    model.train()
    for epoch in range(30):
        optimizer.zero_grad()
        for rows in train[torch.randperm(len(train))].split(16):
            loss = binary_cross_entropy_with_logits(model(X[rows]).squeeze(1), y[rows])
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            loss = binary_cross_entropy_with_logits(model(X[validation]).squeeze(1), y[validation])
        losses.append(loss.item())
        if losses[-1] == min(losses):
            best = model.state_dict()
    model.load_state_dict(best)
    with torch.no_grad():
        called = model(X[test]).squeeze(1) > 0.5
    positive = y[test] == 1
    return losses, ((called & positive).sum() / positive.sum()).item()
'''

SCALING = ("X.mean(dim=0)) / X.std(dim=0)", "X[train].mean(dim=0)) / X[train].std(dim=0)")
MODES = ("    model.train()\n    for epoch in range(30):\n", "    for epoch in range(30):\n        model.train()\n")
CLEARING = (
    "        optimizer.zero_grad()\n        for rows in train[torch.randperm(len(train))].split(16):\n",
    "        for rows in train[torch.randperm(len(train))].split(16):\n            optimizer.zero_grad()\n",
)
COPY = ("best = model.state_dict()", "best = {name: each.clone() for name, each in model.state_dict().items()}")
HALF = ("> 0.5", "> 0.0")
SOUND = edited(STRANGER, SCALING, MODES, CLEARING, COPY, HALF)

stranger_review = Exercise(
    id="stranger-review",
    title="A stranger's project: five faults",
    function="project",
    prompt="""The project of a stranger. It runs without a message, and **five** of its lines are wrong or in the wrong
place. Mend them and nothing else: Adam at 0.05, 30 epochs, batches of 16, the lowest validation loss and the
probability 0.5 stay. `train`, `validation` and `test` are numbers of rows; the model has dropout and gives one logit a
row.""",
    stub=STRANGER,
    solutions={
        "mended": SOUND,
        "other-places": edited(
            STRANGER,
            SCALING,
            ("    model.train()\n    for", "    for"),
            ("        optimizer.zero_grad()\n", "        model.train()\n"),
            ("            optimizer.step()\n", "            optimizer.step()\n            optimizer.zero_grad()\n"),
            ("import torch\nfrom", "import copy\n\nimport torch\nfrom"),
            ("best = model.state_dict()", "best = copy.deepcopy(model.state_dict())"),
            ("model(X[test]).squeeze(1) > 0.5", "model(X[test]).squeeze(1).sigmoid() > 0.5"),
        ),
        "mode-put-back": edited(
            STRANGER,
            SCALING,
            CLEARING,
            COPY,
            HALF,
            ("        losses.append(loss.item())\n", "        model.train()\n        losses.append(loss.item())\n"),
            (
                "    with torch.no_grad():\n        called",
                "    model.eval()\n    with torch.no_grad():\n        called",
            ),
        ),
    },
    mistakes={
        "scaling-left": Mistake(
            edited(STRANGER, MODES, CLEARING, COPY, HALF),
            "One fault is left, in the first line: mean and spread are taken over all rows, those that are to judge "
            "included.",
            "scaled-by-own",
        ),
        "mode-left": Mistake(
            edited(STRANGER, SCALING, CLEARING, COPY, HALF),
            "One fault is left: from the second epoch on it trains in eval mode, since `eval()` sticks.",
            "train-in-eval-mode",
        ),
        "clearing-left": Mistake(
            edited(STRANGER, SCALING, MODES, COPY, HALF),
            "One fault is left: the gradients are cleared once an epoch, so that the second batch steps with those of "
            "the first as well, and the third with all three.",
            "grad-not-cleared",
        ),
        "alias-left": Mistake(
            edited(STRANGER, SCALING, MODES, CLEARING, HALF),
            "One fault is left: `best` holds the live tensors, so that the best weights and the last ones are the same "
            "(a `dict()` around them is a new dict of the same tensors). Compare the model's validation loss with "
            "`min(losses)`.",
            "best-weights-aliased",
        ),
        "threshold-left": Mistake(
            edited(STRANGER, SCALING, MODES, CLEARING, COPY),
            "One fault is left: the model gives logits, and 0.5 on a logit is a probability of 0.62. The recall comes "
            "out too low.",
            "threshold-half-on-logit",
        ),
        "cleared-before-step": Mistake(
            edited(
                SOUND,
                ("            optimizer.zero_grad()\n", ""),
                ("            optimizer.step()\n", "            optimizer.zero_grad()\n            optimizer.step()\n"),
            ),
            "The clearing now stands between backward and step, the one place where it may not: nothing moves any "
            "more.",
            "cleared-before-step",
        ),
        "scaled-with-validation": Mistake(
            edited(SOUND, ("X[train].mean(dim=0)) / X[train].std(dim=0)", "X[:88].mean(dim=0)) / X[:88].std(dim=0)")),
            "Nearly: mean and spread are still taken from more rows than those of `train`. What validation rows have "
            "helped to make, they cannot judge.",
            "scaled-by-own",
        ),
    },
    hints=(
        "Two of the five show up in a trace: `with watch() as trace: ...`, then `trace.diagnose()`. The other three "
        "leave none, for each of their lines does what it says.",
        "Ask of each line: which rows does it see? In which mode? Whose gradients? Which tensors? On which scale?",
        "In order: the scaling line, `train()`, `zero_grad()`, `state_dict()`, `> 0.5`.",
    ),
    why="Training rows for the scaling, train() in each epoch, clearing for each batch, a copy of the weights, and 0.0 "
    "on the scale of logits. None of the five had raised a message.",
    objectives=("review-a-loop",),
    covers=("S5-34", "X-27", "X-30", "X-37", "R-20", "R-26", "S5-37"),
    minutes=12,
    difficulty=3,
    points=2,
    seconds=10,
    atol=1e-4,
    draw=draw_seed,
    observe=observe_review,
)
