"""Reading a bank: all faults of all files at once, each on its line and with a cure."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lessontools.errors import CourseError
from lessontools.quiz.bank import read_bank
from tests.quiz.planted import GOOD

FAULTY = """questions:
  - id: one
    kind: choise
    stem: What?
  - id: two
    kind: choice
    objectives: [say-what-runs]
    stem: What?
    whi: Because.
    choices:
      - {id: a, text: yes, right: yes, feedback: So.}
      - {id: b, text: no, feedback: ""}
  - id: three
    kind: flashcard
    kind: flashcard
    objectives: [say-what-runs]
    stem: What?
    back: That.
    why: So.
  - id: three
    kind: flashcard
    objectives: [say-what-runs]
    stem: What else?
    back: That.
    why: So.
"""


def test_all_faults_are_told_at_once_by_line_with_cures(tmp_path: Path):
    shutil.copytree(GOOD, tmp_path, dirs_exist_ok=True)
    (tmp_path / "quizzes" / "02_numbers.yaml").write_text(FAULTY)
    bank = read_bank(tmp_path)
    told = {(fault.line, fault.rule): fault for fault in bank.faults}
    assert {(9, "unknown-field"), (5, "missing-field"), (15, "duplicate-key"), (20, "duplicate-id")} <= set(told)
    assert all(fault.file == "quizzes/02_numbers.yaml" for fault in bank.faults)
    assert "did you mean 'choice'" in next(f.message for f in bank.faults if f.item == "one")
    assert "did you mean 'why'" in told[9, "unknown-field"].cure
    assert "true or false" in told[11, "field"].cure
    assert (12, "field") in told
    assert "three" in bank.items and "what-backward-stores" in bank.items  # what is sound stays usable
    with pytest.raises(CourseError, match="question 'two' is broken"):
        bank.item("two")


def test_an_unknown_id_names_the_nearest():
    with pytest.raises(CourseError, match="did you mean 'build-a-step'"):
        read_bank(GOOD).item("build-step")


@pytest.mark.parametrize(
    ("text", "line", "rule"),
    [
        ("", 1, "empty"),
        ("questions:\n  - id: [\n", 3, "yaml"),
        ("questions: &a\n  - *a\n", 1, "yaml"),
        ("items: []\n", 1, "shape"),
        ("questions:\n  - just text\n", 2, "shape"),
    ],
)
def test_a_mangled_file_is_told_and_never_raised(tmp_path: Path, text: str, line: int, rule: str):
    shutil.copytree(GOOD, tmp_path, dirs_exist_ok=True)
    (tmp_path / "quizzes" / "02_numbers.yaml").write_text(text)
    assert [(fault.line, fault.rule) for fault in read_bank(tmp_path).faults] == [(line, rule)]
