"""The code exercises of lesson 10: sixteen loops with a fault each to mend, and a patient with five faults at once."""

from functools import reduce

from lessontools.practice.exercise import Exercise, Mistake


def edited(source, *pairs):
    """Return the source with each old text replaced by its new one; an old text that is not there is a slip of ours."""

    def one(text, pair):
        old, new = pair
        if old not in text:
            raise ValueError(f"not in the source: {old!r}")
        return text.replace(old, new)

    return reduce(one, pairs, source)


def draw_seed(seed):
    return {"seed": seed}


def rounded(values):
    return [round(float(value), 4) for value in values]


def flat(model):
    return rounded(number for p in model.parameters() for number in p.detach().flatten())


def three_classes(seed, rows=60):
    """Rows of three classes, in random order, that a linear model can tell apart."""
    import torch

    torch.manual_seed(seed)
    y = torch.randint(3, (rows,))
    y[:3] = torch.tensor([0, 1, 2])
    X = torch.randn(rows, 4)
    X[torch.arange(rows), y] += 2.0
    return X, y


def a_line(seed, rows=40):
    """Rows and a number for each, shape (rows,), that a linear model can give."""
    import torch

    torch.manual_seed(seed)
    X = torch.randn(rows, 3)
    return X, X @ torch.tensor([2.0, -1.0, 0.5]) + 1.0


# ================================================================== ward A: loops that stop with a message

# ------------------------------------------------------------------ 1 Double and Float


def observe_dtype(function, inputs):
    import torch

    X, y = three_classes(inputs["seed"])
    table, labels = X.double().numpy(), y.numpy()
    torch.manual_seed(inputs["seed"] + 1)
    model = torch.nn.Linear(4, 3)
    losses = function(model, table, labels)
    return {"losses of fit(model, table, labels)": rounded(losses), "weights afterwards": flat(model)}


DTYPE = '''import torch
from torch.nn.functional import cross_entropy


def fit(model, table, labels):
    """Train for 10 rounds on a NumPy table and its class ids; return the losses."""
    X = torch.from_numpy(table)
    y = torch.from_numpy(labels)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    losses = []
    for epoch in range(10):
        optimizer.zero_grad()
        loss = cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
'''

mend_dtype = Exercise(
    id="mend-dtype",
    title="A1: Double and Float",
    function="fit",
    prompt="""`table` comes from NumPy. The patient stops with "mat1 and mat2 must have the same dtype, but got Double
and Float". Mend the place where the data enters.""",
    stub=DTYPE,
    solutions={
        "float": edited(DTYPE, ("torch.from_numpy(table)", "torch.from_numpy(table).float()")),
        "as-tensor": edited(DTYPE, ("torch.from_numpy(table)", "torch.as_tensor(table, dtype=torch.float32)")),
        "in-numpy": edited(DTYPE, ("torch.from_numpy(table)", "torch.from_numpy(table.astype('float32'))")),
        "double-model": edited(DTYPE, ("    X = torch", "    model.double()\n    X = torch")),
    },
    mistakes={
        "dropped": Mistake(
            edited(DTYPE, ("    losses = []", "    X.float()\n    losses = []")),
            "`.float()` made a float32 copy, and the line threw it away: on tensors these methods return a new one. "
            "Keep it: `X = X.float()`.",
            "to-in-place",
        ),
        "labels-too": Mistake(
            edited(
                DTYPE,
                ("torch.from_numpy(table)", "torch.from_numpy(table).float()"),
                ("torch.from_numpy(labels)", "torch.from_numpy(labels).float()"),
            ),
            "The table is cured and the labels have caught it: class ids name classes, and torch wants them as whole "
            "numbers (int64). Only what is measured becomes float32.",
            "dtype-is-cosmetic",
        ),
        "whole": Mistake(
            edited(DTYPE, ("torch.from_numpy(table)", "torch.from_numpy(table).long()")),
            "Now the message says Long and Float: whole numbers do not fit either, and the decimals are gone. "
            "Weights are float32, so the rows have to be float32.",
            "dtype-is-cosmetic",
        ),
    },
    hints=(
        "Double is torch's name for float64, Float for float32. Which of the two is the model's?",
        "Convert once, in the line where the table becomes a tensor, and keep what the conversion returns.",
    ),
    why="Rows become float32 where they enter; class ids stay int64. The message named both sides: 'Double' came from "
    "NumPy, 'Float' from the weights.",
    objectives=("mend-a-loop", "read-the-message"),
    covers=("X-15",),
    minutes=2,
    difficulty=1,
    draw=draw_seed,
    observe=observe_dtype,
)

# ------------------------------------------------------------------ 2 a label outside the classes


def observe_labels(function, inputs):
    import torch

    X, y = three_classes(inputs["seed"])
    torch.manual_seed(inputs["seed"] + 1)
    model = torch.nn.Linear(4, 3)
    losses = function(model, X, y + 1)
    return {"losses of fit(model, X, species)": rounded(losses), "weights afterwards": flat(model)}


LABELS = '''import torch
from torch.nn.functional import cross_entropy


def fit(model, X, species):
    """Train for 10 rounds; `species` holds the numbers 1, 2 and 3. Return the losses."""
    y = species
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    losses = []
    for epoch in range(10):
        optimizer.zero_grad()
        loss = cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
'''

mend_labels = Exercise(
    id="mend-labels",
    title="A2: Target 3 is out of bounds",
    function="fit",
    prompt="""The field guide numbers its species 1, 2, 3; the model has three outputs, and keeps them. The patient
stops with "Target 3 is out of bounds". Mend the ids, so that species 1 belongs to the first output.""",
    stub=LABELS,
    solutions={
        "minus-one": edited(LABELS, ("y = species\n", "y = species - 1\n")),
        "where-used": edited(LABELS, ("cross_entropy(model(X), y)", "cross_entropy(model(X), y - 1)")),
        "unique": edited(LABELS, ("y = species\n", "y = torch.unique(species, return_inverse=True)[1]\n")),
    },
    mistakes={
        "clamped": Mistake(
            edited(LABELS, ("y = species\n", "y = species.clamp(max=2)\n")),
            "The message is gone, and so is a species: clamping has turned every 3 into a 2. Shift the ids instead "
            "of cutting them off.",
            "silence-is-health",
        ),
        "wrapped": Mistake(
            edited(LABELS, ("y = species\n", "y = species % 3\n")),
            "No message, but species 3 has become output 0 and species 1 output 1: names and outputs no longer agree. "
            "Subtract one.",
            "silence-is-health",
        ),
        "one-hot": Mistake(
            edited(LABELS, ("y = species\n", "y = torch.nn.functional.one_hot(species).float()\n")),
            "One-hot rows of the ids 1 to 3 have four places, for the classes 0 to 3, and the model has three outputs. "
            "The count has to begin at 0.",
            "",
        ),
    },
    hints=("Three outputs have the places 0, 1 and 2.", "Which number do you take from each id?"),
    why="An id is the place of an output, and places count from 0 to C - 1.",
    objectives=("mend-a-loop", "read-the-message"),
    covers=("X-15",),
    minutes=2,
    difficulty=1,
    draw=draw_seed,
    observe=observe_labels,
)

# ------------------------------------------------------------------ 3 a loss cut from the graph


def observe_cut(function, inputs):
    import torch

    X, y = a_line(inputs["seed"], 30)
    parts = [(X[row : row + 10], y[row : row + 10, None]) for row in (0, 10, 20)]
    torch.manual_seed(inputs["seed"] + 1)
    model = torch.nn.Linear(3, 1)
    losses = function(model, parts)
    return {"losses of fit(model, parts)": rounded(losses), "weights afterwards": flat(model)}


