"""The code exercises of lesson 11: a step, a plan, two formats, a resume, a sign."""

from lessontools.practice.exercise import Exercise, Mistake

# ------------------------------------------------------------------ a clipped step


def _table(rng, rows, columns, size=1.0):
    return [[round(rng.gauss(0, size), 2) for _ in range(columns)] for _ in range(rows)]


def draw_clipped(seed):
    import random

    rng = random.Random(seed)
    batches = [{"X": _table(rng, 6, 3, size), "y": _table(rng, 6, 1)} for size in (1.0, 0.02, 30.0)]
    return {"batches": batches, "weight": [[1.5, -1.0, 0.5]], "max_norm": rng.choice([0.5, 1.0])}


def observe_clipped(function, inputs):
    """Take three steps on one model: with an ordinary batch, one with tiny numbers, and an odd one."""
    import torch

    model, loss_fn = torch.nn.Linear(3, 1), torch.nn.MSELoss()
    with torch.no_grad():
        model.weight.copy_(torch.tensor(inputs["weight"]))
        model.bias.zero_()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    seen = {}
    for name, batch in zip(("ordinary", "tiny", "odd"), inputs["batches"], strict=True):
        before = torch.cat([p.detach().flatten().clone() for p in model.parameters()])
        told = function(
            model, loss_fn, optimizer, torch.tensor(batch["X"]), torch.tensor(batch["y"]), inputs["max_norm"]
        )
        after = torch.cat([p.detach().flatten() for p in model.parameters()])
        seen[f"{name} batch, max_norm={inputs['max_norm']}"] = {
            "returned": told if told is None else float(told),
            "how far the weights moved": (after - before).norm(),
            "weights and bias after it": after.clone(),
        }
    return {"three calls of `clipped_step` on one model": seen}


_CLIP_HEAD = "import torch\n\n\ndef clipped_step(model, loss_fn, optimizer, X, y, max_norm):\n"
_CLEAR, _BACK, _STEP = "    optimizer.zero_grad()\n", "    loss_fn(model(X), y).backward()\n", "    optimizer.step()\n"
_CLIP = "    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)\n"
_TELL = "    return norm.item()\n"
_NORM = "    norm = torch.sqrt(sum(p.grad.square().sum() for p in model.parameters()))\n"

