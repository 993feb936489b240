"""Markdown made safe: text with LaTeX and code -> HTML that needs no network, and -> plain text."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import Any

import nh3
from latex2mathml.converter import convert as mathml
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import lex
from pygments.lexers import PythonLexer
from pygments.token import STANDARD_TYPES, Token

__all__ = ["code_html", "code_lines", "to_html", "to_portable", "to_text", "unbalanced_math"]

_MATH_TAGS = {
    *("math", "mrow", "mi", "mo", "mn", "ms", "mtext", "mspace", "msup", "msub", "msubsup", "mfrac", "msqrt"),
    *("mroot", "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose"),
}
_MATH_ATTRIBUTES = {
    "display",
    "mathvariant",
    "stretchy",
    "fence",
    "accent",
    "columnalign",
    "rowspacing",
    "linethickness",
}
_TAGS = (nh3.ALLOWED_TAGS | _MATH_TAGS) - {"img", "map", "area"}
_ATTRIBUTES = {
    **{tag: set(allowed) for tag, allowed in nh3.ALLOWED_ATTRIBUTES.items()},
    **dict.fromkeys(_MATH_TAGS, _MATH_ATTRIBUTES),
    "code": {"class"},
    "span": {"class"},
    "pre": {"class"},
}


def _highlight(source: str, language: str, _attrs: str) -> str:
    inner = "".join(f"{line}\n" for line in code_lines(source, language))
    return f'<pre class="lt-code"><code>{inner.removesuffix(chr(10))}</code></pre>'


def _math(latex: str, options: dict[str, object]) -> str:
    display = "block" if options.get("display_mode") else "inline"
    try:
        return str(mathml(latex, display=display))
    except Exception:  # the converter raises many kinds; a formula it cannot read is shown as it was written
        return f"<code>{html.escape(latex)}</code>"


def _tex(latex: str, options: dict[str, object]) -> str:
    left, right = (r"\[", r"\]") if options.get("display_mode") else (r"\(", r"\)")
    return html.escape(f"{left}{latex}{right}")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "highlight": _highlight}).enable("table")
    return parser.use(dollarmath_plugin, renderer=_math, allow_space=False, allow_digits=False)


@lru_cache(maxsize=2048)
def to_html(markdown: str) -> str:
    """Return safe HTML: raw HTML is escaped, LaTeX becomes MathML, code gets Pygments classes."""
    rendered = _parser().render(markdown)
    return nh3.clean(rendered, tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None, url_schemes={"http", "https"}).strip()


@lru_cache(maxsize=2)
def _bare_parser(tex: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    return parser.use(dollarmath_plugin, renderer=_tex if tex else _math, allow_space=False, allow_digits=False)


def to_portable(markdown: str, tex: bool = True) -> str:
    """Return safe HTML for other systems: no classes, and LaTeX between \\( and \\) for them to set (else MathML)."""
    tags = _TAGS - {"span", "div"} - (_MATH_TAGS if tex else set())
    attributes = {tag: allowed - {"class"} for tag, allowed in _ATTRIBUTES.items()}
    rendered = _bare_parser(tex).render(markdown)
    return nh3.clean(rendered, tags=tags, attributes=attributes, link_rel=None, url_schemes={"http", "https"}).strip()


def inline_html(markdown: str) -> str:
    """Return safe HTML without the paragraph around it, for labels and table cells."""
    found = to_html(markdown)
    single = found.startswith("<p>") and found.count("<p>") == 1 and found.endswith("</p>")
    return found[3:-4] if single else found


def to_text(markdown: str) -> str:
    """Return the text as a reader without a screen would want it: marks of emphasis and code gone, links named."""
    text = re.sub(r"```\w*\n(.*?)```", r"\1", markdown, flags=re.S)
    text = re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r"\1 (\2)", text)
    text = re.sub(r"(\*\*|__)(.+?)\1", r"\2", text)
    text = re.sub(r"(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])", r"\1", text)
    return re.sub(r"`([^`\n]+)`", r"\1", text).strip()


def code_lines(source: str, language: str = "python") -> list[str]:
    """Return one HTML string a line, coloured by Pygments classes (plain for other languages than Python)."""
    if language not in ("", "python", "py"):
        return [html.escape(line) for line in source.rstrip("\n").split("\n")]
    lines = [""]
    for kind, text in lex(source.rstrip("\n"), PythonLexer(stripnl=False, ensurenl=False)):
        css = _css(kind)
        for place, part in enumerate(text.split("\n")):
            if place:
                lines.append("")
            if part:
                piece = html.escape(part)
                lines[-1] += f'<span class="{css}">{piece}</span>' if css else piece
    return lines


def _css(kind: Any) -> str:
    while kind not in STANDARD_TYPES and kind is not Token:
        kind = kind.parent
    short = STANDARD_TYPES.get(kind, "")
    return f"lt-{short}" if short and short[0] in "ckmnosb" and short not in ("n", "p") else ""


def code_html(source: str, language: str = "python") -> str:
    """Return a block of code, coloured."""
    return _highlight(source, language, "")


def unbalanced_math(markdown: str) -> bool:
    """Return whether a dollar sign or a brace of a formula is left open (code aside)."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", markdown, flags=re.S).replace(r"\$", "")
    if prose.count("$") % 2:
        return True
    formulas = re.findall(r"\$\$?(.+?)\$\$?", prose, flags=re.S)
    return any(f.count("{") - f.count(r"\{") != f.count("}") - f.count(r"\}") for f in formulas)
