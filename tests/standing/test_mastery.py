from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lessontools.mark import Mark
from lessontools.quiz.bank import Bank, read_bank
from lessontools.quiz.question import variant
from lessontools.record import Event
from lessontools.standing.attempts import replay
from lessontools.standing.mastery import Standing, standing
from lessontools.standing.schedule import due, next_day
from tests.standing.conftest import START, answered, write


def objective(stands: Standing, key: str) -> Any:
    return next(each for lesson in stands.lessons for each in lesson.objectives if each.id == key)


def mastered(events: Iterable[Event], bank: Bank, key: str = "name-it") -> bool:
    return bool(objective(standing(events, bank), key).mastered)


def test_an_empty_record_stands_at_nothing(bank: Bank) -> None:
    stands = standing([], bank)
    assert stands.empty and not stands.beliefs and not stands.badges
    assert [(x.id, x.begun, x.mastered, x.items) for x in stands.lessons] == [
        ("00_first", False, False, 5),
        ("01_second", False, False, 7),
    ]


def test_two_right_in_a_row_on_different_items_master_an_objective(bank: Bank) -> None:
    assert mastered([answered("q1", "a"), answered("q2", "a", 1)], bank)


def test_two_right_with_a_wrong_one_between_do_not(bank: Bank) -> None:
    events = [answered("q1", "a"), answered("q2", "b", 1), answered("q1", "a", 20)]
    assert not mastered(events, bank)
    assert mastered([*events, answered("q2", "a", 40)], bank)


def test_the_same_item_right_twice_masters_nothing(bank: Bank) -> None:
    assert not mastered([answered("q1", "a"), answered("q1", "a", 60)], bank)


def test_parallel_forms_count_as_one_item(bank: Bank) -> None:
    assert not mastered([answered("q3a", "a"), answered("q3b", "a", 60)], bank, "use-it")
    assert mastered([answered("q3a", "a"), answered("q3", "a", 60)], bank, "use-it")


def test_a_second_try_with_the_feedback_in_view_masters_nothing(bank: Bank) -> None:
    clicked = [answered("q1", "b"), answered("q1", "a", 1), answered("q2", "b", 2), answered("q2", "a", 3)]
    assert not mastered(clicked, bank)
    row = objective(standing(clicked, bank), "name-it")
    assert (row.attempted, row.right) == (2, 2)  # it is told, all the same, that they were put right


def test_a_fresh_variant_is_a_first_try(bank: Bank) -> None:
    events = [answered("n1", "1", seed="s:1"), answered("n1", "2", 1, seed="s:2")]
    assert [each.first for each in replay(events, bank).attempts] == [True, True]


def test_flashcards_build_no_mastery(bank: Bank) -> None:
    events = [answered("f1", "easy", kind="rating"), answered("f2", "easy", 1, kind="rating")]
    assert not mastered(events, bank)
    assert standing(events, bank).lessons[0].attempted == 0


def test_a_lesson_is_mastered_with_four_fifths_of_its_objectives(bank: Bank) -> None:
    half = [answered("q1", "a"), answered("q2", "a", 1)]
    stands = standing(half, bank).lessons[0]
    assert (stands.mastered_objectives, stands.mastered) == (1, False)
    assert standing([*half, answered("q3", "a", 2), answered("q3a", "a", 3)], bank).lessons[0].mastered


def test_answers_are_marked_in_the_variant_that_was_shown(bank: Bank) -> None:
    for seed in ("s", "t", "u"):
        question = variant(bank.items["n1"].question, seed)
        right = answered("n1", question.right_answer(), seed=seed)
        assert replay([right], bank).attempts[0].right
        other = next(s for s in "vwxyz" if variant(bank.items["n1"].question, s) != question)
        assert not replay([answered("n1", question.right_answer(), seed=other)], bank).attempts[0].right


def test_a_corrected_key_re_marks_what_was_answered(tmp_path: Path) -> None:
    events = [answered("q1", "a"), answered("q2", "a", 1)]
    assert mastered(events, read_bank(write(tmp_path)))
    corrected = standing(events, read_bank(write(tmp_path, right="b")))
    assert not objective(corrected, "name-it").mastered
    assert [each.code for each in corrected.beliefs] == ["moon-cheese"]


def test_a_removed_question_is_counted_and_skipped(tmp_path: Path) -> None:
    stands = standing([answered("q1", "a"), answered("q2", "a", 1)], read_bank(write(tmp_path, drop="q1")))
    assert (stands.gone, len(stands.times)) == (1, 1)


def test_assigned_questions_are_not_told(bank: Bank) -> None:
    stands = standing([answered("given", "b")], bank)
    assert stands.empty and not stands.beliefs and not stands.gone


@pytest.mark.parametrize("data", [{}, {"answer": None}, {"answer": "zzz"}, {"answer": ["a"]}, {"answer": ""}])
def test_what_is_no_answer_is_no_attempt(bank: Bank, data: dict[str, Any]) -> None:
    assert standing([Event("answer", "q1", data, START)], bank).empty


def test_damaged_events_are_counted(bank: Bank) -> None:
    bad = [
        Event("answer", "q1", {"answer": "a", "seed": 7}, START),
        Event("answer", "q1", {"answer": "a"}, datetime(2026, 1, 1)),
        Event("answer", "q1", {"answer": "a"}, datetime(9999, 12, 31, tzinfo=UTC)),
    ]
    stands = standing([*bad, answered("q1", "a")], bank)
    assert (stands.damaged, len(stands.times)) == (3, 1)