clipped_step = Exercise(
    id="clipped-step",
    title="A clipped step",
    function="clipped_step",
    prompt="""Take one training step in which the norm of all gradients together is at most `max_norm`, and return the
norm that they had **before** clipping, as a number for the log. Gradients that are small already stay as they are.""",
    stub='''def clipped_step(model, loss_fn, optimizer, X, y, max_norm):
    """Take one step with clipped gradients; return their norm before clipping."""
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    ...
''',
    solutions={
        "torch's": _CLIP_HEAD + _CLEAR + _BACK + _CLIP + _STEP + _TELL,
        "cleared last": _CLIP_HEAD + _BACK + _CLIP + _STEP + _CLEAR + _TELL,
        "by hand": _CLIP_HEAD
        + _CLEAR
        + _BACK
        + _NORM
        + "    if norm > max_norm:\n        for p in model.parameters():\n            p.grad *= max_norm / norm\n"
        + _STEP
        + _TELL,
        "two functions": _CLIP_HEAD
        + _CLEAR
        + _BACK
        + "    norm = torch.nn.utils.get_total_norm([p.grad for p in model.parameters()])\n"
        + "    torch.nn.utils.clip_grads_with_norm_(model.parameters(), max_norm, norm)\n"
        + _STEP
        + "    return norm\n",
        "through the rate": _CLIP_HEAD
        + _CLEAR
        + _BACK
        + _NORM
        + "    factor = min(1.0, max_norm / norm.item())\n    for p in model.parameters():\n"
        + "        p.grad = p.grad * factor\n"
        + _STEP
        + "    return float(norm)\n",
    },
    mistakes={
        "after the step": Mistake(
            _CLIP_HEAD + _CLEAR + _BACK + _STEP + _CLIP + _TELL,
            "The norm is right and the odd batch still throws the weights away: the step has used the gradients in "
            "full before they were clipped.",
            "clip-after-step",
        ),
        "before backward": Mistake(
            _CLIP_HEAD + _CLEAR + _CLIP + _BACK + _STEP + "    return float(norm)\n",
            "0.0 was returned: there was nothing to clip yet. Gradients come with `backward()`, so clip after it.",
            "clip-after-step",
        ),
        "last round's": Mistake(
            _CLIP_HEAD
            + "    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)\n"
            + _CLEAR
            + _BACK
            + _STEP
            + "    return float(norm)\n",
            "The clipping stands at the top: it works on what the last call left, and that is cleared next.",
            "clip-after-step",
        ),
        "by value": Mistake(
            _CLIP_HEAD
            + _CLEAR
            + _BACK
            + _NORM
            + "    torch.nn.utils.clip_grad_value_(model.parameters(), max_norm)\n"
            + _STEP
            + _TELL,
            "Each number was cut on its own. That turns the direction, and the norm may still be above the limit. "
            "All gradients are to be multiplied by **one** factor.",
            "clip-is-per-number",
        ),
        "each parameter alone": Mistake(
            _CLIP_HEAD
            + _CLEAR
            + _BACK
            + _NORM
            + "    for p in model.parameters():\n        torch.nn.utils.clip_grad_norm_([p], max_norm)\n"
            + _STEP
            + _TELL,
            "Weight and bias were clipped each for itself. Together they may still be above the limit, and their "
            "proportion has changed. One norm, over all parameters.",
            "clip-is-per-number",
        ),
        "always": Mistake(
            _CLIP_HEAD
            + _CLEAR
            + _BACK
            + _NORM
            + "    for p in model.parameters():\n        p.grad *= max_norm / norm\n"
            + _STEP
            + _TELL,
            "The tiny gradient was blown up to the limit. Clipping only ever makes gradients smaller.",
        ),
        "norm afterwards": Mistake(
            _CLIP_HEAD + _CLEAR + _BACK + _CLIP + _NORM + _STEP + _TELL,
            "The step is right; what is returned is the norm **after** clipping, which never says how large it was. "
            "`clip_grad_norm_` returns the one before.",
        ),
        "the loss": Mistake(
            _CLIP_HEAD
            + _CLEAR
            + "    loss = loss_fn(model(X), y)\n    loss.clamp(max=max_norm).backward()\n"
            + _NORM
            + _STEP
            + _TELL,
            "The loss was cut. A clamp has slope 0 above its limit, so an odd batch then teaches nothing, and an "
            "ordinary one may too. Clip gradients.",
        ),
        "the weights": Mistake(
            _CLIP_HEAD
            + _CLEAR
            + _BACK
            + _NORM
            + _STEP
            + "    with torch.no_grad():\n        "
            + "for p in model.parameters():\n            p.clamp_(-max_norm, max_norm)\n"
            + _TELL,
            "The weights were cut to the limit. What should be limited is the step, and so the gradients.",
        ),
        "never cleared": Mistake(
            _CLIP_HEAD + _BACK + _CLIP + _STEP + _TELL,
            "The first call is right; in the later ones the clipped gradients of the call before are still there.",
            "grad-not-cleared",
        ),
        "the loss returned": Mistake(
            _CLIP_HEAD
            + _CLEAR
            + "    loss = loss_fn(model(X), y)\n    loss.backward()\n"
            + _CLIP
            + _STEP
            + "    return loss.item()\n",
            "The step is right; returned was the loss. The log wants the norm of the gradients before clipping.",
        ),
    },
    hints=(
        "Where do gradients wait between being made and being used?",
        "`torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)` clips, and returns something.",
        "backward, then `norm = ...clip_grad_norm_(...)`, then step, then `return norm.item()`.",
    ),
    why="Between `backward()` and `step()`, all parameters by one factor, and the returned norm is the one before.",
    objectives=("clip-in-place",),
    covers=("X-22", "S5-30"),
    minutes=4,
    difficulty=1,
    seconds=20,  # the first call may have to import torch
    draw=draw_clipped,
    observe=observe_clipped,
)

# ------------------------------------------------------------------ a scheduled training


def draw_scheduled(seed):
    import random

    rng = random.Random(seed)
    batches = [{"X": _table(rng, 5, 3), "y": _table(rng, 5, 1)} for _ in range(3)]
    return {
        "batches": batches,
        "weight": _table(rng, 1, 3),
        "gamma": rng.choice([0.3, 0.5]),
        "size": rng.choice([1, 2]),
    }


def observe_scheduled(function, inputs):
    import torch

    model = torch.nn.Linear(3, 1)
    with torch.no_grad():
        model.weight.copy_(torch.tensor(inputs["weight"]))
        model.bias.zero_()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, inputs["size"], gamma=inputs["gamma"])
    batches = [(torch.tensor(batch["X"]), torch.tensor(batch["y"])) for batch in inputs["batches"]]
    told = function(model, torch.nn.MSELoss(), optimizer, scheduler, batches, 4)
    return {
        f"4 epochs of 3 batches, StepLR(step_size={inputs['size']}, gamma={inputs['gamma']})": {
            "rates returned": None if told is None else [float(rate) for rate in told],
            "weights in the end": model.weight.detach(),
            "rate in the end": optimizer.param_groups[0]["lr"],
        }
    }


