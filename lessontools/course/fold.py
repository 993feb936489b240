"""Folding: a notebook edited in JupyterLab -> the lesson's source, exercises empty again and no solution in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lessontools.course.notebook import filling, read_notebook
from lessontools.course.percent import OPTIONS, Cell, Script, read_script, render
from lessontools.course.slug import VALID, made_by_a_tool
from lessontools.errors import NotebookError
from lessontools.practice.catalog import open_catalog
from lessontools.practice.exercise import Exercise, defines

__all__ = ["Folded", "fold"]


@dataclass
class Folded:
    """The source that a notebook stands for, and what the author should know about it."""

    lesson: str
    text: str = ""
    notes: list[str] = field(default_factory=list)


def fold(root: Path, notebook: Path) -> Folded:
    """Return the source of a notebook; cells that were not edited keep their text to the letter.

    Raise NotebookError if the notebook is no lesson's. What must not come back (a filled-in exercise, a cell that
    holds a solution) is left out and told in `notes`.
    """
    lesson = notebook.stem
    script = read_script(root, lesson).sound()
    before = {cell.id: cell for cell in script.cells}
    found = Folded(lesson)
    kept: list[tuple[str, str, dict[str, Any]]] = []
    for each in read_notebook(notebook)["cells"]:
        if cell := _brought_back(root, each, before, found):
            kept.append(cell)
    if not kept:
        raise NotebookError(f"{notebook}: there is no cell in it that could be brought back")
    named = _without_needless_ids(kept, before)
    chunks = [_chunk(cell, script) for cell in zip(named, kept, strict=True)]
    gone = [key for key in before if key not in {str(options["id"]) for _, _, options in kept}]
    if gone:
        found.notes.append(f"no longer in the lesson: {', '.join(gone)}")
    found.text = "\n\n".join(filter(None, [script.header, *chunks])) + "\n"
    return found


def _brought_back(
    root: Path, each: Any, before: dict[str, Cell], found: Folded
) -> tuple[str, str, dict[str, Any]] | None:
    kind, source, key = each["cell_type"], each["source"].rstrip(), str(each.get("id", ""))
    options = {name: value for name, value in each["metadata"].items() if name in OPTIONS}
    exercise = str(options.get("exercise", ""))
    if exercise:
        if source != filling(root, exercise):
            found.notes.append(
                f"exercise '{exercise}' was filled in or edited; its cell stays as it is (the stub stands in quizzes/)"
            )
        source = ""
    elif not source:
        return None
    elif kind == "code" and (told := _gives_away(root, source, before.get(key))):
        found.notes.append(f"cell '{key}' is left out: it {told}")
        return None
    return kind, source, options | {"id": key}


def _gives_away(root: Path, source: str, old: Cell | None) -> str:
    for entry in open_catalog(root).entries.values():
        exercise = entry.exercise
        if _defines(exercise, source) and not (old and _defines(exercise, old.source)):
            return f"defines '{exercise.function}', which is for learners to write (exercise '{exercise.id}')"
    return ""


def _defines(exercise: Exercise, source: str) -> bool:
    try:
        return defines(source, exercise.function)
    except SyntaxError:  # a magic, or a lesson about a syntax error
        return bool(re.search(rf"^(def|class) {re.escape(exercise.function)}\b", source, re.MULTILINE))


def _without_needless_ids(
    kept: list[tuple[str, str, dict[str, Any]]], before: dict[str, Cell]
) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the cells with the id only where the source must say it."""
    found = []
    for kind, source, options in kept:
        key = str(options["id"])
        given = key in before and "id" in before[key].options
        drawn = not VALID.fullmatch(key) or made_by_a_tool(key)
        rest = {name: value for name, value in options.items() if name != "id"}
        named = given or (key not in before and not drawn)
        found.append((kind, source, {"id": key, **rest} if named else rest))
    return found


def _chunk(cell: Any, script: Script) -> str:
    (kind, source, options), (_, _, full) = cell
    for old in script.cells:
        same = (old.kind, old.source.rstrip(), old.exercise) == (kind, source, str(options.get("exercise", "")))
        if old.id == full["id"] and same and old.options == options:
            return old.text
    return render(kind, source, options)
