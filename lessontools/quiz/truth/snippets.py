"""Snippets: a question's Python as whole programs, and which of them must pass or fail."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lessontools.quiz.base import Asked
from lessontools.quiz.kinds.bugline import BugLine
from lessontools.quiz.kinds.order import Order
from lessontools.quiz.kinds.tracetable import TraceTable
from lessontools.quiz.lint.rule import Hit, Where
from lessontools.quiz.lint.words import fences, texts
from lessontools.quiz.truth.runs import Run, Seen
from lessontools.quiz.truth.values import Claimed

__all__ = ["Trial", "fixed", "is_code", "programs", "trials", "unparsable"]

ORDERS, SWAPPED = 120, 24  # how many valid orders are run as they are, and with each distractor


@dataclass(frozen=True, slots=True)
class Trial:
    """A run, whether it must pass, and the fault it is if it does not do so."""

    rule: str
    run: Run
    passes: bool
    message: str
    at: Where

    def hit(self, seen: Seen) -> Hit | None:
        """Return what was wrong with what became of the run, or None."""
        if seen.hung:
            return Hit(f"{self.message}: {seen.error}", self.at)
        if seen.skipped or (seen.error == "") == self.passes:
            return None
        said = f"{self.message}: {seen.error}" if seen.error else self.message
        return Hit(said, self.at, below=seen.line if self.at[0] == "proof" and "\n" in self.run.source else 0)


def programs(question: Asked) -> Iterator[tuple[Where, str]]:
    """Yield every piece of Python in a question, whole enough to be parsed."""
    for at, text in texts(question):
        yield from (
            (at, "\n" * before + body) for language, body, before in fences(text) if language in ("python", "py")
        )
    yield ("code",), question.code
    yield ("proof",), question.proof
    match question:
        case Order() if is_code(question):
            yield ("lines",), _ordered(question, next(question.orders()))
        case BugLine():
            yield ("fix",), fixed(question)
            yield ("check",), "\n".join((question.setup, question.check))
        case TraceTable():
            yield ("rows",), "\n".join(row.code for row in question.rows)


def unparsable(question: Asked) -> Iterator[Claimed]:
    """Yield code that Python cannot read."""
    broken: set[Where] = set()
    for at, source in programs(question):
        if at == ("fix",) and ("code",) in broken:
            continue  # the fault is in the code already
        try:
            ast.parse(textwrap.dedent(source))
        except (SyntaxError, ValueError) as error:
            number = getattr(error, "lineno", 0) or 0
            line = source.splitlines()[number - 1 : number] or [""]
            said = f"{getattr(error, 'msg', error)}: '{line[0].strip()[:60]}'"
            plain = at[-1] not in ("lines", "rows", "fix", "check") and "\n" in source.strip("\n")
            broken.add(at)
            yield "unparsable-code", Hit(said, at, below=number if plain else 0)


def is_code(question: Order) -> bool:
    """Return whether the lines are Python: they are run, or look like it. Steps of a story may be ordered too."""
    return bool(question.setup or question.check or any(set("()[]=") & set(line.code) for line in question.lines))


def fixed(question: BugLine) -> str:
    """Return the code with the bug's line mended; the fix takes over the line's indentation if it has none."""
    lines = question.code.splitlines()
    old = lines[question.bug - 1]
    indent = old[: len(old) - len(old.lstrip())]
    new = question.fix.rstrip("\n")
    lines[question.bug - 1] = new if new[:1] in (" ", "\t", "") else textwrap.indent(new, indent)
    return "\n".join(lines)


def _ordered(question: Order, order: tuple[str, ...]) -> str:
    """Return setup, the lines in this order, and check, as one program."""
    code = {line.id: line.code for line in question.lines} | {extra.id: extra.code for extra in question.distractors}
    body = "\n".join(code[name].rstrip("\n") for name in order)
    if not question.setup.rstrip().endswith(":"):
        body = textwrap.dedent(body)
    return "\n".join((question.setup, body, question.check))


def trials(question: Asked, names: dict[str, Any]) -> Iterator[Trial]:
    """Yield every run that a drawn question asks for; `names` are its parameters."""
    if question.proof:
        given = {**names, "key": question.right_answer()}
        yield Trial("proof-fails", Run(question.proof, question.id, given), True, "the proof fails", ("proof",))
    match question:
        case Order() if question.check:
            yield from _order_trials(question, names)
        case BugLine() if question.check:
            for source, passes, rule, message in (
                (question.code, False, "bug-passes", "the code with the bug passes the check"),
                (fixed(question), True, "fix-fails", "the mended code fails the check"),
            ):
                run = Run("\n".join((question.setup, source, question.check)), question.id, names)
                yield Trial(rule, run, passes, message, ("check",) if not passes else ("fix",))


def _order_trials(question: Order, names: dict[str, Any]) -> Iterator[Trial]:
    for order in islice(question.orders(), ORDERS):
        message = f"the valid order {', '.join(order)} fails"
        yield Trial("order-fails", Run(_ordered(question, order), question.id, names), True, message, ("rules",))
    for order in islice(question.orders(), SWAPPED):
        for place, extra in enumerate(question.distractors):
            swapped = tuple(extra.id if name == extra.twin else name for name in order)
            message = f"'{extra.id}' in place of '{extra.twin}' passes the check (order {', '.join(swapped)})"
            run = Run(_ordered(question, swapped), question.id, names)
            yield Trial("distractor-passes", run, False, message, ("distractors", place))