_PLAN_HEAD = "def train(model, loss_fn, optimizer, scheduler, batches, epochs):\n    rates = []\n"
_EPOCH = "    for epoch in range(epochs):\n"
_NOTE = "        rates.append(optimizer.param_groups[0]['lr'])\n"
_BATCH = """        for xb, yb in batches:
            optimizer.zero_grad()
            loss_fn(model(xb), yb).backward()
            optimizer.step()
"""
_TICK = "        scheduler.step()\n"
_RATES = "    return rates\n"

scheduled_training = Exercise(
    id="scheduled-training",
    title="A scheduled training",
    function="train",
    prompt="""Train for so many epochs. The scheduler's plan counts **epochs**. Return a list with the rate that each
epoch was really trained with.""",
    stub='''def train(model, loss_fn, optimizer, scheduler, batches, epochs):
    """Train by the scheduler's plan; return the rate that each epoch used."""
    for epoch in range(epochs):
        for xb, yb in batches:
            optimizer.zero_grad()
            loss_fn(model(xb), yb).backward()
            optimizer.step()
''',
    solutions={
        "rate from the optimizer": _PLAN_HEAD + _EPOCH + _NOTE + _BATCH + _TICK + _RATES,
        "rate from the scheduler": _PLAN_HEAD
        + _EPOCH
        + "        rates.append(scheduler.get_last_lr()[0])\n"
        + _BATCH
        + _TICK
        + _RATES,
        "noted after the batches": _PLAN_HEAD + _EPOCH + _BATCH + _NOTE + _TICK + _RATES,
        "counting batches": _PLAN_HEAD
        + _EPOCH
        + _NOTE
        + "        for number, (xb, yb) in enumerate(batches, start=1):\n"
        + "            loss_fn(model(xb), yb).backward()\n"
        + "            optimizer.step()\n            optimizer.zero_grad()\n"
        + "            if number == len(batches):\n                scheduler.step()\n"
        + _RATES,
        "in a set": _PLAN_HEAD
        + _EPOCH
        + _BATCH
        + "        used, = {group['lr'] for group in optimizer.param_groups}\n        rates.append(used)\n"
        + _TICK
        + _RATES,
    },
    mistakes={
        "never stepped": Mistake(
            _PLAN_HEAD + _EPOCH + _NOTE + _BATCH + _RATES,
            "The rate never changes: nobody told the scheduler that an epoch has passed.",
            "scheduler-per-batch",
        ),
        "per batch": Mistake(
            _PLAN_HEAD + _EPOCH + _NOTE + _BATCH + "            scheduler.step()\n" + _RATES,
            "`scheduler.step()` stands inside the loop over batches, so the plan is over long before the training. It "
            "counts calls, and cannot know what an epoch is.",
            "scheduler-per-batch",
        ),
        "first": Mistake(
            _PLAN_HEAD + _EPOCH + _TICK + _NOTE + _BATCH + _RATES,
            "The scheduler moved on before the first epoch was trained, so the plan is one epoch ahead of the "
            "training.",
            "scheduler-before-optimizer",
        ),
        "noted too early": Mistake(
            _PLAN_HEAD + _EPOCH + _NOTE + _TICK + _BATCH + _RATES,
            "The list looks right, and the training used other rates: `scheduler.step()` stands between the noting "
            "and the batches.",
            "scheduler-before-optimizer",
        ),
        "noted too late": Mistake(
            _PLAN_HEAD + _EPOCH + _BATCH + _TICK + _NOTE + _RATES,
            "The training is right; the list holds the rate of the **next** epoch each time, for it is noted after "
            "`scheduler.step()`.",
        ),
        "noted per batch": Mistake(
            _PLAN_HEAD + _EPOCH + _BATCH + "    " + _NOTE + _TICK + _RATES,
            "The training is right; the list has one entry for each batch. One for each epoch is wanted.",
        ),
        "scheduler instead": Mistake(
            _PLAN_HEAD + _EPOCH + _NOTE + _BATCH.replace("optimizer.step()", "scheduler.step()") + _RATES,
            "No weight has moved: `scheduler.step()` stands in place of `optimizer.step()`. One changes the rate, the "
            "other the weights.",
            "scheduler-before-optimizer",
        ),
        "by hand too": Mistake(
            _PLAN_HEAD
            + _EPOCH
            + _NOTE
            + _BATCH
            + _TICK
            + "        for group in optimizer.param_groups:\n            group['lr'] *= 0.5\n"
            + _RATES,
            "The rate is also cut by hand, on top of the plan. Who changes the rate should be one of the two.",
        ),
        "stale rate": Mistake(
            "def train(model, loss_fn, optimizer, scheduler, batches, epochs):\n"
            "    rates, rate = [], optimizer.param_groups[0]['lr']\n"
            + _EPOCH
            + "        rates.append(rate)\n"
            + _BATCH
            + _TICK
            + _RATES,
            "The training is right; the list repeats the first rate, since it was read once before the loop.",
        ),
        "no step": Mistake(
            _PLAN_HEAD + _EPOCH + _NOTE + _BATCH.replace("            optimizer.step()\n", "") + _TICK + _RATES,
            "The rates are right and no weight has moved: `optimizer.step()` is missing.",
        ),
    },
    hints=(
        "Two kinds of `step`: which one belongs to a batch, which one to an epoch?",
        "The rate in use stands in `optimizer.param_groups[0]['lr']`. When is it still the one that was used?",
        "Note the rate at the top of the epoch, train its batches, then call `scheduler.step()` once.",
    ),
    why="`optimizer.step()` for each batch, `scheduler.step()` for each unit of the plan, after it.",
    objectives=("schedule-the-rate",),
    covers=("X-21",),
    minutes=4,
    difficulty=1,
    seconds=20,
    draw=draw_scheduled,
    observe=observe_scheduled,
)

