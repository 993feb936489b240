"""A worksheet's question: a question of the bank -> prompt, a cell to type into, and its key in letters and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_lowercase
from typing import Any, assert_never

from lessontools.grading.secret import Key
from lessontools.quiz.kinds.bugline import BugLine
from lessontools.quiz.kinds.choosing import Choice, Curve, Predict, Several
from lessontools.quiz.kinds.match import Match
from lessontools.quiz.kinds.number import Number, NumberKey
from lessontools.quiz.kinds.order import Order
from lessontools.quiz.kinds.recall import Explain, Flashcard
from lessontools.quiz.kinds.text import TextQuestion
from lessontools.quiz.kinds.tracetable import Cell, TraceTable
from lessontools.quiz.question import Question, variant
from lessontools.quiz.shown import picture_url
from lessontools.quiz.view import LABELS, body

__all__ = ["VARIANT", "Sheet", "sheet"]

VARIANT = 0
"""The variant that a worksheet shows: a notebook is the same for all."""


@dataclass(frozen=True)
class Sheet:
    """A question on paper: what is asked, how the answer is typed, what is right, and by which function of `typed`.

    `key` has that function's arguments; `parts` the release's id for each letter and number.
    """

    prompt: str
    how: str
    blank: Any
    right: Any
    share: str = ""
    key: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)


def sheet(key: Key, base: Question, folder: Path) -> Sheet:
    """Return the worksheet form of a question."""
    seed = key.seed(VARIANT)
    question = variant(base, seed)
    made = _form(key, question, body(question, seed))
    parts = [f"**{LABELS[question.kind]}.** {question.stem}"]
    if question.code:
        parts.append(_numbered(question.code) if question.kind == "bug-line" else _fenced(question.code))
    if picture := picture_url(question, folder):
        parts.append(_image(picture["alt"], picture["url"]))
    prompt = "\n\n".join(filter(None, [*parts, made.prompt, made.how and f"*{made.how}*"]))
    return Sheet(prompt, made.how, made.blank, made.right, made.share, made.key, made.parts)


def _form(key: Key, question: Question, shown: Mapping[str, Any]) -> Sheet:
    match question:
        case Several():
            return _options(key, question, shown, "share_several", 'Type the letters of all that apply, such as "a c".')
        case Choice() | Curve():
            return _options(key, question, shown, "share_choice", 'Type its letter, such as "a".')
        case Predict():
            if question.number is None:
                return _options(key, question, shown, "share_choice", 'Type its letter, such as "a".')
            return _number(question.number)
        case Number():
            return _number(question)
        case TextQuestion():
            about = {"accept": list(question.accept), "near": [[n.text, n.share] for n in question.near]}
            return Sheet("", "Type it.", "", question.accept[0], "share_text", {**about, "case": question.case})
        case Match():
            return _match(key, question, shown)
        case Order():
            return _order(key, question, shown)
        case BugLine():
            return Sheet(
                "", "Type the number of the line, such as 2.", None, question.bug, "share_line", {"bug": question.bug}
            )
        case TraceTable():
            return _trace(question)
        case Explain():
            return Sheet("", "", "", question.model)
        case Flashcard():
            raise ValueError("a flashcard earns nothing, and is not released")
        case _:
            assert_never(question)


def _lettered(ids: Sequence[str]) -> dict[str, str]:
    return dict(zip(ids, ascii_lowercase, strict=False))


def _options(
    key: Key, question: Choice | Several | Curve | Predict, shown: Mapping[str, Any], share: str, how: str
) -> Sheet:
    letters = _lettered([each["id"] for each in shown["options"]])
    options = {each.id: each for each in question.choices}
    listed = "\n".join(f"- **{letter})** {options[name].text}" for name, letter in letters.items())
    if isinstance(question, Curve):
        listed = f"{_chart(question, shown)}\n\n{listed}"
    right = "".join(letter for name, letter in letters.items() if options[name].right)
    wrong = "".join(letter for name, letter in letters.items() if not options[name].right)
    about = {"right": right, "wrong": wrong} if share == "share_several" else {"right": right}
    parts = {letter: key.token(question.id, "option", name) for name, letter in letters.items()}
    return Sheet(listed, how, "", " ".join(right), share, about, parts)


def _chart(question: Curve, shown: Mapping[str, Any]) -> str:
    """Return the picture in words and numbers: an SVG that follows a page's colours is not readable as a file."""
    heads = [question.xlabel, *(each.name for each in question.series)]
    longest = max(len(each.values) for each in question.series)
    rows = [
        [str(at), *(f"{each.values[at]:g}" if at < len(each.values) else "" for each in question.series)]
        for at in range(longest)
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in [heads, ["---:"] * len(heads), *rows])
    return f"{question.alt}\n\n{table}"


