"""Publishing: lessons of a course -> a folder for students without any key, and the private key beside it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lessontools.assignment.release import FILE, FORMAT, version_of
from lessontools.course.notebook import assemble, rendered
from lessontools.course.page import Courseware, Page, open_courseware
from lessontools.errors import CourseError
from lessontools.grading.secret import Key, key_path, new_key, read_key, write_key
from lessontools.grading.wall import GradingError
from lessontools.practice.exercise import Exercise
from lessontools.quiz.bank import Item
from lessontools.quiz.mention import meant
from lessontools.quiz.question import Question, variant
from lessontools.quiz.shown import picture_url
from lessontools.quiz.view import LABELS, body, still
from lessontools.screen.markup import code_html, to_html, to_text

__all__ = ["VARIANTS", "Published", "publish"]

VARIANTS = 8
STUDENT = "student"
_PITFALL = re.compile(r"""\bpitfall\(\s*["']([\w-]+)["']""")


class Published:
    """What was written: the folder for students, the key's file, and what was left out and why."""

    def __init__(self, student: Path, key: Path, made: Key, notes: Iterable[str]) -> None:
        self.student, self.key, self.made, self.notes = student, key, made, list(notes)


def publish(
    root: Path,
    lessons: list[str],
    out: Path,
    name: str,
    title: str = "",
    due: datetime | None = None,
    attempts: int | None = None,
    variants: int = VARIANTS,
) -> Published:
    """Write a release of lessons into `out`/student and its key into `out`/private.

    A key that is there already is kept in use: hand-ins of the older release still fit. Raise GradingError for what
    cannot be released, CourseError where the course itself is faulty.
    """
    course = open_courseware(root)
    ours = {*lessons, "course", "misconceptions"}
    faults = [each for each in (*course.bank.faults, *course.catalog.faults) if Path(each.file).stem in ours]
    if faults:
        raise CourseError("the course cannot be released yet:\n" + "\n".join(map(str, faults)))
    key_file = key_path(out)
    key = read_key(key_file) if key_file.exists() else new_key(name)
    if key.assignment != name:
        raise GradingError(f"{key_file}: is the key of '{key.assignment}', not of '{name}'; take another --out")
    notes: list[str] = []
    items = _items(course, lessons, notes)
    exercises = _exercises(course, lessons)
    data = {
        "format": FORMAT,
        "assignment": name,
        "title": title or ", ".join(course.bank.lesson(each).title for each in lessons),
        "lessons": lessons,
        "items": [_asked(replace(key, variants=variants), each, variants) for each in items],
        "exercises": [_task(each, lesson) for lesson, each in exercises],
        "names": _names(course, lessons, {each.question.id for each in items}),
        "due": due.isoformat() if due else None,
        "attempts": attempts,
    }
    data |= {"version": version_of(data), "made": datetime.now(UTC).isoformat(timespec="seconds")}
    points = {each.question.id: each.question.points for each in items}
    graded = {each.id: float(each.points) for _, each in exercises}
    key = replace(key, title=str(data["title"]), version=str(data["version"]), due=due.isoformat() if due else "")
    key = replace(key, variants=variants, lessons=tuple(lessons), items=points, exercises=graded)
    write_key(key, key_file)
    _write(root, course, lessons, out / STUDENT, data)
    return Published(out / STUDENT, key_file, key, notes)


def _items(course: Courseware, lessons: list[str], notes: list[str]) -> list[Item]:
    """Return the questions that the lessons' notebooks ask, in that order; flashcards earn nothing and stay behind."""
    asked = {key: course.bank.item(key) for lesson in lessons for key in _ids(course, course.pages[lesson])}
    found = {key: item for key, item in asked.items() if item.question.kind != "flashcard"}
    if cards := len(asked) - len(found):
        notes.append(f"{cards} flashcards are left out: the learner judges them, and they earn nothing")
    if not found and not any(course.catalog.of(lesson) for lesson in lessons):
        raise GradingError(f"nothing to release: {', '.join(lessons)} asks no question and has no exercise")
    return list(found.values())


def _ids(course: Courseware, page: Page) -> Iterable[str]:
    for _call, name, _ids in page.uses(course.bank):
        yield from meant(course.bank, name)


def _names(course: Courseware, lessons: list[str], known: set[str]) -> dict[str, list[str]]:
    names = [name for lesson in lessons for _, name, _ in course.pages[lesson].uses(course.bank)]
    return {name: [each for each in meant(course.bank, name) if each in known] for name in names}


def _exercises(course: Courseware, lessons: list[str]) -> list[tuple[str, Exercise]]:
    used = {(lesson, cell.exercise) for lesson in lessons for cell in course.pages[lesson].cells}
    entries = [(lesson, entry.exercise) for lesson in lessons for entry in course.catalog.of(lesson)]
    return [(lesson, each) for lesson, each in entries if (lesson, each.id) in used]


def _asked(key: Key, item: Item, variants: int) -> dict[str, Any]:
    question = item.question
    fixed = not question.params and not any(hasattr(question, part) for part in ("choices", "pairs", "lines"))
    made = [_view(key, item, key.seed(number)) for number in range(1 if fixed else variants)]
    return {
        "id": question.id,
        "lesson": item.lesson,
        "kind": question.kind,
        "points": question.points,
        "views": [view for view, _ in made],
        "texts": [text for _, text in made],
    }


def _view(key: Key, item: Item, seed: str) -> tuple[dict[str, Any], str]:
    """Return one variant as the page shows it, with the release's ids, and as text."""
    question = variant(item.question, seed)
    shown = {
        "type": question.kind,
        "label": LABELS[question.kind],
        "stem_html": to_html(question.stem),
        "code_html": code_html(question.code) if question.code and question.kind != "bug-line" else "",
        "picture": picture_url(question, item.folder),
        "body": _sealed(key, question, body(question, seed)),
    }
    return shown, to_text(still(question, seed))


def _sealed(key: Key, question: Question, made: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body with the release's ids for the course's own, which may tell what is right."""
    found = dict(made)
    for part, role in (("options", "option"), ("lefts", "left"), ("rights", "right"), ("lines", "line")):
        if part in found:
            found[part] = [_renamed(key, question.id, role, each) for each in found[part]]
    return found


def _renamed(key: Key, item: str, role: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    made = {**entry, "id": key.token(item, role, entry["id"])}
    if entry.get("twin"):
        made["twin"] = key.token(item, "twin", entry["twin"])  # which lines resemble each other, not which is right
    return made


def _task(exercise: Exercise, lesson: str) -> dict[str, Any]:
    return {"lesson": lesson, "points": float(exercise.points)} | {
        name: getattr(exercise, name) for name in ("id", "title", "function", "prompt", "stub", "minutes")
    }


def _write(root: Path, course: Courseware, lessons: list[str], folder: Path, data: dict[str, Any]) -> None:
    """Write the students' folder: the release, the notebooks without outputs, and the pitfalls that they show."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        for lesson in lessons:
            book = assemble(root, course.pages[lesson].script)
            (folder / f"{lesson}.ipynb").write_text(rendered(book), encoding="utf-8", newline="\n")
            _copy_pitfalls(root, course.pages[lesson], folder)
    except OSError as error:
        raise GradingError(f"{error.filename or folder}: cannot be written ({error.strerror})") from error


def _copy_pitfalls(root: Path, page: Page, folder: Path) -> None:
    names = {name for cell in page.cells if cell.kind == "code" for name in _PITFALL.findall(cell.source)}
    for name in sorted(names):
        source = root / "quizzes" / "pitfalls" / f"{name}.py"
        if source.is_file():
            target = folder / "quizzes" / "pitfalls" / source.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
