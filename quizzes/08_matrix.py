"""The code exercises of lesson 08: the four fields, scores from counts, averages, a baseline, three winners."""

from lessontools.practice.exercise import Exercise, Mistake

# ------------------------------------------------------------------ the four fields


def draw_labels(seed):
    import random

    rng = random.Random(seed)
    cases = []
    for classes, positive in ((2, 1), (2, 0), (3, 2)):
        tp, fn, fp, tn = rng.sample(range(3, 12), 4)
        others = [label for label in range(classes) if label != positive]
        pairs = [(positive, positive)] * tp
        pairs += [(positive, rng.choice(others)) for _ in range(fn)]
        pairs += [(rng.choice(others), positive) for _ in range(fp)]
        pairs += [(rng.choice(others), rng.choice(others)) for _ in range(tn)]
        pairs += [(others[0], others[-1]), (others[-1], others[0])]  # negative, called negative, if not the same
        rng.shuffle(pairs)
        cases.append({"y": [a for a, _ in pairs], "y_hat": [b for _, b in pairs], "positive": positive})
    return {"cases": cases}


def observe_fields(function, inputs):
    import torch

    seen = {}
    for case in inputs["cases"]:
        y, y_hat, positive = torch.tensor(case["y"]), torch.tensor(case["y_hat"]), case["positive"]
        classes = len(set(case["y"]))
        seen[f"fields(y, y_hat, {positive}) for {len(y)} labels of {classes} classes"] = function(y, y_hat, positive)
    return seen


_FIELDS = "import torch\n\n\ndef fields(y, y_hat, positive):\n"
_MASKS = """    is_pos, called = y == {positive}, y_hat == {positive}
    tp = (is_pos & called).sum()
    fn = (is_pos & ~called).sum()
    fp = (~is_pos & called).sum()
    tn = (~is_pos & ~called).sum()
    return torch.tensor({layout})
"""
_HOUSE = "[[tp, fn], [fp, tn]]"

