from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lessontools.errors import LessonError
from lessontools.quiz.bank import Item
from lessontools.quiz.card import Card
from lessontools.quiz.question import parse
from lessontools.quiz.view import still
from lessontools.record import Record

COMMON = {"objectives": ["o"], "why": "BECAUSE of the mechanism"}
PICK = {
    "choices": [
        {"id": "good", "text": "gradients", "right": True, "feedback": "GOOD-FEEDBACK"},
        {"id": "bad", "text": "weights", "feedback": "BAD-FEEDBACK", "misconception": "m"},
    ]
}
CHOICE = {"id": "q", "kind": "choice", "stem": "what?", **COMMON, **PICK, "hints": ["one", "two"]}
PREDICT = {"id": "p", "kind": "predict", "stem": "what?", "then": "run it", **COMMON, **PICK}
DRAWN = {
    **COMMON,
    "id": "n",
    "kind": "number",
    "stem": "twice {{ x }}?",
    "answer": "2 * x",
    "tol": 0.1,
    "params": {"x": {"low": 1, "high": 900}},
}
FLASH = {"id": "f", "kind": "flashcard", "stem": "front?", "back": "THE-BACK", **COMMON}
EXPLAIN = {
    **COMMON,
    "id": "e",
    "kind": "explain",
    "stem": "why?",
    "model": "MODEL-ANSWER",
    "rubric": [{"id": "a", "text": "says a"}, {"id": "b", "text": "says b"}],
}


@pytest.fixture
def record(tmp_path, monkeypatch):
    monkeypatch.setenv("LESSONTOOLS_SEED", "7")
    return Record(tmp_path / "record.jsonl")


def card(data, record, **options):
    return Card(Item(parse(data), "00_x", "quizzes/00_x.yaml", 1, Path()), record, **options)


def test_no_key_or_feedback_is_in_the_view_before_an_answer(record):
    for data in (CHOICE, PREDICT, FLASH, EXPLAIN, DRAWN):
        shown = str(card(data, record).view())
        for secret in ("FEEDBACK", "BECAUSE", "THE-BACK", "MODEL", "says a", "right"):
            assert secret not in shown, (data["id"], secret)


def test_an_answer_is_recorded_marked_and_there_again_for_a_new_card(record):
    first = card(CHOICE, record)
    first.handle("submit", {"answer": "bad", "confidence": "sure"})
    assert first.view()["mark"]["status"] == "wrong"
    again = card(CHOICE, Record(record.path)).view()
    assert (again["answer"], again["confidence"], again["mark"]["status"]) == ("bad", "sure", "wrong")
    assert again["open"] is False


def test_a_corrected_key_marks_old_answers_anew(record):
    card(CHOICE, record).handle("submit", {"answer": "bad"})
    swapped = [{**PICK["choices"][0], "right": False}, {**PICK["choices"][1], "right": True}]
    assert card({**CHOICE, "choices": swapped}, record).last_mark.right


def test_blank_and_unreadable_answers_use_no_attempt_and_are_not_recorded(record):
    one = card({**DRAWN, "attempts": 1}, record)
    for answer in (None, "", "two"):
        one.handle("submit", {"answer": answer})
    assert one.tries == 0
    assert [event.kind for event in record.events()] == []
    assert one.view()["mark"]["status"] == "invalid"
    assert one.view()["open"] is True


def test_a_double_click_is_one_answer(record):
    one = card(CHOICE, record)
    for _ in range(2):
        one.handle("submit", {"answer": "bad"})
    assert (one.tries, len(record.events())) == (1, 1)
    one.handle("again", {})
    one.handle("submit", {"answer": "bad"})
    assert one.tries == 2


def test_attempts_are_limited_and_hold_after_a_restart(record):
    one = card(CHOICE, record, attempts=1)
    one.handle("submit", {"answer": "bad"})
    assert one.done
    with pytest.raises(LessonError, match="all 1 attempts"):
        one.handle("submit", {"answer": "good"})
    assert card(CHOICE, record, attempts=1).view()["tries_left"] == 0


def test_a_prediction_is_recorded_before_anything_is_revealed_and_made_once(record):
    one = card(PREDICT, record)
    with pytest.raises(LessonError, match="commit"):
        one.handle("show", {})
    one.handle("submit", {"answer": "bad"})
    assert [event.kind for event in record.events()] == ["commit"]
    assert one.view()["mark"] is None
    one.handle("submit", {"answer": "good"})
    assert one.answer == "bad"
    one.handle("show", {})
    told = one.view()["mark"]["feedback_html"]
    assert "BAD-FEEDBACK" in told
    assert "What happens" in told
    assert "BECAUSE" in told
    assert card(PREDICT, record).view()["shown"] is True


