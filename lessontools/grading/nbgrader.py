"""nbgrader's way: a release -> a course folder that nbgrader generates, validates and autogrades, for the same points.

A question is a locked prompt, a cell to type into, and a test cell with its key; an exercise is its stub with the
solution marked, and a test cell with what the solution gave for inputs that no other way of grading uses. The test
cells are plain Python: only torch has to be there. All of it is the instructor's; nbgrader makes the students' version.
"""

from __future__ import annotations

import pprint
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import indent
from typing import Any

from lessontools.course.notebook import rendered
from lessontools.course.page import Courseware, Page, open_courseware
from lessontools.grading import typed
from lessontools.grading.answered import SPACE, variable
from lessontools.grading.inline import inlined
from lessontools.grading.probe import probe
from lessontools.grading.secret import Key
from lessontools.grading.wall import GradingError
from lessontools.grading.worksheet import Sheet, sheet
from lessontools.practice.exercise import Exercise
from lessontools.practice.observation import drawn, observe_source
from lessontools.quiz.bank import Item
from lessontools.quiz.mention import meant

__all__ = ["FOLDER", "export", "notebook"]

FOLDER = "nbgrader"
TURN = 0
"""The turn whose inputs the tests use: nbgrader can show hidden tests to students, so these serve for nothing else."""
NOTES = (
    "order, match and trace-table are answered by typing letters and numbers, in the form that each prompt states",
    "predictions are plain questions, explanations are marked by hand, flashcards and hints stay behind",
    "nbgrader runs hand-ins unprotected, with the keys in the same notebook: 'collect' and 'grade' take the same files",
)
_CONFIG = """c = get_config()

c.CourseDirectory.course_id = {name!r}
c.ClearSolutions.code_stub = {{"python": "# what you put above this line counts"}}
c.IncludeHeaderFooter.header = ""
"""
_SETUP = "import torch\nfrom torch import nn\nimport torch.nn.functional as F"
_KINDS = {  # grade, solution, locked
    "read": (False, False, True),
    "answer": (False, True, False),
    "test": (True, False, True),
    "manual": (True, True, False),
}


def export(root: Path, key: Key, out: Path) -> tuple[Path, list[str]]:
    """Write the assignment of a key into `out`/nbgrader; return that folder, and what to know of it.

    A config that is there is kept.
    """
    course, folder = open_courseware(root), out / FOLDER
    left = set(key.items)
    try:
        for lesson in key.lessons:
            book = notebook(course, key, lesson, left)
            path = folder / "source" / key.assignment / f"{lesson}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(rendered(book), encoding="utf-8", newline="\n")
        config = folder / "nbgrader_config.py"
        if not config.exists():
            config.write_text(_CONFIG.format(name=key.assignment), encoding="utf-8")
    except OSError as error:
        raise GradingError(f"{error.filename or folder}: cannot be written ({error.strerror})") from error
    tasks = [course.catalog.entries[name].exercise for name in key.exercises]
    ours = [each.id for each in tasks if SPACE in probe(each).code]
    needs = [f"the tests of {', '.join(ours)} import lessontools: install it where nbgrader grades"] if ours else []
    return folder, [*NOTES, *needs]


def notebook(course: Courseware, key: Key, lesson: str, left: set[str]) -> dict[str, Any]:
    """Return a lesson's worksheet; the questions that it asks are taken out of `left`, so that each is asked once."""
    page = course.pages[lesson]
    title = f"# {course.bank.lesson(lesson).title}\n\nThe questions and exercises of this lesson that earn points."
    cells = [_cell("markdown", "title", title, "read"), _cell("code", "setup", _SETUP, "read")]
    for heading, what in _tasks(course, page, key):
        made: list[dict[str, Any]] = []
        if isinstance(what, Exercise):
            made = _exercise(what, key)
        elif what.question.id in left:
            left.remove(what.question.id)
            made = _question(what, key)
        if made and heading:
            cells.append(_cell("markdown", f"heading-{len(cells)}", f"## {heading}", "read"))
        cells += made
    about = {"assignment": key.assignment, "version": key.version}
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel, SPACE: about}, "cells": cells}


def _tasks(course: Courseware, page: Page, key: Key) -> Iterator[tuple[str, Item | Exercise]]:
    """Yield what a lesson asks in its order, with the heading that it stands under where that is a new one."""
    asked: dict[str, list[str]] = {}
    for call, name, _ids in page.uses(course.bank):
        asked.setdefault(call.cell.id, []).extend(meant(course.bank, name))
    under = {cell.id: text for level, text, cell in page.headings if level == 2}
    heading = ""
    for cell in page.cells:
        heading = under.get(cell.id, heading)
        if cell.exercise in key.exercises:
            yield heading, course.catalog.entries[cell.exercise].exercise
            heading = ""
        for name in asked.get(cell.id, []):
            if name in key.items:
                yield heading, course.bank.items[name]
                heading = ""