# ------------------------------------------------------------------ a mixed step


def draw_mixed(seed):
    return {"seed": seed}


def observe_mixed(function, inputs):
    """Take three steps on one model, and note the formats on the way."""
    import torch

    torch.manual_seed(inputs["seed"])
    model = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3))
    optimizer, loss_fn = torch.optim.SGD(model.parameters(), lr=0.001), torch.nn.CrossEntropyLoss()
    X, y = torch.randn(24, 8), torch.randint(3, (24,))
    formats, start, losses = {}, [p.detach().clone() for p in model.parameters()], []
    model[2].register_forward_hook(lambda _, given, out: formats.update({"logits": str(out.dtype)}))
    loss_fn.register_forward_hook(lambda _, given, out: formats.update({"loss": str(out.dtype)}))
    for _ in range(3):
        told = function(model, loss_fn, optimizer, X, y)
        losses.append(told if told is None else float(told))
    formats["weights after it"] = str(model[0].weight.dtype)
    ways = [(p.detach().float() - q).norm() for p, q in zip(model.parameters(), start, strict=True)]
    return {"three calls of `mixed_step`": {"formats": formats, "losses": losses, "how far each part moved": ways}}


_MIX_HEAD = "import torch\n\n\ndef mixed_step(model, loss_fn, optimizer, X, y):\n"
_CAST = "    with torch.autocast('cpu', dtype=torch.bfloat16):\n"
_IN = "        loss = loss_fn(model(X), y)\n"
_REST = "    loss.backward()\n    optimizer.step()\n    return loss.item()\n"