def _number(number: NumberKey) -> Sheet:
    unit = f" in {number.unit}" if number.unit else ""
    value = number.value()
    about = {"answer": value, "margin": number.margin(value), "unit": number.unit}
    return Sheet("", f"Type a number{unit}, such as 0.25.", None, value, "share_number", about)


def _match(key: Key, question: Match, shown: Mapping[str, Any]) -> Sheet:
    lefts = {each["id"]: str(n) for n, each in enumerate(shown["lefts"], 1)}
    letters = _lettered([each["id"] for each in shown["rights"]])
    texts = {pair.id: pair.right for pair in question.pairs} | {spare.id: spare.right for spare in question.spares}
    by_text = {texts[name]: letter for name, letter in letters.items()}
    fits = {lefts[pair.id]: by_text[pair.right] for pair in question.pairs}
    left = "\n".join(f"- **{lefts[pair.id]}** {pair.left}" for pair in question.pairs)
    right = "\n".join(f"- **{letter})** {texts[name]}" for name, letter in letters.items())
    parts = {number: key.token(question.id, "left", name) for name, number in lefts.items()}
    parts |= {letter: key.token(question.id, "right", name) for name, letter in letters.items()}
    how = 'Type a letter to each number, such as "1b 2a". A letter may fit twice, or not at all.'
    solved = " ".join(f"{number}{letter}" for number, letter in fits.items())
    return Sheet(
        f"{left}\n\n{right}",
        how,
        "",
        solved,
        "share_match",
        {"fits": fits, "letters": "".join(letters.values())},
        parts,
    )


def _order(key: Key, question: Order, shown: Mapping[str, Any]) -> Sheet:
    letters = _lettered([each["id"] for each in shown["lines"]])
    code = {line.id: line.code for line in question.lines} | {extra.id: extra.code for extra in question.distractors}
    listed = "\n".join(f"- **{letter})** `{code[name].strip()}`" for name, letter in letters.items())
    about = {
        "lines": "".join(letters[each.id] for each in question.lines),
        "spare": "".join(letters[each.id] for each in question.distractors),
        "before": [[letters[rule.first], letters[rule.then]] for rule in question.rules if rule.first],
        "apart": [[letters[name] for name in (rule.line, *rule.not_between)] for rule in question.rules if rule.line],
    }
    spare = " Lines that belong nowhere stay out." if question.distractors else ""
    how = f'Type the letters from the first line to the last, such as "b a c".{spare}'
    solved = " ".join(letters[name] for name in question.right_answer())
    parts = {letter: key.token(question.id, "line", name) for name, letter in letters.items()}
    return Sheet(listed, how, "", solved, "share_order", about, parts)


def _trace(question: TraceTable) -> Sheet:
    asked = question.asked()
    places = {name: n for n, name in enumerate(asked, 1)}
    rows = [["after", *question.columns], ["---"] * (len(question.columns) + 1)]
    for r, row in enumerate(question.rows):
        cells = [f"**({places[f'{r}.{c}']})**" if isinstance(cell, Cell) else cell for c, cell in enumerate(row.cells)]
        rows.append([f"`{row.code.strip()}`", *cells])
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    how = f"Type what stands at (1) to ({len(asked)}), in this order, each in quotes."
    about = {"cells": [[cell.answer, float(cell.tol or 0)] for cell in asked.values()]}
    parts = {str(n): name for name, n in places.items()}
    return Sheet(table, how, [""] * len(asked), [str(c.answer) for c in asked.values()], "share_trace", about, parts)


def _fenced(code: str) -> str:
    return f"```python\n{code.rstrip()}\n```"


def _numbered(code: str) -> str:
    lines = [f"{n:>2}  {line}" for n, line in enumerate(code.rstrip().splitlines(), 1)]
    return "\n".join(["```text", *lines, "```"])


def _image(alt: str, url: str) -> str:
    return f"![{alt}]({url})\n\n{alt}"
