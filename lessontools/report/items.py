"""Item statistics: a tally -> difficulty, discrimination, choices, reliability, and what is odd about it in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from lessontools.report.subject import Part
from lessontools.report.tally import ItemTally, Tally

__all__ = ["ENOUGH", "FEW", "ChoiceStat", "ItemStat", "Reliability", "item_stats", "reliability"]

ENOUGH = 20
"""Students from whom on correlations and counts of choices are judged; fewer tell nothing."""
FEW = 5
"""Students from whom on a difficulty is judged."""
ITEMS = 5
"""Items from which on reliability is worked out."""


@dataclass(frozen=True)
class ChoiceStat:
    """How often one choice was picked, as a number and as a share, and how that goes with the rest of the points."""

    text: str
    right: bool
    count: int
    share: float
    r: float | None


@dataclass(frozen=True)
class ItemStat:
    """One part's statistics: `p` is the mean share of its points, `r` the corrected point-biserial correlation."""

    part: Part
    n: int
    p: float | None
    r: float | None
    blank: int
    waiting: int
    sure_wrong: int
    seconds: float | None
    timed: int
    choices: tuple[ChoiceStat, ...]
    wrong: tuple[tuple[str, int], ...]
    flags: tuple[str, ...]
    choice_flags: tuple[str, ...]


@dataclass(frozen=True)
class Reliability:
    """How well the parts agree with each other: KR-20, or Cronbach's alpha where parts of points are earned."""

    name: str
    value: float | None
    why: str = ""


def item_stats(tally: Tally) -> list[ItemStat]:
    """Return the statistics of each part, in the order of the release."""
    return [_stat(each) for each in tally.items.values()]


def _stat(tally: ItemTally) -> ItemStat:
    pairs, points, waiting = tally.pairs, tally.part.points, tally.states["WAITING"]
    # while a person has to mark some of them, those that are marked already (the blank ones) tell nothing
    p = pairs.x / pairs.n / points if pairs.n and points and not waiting else None
    r = None if waiting else pairs.correlation
    choices = tuple(_choices(tally))
    return ItemStat(
        tally.part,
        pairs.n,
        p,
        r,
        tally.states["BLANK"],
        waiting,
        tally.sure_wrong,
        median(tally.seconds) if tally.seconds else None,
        len(tally.seconds),
        choices,
        tuple(tally.wrong.most_common(4)),
        tuple(_flags(pairs.n, p, r)),
        tuple(_choice_flags(choices, tally)),
    )


def _choices(tally: ItemTally) -> Iterable[ChoiceStat]:
    for name, choice in tally.part.choices.items():
        pairs = tally.choosing.get(name)
        n = pairs.n if pairs else 0
        count = tally.chosen[name]
        yield ChoiceStat(
            choice.text, choice.right, count, count / n if n else 0.0, pairs.correlation if pairs else None
        )


def _flags(n: int, p: float | None, r: float | None) -> Iterable[str]:
    if n >= ENOUGH and r is not None and r < 0:
        yield "who knows more earns less here: look at the key, and at how it is asked"
    if p is not None and n >= FEW and p < 0.3:
        yield "hard: less than 30 % of its points were earned; was it taught, and is the key right?"
    if n >= ENOUGH and r is not None and 0 <= r < 0.2:
        yield "hardly goes with the rest: does it ask for something else, or is it unclear?"
    if p is not None and n >= FEW and p > 0.95:
        yield "easy: it tells hardly anybody apart; fine for a warm-up"


def _choice_flags(choices: Iterable[ChoiceStat], tally: ItemTally) -> Iterable[str]:
    answered = next((each.n for each in tally.choosing.values()), 0)
    if answered < ENOUGH:
        return
    for each in choices:
        if each.right:
            continue
        if not each.count:
            yield f"a choice that nobody took: {_short(each.text)}"
        elif each.share < 0.05:
            yield f"a choice that hardly anybody took ({each.count}): {_short(each.text)}"
        elif each.r is not None and each.r > 0.1:
            yield f"a wrong choice that those who know more take: {_short(each.text)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line if len(line) <= 60 else line[:57] + '…'}”".replace("`", "")


def reliability(tally: Tally) -> Reliability:
    """Return the reliability of what a machine marked, from those who had all of it."""
    items = [each for each in tally.items.values() if not each.part.by_hand]
    n, k = tally.total.n, len(items)
    name = "Cronbach’s alpha" if any(each.split for each in items) else "KR-20"
    if n < ENOUGH or k < ITEMS:
        return Reliability(name, None, f"needs {ENOUGH} students and {ITEMS} questions; there are {n} and {k}")
    spread = tally.total.variance
    if spread <= 1e-12:
        return Reliability(name, None, "all have the same points")
    return Reliability(name, k / (k - 1) * (1 - sum(each.pairs.variance for each in items) / spread))
