"""Gradebooks: sheets -> rows of CSV: wide, long, and as Canvas and Moodle take them in."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from lessontools.grading.ledger import Sheet
from lessontools.grading.outcome import Outcome, State
from lessontools.report.roster import Person, Roster
from lessontools.report.subject import Subject

__all__ = ["LONG", "Table", "canvas", "guarded", "long_rows", "moodle", "unguarded", "wide_head", "wide_row"]

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LONG = (
    *("student", "id", "item", "lesson", "kind", "state", "points", "possible", "waiting", "confidence", "seconds"),
    *("beliefs", "answer", "remark"),
)
_ABOUT = ("student", "id", "state", "points", "possible", "percent", "waiting", "late", "isolated", "handed_in")
Row = Sequence[Any]


def guarded(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: text that could start one gets an apostrophe first."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_RISKY) and value != "-":
        return f"'{value}"
    return value


def unguarded(text: str) -> str:
    """Return a cell without the apostrophe that `guarded` put before it."""
    return text[1:] if text.startswith("'") and text[1:].lstrip(" ").startswith(_RISKY) else text


class Table:
    """A CSV file that is written line by line; every cell is guarded."""

    def __init__(self, file: TextIO, head: Row) -> None:
        self._writer = csv.writer(file, lineterminator="\r\n")
        self.add(head)

    def add(self, row: Row) -> None:
        """Write one line."""
        self._writer.writerow([guarded(each) for each in row])


def number(value: float) -> float | int:
    """Return a number as a gradebook shows it: no more than four decimals, and whole ones whole."""
    short = round(value, 4)
    return int(short) if short == int(short) else short


def wide_head(subject: Subject) -> Row:
    """Return the header of the gradebook with a line for each student."""
    return (*_ABOUT, "receipt", "remarks", *subject.parts)


def wide_row(subject: Subject, sheet: Sheet, number_of: str) -> Row:
    """Return a student's line: the hand-in, then the points of each part; what waits for a person is left blank."""
    handin, by_item = sheet.handin, {each.item: each for each in sheet.outcomes}
    unreadable = any(each.state is State.UNREADABLE for each in sheet.outcomes)
    percent = 100 * sheet.earned / subject.points if subject.points else 0
    return (
        *(sheet.student, number_of, "UNREADABLE" if unreadable else "graded", number(sheet.earned)),
        *(number(subject.points), number(round(percent, 1)), sheet.waiting, "late" if handin["late"] else ""),
        *("yes" if sheet.isolated else "no", handin["handed_in"], handin["receipt"], "; ".join(handin["remarks"])),
        *(_points(by_item.get(each)) for each in subject.parts),
    )


def _points(outcome: Outcome | None) -> Any:
    return "" if outcome is None or outcome.waiting else number(outcome.earned)


def missing_row(person: Person) -> Row:
    """Return the line of a student who handed nothing in."""
    return (person.name, number_of(person), State.MISSING.value)


def number_of(person: Person | None) -> str:
    """Return by which number a student is known, if the roster says so."""
    columns = "SIS User ID", "ID number", "Student ID", "SID", "SIS Login ID", "Email address", "Email", "ID"
    return person.get(*columns, "Identifier") if person else ""


def long_rows(sheet: Sheet, number_of: str) -> Iterable[Row]:
    """Yield a line for each part of a hand-in."""
    for each in sheet.outcomes:
        yield (
            *(sheet.student, number_of, each.item, each.lesson, each.kind, each.state.value, number(each.earned)),
            *(number(each.possible), "yes" if each.waiting else "", each.confidence, each.seconds),
            *(" ".join(dict.fromkeys(each.beliefs)), each.answer[:2000], each.remark),
        )


def canvas(
    subject: Subject, roster: Roster, graded: Iterable[tuple[str, Person | None, float | None]]
) -> Iterable[Row]:
    """Yield the lines of a file for Canvas's gradebook; a grade of None is left blank, and changes nothing there.

    Canvas finds a student by ID, else by SIS ID or login, else by name; the assignment by the number in its header.
    """
    yield ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", canvas_column(subject, roster))
    yield ("    Points Possible", "", "", "", "", number(subject.points))
    for name, person, grade in graded:
        ids = [person.get(each) if person else "" for each in ("ID", "SIS User ID", "SIS Login ID", "Section")]
        yield (person.name if person else name, *ids, "" if grade is None else number(grade))


def canvas_column(subject: Subject, roster: Roster) -> str:
    """Return the assignment's column as Canvas's export has it, "name (number)", or its title where there is none."""
    wanted = {each.casefold().strip() for each in (subject.title, subject.assignment)}
    for column in roster.columns:
        found = re.fullmatch(r"(.*) \(\d+\)", column)
        if found and found.group(1).casefold().strip() in wanted:
            return column
    return subject.title


def moodle(
    subject: Subject, roster: Roster, graded: Iterable[tuple[str, Person | None, float | None, str]]
) -> Iterable[Row]:
    """Yield the lines of Moodle's grading worksheet, filled in: its own columns and their order are kept.

    Moodle finds a student by Identifier, and takes the line only if 'Last modified (grade)' is there too.
    """
    plain = ["Identifier", "Full name", "Email address", "Grade", "Last modified (grade)", "Feedback comments"]
    worksheet = roster.has("Identifier") and roster.has("Grade") and roster.has("Last modified (grade)")
    columns = roster.columns if worksheet else plain
    yield columns if "Feedback comments" in columns else [*columns, "Feedback comments"]
    for name, person, grade, feedback in graded:
        row = {each: person.get(each) if person else "" for each in columns}
        row["Full name"] = row.get("Full name") or (person.name if person else name)
        row["Last modified (grade)"] = row.get("Last modified (grade)") or "-"
        if grade is not None:
            row |= {"Grade": str(number(grade)), "Feedback comments": feedback and html.escape(feedback)}
        yield [
            row.get(each, "") for each in (*columns, *(["Feedback comments"] * ("Feedback comments" not in columns)))
        ]
