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
from lessontools.course.page import open_courseware
from lessontools.grading.answered import SPACE, UNWRITTEN
from lessontools.grading.collect import collect, taken
from lessontools.grading.intake import read_handin
from lessontools.grading.run import run
from lessontools.grading.secret import Key, read_key
from lessontools.grading.store import Store
from lessontools.grading.wall import GradingError, bubblewrap
from tests.grading.worksheets import Worksheets, filled

ROOT = Path(__file__).parents[2]
NBGRADER = os.environ.get("LESSONTOOLS_NBGRADER", "")  # a test's own environment knows nothing of the machine's
STUDENTS = int(os.environ.get("LESSONTOOLS_NBGRADER_STUDENTS", "6"))
GRADE_ID = re.compile(r"[A-Za-z0-9_-]+")
ROLES = {(False, True, False): "answer", (True, False, True): "test", (False, False, True): "read"}
ROLES |= {(True, True, False): "manual"}
REGION = re.compile(r"### BEGIN HIDDEN TESTS\n(.*)\n### END HIDDEN TESTS", re.DOTALL)


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
    course = tmp_path / "course"
    tree_of(course / "submitted", lessons, [filled(source, {"pre-die": 50}, {})])
    key = Key("w1", "", "00" * 32, 8, "", "", tuple(lessons), {}, {})
    for start in (course / "submitted", course):
        into = tmp_path / "to" / start.name
        assert len(collect([start], into, key)) == 1
        ((handin, _body),) = taken(into, key)
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
    python = NBGRADER
    env = {**os.environ, "PATH": f"{Path(python).parent}{os.pathsep}{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}
    env = {name: value for name, value in env.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    made = subprocess.run([python, *words], cwd=folder, env=env, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr[-3000:]
    return made.stdout + made.stderr


@pytest.mark.skipif(
    not NBGRADER,
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
    count = STUDENTS
    books = [book, *(sheets.student(number, book) for number in range(1, count))]  # the first hands it in untouched
    tree_of(folder / "submitted", ["00_start"], books)
    nbgrader(folder, "-m", "nbgrader", "autograde", "w1", "--create")
    theirs = json.loads(nbgrader(folder, "-c", THEIRS).splitlines()[-1])
    assert len(theirs) == count and ours_of(released) == theirs
    assert len({each for marks in theirs.values() for each in marks.values()}) > 3  # parts of points too


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
