"""The code exercises of lesson 03: a gradient by hand, one by measuring, the unreached parameters, a tiny autograd."""

from lessontools.practice.exercise import Exercise, Mistake

# ------------------------------------------------------------------ a gradient by hand


def draw_rows(seed):
    import random

    rng = random.Random(seed)
    cases = []
    for rows, inputs in ((1, 1), (4, 3), (6, 2)):
        X = [[rng.choice((-1, 1)) * rng.randint(1, 6) / 2 for _ in range(inputs)] for _ in range(rows)]
        X[0] = [2.0, 3.0, -1.0][:inputs]
        w = [rng.choice((-1, 1)) * rng.randint(1, 4) / 2 for _ in range(inputs)]
        miss = [rng.randint(1, 8) / 2 for _ in range(rows)]  # never 0, and not 0 in sum
        b = rng.choice((-1.5, 0.5, 2.0))
        y = [sum(a * c for a, c in zip(row, w, strict=True)) + b - e for row, e in zip(X, miss, strict=True)]
        cases.append({"X": X, "w": w, "b": b, "y": y})
    return {"cases": cases}


def observe_gradients(function, inputs):
    import torch

    seen = {}
    for case in inputs["cases"]:
        X, w, b, y = (torch.tensor(case[name]) for name in ("X", "w", "b", "y"))
        shown = f"gradients(X, w, b, y) for X {tuple(X.shape)}, w {tuple(w.shape)}, b (), y {tuple(y.shape)}"
        dw, db = function(X, w, b, y)
        seen[shown] = [torch.as_tensor(dw), torch.as_tensor(db)]
    return seen


_HAND = "import torch\n\n\ndef gradients(X, w, b, y):\n"

gradient_by_hand = Exercise(
    id="gradient-by-hand",
    title="A gradient by hand",
    function="gradients",
    prompt="""Return the slopes of the mean squared error of a linear model, `((X @ w + b - y) ** 2).mean()`, for `w`
and for `b`: two tensors of the shapes (k,) and (). `X` is (n, k), `w` is (k,), `b` has the shape (), `y` is (n,). Chain
rule, loops or autograd: any way will do.""",
    stub='''import torch


def gradients(X, w, b, y):
    """Return the slopes of the mean squared error for w, shape (k,), and for b, shape ()."""
    miss = X @ w + b - y
    dw = ...
    db = ...
    return dw, db
''',
    solutions={
        "chain-rule": _HAND
        + """    miss = X @ w + b - y
    dmiss = 2 * miss / len(y)
    return X.T @ dmiss, dmiss.sum()
""",
        "means": _HAND
        + """    miss = X @ w + b - y
    return 2 * (miss[:, None] * X).mean(dim=0), 2 * miss.mean()
""",
        "autograd": _HAND
        + """    w = w.clone().requires_grad_(True)
    b = b.clone().requires_grad_(True)
    ((X @ w + b - y) ** 2).mean().backward()
    return w.grad, b.grad
""",
        "autograd-grad": _HAND
        + """    w, b = w.clone().requires_grad_(), b.clone().requires_grad_()
    loss = torch.nn.functional.mse_loss(X @ w + b, y)
    return torch.autograd.grad(loss, (w, b))
""",
        "loops": _HAND
        + """    n, k = X.shape
    dw, db = torch.zeros(k), torch.tensor(0.0)
    for i in range(n):
        miss = sum(X[i, j] * w[j] for j in range(k)) + b - y[i]
        for j in range(k):
            dw[j] += 2 * miss * X[i, j] / n
        db += 2 * miss / n
    return dw, db
""",
    },
    mistakes={
        "no-two": Mistake(
            _HAND + "    miss = (X @ w + b - y) / len(y)\n    return X.T @ miss, miss.sum()\n",
            "Everything is half of what it should be: the slope of a square is twice the number that is squared.",
        ),
        "downhill": Mistake(
            _HAND + "    miss = 2 * (y - X @ w - b) / len(y)\n    return X.T @ miss, miss.sum()\n",
            "Sizes are right and signs are turned round: this is the way downhill. A gradient points uphill; the miss "
            "is prediction minus truth.",
            "gradient-points-downhill",
        ),
        "summed": Mistake(
            _HAND + "    miss = 2 * (X @ w + b - y)\n    return X.T @ miss, miss.sum()\n",
            "These are the slopes of the **sum** of squares. The loss is their mean, so each row's share is divided by "
            "the number of rows.",
        ),
        "without-x": Mistake(
            _HAND + "    miss = 2 * (X @ w + b - y)\n    return miss.mean() * torch.ones_like(w), miss.mean()\n",
            "The slope for `b` is right, and `w` was given the same. One link is missing: a unit of a weight moves the "
            "output by its feature, so each row's slope is multiplied by `x`.",
        ),
        "links-added": Mistake(
            _HAND + "    miss = 2 * (X @ w + b - y)\n    return (miss[:, None] + X).mean(dim=0), miss.mean()\n",
            "The links were added where they have to be multiplied: along a chain, slopes multiply.",
            "chain-adds",
        ),
        "per-row": Mistake(
            _HAND + "    miss = 2 * (X @ w + b - y)\n    return miss[:, None] * X / len(y), miss / len(y)\n",
            "This gives a slope for each row. All rows share the weights, so their slopes are added: where ways meet, "
            "add.",
            "chain-adds",
        ),
        "one-row": Mistake(
            _HAND + "    miss = 2 * (X @ w + b - y)\n    return miss[0] * X[0], miss[0]\n",
            "Only the first row was asked. The loss is the mean over all of them.",
        ),
        "updated": Mistake(
            _HAND
            + "    miss = 2 * (X @ w + b - y) / len(y)\n    return w - 0.1 * (X.T @ miss), b - 0.1 * miss.sum()\n",
            "These are new weights, after a step. A gradient is only the information: which way, how steep. Moving is "
            "somebody else's job.",
            "backprop-is-descent",
        ),
    },
    hints=(
        "For one row: the loss is miss², and the miss is x·w + b - y. Which links lie between w and the loss?",
        "For one row the slope for the miss is 2 · miss, for b the same, for w that times x.",
        "Over the rows: take the mean. `X.T @ something` adds up, for each weight, over all rows.",
    ),
    why="Slope of the square, 2 · miss / n for each row; times X, added over the rows, for `w`; just added, for `b`.",
    objectives=("chain-by-hand",),
    covers=("S5-31", "S4-05", "S4-11"),
    minutes=6,
    difficulty=2,
    draw=draw_rows,
    observe=observe_gradients,
)

