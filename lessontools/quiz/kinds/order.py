"""Put lines of code into one of their valid orders (Parsons problems)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Literal

from pydantic import Field, model_validator

from lessontools.mark import Mark, Note, Status
from lessontools.quiz.base import Answer, Asked, Model, Sample, Slug, Text

__all__ = ["Distractor", "Line", "Order", "Rule"]


class Line(Model):
    """A line of code to be placed; `label` names its subgoal (clear, forward, loss, backward, step)."""

    id: Slug
    code: str = Field(min_length=1)
    label: str = ""


class Distractor(Model):
    """A line that belongs nowhere, shown beside the right line that it resembles (`twin`)."""

    id: Slug
    code: str = Field(min_length=1)
    twin: Slug
    feedback: Text
    misconception: str = ""
    reason: Literal["", "slip"] = ""


class Rule(Model):
    """What must hold of an order: `first` before `then`; or `line` never between two others."""

    feedback: Text
    misconception: str = ""
    first: str = ""
    then: str = ""
    line: str = ""
    not_between: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_form(self) -> Rule:
        before = bool(self.first and self.then)
        apart = bool(self.line and len(self.not_between) == 2)
        if before == apart:
            raise ValueError("a rule has either 'first' and 'then', or 'line' and 'not_between: [a, b]'")
        return self

    def names(self) -> set[str]:
        """Return the ids of the lines that the rule speaks of."""
        return {name for name in (self.first, self.then, self.line, *self.not_between) if name}

    def holds(self, at: dict[str, int]) -> bool:
        """Return whether the rule holds of these positions; of lines that are not placed it says nothing."""
        if not self.names() <= set(at):
            return True
        if self.first:
            return at[self.first] < at[self.then]
        low, high = sorted(at[name] for name in self.not_between)
        return not low < at[self.line] < high


class Order(Asked):
    """Put lines into a valid order (Parsons). Answer: the ids of the lines placed, from the top.

    Many orders may be valid: all that keep every rule. `setup` and `check` are Python around the lines, with
    which the checker runs every valid order (it must pass) and every distractor in its twin's place (it must fail).
    """

    kind: Literal["order"]
    lines: tuple[Line, ...] = Field(min_length=2, max_length=9)
    rules: tuple[Rule, ...] = Field(min_length=1)
    distractors: tuple[Distractor, ...] = Field(default=(), max_length=3)
    setup: str = ""
    check: str = ""

    @model_validator(mode="after")
    def _sound(self) -> Order:
        ids = [*(line.id for line in self.lines), *(extra.id for extra in self.distractors)]
        if len(set(ids)) != len(ids):
            raise ValueError("two lines share an id; give each its own")
        known = {line.id for line in self.lines}
        for rule in self.rules:
            if stray := rule.names() - known:
                raise ValueError(f"a rule names '{min(stray)}', which is not a line")
        for extra in self.distractors:
            if extra.twin not in known:
                raise ValueError(f"distractor '{extra.id}' has the twin '{extra.twin}', which is not a line")
        if next(self.orders(), None) is None:
            raise ValueError("no order keeps all rules: they contradict each other")
        return self

    def orders(self) -> Iterator[tuple[str, ...]]:
        """Yield every valid order of all lines."""
        ids = [line.id for line in self.lines]

        def grow(placed: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
            if len(placed) == len(ids):
                at = {name: place for place, name in enumerate(placed)}
                if all(rule.holds(at) for rule in self.rules):
                    yield placed
                return
            for name in ids:
                if name not in placed and not self._too_early(name, placed):
                    yield from grow((*placed, name))

        return grow(())

    def _too_early(self, name: str, placed: tuple[str, ...]) -> bool:
        return any(rule.then == name and rule.first not in placed for rule in self.rules)

    def broken(self, placed: list[str]) -> list[Rule]:
        """Return the rules that these lines break, in the order in which they were written."""
        at = {name: place for place, name in enumerate(placed)}
        return [rule for rule in self.rules if not rule.holds(at)]

    def mark(self, answer: Answer) -> Mark:
        """Return the share of lines that already stand in a valid order; distractors cost a line each."""
        if answer is None or answer == []:
            return Mark.blank(self.points, "Nothing placed yet.")
        extras = {each.id: each for each in self.distractors}
        known = {line.id for line in self.lines} | set(extras)
        if not isinstance(answer, list) or not all(isinstance(each, str) for each in answer):
            return Mark.invalid(self.points, "The answer is a list of lines.")
        if not set(answer) <= known or len(set(answer)) != len(answer):
            return Mark.invalid(self.points, "A line is unknown or placed twice; place each once.")
        placed = [name for name in answer if name not in extras]
        strays = [extras[name] for name in answer if name in extras]
        broken = self.broken(placed)
        total = len(self.lines)
        share = (self._longest(placed) - len(strays)) / total
        whole = len(placed) == total and not broken and not strays
        notes = tuple(Note(s.id, False, s.feedback) for s in strays)
        # told at the line that stands wrong, once: saying it at each line that the rule names only repeats it
        notes += tuple(Note(rule.line or rule.then, False, rule.feedback) for rule in broken)
        codes = [
            *filter(None, (s.misconception for s in strays)),
            *filter(None, (r.misconception for r in broken)),
        ]
        said = self.why if whole else self._why_not(strays, broken, total - len(placed))
        return Mark.of(1.0 if whole else min(share, 0.999), self.points, said, notes, tuple(dict.fromkeys(codes)))

    def _why_not(self, strays: list[Distractor], broken: list[Rule], missing: int) -> str:
        if strays:
            return strays[0].feedback
        if broken:
            return broken[0].feedback
        return f"Right so far; {missing} line{'s' if missing > 1 else ''} still to place."

    def _longest(self, placed: list[str]) -> int:
        """Return how many of the placed lines can stay as they stand without breaking a rule."""
        if self.broken(placed):
            for size in range(len(placed) - 1, 0, -1):
                if any(not self.broken(list(kept)) for kept in combinations(placed, size)):
                    return size
        return len(placed)

    def samples(self) -> list[Sample]:
        """Return every valid order, each distractor, each rule broken where one move can, blank, malformed."""
        valid = list(self.orders())
        found = [Sample(list(order), Status.RIGHT) for order in valid]
        ids = list(valid[0])
        for extra in self.distractors:
            swapped = [extra.id if name == extra.twin else name for name in ids]
            status = Status.PARTLY if len(ids) > 2 else Status.WRONG
            found.append(Sample(swapped, status, extra.misconception, extra.feedback))
        found += self._breakers(ids)
        bad = ["x", ["no-such-line"], [ids[0], ids[0]], [1], {"a": 1}]
        return [
            *found,
            Sample(None, Status.BLANK),
            Sample([], Status.BLANK),
            *(Sample(b, Status.INVALID) for b in bad),
        ]

    def _breakers(self, ids: list[str]) -> Iterator[Sample]:
        """Yield, for each rule, an order in which one line was moved and this rule is the first one broken."""
        for rule in self.rules:
            for moved in ids:
                rest = [name for name in ids if name != moved]
                tries = [[*rest[:place], moved, *rest[place:]] for place in range(len(ids))]
                hit = next((t for t in tries if (b := self.broken(t)) and b[0] is rule), None)
                if hit:
                    yield Sample(hit, Status.PARTLY, rule.misconception, rule.feedback)
                    break
