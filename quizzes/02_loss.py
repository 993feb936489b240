"""The code exercises of lesson 02: squared error, one that cannot broadcast, cross-entropy, the chance level."""

from lessontools.practice.exercise import Exercise, Mistake

# ------------------------------------------------------------------ squared error


def draw_misses(seed):
    import random

    rng = random.Random(seed)
    cases = []
    for rows in (1, 4, 7):
        y = [rng.randint(-20, 20) / 2 for _ in range(rows)]
        misses = [rng.choice((-1, 1)) * rng.randint(1, 8) / 2 for _ in range(rows)]
        misses[0] = 3.5  # so that squares, sizes and halves all differ
        cases.append({"y_hat": [a + b for a, b in zip(y, misses, strict=True)], "y": y})
    return {"cases": cases}


def observe_mse(function, inputs):
    import torch

    seen = {}
    for case in inputs["cases"]:
        y_hat, y = torch.tensor(case["y_hat"], requires_grad=True), torch.tensor(case["y"])
        loss = torch.as_tensor(function(y_hat, y))
        seen[f"mse(y_hat, y) for {len(y)} rows"] = loss.detach().float()
        slopes = None
        if loss.grad_fn is not None and loss.numel() == 1:
            loss.backward()
            slopes = y_hat.grad
        seen[f"slopes for y_hat after `.backward()`, {len(y)} rows"] = slopes
    return seen


_MSE = "import torch\n\n\ndef mse(y_hat, y):\n"

mean_squared_error = Exercise(
    id="mean-squared-error",
    title="Mean squared error",
    function="mse",
    prompt="""`y_hat` and `y` are float tensors of one shape, (n,). Return the mean of the squared differences: one
number of shape (), still part of the graph, so that `.backward()` works on it. Any way will do; only torch's own
`mse_loss` would be no exercise.""",
    stub='''import torch


def mse(y_hat, y):
    """Return the mean squared error of predictions and targets, both (n,), as a tensor of shape ()."""
    return ...
''',
    solutions={
        "square-and-mean": _MSE + "    return ((y_hat - y) ** 2).mean()\n",
        "functional": "from torch.nn import functional as F\n\n\ndef mse(y_hat, y):\n    return F.mse_loss(y_hat, y)\n",
        "dot-product": _MSE + "    miss = y - y_hat\n    return miss @ miss / len(y)\n",
        "norm": _MSE + "    return torch.linalg.vector_norm(y_hat - y).square() / y.numel()\n",
        "loop": _MSE
        + "    total = 0\n    for one, other in zip(y_hat, y):\n        total = total + (one - other) ** 2\n"
        + "    return total / len(y)\n",
    },
    mistakes={
        "summed": Mistake(
            _MSE + "    return ((y_hat - y) ** 2).sum()\n",
            "This is the sum over the rows. It grows with the batch, and so do its slopes; the mean stays comparable.",
            "sum-reduction",
        ),
        "not-reduced": Mistake(
            _MSE + "    return (y_hat - y) ** 2\n",
            "Each row has its price, and nothing has made one number of them: backward would have nowhere to start.",
        ),
        "sizes": Mistake(
            _MSE + "    return (y_hat - y).abs().mean()\n",
            "That is the mean **size** of the misses. A good loss too, but another one: squares mind large misses "
            "more.",
        ),
        "cancelled": Mistake(
            _MSE + "    return (y_hat - y).mean() ** 2\n",
            "The mean was taken first, so misses above and below cancel before they are squared. Square each miss, "
            "then take the mean.",
        ),
        "root": Mistake(
            _MSE + "    return ((y_hat - y) ** 2).mean().sqrt()\n",
            "You took the root at the end. That brings the unit back, and is good for reading; the loss asked for is "
            "in squared units.",
        ),
        "half": Mistake(
            _MSE + "    return ((y_hat - y) ** 2).mean() / 2\n",
            "Half of it: some books put a one half in front, so that slopes look nicer. torch does not.",
        ),
        "off-the-graph": Mistake(
            _MSE + "    return ((y_hat - y) ** 2).mean().item()\n",
            "The number is right and the way back is gone: `.item()` makes a plain Python number of it, and "
            "`.backward()` has nothing to walk. Keep `.item()` for printing.",
            "graph-cut",
        ),
    },
    hints=(
        "Three small steps: difference, square, mean. Their order matters.",
        "What would `(y_hat - y).mean()` be for misses of 3 and -3?",
    ),
    why="`((y_hat - y) ** 2).mean()`: difference row by row, squared, then the mean.",
    objectives=("loss-by-hand",),
    covers=("S4-04", "S5-08"),
    minutes=2,
    difficulty=1,
    draw=draw_misses,
    observe=observe_mse,
)

