"""Cell ids: words of a cell -> a slug that nbformat accepts and that stays the same from build to build."""

from __future__ import annotations

import re
from collections.abc import Collection

__all__ = ["VALID", "made_by_a_tool", "slug", "unique"]

VALID = re.compile(r"[A-Za-z0-9-_]{1,64}")
_LENGTH = 40  # room for a number behind it, and still below nbformat's 64
_HEADING = re.compile(r"^#{1,6}\s+(.+)$", re.MULTILINE)
_MADE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8,12}")


def slug(kind: str, source: str) -> str:
    """Return the slug of a cell: of its first heading, else of its first words."""
    found = _HEADING.search(source) if kind == "markdown" else None
    text = found.group(1) if found else next((line for line in source.splitlines() if line.strip()), kind)
    text = re.sub(r"\]\([^)]*\)", "]", text)  # a link is its words
    words = re.findall(r"[a-z0-9]+", text.lower())
    short = ""
    for word in words or [kind]:
        if short and len(short) + 1 + len(word) > _LENGTH:
            break
        short = f"{short}-{word}".strip("-")[:_LENGTH]
    return short


def unique(wanted: str, taken: Collection[str]) -> str:
    """Return the id, with a number behind it if it is taken."""
    number, found = 1, wanted
    while found in taken:
        number += 1
        found = f"{wanted}-{number}"
    return found


def made_by_a_tool(key: str) -> bool:
    """Return whether an id looks drawn at random, as JupyterLab and nbformat make them."""
    return bool(_MADE.fullmatch(key))