CUT = '''import torch
from torch.nn.functional import mse_loss


def fit(model, parts):
    """Train for 10 rounds on the mean loss of all parts, each a pair (xb, yb); return the losses."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for epoch in range(10):
        optimizer.zero_grad()
        each = [mse_loss(model(xb), yb).item() for xb, yb in parts]
        loss = torch.tensor(each).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
'''

mend_cut = Exercise(
    id="mend-cut",
    title="A3: element 0 of tensors does not require grad",
    function="fit",
    prompt="""One step a round, on the mean loss of all parts. `loss.backward()` stops with "element 0 of tensors does
not require grad and does not have a grad_fn". Find where the way back to the weights is cut.""",
    stub=CUT,
    solutions={
        "stack": edited(CUT, (".item() for", " for"), ("torch.tensor(each).mean()", "torch.stack(each).mean()")),
        "sum": edited(CUT, (".item() for", " for"), ("torch.tensor(each).mean()", "sum(each) / len(each)")),
        "part-by-part": edited(
            CUT,
            (
                "        each = [mse_loss(model(xb), yb).item() for xb, yb in parts]\n"
                "        loss = torch.tensor(each).mean()\n        loss.backward()\n",
                "        loss = 0.0\n        for xb, yb in parts:\n"
                "            part = mse_loss(model(xb), yb) / len(parts)\n            part.backward()\n"
                "            loss += part.detach()\n",
            ),
        ),
    },
    mistakes={
        "band-aid": Mistake(
            edited(CUT, ("torch.tensor(each).mean()", "torch.tensor(each, requires_grad=True).mean()")),
            "The message is gone and nothing learns: this tensor is a new leaf, and backward ends there. Print the "
            "weights' `.grad`: None. Remove the cut (`.item()`) instead of painting over it.",
            "backward-on-leaf",
        ),
        "still-rewrapped": Mistake(
            edited(CUT, (".item() for", " for")),
            "The parts keep their graphs now, and `torch.tensor(...)` cuts them off once more: it copies numbers only. "
            "Join them by `torch.stack`, or by adding up.",
            "",
        ),
        "summed": Mistake(
            edited(CUT, (".item() for", " for"), ("torch.tensor(each).mean()", "sum(each)")),
            "The graph is whole. But the losses are added where their mean was asked for, so each step is three times "
            "as long: divide by the number of parts.",
            "",
        ),
    },
    hints=(
        "What does `.item()` return: a tensor with a history, or a plain number?",
        "`torch.tensor(...)` starts a new history as well. What joins tensors and keeps theirs?",
    ),
    why="`.item()` and `torch.tensor(...)` both leave the graph. Join tensors by torch's own operations, and take "
    "`.item()` for the list of losses only.",
    objectives=("mend-a-loop", "read-the-message"),
    covers=("X-04", "X-08"),
    minutes=3,
    difficulty=2,
    draw=draw_seed,
    observe=observe_cut,
)

# ------------------------------------------------------------------ 4 backward a second time


def observe_twice(function, inputs):
    import torch

    X, y = three_classes(inputs["seed"])
    torch.manual_seed(inputs["seed"] + 1)
    model = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.Tanh(), torch.nn.Linear(6, 3))
    losses = function(model, X, y)
    return {"losses of fit(model, X, y)": rounded(losses), "weights afterwards": flat(model)}


TWICE = '''import torch
from torch.nn.functional import cross_entropy


def fit(model, X, y):
    """Train for 10 rounds; return the losses."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    logits = model(X)
    losses = []
    for epoch in range(10):
        optimizer.zero_grad()
        loss = cross_entropy(logits, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
'''

mend_second_backward = Exercise(
    id="mend-second-backward",
    title="A4: backward a second time",
    function="fit",
    prompt="""Round one works. In round two `loss.backward()` stops with "Trying to backward through the graph a second
time". What is made once, and should be made in every round?""",
    stub=TWICE,
    solutions={
        "forward-inside": edited(
            TWICE,
            ("    logits = model(X)\n", ""),
            ("        loss = cross", "        logits = model(X)\n        loss = cross"),
        ),
        "in-one-line": edited(TWICE, ("cross_entropy(logits, y)", "cross_entropy(model(X), y)")),
        "anew-at-the-end": edited(TWICE, ("        losses.append", "        logits = model(X)\n        losses.append")),
    },
    mistakes={
        "retained": Mistake(
            edited(TWICE, ("loss.backward()", "loss.backward(retain_graph=True)")),
            "The message suggests `retain_graph=True`, and it only changes the message: the old graph is kept, the "
            "step has changed weights that it needs. Even where that runs, the predictions would be of round one.",
            "second-backward",
        ),
        "detached": Mistake(
            edited(TWICE, ("    logits = model(X)\n", "    logits = model(X).detach()\n")),
            "Detached logits have no way back to the weights, so now backward finds nothing to walk. The graph has to "
            "be made anew in every round, not taken away.",
            "",
        ),
        "loss-outside-too": Mistake(
            edited(
                TWICE,
                (
                    "        loss = cross_entropy(logits, y)\n        loss.backward()\n",
                    "        if epoch == 0:\n"
                    "            loss = cross_entropy(logits, y)\n            loss.backward()\n",
                ),
            ),
            "One backward, no message, and one step: in all later rounds there is no gradient. Each round needs a "
            "forward pass with the weights of that round.",
            "silence-is-health",
        ),
    },
    hints=("`logits` belongs to the weights that made it. When do the weights change?",),
    why="Each round: a new forward pass, a new graph, one backward through it.",
    objectives=("mend-a-loop", "read-the-message"),
    covers=("X-02", "X-03"),
    minutes=2,
    difficulty=1,
    draw=draw_seed,
    observe=observe_twice,
)

# ------------------------------------------------------------------ 5 an update by hand


def observe_by_hand(function, inputs):
    import torch

    X, y = a_line(inputs["seed"])
    losses, w = function(X, y)
    seen = {"losses, w = fit_by_hand(X, y)": [rounded(losses), rounded(torch.as_tensor(w).detach().flatten())]}
    return seen | {"w.is_leaf": w.is_leaf}


BY_HAND = '''import torch


def fit_by_hand(X, y):
    """Fit three weights without an optimizer, in 8 rounds; return the losses and the weights."""
    w = torch.zeros(3, requires_grad=True)
    losses = []
    for epoch in range(8):
        loss = ((X @ w - y) ** 2).mean()
        loss.backward()
        w = w - 0.1 * w.grad
        losses.append(loss.item())
    return losses, w
'''