mixed_step = Exercise(
    id="mixed-step",
    title="A mixed step",
    function="mixed_step",
    prompt="""Take one training step in mixed precision: matrix products in bfloat16; loss, weights and gradients in
float32. Return the loss as a number. The device is the CPU.""",
    stub='''import torch


def mixed_step(model, loss_fn, optimizer, X, y):
    """Take one step in mixed precision; return the loss."""
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    return loss.item()
''',
    solutions={
        "autocast": _MIX_HEAD + _CLEAR + _CAST + _IN + _REST,
        "loss outside, in float": _MIX_HEAD
        + _CLEAR
        + _CAST
        + "        logits = model(X)\n    loss = loss_fn(logits.float(), y)\n"
        + _REST,
        "device from the data": _MIX_HEAD
        + _CLEAR
        + "    with torch.autocast(device_type=X.device.type, dtype=torch.bfloat16):\n"
        + "        logits = model(X)\n        loss = loss_fn(logits, y)\n"
        + _REST,
        "a scaler that is not needed": _MIX_HEAD
        + "    scaler = torch.amp.GradScaler('cpu')\n"
        + _CLEAR
        + _CAST
        + _IN
        + "    scaler.scale(loss).backward()\n    scaler.step(optimizer)\n    scaler.update()\n"
        + "    return loss.item()\n",
        "backward inside": _MIX_HEAD
        + _CLEAR
        + _CAST
        + _IN
        + "        loss.backward()\n    optimizer.step()\n    return loss.item()\n",
        "cleared last": _MIX_HEAD
        + _CAST
        + _IN
        + "    loss.backward()\n    optimizer.step()\n    optimizer.zero_grad()\n    return loss.item()\n",
    },
    mistakes={
        "not mixed": Mistake(
            _MIX_HEAD + _CLEAR + "    loss = loss_fn(model(X), y)\n" + _REST,
            "Every matrix product ran in float32. Forward has to run under `torch.autocast`, and that for the device "
            "where the numbers are, here `cpu`.",
        ),
        "whole model": Mistake(
            _MIX_HEAD
            + "    model.bfloat16()\n"
            + _CLEAR
            + "    loss = loss_fn(model(X.bfloat16()).float(), y)\n"
            + _REST,
            "The weights themselves are bfloat16 now, and small updates are rounded away. `autocast` leaves the "
            "weights in float32.",
            "amp-halves-weights",
        ),
        "whole model and back": Mistake(
            _MIX_HEAD
            + "    model.bfloat16()\n"
            + _CLEAR
            + "    loss = loss_fn(model(X.bfloat16()).float(), y)\n"
            + "    loss.backward()\n    optimizer.step()\n    model.float()\n    return loss.item()\n",
            "The weights are float32 again in the end, but the step was taken in bfloat16, where most of it was "
            "rounded away; turning back restores no digits.",
            "amp-halves-weights",
        ),
        "float16": Mistake(
            _MIX_HEAD + _CLEAR + _CAST.replace("bfloat16", "float16") + _IN + _REST,
            "The products ran in float16, where small gradients can become 0. bfloat16 was wanted; its range is that "
            "of float32.",
            "formats-alike",
        ),
        "loss outside": Mistake(
            _MIX_HEAD + _CLEAR + _CAST + "        logits = model(X)\n    loss = loss_fn(logits, y)\n" + _REST,
            "The loss is in bfloat16: it was worked out outside the `with`, from logits in 16 bits. Inside, autocast "
            "runs cross-entropy in float32.",
            "amp-halves-weights",
        ),
        "rounded at the end": Mistake(
            _MIX_HEAD + _CLEAR + "    loss = loss_fn(model(X).bfloat16(), y)\n" + _REST,
            "The model ran in float32 and its output was rounded afterwards: all the loss of digits, none of the gain.",
        ),
        "stale scale": Mistake(
            _MIX_HEAD
            + "    scaler = torch.amp.GradScaler('cpu')\n"
            + _CLEAR
            + _CAST
            + _IN
            + "    scaler.scale(loss).backward()\n    optimizer.step()\n    return loss.item()\n",
            "The gradients are 65536 times too large: the loss was scaled, and `optimizer.step()` knows nothing of "
            "it. With bfloat16 no scaler is needed; with one, the step is `scaler.step(optimizer)`.",
            "clip-before-unscale",
        ),
        "no step": Mistake(
            _MIX_HEAD + _CLEAR + _CAST + _IN + "    loss.backward()\n    return loss.item()\n",
            "Forward is mixed as wanted, and no weight has moved: `optimizer.step()` is missing.",
        ),
        "never cleared": Mistake(
            _MIX_HEAD + _CAST + _IN + _REST,
            "The first call is right; from the second on, old gradients are still in `.grad`. Mixed precision changes "
            "nothing about clearing.",
            "grad-not-cleared",
        ),
    },
    hints=(
        "`torch.autocast` is a context: `with torch.autocast(device, dtype=...):`",
        "Which of the lines belong inside? Those that compute the loss; backward and step stay outside.",
        "`with torch.autocast('cpu', dtype=torch.bfloat16): loss = loss_fn(model(X), y)`; the rest as ever.",
    ),
    why="autocast picks the format for each operation of forward and loss; what is kept stays float32. bfloat16 needs "
    "no scaler.",
    objectives=("mixed-precision",),
    covers=("X-40", "S5-30"),
    minutes=4,
    difficulty=1,
    seconds=20,
    rtol=1e-3,  # a scaler may round the last digit otherwise
    draw=draw_mixed,
    observe=observe_mixed,
)

# ------------------------------------------------------------------ stop and go on


def draw_resume(seed):
    import random

    rng = random.Random(seed)
    return {"seed": seed, "stop": rng.choice([1, 3])}


def observe_resume(function, inputs):
    """Train five epochs at once, and in two processes' worth of runs with a file in between."""
    import io

    import torch

    torch.manual_seed(inputs["seed"])
    X, y, stop = torch.randn(24, 4), torch.randint(3, (24,)), inputs["stop"]

    def run(epochs, seed, saved=None):
        torch.manual_seed(seed)
        model = torch.nn.Sequential(
            torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Dropout(0.3), torch.nn.Linear(8, 3)
        )
        optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.5)

        def train_epoch():
            total = 0.0
            for rows in torch.randperm(24).split(8):
                optimizer.zero_grad()
                loss = torch.nn.functional.cross_entropy(model(X[rows]), y[rows])
                loss.backward()
                optimizer.step()
                total += loss.item()
            scheduler.step()
            return round(total / 3, 4)

        losses, state = function(model, optimizer, scheduler, train_epoch, epochs, saved)
        return losses, state, [p.detach() for p in model.parameters()], optimizer.param_groups[0]["lr"]

    losses, _, weights, rate = run(5, 0)
    first, state, _, _ = run(stop, 0)
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    second, _, after, slow = run(5, 99, torch.load(file))
    return {
        "5 epochs in one run": {"losses": losses, "weights": weights, "rate": rate},
        f"{stop} epochs, a file, a new start, and on to 5": {
            "losses before": first,
            "losses after": second,
            "weights": after,
            "rate": slow,
        },
    }


