"""A course's plan: the lessons in order, the ways into them, what a learner will be able to do, and wrong beliefs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from lessontools.quiz.base import Model, Slug, Text

__all__ = ["Course", "Lesson", "Misconception", "Objective", "Way"]


class Objective(Model):
    """What a learner will be able to do; `covers` are ids of the curriculum."""

    id: Slug
    text: Text
    covers: tuple[str, ...] = ()


class Way(Model):
    """A way into a topic: in each lesson that offers it, a section under this very heading of the second level."""

    id: Slug
    heading: Text
    what: Text


class Lesson(Model):
    """A lesson: its id is the stem of its files' names; `needs` are lessons that come before.

    `ways` are the ways that it offers, by their ids, and the minutes of each; `quick` marks the short path.
    """

    id: str = Field(pattern=r"^\d\d_[a-z0-9_]+$")
    title: Text
    minutes: int = Field(gt=0)
    objectives: tuple[Objective, ...] = Field(min_length=1)
    needs: tuple[str, ...] = ()
    quick: bool = False
    ways: dict[Slug, Annotated[int, Field(gt=0)]] = Field(default_factory=dict)


class Course(Model):
    """The lessons, in order, and the ways that they may offer.

    A `complete` course answers for all of its curriculum: then a hole in it is an error, and no mere warning.
    """

    title: Text
    lessons: tuple[Lesson, ...] = ()
    ways: tuple[Way, ...] = ()
    complete: bool = False


class Misconception(Model):
    """A belief that is wrong, what is so instead, and where it is mended (notebook#heading)."""

    id: Slug
    belief: Text
    truth: Text
    link: Text
