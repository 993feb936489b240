"""The authors' page: every example in it is a sound question, and its table of rules is the linter's own."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from lessontools.quiz.bank import Bank, read_bank
from lessontools.quiz.lint import RULES, lint
from lessontools.quiz.question import KINDS
from lessontools.quiz.truth import RULES as TRUTH
from lessontools.quiz.truth import prove

PAGE = (Path(__file__).parents[2] / "docs" / "authoring.md").read_text(encoding="utf-8")
# what only a whole course can satisfy; the page's examples resemble none of these faults
WHOLE = {"few-items", "one-kind", "misconception-hit-once"}


def blocks(label: str) -> list[str]:
    return re.findall(rf"^```yaml {label}\n(.*?)^```$", PAGE, re.S | re.M)


def bank_of_the_page(folder: Path) -> Bank:
    quizzes = folder / "quizzes"
    quizzes.mkdir()
    (quizzes / "course.yaml").write_text(*blocks("course"))
    (quizzes / "misconceptions.yaml").write_text(*blocks("misconceptions"))
    (quizzes / "01_loop.yaml").write_text("questions:\n" + textwrap.indent("".join(blocks("question")), "  "))
    return read_bank(folder)


def test_every_example_is_read_linted_and_proven_without_a_fault(tmp_path: Path):
    bank = bank_of_the_page(tmp_path)
    assert bank.faults == []
    assert [str(fault) for fault in lint(bank) if fault.rule not in WHOLE] == []
    assert [str(fault) for fault in prove(bank, seeds=range(30))] == []


def test_every_kind_has_an_example(tmp_path: Path):
    assert {item.question.kind for item in bank_of_the_page(tmp_path).items.values()} == set(KINDS)


def test_the_table_of_rules_is_the_linters_own():
    rows = re.findall(r"^\| `([a-z-]+)` \| ([EW]) \| (.+) \|$", PAGE, re.M)
    assert rows == [(rule.name, "W" if rule.warning else "E", rule.cure) for rule in (*RULES, *TRUTH.values())]
