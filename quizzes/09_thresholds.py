"""The code exercises of lesson 09: a threshold, a weighted loss, a curve, a reliability table, a temperature."""

from lessontools.practice.exercise import Exercise, Mistake

# ------------------------------------------------------------------ a threshold by its price


def draw_patients(seed):
    import random

    rng = random.Random(seed)

    def rows(ill_at, well_at):
        y = [1] * 24 + [0] * 36
        rng.shuffle(y)
        places = [min(99, max(0, round(100 * rng.gauss(ill_at if truth else well_at, 0.2)))) for truth in y]
        return {"p": [(100 * place + 37) / 10000 for place in places], "y": y}

    return {"miss": [5, 1, 20], "val": rows(0.6, 0.3), "test": rows(0.42, 0.16)}


def observe_tuning(function, inputs):
    import torch

    val, test = inputs["val"], inputs["test"]
    p_val, y_val = torch.tensor(val["p"]), torch.tensor(val["y"], dtype=torch.float32)
    p_test, y_test = torch.tensor(test["p"]), torch.tensor(test["y"], dtype=torch.float32)

    def cost(p, y, threshold, miss):
        called = p > threshold
        return (miss * (~called & (y == 1)).sum() + (called & (y == 0)).sum()).item()

    seen = {}
    for miss in inputs["miss"]:
        threshold, reported = function(p_val.clone(), y_val.clone(), p_test.clone(), y_test.clone(), miss)
        call = f"tune(p_val, y_val, p_test, y_test, {miss})"
        seen[f"{call}: what your threshold costs on the validation rows"] = cost(p_val, y_val, float(threshold), miss)
        real = cost(p_test, y_test, float(threshold), miss)
        seen[f"{call}: your second number, less what your threshold costs on the test rows"] = float(reported) - real
    return seen


_TUNE = "import torch\n\n\n"
_COST = """def cost(p, y, threshold, miss):
    called = p > threshold
    misses = (~called & (y == 1)).sum().item()
    alarms = (called & (y == 0)).sum().item()
    return miss * misses + alarms


"""
_BODY = """def tune(p_val, y_val, p_test, y_test, miss):
    grid = [k / 100 for k in range(101)]
    best = min(grid, key=lambda t: {by})
    return best, {told}
"""


def _tune(by="cost(p_val, y_val, t, miss)", told="cost(p_test, y_test, best, miss)", cost=_COST):
    return _TUNE + cost + _BODY.format(by=by, told=told)


