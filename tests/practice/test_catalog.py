from __future__ import annotations

import os
import subprocess
import sys

import pytest

from lessontools.errors import CourseError
from lessontools.practice.catalog import find_exercise, load_catalog, open_catalog, read_catalog
from tests.practice.samples import COURSE, MODULE


@pytest.fixture
def course(tmp_path):
    (tmp_path / "quizzes").mkdir()
    (tmp_path / "quizzes" / "course.yaml").write_text(COURSE)
    (tmp_path / "quizzes" / "01_double.py").write_text(MODULE)
    return tmp_path


def test_exercises_are_found_with_lesson_file_and_line(course):
    catalog = load_catalog(course)
    entry = catalog["double-it"]
    line = MODULE.splitlines().index("double = Exercise(") + 1
    assert (entry.lesson, entry.file, entry.line) == ("01_double", "quizzes/01_double.py", line)
    assert catalog.of("01_double") == [entry] and catalog.of("02_other") == []


def test_the_course_is_found_from_within_its_folders(course, monkeypatch):
    monkeypatch.chdir(course / "quizzes")
    assert find_exercise("double-it").exercise.title == "Double"


@pytest.mark.parametrize("key", ["doubel-it", 3, None, ["double-it"]])
def test_an_unknown_id_is_told_with_a_near_miss(course, key):
    with pytest.raises(CourseError) as caught:
        open_catalog(course)[key]
    assert "no exercise" in str(caught.value)
    assert ("did you mean 'double-it'?" in str(caught.value)) == (key not in (3, None))


@pytest.mark.parametrize(
    ("source", "line", "says"),
    [
        ("x = 1\nimport no_such_module\n", 2, "no_such_module"),
        ("x = (\n", 1, "SyntaxError"),
        ("\n\nraise SystemExit\n", 3, "SystemExit"),
        (MODULE.replace('title="Double"', 'title=""'), MODULE.splitlines().index("double = Exercise(") + 1, "'title'"),
        (
            MODULE.replace('title="Double",', 'title="D", colour=3,'),
            MODULE.splitlines().index("double = Exercise(") + 1,
            "colour",
        ),
        (b"\xff\xfe\x00", 1, ""),
    ],
)
def test_a_file_that_cannot_be_imported_is_a_fault_with_its_line_and_the_others_still_work(course, source, line, says):
    text = source if isinstance(source, bytes) else source.encode()
    (course / "quizzes" / "02_broken.py").write_bytes(text)
    catalog = read_catalog(course)
    assert "double-it" in catalog.entries
    (fault,) = catalog.faults
    assert (fault.file, fault.line) == ("quizzes/02_broken.py", line) and says in fault.message
    with pytest.raises(CourseError, match=rf"quizzes/02_broken\.py:{line}"):
        load_catalog(course)
    with pytest.raises(CourseError, match=r"02_broken"):
        catalog["nothing-like-it"]


def test_an_id_used_twice_is_told_with_both_places_across_files_and_within_one(course):
    (course / "quizzes" / "02_more.py").write_text("\n" + MODULE)
    twice = MODULE + MODULE[MODULE.index("double = Exercise(") :].replace("double = Exercise(", "again = Exercise(")
    (course / "quizzes" / "03_twice.py").write_text(twice.replace("double-it", "third"))
    lines = [at for at, line in enumerate(MODULE.splitlines(), 1) if line == "double = Exercise("]
    first, second = read_catalog(course).faults
    assert (first.file, first.line, first.rule) == ("quizzes/02_more.py", lines[0] + 1, "duplicate-id")
    assert f"quizzes/01_double.py:{lines[0]}" in first.cure
    assert second.file == "quizzes/03_twice.py" and second.line > lines[0] and f":{lines[0]}" in second.cure


def test_an_edit_is_seen_at_once(course):
    assert open_catalog(course)["double-it"].exercise.title == "Double"
    assert open_catalog(course) is open_catalog(course)
    path = course / "quizzes" / "01_double.py"
    path.write_text(MODULE.replace('title="Double"', 'title="Twice!"'))
    os.utime(path, ns=(1, path.stat().st_mtime_ns))
    assert open_catalog(course)["double-it"].exercise.title == "Twice!"


def test_reading_a_course_needs_no_torch(course):
    script = (
        "import sys; from pathlib import Path; from lessontools.practice.catalog import read_catalog;"
        f"print(len(read_catalog(Path({str(course)!r})).entries), 'torch' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["1", "False"]
