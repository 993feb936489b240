"""The code exercises of lesson 01: a linear layer by hand, logits to labels, XOR without training."""

from lessontools.practice.exercise import Exercise, Mistake

# ------------------------------------------------------------------ a linear layer by hand


def draw_linear(seed):
    import random

    rng = random.Random(seed)

    def table(rows, columns):
        # halves only, so that hand-written sums and matrix products agree to the last digit; never 0
        return [[rng.choice((-1, 1)) * rng.randint(1, 6) / 2 for _ in range(columns)] for _ in range(rows)]

    cases = []
    for rows, inputs, outputs in ((5, 3, 1), (4, 3, 2), (2, 3, 4)):
        X, W, b = table(rows, inputs), table(outputs, inputs), table(1, outputs)[0]
        X[0], W[0], b[0] = [1.0, 2.0, 3.0], [-1.0, -2.0, -0.5], 1.5  # a negative output in each case
        cases.append({"X": X, "W": W, "b": b})
    return {"cases": cases}


def observe_linear(function, inputs):
    import torch

    seen = {}
    for case in inputs["cases"]:
        X, W, b = (torch.tensor(case[name], dtype=torch.float32) for name in ("X", "W", "b"))
        shown = f"linear_forward(X, W, b) for X {tuple(X.shape)}, W {tuple(W.shape)}, b {tuple(b.shape)}"
        seen[shown] = function(X, W, b)
    return seen


linear_forward = Exercise(
    id="linear-forward",
    title="A linear layer by hand",
    function="linear_forward",
    prompt="""Write what `nn.Linear` computes. `X` holds one row per sample, shape (n, inputs); `W` is stored as
PyTorch stores it, (outputs, inputs); `b` has the shape (outputs,). Return a tensor of shape (n, outputs). Any way
will do: a matrix product, `einsum`, loops; only `nn.Linear` itself would be no exercise.""",
    stub='''import torch


def linear_forward(X, W, b):
    """Return the outputs of a linear layer, shape (n, outputs)."""
    return ...
''',
    solutions={
        "matmul": "def linear_forward(X, W, b):\n    return X @ W.T + b\n",
        "einsum": ("import torch\n\n\ndef linear_forward(X, W, b):\n    return torch.einsum('ni,oi->no', X, W) + b\n"),
        "functional": (
            "from torch.nn import functional as F\n\n\ndef linear_forward(X, W, b):\n    return F.linear(X, W, b)\n"
        ),
        "addmm": "import torch\n\n\ndef linear_forward(X, W, b):\n    return torch.addmm(b, X, W.transpose(0, 1))\n",
        "broadcast": "def linear_forward(X, W, b):\n    return (X[:, None, :] * W[None, :, :]).sum(dim=2) + b\n",
        "loops": """import torch


def linear_forward(X, W, b):
    out = torch.zeros(len(X), len(W))
    for n in range(len(X)):
        for o in range(len(W)):
            out[n, o] = sum(x * w for x, w in zip(X[n], W[o])) + b[o]
    return out
""",
    },
    mistakes={
        "not-turned": Mistake(
            "def linear_forward(X, W, b):\n    return X @ W + b\n",
            "This takes `W` to be stored as (inputs, outputs). It is not: PyTorch stores (outputs, inputs), so the "
            "product needs `W.T`. Print both shapes, and compare the two inner numbers.",
            "weight-in-by-out",
        ),
        "reshaped": Mistake(
            "def linear_forward(X, W, b):\n    return X @ W.reshape(W.shape[1], W.shape[0]) + b\n",
            "The shapes fit now, the numbers do not: `reshape` cuts the same row of numbers anew, while a "
            "transpose turns the table. Compare `W.reshape(3, 2)` with `W.T` for a small `W`.",
            "view-is-permute",
        ),
        "no-bias": Mistake(
            "def linear_forward(X, W, b):\n    return X @ W.T\n",
            "The weighted sums are right, and `b` was never used. Each output has one more number to add.",
        ),
        "bias-taken-off": Mistake(
            "def linear_forward(X, W, b):\n    return X @ W.T - b\n",
            "The bias went in with its sign turned round: it is added as it stands.",
        ),
        "activated": Mistake(
            "import torch\n\n\ndef linear_forward(X, W, b):\n    return torch.relu(X @ W.T + b)\n",
            "Negative outputs have become 0.0: a ReLU has slipped in. A linear layer has no activation; that is "
            "a layer of its own, and behind the last layer it does harm.",
            "relu-on-output",
        ),
        "squeezed": Mistake(
            "def linear_forward(X, W, b):\n    return (X @ W.T + b).squeeze()\n",
            "With a single output, `squeeze` takes the column away: (n, 1) becomes (n,). Leave the last "
            "dimension, even if it is 1; the loss will count on it.",
        ),
        "averaged": Mistake(
            "def linear_forward(X, W, b):\n    return X @ W.T / X.shape[1] + b\n",
            "This averages over the features where they are to be summed: nothing is divided in a linear layer.",
        ),
        "one-answer": Mistake(
            "def linear_forward(X, W, b):\n    return (X @ W.T + b).mean(dim=0)\n",
            "The batch was boiled down to one answer. Forward does not mix rows: n rows in, n rows out.",
            "forward-mixes-rows",
        ),
    },
    hints=(
        "For one row and one output: multiply place by place, add up, add the bias.",
        "A matrix product does that for all rows and outputs at once, if the inner numbers of the shapes are equal.",
        "`X` is (n, inputs). Which turn of `W` starts with inputs?",
    ),
    why="`X @ W.T + b`: n rows meet each of the outputs' weights, and the bias is added to every row alike.",
    objectives=("linear-by-hand",),
    covers=("S2-01", "S5-07", "S4-03"),
    minutes=5,
    difficulty=1,
    draw=draw_linear,
    observe=observe_linear,
    rtol=1e-5,
)

