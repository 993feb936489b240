"""Mentions: what a notebook's cell names: headings in its prose, learner's verbs and questions in its code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from lessontools.quiz.bank import Bank

__all__ = ["anchor", "called", "headings", "meant", "tree", "unfenced"]

_VERBS = ("ask", "challenge", "check", "hint", "solution")
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$", re.MULTILINE)


def unfenced(markdown: str) -> str:
    """Return the text without its blocks of code, line for line."""
    return _FENCE.sub(lambda fence: "\n" * fence.group().count("\n"), markdown)


def headings(markdown: str) -> list[tuple[int, str]]:
    """Return the level and the text of each heading."""
    return [(len(marks), text) for marks, text in _HEADING.findall(unfenced(markdown))]


def anchor(heading: str) -> str:
    """Return what JupyterLab calls a heading in a link: its text without markup, with hyphens for spaces."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[`*]|(?<!\w)_|_(?!\w)", "", text).replace(" ", "-")


def tree(source: str) -> ast.Module | None:
    """Return a cell's syntax tree, magics left out; None if it does not parse."""
    plain = re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)
    try:
        return ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError):  # a learner's cell may hold anything
        return None


def called(source: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each call of a learner's verb, with the names that it is given: ("ask", ("five-calls",))."""
    for node in ast.walk(tree(source) or ast.Module([], [])):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _VERBS:
            names = [each.value for each in node.args if isinstance(each, ast.Constant)]
            yield node.func.id, tuple(name for name in names if isinstance(name, str))


def meant(bank: Bank, name: str, default: str = "") -> list[str]:
    """Return the ids of the questions that a name stands for: itself, or "01/exit" all of that lesson and use."""
    head, slash, use = name.partition("/")
    use = use if slash else default
    if not use:
        return [name] if name in bank.items else []
    lessons = [lesson.id for lesson in bank.course.lessons if head in (lesson.id, lesson.id[:2])]
    return [item.question.id for lesson in lessons for item in bank.of(lesson, use)]
