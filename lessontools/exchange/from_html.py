"""HTML of another system -> Markdown of ours, and what had to be dropped."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from lessontools.exchange.item import span

__all__ = ["literal", "to_markdown"]

_FORMULA = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\]|\$\$(.+?)\$\$", re.S)
_BLOCKS = {"p", "div", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*"}
_SILENT = {"html", "body", "span", "tbody", "thead", "font", "br", "hr", "a", "li", "tr", "td", "th", "pre", "code"}
_DROPPED = {"script", "style", "iframe", "object", "video", "audio"}


def to_markdown(html: str) -> tuple[str, list[str]]:
    """Return the text as Markdown, and what of it Markdown has not."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = re.sub(r"[ \t]+\n(?!\n)", "\n", "".join(reader.parts))
    return re.sub(r"\n{3,}", "\n\n", text).strip(), list(dict.fromkeys(reader.lost))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.lost: list[str] = []
        self.code: list[str] | None = None
        self.block = False
        self.skip = 0
        self.lists: list[int | None] = []
        self.link = ""
        self.cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag in _DROPPED:
            self.skip += 1
            self.lost.append(f"<{tag}> and what is in it")
        elif tag == "img":
            self.lost.append(f"the picture '{given.get('alt') or given.get('src', '')[:60]}'")
        elif tag in ("pre", "code"):
            self.block = self.block or tag == "pre"
            self.code = self.code or []
        elif tag in _BLOCKS:
            self.parts.append("\n\n" if not self.lists or tag not in ("p", "div") else "")
            if tag in ("ul", "ol"):
                self.lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self._item()
        elif tag in ("tr", "br", "hr"):
            self.parts.append({"tr": "\n|", "br": "\n\n" if not self.cells else " ", "hr": "\n\n---\n\n"}[tag])
            self.cells = 0 if tag == "tr" else self.cells
        elif tag in ("td", "th"):
            self.cells += 1
            self.parts.append(" ")
        elif tag == "a":
            self.link = given.get("href", "")
            self.parts.append("[" if self.link else "")
        elif tag in _MARKS:
            self.parts.append(_MARKS[tag])
        elif tag not in _SILENT:
            self.lost.append(f"the formatting <{tag}>")

    def _item(self) -> None:
        depth = max(0, len(self.lists) - 1)
        number = self.lists[-1] if self.lists else None
        self.parts.append("\n" + "   " * depth + (f"{number}. " if number else "- "))
        if self.lists and number:
            self.lists[-1] = number + 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED:
            self.skip = max(0, self.skip - 1)
        elif tag == "pre" and self.code is not None:
            self.parts.append("\n\n" + _fenced("".join(self.code)) + "\n\n")
            self.code, self.block = None, False
        elif tag == "code" and self.code is not None and not self.block:
            self.parts.append(span("".join(self.code)) if self.code else "")
            self.code = None
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()
            self.parts.append("\n\n")
        elif tag in _BLOCKS and not self.lists:
            self.parts.append("\n\n")
        elif tag in ("td", "th"):
            self.parts.append(" |")
        elif tag == "thead":
            self.parts.append("\n" + "|---" * self.cells + "|")
        elif tag == "a" and self.link:
            self.parts.append(f"]({self.link})")
            self.link = ""
        elif tag in _MARKS:
            self.parts.append(_MARKS[tag])

    def handle_data(self, data: str) -> None:
        if self.skip:
            return
        if self.code is not None:
            self.code.append(data)
            return
        place = 0
        for found in _FORMULA.finditer(data):
            inline, *display = found.groups()
            self.parts.append(_escaped(data[place : found.start()]))
            self.parts.append(f"${inline.strip()}$" if inline else f"$${next(filter(None, display)).strip()}$$")
            place = found.end()
        self.parts.append(_escaped(data[place:]))


def _fenced(source: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", source)), default=0))
    return f"{fence}\n{source.strip(chr(10))}\n{fence}"


def _escaped(text: str) -> str:
    return literal(re.sub(r"\s+", " ", text))


def literal(text: str) -> str:
    """Return plain text so that Markdown shows it as it is; what is harmless stays readable."""
    text = re.sub(r"([\\`*$])", r"\\\1", text)
    text = re.sub(r"_+", _underscores, text)
    text = re.sub(r"<(?=[A-Za-z/!?])|&(?=[#\w]+;)|(?<=\])[(\[:]", lambda found: f"\\{found.group()}", text)
    return re.sub(r"(?m)^(\s*)([-+](?=[\s-]|$)|>|=(?==*\s*$)|~(?=~~)|#{1,6}(?=\s|$)|\d+(?=[.)]))", _start, text)


def _start(found: re.Match[str]) -> str:
    """Return what would make a heading, a list or a rule at the start of a line, escaped."""
    space, mark = found.groups()
    return f"{space}{mark}\\" if mark.isdigit() else f"{space}\\{mark}"


def _underscores(run: re.Match[str]) -> str:
    """Return underscores that start or end emphasis escaped; within a word, or as a gap to fill, they are harmless."""
    before, after = run.string[: run.start()][-1:].isalnum(), run.string[run.end() :][:1].isalnum()
    return run.group() if before == after else r"\_" * len(run.group())
