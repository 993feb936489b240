from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from lessontools.quiz.bank import Bank
from lessontools.record import Event
from lessontools.standing.attempts import replay
from lessontools.standing.schedule import due, next_day, rating, schedule
from tests.standing.conftest import START, answered


def ids(events: list[Event], bank: Bank, now: datetime, limit: int = 20) -> list[str]:
    return [each.item.question.id for each in due(events, bank, now, limit)]


def day(count: float) -> datetime:
    return START + timedelta(days=count)


@pytest.mark.parametrize(
    ("answer", "data", "want"),
    [
        ("b", {"confidence": "sure"}, "again"),
        ("b", {}, "again"),
        ("a", {"confidence": "guess"}, "hard"),
        ("a", {"confidence": "sure", "hints": 1}, "hard"),
        ("a", {"confidence": "unsure"}, "good"),
        ("a", {}, "good"),
        ("a", {"confidence": "sure"}, "easy"),
    ],
)
def test_an_answer_is_rated_by_its_mark_hints_and_confidence(bank: Bank, answer: str, data: dict, want: str) -> None:
    assert rating(replay([answered("q3", answer, **data)], bank).attempts[0]) == want


@pytest.mark.parametrize("want", ["again", "hard", "good", "easy"])
def test_a_flashcard_is_rated_by_the_learner(bank: Bank, want: str) -> None:
    assert rating(replay([answered("f1", want, kind="rating")], bank).attempts[0]) == want


def test_a_better_rating_waits_longer(bank: Bank) -> None:
    waits = []
    for answer in ("again", "hard", "good", "easy"):
        (found,) = [x for x in schedule([answered("g1", answer, kind="rating")], bank, START) if x.why == "due"]
        waits.append((found.at - START).days)
    again, hard, good, easy = waits
    assert again <= hard < good < easy  # at first, again and hard are both back tomorrow


def test_nothing_is_due_before_anything_was_begun(bank: Bank) -> None:
    assert not schedule([], bank, START) and next_day([], bank, START) is None


def test_new_flashcards_enter_once_their_lesson_is_begun(bank: Bank) -> None:
    events = [answered("q3", "a")]
    assert ids(events, bank, START) == ["f1", "f2"]
    assert {each.why for each in due(events, bank, START)} == {"new"}


def test_what_was_answered_comes_back_another_day_not_today(bank: Bank) -> None:
    events = [answered("n1", "0")]
    assert "n1" not in ids(events, bank, START + timedelta(hours=1))
    assert "n1" in ids(events, bank, day(1))


def test_what_is_due_today_is_due_from_the_days_first_minute_in_the_learners_time_zone(bank: Bank) -> None:
    zone = timezone(timedelta(hours=9))
    (found,) = [each for each in schedule([answered("n1", "0")], bank, START.astimezone(zone)) if each.why == "due"]
    local = found.at.astimezone(zone)
    assert (local.hour, local.minute) == (0, 0) and local.date() == (START + timedelta(days=1)).astimezone(zone).date()


def test_sure_but_wrong_comes_back_the_same_day_and_first(bank: Bank) -> None:
    events = [answered("q1", "b"), answered("q2", "b", 1, confidence="sure"), answered("q2", "a", 2)]
    assert "q2" not in ids(events, bank, START + timedelta(minutes=5))
    assert ids(events, bank, START + timedelta(minutes=12))[0] == "q2"
    assert ids(events, bank, day(2))[:2] == ["q2", "q1"]


def test_a_repeat_takes_the_sure_but_wrong_off_the_list(bank: Bank) -> None:
    events = [answered("q2", "b", confidence="sure"), answered("q2", "a", 15)]
    assert "q2" not in ids(events, bank, START + timedelta(minutes=30))


def test_a_second_try_with_the_feedback_in_view_changes_nothing(bank: Bank) -> None:
    once = [answered("q3", "b")]
    assert [x.at for x in schedule(once, bank, START)] == [
        x.at for x in schedule([*once, answered("q3", "a", 1, confidence="sure")], bank, START)
    ]


def test_remembering_stretches_the_interval_and_forgetting_shrinks_it(bank: Bank) -> None:
    events, now, gaps = [], START, []
    for _ in range(4):
        events.append(answered("g1", "good", (now - START).total_seconds() / 60, kind="rating"))
        (found,) = schedule(events, bank, now)
        gaps.append((found.at - now).total_seconds() / 86400)
        now = found.at + timedelta(hours=9)
    assert gaps == sorted(gaps) and gaps[-1] > 10
    events.append(answered("g1", "again", (now - START).total_seconds() / 60, kind="rating"))
    (found,) = schedule(events, bank, now)
    assert found.at - now < timedelta(days=gaps[-1])


def test_a_replay_gives_the_same_whenever_and_in_whatever_order_it_is_made(bank: Bank) -> None:
    events = [
        answered(key, "ab"[number % 2], 60 * number * 24, confidence=sure)
        for number, (key, sure) in enumerate([("q1", "sure"), ("q2", "guess"), ("q3", ""), ("q1", "sure")])
    ]
    straight = schedule(events, bank, day(9))
    assert schedule(events[::-1], bank, day(9)) == straight == schedule(events, bank, day(9))


def test_assigned_and_removed_questions_never_enter(bank: Bank) -> None:
    events = [answered("given", "b", confidence="sure"), answered("no-such", "b")]
    assert not {"given", "no-such"} & set(ids(events, bank, day(400)))


def test_the_limit_keeps_the_most_pressing(bank: Bank) -> None:
    events = [answered("q1", "a"), answered("q2", "b", confidence="sure"), answered("n1", "0")]
    assert ids(events, bank, day(100), limit=1) == ["q2"]
    assert len(ids(events, bank, day(100), limit=2)) == 2


def test_the_next_day_is_told_when_nothing_is_due(bank: Bank) -> None:
    events = [answered("g1", "good", kind="rating")]
    assert not due(events, bank, START)
    when = next_day(events, bank, START)
    assert when and due(events, bank, when) and not due(events, bank, when - timedelta(seconds=1))