# ------------------------------------------------------------------ the unreached parameters


def draw_nets(seed):
    import random

    return {"seed": random.Random(seed).randint(0, 10**6)}


def observe_unreached(function, inputs):
    import torch
    from torch import nn

    torch.manual_seed(inputs["seed"])
    body, head, spare = nn.Linear(3, 4), nn.Linear(4, 1), nn.Linear(4, 1)
    params = {
        f"{name}.{key}": p
        for name, layer in (("body", body), ("head", head), ("spare", spare))
        for key, p in layer.named_parameters()
    }
    body.bias.requires_grad_(False)
    X = torch.randn(5, 3)
    (body(X).sum() + spare(torch.ones(1, 4)).sum()).backward()  # slopes of an earlier round
    cases = {
        "a sound loss": lambda: (head(torch.relu(body(X))) ** 2).mean(),
        "a cut between body and head": lambda: (head(torch.relu(body(X)).detach()) ** 2).mean(),
        "a body used twice": lambda: (head(torch.tanh(body(X)) + body(X)) + spare(body(X))).mean(),
        "a loss behind a ReLU that is shut": lambda: torch.relu(head(torch.relu(body(X))) - 100).mean(),
        "a loss without any graph": lambda: (head(body(X)).detach() ** 2).mean(),
    }
    seen = {}
    for name, make in cases.items():
        loss = make()
        before = [None if p.grad is None else p.grad.clone() for p in params.values()]
        found = function(loss, dict(params))
        seen[f"unreached(loss, params) for {name}"] = found
        changed = [
            key
            for (key, p), old in zip(params.items(), before, strict=True)
            if (p.grad is None) != (old is None) or (old is not None and not torch.equal(old, p.grad))
        ]
        seen[f"parameters whose `.grad` it has changed, for {name}"] = changed
        if loss.grad_fn is not None:
            try:
                loss.backward()
                after = "runs"
            except RuntimeError as error:
                after = str(error)[:60]
            seen[f"`loss.backward()` afterwards, for {name}"] = after
    return seen