choose_threshold = Exercise(
    id="choose-threshold",
    title="A threshold by its price",
    function="tune",
    prompt="""A row is called positive if `p > threshold`. A missed positive costs `miss`, a false alarm costs 1, and
the cost of a set of rows is the sum. Return two numbers: a threshold with the lowest possible cost on the
**validation** rows (any of them, if there are several), and the cost of that threshold on the **test** rows. `p_val`,
`p_test` are probabilities, `y_val`, `y_test` are 0.0 or 1.0; all have the shape (n,).""",
    stub='''import torch


def tune(p_val, y_val, p_test, y_test, miss):
    """Return the cheapest threshold on the validation rows, and its cost on the test rows."""
    best = ...
    return best, ...
''',
    solutions={
        "grid": _tune(),
        "candidates": _TUNE
        + """def cost(p, y, t, miss):
    return float((miss * y * (p <= t) + (1 - y) * (p > t)).sum())


def tune(p_val, y_val, p_test, y_test, miss):
    candidates = [0.0, *p_val.tolist()]
    costs = [cost(p_val, y_val, t, miss) for t in candidates]
    best = candidates[costs.index(min(costs))]
    return best, cost(p_test, y_test, best, miss)
""",
        "matrix": _TUNE
        + """def tune(p_val, y_val, p_test, y_test, miss):
    grid = torch.linspace(0, 1, 201)

    def costs(p, y):
        called = (p[:, None] > grid).float()
        return (miss * y[:, None] * (1 - called) + (1 - y[:, None]) * called).sum(dim=0)

    at = costs(p_val, y_val).argmin()
    return grid[at].item(), costs(p_test, y_test)[at].item()
""",
        "sorted-walk": _TUNE
        + """def tune(p_val, y_val, p_test, y_test, miss):
    order = p_val.argsort(descending=True)
    p, y = p_val[order].tolist(), y_val[order].tolist()
    now = lowest = miss * sum(y)  # nobody is called
    best = 1.0
    for k in range(len(p)):
        now += 1 - y[k] - miss * y[k]
        if (k + 1 == len(p) or p[k + 1] < p[k]) and now < lowest:
            lowest, best = now, p[k] - 0.001
    called = p_test > best
    return best, (miss * ((~called) & (y_test == 1)).sum() + (called & (y_test == 0)).sum()).item()
""",
        "sklearn": """from sklearn.metrics import confusion_matrix


def tune(p_val, y_val, p_test, y_test, miss):
    def cost(p, y, t):
        tn, fp, fn, tp = confusion_matrix(y.int(), (p > t).int(), labels=[0, 1]).ravel().tolist()
        return miss * fn + fp

    best = min((k / 100 for k in range(101)), key=lambda t: cost(p_val, y_val, t))
    return best, cost(p_test, y_test, best)
""",
    },
    mistakes={
        "tuned-on-test": Mistake(
            _tune(by="cost(p_test, y_test, t, miss)"),
            "This threshold is the cheapest on the **test** rows. They are there to judge it, and whoever is chosen by "
            "his judge looks better than he is. Choose on the validation rows.",
            "threshold-tuned-on-test",
        ),
        "always-half": Mistake(
            _TUNE + _COST + "def tune(p_val, y_val, p_test, y_test, miss):\n"
            "    return 0.5, cost(p_test, y_test, 0.5, miss)\n",
            "0.5 was taken without a look at the price. It would be right if both kinds of error cost the same and the "
            "probabilities were honest.",
            "half-is-natural",
        ),
        "price-reversed": Mistake(
            _tune(cost=_COST.replace("miss * misses + alarms", "misses + miss * alarms")),
            "The price stands at the wrong error: `miss` is what a **missed positive** costs, a false alarm costs 1.",
            "precision-recall-swapped",
        ),
        "price-forgotten": Mistake(
            _tune(cost=_COST.replace("miss * misses + alarms", "misses + alarms")),
            "Both kinds of error cost 1 here, so this threshold has the best accuracy. A miss costs `miss`.",
            "half-is-natural",
        ),
        "validation-cost-told": Mistake(
            _tune(told="cost(p_val, y_val, best, miss)"),
            "The threshold is right. The cost that you tell is that of the validation rows, where it was picked for "
            "being low; asked is that of the test rows.",
            "threshold-tuned-on-test",
        ),
        "by-formula": Mistake(
            _TUNE + _COST + "def tune(p_val, y_val, p_test, y_test, miss):\n    best = 1 / (1 + miss)\n"
            "    return best, cost(p_test, y_test, best, miss)\n",
            "1 / (1 + miss) is the cheapest threshold if the probabilities are honest. These are not; asked is the "
            "one that is cheapest on the validation rows.",
            "sigmoid-is-honest",
        ),
        "dearest": Mistake(
            _tune().replace("min(grid", "max(grid"),
            "This is the threshold with the **highest** cost. A cost is to be low.",
        ),
        "mean-cost": Mistake(
            _tune(told="cost(p_test, y_test, best, miss) / len(y_test)"),
            "The threshold is right; the second number is the cost per row. Asked is the sum over the test rows.",
        ),
    },
    hints=(
        "Write a function for the cost of one threshold on any rows first; you need it for both sets.",
        "Then try many thresholds, for instance 0.00, 0.01, ... 1.00, and keep the cheapest on the validation rows.",
        "`min(grid, key=lambda t: cost(p_val, y_val, t, miss))`; and call `cost` once more, with the test rows.",
    ),
    why="Two sets of rows for two jobs: one chooses, the other judges, once.",
    objectives=("tune-on-validation", "price-the-errors"),
    covers=("X-31", "S3-08"),
    minutes=7,
    difficulty=2,
    seconds=10,  # importing scikit-learn counts
    draw=draw_patients,
    observe=observe_tuning,
)

# ------------------------------------------------------------------ a weighted loss


