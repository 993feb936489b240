"""A course's exercises: quizzes/NN_name.py -> Catalog, with where each one is defined."""

from __future__ import annotations

import ast
import importlib.util
import linecache
import sys
import traceback
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from lessontools.errors import CourseError, Fault, did_you_mean
from lessontools.practice.exercise import Exercise
from lessontools.quiz.bank import find_course

__all__ = ["Catalog", "Entry", "find_exercise", "load_catalog", "open_catalog", "read_catalog"]


@dataclass(frozen=True)
class Entry:
    """An exercise, the lesson it belongs to, and where it is defined."""

    exercise: Exercise
    lesson: str
    file: str
    line: int


@dataclass
class Catalog:
    """A course's exercises by id, in the order of lessons and files, and what is wrong with the files."""

    root: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def __getitem__(self, key: str) -> Entry:
        """Return the entry with this id; raise CourseError (with the files' faults, if any) if there is none."""
        if isinstance(key, str) and key in self.entries:
            return self.entries[key]
        shown = f"'{key}'" if isinstance(key, str) else f"{key!r} (an id is a text, in quotes)"
        near = did_you_mean(str(key), self.entries)
        broken = "".join(f"\n{fault}" for fault in self.faults)
        raise CourseError(f"no exercise {shown}{near} (looked in {self.root}/quizzes){broken}")

    def of(self, lesson: str) -> list[Entry]:
        """Return a lesson's exercises in the order of the file."""
        return [entry for entry in self.entries.values() if entry.lesson == lesson]


def read_catalog(root: Path) -> Catalog:
    """Return the exercises of a course; what is wrong with its files is in `faults`, never raised."""
    catalog = Catalog(root)
    for path in sorted((root / "quizzes").glob("[0-9][0-9]_*.py")):
        shown = f"quizzes/{path.name}"
        try:
            module, lines = _module(path), _lines(path)
        except (Exception, SystemExit) as error:  # whatever a course's file does when it is imported
            catalog.faults.append(_import_fault(path, shown, error))
            continue
        for name, exercise in vars(module).items():
            if isinstance(exercise, Exercise):
                _add(catalog, Entry(exercise, path.stem, shown, lines.get(exercise.id, lines.get(name, 1))))
    return catalog


def _add(catalog: Catalog, entry: Entry) -> None:
    key = entry.exercise.id
    first = catalog.entries.setdefault(key, entry)
    if first.exercise is not entry.exercise:
        message, cure = f"the id '{key}' is used twice", f"rename it; the first is {first.file}:{first.line}"
        line = entry.line if (entry.file, entry.line) != (first.file, first.line) else _last(catalog.root, entry)
        catalog.faults.append(Fault(entry.file, line, "duplicate-id", key, message, cure))


def _last(root: Path, entry: Entry) -> int:
    """Return the line of the last exercise with this id in a file that holds two."""
    found = [line for key, line in _calls(root / entry.file) if key == entry.exercise.id]
    return found[-1] if found else entry.line


def _module(path: Path) -> ModuleType:
    name = f"lessontools_exercises_{path.stem}"
    linecache.checkcache(str(path))
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError("it is no Python file")
    module = importlib.util.module_from_spec(spec)
    # compiled here and never cached: two edits within one second must not serve the older bytecode
    sys.modules[name] = module  # dataclasses look their module up
    try:
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _calls(path: Path) -> list[tuple[str, int]]:
    found = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Call) and "Exercise" in ast.unparse(node.func):
            keys = [word.value for word in node.keywords if word.arg == "id"] + node.args[:1]
            found += [(str(key.value), node.lineno) for key in keys if isinstance(key, ast.Constant)]
    return sorted(found, key=lambda each: each[1])


def _lines(path: Path) -> dict[str, int]:
    """Return the line of each exercise by its id, and of each module-level name (for an id that is computed)."""
    named = {
        target.id: node.lineno
        for node in ast.parse(path.read_bytes()).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return named | dict(reversed(_calls(path)))


def _import_fault(path: Path, shown: str, error: BaseException) -> Fault:
    line = 1
    if isinstance(error, SyntaxError) and error.filename == str(path):
        line = error.lineno or 1
    else:
        for frame in traceback.extract_tb(error.__traceback__):
            line = (frame.lineno or 1) if frame.filename == str(path) else line
    if isinstance(error, CourseError):
        return Fault(shown, line, "exercise", "", str(error), "mend what it names")
    message = f"cannot be imported: {type(error).__name__}: {error}"
    return Fault(shown, line, "import", "", message, "mend that line; torch belongs inside draw and observe")


def load_catalog(root: Path | None = None) -> Catalog:
    """Return the exercises of a course; raise CourseError with every fault (file:line) if there is one."""
    catalog = open_catalog(root)
    if catalog.faults:
        raise CourseError("the exercises cannot be used yet:\n" + "\n".join(map(str, catalog.faults)))
    return catalog


@lru_cache(maxsize=8)
def _cached(root: Path, stamp: tuple[tuple[str, int, int], ...]) -> Catalog:
    return read_catalog(root)


def open_catalog(root: Path | None = None) -> Catalog:
    """Return the course's exercises, read anew only when one of its files has changed; faults are not raised."""
    root = (root or find_course()).resolve()
    files = sorted((root / "quizzes").glob("[0-9][0-9]_*.py"))
    stamp = tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)
    return _cached(root, stamp)


def find_exercise(key: str, root: Path | None = None) -> Entry:
    """Return the entry with this id in the course; raise CourseError with a near miss if there is none."""
    return open_catalog(root)[key]
