"""Simplifying: a question of the course -> the items that stand for it elsewhere, with codes of what has changed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, assert_never

from lessontools.exchange.item import Answer, Gap, Item, Picture, Table, decimal, span
from lessontools.exchange.pin import pinned
from lessontools.explore import chart
from lessontools.quiz import bank
from lessontools.quiz.base import Option
from lessontools.quiz.kinds.bugline import BugLine
from lessontools.quiz.kinds.choosing import Choice, Curve, Predict, Several
from lessontools.quiz.kinds.match import Match
from lessontools.quiz.kinds.number import Number, NumberKey, read_number
from lessontools.quiz.kinds.order import Order
from lessontools.quiz.kinds.recall import Explain, Flashcard
from lessontools.quiz.kinds.text import TextQuestion
from lessontools.quiz.kinds.tracetable import Cell, TraceTable
from lessontools.quiz.question import Question, variant

__all__ = ["VARIANTS", "items"]

VARIANTS = 3
_TRIES = 20  # seeds looked at for each variant: some questions draw from few values


def items(found: bank.Item, variants: int = VARIANTS) -> list[Item]:
    """Return a question as items: one, or one for each fixed variant where its numbers are drawn."""
    question = found.question
    if not question.params:
        return [_item(variant(question, ""), found)]
    drawn: dict[str, Question] = {}
    for seed in range(1, variants * _TRIES + 1):
        each = variant(question, f"export-{seed}")
        drawn.setdefault(each.model_dump_json(), each)
        if len(drawn) == variants:
            break
    made = [_item(each, found) for each in drawn.values()]
    return [
        replace(item, id=f"{item.id}-v{place}", group=item.id, changes=("drawn", *item.changes))
        for place, item in enumerate(made, 1)
    ]


def _item(question: Question, found: bank.Item) -> Item:
    parts = {"form": "one", "stem": _stem(question)} | _form(question)
    limited = ("attempts",) if question.attempts else ()
    return Item(
        id=question.id,
        why=question.why,
        hints=question.hints,
        points=question.points,
        picture=_picture(question, found),
        tags=question.objectives,
        lesson=found.lesson,
        changes=(*parts.pop("changes", ()), *limited),
        **parts,
    )


def _stem(question: Question) -> str:
    if not question.code:
        return question.stem
    source = question.code.rstrip()
    if isinstance(question, BugLine):
        lines = source.splitlines()
        wide = len(str(len(lines)))
        source = "\n".join(f"{number:>{wide}}  {line}".rstrip() for number, line in enumerate(lines, 1))
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", source)), default=0))
    return f"{question.stem}\n\n{fence}python\n{source}\n{fence}"


def _form(question: Question) -> dict[str, Any]:
    match question:
        case Choice() | Curve():
            return {"answers": _options(question.choices), "shuffle": question.shuffle}
        case Several():
            return {"form": "many", "answers": _ticks(question.choices), "shuffle": question.shuffle}
        case Number():
            return _number(question)
        case Predict():
            then = {"told": (("Then run it", question.then),), "changes": ("predicted",)}
            if question.number:
                return _number(question.number) | then
            return {"answers": _options(question.choices), "shuffle": question.shuffle} | then
        case TextQuestion():
            return _text(question)
        case Match():
            return _match(question)
        case Order():
            return _order(question)
        case BugLine():
            return _bug_line(question)
        case TraceTable():
            return {"form": "table", "table": _table(question)}
        case Explain():
            met = "\n".join(f"- {each.text}" for each in question.rubric)
            rubric = f"A good answer: {question.model}\n\nIt says:\n\n{met}"
            return {"form": "essay", "rubric": rubric, "changes": ("marked-by-hand",)}
        case Flashcard():
            return {"form": "card"}
        case _:
            assert_never(question)


def _options(options: Iterable[Option]) -> tuple[Answer, ...]:
    return tuple(Answer(each.text, float(each.right), each.feedback) for each in options)


def _ticks(options: tuple[Option, ...]) -> tuple[Answer, ...]:
    """Return choices that earn and cost as in the course: 1/(number of right), 1/(number of wrong)."""
    right = sum(each.right for each in options)
    wrong = len(options) - right
    return tuple(Answer(each.text, 1 / right if each.right else -1 / wrong, each.feedback) for each in options)


def _number(key: NumberKey) -> dict[str, Any]:
    values = [Answer(decimal(key.value()), 1.0, "", _margin(key, key.value()))]
    values += [Answer(decimal(float(n.value)), 0, n.feedback, _margin(key, float(n.value))) for n in key.near]
    return {"form": "number", "answers": tuple(values), "unit": key.unit}


def _margin(key: NumberKey, value: float) -> float:
    return abs(value) * key.rel if key.rel is not None else float(key.tol or 0)


def _text(question: TextQuestion) -> dict[str, Any]:
    forms = dict.fromkeys((*question.accept, *map(question.normal, question.accept)))
    known = {question.normal(form) for form in question.accept}
    answers = [Answer(form, 1.0) for form in forms]
    answers += [Answer(n.text, n.share, n.feedback) for n in question.near if question.normal(n.text) not in known]
    return {"form": "short", "answers": tuple(answers), "case": question.case, "changes": ("spelling",)}


def _match(question: Match) -> dict[str, Any]:
    told = [(pair.left, pair.feedback) for pair in question.pairs]
    told += [(spare.right, spare.feedback) for spare in question.spares]
    return {
        "form": "match",
        "pairs": tuple((pair.left, pair.right) for pair in question.pairs),
        "spares": tuple(spare.right for spare in question.spares),
        "told": tuple(told),
        "changes": ("told-together",),
    }


def _order(question: Order) -> dict[str, Any]:
    code = {line.id: line.code for line in question.lines}
    told = [(span(extra.code.strip()), extra.feedback) for extra in question.distractors]
    told += [("The order", rule.feedback) for rule in question.rules]
    found = pinned(question)
    if found is None:
        return {"form": "orders"}
    order, sentence = found
    return {
        "form": "order",
        "stem": "\n\n".join(filter(None, (_stem(question), sentence))),
        "lines": tuple(code[name] for name in order),
        "strays": tuple(extra.code for extra in question.distractors),
        "told": tuple(told),
        "changes": ("told-together", *(["one-order"] if sentence else [])),
    }


def _bug_line(question: BugLine) -> dict[str, Any]:
    said = {note.line: note.feedback for note in question.lines} | {question.bug: question.feedback}
    lines = enumerate(question.code.splitlines(), 1)
    answers = [
        Answer(
            f"line {number}: {span(line.strip())}", float(number == question.bug), said.get(number, question.otherwise)
        )
        for number, line in lines
        if line.strip()
    ]
    return {"answers": tuple(answers), "shuffle": False, "changes": ("lines-as-choices",)}


def _table(question: TraceTable) -> Table:
    rows = [(row.code, tuple(_gap(c) if isinstance(c, Cell) else c for c in row.cells)) for row in question.rows]
    return Table(question.columns, tuple(rows))


def _gap(cell: Cell) -> Gap:
    numeric = all(read_number(value) is not None for value in (cell.answer, *(near.value for near in cell.near)))
    margin = float(cell.tol or 0)
    answers = [Answer(_typed(cell.answer, numeric), 1.0, cell.feedback, margin)]
    answers += [Answer(_typed(near.value, numeric), 0.0, near.feedback, margin) for near in cell.near]
    return Gap(tuple(answers), numeric, cell.feedback)


def _typed(value: float | int | str, numeric: bool) -> str:
    return decimal(read_number(value) or 0.0) if numeric else str(value)


def _picture(question: Question, found: bank.Item) -> Picture | None:
    picture = question.picture
    if picture:
        suffix = picture.file.rpartition(".")[2] or "svg"
        data = picture.svg.encode() if picture.svg else (found.folder / picture.file).read_bytes()
        return Picture(f"{question.id}.{suffix}", data, picture.alt)
    if isinstance(question, Curve):
        series = {each.name: list(each.values) for each in question.series}
        svg = chart.lines(series, question.xlabel, question.ylabel, question.alt)
        return Picture(f"{question.id}.svg", _standing_alone(svg).encode(), question.alt)
    return None


def _standing_alone(svg: str) -> str:
    """Return a chart of ours as a file: with a size, and on white, since no page lends it its colours."""
    wide, high = re.search(r'viewBox="0 0 (\S+) (\S+)"', svg).groups()  # type: ignore[union-attr]  # chart writes it
    sized = svg.replace('width="100%"', f'width="{wide}" height="{high}"', 1)
    return sized.replace("</title>", f'</title><rect width="{wide}" height="{high}" fill="#fff"/>', 1)