_GO_HEAD = "import torch\n\n\ndef fit(model, optimizer, scheduler, train_epoch, epochs, saved=None):\n"
_PARTS = {
    "model": "        model.load_state_dict(saved['model'])\n",
    "optimizer": "        optimizer.load_state_dict(saved['optimizer'])\n",
    "scheduler": "        scheduler.load_state_dict(saved['scheduler'])\n",
    "random": "        torch.set_rng_state(saved['random'])\n",
    "epoch": "        start = saved['epoch']\n",
}
_KEPT = {
    "model": "model.state_dict()",
    "optimizer": "optimizer.state_dict()",
    "scheduler": "scheduler.state_dict()",
    "random": "torch.get_rng_state()",
    "epoch": "epochs",
}


def _fit(load=tuple(_PARTS), before="", after="", kept=None, rounds="range(start, epochs)"):
    """Return a source of `fit` that loads some parts; `before` and `after` are lines around the training."""
    state = ", ".join(f"'{name}': {text}" for name, text in (kept or _KEPT).items())
    loading = "    start = 0\n    if saved is not None:\n" + "".join(_PARTS[name] for name in load)
    train = f"    losses = [train_epoch() for _ in {rounds}]\n"
    return _GO_HEAD + loading + before + train + after + f"    return losses, {{{state}}}\n"


def _without(part):
    return _fit(tuple(name for name in _PARTS if name != part))


