"""What a lesson points to: questions, exercises and links that exist, and nothing of the course left unasked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from lessontools.course.page import Courseware, Page
from lessontools.errors import Fault, did_you_mean
from lessontools.quiz.mention import meant

__all__ = ["exercises_shown", "links", "misconception_links", "named", "objectives", "questions_asked"]

_ALWAYS = {"recall", "assigned"}  # asked by the review, or by an instructor


def named(page: Page, course: Courseware) -> Iterator[Fault]:
    """Find calls whose question, exercise or lesson is not there."""
    lessons = {lesson.id[:2] for lesson in course.bank.course.lessons}
    lessons |= {lesson.id for lesson in course.bank.course.lessons}
    for call in page.calls:
        for name in call.names:
            known: set[str] = set(course.catalog.entries)
            what = "exercise"
            if call.verb == "challenge":
                known, what = lessons, "lesson"
            elif call.verb == "ask":
                what, known = "question", set(course.bank.items)
                if "/" in name and meant(course.bank, name):
                    continue
            if name not in known:
                broken = any(fault.item == name for fault in course.bank.faults)
                cure = did_you_mean(name, known).lstrip("; ") or f"write the {what}, or correct the name"
                message = f"{call.verb}({name!r}): {f'the {what} is broken' if broken else f'no such {what}'}"
                yield Fault(page.script.file, call.cell.line, "unknown-name", call.cell.id, message, cure)


def links(page: Page, course: Courseware) -> Iterator[Fault]:
    """Find links whose notebook, heading or file is not there."""
    for link in page.links:
        if "://" in link.target or link.target.startswith("mailto:"):
            continue
        told = _dead(course, page.script.lesson, unquote(link.target), link.target.endswith(".ipynb"))
        if told:
            yield Fault(page.script.file, link.line, "dead-link", link.cell.id, *told)


def misconception_links(course: Courseware) -> Iterator[Fault]:
    """Find misconceptions whose cure is not where their link says: notebook#heading, or notebook#cell-id."""
    source = course.bank.sources.get("quizzes/misconceptions.yaml")
    for place, entry in enumerate(course.bank.misconceptions.values()):
        told = _dead(course, "", entry.link, cells=True)
        if told and source:
            line = source.line(("misconceptions", place, "link"))
            yield Fault(source.file, line, "dead-link", entry.id, *told)


def _dead(course: Courseware, here: str, target: str, cells: bool = False) -> tuple[str, str] | None:
    """Return what is wrong with a link, and its cure; `cells` lets it name a cell's id as well."""
    name, _, part = target.partition("#")
    stem = Path(name).name.removesuffix(".ipynb") or here
    if name and "/" not in name and (name.endswith(".ipynb") or "." not in name):
        if stem not in course.pages:
            near = did_you_mean(stem, course.pages).lstrip("; ")
            return f"'{target}': no lesson '{stem}'", near or "link only to lessons that are there"
    elif name:
        there = (course.root / "notebooks" / name).exists()
        return None if there else (f"'{target}': no such file", "give its place as seen from notebooks/")
    page = course.pages[stem]
    if not page.cells:  # it cannot be read, which is told already
        return None
    ids = {cell.id for cell in page.cells}
    known = page.anchors | {f"cell-id={key}" for key in ids} | (ids if cells else set())
    if not part or part in known:
        return None
    near = did_you_mean(part, known).lstrip("; ")
    return f"'{target}': {stem} has no heading '{part}'", near or "copy the heading, with hyphens for spaces"


def _written(course: Courseware, lesson: str) -> bool:
    return lesson in course.pages and bool(course.pages[lesson].cells)


def questions_asked(course: Courseware) -> Iterator[Fault]:
    """Find questions of a written lesson that no notebook asks, neither by id nor by use."""
    asked = {key for page in course.pages.values() for _, _, ids in page.uses(course.bank) for key in ids}
    asked |= {key for page in course.pages.values() for _, _, ids in page.uses(course.bank, "challenge") for key in ids}
    for item in course.bank.items.values():
        key = item.question.id
        if _written(course, item.lesson) and key not in asked and not _ALWAYS & set(item.question.use):
            cure = f'ask("{key}") in the lesson, or give it a use that the lesson asks ("{item.lesson[:2]}/use")'
            yield Fault(item.file, item.line, "never-asked", key, f"'{key}' is never asked", cure)


def exercises_shown(course: Courseware) -> Iterator[Fault]:
    """Find exercises of a written lesson that no notebook has a cell for."""
    shown = {cell.exercise for page in course.pages.values() for cell in page.cells}
    for key, entry in course.catalog.entries.items():
        if _written(course, entry.lesson) and key not in shown:
            cure = f'give it a cell: # %% exercise="{key}"'
            yield Fault(entry.file, entry.line, "never-shown", key, f"no lesson has exercise '{key}'", cure)


def objectives(course: Courseware) -> Iterator[Fault]:
    """Find objectives that no question or exercise asks about."""
    asked = {each for item in course.bank.items.values() for each in item.question.objectives}
    asked |= {each for entry in course.catalog.entries.values() for each in entry.exercise.objectives}
    known = {each.id for lesson in course.bank.course.lessons for each in lesson.objectives}
    source = course.bank.sources["quizzes/course.yaml"]
    for number, lesson in enumerate(course.bank.course.lessons):
        for place, each in enumerate(lesson.objectives):
            if each.id not in asked:
                line = source.line(("lessons", number, "objectives", place))
                cure = "ask about it in a question or an exercise"
                yield Fault(source.file, line, "never-asked", each.id, f"nothing asks about '{each.id}'", cure)
    for entry in course.catalog.entries.values():
        for name in set(entry.exercise.objectives) - known:
            cure = did_you_mean(name, known).lstrip("; ") or "add it to quizzes/course.yaml"
            yield Fault(entry.file, entry.line, "unknown-objective", entry.exercise.id, f"no objective '{name}'", cure)
