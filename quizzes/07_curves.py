"""The code exercises of lesson 07: a smoothed curve, early stopping, a preparation without leaks, a split by group."""

from lessontools.practice.exercise import Exercise, Mistake

# ------------------------------------------------------------------ a smoothed curve


def draw_losses(seed):
    import random

    rng = random.Random(seed)
    falling = [round(2.0 * 0.9**at + rng.uniform(0.0, 0.5), 2) for at in range(12)]
    return {"cases": [{"losses": falling, "keep": rng.choice((0.7, 0.8, 0.9))}, {"losses": [1.5], "keep": 0.5}]}


def observe_smooth(function, inputs):
    seen = {}
    for case in inputs["cases"]:
        losses = list(case["losses"])
        found = function(losses, case["keep"])
        name = f"smooth(losses, {case['keep']}) for {len(losses)} losses"
        seen[name] = [float(value) for value in found]
        seen[f"the list `losses` after {name}"] = losses
    return seen


_SMOOTH = "def smooth(losses, keep):\n"

smooth = Exercise(
    id="smooth",
    title="A smoothed curve",
    function="smooth",
    prompt="""Return a list as long as `losses`. The first value is the first loss; each later one keeps `keep` of the
smoothed value before it, and takes the rest, `1 - keep`, from its own loss. Leave `losses` as it is.""",
    stub='''def smooth(losses, keep):
    """Return the losses, each mixed with the smoothed value before it."""
    level = losses[0]
    smoothed = []
    for loss in losses:
        ...
    return smoothed
''',
    solutions={
        "loop": _SMOOTH
        + """    level, smoothed = losses[0], []
    for loss in losses:
        level = keep * level + (1 - keep) * loss
        smoothed.append(level)
    return smoothed
""",
        "correct-by-the-miss": _SMOOTH
        + """    smoothed = [losses[0]]
    for loss in losses[1:]:
        smoothed.append(smoothed[-1] + (1 - keep) * (loss - smoothed[-1]))
    return smoothed
""",
        "accumulate": "from itertools import accumulate\n\n\n"
        + _SMOOTH
        + "    return list(accumulate(losses, lambda level, loss: keep * level + (1 - keep) * loss))\n",
    },
    mistakes={
        "from-zero": Mistake(
            _SMOOTH
            + """    level, smoothed = 0.0, []
    for loss in losses:
        level = keep * level + (1 - keep) * loss
        smoothed.append(level)
    return smoothed
""",
            "The curve starts near 0 and climbs: the level began at 0 and not at the first loss, so it looks "
            "better at first than it was.",
        ),
        "turned-round": Mistake(
            _SMOOTH
            + """    level, smoothed = losses[0], []
    for loss in losses:
        level = (1 - keep) * level + keep * loss
        smoothed.append(level)
    return smoothed
""",
            "The two shares are swapped: with a large `keep` the curve should be calm, and this one follows each loss.",
        ),
        "raw-neighbour": Mistake(
            _SMOOTH
            + """    return losses[:1] + [keep * a + (1 - keep) * b for a, b in zip(losses, losses[1:])]
""",
            "Each value is mixed with the **raw** loss before it. Wanted is the smoothed one, which remembers all that "
            "came before.",
        ),
        "mean-so-far": Mistake(
            _SMOOTH + "    return [sum(losses[: at + 1]) / (at + 1) for at in range(len(losses))]\n",
            "This is the mean of all losses so far, so the first epochs weigh as much as the last, and `keep` has no "
            "say.",
        ),
        "in-place": Mistake(
            _SMOOTH
            + """    for at in range(1, len(losses)):
        losses[at] = keep * losses[at - 1] + (1 - keep) * losses[at]
    return losses
""",
            "The values are right, and the caller's list is overwritten: the raw losses are lost.",
        ),
    },
    hints=(
        "One number has to be carried from loss to loss: the level.",
        "For each loss: the new level is `keep` times the old level plus `1 - keep` times the loss; then append it.",
    ),
    why="With `keep` = 0.9 a value still counts a tenth after 22 steps, so jitter cancels out and the trend stays.",
    objectives=("read-two-curves",),
    covers=("R-24", "S1-11"),
    minutes=4,
    difficulty=1,
    draw=draw_losses,
    observe=observe_smooth,
)