def draw_logits(seed):
    import random

    rng = random.Random(seed)
    cases = []
    for rows, ill in ((20, 4), (12, 9), (30, 1)):
        y = [1.0] * ill + [0.0] * (rows - ill)
        rng.shuffle(y)
        cases.append({"logits": [round(rng.gauss(0.0, 2.0), 2) for _ in y], "y": y})
    cases[0]["logits"][0], cases[0]["logits"][1] = 130.0, -130.0  # a sigmoid of these is exactly 1 or 0
    cases[0]["y"][0], cases[0]["y"][1] = 1.0, 1.0
    return {"cases": cases}


def observe_loss(function, inputs):
    import torch

    seen = {}
    for case in inputs["cases"]:
        logits, y = torch.tensor(case["logits"], requires_grad=True), torch.tensor(case["y"])
        loss = function(logits, y)
        call = f"balanced_loss(logits, y) for {len(y)} rows, {int(y.sum())} of them positive"
        seen[call] = loss
        seen[f"slopes for the logits after {call}"] = torch.autograd.grad(loss, logits)[0]
    return seen


_LOSS = "import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n\n\ndef balanced_loss(logits, y):\n"
_RATIO = "    ratio = (y == 0).sum() / (y == 1).sum()\n"

balanced_loss = Exercise(
    id="balanced-loss",
    title="A loss in which the rare class counts",
    function="balanced_loss",
    prompt="""Return the binary cross-entropy in which every positive row counts **negatives / positives** times (as
many as there are in `y`) and every negative row once, divided by the number of rows: a tensor of the shape ().
`logits` and `y` (0.0 or 1.0) have the shape (n,), and both classes occur. It must stay finite for logits of ±130.""",
    stub='''import torch
from torch import nn
from torch.nn import functional as F


def balanced_loss(logits, y):
    """Return the mean binary cross-entropy, each positive row counting negatives / positives times."""
    return ...
''',
    solutions={
        "module": _LOSS + _RATIO + "    return nn.BCEWithLogitsLoss(pos_weight=ratio)(logits, y)\n",
        "row-weights": _LOSS
        + _RATIO
        + "    return F.binary_cross_entropy_with_logits(logits, y, weight=torch.where(y == 1, ratio, 1.0))\n",
        "softplus": _LOSS
        + _RATIO
        + "    return (ratio * y * F.softplus(-logits) + (1 - y) * F.softplus(logits)).mean()\n",
        "class-means": _LOSS
        + """    each = F.binary_cross_entropy_with_logits(logits, y, reduction="none")
    return (1 - y.mean()) * (each[y == 1].mean() + each[y == 0].mean())
""",
        "loop": _LOSS
        + """    positives = sum(y.tolist())
    ratio = (len(y) - positives) / positives
    total = 0.0
    for z, truth in zip(logits, y):
        total = total + (ratio * F.softplus(-z) if truth == 1 else F.softplus(z))
    return total / len(y)
""",
    },
    mistakes={
        "reversed": Mistake(
            _LOSS + "    ratio = (y == 1).sum() / (y == 0).sum()\n"
            "    return nn.BCEWithLogitsLoss(pos_weight=ratio)(logits, y)\n",
            "The ratio stands on its head: positives over negatives makes the rare class count even less. It is "
            "negatives over positives.",
            "pos-weight-reversed",
        ),
        "plain": Mistake(
            _LOSS + "    return nn.BCEWithLogitsLoss()(logits, y)\n",
            "Every row counts alike here, so the common class outvotes the rare one. Positives are to count more.",
            "ce-balances",
        ),
        "share": Mistake(
            _LOSS + "    return nn.BCEWithLogitsLoss(pos_weight=len(y) / y.sum())(logits, y)\n",
            "The weight is rows over positives. Close when positives are rare, but the aim was that both classes "
            "count alike in sum: **negatives** over positives.",
        ),
        "all-scaled": Mistake(
            _LOSS + _RATIO + "    return F.binary_cross_entropy_with_logits(logits, y, weight=ratio)\n",
            "`weight` with one number scales every row, the negatives too: the balance stays as it was. `pos_weight` "
            "scales the positives only.",
        ),
        "divided-by-weights": Mistake(
            _LOSS
            + _RATIO
            + """    w = torch.where(y == 1, ratio, 1.0)
    each = F.binary_cross_entropy_with_logits(logits, y, reduction="none")
    return (w * each).sum() / w.sum()
""",
            "This divides by the sum of the weights, as `CrossEntropyLoss` does with class weights. `pos_weight` "
            "divides by the number of rows.",
            "class-weights-multiply",
        ),
        "summed": Mistake(
            _LOSS + _RATIO + '    return nn.BCEWithLogitsLoss(pos_weight=ratio, reduction="sum")(logits, y)\n',
            "This is the sum over the rows. It was to be divided by their number.",
            "sum-reduction",
        ),
        "double-sigmoid": Mistake(
            _LOSS + _RATIO + "    return nn.BCEWithLogitsLoss(pos_weight=ratio)(torch.sigmoid(logits), y)\n",
            "The loss with logits applies the sigmoid itself; here it is applied twice.",
            "double-sigmoid",
        ),
        "log-of-sigmoid": Mistake(
            _LOSS
            + _RATIO
            + "    p = torch.sigmoid(logits)\n"
            + "    return -(ratio * y * p.log() + (1 - y) * (1 - p).log()).mean()\n",
            "Right on paper. For a logit of -130 the sigmoid is 0 in float32, and its logarithm has no finite value: "
            "stay with the losses that take logits.",
            "paper-equals-float",
        ),
        "per-positive": Mistake(
            _LOSS + "    return nn.BCEWithLogitsLoss(pos_weight=(y == 0).sum())(logits, y)\n",
            "Each positive counts as often as there are negatives. All positives **together** are to count that much, "
            "so divide by their number.",
        ),
    },
    hints=(
        "How many negatives stand against one positive? That is the weight of a positive.",
        "`nn.BCEWithLogitsLoss` has an argument for exactly this.",
        "`pos_weight=(y == 0).sum() / (y == 1).sum()`",
    ),
    why="With this weight both classes have the same say in sum. The price: the outputs are no probabilities any more.",
    objectives=("steer-by-loss",),
    covers=("S1-08", "R-23", "X-14"),
    minutes=5,
    difficulty=1,
    draw=draw_logits,
    observe=observe_loss,
)

