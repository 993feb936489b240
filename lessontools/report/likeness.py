"""Likeness of code: for each exercise, pairs of hand-ins that share much which few others have. A hint, no verdict."""

from __future__ import annotations

import ast
import hashlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from lessontools.grading.outcome import Outcome
from lessontools.quiz.mention import tree
from lessontools.report.subject import Part

__all__ = ["Alike", "Likeness", "grams", "tokens"]

K = 12
"""Tokens in a row that are compared."""
COMMON = 10
"""What more students than this have in common is how one writes it, and does not count."""
OWN, LIKE, MOST = 15, 0.6, 50
"""The least number of rows of one's own, the least likeness that is told, and how many pairs at most."""
_SKIPPED = (ast.Load, ast.Store, ast.Del)


@dataclass(frozen=True)
class Alike:
    """Two students whose code for an exercise is alike: shared rows of tokens over all that are their own."""

    item: str
    one: str
    other: str
    share: float
    rows: int


def tokens(source: str) -> list[str]:
    """Return code as tokens of its syntax: names and numbers are alike, comments and layout are gone."""
    found: list[str] = []

    def walk(node: ast.AST) -> None:
        kind = type(node).__name__
        found.append(f"{kind}.{node.attr}" if isinstance(node, ast.Attribute) else kind)
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, _SKIPPED):
                walk(child)

    try:
        walk(tree(source) or ast.Module([], []))
    except RecursionError:
        return []
    return found


def grams(source: str) -> set[int]:
    """Return a number for each row of tokens in a source."""
    words = tokens(source)
    rows = (" ".join(words[at : at + K]) for at in range(len(words) - K + 1))
    return {int.from_bytes(hashlib.blake2b(row.encode(), digest_size=8).digest(), "big") for row in rows}


@dataclass
class Likeness:
    """The code of a class; what everybody was given, or may be expected to write, is taken off."""

    _given: dict[str, set[int]] = field(default_factory=dict)
    _own: dict[str, list[tuple[str, array[int]]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, part: Part, student: str, outcome: Outcome) -> None:
        """Take in what a student wrote for an exercise."""
        if part.id not in self._given:
            self._given[part.id] = set().union(*(grams(each) for each in part.given))
        own = grams(outcome.answer) - self._given[part.id]
        if len(own) >= OWN:
            self._own[part.id].append((student, array("Q", sorted(own))))

    def pairs(self) -> list[Alike]:
        """Return the pairs that are alike, the most alike first."""
        found = [pair for item, owners in self._own.items() for pair in _alike(item, owners)]
        return sorted(found, key=lambda pair: (-pair.share, -pair.rows, pair.one))[:MOST]


def _alike(item: str, owners: list[tuple[str, array[int]]]) -> Iterator[Alike]:
    holders: dict[int, list[int]] = defaultdict(list)
    for place, (_, own) in enumerate(owners):
        for gram in own:
            if len(holders[gram]) <= COMMON:  # one too many is enough to know that it is common
                holders[gram].append(place)
    rare = {gram: places for gram, places in holders.items() if len(places) <= COMMON}
    sizes, shared = _counted(rare.values())
    for (one, other), rows in shared.items():
        union = sizes[one] + sizes[other] - rows
        if rows >= OWN and rows / union >= LIKE:
            yield Alike(item, owners[one][0], owners[other][0], rows / union, rows)


def _counted(groups: Iterable[list[int]]) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    """Return how many rare rows each student has, and how many each two share."""
    sizes: dict[int, int] = defaultdict(int)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for places in groups:
        for place in places:
            sizes[place] += 1
        for pair in combinations(places, 2):
            shared[pair] += 1
    return sizes, shared