# ------------------------------------------------------------------ early stopping


def draw_stories(seed):
    import random

    rng = random.Random(seed)
    shift = rng.randint(0, 20) / 100

    def story(*losses):
        return [round(loss + shift, 2) for loss in losses]

    return {
        "cases": [
            {"name": "a turn", "losses": story(1.0, 0.8, 0.6, 0.7, 0.9, 1.0, 1.1, 1.2), "patience": 3, "most": 8},
            {
                "name": "bad epochs here and there",
                "losses": story(1.0, 1.1, 0.9, 1.0, 0.8, 0.9, 0.7, 0.8, 0.6, 0.7),
                "patience": 2,
                "most": 10,
            },
            {"name": "a tie", "losses": story(1.0, 0.5, 0.7, 0.5, 0.8, 0.9, 0.3), "patience": 3, "most": 7},
            {"name": "no turn", "losses": story(1.0, 0.9, 0.8, 0.7), "patience": 2, "most": 4},
            {
                "name": "a nan",
                "losses": [0.9, "nan", 0.7, "nan", 0.8, 0.9, 0.1],
                "patience": 3,
                "most": 7,
            },
        ]
    }


def observe_stopping(function, inputs):
    """Run scripted validation losses; each epoch writes its number into the weights and into batch norm's average."""
    import torch
    from torch import nn

    def plain(value):
        return "nan" if value != value else round(float(value), 6)

    seen = {}
    for case in inputs["cases"]:
        model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
        epochs, judged = [], []

        def one_epoch(model=model, epochs=epochs):
            epochs.append(len(epochs) + 1)
            with torch.no_grad():
                model[0].weight.fill_(float(epochs[-1]))
                model[1].running_mean.fill_(float(epochs[-1]))

        def validate(case=case, judged=judged, epochs=epochs):
            judged.append(len(epochs))
            return float(case["losses"][min(len(epochs), len(case["losses"])) - 1])  # "nan" for a nan

        returned = function(model, one_epoch, validate, case["patience"], case["most"])
        seen[f"{case['name']}, validation losses {case['losses']}, patience {case['patience']}"] = {
            "losses returned": [plain(value) for value in returned],
            "epochs trained": len(epochs),
            "the model's weights in the end are those of epoch": float(model[0].weight.detach()[0, 0]),
            "batch norm's running mean in the end is that of epoch": float(model[1].running_mean[0]),
        }
    return seen


_FIT = "import copy\n\n\ndef fit_best(model, one_epoch, validate, patience, most):\n"


def _fit(
    keep="copy.deepcopy(model.state_dict())",
    better="loss < best",
    reset=True,
    stop="bad == patience",
    restore="    model.load_state_dict(weights)\n",
):
    zero = ", 0" if reset else ""
    names = "best, weights, bad" if reset else "best, weights"
    return (
        _FIT
        + "    losses, best, weights, bad = [], float('inf'), None, 0\n"
        + "    for _ in range(most):\n        one_epoch()\n        loss = validate()\n        losses.append(loss)\n"
        + f"        if {better}:\n            {names} = loss, {keep}{zero}\n        else:\n            bad += 1\n"
        + f"        if {stop}:\n            break\n{restore}    return losses\n"
    )


