"""A lesson's notebook: source and exercises -> cells filled in, executed, normalised, and always the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import nbformat

from lessontools.course.execute import Stopped, execute
from lessontools.course.output import normal_outputs
from lessontools.course.percent import Cell, Script, read_script
from lessontools.errors import CourseError, Fault, NotebookError, did_you_mean
from lessontools.practice.catalog import find_exercise, open_catalog

__all__ = ["assemble", "build", "differences", "lessons_of", "notebook_path", "read_notebook", "rendered", "write"]

_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook_path(root: Path, lesson: str) -> Path:
    """Return where a lesson's notebook stands."""
    return root / "notebooks" / f"{lesson}.ipynb"


def lessons_of(root: Path) -> list[str]:
    """Return the lessons that have a source, in order."""
    return sorted(path.stem for path in (root / "notebooks" / "src").glob("[0-9][0-9]_*.py"))


def filling(root: Path, key: str, variant: str | None = None) -> str:
    """Return what fills an exercise's cell: the stub, or a solution ("" the reference), and the call that checks it.

    An exercise that has no solution of that name is filled with its reference.
    """
    exercise = find_exercise(key, root).exercise
    source = exercise.stub if variant is None else exercise.solutions.get(variant, exercise.reference)
    return f'{source.strip(chr(10))}\n\ncheck("{key}")'


def assemble(root: Path, script: Script, variant: str | None = None) -> dict[str, Any]:
    """Return the notebook of a script, not executed; with a variant ("" for the reference), solved.

    Raise NotebookError for a faulty source, CourseError for an unknown exercise, with the line that names it.
    """
    cells = [_cell(root, script, cell, variant) for cell in script.sound().cells]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": dict(_METADATA), "cells": cells}


def _cell(root: Path, script: Script, cell: Cell, variant: str | None) -> dict[str, Any]:
    source = cell.source
    if cell.exercise:
        try:
            source = filling(root, cell.exercise, variant)
        except CourseError as error:
            raise CourseError(f"{script.file}:{cell.line}: {error}") from error
    options = {key: value for key, value in cell.options.items() if key != "id"}
    if cell.tags:
        options["tags"] = list(cell.tags)
    shut = {"source_hidden": "hidden", "outputs_hidden": "folded"}  # a click opens them, and a run the output
    if folds := {name: True for name, option in shut.items() if cell.options.get(option)}:
        options["jupyter"] = folds
    made: dict[str, Any] = {"id": cell.id, "cell_type": cell.kind, "metadata": options, "source": source}
    return made | ({"execution_count": None, "outputs": []} if cell.kind == "code" else {})