matrix_fields = Exercise(
    id="matrix-fields",
    title="The four fields",
    function="fields",
    prompt="""Count the matrix of two label tensors. `y` (what is) and `y_hat` (what was called) are int64, shape (n,);
`positive` is the label that counts as positive, all other labels are negative. Return int64, shape (2, 2):
`[[TP, FN], [FP, TN]]`. There may be more than two labels. scikit-learn may be used, if the result is laid out as
asked.""",
    stub='''import torch


def fields(y, y_hat, positive):
    """Return [[TP, FN], [FP, TN]] as an int64 tensor of shape (2, 2)."""
    is_pos = y == positive
    called = y_hat == positive
    tp = (is_pos & called).sum()
    return ...
''',
    solutions={
        "masks": _FIELDS + _MASKS.format(positive="positive", layout=_HOUSE),
        "counting": _FIELDS
        + """    place = 2 * (y != positive) + (y_hat != positive)
    return torch.bincount(place, minlength=4).view(2, 2)
""",
        "loop": _FIELDS
        + """    matrix = torch.zeros(2, 2, dtype=torch.int64)
    for truth, called in zip(y.tolist(), y_hat.tolist()):
        matrix[int(truth != positive), int(called != positive)] += 1
    return matrix
""",
        "product": _FIELDS
        + """    rows = torch.stack([y == positive, y != positive]).long()
    columns = torch.stack([y_hat == positive, y_hat != positive]).long()
    return rows @ columns.T
""",
        "sklearn": "import torch\nfrom sklearn.metrics import confusion_matrix\n\n\n"
        + """def fields(y, y_hat, positive):
    matrix = confusion_matrix((y == positive).numpy(), (y_hat == positive).numpy(), labels=[True, False])
    return torch.tensor(matrix).long()
""",
    },
    mistakes={
        "on-its-side": Mistake(
            _FIELDS + _MASKS.format(positive="positive", layout="[[tp, fp], [fn, tn]]"),
            "FP and FN stand in each other's fields: the matrix lies on its side. The first row is what **is** "
            "positive, so it holds TP and FN, the misses.",
            "precision-recall-swapped",
        ),
        "zero-first": Mistake(
            _FIELDS + _MASKS.format(positive="positive", layout="[[tn, fp], [fn, tp]]"),
            "That is scikit-learn's layout, with the negative class first. Here the positive class was asked to come "
            "first: TP in the top left field.",
            "matrix-layout-fixed",
        ),
        "always-one": Mistake(
            _FIELDS + _MASKS.format(positive="1", layout=_HOUSE),
            "This always takes label 1 for the positive class. Which label is positive is handed in: `positive`.",
            "positive-class-given",
        ),
        "hits-only": Mistake(
            _FIELDS
            + _MASKS.format(positive="positive", layout=_HOUSE).replace(
                "(~is_pos & ~called).sum()", "(~is_pos & (y == y_hat)).sum()"
            ),
            "With three labels a row may be negative, be called another negative label, and still be a true negative: "
            'nobody cried "positive", and rightly so. TN asks only for the positive label.',
        ),
        "all-hits": Mistake(
            _FIELDS
            + _MASKS.format(positive="positive", layout=_HOUSE).replace(
                "(is_pos & called).sum()", "(y == y_hat).sum()"
            ),
            "TP counts all hits here, also those on negative rows. That is what accuracy counts; a true positive is "
            "positive in both tensors.",
            "accuracy-tells-all",
        ),
        "shares": Mistake(
            _FIELDS
            + _MASKS.format(positive="positive", layout=_HOUSE).replace("\n    return ", "\n    return 1 / len(y) * "),
            "These are shares of all rows. Counts were asked for: they can still be added up over batches, and shares "
            "cannot.",
        ),
        "floats": Mistake(
            _FIELDS + _MASKS.format(positive="positive", layout=_HOUSE).replace(_HOUSE + ")", _HOUSE + ").float()"),
            "The counts are right, but as decimals. Counts are whole numbers, int64.",
            "dtype-is-cosmetic",
        ),
    },
    hints=(
        "Two yes-or-no tensors are enough: is it positive, was it called positive?",
        "`&` joins two of them row by row, `~` turns one round, `.sum()` counts.",
        "Rows are what is: the first row holds those that are positive, TP and FN.",
    ),
    why="Two questions, four answers: is it, was it called so. All else is layout.",
    objectives=("read-the-matrix",),
    covers=("S1-04", "S3-04", "R-30"),
    minutes=6,
    difficulty=2,
    draw=draw_labels,
    observe=observe_fields,
)

# ------------------------------------------------------------------ scores from counts


def draw_counts(seed):
    import random

    rng = random.Random(seed)
    cases = [rng.sample(range(5, 60), 4) for _ in range(2)]
    few = rng.sample(range(2, 9), 2)
    return {"cases": [*cases, [0, 0, few[0], 90 + few[1]], [0, few[0], 0, 40 + few[1]]]}


def observe_scores(function, inputs):
    seen = {}
    for tp, fp, fn, tn in inputs["cases"]:
        found = function(tp, fp, fn, tn)
        if isinstance(found, dict):
            found = {name: float(value) for name, value in found.items()}
        seen[f"scores(tp={tp}, fp={fp}, fn={fn}, tn={tn})"] = found
    return seen


_SCORES = """def share(part, whole):
    return part / whole if whole else {empty}


def scores(tp, fp, fn, tn):
    return {{
        "accuracy": {accuracy},
        "precision": {precision},
        "recall": {recall},
        "specificity": {specificity},
        "f1": {f1},
    }}
"""
_PARTS = {
    "empty": "0.0",
    "accuracy": "share(tp + tn, tp + fp + fn + tn)",
    "precision": "share(tp, tp + fp)",
    "recall": "share(tp, tp + fn)",
    "specificity": "share(tn, tn + fp)",
    "f1": "share(2 * tp, 2 * tp + fp + fn)",
}


def _scores(**changed):
    return _SCORES.format(**(_PARTS | changed))


_P, _R = "share(tp, tp + fp)", "share(tp, tp + fn)"