# ------------------------------------------------------------------ logits to labels


def draw_logits(seed):
    import random

    rng = random.Random(seed)

    def apart(count):
        # no two logits are equal and none is 0, so that no label hangs on a tie
        values = rng.sample([*range(-30, 0), *range(1, 31)], count)
        return [value / 10 for value in values]

    two = [[z] for z in apart(5)] + [[0.3], [-0.4], [1.7]]
    rng.shuffle(two)
    three = [apart(3) for _ in range(3)]
    # one column is high throughout, so that softmax along the wrong dimension gives it away to other classes
    three += [[4.1, 2.9, 0.0], [5.2, -1.3, 2.8], [4.5, 0.6, -2.2], [3.3, 1.2, 0.4]]
    rng.shuffle(three)
    return {"two": two, "three": three}


def observe_logits(function, inputs):
    import torch

    seen = {}
    for name in ("two", "three"):
        logits = torch.tensor(inputs[name])
        seen[f"to_labels(logits) for logits of shape {tuple(logits.shape)}"] = function(logits)
    return seen


_HEAD = "import torch\n\n\ndef to_labels(logits):\n"

logits_to_labels = Exercise(
    id="logits-to-labels",
    title="Logits to labels",
    function="to_labels",
    prompt="""Turn logits into labels. `logits` has the shape (n, C). For C = 1, the sigmoid of the logit would be the
probability of class 1: give label 1 where that probability is above one half, else 0. For C > 1, give the class with
the highest logit. Return whole numbers (int64) of shape (n,).""",
    stub='''import torch


def to_labels(logits):
    """Return the labels, int64 of shape (n,), for logits of shape (n, C)."""
    if logits.shape[1] == 1:
        return ...
    return ...
''',
    solutions={
        "threshold": _HEAD
        + """    if logits.shape[1] == 1:
        return (logits[:, 0] > 0.0).long()
    return logits.argmax(dim=1)
""",
        "probabilities": _HEAD
        + """    if logits.shape[1] == 1:
        return (torch.sigmoid(logits).squeeze(1) > 0.5).to(torch.int64)
    return logits.softmax(dim=-1).argmax(dim=-1)
""",
        "padded": _HEAD
        + """    if logits.shape[1] == 1:
        logits = torch.cat([torch.zeros_like(logits), logits], dim=1)
    return logits.max(dim=1).indices
""",
        "loops": _HEAD
        + """    labels = []
    for row in logits.tolist():
        labels.append(int(row[0] > 0) if len(row) == 1 else row.index(max(row)))
    return torch.tensor(labels)
""",
        "topk": _HEAD
        + """    if logits.shape[1] == 1:
        return torch.where(logits > 0, 1, 0).flatten()
    return logits.topk(1, dim=1).indices[:, 0]
""",
    },
    mistakes={
        "half-on-logit": Mistake(
            _HEAD
            + "    if logits.shape[1] == 1:\n        return (logits[:, 0] > 0.5).long()\n"
            + "    return logits.argmax(dim=1)\n",
            "0.5 is the threshold for probabilities, and these are logits. A logit of 0.3 is a probability of "
            "0.57, so its label is 1. On the logit scale the threshold is 0.0.",
            "threshold-half-on-logit",
        ),
        "argmax-for-one": Mistake(
            _HEAD + "    return logits.argmax(dim=1)\n",
            "With a single column, argmax has nothing to compare: the highest of one is always place 0, so every "
            "label is 0. One logit needs a threshold.",
        ),
        "down-the-rows": Mistake(
            _HEAD
            + "    if logits.shape[1] == 1:\n        return (logits[:, 0] > 0.0).long()\n"
            + "    return logits.argmax(dim=0)\n",
            "This looks down the rows: it finds the best sample for each class, C numbers. You want the best "
            "class for each sample, n numbers: name the dimension of the classes.",
        ),
        "softmax-down-the-rows": Mistake(
            _HEAD
            + "    if logits.shape[1] == 1:\n        return (logits[:, 0] > 0.0).long()\n"
            + "    return logits.softmax(dim=0).argmax(dim=1)\n",
            "Softmax went down the rows, so each class was shared out among the samples and the order within a "
            "row was lost. Classes stand in the last dimension; for a label no softmax is needed.",
            "softmax-wrong-dim",
        ),
        "probabilities": Mistake(
            _HEAD
            + "    if logits.shape[1] == 1:\n        return torch.sigmoid(logits)\n    return logits.softmax(dim=1)\n",
            "These are probabilities, one for each class. A label is one whole number for each row: still to be "
            "decided.",
            "logits-are-probabilities",
        ),
        "column-kept": Mistake(
            _HEAD
            + "    if logits.shape[1] == 1:\n        return (logits > 0.0).long()\n"
            + "    return logits.argmax(dim=1, keepdim=True)\n",
            "The labels are right, their shape is (n, 1). Compared with targets of shape (n,), that would "
            "broadcast to (n, n) in silence. Drop the last dimension.",
        ),
        "booleans": Mistake(
            _HEAD
            + "    if logits.shape[1] == 1:\n        return logits[:, 0] > 0.0\n    return logits.argmax(dim=1)\n",
            "For one logit this returns True and False. Labels are whole numbers; `.long()` makes them 1 and 0.",
        ),
        "floats": Mistake(
            _HEAD
            + "    if logits.shape[1] == 1:\n        return (logits[:, 0] > 0.0).float()\n"
            + "    return logits.argmax(dim=1).float()\n",
            "The labels are right, but as decimals. Class ids count and do not measure: int64.",
            "dtype-is-cosmetic",
        ),
        "lowest": Mistake(
            _HEAD
            + "    if logits.shape[1] == 1:\n        return (logits[:, 0] < 0.0).long()\n"
            + "    return logits.argmin(dim=1)\n",
            "Everything is turned round: this picks the least likely class. The highest logit wins.",
        ),
    },
    hints=(
        "Which logit has the sigmoid 0.5?",
        "For several classes: a method that gives the place of the highest value. Along which dimension do "
        "the classes stand?",
        "Look at shape and dtype of what you return: (n,) and whole numbers.",
    ),
    why="`(logits[:, 0] > 0.0).long()` and `logits.argmax(dim=1)`: no sigmoid or softmax is needed first.",
    objectives=("logits-to-labels",),
    covers=("X-10", "X-16", "R-20", "S2-05"),
    minutes=7,
    difficulty=2,
    draw=draw_logits,
    observe=observe_logits,
)

