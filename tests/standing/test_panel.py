from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from lessontools.quiz.bank import open_bank
from lessontools.record import open_record
from lessontools.standing.mastery import standing
from lessontools.standing.panel import Review, progress, review
from lessontools.standing.report import markdown, progress_view
from lessontools.standing.schedule import due, next_day
from lessontools.standing.words import counted, day_of, length, link_of
from tests.standing.conftest import START, answered
from tests.standing.test_challenge import Clock

EMPTY = """\
Your progress. Nothing answered yet. Open a lesson and begin; this page fills as you go.

- □□ 00 First: 0 of 2 objectives mastered
- □ 01 Second: 0 of 1 objective mastered

To recall. Nothing is due: what you answer in the lessons comes back here, a day or more later."""


def put(*events: object) -> None:
    for event in events:
        open_record().append(event.kind, event.item, event.data, event.at)


def shown(*events: object) -> dict:
    """Return the progress view of a record, at the end of the first day."""
    put(*events)
    bank, now, every = open_bank(), START + timedelta(hours=8), open_record().events()
    found = standing(every, bank)
    return progress_view(found, bank, due(every, bank, now), next_day(every, bank, now), "~/r.jsonl", now)


def test_the_text_of_an_empty_record_is_always_the_same(course: Path) -> None:
    assert repr(progress()) == EMPTY
    assert repr(review()) == (
        "To recall. Nothing is due: what you answer in the lessons comes back here, a day or more later."
    )


def test_the_stored_text_does_not_say_where_the_record_lies_but_the_page_does(course: Path) -> None:
    panel = progress()
    path = str(open_record().path)
    assert path not in repr(panel) and path not in panel._repr_mimebundle_()["text/html"]
    assert panel.view["record"] == path


def test_a_record_in_the_home_folder_is_told_in_short(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(course))
    monkeypatch.setenv("LESSONTOOLS_RECORD", str(course / ".lessontools" / "record.jsonl"))
    assert progress().view["record"] == "~/.lessontools/record.jsonl"


def test_mastery_beliefs_and_what_is_due_are_told(course: Path) -> None:
    view = shown(answered("q1", "a"), answered("q2", "a", 1), answered("q3", "b", 2, confidence="sure"))
    lesson = view["lessons"][0]
    assert (lesson["words"], lesson["done"], lesson["total"]) == ("1 of 2 objectives mastered", 1, 2)
    assert [each["words"] for each in lesson["objectives"]] == ["mastered; 2 of 2 right", "begun; 0 of 1 right"]
    (belief,) = view["beliefs"]
    assert belief["held"] and belief["href"] == "01_second.ipynb#The-sun" and belief["place"] == "Second, “The sun”"
    assert belief["words"] == "seen in one answer, last today; you were sure of it; still open"
    assert view["today"] == "Three answers today, three answers in all."
    assert "one that you were sure of and had wrong" in view["due"]
    text = markdown(view)
    assert "■□ **00 First**: 1 of 2 objectives mastered" in text
    assert "The sun is a lamp. → It is a star. [Second, “The sun”](01_second.ipynb#The-sun)" in text


def test_what_was_left_out_is_said(course: Path) -> None:
    view = shown(answered("no-such", "a"), answered("q1", "a", seed=[]))
    assert view["notes"] == [
        "One answer to questions that the course no longer has: not counted.",
        "One entry of the record made no sense: skipped.",
    ]


def test_refresh_shows_what_happened_since(course: Path) -> None:
    panel = progress()
    put(answered("q1", "a"))
    assert panel._handle("refresh", {})["lessons"][0]["state"] == "begun"
    assert panel._handle("nonsense", {}) is None


def test_a_review_asks_one_question_after_the_other_until_none_is_left(course: Path) -> None:
    clock = Clock()
    put(answered("q1", "b", confidence="sure"), answered("q3", "a"))
    clock.wait(days=30)
    session = Review(open_bank(), open_record(), clock)
    asked = []
    while not session.over:
        view = session.view()
        asked.append(view["card"]["item"])
        assert view["answered"] is False and view["count"] == 4
        clock.wait(seconds=10)
        if view["card"]["type"] == "flashcard":
            session.handle("show", {})
            view = session.handle("rate", {"answer": "good"})
        else:
            view = session.handle("submit", {"answer": "a", "confidence": "sure"})
        assert view["answered"] is True
        session.handle("next", {})
    assert asked == ["q1", "q3", "f1", "f2"]
    assert session.view()["words"].startswith("Four questions recalled, 4 of them right. Nothing is due now; next on ")
    assert session.view()["more"] is False
    again = Review(open_bank(), open_record(), clock)
    assert again.over and again.words().startswith("Nothing is due now; next on ")


def test_a_review_asks_afresh_what_was_answered_before(course: Path) -> None:
    clock = Clock()
    put(answered("q3", "a"), answered("q3", "a", 60 * 48, where="review"))
    clock.wait(days=300)
    card = Review(open_bank(), open_record(), clock).view()["card"]
    assert card["item"] == "q3" and card["open"] and card["answer"] is None and card["mark"] is None


def test_what_is_left_out_stays_due(course: Path) -> None:
    clock = Clock()
    put(answered("q3", "a"))
    session = Review(open_bank(), open_record(), clock)
    for _ in range(5):
        session.handle("next", {})
    view = session.view()
    assert view["over"] and view["more"] and "No questions recalled" in view["words"]
    assert session.handle("more", {})["card"]["item"] == "f1"


def test_why_a_question_comes_back_is_said(course: Path) -> None:
    clock = Clock()
    put(answered("q1", "b", confidence="sure"))
    clock.wait(minutes=11)
    session = Review(open_bank(), open_record(), clock)
    assert "had it wrong" in session.view()["why"]
    assert session.handle("next", {})["why"] == "A new card."


def test_words() -> None:
    assert [counted(n, "try", "tries") for n in (0, 1, 2, 11)] == ["no tries", "one try", "two tries", "11 tries"]
    assert [length(s) for s in (0, 59.6, 61, 600)] == ["0 s", "1 min", "1 min 1 s", "10 min"]
    days = {0: "today", 1: "tomorrow", -1: "yesterday", 5: "on 7 Mar", 400: "on 6 Apr 2027"}
    assert {n: day_of(START + timedelta(days=n), START) for n in days} == days
    assert link_of("00_start#Four steps") == "00_start.ipynb#Four-steps"
    assert link_of("00_start.ipynb#x-y") == "00_start.ipynb#cell-id=x-y" and link_of("00_start") == "00_start.ipynb"
