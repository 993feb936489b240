"""A curriculum: quizzes/curriculum.yaml -> the ids that a course answers for, each with a line that says what it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field, ValidationError

from lessontools.errors import Fault
from lessontools.quiz.base import Model, Text
from lessontools.quiz.source import model_faults, read_source

__all__ = ["Curriculum", "read_curriculum"]

FILE = "quizzes/curriculum.yaml"


class _Listed(Model):
    curriculum: dict[str, Text] = Field(min_length=1)


@dataclass(frozen=True)
class Curriculum:
    """What each id means, and the line of the file that says so; nothing where a course has no such file."""

    texts: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    file: str = FILE


def read_curriculum(root: Path) -> Curriculum:
    """Return a course's curriculum; what is wrong with its file is in `faults`, never raised."""
    if not (root / FILE).exists():
        return Curriculum()
    source = read_source(root / FILE, FILE)
    if source.data is None:
        return Curriculum(faults=tuple(source.faults))
    try:
        texts = _Listed.model_validate(source.data).curriculum
    except ValidationError as error:
        return Curriculum(faults=(*source.faults, *model_faults(source, (), source.data, error, "")))
    lines = {key: source.line(("curriculum", key)) for key in texts}
    return Curriculum(texts, lines, tuple(source.faults))
