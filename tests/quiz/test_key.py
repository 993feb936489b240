"""The key in words: every kind can say what is right, and nothing that a bank says to a wrong answer is left out."""

from __future__ import annotations

import pytest

from lessontools.mark import Status
from lessontools.quiz.key import right_words, wrong_answers
from lessontools.quiz.question import KINDS, parse, variant
from tests.quiz.test_kinds import EVERY


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_tells_its_key_and_all_that_is_said_to_wrong_answers(kind: str) -> None:
    question = variant(EVERY[kind], "0")
    told = wrong_answers(question)
    assert right_words(question).strip()
    said = {sample.says for sample in question.samples() if sample.says and sample.status is not Status.RIGHT}
    assert said <= {each.feedback for each in told}
    assert question.misconceptions() == {each.misconception for each in told} - {""}
    assert all(each.words.strip() and each.feedback.strip() and "{{" not in each.words for each in told)
    assert bool(told) is (kind not in ("flashcard", "explain"))  # these the learner judges


BUG = {"feedback": "F.", "otherwise": "O."}
ASKED = {"id": "a", "objectives": ["o"], "stem": "What?", "why": "So."}


@pytest.mark.parametrize(
    ("more", "right", "wrong"),
    [
        (
            {"kind": "number", "answer": 2.5, "tol": 0.1, "unit": "s", "near": [{"value": 3, "feedback": "Up."}]},
            "`2.5` ± 0.1 s",
            ["`3`"],
        ),
        ({"kind": "number", "answer": 100, "rel": 0.02}, "`100` ± 2 %", []),
        ({"kind": "number", "answer": 42}, "`42`", []),
        (
            {"kind": "text", "accept": ["step", "step()"], "near": [{"text": "stp", "feedback": "e.", "share": 0.5}]},
            "`step` or `step()`",
            ["`stp` (earns 50%)"],
        ),
        (
            {"kind": "bug-line", "code": "a = 1\nb = a.grad", "bug": 2, "fix": "b = a", **BUG},
            "line 2: `b = a.grad`; right is `b = a`",
            ["any other line"],
        ),
        (
            {"kind": "bug-line", "code": "a = 1\ndel a", "bug": 2, "fix": "", **BUG},
            "line 2: `del a`; it goes out",
            ["any other line"],
        ),
    ],
)  # fmt: skip
def test_keys_and_wrong_answers_in_words(more: dict, right: str, wrong: list[str]) -> None:
    question = parse(ASKED | more)
    assert right_words(question) == right
    assert [each.words for each in wrong_answers(question)] == wrong


def test_an_order_tells_how_many_others_are_right_and_its_rules_turned_round() -> None:
    lines = [{"id": key, "code": f"{key}()"} for key in ("clear", "forward", "backward", "step")]
    rules = [
        {"first": "forward", "then": "backward", "feedback": "F."},
        {"first": "backward", "then": "step", "feedback": "S."},
        {"line": "clear", "not_between": ["backward", "step"], "feedback": "C."},
    ]
    question = parse(ASKED | {"kind": "order", "lines": lines, "rules": rules})
    assert "or 2 other orders" in right_words(question)
    assert [each.words for each in wrong_answers(question)] == [
        "`backward()` before `forward()`",
        "`step()` before `backward()`",
        "`clear()` between `backward()` and `step()`",
    ]