mend_by_hand = Exercise(
    id="mend-by-hand",
    title="A5: float and NoneType",
    function="fit_by_hand",
    prompt="""No optimizer, three weights. Round two stops with "unsupported operand type(s) for *: 'float' and
'NoneType'": `w.grad` is None. Mend the update, and look at what an optimizer does besides moving.""",
    stub=BY_HAND,
    solutions={
        "in-place": edited(
            BY_HAND,
            (
                "        w = w - 0.1 * w.grad\n",
                "        with torch.no_grad():\n            w -= 0.1 * w.grad\n        w.grad = None\n",
            ),
        ),
        "zeroed": edited(
            BY_HAND,
            (
                "        w = w - 0.1 * w.grad\n",
                "        with torch.no_grad():\n            w.sub_(0.1 * w.grad)\n            w.grad.zero_()\n",
            ),
        ),
        "new-leaf": edited(BY_HAND, ("w = w - 0.1 * w.grad", "w = (w - 0.1 * w.grad).detach().requires_grad_()")),
        "functional": edited(
            BY_HAND,
            (
                "        loss.backward()\n        w = w - 0.1 * w.grad\n",
                "        (slope,) = torch.autograd.grad(loss, w)\n"
                "        with torch.no_grad():\n            w -= 0.1 * slope\n",
            ),
        ),
    },
    mistakes={
        "in-place-recorded": Mistake(
            edited(BY_HAND, ("w = w - 0.1 * w.grad", "w -= 0.1 * w.grad")),
            "In place is right, and autograd is watching: 'a leaf Variable that requires grad is being used in an "
            "in-place operation'. An update is no part of the model's formula: put it under `torch.no_grad()`.",
            "",
        ),
        "never-cleared": Mistake(
            edited(
                BY_HAND,
                ("        w = w - 0.1 * w.grad\n", "        with torch.no_grad():\n            w -= 0.1 * w.grad\n"),
            ),
            "It moves, and each move uses the slopes of all rounds before once more: backward adds to `.grad`. An "
            "optimizer would have `zero_grad()` for that; here you clear by hand.",
            "grad-not-cleared",
        ),
        "retained": Mistake(
            edited(
                BY_HAND,
                (
                    "        w = w - 0.1 * w.grad\n",
                    "        w = w - 0.1 * w.grad\n        w.retain_grad()\n",
                ),
            ),
            "`retain_grad` gives the new `w` a `.grad`, and the numbers come out right. But `w` is no leaf: it hangs "
            "on the graphs of all rounds before, and each backward walks back through every one of them.",
            "",
        ),
        "none-is-zero": Mistake(
            edited(
                BY_HAND,
                (
                    "        w = w - 0.1 * w.grad\n",
                    "        if w.grad is not None:\n            w = w - 0.1 * w.grad\n",
                ),
            ),
            "A check for None keeps the message away for a moment; what should be asked is why it is None: after round "
            "one `w` names a tensor that is no leaf, and leaves alone get a `.grad`.",
            "none-is-zero",
        ),
    },
    hints=(
        "`w = w - ...` makes a new tensor and calls it w. Who owns the `.grad` then?",
        "Change the tensor itself, under `torch.no_grad()`, and then empty its `.grad`.",
    ),
    why="Change the leaf in place, unrecorded, then clear: that is what step() and zero_grad() do for you.",
    objectives=("mend-a-loop", "read-the-message"),
    covers=("X-07", "X-03", "S5-34"),
    minutes=4,
    difficulty=2,
    draw=draw_seed,
    observe=observe_by_hand,
)

# ------------------------------------------------------------------ 6 frozen, all of it


def observe_frozen(function, inputs):
    import torch

    X, y = three_classes(inputs["seed"])
    torch.manual_seed(inputs["seed"] + 1)
    body, head = torch.nn.Linear(4, 6), torch.nn.Linear(6, 3)
    before = flat(body)
    losses = function(body, head, X, y)
    seen = {"losses of fine_tune(body, head, X, y)": rounded(losses), "weights of the head afterwards": flat(head)}
    seen["the body stayed as it was"] = flat(body) == before
    seen["gradients left on the body"] = any(p.grad is not None for p in body.parameters())
    return seen


FROZEN = '''import torch
from torch.nn.functional import cross_entropy


def fine_tune(body, head, X, y):
    """Train the head for 10 rounds on a body that stays as it is; return the losses."""
    model = torch.nn.Sequential(body, torch.nn.Tanh(), head)
    for parameter in model.parameters():
        parameter.requires_grad = False
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    losses = []
    for epoch in range(10):
        optimizer.zero_grad()
        loss = cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
'''

FREEZE = "    for parameter in model.parameters():\n        parameter.requires_grad = False\n"

mend_frozen = Exercise(
    id="mend-frozen",
    title="A6: everything is frozen",
    function="fine_tune",
    prompt="""The body is to stay as it is, the head is to learn. The patient stops in backward. Mend it so that the
body gets no gradients and does not move, and the head does.""",
    stub=FROZEN,
    solutions={
        "body-only": edited(FROZEN, ("for parameter in model.parameters()", "for parameter in body.parameters()")),
        "module-method": edited(FROZEN, (FREEZE, "    body.requires_grad_(False)\n")),
        "thaw-the-head": edited(FROZEN, (FREEZE, FREEZE + "    head.requires_grad_(True)\n")),
        "no-grad-body": edited(
            FROZEN,
            (FREEZE, ""),
            (
                "        loss = cross_entropy(model(X), y)\n",
                "        with torch.no_grad():\n            h = torch.tanh(body(X))\n"
                "        loss = cross_entropy(head(h), y)\n",
            ),
        ),
    },
    mistakes={
        "module-switch": Mistake(
            edited(FROZEN, (FREEZE, "    body.requires_grad = False\n")),
            "A module has no such switch: the line hangs an unused attribute on it, and the body goes on moving. "
            "`body.requires_grad_(False)`, with the underscore, goes through its parameters.",
            "module-requires-grad",
        ),
        "nothing-frozen": Mistake(
            edited(FROZEN, (FREEZE, ""), ("model.parameters(), lr", "head.parameters(), lr")),
            "The head learns and the body stays, since the optimizer does not hold it. But backward still works out "
            "the body's gradients, and they pile up: nobody clears them. Freeze it.",
            "",
        ),
        "band-aid": Mistake(
            edited(FROZEN, ("        loss.backward()", "        loss.requires_grad_(True)\n        loss.backward()")),
            "`requires_grad_(True)` on the loss silences the message. The loss has no history, so no weight gets a "
            "gradient and every round gives the same loss. Thaw the head instead.",
            "backward-on-leaf",
        ),
        "head-frozen": Mistake(
            edited(FROZEN, (FREEZE, "    head.requires_grad_(False)\n")),
            "The wrong half is frozen: now the body learns and the head stands still.",
            "",
        ),
    },
    hints=(
        "Which parameters does the loop over `model.parameters()` reach?",
        "Freeze the body's parameters only: `requires_grad_` is the method of a module.",
    ),
    why="Freezing a part is a fine thing; freezing all of it leaves no graph, and backward says so.",
    objectives=("mend-a-loop", "read-the-message"),
    covers=("S5-36",),
    minutes=3,
    difficulty=2,
    draw=draw_seed,
    observe=observe_frozen,
)

# ================================================================== ward B: loops that run and do not learn

# ------------------------------------------------------------------ 7 step before backward


def observe_training(function, inputs):
    import torch

    X, y = three_classes(inputs["seed"])
    torch.manual_seed(inputs["seed"] + 1)
    model = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.Tanh(), torch.nn.Linear(6, 3))
    losses = function(model, X, y)
    return {"losses of fit(model, X, y)": rounded(losses), "weights afterwards": flat(model)}


def observe_order(function, inputs):
    """As observe_training, and how often backward had run when the first step was taken."""
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    passes, before = [], []

    def watched(model, X, y):
        next(iter(model.parameters())).register_hook(lambda slope: passes.append(1))
        return function(model, X, y)

    handle = register_optimizer_step_pre_hook(lambda *_: before.append(len(passes)))
    try:
        seen = observe_training(watched, inputs)
    finally:
        handle.remove()
    return {"backward passes before the first step": before[:1], **seen}


STEP_FIRST = '''import torch
from torch.nn.functional import cross_entropy


def fit(model, X, y):
    """Train for 12 rounds; return the losses."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    losses = []
    for epoch in range(12):
        optimizer.zero_grad()
        loss = cross_entropy(model(X), y)
        optimizer.step()
        loss.backward()
        losses.append(loss.item())
    return losses
'''

UPSIDE = "        optimizer.step()\n        loss.backward()\n"
UPRIGHT = "        loss.backward()\n        optimizer.step()\n"

