"""Small exercises that the tests of the practice wing share."""

from __future__ import annotations

from typing import Any

from lessontools.practice.exercise import Exercise, Mistake


def draw_scale(seed: int) -> dict[str, Any]:
    import random

    rng = random.Random(seed)
    return {"x": [round(rng.uniform(1, 3), 3) for _ in range(4)], "factor": rng.choice([3, 5, 7])}


def observe_scale(function: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    import torch

    x = torch.tensor(inputs["x"])
    factor = inputs["factor"]
    return {f"scale(x, {factor})": function(x.clone(), factor), "scale(x, 0)": function(x.clone(), 0)}


def scale(**changes: Any) -> Exercise:
    """An exercise whose function multiplies a vector, with two observed calls."""
    fields: dict[str, Any] = {
        "id": "scale-vector",
        "title": "Scale",
        "function": "scale",
        "prompt": "Return `x` times `factor`.",
        "stub": "def scale(x, factor):\n    return ...\n",
        "solutions": {
            "times": "def scale(x, factor):\n    return x * factor\n",
            "torch": "import torch\n\ndef scale(x, factor):\n    return torch.mul(x, factor)\n",
        },
        "mistakes": {
            "added": Mistake(
                "def scale(x, factor):\n    return x + factor\n", "That adds, it does not scale.", "add-is-mul"
            ),
            "column": Mistake("def scale(x, factor):\n    return (x * factor)[:, None]\n", "That makes a column."),
            "crash": Mistake("def scale(x, factor):\n    return x @ factor\n", "`@` is the matrix product."),
        },
        "hints": ("Use an operator.", "It is `*`."),
        "why": "Multiplication is elementwise.",
        "objectives": ("scale",),
        "draw": draw_scale,
        "observe": observe_scale,
        "seconds": 2,
    }
    return Exercise(**(fields | changes))


COURSE = "title: A course\nlessons: []\n"

MODULE = """
from lessontools.practice.exercise import Exercise, Mistake


def draw(seed):
    import random

    return {"x": [random.Random(seed).uniform(1, 2) for _ in range(3)]}


def observe(function, inputs):
    import torch

    return {"double(x)": function(torch.tensor(inputs["x"]))}


double = Exercise(
    id="double-it",
    title="Double",
    function="double",
    prompt="Return twice `x`.",
    stub="def double(x):\\n    return ...\\n",
    solutions={"times": "def double(x):\\n    return 2 * x\\n"},
    mistakes={"square": Mistake("def double(x):\\n    return x**2\\n", "That squares.", "square-is-double")},
    hints=("Use 2.", "Use `2 * x`."),
    why="Twice is times two.",
    objectives=("double",),
    draw=draw,
    observe=observe,
    seconds=2,
)
"""