# ------------------------------------------------------------------ a precision-recall curve


def draw_scores(seed):
    import random

    rng = random.Random(seed)
    cases = []
    for rows, ill, ties in ((10, 4, False), (16, 3, True)):
        y = [1] * ill + [0] * (rows - ill)
        scores = rng.sample(range(-30, 60), rows)
        if ties:  # three rows share a score, one of them positive
            scores[0] = scores[ill] = scores[ill + 1]
        order = rng.sample(range(rows), rows)
        cases.append({"scores": [scores[at] / 10 for at in order], "y": [y[at] for at in order]})
    return {"cases": cases}


def observe_curve(function, inputs):
    import torch

    seen = {}
    for case in inputs["cases"]:
        scores, y = torch.tensor(case["scores"]), torch.tensor(case["y"])
        distinct = len(set(case["scores"]))
        precision, recall = function(scores, y)
        call = f"pr_curve(scores, y) for {len(y)} rows with {distinct} different scores"
        for name, found in (("precision", precision), ("recall", recall)):
            seen[f"{call}: {name}"] = torch.as_tensor(found, dtype=torch.float64)
    return seen


_CURVE = "import torch\n\n\ndef pr_curve(scores, y):\n"
_STEPS = """    precision, recall = [], []
    for t in {levels}:
        called = scores {sign} t
        tp = (called & (y == 1)).sum().item()
        precision.append(tp / {below})
        recall.append(tp / {real})
    return torch.tensor({first}), torch.tensor({second})
"""
_STEP = {
    "levels": "sorted(set(scores.tolist()), reverse=True)",
    "sign": ">=",
    "below": "called.sum().item()",
    "real": "(y == 1).sum().item()",
    "first": "precision",
    "second": "recall",
}


def _curve(**changed):
    return _CURVE + _STEPS.format(**(_STEP | changed))


