"""Epochs: a run's losses (and what else was counted) as a table with a remark a row, and a small curve."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence

from lessontools.errors import LessonError
from lessontools.explore.chart import lines
from lessontools.loop.drawing import Figure, short, table
from lessontools.loop.trace import Trace

__all__ = ["epochs", "remark"]

_ROWS = 10
_CHECKED = ("val_loss", "valid_loss", "eval_loss", "test_loss")
_FLAT = 0.02  # a change of a fiftieth is hardly any


def epochs(run: Trace | Mapping[str, Sequence[float]], every: int = 0) -> Figure:
    """Return a table of a run, a row an epoch with a remark, and the curve of its losses.

    `run` is a history, {"loss": [...], "accuracy": [...]} with a number an epoch ("loss" must be there), or a Trace;
    a trace knows no epochs, so `every` says how many updates one has (default: the run in ten equal parts).
    """
    history, names = _of_trace(run, every) if isinstance(run, Trace) else _of_history(run)
    losses = history["loss"]
    checked = next((history[name] for name in _CHECKED if name in history), [])
    body = [
        [names[at], *(short(column[at], 4) for column in history.values()), remark(losses[: at + 1], checked[: at + 1])]
        for at in range(len(losses))
    ]
    head = ["epoch" if every or not isinstance(run, Trace) else "updates", *history, "remark"]
    widths = [max(len(row[at]) for row in [head, *body]) for at in range(len(head))]
    rows = [
        "  ".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True)).rstrip() for row in [head, *body]
    ]
    told = f"Loss from {short(losses[0], 4)} to {short(losses[-1], 4)} in {len(losses)} rows."
    curves = {name: column for name, column in history.items() if "loss" in name}
    across = [float(name.split("-")[-1]) for name in names]  # updates 4-6 end at 6
    alone = len(curves) == 1
    chart = lines({"" if alone else name: found for name, found in curves.items()}, head[0], "loss", told, xs=across)
    page = f"<figcaption>{html.escape(told)}</figcaption>{table(head, body)}{chart if len(losses) > 1 else ''}"
    return Figure("\n".join([*rows, told]), page)


def remark(losses: Sequence[float], checked: Sequence[float] = ()) -> str:
    """Return what the last loss means beside those before it; `checked` are losses on data not trained on."""
    now = losses[-1]
    if not math.isfinite(now):
        return "not a number any more: stop here"
    if len(losses) == 1:
        return "the start"
    before = losses[-2]
    if not math.isfinite(before):
        return "finite again"
    change = (now - before) / (abs(before) or 1.0)
    if abs(change) < _FLAT:
        words = "hardly changes"
    else:
        words = f"{'rises' if change > 0 else 'falls'} by {abs(change):.0%}".replace("%", " %")
    if len(checked) > 1 and now < before and checked[-1] > min(checked) * (1 + _FLAT):
        words += "; on data not trained on it rises: overfitting?"
    return words


def _of_history(run: Mapping[str, Sequence[float]]) -> tuple[dict[str, list[float]], list[str]]:
    try:
        found = {str(name): [float(value) for value in column] for name, column in run.items()}
    except (TypeError, ValueError, AttributeError) as error:
        raise LessonError(
            'a history is {"loss": [1.2, 0.8], ...}: a list of numbers a name; use loss.item()'
        ) from error
    if not found.get("loss"):
        raise LessonError(
            f'this history has no "loss" (it has {", ".join(found) or "nothing"}); give one number an epoch'
        )
    count = len(found["loss"])
    for name, column in found.items():
        if len(column) != count:
            raise LessonError(
                f"the history has {count} losses, but {len(column)} values of '{name}'; give one an epoch"
            )
    order = {"loss": found.pop("loss"), **found}
    return order, [str(at) for at in range(1, count + 1)]


def _of_trace(trace: Trace, every: int) -> tuple[dict[str, list[float]], list[str]]:
    series = trace.series.get("loss")
    if series is None or not series.values:
        raise LessonError("this trace has no loss: no backward pass ran in the `with watch()` block")
    last = max(series.steps)
    size = every or max(1, math.ceil((last + 1) / _ROWS))
    parts: dict[int, list[float]] = {}
    for step, value in zip(series.steps, series.values, strict=True):
        parts.setdefault(step // size, []).append(value)
    means = [sum(found) / len(found) for found in parts.values()]
    if every:
        return {"loss": means}, [str(at + 1) for at in parts]
    ends = [(at * size + 1, min(last + 1, (at + 1) * size)) for at in parts]
    return {"loss": means}, [f"{low}-{high}" if high > low else str(low) for low, high in ends]
