"""A question's key in words, for those who teach: what is right, and each wrong answer with what is said to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import assert_never

from lessontools.quiz.base import Option
from lessontools.quiz.kinds.bugline import BugLine
from lessontools.quiz.kinds.choosing import Choice, Curve, Predict, Several
from lessontools.quiz.kinds.match import Match
from lessontools.quiz.kinds.number import Near, Number, NumberKey
from lessontools.quiz.kinds.order import Order, Rule
from lessontools.quiz.kinds.recall import Explain, Flashcard
from lessontools.quiz.kinds.text import TextQuestion
from lessontools.quiz.kinds.tracetable import TraceTable
from lessontools.quiz.question import Question
from lessontools.quiz.view import describe

__all__ = ["WrongAnswer", "right_words", "wrong_answers"]


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """A wrong answer in words (Markdown, one line but for code), the feedback to it, and the belief behind it."""

    words: str
    feedback: str
    misconception: str = ""


def right_words(question: Question) -> str:
    """Return the right answer in words, as Markdown, with all that is accepted."""
    match question:
        case Number():
            return _number(question)
        case Predict() if question.number:
            return _number(question.number)
        case TextQuestion():
            return " or ".join(f"`{form}`" for form in question.accept)
        case Order():
            more = len(list(islice(question.orders(), 1, 1000)))
            also = f"\n\nor {more} other order{'s' * (more != 1)} that keep the rules" if more else ""
            return describe(question, question.right_answer()) + also
        case BugLine():
            wrong = describe(question, question.bug)
            return f"{wrong}; right is `{question.fix.strip()}`" if question.fix.strip() else f"{wrong}; it goes out"
        case Flashcard():
            return question.back
        case Explain():
            met = "\n".join(f"- {each.text}" for each in question.rubric)
            return f"{question.model}\n\nIt says:\n\n{met}"
        case Choice() | Several() | Curve() | Predict() | Match() | TraceTable():
            return describe(question, question.right_answer())
        case _:
            assert_never(question)


def _number(key: NumberKey) -> str:
    margin = f" ± {100 * key.rel:g} %" if key.rel else f" ± {float(key.tol):g}" if key.tol else ""
    return f"`{key.value():g}`{margin} {key.unit}".strip()


def wrong_answers(question: Question) -> list[WrongAnswer]:
    """Return the wrong answers that the question knows, in the order of the bank; none for what a learner judges."""
    match question:
        case Choice() | Curve() | Several():
            return _options(question.choices)
        case Predict():
            return _near(question.number.near) if question.number else _options(question.choices)
        case Number():
            return _near(question.near)
        case TextQuestion():
            shares = [f" (earns {each.share:.0%})" if each.share else "" for each in question.near]
            return [
                WrongAnswer(f"`{each.text}`{share}", each.feedback, each.misconception)
                for each, share in zip(question.near, shares, strict=True)
            ]
        case Match():
            pairs = [WrongAnswer(f"{p.left} → something else", p.feedback, p.misconception) for p in question.pairs]
            return pairs + [WrongAnswer(f"… → {s.right}", s.feedback, s.misconception) for s in question.spares]
        case Order():
            code = {line.id: line.code.strip() for line in question.lines}
            extras = [WrongAnswer(_code(x.code), x.feedback, x.misconception) for x in question.distractors]
            return extras + [WrongAnswer(_broken(r, code), r.feedback, r.misconception) for r in question.rules]
        case BugLine():
            notes = [WrongAnswer(describe(question, x.line), x.feedback, x.misconception) for x in question.lines]
            return [*notes, WrongAnswer("any other line", question.otherwise)]
        case TraceTable():
            return _cells(question)
        case Flashcard() | Explain():
            return []
        case _:
            assert_never(question)


def _options(options: Iterable[Option]) -> list[WrongAnswer]:
    return [WrongAnswer(each.text, each.feedback, each.misconception) for each in options if not each.right]


def _near(near: Iterable[Near]) -> list[WrongAnswer]:
    return [WrongAnswer(f"`{_plain(each.value)}`", each.feedback, each.misconception) for each in near]


def _plain(value: float | int | str) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _code(source: str) -> str:
    return f"`{source.strip()}`" if "\n" not in source.strip() else f"`{source.strip().splitlines()[0]} …`"


def _broken(rule: Rule, code: dict[str, str]) -> str:
    if rule.first:
        return f"{_code(code[rule.then])} before {_code(code[rule.first])}"
    low, high = rule.not_between
    return f"{_code(code[rule.line])} between {_code(code[low])} and {_code(code[high])}"


def _cells(question: TraceTable) -> list[WrongAnswer]:
    found = []
    for name, cell in question.asked().items():
        row, column = map(int, name.split("."))
        place = f"after {_code(question.rows[row].code)}, {question.columns[column]}"
        found += [WrongAnswer(f"{place}: `{_plain(n.value)}`", n.feedback, n.misconception) for n in cell.near]
        found.append(WrongAnswer(f"{place}: anything else", cell.feedback))
    return found