early_stopping = Exercise(
    id="early-stopping",
    title="Stop in time, keep the best",
    function="fit_best",
    prompt="""Train for at most `most` epochs: call `one_epoch()`, then `validate()`, which returns a validation loss.
Stop as soon as `patience` epochs **in a row** have brought no new best. A new best is strictly lower than every loss
before it (so the earlier of two equal ones counts, and a `nan` is never a best). When you return, `model` holds the
state of the best epoch, weights and running averages alike. Return the list of all validation losses seen.""",
    stub='''import copy


def fit_best(model, one_epoch, validate, patience, most):
    """Train until validation stops improving; leave the best state in the model, return the losses."""
    losses, best, weights, bad = [], float("inf"), None, 0
    for _ in range(most):
        one_epoch()
        loss = validate()
        losses.append(loss)
        ...
    return losses
''',
    solutions={
        "deepcopy": _fit(),
        "clones": _fit(keep="{name: value.clone() for name, value in model.state_dict().items()}"),
        "a-second-model": _fit(
            keep="copy.deepcopy(model)", restore="    model.load_state_dict(weights.state_dict())\n"
        ),
        "epoch-of-the-best": _FIT
        + """    losses, at, weights = [], 0, None
    while len(losses) < most and len(losses) - at < patience or not losses:
        one_epoch()
        losses.append(validate())
        if losses[-1] < min([loss for loss in losses[:-1] if loss == loss], default=float("inf")):
            at, weights = len(losses), copy.deepcopy(model.state_dict())
    model.load_state_dict(weights)
    return losses
""",
        "saved-to-bytes": "import io\n\nimport torch\n\n\n"
        + """def fit_best(model, one_epoch, validate, patience, most):
    losses, best, bad, box = [], float("inf"), 0, None
    for _ in range(most):
        one_epoch()
        losses.append(validate())
        bad += 1
        if losses[-1] < best:
            best, bad, box = losses[-1], 0, io.BytesIO()
            torch.save(model.state_dict(), box)
        if bad >= patience:
            break
    box.seek(0)
    model.load_state_dict(torch.load(box))
    return losses
""",
    },
    mistakes={
        "aliased": Mistake(
            _fit(keep="model.state_dict()"),
            "It stops at the right epoch, and the model ends with the **last** weights. Either the best were never "
            "loaded, or they were kept without a copy: `state_dict()`, and `dict(...)` around it, hand out the live "
            "tensors.",
            "best-weights-aliased",
        ),
        "parameters-only": Mistake(
            _fit(
                keep="[p.detach().clone() for p in model.parameters()]",
                restore="    for p, kept in zip(model.parameters(), weights):\n        p.data.copy_(kept)\n",
            ),
            "The weights are those of the best epoch, batch norm's running mean is not: it is no parameter but a "
            "buffer. `state_dict()` holds both.",
            "best-weights-aliased",
        ),
        "never-reset": Mistake(
            _fit(reset=False),
            "It stops too soon: bad epochs are counted over the whole run. At each new best, the counter starts at 0 "
            "again.",
            "patience-in-all",
        ),
        "worse-than-last": Mistake(
            _FIT
            + """    losses, best, weights, bad = [], float("inf"), None, 0
    for _ in range(most):
        one_epoch()
        loss = validate()
        bad = bad + 1 if losses and not loss < losses[-1] else 0
        losses.append(loss)
        if loss < best:
            best, weights = loss, copy.deepcopy(model.state_dict())
        if bad == patience:
            break
    model.load_state_dict(weights)
    return losses
""",
            "It compares with the epoch **before**. A loss that goes up and down far above its best would never stop "
            "it; compare with the best so far.",
            "patience-in-all",
        ),
        "one-too-many": Mistake(
            _fit(stop="bad > patience"),
            "It waits one epoch too long: with `>` the run goes on when `patience` bad epochs in a row are reached.",
        ),
        "ties-count": Mistake(
            _fit(better="loss <= best"),
            "An equal loss was taken for a new best. Wanted is strictly lower: a loss that only stands still should "
            "use up the patience.",
        ),
        "nan-is-best": Mistake(
            _fit(better="not loss > best"),
            "A `nan` was taken for a best: every comparison with it is False, so ask whether the loss is lower, not "
            "whether it is no higher.",
        ),
    },
    hints=(
        "Three things change at a new best: the best loss, the kept state, the counter of bad epochs.",
        "`copy.deepcopy(model.state_dict())` keeps a state that does not move with the model.",
        "After the `else:` that counts one more bad epoch, break if the count has reached `patience`. After the loop: "
        "`model.load_state_dict(weights)`.",
    ),
    why="Keep a copy at each strict new best, count the epochs since, and load the copy in the end.",
    objectives=("keep-the-best",),
    covers=("X-37", "S1-16"),
    minutes=8,
    difficulty=2,
    draw=draw_stories,
    observe=observe_stopping,
)

