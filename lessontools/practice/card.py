"""A card: what check, hint and solution say, as text for every reader and as a page that needs no kernel."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from lessontools.mark import Mark, Status
from lessontools.practice.exercise import Exercise
from lessontools.screen.markup import to_html, to_text

__all__ = ["Card", "verdict"]

_WORDS = {
    Status.RIGHT: ("✓", "Right", "success"),
    Status.PARTLY: ("◐", "Partly right", "warn"),
    Status.WRONG: ("✗", "Not right yet", "error"),
    Status.BLANK: ("○", "Not attempted yet", "info"),
    Status.INVALID: ("?", "Cannot be judged", "warn"),
    Status.CRASHED: ("!", "Your code stopped", "error"),
}


@dataclass(frozen=True)
class Card:
    """A few words with a heading: `text` is the repr, `page` the same as safe HTML."""

    text: str
    page: str
    mark: Mark | None = None

    def __repr__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        """Whether the mark is RIGHT, or there is none (a hint): `assert check("...")` does what it says."""
        return self.mark is None or self.mark.right

    def _repr_mimebundle_(self, **_kwargs: object) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.page}

    @classmethod
    def of(
        cls, key: str, sign: str, heading: str, body: str, extra: Sequence[str] = (), tone: str = "info", task: str = ""
    ) -> Card:
        """Return a card; `body`, `extra` (what stands below it, smaller) and `task` (folded away) are Markdown."""
        parts = [f"{key}: {heading[0].lower()}{heading[1:]}.", to_text(body), *map(to_text, extra)]
        text = parts[0] + "".join(f"\n{part}" for part in parts[1:] if part)
        # colours are JupyterLab's own, so that they follow its theme; elsewhere the fallbacks suit light and dark
        edge = f"var(--jp-{tone}-color1, currentColor)"
        small = "".join(f'<div style="margin-top:.5em;opacity:.85">{to_html(each)}</div>' for each in extra if each)
        if task:
            small += f'<details style="margin-top:.5em"><summary>The task</summary>{to_html(task)}</details>'
        page = (
            f'<div class="lt-card lt-{tone}" role="status" style="border:1px solid var(--jp-border-color2, #8888);'
            f"border-left:4px solid {edge};border-radius:4px;padding:.6em 1em;margin:.3em 0;"
            'color:var(--jp-content-font-color1, inherit);background:var(--jp-layout-color1, transparent)">'
            f'<div><span aria-hidden="true">{sign}</span> <strong>{html.escape(heading)}</strong> '
            f"<span>· {html.escape(key)}</span></div>{to_html(body) if body else ''}{small}</div>"
        )
        return cls(text, page)


def verdict(exercise: Exercise, mark: Mark, printed: str = "", trouble: str = "", next_step: str = "") -> Card:
    """Return the card of a mark: the verdict in words, why, a line a call, and what is left to say.

    The task stands open before the first attempt, and folded away after one that was not right.
    """
    sign, heading, tone = _WORDS[mark.status]
    if mark.status is Status.PARTLY:
        heading = f"{heading}: {mark.earned:g} of {mark.possible:g}"
    extra = []
    if mark.status in (Status.PARTLY, Status.WRONG) and mark.notes:
        extra.append("\n".join(f"- {'right' if note.right else 'not yet'}: {_code(note.part)}" for note in mark.notes))
    if printed and not mark.right:
        shown = printed[:500].replace("```", "'''").rstrip()
        extra.append(f"It printed:\n\n```text\n{shown}{' ...' if len(printed) > 500 else ''}\n```")
    extra += [each for each in (next_step, trouble) if each]
    body, task = mark.feedback, "" if mark.right else exercise.prompt
    if mark.status is Status.BLANK:
        unit = "minute" if exercise.minutes == 1 else "minutes"
        body = f"**{exercise.title}** (about {exercise.minutes} {unit}). {task}\n\n{body}"
        task = ""
    card = Card.of(exercise.id, sign, heading, body, extra, tone, task)
    return Card(card.text, card.page, mark)


def _code(text: str) -> str:
    return text if "`" in text else f"`{text}`"
