"""Rules on the autograd graph: cut, started from a leaf, never reached, never let go."""

from __future__ import annotations

from lessontools.loop.finding import Seen, at, listed, plural
from lessontools.loop.trace import Trace

__all__ = ["backward_on_leaf", "graph_cut", "graph_leak", "layers_in_list", "never_in_graph"]


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
    return Seen(text.replace("1 times", "once"), tuple((e, "started from a leaf") for e in tally.examples[:3]))


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
    modes = list(trace.of("grad-mode"))
    quiet = any(e.data.get("inside") and not e.data.get("on") for e in modes) or not any(trace.of("forward"))
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


def layers_in_list(trace: Trace) -> Seen | None:
    """Layers that stand in a plain Python list are trained by nobody, although backward reaches them."""
    tally = trace.tallies.get("layers-in-list")
    if not any(o.get("steps", 0) > o.get("empty", 0) for o in trace.optimizers) and not trace.counts.get("update", 0):
        return None
    for event in tally.examples if tally else ():
        inside = [trace.params[n] for n in event.data["params"]]
        left = [p for p in inside if p.backwards >= 2 and not p.optimizers and not p.updates]
        if not left:
            continue
        text = (
            f"`{event.data['name']}` holds {plural(event.data['layers'], 'layer')} in a plain list, tuple or dict, "
            f"where `parameters()` does not find them: {listed(p.name for p in left)} got a gradient in "
            f"{plural(left[0].backwards, 'backward pass')}, but no optimizer holds "
            f"{'it' if len(left) == 1 else 'them'}."
        )
        alone = event.data["layers"] == 1  # a single one is also hidden so on purpose (a teacher, a fixed critic)
        whole = all(p in left for p in inside)
        return Seen(text, ((event, "called with layers in a list"),), None if whole and not alone else "hint")
    return None
