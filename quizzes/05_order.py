"""The code exercises of lesson 05: a place for the clearing, one step from many batches, momentum without momentum."""

from lessontools.practice.exercise import Exercise, Mistake

# ------------------------------------------------------------------ a place for the clearing


def _table(rng, rows, columns):
    return [[round(rng.gauss(0, 1), 2) for _ in range(columns)] for _ in range(rows)]


def draw_epoch(seed):
    import random

    rng = random.Random(seed)
    batches = [{"X": _table(rng, 6, 3), "y": _table(rng, 6, 1)} for _ in range(4)]
    weight = [[rng.choice((-1, 1)) * rng.uniform(0.5, 1.5) for _ in range(3)]]
    return {"batches": batches, "weight": weight, "lr": rng.choice([0.05, 0.1])}


def observe_epoch(function, inputs):
    """Train for two epochs: gradients left over from the first one would show in the second."""
    import torch

    model = torch.nn.Linear(3, 1)
    with torch.no_grad():
        model.weight.copy_(torch.tensor(inputs["weight"]))
        model.bias.zero_()
    optimizer = torch.optim.SGD(model.parameters(), lr=inputs["lr"])
    batches = [(torch.tensor(batch["X"]), torch.tensor(batch["y"])) for batch in inputs["batches"]]
    losses = [function(model, torch.nn.MSELoss(), optimizer, batches) for _ in range(2)]
    return {
        "two epochs of `train_epoch` on one model": {
            "losses returned": losses,
            "weight and bias in the end": [model.weight.detach(), model.bias.detach()],
        }
    }


_FORWARD, _FIT = "y_hat = model(xb)", "loss = loss_fn(y_hat, yb)"
_BACK, _PENALTY = "loss.backward()", "penalty = 0.1 * model.weight.square().sum()"
_BACK_TOO, _STEP, _CLEAR = "penalty.backward()", "optimizer.step()", "optimizer.zero_grad()"
_KEEP = "losses.append(loss.item())"


def _epoch(*body, before=(), after=()):
    lines = ["def train_epoch(model, loss_fn, optimizer, batches):", "    losses = []", *(f"    {x}" for x in before)]
    lines += ["    for xb, yb in batches:", *(f"        {line}" for line in body)]
    return "\n".join([*lines, *(f"    {x}" for x in after), "    return losses", ""])