scores_from_counts = Exercise(
    id="scores-from-counts",
    title="Five scores from four counts",
    function="scores",
    prompt="""`scores(tp, fp, fn, tn)` gets four whole numbers and returns a dict with the keys `accuracy`, `precision`,
`recall`, `specificity` and `f1`, as fractions between 0 and 1. Where a score has 0 below its line (no alarm was
raised, or there are no positives), return 0.0 for it. At least one row there is.""",
    stub='''def scores(tp, fp, fn, tn):
    """Return accuracy, precision, recall, specificity and f1 as a dict of fractions; 0.0 for 0 / 0."""
    return {
        "accuracy": ...,
        "precision": ...,
        "recall": ...,
        "specificity": ...,
        "f1": ...,
    }
''',
    solutions={
        "shares": _scores(),
        "step-by-step": """def scores(tp, fp, fn, tn):
    accuracy = (tp + tn) / (tp + fp + fn + tn)
    precision = tp / (tp + fp) if tp + fp > 0 else 0.0
    recall = tp / (tp + fn) if tp + fn > 0 else 0.0
    specificity = tn / (tn + fp) if tn + fp > 0 else 0.0
    both = precision + recall
    f1 = 2 * precision * recall / both if both > 0 else 0.0
    return dict(accuracy=accuracy, precision=precision, recall=recall, specificity=specificity, f1=f1)
""",
        "max-one": """def scores(tp, fp, fn, tn):
    return {
        "accuracy": (tp + tn) / sum((tp, fp, fn, tn)),
        "precision": tp / max(1, tp + fp),
        "recall": tp / max(1, tp + fn),
        "specificity": tn / max(1, tn + fp),
        "f1": tp / max(1, tp + (fp + fn) / 2),
    }
""",
        "sklearn": """from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score


def scores(tp, fp, fn, tn):
    y = [1] * (tp + fn) + [0] * (fp + tn)
    y_hat = [1] * tp + [0] * fn + [1] * fp + [0] * tn
    return {
        "accuracy": accuracy_score(y, y_hat),
        "precision": precision_score(y, y_hat, zero_division=0.0),
        "recall": recall_score(y, y_hat, zero_division=0.0),
        "specificity": recall_score(y, y_hat, pos_label=0, zero_division=0.0),
        "f1": f1_score(y, y_hat, zero_division=0.0),
    }
""",
    },
    mistakes={
        "swapped": Mistake(
            _scores(precision=_R, recall=_P),
            "Precision and recall have traded places. Precision divides by all alarms, TP + FP; recall by all real "
            "positives, TP + FN.",
            "precision-recall-swapped",
        ),
        "plain-mean": Mistake(
            _scores(f1=f"({_P} + {_R}) / 2"),
            "This F1 is the plain mean. It is to stay near the smaller of the two: 2·P·R / (P + R).",
            "f1-is-plain-mean",
        ),
        "no-two": Mistake(
            _scores(f1="share(tp, tp + fp + fn)"),
            "This is TP / (TP + FP + FN), which goes by the name of Jaccard. In F1 each true positive counts twice, "
            "above and below the line.",
        ),
        "called-negative": Mistake(
            _scores(specificity="share(tn, tn + fn)"),
            "This divides by all that were **called** negative. Specificity asks about those that **are** negative: "
            "TN + FP.",
        ),
        "false-alarm-rate": Mistake(
            _scores(specificity="share(fp, tn + fp)"),
            "That is the share of the negatives that got an alarm, one minus the specificity.",
        ),
        "only-found": Mistake(
            _scores(accuracy="share(tp, tp + fp + fn + tn)"),
            "True negatives are hits too: accuracy is (TP + TN) over all.",
        ),
        "one-for-empty": Mistake(
            _scores(empty="1.0"),
            "Where nothing stands below the line, this gives 1.0. A detector that never raises an alarm would "
            "shine with a precision of 1; here it was to be 0.0.",
        ),
        "nan-for-empty": Mistake(
            _scores(empty='float("nan")'),
            "0 / 0 gives nan here, which spoils every mean that it enters later. The task asks for 0.0.",
        ),
        "per-cent": Mistake(
            _SCORES.format(**_PARTS).replace("return part / whole", "return 100 * part / whole"),
            "These are per cent. Fractions between 0 and 1 were asked for.",
        ),
    },
    hints=(
        "Above the line the hits, below it the group that is asked about.",
        "Below the line: all alarms (precision), all positives (recall), all negatives (specificity).",
        "F1 in counts is 2·TP / (2·TP + FP + FN). Ask for 0 before each division.",
    ),
    why="Each score is a hit over a group; they differ in the group. What 0 / 0 is to be has to be said: libraries "
    "disagree, and warn.",
    objectives=("scores-from-counts",),
    covers=("S2-04", "S3-02", "S3-05", "S3-06"),
    minutes=6,
    difficulty=1,
    draw=draw_counts,
    observe=observe_scores,
)

