"""nbgrader both ways: its assignment earns the points that ours earns, and its hand-ins are ours to grade.

nbgrader itself is asked where LESSONTOOLS_NBGRADER names the Python of an environment that has it:

    python -m venv NBG && NBG/bin/pip install nbgrader==0.9.6 torch==2.13.0
    LESSONTOOLS_NBGRADER=NBG/bin/python pytest tests/grading/test_nbgrader.py
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lessontools.cli import main
from lessontools.course.page import Courseware, open_courseware
from lessontools.grading.answered import SPACE, UNWRITTEN, answer_of, variable
from lessontools.grading.collect import collect
from lessontools.grading.intake import read_handin
from lessontools.grading.run import run
from lessontools.grading.secret import Key, new_key, read_key, unsealed
from lessontools.grading.store import Store
from lessontools.grading.wall import GradingError, bubblewrap
from lessontools.grading.worksheet import VARIANT, sheet
from lessontools.practice.catalog import Catalog
from lessontools.practice.exercise import judge
from lessontools.practice.observation import expected, observe_source
from lessontools.quiz.question import variant
from tests.grading.worksheets import Worksheets, filled, typed

ROOT = Path(__file__).parents[2]
GRADE_ID = re.compile(r"[A-Za-z0-9_-]+")
ROLES = {(False, True, False): "answer", (True, False, True): "test", (False, False, True): "read"}
ROLES |= {(True, True, False): "manual"}
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
    assert hidden and not re.search(r"^ *(from|import) lessontools", hidden[1], re.MULTILINE)
    body, _, last = hidden[1].rpartition("\n")
    exec(compile(body, "<test>", "exec"), space)
    return float(eval(last, space))


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("nbgrader")
    os.chdir(ROOT)
    made = CliRunner().invoke(main, ["release", "00", "--out", str(out), "--name", "w1", "--nbgrader"])
    assert made.exit_code == 0 and "nbgrader" in made.output, made.output
    return out


@pytest.fixture(scope="module")
def source(released: Path) -> dict[str, Any]:
    path = released / "nbgrader" / "source" / "w1" / "00_start.ipynb"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def text_of(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def test_the_metadata_keep_every_rule_of_nbgraders_version_3(source: dict[str, Any]) -> None:
    ids = []
    for cell in source["cells"]:
        told = cell["metadata"]["nbgrader"]
        assert told["schema_version"] == 3
        assert set(told) <= {"schema_version", "grade", "solution", "locked", "grade_id", "points"}  # no key of ours
        assert all(isinstance(told[name], bool) for name in ("grade", "solution", "locked"))
        assert GRADE_ID.fullmatch(told["grade_id"])
        ids.append(told["grade_id"])
        role = ROLES[told["grade"], told["solution"], told["locked"]]
        assert ("points" in told) == told["grade"]
        assert not told["grade"] or (type(told["points"]) in (int, float) and told["points"] >= 0)
        if cell["cell_type"] == "markdown":
            assert role in ("read", "manual")
        text = text_of(cell)
        assert ("BEGIN HIDDEN TESTS" in text) == ("END HIDDEN TESTS" in text) == (role == "test")
        assert ("BEGIN SOLUTION" in text) == ("END SOLUTION" in text) == (role == "answer")
    assert len(set(ids)) == len(ids)


def test_it_asks_what_the_release_asks_for_the_same_points(released: Path, source: dict[str, Any]) -> None:
    key = read_key(released / "private" / "key.json")
    told = [cell["metadata"] for cell in source["cells"]]
    assert sum(each["nbgrader"].get("points", 0) for each in told) == key.points
    ours = [each[SPACE] for each in told if SPACE in each]
    assert [each["item"] for each in ours if "item" in each] == list(key.items)
    assert [each["exercise"] for each in ours if "exercise" in each] == list(key.exercises)
    assert source["metadata"][SPACE] == {"assignment": "w1", "version": key.version}


def test_nothing_that_students_keep_tells_what_is_right(released: Path, source: dict[str, Any]) -> None:
    key = read_key(released / "private" / "key.json")
    kept = [text_of(c) for c in source["cells"] if c["metadata"]["nbgrader"]["solution"] is False]
    kept = [REGION.sub("", text) for text in kept] + [json.dumps(c["metadata"]) for c in source["cells"]]
    for item in open_courseware(ROOT).bank.items.values():
        if item.question.id in key.items and hasattr(item.question, "choices"):
            names = [option.id for option in item.question.choices]
            assert not [name for name in names if f'"{name}"' in "\n".join(kept) and len(name) > 8]
    assert not [p for p in (released / "student").rglob("*") if "nbgrader" in p.name]


def test_each_question_of_the_course_earns_the_same_typed(course: Courseware, key: Key) -> None:
    """What the test cell gives, what our marks give for the cell's text, and what the bank gives are one."""
    wrong = []
    for name in key.items:
        item = course.bank.items[name]
        question, made = variant(item.question, key.seed(VARIANT)), sheet(key, item.question, item.folder)
        if not made.share:
            continue
        about = {"item": name, "kind": question.kind, "parts": dict(made.parts)}
        test = _test_of(made, name, question.points)
        for answer in [*(sample.answer for sample in question.samples()), None]:
            written = typed(key, question, made, answer)
            if not isinstance(written, str | int | float | list | None):
                continue
            read, _odd = answer_of(about, f"{variable(name)} = {written!r}")
            ours = question.mark(unsealed(key, question, read)).earned
            theirs, want = earned(test, {variable(name): written}), question.mark(answer).earned
            if not ours == pytest.approx(theirs) == want:
                wrong.append((name, question.kind, answer, written, want, ours, theirs))
        if earned(test, {variable(name): made.right}) != question.points:
            wrong.append((name, "its own key"))
    assert wrong == []