precision_recall_curve = Exercise(
    id="pr-curve",
    title="A precision-recall curve",
    function="pr_curve",
    prompt="""`scores` are logits, shape (n,), and `y` holds 0 or 1 (int64). For **each different** score, from the
highest to the lowest, call positive what has this score or a higher one. Return two tensors, precision and recall,
with one number for each different score. Rows of one score go together: no threshold can part them. There is at least
one positive.""",
    stub='''import torch


def pr_curve(scores, y):
    """Return precision and recall at each different score, from the highest to the lowest."""
    precision, recall = [], []
    for t in sorted(set(scores.tolist()), reverse=True):
        ...
    return torch.tensor(precision), torch.tensor(recall)
''',
    solutions={
        "loop": _curve(),
        "cumulative": _CURVE
        + """    order = scores.argsort(descending=True)
    s, hit = scores[order], y[order].double()
    tp, called = hit.cumsum(0), torch.arange(1, len(s) + 1)
    last = torch.cat([s[1:] != s[:-1], torch.tensor([True])])  # the last row of each score
    return (tp / called)[last], (tp / hit.sum())[last]
""",
        "matrix": _CURVE
        + """    levels = scores.unique().flip(0)
    called = scores >= levels[:, None]
    tp = (called & (y == 1)).sum(dim=1)
    return tp / called.sum(dim=1), tp / (y == 1).sum()
""",
        "sklearn": "import torch\nfrom sklearn.metrics import precision_recall_curve\n\n\n"
        + """def pr_curve(scores, y):
    precision, recall, _ = precision_recall_curve(y.numpy(), scores.numpy())
    return torch.tensor(precision[:-1][::-1].copy()), torch.tensor(recall[:-1][::-1].copy())
""",
    },
    mistakes={
        "ties-parted": Mistake(
            _CURVE
            + """    order = scores.argsort(descending=True, stable=True)
    tp = y[order].cumsum(0)
    return tp / torch.arange(1, len(y) + 1), tp / y.sum()
""",
            "One number for each **row**. Rows with the same score cannot be parted by a threshold: they are called "
            "together, so such a score gives one point.",
        ),
        "above-only": Mistake(
            _curve(sign=">", below="max(1, called.sum().item())"),
            "Here only higher scores are called, `>`. The row with the score itself was to be among them, so all your "
            "points come one late.",
        ),
        "upwards": Mistake(
            _curve(levels="sorted(set(scores.tolist()))"),
            "The points are right, in the wrong direction: strictest first, so from the highest score down.",
        ),
        "swapped": Mistake(
            _curve(first="recall", second="precision"),
            "Precision and recall have traded places. Precision divides by all that were called, recall by all that "
            "are positive.",
            "precision-recall-swapped",
        ),
        "false-alarm-rate": Mistake(
            _CURVE
            + """    levels = scores.unique().flip(0)
    called = scores >= levels[:, None]
    fp = (called & (y == 0)).sum(dim=1)
    return fp / (y == 0).sum(), (called & (y == 1)).sum(dim=1) / (y == 1).sum()
""",
            "Your first tensor is the share of the **negatives** that got an alarm: that makes a ROC curve. Precision "
            "divides by those that were called.",
            "roc-tells-precision",
        ),
        "accuracy": Mistake(
            _CURVE
            + """    levels = scores.unique().flip(0)
    called = scores >= levels[:, None]
    right = called == (y == 1)
    return right.double().mean(dim=1), (called & (y == 1)).sum(dim=1) / (y == 1).sum()
""",
            "Your first tensor is the accuracy at each threshold. Precision looks at those that were called, and at "
            "no others.",
        ),
        "over-all-rows": Mistake(
            _curve(real="len(y)"),
            "Your recall divides by all rows. It divides by the real positives, so that it ends at 1.",
            "precision-recall-swapped",
        ),
        "two-decimals": Mistake(
            _curve(levels="[k / 10 for k in range(9, -1, -1)]", below="max(1, called.sum().item())"),
            "These are the thresholds .9, .8 down to 0, as for probabilities. The scores are logits, of any size; the "
            "thresholds to try are the scores themselves.",
            "threshold-half-on-logit",
        ),
    },
    hints=(
        "`scores >= t` says who is called at the threshold t.",
        "Precision: hits among the called. Recall: hits among the positives.",
        "For a quick way: sort, `cumsum` the hits, and keep the last row of each score.",
    ),
    why="A curve is a list of matrices, one for each different score; nothing but counting is in it.",
    objectives=("read-the-curves",),
    covers=("X-32", "S3-07"),
    minutes=7,
    difficulty=2,
    seconds=10,  # importing scikit-learn counts
    draw=draw_scores,
    observe=observe_curve,
)

