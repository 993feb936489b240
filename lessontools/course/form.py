"""The form of a lesson: how it opens and ends, that the learner does something, and nothing nbval cannot compare."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from lessontools.course.page import Courseware, Page
from lessontools.course.percent import Cell
from lessontools.errors import Fault
from lessontools.quiz.mention import tree

__all__ = [
    "activity",
    "exit_quiz",
    "forbidden",
    "ignored",
    "minutes",
    "named_verbs",
    "opening",
    "summary",
    "warm_up",
]

OPENING = ("Goal", "You will be able to", "Out of scope", "Needs", "Minutes")
READING = 3  # this many cells in a row without anything to do are too many
_FORBIDDEN = {
    "clear_output": "print or show once; a live picture is a player or an updating widget",
    "display_id": "show it once, or use a widget that updates itself",
    "update_display": "show it once, or use a widget that updates itself",
    "set_matplotlib_formats": "keep PNG figures: JupyterLab hides SVG in notebooks that are not trusted",
}


def _fault(page: Page, cell: Cell | None, rule: str, message: str, cure: str, warning: bool = False) -> Fault:
    return Fault(page.script.file, cell.line if cell else 1, rule, cell.id if cell else "", message, cure, warning)


def _opening(page: Page) -> str:
    return "\n".join(cell.source for cell in page.cells[:3] if cell.kind == "markdown")


def _label(name: str) -> str:
    return rf"(?:^|[|;*#]|&nbsp;)[\s|*#_-]*{name}\b"


def opening(page: Page, course: Courseware) -> Iterator[Fault]:
    """Find what a lesson's opening does not say."""
    text = _opening(page)
    for name in OPENING:
        if not re.search(_label(name), text, re.MULTILINE | re.IGNORECASE):
            cure = f"open with {' / '.join(OPENING)}"
            yield _fault(page, page.cells[0], "opening", f"the opening does not say '{name}'", cure)


def minutes(page: Page, course: Courseware) -> Iterator[Fault]:
    """Find an opening whose minutes are not those of course.yaml."""
    if page.lesson is None:
        cure = "add the lesson to quizzes/course.yaml"
        yield _fault(page, page.cells[0], "unlisted-lesson", f"course.yaml has no lesson '{page.script.lesson}'", cure)
        return
    found = re.search(_label("Minutes") + r"\W*(\d+)", _opening(page), re.MULTILINE | re.IGNORECASE)
    if found and int(found.group(1)) != page.lesson.minutes:
        message = f"the lesson says {found.group(1)} minutes, course.yaml {page.lesson.minutes}"
        yield _fault(page, page.cells[0], "minutes", message, "make them agree")


def activity(page: Page, course: Courseware) -> Iterator[Fault]:
    """Find stretches in which a learner only reads."""
    run = 0
    for cell in page.cells:
        run = 0 if cell.kind == "code" else run + 1
        if run == READING:
            message = f"{READING} cells in a row are only to be read"
            yield _fault(page, cell, "activity", message, "ask, predict, run or change something in between")


def warm_up(page: Page, course: Courseware) -> Iterator[Fault]:
    """Find a lesson without a warm-up: questions of earlier lessons, or a pre-test, before its middle."""
    half = {cell.id for cell in page.cells[: max(6, len(page.cells) // 2)]}
    asked = [ids for call, _, ids in page.uses(course.bank) if call.cell.id in half]
    uses = {use for ids in asked for key in ids for use in course.bank.items[key].question.use}
    if not uses & {"warmup", "pretest", "recall"}:
        cure = 'ask items of use warmup, pretest or recall: ask("NN/warmup")'
        yield _fault(page, page.cells[0], "warm-up", "there is no warm-up", cure)


def summary(page: Page, course: Courseware) -> Iterator[Fault]:
    """Find a lesson without a summary card."""
    if not any(re.search(r"\bsummary\b", text, re.IGNORECASE) for _, text, _ in page.headings):
        cure = "add a section '## Summary card'"
        yield _fault(page, page.cells[-1], "summary", "there is no summary card", cure)


def exit_quiz(page: Page, course: Courseware) -> Iterator[Fault]:
    """Find a lesson without an exit quiz."""
    used = {key for _, _, ids in page.uses(course.bank) for key in ids}
    if not any("exit" in course.bank.items[key].question.use for key in used):
        cure = f'ask("{page.script.lesson[:2]}/exit") near the end, with questions of use exit'
        yield _fault(page, page.cells[-1], "exit-quiz", "there is no exit quiz", cure)


def forbidden(page: Page, course: Courseware) -> Iterator[Fault]:
    """Find code whose stored outputs cannot be compared with a second run, or that does not parse."""
    for cell in page.cells:
        if cell.kind != "code" or cell.exercise or "raises-exception" in cell.tags:
            continue
        parsed = tree(cell.source)
        if parsed is None:
            yield _fault(page, cell, "not-python", "the cell does not parse", "mend it, or tag it raises-exception")
            continue
        for name in sorted(_names(parsed) & set(_FORBIDDEN)):
            yield _fault(page, cell, "forbidden", f"the cell uses {name}", _FORBIDDEN[name])
        if any(_captures(node) for node in ast.walk(parsed)):
            yield _fault(page, cell, "forbidden", "the cell uses 'with Output():'", "let the cell itself show it")
        if re.search(r";\s*(#.*)?$", cell.source.rstrip().splitlines()[-1]):
            cure = "assign the value to _, or end with something worth seeing"
            yield _fault(page, cell, "forbidden", "the cell ends with ';'", cure)
        if re.search(r"figure_formats?\s*=\s*.*svg", cell.source):
            yield _fault(page, cell, "forbidden", "the cell asks for SVG figures", "keep PNG figures")


def _names(parsed: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(parsed):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                found.add(name)
            case ast.keyword(arg=str(name)):
                found.add(name)
    return found


def _captures(node: ast.AST) -> bool:
    if not isinstance(node, ast.With):
        return False
    calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
    return any(ast.unparse(call.func).rpartition(".")[2] == "Output" for call in calls)


def ignored(page: Page, course: Courseware) -> Iterator[Fault]:
    """Find a lesson in which too few stored outputs are compared."""
    code = [cell for cell in page.cells if cell.kind == "code"]
    skipped = [cell for cell in code if "nbval-ignore-output" in cell.tags]
    if len(skipped) > max(2, len(code) // 4):
        message = f"{len(skipped)} of {len(code)} code cells are tagged nbval-ignore-output"
        cure = "print rounded numbers or facts instead, so that outputs can be compared"
        yield _fault(page, skipped[-1], "ignored-outputs", message, cure)


def named_verbs(page: Page, course: Courseware) -> Iterator[Fault]:
    """Find verbs that a cell calls, or tells the learner to call, but that the lesson never imports."""
    imported = {
        name.asname or name.name
        for cell in page.cells
        if cell.kind == "code"
        for node in ast.walk(tree(cell.source) or ast.Module([], []))
        if isinstance(node, ast.ImportFrom) and node.module == "lessontools"
        for name in node.names
    }
    told: set[str] = set()
    for call in page.calls:
        if call.verb not in imported | told:
            told.add(call.verb)
            cure = f"write 'from lessontools import {call.verb}' in the first code cell"
            yield _fault(page, call.cell, "not-imported", f"'{call.verb}' is used but not imported", cure)
