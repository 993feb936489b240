"""Coverage: each curriculum id of course.yaml -> the cells that teach it, the questions and exercises that ask it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lessontools.course.page import Courseware
from lessontools.errors import Fault

__all__ = ["Row", "coverage", "shown", "taught_and_asked"]

_ID = re.compile(r"[A-Z]\d?-\d\d")


@dataclass
class Row:
    """Where a curriculum id is wanted (objectives), taught (cells) and asked (questions, exercises)."""

    id: str
    lessons: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    exercises: list[str] = field(default_factory=list)


def coverage(course: Courseware) -> list[Row]:
    """Return the row of every curriculum id that anything names, in order."""
    rows: dict[str, Row] = {}

    def row(key: str) -> Row:
        return rows.setdefault(key, Row(key))

    for lesson in course.bank.course.lessons:
        for objective in lesson.objectives:
            for key in objective.covers:
                if lesson.id not in row(key).lessons:
                    row(key).lessons.append(lesson.id)
    for name, page in course.pages.items():
        for cell in page.cells:
            for key in cell.covers:
                row(key).cells.append(f"{name}#{cell.id}")
    for item in course.bank.items.values():
        for key in item.question.covers:
            row(key).items.append(item.question.id)
    for entry in course.catalog.entries.values():
        for key in entry.exercise.covers:
            row(key).exercises.append(entry.exercise.id)
    return [rows[key] for key in sorted(rows)]


def taught_and_asked(course: Courseware) -> Iterator[Fault]:
    """Find curriculum ids of written lessons that are not taught, or not asked, and ids that are none."""
    lines = {line.id: line for line in coverage(course)}
    source = course.bank.sources["quizzes/course.yaml"]
    for number, lesson in enumerate(course.bank.course.lessons):
        if lesson.id not in course.pages:
            cure = f"write notebooks/src/{lesson.id}.py ('lessontools new'), or take the lesson out"
            yield Fault(
                source.file, source.line(("lessons", number)), "no-source", lesson.id, "it is not written", cure
            )
            continue
        if not course.pages[lesson.id].cells:  # it cannot be read, which is told already
            continue
        for place, objective in enumerate(lesson.objectives):
            at = source.line(("lessons", number, "objectives", place, "covers"))
            for key in objective.covers:
                if not lines[key].cells:
                    cure = f'mark the cell that teaches it: covers="{key}"'
                    yield Fault(source.file, at, "not-taught", key, f"no cell teaches {key}", cure)
                if not lines[key].items + lines[key].exercises:
                    cure = "name it in the 'covers' of a question or an exercise"
                    yield Fault(source.file, at, "not-asked", key, f"nothing asks about {key}", cure)
    for name, page in course.pages.items():
        for cell in page.cells:
            for key in cell.covers:
                if not _ID.fullmatch(key):
                    cure = "write ids such as S1-02, R-11 or X-15, with spaces between them"
                    yield Fault(page.script.file, cell.line, "covers", cell.id, f"'{key}' is no curriculum id", cure)
                elif not lines[key].lessons:
                    cure = f"add it to the 'covers' of an objective of {name}, if the lesson is to answer for it"
                    message = f"{key} is no objective's"
                    yield Fault(page.script.file, cell.line, "covers", cell.id, message, cure, warning=True)


def shown(rows: list[Row]) -> str:
    """Return the rows as a table in Markdown."""
    lines = ["| id | lessons | cells | questions | exercises |", "|---|---|---|---|---|"]
    for row in rows:
        parts = (row.lessons, row.cells, row.items, row.exercises)
        lines.append(f"| {row.id} | " + " | ".join(", ".join(part) or "–" for part in parts) + " |")
    return "\n".join(lines)