# ------------------------------------------------------------------ a squared error that cannot be broadcast


def draw_shapes(seed):
    import random

    rng = random.Random(seed)

    def table(shape):
        numbers = [rng.randint(-12, 12) / 2 for _ in range(shape[0])]
        return {"numbers": numbers, "shape": shape}

    fits = [([4], [4]), ([4, 1], [4, 1]), ([5, 1], [5]), ([5], [5, 1]), ([1, 1], [1])]
    not_so = [([4, 1], [3]), ([1], [6]), ([6, 1], [1, 1])]
    pairs = [{"y_hat": table(a), "y": table(b)} for a, b in [*fits, *not_so]]
    for pair in pairs:
        pair["y_hat"]["numbers"][0] = pair["y"]["numbers"][0] + 2.5
    return {"pairs": pairs}


def observe_safe_mse(function, inputs):
    import torch

    seen = {}
    for pair in inputs["pairs"]:
        y_hat, y = (torch.tensor(pair[name]["numbers"]).reshape(pair[name]["shape"]) for name in ("y_hat", "y"))
        y_hat.requires_grad_(True)
        shown = f"safe_mse(y_hat, y) for y_hat {tuple(y_hat.shape)} and y {tuple(y.shape)}"
        try:
            loss = torch.as_tensor(function(y_hat, y))
        except ValueError:
            seen[shown] = "ValueError"
        except (AssertionError, RuntimeError) as error:
            seen[shown] = type(error).__name__
        else:
            seen[shown] = [loss.detach().float(), loss.requires_grad]
    return seen


_SAFE = "import torch\n\n\ndef safe_mse(y_hat, y):\n"
_REFUSE = '        raise ValueError("not the same number of rows")\n'

