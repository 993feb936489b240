"""Cells: a hand-in's code cells -> for each exercise the cell to run, and the definitions it may need of others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lessontools.quiz.mention import tree

__all__ = ["Work", "works"]

_MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)


@dataclass(frozen=True)
class Work:
    """What a hand-in has for one exercise: its cell ("" if there is none) and what is odd about that."""

    cell: str
    before: tuple[str, ...] = ()
    remark: str = ""


def works(cells: Iterable[str], exercises: Mapping[str, str]) -> dict[str, Work]:
    """Return the work for each exercise (id -> name of its function) in these cells.

    An exercise's cell is the one that calls its check, or else one that defines its function; of several the last
    that parses. `before` are the imports, definitions and constants of the other cells.
    """
    cells = [_MAGIC.sub(r"\1pass", cell) for cell in cells]
    trees = [_parsed(cell) for cell in cells]
    defined = [_defined(each) for each in trees]
    found = {}
    for key, function in exercises.items():
        call = re.compile(rf"\bcheck\(\s*['\"]{re.escape(key)}['\"]")
        mine = [n for n, cell in enumerate(cells) if call.search(cell)]
        mine = (
            [n for n in mine if function in defined[n] or trees[n] is None]
            or [n for n in range(len(cells)) if function in defined[n]]
            or mine
        )
        sound = [n for n in mine if trees[n] is not None]
        if not mine:
            found[key] = Work("", (), "its cell is not there")
            continue
        last = (sound or mine)[-1]
        remark = f"there are {len(mine)} cells for it: the last that can be read is marked" if len(mine) > 1 else ""
        found[key] = Work(cells[last], tuple(_definitions(trees, last, set(mine))), remark)
    return found


@lru_cache(maxsize=2048)  # most cells of a class are those that were handed out
def _parsed(cell: str) -> ast.Module | None:
    return tree(cell) if len(cell) < _LONG else None


@lru_cache(maxsize=1 << 14)
def _written(node: ast.stmt) -> str:
    return ast.unparse(node)


def _defined(parsed: ast.Module | None) -> set[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    names = {node.name for node in parsed.body if isinstance(node, kinds)} if parsed else set()
    targets = [t for node in (parsed.body if parsed else ()) if isinstance(node, ast.Assign) for t in node.targets]
    return names | {each.id for each in targets if isinstance(each, ast.Name)}


def _definitions(trees: list[ast.Module | None], place: int, leave: set[int]) -> Iterable[str]:
    """Yield the statements of other cells that only define something, in their order."""
    for number, parsed in enumerate(trees):
        if parsed is None or number in leave or number == place:
            continue
        for node in parsed.body:
            if _defines_only(node):
                yield _written(node)


def _defines_only(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return node.value is not None and not any(isinstance(each, ast.Call) for each in ast.walk(node.value))
    if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "lessontools":
        return False  # the learner's verbs have no place in a cage, and take long to load
    return isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
