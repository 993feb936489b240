"""Loops broken on purpose: quizzes/pitfalls/NAME.py -> Pitfall, its broken and its cured run, both as traces.

A file is the broken loop as a person runs it. A line that the cure takes out ends in `# broken`; a line that it puts in
stands there as `# cured: line`. So both variants come from one source, and their difference is told, never guessed.
"""

from __future__ import annotations

import ast
import linecache
import os
import re
import traceback
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lessontools.errors import CourseError, LessonError, did_you_mean
from lessontools.loop.trace import Trace

if TYPE_CHECKING:
    from lessontools.loop.demo import Demo

__all__ = ["Outcome", "Pitfall", "Row", "Which", "pitfall", "pitfalls", "read_pitfall"]

Which = Literal["broken", "cured"]
Row = tuple[Literal["", "broken", "cured"], str]
"""A line of code and the variant that it belongs to ("" for both)."""

REQUIRED = ("symptom", "why", "cure", "finding", "level", "lesson", "covers")
OPTIONAL = ("also", "shows", "along", "error", "warning")
LEVELS = ("fact", "strong", "hint", "none")
_BROKEN = re.compile(r"\s*# broken$")
_CURED = re.compile(r"^(\s*)# cured: ?(.*)$")


@dataclass(frozen=True)
class Outcome:
    """What a run left: its `history` (numbers per epoch or step), what torch raised and warned of, and the trace.

    `error` is "" or "RuntimeError: first line of the message", `line` the line of the variant's source that raised.
    """

    history: tuple[float, ...]
    trace: Trace
    error: str = ""
    line: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pitfall:
    """A mistake, how it shows, and its two variants; `header` holds the file's further lines.

    `finding` is the code that the doctor must give the broken run ("none": no trace shows it), `level` how sure it can
    be; `also` in the header is a second code that may come with it, for a mistake with two sides.
    """

    name: str
    title: str
    header: Mapping[str, str]
    rows: tuple[Row, ...] = field(repr=False)

    @property
    def symptom(self) -> str:
        """How the mistake shows, in one line."""
        return self.header["symptom"]

    @property
    def finding(self) -> str:
        """The code of the finding that the broken run must get, or "none"."""
        return self.header["finding"]

    @property
    def level(self) -> str:
        """How sure the doctor is: fact, strong, hint, or none."""
        return self.header["level"]

    @property
    def covers(self) -> tuple[str, ...]:
        """The ids of the curriculum that this pitfall shows."""
        return tuple(re.split(r",\s*", self.header["covers"]))

    def source(self, which: Which) -> str:
        """Return the code of one variant, as a person would have written it."""
        if which not in ("broken", "cured"):
            raise LessonError(f"no variant '{which}'; use broken or cured")
        return "\n".join(text for mark, text in self.rows if mark in ("", which)) + "\n"

    def run(self, which: Which) -> Outcome:
        """Run one variant under watch(); the learner's own random numbers and warnings stay as they are."""
        import torch

        from lessontools.loop.watch import watch

        source, file = self.source(which), f"{self.name} ({which}).py"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        names: dict[str, Any] = {"__name__": "__main__"}
        told, line = "", 0
        watching = watch()
        with warnings.catch_warnings(record=True) as caught, torch.random.fork_rng(devices=[]):
            warnings.simplefilter("always")
            try:
                with watching:
                    exec(compile(source, file, "exec"), names)
            except Exception as error:  # some pitfalls are what torch raises
                told = f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"
                frames = traceback.extract_tb(error.__traceback__)
                line = next((frame.lineno or 0 for frame in reversed(frames) if frame.filename == file), 0)
        history = tuple(float(value) for value in names.get("history", ()))
        said = tuple(dict.fromkeys(str(one.message).strip().splitlines()[0] for one in caught))
        return Outcome(history, watching.trace, told, line, said)

    def demo(self) -> Demo:
        """Run both variants on the same data and seed; show curves, diagnosis and the difference of the code."""
        from lessontools.loop.demo import Demo

        return Demo.of(self)


