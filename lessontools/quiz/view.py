"""What the page needs to show a question: Question -> plain data, and answers in words. No key leaves here."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, TypeVar, assert_never

from lessontools.quiz.base import Answer, Option
from lessontools.quiz.kinds.bugline import BugLine
from lessontools.quiz.kinds.choosing import Choice, Curve, Predict, Several
from lessontools.quiz.kinds.match import Match
from lessontools.quiz.kinds.number import Number
from lessontools.quiz.kinds.order import Order
from lessontools.quiz.kinds.recall import Explain, Flashcard
from lessontools.quiz.kinds.text import TextQuestion
from lessontools.quiz.kinds.tracetable import Cell, TraceTable
from lessontools.quiz.question import Question
from lessontools.screen.markup import code_lines, inline_html, to_html

__all__ = ["LABELS", "body", "describe", "still"]

T = TypeVar("T")
LABELS = {
    "choice": "Pick one",
    "several": "Pick all that apply",
    "number": "Work out the number",
    "text": "Write it",
    "match": "Match",
    "order": "Put in order",
    "predict": "Predict, then run",
    "bug-line": "Find the wrong line",
    "trace-table": "Trace by hand",
    "curve": "Read the curve",
    "flashcard": "Recall",
    "explain": "Explain",
}


def shuffled(things: Sequence[T], seed: str, shuffle: bool = True) -> list[T]:
    """Return the things in the order in which a learner with this seed sees them."""
    mixed = list(things)
    if shuffle:
        random.Random(seed).shuffle(mixed)
    return mixed


def body(question: Question, seed: str) -> dict[str, Any]:
    """Return what is to be shown below the stem: parts and their ids, in this learner's order."""
    match question:
        case Choice() | Several():
            return {"options": _options(question.choices, seed, question.shuffle), "many": question.kind == "several"}
        case Curve():
            from lessontools.explore import chart  # only a curve needs it

            series = {each.name: list(each.values) for each in question.series}
            svg = chart.lines(series, question.xlabel, question.ylabel, question.alt)
            return {"options": _options(question.choices, seed, question.shuffle), "many": False, "chart_html": svg}
        case Predict():
            then = {"then_html": to_html(question.then)}
            if question.number:
                return {"field": "number", "unit": question.number.unit, **then}
            return {"options": _options(question.choices, seed, question.shuffle), "many": False, **then}
        case Number():
            return {"field": "number", "unit": question.unit}
        case TextQuestion():
            return {"field": "text", "unit": ""}
        case Match():
            rights = {spare.right: spare.id for spare in question.spares}
            rights |= {pair.right: pair.id for pair in reversed(question.pairs)}
            return {
                "lefts": [{"id": pair.id, "html": inline_html(pair.left)} for pair in question.pairs],
                "rights": [
                    {"id": key, "html": inline_html(text)} for text, key in shuffled(sorted(rights.items()), seed)
                ],
            }
        case Order():
            return {"lines": _lines(question, seed)}
        case BugLine():
            return {"rows": code_lines(question.code)}
        case TraceTable():
            return _table(question)
        case Flashcard():
            return {}
        case Explain():
            return {"field": "long", "unit": ""}
        case _:
            assert_never(question)


def _options(options: Sequence[Option], seed: str, shuffle: bool) -> list[dict[str, str]]:
    return [{"id": o.id, "html": inline_html(o.text)} for o in shuffled(options, seed, shuffle)]


def _lines(question: Order, seed: str) -> list[dict[str, str]]:
    """Return the lines in mixed order, each distractor beside the line that it resembles."""
    rng = random.Random(seed)
    found: list[dict[str, str]] = []
    for line in shuffled(question.lines, seed):
        twins = [extra for extra in question.distractors if extra.twin == line.id]
        group = [(line.id, line.code), *((extra.id, extra.code) for extra in twins)]
        rng.shuffle(group)
        for key, code in group:
            shown = {"id": key, "html": "\n".join(code_lines(code)), "label": line.label}
            found.append({**shown, "twin": line.id if twins else ""})
    if twinless := [each for each in found if not each["twin"]]:
        ids = [each["id"] for each in found]
        if len(twinless) == len(found) and tuple(ids) in set(question.orders()):
            found.reverse()  # a pool that happens to stand in a valid order would give it away
    return found


