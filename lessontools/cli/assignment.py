"""The commands of an assignment's journey: release, fetch, submit, collect, grade."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from lessontools.cli.saying import count, for_terminal, pace, told
from lessontools.errors import HandinError
from lessontools.quiz.bank import find_course, open_bank

__all__ = ["COMMANDS"]

_FOLDER = click.Path(file_okay=False, path_type=Path)


def when(_context: click.Context, _param: click.Parameter, text: str | None) -> datetime | None:
    """Return the time that a text names; without a zone it is this machine's."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        raise click.BadParameter(f"'{text}' is no time; write it such as 2026-11-27T18:00") from error


@click.command()
@click.argument("lessons", nargs=-1, required=True)
@click.option(
    "--out", required=True, type=_FOLDER, help="Where to write: DIR/student is handed out, DIR/private is not."
)
@click.option("--name", default="", help="The assignment's name (default: that of its lessons).")
@click.option("--title", default="", help="Its title, as students see it.")
@click.option(
    "--due", callback=when, help="When it is due, such as 2026-11-27T18:00; late hand-ins are marked as late."
)
@click.option(
    "--attempts", type=click.IntRange(1), help="How often an answer may be changed (default: until handed in)."
)
@click.option("--variants", type=click.IntRange(1, 64), default=8, show_default=True, help="Variants of each question.")
@click.option("--nbgrader", is_flag=True, help="Write the same as an assignment of nbgrader too (DIR/nbgrader).")
@told
def release(
    lessons: tuple[str, ...],
    out: Path,
    name: str,
    title: str,
    due: datetime | None,
    attempts: int | None,
    variants: int,
    nbgrader: bool,
) -> None:
    """Make an assignment of LESSONS: a folder for students without any key, and the key for you."""
    from lessontools.grading.publish import publish

    root = find_course()
    chosen = [open_bank(root).lesson(each).id for each in lessons]
    made = publish(root, chosen, out, name or "-".join(chosen), title, due, attempts, variants)
    for note in made.notes:
        click.echo(f"note: {note}")
    key = made.made
    click.echo(
        f"released {count(len(key.items), 'question')} and {count(len(key.exercises), 'exercise')}, "
        f"{key.points:g} points, version {key.version}"
    )
    click.echo(f"hand out  {made.student}\nkeep      {made.key.parent}  (whoever has it can work out every answer)")
    if nbgrader:
        from lessontools.grading.nbgrader import export

        folder, notes = export(root, key, out)
        click.echo(f"nbgrader  {folder}  (keep it too: its tests hold the answers)")
        for note in notes:
            click.echo(f"note: {note}")


@click.command()
@click.argument("source")
@click.argument("into", required=False, type=_FOLDER)
@told
def fetch(source: str, into: Path | None) -> None:
    """Copy the released folder SOURCE (or a hub's release of this name) to your home, or INTO a folder.

    What you have worked on is never overwritten; run it again at any time.
    """
    from lessontools.assignment.fetch import fetch as fetch_release
    from lessontools.assignment.fetch import released

    got = fetch_release(Path(source) if Path(source).is_dir() else released(source), Path.home(), into)
    for line in got.said or ("nothing new",):
        click.echo(line)
    click.echo(f"open {', '.join(got.notebooks)} in {got.folder}")


