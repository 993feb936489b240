"""Losses: what a format may lack, in which items it is missed, and what is done instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from lessontools.exchange.item import Gap, Item, mapped, span
from lessontools.screen.markup import to_text

__all__ = ["LOSSES", "MOODLE_SHARES", "Loss", "nearest_share"]

MOODLE_SHARES = (
    *(100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20, 16.66667, 14.28571, 12.5, 11.11111),
    *(10, 5, 0),
)
"""The percentages that Moodle knows; it refuses any other (33 and 34 as much as 33.3)."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a format may lack: its code, what happens instead, in which items, and how they are changed.

    `form` is the one form that it concerns, if it is one.
    """

    code: str
    words: str
    has: Callable[[Item], bool]
    without: Callable[[Item], Item] = lambda item: item
    form: str = ""


def _gaps(item: Item) -> list[Gap]:
    return [gap for _, gap in item.table.gaps()] if item.table else []


def _each_gap(item: Item, change: Callable[[Gap], Gap]) -> Item:
    assert item.table
    rows = tuple(
        (code, tuple(change(cell) if isinstance(cell, Gap) else cell for cell in cells))
        for code, cells in item.table.rows
    )
    return replace(item, table=replace(item.table, rows=rows))


def _tell_near(item: Item) -> Item:
    told = tuple((span(each.text), each.feedback) for each in item.answers if each.share < 1)
    return replace(item, answers=tuple(each for each in item.answers if each.share == 1), told=(*item.told, *told))


def _tell_gaps(item: Item) -> Item:
    told = []
    for name, gap in item.table.gaps() if item.table else []:
        row = item.table.rows[int(name.split(".")[0])][0] if item.table else ""
        told += [(f"{span(row.strip())} {span(each.text)}", each.feedback) for each in gap.answers]
    bare = _each_gap(
        item, lambda gap: Gap(tuple(replace(a, feedback="") for a in gap.answers if a.share == 1), gap.numeric)
    )
    return replace(bare, told=(*item.told, *told))


def _without_strays(item: Item) -> Item:
    gone = {span(line.strip()) for line in item.strays}
    told = tuple((label, text) for label, text in item.told if label not in gone)
    stem = f"{item.stem}\n\nHere every line that is shown belongs into the answer."
    return replace(item, strays=(), told=told, stem=stem)


def nearest_share(share: float) -> float:
    """Return the share on Moodle's list that is nearest, but never more."""
    sign = -1 if share < 0 else 1
    listed = [each for each in MOODLE_SHARES if each <= abs(share) * 100 + 1e-3]
    return sign * max(listed) / 100


def _on_list(item: Item) -> bool:
    return all(abs(abs(nearest_share(each.share)) - abs(each.share)) < 1e-5 for each in item.answers)


def _plain_sides(item: Item) -> Item:
    return replace(
        item, pairs=tuple((left, to_text(right)) for left, right in item.pairs), spares=tuple(map(to_text, item.spares))
    )


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)


def _uneven(item: Item) -> bool:
    gains = {round(abs(each.share), 9) for each in item.answers}
    return item.form == "many" and len(gains) > 1


LOSSES = (
    Loss("hints", "the hints are left out", lambda i: bool(i.hints), lambda i: replace(i, hints=())),
    Loss(
        "unit",
        "the unit stands in the stem; typed with the number, it is not read",
        lambda i: bool(i.unit),
        lambda i: replace(i, stem=f"{i.stem}\n\nGive the number only, in {i.unit}.", unit=""),
    ),
    Loss(
        "part-points",
        "nearly right forms earn nothing",
        lambda i: i.form == "short" and any(0 < each.share < 1 for each in i.answers),
        lambda i: replace(i, answers=tuple(replace(a, share=0.0) if 0 < a.share < 1 else a for a in i.answers)),
    ),
    Loss(
        "near-feedback",
        "what is said to foreseen wrong answers is told to all once they have answered",
        lambda i: i.form in ("number", "short") and any(each.share < 1 for each in i.answers),
        _tell_near,
    ),
    Loss(
        "cell-tolerance",
        "a cell counts only as it is spelled in the key",
        lambda i: any(gap.numeric for gap in _gaps(i)),
        lambda i: _each_gap(i, lambda gap: replace(gap, numeric=False)),
        form="table",
    ),
    Loss(
        "cell-feedback",
        "the feedback of all cells is told together",
        lambda i: bool(_gaps(i)),
        _tell_gaps,
        form="table",
    ),
    Loss("case", "upper and lower case count as the same", lambda i: i.case, lambda i: replace(i, case=False)),
    Loss("fixed-order", "the choices may be shuffled", lambda i: not i.shuffle and i.form in ("one", "many")),
    Loss(
        "distractor-lines",
        "the distractor lines are left out with their feedback, and the stem says that all lines belong",
        lambda i: bool(i.strays),
        _without_strays,
        form="order",
    ),
    Loss(
        "cell-points",
        "it is worth a point for each cell",
        lambda i: i.form == "table" and len(_gaps(i)) != i.points,
        form="table",
    ),
    Loss(
        "order-as-places",
        "each line is given its place; a line one place off earns nothing",
        lambda i: i.form == "order",
        form="order",
    ),
    Loss("part-order", "only the whole order earns points", lambda i: i.form == "order", form="order"),
    Loss("wrong-ticks", "a wrong tick costs as much as a right one earns", _uneven),
    Loss("shares", "a share is rounded down to one that Moodle knows", lambda i: not _on_list(i)),
    Loss(
        "side-markup",
        "code and formulas on the right sides are plain text",
        lambda i: i.form == "match" and _plain_sides(i) != i,
        _plain_sides,
    ),
    Loss(
        "picture",
        "the picture is replaced by what it shows in words",
        lambda i: i.picture is not None,
        lambda i: replace(i, stem=f"{i.stem}\n\nThe picture: {i.picture.alt if i.picture else ''}", picture=None),
    ),
    Loss("points", "every question is worth the same", lambda i: i.points != 1, lambda i: replace(i, points=1.0)),
    Loss(
        "control-characters",
        "characters that XML forbids are taken out",
        lambda i: mapped(i, _clean) != i,
        lambda i: mapped(i, _clean),
    ),
)