# ------------------------------------------------------------------ a baseline


def draw_classes(seed):
    import random

    rng = random.Random(seed)
    cases = []
    for classes in (2, 3, 4):
        names = rng.sample(range(classes), classes)
        most, other = names[0], names[1]
        y_train = [most] * 12 + [other] * 7 + [rng.choice(names[1:]) for _ in range(4)]
        y_test = [most] * rng.randint(3, 5) + [other] * rng.randint(6, 9) + names
        rng.shuffle(y_train)
        rng.shuffle(y_test)
        cases.append({"train": y_train, "test": y_test})
    return {"cases": cases}


def observe_baseline(function, inputs):
    import torch

    seen = {}
    for case in inputs["cases"]:
        train, test = torch.tensor(case["train"]), torch.tensor(case["test"])
        found = function(train, test)
        found = float(found) if isinstance(found, torch.Tensor) and found.ndim == 0 else found
        classes = len(set(case["train"]))
        seen[f"baseline(y_train, y_test) for {len(train)} and {len(test)} labels of {classes} classes"] = found
    return seen


_BASE = "import torch\n\n\ndef baseline(y_train, y_test):\n"

plain_baseline = Exercise(
    id="plain-baseline",
    title="The accuracy to beat",
    function="baseline",
    prompt="""The plainest rule gives every row the commonest label of the **training** rows. Return its accuracy on the
**test** rows, as a fraction. Both are int64 tensors of class numbers, of any length; no two labels are equally common
in `y_train`.""",
    stub='''import torch


def baseline(y_train, y_test):
    """Return the accuracy, on the test rows, of always naming the commonest training label."""
    return ...
''',
    solutions={
        "mode": _BASE + "    return (y_test == y_train.mode().values).float().mean().item()\n",
        "bincount": _BASE + "    return (y_test == torch.bincount(y_train).argmax()).float().mean()\n",
        "counter": "from collections import Counter\n\n\n"
        + """def baseline(y_train, y_test):
    commonest = Counter(y_train.tolist()).most_common(1)[0][0]
    return y_test.tolist().count(commonest) / len(y_test)
""",
        "sklearn": "from sklearn.dummy import DummyClassifier\n\n\n"
        + """def baseline(y_train, y_test):
    rule = DummyClassifier(strategy="most_frequent").fit([[0]] * len(y_train), y_train.numpy())
    return float(rule.score([[0]] * len(y_test), y_test.numpy()))
""",
    },
    mistakes={
        "peeks": Mistake(
            _BASE + "    return (y_test == y_test.mode().values).float().mean().item()\n",
            "This looks for the commonest label among the test rows. A rule may know the training rows only; the test "
            "rows are there to judge it.",
        ),
        "train-share": Mistake(
            _BASE + "    return (y_train == y_train.mode().values).float().mean().item()\n",
            "That is the rule's accuracy on the training rows. The label is the right one; count how often it is right "
            "on the **test** rows.",
        ),
        "one-in-c": Mistake(
            _BASE + "    return 1 / len(y_train.unique())\n",
            "One in C is what guessing blindly reaches, if all classes are equally common. Always naming the commonest "
            "one does better than that, or worse if the test rows differ.",
            "accuracy-paradox",
        ),
        "label-itself": Mistake(
            _BASE + "    return y_train.mode().values.item()\n",
            "This returns the label. What is asked is how often that label is right.",
        ),
        "count": Mistake(
            _BASE + "    return (y_test == y_train.mode().values).sum().item()\n",
            "That is the number of hits. Divide it by the number of test rows.",
        ),
    },
    hints=(
        "Which label is the commonest in `y_train`? `torch.bincount` counts them all.",
        "`y_test == label` is True where the rule is right; a mean of these is a share.",
    ),
    why="One line, and every accuracy in your report needs it beside it.",
    objectives=("see-through-accuracy",),
    covers=("X-33",),
    minutes=4,
    difficulty=1,
    draw=draw_classes,
    observe=observe_baseline,
)

