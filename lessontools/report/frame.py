"""The frame of a report's page: one HTML file that needs no network and no script, in light, in dark and on paper."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from lessontools.screen.markup import to_html

__all__ = ["bar", "cell", "line", "page", "percent", "plain", "safe", "section", "table"]

_STYLE = """
:root { color-scheme: light dark; --text: #1a1a1a; --soft: #4a4a4a; --back: #fff; --raised: #f4f4f4; --line: #d4d4d4;
  --link: #11508f; --fill: #3a6ea5; --rest: #dfe5ec; --good: #14623a; --bad: #9b2226; --some: #7a4b00;
  --warn: #fff3d6; --keyword: #6f2da8; --string: #8a3a12; --number: #0b6a4a; --comment: #56616c; }
@media (prefers-color-scheme: dark) {
  :root { --text: #ececec; --soft: #c0c0c0; --back: #161616; --raised: #242424; --line: #444;
    --link: #8cc4ff; --fill: #7fb0e0; --rest: #38424c; --good: #7fe0b8; --bad: #ff9d9d; --some: #ffc978;
    --warn: #3a2f14; --keyword: #d3a6ff; --string: #ffb38a; --number: #7fe0b8; --comment: #a9b4bf; }
}
* { box-sizing: border-box; }
body.student { max-width: 50rem; }
body { background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto;
  max-width: 68rem; overflow-wrap: break-word; padding: 1rem 1.2rem 4rem; }
h1, h2, h3 { line-height: 1.25; }
h1 { margin-bottom: .3rem; }
h2 { border-bottom: 2px solid var(--line); margin-top: 2.4rem; padding-bottom: .2rem; }
h3 { margin: 0; font-size: 1.05rem; }
p, ul { max-width: 46rem; }
a { color: var(--link); }
code, pre { font-family: ui-monospace, monospace; font-size: .92em; }
code { background: var(--raised); border-radius: 3px; padding: 0 .25em; overflow-wrap: anywhere; }
pre { background: var(--raised); border-radius: 4px; margin: .4em 0; overflow-x: auto; padding: .6em .8em; }
pre code { background: none; overflow-wrap: normal; padding: 0; }
.said { white-space: pre-wrap; overflow-wrap: anywhere; }
.soft { color: var(--soft); font-weight: 400; }
.note { background: var(--warn); border-left: .3rem solid var(--some); margin: 1rem 0; max-width: 46rem;
  padding: .5rem .8rem; }
.note p { margin: .2rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .95rem; margin: .8rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .35em .7em .35em 0; text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid var(--line); white-space: nowrap; }
tbody th { font-weight: 600; }
td.n, th.n { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
td > p, td > ul, tbody th > p { margin: 0; }
caption { font-weight: 600; padding: .3rem 0; text-align: left; white-space: nowrap; }
svg.bar { display: inline-block; height: .75rem; margin-right: .5rem; vertical-align: -.06rem; width: 8rem; }
svg.bar .rest { fill: var(--rest); } svg.bar .fill { fill: var(--fill); }
.facts { display: flex; flex-wrap: wrap; gap: .6rem 2.2rem; list-style: none; margin: 1rem 0;
  max-width: none; padding: 0; }
.facts b { display: block; font-size: 1.5rem; line-height: 1.2; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; list-style: none; max-width: none; padding: 0; }
.part { border: 1px solid var(--line); border-radius: 6px; margin: 1rem 0; padding: .8rem 1rem; }
.part > header { display: flex; flex-wrap: wrap; gap: .2rem 1rem; justify-content: space-between; }
.state { font-weight: 600; } .RIGHT { color: var(--good); }
.WRONG, .CRASHED, .TIMEOUT, .INVALID, .UNREADABLE { color: var(--bad); }
.PARTLY, .WAITING, .BLANK, .MISSING { color: var(--some); }
dl { margin: .6rem 0 0; } dt { color: var(--soft); font-size: .9rem; margin-top: .5rem; } dd { margin: 0; }
dd > p:first-child, summary > p { margin-top: 0; } dd > p:last-child { margin-bottom: 0; }
.part > p:first-child { margin-top: 0; } .part > p:last-child { margin-bottom: 0; }
details { margin: .3rem 0; } summary { cursor: pointer; } .whole { white-space: nowrap; }
.lt-k, .lt-kn, .lt-kc, .lt-kd, .lt-kr, .lt-ow { color: var(--keyword); font-weight: 600; }
.lt-s, .lt-s1, .lt-s2, .lt-sa, .lt-sd, .lt-se, .lt-si { color: var(--string); }
.lt-m, .lt-mi, .lt-mf, .lt-mh { color: var(--number); }
.lt-c, .lt-c1, .lt-ch, .lt-cm { color: var(--comment); font-style: italic; }
@media print {
  :root { color-scheme: light; --text: #000; --soft: #333; --back: #fff; --line: #aaa; --link: #000; --good: #000;
    --bad: #000; --some: #000; --warn: #fff; --fill: #555; --rest: #ddd; --raised: #f4f4f4; --keyword: #000;
    --string: #333; --number: #000; --comment: #444; }
  body { font-size: 10.5pt; max-width: none; padding: 0; }
  nav { display: none; } .part, tr { break-inside: avoid; } h2, h3 { break-after: avoid; }
  pre { white-space: pre-wrap; }
}
"""
# nothing is fetched and nothing runs, whatever may have slipped through
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body class="{kind}">
{body}
</body>
</html>
"""
_LINK = re.compile(r'</?a\b(?:[^">]|"[^"]*")*>')


def page(title: str, body: str, kind: str) -> str:
    """Return a whole page; `title` is text, `body` HTML that is safe already, `kind` a class of the style."""
    return _PAGE.format(title=html.escape(title), style=_STYLE, kind=kind, body=body)


def safe(markdown: str) -> str:
    """Return Markdown as safe HTML without links: what a student wrote may stand in it, and must lead nobody away."""
    return _LINK.sub("", to_html(markdown))


def line(markdown: str) -> str:
    """Return Markdown as safe HTML to stand in a line; a text of several paragraphs stays as it is."""
    found = safe(markdown)
    single = found.startswith("<p>") and found.count("<p>") == 1 and found.endswith("</p>")
    return found[3:-4] if single else found


def plain(text: str) -> str:
    """Return text as it is, as HTML."""
    return f'<span class="said">{html.escape(text)}</span>'


def section(key: str, title: str, *body: str) -> str:
    """Return a section of a page."""
    inner = "\n".join(filter(None, body))
    head = f'<h2 id="{key}-title">{html.escape(title)}</h2>'
    return f'<section id="{key}" aria-labelledby="{key}-title">\n{head}\n{inner}\n</section>'


def cell(value: object, numeric: bool = False) -> str:
    """Return a table's cell; a text is HTML that is safe already."""
    return f'<td class="n">{value}</td>' if numeric else f"<td>{value}</td>"


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], numeric: Iterable[int] = ()) -> str:
    """Return a table; the first cell of each row is its header, the columns `numeric` are set to the right.

    Heads and caption are text, cells HTML that is safe already.
    """
    right = set(numeric)
    top = "".join(
        f'<th scope="col"{" class=" + chr(34) + "n" + chr(34) if at in right else ""}>{html.escape(head)}</th>'
        for at, head in enumerate(heads)
    )
    lines = [
        f'<tr><th scope="row">{row[0]}</th>'
        + "".join(cell(each, at in right) for at, each in enumerate(row[1:], 1))
        + "</tr>"
        for row in rows
    ]
    name = html.escape(caption)
    # what scrolls has a name and takes the keyboard
    return (
        f'<div class="scroll" role="group" aria-label="{name}" tabindex="0"><table><caption>{name}</caption>\n'
        f"<thead><tr>{top}</tr></thead>\n<tbody>\n" + "\n".join(lines) + "\n</tbody></table></div>"
    )


def percent(share: float) -> str:
    """Return a share in per cent."""
    return f"{100 * share:.0f} %"


def bar(share: float, words: str) -> str:
    """Return a bar for a share from 0 to 1, with its value in words beside it."""
    width = 100 * min(1.0, max(0.0, share))
    return (
        '<span class="whole">'
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f'<rect class="rest" width="100" height="10"/><rect class="fill" width="{width:.1f}" height="10"/></svg>'
        f"{html.escape(words)}</span>"
    )