def _question(item: Item, key: Key) -> list[dict[str, Any]]:
    question = item.question
    made, name, points = sheet(key, question, item.folder), question.id, key.items[question.id]
    about = {"item": name, "kind": question.kind, **({"parts": dict(made.parts)} if made.parts else {})}
    prompt = _cell("markdown", f"prompt-{name}", made.prompt, "read")
    if not made.share:
        return [prompt, _cell("markdown", f"answer-{name}", made.right, "manual", points, about)]
    shown = f"{variable(name)} = {_blank(made.blank)}"
    right = f"### BEGIN SOLUTION\n{variable(name)} = {made.right!r}\n### END SOLUTION"
    answer = _cell("code", f"answer-{name}", f"{shown}\n{right}", "answer", about=about)
    return [prompt, answer, _cell("code", f"test-{name}", _test(variable(name), made, points), "test", points)]


def _blank(value: Any) -> str:
    return "[" + ", ".join(['""'] * len(value)) + "]" if isinstance(value, list) else "None" if value is None else '""'


def _test(name: str, made: Sheet, points: float) -> str:
    given = "".join(f", {key}={value!r}" for key, value in made.key.items())
    body = f"{inlined(getattr(typed, made.share))}\nreturn {points!r} * {made.share}(globals().get({name!r}){given})"
    return _hidden(body, points)


def _hidden(body: str, points: float) -> str:
    """Return a test cell; its value is what was earned, and no name of it reaches the notebook's other cells."""
    head = f"# Worth {points:g}; marked after you have handed in."
    return (
        f"{head}\n### BEGIN HIDDEN TESTS\ndef _earned():\n{indent(body, '    ')}\n\n\n_earned()\n### END HIDDEN TESTS"
    )


def _exercise(exercise: Exercise, key: Key) -> list[dict[str, Any]]:
    name, points = exercise.id, key.exercises[exercise.id]
    prompt = _cell("markdown", f"prompt-exercise-{name}", f"### {exercise.title}\n\n{exercise.prompt}", "read")
    stub = exercise.stub.strip("\n")
    source = f"{stub}\n\n### BEGIN SOLUTION\n{exercise.reference.strip(chr(10))}\n### END SOLUTION"
    answer = _cell("code", f"answer-exercise-{name}", source, "answer", about={"exercise": name})
    return [prompt, answer, _cell("code", f"test-exercise-{name}", _checked(exercise, key, points), "test", points)]


def _checked(exercise: Exercise, key: Key, points: float) -> str:
    """Return the test of an exercise: its inputs, and what the solution gives for them."""
    seed = key.draws(exercise.id, TURN)
    inputs = drawn(exercise, seed)
    want = observe_source(exercise, exercise.reference, seed, inputs)
    if want["status"] != "ok":
        raise GradingError(f"exercise '{exercise.id}': its own solution does not run here ({want['status']})")
    tolerance = {"rtol": exercise.rtol, "atol": exercise.atol}
    about = {"stub": exercise.stub, "function": exercise.function, "tolerance": tolerance}
    observe = probe(exercise)
    body = f"""\
import random, numpy, torch
{inlined(typed.share_calls)}
{observe.code.rstrip()}
inputs = {_data(inputs)}
want = {_data(want["calls"])}
about = {_data(about)}
random.seed({seed})
numpy.random.seed({seed % 2**32})
torch.manual_seed({seed})
torch.set_grad_enabled(True)
function, given = globals().get({exercise.function!r}), globals().get("In", [])
return {points!r} * share_calls(function, {observe.observes}, inputs, want, given, about)"""
    return _hidden(body, points)


def _data(value: Any) -> str:
    return pprint.pformat(value, width=110, compact=True, sort_dicts=False)


def _cell(
    kind: str, name: str, source: str, role: str, points: float | None = None, about: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return a cell with nbgrader's metadata (version 3): a further key in it would be refused, so ours stand apart."""
    grade, solution, locked = _KINDS[role]
    ours = {"schema_version": 3, "grade": grade, "solution": solution, "locked": locked, "grade_id": name}
    if points is not None:
        ours["points"] = points
    metadata = {"nbgrader": ours, **({SPACE: dict(about)} if about else {})}
    made: dict[str, Any] = {"id": name[:64], "cell_type": kind, "metadata": metadata, "source": source}
    return made | ({"execution_count": None, "outputs": []} if kind == "code" else {})