@click.command()
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--student", help="Your name or number, as your instructor knows it.")
@click.option("--yes", is_flag=True, help="Hand in although something is blank.")
@told
def submit(folder: Path, student: str | None, yes: bool) -> None:
    """Write the one file to hand in for the assignment in FOLDER (default: here)."""
    from lessontools.assignment import desk, outbox
    from lessontools.assignment.handin import draft
    from lessontools.assignment.release import find_release
    from lessontools.record import open_record

    found, record = find_release(folder), open_record()
    if found is None:
        raise HandinError(f"{folder.resolve()}: no assignment here (no release.json); give its folder")
    name = desk.student_name(record, student)
    made = draft(found, record)
    for line in (*made.blank, *made.oddities):
        click.echo(f"- {line}")
    if (made.blank or made.oddities) and not yes:
        click.confirm("Hand in all the same?", abort=True)
    path, receipt = desk.hand_in(made, name, record, outbox.here() or folder)
    click.echo(f"wrote {path}\n{len(made.answers)} of {len(found.items)} questions answered; your receipt is {receipt}")


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--from", "release_folder", required=True, type=_FOLDER, help="The folder that 'release' wrote.")
@told
def collect(sources: tuple[Path, ...], release_folder: Path) -> None:
    """Take in hand-ins: SOURCES are files, folders or zips, as Moodle, Canvas, nbgrader or people make them."""
    from lessontools.grading.collect import collect as collect_all
    from lessontools.grading.secret import key_path, read_key

    key = read_key(key_path(release_folder))
    handins = collect_all(list(sources), release_folder / "handins", key)
    odd = [each for each in handins if each.remarks or each.unreadable]
    for each in sorted(odd, key=lambda one: one.student):
        line = f"{each.student[:40]:40}  {each.file[-50:]:50}  {each.unreadable or '; '.join(each.remarks)}"
        click.echo(for_terminal(line))
    for name, times in sorted(Counter(each.student for each in handins).items()):
        if times > 1:
            click.echo(for_terminal(f"{name[:40]:40}  {times} hand-ins; the newest that can be read counts"))
    students = len({each.student for each in handins})
    click.echo(f"{count(len(handins), 'hand-in')} of {count(students, 'student')} in {release_folder / 'handins'}")


def _followed(bar: Any) -> Callable[[int, int], None]:
    """Return what has a bar follow a run, with its rate and the time left, counted from the first hand-in on."""
    began: list[float] = []
    live = sys.stdout.isatty()  # elsewhere each new label would be a line

    def seen(done: int, of: int) -> None:
        now = time.monotonic()
        began[:] = began or [now]  # the sandbox's start before it is no part of the rate
        bar.label = f"grading{pace(done - 1, of - done, now - began[0])}" if live else bar.label
        bar.length = of
        bar.update(done - bar.pos)

    return seen


@click.command()
@click.argument("release_folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="How many cages work side by side.")
@click.option("--dask", "cluster", default="", help="Grade on a Dask cluster: its scheduler's address, tcp://...")
@click.option("--turn", type=click.IntRange(1), default=1, show_default=True, help="Fresh inputs for a further round.")
@click.option("--trust-students", is_flag=True, help="Grade without a sandbox: only for code that you trust.")
@click.option("--regrade", is_flag=True, help="Grade with a corrected key, and show what that changes.")
@click.option("--yes", is_flag=True, help="Accept what --regrade changes without being asked.")
@told
def grade(
    release_folder: Path, jobs: int, cluster: str, turn: int, trust_students: bool, regrade: bool, yes: bool
) -> None:
    """Grade what was collected for the release in RELEASE_FOLDER; run it again at any time, nothing is graded twice."""
    from lessontools.grading import ledger
    from lessontools.grading.run import run
    from lessontools.grading.secret import key_path, read_key
    from lessontools.grading.wall import GradingError, bubblewrap

    key, root = read_key(key_path(release_folder)), find_course()
    if trust_students:
        click.echo("not isolated: what students wrote runs with your own rights", err=True)
    else:
        bubblewrap()
    with ledger.opened(release_folder) as store:
        ledger.ready(store, root, key, regrade)
        with click.progressbar(length=1, label="grading", show_pos=True, show_eta=False) as bar:
            summary = run(
                root,
                key,
                release_folder / "handins",
                store,
                turn=turn,
                jobs=jobs,
                cluster=cluster,
                trusted=trust_students,
                told=_followed(bar),
            )
        if summary.failed and regrade:
            raise GradingError(f"{_failed(summary.failed)}\nno new grade counts yet")
        changes = ledger.changes(store, turn, summary.tests) if regrade else []
        for line in changes:
            click.echo(for_terminal(line))
        if regrade and changes and not yes:
            click.confirm("Accept these grades?", abort=True)
        ledger.accept(store, turn, summary.tests)
        for line in ledger.overview(store):
            click.echo(for_terminal(line))
        if summary.failed:
            raise GradingError(_failed(summary.failed))


def _failed(failed: Sequence[str]) -> str:
    said = "".join(f"\n  {each}" for each in failed)
    number = count(len(failed), "hand-in")
    return f"{number} could not be graded, by a fault of this program; the next run tries again:{said}"


COMMANDS = (release, fetch, submit, collect, grade)
