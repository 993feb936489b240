"""Rules on what goes into a loss and comes out of it: softmax twice, shapes that broadcast, nan, labels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from lessontools.loop.finding import Level, Seen, at, number, plural
from lessontools.loop.trace import Event, Trace

__all__ = [
    "broadcast_loss",
    "double_sigmoid",
    "initial_loss",
    "nll_without_log",
    "not_finite",
    "one_class",
    "relu_on_output",
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


def relu_on_output(trace: Trace) -> Seen | None:
    """What a loss got had passed a ReLU, while targets are negative (or the loss wants logits of both signs)."""
    events = _always(trace, ELEMENTWISE, lambda d: d.get("producer") == "Relu" and d.get("low", -1) >= 0)
    low = min((e.data.get("target_low", 0.0) for e in events), default=0.0)
    high = max((e.data.get("target_high", 0.0) for e in events), default=0.0)
    if events and low < -0.05 * max(high, 0.0) and low < 0:
        text = f"The loss at {at(trace, events[0])} got the output of a ReLU, which is never negative, but targets go"
        return _seen(events, f"{text} from {number(low)} to {number(high)}.", "a ReLU's output")
    logits = ("binary_cross_entropy_with_logits", "cross_entropy")
    events = _always(trace, logits, lambda d: d.get("producer") == "Relu" and d.get("low", -1) >= 0)
    if not events:
        return None
    two = events[0].data["name"] == logits[0]
    text = f"The loss at {at(trace, events[0])} expects logits of either sign, but got the output of a ReLU"
    rest = ": no probability can be below 0.5." if two else ", which is never negative."
    return _seen(events, text + rest, "a ReLU's output", "strong" if two else "hint")


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
    if sum(1 for o in trace.optimizers if o.get("steps", 0)) > 1:
        return None  # a GAN's labels are one class each, on purpose
    sizes = [(e.data.get("target", {}).get("shape") or [0])[0] for e in batches]
    if len(batches) < 2 or min(sizes) < 8:
        return None
    if any(e.data.get("classes") == 1 or e.data.get("target_low") != e.data.get("target_high") for e in batches):
        return None
    shown = ", ".join(number(e.data.get("target_low")) for e in batches)
    return _seen(batches, f"The first {len(batches)} batches have one label each: {shown}.", "one label only")
