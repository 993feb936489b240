"""Coverage: each id of the curriculum -> the cells that teach it, the questions and exercises that ask about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lessontools.course.page import Courseware, Page
from lessontools.errors import Fault, did_you_mean

__all__ = ["Row", "coverage", "holes", "known_ids", "shown", "taught_and_asked"]

_ID = re.compile(r"[A-Z]\d?-\d\d")


@dataclass
class Row:
    """Where a curriculum id is wanted (objectives), taught (cells) and asked (questions, exercises)."""

    id: str
    lessons: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    exercises: list[str] = field(default_factory=list)

    @property
    def lacks(self) -> str:
        """What is missing, in words; nothing where it is taught and asked."""
        taught, asked = bool(self.cells), bool(self.items or self.exercises)
        return " and ".join(["no cell teaches it"] * (not taught) + ["nothing asks about it"] * (not asked))


def coverage(course: Courseware) -> list[Row]:
    """Return the row of every id of the curriculum, in its order, then of every other id that anything names."""
    rows = {key: Row(key) for key in course.curriculum.texts}

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
    listed = [rows[key] for key in course.curriculum.texts]
    return listed + [rows[key] for key in sorted(set(rows) - set(course.curriculum.texts))]


def taught_and_asked(course: Courseware) -> Iterator[Fault]:
    """Find curriculum ids of written lessons that are not taught, or not asked, and lessons that are not written."""
    rows = {row.id: row for row in coverage(course)}
    source = course.bank.sources["quizzes/course.yaml"]
    for number, lesson in enumerate(course.bank.course.lessons):
        if lesson.id not in course.pages:
            cure = f"write notebooks/src/{lesson.id}.py ('lessontools new'), or take the lesson out"
            at = source.line(("lessons", number))
            yield Fault(source.file, at, "no-source", lesson.id, "it is not written", cure)
            continue
        if not course.pages[lesson.id].cells:  # it cannot be read, which is told already
            continue
        for place, objective in enumerate(lesson.objectives):
            at = source.line(("lessons", number, "objectives", place, "covers"))
            for key in objective.covers:
                if not rows[key].cells:
                    cure = f'mark the cell that teaches it: covers="{key}"'
                    yield Fault(source.file, at, "not-taught", key, f"no cell teaches {key}", cure)
                if not rows[key].items + rows[key].exercises:
                    cure = "name it in the 'covers' of a question or an exercise"
                    yield Fault(source.file, at, "not-asked", key, f"nothing asks about {key}", cure)


def holes(course: Courseware) -> Iterator[Fault]:
    """Find ids of the curriculum that are not taught, or not asked about: errors once the course says `complete`."""
    listed = course.curriculum
    for row in coverage(course):
        if row.id in listed.texts and row.lacks:
            cure = f'teach it in a cell (covers="{row.id}") and name it in the covers of a question or exercise'
            message = f"{row.lacks}: {listed.texts[row.id]}"
            warning = not course.bank.course.complete
            yield Fault(listed.file, listed.lines[row.id], "hole", row.id, message, cure, warning)


def known_ids(course: Courseware) -> Iterator[Fault]:
    """Find ids that are not the curriculum's, wherever they are named, and cells whose ids no objective claims."""
    source = course.bank.sources["quizzes/course.yaml"]
    claimed: set[str] = set()
    for number, lesson in enumerate(course.bank.course.lessons):
        for place, objective in enumerate(lesson.objectives):
            claimed.update(objective.covers)
            at = source.line(("lessons", number, "objectives", place, "covers"))
            yield from _strangers(course, objective.covers, source.file, at, objective.id)
    for item in course.bank.items.values():
        yield from _strangers(course, item.question.covers, item.file, item.line, item.question.id)
    for entry in course.catalog.entries.values():
        yield from _strangers(course, entry.exercise.covers, entry.file, entry.line, entry.exercise.id)
    for page in course.pages.values():
        yield from _cells(course, page, claimed)


def _cells(course: Courseware, page: Page, claimed: set[str]) -> Iterator[Fault]:
    for cell in page.cells:
        found = list(_strangers(course, cell.covers, page.script.file, cell.line, cell.id))
        yield from found
        for key in () if found else cell.covers:
            if key not in claimed:
                cure = f"add it to the 'covers' of an objective of {page.script.lesson}, if the lesson answers for it"
                yield Fault(
                    page.script.file, cell.line, "covers", cell.id, f"{key} is no objective's", cure, warning=True
                )


def _strangers(course: Courseware, ids: tuple[str, ...], file: str, line: int, item: str) -> Iterator[Fault]:
    known = course.curriculum.texts
    for key in ids:
        if known and key not in known:
            cure = did_you_mean(key, known).lstrip("; ") or f"use an id of {course.curriculum.file}, or add it there"
            yield Fault(file, line, "covers", item, f"the curriculum has no '{key}'", cure)
        elif not known and not _ID.fullmatch(key):
            cure = "write ids such as S1-02, R-11 or X-15, with spaces between them"
            yield Fault(file, line, "covers", item, f"'{key}' is no curriculum id", cure)


def shown(rows: list[Row]) -> str:
    """Return the rows as a table in Markdown, and below it how many are taught and asked, and which are not."""
    lines = ["| id | lessons | cells | questions | exercises |", "|---|---|---|---|---|"]
    for row in rows:
        parts = (row.lessons, row.cells, row.items, row.exercises)
        lines.append(f"| {row.id} | " + " | ".join(", ".join(part) or "–" for part in parts) + " |")
    lacking = [row.id for row in rows if row.lacks]
    told = f"{len(rows) - len(lacking)} of {len(rows)} ids are taught and asked about"
    return "\n".join([*lines, "", f"{told}; holes: {', '.join(lacking)}" if lacking else told])
