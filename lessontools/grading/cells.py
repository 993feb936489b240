"""Cells: a hand-in's code cells -> for each exercise the cell to run, and the definitions it may need of others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from lessontools.quiz.mention import tree

__all__ = ["Work", "works"]

_LONG = 20_000  # characters of a cell that is kept in mind
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
    held = [_read(cell) for cell in cells]
    found = {}
    for key, function in exercises.items():
        call = re.compile(rf"\bcheck\(\s*['\"]{re.escape(key)}['\"]")
        mine = [n for n, cell in enumerate(cells) if call.search(cell)]
        mine = (
            [n for n in mine if function in held[n].names or not held[n].sound]
            or [n for n in range(len(cells)) if function in held[n].names]
            or mine
        )
        sound = [n for n in mine if held[n].sound]
        if not mine:
            found[key] = Work("", (), "its cell is not there")
            continue
        last = (sound or mine)[-1]
        remark = f"there are {len(mine)} cells for it: the last that can be read is marked" if len(mine) > 1 else ""
        before = [line for n, each in enumerate(held) if n not in {last, *mine} for line in each.definitions]
        found[key] = Work(cells[last], tuple(before), remark)
    return found


@dataclass(frozen=True)
class _Read:
    """What a cell holds: whether it parses, the names that it gives, and those of its statements that only define."""

    sound: bool
    names: frozenset[str]
    definitions: tuple[str, ...]


def _read(cell: str) -> _Read:
    return _kept(cell) if len(cell) < _LONG else _parsed(cell)


def _parsed(cell: str) -> _Read:
    parsed = tree(cell)
    if parsed is None:
        return _Read(False, frozenset(), ())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    names = {node.name for node in parsed.body if isinstance(node, kinds)}
    targets = [t for node in parsed.body if isinstance(node, ast.Assign) for t in node.targets]
    names |= {each.id for each in targets if isinstance(each, ast.Name)}
    return _Read(True, frozenset(names), tuple(_written(node) for node in parsed.body if _defines_only(node)))


def _written(node: ast.stmt) -> str:
    try:
        return ast.unparse(node)
    except RecursionError:  # a sum of thousands of terms parses, and cannot be written
        return "pass"


_kept = lru_cache(maxsize=512)(_parsed)  # most cells of a class are those that were handed out


def _defines_only(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return node.value is not None and not any(isinstance(each, ast.Call) for each in ast.walk(node.value))
    if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "lessontools":
        return False  # the learner's verbs have no place in a cage, and take long to load
    return isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
