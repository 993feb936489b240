"""The commands after grading: mark explanations by hand, write the reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lessontools.cli.saying import count, for_terminal, progress, told
from lessontools.errors import CourseError
from lessontools.quiz.bank import find_course

if TYPE_CHECKING:
    from lessontools.grading.ledger import Sheet
    from lessontools.grading.store import Store
    from lessontools.report.marking import Explanation
    from lessontools.report.subject import Subject

__all__ = ["COMMANDS"]

_RELEASE = click.argument("release_folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
_FILE = click.Path(dir_okay=False, path_type=Path)
_KEYS = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_HELP = "toggle a criterion by its key; a all, n none, c comment, Enter store, s skip, b back, q quit"


@click.command()
@_RELEASE
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Where to write (default: DIR/report).")
@click.option("--roster", type=_FILE, help="A CSV of the class, as Canvas or Moodle export it.")
@click.option("--final", is_flag=True, help="Points and feedback into students' files before the due date.")
@told
def report(release_folder: Path, out: Path | None, roster: Path | None, final: bool) -> None:
    """Write gradebooks, a page for each student and one for the class, for the release in RELEASE_FOLDER."""
    from lessontools.grading import ledger
    from lessontools.report.roster import read_roster
    from lessontools.report.write import write_report

    subject, target = _subject(release_folder), out or release_folder / "report"
    known = read_roster(roster) if roster else None
    with ledger.opened(release_folder) as store:
        if not store.about("tests"):
            raise CourseError(f"{release_folder}: no grades yet; run 'lessontools grade {release_folder}'")
        graded: set[str] = set()

        def seen() -> Iterator[Sheet]:
            for sheet in ledger.sheets(store):
                graded.add(sheet.student)
                progress(f"{count(len(graded), 'student')} so far")
                yield sheet
            progress("")

        ungraded = (each["student"] for each in store.handins() if each["student"] not in graded)  # asked at the end
        written = write_report(seen(), subject, target, known, final, ungraded=ungraded)
    for note in written.notes:
        click.echo(f"note: {note}")
    missing = f", {written.missing} missing" if known else ""
    click.echo(f"{count(written.students, 'student')}{missing}: {target / 'class.html'}")
    click.echo(f"gradebook.csv, gradebook-long.csv, canvas.csv, students/ and gradescope/ are beside it in {target}")


@click.command()
@_RELEASE
@click.option("--item", default="", help="Only this question.")
@click.option("--again", is_flag=True, help="Show what is marked already, too.")
@click.option("--names", is_flag=True, help="Show whose answer it is.")
@click.option("--to-csv", type=click.Path(dir_okay=False, path_type=Path), help="Write a CSV to mark in a spreadsheet.")
@click.option("--from-csv", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Take in such a CSV.")
@told
def mark(release_folder: Path, item: str, again: bool, names: bool, to_csv: Path | None, from_csv: Path | None) -> None:
    """Mark the explanations of the release in RELEASE_FOLDER by their rubrics; stop and go on at any time."""
    from lessontools.grading import ledger
    from lessontools.report import marking

    if to_csv and from_csv:
        raise click.UsageError("choose one of --to-csv and --from-csv")
    subject = _subject(release_folder)
    with ledger.opened(release_folder) as store:
        work = marking.to_mark(ledger.sheets(store), subject, item, again or from_csv is not None)
        if from_csv:
            marks = marking.read_marks(from_csv, work)
            for one, met, comment in marks:
                marking.judge(store, one, met, comment)
            click.echo(f"{count(len(marks), 'explanation')} marked")
        elif to_csv:
            try:
                with to_csv.open("w", encoding="utf-8-sig", newline="") as file:
                    done = marking.write_marks(work, file, names)
            except OSError as error:
                raise CourseError(f"{to_csv}: cannot be written ({error.strerror})") from error
            click.echo(
                f"wrote {count(done, 'explanation')} to {to_csv}: fill in 'met' with the numbers of the criteria"
            )
        else:
            _walk(store, work, names)


def _walk(store: Store, work: list[Explanation], names: bool) -> None:
    """Show one explanation after the other, and store what the keys say."""
    at, done, last = 0, 0, ""
    if work:
        click.echo(f"Keys: {_HELP}.")
    while at < len(work):
        one = work[at]
        if one.part.id != last:
            _question(one)
            last = one.part.id
        step = _one(store, one, f"{at + 1} of {len(work)}" + (f", {one.student}" if names else ""))
        if step == "quit":
            break
        done += step == "stored"
        at = max(0, at - 1) if step == "back" else at + 1
    click.echo(
        f"{count(done, 'explanation')} marked; 'lessontools report' shows it" if work else "nothing waits to be marked"
    )


def _question(one: Explanation) -> None:
    from lessontools.screen.markup import to_text

    click.echo(f"\n{'=' * 72}\n{one.part.id} (points: {one.part.points:g})\n{to_text(one.part.prompt)}\n")
    click.echo(f"A good answer: {to_text(one.part.model)}\n")


def _one(store: Store, one: Explanation, where: str) -> str:
    """Mark one by keys; return what comes next: stored, skip, back or quit."""
    from lessontools.report.marking import judge
    from lessontools.screen.markup import to_text

    met, comment = set(one.met or ()), one.comment
    lines = dict(zip(_KEYS, one.criteria, strict=False))
    click.echo(f"{'-' * 72}\n[{for_terminal(where)}]\n\n{for_terminal(one.answer)}\n")
    asked = "".join(lines)
    while True:
        for key in asked:
            name, text = lines[key]
            click.echo(f" {key} [{'x' if name in met else ' '}] {to_text(text)}")
        click.echo(
            f"       {len(met)} of {len(lines)} met" + (f"; comment: {for_terminal(comment)}" if comment else "")
        )
        pressed = _pressed()
        asked = pressed if pressed in lines else "".join(lines)
        if pressed in lines:
            met ^= {lines[pressed][0]}
        elif pressed in ("a", "n"):
            met = {name for name, _ in lines.values()} if pressed == "a" else set()
        elif pressed == "c":
            comment = click.prompt("comment", default=comment, show_default=False)
        elif pressed in ("\r", "\n"):
            judge(store, one, met, comment)
            return "stored"
        elif pressed in ("s", "b", "q", "\x03", "\x04", ""):
            return {"s": "skip", "b": "back"}.get(pressed, "quit")
        else:
            click.echo(f"Keys: {_HELP}.")


def _pressed() -> str:
    try:
        return click.getchar()
    except OSError as error:
        raise CourseError("marking by keys needs a terminal; use --to-csv and --from-csv here") from error


def _subject(release_folder: Path) -> Subject:
    from lessontools.grading.secret import key_path, read_key
    from lessontools.report.subject import subject_of

    return subject_of(find_course(), read_key(key_path(release_folder)))


COMMANDS = (report, mark)
