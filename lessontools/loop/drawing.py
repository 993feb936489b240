"""What the pictures of a loop share: a figure (text and HTML), colours that follow the page's theme, SVG parts."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

from lessontools.explore.axes import number

__all__ = ["CODE", "SOFT", "Figure", "cut", "folded", "ink", "label", "picture", "rect", "short", "soft", "table"]

# Hue, light, dark: Okabe and Ito's, at 3:1 or more on JupyterLab's backgrounds; one for each object of a loop.
_HUES = {
    "graph": ("#00795a", "#4fd6a8"),
    "loss": ("#b34700", "#ffa35c"),
    "gradients": ("#0072b2", "#66b8ff"),
    "weights": ("#8a3f7a", "#e79bd2"),
    "optimizer": ("#5f5f5f", "#c8c8c8"),
    "alarm": ("#b3261e", "#ff8f86"),
    "series-1": ("#0072b2", "#66b8ff"),  # the charts' own, where no panel sets them
    "series-2": ("#b34700", "#ffa35c"),
    "series-3": ("#00795a", "#4fd6a8"),
}
_BACK = "var(--jp-layout-color1,#fff)"
# Keys pressed there are the reader's: without it JupyterLab would add and delete cells.
_KEYS = 'data-lm-suppress-shortcuts="true"'
SOFT = "var(--jp-border-color2,#dcdcdc)"
CODE = "font-family:var(--jp-code-font-family,ui-monospace,Menlo,Consolas,monospace)"


def _style() -> str:
    light = ";".join(f"--lt-{name}:{pair[0]}" for name, pair in _HUES.items())
    dark = ";".join(f"--lt-{name}:{pair[1]}" for name, pair in _HUES.items())
    shared = (
        ".lt-fig{color:var(--jp-content-font-color1,#222);margin:.4em 0;font:13px/1.45 "
        "var(--jp-content-font-family,system-ui,sans-serif);@LIGHT@}"
        ".lt-fig figcaption,.lt-fig summary{margin:0 0 .5em}"
        ".lt-fig svg.lt-plot{max-width:25rem!important}"
        ".lt-fig .lt-wide{overflow-x:auto}.lt-fig svg{display:block;height:auto}"
        ".lt-fig table{border-collapse:collapse;margin:.4em 0}"
        ".lt-fig th,.lt-fig td{text-align:left!important;padding:.15em .7em;border-bottom:1px solid " + SOFT + "}"
        ".lt-fig summary{cursor:pointer;width:fit-content}"
    )
    night = 'body[data-jp-theme-light="false"] .lt-fig{@DARK@}'
    return f"<style>{shared.replace('@LIGHT@', light)}{night.replace('@DARK@', dark)}</style>"


@dataclass(frozen=True)
class Figure:
    """A picture: `text` says the same as `page`, for readers without a screen, code hosts and stored outputs.

    `mermaid` is a diagram's source, for Markdown, where there is one.
    """

    text: str
    page: str
    mermaid: str = ""

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        # JupyterLab shows the first line of a folded output as it stands
        return f'<!-- folded: run the cell to see -->\n<figure class="lt-fig">{_style()}{self.page}</figure>'

    def _repr_mimebundle_(self, **_kwargs: object) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self._repr_html_()}


def short(value: float | None, digits: int = 3) -> str:
    """Return a number with three significant digits, readable for None (–), nan and inf."""
    if value is None:
        return "–"
    if not math.isfinite(value):
        return number(value)
    return f"{value:.{digits}g}".replace("e+0", "e").replace("e-0", "e-").replace("-", "−")


def cut(words: str, letters: int) -> str:
    """Return the words, shortened with … beyond so many letters."""
    return words if len(words) <= letters else words[: letters - 1].rstrip() + "…"


def ink(name: str) -> str:
    """Return the CSS colour of one of a loop's objects; unknown names are colours already."""
    return f"var(--lt-{name},{_HUES[name][0]})" if name in _HUES else name


def label(
    x: float, y: float, words: str, size: float = 12, anchor: str = "start", style: str = "", fill: str = "currentColor"
) -> str:
    """Return an SVG text; its fill is the page's own text colour unless told."""
    place = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}"'
    look = f"fill:{ink(fill)};font-size:{size:g}px;{style}"
    return f'<text {place} style="{look}" xml:space="preserve">{html.escape(words)}</text>'


def rect(x: float, y: float, wide: float, high: float, style: str, round_: float = 0) -> str:
    """Return an SVG rectangle."""
    corner = f' rx="{round_:g}"' if round_ else ""
    return f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}"{corner} style="{style}"/>'


def soft(name: str, strength: int = 22) -> str:
    """Return an object's colour thinned into the background, for areas behind text."""
    return f"color-mix(in srgb,{ink(name)} {strength}%,{_BACK})"


def picture(wide: float, high: float, title: str, told: str, parts: Sequence[str], least: float = 0) -> str:
    """Return the whole SVG: an image named `title`, told in one sentence; never narrower than `least` pixels."""
    said = html.escape(f"{title}. {told}", quote=True)
    size = f"width:100%;max-width:{wide:g}px" + (f";min-width:{least:g}px" if least else "")
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {high:g}" role="img" aria-label="{said}"'
    about = f"<title>{html.escape(title)}</title><desc>{html.escape(told)}</desc>"
    body = f'{head} style="{size};font-family:inherit">{about}{"".join(parts)}</svg>'
    # a region that scrolls must be reachable by keyboard
    name = html.escape(title, quote=True)
    return f'<div class="lt-wide" tabindex="0" {_KEYS} role="group" aria-label="{name}">{body}</div>'


def table(head: Sequence[str], body: Sequence[Sequence[str]], summary: str = "") -> str:
    """Return an HTML table, folded under `summary` where given; a cell's text is escaped."""
    top = "".join(f'<th scope="col">{html.escape(each)}</th>' for each in head)
    lines = "".join("<tr>" + "".join(f"<td>{html.escape(each)}</td>" for each in row) + "</tr>" for row in body)
    made = f'<div class="lt-wide"><table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table></div>'
    return folded(summary, made) if summary else made


def folded(summary: str, inside: str, is_open: bool = False) -> str:
    """Return HTML that opens under a summary."""
    head = f"<summary {_KEYS}>{html.escape(summary)}</summary>"
    return f"<details{' open' * is_open}>{head}{inside}</details>"
