"""Rules on how numbers go over time: learning rate, gradients through depth, overfitting, order and scale of data."""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import median

from lessontools.loop.finding import Seen, at, number, plural
from lessontools.loop.trace import Trace

__all__ = ["exploding", "lr_too_high", "lr_too_low", "no_shuffle", "overfitting", "unscaled_inputs"]
__all__ += ["vanishing", "zero_gradient"]


def _series(trace: Trace, name: str) -> list[float]:
    found = trace.series.get(name)
    return [float(v) for v in found.values] if found else []


def _per_update(trace: Trace, name: str) -> dict[int, float]:
    """Return the mean of a series' values for each number of updates, in order."""
    found = trace.series.get(name)
    groups: dict[int, list[float]] = {}
    for step, value in zip(found.steps, found.values, strict=False) if found else ():
        groups.setdefault(step, []).append(float(value))
    return {step: sum(values) / len(values) for step, values in sorted(groups.items())}


def _single(trace: Trace) -> bool:
    """Whether one optimizer trains on one loss: with several (GAN, critics) losses need not fall."""
    return sum(1 for each in trace.optimizers if each.get("steps", 0)) == 1


def _rate(trace: Trace) -> str:
    each = next(o for o in trace.optimizers if o.get("steps", 0))
    return f"learning rate {number(each.get('lr', math.nan))}"


