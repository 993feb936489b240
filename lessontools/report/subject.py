"""The subject of a report: what was asked and what it was about, looked up once in the course as it is today."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lessontools.grading.secret import Key
from lessontools.practice.catalog import Entry, open_catalog
from lessontools.quiz.bank import Bank, Item, Misconception, open_bank
from lessontools.quiz.base import Option
from lessontools.quiz.question import Question, variant
from lessontools.quiz.view import LABELS
from lessontools.report.places import places

__all__ = ["Choice", "Part", "Subject", "subject_of"]

_SLOT = re.compile(r"\{\{[^{}]*\}\}")


@dataclass(frozen=True)
class Choice:
    """One choice of a question: its text as it stands in the bank, and whether it is right."""

    text: str
    right: bool


@dataclass(frozen=True)
class Part:
    """One thing that earns points: a question or an exercise. All texts are Markdown.

    `choices` are by id, `texts` lead from the words of a choice, in any variant, to its id. `given` are the sources
    that everybody has or may be expected to write: stub, solutions and known mistakes. `drawn` says that each student
    had numbers of their own; `prompts` has each variant's.
    """

    id: str
    lesson: str
    kind: str
    label: str
    points: float
    prompt: str
    objectives: tuple[str, ...] = ()
    choices: Mapping[str, Choice] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    rubric: Mapping[str, str] = field(default_factory=dict)
    model: str = ""
    given: tuple[str, ...] = ()
    drawn: bool = False
    prompts: tuple[str, ...] = ()

    def asked(self, number: int) -> str:
        """Return what was asked in this variant of the release; with dots for its numbers where it is not known."""
        return self.prompts[number] if 0 <= number < len(self.prompts) else self.prompt

    @property
    def by_hand(self) -> bool:
        """Whether a person marks it."""
        return self.kind == "explain"


@dataclass(frozen=True)
class Subject:
    """An assignment as its reports tell of it; `parts` are in the order of the release."""

    assignment: str
    title: str
    version: str
    due: str
    points: float
    parts: Mapping[str, Part]
    lessons: Mapping[str, str]
    objectives: Mapping[str, str]
    beliefs: Mapping[str, Misconception]
    places: Mapping[str, str] = field(default_factory=dict)

    def place(self, code: str) -> str:
        """Return where a belief is mended, in words; "" for a belief that the course does not know."""
        return self.places.get(self.beliefs[code].link, "") if code in self.beliefs else ""


def subject_of(root: Path, key: Key) -> Subject:
    """Return what a release was about; what the course no longer has is left out."""
    bank, catalog = open_bank(root), open_catalog(root)
    parts = {name: _question(bank.items[name], key) for name in key.items if name in bank.items}
    parts |= {name: _exercise(catalog.entries[name]) for name in key.exercises if name in catalog.entries}
    lessons = {each.id: f"{each.id[:2]} {each.title}" for each in bank.course.lessons}
    objectives = dict(_objectives(bank, key))
    about = key.assignment, key.title, key.version, key.due, key.points
    told = places(root, lessons, (each.link for each in bank.misconceptions.values()))
    return Subject(*about, parts, lessons, objectives, bank.misconceptions, told)


def _objectives(bank: Bank, key: Key) -> Iterator[tuple[str, str]]:
    """Yield the objectives, those of the released lessons first."""
    for lesson in sorted(bank.course.lessons, key=lambda each: each.id not in key.lessons):
        yield from ((each.id, each.text) for each in lesson.objectives)


def _question(item: Item, key: Key) -> Part:
    question = item.question
    rubric = {each.id: each.text for each in question.rubric} if question.kind == "explain" else {}
    drawn = question.params or question.derive
    return Part(
        question.id,
        item.lesson,
        question.kind,
        LABELS[question.kind],
        question.points,
        _unslotted(_asked(question)),
        question.objectives,
        {each.id: Choice(_unslotted(each.text), each.right) for each in _options(question)},
        dict(_texts(question, key)),
        rubric,
        _unslotted(question.model) if question.kind == "explain" else "",
        drawn=bool(drawn),
        prompts=tuple(_asked(variant(question, key.seed(n))) for n in range(key.variants if drawn else 0)),
    )


def _asked(question: Question) -> str:
    code = f"\n\n```python\n{question.code.rstrip()}\n```" if question.code else ""
    picture = f"\n\nPicture: {question.picture.alt}" if question.picture else ""
    return f"{question.stem}{code}{picture}"


def _unslotted(text: str) -> str:
    """Return a text with an ellipsis where each student had numbers of his own."""
    return _SLOT.sub("…", text)


def _options(question: Question) -> tuple[Option, ...]:
    found: Any = getattr(question, "choices", ())
    return tuple(found)


def _texts(question: Question, key: Key) -> Iterator[tuple[str, str]]:
    """Yield the words of each choice with its id; of a question with parameters, in every variant."""
    drawn = question.params or question.derive
    for number in range(max(key.variants, 1) if drawn and _options(question) else 1):
        made = variant(question, key.seed(number)) if drawn else question
        yield from ((each.text.strip(), each.id) for each in _options(made))


def _exercise(entry: Entry) -> Part:
    each = entry.exercise
    sources = (each.stub, *each.solutions.values(), *(mistake.source for mistake in each.mistakes.values()))
    about = each.id, entry.lesson, "exercise", "Write code", float(each.points)
    return Part(*about, f"**{each.title}.** {each.prompt}", each.objectives, given=sources)