# ------------------------------------------------------------------ a reliability table


def draw_forecasts(seed):
    import random

    rng = random.Random(seed)
    cases = []
    for bins in (5, 4):
        p = [0.01 + 0.98 * rng.random() for _ in range(40)]
        p = [round(one, 4) for one in p if int(one * bins) != 1]  # the second bin stays empty
        p = [one if min(one * bins % 1, 1 - one * bins % 1) > 0.01 else one + 0.004 for one in p] + [1.0, 0.0]
        y = [int(rng.random() < 0.15 + 0.6 * one) for one in p]
        cases.append({"p": p, "y": y, "bins": bins})
    return {"cases": cases}


def observe_table(function, inputs):
    import torch

    seen = {}
    for case in inputs["cases"]:
        p, y, bins = torch.tensor(case["p"]), torch.tensor(case["y"]), case["bins"]
        found = torch.as_tensor(function(p, y, bins), dtype=torch.float64)
        seen[f"reliability(p, y, {bins}) for {len(p)} rows, one with p = 1, and none in the second bin"] = found
    return seen


_TABLE = "import torch\n\n\ndef reliability(p, y, bins):\n"
_ROWS = """    place = {place}
    table = torch.zeros(bins, 3)
    for b in range(bins):
        here = place == b
        if {guard}:
            table[b] = torch.tensor([here.sum(), {said}, {found}])
    return table
"""
_ROW = {
    "place": "(p * bins).long().clamp(max=bins - 1)",
    "guard": "here.any()",
    "said": "p[here].mean()",
    "found": "y[here].float().mean()",
}


def _table(**changed):
    return _TABLE + _ROWS.format(**(_ROW | changed))


reliability_table = Exercise(
    id="reliability-table",
    title="A reliability table",
    function="reliability",
    prompt="""Sort the rows by their probability `p` (shape (n,), 0 to 1) into `bins` bins of the same width. Return a
tensor (bins, 3): for each bin the number of rows, their mean `p`, and the share of them that is positive (`y` is 0 or
1, int64). A row with p = 1 belongs to the last bin; a bin without rows gets three zeros.""",
    stub='''import torch


def reliability(p, y, bins):
    """Return a (bins, 3) tensor: rows, mean p, share of positives, for each bin."""
    table = torch.zeros(bins, 3)
    for b in range(bins):
        ...
    return table
''',
    solutions={
        "loop": _table(),
        "bincount": _TABLE
        + """    place = (p * bins).long().clamp(max=bins - 1)
    rows = torch.bincount(place, minlength=bins)
    said = torch.bincount(place, weights=p, minlength=bins)
    found = torch.bincount(place, weights=y.to(p.dtype), minlength=bins)
    return torch.stack([rows, said / rows.clamp(min=1), found / rows.clamp(min=1)], dim=1)
""",
        "edges": _TABLE
        + """    table = []
    for b in range(bins):
        low, high = b / bins, (b + 1) / bins
        here = (p >= low) & ((p < high) | (b == bins - 1))
        n = here.sum().item()
        table.append([n, p[here].sum().item() / max(n, 1), y[here].sum().item() / max(n, 1)])
    return torch.tensor(table)
""",
        "plain-python": _TABLE
        + """    table = [[0, 0.0, 0.0] for _ in range(bins)]
    for one, truth in zip(p.tolist(), y.tolist()):
        row = table[min(int(one * bins), bins - 1)]
        row[0] += 1
        row[1] += one
        row[2] += truth
    return torch.tensor([[n, said / max(n, 1), found / max(n, 1)] for n, said, found in table])
""",
    },
    mistakes={
        "one-is-lost": Mistake(
            _table(place="(p * bins).long()"),
            "The row with p = 1 has fallen out: `1.0 * bins` is one bin too far. It belongs to the last one.",
        ),
        "middles": Mistake(
            _table(said="torch.tensor((b + 0.5) / bins)"),
            "The second column holds the bins' middles. The rows of a bin need not lie round its middle: take the "
            "mean of their p.",
        ),
        "hits": Mistake(
            _table(found="((p[here] > 0.5) == (y[here] == 1)).float().mean()"),
            "The third column is the share of **right labels**, at the threshold .5. Asked is the share of positives: "
            "in a bin near 0 it should be near 0.",
            "sigmoid-is-honest",
        ),
        "swapped": Mistake(
            _table(said="y[here].float().mean()", found="p[here].mean()"),
            "The second and third column have traded places: first what the model says, then what is.",
        ),
        "empty-is-nan": Mistake(
            _table(guard="True"),
            "The mean of no rows is nan. A bin without rows was to hold three zeros.",
            "not-finite",
        ),
        "equal-rows": Mistake(
            _table(place="p.argsort().argsort() * bins // len(p)"),
            "Your bins hold equally many rows. That is a way to do it, too; here the bins have equal **width**, "
            "whoever falls in.",
        ),
        "shares-of-all": Mistake(
            _table(found="y[here].sum() / len(y)"),
            "The third column divides by all rows. It is the share among the rows of this bin.",
        ),
        "from-the-positives": Mistake(
            _table(found="y[here].sum() / y.sum()"),
            "The third column says which part of all positives is in this bin, a kind of recall. Asked is the share of "
            "positives among the bin's rows.",
            "precision-recall-swapped",
        ),
    },
    hints=(
        "Which bin is a row in? `(p * bins).long()` says it, for all p below 1.",
        "`.clamp(max=bins - 1)` brings p = 1 home.",
        "For each bin: `here = place == b`, then `here.sum()`, `p[here].mean()`, `y[here].float().mean()`, if there "
        "is any row.",
    ),
    why="What the model says against what is, bin by bin. Where the two columns agree, its numbers may be called "
    "probabilities.",
    objectives=("trust-probabilities",),
    covers=("X-32",),
    minutes=6,
    difficulty=2,
    draw=draw_forecasts,
    observe=observe_table,
)