_CUT = "import torch\n\n\ndef unreached(loss, params):\n"
_WALK = """    seen, todo, leaves = set(), [loss.grad_fn], set()
    while todo:
        node = todo.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            leaves.add(id(node.variable))
        todo += [earlier for earlier, _ in node.next_functions]
"""

unreached_parameters = Exercise(
    id="unreached-parameters",
    title="Find what backward would not reach",
    function="unreached",
    prompt="""Return the names, as a list in the dict's order, of the parameters that `loss.backward()` would not reach.
`params` is a dict of names and parameters. Change no `.grad`, and leave the graph as it is, so that `loss.backward()`
still works afterwards. A loss without any graph reaches nothing. A parameter behind a shut ReLU **is** reached; one
with `requires_grad=False` is not.""",
    stub='''import torch


def unreached(loss, params):
    """Return the names of the parameters that the graph behind the loss does not lead to."""
    reached = set()  # the id() of each leaf that was met
    todo = [loss.grad_fn]
    while todo:
        node = todo.pop()
        ...
    return [name for name, p in params.items() if id(p) not in reached]
''',
    solutions={
        "walk": _CUT + _WALK + "    return [name for name, p in params.items() if id(p) not in leaves]\n",
        "recursion": _CUT
        + """    reached, seen = set(), set()

    def visit(node):
        if node is None or node in seen:
            return
        seen.add(node)
        if hasattr(node, "variable"):
            reached.add(id(node.variable))
        for earlier, _ in node.next_functions:
            visit(earlier)

    visit(loss.grad_fn)
    return [name for name in params if id(params[name]) not in reached]
""",
        "autograd-grad": _CUT
        + """    if not loss.requires_grad:
        return list(params)
    asked = {name: p for name, p in params.items() if p.requires_grad}
    found = torch.autograd.grad(loss, list(asked.values()), retain_graph=True, allow_unused=True)
    reached = {name for name, slope in zip(asked, found) if slope is not None}
    return [name for name in params if name not in reached]
""",
        "careful-backward": _CUT
        + """    kept = {name: p.grad for name, p in params.items()}
    for p in params.values():
        p.grad = None
    if loss.requires_grad:
        loss.backward(retain_graph=True)
    missing = [name for name, p in params.items() if p.grad is None]
    for name, p in params.items():
        p.grad = kept[name]
    return missing
""",
    },
    mistakes={
        "requires-grad-only": Mistake(
            _CUT + "    return [name for name, p in params.items() if not p.requires_grad]\n",
            "This asks who **wants** a gradient, and not who would get one. A parameter may want one and lie behind a "
            "cut.",
            "graph-cut",
        ),
        "bare-backward": Mistake(
            _CUT
            + "    if loss.requires_grad:\n        loss.backward()\n"
            + "    return [name for name, p in params.items() if p.grad is None]\n",
            "This runs backward, which does what it does: it adds to every `.grad`, and frees the graph. And slopes of "
            "an earlier round are still in `.grad`, so they hide the cut.",
            "grad-not-cleared",
        ),
        "stale-grads": Mistake(
            _CUT + "    return [name for name, p in params.items() if p.grad is None]\n",
            "This looks at `.grad` without a backward: what stands there is of an earlier round, and says nothing "
            "about this loss.",
            "grad-not-cleared",
        ),
        "graph-freed": Mistake(
            _CUT
            + """    if not loss.requires_grad:
        return list(params)
    asked = {name: p for name, p in params.items() if p.requires_grad}
    found = torch.autograd.grad(loss, list(asked.values()), allow_unused=True)
    reached = {name for name, slope in zip(asked, found) if slope is not None}
    return [name for name in params if name not in reached]
""",
            "The names are right, and the graph is gone: `torch.autograd.grad` frees it, as `backward` does. Ask it to "
            "keep the graph.",
            "second-backward",
        ),
        "zeros-too": Mistake(
            _CUT
            + """    if not loss.requires_grad:
        return list(params)
    asked = {name: p for name, p in params.items() if p.requires_grad}
    found = torch.autograd.grad(loss, list(asked.values()), retain_graph=True, allow_unused=True)
    reached = {name for name, slope in zip(asked, found) if slope is not None and slope.abs().sum() > 0}
    return [name for name in params if name not in reached]
""",
            "Behind the shut ReLU the slopes are zeros, and you called that unreached. Zeros were worked out and "
            "written: backward has been there. Only None says that it never came.",
            "none-is-zero",
        ),
        "turned-round": Mistake(
            _CUT + _WALK + "    return [name for name, p in params.items() if id(p) in leaves]\n",
            "These are the ones that backward does reach. Wanted are the others.",
        ),
        "first-way-only": Mistake(
            _CUT
            + """    leaves, node = set(), loss.grad_fn
    while node is not None:
        if hasattr(node, "variable"):
            leaves.add(id(node.variable))
        node = next((earlier for earlier, _ in node.next_functions if earlier is not None), None)
    return [name for name, p in params.items() if id(p) not in leaves]
""",
            "This follows one way and forgets the others: an operation has as many `next_functions` as inputs, and "
            "each of them may lead to a parameter.",
        ),
    },
    hints=(
        "A node's `next_functions` are pairs; the first of each pair is an earlier node, or None.",
        "The node of a leaf has an attribute `variable`, the leaf itself: `hasattr(node, 'variable')`.",
        "Put `id(node.variable)` into the set, and all earlier nodes that are not None on the list. Remember nodes "
        "that you have met, or a graph with forks takes for ever.",
    ),
    why="The graph holds all that is needed: walk it from `loss.grad_fn` and note the leaves. Nothing is computed, so "
    "nothing is disturbed.",
    objectives=("find-the-cut", "read-the-graph"),
    covers=("X-08", "X-01", "S5-19", "S5-21", "R-18"),
    minutes=8,
    difficulty=3,
    draw=draw_nets,
    observe=observe_unreached,
)

