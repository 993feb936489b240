"""The command line: check, build and start lessons; keep, move or remove a learner's record."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from lessontools import __version__
from lessontools.cli import assignment, exchange, reporting
from lessontools.cli.record import record
from lessontools.cli.saying import count, progress, told
from lessontools.errors import CourseError
from lessontools.quiz.bank import find_course, open_bank

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lessontools")
def main() -> None:
    """Write, check and build a course; look after a learner's record."""


main.add_command(record)
for _each in (*assignment.COMMANDS, *reporting.COMMANDS, *exchange.COMMANDS):
    main.add_command(_each)


@main.command()
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--table", is_flag=True, help="Print which cells, questions and exercises cover which curriculum ids.")
@click.option("--no-run", is_flag=True, help="Skip what runs code: proofs of questions and exercises.")
@click.option("--lesson", "lessons", multiple=True, help="Look at this lesson only (may be given again).")
@told
def check(path: Path | None, table: bool, no_run: bool, lessons: tuple[str, ...]) -> None:
    """Check every law of the course's content, and say file, line and cure of what breaks one."""
    from lessontools.course.laws import LAWS
    from lessontools.course.laws import check as check_course

    root = find_course(path)
    if table:
        _table(root)
        return
    chosen = [open_bank(root).lesson(each).id for each in lessons]
    faults = check_course(root, not no_run, lambda law: progress(f"checking {law}"), chosen)
    progress("")
    for fault in faults:
        click.echo(str(fault))
    errors = sum(not fault.warning for fault in faults)
    looked = sum(not (law.runs and no_run) for law in LAWS)
    click.echo(f"{looked} laws: {count(errors, 'error')}, {count(len(faults) - errors, 'warning')}")
    if errors:
        raise click.exceptions.Exit(1)


@main.command()
@click.argument("lessons", nargs=-1)
@click.option("--check", "only_check", is_flag=True, help="Only compare the notebooks with their sources.")
@click.option(
    "--from",
    "origin",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Bring a notebook's edits back into its source.",
)
@click.option("--solved", is_flag=True, help="Fill in solutions; needs --out.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="The folder for solved notebooks.")
@click.option("--variant", default="", help="Which solution to fill in, where an exercise has it.")
@told
def build(
    lessons: tuple[str, ...], only_check: bool, origin: Path | None, solved: bool, out: Path | None, variant: str
) -> None:
    """Build the notebooks of LESSONS (numbers or names; all by default) from their sources."""
    if solved != (out is not None):
        raise click.UsageError("--solved and --out DIR go together")
    if (variant and not solved) or sum((only_check, origin is not None, solved)) > 1:
        raise click.UsageError("choose one of --check, --from and --solved; --variant goes with --solved")
    root = find_course(origin.resolve().parent if origin else None)
    if origin:
        _fold(root, origin)
    elif only_check:
        _compare(root, _chosen(root, lessons))
    else:
        _build(root, _chosen(root, lessons), out, variant)


@main.command()
@click.argument("name")
@click.option("--minutes", type=click.IntRange(1), default=30, show_default=True)
@told
def new(name: str, minutes: int) -> None:
    """Start the lesson NAME, such as 03_backward: source, questions, an exercise, and its place in the course."""
    from lessontools.course.skeleton import start_lesson

    root = find_course()
    for path in start_lesson(root, name, minutes):
        click.echo(f"wrote {path.relative_to(root)}")
    _build(root, [name], None, "")


@main.command()
@click.argument("lessons", nargs=-1)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write a file for each into this folder.")
@click.option("--html", "as_html", is_flag=True, help="Make pages to read and print instead of Markdown.")
@told
def guide(lessons: tuple[str, ...], out: Path | None, as_html: bool) -> None:
    """Print the instructor's edition of LESSONS (all by default): the guide, every key with its feedback, and polls."""
    from lessontools.course.guide import guide as guide_to
    from lessontools.course.guide import markdown
    from lessontools.course.guide_page import page
    from lessontools.course.page import open_courseware

    root = find_course()
    course = open_courseware(root)
    chosen = _chosen(root, lessons) if lessons else [lesson.id for lesson in course.bank.course.lessons]
    if as_html and out is None and len(chosen) != 1:
        raise click.UsageError("name one lesson, or say --out DIR: a page holds one lesson")
    for lesson in chosen:
        found = guide_to(course, lesson)
        if found.missing:
            click.echo(f"note: {found.missing} is not written yet", err=True)
        text = page(found) if as_html else markdown(found)
        if out is None:
            click.echo(text, nl=False)
        else:
            _save(out / f"{lesson}.{'html' if as_html else 'md'}", text)
    if faults := [*course.bank.faults, *course.catalog.faults]:
        click.echo(f"note: left out what is broken ({count(len(faults), 'fault')}); see 'lessontools check'", err=True)


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--close", is_flag=True, help="Look at every step closely; slower.")
@told
def diagnose(file: Path, arguments: tuple[str, ...], close: bool) -> None:
    """Run the training script FILE (its own ARGUMENTS after --), and say what is wrong with its loop.

    The exit code is 1 if something is certainly wrong, 0 if not, and 2 if the file cannot be run.
    """
    from lessontools.loop.script import diagnose_script

    raise click.exceptions.Exit(diagnose_script(file, arguments, "close" if close else "auto", click.echo))


def _table(root: Path) -> None:
    from lessontools.course.coverage import coverage, holes, shown
    from lessontools.course.page import open_courseware

    course = open_courseware(root)
    click.echo(shown(coverage(course)))
    if any(not hole.warning for hole in holes(course)):
        raise click.exceptions.Exit(1)


def _save(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CourseError(f"{path}: cannot be written ({error.strerror})") from error
    click.echo(f"wrote {path}")


def _chosen(root: Path, names: tuple[str, ...]) -> list[str]:
    from lessontools.course.notebook import lessons_of

    return [open_bank(root).lesson(name).id for name in names] if names else lessons_of(root)


def _fold(root: Path, origin: Path) -> None:
    from lessontools.course.fold import fold

    found = fold(root, origin)
    target = root / "notebooks" / "src" / f"{found.lesson}.py"
    target.write_text(found.text, encoding="utf-8")
    for note in found.notes:
        click.echo(f"note: {note}")
    click.echo(f"wrote {target.relative_to(root)}; 'lessontools build {found.lesson}' makes the notebook from it")


def _compare(root: Path, lessons: list[str]) -> None:
    from lessontools.course.notebook import differences

    faults = [fault for lesson in lessons for fault in differences(root, lesson)]
    for fault in faults:
        click.echo(str(fault))
    click.echo(f"{count(len(lessons), 'notebook')} compared: {count(len(faults), 'difference')}")
    if faults:
        raise click.exceptions.Exit(1)


def _build(root: Path, lessons: list[str], out: Path | None, variant: str) -> None:
    from lessontools.course.notebook import build as build_lesson
    from lessontools.course.notebook import known_variant, notebook_path, write

    solution = known_variant(root, variant) if out else None
    for lesson in lessons:
        target = out / f"{lesson}.ipynb" if out else notebook_path(root, lesson)
        book = build_lesson(root, lesson, solution, told=partial(_cell, lesson))
        write(book, target)
        progress("")
        click.echo(f"built {target.relative_to(root) if target.is_relative_to(root) else target}")


def _cell(lesson: str, place: int, count: int) -> None:
    progress(f"{lesson}: cell {place + 1} of {count}")
