"""A mark's invariants: a verdict and what it earns cannot disagree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessontools.mark import Mark, Note, Status

POINTS = st.floats(min_value=0.01, max_value=100)


@settings(deadline=None)
@given(share=st.floats(allow_nan=False), possible=POINTS)
def test_a_share_of_any_size_gives_a_mark_between_nothing_and_all(share: float, possible: float):
    mark = Mark.of(share, possible)
    assert 0 <= mark.earned <= mark.possible
    assert (mark.status is Status.RIGHT) == (share >= 1)
    assert (mark.status is Status.WRONG) == (share <= 0)


@pytest.mark.parametrize("earned", [-0.1, 1.1, float("nan"), float("inf")])
def test_earning_less_than_nothing_or_more_than_all_is_refused(earned: float):
    with pytest.raises(ValueError, match="between 0 and 1"):
        Mark(earned, 1, Status.PARTLY)


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("earned", [0, 0.5, 1])
def test_a_status_that_disagrees_with_what_is_earned_is_refused(status: Status, earned: float):
    agrees = {Status.RIGHT: 1, Status.PARTLY: 0.5}.get(status, 0) == earned
    if agrees:
        assert Mark(earned, 1, status).right is (status is Status.RIGHT)
    else:
        with pytest.raises(ValueError, match="cannot earn"):
            Mark(earned, 1, status)


@pytest.mark.parametrize("mark", [Mark.blank(2), Mark.invalid(2, "a number is wanted")])
def test_blank_and_invalid_earn_nothing(mark: Mark):
    assert mark.earned == 0 and mark.possible == 2 and not mark.right


def test_other_feedback_leaves_the_verdict_as_it_is():
    mark = Mark.of(0.5, 2, "so", (Note("a", True),), ("belief",))
    other = mark.saying("otherwise")
    assert other.feedback == "otherwise" and mark.feedback == "so"
    assert (other.earned, other.status, other.notes, other.misconceptions) == (
        1,
        Status.PARTLY,
        mark.notes,
        ("belief",),
    )


def test_a_mark_cannot_be_changed():
    with pytest.raises(AttributeError):
        Mark.blank(1).earned = 1  # type: ignore[misc]
