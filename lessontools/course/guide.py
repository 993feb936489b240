"""The instructor's edition of a lesson: the hand-written guide, then all that the bank knows: keys, feedback, polls."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lessontools.course.answers import Part, exercise_part, polls_part, question_part
from lessontools.course.page import Courseware
from lessontools.practice.catalog import Entry
from lessontools.quiz.bank import Item, Lesson

__all__ = ["Guide", "guide", "markdown"]


@dataclass(frozen=True)
class Guide:
    """A lesson's guide; `missing` is the file that should hold its hand-written part, if nobody has written it."""

    title: str
    parts: tuple[Part, ...]
    missing: str = ""


def guide(course: Courseware, key: str) -> Guide:
    """Return the guide of a lesson, by id or number; raise CourseError if there is no such lesson."""
    lesson = course.bank.lesson(key)
    file = f"docs/instructor/{lesson.id}.md"
    text = _handwritten(course.root / file)
    items = _in_order(course, lesson)
    entries = [each for each in course.catalog.entries.values() if each.lesson == lesson.id]
    parts = (
        Part("At a glance", _glance(course, lesson, items, entries)),
        Part("Guide", text or f"*Not written yet: it belongs into `{file}`.*"),
        Part("Questions", parts=tuple(question_part(item.question, course) for item in items)),
        Part("Exercises", parts=tuple(exercise_part(each.exercise, course) for each in entries)),
        polls_part(item.question for item in items),
    )
    title = f"Instructor's edition of {lesson.id[:2]} {lesson.title}"
    return Guide(title, tuple(part for part in parts if part.text or part.parts), "" if text else file)


def markdown(found: Guide) -> str:
    """Return a guide as one Markdown text."""

    def lines(parts: Iterable[Part], level: int) -> Iterable[str]:
        for part in parts:
            yield f"{'#' * level} {part.title}"
            yield part.text
            yield from lines(part.parts, level + 1)

    return "\n\n".join(filter(None, [f"# {found.title}", *lines(found.parts, 2)])) + "\n"


def _handwritten(path: Path) -> str:
    """Return a hand-written guide without its title, its headings one level down; nothing if there is none."""
    try:
        lines = path.read_text(encoding="utf-8").strip().splitlines()
    except OSError:
        return ""
    fenced, found = False, []
    for place, line in enumerate(lines):
        fenced ^= line.startswith(("```", "~~~"))
        if place == 0 and line.startswith("# "):
            continue
        found.append(f"#{line}" if not fenced and re.match(r"#{1,5} ", line) else line)
    return "\n".join(found).strip()


def _in_order(course: Courseware, lesson: Lesson) -> list[Item]:
    """Return the lesson's items as its notebook asks them; what only a review or a challenge asks comes last."""
    page = course.pages.get(lesson.id)
    asked = [ids for _, _, ids in page.uses(course.bank)] if page else []
    place = {key: number for number, ids in reversed(list(enumerate(asked))) for key in ids}
    return sorted(course.bank.of(lesson.id), key=lambda item: place.get(item.question.id, len(asked)))


def _glance(course: Courseware, lesson: Lesson, items: list[Item], entries: list[Entry]) -> str:
    points = sum(item.question.points for item in items)
    minutes = sum(entry.exercise.minutes for entry in entries)
    path = "quick and full path" if lesson.quick else "full path only"
    lines = [
        f"- {lesson.minutes} minutes; {path}; needs: {', '.join(lesson.needs) or 'nothing'}",
        f"- {len(items)} questions ({points:g} points), {len(entries)} exercises ({minutes:g} minutes, "
        f"{sum(entry.exercise.points for entry in entries):g} points)",
    ]
    if lesson.ways:
        heading = {way.id: way.heading for way in course.bank.course.ways}
        lines.append(f"- ways: {', '.join(f'{heading.get(key, key)} {n} min' for key, n in lesson.ways.items())}")
    for objective in lesson.objectives:
        asks = [i.question.id for i in items if objective.id in i.question.objectives]
        asks += [e.exercise.id for e in entries if objective.id in e.exercise.objectives]
        lines.append(f"- **{objective.id}**: {objective.text} ({', '.join(f'`{key}`' for key in asks) or 'not asked'})")
    return "\n".join(lines)
