"""The code exercises of lesson 04: three optimizers by hand, what an optimizer leaves out, out of the ravine."""

from lessontools.practice.exercise import Exercise, Mistake

# ------------------------------------------------------------------ shared by the three optimizers


def _few(rng, low, high):
    return rng.choice((-1, 1)) * rng.randint(low, high) / 10


def draw_sgd(seed):
    import random

    rng = random.Random(seed)
    params = [[_few(rng, 4, 15) for _ in range(size)] for size in (3, 2, 1)]
    grads = [[_few(rng, 2, 9) for _ in range(3)], None, [_few(rng, 2, 9)]]
    return {"params": params, "grads": grads, "lr": rng.choice([0.05, 0.1, 0.2])}


def observe_sgd(function, inputs):
    import torch

    params = [torch.tensor(values, requires_grad=True) for values in inputs["params"]]
    given, kept = list(params), [None if g is None else torch.tensor(g) for g in inputs["grads"]]
    for p, g in zip(params, kept, strict=True):
        p.grad = None if g is None else g.clone()
    seen = {}
    try:
        function(params, inputs["lr"])
        seen["with a `.grad` of None among them"] = "runs"
    except (TypeError, AttributeError) as error:
        if "NoneType" not in str(error):
            raise
        seen["with a `.grad` of None among them"] = f"raises {type(error).__name__}"
    seen[f"the three weights after sgd_step(params, {inputs['lr']})"] = [p.detach() for p in given]
    told = []
    for p, g in zip(given, kept, strict=True):
        empty = p.grad is None
        told.append("None" if empty else "as before" if g is not None and torch.equal(p.grad, g) else "changed")
    seen["each `.grad` afterwards"] = told
    seen["are the same tensors in the list?"] = all(p is q for p, q in zip(params, given, strict=True))
    return seen


def draw_rounds(seed):
    """Two parameters, four rounds; the second one has no gradient in the second round; the rate is halved midway."""
    import random

    rng = random.Random(seed)
    grads = [[[_few(rng, 2, 9), _few(rng, 2, 9)], [_few(rng, 2, 9)]] for _ in range(4)]
    grads[1][1] = None
    params = [[_few(rng, 4, 15), _few(rng, 4, 15)], [_few(rng, 4, 15)]]
    return {"params": params, "grads": grads, "rates": [0.1, 0.1, 0.05, 0.05], "momentum": rng.choice([0.8, 0.9])}


def _four_rounds(inputs, call, make):
    """Call the learner's step, and torch's optimizer on a copy, with the same gradients, round by round."""
    import torch

    params = [torch.tensor(values, requires_grad=True) for values in inputs["params"]]
    ours, state = list(params), {}
    theirs = [torch.tensor(values, requires_grad=True) for values in inputs["params"]]
    optimizer = make(theirs)
    after, untouched, gap = [], True, 0.0
    for grads, lr in zip(inputs["grads"], inputs["rates"], strict=True):
        for group in optimizer.param_groups:
            group["lr"] = lr
        for p, q, g in zip(ours, theirs, grads, strict=True):
            p.grad = None if g is None else torch.tensor(g)
            q.grad = None if g is None else torch.tensor(g)
        call(params, state, lr)
        optimizer.step()
        for p, g in zip(ours, grads, strict=True):
            untouched &= p.grad is None if g is None else p.grad is not None and torch.equal(p.grad, torch.tensor(g))
        after.append([p.detach().clone() for p in ours])
        gap = max([gap, *(float((p - q).detach().abs().max()) for p, q in zip(ours, theirs, strict=True))])
    return after, untouched, gap < 1e-6


def observe_momentum(function, inputs):
    import torch

    mu = inputs["momentum"]

    def call(params, state, lr):
        function(params, state, lr, mu)

    after, untouched, agrees = _four_rounds(inputs, call, lambda ps: torch.optim.SGD(ps, lr=0.1, momentum=mu))
    return {
        f"weights after each of four calls, momentum {mu}, lr 0.1, 0.1, 0.05, 0.05": after,
        "is each `.grad` as before?": untouched,
        "the same as torch.optim.SGD?": agrees,
    }