safe_mse = Exercise(
    id="safe-mse",
    title="A squared error that cannot be broadcast",
    function="safe_mse",
    prompt="""`y_hat` and `y` hold one number for each row, each of them in the shape (n,) or (n, 1): all four pairs can
occur. Return their mean squared error, row against row, as a tensor of shape () that is part of the graph. If they have
different numbers of rows, raise a ValueError.""",
    stub='''import torch


def safe_mse(y_hat, y):
    """Return the mean squared error, shape (), row against row; raise ValueError if the numbers of rows differ."""
    ...
    return ((y_hat - y) ** 2).mean()
''',
    solutions={
        "flatten": _SAFE
        + "    y_hat, y = y_hat.flatten(), y.flatten()\n    if y_hat.shape != y.shape:\n"
        + _REFUSE
        + "    return ((y_hat - y) ** 2).mean()\n",
        "reshape-target": _SAFE
        + "    if len(y_hat) != len(y):\n"
        + _REFUSE
        + "    return torch.nn.functional.mse_loss(y_hat, y.reshape(y_hat.shape))\n",
        "columns": _SAFE
        + "    if y_hat.numel() != y.numel():\n"
        + _REFUSE
        + "    return (y_hat.view(-1, 1) - y.view(-1, 1)).square().mean()\n",
        "by-dimension": _SAFE
        + "    if y_hat.dim() == 2:\n        y_hat = y_hat.squeeze(1)\n    if y.dim() == 2:\n        y = y[:, 0]\n"
        + "    if y_hat.shape[0] != y.shape[0]:\n"
        + _REFUSE
        + "    return ((y - y_hat) ** 2).sum() / len(y)\n",
        "view-as": _SAFE
        + "    try:\n        y = y.view_as(y_hat)\n    except RuntimeError as error:\n"
        + '        raise ValueError("not the same number of rows") from error\n'
        + "    return torch.mean((y_hat - y) ** 2)\n",
        "zip-strict": _SAFE
        + "    pairs = zip(y_hat.flatten(), y.flatten(), strict=True)\n"
        + "    return torch.stack([(a - b) ** 2 for a, b in pairs]).mean()\n",
    },
    mistakes={
        "plain": Mistake(
            _SAFE + "    return ((y_hat - y) ** 2).mean()\n",
            "Nothing is safe here yet: (5, 1) against (5,) becomes (5, 5), every prediction meets every target, and no "
            "error is raised; torch's own `mse_loss` would do the same, with a warning. Print `(y_hat - y).shape`.",
            "broadcast-loss",
        ),
        "rows-only": Mistake(
            _SAFE + "    if len(y_hat) != len(y):\n" + _REFUSE + "    return ((y_hat - y) ** 2).mean()\n",
            "The number of rows is looked at, and the shapes are not: (5, 1) and (5,) have five rows each, and still "
            "become (5, 5). Bring both to one shape first.",
            "broadcast-loss",
        ),
        "refuses-too-much": Mistake(
            _SAFE + "    if y_hat.shape != y.shape:\n" + _REFUSE + "    return ((y_hat - y) ** 2).mean()\n",
            "Safe, and too strict: (5, 1) and (5,) hold the same five rows and should be paired. Refuse only where the "
            "numbers of rows differ.",
        ),
        "flattened-unchecked": Mistake(
            _SAFE + "    return ((y_hat.flatten() - y.flatten()) ** 2).mean()\n",
            "Flattening pairs the rows, but one length slips through: 1. A single number meets (6,) and is stretched "
            "over all of them. Compare the lengths yourself.",
            "broadcast-loss",
        ),
        "column-always": Mistake(
            _SAFE + "    if len(y_hat) != len(y):\n" + _REFUSE + "    return ((y_hat - y[:, None]) ** 2).mean()\n",
            "`y[:, None]` is the cure for one of the four pairs. Where `y` was (n, 1) already it becomes (n, 1, 1), "
            "and broadcasts anew. First bring both to one shape, whatever they were.",
            "broadcast-loss",
        ),
        "turned": Mistake(
            _SAFE
            + "    if len(y_hat) != len(y):\n"
            + _REFUSE
            + "    y_hat = y_hat.T if y_hat.dim() == 2 else y_hat\n    return ((y_hat - y) ** 2).mean()\n",
            "Turned round, (5, 1) is (1, 5), which suits a `y` of shape (5,). Against (5, 1) it becomes (5, 5) again. "
            "A turn is no shape that both have.",
            "broadcast-loss",
        ),
        "shorter-wins": Mistake(
            _SAFE
            + "    n = min(len(y_hat), len(y))\n"
            + "    return ((y_hat.flatten()[:n] - y.flatten()[:n]) ** 2).mean()\n",
            "Where the rows do not match, the longer one is cut. Then the loss is a number once more, and nobody hears "
            "that something is wrong.",
        ),
        "asserted": Mistake(
            _SAFE
            + "    y_hat, y = y_hat.flatten(), y.flatten()\n    assert y_hat.shape == y.shape\n"
            + "    return ((y_hat - y) ** 2).mean()\n",
            "The check is right. But an `assert` raises AssertionError, and Python leaves it out under `-O`; a "
            "ValueError was asked for.",
        ),
        "summed": Mistake(
            _SAFE
            + "    y_hat, y = y_hat.flatten(), y.flatten()\n    if y_hat.shape != y.shape:\n"
            + _REFUSE
            + "    return ((y_hat - y) ** 2).sum()\n",
            "Shapes are in order now. The mean of the rows was asked for, and this is their sum.",
            "sum-reduction",
        ),
        "off-the-graph": Mistake(
            _SAFE
            + "    y_hat, y = y_hat.flatten().tolist(), y.flatten().tolist()\n    if len(y_hat) != len(y):\n"
            + _REFUSE
            + "    return sum((a - b) ** 2 for a, b in zip(y_hat, y)) / len(y)\n",
            "As plain Python numbers nothing can broadcast, and nothing can learn: `.tolist()` leaves the graph, so "
            "`.backward()` would find no way to the model.",
            "graph-cut",
        ),
    },
    hints=(
        "Which one shape can all four pairs be brought to?",
        "`flatten()` makes (n,) of both. Which length can still be stretched to any other?",
        "Compare the two shapes after flattening, and raise ValueError if they differ.",
    ),
    why="Flatten both, compare the shapes, then difference, square, mean: equal shapes leave nothing to broadcast.",
    objectives=("same-shapes",),
    covers=("X-13", "S4-04"),
    minutes=5,
    difficulty=2,
    draw=draw_shapes,
    observe=observe_safe_mse,
)

