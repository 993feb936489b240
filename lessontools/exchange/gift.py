"""GIFT: items -> Moodle's plain text format, with its traps avoided."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lessontools.exchange.item import Answer, Item, decimal
from lessontools.exchange.losses import nearest_share
from lessontools.screen.markup import to_portable

__all__ = ["escaped", "percent", "write"]


def write(items: Sequence[Item], _title: str = "") -> bytes:
    """Return the items as GIFT, one after another, in a category for each lesson."""
    parts, category = [], ""
    for item in items:
        path = "/".join(filter(None, ("$course$/top", item.lesson, item.group)))
        if path != category:
            parts.append(f"$CATEGORY: {path}")
            category = path
        parts.append(_question(item))
    return ("\n\n".join(parts) + "\n").encode()


def escaped(text: str) -> str:
    """Return the text with GIFT's own characters escaped, on one line: a blank line would split the question."""
    return re.sub(r"([\\~=#{}:])", r"\\\1", text).replace("\r", "").replace("\n", r"\n")


def percent(share: float) -> str:
    """Return a share as Moodle's percentage: one of its list, such as 33.33333."""
    return f"{nearest_share(share) * 100:.5f}".rstrip("0").rstrip(".")


def _html(markdown: str, inline: bool = False) -> str:
    found = to_portable(markdown)
    if inline and found.startswith("<p>") and found.count("<p>") == 1 and found.endswith("</p>"):
        found = found[3:-4]
    return escaped(re.sub("^%", "&#37;", found))  # a percent sign in front would be read as a weight


def _question(item: Item) -> str:
    tags = " ".join(f"[{name}]" for name in (f"id:{item.id}", *(f"tag:{tag}" for tag in item.tags)))
    lines = _answers(item)
    if after := item.afterwards():
        lines.append(f"####{_html(after)}")
    body = "".join(f"\n\t{line}" for line in lines) + ("\n" if lines else "")
    mark = "#" if item.form == "number" else ""
    return f"// {tags}\n::{escaped(item.id)}::[html]{_html(item.stem)}{{{mark}{body}}}"


def _answers(item: Item) -> list[str]:
    match item.form:
        case "one":
            return [f"{'=' if a.share == 1 else '~'}{_html(a.text, True)}{_said(a)}" for a in item.answers]
        case "many":
            return [f"~%{percent(a.share)}%{_html(a.text, True)}{_said(a)}" for a in item.answers]
        case "number":
            return [f"=%{percent(a.share)}%{a.text}:{decimal(a.margin)}{_said(a)}" for a in item.answers]
        case "short":
            return [f"=%{percent(a.share)}%{escaped(_literal(a.text))}{_said(a)}" for a in item.answers]
        case "match":
            pairs = [f"={_html(left, True)} -> {escaped(right)}" for left, right in item.pairs]
            return pairs + [f"= -> {escaped(spare)}" for spare in item.spares]
        case _:
            return []


def _literal(text: str) -> str:
    """Return an answer in which an asterisk stands for itself, not for anything."""
    return text.replace("*", r"\*")


def _said(answer: Answer) -> str:
    return f"#{_html(answer.feedback)}" if answer.feedback else ""