def test_events_are_taken_by_their_time_not_their_place(bank: Bank) -> None:
    events = [answered("q1", "b"), answered("q2", "a", 20), answered("q1", "a", 40), answered("n1", "1", 50)]
    straight = standing(events, bank)
    for seed in range(5):
        mixed = events[:]
        random.Random(seed).shuffle(mixed)
        assert standing(mixed, bank) == straight


def test_an_event_imported_twice_counts_once(bank: Bank) -> None:
    event = answered("q1", "a")
    assert len(standing([event, event], bank).times) == 1


def test_a_belief_is_told_with_its_truth_and_how_often(bank: Bank) -> None:
    events = [answered("q1", "b", confidence="sure"), answered("q2", "b", 1)]
    (belief,) = standing(events, bank).beliefs
    assert (belief.code, belief.times, belief.sure, belief.held) == ("moon-cheese", 2, 1, True)
    assert (belief.belief, belief.truth, belief.link) == ("The moon is cheese.", "It is rock.", "00_first#the-moon")
    assert belief.last == START + timedelta(minutes=1)


def test_a_belief_is_cleared_by_a_right_first_try_on_any_item_about_it(bank: Bank) -> None:
    wrong = answered("q1", "b")
    assert standing([wrong, answered("q1", "a", 1)], bank).beliefs[0].held  # the feedback was in view
    assert standing([wrong, answered("q3", "a", 1)], bank).beliefs[0].held  # another belief's question
    assert not standing([wrong, answered("q2", "a", 1)], bank).beliefs[0].held
    assert standing([wrong, answered("q2", "a", 1), answered("c1", "b", 2)], bank).beliefs[0].held


def test_what_was_sure_but_wrong_is_told_first_and_what_is_cleared_last(bank: Bank) -> None:
    moon = [answered("q1", "b"), answered("q2", "b", 1), answered("c1", "b", 2)]
    sun = [answered("q3", "b", 3, confidence="sure")]
    assert [b.code for b in standing(moon + sun, bank).beliefs] == ["sun-lamp", "moon-cheese"]
    cleared = [answered("q3a", "a", 4)]
    assert [b.code for b in standing(moon + sun + cleared, bank).beliefs] == ["moon-cheese", "sun-lamp"]


def test_answers_of_a_day_are_counted_in_the_learners_time_zone(bank: Bank) -> None:
    events = [answered("q1", "a"), answered("q2", "a", 60 * 13)]  # 9:00 and 22:00 UTC
    assert standing(events, bank).answered_on_day_of(START) == 2
    tokyo = START.astimezone(timezone(timedelta(hours=9)))  # there the second one fell on the next day
    assert standing(events, bank).answered_on_day_of(tokyo) == 1
    assert standing(events, bank).answered_on_day_of(tokyo + timedelta(days=1)) == 1


def exercise(status: float = 1, codes: tuple[str, ...] = ()) -> Any:
    """Return an exercise that judges an observation by what it says of itself."""

    def judge(seen: Any, seed: int) -> Mark:
        return Mark.of(float(seen["good"]), 1, "", (), () if seen["good"] else codes)

    return SimpleNamespace(id="write-it", lesson="01_second", objectives=("mend-it",), judge=judge)


def check(good: bool, minutes: float = 0) -> Event:
    return Event("check", "write-it", {"seen": {"good": good}, "seed": 3}, START + timedelta(minutes=minutes))


def test_checks_are_judged_anew_only_with_their_exercise(bank: Bank) -> None:
    assert standing([check(True)], bank).empty
    stands = standing([check(True)], bank, [exercise()])
    assert (stands.lessons[1].attempted, stands.lessons[1].right) == (1, 1)


def test_failed_checks_on_the_way_break_no_run_but_a_shown_solution_builds_none(bank: Bank) -> None:
    events = [answered("c1", "a"), check(False, 1), check(True, 2)]
    assert objective(standing(events, bank, [exercise()]), "mend-it").mastered
    shown = Event("reveal", "write-it", {"what": "solution"}, START + timedelta(minutes=1.5))
    assert not objective(standing([*events, shown], bank, [exercise()]), "mend-it").mastered


def test_a_mistake_in_code_points_to_its_belief(bank: Bank) -> None:
    stands = standing([check(False)], bank, [exercise(codes=("sun-lamp",))])
    assert [each.code for each in stands.beliefs] == ["sun-lamp"]


def test_a_check_that_makes_no_sense_is_counted(bank: Bank) -> None:
    assert standing([Event("check", "write-it", {}, START)], bank, [exercise()]).damaged == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=5) | st.sampled_from("ab"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["answer", "seed", "confidence", "hints", "where", "what", "items", "seconds", "right", "seen"])
EVENTS = st.lists(
    st.builds(
        Event,
        st.sampled_from(["answer", "commit", "rating", "check", "challenge", "reveal", "hint", "start", "???"]),
        st.sampled_from(["q1", "q3", "n1", "f1", "g1", "write-it", "01_second", "no-such", ""]),
        st.dictionaries(NAMES, JSON | st.sampled_from(["sure", "challenge", "again", "easy", "solution"]), max_size=6),
        st.datetimes(timezones=st.none() | st.just(UTC)),
    ),
    max_size=12,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_no_list_of_events_makes_anything_raise(bank: Bank, events: list[Event]) -> None:
    stands = standing(events, bank, [exercise()])
    assert all(0 <= each.right <= each.attempted <= each.items for each in stands.lessons)
    assert len(due(events, bank, START, limit=3)) <= 3
    when = next_day(events, bank, START)
    assert when is None or when > START
