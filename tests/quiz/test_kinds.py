"""Every kind of question: its samples hold, and no answer at all can raise, overpay, or pass as something it is not."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lessontools.mark import Mark, Status
from lessontools.quiz.bank import read_bank
from lessontools.quiz.kinds.number import read_number
from lessontools.quiz.question import KINDS, Question, parse, variant
from tests.quiz.planted import GOOD

BANK = read_bank(GOOD)
EVERY = {item.question.kind: item.question for item in BANK.items.values()}
# what a page could send: any JSON, and JSON made of the question's own ids
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just(10**400))


@cache
def words(kind: str) -> list[str]:
    found: set[str] = {"text", "met", "0.1", "again", ""}

    def collect(value: object) -> None:
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, dict):
            for each in (*value, *value.values()):
                collect(each)
        elif isinstance(value, list | tuple):
            for each in value:
                collect(each)

    for sample in variant(EVERY[kind], "0").samples():
        collect(sample.answer)
    return sorted(found)


def answers(kind: str) -> st.SearchStrategy:
    leaf = PLAIN | st.sampled_from(words(kind))
    keys = st.sampled_from(words(kind)) | st.text(max_size=5)
    return st.recursive(leaf, lambda inner: st.lists(inner, max_size=6) | st.dictionaries(keys, inner, max_size=5))


def check(question: Question, answer: object) -> Mark:
    mark = question.mark(answer)
    assert 0 <= mark.earned <= mark.possible == question.points
    assert mark.feedback
    known = question.misconceptions()
    assert set(mark.misconceptions) <= known
    assert question.mark(answer) == mark
    return mark


def test_the_good_bank_holds_every_kind():
    assert set(EVERY) == set(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(data=st.data())
def test_no_answer_raises_or_earns_more_than_there_is(kind: str, data: st.DataObject):
    check(variant(EVERY[kind], "0"), data.draw(answers(kind)))


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("seed", ["0", "1", "a learner's", ""])
def test_samples_hold_after_every_draw(kind: str, seed: str):
    question = variant(EVERY[kind], seed)
    statuses = set()
    for sample in question.samples():
        mark = check(question, sample.answer)
        statuses.add(mark.status)
        assert mark.status is sample.status, sample
        assert not sample.misconception or sample.misconception in mark.misconceptions, sample
        assert any(sample.says in said for said in (mark.feedback, *(note.text for note in mark.notes))), sample
    assert {Status.RIGHT, Status.WRONG, Status.BLANK, Status.INVALID} - statuses <= (
        {Status.WRONG} if kind in ("match", "order", "trace-table") else set()
    )
    assert question.mark(question.right_answer()).right


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_answer_is_blank_and_malformed_is_invalid(kind: str):
    question = variant(EVERY[kind], "0")
    assert question.mark(None).status is Status.BLANK
    for malformed in (3.5j, object(), {"no": {"such": "thing"}}, [["nested"]], b"bytes"):
        assert question.mark(malformed).status is Status.INVALID, malformed


def test_a_variant_is_the_same_for_the_same_seed_and_differs_for_others():
    question = EVERY["number"]
    assert variant(question, "x") == variant(question, "x")
    assert len({variant(question, str(seed)).stem for seed in range(30)}) > 3
    assert "{{" not in variant(question, "x").model_dump_json()
    assert variant(EVERY["choice"], "x") is EVERY["choice"]


def test_a_word_in_a_cell_stays_a_word_when_parameters_are_drawn():
    table = EVERY["trace-table"].model_dump() | {"params": {"n": {"pick": [1, 2]}}, "stem": "What is left of {{ n }}?"}
    drawn = variant(parse(table), "0")
    assert drawn.asked()["0.1"].answer == "None"
    assert drawn.mark({"0.1": "none", "1.1": "0.5"}).right


@pytest.mark.parametrize("answer", ["1/3", "w + 1", "nan"])
def test_a_key_that_is_no_number_is_refused_when_read_not_when_marked(answer: str):
    data = EVERY["number"].model_dump() | {
        "params": {},
        "derive": {},
        "near": [],
        "answer": answer,
        "stem": "How many?",
    }
    with pytest.raises(ValueError, match="is not a number"):
        parse(data)


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("4", True),
        ("4.0", True),
        ("4,0", True),
        (" +4e0 ", True),
        ("400 %", True),
        ("−4", False),
        ("4_000", False),
        (4, True),
    ],
)
def test_numbers_are_read_as_people_type_them(typed: object, right: bool):
    assert EVERY["predict"].mark(typed).right is right


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        *(("0.25", 0.25), ("0,25", 0.25), ("1e-3", 0.001), (" −2 ", -2.0), ("85 %", 0.85), ("1 000", 1000.0)),
        *(("40/45", 40 / 45), ("-2 / 4", -0.5), ("≈ 0.5", 0.5), (".5", 0.5)),
        *((text, None) for text in ("1/0", "1/2/3", "a/b", "/", "two", "", "1.2.3", "40/45 %", "__import__('os')")),
    ],
)
def test_numbers_are_read_as_people_write_them(typed, number):
    assert read_number(typed) == (pytest.approx(number) if number is not None else None)
