"""Learn, teach and grade PyTorch's training loop: the learner's names, each loaded when first used."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lessontools import record as record
    from lessontools.assignment.desk import submit as submit
    from lessontools.explore.player import player as player
    from lessontools.explore.sliders import sliders as sliders
    from lessontools.loop.figure import pipeline as pipeline
    from lessontools.loop.figure import stepper as stepper
    from lessontools.loop.figure import strip as strip
    from lessontools.loop.pitfalls import pitfall as pitfall
    from lessontools.loop.pitfalls import pitfalls as pitfalls
    from lessontools.loop.watch import watch as watch
    from lessontools.practice.panel import check as check
    from lessontools.practice.panel import hint as hint
    from lessontools.practice.panel import solution as solution
    from lessontools.quiz.widget import ask as ask
    from lessontools.standing.challenge import challenge as challenge
    from lessontools.standing.panel import progress as progress
    from lessontools.standing.panel import review as review
    from lessontools.standing.ways import ways as ways

__all__ = [
    "ask",
    "challenge",
    "check",
    "hint",
    "pipeline",
    "pitfall",
    "pitfalls",
    "player",
    "progress",
    "record",
    "review",
    "sliders",
    "solution",
    "stepper",
    "strip",
    "submit",
    "watch",
    "ways",
]
__version__ = "0.1.0"

_HOME = {
    "ask": "quiz.widget",
    "challenge": "standing.challenge",
    "check": "practice.panel",
    "hint": "practice.panel",
    "pipeline": "loop.figure",
    "pitfall": "loop.pitfalls",
    "pitfalls": "loop.pitfalls",
    "player": "explore.player",
    "progress": "standing.panel",
    "review": "standing.panel",
    "sliders": "explore.sliders",
    "solution": "practice.panel",
    "stepper": "loop.figure",
    "strip": "loop.figure",
    "submit": "assignment.desk",
    "watch": "loop.watch",
    "ways": "standing.ways",
}
_DESK = ("ask", "challenge", "check", "hint", "progress", "review", "solution", "ways")
"""Names that are others beside a release: there answers are kept and handed in, and nothing knows what is right."""


def __getattr__(name: str) -> Any:
    """Load a learner's name when it is first used, so that the import itself costs milliseconds."""
    if name == "record":  # the module is the name: record.export(), record.load(), record.delete()
        return importlib.import_module("lessontools.record")
    if name not in _HOME:
        raise AttributeError(f"lessontools has no '{name}'; it has {', '.join(__all__)}")
    home = "assignment.desk" if name in _DESK and Path("release.json").is_file() else _HOME[name]
    value = getattr(importlib.import_module(f"lessontools.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext lessontools` gives the cell magic `%%watch`; what it needs is loaded when it is first used."""

    def watch_cell(line: str, cell: str) -> None:
        """%%watch [auto|close|cruise] [name]: run the cell under the watch, keep its trace as `trace` or that."""
        importlib.import_module("lessontools.loop.magic").run(shell, line, cell)

    shell.register_magic_function(watch_cell, "cell", "watch")
