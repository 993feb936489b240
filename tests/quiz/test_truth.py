"""The truth check: each lie planted in a good bank is told, on its line; nothing can hang or kill the checker."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lessontools.mark import Mark, Status
from lessontools.quiz.bank import read_bank
from lessontools.quiz.base import Sample
from lessontools.quiz.kinds.text import TextQuestion
from lessontools.quiz.lint import RULES as LINT_RULES
from lessontools.quiz.truth import RULES, prove
from lessontools.quiz.truth.runs import Run, run_all
from tests.quiz.planted import GOOD, Plant, read_plants

LIES = read_plants("lies.yaml")
ALONG = {"order-fails": {"distractor-passes"}}  # a check that no order passes is passed by no distractor, or by some


def test_a_good_bank_claims_nothing_that_is_not_so():
    assert prove(read_bank(GOOD)) == []


def test_every_rule_is_proven_on_a_planted_lie_and_no_name_is_used_twice():
    assert {plant.rule for plant in LIES} == set(RULES)
    assert not set(RULES) & {rule.name for rule in LINT_RULES}


@pytest.mark.parametrize("lie", LIES, ids=[f"{n}-{lie.rule}" for n, lie in enumerate(LIES)])
def test_a_planted_lie_is_told_there_and_nothing_else_is(lie: Plant, tmp_path: Path):
    bank, file, line = lie.bank(tmp_path)
    good = read_bank(GOOD)
    bank.items = {key: item for key, item in bank.items.items() if item.question != good.items[key].question}
    faults = prove(bank, seeds=range(40))
    told = [fault for fault in faults if fault.rule == lie.rule]
    assert [(fault.file, fault.line) for fault in told] == [(file, line)]
    assert told[0].cure == RULES[lie.rule].cure and told[0].message
    assert {fault.rule for fault in faults} - {lie.rule} <= ALONG.get(lie.rule, set())


def test_one_item_can_be_proven_alone():
    bank = read_bank(GOOD)
    assert prove(bank.item("one-step-of-sgd")) == []


def test_a_parameter_that_spoils_one_draw_in_many_is_found(tmp_path: Path):
    picks = ", ".join(["2.0"] * 60 + ["0.0"])
    lie = Plant("near-accepted", "02_numbers.yaml", "{pick: [2.0, 4.0]}", f"{{pick: [{picks}]}}")
    bank, _, _ = lie.bank(tmp_path)
    assert "near-accepted" in {fault.rule for fault in prove(bank)}


def test_a_kind_that_marks_its_own_sample_otherwise_or_raises_is_told(monkeypatch: pytest.MonkeyPatch):
    item = read_bank(GOOD).item("name-the-clearing")

    def mark(self: TextQuestion, answer: object) -> Mark:
        if answer == "boom":
            raise ZeroDivisionError("boom")
        return Mark.of(0, 1, "no")

    monkeypatch.setattr(TextQuestion, "mark", mark)
    for sample, said in (
        (Sample("a", Status.RIGHT), "is marked wrong, not right"),
        (Sample("a", Status.WRONG, "some-belief"), "does not lead to 'some-belief'"),
        (Sample("a", Status.WRONG, "", "because"), "is not told 'because'"),
        (Sample("boom", Status.WRONG), "raised ZeroDivisionError"),
    ):
        monkeypatch.setattr(TextQuestion, "samples", lambda self, sample=sample: [sample])
        assert [said in fault.message for fault in prove(item)] == [True]


def test_a_proof_that_hangs_is_told_and_the_others_still_run(tmp_path: Path):
    lie = Plant("proof-fails", old='      assert key == "gradients"\n', new="      while True: pass\n")
    bank, file, _ = lie.bank(tmp_path)
    began = time.monotonic()
    faults = prove(bank, seconds=5)
    assert [(fault.rule, fault.file, fault.item) for fault in faults] == [("proof-fails", file, "what-backward-stores")]
    assert "stopped after 5 seconds" in faults[0].message
    assert time.monotonic() - began < 120


def test_runs_are_separate_seeded_and_told_by_line():
    seen = run_all(
        [
            Run("x = 1"),
            Run("x"),
            Run("a = 1\nassert a == 2"),
            Run("print('noise'); import sys; sys.stdout.write('{')"),
            Run("import os; os.write(1, b'noise')"),
            Run("assert n == 3", names={"n": 3}),
            Run("import sys; sys.exit(0)"),
            Run("if"),
            Run("import random; assert random.random() == v", names={"v": 0.8444218515250481}),
        ]
    )
    errors = [each.error.partition(":")[0] for each in seen]
    assert errors == ["", "NameError", "AssertionError", "", "", "", "SystemExit", "SyntaxError", ""]
    assert seen[2].line == 2 and seen[2].error == "AssertionError: assert a == 2"


def test_a_run_that_ends_or_blocks_its_process_is_told_alone():
    seen = run_all(
        [
            Run("pass"),
            Run("import os; os._exit(3)", "killer"),
            Run("pass", "killer"),
            Run("import time; time.sleep(60)", "sleeper"),
            Run("input()"),
            Run("pass"),
        ],
        seconds=4,
    )
    assert [bool(each.error) for each in seen] == [False, True, True, True, True, False]
    assert "ended its own process" in seen[1].error and seen[2].skipped
    assert seen[3].hung and seen[4].error.startswith("EOFError")


def test_no_runs_start_no_process(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("subprocess.Popen", None)
    assert run_all([]) == []