def observe_adam(function, inputs):
    import torch

    options = {"betas": (inputs["momentum"], 0.99), "eps": 0.01}

    def call(params, state, lr):
        function(params, state, lr, *options["betas"], options["eps"])

    after, untouched, agrees = _four_rounds(inputs, call, lambda ps: torch.optim.Adam(ps, lr=0.1, **options))
    return {
        "weights after each of four calls, lr 0.1, 0.1, 0.05, 0.05, eps 0.01": after,
        "is each `.grad` as before?": untouched,
        "the same as torch.optim.Adam?": agrees,
    }


# ------------------------------------------------------------------ SGD

_SGD = "import torch\n\n\ndef sgd_step(params, lr):\n"
_EACH = "    with torch.no_grad():\n        for p in params:\n"

sgd_by_hand = Exercise(
    id="sgd-by-hand",
    title="A step of SGD",
    function="sgd_step",
    prompt="""Do what `torch.optim.SGD(params, lr).step()` does, without it. `params` is a list of tensors that require
a gradient. Move each of them **in place** by its stored `.grad`; leave out those whose `.grad` is None; leave every
`.grad` as it is. Nothing is returned.""",
    stub='''import torch


def sgd_step(params, lr):
    """Move each parameter against its stored gradient, in place; return nothing."""
    with torch.no_grad():
        for p in params:
            ...
''',
    solutions={
        "in-place": _SGD + _EACH + "            if p.grad is not None:\n                p -= lr * p.grad\n",
        "sub": _SGD
        + "    for p in params:\n        if p.grad is None:\n            continue\n"
        + "        with torch.no_grad():\n            p.sub_(p.grad, alpha=lr)\n",
        "copy": _SGD + _EACH + "            if p.grad is not None:\n                p.copy_(p - lr * p.grad)\n",
        "data": _SGD
        + "    for p in params:\n        if p.grad is not None:\n            p.data = p.data - lr * p.grad\n",
        "together": _SGD
        + "    held = [p for p in params if p.grad is not None]\n    with torch.no_grad():\n"
        + "        torch._foreach_add_(held, [p.grad for p in held], alpha=-lr)\n",
    },
    mistakes={
        "uphill": Mistake(
            _SGD + _EACH + "            if p.grad is not None:\n                p += lr * p.grad\n",
            "The size is right and the direction is not: this walks uphill. A gradient points to where the loss "
            "grows, so the step goes against it.",
            "gradient-points-downhill",
        ),
        "rebound": Mistake(
            _SGD + _EACH + "            if p.grad is not None:\n                p = p - lr * p.grad\n",
            "No weight has moved. `p = p - ...` makes a new tensor and gives it the name `p`; the one in the list, and "
            "in the model, is as before. Change it in place.",
            "weights-rebound",
        ),
        "list-filled-anew": Mistake(
            _SGD
            + "    with torch.no_grad():\n        params[:] = [p if p.grad is None else p - lr * p.grad "
            + "for p in params]\n",
            "The list holds new tensors, and the model still holds the old ones: its weights have not moved. An "
            "optimizer changes the tensors themselves.",
            "weights-rebound",
        ),
        "none-refused": Mistake(
            _SGD + _EACH + "            p -= lr * p.grad\n",
            "It stops at the parameter whose `.grad` is None. torch leaves such a parameter out, without a word: it "
            "took no part in this loss.",
            "none-is-zero",
        ),
        "no-rate": Mistake(
            _SGD + _EACH + "            if p.grad is not None:\n                p -= p.grad\n",
            "The whole gradient is taken off. The learning rate says which share of it is used.",
        ),
        "cleared": Mistake(
            _SGD
            + _EACH
            + "            if p.grad is not None:\n                p -= lr * p.grad\n                p.grad = None\n",
            "The weights are right, and the gradients are gone. A step reads `.grad` and leaves it; clearing is a call "
            "of its own.",
            "step-clears-gradients",
        ),
        "grad-scaled": Mistake(
            _SGD
            + _EACH
            + "            if p.grad is not None:\n                p.grad *= lr\n                p -= p.grad\n",
            "The weights are right, but `.grad` was multiplied in place. Whoever reads it later, a log or a second "
            "step, finds other numbers than backward has left.",
        ),
        "stops-at-none": Mistake(
            _SGD + _EACH + "            if p.grad is None:\n                return\n            p -= lr * p.grad\n",
            "The parameters behind the first None have not moved: `return` ends the whole step, where only this one "
            "parameter is to be left out (`continue`).",
        ),
    },
    hints=(
        "The rule for one weight: new = old - lr * slope.",
        "`p -= ...` changes the tensor itself; `p = p - ...` only moves the name.",
        "Ask `if p.grad is not None:` before you use it.",
    ),
    why="That is all of plain SGD: in place, under no_grad, against the stored gradient; None is left out.",
    objectives=("move-by-hand",),
    covers=("S5-11", "S5-12", "S4-06", "R-13"),
    minutes=4,
    difficulty=1,
    seconds=20,  # the first call may have to import torch
    draw=draw_sgd,
    observe=observe_sgd,
)