# ------------------------------------------------------------------ a measured gradient


def draw_places(seed):
    import random

    rng = random.Random(seed)

    def place(count):
        return [rng.choice((-1, 1)) * rng.randint(4, 15) / 10 for _ in range(count)]

    return {"eps": 0.01, "line": place(3), "table": [place(2), place(2)], "one": place(1)[0]}


def observe_measured(function, inputs):
    import torch

    weights = torch.tensor([[1.0, 2.0], [-3.0, 0.5]], dtype=torch.float64)
    cases = {
        "(w ** 3).sum()": ("line", lambda w: (w**3).sum()),
        "(c * w ** 2).sum() + w.prod()": ("table", lambda w: (weights * w**2).sum() + w.prod()),
        "exp(w), as a Python number": ("one", lambda w: float(torch.exp(w))),
    }
    seen = {}
    for name, (key, loss_of) in cases.items():
        w = torch.tensor(inputs[key], dtype=torch.float64)
        kept = w.clone()
        found = function(loss_of, w, inputs["eps"])
        seen[f"measured(loss_of, w, {inputs['eps']}) for loss_of = {name}, w {tuple(w.shape)}"] = found
        seen[f"is `w` as before, for {name}?"] = bool(torch.equal(w, kept))
    return seen


_NUDGE = "import torch\n\n\ndef measured(loss_of, w, eps):\n"
_LOOP = """    slopes = torch.zeros_like(w)
    for place in range(w.numel()):
        high, low = w.clone(), w.clone()
        high.view(-1)[place] += eps
        low.view(-1)[place] -= eps
        slopes.view(-1)[place] = {}
    return slopes
"""

