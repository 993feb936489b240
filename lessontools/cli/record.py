"""The commands that look after a learner's record: where it is, copy it, merge it, remove it."""

from __future__ import annotations

from pathlib import Path

import click

from lessontools import record as records
from lessontools.cli.saying import count, told

__all__ = ["record"]


@click.group()
def record() -> None:
    """Look after the learner's own record of answers."""


@record.command()
@told
def where() -> None:
    """Print the path of the record."""
    click.echo(records.where())


@record.command()
@click.argument("path", default="my-record.jsonl", type=click.Path(path_type=Path))
@told
def export(path: Path) -> None:
    """Copy the record to PATH."""
    click.echo(f"wrote {records.export(path)}")


@record.command()
@click.argument("path", type=click.Path(path_type=Path))
@told
def load(path: Path) -> None:
    """Merge an exported record from PATH into this one."""
    click.echo(f"{count(records.load(path), 'new event')}")


@record.command()
@click.confirmation_option(prompt="Remove the record of all answers for good?")
@told
def delete() -> None:
    """Remove the record for good."""
    records.delete()
    click.echo("removed")