# ------------------------------------------------------------------ momentum

_MOM = "import torch\n\n\ndef momentum_step(params, state, lr, momentum):\n"
_WALK = """    with torch.no_grad():
        for place, p in enumerate(params):
            if p.grad is None:
                continue
"""
_OLD = _WALK + "            v = state.get(place, torch.zeros_like(p))\n"

momentum_by_hand = Exercise(
    id="momentum-by-hand",
    title="A step with momentum",
    function="momentum_step",
    prompt="""Do what a step of `torch.optim.SGD(params, lr, momentum)` does: the velocity becomes
`momentum * velocity + gradient`, the weight moves against it by `lr` times the velocity. `state` is a dict, empty at
the first call, and the **same** dict at each later one: keep in it what you need. `lr` may change between calls. A
parameter whose `.grad` is None is left out, its velocity too. Change the weights in place and leave `.grad` alone.""",
    stub='''import torch


def momentum_step(params, state, lr, momentum):
    """Move each parameter by its velocity, in place; the velocities live in the dict state."""
    with torch.no_grad():
        for place, p in enumerate(params):
            if p.grad is None:
                continue
            v = ...
            state[place] = v
            p -= ...
''',
    solutions={
        "by-place": _MOM
        + _OLD
        + "            state[place] = momentum * v + p.grad\n            p -= lr * state[place]\n",
        "by-parameter": _MOM
        + """    for p in params:
        if p.grad is not None:
            if p not in state:
                state[p] = p.grad.clone()
            else:
                state[p].mul_(momentum).add_(p.grad)
            p.data.add_(state[p], alpha=-lr)
""",
        "all-at-once": _MOM
        + """    if "v" not in state:
        state["v"] = [torch.zeros_like(p) for p in params]
    for p, v in zip(params, state["v"]):
        if p.grad is not None:
            v.mul_(momentum).add_(p.grad)
            with torch.no_grad():
                p.sub_(lr * v)
""",
        "torch-kept": _MOM
        + """    if "optimizer" not in state:
        state["optimizer"] = torch.optim.SGD(params, lr=lr, momentum=momentum)
    state["optimizer"].param_groups[0]["lr"] = lr
    state["optimizer"].step()
""",
    },
    mistakes={
        "average": Mistake(
            _MOM
            + _OLD
            + "            state[place] = momentum * v + (1 - momentum) * p.grad\n"
            + "            p -= lr * state[place]\n",
            "This is a running **average** of gradients, so every step is a tenth or so of what it should be. torch's "
            "velocity adds the gradient in full.",
            "momentum-is-average",
        ),
        "forgotten": Mistake(
            _MOM + _WALK + "            v = momentum * torch.zeros_like(p) + p.grad\n            p -= lr * v\n",
            "Each call starts from velocity 0, so this is plain SGD. The velocity has to outlive the call: put it into "
            "`state`.",
            "optimizer-recreated",
        ),
        "rate-inside": Mistake(
            _MOM + _OLD + "            state[place] = momentum * v + lr * p.grad\n            p -= state[place]\n",
            "As long as the rate stays, this gives the same steps, and books write it so. When `lr` was halved, your "
            "velocity still held the old rate. torch keeps `lr` out of the velocity.",
        ),
        "aliased": Mistake(
            _MOM
            + _WALK
            + "            v = p.grad\n            if place in state:\n"
            + "                v += momentum * state[place]\n"
            + "            state[place] = v\n            p -= lr * v\n",
            "The velocity **is** the gradient tensor here, and adding to it has changed `.grad`. Make a tensor of its "
            "own: `p.grad.clone()`, or a product.",
        ),
        "rolls-on-none": Mistake(
            _MOM
            + """    with torch.no_grad():
        for place, p in enumerate(params):
            g = torch.zeros_like(p) if p.grad is None else p.grad
            v = state.get(place, torch.zeros_like(p))
            state[place] = momentum * v + g
            p -= lr * state[place]
""",
            "In the round where a `.grad` was None, that parameter rolled on by its velocity. torch leaves it out "
            "altogether: None is not a gradient of zeros.",
            "none-is-zero",
        ),
        "one-for-all": Mistake(
            _MOM
            + """    with torch.no_grad():
        for p in params:
            if p.grad is None:
                continue
            v = momentum * state.get("v", 0.0) + p.grad.sum()
            state["v"] = v
            p -= lr * v
""",
            "All parameters share one velocity. Each number of each parameter has its own: the velocity has the "
            "parameter's shape.",
        ),
        "fades-first": Mistake(
            _MOM + _OLD + "            state[place] = momentum * (v + p.grad)\n            p -= lr * state[place]\n",
            "The new gradient was faded too. Only the old velocity is multiplied by the momentum; the first step is "
            "that of plain SGD.",
        ),
        "moves-first": Mistake(
            _MOM + _OLD + "            p -= lr * v\n            state[place] = momentum * v + p.grad\n",
            "The weight was moved by the **old** velocity, so each gradient comes a step late, and the first step does "
            "nothing. First the new velocity, then the move.",
        ),
    },
    hints=(
        "What must a call remember for the next one? One tensor for each parameter, of its shape.",
        "`v = momentum * state.get(place, torch.zeros_like(p)) + p.grad`",
        "Then `state[place] = v` and `p -= lr * v`.",
    ),
    why="A velocity for each weight: faded, pushed by the gradient, kept. The rate comes in when it moves.",
    objectives=("follow-the-memory",),
    covers=("X-18", "S5-27", "R-13"),
    minutes=6,
    difficulty=2,
    seconds=20,
    draw=draw_rounds,
    observe=observe_momentum,
)

