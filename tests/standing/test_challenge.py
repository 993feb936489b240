from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lessontools.errors import CourseError
from lessontools.quiz.bank import open_bank, read_bank
from lessontools.record import Record, open_record
from lessontools.standing.challenge import Challenge, challenge
from lessontools.standing.mastery import Badge, badges
from tests.standing.conftest import START, write

TEN = timedelta(minutes=10)


class Clock:
    """A time that moves only when it is told to."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def wait(self, **time: float) -> None:
        self.at += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def game(clock: Clock, limit: timedelta = TEN) -> Challenge:
    bank = open_bank()
    return Challenge(bank.lesson("01"), bank, open_record(), limit=limit, now=clock)


def play(round_: Challenge, clock: Clock, answers: str) -> None:
    """Answer the problems one after the other, some seconds for each."""
    for place, answer in enumerate(answers):
        round_.handle("place", {"place": place})
        clock.wait(seconds=20)
        round_.handle("submit", {"answer": answer, "confidence": ""})


def won(course: Path) -> tuple[Badge, ...]:
    return badges(open_record().events(), read_bank(course))


def test_before_the_start_no_problem_is_shown(course: Path, clock: Clock) -> None:
    view = game(clock).view()
    assert view["phase"] == "ready" and "card" not in view and "left" not in view
    assert view["rules"][0] == "Five problems, 10 min in all; the clock starts when you press Start."
    assert not open_record().events()


def test_the_clock_starts_with_the_round_and_runs_down(course: Path, clock: Clock) -> None:
    round_ = game(clock)
    clock.wait(hours=1)
    assert round_.handle("begin", {})["left"] == 600
    clock.wait(seconds=90)
    view = round_.view()
    assert (view["phase"], view["left"], len(view["steps"])) == ("running", 510, 5)
    assert view["ends"] == (START + timedelta(hours=1) + TEN).timestamp()


def test_five_right_are_gold(course: Path, clock: Clock) -> None:
    round_ = game(clock)
    round_.handle("begin", {})
    play(round_, clock, "aaaaa")
    view = round_.view()
    assert view["phase"] == "ended" and view["result"]["level"] == "gold"
    assert view["result"]["words"] == "5 of 5 right in 1 min 40 s."
    (badge,) = won(course)
    assert (badge.lesson, badge.level, badge.right, badge.of, badge.seconds) == ("01_second", "gold", 5, 5, 100)


@pytest.mark.parametrize(("answers", "level"), [("aaaab", "silver"), ("aaabb", "bronze"), ("aabbb", ""), ("bbbbb", "")])
def test_a_badge_says_how_many_were_right(course: Path, clock: Clock, answers: str, level: str) -> None:
    round_ = game(clock)
    round_.handle("begin", {})
    play(round_, clock, answers)
    assert round_.handle("stop", {})["result"]["level"] == level
    assert [badge.level for badge in won(course)] == ([level] if level else [])


def test_a_second_attempt_counts_and_a_third_is_refused(course: Path, clock: Clock) -> None:
    round_ = game(clock)
    round_.handle("begin", {})
    for answer in "ba":
        round_.handle("submit", {"answer": answer, "confidence": ""})
        round_.handle("again", {})
    assert round_.right == 1
    round_.handle("place", {"place": 1})
    for _ in range(4):
        round_.handle("submit", {"answer": "b", "confidence": ""}) if not round_.cards[1].spent else None
        round_.handle("again", {})
    assert round_.cards[1].tries == 2 and round_.view()["steps"][1] == "not right"
    assert not round_.view()["card"]["open"]


def test_one_hint_each_and_no_more(course: Path, clock: Clock) -> None:
    round_ = game(clock)
    round_.handle("begin", {})
    assert round_.view()["card"]["more_hints"] == 1
    for _ in range(3):
        round_.handle("hint", {})
    assert len(round_.view()["card"]["hints"]) == 1 and round_.view()["card"]["more_hints"] == 0


def test_a_fresh_variant_cannot_be_had_for_more_tries(course: Path, clock: Clock) -> None:
    round_ = game(clock)
    round_.handle("begin", {})
    round_.handle("submit", {"answer": "b"})
    round_.handle("fresh", {})
    assert round_.cards[0].tries == 1 and round_.view()["card"]["fresh"] is False


def test_when_the_time_is_over_it_ends_kindly_and_shows_the_answers(course: Path, clock: Clock) -> None:
    round_ = game(clock)
    round_.handle("begin", {})
    play(round_, clock, "aab")
    clock.wait(minutes=10)
    view = round_.handle("timeout", {})
    assert view["phase"] == "ended" and view["result"]["words"].startswith("2 of 5 right in 10 min.")
    assert view["steps"] == ["right", "right", "not right", "not answered", "not answered"]
    assert round_.handle("place", {"place": 3})["card"]["solution_html"]
    assert not round_.view()["card"]["open"]


def test_an_answer_after_the_time_does_not_count(course: Path, clock: Clock) -> None:
    round_ = game(clock)
    round_.handle("begin", {})
    clock.wait(minutes=10, seconds=30)
    view = round_.handle("submit", {"answer": "a", "confidence": ""})
    assert view["phase"] == "ended" and "time is over" in view["notice"]
    assert not [e for e in open_record().events() if e.kind == "answer"]


def test_an_answer_sent_at_the_last_moment_counts(course: Path, clock: Clock) -> None:
    round_ = game(clock)
    round_.handle("begin", {})
    clock.wait(minutes=10, seconds=2)
    round_.handle("submit", {"answer": "a", "confidence": ""})
    assert round_.right == 1


def test_a_page_whose_clock_is_ahead_cannot_end_the_round(course: Path, clock: Clock) -> None:
    round_ = game(clock)
    round_.handle("begin", {})
    clock.wait(minutes=3)
    view = round_.handle("timeout", {})
    assert (view["phase"], view["left"]) == ("running", 420)


def test_a_round_goes_on_when_the_cell_is_run_again(course: Path, clock: Clock) -> None:
    first = game(clock)
    first.handle("begin", {})
    play(first, clock, "ab")
    clock.wait(seconds=20)
    second = game(clock, timedelta(minutes=99))  # another length does not stretch what was begun
    view = second.view()
    assert (view["phase"], view["left"], view["place"]) == ("running", 540, 1)
    assert view["steps"] == ["right", "one more try", "open", "open", "open"]
    assert [c.question.id for c in second.cards] == [c.question.id for c in first.cards]


def test_a_round_left_alone_is_over_when_the_cell_is_run_again(course: Path, clock: Clock) -> None:
    first = game(clock)
    first.handle("begin", {})
    play(first, clock, "aaaa")
    clock.wait(days=2)
    view = game(clock).view()
    assert view["phase"] == "ended" and view["result"]["level"] == "silver"
    assert [(b.level, b.seconds) for b in won(course)] == [("silver", 600)]
    assert game(clock).view()["phase"] == "ready"


def test_another_round_starts_afresh_and_the_best_badge_stays(course: Path, clock: Clock) -> None:
    round_ = game(clock)
    round_.handle("begin", {})
    play(round_, clock, "aaaaa")
    clock.wait(seconds=1)
    view = round_.handle("begin", {})
    assert view["steps"] == ["open"] * 5
    play(round_, clock, "aab")
    clock.wait(seconds=1)
    round_.handle("stop", {})
    assert [badge.level for badge in won(course)] == ["gold"]
    assert "gold, 5 of 5" in round_.view()["best"]


def test_a_forged_score_earns_nothing(course: Path, clock: Clock) -> None:
    ids = [f"c{n}" for n in range(1, 6)]
    open_record().append("challenge", "01_second", {"items": ids, "seconds": 1, "right": 5, "seed": "x"}, START)
    assert not won(course)


def test_a_corrected_key_changes_the_badge(course: Path, clock: Clock) -> None:
    round_ = game(clock)
    round_.handle("begin", {})
    play(round_, clock, "aaaab")
    round_.handle("stop", {})
    assert won(course)[0].level == "silver"
    text = (course / "quizzes" / "01_second.yaml").read_text()
    swapped = text.replace("Feedback on a., right: true", "Feedback on a., misconception: moon-cheese")
    swapped = swapped.replace("Feedback on b., misconception: moon-cheese", "Feedback on b., right: true")
    (course / "quizzes" / "01_second.yaml").write_text(swapped)
    assert not won(course)  # one right of five is no badge


def test_a_record_that_cannot_be_written_stops_nothing(course: Path, clock: Clock) -> None:
    bank = open_bank()
    (course / "file").write_text("")
    round_ = Challenge(bank.lesson("01"), bank, Record(course / "file" / "r.jsonl"), limit=TEN, now=clock)
    view = round_.handle("begin", {})
    assert view["phase"] == "running" and "not saved yet" in view["notice"]
    play(round_, clock, "aaaaa")
    assert round_.view()["result"]["level"] == "gold"


@pytest.mark.parametrize(
    "data",
    [
        {"begun": True},
        {"begun": True, "items": [3], "limit": 600, "seed": "s"},
        {"begun": True, "items": ["c1"], "limit": "x", "seed": "s"},
        {"begun": True, "items": ["c1"], "limit": -1, "seed": "s"},
        {"begun": True, "items": ["gone"], "limit": 600, "seed": "s"},
    ],
)
def test_a_damaged_beginning_is_left_aside(course: Path, clock: Clock, data: dict) -> None:
    open_record().append("challenge", "01_second", data, START)
    assert game(clock).view()["phase"] == "ready"


@pytest.mark.parametrize("data", [{}, {"place": 9}, {"place": "x"}, {"place": -1}])
def test_what_the_page_cannot_ask_changes_nothing(course: Path, clock: Clock, data: dict) -> None:
    round_ = game(clock)
    for name in ("submit", "timeout", "stop", "place", "nonsense"):
        assert round_.handle(name, data)["phase"] == "ready"


def test_a_lesson_without_problems_says_so(course: Path) -> None:
    with pytest.raises(CourseError, match=r"00_first has no challenge problems"):
        challenge("00")
    with pytest.raises(CourseError, match=r"cannot last 0 minutes"):
        challenge("01", minutes=0)


def test_the_stored_text_is_the_same_each_time_and_names_no_problem(course: Path) -> None:
    text = repr(challenge("01"))
    assert text == repr(challenge("01")) and "What of" not in text
    assert text.splitlines()[0] == "Challenge: Second"


def test_fewer_problems_than_five_are_all_asked(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path)
    text = (root / "quizzes" / "01_second.yaml").read_text()
    (root / "quizzes" / "01_second.yaml").write_text(text.replace("use: [challenge]", "use: [lesson]", 3))
    monkeypatch.setenv("LESSONTOOLS_COURSE", str(root))
    view = game(clock).handle("begin", {})
    assert len(view["steps"]) == 3 and view["rules"][0].startswith("Three problems")


def test_a_round_has_as_many_problems_as_are_asked_for_and_never_two_parallel_forms(course: Path, clock: Clock) -> None:
    bank = open_bank()
    pool = bank.of("01_second", "challenge")
    for item in pool[:3]:  # three forms of one problem
        twin = item.question.model_copy(update={"twin": "one-idea"})
        bank.items[item.question.id] = replace(item, question=twin)
    drawn = set()
    for _ in range(30):
        round_ = Challenge(bank.lesson("01"), bank, open_record(), limit=TEN, problems=4, now=clock)
        round_.handle("begin", {})
        ids = {card.question.id for card in round_.cards}
        forms = ids & {item.question.id for item in pool[:3]}
        assert len(ids) == min(4, len(pool) - 2) and len(forms) <= 1
        drawn |= forms
        round_.handle("stop", {})
    assert len(drawn) == 3  # each form has its turn


def test_a_challenge_without_problems_is_refused(course: Path) -> None:
    with pytest.raises(CourseError, match="from 1 up"):
        challenge("01", problems=0)
