"""A recorded run for readers without a kernel: a page that steps by keyboard or mouse with neither script nor server.

Each step is a radio button; which note, which changes and which line of the code show follows from the one that is
checked, in CSS alone. Where styles are taken out, as code hosts do, everything shows and reads from top to bottom.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Mapping, Sequence
from typing import Any

from lessontools.screen.markup import to_html

__all__ = ["MOST", "still"]

MOST = 40  # steps; a notebook that is sent by mail should stay small
_KEYS = 'data-lm-suppress-shortcuts="true"'  # pressed here, keys are the reader's
_LIT = "background:color-mix(in srgb,currentColor 14%,transparent);box-shadow:inset 4px 0 0 currentColor"


def still(title: str, alt: str, code: str, frames: Sequence[Mapping[str, Any]], heads: Sequence[str] = ()) -> str:
    """Return the page: the first frames of a player, each with its note and what it changed.

    `heads` name the steps ("Step 2, line 7"); without them they are counted.
    """
    shown = frames[:MOST]
    key = "s" + hashlib.sha1(f"{title}{code}{len(frames)}{frames[-1]['state']}".encode()).hexdigest()[:7]
    notes = list(dict.fromkeys(str(frame["note"]) for frame in shown))
    dots, told, before = [], [], dict[str, str]()
    for place, frame in enumerate(shown):
        now = {name: str(value) for name, value in frame["state"]}
        head = heads[place] if heads else f"Step {place + 1} of {len(frames)}"
        note, checked = notes.index(str(frame["note"])), " checked" * (not place)
        about = f'aria-labelledby="{key}f{place} {key}n{note}"'
        dots.append(f'<input type="radio" name="{key}" id="{key}-{place}" {about}{checked}>')
        told.append(f'<div class="f" id="{key}f{place}"><b>{html.escape(head)}</b>{_changes(before, now)}</div>')
        before = now
    said = [f'<div class="n" id="{key}n{place}">{to_html(note)}</div>' for place, note in enumerate(notes)]
    source = "".join(
        f'<span class="l{place}">{html.escape(line) or " "}</span>' for place, line in enumerate(code.split("\n"), 1)
    )
    more = f"The first {len(shown)} of {len(frames)} steps are here. " if len(frames) > len(shown) else ""
    listing = f'<pre class="c" tabindex="0" role="group" aria-label="The code" {_KEYS}>{source}</pre>'
    legend = "<legend>The steps: arrow keys go back and forth</legend>"
    inside = "".join([legend, *dots, listing, *told, *said])
    return (
        f"<style>{_style(key, shown, notes)}</style><p><strong>{html.escape(title)}</strong></p>"
        f'<p>{html.escape(alt)}</p><form class="{key}"><fieldset {_KEYS}>{inside}</fieldset></form>'
        f"<p><em>{more}Run this cell in JupyterLab to step through it there.</em></p>"
    )


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Return what a step left otherwise than it was, or all there is at the start."""
    found = [
        f"{name}: {before[name]} → {value}" if name in before else f"{name}: {value}"
        for name, value in now.items()
        if before.get(name) != value
    ]
    found += [f"{name} is gone" for name in before if name not in now]
    return f"<div>{html.escape('; '.join(found))}</div>" if found else ""


def _style(key: str, shown: Sequence[Mapping[str, Any]], notes: Sequence[str]) -> str:
    """Return the rules that show what belongs to the step that is checked."""
    rules = [
        f".{key} fieldset{{border:1px solid var(--jp-border-color1,#767676);padding:.5em .8em;min-width:0}}",
        f".{key} input{{width:24px;height:24px;margin:0}}.{key} .f,.{key} .n{{display:none}}",
        f".{key} .c{{overflow-x:auto;margin:.6em 0;padding:.3em 0}}",
        f".{key} .c span{{display:block;width:max-content;min-width:100%;padding-left:.8em;box-sizing:border-box}}",
    ]
    lines: dict[int, list[int]] = {}
    said: dict[int, list[int]] = {}
    for place, frame in enumerate(shown):
        lines.setdefault(int(frame["line"]), []).append(place)
        said.setdefault(notes.index(str(frame["note"])), []).append(place)

    def on(places: Sequence[int], what: str) -> str:
        return ",".join(f"#{key}-{place}:checked~{what}" for place in places)

    rules += [f"{on(places, f'.c .l{line}')}{{{_LIT}}}" for line, places in lines.items() if line]
    seen = [on([place], f"#{key}f{place}") for place in range(len(shown))]
    seen += [on(places, f"#{key}n{note}") for note, places in said.items()]
    return "".join([*rules, f"{','.join(seen)}{{display:block}}"])
