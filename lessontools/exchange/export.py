"""Exporting: questions of the bank -> a file for another system, and the report of what has changed or is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from lessontools.exchange import canvas, gift, moodle, qti
from lessontools.exchange.item import Item
from lessontools.exchange.losses import LOSSES, Loss
from lessontools.exchange.simplify import VARIANTS, items
from lessontools.exchange.target import CHANGES, GENERAL, MISSING, TARGETS, Target, fit, words
from lessontools.quiz import bank

__all__ = ["Entry", "Export", "chosen", "export", "report", "tables"]

Status = Literal["whole", "changed", "left out"]
WRITERS: dict[str, Callable[[Sequence[Item], str], bytes]] = {
    "moodle": moodle.write,
    "gift": gift.write,
    "canvas": canvas.write,
    "qti": qti.write,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of a question: whole, changed or left out, and the codes of why."""

    id: str
    kind: str
    lesson: str
    status: Status
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Export:
    """A file for another system, and what became of each question."""

    target: Target
    data: bytes
    entries: tuple[Entry, ...]

    def count(self, status: Status) -> int:
        """Return how many questions came to this."""
        return sum(entry.status == status for entry in self.entries)


def chosen(source: bank.Bank, lessons: Iterable[str] = (), use: str = "") -> list[bank.Item]:
    """Return the items of the lessons (all by default), all or those of one use."""
    wanted = [source.lesson(each).id for each in lessons] or [lesson.id for lesson in source.course.lessons]
    return [item for lesson in wanted for item in source.of(lesson, use)]


def export(found: Sequence[bank.Item], target: str, title: str = "Questions", variants: int = VARIANTS) -> Export:
    """Return the questions for a target, and what became of each; nothing is dropped or changed unsaid."""
    wanted = TARGETS[target]
    kept: list[Item] = []
    entries = []
    for each in found:
        fitted = [fit(item, wanted) for item in items(each, variants)]
        held = [item for item, _ in fitted if item is not None]
        codes = tuple(dict.fromkeys(code for _, some in fitted for code in some))
        status: Status = "left out" if not held else "changed" if codes else "whole"
        entries.append(Entry(each.question.id, each.question.kind, each.lesson, status, codes))
        kept += held
    return Export(wanted, WRITERS[target](kept, title), tuple(entries))


def report(made: Export) -> str:
    """Return the report as Markdown: the sum, what changed in how many questions, and each question that changed."""
    lines = [f"# What changed on the way to {made.target.title}", "", summary(made), ""]
    lines += ["For every question:", "", *(f"- {each}" for each in GENERAL), ""]
    counted = Counter(code for entry in made.entries for code in entry.codes)
    if counted:
        lines += ["| what | questions | |", "|---|---|---|"]
        lines += [f"| {code} | {times} | {words(code)} |" for code, times in counted.most_common()]
    for lesson in dict.fromkeys(entry.lesson for entry in made.entries):
        held = [entry for entry in made.entries if entry.lesson == lesson and entry.codes]
        lines += ["", f"## {lesson}", "", *(_line(entry) for entry in held)] if held else []
    return "\n".join(lines) + "\n"


def summary(made: Export) -> str:
    """Return one sentence: how many questions survive whole, changed, or not at all."""
    return (
        f"{len(made.entries)} questions: {made.count('whole')} whole, {made.count('changed')} changed, "
        f"{made.count('left out')} left out."
    )


def _line(entry: Entry) -> str:
    said = "; ".join(words(code) for code in entry.codes)
    return f"- `{entry.id}` ({entry.kind}), {entry.status}: {said}"


def tables() -> str:
    """Return two tables as Markdown: what each form becomes in each format, and what each format keeps."""
    shown = list(TARGETS.values())
    head = " | ".join(target.title for target in shown)
    rule = "|---" * (len(shown) + 1) + "|"
    forms = {
        "choice, curve, predict, bug-line": "one",
        "several": "many",
        "number, predict with a number": "number",
        "text": "short",
        "match": "match",
        "order": "order",
        "trace-table": "table",
        "explain": "essay",
        "flashcard": "card",
    }
    lines = [f"| kind | {head} |", rule]
    for kind, form in forms.items():
        lines.append(f"| {kind} | " + " | ".join(target.forms.get(form, "left out") for target in shown) + " |")
    lines += ["", f"| what | {head} |", rule]
    for loss in LOSSES:
        cells = [_cell(loss, target) for target in shown]
        lines.append(f"| `{loss.code}`: {loss.words} | " + " | ".join(cells) + " |")
    lines += ["", "Changed in every format:", "", *(f"- `{code}`: {said}" for code, said in CHANGES.items())]
    lines += ["", "Left out, where it cannot be said otherwise:", ""]
    lines += [f"- `{code}`: {said}" for code, said in MISSING.items()]
    return "\n".join(lines)


def _cell(loss: Loss, target: Target) -> str:
    if loss.form and loss.form not in target.forms:
        return "–"
    return "kept" if loss.code in target.keeps else "**changed**"
