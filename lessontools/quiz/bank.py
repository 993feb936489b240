"""A course's questions: quizzes/*.yaml -> Bank, with every fault of every file at once."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from lessontools.errors import CourseError, Fault, did_you_mean
from lessontools.quiz.base import Model
from lessontools.quiz.plan import Course, Lesson, Misconception, Objective, Way
from lessontools.quiz.question import Question, parse
from lessontools.quiz.source import Source, model_faults, read_source

__all__ = [
    "Bank",
    "Course",
    "Item",
    "Lesson",
    "Misconception",
    "Objective",
    "Way",
    "find_course",
    "open_bank",
    "read_bank",
]


M = TypeVar("M", bound=BaseModel)


class _Vocabulary(Model):
    misconceptions: tuple[Misconception, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A question and where it stands."""

    question: Question
    lesson: str
    file: str
    line: int
    folder: Path = Path()


@dataclass
class Bank:
    """All questions of a course; `faults` says what was wrong with the files, and what is sound is usable."""

    root: Path
    course: Course
    items: dict[str, Item] = field(default_factory=dict)
    misconceptions: dict[str, Misconception] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)

    def item(self, key: str) -> Item:
        """Return the item with this id; raise CourseError, with the nearest known id, if there is none."""
        if key in self.items:
            return self.items[key]
        broken = [fault for fault in self.faults if fault.item == key]
        if broken:
            raise CourseError(f"question '{key}' is broken:\n" + "\n".join(map(str, broken)))
        raise CourseError(f"no question '{key}'{did_you_mean(key, self.items)} (looked in {self.root}/quizzes)")

    def lesson(self, key: str) -> Lesson:
        """Return the lesson with this id, or whose number it is ("01"); raise CourseError if there is none."""
        for lesson in self.course.lessons:
            if key in (lesson.id, lesson.id[:2]):
                return lesson
        raise CourseError(f"no lesson '{key}'{did_you_mean(key, [x.id for x in self.course.lessons])}")

    def of(self, lesson: str, use: str = "") -> list[Item]:
        """Return a lesson's items in the order of the file, all or those of one use."""
        return [item for item in self.items.values() if item.lesson == lesson and (not use or use in item.question.use)]


def find_course(start: str | os.PathLike[str] | None = None) -> Path:
    """Return the course's root: the nearest folder with quizzes/course.yaml, from LESSONTOOLS_COURSE or here upward."""
    first = Path(start or os.environ.get("LESSONTOOLS_COURSE") or Path.cwd()).expanduser().resolve()
    for folder in (first, *first.parents):
        if (folder / "quizzes" / "course.yaml").is_file():
            return folder
    raise CourseError(
        f"{first}: no course here (no quizzes/course.yaml in this folder or above); start from the course's "
        "folder, or point LESSONTOOLS_COURSE to it"
    )


def read_bank(root: Path) -> Bank:
    """Return the bank of a course; what is wrong with its files is in `faults`, never raised."""
    folder = root / "quizzes"
    top = read_source(folder / "course.yaml", "quizzes/course.yaml")
    bank = Bank(root, Course(title="untitled"), sources={top.file: top}, faults=list(top.faults))
    bank.course = _model(Course, top, bank) or bank.course
    words = folder / "misconceptions.yaml"
    if words.exists():
        source = read_source(words, "quizzes/misconceptions.yaml")
        bank.sources[source.file] = source
        bank.faults += source.faults
        for place, entry in enumerate((_model(_Vocabulary, source, bank) or _Vocabulary()).misconceptions):
            if entry.id in bank.misconceptions:
                _fault(bank, source, ("misconceptions", place), "duplicate-id", entry.id, "give it another id")
            bank.misconceptions[entry.id] = entry
    for path in sorted(folder.glob("[0-9][0-9]_*.yaml")):
        _read_lesson(path, bank)
    return bank


def _model(kind: type[M], source: Source, bank: Bank) -> M | None:
    if source.data is None:
        return None
    try:
        return kind.model_validate(_frozen(source.data))
    except ValidationError as error:
        bank.faults += model_faults(source, (), source.data, error, "")
        return None


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _frozen(each) for key, each in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _fault(bank: Bank, source: Source, at: tuple[str | int, ...], rule: str, item: str, cure: str) -> None:
    message = {
        "duplicate-id": f"the id '{item}' is used twice",
        "shape": "the file is not shaped like a bank",
    }[rule]
    bank.faults.append(Fault(source.file, source.line(at), rule, item, message, cure))


def _read_lesson(path: Path, bank: Bank) -> None:
    source = read_source(path, f"quizzes/{path.name}")
    bank.sources[source.file] = source
    bank.faults += source.faults
    data = source.data
    if data is None:
        return
    if not isinstance(data, dict) or set(data) != {"questions"} or not isinstance(data["questions"], list):
        _fault(bank, source, (), "shape", "", "start it with 'questions:' and a list of questions; nothing else")
        return
    for place, entry in enumerate(data["questions"]):
        at = ("questions", place)
        key = str(entry.get("id", f"#{place + 1}")) if isinstance(entry, dict) else f"#{place + 1}"
        if not isinstance(entry, dict):
            _fault(bank, source, at, "shape", key, "each question is a mapping that starts with '- id:'")
            continue
        try:
            question = parse(entry)
        except ValidationError as error:
            bank.faults += model_faults(source, at, entry, error, key)
            continue
        if question.id in bank.items:
            first = bank.items[question.id]
            _fault(bank, source, at, "duplicate-id", key, f"rename it; the first is {first.file}:{first.line}")
            continue
        picture = question.picture
        if picture and picture.file and not (path.parent / picture.file).is_file():
            where = source.line((*at, "picture", "file"))
            message, cure = f"no picture '{picture.file}'", "put it into quizzes/, or correct the name"
            bank.faults.append(Fault(source.file, where, "no-picture", key, message, cure))
            continue
        bank.items[question.id] = Item(question, path.stem, source.file, source.line(at), path.parent)


@lru_cache(maxsize=8)
def _cached(root: Path, stamp: tuple[tuple[str, int, int], ...]) -> Bank:
    return read_bank(root)


def open_bank(root: Path | None = None) -> Bank:
    """Return the course's bank, read anew only when one of its files has changed."""
    root = root or find_course()
    files = sorted((root / "quizzes").glob("*.yaml"))
    stamp = tuple((f.name, f.stat().st_mtime_ns, f.stat().st_size) for f in files)
    return _cached(root, stamp)
