"""What the command line says: an error of ours as one clean message, counts, and a line of progress."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from lessontools.errors import LessonError

__all__ = ["count", "for_terminal", "pace", "progress", "told"]

F = TypeVar("F", bound=Callable[..., Any])


def told(command: F) -> F:
    """Show an error of ours as one clean message, with exit code 1."""

    @wraps(command)
    def wrapped(*args: Any, **options: Any) -> Any:
        try:
            return command(*args, **options)
        except LessonError as error:
            raise click.ClickException(for_terminal(str(error))) from error

    return wrapped  # type: ignore[return-value]  # wraps keeps the signature


def for_terminal(text: str) -> str:
    """Return a text for a terminal: what could steer it is replaced."""
    return "".join(each if each.isprintable() or each in "\n\t" else "\ufffd" for each in text)


def progress(text: str) -> None:
    """Show one line that the next one replaces, where a person is watching."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{text}", nl=False, err=True)


def count(number: int, noun: str) -> str:
    """Return a number and its noun, such as 2 errors."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def pace(done: int, left: int, seconds: float) -> str:
    """Return how fast a run goes and how long it will still take, or nothing while that cannot be told."""
    if done < 1 or seconds <= 0:
        return ""
    minutes, rest = divmod(round(left * seconds / done), 60)
    return f", {done / seconds:.1f} a second, {minutes}:{rest:02} left"