# ------------------------------------------------------------------ a temperature


def draw_confidence(seed):
    import random

    rng = random.Random(seed)
    cases = []
    for scale in (3.0, 0.4, 8.0):
        honest = [rng.gauss(-0.5, 1.5) for _ in range(400)]
        y = [int(rng.random() < 1 / (1 + 2.718281828**-z)) for z in honest]
        cases.append({"logits": [round(scale * z, 3) for z in honest], "y": y})
    return {"cases": cases}


def observe_temperature(function, inputs):
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    grid = torch.logspace(-2, 2, 801, dtype=torch.float64)
    seen = {}
    for case in inputs["cases"]:
        logits, y = torch.tensor(case["logits"]), torch.tensor(case["y"], dtype=torch.float32)
        found = float(function(logits, y))
        scaled = logits.double() / grid[:, None]
        losses = binary_cross_entropy_with_logits(scaled, y.double().expand_as(scaled), reduction="none").mean(dim=1)
        call = f"temperature(logits, y) for logits of size {logits.abs().mean():.1f}"
        if found <= 0:
            seen[call] = "not above 0: the order of the rows is turned round, or there is none"
            continue
        gap = binary_cross_entropy_with_logits(logits.double() / found, y.double()).item() - losses.min().item()
        best = grid[losses.argmin()].item()
        told = "less than .001" if gap < 0.001 else f"{gap:.3f}, with a temperature {found / best:.2f} times the best"
        seen[f"{call}: the loss above the lowest that a temperature can reach"] = told
    return seen


_WARM = "import torch\nfrom torch.nn import functional as F\n\n\ndef temperature(logits, y):\n"
_SEARCH = """    grid = {grid}
    losses = [F.binary_cross_entropy_with_logits({scaled}, y).item() for t in grid]
    return {told}grid[losses.index({pick}(losses))]
"""


def _search(grid="torch.logspace(-2, 2, 401).tolist()", scaled="logits / t", told="", pick="min"):
    return _WARM + _SEARCH.format(grid=grid, scaled=scaled, told=told, pick=pick)