measured_gradient = Exercise(
    id="measured-gradient",
    title="A gradient by measuring",
    function="measured",
    prompt="""Return the slopes of `loss_of` at `w`, same shape and dtype, by nudging one number of `w` at a time to
both sides by `eps`: (loss above - loss below) / (2 * eps). `loss_of(w)` gives one number, as a tensor or plain. `w`
(float64, of any shape, () too) must hold the same numbers afterwards. No autograd: it may not be recorded.""",
    stub='''import torch


def measured(loss_of, w, eps):
    """Return the slopes of loss_of at w, measured by nudging each number to both sides."""
    slopes = torch.zeros_like(w)
    for place in range(w.numel()):
        high, low = w.clone(), w.clone()
        high.view(-1)[place] += ...
        low.view(-1)[place] -= ...
        slopes.view(-1)[place] = ...
    return slopes
''',
    solutions={
        "copies": _NUDGE + _LOOP.format("(loss_of(high) - loss_of(low)) / (2 * eps)"),
        "put-back": _NUDGE
        + """    slopes, flat = torch.zeros_like(w), w.view(-1)
    for place in range(len(flat)):
        old = flat[place].item()
        flat[place] = old + eps
        high = float(loss_of(w))
        flat[place] = old - eps
        low = float(loss_of(w))
        flat[place] = old
        slopes.view(-1)[place] = (high - low) / (2 * eps)
    return slopes
""",
        "unit-steps": _NUDGE
        + """    steps = eps * torch.eye(w.numel(), dtype=w.dtype)
    found = [(loss_of(w + step.view(w.shape)) - loss_of(w - step.view(w.shape))) / (2 * eps) for step in steps]
    return torch.tensor([float(each) for each in found], dtype=w.dtype).view(w.shape)
""",
        "by-parts": _NUDGE
        + """    slopes = torch.empty(w.numel(), dtype=torch.float64)
    for place in range(w.numel()):
        moved = []
        for sign in (1, -1):
            v = w.detach().clone().reshape(-1)
            v[place] = v[place] + sign * eps
            moved.append(float(loss_of(v.reshape(w.shape))))
        slopes[place] = (moved[0] - moved[1]) / eps / 2
    return slopes.reshape(w.shape)
""",
    },
    mistakes={
        "one-side": Mistake(
            _NUDGE + _LOOP.format("(loss_of(high) - loss_of(w)) / eps"),
            "This looks to one side only. The curve bends, so the slope to the right is not yet the slope here; "
            "looking both ways lets most of that error cancel.",
        ),
        "single-width": Mistake(
            _NUDGE + _LOOP.format("(loss_of(high) - loss_of(low)) / eps"),
            "Twice too large: from `w - eps` to `w + eps` the way is 2 · eps.",
        ),
        "no-brackets": Mistake(
            _NUDGE + _LOOP.format("(loss_of(high) - loss_of(low)) / 2 * eps"),
            "Python works `/ 2 * eps` from the left: it divides by 2 and multiplies by eps. The product needs "
            "brackets.",
        ),
        "all-at-once": Mistake(
            _NUDGE
            + "    slope = (float(loss_of(w + eps)) - float(loss_of(w - eps))) / (2 * eps)\n"
            + "    return torch.full_like(w, slope)\n",
            "All numbers were nudged together, so this is the sum of their slopes. To learn about one, move one.",
        ),
        "not-put-back": Mistake(
            _NUDGE
            + """    slopes = torch.zeros_like(w)
    for place in range(w.numel()):
        w.view(-1)[place] += eps
        high = float(loss_of(w))
        w.view(-1)[place] -= 2 * eps
        low = float(loss_of(w))
        slopes.view(-1)[place] = (high - low) / (2 * eps)
    return slopes
""",
            "`w` was nudged and not put back, so each later slope is measured somewhere else, and the caller's weights "
            "have moved.",
            "inplace-edit",
        ),
        "tiny-nudge": Mistake(
            _NUDGE + "    eps = 1e-15\n" + _LOOP.format("(loss_of(high) - loss_of(low)) / (2 * eps)"),
            "The nudge was made so small that the two losses agree in nearly all of their digits, and the difference "
            "is rounding. Use the `eps` that was given.",
            "smaller-eps-better",
        ),
        "turned-round": Mistake(
            _NUDGE + _LOOP.format("(loss_of(low) - loss_of(high)) / (2 * eps)"),
            "Every sign is turned round: it is the loss above minus the loss below. A slope points uphill.",
            "gradient-points-downhill",
        ),
    },
    hints=(
        "One number at a time: copy `w`, change one place of the copy, ask for the loss.",
        "`w.clone()` is a copy; `.view(-1)` lets you count its places, whatever its shape.",
        "Once with + eps, once with - eps; then the difference over the way between them.",
    ),
    why="Two forward passes for each number: dear, simple, and right to about eps². Good enough to catch any wrong "
    "formula.",
    objectives=("chain-by-hand",),
    covers=("X-06",),
    minutes=6,
    difficulty=2,
    draw=draw_places,
    observe=observe_measured,
    rtol=1e-6,
    atol=1e-8,
)

