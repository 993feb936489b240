"""The layout of a table with gaps as HTML, for systems that put their fields into the text."""

from __future__ import annotations

from collections.abc import Callable

from lessontools.exchange.item import Gap, Table, span
from lessontools.screen.markup import to_portable

__all__ = ["code_text", "table_html"]


def code_text(code: str) -> str:
    """Return a line of code as Markdown, or a block where it is more than a line."""
    bare = code.strip()
    return f"```\n{code.rstrip()}\n```" if "\n" in bare else span(bare)


def table_html(table: Table, field: Callable[[str, Gap], str], safe: Callable[[str], str]) -> str:
    """Return the table; `field` writes a gap by its name, `safe` keeps other text from being taken for one."""
    head = "".join(f"<th>{safe(to_portable(name))}</th>" for name in ("after", *table.columns))
    rows = []
    for r, (code, cells) in enumerate(table.rows):
        shown = [safe(to_portable(code_text(code)))]
        for c, cell in enumerate(cells):
            shown.append(field(f"{r}.{c}", cell) if isinstance(cell, Gap) else safe(to_portable(cell)))
        rows.append("<tr>" + "".join(f"<td>{each}</td>" for each in shown) + "</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