def _test_of(made: Any, name: str, points: float) -> str:
    from lessontools.grading.nbgrader import _test

    return _test(variable(name), made, points)


def test_each_exercise_earns_the_same_in_its_test_cell(course: Courseware, catalog: Catalog, key: Key) -> None:
    from lessontools.grading.nbgrader import TURN, _checked

    wrong = []
    for name, entry in catalog.entries.items():
        exercise, seed = entry.exercise, key.draws(name, TURN)
        test, want = _checked(exercise, key, exercise.points), expected(exercise, seed)
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


def test_a_copied_cell_counts_with_what_it_holds_last(source: dict[str, Any]) -> None:
    book = filled(source, {"pre-die": 50}, {})
    cell = next(c for c in book["cells"] if c["metadata"].get(SPACE, {}).get("item") == "pre-die")
    book["cells"] += [{**cell, "source": "answer_pre_die = 7"}, {**cell, "source": "answer_pre_die = None"}]
    assert read_handin(json.dumps(book).encode(), "a.ipynb").answers["pre-die"]["answer"] == 7


def tree_of(folder: Path, lessons: list[str], books: list[dict[str, Any]]) -> None:
    for number, book in enumerate(books):
        place = folder / f"student{number:02}" / "w1"
        place.mkdir(parents=True)
        for lesson in lessons:
            (place / f"{lesson}.ipynb").write_text(json.dumps(book), encoding="utf-8")


def test_several_lessons_of_one_student_are_one_hand_in(tmp_path: Path, source: dict[str, Any]) -> None:
    lessons = ["00_start", "01_forward"]
    tree_of(tmp_path / "submitted", lessons, [filled(source, {"pre-die": 50}, {})])
    key = Key("w1", "", "00" * 32, 8, "", "", tuple(lessons), {}, {})
    for start in (tmp_path / "submitted", tmp_path):
        (handin,) = collect([start], tmp_path / start.name / "handins", key)
        assert handin.student == "student00" and handin.answers["pre-die"]["answer"] == 50
        assert len(handin.cells) > 2


THEIRS = """\
import json, sys
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    print(json.dumps({s.student.id: {g.cell.name: g.score for n in s.notebooks for g in n.grades}
                      for s in book.assignment_submissions("w1")}))
"""