stop_and_go_on = Exercise(
    id="stop-and-go-on",
    title="Stop and go on",
    function="fit",
    prompt="""Train until `epochs` epochs are done **in all**. `train_epoch()` trains one of them, steps the
scheduler and returns the loss. Return two things: the losses of the epochs that this call trained, and a dict with
what a later call needs. With `saved`, such a dict of an earlier call, go on where that one stopped. In between, the
dict goes through `torch.save` and `torch.load`, and everything is built anew with another seed. Nobody may be able to
tell.""",
    stub='''import torch


def fit(model, optimizer, scheduler, train_epoch, epochs, saved=None):
    """Train up to `epochs`, from the start or from `saved`; return the losses and what a later call needs."""
    losses = [train_epoch() for _ in range(epochs)]
    return losses, {"model": model.state_dict()}
''',
    solutions={
        "one by one": _fit(),
        "random state last": _fit(("epoch", "scheduler", "optimizer", "model", "random")),
        "in a loop": _GO_HEAD
        + "    parts, start = {'model': model, 'optimizer': optimizer, 'scheduler': scheduler}, 0\n"
        + "    if saved:\n        start = saved['done']\n        for name, part in parts.items():\n"
        + "            part.load_state_dict(saved[name])\n        torch.random.set_rng_state(saved['rng'])\n"
        + "    losses = []\n    for epoch in range(start, epochs):\n        losses.append(train_epoch())\n"
        + "    state = {name: part.state_dict() for name, part in parts.items()}\n"
        + "    return losses, state | {'done': epochs, 'rng': torch.random.get_rng_state()}\n",
        "epochs from the scheduler": _GO_HEAD
        + "    if saved:\n        model.load_state_dict(saved['m'])\n        scheduler.load_state_dict(saved['s'])\n"
        + "        optimizer.load_state_dict(saved['o'])\n        torch.set_rng_state(saved['r'])\n"
        + "    losses = []\n    while scheduler.last_epoch < epochs:\n        losses.append(train_epoch())\n"
        + "    return losses, {'m': model.state_dict(), 's': scheduler.state_dict(), 'o': optimizer.state_dict(), "
        + "'r': torch.get_rng_state()}\n",
        "copied each epoch": _GO_HEAD.replace("import torch", "import copy\n\nimport torch")
        + "    start = 0\n    if saved:\n"
        + "".join(_PARTS.values())
        + "    losses, state = [], {}\n    for epoch in range(start, epochs):\n        losses.append(train_epoch())\n"
        + "        state = copy.deepcopy({'model': model.state_dict(), 'optimizer': optimizer.state_dict(), "
        + "'scheduler': scheduler.state_dict(), 'random': torch.get_rng_state(), 'epoch': epoch + 1})\n"
        + "    return losses, state\n",
    },
    mistakes={
        "from the start": Mistake(
            _GO_HEAD
            + "    losses = [train_epoch() for _ in range(epochs)]\n    return losses, {'model': model.state_dict()}\n",
            "The second call starts from zero: `saved` is not used.",
            "optimizer-state-lost",
        ),
        "model only": Mistake(
            _fit(("model", "epoch")),
            "The weights come back, and nothing else: Adam starts without its averages, the scheduler at the top of "
            "its plan, and other rows come first.",
            "optimizer-state-lost",
        ),
        "no optimizer": Mistake(
            _without("optimizer"),
            "The optimizer starts anew: its averages are lost, and so is the rate, which it keeps as well.",
            "optimizer-state-lost",
        ),
        "no scheduler": Mistake(
            _without("scheduler"),
            "The rate comes back with the optimizer, but the scheduler counts from 0 again, so the next cut comes "
            "at the wrong time.",
            "optimizer-state-lost",
        ),
        "no random state": Mistake(
            _without("random"),
            "Weights, averages and rate are right; the order of the rows and the dropout are others than in the "
            "unbroken run. Keep `torch.get_rng_state()` too.",
            "seed-is-enough",
        ),
        "seeded again": Mistake(
            _fit(("model", "optimizer", "scheduler", "epoch")).replace(
                "        start = saved['epoch']\n", "        start = saved['epoch']\n        torch.manual_seed(0)\n"
            ),
            "The seed starts the stream of random numbers from its **beginning**. The unbroken run stands somewhere in "
            "the middle of it by now; that place is what `torch.get_rng_state()` returns.",
            "seed-is-enough",
        ),
        "random state too early": Mistake(
            _fit(
                before="    random = torch.get_rng_state()\n",
                kept={**_KEPT, "random": "random"},
            ),
            "The random state was noted **before** the training, so the resumed run draws the same orders again that "
            "the first part has used.",
            "seed-is-enough",
        ),
        "all epochs again": Mistake(
            _fit(("model", "optimizer", "scheduler", "random")),
            "Everything comes back, and then `epochs` epochs are trained on top of those that are done. `epochs` is "
            "the number in all.",
        ),
        "one too few": Mistake(
            _fit(rounds="range(start + (saved is not None), epochs)"),
            "One epoch is missing after the stop. If 2 are done, the next is the third, number 2 counted from 0.",
        ),
        "no model": Mistake(
            _without("model"),
            "Optimizer, scheduler and chance go on exactly, with a model that knows nothing. Its weights were not "
            "loaded.",
        ),
        "objects in the file": Mistake(
            _GO_HEAD
            + "    losses = [train_epoch() for _ in range(epochs)]\n"
            + "    return losses, {'model': model, 'optimizer': optimizer, 'scheduler': scheduler}\n",
            "The dict holds whole objects, and `torch.load` refuses them, since reading an object can run any code. "
            "Keep their `state_dict()`.",
            "file-takes-objects",
        ),
    },
    hints=(
        "What changes while a run goes on? Go through the five calls, and through all that has to do with chance.",
        "Five things: the model's `state_dict()`, the optimizer's, the scheduler's, how many epochs are done, and "
        "`torch.get_rng_state()`.",
        "Load them all at the top, if `saved` is there (`torch.set_rng_state(...)` for the last), train "
        "`range(done, epochs)`, and make the dict at the end.",
    ),
    why="A run is its weights, the optimizer's memory, the place in the plan, the count, and the place in the stream "
    "of random numbers. With all five, a stop leaves no trace.",
    objectives=("resume-exactly",),
    covers=("X-38", "X-39"),
    minutes=10,
    difficulty=2,
    seconds=20,
    draw=draw_resume,
    observe=observe_resume,
)

# ------------------------------------------------------------------ a sign with a slope


def draw_signs(seed):
    import random

    rng = random.Random(seed)
    return {
        "w": [*(round(rng.uniform(-2, 2), 2) for _ in range(4)), 0.0],
        "slopes": [rng.choice([-3, 2, 4]) for _ in range(5)],
    }


def observe_signs(function, inputs):
    import torch

    w = torch.tensor(inputs["w"], requires_grad=True)
    out = function(w)
    if not isinstance(out, torch.Tensor):
        return {f"sign_through({inputs['w']})": out}
    told = {"forward": out.detach().clone(), "recorded": out.requires_grad}
    if out.requires_grad:
        (out * torch.tensor(inputs["slopes"])).sum().backward()
        told["w.grad after (out * slopes).sum().backward()"] = w.grad
    return {f"sign_through({inputs['w']}), slopes {inputs['slopes']}": told, "w afterwards": w.detach()}