def _table(question: TraceTable) -> dict[str, Any]:
    rows = []
    for r, row in enumerate(question.rows):
        cells = [
            {"name": f"{r}.{c}"} if isinstance(cell, Cell) else {"html": inline_html(cell) if cell else ""}
            for c, cell in enumerate(row.cells)
        ]
        rows.append({"html": "\n".join(code_lines(row.code)), "cells": cells})
    return {"columns": [inline_html(name) for name in question.columns], "table": rows}


def describe(question: Question, answer: Answer) -> str:
    """Return an answer in words, as Markdown; an unreadable answer is shown as it is."""
    try:
        return _described(question, answer)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError):
        return f"`{str(answer)[:80]}`"


def _described(question: Question, answer: Answer) -> str:
    match question:
        case Choice() | Curve():
            return _named(question.choices, [answer])
        case Several():
            return _named(question.choices, answer)
        case Predict():
            return _named(question.choices, [answer]) if question.choices else f"`{_number(answer)}`"
        case Number():
            return f"`{_number(answer)}` {question.unit}".strip()
        case TextQuestion():
            return f"`{answer}`"
        case Match():
            rights = {p.id: p.right for p in question.pairs} | {s.id: s.right for s in question.spares}
            lefts = {p.id: p.left for p in question.pairs}
            return "\n".join(f"- {lefts[left]} → {rights[right]}" for left, right in answer.items())
        case Order():
            code = {line.id: line.code for line in question.lines}
            code |= {extra.id: extra.code for extra in question.distractors}
            return "```python\n" + "\n".join(code[name] for name in answer) + "\n```"
        case BugLine():
            return f"line {answer}: `{question.code.splitlines()[answer - 1].strip()}`"
        case TraceTable():
            places = [key.split(".") for key in answer]
            return "\n".join(
                f"- after `{question.rows[int(r)].code.strip()}`, {question.columns[int(c)]}: `{answer[f'{r}.{c}']}`"
                for r, c in places
            )
        case Flashcard():
            return str(answer)
        case Explain():
            return str(answer["text"])
        case _:
            assert_never(question)


def _number(answer: Answer) -> str:
    return f"{answer:g}" if isinstance(answer, float) else str(answer)  # a whole number is not told as 15.0


def _named(options: Sequence[Option], ids: Sequence[str]) -> str:
    texts = {option.id: option.text for option in options}
    named = [texts[each] for each in ids]
    return named[0] if len(named) == 1 else "\n".join(f"- {text}" for text in named)


def still(question: Question, seed: str) -> str:
    """Return the question as Markdown for readers without a kernel: stem, code, and what there is to choose from."""
    parts = [f"**{LABELS[question.kind]}.** {question.stem}"]
    if question.code:
        parts.append(f"```python\n{question.code.rstrip()}\n```")
    if question.picture:
        parts.append(f"Picture: {question.picture.alt}")
    match question:
        case Choice() | Several() | Curve() | Predict():
            if isinstance(question, Curve):
                parts.append(f"Picture: {question.alt}")
            chosen = shuffled(question.choices, seed, question.shuffle)
            parts.append("\n".join(f"- {option.text}" for option in chosen))
        case Match():
            parts.append("\n".join(f"- {pair.left} → ?" for pair in question.pairs))
            texts = {*(pair.right for pair in question.pairs), *(spare.right for spare in question.spares)}
            rights = shuffled(sorted(texts), seed)
            parts.append("Right sides: " + "; ".join(rights))
        case Order():
            code = {line.id: line.code for line in question.lines}
            code |= {extra.id: extra.code for extra in question.distractors}
            parts.append("\n".join(f"- `{code[line['id']].strip()}`" for line in _lines(question, seed)))
        case TraceTable():
            rule = "|".join("---" for _ in range(len(question.columns) + 1))
            rows = [
                f"| `{row.code.strip()}` | " + " | ".join("?" if isinstance(c, Cell) else c for c in row.cells) + " |"
                for row in question.rows
            ]
            parts.append("\n".join([f"| after | {' | '.join(question.columns)} |", f"|{rule}|", *rows]))
        case Number() | TextQuestion() | BugLine() | Flashcard() | Explain():
            pass
        case _:
            assert_never(question)
    return "\n\n".join(filter(None, parts))
