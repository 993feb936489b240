"""Where the course explains a finding: its code -> a place in a lesson, looked up in the course that is at hand."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

__all__ = ["address", "place_of"]

_BELIEF = re.compile(r"^\s*- id: ['\"]?([\w-]+)|^\s+link: ['\"]?([^'\"\s]+)", re.MULTILINE)
_CELL = re.compile(r"^# %%.*?\bid=\"([^\"]+)\"|^# %%|pitfall\(['\"]([\w-]+)['\"]\)", re.MULTILINE)


def place_of(code: str) -> str:
    """Return where a finding is explained, such as "05_order#four-places"; "" where no lesson does, or none is here.

    That is the link of the misconception of this code, else a cell that runs a pitfall with this finding.
    """
    root = _course()
    if root is None:
        return ""
    try:
        return _believed(root, code) or _shown(root, code)
    except (OSError, UnicodeDecodeError):
        return ""


def address(place: str) -> str:
    """Return a place's address as JupyterLab follows it from another lesson, such as "05_order.ipynb#cell-id=where"."""
    lesson, _, spot = place.partition("#")
    file = f"{lesson.removesuffix('.ipynb')}.ipynb"
    if not spot:
        return file
    return f"{file}#cell-id={spot}" if spot == spot.lower() else f"{file}#{spot}"


def _course() -> Path | None:
    first = Path(os.environ.get("LESSONTOOLS_COURSE") or ".").resolve()
    roots = (first, *first.parents, Path(__file__).resolve().parents[2])
    return next((root for root in roots if (root / "quizzes" / "misconceptions.yaml").is_file()), None)


def _believed(root: Path, code: str) -> str:
    """Return the link of the misconception of this code, if its lesson is there."""
    text, known = (root / "quizzes" / "misconceptions.yaml").read_text(encoding="utf-8"), ""
    for found in _BELIEF.finditer(text):
        known = found.group(1) or known
        if found.group(2) and known == code:
            lesson = found.group(2).partition("#")[0].removesuffix(".ipynb")
            return found.group(2) if (root / "notebooks" / "src" / f"{lesson}.py").is_file() else ""
    return ""


def _shown(root: Path, code: str) -> str:
    """Return the cell that runs a pitfall with this finding: in the lesson that it belongs to, else anywhere."""
    places: dict[str, str] = {}
    for name, lesson in _pitfalls(root, code):
        for file in sorted((root / "notebooks" / "src").glob("*.py")):
            if place := _cell(file, name):
                places.setdefault("own" if file.stem.startswith(lesson) else "other", place)
    return places.get("own", places.get("other", ""))


def _pitfalls(root: Path, code: str) -> Iterator[tuple[str, str]]:
    for file in sorted((root / "quizzes" / "pitfalls").glob("*.py")):
        header = file.read_text(encoding="utf-8").split('"""', 2)[1]
        if re.search(rf"^finding: {re.escape(code)}$", header, re.MULTILINE):
            lesson = re.search(r"^lesson: (\d+)", header, re.MULTILINE)
            yield file.stem, lesson.group(1) if lesson else "?"


def _cell(file: Path, name: str) -> str:
    """Return the cell of a lesson that runs a pitfall, or the nearest one above it that has an id."""
    spot = ""
    for found in _CELL.finditer(file.read_text(encoding="utf-8")):
        spot = found.group(1) or spot
        if found.group(2) == name:
            return f"{file.stem}#{spot}" if spot else file.stem
    return ""
