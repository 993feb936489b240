"""A guide as a page of its own: Guide -> one HTML file that needs no network, in light, in dark and on paper."""

from __future__ import annotations

import html
from collections.abc import Iterator

from lessontools.course.answers import Part
from lessontools.course.guide import Guide
from lessontools.course.slug import slug, unique
from lessontools.screen.markup import to_html

__all__ = ["page"]

_STYLE = """
:root { color-scheme: light dark; --text: #1a1a1a; --soft: #4a4a4a; --back: #fff; --raised: #f4f4f4; --line: #d4d4d4;
  --link: #11508f; --keyword: #6f2da8; --string: #8a3a12; --number: #0b6a4a; --comment: #56616c; }
@media (prefers-color-scheme: dark) {
  :root { --text: #ececec; --soft: #c0c0c0; --back: #161616; --raised: #242424; --line: #444;
    --link: #8cc4ff; --keyword: #d3a6ff; --string: #ffb38a; --number: #7fe0b8; --comment: #a9b4bf; }
}
body { background: var(--back); color: var(--text); font: 1rem/1.55 system-ui, sans-serif; margin: 0 auto;
  max-width: 50rem; overflow-wrap: anywhere; padding: 1rem 1.2rem 4rem; }
h1, h2, h3, h4 { line-height: 1.25; }
h2 { border-bottom: 2px solid var(--line); margin-top: 2.5rem; padding-bottom: .2rem; }
article { border-top: 1px solid var(--line); margin-top: 1.6rem; }
a { color: var(--link); }
code, pre { font-family: ui-monospace, monospace; font-size: .92em; }
code { background: var(--raised); border-radius: 3px; padding: 0 .25em; }
pre { background: var(--raised); border-radius: 4px; overflow-x: auto; padding: .6em .8em; }
pre code { background: none; overflow-wrap: normal; padding: 0; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .3em .6em; text-align: left; vertical-align: top; }
li > p { margin: .2em 0; }
nav ul ul { columns: 2 18rem; }
.lt-k, .lt-kn, .lt-kc, .lt-kd, .lt-kr, .lt-ow { color: var(--keyword); font-weight: 600; }
.lt-s, .lt-s1, .lt-s2, .lt-sa, .lt-sd, .lt-se, .lt-si { color: var(--string); }
.lt-m, .lt-mi, .lt-mf, .lt-mh { color: var(--number); }
.lt-c, .lt-c1, .lt-ch, .lt-cm { color: var(--comment); font-style: italic; }
@media print {
  :root { --text: #000; --soft: #333; --back: #fff; --raised: #f4f4f4; --line: #aaa; --link: #000;
    --keyword: #000; --string: #333; --number: #000; --comment: #444; }
  body { font-size: 10.5pt; max-width: none; padding: 0; }
  nav { display: none; }
  h2 { break-before: page; }
  h2, h3, h4 { break-after: avoid; }
  pre, li, tr { break-inside: avoid; }
  pre { white-space: pre-wrap; }
}
"""
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header><h1>{title}</h1></header>
<nav aria-label="Contents"><h2>Contents</h2>
<ul>
{contents}
</ul></nav>
<main>
{body}
</main>
</body>
</html>
"""


def page(found: Guide) -> str:
    """Return a guide as a whole HTML page; its Markdown is made safe on the way, as everywhere."""
    taken: set[str] = set()
    contents, body = [], []
    for part in found.parts:
        name = _name(part.title, taken)
        inner = [f'<section id="{name}">', f"<h2>{html.escape(part.title)}</h2>", to_html(part.text)]
        entries = list(_entries(part, taken))
        links = "".join(f'<li><a href="#{key}">{html.escape(title)}</a></li>' for key, title, _ in entries)
        inside = f"<details><summary>{len(entries)} in all</summary><ul>{links}</ul></details>" if links else ""
        contents.append(f'<li><a href="#{name}">{html.escape(part.title)}</a>{inside}</li>')
        body.append("\n".join([*inner, *(text for _, _, text in entries), "</section>"]))
    shown = {"title": html.escape(found.title), "style": _STYLE}
    return _PAGE.format(**shown, contents="\n".join(contents), body="\n".join(body))


def _entries(part: Part, taken: set[str]) -> Iterator[tuple[str, str, str]]:
    for each in part.parts:
        key = _name(f"{part.title} {each.title}", taken)
        yield (
            key,
            each.title,
            f'<article id="{key}">\n<h3>{html.escape(each.title)}</h3>\n{to_html(each.text)}\n</article>',
        )


def _name(title: str, taken: set[str]) -> str:
    name = unique(slug("markdown", title), taken)
    taken.add(name)
    return name
