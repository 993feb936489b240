"""The code exercise of lesson 00: a training step with one of its five calls missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lessontools.practice.exercise import Exercise, Mistake

__all__ = ["MISSING_CALL"]

_ROWS, _FEATURES, _CLASSES, _STEPS = 24, 4, 3, 3


def _draw(seed: int) -> dict[str, Any]:
    """Return fresh rows, labels, starting weights and a learning rate."""
    import random

    rng = random.Random(seed)

    def grid(rows: int, columns: int) -> list[list[float]]:
        return [[round(rng.gauss(0, 1), 3) for _ in range(columns)] for _ in range(rows)]

    return {
        "X": grid(_ROWS, _FEATURES),
        "y": [row % _CLASSES for row in range(_ROWS)],
        "weight": grid(_CLASSES, _FEATURES),
        "bias": grid(1, _CLASSES)[0],
        "lr": rng.choice([0.3, 0.5, 0.8]),
    }


def _observe(function: Callable[..., Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """Call train_step three times on one model; return losses, weights, and when gradients and steps came.

    Clearing may stand in four places and leaves no trace here but in the weights: that is what makes each legal.
    """
    import torch

    model = torch.nn.Linear(_FEATURES, _CLASSES)
    with torch.no_grad():
        model.weight.copy_(torch.tensor(inputs["weight"]))
        model.bias.copy_(torch.tensor(inputs["bias"]))
    optimizer = torch.optim.SGD(model.parameters(), lr=inputs["lr"])
    X, y, happened = torch.tensor(inputs["X"]), torch.tensor(inputs["y"]), []
    model.weight.register_post_accumulate_grad_hook(lambda _: happened.append("backward"))
    optimizer.register_step_pre_hook(lambda *_: happened.append("step"))
    returned = [function(model, torch.nn.CrossEntropyLoss(), optimizer, X, y) for _ in range(_STEPS)]
    losses = [each.item() if isinstance(each, torch.Tensor) and each.numel() == 1 else each for each in returned]
    return {
        "three calls of `train_step` on one model": {
            "what happened, in order": ", ".join(happened),
            "losses returned": losses,
            "model.weight in the end": model.weight.detach(),
        }
    }


def _step(*body: str) -> str:
    lines = ["def train_step(model, loss_fn, optimizer, X, y):", *(f"    {line}" for line in body)]
    return "\n".join([*lines, "    return loss.item()", ""])


_CLEAR, _FORWARD, _LOSS = "optimizer.zero_grad()", "logits = model(X)", "loss = loss_fn(logits, y)"
_BACKWARD, _MOVE = "loss.backward()", "optimizer.step()"

MISSING_CALL = Exercise(
    id="missing-call",
    title="The missing call",
    function="train_step",
    prompt=(
        "`train_step` should do one training step and return the loss as a number. Four of the five calls are "
        "there; add the fifth. It may stand in more than one place."
    ),
    stub='''\
def train_step(model, loss_fn, optimizer, X, y):
    """Do one training step; return the loss as a number."""
    # four of the five calls are here: add the one that is missing
    logits = model(X)
    loss = loss_fn(logits, y)
    loss.backward()
    optimizer.step()
    return loss.item()
''',
    solutions={
        "clear first": _step(_CLEAR, _FORWARD, _LOSS, _BACKWARD, _MOVE),
        "clear after the forward pass": _step(_FORWARD, _CLEAR, _LOSS, _BACKWARD, _MOVE),
        "clear after the loss": _step(_FORWARD, _LOSS, _CLEAR, _BACKWARD, _MOVE),
        "clear last": _step(_FORWARD, _LOSS, _BACKWARD, _MOVE, _CLEAR),
        "clear through the model": _step("model.zero_grad()", _FORWARD, _LOSS, _BACKWARD, _MOVE),
        "clear to zeros": _step("optimizer.zero_grad(set_to_none=False)", _FORWARD, _LOSS, _BACKWARD, _MOVE),
        "clear by hand": _step("for p in model.parameters():", "    p.grad = None", _FORWARD, _LOSS, _BACKWARD, _MOVE),
    },
    mistakes={
        "never cleared": Mistake(
            source=_step(_FORWARD, _LOSS, _BACKWARD, _MOVE),
            says=(
                "The first call is right, the second and third are not: `backward()` **adds** to what is already "
                "in `.grad`, so these steps push with the gradients of the rounds before as well. Something has to "
                "empty `.grad` once in every round."
            ),
            misconception="grad-not-cleared",
        ),
        "cleared before the step": Mistake(
            source=_step(_FORWARD, _LOSS, _BACKWARD, _CLEAR, _MOVE),
            says=(
                "The weights did not move, though `backward()` ran before `step()`: the gradients were thrown away "
                "between the two, just before they were needed. The clearing may stand anywhere else."
            ),
            misconception="cleared-before-step",
        ),
        "step before backward": Mistake(
            source=_step(_CLEAR, _FORWARD, _LOSS, _MOVE, _BACKWARD),
            says=(
                "The weights did not move: `step()` came before `backward()`, and so it found no gradient to use. "
                "First the information, then the move."
            ),
            misconception="step-before-backward",
        ),
        "no step": Mistake(
            source=_step(_CLEAR, _FORWARD, _LOSS, _BACKWARD),
            says=(
                "The gradients were worked out, and nothing used them: `backward()` moves no weight. The call that "
                "does has gone missing; put it back."
            ),
            misconception="backward-updates-weights",
        ),
        "no backward": Mistake(
            source=_step(_CLEAR, _FORWARD, _LOSS, _MOVE),
            says=(
                "`step()` ran and found every `.grad` empty: it does not work out gradients itself. The call that "
                "does has gone missing; put it back."
            ),
            misconception="step-computes-gradients",
        ),
        "step taken twice": Mistake(
            source=_step(_CLEAR, _FORWARD, _LOSS, _BACKWARD, _MOVE, _MOVE),
            says=(
                "The step was taken twice with the same gradients, which is a step of double length. One `step()` "
                "in a round is enough; the gradients stay in `.grad` and would be used again."
            ),
            misconception="step-clears-gradients",
        ),
    },
    hints=(
        "Say the five jobs: clear, predict, score, find the directions, move. Which of them does no line do?",
        "Gradients add up in `.grad` from call to call, until the optimizer is told to empty it.",
        "The call is `optimizer.zero_grad()`. It needs a place where nobody is waiting for the gradients.",
    ),
    why=(
        "`optimizer.zero_grad()` is the fifth call. Before the forward pass, after it, after the loss, or after the "
        "step: all four give the same weights, since the gradients are wanted only from `backward()` to `step()`."
    ),
    objectives=("name-the-calls", "know-what-changes"),
    covers=("S5-16", "R-11"),
    minutes=3,
    difficulty=1,
    points=2.0,
    seconds=20,  # the first call may have to import torch, on a busy machine
    draw=_draw,
    observe=_observe,
)
