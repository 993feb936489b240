"""Writing a report: sheets, one at a time -> gradebooks, a page and a results.json for each student, the class page."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from lessontools.assignment.handin import slug
from lessontools.grading.ledger import Sheet
from lessontools.grading.outcome import State
from lessontools.grading.wall import GradingError
from lessontools.report import gradebook
from lessontools.report.class_page import class_page
from lessontools.report.gradebook import Table, number_of
from lessontools.report.gradescope import results
from lessontools.report.likeness import Likeness
from lessontools.report.roster import Person, Roster, no_roster
from lessontools.report.student import feedback_text, student_page
from lessontools.report.subject import Subject
from lessontools.report.tally import Tally

__all__ = ["Written", "is_over", "write_report"]

_OURS = re.compile(r".+-[0-9a-f]{8}(\.html)?")


@dataclass
class Written:
    """What was written: how many students and missing ones, whether feedback is in it, and notes for the instructor."""

    students: int = 0
    missing: int = 0
    final: bool = False
    notes: list[str] = field(default_factory=list)


@dataclass
class _Class:
    """What is gathered on the way: the tally, the code, and the line of each student for the course pages."""

    tally: Tally
    likeness: Likeness = field(default_factory=Likeness)
    seen: set[int] = field(default_factory=set)
    strangers: list[str] = field(default_factory=list)
    grades: dict[str, tuple[int | None, float | None, str]] = field(default_factory=dict)


def is_over(due: str, now: datetime) -> bool:
    """Return whether attempts are over: there is a due date, and it is past."""
    return bool(due) and datetime.fromisoformat(due) < now


def write_report(
    sheets: Iterable[Sheet],
    subject: Subject,
    out: Path,
    roster: Roster | None = None,
    final: bool = False,
    now: datetime | None = None,
    ungraded: Iterable[str] = (),
) -> Written:
    """Write all of a report into a folder; raise GradingError if that is not possible.

    `final` puts points and feedback into students' files before the due date, or where there is none.
    """
    now, roster = now or datetime.now(UTC), roster or no_roster()
    final = final or is_over(subject.due, now)
    found = _Class(Tally(subject))
    try:
        kept = _students(sheets, subject, out, roster, final, found)
        for name in ungraded:
            found.tally.strange(name, "handed in, but not graded yet: run 'lessontools grade'")
        _course_pages(subject, out, roster, found, final)
        notes = _notes(subject, roster, found, final)
        made = f"{now.day} {now:%B %Y, %H:%M} {now.tzname() or ''}".strip()
        (out / "class.html").write_text(
            class_page(found.tally, found.likeness.pairs(), made, notes), encoding="utf-8"
        )  # fmt: skip
        _tidy(out, kept)
    except OSError as error:
        raise GradingError(f"{error.filename or out}: cannot be written ({error.strerror})") from error
    missing = len(roster.people) - len(found.seen)
    return Written(found.tally.students, missing, final, notes)


def _students(
    sheets: Iterable[Sheet], subject: Subject, out: Path, roster: Roster, final: bool, found: _Class
) -> set[str]:
    """Write what is of one student, student by student; return the names of their files."""
    kept: set[str] = set()
    for name in ("students", "gradescope"):
        (out / name).mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:

        def table(name: str, head: gradebook.Row) -> Table:
            # with a byte order mark, spreadsheets read it as UTF-8
            return Table(stack.enter_context((out / name).open("w", encoding="utf-8-sig", newline="")), head)

        wide, long = table("gradebook.csv", gradebook.wide_head(subject)), table("gradebook-long.csv", gradebook.LONG)
        for sheet in sheets:
            name = f"{slug(sheet.student)}-{hashlib.sha256(sheet.student.encode()).hexdigest()[:8]}"
            kept.add(name)
            person = _met(sheet, roster, found, final)
            known = number_of(person)
            wide.add(gradebook.wide_row(subject, sheet, known))
            for row in gradebook.long_rows(sheet, known):
                long.add(row)
            (out / "students" / f"{name}.html").write_text(student_page(subject, sheet, final), encoding="utf-8")
            (out / "gradescope" / name).mkdir(exist_ok=True)
            data = json.dumps(results(subject, sheet, final), indent=1, ensure_ascii=False)
            (out / "gradescope" / name / "results.json").write_text(data + "\n", encoding="utf-8")
            found.tally.add(sheet, f"students/{name}.html")
            for each in sheet.outcomes:
                if each.kind == "exercise" and each.answer and each.item in subject.parts:
                    found.likeness.add(subject.parts[each.item], sheet.student, each)
        for place, person in enumerate(roster.people):
            if place not in found.seen:
                found.tally.missing(person.name)
                wide.add(gradebook.missing_row(person))
    return kept


def _met(sheet: Sheet, roster: Roster, found: _Class, final: bool) -> Person | None:
    """Find the student in the roster, and note the line for the course pages."""
    place = roster.find(sheet.student)
    if place is not None and place in found.seen:
        found.tally.strange(sheet.student, f"two hand-ins are of '{roster.people[place].name}' of the roster")
        place = None
    if place is None and roster.people:
        found.tally.strange(sheet.student, "not in the roster")
        found.strangers.append(sheet.student)
    elif place is not None:
        found.seen.add(place)
    open_still = sheet.waiting or any(each.state is State.UNREADABLE for each in sheet.outcomes)
    grade = None if open_still else sheet.earned
    found.grades[sheet.student] = (place, grade, feedback_text(found.tally.subject, sheet) if final else "")
    return roster.people[place] if place is not None else None


def _course_pages(subject: Subject, out: Path, roster: Roster, found: _Class, final: bool) -> None:
    """Write the files for Canvas and Moodle: in the roster's order, the missing ones left blank."""
    by_place = {place: each for place, *each in found.grades.values() if place is not None}
    lines: list[tuple[str, Person | None, float | None, str]] = [
        (person.name, person, *by_place.get(place, (None, ""))) for place, person in enumerate(roster.people)
    ]
    lines += [(name, None, grade, said) for name, (place, grade, said) in found.grades.items() if place is None]
    with (out / "canvas.csv").open("w", encoding="utf-8", newline="") as file:
        head, *rows = gradebook.canvas(subject, roster, ((name, person, grade) for name, person, grade, _ in lines))
        table = Table(file, head)
        for row in rows:
            table.add(row)
    path = out / "moodle.csv"
    if not roster.has("Identifier", "Email address", "Email"):
        path.unlink(missing_ok=True)  # Moodle could match no line of it
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        head, *rows = gradebook.moodle(subject, roster, (each for each in lines if each[1]))
        table = Table(file, head)
        for row in rows:
            table.add(row)