def build(
    root: Path,
    lesson: str,
    variant: str | None = None,
    record: Path | None = None,
    told: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Return the executed notebook of a lesson, unsolved or solved; raise NotebookError where a cell fails.

    Answers and checks go to `record` (default: nowhere that stays). `told(cells done, of how many)` follows the run.
    """
    script = read_script(root, lesson)
    made = assemble(root, script, variant)
    book = nbformat.from_dict(made)
    count = len(script.cells)
    try:
        execute(book, root, record, told and (lambda place: told(place, count)))
    except Stopped as error:
        cell = script.cells[error.place]
        # a filled cell is longer than its place in the source: there its own line is all that can be named
        line = cell.line + (0 if cell.exercise else error.line)
        inside = f"the stub or solution of '{cell.exercise}', line {error.line}: " if cell.exercise else ""
        raise NotebookError(
            f"{script.file}:{line}: {inside}cell '{cell.id}' failed: {error}\n"
            '    -> mend the cell, or tag it with tags="raises-exception" if the error is the lesson'
        ) from error
    number = 0
    for cell, ran in zip(made["cells"], book.cells, strict=True):
        if cell["cell_type"] == "code":
            number += 1
            cell["execution_count"] = number
            cell["outputs"] = normal_outputs(ran["outputs"], number)
    return made


def rendered(book: dict[str, Any]) -> str:
    """Return the notebook's file: keys sorted, one line a line; raise NotebookError if it is not a valid notebook."""
    made = nbformat.from_dict(book)
    try:
        nbformat.validate(made)
    except nbformat.ValidationError as error:
        raise NotebookError(f"the notebook would not be valid: {error}") from error
    return str(nbformat.writes(made, version=nbformat.NO_CONVERT)).rstrip("\n") + "\n"


def write(book: dict[str, Any], path: Path) -> None:
    """Write a notebook; raise NotebookError if that is not possible."""
    text = rendered(book)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise NotebookError(f"{path}: cannot be written ({error.strerror})") from error


def read_notebook(path: Path) -> dict[str, Any]:
    """Return a notebook's content; raise NotebookError, saying what to do, if it cannot be read."""
    try:
        found = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except OSError as error:
        raise NotebookError(f"{path}: cannot be read ({error.strerror}); build it with 'lessontools build'") from error
    except Exception as error:  # nbformat and json raise a dozen kinds for a mangled file
        raise NotebookError(f"{path}: is not a notebook ({error}); build it anew with 'lessontools build'") from error
    return dict(found)


def known_variant(root: Path, name: str) -> str:
    """Return the name of a solution; raise CourseError if no exercise has one of that name."""
    known = {key for entry in open_catalog(root).entries.values() for key in entry.exercise.solutions}
    if name and name not in known:
        raise CourseError(f"no exercise has a solution '{name}'{did_you_mean(name, known)}")
    return name


def differences(root: Path, lesson: str) -> list[Fault]:
    """Return how the committed notebook differs from what its source says, without executing anything."""
    script = read_script(root, lesson)
    shown, cure = f"notebooks/{lesson}.ipynb", f"run 'lessontools build {lesson}'"
    if script.faults:
        return script.faults
    try:
        want, got = assemble(root, script), read_notebook(notebook_path(root, lesson))
    except (CourseError, NotebookError) as error:
        return [Fault(shown, 1, "stale", "", str(error).replace(f"{root}/", ""), cure)]
    found = [Fault(script.file, line, "stale", key, message, cure) for line, key, message in _unlike(script, want, got)]
    if not found:
        found = [Fault(shown, 1, "unexecuted", key, message, cure) for key, message in _unexecuted(got["cells"])]
        if not found and got["metadata"] != want["metadata"]:
            found = [Fault(shown, 1, "stale", "", "the notebook's metadata are not those of a build", cure)]
    return found


def _unlike(script: Script, want: dict[str, Any], got: dict[str, Any]) -> Iterable[tuple[int, str, str]]:
    ids, there = [cell["id"] for cell in want["cells"]], [cell.get("id", "") for cell in got["cells"]]
    lines = {cell.id: cell.line for cell in script.cells}
    if ids != there:
        yield from ((lines[key], key, f"cell '{key}' is not in the notebook") for key in ids if key not in there)
        yield from ((1, key, f"cell '{key}' is in the notebook only") for key in there if key not in lines)
        if set(ids) == set(there):
            yield 1, "", "the notebook has its cells in another order"
        return
    for one, other in zip(want["cells"], got["cells"], strict=True):
        for name in ("cell_type", "source", "metadata"):
            if one[name] != other[name]:
                yield lines[one["id"]], one["id"], f"cell '{one['id']}' has another {name} in the notebook"


def _unexecuted(cells: list[dict[str, Any]]) -> Iterable[tuple[str, str]]:
    for number, cell in enumerate((cell for cell in cells if cell["cell_type"] == "code"), start=1):
        if cell["execution_count"] != number:
            yield cell["id"], f"cell '{cell['id']}' has execution count {cell['execution_count']}, not {number}"
        raised = any(output["output_type"] == "error" for output in cell["outputs"])
        if raised and "raises-exception" not in cell["metadata"].get("tags", []):
            yield cell["id"], f"cell '{cell['id']}' stores an error"