# ------------------------------------------------------------------ macro, micro, weighted


def draw_matrices(seed):
    import random

    rng = random.Random(seed)
    three = [[rng.randint(40, 60), rng.randint(1, 9), rng.randint(0, 4)],
             [rng.randint(2, 9), rng.randint(15, 25), rng.randint(1, 5)],
             [rng.randint(1, 3), rng.randint(2, 4), rng.randint(1, 3)]]  # fmt: skip
    lost = [[rng.randint(20, 30), rng.randint(1, 4), 0, rng.randint(1, 3)],
            [rng.randint(2, 5), rng.randint(30, 40), 0, rng.randint(0, 4)],
            [rng.randint(1, 4), rng.randint(3, 6), 0, 1],
            [rng.randint(4, 7), rng.randint(1, 3), 0, rng.randint(8, 12)]]  # fmt: skip
    return {"three": three, "lost": lost}


def observe_averages(function, inputs):
    import torch

    seen = {}
    for name, matrix in inputs.items():
        rest = ", whose third class is never called" if name == "lost" else ""
        found = function(torch.tensor(matrix))
        if isinstance(found, dict):
            found = {key: float(value) for key, value in found.items()}
        seen[f"averages(matrix) for {len(matrix)} classes{rest}"] = found
    return seen


_MEANS = "import torch\n\n\ndef averages(matrix):\n"
_EACH = """    hits, rows, called = matrix.diag().double(), matrix.sum(dim=1).double(), matrix.sum(dim=0).double()
    f1 = 2 * hits / (rows + called)
"""
_BACK = '    return {{"macro": {macro}, "micro": {micro}, "weighted": {weighted}}}\n'


def _averages(
    macro="f1.mean()", micro="hits.sum() / rows.sum()", weighted="(f1 * rows).sum() / rows.sum()", head=_EACH
):
    return _MEANS + head + _BACK.format(macro=macro, micro=micro, weighted=weighted)


