"""GIFT -> items, read as Moodle reads it, with what could not be taken."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from lessontools.exchange.from_html import literal, to_markdown
from lessontools.exchange.item import Answer, Item

__all__ = ["Note", "read"]

Note = tuple[str, str]  # the question's name, and what could not be taken
_WEIGHT = re.compile(r"%(-?\d+(?:\.\d*)?)%")
_FORMAT = re.compile(r"\[(html|markdown|plain|moodle)\]")
_HIDDEN = 0xE000  # an escaped character hides in Unicode's private area while the rest is read


def read(text: str) -> tuple[list[Item], list[Note]]:
    """Return the questions, and notes on what could not be taken."""
    items, notes = [], []
    for number, block in enumerate(re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").lstrip("\ufeff")), 1):
        lines = block.split("\n")
        tags = tuple(re.findall(r"\[tag:([^\]]+)\]", " ".join(x for x in lines if x.lstrip().startswith("//"))))
        source = "\n".join(x for x in lines if not x.strip().startswith("//")).strip()
        if not source or source.startswith("$CATEGORY:"):
            continue
        item, said = _question(_hide(source), f"question {number}")
        notes += [(item.id, each) for each in said]
        if item.form != "card":
            items.append(replace(item, tags=tags))
    return items, notes


def _hide(text: str) -> str:
    return re.sub(r"\\([\\:#={}~n])", lambda found: chr(_HIDDEN + ord(found.group(1))), text)


def _bare(text: str) -> str:
    shown = re.sub("[\ue000-\ue07f]", lambda found: chr(ord(found.group()) - _HIDDEN), text.replace("\ue06e", "\n"))
    return shown.strip()


class _Texts:
    """Turns texts into Markdown, in the format that the question states, and keeps what is lost."""

    def __init__(self) -> None:
        self.form, self.lost = "moodle", list[str]()

    def __call__(self, text: str) -> str:
        form, text = self.form, text.strip()
        if found := _FORMAT.match(text):
            form, text = found.group(1), text[found.end() :]
        shown = _bare(text)
        if form == "html" or (form == "moodle" and re.search(r"</?\w+[^>]*>|&\w+;", shown)):
            shown, lost = to_markdown(shown)
            self.lost += lost
            return shown
        return shown if form == "markdown" else literal(shown)

    def stem(self, text: str) -> str:
        if found := _FORMAT.match(text.strip()):
            self.form = found.group(1)
        return self(text)


def _question(source: str, name: str) -> tuple[Item, list[str]]:
    """Return a question; one that cannot be taken comes as a card, with the reason."""
    if found := re.match(r"::(.*?)::", source, re.S):
        name, source = _bare(found.group(1)) or name, source[found.end() :]
    texts = _Texts()
    opened, closed = source.find("{"), source.find("}")
    if opened < 0 or closed < opened:
        why = "it has no answers: a description" if opened < 0 and closed < 0 else "its braces do not match"
        return Item(name, "card", texts.stem(source)), [f"left out: {why}"]
    inside, after = source[opened + 1 : closed].strip(), source[closed + 1 :].strip()
    stem = texts.stem(f"{source[:opened]}_____ {after}" if after else source[:opened])
    inside, _, general = inside.partition("####")
    base = Item(name, "essay", stem, why=texts(general))
    item, said = _answered(base, inside.strip(), texts)
    return item, [*said, *(f"dropped: {each}" for each in dict.fromkeys(texts.lost))]


def _answered(base: Item, inside: str, texts: _Texts) -> tuple[Item, list[str]]:
    if not inside:
        return base, []
    if inside.startswith("#"):
        return _number(base, inside[1:], texts)
    head, _, said = inside.partition("#")
    if "~" in inside:
        return _choices(base, inside, texts)
    if "=" in inside and "->" in inside:
        return _match(base, inside, texts)
    if head.strip() in ("T", "TRUE", "F", "FALSE"):
        wrong, _, right = said.partition("#")
        true = head.strip().startswith("T")
        answers = tuple(Answer(word, float(key), texts(right if key else wrong)) for word, key in _truths(true))
        return replace(base, form="one", answers=answers, shuffle=False), []
    answers = tuple(_answer(part, texts, 1.0, plain=True) for part in _parts("=", inside))
    return replace(base, form="short", answers=answers), []


def _truths(true: bool) -> tuple[tuple[str, bool], tuple[str, bool]]:
    return ("True", true), ("False", not true)


def _parts(mark: str, text: str) -> list[str]:
    return [part.strip() for part in text.split(mark) if part.strip()]


def _answer(part: str, texts: _Texts, share: float, plain: bool = False) -> Answer:
    if found := _WEIGHT.match(part):
        share, part = float(found.group(1)) / 100, part[found.end() :]
    text, _, said = part.partition("#")
    shown = _bare(text).replace(r"\*", "*") if plain else texts(text)
    return Answer(shown, share, texts(said))


def _choices(base: Item, inside: str, texts: _Texts) -> tuple[Item, list[str]]:
    one = "=" in inside
    answers = []
    for part in _parts("~", inside.replace("=", "~=")):
        right = part.startswith("=")
        answers.append(_answer(part[right:].strip(), texts, float(right)))
    return replace(base, form="one" if one else "many", answers=tuple(answers)), []


def _match(base: Item, inside: str, texts: _Texts) -> tuple[Item, list[str]]:
    sides = [part.partition("->") for part in _parts("=", inside)]
    if not all(arrow for _, arrow, _ in sides):
        return replace(base, form="card"), ["left out: a pair of the matching has no '->'"]
    pairs = tuple((texts(left), literal(_bare(right))) for left, _, right in sides if left.strip())
    spares = tuple(literal(_bare(right)) for left, _, right in sides if not left.strip())
    return replace(base, form="match", pairs=pairs, spares=spares), []


def _number(base: Item, inside: str, texts: _Texts) -> tuple[Item, list[str]]:
    inside, otherwise, _ = inside.partition("~")
    answers, notes = [], ["dropped: the feedback to any other number"] if otherwise else []
    for part in _parts("=", inside):
        answer = _answer(part, texts, 1.0, plain=True)
        low, dots, high = answer.text.partition("..")
        value, _, margin = answer.text.partition(":")
        try:
            middle = (float(low) + float(high)) / 2 if dots else float(value)
            reach = float(high) - middle if dots else float(margin or 0)
        except ValueError:
            return replace(base, form="card"), [f"left out: '{answer.text}' is no number"]
        if not math.isfinite(middle) or not math.isfinite(reach):
            return replace(base, form="card"), [f"left out: '{answer.text}' is no number to reckon with"]
        answers.append(replace(answer, text=f"{middle:.15g}", margin=abs(reach)))
    return replace(base, form="number", answers=tuple(answers)), notes
