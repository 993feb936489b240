"""`lessontools report` on a graded release: every file is there, agrees with the others, and can be written again."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lessontools.cli import main
from lessontools.grading import ledger
from lessontools.grading.store import Store
from lessontools.report.subject import Subject
from lessontools.report.write import is_over
from tests.report.conftest import NAMES
from tests.report.made import harmless


@pytest.fixture(autouse=True)
def _in_the_course(monkeypatch: pytest.MonkeyPatch, repo: Path) -> None:
    monkeypatch.chdir(repo)


def report(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["report", str(folder), *options])


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_all_of_it(folder: Path, about: Subject, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("Identifier,Full name,Grade,Last modified (grade)\nP 1,Ada Lovelace,,-\nP 2,Arno Away,,-\n")
    done = report(folder, "--roster", str(roster), "--final")
    assert done.exit_code == 0 and "3 students, 1 missing" in done.output and f"{about.points:g} points" in done.output
    out = folder / "report"
    pages = sorted((out / "students").glob("*.html"))
    assert len(pages) == 3 and all(harmless(each.read_text(encoding="utf-8")) for each in pages)
    shown = harmless((out / "class.html").read_text(encoding="utf-8")).text
    assert "Arno Away" in shown and "not in the roster" in shown and "Not isolated: the code of 1 of" in shown
    wide, long = table(out / "gradebook.csv"), table(out / "gradebook-long.csv")
    assert [each["student"] for each in wide] == [NAMES[2], "'=Ben", NAMES[0], "Arno Away"] and len(long) == 3 * len(
        about.parts
    )
    for each in wide[:3]:
        parts = [float(row["points"]) for row in long if row["student"] == each["student"]]
        assert sum(parts) == pytest.approx(float(each["points"]))
    moodle = table(out / "moodle.csv")
    assert [(each["Identifier"], each["Grade"]) for each in moodle] == [
        ("P 1", ""),
        ("P 2", ""),
    ]  # one waits, one is missing
    for path in (out / "gradescope").glob("*/results.json"):
        data = json.loads(path.read_text(encoding="utf-8"))
        assert sum(each["score"] for each in data["tests"]) == pytest.approx(data["score"])


def test_without_final_students_files_hold_no_feedback(folder: Path) -> None:
    done = report(folder)
    assert "no due date is set" in done.output and "--final" in done.output
    out = folder / "report"
    for path in [*(out / "students").glob("*.html"), *(out / "gradescope").glob("*/results.json")]:
        assert "So it is." not in path.read_text(encoding="utf-8"), path
    report(folder, "--final")
    assert all("So it is." in path.read_text(encoding="utf-8") for path in (out / "students").glob("*.html"))


def test_marks_by_hand_reach_the_report(folder: Path, about: Subject) -> None:
    CliRunner().invoke(main, ["mark", str(folder)], input="a\ra\r")
    report(folder, "--final")
    ada = next(each for each in table(folder / "report" / "gradebook.csv") if each["student"] == NAMES[0])
    assert float(ada["points"]) == about.points and ada["waiting"] == "0"
    canvas = {each["Student"]: each["Week 3"] for each in table(folder / "report" / "canvas.csv")}
    assert canvas[NAMES[0]] == f"{about.points:g}" and canvas["    Points Possible"] == f"{about.points:g}"
    assert not (folder / "report" / "moodle.csv").exists()


def test_a_second_report_forgets_who_is_gone_and_leaves_other_files_alone(folder: Path) -> None:
    report(folder)
    out = folder / "report"
    (out / "students" / "mine.html").write_text("mine")
    with ledger.opened(folder) as store:
        base: Store = store
        base._base.execute("UPDATE handin SET counts = 0 WHERE student = ?", (NAMES[0],))
    assert "2 students" in report(folder).output
    left = [each.name for each in (out / "students").glob("*.html")]
    assert "mine.html" in left and not any("Lovelace" in each for each in left) and len(left) == 3
    assert len(list((out / "gradescope").iterdir())) == 2


def test_what_is_not_graded_yet_is_told(folder: Path, tmp_path: Path) -> None:
    with ledger.opened(folder) as store:
        store._base.execute("DELETE FROM outcome WHERE hash LIKE '1%'")
    report(folder)
    assert "not graded yet" in (folder / "report" / "class.html").read_text(encoding="utf-8")


def test_without_grades_it_says_what_to_do(released: Path, tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "key.json").write_bytes((released / "private" / "key.json").read_bytes())
    done = report(tmp_path)
    assert done.exit_code == 1 and "lessontools grade" in done.output


@pytest.mark.parametrize(
    ("due", "over"), [("", False), ("2026-11-20T18:00:00+00:00", True), ("2026-11-20T18:00:00-05:00", False)]
)
def test_when_attempts_are_over(due: str, over: bool) -> None:
    assert is_over(due, datetime(2026, 11, 20, 20, tzinfo=UTC)) is over


def test_places_are_told_by_their_heading(about: Subject) -> None:
    assert about.place("grad-not-cleared").startswith("00 Start: five lines that learn, “")
    assert about.place("no-such-belief") == ""
    assert all(about.place(each) for each in about.beliefs)


def test_the_documented_query_gives_the_grades_that_count(folder: Path, repo: Path) -> None:
    CliRunner().invoke(main, ["mark", str(folder)], input="1\ra\r")
    text = (repo / "docs" / "grading.md").read_text(encoding="utf-8")
    query = text.split("```sql\n")[1].split("```")[0]
    with ledger.opened(folder) as store:
        sums: dict[str, float] = {}
        for student, _, _, points, _ in store._base.execute(query):
            sums[student] = sums.get(student, 0) + points
        assert sums == {each.student: pytest.approx(each.earned) for each in ledger.sheets(store)}


def test_the_documented_schema_is_the_stores(folder: Path, repo: Path) -> None:
    text = (repo / "docs" / "grading.md").read_text(encoding="utf-8")
    told = text.split("## The gradebook's schema")[1].split("```sql")[0]
    with ledger.opened(folder) as store:
        for (name,) in store._base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            row = next(line for line in told.splitlines() if line.startswith(f"| `{name}`"))
            for column in store._base.execute(f"PRAGMA table_info({name})").fetchall():
                assert f"`{column[1]}`" in row, f"{name}.{column[1]}"