# ------------------------------------------------------------------ a preparation without leaks


def draw_table(seed):
    import random

    rng = random.Random(seed)
    scales, shifts = [1.0, 100.0, 0.01, 10.0, 1.0, 5.0], [0.0, 500.0, 0.1, -30.0, 2.0, 1.0]
    rows, labels, is_val = [], [], []
    for at in range(30):
        label, held = at % 2, at % 3 == 2
        row = [rng.gauss(0, 1) for _ in scales]
        for column in (1, 3):  # these two tell the classes apart
            row[column] += 3.0 * label + 2.0 * held
        row[4] += 20.0 * label * held  # these two do so among the validation rows only
        row[5] += 3.0 * label * held
        rows.append([round(value * a + b, 4) for value, a, b in zip(row, scales, shifts, strict=True)])
        labels.append(label)
        is_val.append(held)
    for at in (3, 8, 10, 17, 20):
        for column in (1, 3):
            rows[at][column] = None
    return {"rows": rows, "labels": labels, "is_val": is_val, "k": 2}


def observe_prepare(function, inputs):
    import torch

    table = torch.tensor([[float("nan") if value is None else value for value in row] for row in inputs["rows"]])
    given = table.clone()
    X_train, X_val = function(given, torch.tensor(inputs["labels"]), torch.tensor(inputs["is_val"]), inputs["k"])
    same = torch.equal(given.nan_to_num(-1.0), table.nan_to_num(-1.0))
    return {
        "prepare(X, y, is_val, 2)": {
            "training rows": torch.as_tensor(X_train, dtype=torch.float32),
            "validation rows": torch.as_tensor(X_val, dtype=torch.float32),
        },
        "`X` is as it was": same,
    }


def _prepare(fill="own", scale="own", pick="own"):
    return (
        "import torch\n\n\ndef prepare(X, y, is_val, k):\n"
        + "    own = ~is_val\n"
        + f"    X = torch.where(X.isnan(), X[{fill}].nanmean(dim=0), X)\n"
        + f"    X = (X - X[{scale}].mean(dim=0)) / X[{scale}].std(dim=0)\n"
        + f"    gap = X[{pick}][y[{pick}] == 1].mean(dim=0) - X[{pick}][y[{pick}] == 0].mean(dim=0)\n"
        + "    some = gap.abs().topk(k).indices.sort().values\n"
        + "    return X[own][:, some], X[is_val][:, some]\n"
    )


_HEAD = "import torch\n\n\ndef prepare(X, y, is_val, k):\n"

