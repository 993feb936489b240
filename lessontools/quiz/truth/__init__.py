"""Truth: a question's numbers, code and sample answers are tried out -> Faults where it claims what is not so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lessontools.errors import Fault
from lessontools.quiz.bank import Bank, Course, Item
from lessontools.quiz.kinds.bugline import BugLine
from lessontools.quiz.kinds.order import Order
from lessontools.quiz.lint.rule import Hit, Rule, Survey
from lessontools.quiz.question import Question, draw, variant
from lessontools.quiz.truth.runs import run_all
from lessontools.quiz.truth.snippets import ORDERS, Trial, is_code, trials, unparsable
from lessontools.quiz.truth.values import Claimed, coinciding, numbers, sampled, slots

__all__ = ["RULES", "prove"]

SEEDS = tuple(str(seed) for seed in range(200))
SAMPLED, RUN = 20, 5  # of how many seeds the sample answers are marked, and the code is run

RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("unparsable-code", "mend the Python there, or fence it as ```text"),
        Rule("unfillable", "mend the slot, the expression, or 'params'"),
        Rule("key-not-finite", "restrict 'params', or mend the expression"),
        Rule("no-tolerance", "add 'tol:' (absolute) or 'rel:' (relative)"),
        Rule("wide-tolerance", "narrow the tolerance, or drop that wrong value"),
        Rule("near-accepted", "narrow the tolerance, restrict 'params', or drop that wrong value"),
        Rule("choices-coincide", "restrict 'params' so that they differ for every seed"),
        Rule("sample-fails", "make the answers of the question tell each other apart"),
        Rule("proof-fails", "mend the key, or the proof"),
        Rule("order-fails", "add the rule that this order breaks, or mend 'setup' and 'check'"),
        Rule("distractor-passes", "make 'check' notice it, or replace the distractor"),
        Rule("bug-passes", "make 'check' notice the bug"),
        Rule("fix-fails", "mend 'fix', or 'check'"),
        Rule(
            "unproven",
            "add 'setup:' and 'check:', Python around the code that passes only if it is right",
            warning=True,
        ),
    )
}


def prove(bank: Bank | Item, seeds: Iterable[str | int] = SEEDS, seconds: float = 20.0) -> list[Fault]:
    """Return the claims that are not so, each rule once an item; parameterised questions are tried with every seed.

    All code runs in one child process; a run that takes longer than `seconds` is stopped and told.
    """
    if isinstance(bank, Item):
        bank = Bank(Path(), Course(title="one item"), {bank.question.id: bank})
    survey = Survey(bank)
    chosen = tuple(str(seed) for seed in seeds)
    found: list[tuple[Item, Claimed]] = []
    todo: list[tuple[Item, Trial]] = []
    for item in survey.items:
        for each in _item(item, chosen):
            if isinstance(each, Trial):
                todo.append((item, each))
            else:
                found.append((item, each))
    for (item, trial), seen in zip(todo, run_all([trial.run for _, trial in todo], seconds), strict=True):
        if hit := trial.hit(seen):
            found.append((item, (trial.rule, hit)))
    first: dict[tuple[object, ...], Fault] = {}
    for item, (rule, hit) in found:
        # the same claim may fail for many seeds and orders: one is enough
        first.setdefault((item.question.id, rule, hit.at), survey.fault(RULES[rule], hit, item))
    return sorted(first.values())


def _item(item: Item, seeds: tuple[str, ...]) -> Iterator[Claimed | Trial]:
    question = item.question
    yield from slots(question)
    ran = isinstance(question, BugLine) or (isinstance(question, Order) and is_code(question))
    if ran and isinstance(question, Order | BugLine) and not question.check and not question.proof:
        yield (
            "unproven",
            Hit("nothing shows that the answer is right", ("lines" if isinstance(question, Order) else "fix",)),
        )
    drawn = bool(question.params or question.derive)
    for number, seed in enumerate(seeds if drawn else seeds[:1]):
        try:
            values = draw(question.params, question.derive, f"{question.id}:{seed}") if drawn else {}
            form = variant(question, seed)
        except ValueError as error:
            yield "unfillable", Hit(f"seed {seed}: {_short(error)}", ("params",) if question.params else ("derive",))
            return
        broken = [
            (rule, Hit(f"{f'seed {seed}: ' if drawn else ''}{hit.message}", hit.at)) for rule, hit in numbers(form)
        ]
        yield from broken
        if drawn:
            moved = Item(form, item.lesson, item.file, item.line)
            yield from ((rule, Hit(f"seed {seed}: {hit.message}", hit.at)) for rule, hit in coinciding(moved))
        if number < SAMPLED and not broken and _bounded(form):
            yield from sampled(form)
        if number < RUN:
            yield from _code(form, values, broken=bool(broken))


def _bounded(question: Question) -> bool:
    """Return whether a question's valid orders are few enough to be tried (the linter tells of the others)."""
    return not isinstance(question, Order) or sum(1 for _ in islice(question.orders(), ORDERS + 1)) <= ORDERS


def _code(question: Question, values: dict[str, Any], broken: bool) -> Iterator[Claimed | Trial]:
    unread = list(unparsable(question))
    yield from unread
    if not unread and not broken and _bounded(question):
        yield from trials(question, values)


def _short(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        each = error.errors()[0]
        return f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
    return str(error)