# ------------------------------------------------------------------ XOR without training


def draw_corners(seed):
    import random

    rng = random.Random(seed)
    return {"noise": [[[round(rng.uniform(-0.1, 0.1), 3) for _ in range(2)] for _ in range(6)] for _ in range(4)]}


def observe_corners(function, inputs):
    import torch

    W1, b1, W2, b2 = (torch.as_tensor(part, dtype=torch.float32) for part in function())
    seen = {"shapes of W1, b1, W2, b2": [list(part.shape) for part in (W1, b1, W2, b2)]}
    for corner, noise in zip(([0, 0], [0, 1], [1, 0], [1, 1]), inputs["noise"], strict=True):
        X = torch.tensor(corner) + torch.tensor([[0.0, 0.0], *noise])
        logits = torch.relu(X @ W1.T + b1) @ W2.T + b2
        seen[f"labels of {corner} and six points close by"] = (logits > 0.0).long().flatten().tolist()
    return {"xor_weights()": seen}  # one observation: half an XOR is none


_XOR = "def xor_weights():\n    W1 = {}\n    b1 = {}\n    W2 = {}\n    b2 = {}\n    return W1, b1, W2, b2\n"


def _weights(*parts):
    return _XOR.format(*parts)


xor_by_hand = Exercise(
    id="xor-by-hand",
    title="XOR without training",
    function="xor_weights",
    prompt="""The net is `Linear(2, 2)`, ReLU, `Linear(2, 1)`; label 1 is given where the logit is above 0.0. Choose its
nine numbers by hand so that (0, 1) and (1, 0) get label 1, and (0, 0) and (1, 1) get label 0. Return `W1` (2, 2),
`b1` (2,), `W2` (1, 2), `b2` (1,), as lists or tensors. Points up to 0.1 away from a
corner have to get its label too.""",
    stub='''def xor_weights():
    """Return W1 (2, 2), b1 (2,), W2 (1, 2) and b2 (1,)."""
    W1 = [[1.0, 0.0], [0.0, 1.0]]
    b1 = [0.0, 0.0]
    W2 = [[1.0, 1.0]]
    b2 = [0.0]
    return W1, b1, W2, b2
''',
    solutions={
        "sum-and-both": _weights("[[1.0, 1.0], [1.0, 1.0]]", "[0.0, -1.0]", "[[1.0, -2.0]]", "[-0.5]"),
        "two-differences": _weights("[[1.0, -1.0], [-1.0, 1.0]]", "[0.0, 0.0]", "[[1.0, 1.0]]", "[-0.5]"),
        "as-tensors": "import torch\n\n\ndef xor_weights():\n    W1 = torch.tensor([[2.0, -2.0], [-2.0, 2.0]])\n"
        "    return W1, torch.zeros(2), torch.tensor([[3.0, 3.0]]), torch.tensor([-3.0])\n",
        "neither-and-both": _weights("[[-1.0, -1.0], [1.0, 1.0]]", "[1.0, -1.0]", "[[-1.0, -1.0]]", "[0.5]"),
    },
    mistakes={
        "or": Mistake(
            _weights("[[1.0, 1.0], [1.0, 1.0]]", "[0.0, -1.0]", "[[1.0, 0.0]]", "[-0.5]"),
            "That is OR: (1, 1) gets label 1 as well. The second hidden unit should notice when **both** inputs "
            "are on, and pull the logit down.",
        ),
        "and": Mistake(
            _weights("[[1.0, 1.0], [1.0, 1.0]]", "[0.0, -1.0]", "[[0.0, 1.0]]", "[-0.5]"),
            "That is AND: only (1, 1) gets label 1. You have the unit that notices both; now use it against the logit.",
        ),
        "turned-round": Mistake(
            _weights("[[1.0, -1.0], [-1.0, 1.0]]", "[0.0, 0.0]", "[[-1.0, -1.0]]", "[0.5]"),
            "Exactly the other way round: equal inputs get label 1. Turn the signs of the second layer.",
        ),
        "no-last-bias": Mistake(
            _weights("[[1.0, -1.0], [-1.0, 1.0]]", "[0.0, 0.0]", "[[1.0, 1.0]]", "[0.0]"),
            "At the corners this is right, but the smallest step away from (0, 0) or (1, 1) lifts the logit "
            "above 0.0. Lower the last bias, so that there is a margin on both sides.",
        ),
        "one-difference": Mistake(
            _weights("[[1.0, -1.0], [1.0, -1.0]]", "[0.0, 0.0]", "[[1.0, 1.0]]", "[-0.5]"),
            "Both hidden units notice the same thing, that the first input is larger, so (0, 1) is lost. ReLU "
            "shuts one side: let the other unit watch that side.",
        ),
    },
    hints=(
        "Without ReLU it cannot be done: a plane has to be above 0 at two opposite corners and below it at "
        "the other two, and it cannot be both in the middle. Let each hidden unit notice one thing.",
        "Two things worth noticing: 'the first is larger' and 'the second is larger'. Which weights make "
        "relu(x1 - x2)?",
        "Add both units up: 0 at (0, 0) and (1, 1), 1 at the other two corners. Where between 0 and 1 should "
        "the threshold stand, and which bias puts it there?",
    ),
    why="relu(x1 - x2) + relu(x2 - x1) - 0.5 is one of many answers. The forward pass does whatever its weights say: "
    "training only has to find such numbers.",
    objectives=("linear-by-hand", "logits-to-labels"),
    covers=("S5-07", "S4-09", "R-20"),
    minutes=20,
    difficulty=3,
    draw=draw_corners,
    observe=observe_corners,
)