# ------------------------------------------------------------------ Adam

_ADAM = "import torch\n\n\ndef adam_step(params, state, lr, beta1, beta2, eps):\n"
_MEANS = (
    _WALK
    + """            t, m, s = state.get(place, (0, torch.zeros_like(p), torch.zeros_like(p)))
            t = t + 1
            m = beta1 * m + (1 - beta1) * p.grad
            s = beta2 * s + (1 - beta2) * p.grad ** 2
            state[place] = (t, m, s)
"""
)
_MOVE = "            p -= lr * (m / (1 - beta1 ** t)) / ((s / (1 - beta2 ** t)).sqrt() + eps)\n"

adam_by_hand = Exercise(
    id="adam-by-hand",
    title="A step of Adam",
    function="adam_step",
    prompt="""Do what a step of `torch.optim.Adam` does. For each parameter keep a step count `t` (this call included),
a running mean `m` of the gradients (`m = beta1 * m + (1 - beta1) * g`), and one of their squares `s`, with `beta2`.
Scale up: `m / (1 - beta1 ** t)`, `s / (1 - beta2 ** t)`. The weight moves against `lr * m / (sqrt(s) + eps)` of the
scaled ones. `state` is a dict that is empty at first and handed in again. A parameter with `.grad` None is left out:
its count too. Change the weights in place and leave `.grad` alone.""",
    stub='''import torch


def adam_step(params, state, lr, beta1, beta2, eps):
    """Move each parameter by Adam's rule, in place; counts and means live in the dict state."""
    with torch.no_grad():
        for place, p in enumerate(params):
            if p.grad is None:
                continue
            t, m, s = state.get(place, (0, torch.zeros_like(p), torch.zeros_like(p)))
            ...
''',
    solutions={
        "by-place": _ADAM + _MEANS + _MOVE,
        "in-place": _ADAM
        + """    for p in params:
        if p.grad is None:
            continue
        own = state.setdefault(p, {"t": 0, "m": torch.zeros_like(p), "s": torch.zeros_like(p)})
        own["t"] += 1
        own["m"].mul_(beta1).add_(p.grad, alpha=1 - beta1)
        own["s"].mul_(beta2).addcmul_(p.grad, p.grad, value=1 - beta2)
        mean = own["m"] / (1 - beta1 ** own["t"])
        root = (own["s"] / (1 - beta2 ** own["t"])).sqrt()
        p.data -= lr * mean / (root + eps)
""",
        "rate-corrected": _ADAM
        + _MEANS
        + "            root = s.sqrt() / (1 - beta2 ** t) ** 0.5 + eps\n"
        + "            p.addcdiv_(m, root, value=-lr / (1 - beta1 ** t))\n",
        "lerp": _ADAM
        + _WALK
        + """            if place not in state:
                state[place] = [0, torch.zeros_like(p), torch.zeros_like(p)]
            own = state[place]
            own[0] += 1
            own[1] = torch.lerp(own[1], p.grad, 1 - beta1)
            own[2] = torch.lerp(own[2], p.grad.square(), 1 - beta2)
            mean, square = own[1] / (1 - beta1 ** own[0]), own[2] / (1 - beta2 ** own[0])
            p.sub_(lr * mean / (torch.sqrt(square) + eps))
""",
    },
    mistakes={
        "no-correction": Mistake(
            _ADAM + _MEANS + "            p -= lr * m / (s.sqrt() + eps)\n",
            "The means start at 0 and are used as they are, so the first steps have another length. Divide each by "
            "1 - beta ** t: that makes up for the start.",
        ),
        "no-root": Mistake(
            _ADAM + _MEANS + "            p -= lr * (m / (1 - beta1**t)) / (s / (1 - beta2**t) + eps)\n",
            "The mean is divided by the mean of the **squares**, so small gradients give huge steps. Its root is of "
            "the gradient's own size.",
        ),
        "signs-only": Mistake(
            _ADAM + _WALK + "            p -= lr * p.grad.sign()\n",
            "The sign of the gradient is Adam's step only the first time (and if eps is tiny). After that both means "
            "carry the past.",
            "optimizer-recreated",
        ),
        "count-of-calls": Mistake(
            _ADAM
            + """    state["t"] = t = state.get("t", 0) + 1
    with torch.no_grad():
        for place, p in enumerate(params):
            if p.grad is None:
                continue
            m, s = state.get(place, (torch.zeros_like(p), torch.zeros_like(p)))
            m = beta1 * m + (1 - beta1) * p.grad
            s = beta2 * s + (1 - beta2) * p.grad ** 2
            state[place] = (m, s)
"""
            + _MOVE,
            "One count for all: the parameter that was left out in the second call has a count that is one too high "
            "afterwards. torch counts for each parameter, and only the steps that it took.",
        ),
        "eps-inside": Mistake(
            _ADAM + _MEANS + "            p -= lr * (m / (1 - beta1**t)) / (s / (1 - beta2**t) + eps).sqrt()\n",
            "Close: `eps` stands under the root. torch adds it to the root, so that it is compared with the gradient's "
            "size, and not with its square.",
        ),
        "rolls-on-none": Mistake(
            _ADAM
            + """    with torch.no_grad():
        for place, p in enumerate(params):
            g = torch.zeros_like(p) if p.grad is None else p.grad
            t, m, s = state.get(place, (0, torch.zeros_like(p), torch.zeros_like(p)))
            t, m, s = t + 1, beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * g ** 2
            state[place] = (t, m, s)
"""
            + _MOVE,
            "Where `.grad` was None, the parameter rolled on by its mean. None is no gradient of zeros: leave the "
            "parameter out, count and means included.",
            "none-is-zero",
        ),
        "means-summed": Mistake(
            _ADAM
            + _MEANS.replace("(1 - beta1) * p.grad\n", "p.grad\n").replace("(1 - beta2) * p.grad", "p.grad")
            + _MOVE,
            "The gradients are added in full, as momentum's velocity does it. Adam keeps **means**: the new value "
            "comes in with the weight 1 - beta.",
            "momentum-is-average",
        ),
        "betas-swapped": Mistake(
            _ADAM
            + _MEANS.replace("beta1 * m + (1 - beta1)", "beta2 * m + (1 - beta2)").replace(
                "beta2 * s + (1 - beta2) * p.grad ** 2", "beta1 * s + (1 - beta1) * p.grad ** 2"
            )
            + _MOVE.replace("beta1", "beta0").replace("beta2", "beta1").replace("beta0", "beta2"),
            "The two betas have changed places: `beta1` belongs to the gradients, `beta2` to their squares, which are "
            "remembered for longer.",
        ),
    },
    hints=(
        "First the count: `t = t + 1`. Then both means, each with its own beta.",
        "`m = beta1 * m + (1 - beta1) * p.grad`, and the same for `s` with `p.grad ** 2`.",
        "Keep the means as they are in `state`; scale up copies of them for the move.",
    ),
    why="Two running means and a count. The ratio of the scaled means has no unit: about 1 or less, and a few times "
    "that only where gradients suddenly grow.",
    objectives=("follow-the-memory", "name-the-maker"),
    covers=("X-18", "S5-27", "R-17", "R-13"),
    minutes=8,
    difficulty=3,
    seconds=20,
    draw=draw_rounds,
    observe=observe_adam,
)

