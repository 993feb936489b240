"""The linter: item-writing rules over a Bank -> Faults. Every rule stands in `table.RULES`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from lessontools.errors import Fault
from lessontools.quiz.bank import Bank
from lessontools.quiz.lint.rule import Rule, Survey
from lessontools.quiz.lint.table import RULES

__all__ = ["RULES", "Rule", "lint"]


def lint(bank: Bank, also_used: Iterable[str] = frozenset(), exercise_objectives: Iterable[str] = ()) -> list[Fault]:
    """Return what breaks a rule, by file and line; what reading the files found is in `bank.faults`.

    `also_used` are the misconception codes of the practice exercises, `exercise_objectives` their objectives:
    one entry for each exercise that names it, since both are counted.
    """
    survey = Survey(bank, Counter(also_used), Counter(exercise_objectives))
    return sorted({fault for rule in RULES for fault in survey.faults(rule)})
