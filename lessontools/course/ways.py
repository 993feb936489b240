"""The ways in: what course.yaml says of each lesson against its headings and tables, so that the map cannot lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lessontools.course.page import Courseware, Page
from lessontools.errors import Fault, did_you_mean
from lessontools.quiz.bank import Way
from lessontools.quiz.mention import anchor, unfenced

__all__ = ["told_minutes", "unknown_ways", "ways_there"]

_ROW = re.compile(r"^\|\s*\*{0,2}\[[^\]]*\]\(([^)#\s]*)#([^)\s]+)\)[^\n]*\|\s*(\d+)\s*\|\s*$", re.MULTILINE)


def unknown_ways(course: Courseware) -> Iterator[Fault]:
    """Find ways of lessons that the course does not have, and ways of the course that are given twice."""
    source = course.bank.sources["quizzes/course.yaml"]
    known = [way.id for way in course.bank.course.ways]
    for place, key in enumerate(known):
        if key in known[:place]:
            yield Fault(source.file, source.line(("ways", place)), "way", key, "it is given twice", "keep one")
    for number, lesson in enumerate(course.bank.course.lessons):
        for key in lesson.ways:
            if key not in known:
                at = source.line(("lessons", number, "ways", key))
                cure = did_you_mean(key, known).lstrip("; ") or "add it to the course's 'ways:', or correct the name"
                yield Fault(source.file, at, "way", lesson.id, f"the course has no way '{key}'", cure)


def ways_there(page: Page, course: Courseware) -> Iterator[Fault]:
    """Find ways that a lesson promises and has no section for, and sections that course.yaml gives no minutes."""
    if page.lesson is None:  # told already
        return
    there = {text: cell for level, text, cell in page.headings if level == 2}
    source = course.bank.sources["quizzes/course.yaml"]
    number = course.bank.course.lessons.index(page.lesson)
    for way in course.bank.course.ways:
        if way.id in page.lesson.ways and way.heading not in there:
            at = source.line(("lessons", number, "ways", way.id))
            cure = f"give it a section '## {way.heading}', or take the way out"
            yield Fault(source.file, at, "way", way.id, f"{page.script.lesson} has no such section", cure)
        elif way.id not in page.lesson.ways and way.heading in there:
            cell = there[way.heading]
            cure = f"add '{way.id}: minutes' to the lesson's 'ways:' in course.yaml, or choose another heading"
            message = f"the map does not know the section '{way.heading}'"
            yield Fault(page.script.file, cell.line, "way", cell.id, message, cure, warning=True)


def told_minutes(page: Page, course: Courseware) -> Iterator[Fault]:
    """Find tables whose minutes of a way, last in a row that begins with its link, are not those of course.yaml."""
    lessons = {lesson.id: lesson for lesson in course.bank.course.lessons}
    for cell in page.cells:
        text = unfenced(cell.source) if cell.kind == "markdown" else ""
        for row in _ROW.finditer(text):
            file, place, minutes = row.groups()
            lesson = lessons.get(Path(file).name.removesuffix(".ipynb") or page.script.lesson)
            way = _way(course, lesson.id, place) if lesson else None
            want = lesson.ways.get(way.id) if lesson and way else None
            if way and want and want != int(minutes):
                line = cell.line + 1 + text.count("\n", 0, row.start())
                message = f"the table says {minutes} minutes for '{way.heading}', course.yaml {want}"
                yield Fault(page.script.file, line, "minutes", cell.id, message, "make them agree")


def _way(course: Courseware, lesson: str, place: str) -> Way | None:
    """Return the way whose section stands at a place of a lesson: a heading, or "cell-id=" and its cell."""
    headings = course.pages[lesson].headings if lesson in course.pages else []
    there = {text for level, text, cell in headings if level == 2 and place in (anchor(text), f"cell-id={cell.id}")}
    return next((way for way in course.bank.course.ways if way.heading in there), None)
