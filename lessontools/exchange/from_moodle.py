"""Moodle XML -> items, with what could not be taken. Its text may come from anyone: entities are refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from defusedxml import ElementTree as safe
from defusedxml.common import DefusedXmlException

from lessontools.errors import CourseError
from lessontools.exchange.from_gift import Note
from lessontools.exchange.from_html import literal, to_markdown
from lessontools.exchange.item import Answer, Item

__all__ = ["read"]

Element = Any  # defusedxml returns the elements of the standard library


def read(text: str | bytes) -> tuple[list[Item], list[Note]]:
    """Return the questions, and notes on what could not be taken; raise CourseError if it is no Moodle XML."""
    try:
        root = safe.fromstring(text)
    except (safe.ParseError, DefusedXmlException, ValueError) as error:
        raise CourseError(f"this is no sound XML: {error}") from error
    if root.tag != "quiz":
        raise CourseError(f"this is no Moodle XML: it starts with <{root.tag}>, not with <quiz>")
    items, notes = [], list[Note]()
    for number, element in enumerate(root.iter("question"), 1):
        kind = element.get("type", "")
        if kind == "category":
            continue
        name = _plain(element.find("name")) or f"question {number}"
        if kind not in _READERS:
            notes.append((name, f"left out: a question of the type '{kind}' has no form here"))
            continue
        reader = _Reader(element)
        try:
            items.append(_READERS[kind](reader, reader.common(name)))
        except ValueError as error:
            notes.append((name, f"left out: {error}"))
            continue
        notes += [(name, f"dropped: {each}") for each in dict.fromkeys(reader.lost)]
    return items, notes


def _plain(element: Element) -> str:
    found = element.find("text") if element is not None else None
    return ((found.text if found is not None else "") or "").strip()


class _Reader:
    """Reads the parts of one question, and keeps what is lost."""

    def __init__(self, element: Element) -> None:
        self.element, self.lost = element, list[str]()

    def markdown(self, element: Element) -> str:
        text = _plain(element)
        form = element.get("format", "html") if text else "markdown"
        if form in ("plain_text", "markdown"):
            return text if form == "markdown" else literal(text)
        shown, lost = to_markdown(text)
        self.lost += lost
        return shown

    def number(self, text: str | None, default: float = 0.0) -> float:
        """Return a number; raise ValueError, in words, for anything else."""
        try:
            value = float((text or "").strip().replace(",", ".") or default)
        except ValueError:
            raise ValueError(f"'{text}' is no number") from None
        if not math.isfinite(value):
            raise ValueError(f"'{text}' is no number to reckon with")
        return value

    def word(self, tag: str, default: str = "") -> str:
        return (self.element.findtext(tag) or default).strip()

    def common(self, name: str) -> Item:
        if self.element.find("questiontext/file") is not None:
            self.lost.append("a file that belongs to it")
        return Item(
            name,
            "essay",
            self.markdown(self.element.find("questiontext")),
            why=self.markdown(self.element.find("generalfeedback")),
            hints=tuple(filter(None, map(self.markdown, self.element.findall("hint")))),
            points=self.number(self.word("defaultgrade"), 1.0),
            tags=tuple(filter(None, map(_plain, self.element.findall("tags/tag")))),
        )

    def answers(self, formatted: bool) -> tuple[Answer, ...]:
        return tuple(
            Answer(
                self.markdown(each) if formatted else _plain(each),
                self.number(each.get("fraction")) / 100,
                self.markdown(each.find("feedback")),
                abs(self.number(each.findtext("tolerance"))),
            )
            for each in self.element.findall("answer")
        )


def _choices(reader: _Reader, base: Item) -> Item:
    one = reader.word("single", "true") not in ("false", "0")
    shuffle = reader.word("shuffleanswers", "true") not in ("false", "0")
    for tag in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
        if _plain(reader.element.find(tag)):
            reader.lost.append(f"its {tag}")
    return replace(base, form="one" if one else "many", answers=reader.answers(True), shuffle=shuffle)


def _truth(reader: _Reader, base: Item) -> Item:
    answers = tuple(replace(each, text=each.text.capitalize()) for each in reader.answers(False))
    return replace(base, form="one", answers=answers, shuffle=False)


def _short(reader: _Reader, base: Item) -> Item:
    given = [each for each in reader.answers(False) if each.text != "*"]
    if len(given) < len(reader.element.findall("answer")):
        reader.lost.append("the feedback to any other answer")
    if any("*" in each.text.replace(r"\*", "") for each in given):
        reader.lost.append("the wildcards (*) in its answers: each is taken as it stands")
    answers = tuple(replace(each, text=each.text.replace(r"\*", "*")) for each in given)
    return replace(base, form="short", answers=answers, case=reader.word("usecase") == "1")


def _number(reader: _Reader, base: Item) -> Item:
    given = [
        replace(each, text=f"{reader.number(each.text):.15g}")
        for each in reader.answers(False)
        if each.text not in ("*", "")
    ]
    if len(given) < len(reader.element.findall("answer")):
        reader.lost.append("the feedback to any other number")
    units = [each.text or "" for each in reader.element.iter("unit_name")]
    if len(units) > 1:
        reader.lost.append(f"the units after the first: {', '.join(units[1:])}")
    return replace(base, form="number", answers=tuple(given), unit=units[0] if units else "")


def _match(reader: _Reader, base: Item) -> Item:
    sides = [
        (reader.markdown(each), literal(_plain(each.find("answer")))) for each in reader.element.findall("subquestion")
    ]
    pairs = tuple((left, right) for left, right in sides if left)
    return replace(base, form="match", pairs=pairs, spares=tuple(right for left, right in sides if not left))


def _order(reader: _Reader, base: Item) -> Item:
    if reader.word("gradingtype") not in ("", "LONGEST_ORDERED_SUBSET"):
        reader.lost.append("its way of grading: here the longest part in order counts")
    ranked = sorted(reader.element.findall("answer"), key=lambda each: reader.number(each.get("fraction")))
    lines = tuple(_code(reader.markdown(each)) for each in ranked)
    return replace(base, form="order", lines=lines)


def _code(markdown: str) -> str:
    lines = markdown.strip().splitlines()
    return "\n".join(lines[1:-1]) if markdown.startswith("```") else markdown.strip("` ")


def _essay(reader: _Reader, base: Item) -> Item:
    return replace(base, rubric=reader.markdown(reader.element.find("graderinfo")))


_READERS: dict[str, Callable[[_Reader, Item], Item]] = {
    "multichoice": _choices,
    "truefalse": _truth,
    "shortanswer": _short,
    "numerical": _number,
    "matching": _match,
    "match": _match,
    "ordering": _order,
    "essay": _essay,
}
