"""Marking by hand: key by key or through a spreadsheet, stopped and gone on with; the ledger counts what was marked."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lessontools.cli import main
from lessontools.grading import ledger
from lessontools.grading.ledger import Sheet
from lessontools.report.subject import Subject
from tests.report.conftest import NAMES

ITEM = "explain-backward"


@pytest.fixture(autouse=True)
def _in_the_course(monkeypatch: pytest.MonkeyPatch, repo: Path) -> None:
    monkeypatch.chdir(repo)


def mark(folder: Path, *options: str, keys: str = "") -> Result:
    return CliRunner().invoke(main, ["mark", str(folder), *options], input=keys)


def sheets(folder: Path) -> dict[str, Sheet]:
    with ledger.opened(folder) as store:
        return {each.student: each for each in ledger.sheets(store)}


def explained(sheet: Sheet) -> tuple[str, float, bool]:
    found = next(each for each in sheet.outcomes if each.item == ITEM)
    return found.state.value, found.earned, found.waiting


def test_keys_toggle_criteria_and_enter_stores(folder: Path, about: Subject) -> None:
    done = mark(folder, keys="123" + "2" + "\r" + "q")
    assert done.exit_code == 0, done.output
    assert "1 explanation marked" in done.output and "A good answer:" in done.output and "[1 of 2]" in done.output
    states = [explained(sheet) for sheet in sheets(folder).values()]
    assert sorted(states) == [
        ("BLANK", 0, False),
        ("BLANK", 0, True),
        ("PARTLY", pytest.approx(2 / len(about.parts[ITEM].rubric)), False),
    ]


def test_it_goes_on_where_it_was_stopped(folder: Path) -> None:
    assert "0 explanations marked" in mark(folder, keys="sq").output
    mark(folder, keys="a\rq")
    left = mark(folder, keys="n\r")
    assert "[1 of 1]" in left.output and "1 explanation marked" in left.output
    assert "nothing waits" in mark(folder).output
    assert sorted(explained(each)[0] for each in sheets(folder).values()) == ["BLANK", "RIGHT", "WRONG"]


def test_going_back_and_marking_again(folder: Path) -> None:
    mark(folder, keys="a\r" + "b" + "n\r" + "n\r")
    assert sorted(explained(each)[0] for each in sheets(folder).values()) == ["BLANK", "WRONG", "WRONG"]
    shown = mark(folder, "--again", keys="a\rq")
    assert "[1 of 2]" in shown.output
    assert sorted(explained(each)[0] for each in sheets(folder).values()) == ["BLANK", "RIGHT", "WRONG"]


def test_a_comment_is_kept_and_shown_to_the_student(folder: Path) -> None:
    mark(folder, keys="1cmind the sum\n\rq")
    found = [each for sheet in sheets(folder).values() for each in sheet.outcomes if each.feedback == "mind the sum"]
    assert len(found) == 1 and found[0].item == ITEM


def test_names_are_hidden_unless_asked_for_and_the_terminal_is_not_steered(folder: Path) -> None:
    plain, named = mark(folder, keys="q").output, mark(folder, "--names", keys="q").output
    assert "[1 of 2, " in named and "[1 of 2]" in plain
    assert "\x1b" not in plain and "\ufffd[31m" in plain


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, lines: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]), delimiter=";")  # as a spreadsheet in Europe saves it
        writer.writeheader()
        writer.writerows(lines)


def test_through_a_spreadsheet(folder: Path, about: Subject, tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    assert "2 explanations" in mark(folder, "--to-csv", str(path)).output
    lines = rows(path)
    assert [each["student"] for each in lines] == ["", ""] and lines[0]["criteria"].startswith("1 ")
    lines[0] |= {"met": "1, 3", "comment": "'=good"}
    write(path, lines)
    assert "1 explanation marked" in mark(folder, "--from-csv", str(path)).output
    assert sorted(explained(each)[0] for each in sheets(folder).values()) == ["BLANK", "BLANK", "PARTLY"]
    every = " ".join(str(at) for at, _ in enumerate(about.parts[ITEM].rubric, 1))
    lines[0]["met"], lines[1]["met"] = "0", every
    write(path, lines)
    assert "2 explanations marked" in mark(folder, "--from-csv", str(path)).output
    assert sorted(explained(each)[0] for each in sheets(folder).values()) == ["BLANK", "RIGHT", "WRONG"]
    assert any(each.feedback == "=good" for sheet in sheets(folder).values() for each in sheet.outcomes)


def test_what_was_marked_is_in_the_next_spreadsheet(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    mark(folder, keys="13\rn\r")
    mark(folder, "--to-csv", str(path), "--again", "--names")
    assert sorted((each["met"]) for each in rows(path)) == ["0", "1 3"]
    assert {each["student"] for each in rows(path)} == {NAMES[0], f"'{NAMES[1]}"}


def test_a_spreadsheet_with_faults_changes_nothing_and_names_them_all(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    mark(folder, "--to-csv", str(path))
    lines = rows(path)
    lines[0]["met"], lines[1]["met"] = "1", "four"
    write(path, [*lines, {**lines[0]}, {**lines[0], "handin": "h-none"}, {**lines[1], "met": "9"}])
    told = mark(folder, "--from-csv", str(path))
    assert told.exit_code == 1
    for words in (
        "row 3: met is 'four'",
        "row 4",
        "is there twice",
        "row 5",
        "is no explanation",
        "nothing was taken in",
    ):
        assert words in told.output, (words, told.output)
    assert all(explained(each)[0] == "BLANK" for each in sheets(folder).values())


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n"])
def test_a_file_that_is_no_marking_sheet(text: str, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    path.write_text(text)
    told = mark(folder, "--from-csv", str(path))
    assert "Traceback" not in told.output and ("needs the columns" in told.output or "0 explanations" in told.output)
