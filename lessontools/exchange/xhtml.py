"""Markdown as elements: HTML is no XML, so QTI gets it as a tree, formulas in MathML's own namespace."""

from __future__ import annotations

from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from lessontools.screen.markup import to_portable

__all__ = ["add_html"]

MATHML = "http://www.w3.org/1998/Math/MathML"
_ATTRIBUTES = {"href"}  # QTI knows few of HTML's others
_VOID = {"br", "hr", "img", "mspace"}
ET.register_namespace("m", MATHML)


class _Grower(HTMLParser):
    """Grows elements below a parent from our own safe HTML, in which each tag is closed."""

    def __init__(self, parent: ET.Element) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [parent]
        self.math = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.math += tag == "math"
        name = f"{{{MATHML}}}{tag}" if self.math else tag
        kept = {key: value or "" for key, value in attrs if self.math or key in _ATTRIBUTES}
        made = ET.SubElement(self.open[-1], name, kept)
        if tag not in _VOID:
            self.open.append(made)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        self.math -= tag == "math"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        last = self.open[-1]
        if len(last):
            last[-1].tail = (last[-1].tail or "") + data
        else:
            last.text = (last.text or "") + data


def add_html(parent: ET.Element, markdown: str) -> None:
    """Add Markdown to an element, as XHTML with MathML."""
    grower = _Grower(parent)
    grower.feed(to_portable(markdown, tex=False))
    grower.close()