# ------------------------------------------------------------------ cross-entropy by hand


def draw_logits(seed):
    import random

    rng = random.Random(seed)

    def row(classes):
        return [value / 10 for value in rng.sample(range(-40, 41), classes)]

    cases = []
    for rows, classes in ((1, 2), (5, 3), (4, 6)):
        y = [rng.randrange(classes) for _ in range(rows)]
        cases.append({"name": f"{rows} rows, {classes} classes", "logits": [row(classes) for _ in range(rows)], "y": y})
    far = [[400.0, 0.0, -3.0], [-500.0, -501.0, -502.5]]  # beyond what e to the power of them can be in float32
    cases.append({"name": "two rows of large logits", "logits": far, "y": [1, rng.randrange(3)]})
    return {"cases": cases}


def observe_cross_entropy(function, inputs):
    import torch

    seen = {}
    for case in inputs["cases"]:
        logits, y = torch.tensor(case["logits"]), torch.tensor(case["y"])
        seen[f"cross_entropy(logits, y) for {case['name']}"] = torch.as_tensor(function(logits, y)).float()
    return seen


_CE = "import torch\n\n\ndef cross_entropy(logits, y):\n"

cross_entropy_by_hand = Exercise(
    id="cross-entropy-by-hand",
    title="Cross-entropy by hand",
    function="cross_entropy",
    prompt="""`logits` has the shape (n, C), `y` holds class ids, int64 of shape (n,). Return the mean cross-entropy, a
tensor of shape (): for each row, minus the logarithm of the softmax probability of its true class. Some logits are as
large as 400 or as low as -500, and the result has to stay finite. `log_softmax` and `logsumexp` may be used, torch's
`cross_entropy` would be no exercise.""",
    stub='''import torch


def cross_entropy(logits, y):
    """Return the mean cross-entropy, shape (), of logits (n, C) and class ids (n,)."""
    log_probs = ...  # logarithms of the probabilities, shape (n, C)
    return ...
''',
    solutions={
        "pick": _CE + "    return -logits.log_softmax(dim=1)[torch.arange(len(y)), y].mean()\n",
        "logsumexp": _CE
        + "    true = logits.gather(1, y[:, None]).squeeze(1)\n    return (logits.logsumexp(dim=1) - true).mean()\n",
        "highest-off": _CE
        + """    shifted = logits - logits.max(dim=1, keepdim=True).values
    log_probs = shifted - shifted.exp().sum(dim=1, keepdim=True).log()
    return -log_probs.gather(1, y.unsqueeze(1)).mean()
""",
        "nll": _CE + "    return torch.nn.functional.nll_loss(torch.log_softmax(logits, dim=-1), y)\n",
        "one-hot": _CE
        + """    truth = torch.nn.functional.one_hot(y, logits.shape[1])
    return -(truth * logits.log_softmax(dim=1)).sum(dim=1).mean()
""",
        "loops": _CE
        + """    total = 0.0
    for row, true in zip(logits, y):
        lead = row - row[true]
        top = lead.max()
        total = total + top + (lead - top).exp().sum().log()
    return total / len(y)
""",
    },
    mistakes={
        "formula": Mistake(
            _CE
            + """    probs = logits.exp() / logits.exp().sum(dim=1, keepdim=True)
    return -probs[torch.arange(len(y)), y].log().mean()
""",
            "Right on paper, and right for small logits. But e to the power of 400 is infinite in float32, and "
            "infinity by infinity is nan. Take the row's highest logit off first, or use `log_softmax`.",
            "paper-equals-float",
        ),
        "softmax-then-log": Mistake(
            _CE + "    return -logits.softmax(dim=1)[torch.arange(len(y)), y].log().mean()\n",
            "torch's softmax is safe, the logarithm behind it is not: a probability of e to the -400 becomes 0, and "
            "log(0) is minus infinity. `log_softmax` never leaves the logarithm.",
            "paper-equals-float",
        ),
        "small-number-added": Mistake(
            _CE + "    return -(logits.softmax(dim=1)[torch.arange(len(y)), y] + 1e-8).log().mean()\n",
            "Finite now, and wrong: 1e-8 in the logarithm makes 18.4 the highest price there can be, while this row "
            "costs 400. `log_softmax` needs no such patch.",
            "paper-equals-float",
        ),
        "softmax-first": Mistake(
            _CE + "    return -logits.softmax(dim=1).log_softmax(dim=1)[torch.arange(len(y)), y].mean()\n",
            "Softmax was applied twice: once by name, once inside `log_softmax`. Probabilities are taken for logits, "
            "so no row can ever cost little.",
            "softmax-before-ce",
        ),
        "no-logarithm": Mistake(
            _CE + "    return -logits.softmax(dim=1)[torch.arange(len(y)), y].mean()\n",
            "The true class was picked and its sign changed, as `NLLLoss` does; what is missing is the logarithm. So "
            "the loss is negative.",
            "nll-without-log",
        ),
        "all-classes": Mistake(
            _CE + "    return -logits.log_softmax(dim=1).mean()\n",
            "`y` was never used: this is the mean over all classes. Cross-entropy looks at the **true** class of each "
            "row only.",
        ),
        "all-pairs": Mistake(
            _CE + "    return -logits.log_softmax(dim=1)[:, y].mean()\n",
            "`[:, y]` takes, for each row, the true classes of **all** rows: a table of (n, n). Each row wants its "
            "own: `[torch.arange(n), y]`, or `gather`.",
        ),
        "down-the-rows": Mistake(
            _CE + "    return -logits.log_softmax(dim=0)[torch.arange(len(y)), y].mean()\n",
            "The softmax went down the rows, so each class was shared out among the samples. Classes stand in the last "
            "dimension: `dim=1`.",
            "softmax-wrong-dim",
        ),
        "summed": Mistake(
            _CE + "    return -logits.log_softmax(dim=1)[torch.arange(len(y)), y].sum()\n",
            "Each price is right, and they were added up. The mean over the rows was asked for.",
            "sum-reduction",
        ),
        "sign": Mistake(
            _CE + "    return logits.log_softmax(dim=1)[torch.arange(len(y)), y].mean()\n",
            "A logarithm of a probability is below 0, and so is this. A price is **minus** the logarithm.",
        ),
        "error-rate": Mistake(
            _CE + "    return (logits.argmax(dim=1) != y).float().mean()\n",
            "That is the share of wrong labels. It jumps and has no slope; cross-entropy asks how probable the true "
            "class was held to be.",
            "loss-is-error-rate",
        ),
    },
    hints=(
        "`logits.log_softmax(dim=1)` gives logarithms of probabilities that stay finite.",
        "Row i wants column y[i]: `log_probs[torch.arange(len(y)), y]`, or `log_probs.gather(1, y[:, None])`.",
        "Then change the sign and take the mean.",
    ),
    why="log_softmax, pick the true class, change the sign, mean. The logarithm is never left, so nothing overflows.",
    objectives=("loss-by-hand", "stay-finite"),
    covers=("X-10", "S5-08", "X-17"),
    minutes=6,
    difficulty=2,
    draw=draw_logits,
    observe=observe_cross_entropy,
)