prepare = Exercise(
    id="prepare",
    title="A table without leaks",
    function="prepare",
    prompt="""`X` is (n, c) with some gaps (`nan`), `y` holds 0 and 1, `is_val` is True for validation rows. In this
order: fill each gap with its column's mean; subtract each column's mean and divide by its `.std(dim=0)`; keep the `k`
columns in which the two classes' means lie furthest apart, in the order in which they stand in `X`. Return the training
rows and the validation rows, both filled, scaled and with these columns only. **Work out everything from training
rows.** Leave the caller's `X` as it is.""",
    stub='''import torch


def prepare(X, y, is_val, k):
    """Return training rows and validation rows: filled, scaled, with the k most useful columns."""
    own = ~is_val
    X = torch.where(X.isnan(), X.nanmean(dim=0), X)  # whose means?
    X = ...  # scaled
    gap = X[y == 1].mean(dim=0) - X[y == 0].mean(dim=0)  # whose, again?
    some = gap.abs().topk(k).indices.sort().values
    return X[own][:, some], X[is_val][:, some]
''',
    solutions={
        "masks": _prepare(),
        "split-first": _HEAD
        + """    train, val, truth = X[~is_val], X[is_val], y[~is_val]
    middle = train.nanmean(dim=0)
    train, val = torch.where(train.isnan(), middle, train), torch.where(val.isnan(), middle, val)
    mean, spread = train.mean(dim=0), train.std(dim=0)
    train, val = (train - mean) / spread, (val - mean) / spread
    gap = (train[truth == 1].mean(dim=0) - train[truth == 0].mean(dim=0)).abs()
    some = sorted(gap.argsort(descending=True)[:k].tolist())
    return train[:, some], val[:, some]
""",
        "column-by-column": _HEAD
        + """    done, gaps = [], []
    for column in X.T:
        own = column[~is_val]
        fill = own[~own.isnan()].mean()
        column = torch.tensor([fill if value.isnan() else value for value in column])
        own = column[~is_val]
        column = (column - own.mean()) / own.std()
        done.append(column)
        own, truth = column[~is_val], y[~is_val]
        gaps.append(abs(own[truth == 1].mean() - own[truth == 0].mean()).item())
    some = sorted(sorted(range(len(gaps)), key=lambda at: -gaps[at])[:k])
    X = torch.stack([done[at] for at in some], dim=1)
    return X[~is_val], X[is_val]
""",
        "numpy": "import numpy as np\n\n\n"
        + """def prepare(X, y, is_val, k):
    X, y, val = X.double().numpy(), y.numpy(), is_val.numpy()
    own = ~val
    X = np.where(np.isnan(X), np.nanmean(X[own], axis=0), X)
    X = (X - X[own].mean(axis=0)) / X[own].std(axis=0, ddof=1)
    gap = np.abs(X[own & (y == 1)].mean(axis=0) - X[own & (y == 0)].mean(axis=0))
    some = np.sort(np.argsort(-gap)[:k])
    return X[own][:, some], X[val][:, some]
""",
    },
    mistakes={
        "all-on-all": Mistake(
            _prepare("own | is_val", "own | is_val", "own | is_val"),
            "Means, spreads and the choice of columns are taken from **all** rows: the validation rows had a say in "
            "each of them.",
            "leak-is-training-only",
        ),
        "chosen-on-all": Mistake(
            _prepare(pick="own | is_val"),
            "A column was chosen that is useful among the validation rows only: the choice was made on all rows. Of "
            "the three leaks, this one costs most, since labels take part in it.",
            "select-before-split",
        ),
        "filled-from-all": Mistake(
            _prepare(fill="own | is_val"),
            "The gaps are filled with the mean of **all** rows, so validation rows leak into the training rows "
            "themselves.",
            "leak-is-training-only",
        ),
        "scaled-by-all": Mistake(
            _prepare(scale="own | is_val"),
            "Mean and spread were taken from all rows. Take them from the training rows, and use them for both.",
            "leak-is-training-only",
        ),
        "each-its-own": Mistake(
            _HEAD
            + """    own, parts = ~is_val, []
    X = torch.where(X.isnan(), X[own].nanmean(dim=0), X)
    for part in (X[own], X[is_val]):
        parts.append((part - part.mean(dim=0)) / part.std(dim=0))
    gap = parts[0][y[own] == 1].mean(dim=0) - parts[0][y[own] == 0].mean(dim=0)
    some = gap.abs().topk(k).indices.sort().values
    return parts[0][:, some], parts[1][:, some]
""",
            "The validation rows were scaled by their **own** mean and spread. Then the same measurement means one "
            "thing in training and another in validation, and a single new row could not be scaled at all.",
            "scaled-by-own",
        ),
        "chosen-on-validation": Mistake(
            _prepare(pick="is_val"),
            "The columns were chosen by the validation rows: those are asked **how good** it is, and may not decide "
            "anything.",
            "select-before-split",
        ),
        "chosen-unscaled": Mistake(
            _HEAD
            + """    own = ~is_val
    X = torch.where(X.isnan(), X[own].nanmean(dim=0), X)
    gap = X[own & (y == 1)].mean(dim=0) - X[own & (y == 0)].mean(dim=0)
    X = (X - X[own].mean(dim=0)) / X[own].std(dim=0)
    some = gap.abs().topk(k).indices.sort(descending=True).values
    return X[own][:, some], X[is_val][:, some]
""",
            "The columns are not the wanted ones in the order of `X`, or were compared before scaling, where a column "
            "with large numbers looks useful by its unit alone.",
        ),
        "gaps-left": Mistake(
            _HEAD
            + """    own = ~is_val
    X = X.nan_to_num(0.0)
    X = (X - X[own].mean(dim=0)) / X[own].std(dim=0)
    gap = X[own & (y == 1)].mean(dim=0) - X[own & (y == 0)].mean(dim=0)
    some = gap.abs().topk(k).indices.sort().values
    return X[own][:, some], X[is_val][:, some]
""",
            "Gaps became zeros, and 0 is no neutral value before scaling: in a column around 500 it is far out. Fill "
            "with the column's mean, of the training rows.",
        ),
        "in-place": Mistake(
            _HEAD
            + """    own = ~is_val
    X[:] = torch.where(X.isnan(), X[own].nanmean(dim=0), X)
    X -= X[own].mean(dim=0)
    X /= X[own].std(dim=0)
    gap = X[own & (y == 1)].mean(dim=0) - X[own & (y == 0)].mean(dim=0)
    some = gap.abs().topk(k).indices.sort().values
    return X[own][:, some], X[is_val][:, some]
""",
            "The numbers are right, and the caller's table has been overwritten. Make new tensors.",
        ),
    },
    hints=(
        "Go through each `mean`, `nanmean` and `std` in the stub and in your lines: from which rows is it taken?",
        "`X[own]` are the training rows. Fill with `X[own].nanmean(dim=0)`, scale with the mean and std of `X[own]`.",
        "The choice too: `X[own][y[own] == 1].mean(dim=0)`, and the same for 0.",
    ),
    why="Work it out from `X[own]`, apply it to all rows: that is the whole rule, whatever the step is.",
    objectives=("find-the-leak",),
    covers=("R-26", "S1-13", "S2-11", "S3-12", "X-30"),
    minutes=7,
    difficulty=2,
    draw=draw_table,
    observe=observe_prepare,
)