# ------------------------------------------------------------------ a tiny autograd


def draw_values(seed):
    import random

    rng = random.Random(seed)
    a, b, c = rng.sample([1.5, 2.0, 2.5, 3.0, 4.0], 3)
    return {"a": a, "b": -b, "c": c}


def observe_value(function, inputs):
    # a hole is told as one: the source of a class in a notebook cannot always be found and compared with the stub
    one, two = function(1.0), function(2.0)
    parts = {
        "Value(1.0) * Value(2.0)": lambda: one * two,
        "Value(1.0).relu()": one.relu,
        "Value.backward()": one.backward,
    }
    if holes := {name: ... for name, part in parts.items() if part() is ...}:
        return holes
    cases = {
        "loss = a * b + c": lambda a, b, c: a * b + c,
        "loss = (a * b).relu() + a * c": lambda a, b, c: (a * b).relu() + a * c,
        "loss = a * a * a": lambda a, b, c: a * a * a,
        "h = a * c; loss = h * h + h * b": lambda a, b, c: (lambda h: h * h + h * b)(a * c),
        "h = a * c; g = h + b; loss = g * h + g": lambda a, b, c: (lambda h: (lambda g: g * h + g)(h + b))(a * c),
        "loss = (a + b).relu() * c + (a + c).relu()": lambda a, b, c: (a + b).relu() * c + (a + c).relu(),
    }
    seen = {}
    for name, make in cases.items():
        values = [function(inputs[key]) for key in "abc"]
        loss = make(*values)
        loss.backward()
        seen[f"{name}; loss.backward()"] = {
            "loss.data": float(loss.data),
            **{f"{key}.grad": float(value.grad) for key, value in zip("abc", values, strict=True)},
        }
    a, b = function(inputs["a"]), function(inputs["b"])
    (a * b).backward()
    (a + b).backward()
    seen["(a * b).backward(); (a + b).backward()"] = {"a.grad": float(a.grad), "b.grad": float(b.grad)}
    return seen


_VALUE = """class Value:
    def __init__(self, data, made_from=()):
        self.data, self.grad, self.made_from = data, 0.0, made_from
        self.send = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def send():
            self.grad += out.grad
            other.grad += out.grad

        out.send = send
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def send():
            {mul}

        out.send = send
        return out

    def relu(self):
        out = Value(max(0.0, self.data), (self,))

        def send():
            {relu}

        out.send = send
        return out

    def backward(self):
{backward}"""
_MUL = "self.grad += other.data * out.grad\n            other.grad += self.data * out.grad"
_RELU = "self.grad += (self.data > 0) * out.grad"
_BACK = """        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for earlier in node.made_from:
                    visit(earlier)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node.send()
"""


def _value(mul=_MUL, relu=_RELU, backward=_BACK):
    return _VALUE.format(mul=mul, relu=relu, backward=backward)


