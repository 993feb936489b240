"""A page: what a lesson's cells say and call: headings, links, the questions and exercises they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from lessontools.course.notebook import lessons_of
from lessontools.course.percent import Cell, Script, read_script
from lessontools.practice.catalog import Catalog, read_catalog
from lessontools.quiz.bank import Bank, Lesson, read_bank
from lessontools.quiz.curriculum import Curriculum, read_curriculum
from lessontools.quiz.mention import anchor, called, headings, meant, unfenced

__all__ = ["Call", "Courseware", "Link", "Page", "anchor", "open_courseware"]

_LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)")
_CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True, slots=True)
class Call:
    """A learner's verb, called or shown with names: ask("five-calls")."""

    verb: str
    names: tuple[str, ...]
    cell: Cell
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A link out of a Markdown cell."""

    target: str
    line: int
    cell: Cell


@dataclass
class Page:
    """A lesson as it is written; `lesson` is its entry in course.yaml, None if it has none."""

    script: Script
    lesson: Lesson | None

    @property
    def cells(self) -> list[Cell]:
        """The lesson's cells."""
        return self.script.cells

    @cached_property
    def headings(self) -> list[tuple[int, str, Cell]]:
        """All headings: level, text and cell."""
        return [
            (level, text, cell)
            for cell in self.cells
            if cell.kind == "markdown"
            for level, text in headings(cell.source)
        ]

    @cached_property
    def anchors(self) -> set[str]:
        """What a link may point to: the headings, as JupyterLab names them."""
        return {anchor(text) for _, text, _ in self.headings}

    @cached_property
    def links(self) -> list[Link]:
        """All links of the Markdown cells."""
        found = []
        for cell in self.cells:
            if cell.kind == "markdown":
                text = unfenced(cell.source)
                for hit in _LINK.finditer(_CODE.sub(lambda code: " " * len(code.group()), text)):
                    found.append(Link(hit.group(1), cell.line + 1 + text.count("\n", 0, hit.start()), cell))
        return found

    @cached_property
    def calls(self) -> list[Call]:
        """All verbs called in code cells, and those that Markdown cells show in backticks."""
        found = []
        for cell in self.cells:
            if cell.kind == "code":
                found += [Call(verb, names, cell) for verb, names in called(cell.source)]
                if cell.exercise:
                    found.append(Call("check", (cell.exercise,), cell))
            else:
                for shown in _CODE.findall(unfenced(cell.source)):
                    found += [Call(verb, names, cell, shown=True) for verb, names in called(shown)]
        return found

    def uses(self, bank: Bank, verb: str = "ask") -> Iterator[tuple[Call, str, set[str]]]:
        """Yield, for each name of each call of a verb, the ids of the questions that it stands for."""
        for call in self.calls:
            if call.verb == verb and not (call.shown and verb == "ask"):
                for name in call.names:
                    yield call, name, set(meant(bank, name, "challenge" if verb == "challenge" else ""))


@dataclass
class Courseware:
    """All that the laws look at: the bank, the exercises, the curriculum, and the pages by lesson."""

    root: Path
    bank: Bank
    catalog: Catalog
    curriculum: Curriculum = field(default_factory=Curriculum)
    pages: dict[str, Page] = field(default_factory=dict)


def open_courseware(root: Path) -> Courseware:
    """Return a course as the checker sees it; what is wrong with its files is inside, never raised."""
    bank = read_bank(root)
    entries = {lesson.id: lesson for lesson in bank.course.lessons}
    pages = {name: Page(read_script(root, name), entries.get(name)) for name in lessons_of(root)}
    return Courseware(root, bank, read_catalog(root), read_curriculum(root), pages)
