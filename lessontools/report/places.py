"""Places of the course in words: where a misconception is mended -> its lesson and the heading over it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from lessontools.quiz.mention import anchor, headings
from lessontools.screen.markup import to_text

__all__ = ["places"]


def places(root: Path, lessons: Mapping[str, str], links: Iterable[str]) -> dict[str, str]:
    """Return each link, such as "03_backward#pitfall-cut", with the place that it leads to in words."""
    found, books = {}, {name: _headed(root / "notebooks" / f"{name}.ipynb") for name in lessons}
    for link in links:
        lesson, _, spot = link.partition("#")
        name = lesson.removesuffix(".ipynb")
        heading = books.get(name, {}).get(spot.removeprefix("cell-id=")) or spot.replace("-", " ")
        found[link] = lessons.get(name, name) + (f", “{heading}”" if heading else "")
    return found


def _headed(path: Path) -> dict[str, str]:
    """Return the heading over each cell of a notebook, by the cell's id and by the heading's own anchor."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return {}
    found, over = {}, ""
    for cell in cells:
        for _, text in headings("".join(cell["source"])) if cell["cell_type"] == "markdown" else ():
            over = to_text(text)
            found[anchor(text)] = over
        found[str(cell.get("id"))] = over
    return found
