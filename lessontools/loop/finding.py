"""A finding: what was seen in a trace, how sure that is, its usual cause and its cure, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from lessontools.loop.trace import Event, Trace

__all__ = ["Evidence", "Finding", "Level", "Rule", "Seen", "at", "listed", "number", "plural"]

Level = Literal["fact", "strong", "hint"]


@dataclass(frozen=True)
class Evidence:
    """One event behind a finding: how many updates came before it, its line, that line's code, and what happened."""

    step: int
    line: int
    file: str
    code: str
    text: str


@dataclass(frozen=True)
class Finding:
    """What the doctor says: a fact is certain, a strong finding is very likely a fault, a hint may be meant so.

    `link` is the place in a lesson that explains it ("05_order#four-places"), where the report has found one.
    """

    code: str
    title: str
    level: Level
    observation: str
    evidence: tuple[Evidence, ...]
    cause: str
    cure: str
    link: str = ""


@dataclass(frozen=True)
class Seen:
    """What a rule saw: the observation in Markdown, the events behind it with a word on each, and how sure that is.

    `level` and `cause` take the place of the rule's own where a trace calls for others.
    """

    observation: str
    events: tuple[tuple[Event, str], ...] = ()
    level: Level | None = None
    cause: str = ""


@dataclass(frozen=True)
class Rule:
    """A row of the table: the code, the function that looks, how sure it is when it sees something, title and link."""

    code: str
    look: Callable[[Trace], Seen | None]
    level: Level
    title: str
    link: str = ""

    def apply(self, trace: Trace, words: tuple[str, str]) -> Finding | None:
        """Return the finding in this trace, if there is one; `words` are its usual cause and its cure."""
        seen = self.look(trace)
        if seen is None:
            return None
        proof = tuple(Evidence(e.step, e.line, e.file, trace.code(e), text) for e, text in seen.events)
        cause = seen.cause or words[0]
        return Finding(
            self.code, self.title, seen.level or self.level, seen.observation, proof, cause, words[1], self.link
        )


def at(trace: Trace, event: Event) -> str:
    """Return where an event happened, as Markdown: "line 7 (`loss.backward()`)"."""
    if not event.line:
        return "a line that is not known"
    code = trace.code(event)
    file = f" of {event.file}" if event.file and not event.file.startswith("<cell") and len(trace.source) > 1 else ""
    return f"line {event.line}{file} (`{code}`)" if code and "`" not in code else f"line {event.line}{file}"


def number(value: Any) -> str:
    """Return a number as one would say it: four significant digits at most."""
    return f"{value:.4g}" if isinstance(value, int | float) else str(value)


def plural(count: int, noun: str) -> str:
    """Return "1 step", "2 steps"; "pass" becomes "passes", "batch" "batches"."""
    end = "" if count == 1 else "es" if noun.endswith(("s", "ch")) else "s"
    return f"{count} {noun}{end}"


def listed(names: Iterable[str], most: int = 4) -> str:
    """Return names as Markdown code, the first few of many."""
    every = list(names)
    shown = ", ".join(f"`{name}`" for name in every[:most])
    return f"{shown} and {len(every) - most} more" if len(every) > most else shown