def _notes(subject: Subject, roster: Roster, found: _Class, final: bool) -> list[str]:
    notes = list(roster.notes)
    if not final:
        when = f"due {subject.due}" if subject.due else "no due date is set"
        notes.append(
            f"Students' files have no points and no feedback yet ({when}): report again after it, or with --final"
        )
    if found.strangers:
        notes.append(f"Not in the roster, though they handed in: {len(found.strangers)} (see the oddities)")
    column = gradebook.canvas_column(subject, roster)
    notes.append(
        f"Canvas: give the assignment {subject.points:g} points; the column of canvas.csv is '{column}'"
        + ("" if column in roster.columns else ". Canvas matches it by title and students by name: give its exported "
           "gradebook as --roster, and both are matched by number")
    )  # fmt: skip
    if roster.has("Identifier"):
        notes.append(
            f"Moodle: set the maximum grade to {subject.points:g}, and upload moodle.csv as the grading worksheet; "
            "grades that are there already change only with 'Allow updating records that have been modified'"
        )
    else:
        notes.append(
            "Moodle: download the grading worksheet of the assignment and give it as --roster, to get it filled in"
        )
    return notes


def _tidy(out: Path, kept: set[str]) -> None:
    """Remove the files of students who are no longer in the class, from an earlier report into this folder."""
    for path in (out / "students").glob("*.html"):
        if _OURS.fullmatch(path.name) and path.stem not in kept:
            path.unlink()
    for path in (out / "gradescope").iterdir():
        results_file = path / "results.json"
        if _OURS.fullmatch(path.name) and path.name not in kept and results_file.is_file():
            results_file.unlink()
            path.rmdir()