# ------------------------------------------------------------------ a split by group


def draw_groups(seed):
    import random

    rng = random.Random(seed)
    names = rng.sample(range(100, 1000), 10)
    groups = [name for name in names for _ in range(rng.randint(2, 6))]
    rng.shuffle(groups)
    return {"groups": groups, "share": rng.choice((0.2, 0.3)), "seeds": rng.sample(range(1000), 6)}


def observe_split(function, inputs):
    import torch

    groups = torch.tensor(inputs["groups"])
    masks = [function(groups.clone(), inputs["share"], seed) for seed in inputs["seeds"]]
    first, again = masks[0], function(groups.clone(), inputs["share"], inputs["seeds"][0])
    call = f"is_val for {len(groups)} rows of 10 groups, share {inputs['share']}"
    seen = {f"{call}: dtype and shape": [str(first.dtype), list(first.shape)]}
    if first.dtype != torch.bool or first.shape != groups.shape:
        return seen
    both = [sorted(set(groups[mask].tolist()) & set(groups[~mask].tolist())) for mask in masks]
    return seen | {
        f"{call}: groups that stand on both sides": max(both, key=len),
        f"{call}: how many groups are held back, for six seeds": [len(set(groups[mask].tolist())) for mask in masks],
        "the same seed gives the same split": torch.equal(first, again),
        "six seeds give more than one split": any(not torch.equal(first, mask) for mask in masks[1:]),
    }


