"""Sections: a lesson's notebook -> what is asked under each of its headings, read from the file that learners open."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lessontools.quiz.bank import Bank
from lessontools.quiz.mention import anchor, called, headings, meant

__all__ = ["Section", "sections"]


@dataclass
class Section:
    """A part of a notebook, from a heading of the first or second level to the next such one.

    `asks` are the ids of its questions and exercises, each once; `challenges` the ids of lessons. `place` is its name
    in a link: the id of the heading's cell, as JupyterLab finds a heading only in a notebook that is open already.
    """

    heading: str = ""
    place: str = ""
    asks: list[str] = field(default_factory=list)
    challenges: list[str] = field(default_factory=list)


def sections(path: Path, bank: Bank) -> list[Section]:
    """Return the sections of a notebook, in order; none where it is missing or mangled."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return _sections(cells, bank)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # a map with a gap is better than none
        return []


def _sections(cells: list[dict[str, Any]], bank: Bank) -> list[Section]:
    found = [Section()]
    for cell in cells:
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            key = cell.get("id")  # notebooks of old formats have none
            heads = [text for level, text in headings(source) if level <= 2]
            found += [Section(text, f"cell-id={key}" if key else anchor(text)) for text in heads]
        elif cell["cell_type"] == "code":
            _asked(source, cell.get("metadata", {}).get("exercise"), bank, found[-1])
    return found


def _asked(source: str, exercise: str | None, bank: Bank, section: Section) -> None:
    asks = [exercise] if exercise else []
    for verb, names in called(source):
        for name in names:
            if verb == "ask":
                asks += meant(bank, name)
            elif verb == "check":
                asks.append(name)
            elif verb == "challenge":
                section.challenges += [x.id for x in bank.course.lessons if name in (x.id, x.id[:2])]
    section.asks += [key for key in dict.fromkeys(asks) if key not in section.asks]
