"""Gradebooks, rosters and results.json: what Canvas, Moodle and Gradescope take in, and no formulas."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessontools.grading.outcome import State
from lessontools.grading.wall import GradingError
from lessontools.report import gradebook
from lessontools.report.gradebook import Table, guarded, unguarded
from lessontools.report.gradescope import results
from lessontools.report.roster import Roster, parse_roster, read_roster
from tests.report.made import outcome, sheet, subject

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Quiz 9 (11),week 1 (4711),Final Score
    Points Possible,,,,,5,9,(read only)
"Lovelace, Ada",1,u1,ada,Mon,,,
"Sato, Jun",2,u2,jun,Mon,,,
"Student, Test",9,,x,Mon,,,
"""
HEAD = "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade)"
MOODLE = f"""\ufeff{HEAD},Feedback comments
Participant 7,Ada Lovelace,ada@x.org,Submitted for grading,,9.00,Yes,-,
Participant 8,Jun Sato,jun@x.org,No submission,,9.00,Yes,-,
"""


def roster(tmp_path: Path, text: str) -> Roster:
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return read_roster(path)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", '=HYPERLINK("x")'])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert guarded(cell) == f"'{cell}" and unguarded(guarded(cell)) == cell


@given(st.text())
def test_what_is_guarded_starts_with_no_sign(text: str) -> None:
    cell = guarded(text)
    assert cell == "-" or not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_every_cell_of_a_table_is_guarded_and_numbers_stay() -> None:
    file = io.StringIO()
    Table(file, ["a", "=b"]).add(["@c", -1.5])
    assert list(csv.reader(io.StringIO(file.getvalue()))) == [["a", "'=b"], ["'@c", "-1.5"]]


def test_the_gradebooks_have_all_of_a_hand_in() -> None:
    waits = outcome("why", 0.0, state=State.BLANK, waiting=True, answer="=cmd()")
    one = sheet("Ada", [outcome("pick"), outcome("sum", 1 / 3), waits, outcome("code")], late=1, remarks=["late"])
    line = dict(zip(gradebook.wide_head(subject()), gradebook.wide_row(subject(), one, "7"), strict=True))
    assert (line["points"], line["possible"], line["late"], line["waiting"], line["isolated"]) == (
        3.6667,
        9,
        "late",
        1,
        "yes",
    )
    assert (line["sum"], line["why"], line["name"]) == (0.6667, "", "")
    long = [dict(zip(gradebook.LONG, row, strict=True)) for row in gradebook.long_rows(one, "7")]
    assert [each["state"] for each in long] == ["RIGHT", "PARTLY", "BLANK", "RIGHT"] and long[2]["waiting"] == "yes"


def test_canvas_gets_its_own_columns_and_numbers(tmp_path: Path) -> None:
    found = roster(tmp_path, CANVAS)
    assert [each.name for each in found.people] == ["Lovelace, Ada", "Sato, Jun"]
    ada, jun = found.people
    rows = list(
        gradebook.canvas(subject(), found, [("Ada Lovelace", ada, 7.5), ("Jun", jun, None), ("Eve", None, 1.0)])
    )
    assert rows[0] == ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "week 1 (4711)")
    assert rows[1][0].strip() == "Points Possible" and rows[1][-1] == 9
    assert rows[2] == ("Lovelace, Ada", "1", "u1", "ada", "Mon", 7.5)
    assert rows[3][-1] == "" and rows[4][0] == "Eve"


def test_moodles_worksheet_is_filled_in_as_it_was(tmp_path: Path) -> None:
    found = roster(tmp_path, MOODLE)
    people = [("Ada", found.people[0], 7.5, "Read <it> again."), ("Jun", found.people[1], None, "")]
    rows = [list(each) for each in gradebook.moodle(subject(), found, people)]
    assert rows[0] == found.columns and len(rows) == 3
    line = dict(zip(rows[0], rows[1], strict=True))
    assert (line["Identifier"], line["Grade"], line["Status"]) == ("Participant 7", "7.5", "Submitted for grading")
    assert line["Feedback comments"] == "Read &lt;it&gt; again." and line["Last modified (grade)"] == "-"
    assert dict(zip(rows[0], rows[2], strict=True))["Grade"] == ""


def test_moodle_without_a_worksheet_still_has_the_columns_it_wants() -> None:
    found = parse_roster([{"Name": "Ada Lovelace", "Email address": "ada@x.org"}])
    rows = list(gradebook.moodle(subject(), found, [("Ada", found.people[0], 1.0, "so")]))
    assert rows[0] == [
        "Identifier",
        "Full name",
        "Email address",
        "Grade",
        "Last modified (grade)",
        "Feedback comments",
    ]
    assert rows[1] == ["", "Ada Lovelace", "ada@x.org", "1", "-", "so"]


@pytest.mark.parametrize("name", ["Ada Lovelace", "Lovelace, Ada", "ada  LOVELACE", "u1", "ada", "1"])
def test_a_student_is_found_by_name_or_number(name: str, tmp_path: Path) -> None:
    assert roster(tmp_path, CANVAS).find(name) == 0


def test_a_name_of_two_people_means_neither() -> None:
    rows = [
        {"name": "Kim Lee", "id number": "1"},
        {"name": "Kim Lee", "id number": "2"},
        {"name": "Bo", "id number": "3"},
    ]
    found = parse_roster(rows)
    assert found.find("Kim Lee") is None and found.find("2") == 1 and found.find("Bo") == 2
    assert found.find("nobody") is None and "more than once" in found.notes[0]


@pytest.mark.parametrize("text", ["", "a;b\n1;2\n", "Student,ID\n    Points Possible,\n", 'Name\n"open'])
def test_a_file_that_is_no_roster_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(GradingError, match=r"roster\.csv"):
        roster(tmp_path, text)


def test_a_roster_of_another_encoding_or_mark_is_told_or_read(tmp_path: Path) -> None:
    assert roster(tmp_path, "First name;Surname;ID\nZoë;Ng;4\n").people[0].name == "Zoë Ng"
    (tmp_path / "roster.csv").write_bytes("Name\nZoë\n".encode("cp1252"))
    with pytest.raises(GradingError, match="UTF-8"):
        read_roster(tmp_path / "roster.csv")


def test_results_for_gradescope() -> None:
    data = results(subject(), sheet("Ada", isolated=False, remarks=["late"]), final=True)
    assert data["score"] == 6 and data["visibility"] == "visible"
    assert "Not isolated" in data["output"] and "late" in data["output"]
    test = data["tests"][0]
    assert (test["score"], test["max_score"], test["visibility"]) == (1, 1, "visible") and "Because." in test["output"]


def test_results_before_the_end_hide_everything() -> None:
    data = results(subject(), sheet("Ada"), final=False)
    assert data["visibility"] == "hidden"
    assert all(each["visibility"] == "hidden" and not each["output"] for each in data["tests"])
