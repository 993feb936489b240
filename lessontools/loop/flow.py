"""Gradient flow: how large each parameter's gradient and update are in one step, on a scale of powers of ten."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

from lessontools.loop.drawing import CODE, SOFT, Figure, cut, ink, label, picture, rect, short, soft, table
from lessontools.loop.trace import Event, Trace

__all__ = ["MOST", "NOTHING", "Flow", "flows", "gradient_flow"]

MOST = 24
NOTHING = "No update of an optimizer was looked at closely; watch with watch('close')."
_USUAL = (1e-4, 1e-2)  # update to weight, per step: about 1e-3 is the rule of thumb


@dataclass(frozen=True, slots=True)
class Flow:
    """One parameter in one step: the norms of its gradient, its weights and its change (None where unknown)."""

    name: str
    shape: tuple[int, ...]
    grad: float | None
    weight: float | None
    change: float | None

    @property
    def ratio(self) -> float | None:
        """The change as a part of the weights' norm."""
        return self.change / self.weight if self.change is not None and self.weight else None


def flows(trace: Trace, event: Event) -> list[Flow]:
    """Return the parameters of a step in the order of the model."""
    grad, weight, change = (event.data.get(key, {}) for key in ("grad", "weight", "change"))
    found = []
    for number in sorted(event.data.get("params", ())):
        key = str(number)
        found.append(
            Flow(trace.name(number), trace.params[number].shape, grad.get(key), weight.get(key), change.get(key))
        )
    return found


def gradient_flow(trace: Trace, step: int | None = None) -> Figure:
    """Return bars, on a scale of powers of ten, of each parameter's gradient norm and its update in relation to itself.

    `step` counts updates from 1; the default is the last one that was looked at closely.
    """
    steps = [event for event in trace.of("step") if event.data.get("change")]
    chosen = [event for event in steps if step is None or event.step + 1 == step]
    if not chosen:
        seen = ", ".join(str(event.step + 1) for event in steps[:12])
        words = f"Step {step} was not looked at closely; these were: {seen}." if steps else NOTHING
        return Figure(words, f"<p>{html.escape(words)}</p>")
    event = chosen[-1]
    every = flows(trace, event)
    shown, left = every[:MOST], len(every) - MOST
    notes = [f"{left} more parameters are not shown."] if left > 0 else []
    notes += [f"{each.name} has no gradient." for each in every if not each.grad]
    title = f"Gradient flow at step {event.step + 1}"
    body = [[each.name, short(each.grad), short(each.ratio)] for each in shown]
    wide = max(len(row[0]) for row in body)
    text = [title, f"{'parameter':<{max(wide, 9)}}  {'gradient':>9}  update/weight"]
    text += [f"{row[0]:<{max(wide, 9)}}  {row[1]:>9}  {row[2]:>9}" for row in body]
    text.append(f"Usual for update/weight: about {short(_USUAL[0])} to {short(_USUAL[1])} in a step.")
    about = "; ".join(f"{row[0]}: gradient {row[1]}, update to weight {row[2]}" for row in body)
    listed = table(["parameter", "norm of the gradient", "update/weight"], body, "The same as a table")
    more = f"<p>{html.escape(' '.join(notes))}</p>" if notes else ""
    return Figure("\n".join([*text, *notes]), _bars(shown, title, about) + more + listed)


def _bars(shown: Sequence[Flow], title: str, about: str) -> str:
    name = min(190.0, 20 + 7.3 * max(len(each.name) for each in shown))
    wide, row, top, area = name + 520, 24.0, 62.0, 180.0
    high = top + row * len(shown) + 8
    columns = (
        (name + 10, "norm of the gradient", "gradients", [each.grad for each in shown], None),
        (name + 270, "update / weight", "weights", [each.ratio for each in shown], _USUAL),
    )
    parts = [label(4, 20, title, 14, style="font-weight:700")]
    for place, each in enumerate(shown):
        parts.append(label(name, top + row * place + 16, cut(each.name, 24), 12, "end", CODE))
    for x, head, colour, found, usual in columns:
        parts.append(_column(x, top, row, area, head, colour, found, usual))
    return picture(wide, high, title, about, parts, least=520)


def _column(
    x: float,
    top: float,
    row: float,
    area: float,
    head: str,
    colour: str,
    found: Sequence[float | None],
    usual: tuple[float, float] | None,
) -> str:
    """Return one column of bars with its powers of ten; the bars begin at the lowest power shown."""
    there = [math.log10(value) for value in [*found, *(usual or ())] if value and math.isfinite(value)]
    low, high = (math.floor(min(there)), math.ceil(max(there))) if there else (-3, 0)
    low = min(low - (min(there, default=0) == low), high - 3)  # a bar of no length, or a scale of one decade, misleads
    bottom = top + row * len(found)

    def at(power: float) -> float:
        return x + (power - low) / (high - low) * area

    parts = [label(x, 38, head, 12.5, style="font-weight:700", fill=colour)]
    if usual:
        left, right = at(math.log10(usual[0])), at(math.log10(usual[1]))
        parts.append(rect(left, top - 2, right - left, bottom - top + 4, f"fill:{soft('optimizer', 14)}"))
        parts.append(label(x + 122, 38, "shaded: usual", 11))
    stride = max(1, math.ceil((high - low) / 5))
    for power in range(low, high + 1, stride):
        style = f"stroke:{SOFT};stroke-width:1"
        parts.append(f'<line x1="{at(power):g}" x2="{at(power):g}" y1="{top - 4:g}" y2="{bottom:g}" style="{style}"/>')
        parts.append(label(at(power), top - 8, short(10.0**power), 10.5, "middle"))
    for place, value in enumerate(found):
        y = top + row * place
        finite = bool(value) and math.isfinite(value or 0)
        far = at(math.log10(value)) if finite and value else x
        if finite:
            style = f"fill:{soft(colour, 55)};stroke:{ink(colour)};stroke-width:1.2"
            parts.append(rect(x, y + 5, max(1.0, far - x), row - 10, style, 2))
        words = "none" if value is None or value == 0 else short(value)
        parts.append(label(far + 5, y + 16, words, 11, style=CODE))
    return "".join(parts)