# ------------------------------------------------------------------ what an optimizer does not hold


def draw_models(seed):
    import random

    return {"seed": random.Random(seed).randint(0, 10**6)}


def observe_left_out(function, inputs):
    import copy

    import torch
    from torch import nn

    def model_of():
        torch.manual_seed(inputs["seed"])
        return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 1))

    def sgd(params):
        return torch.optim.SGD(params, lr=0.1)

    whole = model_of()
    replaced = model_of()
    of_replaced = sgd(replaced.parameters())
    replaced[4] = copy.deepcopy(replaced[4])
    grouped = model_of()
    of_grouped = sgd([{"params": grouped[0].parameters()}, {"params": grouped[4].parameters(), "lr": 0.01}])
    frozen = model_of()
    frozen[0].requires_grad_(False)
    of_frozen = sgd([p for p in frozen.parameters() if p.requires_grad])
    copied = model_of()
    of_copied = sgd(copied.parameters())
    copied = copy.deepcopy(copied)
    trained = model_of()
    of_trained = sgd(trained[4].parameters())
    trained(torch.ones(2, 3)).sum().backward()
    of_trained.step()
    cases = {
        "an optimizer over all of the model": (whole, sgd(whole.parameters())),
        "a layer replaced by its own copy": (replaced, of_replaced),
        "two groups, one layer in neither": (grouped, of_grouped),
        "a frozen layer that nobody holds": (frozen, of_frozen),
        "the model copied after the optimizer was built": (copied, of_copied),
        "only the head held, after a step": (trained, of_trained),
    }
    return {f"left_out(model, optimizer) for {name}": function(*case) for name, case in cases.items()}