class_averages = Exercise(
    id="class-averages",
    title="Macro, micro, weighted",
    function="averages",
    prompt="""`matrix` is an int64 tensor (C, C): rows are what is, columns what was called. Return a dict with three
averages of F1: `macro` (mean over classes), `micro` (F1 of the counts added up over all classes) and `weighted` (mean
over classes, weighted by their real rows). Each class has at least one real row, but may never have been called: its
F1 is then 0.0. Recall that in counts F1 is 2·TP / (2·TP + FP + FN).""",
    stub='''import torch


def averages(matrix):
    """Return macro, micro and weighted F1 of a (C, C) matrix, rows = what is."""
    hits = matrix.diag()
    rows = matrix.sum(dim=1)  # really of each class
    called = matrix.sum(dim=0)  # called each class
    f1 = ...
    return {"macro": ..., "micro": ..., "weighted": ...}
''',
    solutions={
        "tensors": _averages(),
        "loops": """def averages(matrix):
    m = matrix.tolist()
    size, f1, rows = len(m), [], []
    tps = fps = fns = 0
    for c in range(size):
        tp, fn = m[c][c], sum(m[c]) - m[c][c]
        fp = sum(m[r][c] for r in range(size)) - tp
        f1.append(2 * tp / (2 * tp + fp + fn))
        rows.append(tp + fn)
        tps, fps, fns = tps + tp, fps + fp, fns + fn
    weighted = sum(f * n for f, n in zip(f1, rows)) / sum(rows)
    return {"macro": sum(f1) / size, "micro": 2 * tps / (2 * tps + fps + fns), "weighted": weighted}
""",
        "from-precision-and-recall": _averages(
            head="""    hits = matrix.diag().double()
    rows, called = matrix.sum(dim=1).double(), matrix.sum(dim=0).double()
    p, r = hits / called.clamp(min=1), hits / rows
    f1 = torch.where(hits > 0, 2 * p * r / (p + r).clamp(min=1e-12), 0.0)
"""
        ),
        "sklearn": """from sklearn.metrics import f1_score


def averages(matrix):
    pairs = [(r, c) for r, row in enumerate(matrix.tolist()) for c, count in enumerate(row) for _ in range(count)]
    y, y_hat = [r for r, _ in pairs], [c for _, c in pairs]
    return {name: float(f1_score(y, y_hat, average=name, zero_division=0.0)) for name in ("macro", "micro", "weighted")}
""",
    },
    mistakes={
        "micro-everywhere": Mistake(
            _averages(macro="hits.sum() / rows.sum()", weighted="hits.sum() / rows.sum()"),
            "All three are hits over rows, the accuracy. Only micro is that; macro and weighted take an F1 for each "
            "class first.",
            "averages-agree",
        ),
        "f1-of-means": Mistake(
            _averages(macro="2 * p * r / (p + r)").replace(
                "    return", "    p, r = (hits / called.clamp(min=1)).mean(), (hits / rows).mean()\n    return"
            ),
            "Your macro is the F1 of mean precision and mean recall. Asked is the mean of the classes' F1: first F1, "
            "then the mean.",
        ),
        "by-called": Mistake(
            _averages(weighted="(f1 * called).sum() / called.sum()"),
            "Your weights are how often each class was **called**. A class weighs as many rows as it really has.",
        ),
        "without-the-lost": Mistake(
            _averages(macro="f1[called > 0].mean()"),
            "Your macro leaves out the class that was never called, the very one that should pull it down. Its F1 "
            "is 0.0, and it counts.",
        ),
        "recalls": Mistake(
            _averages(head=_EACH.replace("2 * hits / (rows + called)", "hits / rows")),
            "These are averages of the recall: below the line stand the real rows only. F1 has rows and "
            "called ones there.",
        ),
        "weighted-as-macro": Mistake(
            _averages(weighted="f1.mean()"),
            "Your weighted average has no weights: each class counts alike, and that is macro.",
            "averages-agree",
        ),
        "plain-mean": Mistake(
            _averages(
                head=_EACH.replace("2 * hits / (rows + called)", "(hits / rows + hits / called.clamp(min=1)) / 2")
            ),
            "Each class's F1 was taken as the plain mean of its precision and recall. F1 is 2·TP / (2·TP + FP + FN).",
            "f1-is-plain-mean",
        ),
    },
    hints=(
        "For class c: TP is on the diagonal, TP + FN is its row, TP + FP is its column.",
        "So 2·TP + FP + FN is row plus column.",
        "Added up over all classes, each error is one FP (of the class called) and one FN (of the class that it is). "
        "What is micro F1 then?",
    ),
    why="Micro is the accuracy; weighted leans to the common classes; macro treats all alike, so it is the one to look "
    "at when a rare class matters.",
    objectives=("average-over-classes",),
    covers=("X-33",),
    minutes=7,
    difficulty=2,
    draw=draw_matrices,
    observe=observe_averages,
)

# ------------------------------------------------------------------ three winners


def draw_nothing(seed):
    return {"seed": seed}


def observe_winners(function, inputs):
    def judged(tp, fp, fn, tn):
        recall, specificity = tp / 100, tn / 900
        f1 = 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0
        return {"accuracy": (tp + tn) / 1000, "balanced accuracy": (recall + specificity) / 2, "F1": f1}

    models = dict(function())
    faults = set()
    for tp, fp, fn, tn in models.values():
        if any(int(count) != count or count < 0 for count in (tp, fp, fn, tn)):
            faults.add("a count is negative or no whole number")
        if tp + fn != 100 or fp + tn != 900:
            faults.add("not 100 positives and 900 negatives")
        if tp < 10:
            faults.add("a model finds fewer than 10")
    table = {name: judged(*counts) for name, counts in models.items()}
    winners = {}
    for score in ("accuracy", "balanced accuracy", "F1"):
        ranked = sorted(table, key=lambda name: -table[name][score])
        clear = len(ranked) > 1 and table[ranked[0]][score] - table[ranked[1]][score] >= 0.0199
        winners[score] = ranked[0] if clear else "nobody by .02"
    return {"three()": {"winners": winners, "against the rules": sorted(faults)}}