def test_a_whole_number_that_was_to_be_predicted_is_told_as_one(record):
    number = {"answer": 15, "near": [{"value": 12, "feedback": "FEEDBACK", "reason": "slip"}]}
    one = card({key: value for key, value in PREDICT.items() if key != "choices"} | {"number": number}, record)
    one.handle("submit", {"answer": "12"})
    one.handle("show", {})
    told = one.view()["mark"]["feedback_html"]
    assert "15" in told and "15.0" not in told


def test_hints_come_one_by_one_and_stay(record):
    one = card(CHOICE, record)
    one.handle("hint", {})
    assert one.view()["hints"] == ["<p>one</p>"]
    again = card(CHOICE, record)
    again.handle("hint", {})
    again.handle("hint", {})
    assert (len(again.view()["hints"]), again.view()["more_hints"]) == (2, 0)


def test_the_answer_is_shown_on_request_only_after_a_try(record):
    one = card(CHOICE, record)
    one.handle("give_up", {})
    assert one.view()["solution_html"] == ""
    one.handle("submit", {"answer": "bad"})
    one.handle("give_up", {})
    assert "gradients" in one.view()["solution_html"]
    assert card(CHOICE, record).given_up


def test_a_fresh_variant_asks_another_number_and_is_kept(record):
    one = card(DRAWN, record)
    first = one.question.stem
    one.handle("submit", {"answer": one.question.right_answer()})
    one.handle("fresh", {})
    assert one.question.stem != first
    one.handle("submit", {"answer": "1"})
    again = card(DRAWN, record)
    assert again.question.stem == one.question.stem
    assert again.last_mark.status == "wrong"


def test_a_flashcard_shows_its_back_then_takes_one_rating(record):
    one = card(FLASH, record)
    assert "back_html" not in one.view()["body"]
    one.handle("show", {})
    assert "THE-BACK" in one.view()["body"]["back_html"]
    one.handle("rate", {"answer": "splendid"})
    assert not one.done
    one.handle("rate", {"answer": "hard"})
    assert one.done
    assert [event.kind for event in record.events()] == ["reveal", "rating"]


def test_an_explanation_is_compared_with_the_rubric_after_it_was_written(record):
    one = card(EXPLAIN, record)
    one.handle("submit", {"answer": {"text": "  "}})
    assert "rubric" not in one.view()["body"]
    one.handle("submit", {"answer": {"text": "mine"}})
    assert "MODEL-ANSWER" in one.view()["body"]["model_html"]
    assert not one.done
    one.handle("submit", {"answer": {"text": "mine", "met": ["a"]}})
    assert one.last_mark.status == "partly"
    assert card(EXPLAIN, record).done


def test_without_feedback_an_answer_is_only_recorded(record):
    one = card(CHOICE, record, feedback=False)
    one.handle("submit", {"answer": "bad"})
    one.handle("give_up", {})
    shown = str(one.view())
    assert "FEEDBACK" not in shown
    assert one.view()["mark"] is None
    assert one.view()["solution_html"] == ""


def test_a_review_asks_afresh_and_leaves_the_lesson_as_it_was(record):
    card(CHOICE, record).handle("submit", {"answer": "good"})
    later = datetime.now(UTC) + timedelta(seconds=1)
    review = card(CHOICE, record, where="review", since=later, now=lambda: later)
    assert review.answer is None
    review.handle("submit", {"answer": "bad"})
    assert card(CHOICE, record).answer == "good"


def test_an_answer_that_cannot_be_saved_is_marked_told_and_saved_at_the_next_chance(record, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    record.path = blocked / "record.jsonl"
    one = card(CHOICE, record)
    one.handle("submit", {"answer": "bad"})
    assert "not saved yet" in one.view()["notice"]
    assert one.view()["mark"]["status"] == "wrong"
    blocked.unlink()
    one.handle("flush", {})
    assert one.view()["notice"] == ""
    assert [event.kind for event in Record(record.path).events()] == ["answer"]


def test_two_learners_see_the_choices_in_their_own_order(record):
    data = {**CHOICE, "choices": [*PICK["choices"], {"id": "c", "text": "third", "feedback": "x"}]}
    orders = {tuple(o["id"] for o in card(data, record, seed=str(n)).view()["body"]["options"]) for n in range(20)}
    assert len(orders) > 3
    assert card(data, record, seed="1").view() == card(data, record, seed="1").view()


def test_the_static_form_holds_stem_and_choices_and_no_key():
    text = still(parse(CHOICE), "0")
    assert "what?" in text
    assert "gradients" in text
    assert "FEEDBACK" not in text