_SPLIT = "import torch\n\n\ndef split_by_group(groups, share, seed):\n"
_DICE = "    dice = torch.Generator().manual_seed(seed)\n"

split_by_group = Exercise(
    id="split-by-group",
    title="A split by group",
    function="split_by_group",
    prompt="""`groups` is an integer tensor, a group's number for each row (persons, say), in any order. Return a tensor
of bools, one a row: True for all rows of `round(share * number of groups)` groups, drawn by dice, False for the rest.
The same `seed` gives the same split, other seeds other ones.""",
    stub='''import torch


def split_by_group(groups, share, seed):
    """Return True for the rows of some groups, drawn by dice, and False for all others."""
    dice = torch.Generator().manual_seed(seed)
    names = groups.unique()
    ...
''',
    solutions={
        "isin": _SPLIT
        + _DICE
        + """    names = groups.unique()
    held = names[torch.randperm(len(names), generator=dice)[: round(share * len(names))]]
    return torch.isin(groups, held)
""",
        "python-sets": """import random

import torch


def split_by_group(groups, share, seed):
    names = sorted(set(groups.tolist()))
    held = set(random.Random(seed).sample(names, round(share * len(names))))
    return torch.tensor([name in held for name in groups.tolist()])
""",
        "rank-of-each-name": _SPLIT
        + _DICE
        + """    names, place = groups.unique(return_inverse=True)
    rank = torch.randperm(len(names), generator=dice)
    return rank[place] < round(share * len(names))
""",
    },
    mistakes={
        "rows-at-random": Mistake(
            _SPLIT + _DICE + "    return torch.rand(len(groups), generator=dice) < share\n",
            "Rows were dealt out, so the same group stands on both sides. Deal out the **groups**.",
            "random-split-always",
        ),
        "last-rows": Mistake(
            _SPLIT + "    return torch.arange(len(groups)) >= len(groups) * (1 - share)\n",
            "The last rows were held back. Groups stand in any order, so most of them are cut in two.",
            "random-split-always",
        ),
        "seed-unused": Mistake(
            _SPLIT + "    names = groups.unique()\n    return torch.isin(groups, names[: round(share * len(names))])\n",
            "Whole groups, and always the ones with the lowest numbers, whatever the seed: often these are the first "
            "that came in, which are not like the later ones.",
        ),
        "turned-round": Mistake(
            _SPLIT
            + _DICE
            + """    names = groups.unique()
    held = names[torch.randperm(len(names), generator=dice)[: round(share * len(names))]]
    return ~torch.isin(groups, held)
""",
            "These are the training rows: too many groups are held back. True should stand for validation.",
        ),
        "a-coin-per-group": Mistake(
            _SPLIT
            + _DICE
            + """    names, place = groups.unique(return_inverse=True)
    return (torch.rand(len(names), generator=dice) < share)[place]
""",
            "Each group throws its own dice, so the number of groups held back differs from seed to seed, and may be "
            "none at all. Draw exactly as many as asked.",
        ),
        "row-numbers": Mistake(
            _SPLIT
            + _DICE
            + """    names = groups.unique()
    held = names[torch.randperm(len(names), generator=dice)[: round(share * len(names))]]
    return torch.isin(groups, held).nonzero().squeeze(1)
""",
            "These are row numbers. Wanted is a bool for each row, so that `X[is_val]` and `X[~is_val]` both work.",
        ),
    },
    hints=(
        "Draw among the different names, `groups.unique()`, not among the rows.",
        "`torch.randperm(len(names), generator=dice)[:many]` draws places; `torch.isin(groups, held)` gives the bools.",
    ),
    why="Dice for the groups, then every row follows its group.",
    objectives=("split-like-the-use",),
    covers=("X-30",),
    minutes=5,
    difficulty=2,
    draw=draw_groups,
    observe=observe_split,
)