best_temperature = Exercise(
    id="temperature",
    title="A temperature for a boaster",
    function="temperature",
    prompt="""Return one number T > 0, such that the binary cross-entropy of `logits / T` against `y` is within .001 of
the lowest that any T can reach. `logits` and `y` (0.0 or 1.0) have the shape (n,). The best T lies between 0.1 and 20;
it may be below 1, for a model that is too shy. Search, gradient descent, an optimizer of torch: any way will do.""",
    stub='''import torch
from torch.nn import functional as F


def temperature(logits, y):
    """Return the T > 0 with the lowest binary cross-entropy of logits / T."""
    return 1.0
''',
    solutions={
        "grid": _search(),
        "gradient": _WARM
        + """    log_t = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.Adam([log_t], lr=0.1)
    for _ in range(300):
        optimizer.zero_grad()
        F.binary_cross_entropy_with_logits(logits / log_t.exp(), y).backward()
        optimizer.step()
    return log_t.exp().item()
""",
        "lbfgs": _WARM
        + """    a = torch.ones((), requires_grad=True)
    optimizer = torch.optim.LBFGS([a], lr=0.5, max_iter=100, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = F.binary_cross_entropy_with_logits(a * logits, y)
        loss.backward()
        return loss

    optimizer.step(closure)
    return 1 / a.item()
""",
        "ternary": _WARM
        + """    def loss(a):
        return F.binary_cross_entropy_with_logits(a * logits, y).item()

    low, high = 0.01, 20.0  # the loss has one valley along a = 1 / T
    for _ in range(60):
        one, two = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, two) if loss(one) < loss(two) else (one, high)
    return 2 / (low + high)
""",
    },
    mistakes={
        "turned-round": Mistake(
            _search(scaled="logits * t"),
            "This is 1 / T: your search **multiplied** the logits, and they are to be divided by what you return.",
        ),
        "only-cooling": Mistake(
            _search(grid="[1 + k / 50 for k in range(1000)]"),
            "Your search starts at 1, so it can tame a boaster and not encourage a shy model. The best T may lie "
            "below 1.",
        ),
        "short-grid": Mistake(
            _search(grid="[k / 50 for k in range(5, 200)]"),
            "Your search ends too early: one of the models needs more than a T of 4.",
        ),
        "by-accuracy": Mistake(
            _WARM
            + """    grid = torch.linspace(0.1, 20, 200).tolist()
    hits = [((logits / t > 0) == (y == 1)).float().mean().item() for t in grid]
    return grid[hits.index(max(hits))]
""",
            "Chosen by accuracy. Dividing by T > 0 changes no sign, so no label and no accuracy: all T look alike to "
            "it. Ask the loss.",
            "sigmoid-is-honest",
        ),
        "logarithm": Mistake(
            "from math import log\n" + _search(told="0.01 + abs(log(").replace("(losses))]", "(losses))]))"),
            "This is a logarithm of T. Return T itself.",
        ),
        "spread": Mistake(
            _WARM + "    return logits.std().item()\n",
            "This makes the logits' spread 1, whatever `y` says. How sure a model may be is not to be seen from its "
            "logits alone.",
            "sigmoid-is-honest",
        ),
        "double-sigmoid": Mistake(
            _search(scaled="torch.sigmoid(logits) / t"),
            "The sigmoid was applied first, and the loss applies it again. A temperature divides logits.",
            "double-sigmoid",
        ),
        "dearest": Mistake(
            _search(pick="max"),
            "This T has the highest loss of all. Look for the lowest.",
        ),
    },
    hints=(
        "One number, one loss: you could simply try many values of T.",
        "From which to which? T may be 0.1 or 20, so take steps that grow: `torch.logspace(-2, 2, 401)`.",
        "`losses = [F.binary_cross_entropy_with_logits(logits / t, y).item() for t in grid]`, and the T of the lowest.",
        "Or train it: `log_t` as the only parameter, `logits / log_t.exp()` as the output, Adam with a rate of 0.1, "
        "300 steps.",
    ),
    why="A model with one parameter, trained by the same five calls as any other, on rows that the large model has "
    "not seen.",
    objectives=("trust-probabilities",),
    covers=("X-32",),
    minutes=20,
    difficulty=3,
    draw=draw_confidence,
    observe=observe_temperature,
)
