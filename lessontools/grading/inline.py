"""Inlining: functions of this package -> source that needs nothing of it, for a test cell that has to stand alone."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lessontools.grading.probe import needed

__all__ = ["inlined"]

_OURS = "lessontools"


def inlined(function: Any) -> str:
    """Return the source of a function and of all that it needs of this package; other libraries are imported."""
    return "\n".join(ast.unparse(node) for node in _statements(function.__module__, function.__name__))


@lru_cache(maxsize=256)
def _statements(module: str, name: str) -> tuple[ast.stmt, ...]:
    source = inspect.getsource(sys.modules[module])
    found: dict[str, ast.stmt] = {}
    for node in needed(_Bare().visit(ast.parse(source)), [name]):
        for each in _foreign(node) if _is_ours(node) else (node,):
            found.setdefault(ast.dump(each), each)  # what two of them need stands there once
    return tuple(found.values())


def _is_ours(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == _OURS


def _foreign(node: ast.stmt) -> Iterator[ast.stmt]:
    assert isinstance(node, ast.ImportFrom) and node.module
    for each in node.names:
        yield from _statements(node.module, each.name)


class _Bare(ast.NodeTransformer):
    """Takes out annotations and docstrings, which would lead to more of the package or cannot be indented."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.returns = None
        for each in (*node.args.args, *node.args.kwonlyargs, *node.args.posonlyargs):
            each.annotation = None
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        self.generic_visit(node)
        if node.value is None:
            return None
        return ast.copy_location(ast.Assign([node.target], node.value), node)
