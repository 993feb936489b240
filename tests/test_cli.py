import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from lessontools.cli import main

TINY = '# mine\ntitle: "T"\nlessons: []\n'


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "quizzes").mkdir()
    (tmp_path / "quizzes" / "course.yaml").write_text(TINY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str, code: int = 0, given: str | None = None) -> str:
    found = CliRunner().invoke(main, list(words), input=given)
    assert found.exit_code == code, found.output
    return found.output


def test_new_check_build_solved_and_from_in_one_go(bare: Path):
    assert "built notebooks/01_first.ipynb" in run("new", "01_first")
    assert run("check", "--no-run").endswith("laws: 0 errors, 0 warnings\n")
    assert "0 differences" in run("build", "--check")
    assert "01_first.ipynb" in run("build", "01", "--solved", "--out", "solved", "--variant", "sum")
    assert "number + number" in (bare / "solved" / "01_first.ipynb").read_text()
    assert "did you mean" in run("build", "--solved", "--out", "x", "--variant", "summ", code=1)
    source = bare / "notebooks" / "src" / "01_first.py"
    before = source.read_text()
    assert "wrote notebooks/src/01_first.py" in run("build", "--from", "notebooks/01_first.ipynb")
    assert source.read_text() == before
    source.write_text(before.replace("6 * 7", "7 * 6"))
    assert "has another source" in run("build", "--check", code=1)
    assert "| id |" in run("check", "--table")
    source.write_text(before.replace("print(6 * 7)", "1 / 0"))
    assert "ZeroDivisionError" in run("build", code=1)


def test_errors_are_one_clean_message_with_code_1_and_misuse_has_code_2(bare: Path):
    assert run("build", "07", code=1).startswith("Error: no lesson '07'")
    assert "cannot be a lesson's name" in run("new", "first", code=1)
    for words in (["--solved"], ["--out", "x"], ["--variant", "x"], ["--check", "--solved", "--out", "x"]):
        run("build", *words, code=2)
    run("chekc", code=2)


def test_outside_a_course_the_cure_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert "no course here" in run("check", code=1)


def test_the_record_is_found_moved_and_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from lessontools.record import open_record

    monkeypatch.setenv("LESSONTOOLS_RECORD", str(tmp_path / "a.jsonl"))
    open_record().append("answer", "x", {"answer": 1})
    assert run("record", "where").strip() == str(tmp_path / "a.jsonl")
    run("record", "export", str(tmp_path / "kept.jsonl"))
    assert "exists already" in run("record", "export", str(tmp_path / "kept.jsonl"), code=1)
    run("record", "delete", given="n\n", code=1)
    assert (tmp_path / "a.jsonl").exists()
    run("record", "delete", "--yes")
    assert not (tmp_path / "a.jsonl").exists()
    assert "1 new event" in run("record", "load", str(tmp_path / "kept.jsonl"))
    assert "no such file" in run("record", "load", str(tmp_path / "none"), code=1)


def test_the_package_runs_as_a_module():
    found = subprocess.run([sys.executable, "-m", "lessontools", "--version"], capture_output=True, text=True)
    assert found.returncode == 0 and found.stdout.startswith("lessontools")


def test_what_a_student_is_called_steers_no_terminal():
    from lessontools.cli.saying import for_terminal

    said = for_terminal("Zo\u00eb \u202eevil\u202c \x1b[2J\x07\ttab\nline")
    assert said == "Zo\u00eb \ufffdevil\ufffd \ufffd[2J\ufffd\ttab\nline"