# ------------------------------------------------------------------ the chance level


def draw_labels(seed):
    import random

    rng = random.Random(seed)
    uneven = [0] * rng.randint(12, 20) + [1] * rng.randint(4, 7) + [2] * rng.randint(1, 3)
    rng.shuffle(uneven)
    even = [0, 1, 2, 3] * rng.randint(2, 4)
    cases = {"uneven classes": (uneven, 3), "even classes": (even, 4), "a class without rows": ([0, 2, 2, 0, 2], 3)}
    return {"cases": {name: {"y": y, "classes": classes} for name, (y, classes) in cases.items()}}


def observe_chance(function, inputs):
    import torch

    seen = {}
    for name, case in inputs["cases"].items():
        found = function(torch.tensor(case["y"]), case["classes"])
        seen[f"chance_level(y, {case['classes']}) for {name}"] = round(float(found), 5)
    return seen


_CHANCE = "import torch\n\n\ndef chance_level(y, classes):\n"

chance_level = Exercise(
    id="chance-level",
    title="The chance level of cross-entropy",
    function="chance_level",
    prompt="""`y` holds class ids, int64 of shape (n,), each below `classes`. Return, as a float, the mean cross-entropy
of the best answer that looks at no row: the same probabilities for all, namely the shares of the classes in `y`. A
class may have no rows at all.""",
    stub='''import torch


def chance_level(y, classes):
    """Return the mean cross-entropy, a float, of answering every row with the shares of the classes."""
    shares = ...
    return ...
''',
    solutions={
        "of-each-row": _CHANCE
        + "    shares = torch.bincount(y, minlength=classes) / len(y)\n    return -shares[y].log().mean().item()\n",
        "entropy": _CHANCE
        + """    shares = torch.bincount(y, minlength=classes) / len(y)
    there = shares[shares > 0]
    return -(there * there.log()).sum().item()
""",
        "xlogy": _CHANCE
        + "    shares = torch.bincount(y, minlength=classes) / len(y)\n"
        + "    return -torch.xlogy(shares, shares).sum().item()\n",
        "by-torch": _CHANCE
        + """    shares = torch.bincount(y, minlength=classes) / len(y)
    return torch.nn.functional.cross_entropy(shares.log().expand(len(y), -1), y).item()
""",
        "counted": """import math
from collections import Counter


def chance_level(y, classes):
    counts = Counter(y.tolist()).values()
    return -sum(k * math.log(k / len(y)) for k in counts) / len(y)
""",
    },
    mistakes={
        "ln-c": Mistake(
            "import math\n\n\ndef chance_level(y, classes):\n    return math.log(classes)\n",
            "ln C is the price if all classes are equally common. Where one is commoner, a model can say so without "
            "looking at a row, and pays less.",
            "untrained-loss-is-zero",
        ),
        "zero-times-log": Mistake(
            _CHANCE
            + "    shares = torch.bincount(y, minlength=classes) / len(y)\n"
            + "    return -(shares * shares.log()).sum().item()\n",
            "The formula is right, and a class without rows makes it nan: 0 times minus infinity. Leave such classes "
            "out, or use `torch.xlogy`.",
            "paper-equals-float",
        ),
        "error-rate": Mistake(
            _CHANCE
            + "    shares = torch.bincount(y, minlength=classes) / len(y)\n    return 1 - shares.max().item()\n",
            "That is the share of errors of always naming the commonest class: the chance level of **accuracy**. Here "
            "the price is minus the logarithm of a probability.",
            "loss-is-error-rate",
        ),
        "base-two": Mistake(
            _CHANCE
            + """    shares = torch.bincount(y, minlength=classes) / len(y)
    return -shares[y].log2().mean().item()
""",
            "This counts in bits, with the logarithm to base 2. torch's cross-entropy uses the natural one: `log()`.",
        ),
        "shares-as-logits": Mistake(
            _CHANCE
            + """    shares = torch.bincount(y, minlength=classes) / len(y)
    return torch.nn.functional.cross_entropy(shares.expand(len(y), -1), y).item()
""",
            "`cross_entropy` takes the shares for logits and applies a softmax to them. Give it their logarithms, "
            "which are logits for exactly these probabilities.",
            "softmax-before-ce",
        ),
        "mean-of-classes": Mistake(
            _CHANCE
            + """    shares = torch.bincount(y, minlength=classes) / len(y)
    there = shares[shares > 0]
    return -there.log().mean().item()
""",
            "Each class counts once here, a rare one as much as a common one. The mean is over the **rows**: weight "
            "each price by the share of its class.",
        ),
    },
    hints=(
        "`torch.bincount(y, minlength=classes)` counts the rows of each class.",
        "A row of class k costs minus the logarithm of the share of k. `shares[y]` has the share of each row's class.",
        "Take the mean over the rows; so a class without rows never comes up.",
    ),
    why="`-shares[y].log().mean()`: the entropy of the shares, ln C at most. A model that knows anything is below it.",
    objectives=("read-a-loss",),
    covers=("R-21", "X-17"),
    minutes=4,
    difficulty=2,
    draw=draw_labels,
    observe=observe_chance,
)