mend_step_first = Exercise(
    id="mend-step-first",
    title="B1: not one digit moves",
    function="fit",
    prompt="""Twelve rounds, twelve times the same loss to the last digit, and no message. Mend the order.""",
    stub=STEP_FIRST,
    solutions={
        "swapped": edited(STEP_FIRST, (UPSIDE, UPRIGHT)),
        "cleared-last": edited(
            STEP_FIRST,
            ("        optimizer.zero_grad()\n", ""),
            (UPSIDE, UPRIGHT + "        optimizer.zero_grad()\n"),
        ),
    },
    mistakes={
        "uncleared": Mistake(
            edited(STEP_FIRST, ("        optimizer.zero_grad()\n", "")),
            "Now the step does find gradients, those of the round before, and moves the weights between a forward pass "
            "and its backward: what backward needs has been overwritten. Put backward before step.",
            "step-before-backward",
        ),
        "swapped-uncleared": Mistake(
            edited(STEP_FIRST, ("        optimizer.zero_grad()\n", ""), (UPSIDE, UPRIGHT)),
            "The order is right now, and the clearing has got lost on the way: each step uses all gradients so far. "
            "It was not at fault; put it back.",
            "grad-not-cleared",
        ),
        "cleared-between": Mistake(
            edited(
                STEP_FIRST,
                ("        optimizer.zero_grad()\n", ""),
                (UPSIDE, "        loss.backward()\n        optimizer.zero_grad()\n        optimizer.step()\n"),
            ),
            "Backward comes first now, and the clearing stands between the two: the step finds nothing, as before. "
            "Clear anywhere else.",
            "cleared-before-step",
        ),
        "higher-rate": Mistake(
            edited(STEP_FIRST, ("lr=0.5", "lr=5.0")),
            "Still not one digit moves: the step stands before backward and finds no gradient, and ten times nothing "
            "is nothing. A loss that repeats itself exactly is no matter of the rate.",
            "rate-first",
        ),
    },
    hints=("What stands in `.grad` when `step()` runs?", "Clear, forward, loss, backward, step."),
    why="A step uses what backward has stored; `zero_grad()` at the top makes sure that there is nothing before it.",
    objectives=("mend-a-loop", "name-the-cause"),
    covers=("S5-35",),
    minutes=2,
    difficulty=1,
    draw=draw_seed,
    observe=observe_order,
)

# ------------------------------------------------------------------ 8 no clearing

UNCLEARED = '''import torch
from torch.nn.functional import cross_entropy


def fit(model, X, y):
    """Train for 12 rounds; return the losses."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    losses = []
    for epoch in range(12):
        loss = cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
'''

STEP = "        optimizer.step()\n"

mend_uncleared = Exercise(
    id="mend-uncleared",
    title="B2: it swings",
    function="fit",
    prompt="""The loss falls faster than it should, then swings. Each update pushes with the gradients of all rounds
before. Add what is missing, in any place that is legal.""",
    stub=UNCLEARED,
    solutions={
        "at-the-top": edited(
            UNCLEARED, ("        loss = cross", "        optimizer.zero_grad()\n        loss = cross")
        ),
        "after-the-step": edited(UNCLEARED, (STEP, STEP + "        optimizer.zero_grad()\n")),
        "before-backward": edited(
            UNCLEARED, ("        loss.backward()", "        model.zero_grad()\n        loss.backward()")
        ),
        "by-hand": edited(
            UNCLEARED,
            (STEP, STEP + "        for parameter in model.parameters():\n            parameter.grad = None\n"),
        ),
    },
    mistakes={
        "between": Mistake(
            edited(UNCLEARED, (STEP, "        optimizer.zero_grad()\n" + STEP)),
            "That is the one place where it may not stand: between backward and step the gradients are waiting to be "
            "used. Now nothing moves.",
            "cleared-before-step",
        ),
        "once": Mistake(
            edited(UNCLEARED, ("    losses = []", "    optimizer.zero_grad()\n    losses = []")),
            "Once before the loop clears what was not there yet. Backward adds in every round, so every round needs "
            "its clearing.",
            "grad-not-cleared",
        ),
        "lower-rate": Mistake(
            edited(UNCLEARED, ("lr=0.5", "lr=0.05")),
            "A lower rate makes the swings smaller and leaves their cause: old gradients still push in every step. "
            "Look at `.grad` before you turn the rate.",
            "rate-first",
        ),
    },
    hints=("Print a `.grad` twice in a row.", "Anywhere will do, but not between backward and step."),
    why="Backward adds, on purpose; whoever does not want the sum clears once a round.",
    objectives=("mend-a-loop", "name-the-cause"),
    covers=("S5-34",),
    minutes=2,
    difficulty=1,
    draw=draw_seed,
    observe=observe_training,
)

# ------------------------------------------------------------------ 9 softmax twice

SOFTMAX = '''import torch


def fit(model, X, y):
    """Train a classifier of three classes for 12 rounds; return the cross-entropies."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    loss_fn = torch.nn.CrossEntropyLoss()
    losses = []
    for epoch in range(12):
        optimizer.zero_grad()
        probabilities = model(X).softmax(dim=1)
        loss = loss_fn(probabilities, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
'''

SOFT = "probabilities = model(X).softmax(dim=1)"

mend_softmax = Exercise(
    id="mend-softmax",
    title="B3: it creeps to a floor",
    function="fit",
    prompt="""The labels come out well, yet the loss creeps and will not go below 0.55. Train on the real
cross-entropy.""",
    stub=SOFTMAX,
    solutions={
        "logits": edited(SOFTMAX, (SOFT, "logits = model(X)"), ("loss_fn(probabilities", "loss_fn(logits")),
        "log-softmax": edited(SOFTMAX, ("softmax(", "log_softmax(")),
        "nll": edited(SOFTMAX, ("softmax(", "log_softmax("), ("CrossEntropyLoss()", "NLLLoss()")),
        "log": edited(SOFTMAX, ("loss_fn(probabilities", "loss_fn(probabilities.log()")),
    },
    mistakes={
        "nll-alone": Mistake(
            edited(SOFTMAX, ("CrossEntropyLoss()", "NLLLoss()")),
            "The losses are negative now: `NLLLoss` takes **logarithms** of probabilities and only changes their sign. "
            "Give it `log_softmax`, or give cross-entropy the logits.",
            "nll-without-log",
        ),
        "other-side": Mistake(
            edited(SOFTMAX, ("dim=1", "dim=0")),
            "Softmax over the rows instead of the classes: still squeezed, and now wrong as well. No softmax belongs "
            "before cross-entropy.",
            "softmax-wrong-dim",
        ),
        "higher-rate": Mistake(
            edited(SOFTMAX, ("lr=0.5", "lr=2.0")),
            "A higher rate creeps faster, to the same floor: squeezed into 0 to 1, the scores can differ by 1 at most.",
            "rate-first",
        ),
        "labels": Mistake(
            edited(SOFTMAX, ("loss_fn(probabilities, y)", "loss_fn(probabilities.argmax(dim=1).float(), y.float())")),
            "Labels have no slope: `argmax` cuts the graph, and backward finds nothing to walk. The loss needs the "
            "logits.",
            "accuracy-as-loss",
        ),
    },
    hints=("What does `CrossEntropyLoss` do with its first argument, before anything else?",),
    why="CrossEntropyLoss is log_softmax and NLLLoss in one, so it wants logits. A second log_softmax changes nothing; "
    "a softmax before it flattens everything.",
    objectives=("mend-a-loop", "name-the-cause"),
    covers=("X-10", "X-12", "X-16", "X-09"),
    minutes=3,
    difficulty=1,
    draw=draw_seed,
    observe=observe_training,
)

# ------------------------------------------------------------------ 10 a column meets a row


def observe_column(function, inputs):
    import torch

    X, y = a_line(inputs["seed"])
    torch.manual_seed(inputs["seed"] + 1)
    model = torch.nn.Linear(3, 1)
    losses = function(model, X, y)
    return {"losses of fit(model, X, y) for y of shape (40,)": rounded(losses), "weights afterwards": flat(model)}


