"""The commands that exchange questions with other systems: export, import."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from lessontools.cli.saying import count, told
from lessontools.errors import CourseError
from lessontools.quiz.bank import find_course, open_bank

__all__ = ["COMMANDS"]

_FILE = click.Path(dir_okay=False, path_type=Path)
_USES = ("lesson", "warmup", "exit", "pretest", "challenge", "recall", "assigned")


@click.command("export")
@click.argument("target", metavar="TARGET", type=click.Choice(("moodle", "gift", "canvas", "qti")))
@click.argument("lessons", nargs=-1)
@click.option("--out", type=_FILE, help="The file to write (default: the course's folder name and the format's end).")
@click.option("--use", type=click.Choice(_USES), help="Only questions of this use.")
@click.option(
    "--variants", type=click.IntRange(1, 100), default=3, show_default=True, help="Of a question with drawn numbers."
)
@click.option("--whole", is_flag=True, help="Take only questions that lose nothing.")
@told
def export_questions(
    target: str, lessons: tuple[str, ...], out: Path | None, use: str | None, variants: int, whole: bool
) -> None:
    """Write the questions of LESSONS (all by default) for TARGET: moodle, gift, canvas or qti.

    What changes or is lost on the way is told here, and question by question in a report beside the file. The file
    holds every key: it is for your own course there, not for students.
    """
    from lessontools.exchange import export as exchange
    from lessontools.exchange.target import TARGETS, words

    root = find_course()
    source = open_bank(root)
    found = exchange.chosen(source, lessons, use or "")
    made = exchange.export(found, target, source.course.title, variants)
    if whole:
        kept = {entry.id for entry in made.entries if entry.status == "whole"}
        made = exchange.export([item for item in found if item.question.id in kept], target, source.course.title)
    if not made.entries:
        raise CourseError("no question fits: name other lessons, or another --use")
    path = out or Path(f"{root.name}{TARGETS[target].suffix}")
    beside = path.with_name(f"{path.stem}.changes.md")
    _write(path, made.data)
    _write(beside, exchange.report(made).encode())
    counted = Counter(code for entry in made.entries for code in entry.codes)
    for code, times in counted.most_common():
        click.echo(f"{times:5}  {code}: {words(code)}")
    click.echo(f"{exchange.summary(made)} Question by question: {beside}")
    if source.faults:
        click.echo(f"note: {count(len(source.faults), 'fault')} in the bank; see 'lessontools check'", err=True)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=_FILE, help="The YAML file to write; it must not exist (default: print it).")
@told
def import_questions(file: Path, out: Path | None) -> None:
    """Take questions from FILE, Moodle XML or GIFT, as a draft in the course's own YAML.

    What could not be taken is told. Objectives, misconceptions and missing feedback are yours to fill in:
    'lessontools check' names each place.
    """
    from lessontools.exchange import from_gift, from_moodle
    from lessontools.exchange.draft import draft, to_yaml

    raw = file.read_bytes()
    if raw.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        items, notes = from_moodle.read(raw)
    else:
        try:
            items, notes = from_gift.read(raw.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise CourseError(f"{file}: is neither Moodle XML nor GIFT in UTF-8") from error
    questions, more = draft(items, _taken())
    if not questions:
        raise CourseError(f"{file}: no question could be taken" + "".join(f"\n{n}: {said}" for n, said in notes + more))
    text = to_yaml(questions, file.name)
    if out is None:
        click.echo(text, nl=False)
    elif out.exists():
        raise CourseError(f"{out}: is there already; take another name, so that no question is lost")
    else:
        _write(out, text.encode())
    for name, said in notes + more:
        click.echo(f"{name}: {said}", err=True)
    lost = len({name for name, said in notes + more if said.startswith("left out")})
    click.echo(f"{count(len(questions), 'question')} taken, {lost} left out", err=True)


def _taken() -> set[str]:
    """Return the ids of the course from here, if there is one."""
    try:
        return set(open_bank(find_course()).items)
    except CourseError:
        return set()


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise CourseError(f"{path}: cannot be written ({error.strerror})") from error
    click.echo(f"wrote {path}")


COMMANDS = (export_questions, import_questions)
