"""Targets: which forms a format has and what it keeps; fitting an item to it, and saying what that costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lessontools.exchange.item import Item
from lessontools.exchange.losses import LOSSES

__all__ = ["CHANGES", "GENERAL", "MISSING", "TARGETS", "Target", "fit", "words"]


@dataclass(frozen=True, slots=True)
class Target:
    """A format: its name, its file, what it calls the forms it has, and the codes of the losses it is spared."""

    name: str
    title: str
    suffix: str
    forms: Mapping[str, str]
    keeps: frozenset[str]
    refuses: Callable[[Item], str] = lambda _item: ""


CHANGES = {  # by simplify: no format of these has it
    "drawn": "a few fixed variants instead of numbers drawn for each learner",
    "predicted": "an ordinary question: nothing is run between the commitment and the feedback",
    "spelling": "spaces, quotes or backticks around the answer make it wrong",
    "told-together": "the feedback of all parts is told together",
    "one-order": "of several valid orders one counts, and the stem says which",
    "lines-as-choices": "the lines of code are choices instead of being clicked",
    "marked-by-hand": "marked by hand; model answer and rubric are told once it is answered",
    "attempts": "the limit of attempts is left to the quiz",
}
MISSING = {
    "card": "flashcards are left out: no such format has them",
    "arrow": "left out: GIFT would read the arrow in its answer as a matching",
    "few-sides": "left out: Moodle wants at least three right sides",
    "orders": "left out: it has too many valid orders to name one in the stem",
    "order": "left out: the format has no ordering",
    "table": "left out: the format has no tables to fill in",
}

GENERAL = (
    "Confidence is not asked, and nothing is planned for review.",
    "Codes of misconceptions are not carried over; Moodle and GIFT take the objectives as tags.",
    "A number is read as digits with a point or an exponent: 1/4 and 25 % are not understood.",
    "Canvas shows choices in one mixed order to everyone; Moodle and QTI mix them for each learner.",
    "In an ordering Moodle gives nothing where a single line stands in order; the course gives that line's share.",
    "Exercises (functions to write) stay here, as other systems cannot run them against known mistakes.",
    "Proofs and checks stay here: they are run by `lessontools check` and need no place elsewhere.",
)


def _moodle_refuses(item: Item) -> str:
    rights = {right for _, right in item.pairs} | set(item.spares)
    return "few-sides" if item.form == "match" and len(rights) < 3 else ""


def _gift_refuses(item: Item) -> str:
    if item.form == "short" and any("->" in each.text for each in item.answers):
        return "arrow"
    return _moodle_refuses(item)


_ALL = frozenset(each.code for each in LOSSES)
_MOODLE = {"one": "multichoice", "many": "multichoice", "number": "numerical", "short": "shortanswer"}
TARGETS = {
    target.name: target
    for target in (
        Target(
            "moodle",
            "Moodle XML",
            ".xml",
            {**_MOODLE, "match": "matching", "order": "ordering", "table": "cloze", "essay": "essay"},
            _ALL - {"distractor-lines", "side-markup", "shares", "cell-points", "control-characters"},
            _moodle_refuses,
        ),
        Target(
            "gift",
            "GIFT",
            ".gift",
            {**_MOODLE, "match": "match", "essay": "essay"},
            frozenset({"part-points", "near-feedback", "wrong-ticks"}),
            _gift_refuses,
        ),
        Target(
            "canvas",
            "Canvas (QTI 1.2)",
            ".zip",
            {
                "one": "multiple_choice_question",
                "many": "multiple_answers_question",
                "number": "numerical_question",
                "short": "short_answer_question",
                "match": "matching_question",
                "order": "matching_question",
                "table": "fill_in_multiple_blanks_question",
                "essay": "essay_question",
            },
            frozenset({"distractor-lines", "fixed-order", "shares", "picture", "points", "part-order", "cell-points"}),
        ),
        Target(
            "qti",
            "QTI 2.1",
            ".zip",
            {
                "one": "choiceInteraction",
                "many": "choiceInteraction",
                "number": "textEntryInteraction",
                "short": "textEntryInteraction",
                "match": "matchInteraction",
                "order": "orderInteraction",
                "table": "textEntryInteraction",
                "essay": "extendedTextInteraction",
            },
            _ALL - {"hints", "unit", "cell-feedback", "part-order", "control-characters"},
        ),
    )
}


def words(code: str) -> str:
    """Return what a code of a loss or a change means."""
    known = {each.code: each.words for each in LOSSES} | CHANGES
    return known.get(code) or MISSING[code]


def fit(item: Item, target: Target) -> tuple[Item | None, tuple[str, ...]]:
    """Return the item as the target can hold it (None: not at all), and the codes of what that has cost."""
    if item.form not in target.forms:
        return None, (item.form,)
    if refused := target.refuses(item):
        return None, (refused,)
    codes = list(item.changes)
    for loss in LOSSES:
        if loss.code not in target.keeps and loss.has(item):
            item = loss.without(item)
            codes.append(loss.code)
    return item, tuple(dict.fromkeys(codes))