COLUMN = '''import torch


def fit(model, X, y):
    """Fit a line by squared errors in 20 rounds; `y` has the shape (n,). Return the losses."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for epoch in range(20):
        optimizer.zero_grad()
        y_hat = model(X)
        loss = ((y_hat - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
'''

mend_column = Exercise(
    id="mend-column",
    title="B4: every answer is the mean",
    function="fit",
    prompt="""Every prediction ends near the mean of `y`, and nobody warns: the loss is written by hand. `model(X)` has
the shape (n, 1), `y` has (n,). Mend the shapes.""",
    stub=COLUMN,
    solutions={
        "squeeze": edited(COLUMN, ("y_hat = model(X)", "y_hat = model(X).squeeze(1)")),
        "column": edited(COLUMN, ("(y_hat - y)", "(y_hat - y[:, None])")),
        "mse-loss": edited(COLUMN, ("((y_hat - y) ** 2).mean()", "torch.nn.functional.mse_loss(y_hat, y.view(-1, 1))")),
        "flatten": edited(COLUMN, ("(y_hat - y)", "(y_hat.flatten() - y)")),
    },
    mistakes={
        "row": Mistake(
            edited(COLUMN, ("(y_hat - y)", "(y_hat - y[None, :])")),
            "`y` is a row (1, n) now, and (n, 1) against (1, n) still gives (n, n): every prediction meets every "
            "target. Both need one and the same shape.",
            "broadcast-loss",
        ),
        "divided": Mistake(
            edited(COLUMN, ("((y_hat - y) ** 2).mean()", "((y_hat - y) ** 2).sum() / len(y)")),
            "Another way of averaging the same n times n differences, and a steeper one. They should not be there at "
            "all: print `(y_hat - y).shape`.",
            "broadcast-loss",
        ),
        "mean-first": Mistake(
            edited(COLUMN, ("((y_hat - y) ** 2).mean()", "(y_hat - y).mean() ** 2")),
            "Squared after averaging, errors up and down cancel each other. The (n, n) differences are there as well: "
            "print `(y_hat - y).shape`.",
            "",
        ),
    },
    hints=("Print `(y_hat - y).shape`.", "`squeeze(1)` takes a column away, `[:, None]` adds one."),
    why="(n, 1) against (n,) broadcasts to (n, n); the best single answer to all targets is their mean. Loss functions "
    "of torch warn or refuse, your own do not.",
    objectives=("mend-a-loop", "name-the-cause"),
    covers=("X-13",),
    minutes=3,
    difficulty=2,
    draw=draw_seed,
    observe=observe_column,
)

# ------------------------------------------------------------------ 11 sigmoid twice


def observe_sigmoid(function, inputs):
    import torch

    X, y = three_classes(inputs["seed"])
    torch.manual_seed(inputs["seed"] + 1)
    model = torch.nn.Linear(4, 1)
    losses, p = function(model, X, (y == 0).float())
    return {"losses, p = fit(model, X, y)": [rounded(losses), rounded(p)], "weights afterwards": flat(model)}


SIGMOID = '''import torch


def fit(model, X, y):
    """Train for 12 rounds on labels 0.0 and 1.0; return the losses and the probabilities of class 1."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    loss_fn = torch.nn.BCEWithLogitsLoss()
    losses = []
    for epoch in range(12):
        optimizer.zero_grad()
        p = torch.sigmoid(model(X).squeeze(1))
        loss = loss_fn(p, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        return losses, torch.sigmoid(model(X).squeeze(1))
'''

mend_sigmoid = Exercise(
    id="mend-sigmoid",
    title="B5: sigmoid twice",
    function="fit",
    prompt="""As the loss sees it, no row ever gets a probability below 0.5. Give the loss what its name asks for.
What is returned at the end stays a probability.""",
    stub=SIGMOID,
    solutions={
        "logits": edited(
            SIGMOID,
            ("p = torch.sigmoid(model(X).squeeze(1))", "logits = model(X).squeeze(1)"),
            ("loss_fn(p", "loss_fn(logits"),
        ),
        "bce": edited(SIGMOID, ("BCEWithLogitsLoss()", "BCELoss()")),
        "functional": edited(
            SIGMOID,
            ("p = torch.sigmoid(model(X).squeeze(1))", "z = model(X)[:, 0]"),
            ("loss_fn(p, y)", "torch.nn.functional.binary_cross_entropy_with_logits(z, y)"),
        ),
    },
    mistakes={
        "wrong-pair": Mistake(
            edited(
                SIGMOID,
                ("p = torch.sigmoid(model(X).squeeze(1))", "p = model(X).squeeze(1)"),
                ("BCEWithLogitsLoss()", "BCELoss()"),
            ),
            "Both were changed, and the pair is wrong again: `BCELoss` takes probabilities, so it refuses logits with "
            "'all elements of input should be between 0 and 1'. Change one of the two.",
            "logits-are-probabilities",
        ),
        "all-logits": Mistake(
            edited(SIGMOID, ("torch.sigmoid(model(X).squeeze(1))", "model(X).squeeze(1)")),
            "The loss is right now, but what you return are logits. Probabilities were asked for: keep the last "
            "sigmoid.",
            "logits-are-probabilities",
        ),
        "rounded": Mistake(
            edited(SIGMOID, ("loss = loss_fn(p, y)", "loss = loss_fn((p > 0.5).float(), y)")),
            "A comparison has no slope: it cuts the graph, and backward stops. The loss wants the logits themselves.",
            "accuracy-as-loss",
        ),
        "softmax": Mistake(
            edited(SIGMOID, ("p = torch.sigmoid(model(X).squeeze(1))", "p = model(X).softmax(dim=1).squeeze(1)")),
            "Softmax over a single column is 1.0 for every row, whatever the weights: nothing can be learned from it.",
            "",
        ),
    },
    hints=("'WithLogits' means that this loss applies a sigmoid itself.",),
    why="One sigmoid: inside BCEWithLogitsLoss (the better way, it keeps digits), or before BCELoss.",
    objectives=("mend-a-loop", "name-the-cause"),
    covers=("X-11",),
    minutes=2,
    difficulty=1,
    draw=draw_seed,
    observe=observe_sigmoid,
)

# ================================================================== ward C: loops that learn, and report something else

# ------------------------------------------------------------------ 12 training mode never comes back


def noisy_model(seed):
    import torch

    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Dropout(0.5), torch.nn.Linear(8, 3))


def observe_modes(function, inputs):
    import torch

    X, y = three_classes(inputs["seed"])
    model, modes = noisy_model(inputs["seed"] + 1), []
    model.register_forward_pre_hook(
        lambda module, args: modes.append(f"{len(args[0])} rows, {'training' if module.training else 'eval'} mode")
    )
    model.train(inputs["seed"] % 2 == 0)  # who calls may have left either mode
    torch.manual_seed(inputs["seed"] + 2)
    losses = function(model, (X[:40], y[:40]), (X[40:], y[40:]))
    return {
        "modes of the first 6 forward passes of fit": modes[:6],
        "losses on the 20 rows kept aside": rounded(losses),
    }


MODES = '''import torch
from torch.nn.functional import cross_entropy


def fit(model, train, validation):
    """Train for 5 epochs, judge after each on the rows kept aside; return those losses."""
    X, y = train
    X_val, y_val = validation
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    model.train()
    for epoch in range(5):
        optimizer.zero_grad()
        loss = cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        model.eval()
        with torch.no_grad():
            losses.append(cross_entropy(model(X_val), y_val).item())
    return losses
'''

EPOCH = "    for epoch in range(5):\n"

