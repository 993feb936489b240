"""A challenge's rules: how many problems and tries, which ones stand for each other, and what comes of it, in words."""

from __future__ import annotations

from datetime import timedelta

from lessontools.quiz.bank import Item
from lessontools.standing.mastery import level_of
from lessontools.standing.words import counted, length

__all__ = ["ATTEMPTS", "HINTS", "PROBLEMS", "forms", "outcome", "rules"]

PROBLEMS, ATTEMPTS, HINTS = 5, 2, 1


def forms(pool: list[Item]) -> list[list[Item]]:
    """Return the problems with their parallel forms (questions with the same `twin`) together."""
    found: dict[tuple[str, str], list[Item]] = {}
    for item in pool:
        twin, key = item.question.twin, item.question.id
        found.setdefault(("twin", twin) if twin else ("one", key), []).append(item)
    return list(found.values())


def rules(count: int, limit: timedelta) -> list[str]:
    """Return what is to be known before the start."""
    asked = counted(count, "problem").capitalize()
    allowed = f"{counted(ATTEMPTS, 'try', 'tries')} and {counted(HINTS, 'hint')}"
    return [
        f"{asked}, {length(limit.total_seconds())} in all; the clock starts when you press Start.",
        f"Each problem has {allowed}. You may go to and fro between them.",
        "You can stop at any time. All right is a gold badge, all but one silver, at least half bronze.",
    ]


def outcome(right: int, of: int, seconds: float) -> dict[str, str]:
    """Return how a round went: the badge's level and name, and the result in words."""
    level = level_of(right, of)
    words = f"{right} of {of} right in {length(seconds)}."
    more = "" if level == "gold" else " The answers are below; another round mixes the problems anew."
    return {"level": level, "badge": f"{level.capitalize()} badge" if level else "", "words": words + more}
