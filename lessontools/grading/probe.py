"""A probe: an exercise -> what of it may enter the cage: how to draw and observe, and nothing of the key."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from lessontools.errors import CourseError
from lessontools.practice.exercise import Exercise

__all__ = ["Probe", "needed", "probe", "reachable"]

_KEY = "lessontools.practice.exercise"


@dataclass(frozen=True)
class Probe:
    """What a child needs to observe a function: Python source, names and limits; `solutions` stays empty.

    The names are those of `Exercise`, so that `practice.observation` takes either.
    """

    id: str
    function: str
    stub: str
    seconds: float
    draws: str
    observes: str
    code: str
    optimizer: bool
    solutions: dict[str, str]

    def data(self) -> dict[str, Any]:
        """Return the probe as JSON data."""
        return asdict(self)


def probe(exercise: Exercise) -> Probe:
    """Return the probe of an exercise; raise CourseError where `draw` or `observe` cannot be taken out of its file."""
    names = [_name(exercise, part) for part in (exercise.draw, exercise.observe)]
    path = inspect.getsourcefile(exercise.observe)
    if path is None:
        raise CourseError(f"exercise '{exercise.id}': the file of its 'observe' cannot be found")
    with open(path, encoding="utf-8") as file:
        code = reachable(file.read(), names, exercise.id)
    uses = any("optim" in text for text in (exercise.stub, *exercise.solutions.values()))
    about = exercise.id, exercise.function, exercise.stub, exercise.seconds
    return Probe(*about, names[0], names[1], code, uses, {})


def _name(exercise: Exercise, part: Callable[..., Any]) -> str:
    name = getattr(part, "__name__", "")
    if not name.isidentifier() or getattr(part, "__qualname__", "") != name:
        raise CourseError(
            f"exercise '{exercise.id}': 'draw' and 'observe' must be functions of the file's top level (def), not "
            f"{name or part!r}: only they can be sent into the cage without the key"
        )
    return name


def reachable(source: str, names: list[str], where: str) -> str:
    """Return only those top-level statements of a source that the named functions need, in their order.

    Raise CourseError if one of them leads to an Exercise, whose solutions must not leave.
    """
    kept = needed(ast.parse(source), names)
    for node in kept:
        if isinstance(node, ast.ImportFrom) and node.module == _KEY:
            raise CourseError(
                f"exercise '{where}': 'draw' or 'observe' uses {ast.unparse(node)!r} and so reaches the solutions; "
                "give it what it needs as plain data"
            )
    return "\n\n".join(map(ast.unparse, kept)) + "\n"


def needed(tree: ast.Module, names: list[str]) -> list[ast.stmt]:
    """Return the top-level statements that the named functions need, in their order."""
    defined = {name: node for node in tree.body for name in _defines(node)}
    wanted, open_names = set(), list(names)
    while open_names:
        name = open_names.pop()
        node = defined.get(name)
        if node is None or node in wanted:
            continue
        wanted.add(node)
        open_names += [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
    return [node for node in tree.body if node in wanted]


def _defines(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Import() | ast.ImportFrom():
            yield from ((each.asname or each.name).partition(".")[0] for each in node.names)
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                yield from (each.id for each in ast.walk(target) if isinstance(each, ast.Name))