mend_modes = Exercise(
    id="mend-modes",
    title="C1: dropout in the first epoch only",
    function="fit",
    prompt="""The model has a dropout layer. It works in epoch 1 and never again. Mend the loop so that all training
runs in training mode and all judging in eval mode.""",
    stub=MODES,
    solutions={
        "each-epoch": edited(MODES, ("    model.train()\n" + EPOCH, EPOCH + "        model.train()\n")),
        "after-judging": edited(MODES, (".item())\n    return", ".item())\n        model.train()\n    return")),
        "set-by-argument": edited(
            MODES,
            ("    model.train()\n" + EPOCH, EPOCH + "        model.train(True)\n"),
            ("model.eval()", "model.train(False)"),
        ),
    },
    mistakes={
        "no-eval": Mistake(
            edited(MODES, ("        model.eval()\n", "")),
            "Now dropout works all the time, also while the model is judged: half of the units are missing from the "
            "figure you report. Keep `eval()`, and take it back.",
            "eval-in-train-mode",
        ),
        "one-late": Mistake(
            edited(
                MODES,
                ("        loss.backward()\n", "        model.train()\n        loss.backward()\n"),
            ),
            "Training mode comes back after the forward pass, where it is of no use: dropout acts in forward. Set it "
            "before `model(X)`.",
            "",
        ),
    },
    hints=(
        "`eval()` sticks until somebody calls `train()`.",
        "Which line runs in each epoch before the training forward pass?",
    ),
    why="`model.train()` at the top of each epoch, `model.eval()` before judging: neither ends by itself.",
    objectives=("mend-a-loop", "take-vital-signs"),
    covers=("X-27",),
    minutes=3,
    difficulty=1,
    draw=draw_seed,
    observe=observe_modes,
)

# ------------------------------------------------------------------ 13 judged in training mode


def observe_judge(function, inputs):
    X, y = three_classes(inputs["seed"])
    model = noisy_model(inputs["seed"] + 1)
    model.train()
    grads = []
    model.register_forward_hook(lambda module, args, output: grads.append(output.requires_grad))
    first, second = function(model, X, y), function(model, X, y)
    after_train = model.training
    model.eval()
    function(model, X, y)
    return {
        "judge(model, X, y)": first if isinstance(first, str) else round(float(first), 4),
        "the same call once more gives the same": float(first) == float(second),
        "the answer is a plain number": isinstance(first, float),
        "a graph was recorded": any(grads),
        "mode afterwards: left in training mode, in eval mode": [after_train, model.training],
    }


JUDGE = '''import torch
from torch.nn.functional import cross_entropy


def judge(model, X, y):
    """Return the model's loss on these rows as a plain number; leave its mode as it was."""
    with torch.no_grad():
        loss = cross_entropy(model(X), y)
    return loss.item()
'''

mend_judge = Exercise(
    id="mend-judge",
    title="C2: the same rows, another loss",
    function="judge",
    prompt="""Called twice on the same rows, `judge` gives two losses. Mend it: no dropout, no graph, a plain number,
and the model's mode afterwards as it was before.""",
    stub=JUDGE,
    solutions={
        "kept": edited(
            JUDGE,
            ("    with torch", "    was = model.training\n    model.eval()\n    with torch"),
            ("    return", "    model.train(was)\n    return"),
        ),
        "finally": edited(
            JUDGE,
            (
                "    with torch.no_grad():\n        loss = cross_entropy(model(X), y)\n    return loss.item()\n",
                "    was = model.training\n    try:\n        model.eval()\n        with torch.inference_mode():\n"
                "            return cross_entropy(model(X), y).item()\n    finally:\n        model.train(was)\n",
            ),
        ),
        "copy": edited(
            JUDGE,
            ("import torch\n", "import copy\n\nimport torch\n"),
            (
                "        loss = cross_entropy(model(X), y)",
                "        loss = cross_entropy(copy.deepcopy(model).eval()(X), y)",
            ),
        ),
    },
    mistakes={
        "eval-for-good": Mistake(
            edited(JUDGE, ("    with torch", "    model.eval()\n    with torch")),
            "The figure is right. But the model stays in eval mode, so all training after this call goes without "
            "dropout: note `model.training` first, and put it back.",
            "train-in-eval-mode",
        ),
        "train-after": Mistake(
            edited(
                JUDGE,
                ("    with torch", "    model.eval()\n    with torch"),
                ("    return", "    model.train()\n    return"),
            ),
            "Nearly: a model that came in eval mode leaves in training mode. Put back what was, not what is usual.",
            "",
        ),
        "eval-without-no-grad": Mistake(
            edited(
                JUDGE,
                (
                    "    with torch.no_grad():\n        loss = cross_entropy(model(X), y)\n",
                    "    was = model.training\n    model.eval()\n"
                    "    loss = cross_entropy(model(X), y)\n    model.train(was)\n",
                ),
            ),
            "The number is right, and a graph was recorded for it: `eval()` does not stop autograd. Modes and "
            "recording are two switches; judging wants both.",
            "eval-stops-gradients",
        ),
        "averaged": Mistake(
            edited(
                JUDGE,
                (
                    "loss = cross_entropy(model(X), y)",
                    "loss = torch.stack([cross_entropy(model(X), y) for _ in range(50)]).mean()",
                ),
            ),
            "Fifty noisy figures make a steadier one, of a model with half its units missing. Switch the noise off.",
            "no-grad-is-eval",
        ),
    },
    hints=(
        "What does `no_grad` switch off, and what does it not?",
        "`model.training` tells the mode; `model.train(was)` sets it.",
    ),
    why="eval() for the layers, no_grad() for the graph, and the mode put back: three lines that every project needs.",
    objectives=("mend-a-loop", "take-vital-signs"),
    covers=("X-05", "X-27", "X-04"),
    minutes=4,
    difficulty=2,
    draw=draw_seed,
    observe=observe_judge,
)

# ------------------------------------------------------------------ 14 a total that keeps every graph


def observe_total(function, inputs):
    import torch

    X, y = a_line(inputs["seed"], 22)
    y = y[:, None] * torch.linspace(0.5, 3.0, 22)[:, None]
    batches = [(X[row : row + 8], y[row : row + 8]) for row in range(0, 22, 8)]
    torch.manual_seed(inputs["seed"] + 1)
    model = torch.nn.Linear(3, 1)
    mean = function(model, batches)
    held = isinstance(mean, torch.Tensor) and mean.requires_grad
    return {
        "train_epoch on batches of 8, 8 and 6 rows": round(float(mean), 4),
        "the answer still holds a graph": held,
        "weights afterwards": flat(model),
    }


TOTAL = '''import torch
from torch.nn.functional import mse_loss


def train_epoch(model, batches):
    """Train once through the batches; return the mean loss of a row."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    total = 0.0
    for xb, yb in batches:
        optimizer.zero_grad()
        loss = mse_loss(model(xb), yb)
        loss.backward()
        optimizer.step()
        total += loss
    return total / len(batches)
'''

