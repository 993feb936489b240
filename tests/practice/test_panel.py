from __future__ import annotations

import html.parser

import pytest

from lessontools.errors import LessonError
from lessontools.mark import Status
from lessontools.practice import panel
from lessontools.practice.panel import check, hint, remark, solution
from lessontools.record import open_record
from tests.practice.samples import COURSE, MODULE


@pytest.fixture(autouse=True)
def course(tmp_path, monkeypatch):
    (tmp_path / "quizzes").mkdir()
    (tmp_path / "quizzes" / "course.yaml").write_text(COURSE)
    (tmp_path / "quizzes" / "01_double.py").write_text(MODULE)
    monkeypatch.setenv("LESSONTOOLS_COURSE", str(tmp_path))
    monkeypatch.setattr(panel, "_last", [])
    monkeypatch.setattr(panel, "_asked", set())
    return tmp_path


def events(kind):
    return [event for event in open_record().events() if event.kind == kind]


def stub(x):
    return ...


def right(x):
    return x + x


def square(x):
    return x**2


def other(x):
    return 3 * x


def column(x):
    return 2 * x[:, None]


def broken(x):
    y = x + 1
    return y.no_such_name


def silent(x):
    2 * x  # the missing return is the point


def endless(x):
    while True:
        try:  # noqa: SIM105  # what a learner may write
            x = x + 1
        except:  # noqa: E722
            pass


def double(x):  # found by its name, in the caller's globals
    return x * 2


def test_check_finds_the_function_by_its_name():
    assert check("double-it").mark.status is Status.RIGHT


@pytest.mark.parametrize(
    ("function", "status", "says"),
    [
        (stub, Status.BLANK, "double-it: not attempted yet."),
        (right, Status.RIGHT, "double-it: right.\nTwice is times two."),
        (square, Status.WRONG, "double-it: not right yet.\nThat squares."),
        (other, Status.WRONG, "1.5 times as large"),
        (column, Status.WRONG, "its shape is (3, 1), expected (3,)"),
        (silent, Status.WRONG, "return"),
        (broken, Status.CRASHED, "return y.no_such_name"),
        (endless, Status.CRASHED, "2 seconds"),
        (7, Status.INVALID, "no function"),
    ],
)
def test_each_outcome_is_said_in_words(function, status, says):
    card = check("double-it", function, seed=4)
    assert card.mark.status is status
    assert says in repr(card)
    assert bool(card) == (status is Status.RIGHT)


def test_what_the_unsolved_and_the_solved_notebook_store_is_the_same_every_time():
    assert {repr(check("double-it", stub)) for _ in range(3)} == {
        "double-it: not attempted yet.\nDouble (about 5 minutes). Return twice x.\n\n"
        'Fill the hole ... in double, and run the cell again.\nhint("double-it") helps.'
    }
    assert len({repr(check("double-it", right)) for _ in range(3)}) == 1


def test_the_task_is_told_before_an_attempt_and_folded_away_after_it():
    before, after, done = (check("double-it", each, seed=4).page for each in (stub, square, right))
    assert "Return twice" in before and "<details" not in before
    assert "Return twice" in after[after.index("<details") :] and "That squares." in after[: after.index("<details")]
    assert "<details" not in done


def test_an_undefined_function_is_not_attempted(monkeypatch):
    monkeypatch.delitem(globals(), "double")
    assert "There is no double yet" in repr(check("double-it"))


def test_a_check_is_recorded_with_what_was_seen_and_can_be_marked_again_later():
    card = check("double-it", square, seed=11)
    (event,) = events("check")
    assert event.item == "double-it" and event.data["lesson"] == "01_double" and event.data["seed"] == 11
    assert "return x**2" in event.data["source"]
    exercise = panel.find_exercise("double-it").exercise
    assert remark(exercise, event.data["seen"], event.data["seed"]) == card.mark
    assert card.mark.misconceptions == ("square-is-double",)


def test_an_untouched_stub_is_no_attempt_and_not_recorded():
    check("double-it", stub)
    assert events("check") == []


def test_inputs_are_drawn_anew_at_each_check():
    check("double-it", square)
    check("double-it", square)
    one, two = events("check")
    assert one.data["seed"] != two.data["seed"] and one.data["seen"] != two.data["seen"]


def test_a_record_that_cannot_be_written_costs_no_verdict(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("LESSONTOOLS_RECORD", str(blocked / "record.jsonl"))
    card = check("double-it", right)
    assert card.mark.right and "Not saved:" in repr(card)
    assert "Not saved:" in repr(hint("double-it")) and "Hint 2" not in repr(hint("double-it"))
    assert "2 * x" in repr(solution("double-it"))


def test_hints_come_one_by_one_and_are_remembered_over_a_restart(monkeypatch):
    assert "hint 1 of 2.\nUse 2." in repr(hint("double-it"))
    monkeypatch.setattr("lessontools.record._OPEN", {})  # a fresh kernel
    card = repr(hint("double-it"))
    assert "hint 2 of 2.\nUse 2 * x." in card and "no more hints" in card
    again = repr(hint("double-it"))
    assert "Use 2." in again and "Use 2 * x." in again
    assert [event.data["number"] for event in events("hint")] == [1, 2]


def test_the_solution_waits_for_an_attempt():
    assert "Try check" in repr(solution("double-it")) and events("reveal") == []
    check("double-it", other)
    assert "return 2 * x" in repr(solution("double-it"))
    assert events("reveal")[0].data == {"what": "solution"}


def test_the_solution_is_shown_to_who_asks_twice():
    solution("double-it")
    assert "return 2 * x" in repr(solution("double-it"))


def test_hint_and_solution_without_an_id_take_the_exercise_checked_last():
    with pytest.raises(LessonError, match="say which exercise"):
        hint()
    check("double-it", other)
    assert "hint 1" in repr(hint()) and "return 2 * x" in repr(solution())


@pytest.mark.parametrize("verb", [check, hint, solution])
def test_an_unknown_id_is_told_with_a_near_miss(verb):
    with pytest.raises(LessonError, match="did you mean 'double-it'"):
        verb("doubleit")


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("function", [stub, right, square, broken])
def test_the_page_is_balanced_self_contained_and_says_its_verdict_in_words(function):
    bundle = check("double-it", function)._repr_mimebundle_()
    page = Page()
    page.feed(bundle["text/html"])
    assert page.open == [] and page.tags[0][1]["role"] == "status"
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "style", "iframe"}
    words = {stub: "Not attempted yet", right: "Right", square: "Not right yet", broken: "Your code stopped"}
    assert f"<strong>{words[function]}</strong>" in bundle["text/html"]
    assert "var(--jp-" in bundle["text/html"] and bundle["text/plain"].startswith("double-it: ")


def test_what_a_learner_throws_or_prints_is_escaped():
    def nasty(x):
        print("<script>alert(1)</script>```")
        raise ValueError("<img src=x onerror=alert(1)> `x` ``` **b**")

    page = check("double-it", nasty)._repr_mimebundle_()["text/html"]
    assert "<script" not in page and "<img" not in page
    assert "&lt;img" in page and "&lt;script" in page