tiny_autograd = Exercise(
    id="tiny-autograd",
    title="Your own autograd",
    function="Value",
    prompt="""Complete `Value`: `*`, `relu()` and `backward()`. After `loss.backward()`, every `.grad` must be what
torch would give, for chains, forks, values that are used twice, and for a leaf that two losses share. Write it as you
like, as long as `Value(3.0)`, `.data`, `.grad`, `+`, `*`, `.relu()` and `.backward()` are there. Plain Python: no
torch.""",
    stub='''class Value:
    """A number that remembers what it was made from."""

    def __init__(self, data, made_from=()):
        self.data = data
        self.grad = 0.0
        self.made_from = made_from
        self.send = lambda: None  # sends this node's slope to what it was made from

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def send():
            self.grad += out.grad  # a sum hands on what came, to both sides
            other.grad += out.grad

        out.send = send
        return out

    def __mul__(self, other):
        return ...

    def relu(self):
        return ...

    def backward(self):
        # 1: list all nodes, each after those it was made from
        # 2: the slope of the loss for itself is 1
        # 3: go through the list from its end, and let each node send
        return ...
''',
    solutions={
        "closures": _value(),
        "by-counting": _value(
            backward="""        users, todo, seen = {}, [self], {self}
        while todo:
            for earlier in todo.pop().made_from:
                users[earlier] = users.get(earlier, 0) + 1
                if earlier not in seen:
                    seen.add(earlier)
                    todo.append(earlier)
        self.grad, ready = 1.0, [self]
        while ready:
            node = ready.pop()
            node.send()
            for earlier in node.made_from:
                users[earlier] -= 1
                if not users[earlier]:
                    ready.append(earlier)
"""
        ),
        "local-slopes": '''class Value:
    def __init__(self, data, links=()):
        self.data, self.grad, self.links = data, 0.0, links

    def __add__(self, other):
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def relu(self):
        return Value(max(self.data, 0.0), ((self, 1.0 if self.data > 0 else 0.0),))

    def backward(self, slope=1.0):
        """Send a slope along every single way, which is simple and slow."""
        self.grad += slope
        for earlier, link in self.links:
            earlier.backward(slope * link)
''',
    },
    mistakes={
        "overwrites": Mistake(
            _value(
                mul="self.grad = other.data * out.grad\n            other.grad = self.data * out.grad",
                relu="self.grad = (self.data > 0) * out.grad",
            ),
            "`=` throws away what came before. Where ways meet, slopes are added: `+=`.",
            "chain-adds",
        ),
        "no-start": Mistake(
            _value(backward=_BACK.replace("        self.grad = 1.0\n", "")),
            "Every slope is 0: nobody started the walk. The slope of the loss for itself is 1.",
            "none-is-zero",
        ),
        "own-factor": Mistake(
            _value(mul="self.grad += self.data * out.grad\n            other.grad += other.data * out.grad"),
            "In a product each factor's slope is the **other** factor: a unit of `a` makes `b` units of `a * b`.",
        ),
        "product-as-sum": Mistake(
            _value(mul="self.grad += out.grad\n            other.grad += out.grad"),
            "The product sends back what a sum would. Its link has a slope too, the other factor, and it is to be "
            "multiplied in.",
        ),
        "chain-not-multiplied": Mistake(
            _value(mul="self.grad += other.data + out.grad\n            other.grad += self.data + out.grad"),
            "The link was added to what came from behind. Along a way slopes are multiplied.",
            "chain-adds",
        ),
        "relu-open": Mistake(
            _value(relu="self.grad += out.grad"),
            "The ReLU lets everything through. Where its input was below 0 it is shut, and no slope passes.",
        ),
        "relu-negative": Mistake(
            _value(relu="self.grad += (self.data < 0) * out.grad"),
            "The ReLU passes slopes where it is shut and holds them where it is open. It is the other way round.",
        ),
        "too-early": Mistake(
            _value(
                backward="""        self.grad, todo, seen = 1.0, [self], {self}
        while todo:
            node = todo.pop()
            node.send()
            for earlier in node.made_from:
                if earlier not in seen:
                    seen.add(earlier)
                    todo.append(earlier)
"""
            ),
            "Chains come out right, forks in the middle do not: a node has sent on before all of its own slope had "
            "come in. List the nodes so that each comes after those it was made from, and go through that list from "
            "its end.",
        ),
        "sends-each-time": Mistake(
            _value(
                backward="""        self.grad = 1.0

        def visit(node):
            node.send()
            for earlier in node.made_from:
                visit(earlier)

        visit(self)
"""
            ),
            "A node that is met twice sends twice, the second time with what it had sent already. Each node may send "
            "once, when all of its slope has come in.",
        ),
    },
    hints=(
        "`__mul__` looks like `__add__`. Only what it sends differs: a unit of one factor makes as many units of the "
        "product as the **other** factor has.",
        "`relu` has one input. Where `self.data > 0` it sends `out.grad`, else nothing.",
        "For `backward`, the order matters: in `g = h + b; loss = g * h`, node `h` gets slope from `loss` and from "
        "`g`, and may send only when both have come.",
        "A function `visit(node)` that first visits all of `node.made_from` and then appends the node to a list, each "
        "node once, gives the order. Then `self.grad = 1.0`, and `send()` through the list, reversed.",
    ),
    why="Each operation knows its own link; the order makes sure that a node sends once, with its whole slope; adding "
    "takes care of forks. torch does the same, with tensors.",
    objectives=("chain-by-hand", "read-the-graph"),
    covers=("S5-31", "S5-19", "S5-20", "S5-24"),
    minutes=20,
    difficulty=3,
    draw=draw_values,
    observe=observe_value,
)
