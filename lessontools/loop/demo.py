"""A pitfall's demo: two outcomes and their findings -> text and HTML, side by side."""

from __future__ import annotations

import html
import math
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lessontools.explore.chart import lines
from lessontools.loop.drawing import Figure, ink
from lessontools.loop.pitfalls import Outcome, Pitfall, Which

if TYPE_CHECKING:
    from lessontools.loop.doctor import Finding

__all__ = ["Demo"]

_SHOWN = 8  # numbers of a curve that the text form tells
_COLOUR = {"broken": ink("alarm"), "cured": ink("graph")}
_VARIANTS: tuple[Which, Which] = ("broken", "cured")
_CODE = "font-family:var(--jp-code-font-family, monospace);font-size:.93em;white-space:pre-wrap;overflow-wrap:anywhere"


@dataclass(frozen=True)
class Demo:
    """Both runs of a pitfall; shows itself as text and, in JupyterLab, with curves and marked code."""

    pitfall: Pitfall
    outcomes: dict[Which, Outcome]
    findings: dict[Which, Sequence[Finding]] = field(default_factory=dict)

    @classmethod
    def of(cls, pitfall: Pitfall) -> Demo:
        """Run both variants and ask the doctor about each."""
        from lessontools.loop.doctor import diagnose

        outcomes = {which: pitfall.run(which) for which in _VARIANTS}
        return cls(pitfall, outcomes, {which: diagnose(outcomes[which].trace) for which in _VARIANTS})

    @property
    def label(self) -> str:
        """What the history's numbers are."""
        return self.pitfall.header.get("shows", "loss")

    def __repr__(self) -> str:
        one = self.pitfall
        parts = [f"{one.name}: {one.title}", f"symptom: {one.symptom}", "", "the code that differs:"]
        parts += [f"  {number:>3} {mark:<6} {text}" for number, mark, text in self._near()]
        parts += ["", f"{self.label}, per {self._along}:"]
        for which in _VARIANTS:
            parts.append(f"  {which:<6} {_told(self.outcomes[which])}")
        parts += ["", "the doctor says:"]
        for which in _VARIANTS:
            parts += [f"  {which:<6} {line}" for line in self._said(which)]
        return "\n".join([*parts, "", f"why: {one.header['why']}", f"cure: {one.header['cure']}"])

    @property
    def _along(self) -> str:
        return self.pitfall.header.get("along", "epoch")

    def _rows(self) -> list[tuple[str, str, str]]:
        """Return all lines as number, variant and text; the number is the broken run's, which the doctor names."""
        found, number = [], 0
        for mark, text in self.pitfall.rows:
            number += mark != "cured"
            found.append(("" if mark == "cured" else str(number), str(mark), text))
        return found

    def _near(self) -> list[tuple[str, str, str]]:
        """Return the lines that differ and the one before and after each; dots stand for what is left out."""
        rows = self._rows()
        marked = [place for place, row in enumerate(rows) if row[1]]
        keep = sorted({place + shift for place in marked for shift in (-1, 0, 1)} & set(range(len(rows))))
        found: list[tuple[str, str, str]] = []
        for last, place in zip([keep[0] - 1, *keep], keep, strict=False):
            found += [("", "", "...")] if place > last + 1 else []
            found += [rows[place]] if rows[place][2] else []
        return found

    def _said(self, which: Which) -> list[str]:
        found = [f"{each.code} ({each.level}): {each.observation}" for each in self.findings.get(which, ())]
        if not found and self.pitfall.finding == "none" and which == "broken":
            return ["nothing: this mistake leaves no trace in gradients and updates; you have to look for it yourself"]
        return found or ["nothing to object to"]

    def _repr_html_(self) -> str:
        one, esc = self.pitfall, html.escape
        curves = self._listed({which: [_told(self.outcomes[which])] for which in _VARIANTS})
        said = self._listed({which: self._said(which) for which in _VARIANTS})
        code = "".join(self._code_line(*row) for row in self._rows())
        parts = [
            f'<div style="font-weight:600;font-size:1.1em">{esc(one.title)}</div>',
            f"<div>Symptom: {esc(one.symptom)}</div>",
            f"{self._chart()}{curves}<div><b>The doctor says</b></div>{said}",
            "<div><b>The code</b> (what only one of the two has is marked)</div>",
            f'<div style="{_CODE}">{code}</div>',
            f"<p><b>Why</b>: {esc(one.header['why'])}<br><b>Cure</b>: {esc(one.header['cure'])}</p>",
        ]
        series = f"--lt-series-1:{_COLOUR['broken']};--lt-series-2:{_COLOUR['cured']}"  # curves as the words
        page = f'<div style="{series};max-width:60rem">{"".join(parts)}</div>'
        return f"Broken and cured, side by side\n{Figure('', page)._repr_html_()}"

    @staticmethod
    def _listed(said: Mapping[Which, Sequence[str]]) -> str:
        items = [
            f'<li><b style="color:{_COLOUR[which]}">{which}</b>: {_inline(line)}</li>'
            for which, told in said.items()
            for line in told
        ]
        return f"<ul>{''.join(items)}</ul>"

    def _chart(self) -> str:
        curves = {str(which): self.outcomes[which].history for which in _VARIANTS if self.outcomes[which].history}
        if not curves:
            return ""
        ends = "; ".join(f"{which} ends at {_round(values[-1])}" for which, values in curves.items())
        alt = f"{self.label} of both runs per {self._along}: {ends}."
        return lines(curves, self._along, self.label, alt)

    @staticmethod
    def _code_line(number: str, mark: str, text: str) -> str:
        colour = _COLOUR.get(mark, "transparent")
        gutter = f'<span style="display:inline-block;width:2.5em">{number}</span>'
        gutter += f'<span style="display:inline-block;width:4.5em;color:{colour}">{mark}</span>'
        style = f"border-left:4px solid {colour};padding-left:.5em{';font-weight:600' if mark else ''}"
        return f'<div style="{style}">{gutter}{html.escape(text)}</div>'


def _inline(markdown: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(markdown))


def _round(value: float) -> str:
    value += 0.0  # no "-0"
    return f"{value:.3g}" if math.isfinite(value) else str(value)


def _short(message: str) -> str:
    return textwrap.shorten(message, 110, placeholder=" ...")


def _told(outcome: Outcome) -> str:
    """Return a run's curve in a few numbers, then what torch raised or warned of."""
    values = outcome.history
    if len(values) > _SHOWN:
        places = sorted({round(each * (len(values) - 1) / (_SHOWN - 1)) for each in range(_SHOWN)})
        values = tuple(values[place] for place in places)
    parts = [" ".join(_round(value) for value in values)] if values else []
    if outcome.error:
        parts.append(f"stopped at line {outcome.line}: {_short(outcome.error)}")
    parts += [f"warned: {_short(warning)}" for warning in outcome.warnings]
    return "; ".join(parts) or "no numbers"