mend_total = Exercise(
    id="mend-total",
    title="C3: memory grows, and the mean is off",
    function="train_epoch",
    prompt="""Two faults in one line or two: the total keeps the graph of every batch alive, and the mean of a row is
not the mean of batches of unequal size. Mend both.""",
    stub=TOTAL,
    solutions={
        "item": edited(
            TOTAL, ("+= loss", "+= loss.item() * len(xb)"), ("len(batches)", "sum(len(xb) for xb, _ in batches)")
        ),
        "detach": edited(
            TOTAL, ("+= loss", "+= loss.detach() * len(yb)"), ("len(batches)", "sum(len(yb) for _, yb in batches)")
        ),
        "counted": edited(
            TOTAL,
            ("total = 0.0", "total, rows = 0.0, 0"),
            ("+= loss", "+= float(loss.detach()) * xb.shape[0]\n        rows += xb.shape[0]"),
            ("len(batches)", "rows"),
        ),
    },
    mistakes={
        "item-only": Mistake(
            edited(TOTAL, ("+= loss", "+= loss.item()")),
            "The graphs are let go. The mean is still one of batches: the last 6 rows count as much as 8. Weight each "
            "loss by its rows.",
            "mean-of-batch-means",
        ),
        "weighted-only": Mistake(
            edited(TOTAL, ("+= loss", "+= loss * len(xb)"), ("len(batches)", "sum(len(xb) for xb, _ in batches)")),
            "The mean is right, and it drags three graphs behind it. A figure for the log is a number: `loss.item()`.",
            "graph-leak",
        ),
        "over-the-rows": Mistake(
            edited(TOTAL, ("+= loss", "+= loss.item()"), ("len(batches)", "sum(len(xb) for xb, _ in batches)")),
            "Batch means, divided by the number of rows: each loss has been divided by its rows already. Multiply by "
            "`len(xb)` first.",
            "mean-of-batch-means",
        ),
    },
    hints=(
        "What is `type(total)` after the first batch?",
        "mse_loss gives the mean of its batch. How do you get the sum?",
    ),
    why="`total += loss.item() * len(xb)`, then divide by the rows.",
    objectives=("mend-a-loop", "take-vital-signs"),
    covers=("X-28",),
    minutes=3,
    difficulty=2,
    draw=draw_seed,
    observe=observe_total,
)

# ------------------------------------------------------------------ 15 sorted by class


def observe_shuffle(function, inputs):
    import torch

    X = torch.arange(12.0)[:, None]
    y = torch.arange(12) // 4
    torch.manual_seed(inputs["seed"])
    epochs = [[(xb.flatten().tolist(), yb.tolist()) for xb, yb in function(X, y)] for _ in range(4)]
    orders = [[value for xs, _ in batches for value in xs] for batches in epochs]
    pairs = [(x, label) for batches in epochs for xs, labels in batches for x, label in zip(xs, labels, strict=True)]
    mixed = [len(set(labels)) > 1 for batches in epochs for _, labels in batches]
    return {
        "sizes of the batches of 12 sorted rows": [len(xs) for xs, _ in epochs[0]],
        "every row comes once an epoch": all(sorted(order) == list(range(12)) for order in orders),
        "each row keeps its label": all(label == int(x) // 4 for x, label in pairs),
        "most batches hold several classes": sum(mixed) > len(mixed) / 2,
        "four epochs have different orders": len({tuple(order) for order in orders}) > 2,
    }


SHUFFLE = '''import torch


def batches(X, y):
    """Return an epoch's batches of four rows, as a list of pairs (xb, yb)."""
    return [(X[row : row + 4], y[row : row + 4]) for row in range(0, len(X), 4)]
'''

MIXED = "    order = torch.randperm(len(X))\n    return"
PICKED = ("(X[row : row + 4], y[row : row + 4])", "(X[order[row : row + 4]], y[order[row : row + 4]])")

mend_shuffle = Exercise(
    id="mend-shuffle",
    title="C4: one class at a time",
    function="batches",
    prompt="""The rows come sorted by class, so each batch holds one class. `batches` is called once an epoch: let it
give a new order each time, every row once, each row with its own label.""",
    stub=SHUFFLE,
    solutions={
        "order": edited(SHUFFLE, ("    return", MIXED), PICKED),
        "both-first": edited(
            SHUFFLE, ("    return", "    order = torch.randperm(len(X))\n    X, y = X[order], y[order]\n    return")
        ),
        "loader": "from torch.utils.data import DataLoader, TensorDataset\n\n\ndef batches(X, y):\n"
        "    return [tuple(pair) for pair in DataLoader(TensorDataset(X, y), batch_size=4, shuffle=True)]\n",
        "split": "import torch\n\n\ndef batches(X, y):\n"
        "    return [(X[rows], y[rows]) for rows in torch.randperm(len(X)).split(4)]\n",
    },
    mistakes={
        "rows-only": Mistake(
            edited(SHUFFLE, ("    return", "    X = X[torch.randperm(len(X))]\n    return")),
            "The rows are mixed and their labels are not: now each row has somebody else's label. One order for both.",
            "",
        ),
        "with-replacement": Mistake(
            edited(SHUFFLE, ("    return", "    order = torch.randint(len(X), (len(X),))\n    return"), PICKED),
            "`randint` draws with replacement: some rows come twice, others not at all. `randperm` gives each once.",
            "",
        ),
        "same-order": Mistake(
            edited(
                SHUFFLE,
                ("    return", "    torch.manual_seed(0)\n    order = torch.randperm(len(X))\n    return"),
                PICKED,
            ),
            "Mixed, but seeded inside: every epoch has the same order, and all random numbers after this call repeat "
            "themselves. Seed once, at the top of the program.",
            "",
        ),
        "batches-only": Mistake(
            edited(SHUFFLE, ("range(0, len(X), 4)]", "(4 * torch.randperm(len(X) // 4)).tolist()]")),
            "The order of the batches changes, and each still holds a single class. Mix the rows, then cut.",
            "",
        ),
    },
    hints=("`torch.randperm(n)` gives the numbers 0 to n - 1 in a random order.", "Use the same order for X and y."),
    why="One random order for rows and labels, drawn anew in each epoch; `DataLoader(..., shuffle=True)` does just "
    "that.",
    objectives=("mend-a-loop", "work-by-method"),
    covers=("X-26",),
    minutes=3,
    difficulty=1,
    draw=draw_seed,
    observe=observe_shuffle,
)

# ------------------------------------------------------------------ 16 nan in backward


def observe_nan(function, inputs):
    import torch

    torch.manual_seed(inputs["seed"])
    a = torch.randn(6, 3, requires_grad=True)
    b = a.detach() + torch.randn(6, 3).sign() * (0.5 + torch.rand(6, 3))
    b[2] = a.detach()[2]
    value = function(a, b)
    value.backward()
    grad = a.grad
    finite = bool(grad.isfinite().all())
    return {
        "mean_distance(a, b)": round(float(value.detach()), 2),
        "gradients of all rows are finite": finite,
        "gradient of the rows that differ": [
            round(v, 2) for v in grad[[0, 1, 3, 4, 5]].nan_to_num(0.0).flatten().tolist()
        ],
    }


NAN = '''import torch


def mean_distance(a, b):
    """Return the mean Euclidean distance between the rows of a and those of b."""
    squares = ((a - b) ** 2).sum(dim=1)
    return squares.sqrt().mean()
'''

mend_nan = Exercise(
    id="mend-nan",
    title="C5: a finite loss, nan in the weights",
    function="mean_distance",
    prompt="""The loss is finite. After one step the weights are nan, whenever a row of `a` equals its row of `b`. Mend
the function; the value may change by less than 0.001.""",
    stub=NAN,
    solutions={
        "eps": edited(NAN, ("squares.sqrt()", "(squares + 1e-12).sqrt()")),
        "clamp": edited(NAN, ("squares.sqrt()", "squares.clamp(min=1e-12).sqrt()")),
        "norm": edited(NAN, ("squares.sqrt().mean()", "torch.linalg.vector_norm(a - b, dim=1).mean()")),
        "where-before": edited(
            NAN,
            (
                "    return squares.sqrt().mean()",
                "    safe = torch.where(squares > 0, squares, torch.ones_like(squares))\n"
                "    return torch.where(squares > 0, safe.sqrt(), torch.zeros_like(squares)).mean()",
            ),
        ),
    },
    mistakes={
        "where-after": Mistake(
            edited(
                NAN,
                ("squares.sqrt().mean()", "torch.where(squares > 0, squares.sqrt(), torch.zeros_like(squares)).mean()"),
            ),
            "`where` picks the right values, but the root of 0 was worked out all the same, and its slope is infinite: "
            "0 times infinity is nan on the way back. Keep the 0 away from the root.",
            "where-hides-nan",
        ),
        "squares": Mistake(
            edited(NAN, ("squares.sqrt()", "squares")),
            "No root, no nan, and no distance: this is the mean of the squares, another loss altogether.",
            "",
        ),
        "detached": Mistake(
            edited(NAN, ("squares.sqrt().mean()", "squares[squares > 0].sqrt().mean()")),
            "Equal rows are left out of the mean now, so the figure grows. They count, with distance 0.",
            "",
        ),
        "large-eps": Mistake(
            edited(NAN, ("squares.sqrt()", "(squares + 0.1).sqrt()")),
            "Finite, and visibly another number: the eps should be too small to be seen, such as 1e-12.",
            "",
        ),
    },
    hints=("What is the slope of the square root at 0?", "Add a very small number inside the root, not outside."),
    why="The root's slope at 0 is infinite, and 0 times infinity is nan. Mend it before the root, not behind it.",
    objectives=("mend-a-loop", "take-vital-signs"),
    covers=("X-17",),
    minutes=3,
    difficulty=2,
    draw=draw_seed,
    observe=observe_nan,
)

# ================================================================== the experiment: five faults in one patient


def observe_five(function, inputs):
    import torch

    from lessontools import watch

    torch.manual_seed(inputs["seed"])
    y = torch.arange(240) // 80
    X = torch.randn(240, 4)
    X[torch.arange(240), y] += 3.0
    apart = torch.randperm(240)
    kept, seen = apart[:60], apart[60:].sort().values  # the training rows stay sorted by class
    torch.manual_seed(inputs["seed"] + 1)
    model = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Dropout(0.5), torch.nn.Linear(16, 3))
    modes = {True: set(), False: set()}
    handle = model.register_forward_pre_hook(lambda module, _: modes[torch.is_grad_enabled()].add(module.training))
    with watch() as trace:
        losses, accuracy = function(model, (X[seen], y[seen]), (X[kept], y[kept]))
    handle.remove()
    with torch.no_grad():
        right = (model.eval()(X[kept]).argmax(dim=1) == y[kept]).float().mean().item()
    return {
        "what the doctor finds": trace.diagnose().codes,
        "kept losses hold a graph": any(isinstance(loss, torch.Tensor) and loss.requires_grad for loss in losses),
        "training runs in training mode": modes[True] == {True},
        "judging runs in eval mode, without a graph": modes[False] == {False},
        "the accuracy returned is that of the final model": abs(float(accuracy) - right) < 1e-4,
        "the last epoch's loss is below 0.35": float(losses[-1]) < 0.35,
        "more than 9 in 10 of the rows kept aside are right": right > 0.9,
    }


