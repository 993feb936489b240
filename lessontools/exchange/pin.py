"""Pinning: an order with several valid answers -> one of them, and the sentence that makes it the only one."""

from __future__ import annotations

from itertools import combinations, islice

from lessontools.exchange.item import span
from lessontools.quiz.kinds.order import Order

__all__ = ["MOST", "pinned"]

MOST = 2  # constraints that a stem can still say in one sentence
_LOOKED = 200
Pair = tuple[str, str]


def pinned(question: Order) -> tuple[tuple[str, ...], str] | None:
    """Return a valid order and what the stem must say to make it the only one; None if a sentence cannot.

    What is said is never a rule of the question itself: of two lines that may stand either way, it says which comes
    first. Orders in which the lines stand as they were written are preferred.
    """
    valid = list(islice(question.orders(), _LOOKED + 1))
    if len(valid) == 1:
        return valid[0], ""
    if len(valid) > _LOOKED:
        return None
    written = {line.id: place for place, line in enumerate(question.lines)}
    ranked = sorted(valid, key=lambda order: [written[name] for name in order])
    kept: dict[Pair, frozenset[int]] = {}
    for pair in ((a, b) for a in written for b in written if a != b):
        fits = frozenset(n for n, order in enumerate(ranked) if order.index(pair[0]) < order.index(pair[1]))
        if 0 < len(fits) < len(ranked):
            kept[pair] = fits
    for size in range(1, MOST + 1):
        found = [
            (min(left), pairs)
            for pairs in combinations(kept, size)
            if len(left := frozenset.intersection(*(kept[pair] for pair in pairs))) == 1
        ]
        if found:
            place, pairs = min(found, key=lambda each: each[0])
            return ranked[place], _sentence(question, pairs)
    return None


def _sentence(question: Order, pairs: tuple[Pair, ...]) -> str:
    code = {line.id: span(line.code.strip().splitlines()[0]) for line in question.lines}
    said = " and ".join(f"{code[first]} stands before {code[then]}" for first, then in pairs)
    return f"Several orders work; give the one in which {said}."
