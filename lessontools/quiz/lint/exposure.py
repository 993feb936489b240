"""Rules of exposure: what one item tells about another, and what is used both for practice and for marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from lessontools.quiz.bank import Item
from lessontools.quiz.base import Asked
from lessontools.quiz.kinds.choosing import Curve
from lessontools.quiz.kinds.order import Order
from lessontools.quiz.kinds.text import TextQuestion
from lessontools.quiz.kinds.tracetable import TraceTable
from lessontools.quiz.lint.rule import Hit, Survey
from lessontools.quiz.lint.words import content, keyed, plain, task

ALIKE = 0.85


def answer_given_away(survey: Survey) -> Iterator[Hit]:
    """Another item's stem states, in one sentence, both what this one asks and its answer."""
    told = [
        (item, re.sub(r"[`*]", "", sentence))
        for item in survey.items
        for sentence in re.split(
            r"(?<=[.!?])\s+|\n\n", re.sub(r"^```.*?^```", "", item.question.stem, flags=re.S | re.M)
        )
        if not sentence.rstrip("*").endswith("?")
    ]
    for item in survey.items:
        asked = content(task(item.question.stem))
        for answer in _answers(item.question):
            words = asked - content(answer)
            for other, sentence in told:
                if other is item or _twins(item.question, other.question) or not _says(sentence, answer):
                    continue
                shared = words & content(sentence)
                if len(shared) >= 2 and len(shared) >= len(words) / 2:
                    message = f"its stem tells the answer of '{item.question.id}' ('{answer[:40]}')"
                    yield Hit(message, ("stem",), other.question.id)
                    break


def _answers(question: Asked) -> list[str]:
    """Return the answers that would be told by a sentence which holds them."""
    if isinstance(question, TextQuestion):
        return [plain(form).rstrip("()") for form in question.accept if len(plain(form)) >= 4]
    if found := keyed(question):
        text = plain(found[0].text).rstrip(".")
        if len(text.split()) >= 3 or re.fullmatch(r"`[^`]{4,}`", found[0].text):
            return [text.removesuffix("()")]
    return []


def _says(sentence: str, answer: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", " ".join(sentence.split()), re.I) is not None


def _twins(left: Asked, right: Asked) -> bool:
    return bool(left.twin) and left.twin == right.twin


def near_duplicate(survey: Survey) -> Iterator[Hit]:
    """Two items that ask the same of the same code, numbers or curves."""
    bags = [(item, _bag(item.question)) for item in survey.items]
    for (first, left), (second, right) in combinations(bags, 2):
        if _twins(first.question, second.question):
            continue
        if len(left & right) >= ALIKE * len(left | right):
            yield Hit(f"asks nearly the same as '{first.question.id}'", ("stem",), second.question.id)


def _bag(question: Asked) -> set[str]:
    shown = [question.stem, question.code, question.picture.svg if question.picture else ""]
    match question:
        case Curve():
            shown += [str(value) for series in question.series for value in series.values]
        case Order():
            shown += [line.code for line in question.lines]
        case TraceTable():
            shown += [row.code for row in question.rows]
    return set(re.findall(r"[a-z_.]+|\d+(?:\.\d+)?|[^\w\s`*]", "\n".join(shown).lower())) | {type(question).__name__}


def assigned_and_practice(item: Item) -> Iterator[Hit]:
    """An item for marks that learners may practise before."""
    others = [use for use in item.question.use if use != "assigned"]
    if "assigned" in item.question.use and others:
        yield Hit(f"'assigned', and also '{others[0]}'", ("use",))


def key_in_stem(item: Item) -> Iterator[Hit]:
    """A text question whose own stem holds the answer."""
    if isinstance(item.question, TextQuestion):
        for answer in _answers(item.question):
            if _says(re.sub(r"[`*]", "", item.question.stem), answer):
                yield Hit(f"the stem holds the answer '{answer[:40]}'", ("stem",))
                return
