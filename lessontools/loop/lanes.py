"""The lanes of the strip: rows and their marks -> one SVG with the code at the left and a lane for each object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from lessontools.loop.drawing import CODE, SOFT, cut, ink, label, picture, rect, soft
from lessontools.loop.rounds import Round, Row

__all__ = ["draw"]

HIGH, HEAD, TURN, LETTER = 30.0, 46.0, 30.0, 7.25  # a row, the head, a turn's title; a letter of code
WIDE = {"graph": 104.0, "loss": 76.0, "gradients": 240.0, "weights": 136.0, "optimizer": 132.0}
_UNDER = {
    "graph": "the calculation",
    "loss": "how wrong",
    "gradients": "which way is up",
    "weights": "what is learned",
    "optimizer": "its memory",
}
SLOT, SLOTS = 21.0, 4


class Said(Protocol):
    """A mark: a sign and a few words."""

    @property
    def sign(self) -> str: ...
    @property
    def words(self) -> str: ...


def draw(shown: Sequence[Round], told: Sequence[Sequence[Mapping[str, Said]]], lanes: Sequence[str], about: str) -> str:
    """Return the SVG of these turns; `told` has the marks of each row, `about` the picture in a sentence."""
    letters = min(38, max(len(row.code) for each in shown for row in each.rows))
    code = 46 + max(120.0, letters * LETTER)
    places, x = {}, code + 10
    for lane in lanes:
        places[lane] = x
        x += WIDE[lane]
    wide = x + 4
    parts, over, y = [_heads(places)], list[str](), HEAD
    for each, turn in zip(shown, told, strict=True):
        parts.append(_turn(each, y, wide))
        y += TURN
        for place, (row, found) in enumerate(zip(each.rows, turn, strict=True)):
            first = place == 0
            parts += [_line(row, y, wide, letters)]
            over += [_bands(row, y, places, first), _marks(found, row, y, places)]
            y += HIGH
    return picture(wide, y + 6, "The strip: which line changed what", about, [*parts, *over], least=min(wide, 620))


def _heads(places: Mapping[str, float]) -> str:
    parts = [label(4, 17, "line of your code", 12.5, style="font-weight:600")]
    for lane, x in places.items():
        parts.append(label(x, 17, lane, 13, style="font-weight:700", fill=lane))
        parts.append(label(x, 33, _UNDER[lane], 11))
    return "".join(parts)


def _turn(each: Round, y: float, wide: float) -> str:
    words = f"step {each.number}" if each.number else "no update"
    back = rect(0, y + 4, wide, TURN - 9, "fill:var(--jp-layout-color2,#f1f1f1)", 4)
    return back + label(8, y + 19, words, 12, style="font-weight:700;letter-spacing:.03em")


def _line(row: Row, y: float, wide: float, letters: int) -> str:
    middle = y + HIGH / 2
    under = f'<line x1="0" x2="{wide:g}" y1="{y + HIGH:g}" y2="{y + HIGH:g}" style="stroke:{SOFT};stroke-width:.6"/>'
    if row.skipped:
        return under + label(40, middle + 4, row.code, 12, style="font-style:italic")
    gutter = label(30, middle + 4, str(row.line or ""), 11, "end", f"opacity:.75;{CODE}")
    return under + gutter + label(40, middle + 4, cut(row.code, letters), 12, style=CODE)


def _bands(row: Row, y: float, places: Mapping[str, float], first: bool) -> str:
    """Return what lasts through a row: from its middle on where the row made it, up to there where it ended it."""
    parts = []
    if "graph" in places:
        parts.append(_band(places["graph"], y, row.before.graph, row.after.graph, "graph"))
    if "weights" in places:
        parts.append(_versions(places["weights"], y, row.before.weights, row.after.weights, "weights", "w", first))
    if "optimizer" in places:
        parts.append(
            _versions(places["optimizer"], y, row.before.optimizer, row.after.optimizer, "optimizer", "m", first)
        )
    parts.append(_held(row, places["gradients"], y, first))
    return "".join(parts)


def _band(x: float, y: float, before: bool, after: bool, name: str) -> str:
    top, bottom = (y if before else y + HIGH / 2), (y + HIGH if after else y + HIGH / 2)
    return rect(x + 7, top, 8, bottom - top, f"fill:{soft(name, 45)}") if bottom > top else ""


def _versions(x: float, y: float, before: int, after: int, name: str, letter: str, first: bool) -> str:
    """Return a band that never ends, but changes: each version has its number, and every other one is darker."""
    shade = {0: 30, 1: 62}
    parts = [rect(x + 4, y, 14, HIGH / 2, f"fill:{soft(name, shade[before % 2])}")]
    parts.append(rect(x + 4, y + HIGH / 2, 14, HIGH / 2, f"fill:{soft(name, shade[after % 2])}"))
    if first and after == before:
        parts.append(label(x + 24, y + HIGH / 2 + 4, f"{letter}{before}", 11.5))
    return "".join(parts)


def _held(row: Row, x: float, y: float, first: bool) -> str:
    """Return the backward passes in the gradients, one column each: outlined while fresh, hatched once used."""
    every = sorted({*row.before.held, *row.after.held})
    hidden = max(0, len(every) - SLOTS)
    parts = []
    for place, number in enumerate(every[hidden:]):
        left = x + 2 + place * SLOT
        was, now = number in row.before.held, number in row.after.held
        # the oldest share a column where there are too many
        words = f"{every[0]}-{number}" if hidden and not place else str(number)
        fresh = now and (not was or (hidden and not place and row.after.held != row.before.held))
        if was:
            parts.append(_block(left, y, number in row.before.used))
        if now:
            parts.append(_block(left, y + HIGH / 2, number in row.after.used))
        if fresh or first:
            parts.append(_chip(left + (SLOT - 4) / 2, y + (HIGH / 2 if fresh else 9), words))
    return "".join(parts)


def _block(x: float, y: float, used: bool) -> str:
    """Return half a row of one pass: its area and its edges."""
    wide, high = SLOT - 4, HIGH / 2
    parts = [rect(x, y, wide, high, f"fill:{soft('gradients', 10 if used else 34)}")]
    dash = "stroke-dasharray:2.5 2.5;" if used else ""
    for edge in (x, x + wide):
        style = f"{dash}stroke:{ink('gradients')};stroke-width:1.6"
        parts.append(f'<line x1="{edge:g}" x2="{edge:g}" y1="{y:g}" y2="{y + high:g}" style="{style}"/>')
    if used:
        ups = "".join(f"M{x:g} {y + at + 7:g}l{wide:g} -7" for at in (0.5, 8))
        parts.append(f'<path d="{ups}" style="stroke:{ink("gradients")};stroke-width:.8;fill:none"/>')
    return "".join(parts)


def _chip(x: float, y: float, words: str) -> str:
    back = rect(
        x - 8, y - 8, 16, 16, f"fill:var(--jp-layout-color1,#fff);stroke:{ink('gradients')};stroke-width:1.6", 4
    )
    return back + label(
        x, y + 4, words, 10.5 if len(words) < 3 else 7.5 if len(words) < 5 else 6, "middle", "font-weight:700"
    )


def _marks(found: Mapping[str, Said], row: Row, y: float, places: Mapping[str, float]) -> str:
    parts, middle = [], y + HIGH / 2
    for lane, mark in found.items():
        x = places[lane]
        shown = min(SLOTS, len({*row.before.held, *row.after.held}))
        knob = {"graph": x + 11, "loss": x + 8, "weights": x + 11, "optimizer": x + 11}.get(lane, 0)
        if lane == "gradients":
            knob = x + max(1, shown) * SLOT + (10 if shown else -9)
        words = mark.words.removeprefix("passes ")  # the columns have their numbers
        if lane == "weights" and mark.sign == "→":
            words = f"w{row.after.weights} {mark.words}"
        if lane == "optimizer":
            words = f"m{row.after.optimizer} updated"
        colour = "alarm" if mark.sign == "!" else lane
        parts.append(_knob(knob, middle, mark.sign, colour))
        heavy = "font-weight:700" if mark.sign == "!" else ""
        parts.append(label(knob + 13, middle + 4, words, 12, style=heavy, fill="alarm" if heavy else "currentColor"))
    return "".join(parts)


def _knob(x: float, y: float, sign: str, name: str) -> str:
    """Return a mark's sign in a ring; the alarm's is a triangle, so that it differs by shape too."""
    if sign == "!":
        path = f"M{x:g} {y - 10:g}l10 17h-20z"
        style = f"fill:var(--jp-layout-color1,#fff);stroke:{ink(name)};stroke-width:2;stroke-linejoin:round"
        return f'<path d="{path}" style="{style}"/>' + label(x, y + 5, "!", 12, "middle", "font-weight:800", name)
    dash = ";stroke-dasharray:2 2" if sign == "–" else ""
    style = f"fill:var(--jp-layout-color1,#fff);stroke:{ink(name)};stroke-width:1.8{dash}"
    ring = f'<circle cx="{x:g}" cy="{y:g}" r="8.5" style="{style}"/>'
    return ring + label(x, y + 4, sign, 12, "middle", "font-weight:700")