place_the_clearing = Exercise(
    id="place-the-clearing",
    title="A place for the clearing",
    function="train_epoch",
    prompt="""Each round sends **two** losses back, the fit and a penalty on large weights, and takes one step with
both. One call is missing: `optimizer.zero_grad()`. Put it in any place where it does its job.""",
    stub='''def train_epoch(model, loss_fn, optimizer, batches):
    """Train once over the batches; return the list of their losses."""
    losses = []
    for xb, yb in batches:  # a call is missing in the round below
        y_hat = model(xb)
        loss = loss_fn(y_hat, yb)
        loss.backward()
        penalty = 0.1 * model.weight.square().sum()
        penalty.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
''',
    solutions={
        "before forward": _epoch(_CLEAR, _FORWARD, _FIT, _BACK, _PENALTY, _BACK_TOO, _STEP, _KEEP),
        "after forward": _epoch(_FORWARD, _CLEAR, _FIT, _BACK, _PENALTY, _BACK_TOO, _STEP, _KEEP),
        "after the loss": _epoch(_FORWARD, _FIT, _CLEAR, _BACK, _PENALTY, _BACK_TOO, _STEP, _KEEP),
        "after the step": _epoch(_FORWARD, _FIT, _BACK, _PENALTY, _BACK_TOO, _STEP, _CLEAR, _KEEP),
        "at the end of the round": _epoch(_FORWARD, _FIT, _BACK, _PENALTY, _BACK_TOO, _STEP, _KEEP, _CLEAR),
        "to zeros": _epoch(
            "optimizer.zero_grad(set_to_none=False)", _FORWARD, _FIT, _BACK, _PENALTY, _BACK_TOO, _STEP, _KEEP
        ),
        "through the model": _epoch("model.zero_grad()", _FORWARD, _FIT, _BACK, _PENALTY, _BACK_TOO, _STEP, _KEEP),
        "one backward for the sum": _epoch(
            _CLEAR, _FORWARD, _FIT, _PENALTY, "(loss + penalty).backward()", _STEP, _KEEP
        ),
    },
    mistakes={
        "never": Mistake(
            _epoch(_FORWARD, _FIT, _BACK, _PENALTY, _BACK_TOO, _STEP, _KEEP),
            "Nothing is ever cleared: `backward()` adds to what is there, so from the second batch on each step also "
            "follows the gradients of the batches before.",
            "grad-not-cleared",
        ),
        "between the backwards": Mistake(
            _epoch(_FORWARD, _FIT, _BACK, _PENALTY, _CLEAR, _BACK_TOO, _STEP, _KEEP),
            "The weights shrink and the fit is ignored: the clearing stands between the two backwards, so the gradient "
            "of the first loss is gone before the step. The stretch in which gradients wait begins with the **first** "
            "backward.",
            "cleared-before-step",
        ),
        "before the step": Mistake(
            _epoch(_FORWARD, _FIT, _BACK, _PENALTY, _BACK_TOO, _CLEAR, _STEP, _KEEP),
            "No weight has moved. The gradients are cleared after both backwards and before the step that should use "
            "them.",
            "cleared-before-step",
        ),
        "once an epoch": Mistake(
            _epoch(_FORWARD, _FIT, _BACK, _PENALTY, _BACK_TOO, _STEP, _KEEP, before=[_CLEAR]),
            "Cleared once an epoch, and wanted once a batch: within the epoch the gradients pile up, and each step "
            "uses those of the batches before again.",
            "grad-not-cleared",
        ),
        "step too early": Mistake(
            _epoch(_CLEAR, _FORWARD, _FIT, _BACK, _STEP, _PENALTY, _BACK_TOO, _KEEP),
            "The penalty has no effect. Either it is not sent back at all, or only after the step, so that its "
            "gradient is cleared before anybody uses it. Both backwards come before the step.",
            "step-before-backward",
        ),
        "a step for each loss": Mistake(
            _epoch(_CLEAR, _FORWARD, _FIT, _BACK, _STEP, _CLEAR, _PENALTY, _BACK_TOO, _STEP, _KEEP),
            "Two steps a round, one for each loss. That is another algorithm: the penalty is taken at weights that "
            "have already moved. Both gradients should add up and be used together.",
        ),
        "a step without clearing in between": Mistake(
            _epoch(_CLEAR, _FORWARD, _FIT, _BACK, _STEP, _PENALTY, _BACK_TOO, _STEP, _KEEP),
            "The first step has used the gradient of the fit and left it in `.grad`; the second step uses it again. "
            "One step a round, after both backwards.",
            "step-clears-gradients",
        ),
    },
    hints=(
        "Say for each line what it does to `.grad`: add, read, empty, or nothing.",
        "From which line to which line are gradients waiting to be used? There are two backwards.",
        "The stretch goes from `loss.backward()` to `optimizer.step()`. Any other line of the round will do.",
    ),
    why="Five gaps of this round are right; the three between the first backward and the step are not.",
    objectives=("place-the-clearing", "gradients-add-up"),
    covers=("S5-14", "S5-16", "S5-28", "S5-34", "S5-35", "R-12"),
    minutes=4,
    difficulty=1,
    seconds=20,  # the first call may have to import torch
    draw=draw_epoch,
    observe=observe_epoch,
)

# ------------------------------------------------------------------ one step from many batches


def draw_groups(seed):
    import random

    rng = random.Random(seed)
    groups = []
    for sizes in ([4, 4, 4], [6, 6, 2], [5, 1], [4, 4, 4]):
        groups.append([{"X": _table(rng, n, 3), "y": _table(rng, n, 1)} for n in sizes])
    return {"groups": groups, "weight": _table(rng, 1, 3), "lr": rng.choice([0.05, 0.1])}


def observe_groups(function, inputs):
    """Take a step for each group, even and ragged, one after the other on the same model."""
    import torch

    model = torch.nn.Linear(3, 1)
    with torch.no_grad():
        model.weight.copy_(torch.tensor(inputs["weight"]))
        model.bias.zero_()
    optimizer = torch.optim.SGD(model.parameters(), lr=inputs["lr"])
    rows, seen = [], {}
    model.register_forward_pre_hook(lambda _, given: rows.append(len(given[0])))
    for number, group in enumerate(inputs["groups"], start=1):
        batches = [(torch.tensor(batch["X"]), torch.tensor(batch["y"])) for batch in group]
        rows.clear()
        function(model, torch.nn.MSELoss(), optimizer, batches)
        sizes = [len(xb) for xb, _ in batches]
        seen[f"call {number}, batches of {sizes} rows"] = {
            "weight and bias after it": [model.weight.detach().clone(), model.bias.detach().clone()],
            "more rows at once than the largest batch": max(rows, default=0) > max(sizes),
        }
    return {"four calls of `large_step` on one model": seen}


_HEAD = "def large_step(model, loss_fn, optimizer, batches):\n"
_ALL = "    rows = sum(len(xb) for xb, _ in batches)\n"
_LOOP = "    for xb, yb in batches:\n"
_SHARE = "        (loss_fn(model(xb), yb) * len(xb) / rows).backward()\n"
_FIRST, _LAST = "    optimizer.zero_grad()\n", "    optimizer.step()\n"