_LEFT = "import torch\n\n\ndef left_out(model, optimizer):\n"
_HELD = "    held = {id(p) for group in optimizer.param_groups for p in group['params']}\n"
_NAMES = "    return [name for name, p in model.named_parameters() if "

left_out = Exercise(
    id="left-out",
    title="Who is not held?",
    function="left_out",
    prompt="""Return the names of those parameters of the model that want a gradient (`requires_grad`) and that the
optimizer does **not** hold, as a list in the model's order. `optimizer.param_groups` is a list of dicts, each with its
tensors under `"params"`. It is about the very same tensor: an equal copy does not count.""",
    stub='''import torch


def left_out(model, optimizer):
    """Return the names of the model's trainable parameters that the optimizer does not hold."""
    held = ...
    return [name for name, p in model.named_parameters() if ...]
''',
    solutions={
        "ids": _LEFT + _HELD + _NAMES + "p.requires_grad and id(p) not in held]\n",
        "is": _LEFT
        + "    held = [p for group in optimizer.param_groups for p in group['params']]\n"
        + _NAMES
        + "p.requires_grad and not any(p is q for q in held)]\n",
        "set-of-tensors": _LEFT
        + "    held = set()\n    for group in optimizer.param_groups:\n        held.update(group['params'])\n"
        + "    names = []\n    for name, p in model.named_parameters():\n"
        + "        if p.requires_grad and p not in held:\n            names.append(name)\n    return names\n",
    },
    mistakes={
        "equal-values": Mistake(
            _LEFT
            + "    held = [p for group in optimizer.param_groups for p in group['params']]\n"
            + _NAMES
            + "p.requires_grad and not any(p.shape == q.shape and torch.equal(p, q) for q in held)]\n",
            "A copy with equal numbers was taken for the same tensor. The optimizer moves the tensors that it holds, "
            "and the copy stays behind: compare with `is`, or `id()`.",
            "param-not-in-optimizer",
        ),
        "first-group": Mistake(
            _LEFT
            + "    held = {id(p) for p in optimizer.param_groups[0]['params']}\n"
            + _NAMES
            + "p.requires_grad and id(p) not in held]\n",
            "Only the first group was asked. An optimizer may have several, each with a rate of its own.",
        ),
        "frozen-too": Mistake(
            _LEFT + _HELD + _NAMES + "id(p) not in held]\n",
            "The frozen layer is on your list as well. It does not want to move, so nothing is wrong with it.",
        ),
        "turned-round": Mistake(
            _LEFT + _HELD + _NAMES + "p.requires_grad and id(p) in held]\n",
            "These are the ones that are held. Wanted are the others.",
        ),
        "who-has-state": Mistake(
            _LEFT + _NAMES + "p.requires_grad and p not in optimizer.state]\n",
            "`optimizer.state` is filled at the first step, and plain SGD hardly needs it: before that, or without "
            "memory, everything looks left out. What is held stands in `param_groups`.",
            "optimizer-recreated",
        ),
        "who-has-grad": Mistake(
            _LEFT + _NAMES + "p.requires_grad and p.grad is None]\n",
            "This asks who has a gradient. A parameter can have one and be held by nobody: then it is filled round "
            "after round, and never used.",
            "param-not-in-optimizer",
        ),
    },
    hints=(
        "Two loops: over the groups, and over the tensors of each group.",
        "Tensors are compared by `is`, or by their `id()`; `==` compares their numbers.",
        "`held = {id(p) for group in optimizer.param_groups for p in group['params']}`",
    ),
    why="An optimizer holds tensors, not a model. Whoever is not among them gets gradients that nobody uses.",
    objectives=("who-is-held",),
    covers=("X-19",),
    minutes=5,
    difficulty=2,
    seconds=20,
    draw=draw_models,
    observe=observe_left_out,
)

