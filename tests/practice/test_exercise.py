from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessontools.errors import CourseError
from lessontools.mark import Status
from lessontools.practice.exercise import Mistake, judge, untouched
from tests.practice.samples import scale

EXERCISE = scale()
TENSOR = {"tensor": [2], "dtype": "float32", "values": [1.0, 2.0]}
WANT = {"status": "ok", "calls": {"f(1)": TENSOR, "f(2)": 3.0}}


def ok(**calls):
    return {"status": "ok", "calls": {f"f({key[1:]})": value for key, value in calls.items()}}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"id": "Scale It"}, "lower-case"),
        ({"title": " "}, "'title'"),
        ({"hints": "one"}, "mind the comma"),
        ({"objectives": ()}, "'objectives' is empty"),
        ({"stub": "def other(): ..."}, "the stub does not define 'scale'"),
        ({"stub": "def scale(:"}, "the stub does not parse: line 1"),
        ({"solutions": {}}, "'solutions'"),
        ({"solutions": {"a": 3}}, "'a' must be a str"),
        ({"solutions": {"same": "def scale(x, factor):\n    # hm\n    return (...)\n"}}, "stub unchanged"),
        ({"mistakes": {"a": "def scale(): 1"}}, "must be a Mistake"),
        ({"mistakes": {"a": Mistake("def scale(): 1", " ")}}, "does not say why"),
        ({"mistakes": {"a": Mistake("def scale(): 1", "x", "Not A Code")}}, "a code such as"),
        ({"mistakes": {k: Mistake(f"def scale(): {k!r}", "x") for k in "ab"}}, "'a' and 'b' say the same"),
        ({"draw": None}, "'draw' must be a function"),
        ({"seconds": 0}, "'seconds' must be a number above 0"),
        ({"rtol": float("nan")}, "'rtol'"),
        ({"points": True}, "'points'"),
        ({"difficulty": 4}, "1, 2 or 3"),
    ],
)
def test_a_faulty_exercise_is_refused_with_what_and_the_cure(changes, says):
    with pytest.raises(CourseError) as caught:
        scale(**changes)
    assert says in str(caught.value)


def test_all_faults_of_an_exercise_are_told_at_once():
    with pytest.raises(CourseError, match=r"'title'.*'minutes'.*'difficulty'"):
        scale(title="", minutes=-1, difficulty=0)


def test_right_within_tolerance_earns_all_and_says_why():
    mark = judge(EXERCISE, ok(c1={**TENSOR, "values": [1.00001, 2.0]}, c2=3.0), WANT, {})
    assert (mark.status, mark.earned, mark.feedback) == (Status.RIGHT, 1, EXERCISE.why)


def test_a_shape_that_would_broadcast_is_wrong():
    mark = judge(EXERCISE, ok(c1={**TENSOR, "tensor": [2, 1]}, c2=4.0), WANT, {})
    assert mark.status is Status.WRONG
    assert "`f(1)`: its shape is `(2, 1)`, expected `(2,)`" in mark.feedback


def test_the_share_of_right_calls_is_earned():
    mark = judge(EXERCISE, ok(c1=TENSOR, c2=4.0), WANT, {})
    assert (mark.status, mark.earned) == (Status.PARTLY, 0.5)
    assert [note.right for note in mark.notes] == [True, False]


def test_a_known_mistake_is_told_by_its_own_reason_and_misconception():
    other = ok(c1=None, c2=4.0)
    mark = judge(EXERCISE, ok(c1=None, c2=4.0), WANT, {"column": ok(c1=None, c2=5.0), "added": other})
    assert (mark.status, mark.feedback, mark.misconceptions) == (
        Status.WRONG, "That adds, it does not scale.", ("add-is-mul",)
    )  # fmt: skip


def test_a_mistake_that_coincides_with_the_solution_takes_nothing_from_a_right_answer():
    assert judge(EXERCISE, WANT, WANT, {"added": WANT}).status is Status.RIGHT


def test_the_same_crash_as_a_known_mistakes_is_told_by_its_reason_and_still_crashed():
    crash = {"status": "crashed", "error": "TypeError", "message": "no @", "line": 2, "text": "x @ factor"}
    mark = judge(EXERCISE, crash, WANT, {"crash": {**crash, "line": 9}})
    assert mark.status is Status.CRASHED
    assert all(part in mark.feedback for part in ("line 2", "x @ factor", "TypeError: no @", "matrix product"))


def test_a_timeout_says_after_how_many_seconds():
    mark = judge(EXERCISE, {"status": "timeout", "seconds": 2.5}, WANT, {})
    assert mark.status is Status.CRASHED and "2.5 seconds" in mark.feedback


@pytest.mark.parametrize("seen", [{"status": "blank"}, {"status": "missing"}, ok(c1={"ellipsis": True}, c2=3.0)])
def test_holes_and_missing_functions_are_blank(seen):
    assert judge(EXERCISE, seen, WANT, {}).status is Status.BLANK


def test_an_extra_or_a_missing_call_is_never_all_right():
    assert judge(EXERCISE, ok(c1=TENSOR), WANT, {}).status is Status.PARTLY
    assert judge(EXERCISE, ok(c1=TENSOR, c2=3.0, c3=1), WANT, {}).status is Status.PARTLY
    assert judge(EXERCISE, ok(), WANT, {}).status is Status.WRONG


@pytest.mark.parametrize("want", [None, {}, {"status": "crashed"}, ok(), ok(c1={"unknown": "x"})])
def test_without_a_sound_reference_nothing_is_right(want):
    assert judge(EXERCISE, want, want, {}).status is Status.INVALID


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda each: (
        st.lists(each, max_size=3)
        | st.dictionaries(
            st.sampled_from(["status", "calls", "tensor", "dtype", "values", "dict", "f(1)", "float"]), each
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(JSON, JSON, st.sampled_from(["ok", "crashed", "timeout", "blank", "right", "invalid"]))
def test_garbage_never_raises_and_never_earns(seen, calls, status):
    for shape in (seen, {"status": status, "calls": calls}, ok(c1=seen, c2=calls), {"status": status, "line": seen}):
        mark = judge(EXERCISE, shape, WANT, {"added": shape})
        assert mark.earned < 1 or shape == WANT


def test_deep_garbage_is_not_right():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert judge(EXERCISE, ok(c1=deep, c2=deep), WANT, {}).earned == 0
    want = ok(c1=[[[1]]])
    assert judge(EXERCISE, ok(c1=deep), want, {}).earned == 0


def test_an_untouched_stub_is_known_whatever_its_spaces_and_comments():
    assert untouched(EXERCISE, "# mine\ndef scale(x,factor):\n\n    return ...  # hole\ncheck('scale-vector')")
    assert not untouched(EXERCISE, "def scale(x, factor):\n    return x")
    assert not untouched(EXERCISE, "def scale(:")


def test_judging_imports_neither_torch_nor_numpy():
    script = (
        "import sys; import lessontools.practice.exercise, lessontools.practice.catalog, lessontools.practice.panel;"
        "from tests.practice.test_exercise import EXERCISE, WANT, judge, ok, TENSOR;"
        "print(judge(EXERCISE, ok(c1=TENSOR, c2=4.0), WANT, {}).status, {'torch', 'matplotlib'} & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "partly set()"