def nbgrader(folder: Path, *words: str) -> str:
    """Run nbgrader in its own environment; it wants that environment on the path."""
    python = os.environ["LESSONTOOLS_NBGRADER"]
    env = {**os.environ, "PATH": f"{Path(python).parent}{os.pathsep}{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}
    env = {name: value for name, value in env.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    made = subprocess.run([python, *words], cwd=folder, env=env, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr[-3000:]
    return made.stdout + made.stderr


@pytest.mark.skipif(
    "LESSONTOOLS_NBGRADER" not in os.environ,
    reason="LESSONTOOLS_NBGRADER names no Python with nbgrader: python -m venv NBG && NBG/bin/pip install "
    "nbgrader==0.9.6 torch==2.13.0, then LESSONTOOLS_NBGRADER=NBG/bin/python",
)
def test_nbgrader_gives_the_marks_that_we_give(released: Path) -> None:
    folder = released / "nbgrader"
    nbgrader(folder, "-m", "nbgrader", "generate_assignment", "w1")
    told = nbgrader(folder, "-m", "nbgrader", "validate", "source/w1/00_start.ipynb")
    assert "Success" in told, told
    book = json.loads((folder / "release" / "w1" / "00_start.ipynb").read_text(encoding="utf-8"))
    text = "\n".join(text_of(cell) for cell in book["cells"])
    assert "HIDDEN TESTS" not in text and "SOLUTION" not in text and UNWRITTEN in text
    sheets = Worksheets(ROOT, released)
    count = int(os.environ.get("LESSONTOOLS_NBGRADER_STUDENTS", "6"))
    books = [book, *(sheets.student(number, book) for number in range(1, count))]  # the first hands it in untouched
    tree_of(folder / "submitted", ["00_start"], books)
    nbgrader(folder, "-m", "nbgrader", "autograde", "w1", "--create")
    theirs = json.loads(nbgrader(folder, "-c", THEIRS).splitlines()[-1])
    assert len(theirs) == count and ours_of(released) == theirs


def ours_of(released: Path) -> dict[str, dict[str, Any]]:
    """Return our marks of the same hand-ins, under the names of nbgrader's cells."""
    key = read_key(released / "private" / "key.json")
    collect([released / "nbgrader" / "submitted"], released / "handins", key)
    store = Store(released / "private" / "grades.sqlite")
    try:
        bubblewrap()
        trusted = False
    except GradingError:
        trusted = True  # what is run here is the course's own
    summary = run(ROOT, key, released / "handins", store, trusted=trusted)
    found: dict[str, dict[str, Any]] = {}
    for handin in store.handins():
        outcomes = store.outcomes(handin["hash"], 1, summary.tests)
        role = {"exercise": "test-exercise", "explain": "answer"}
        found[handin["student"]] = {f"{role.get(o.kind, 'test')}-{o.item}": o.earned for o in outcomes}
    store.close()
    return found


def test_what_nbgrader_is_asked_for_needs_nothing_of_this_package(source: dict[str, Any], tmp_path: Path) -> None:
    """All code cells run in a bare Python in which lessontools cannot be imported, and earn everything."""
    lines = ["import sys", "sys.modules['lessontools'] = None", "total = 0.0"]
    for cell in source["cells"]:
        if cell["cell_type"] == "code":
            text = text_of(cell).replace("\n_earned()\n", "\ntotal += _earned()\n")
            lines.append(text)
    lines.append("print(total)")
    (tmp_path / "all.py").write_text("\n".join(lines), encoding="utf-8")
    ran = subprocess.run([sys.executable, str(tmp_path / "all.py")], capture_output=True, text=True, cwd=tmp_path)
    manual = sum(
        cell["metadata"]["nbgrader"]["points"]
        for cell in source["cells"]
        if cell["cell_type"] == "markdown" and cell["metadata"]["nbgrader"]["grade"]
    )
    points = sum(cell["metadata"]["nbgrader"].get("points", 0) for cell in source["cells"])
    assert ran.returncode == 0 and float(ran.stdout) == points - manual, ran.stderr