# ------------------------------------------------------------------ out of the ravine


def draw_ravines(seed):
    import random

    rng = random.Random(seed)
    scale = rng.choice([0.5, 1.0, 2.0, 4.0])
    return {"ravines": [[scale, times * scale, steps] for times, steps in ((4, 22), (25, 48), (100, 95))]}


def observe_settings(function, inputs):
    import torch

    seen = {}
    for low, high, steps in inputs["ravines"]:
        lr, momentum = function(low, high)
        curvatures = torch.logspace(0, 1, 5, base=high / low) * low
        w = torch.ones(5, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=float(lr), momentum=float(momentum))
        for _ in range(steps):
            w.grad = (curvatures * w).detach()
            optimizer.step()
        far = float(w.detach().abs().max())
        told = "arrived" if far < 0.001 else f"{far:.1e} away" if far < 1 else "further away than at the start"
        seen[f"after {steps} steps in a ravine with curvatures from {low:g} to {high:g}"] = told
    return seen


_RAVINE = "def settings(low, high):\n"

ravine_settings = Exercise(
    id="ravine-settings",
    title="Out of the ravine",
    function="settings",
    prompt="""A ravine is a bowl `loss = (a * w0 ** 2 + ... + z * w4 ** 2) / 2` whose curvatures lie between `low` and
`high`; the slope for a weight is its curvature times the weight. Return a learning rate and a momentum, two numbers,
for `torch.optim.SGD`, such that every weight gets from 1 to less than 0.001 in few steps: 22 if `high` is 4 times
`low`, 48 if it is 25 times, 95 if it is 100 times.""",
    stub='''def settings(low, high):
    """Return a learning rate and a momentum for a bowl whose curvatures lie between low and high."""
    lr = ...
    momentum = ...
    return lr, momentum
''',
    solutions={
        "by-formula": _RAVINE
        + "    a, b = low ** 0.5, high ** 0.5\n    return 4 / (a + b) ** 2, ((b - a) / (b + a)) ** 2\n",
        "by-trying": _RAVINE
        + """    def left(lr, momentum):
        far = 0.0
        for curvature in (low, (low * high) ** 0.5, high):
            w, v = 1.0, 0.0
            for _ in range(40):
                v = momentum * v + curvature * w
                w -= lr * v
            far = max(far, abs(w))
        return far

    choices = [(k / 20 / high, m / 50) for k in range(2, 80, 2) for m in range(0, 48, 2)]
    return min(choices, key=lambda choice: left(*choice))
""",
        "a-little-less": _RAVINE
        + "    root = (high / low) ** 0.5\n    momentum = ((root - 1) / (root + 1)) ** 2\n"
        + "    return 0.97 * (1 + momentum ** 0.5) ** 2 / high, momentum\n",
    },
    mistakes={
        "best-without": Mistake(
            _RAVINE + "    return 2 / (low + high), 0.0\n",
            "The best rate that there is without momentum. It does for the shallow ravine at most: where the "
            "curvatures lie far apart, no single rate is fast enough.",
            "lr-too-low",
        ),
        "careful": Mistake(
            _RAVINE + "    return 1 / high, 0.0\n",
            "Safe in the steepest direction, and far too slow along the flat one. Momentum is what helps there.",
            "lr-too-low",
        ),
        "for-the-flat": Mistake(
            _RAVINE + "    return 1 / low, 0.0\n",
            "This rate suits the flat direction; in the steep one each step throws the weight further than it was. The "
            "steepest curvature sets the limit.",
            "lr-too-high",
        ),
        "usual-nine": Mistake(
            _RAVINE + "    return 1 / high, 0.9\n",
            "0.9 is the usual momentum, and too much of a good thing here: the weights swing past the bottom, and the "
            "swinging fades too slowly. How much is wanted depends on how far the curvatures lie apart.",
        ),
        "swapped": Mistake(
            _RAVINE + "    a, b = low ** 0.5, high ** 0.5\n    return ((b - a) / (b + a)) ** 2, 4 / (a + b) ** 2\n",
            "Those are the right two numbers in the wrong order: first the learning rate, then the momentum.",
        ),
    },
    hints=(
        "Take the steepest direction first: which rates does it allow? Then look at the flattest: how fast does it get "
        "there?",
        "You may try things out: write the two lines of momentum for one weight with curvature `low` and one with "
        "`high`, in plain Python, and loop over rates and momenta.",
        "Momentum widens what is allowed: the limit for the rate is 2 * (1 + momentum) / high.",
        "For a bowl there is a formula. With a and b for the square roots of `low` and `high`: rate 4 / (a + b) ** 2, "
        "momentum ((b - a) / (b + a)) ** 2.",
    ),
    why="With a good momentum the number of steps grows with the **root** of how far curvatures lie apart, without it "
    "with that ratio itself.",
    objectives=("choose-a-rate", "follow-the-memory"),
    covers=("S5-27", "X-18", "X-20"),
    minutes=20,
    difficulty=3,
    seconds=20,
    draw=draw_ravines,
    observe=observe_settings,
)
