"""Rules on training and evaluation: modes, graphs that nothing uses, rows seen in both."""

from __future__ import annotations

from lessontools.loop.finding import Seen, at, listed, plural
from lessontools.loop.trace import Tally, Trace

__all__ = ["eval_builds_graph", "eval_in_train_mode", "eval_rows_trained_on", "train_in_eval_mode"]


def _tally(trace: Trace, code: str) -> Tally:
    return trace.tallies.get(code) or Tally()


def eval_in_train_mode(trace: Trace) -> Seen | None:
    """A model with dropout or batch norm was evaluated while it was in training mode."""
    noisy = _tally(trace, "eval-noisy")
    if not noisy.count or _tally(trace, "eval-repeated").count:
        return None
    first = noisy.examples[0]
    kinds = first.data.get("noisy", [])
    text = (
        f"The forward pass at {at(trace, first)} ran without gradients, as in an evaluation, but the model was in "
        f"training mode, with {listed(kinds)} active; so in {plural(noisy.count, 'forward pass')}."
    )
    statistics = not any("Dropout" in kind for kind in kinds)
    doubtful = len([o for o in trace.optimizers if o.get("steps")]) > 1 or (
        statistics and _tally(trace, "eval-quiet").count > 0
    )
    return Seen(
        text, tuple((e, "evaluated in training mode") for e in noisy.examples[:3]), "hint" if doubtful else None
    )


def train_in_eval_mode(trace: Trace) -> Seen | None:
    """Weights were updated from forward passes in eval mode, though training had begun in training mode."""
    later, only = _tally(trace, "eval-step"), _tally(trace, "eval-only-step")
    if later.count >= 2:
        first = later.examples[0]
        text = (
            f"From update {first.step + 1} on, {plural(later.count, 'update')} came from forward passes in eval mode: "
            f"dropout and batch norm were off, although training had begun with them on."
        )
        return Seen(text, tuple((e, "updated in eval mode") for e in later.examples[:3]))
    if only.count >= 2 and not trace.counts.get("training-step"):
        first = only.examples[0]
        text = f"All {plural(only.count, 'update')} came from forward passes in eval mode"
        return Seen(f"{text}: dropout and batch norm were off.", ((first, "updated in eval mode"),), "hint")
    return None


def eval_builds_graph(trace: Trace) -> Seen | None:
    """Forward passes in eval mode built graphs that nothing used."""
    unused = _tally(trace, "eval-graph")
    if unused.count < 2 or not trace.counts.get("backward", 0):
        return None
    first = unused.examples[0]
    text = (
        f"{plural(unused.count, 'forward pass')} in eval mode, the first at {at(trace, first)}, built an autograd graph"
    )
    return Seen(f"{text} that no backward pass used.", tuple((e, "built a graph") for e in unused.examples[:2]))


def eval_rows_trained_on(trace: Trace) -> Seen | None:
    """Rows that were trained on were evaluated on, too."""
    known, all_rows = trace.counts.get("eval-rows-known", 0), trace.counts.get("eval-rows", 0)
    if known < 4 or known < 0.05 * all_rows:
        return None
    first = next(iter(_tally(trace, "eval-known").examples), None)
    text = f"{known} of {all_rows} rows that were evaluated had been trained on (among the batches looked at)."
    return Seen(text, ((first, "met rows that were trained on"),) if first else ())
