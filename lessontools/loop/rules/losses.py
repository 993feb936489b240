"""Rules on what goes into a loss and what backward starts from: softmax twice, shapes that broadcast, cut graphs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from lessontools.loop.finding import Level, Seen, at, listed, number, plural
from lessontools.loop.trace import Event, Trace

__all__ = [
    "backward_on_leaf",
    "broadcast_loss",
    "double_sigmoid",
    "graph_cut",
    "graph_leak",
    "initial_loss",
    "never_in_graph",
    "nll_without_log",
    "not_finite",
    "one_class",
    "softmax_before_ce",
    "sorted_labels",
]

RAW = ("Addmm", "Mm", "Relu", "Sigmoid", "Softmax", "Convolution", "Linear")
LABELLED = ("cross_entropy", "nll_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits")
ELEMENTWISE = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")


def _losses(trace: Trace, names: Sequence[str]) -> list[list[Event]]:
    """Return the loss events of these names with a graph, a list for each line that calculates one."""
    lines: dict[tuple[str, int], list[Event]] = {}
    for event in trace.of("loss"):
        if event.data.get("name") in names and event.data.get("graph", False):
            lines.setdefault((event.file, event.line), []).append(event)
    return list(lines.values())


def _always(trace: Trace, names: Sequence[str], test: Callable[[Any], bool]) -> list[Event]:
    """Return the losses of the first line at which every loss looked at passes the test."""
    return next((events for events in _losses(trace, names) if all(test(e.data) for e in events)), [])


def _seen(events: list[Event], text: str, short: str, level: Level | None = None) -> Seen:
    return Seen(text, tuple((e, short) for e in events[:3]), level)


def softmax_before_ce(trace: Trace) -> Seen | None:
    """Cross-entropy got probabilities that softmax had made; it applies (log-)softmax itself."""
    made = ("Softmax", "Exp", "Div")
    events = _always(
        trace,
        ("cross_entropy",),
        lambda d: d.get("sums_to_one") and d.get("producer") in made and d.get("classes", 0) > 1,
    )
    if not events:
        return None
    first = events[0]
    how = {"Softmax": "softmax", "Exp": "exp", "Div": "a division"}[first.data["producer"]]
    text = (
        f"The loss at {at(trace, first)} got probabilities: values from {number(first.data['low'])} to "
        f"{number(first.data['high'])} whose rows sum to 1, made by {how}. "
        f"This is so in all {plural(len(events), 'loss')} looked at."
    )
    return _seen(events, text, "cross-entropy of probabilities")


def nll_without_log(trace: Trace) -> Seen | None:
    """The negative log-likelihood got numbers that are no log-probabilities."""
    events = _always(trace, ("nll_loss",), lambda d: d.get("log_probabilities") is False)
    if not events:
        return None
    first = events[0]
    raw = all(e.data.get("sums_to_one") or e.data.get("producer", "").startswith(RAW) for e in events)
    kind = "probabilities (rows sum to 1)" if first.data.get("sums_to_one") else "no log-probabilities"
    text = (
        f"The loss at {at(trace, first)} got {kind}: values from {number(first.data['low'])} to "
        f"{number(first.data['high'])}; the exponentials of log-probabilities sum to 1 in each row."
    )
    return _seen(events, text, "not log-probabilities", None if raw else "hint")


def double_sigmoid(trace: Trace) -> Seen | None:
    """A loss that applies sigmoid itself got values that sigmoid (or softmax) had made."""
    names = ("binary_cross_entropy_with_logits",)
    events = _always(trace, names, lambda d: d.get("producer") in ("Sigmoid", "Softmax") and d.get("low", -1) >= 0)
    if not events:
        return None
    first, made = events[0], events[0].data["producer"].lower()
    text = (
        f"The loss at {at(trace, first)} applies sigmoid itself, but got values from {number(first.data['low'])} to "
        f"{number(first.data['high'])} that {made} had made."
    )
    return _seen(events, text, f"{made} before a loss with its own sigmoid", None if made == "sigmoid" else "strong")


def one_class(trace: Trace) -> Seen | None:
    """Cross-entropy over a single class is always 0."""
    events = _always(trace, ("cross_entropy",), lambda d: d.get("classes") == 1)
    many = [e for e in events if (e.data.get("in", {}).get("shape") or [0])[0] > 1]
    if not many:
        return None
    shape, value = many[0].data["in"]["shape"], many[0].data.get("value")
    text = f"Cross-entropy at {at(trace, many[0])} got logits of shape {shape}: one class only; its value is"
    return _seen(many, f"{text} {number(value)}, whatever the model says.", "one class")


def broadcast_loss(trace: Trace) -> Seen | None:
    """Prediction and target had shapes that broadcast to something larger than both."""
    events = _always(trace, ELEMENTWISE, lambda d: bool(d.get("expanded")))
    if events:
        first = events[0]
        shapes = f"{tuple(first.data['in']['shape'])} against a target {tuple(first.data['target']['shape'])}"
        text = f"The loss at {at(trace, first)} got a prediction {shapes}: each prediction met every target."
        return _seen(events, text, "shapes differ")
    tally = trace.tallies.get("expanded-difference")
    if tally is None or not tally.count:
        return None
    first = tally.examples[0]
    shapes = f"{tuple(first.data['in']['shape'])} and {tuple(first.data['target']['shape'])}"
    text = f"The difference at {at(trace, first)} is of shapes {shapes} and came out as {tuple(first.data['out'])}."
    return _seen(list(tally.examples), text, "shapes differ", "strong")


def backward_on_leaf(trace: Trace) -> Seen | None:
    """Backward started from a tensor that no calculation had made."""
    tally = trace.tallies.get("leaf-root")
    if tally is None or not tally.count:
        return None
    first = tally.examples[0]
    text = (
        f"backward at {at(trace, first)} started from a tensor that no operation made, so it reached nothing else; "
        f"this happened {tally.count} times."
    )
    return _seen(list(tally.examples), text.replace("1 times", "once"), "started from a leaf")


def graph_cut(trace: Trace) -> Seen | None:
    """Backward cannot reach the weights: nothing it started from leads back to them."""
    error = next(iter(trace.of("error")), None)
    if error is not None and "does not require grad" in str(error.data.get("message", "")):
        held = [trace.params[n] for o in trace.optimizers for n in o.get("params", ())]
        text = f"backward at {at(trace, error)} failed: the loss has no graph, so nothing leads from it to the weights."
        if held and not any(p.trainable for p in held):
            text += " All weights that the optimizer holds have requires_grad=False."
        return Seen(text, ((error, "no graph to go back through"),))
    backwards = trace.counts.get("backward", 0)
    steps = [o for o in trace.optimizers if o.get("steps", 0)]
    held = [trace.params[n] for o in steps for n in o.get("params", ())]
    if backwards < 2 or not held or trace.counts.get("grad", 0) or trace.error:
        return None
    if any(o.get("empty", 0) < o["steps"] for o in steps) or any(p.backwards for p in held):
        return None
    if not all(p.called and p.trainable for p in held) or any(p.backwards and p.model for p in trace.params):
        return None
    events = list(trace.of("backward"))[:2]
    where = f" at {at(trace, events[0])}" if events else ""
    text = (
        f"{plural(backwards, 'backward pass')} ran{where}, but none reached any of the {len(held)} weights that the "
        "optimizer holds, although the model was called."
    )
    return Seen(text, tuple((e, "reached no weight of the model") for e in events))


def never_in_graph(trace: Trace) -> Seen | None:
    """A parameter that an optimizer holds was reached by no backward pass, while others were."""
    quiet = any(e.data.get("inside") and not e.data.get("on") for e in trace.of("grad-mode"))
    for each in trace.optimizers:
        held = [trace.params[n] for n in each.get("params", ())]
        most = max((p.backwards for p in held), default=0)
        left = [p for p in held if p.trainable and not p.backwards and not p.updates]
        if most < 3 or not left or each.get("steps", 0) - each.get("empty", 0) < 3:
            continue
        text = f"{listed(p.name for p in left)} got no gradient in {most} backward passes, but the optimizer holds"
        doubtful = quiet or len(trace.optimizers) > 1 or not all(p.called for p in left)
        return Seen(f"{text} {'it' if len(left) == 1 else 'them'}.", (), "hint" if doubtful else None)
    return None


def graph_leak(trace: Trace) -> Seen | None:
    """Graphs of old losses are still alive."""
    tally = trace.tallies.get("graph-leak")
    if tally is None or not tally.count:
        return None
    event = tally.examples[0]
    alive = event.data.get("alive", 0)
    text = f"At the end, {alive} autograd graphs were still in memory, each from 3 or more updates ago"
    return Seen(f"{text} (the oldest from update {event.data.get('since', 0)}).", ((event, "a graph still alive"),))


def not_finite(trace: Trace) -> Seen | None:
    """A loss or a gradient was not finite, and an update used it."""
    tally = trace.tallies.get("not-finite")
    if tally is None or not tally.count:
        return None
    first = tally.examples[0]
    value = first.data.get("value")
    what = "gradients" if isinstance(value, float) and abs(value) < float("inf") else f"a loss of {value}"
    text = (
        f"The backward pass at {at(trace, first)} (after {plural(first.step, 'update')}) met {what}"
        f"{' that are not finite' if what == 'gradients' else ''}, and an update used the result: weights become nan."
    )
    source = next((e for e in trace.of("forward", "loss") if _broken(e)), None)
    proof: tuple[tuple[Event, str], ...] = ((first, "not finite"),)
    if source is not None and source.step <= first.step:
        text += f" The first value that was not finite came from {at(trace, source)}."
        proof = ((source, "the first value that is not finite"), *proof)
    return Seen(text, proof)


def _broken(event: Event) -> bool:
    value = event.data.get("value", 0.0)
    infinite = isinstance(value, float) and (value != value or abs(value) == float("inf"))
    return infinite or event.data.get("finite") is False


def initial_loss(trace: Trace) -> Seen | None:
    """The first cross-entropy is far above that of guessing."""
    first = next((e for e in trace.of("loss") if e.data.get("name") == "cross_entropy"), None)
    if first is None or first.step or first.data.get("reduction") != "mean" or first.data.get("weighted"):
        return None
    classes, value = first.data.get("classes", 0), first.data.get("value", 0.0)
    if classes < 2 or not math.isfinite(value) or value <= 2 * math.log(classes) + 0.5:
        return None
    text = f"The first loss at {at(trace, first)} is {number(value)}; guessing among {classes} classes costs"
    return _seen([first], f"{text} ln {classes} = {number(math.log(classes))}.", "the first loss")


def sorted_labels(trace: Trace) -> Seen | None:
    """Each of the batches looked at has labels of one class only."""
    batches = [e for e in trace.of("loss") if e.data.get("graph") and e.data.get("name") in LABELLED][:3]
    sizes = [(e.data.get("target", {}).get("shape") or [0])[0] for e in batches]
    if len(batches) < 2 or min(sizes) < 8:
        return None
    if any(e.data.get("target_low") != e.data.get("target_high") for e in batches):
        return None
    shown = ", ".join(number(e.data.get("target_low")) for e in batches)
    return _seen(batches, f"The first {len(batches)} batches have one label each: {shown}.", "one label only")