large_step = Exercise(
    id="large-step",
    title="One step from many batches",
    function="large_step",
    prompt="""`batches` is a list of `(xb, yb)`, of equal size or not; `loss_fn` averages over the rows it is given.
Take **one** step that counts as if all rows had been in one large batch, without sending more than one batch at a time
through the model. The function is called again and again on the same model.""",
    stub='''def large_step(model, loss_fn, optimizer, batches):
    """Take one optimizer step, as if all rows of the batches were one batch."""
    for xb, yb in batches:
        loss = loss_fn(model(xb), yb)
        ...
''',
    solutions={
        "shares": _HEAD + _FIRST + _ALL + _LOOP + _SHARE + _LAST,
        "divided at the end": _HEAD
        + _FIRST
        + _ALL
        + _LOOP
        + "        (loss_fn(model(xb), yb) * len(xb)).backward()\n"
        + "    for p in model.parameters():\n        p.grad /= rows\n"
        + _LAST,
        "one backward": _HEAD
        + _ALL
        + "    loss = sum(loss_fn(model(xb), yb) * len(xb) for xb, yb in batches) / rows\n"
        + _FIRST
        + "    loss.backward()\n"
        + _LAST,
        "cleared last": _HEAD + _ALL + _LOOP + _SHARE + _LAST + _FIRST,
    },
    mistakes={
        "undivided": Mistake(
            _HEAD + _FIRST + _LOOP + "        loss_fn(model(xb), yb).backward()\n" + _LAST,
            "The step is too long: the means of the batches were added up and nobody divided. Each batch should count "
            "with its share of the rows.",
            "accumulation-not-divided",
        ),
        "even only": Mistake(
            _HEAD + _FIRST + _LOOP + "        (loss_fn(model(xb), yb) / len(batches)).backward()\n" + _LAST,
            "Right for batches of equal size, and a little off for ragged ones: a batch of 2 rows counts as much as "
            "one of 6. Weight each mean by its share of the rows.",
            "accumulation-not-divided",
        ),
        "cleared in the loop": Mistake(
            _HEAD + _ALL + _LOOP + "    " + _FIRST + _SHARE + _LAST,
            "Only the last batch has counted: the clearing stands inside the loop and throws away what the batches "
            "before had collected.",
            "accumulation-cleared",
        ),
        "a step for each": Mistake(
            _HEAD + _ALL + _LOOP + "    " + _FIRST + _SHARE + "    " + _LAST,
            "Each batch took a step of its own. One step is wanted, after the last batch, when `.grad` holds them all.",
        ),
        "never cleared": Mistake(
            _HEAD + _ALL + _LOOP + _SHARE + _LAST,
            "The first call is right and the later ones are not: the gradients of the call before are still in "
            "`.grad` and are used again. Clear once per call.",
            "grad-not-cleared",
        ),
        "cleared before the step": Mistake(
            _HEAD + _ALL + _LOOP + _SHARE + _FIRST + _LAST,
            "No weight has moved: everything that was collected is cleared just before the step.",
            "cleared-before-step",
        ),
        "step in the loop": Mistake(
            _HEAD + _FIRST + _ALL + _LOOP + _SHARE + "    " + _LAST,
            "The step stands inside the loop: it runs after each batch, and uses the gradients of the earlier ones "
            "again each time.",
            "step-clears-gradients",
        ),
        "all at once": Mistake(
            "import torch\n\n\n"
            + _HEAD
            + "    X, y = (torch.cat(parts) for parts in zip(*batches))\n"
            + _FIRST
            + "    loss_fn(model(X), y).backward()\n"
            + _LAST,
            "The numbers are right, but all rows went through the model at once. That is what has no room in memory; "
            "send the batches one by one.",
        ),
        "row by row": Mistake(
            _HEAD + _FIRST + _ALL + _LOOP + "        (loss_fn(model(xb), yb) / rows).backward()\n" + _LAST,
            "The step is too short: `loss_fn` has averaged over the batch already, so a batch stands for `len(xb)` "
            "of the rows, not for one.",
        ),
    },
    hints=(
        "Backward adds. What must each batch's loss be multiplied by, so that the sum is the mean over all rows?",
        "A batch of 2 rows in a group of 14 stands for 2/14 of it. `loss_fn` has already divided by 2.",
        "Clear once, go through the batches with `(loss * len(xb) / rows).backward()`, step once.",
    ),
    why="The mean over all rows is the sum of the batches' means, each times its share of the rows. Backward does the "
    "adding; clearing and step come once.",
    objectives=("accumulate-on-purpose", "gradients-add-up"),
    covers=("X-23", "R-29", "S5-18", "S5-26"),
    minutes=6,
    difficulty=2,
    seconds=20,
    draw=draw_groups,
    observe=observe_groups,
)

# ------------------------------------------------------------------ momentum from a fading gradient