def lr_too_high(trace: Trace) -> Seen | None:
    """The loss grows instead of falling, or the weights jump at each step without any progress."""
    losses = list(_per_update(trace, "loss").values())
    if not _single(trace) or len(losses) < 4 or losses[0] <= 0:
        return None
    bad = next((n for n, v in enumerate(losses) if not math.isfinite(v)), len(losses))
    seen = losses[:bad]
    ratios = _series(trace, "update-ratio")
    start = seen[0] if len(seen) < 8 else median(seen[:3])
    end = seen[-1] if len(seen) < 8 else median(seen[-max(3, len(seen) // 4) :])
    rising = len(seen) >= 8 or all(b > 1.2 * a for a, b in pairwise(seen))
    if len(seen) >= 3 and start > 0 and end > 3 * start and rising:
        more = " before it stopped being finite" if bad < len(losses) else ""
        text = f"The loss rose from {number(start)} to {number(end)} in {plural(len(seen), 'update')}{more}"
        return Seen(f"{text} ({_rate(trace)}).")
    late = losses[len(losses) // 2 :]
    jumps = any(after > 1.02 * before for before, after in pairwise(late))  # a loss that lies still is at its floor
    far = len(losses) >= 10 and len(ratios) >= 3 and bad == len(losses) and median(ratios) > 0.2
    if far and jumps and end > 0.9 * start:
        text = f"A step changed the weights by {number(100 * median(ratios))} % of their size (median), and the loss"
        return Seen(f"{text} went from {number(start)} to {number(end)} ({_rate(trace)}).")
    return None


def lr_too_low(trace: Trace) -> Seen | None:
    """The loss hardly moves, although the gradient says that it could."""
    losses = list(_per_update(trace, "loss").values())
    ratios, norms = _series(trace, "update-ratio"), _series(trace, "grad-norm")
    if not _single(trace) or len(losses) < 20 or len(ratios) < 3 or not all(math.isfinite(v) for v in losses):
        return None
    start, end = median(losses[:5]), median(losses[-5:])
    steps = [e for e in trace.of("step") if e.data.get("change")]
    if start <= 0 or not steps or max(ratios) >= 1e-4 or max(ratios) == 0 or start - end > 0.005 * start:
        return None
    change = median(math.hypot(*(c or 0.0 for c in e.data["change"].values())) for e in steps)
    possible = median(norms) * change * len(losses)  # to first order, at this rate
    usual = 1e-2 / max(ratios)  # how many times longer a step of usual length is; where that gains nothing, all is done
    if start < 1e-6 or possible > 0.02 * start or usual * possible < 0.05 * start:
        return None
    text = f"In {plural(len(losses), 'update')} the loss went from {number(start)} to {number(end)}; a step changed"
    return Seen(f"{text} the weights by at most {max(ratios):.1e} of their size ({_rate(trace)}).")


def _layers(trace: Trace) -> list[tuple[str, float]]:
    """Return the weight matrices of the model in order, with the median rms of their gradients."""
    rows: dict[int, list[float]] = {}
    for event in list(trace.of("backward"))[:10]:
        for key, norm in event.data.get("grad", {}).items():
            if norm is not None and math.isfinite(norm):
                rows.setdefault(int(key), []).append(norm)
    found = []
    for place in sorted(rows):
        param = trace.params[place]
        if len(param.shape) >= 2 and param.model:
            found.append((param.name, median(rows[place]) / math.sqrt(math.prod(param.shape))))
    return found


def vanishing(trace: Trace) -> Seen | None:
    """The gradient shrinks on its way to the first layers."""
    layers = _layers(trace)
    if len(layers) < 4:
        return None
    most = max(rms for _, rms in layers)
    (first, one), (_, two) = layers[0], layers[1]
    if not (0 < one < 1e-4 * most and two < 1e-2 * most):
        return None
    name = max(layers, key=lambda each: each[1])[0]
    text = f"The gradient of `{first}` has a root mean square of {one:.1e}, that of `{name}` {most:.1e}:"
    return Seen(f"{text} {number(most / one)} times as much.")


def zero_gradient(trace: Trace) -> Seen | None:
    """Every weight matrix got a gradient of exactly zero in every pass looked at, though there is a loss."""
    matrices = [str(n) for n, param in enumerate(trace.params) if len(param.shape) >= 2 and param.model]
    passes = [event.data["grad"] for event in trace.of("backward") if event.data.get("grad")]
    found = [grad[key] for grad in passes for key in matrices if key in grad]
    losses = _series(trace, "loss")[-5:]
    if len(matrices) < 2 or len(passes) < 3 or len(found) < len(matrices) * len(passes) or any(v != 0 for v in found):
        return None
    if not losses or not all(math.isfinite(v) for v in losses) or median(abs(v) for v in losses) < 1e-6:
        return None
    seen = plural(len(passes), "backward pass")
    text = f"In all {seen} looked at, the gradient of each of the {len(matrices)} weight matrices was exactly 0"
    return Seen(f"{text}, at a loss of {number(median(losses))}.")


def exploding(trace: Trace) -> Seen | None:
    """Gradients are huge compared with the loss that they come from."""
    norms, losses = _series(trace, "grad-norm")[:10], _series(trace, "loss")[:10]
    if len(norms) < 3 or any(e.data.get("reduction") == "sum" for e in trace.of("loss")):
        return None
    norm, loss = median(norms), median(abs(v) for v in losses)
    if not (math.isfinite(norm) and norm > 1e4 and norm > 3 * loss):
        return None
    text = f"The norm of the gradient is {number(norm)} (median of {len(norms)} steps), at a loss of {number(loss)}."
    return Seen(text)


def overfitting(trace: Trace) -> Seen | None:
    """The evaluation loss has risen from its best for long, while the training loss still falls."""
    held, train = _per_update(trace, "eval-loss"), _per_update(trace, "loss")
    points = [(step, value) for step, value in held.items() if math.isfinite(value)]
    if len(points) < 6:
        return None
    best = min(range(len(points)), key=lambda n: points[n][1])
    low, last = points[best][1], [value for _, value in points[-3:]]
    if best >= 0.7 * len(points) or low <= 0 or min(last) < 1.1 * low:
        return None
    if min(last) - low < 0.05 * (points[0][1] - low):
        return None  # beside what was gained before, a wobble
    before = [v for s, v in train.items() if s <= points[best][0]][-5:]
    after = list(train.values())[-5:]
    if not before or not median(after) < 0.95 * median(before):
        return None
    text = (
        f"The loss on evaluation data was lowest ({number(low)}) after {plural(points[best][0], 'update')} and "
        f"is {number(last[-1])} now, while the training loss fell from {number(median(before))} "
        f"to {number(median(after))}."
    )
    return Seen(text)


def unscaled_inputs(trace: Trace) -> Seen | None:
    """The model's input is large, or its columns differ by orders of magnitude."""
    first = next((e for e in trace.of("forward") if e.data.get("scale")), None)
    if first is None:
        return None
    most, ratio = first.data["scale"].get("most", 0.0), first.data["scale"].get("ratio", 1.0)
    if most > 100:
        text = f"The input at {at(trace, first)} has values up to {number(most)}."
    elif ratio > 100:
        text = f"The columns of the input at {at(trace, first)} differ in spread by a factor of {number(ratio)}."
    else:
        return None
    return Seen(text, ((first, "the model's input"),))


def no_shuffle(trace: Trace) -> Seen | None:
    """The batches came in the same order again and again."""
    signs = _series(trace, "batch")
    for period in range(2, len(signs) // 2 + 1):
        if signs[0] != signs[period] or len(set(signs[:period])) < period:
            continue
        if all(a == b for a, b in zip(signs, signs[period:], strict=False)):
            text = f"The training batches came in the same order in each of {len(signs) // period} rounds of {period}."
            return Seen(text)
    return None
