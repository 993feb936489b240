"""An item: a question in the few forms that other systems know, as plain data; writers take it, readers return it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal, TypeVar

__all__ = ["Answer", "Form", "Gap", "Item", "Picture", "Table", "decimal", "mapped", "span"]

T = TypeVar("T")
Form = Literal["one", "many", "number", "short", "match", "order", "table", "essay", "card", "orders"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A possible answer and its share of the points; its text is Markdown in a choice, else what is typed."""

    text: str
    share: float = 0.0
    feedback: str = ""
    margin: float = 0.0


@dataclass(frozen=True, slots=True)
class Gap:
    """A cell to fill in; `otherwise` is said to what is not foreseen."""

    answers: tuple[Answer, ...]
    numeric: bool
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with gaps: each row has a line of code and its cells."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str | Gap, ...]], ...]

    def gaps(self) -> list[tuple[str, Gap]]:
        """Return the gaps by the names that their answers have ("row.column")."""
        cells = [(f"{r}.{c}", cell) for r, (_, row) in enumerate(self.rows) for c, cell in enumerate(row)]
        return [(name, cell) for name, cell in cells if isinstance(cell, Gap)]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a file, and what it shows in words."""

    name: str
    data: bytes
    alt: str


@dataclass(frozen=True, slots=True)
class Item:
    """A question as other systems may take it. Texts are Markdown.

    `told` is what is told with `why` once the question is answered, as other systems have no better place for it.
    `group` is shared by the fixed variants of a question with drawn numbers; `changes` are codes of what has
    changed on the way from the course's own form. The key of a match is that each left stands beside its right;
    the key of an order is `lines` as they stand.
    """

    id: str
    form: Form
    stem: str
    answers: tuple[Answer, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    spares: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()
    table: Table | None = None
    why: str = ""
    told: tuple[tuple[str, str], ...] = ()
    rubric: str = ""
    hints: tuple[str, ...] = ()
    points: float = 1.0
    shuffle: bool = True
    case: bool = False
    unit: str = ""
    picture: Picture | None = None
    tags: tuple[str, ...] = ()
    lesson: str = ""
    group: str = ""
    changes: tuple[str, ...] = ()

    def afterwards(self) -> str:
        """Return all that is told once the question is answered: the reason, then feedback on its parts."""
        listed = [f"- {label}: {text}".replace("\n", "\n  ") for label, text in self.told]
        return "\n\n".join(filter(None, (self.why, "\n".join(listed), self.rubric)))


def mapped(value: T, change: Callable[[str], str]) -> T:
    """Return a value with each of its texts changed, however deep they stand."""
    found: Any = value
    if isinstance(value, str):
        found = change(value)
    elif isinstance(value, tuple):
        found = tuple(mapped(each, change) for each in value)
    elif is_dataclass(value) and not isinstance(value, type):
        found = replace(value, **{each.name: mapped(getattr(value, each.name), change) for each in fields(value)})
    return found  # type: ignore[no-any-return]  # of the same type as it was given


def decimal(value: float) -> str:
    """Return a number with digits only, as formats without an exponent need it: 1e-05 -> 0.00001."""
    text = f"{value:.15g}"
    if "e" in text:
        text = f"{value:.20f}".rstrip("0").rstrip(".")
    return text


def span(code: str) -> str:
    """Return a line of code as an inline code span, whichever backticks it holds."""
    fence = "`"
    while fence in code:
        fence += "`"
    pad = " " if code[:1] == "`" or code[-1:] == "`" else ""
    return f"{fence}{pad}{code}{pad}{fence}"
