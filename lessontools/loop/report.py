"""What the doctor says, to be read: findings as text for a terminal, as accessible HTML for a notebook."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, replace
from html import escape

from lessontools.loop.doctor import diagnose, unseen
from lessontools.loop.finding import Finding
from lessontools.loop.links import address, place_of
from lessontools.loop.trace import Trace

__all__ = ["Report"]

SAID = {"fact": "certain", "strong": "very likely", "hint": "worth a look"}
SIGN = {"fact": "✖", "strong": "▲", "hint": "•"}
STYLE = {
    "section": "color:var(--jp-ui-font-color1,inherit);max-width:48em;line-height:1.5",
    "article": "border:1px solid var(--jp-border-color1,#767676);padding:.5em 1em;margin:.5em 0",
    "code": "font-family:var(--jp-code-font-family,monospace)",
}


@dataclass(frozen=True, repr=False)
class Report:
    """The findings of a loop, and what the doctor could not see; shows itself in a notebook and as text."""

    summary: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, trace: Trace) -> Report:
        """Return the report on a trace."""
        found = tuple(replace(each, link=each.link or place_of(each.code)) for each in diagnose(trace))
        return cls(repr(trace), found, tuple(unseen(trace)))

    @property
    def codes(self) -> list[str]:
        """The codes of the findings, most certain first."""
        return [each.code for each in self.findings]

    @property
    def headline(self) -> str:
        """One sentence on what was found."""
        count = len(self.findings)
        if not count:
            return "Nothing stands out in what was seen of this loop."
        parts = [f"{n} {SAID[level]}" for level in SAID if (n := sum(f.level == level for f in self.findings))]
        return f"{count} finding{'s' if count > 1 else ''}: {', '.join(parts)}."

    def __repr__(self) -> str:
        parts = [self.headline]
        for each in self.findings:
            parts.append(f"\n{SIGN[each.level]} {each.title} ({SAID[each.level]}) [{each.code}]")
            parts += [_wrapped("seen", each.observation), _wrapped("cause", each.cause), _wrapped("cure", each.cure)]
            if each.link:
                parts.append(_wrapped("more", f"notebooks/{address(each.link)}"))
        parts.append("\nNot visible to the doctor:")
        parts += [textwrap.fill(note, 100, initial_indent="- ", subsequent_indent="  ") for note in self.notes]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        inner = [f"<p><strong>{escape(self.headline)}</strong></p>"]
        inner += [_article(each) for each in self.findings]
        notes = "".join(f"<li>{_inline(note)}</li>" for note in self.notes)
        inner.append(f"<details><summary>Not visible to the doctor</summary><ul>{notes}</ul></details>")
        return f'<section aria-label="What the doctor says" style="{STYLE["section"]}">{"".join(inner)}</section>'


def _wrapped(name: str, text: str) -> str:
    head = f"  {name + ':':7}"
    return textwrap.fill(text, 100, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False)


def _inline(text: str) -> str:
    """Return one line of our Markdown (only `code` is used) as HTML."""
    return re.sub(r"`([^`]*)`", rf'<code style="{STYLE["code"]}">\1</code>', escape(text))


def _article(finding: Finding) -> str:
    title = f"{SIGN[finding.level]} {escape(finding.title)} <small>({SAID[finding.level]}, {finding.code})</small>"
    rows = [("Seen", finding.observation), ("Usual cause", finding.cause), ("What makes it right", finding.cure)]
    body = "".join(f"<p><strong>{name}:</strong> {_inline(text)}</p>" for name, text in rows)
    if finding.evidence:
        lines = "".join(
            f"<tr><td>{each.step}</td><td>{each.line or ''}</td><td><code>{escape(each.code)}</code></td>"
            f"<td>{escape(each.text)}</td></tr>"
            for each in finding.evidence
        )
        head = "".join(f'<th scope="col">{name}</th>' for name in ("after updates", "line", "code", "what happened"))
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
        # a region that scrolls must be reachable by keyboard, and keys pressed there are the reader's
        own = 'data-lm-suppress-shortcuts="true" tabindex="0" role="group" aria-label="Where it shows"'
        table = f'<div class="lt-wide" style="overflow-x:auto" {own}>{table}</div>'
        body += f"<details><summary>Where it shows</summary>{table}</details>"
    link = ""
    if finding.link:
        lesson = finding.link.partition("#")[0].removesuffix(".ipynb")
        where = f'<a href="{escape(address(finding.link))}">Lesson {escape(lesson)} on this</a>'
        link = f'<p style="margin:1.2em 0">{where}</p>'  # room enough for a finger
    return f'<article style="{STYLE["article"]}"><h4>{title}</h4>{body}{link}</article>'