_THREE = 'def three():\n    return {{\n        "A": {},\n        "B": {},\n        "C": {},\n    }}\n'


def _three(a, b, c):
    return _THREE.format(a, b, c)


three_winners = Exercise(
    id="three-winners",
    title="Three winners",
    function="three",
    prompt="""Return a dict of three models, each `(tp, fp, fn, tn)` on the same 1000 rows, 100 of them positive. **A**
has the best accuracy, **B** the best balanced accuracy, **C** the best F1, each at least .02 ahead of the second.
Whole numbers; each model finds at least 10 positives.""",
    stub='''def three():
    """Return {"A": (tp, fp, fn, tn), "B": ..., "C": ...}, each with 100 positives and 900 negatives."""
    return {
        "A": (60, 40, 40, 860),  # best accuracy
        "B": (60, 40, 40, 860),  # best balanced accuracy
        "C": (60, 40, 40, 860),  # best F1
    }
''',
    solutions={
        "wide-apart": _three((30, 5, 70, 895), (95, 250, 5, 650), (60, 60, 40, 840)),
        "shy-keen-between": _three((20, 0, 80, 900), (90, 180, 10, 720), (70, 75, 30, 825)),
        "as-lists": _three([40, 2, 60, 898], [98, 300, 2, 600], [66, 55, 34, 845]),
    },
    mistakes={
        "a-wins-all": Mistake(
            _three((95, 5, 5, 895), (60, 40, 40, 860), (60, 40, 40, 860)),
            "A wins all three: it is simply the better model. Where one model makes fewer errors of **both** kinds, "
            "all scores agree. Make A shy: few alarms, nearly all of them right.",
        ),
        "two-alike": Mistake(
            _three((20, 0, 80, 900), (70, 75, 30, 825), (70, 75, 30, 825)),
            "A stands out, B and C are too close. Make B keener: balanced accuracy charges a false alarm only 1/900, "
            "and a miss 1/100.",
            "averages-agree",
        ),
        "b-and-c-turned": Mistake(
            _three((20, 0, 80, 900), (70, 75, 30, 825), (90, 180, 10, 720)),
            "B and C have traded places. Balanced accuracy likes the keen one, for false alarms are cheap among 900 "
            "negatives; F1 sets them against 100 positives.",
        ),
        "own-rows": Mistake(
            _three((20, 0, 30, 950), (90, 180, 10, 720), (70, 75, 30, 825)),
            "The models were tried on different rows: TP + FN has to be 100 and FP + TN 900 in each.",
            "same-accuracy-same-model",
        ),
        "never": Mistake(
            _three((0, 0, 100, 900), (90, 180, 10, 720), (70, 75, 30, 825)),
            "A never finds anything. It does win by accuracy (there is the paradox), but each model has to find at "
            "least 10.",
            "accuracy-paradox",
        ),
    },
    hints=(
        "Three temperaments: one raises few alarms, one very many, one in between.",
        "Accuracy charges each error alike, and there are 900 chances for a false alarm: A should raise hardly any.",
        "Balanced accuracy charges a miss nine times as much as a false alarm: B may raise 150 to 300 false alarms to "
        "find 90 and more.",
        "F1 sets false alarms and misses against the found ones: C finds 60 to 70 with about as many false alarms.",
    ),
    why="On the same rows three scores crown three models. So the score is chosen before the models are compared, by "
    "what the errors cost.",
    objectives=("scores-from-counts", "average-over-classes"),
    covers=("R-02", "X-33"),
    minutes=20,
    difficulty=3,
    draw=draw_nothing,
    observe=observe_winners,
)