FIVE = '''import torch
from torch.nn.functional import cross_entropy


def fit(model, train, validation):
    """Train for 30 epochs in batches of 20; return the mean loss of each epoch and the final accuracy."""
    X, y = train
    X_val, y_val = validation
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for epoch in range(30):
        total = 0.0
        for rows in torch.arange(len(X)).split(20):
            loss = cross_entropy(model(X[rows]).softmax(dim=1), y[rows])
            loss.backward()
            optimizer.step()
            total += loss * len(rows)
        losses.append(total / len(X))
    hits = (model(X_val).argmax(dim=1) == y_val).float().mean().item()
    return losses, hits
'''

CURED = edited(
    FIVE,
    ("torch.arange(len(X)).split(20)", "torch.randperm(len(X)).split(20)"),
    ("            loss = cross", "            optimizer.zero_grad()\n            loss = cross"),
    (".softmax(dim=1)", ""),
    ("total += loss *", "total += loss.item() *"),
    (
        "    hits = (model(X_val).argmax(dim=1) == y_val).float().mean().item()\n",
        "    model.eval()\n    with torch.no_grad():\n"
        "        hits = (model(X_val).argmax(dim=1) == y_val).float().mean().item()\n",
    ),
    ("    for epoch in range(30):\n", "    for epoch in range(30):\n        model.train()\n"),
)

five_faults = Exercise(
    id="five-faults",
    title="Patient zero: five faults at once",
    function="fit",
    prompt="""Five faults in fifteen lines, and not one message. Target: the doctor finds nothing, the kept losses are
numbers and the last one is below 0.35, the rows kept aside are judged in eval mode without a graph, and more than 9 in
10 of them are right.""",
    stub=FIVE,
    solutions={
        "mended": CURED,
        "cleared-after": edited(
            CURED,
            ("            optimizer.zero_grad()\n", ""),
            ("            optimizer.step()\n", "            optimizer.step()\n            optimizer.zero_grad()\n"),
        ),
        "log-softmax": edited(CURED, ("model(X[rows]), y", "model(X[rows]).log_softmax(dim=-1), y")),
        "loader": edited(
            CURED,
            ("for rows in torch.randperm(len(X)).split(20):", "for xb, yb in loader:"),
            ("model(X[rows]), y[rows]", "model(xb), yb"),
            ("loss.item() * len(rows)", "loss.item() * len(xb)"),
            (
                "    losses = []\n",
                "    data = torch.utils.data.TensorDataset(X, y)\n"
                "    loader = torch.utils.data.DataLoader(data, batch_size=20, shuffle=True)\n    losses = []\n",
            ),
            ("torch.no_grad()", "torch.inference_mode()"),
        ),
    },
    mistakes={
        "still-softmax": Mistake(
            edited(CURED, ("model(X[rows]), y", "model(X[rows]).softmax(dim=1), y")),
            "One fault is left: the training loss stops above 0.55. Which floor is that, and who squeezes the logits?",
            "softmax-before-ce",
        ),
        "still-held": Mistake(
            edited(CURED, ("total += loss.item() *", "total += loss *")),
            "One fault is left: each entry of `losses` holds the graphs of a whole epoch. Print `type(losses[0])`.",
            "graph-leak",
        ),
        "still-uncleared": Mistake(
            edited(CURED, ("            optimizer.zero_grad()\n", "")),
            "One fault is left: each update pushes with old gradients as well. With Adam that looks harmless at first.",
            "grad-not-cleared",
        ),
        "still-sorted": Mistake(
            edited(CURED, ("torch.randperm(len(X))", "torch.arange(len(X))")),
            "One fault is left: the rows come sorted by class, in the same order in every epoch.",
            "no-shuffle",
        ),
        "still-noisy": Mistake(
            edited(CURED, ("    model.eval()\n", "")),
            "One fault is left: the final accuracy was taken with dropout working.",
            "eval-in-train-mode",
        ),
        "still-recording": Mistake(
            edited(
                CURED,
                (
                    "    with torch.no_grad():\n"
                    "        hits = (model(X_val).argmax(dim=1) == y_val).float().mean().item()\n",
                    "    hits = (model(X_val).argmax(dim=1) == y_val).float().mean().item()\n",
                ),
            ),
            "One fault is left: a graph is built for the rows that are only judged. `eval()` does not prevent that.",
            "eval-stops-gradients",
        ),
    },
    hints=(
        "Take the vital signs in order: the first loss, the last loss, `.grad` from step to step, the mode, the type "
        "of what is kept. Or let the doctor look: `with watch() as trace: ...`, then `trace.diagnose()`.",
        "Two faults are about what stands in the loop and should not (softmax, a tensor in the total), two about "
        "what is missing there (clearing, shuffling), one about judging.",
        "zero_grad() before backward; torch.randperm for torch.arange; no softmax; loss.item(); eval() with no_grad() "
        "at the end.",
    ),
    why="Clear, shuffle, logits, numbers, modes. None of the five had raised a message.",
    objectives=("work-by-method", "mend-a-loop"),
    covers=("X-36", "X-26", "X-28", "X-10", "X-27", "S5-34"),
    minutes=20,
    difficulty=3,
    points=2,
    seconds=10,
    draw=draw_seed,
    observe=observe_five,
)