_SIGN_HEAD = "import torch\n\n\ndef sign_through(w):\n"
_OWN = """import torch


class Through(torch.autograd.Function):
    @staticmethod
    def forward(ctx, w):
        return {forward}

    @staticmethod
    def backward(ctx, slope):
        return {backward}


def sign_through(w):
    return Through.apply(w)
"""
_SIGN = "torch.where(w >= 0, 1.0, -1.0)"

straight_through = Exercise(
    id="straight-through",
    title="A sign with a slope",
    function="sign_through",
    prompt="""Forward: 1 where `w` is 0 or more, -1 elsewhere. Backward: the slope that arrives is handed on
unchanged, as if nothing had been done. `w` itself stays as it is. A class of your own, or arithmetic and `detach()`:
both work.""",
    stub='''import torch


def sign_through(w):
    """Return -1 or 1 for each number; in backward the slopes pass unchanged."""
    return torch.where(w >= 0, 1.0, -1.0)
''',
    solutions={
        "own function": _OWN.format(forward=_SIGN, backward="slope"),
        "detach the difference": _SIGN_HEAD + f"    return w + ({_SIGN} - w).detach()\n",
        "add a zero": _SIGN_HEAD + f"    return {_SIGN} + (w - w.detach())\n",
        "no_grad": _SIGN_HEAD + f"    with torch.no_grad():\n        jump = {_SIGN} - w\n    return w + jump\n",
        "another sign": _OWN.format(forward="1 - 2 * (w < 0).float()", backward="slope.clone()"),
    },
    mistakes={
        "stub": Mistake(
            _SIGN_HEAD + f"    signs = {_SIGN}\n    return signs\n",
            "Forward is right, and nothing is recorded: a comparison has no way back. Backward would raise.",
            "no-slope-no-training",
        ),
        "torch.sign": Mistake(
            _SIGN_HEAD + "    return torch.sign(w)\n",
            "`torch.sign` is recorded, and its true slope is 0: nothing would ever be trained. And `sign(0)` is 0.",
            "no-slope-no-training",
        ),
        "leaf of its own": Mistake(
            _SIGN_HEAD + f"    return {_SIGN}.requires_grad_()\n",
            "The error is gone, and no slope comes to `w`: the result is a leaf of its own.",
            "backward-on-leaf",
        ),
        "tanh": Mistake(
            _SIGN_HEAD + "    return torch.tanh(5 * w)\n",
            "A soft sign: its forward is not -1 or 1, and its slopes are not those that arrive.",
        ),
        "identity": Mistake(
            _SIGN_HEAD + "    return w * 1\n",
            "The slopes pass unchanged, and so do the numbers: forward has to return the signs.",
        ),
        "slope twice": Mistake(
            _SIGN_HEAD + f"    return w + ({_SIGN} - w).detach() + (w - w.detach())\n",
            "Forward is right; the slope comes back on two ways, and where ways meet they add up: twice too large.",
            "chain-adds",
        ),
        "zero at zero": Mistake(
            _SIGN_HEAD + "    return w + (torch.sign(w) - w).detach()\n",
            "Right but for `w = 0`, where `torch.sign` gives 0. A weight of 0 would drop out; 1 was asked for.",
        ),
        "backward of the sign": Mistake(
            _OWN.format(forward=_SIGN, backward="slope.sign()"),
            "Backward returns the sign of the slope. What arrives is to be handed on unchanged.",
        ),
        "backward zero": Mistake(
            _OWN.format(forward=_SIGN, backward="0 * slope"),
            "Backward returns the true slope of a sign, 0. It trains nothing; hand on what arrives.",
            "no-slope-no-training",
        ),
        "in place": Mistake(
            _SIGN_HEAD
            + "    with torch.no_grad():\n        w.copy_(torch.where(w >= 0, 1.0, -1.0))\n    return w * 1\n",
            "`w` itself was overwritten with its signs. The floats behind the signs are what training moves.",
            "inplace-edit",
        ),
    },
    hints=(
        "Two ways: a class like `Sign` in the Deep dive, or a sum of something that carries the slope and something "
        "that does not.",
        "`w` carries the slope. What must be added to `w`, so that the sum is the sign?",
        "The difference, sign minus `w`, added after `.detach()`.",
    ),
    why="Forward sees the sign, backward sees `w`: w + (sign - w).detach(). Training moves the floats behind it.",
    objectives=("same-loop-elsewhere",),
    covers=("R-19", "S5-29"),
    minutes=6,
    difficulty=2,
    seconds=20,
    draw=draw_signs,
    observe=observe_signs,
)
