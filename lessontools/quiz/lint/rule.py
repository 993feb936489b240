"""A rule of the linter: a name, a pure function from an item (or the whole bank) to hits, a level and a cure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from lessontools.errors import Fault
from lessontools.quiz.bank import Bank, Item

__all__ = ["Hit", "Rule", "Survey", "Where"]

Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a rule is broken, and how: `at` is a path inside the question, or inside `file` if one is named.

    `below` counts lines below the start of a text of several lines.
    """

    message: str
    at: Where = ()
    item: str = ""
    file: str = ""
    below: int = 0


@dataclass(frozen=True)
class Rule:
    """A rule: `each` looks at one item, `whole` across the bank (exactly one of them is given)."""

    name: str
    cure: str
    each: Callable[[Item], Iterable[Hit]] | None = None
    whole: Callable[[Survey], Iterable[Hit]] | None = None
    warning: bool = False


@dataclass(frozen=True)
class Survey:
    """What rules across the bank look at: the bank, and what the practice exercises use of it.

    `also_used` counts exercises by misconception code, `exercises` by objective.
    """

    bank: Bank
    also_used: Counter[str] = field(default_factory=Counter)
    exercises: Counter[str] = field(default_factory=Counter)

    @cached_property
    def items(self) -> list[Item]:
        """Return all items, in the order of the files."""
        return list(self.bank.items.values())

    @cached_property
    def places(self) -> dict[str, int]:
        """Return where each question stands in its file's list."""
        found = {}
        for item in self.items:
            source = self.bank.sources.get(item.file)
            for place, entry in enumerate((source.data if source else {}).get("questions", [])):
                if isinstance(entry, dict) and entry.get("id") == item.question.id:
                    found[item.question.id] = place
                    break
        return found

    def fault(self, rule: Rule, hit: Hit, item: Item | None = None) -> Fault:
        """Return a hit as a fault, with the exact line of what it points to."""
        item = item or self.bank.items.get(hit.item)
        file = hit.file or (item.file if item else "")
        source = self.bank.sources.get(file)
        line = item.line if item else 1
        if source and item and item.question.id in self.places:
            line = source.line(("questions", self.places[item.question.id], *hit.at))
        elif source and not item:
            line = source.line(hit.at)
        name = item.question.id if item else hit.item
        return Fault(file, line + (hit.below if source else 0), rule.name, name, hit.message, rule.cure, rule.warning)

    def faults(self, rule: Rule) -> Iterator[Fault]:
        """Yield what one rule finds in the bank."""
        if rule.whole:
            yield from (self.fault(rule, hit) for hit in rule.whole(self))
        if rule.each:
            for item in self.items:
                yield from (self.fault(rule, hit, item) for hit in rule.each(item))
