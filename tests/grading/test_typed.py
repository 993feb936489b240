"""Typed answers: what a worksheet's test cell gives, what our marks give, and what the bank gives are one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from lessontools.course.page import Courseware, open_courseware
from lessontools.grading.answered import answer_of, variable
from lessontools.grading.nbgrader import TURN, _checked, _test
from lessontools.grading.probe import probe
from lessontools.grading.secret import Key, new_key, unsealed
from lessontools.grading.worksheet import VARIANT, sheet
from lessontools.mark import Status
from lessontools.practice.catalog import Catalog
from lessontools.practice.exercise import judge
from lessontools.practice.observation import expected, observe_source
from lessontools.quiz.question import variant
from tests.grading.worksheets import typed

ROOT = Path(__file__).parents[2]
REGION = re.compile(r"### BEGIN HIDDEN TESTS\n(.*)\n### END HIDDEN TESTS", re.DOTALL)


@pytest.fixture(scope="module")
def course() -> Courseware:
    return open_courseware(ROOT)


@pytest.fixture(scope="module")
def key(course: Courseware) -> Key:
    """A key of the whole course, as far as it can be released."""
    made = new_key("all")
    items = {name: i.question.points for name, i in course.bank.items.items() if i.question.kind != "flashcard"}
    tasks = {name: float(entry.exercise.points) for name, entry in course.catalog.entries.items()}
    about = {"items": items, "exercises": tasks, "lessons": tuple(course.pages), "variants": 8}
    return Key(**{**{n: getattr(made, n) for n in made.__dataclass_fields__}, **about})


def earned(test: str, space: dict[str, Any]) -> float:
    """Return what a test cell shows in a notebook whose names are `space`."""
    hidden = REGION.search(test)
    assert hidden
    body, _, last = hidden[1].rpartition("\n")
    exec(compile(body, "<test>", "exec"), space)
    return float(eval(last, space))


def test_each_question_of_the_course_earns_the_same_typed(course: Courseware, key: Key) -> None:
    """What the test cell gives, what our marks give for the cell's text, and what the bank gives are one."""
    wrong = []
    for name in key.items:
        item = course.bank.items[name]
        question, made = variant(item.question, key.seed(VARIANT)), sheet(key, item.question, item.folder)
        if not made.share:
            continue
        about = {"item": name, "kind": question.kind, "parts": dict(made.parts)}
        test = _test(variable(name), made, question.points)
        for sample in question.samples():
            written = typed(key, question, made, sample.answer)
            if not isinstance(written, str | int | float | list | None):
                continue
            read, _odd = answer_of(about, f"{variable(name)} = {written!r}")
            ours = question.mark(unsealed(key, question, read)).earned
            theirs = earned(test, {variable(name): written})
            # of what the page would never send, such as "2" for the number 2, both may be more lenient
            want = ours if sample.status is Status.INVALID else question.mark(sample.answer).earned
            if not ours == pytest.approx(theirs) == want:
                wrong.append((name, question.kind, sample.answer, written, want, ours, theirs))
        if earned(test, {variable(name): made.right}) != question.points:
            wrong.append((name, "its own key"))
    assert wrong == []


@pytest.mark.filterwarnings("ignore::UserWarning")  # of known mistakes
@pytest.mark.parametrize("every", [6, pytest.param(1, marks=pytest.mark.soak)])
def test_each_exercise_earns_the_same_in_its_test_cell(every: int, catalog: Catalog, key: Key) -> None:
    wrong = []
    for name, entry in list(catalog.entries.items())[::every]:
        exercise, seed = entry.exercise, key.draws(name, TURN)
        test, want = _checked(exercise, key, exercise.points), expected(exercise, seed)
        assert "lessontools" not in test or "lessontools" in probe(exercise).code
        sources = {"stub": exercise.stub, **exercise.solutions}
        sources |= {n: m.source for n, m in exercise.mistakes.items()}
        for what, source in sources.items():
            seen = observe_source(exercise, source, seed)
            mark = judge(exercise, seen, want, {})
            found = _in_a_notebook(source, test, exercise.function)
            if found != pytest.approx(mark.earned):
                wrong.append((name, what, mark.earned, found))
    assert wrong == []


def _in_a_notebook(source: str, test: str, function: str) -> float:
    import torch

    space: dict[str, Any] = {"__name__": "__main__", "torch": torch, "nn": torch.nn, "F": torch.nn.functional}
    space["In"] = ["", source]
    exec(compile(source, "<cell>", "exec"), space)
    return earned(test, space)


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ('answer_x = ""', None),
        ("answer_x = None", None),
        ('answer_x = "a"\nanswer_x = "b"', "tok-b"),
        ("answer_x = b", None),
        ("answer_x = open('/etc/passwd').read()", None),
        ("answer_x = 'a' * 10**9", None),
        ('answer_x = "b"\n# put your answer above\nraise NotImplementedError()', "tok-b"),
        ("def broken(:", None),
        ("answer_y = 'a'", None),
    ],
)
def test_cells_are_read_as_data(cell: str, answer: Any) -> None:
    about = {"item": "x", "kind": "choice", "parts": {"a": "tok-a", "b": "tok-b"}}
    assert answer_of(about, cell)[0] == answer


@pytest.mark.parametrize(
    ("typed_in", "value"), [("-0.5", -0.5), ("1/4", 0.25), ("2*3+1", 7.0), ('"0,25"', "0,25"), ("1/0", None)]
)
def test_numbers_may_be_worked_out_in_the_cell(typed_in: str, value: Any) -> None:
    assert answer_of({"item": "x", "kind": "number"}, f"answer_x = {typed_in}")[0] == value