def pitfall(name: str) -> Pitfall:
    """Return the pitfall of this name; `pitfall("grad-not-cleared").demo()` shows it. `pitfalls()` lists all.

    Raise LessonError if there is none.
    """
    known = _files()
    if not isinstance(name, str) or name not in known:
        shown = f"'{name}'" if isinstance(name, str) else f"{name!r} (a name is a text, in quotes)"
        near = did_you_mean(str(name), known) or "; pitfalls() lists all"
        raise LessonError(f"no pitfall {shown}{near}")
    return _read(known[name], known[name].stat().st_mtime_ns)


def pitfalls() -> dict[str, str]:
    """Return each pitfall's name with its symptom, in alphabetical order."""
    return {name: pitfall(name).symptom for name in _files()}


def _files() -> dict[str, Path]:
    """Return the pitfalls' files by name: of the course at hand, else of the one that came with this package."""
    first = Path(os.environ.get("LESSONTOOLS_COURSE") or ".").resolve()
    for root in (first, *first.parents, Path(__file__).resolve().parents[2]):
        found = sorted((root / "quizzes" / "pitfalls").glob("*.py"))
        if found:
            return {path.stem: path for path in found}
    raise CourseError(f"{first}: no pitfalls here (no quizzes/pitfalls in this folder or above); start from the course")


@lru_cache(maxsize=256)
def _read(path: Path, _changed: int) -> Pitfall:
    return read_pitfall(path.read_text(encoding="utf-8"), path.stem, f"quizzes/pitfalls/{path.name}")


def read_pitfall(text: str, name: str, shown: str) -> Pitfall:
    """Return the pitfall that a file's text describes; `shown` names the file in errors.

    Raise CourseError with file:line if the header or a variant is malformed.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise CourseError(f"{shown}:{error.lineno}: the broken variant is no Python: {error.msg}") from error
    doc = ast.get_docstring(tree)
    if not doc:
        raise CourseError(f"{shown}:1: no header; begin with a docstring: title, then lines of `key: text`")
    title, header = _header(doc, shown)
    end = tree.body[0].end_lineno or 0
    made = Pitfall(name, title, header, tuple(_rows("\n".join(text.splitlines()[end:]).strip("\n"))))
    if made.source("broken") == made.source("cured"):
        raise CourseError(f"{shown}:{end}: both variants are the same; mark lines `# broken` or `# cured: line`")
    try:
        ast.parse(made.source("cured"))
    except SyntaxError as error:
        raise CourseError(f"{shown}: the cured variant is no Python: {error.msg} (its line {error.lineno})") from error
    return made


def _rows(code: str) -> list[Row]:
    rows: list[Row] = []
    for line in code.splitlines():
        if found := _CURED.match(line):
            rows.append(("cured", found.group(1) + found.group(2)))
        elif _BROKEN.search(line):
            rows.append(("broken", _BROKEN.sub("", line)))
        else:
            rows.append(("", line))
    return rows


def _header(doc: str, shown: str) -> tuple[str, dict[str, str]]:
    title, *lines = doc.splitlines()
    header: dict[str, str] = {}
    for place, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        key, colon, value = line.partition(":")
        if line[0].isspace() and header:  # a text goes on
            last = next(reversed(header))
            header[last] = f"{header[last]} {line.strip()}"
            continue
        if not colon or key not in (*REQUIRED, *OPTIONAL) or key in header:
            near = did_you_mean(key, (*REQUIRED, *OPTIONAL))
            raise CourseError(f"{shown}:{place}: '{key}' is no key of a pitfall's header, or comes twice{near}")
        header[key] = value.strip()
    if missing := [key for key in REQUIRED if not header.get(key)]:
        raise CourseError(f"{shown}:1: the header lacks {', '.join(missing)}")
    if header["level"] not in LEVELS or (header["level"] == "none") != (header["finding"] == "none"):
        raise CourseError(f"{shown}:1: level is one of {', '.join(LEVELS)}; none where finding is none, else not")
    return title.strip(), header
