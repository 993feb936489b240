"""Answers typed into a worksheet's cells -> answers as the page would send them; code is read as data, never run."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from lessontools.grading.typed import pairs, words
from lessontools.quiz.mention import tree

__all__ = ["SPACE", "UNWRITTEN", "answer_of", "variable"]

SPACE = "lessontools"
"""The name under which a worksheet's notebook and cells say what they belong to."""
UNWRITTEN = "YOUR ANSWER HERE"  # what nbgrader puts in place of a model answer
_LONG = 20_000


def variable(item: str) -> str:
    """Return the name that an answer is typed under."""
    return f"answer_{item.replace('-', '_')}"


def answer_of(about: Mapping[str, Any], source: str) -> tuple[Any, str]:
    """Return the answer in a cell that `about` (its metadata) tells of, None if there is none, and what is odd."""
    item, kind, parts = str(about.get("item")), str(about.get("kind")), about.get("parts")
    if kind == "explain":
        text = source.strip()
        return ({"text": text[:_LONG]} if text and text != UNWRITTEN else None), ""
    try:
        typed = _typed(source, variable(item))
    except ValueError as error:
        return None, f"the answer to '{item}' {error}"
    if typed in (None, "", [], {}):
        return None, ""
    return _sent(kind, typed, parts if isinstance(parts, dict) else {}), ""


def _typed(source: str, name: str) -> Any:
    """Return the last value that a cell gives to a name; raise ValueError, saying why, where that cannot be told."""
    parsed = tree(source[:_LONG])
    if parsed is None:
        raise ValueError("cannot be read: its cell has a syntax error")
    found: ast.expr | None = None
    for node in parsed.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
            found = node.value
    return None if found is None else _value(found)


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=str() | int() | float() | None as value):
            return value
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [_value(each) for each in elements]
        case ast.Dict(keys=keys, values=values) if None not in keys:
            made = [(_value(key), _value(value)) for key, value in zip(keys, values, strict=True) if key is not None]
            return {str(key): value for key, value in made}
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=inner):
            value = _number(inner)
            return -value if isinstance(sign, ast.USub) else value
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() as op, right=right):
            return _worked(op, _number(left), _number(right))
        case _:
            raise ValueError("is no plain value: text goes in quotes")


def _number(node: ast.expr) -> float:
    value = _value(node)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("is no plain value: text goes in quotes")
    return float(value)  # as floats nothing grows without bounds


def _worked(op: ast.operator, one: float, other: float) -> float:
    match op:
        case ast.Add():
            return one + other
        case ast.Sub():
            return one - other
        case ast.Mult():
            return one * other
        case _ if other:
            return one / other
        case _:
            raise ValueError("divides by zero")


def _sent(kind: str, typed: Any, parts: Mapping[str, str]) -> Any:
    """Return a typed answer with the release's ids; a letter that is not there stays, and is no answer."""
    match kind:
        case "choice" | "curve" | "predict" if parts:
            found = words(typed)
            return parts.get(found[0], found[0]) if len(found) == 1 else " ".join(found)
        case "several" | "order":
            return [parts.get(each, each) for each in words(typed)]
        case "match":
            return {parts.get(left, left): parts.get(right, right) for left, right in pairs(typed).items()}
        case "bug-line":
            text = str(typed).strip()
            return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else typed
        case "trace-table":
            if not isinstance(typed, list) or len(typed) != len(parts):
                return "not one value for each place"
            return {parts[str(n)]: str(each) for n, each in enumerate(typed, 1) if str(n) in parts}
        case _:
            return typed