def draw_fading(seed):
    import random

    rng = random.Random(seed)
    return {
        "X": _table(rng, 12, 3),
        "y": _table(rng, 12, 1),
        "weight": _table(rng, 1, 3),
        "mu": rng.choice([0.7, 0.8, 0.9]),
    }


def observe_fading(function, inputs):
    import torch

    model, loss_fn = torch.nn.Linear(3, 1), torch.nn.MSELoss()
    with torch.no_grad():
        model.weight.copy_(torch.tensor(inputs["weight"]))
        model.bias.zero_()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    X, y, ways = torch.tensor(inputs["X"]), torch.tensor(inputs["y"]), []
    for _ in range(6):
        function(model, loss_fn, optimizer, X, y, inputs["mu"])
        ways.append(model.weight.detach().clone())
    return {f"six calls of `fading_step` with mu={inputs['mu']}": {"model.weight after each": ways}}


_FADE_HEAD = "def fading_step(model, loss_fn, optimizer, X, y, mu):\n"
_ROUND = "    loss = loss_fn(model(X), y)\n    loss.backward()\n    optimizer.step()\n"
_FADE = "    for p in model.parameters():\n        if p.grad is not None:\n            p.grad *= mu\n"

fading_step = Exercise(
    id="fading-step",
    title="Momentum without momentum",
    function="fading_step",
    prompt="""The optimizer is plain `SGD`, and the round below never clears: that is momentum 1.0. Change it so that
repeated calls move the weights exactly as `SGD(..., momentum=mu)` with clearing would, for any `mu` between 0 and 1.
Keep the plain optimizer, and no memory besides `.grad`.""",
    stub='''def fading_step(model, loss_fn, optimizer, X, y, mu):
    """Do one round; plain SGD in, momentum mu out."""
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
''',
    solutions={
        "faded first": _FADE_HEAD + _FADE + _ROUND,
        "faded last": _FADE_HEAD + _ROUND + "    for p in model.parameters():\n        p.grad.mul_(mu)\n",
        "through the groups": _FADE_HEAD
        + "    loss = loss_fn(model(X), y)\n"
        + "    for group in optimizer.param_groups:\n        for p in group['params']:\n"
        + "            p.grad = None if p.grad is None else mu * p.grad\n"
        + "    loss.backward()\n    optimizer.step()\n",
    },
    mistakes={
        "cleared": Mistake(
            _FADE_HEAD + "    optimizer.zero_grad()\n" + _ROUND,
            "That is plain SGD, momentum 0: the old gradients are gone altogether. They should stay, but count less.",
        ),
        "faded before the step": Mistake(
            _FADE_HEAD + "    loss = loss_fn(model(X), y)\n    loss.backward()\n" + _FADE + "    optimizer.step()\n",
            "The new gradient has been faded too: the fading stands between backward and step, the stretch in which "
            "nobody should touch `.grad`. Only the old ones are to count less.",
            "cleared-before-step",
        ),
        "faded by one minus mu": Mistake(
            _FADE_HEAD + _FADE.replace("*= mu", "*= 1 - mu") + _ROUND,
            "The old velocity is kept with the factor 1 - mu. Momentum keeps the share mu of it: with 0.9, most of it.",
        ),
        "faded twice": Mistake(
            _FADE_HEAD + _FADE + _ROUND + _FADE,
            "The old gradients are faded twice from one step to the next, by mu · mu. Once a round is enough.",
        ),
        "weights faded": Mistake(
            "import torch\n\n\n"
            + _FADE_HEAD
            + "    with torch.no_grad():\n        for p in model.parameters():\n            p *= mu\n"
            + _ROUND,
            "This shrinks the weights themselves. What should fade is the memory, and that is kept in `.grad`.",
        ),
        "averaged": Mistake(
            _FADE_HEAD
            + _FADE
            + "    loss = loss_fn(model(X), y)\n    ((1 - mu) * loss).backward()\n    optimizer.step()\n",
            "The new gradient is multiplied by 1 - mu, as in a running mean. Torch's momentum adds it in full: "
            "velocity = mu · velocity + gradient.",
        ),
    },
    hints=(
        "Write down what `.grad` holds at the second step, without clearing: old + new. What should it hold?",
        "mu · old + new. So the old part has to be multiplied by mu, at a time when the new part is not there yet.",
        "Before `backward()` (where `.grad` may still be None), or right after `step()`: `p.grad *= mu` for each "
        "parameter.",
    ),
    why="v = mu · v + gradient: `backward()` does the adding, one line does the fading, and `.grad` is the velocity. "
    "mu = 0 is clearing, mu = 1 is the bug.",
    objectives=("never-cleared", "gradients-add-up"),
    covers=("R-14", "S5-13", "S5-34"),
    minutes=20,
    difficulty=3,
    seconds=20,
    draw=draw_fading,
    observe=observe_fading,
)
