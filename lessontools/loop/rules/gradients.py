"""Rules on gradients and updates: cleared, used again, never there; they follow from the ledger, without thresholds."""

from __future__ import annotations

from typing import Any

from lessontools.loop.finding import Seen, at, listed, number, plural
from lessontools.loop.trace import Event, Trace

__all__ = [
    "cleared_before_step",
    "frozen",
    "no_backward",
    "no_update",
    "not_cleared",
    "not_in_optimizer",
    "optimizer_recreated",
    "other_params",
    "step_before_backward",
]


def _examples(trace: Trace, code: str) -> list[Event]:
    tally = trace.tallies.get(code)
    return list(tally.examples) if tally and tally.count else []


def _count(trace: Trace, code: str) -> int:
    tally = trace.tallies.get(code)
    return tally.count if tally else 0


def _stepped(trace: Trace) -> list[dict[str, Any]]:
    return [each for each in trace.optimizers if each.get("steps", 0)]


def not_cleared(trace: Trace) -> Seen | None:
    """An update used a backward pass that an earlier update had used."""
    events = _examples(trace, "used-again")
    if not events:
        return None
    first = events[0]
    again = sorted({i for ids in first.data.get("again", {}).values() for i in ids})
    new = sorted(set(first.data.get("ids", ())) - set(again))
    share = f"together with that of pass {new[-1]}" if new else "and nothing new"
    text = (
        f"Update {first.step + 1} at {at(trace, first)} used the gradient of backward pass {again[-1]} again, {share}"
    )
    count = _count(trace, "used-again")
    more = f"; so did {plural(count - 1, 'later update')}" if count > 1 else ""
    proof = tuple((e, f"update {e.step + 1} used {plural(len(_again(e)), 'old pass')} again") for e in events)
    return Seen(f"{text}{more}.", proof)


def _again(event: Event) -> set[int]:
    return {i for ids in event.data.get("again", {}).values() for i in ids}


def cleared_before_step(trace: Trace) -> Seen | None:
    """A gradient was cleared between backward and the step that should have used it."""
    events = _examples(trace, "cleared-step")
    if not events or step_before_backward(trace) is not None:
        return None
    count, steps = _count(trace, "cleared-step"), sum(each.get("steps", 0) for each in trace.optimizers)
    first = events[0]
    where = first.data.get("cleared_at", 0)
    cleared = Event("clear", first.step, where, first.data.get("cleared_in", first.file))
    text = (
        f"Step {first.step + 1} at {at(trace, first)} found no gradient: that of backward pass "
        f"{max(first.data.get('lost', (0,)))} had been cleared at {at(trace, cleared)} before it was used. "
        f"This is so for {count} of {plural(steps, 'step')}."
    )
    level = None if 2 * count > steps else "hint"
    proof = ((cleared, "cleared a gradient that no update had used"), *((e, "found no gradient") for e in events))
    return Seen(text, proof, "hint" if level else None)


def step_before_backward(trace: Trace) -> Seen | None:
    """An optimizer's step came before the backward pass that should have filled the gradients."""
    for number_, each in enumerate(trace.optimizers):
        early = _examples(trace, "early-step")
        mine = [e for e in early if e.data.get("optimizer") == number_]
        torn = "modified by an inplace operation" in trace.error  # by the step, between forward and backward
        if not mine or not (each.get("trailing") or torn) or not each.get("steps"):
            continue
        first = mine[0]
        after = next((e for e in trace.of("backward") if e.step > first.step), None)
        if each["steps"] > 1 and each.get("first_line") != each.get("last_line"):
            continue
        if each.get("steps", 0) - _lost(trace, number_) > 1 and each.get("first_used", 2) != 2:
            continue
        text = f"The first step at {at(trace, first)} found no gradient: no backward pass had run yet."
        if torn:
            text += " The next one changed weights that backward still needed, and torch stopped."
        elif after:
            text += f" The first one came after it, at {at(trace, after)}, and the last one's gradient was never used."
        proof = ((first, "stepped without a gradient"),) + (((after, "came after the step"),) if after else ())
        return Seen(text, proof)
    return None


def _lost(trace: Trace, optimizer: int) -> int:
    return int(trace.optimizers[optimizer].get("lost_steps", 0))


def no_backward(trace: Trace) -> Seen | None:
    """Optimizer steps without any backward pass, and weights that never moved."""
    steps = _examples(trace, "empty-step")
    counts = trace.counts
    if not steps or counts.get("backward", 0) or counts.get("grad", 0) or counts.get("update", 0):
        return None
    mine = _stepped(trace)
    if not mine or any(each.get("empty", 0) < each["steps"] for each in mine):
        return None
    if any(change for e in trace.of("step") for change in e.data.get("change", {}).values()) or trace.error:
        return None
    total = sum(each["steps"] for each in mine)
    text = f"{plural(total, 'step')} at {at(trace, steps[0])}, but no backward pass ran, so no weight has a gradient."
    return Seen(text, tuple((e, "stepped without a gradient") for e in steps[:2]))


def no_update(trace: Trace) -> Seen | None:
    """Backward passes, but weights that never change: no step, or steps of length zero."""
    backwards = trace.counts.get("backward", 0)
    if backwards < 2 or trace.error:
        return None
    steps = [e for e in trace.of("step") if "change" in e.data and len(e.data["empty"]) < len(e.data["params"])]
    if len(steps) >= 3 and not any(c for e in steps for c in e.data["change"].values()):
        rate = steps[0].data.get("lr")
        if any(g for e in steps for g in e.data.get("grad", {}).values()):
            text = f"{plural(len(steps), 'step')} looked at moved no weight, although there were gradients"
            return Seen(f"{text} (learning rate {number(rate)}).", ((steps[0], "moved nothing"),))
    if trace.steps or trace.counts.get("assigned", 0) or trace.counts.get("moved", 0):
        return None
    trained = [p for p in trace.params if p.backwards >= 2 and p.model]
    if not trained:
        return None
    waiting = [o for o in trace.optimizers if any(trace.params[n].backwards >= 2 for n in o.get("params", ()))]
    events = list(trace.of("backward"))[:2]
    where = f" at {at(trace, events[0])}" if events else ""
    text = f"{plural(backwards, 'backward pass')} ran{where}, but no weight changed: no optimizer made a step."
    proof = tuple((e, "calculated gradients that nothing used") for e in events)
    return Seen(text, proof, "strong" if waiting else "hint")


def other_params(trace: Trace) -> Seen | None:
    """Nothing that an optimizer holds ever had a gradient; what backward filled is held by none."""
    backwards = trace.counts.get("backward", 0)
    empty = [o for o in _stepped(trace) if o.get("empty", 0) == o["steps"] and o.get("params")]
    if not empty or backwards < 1 or trace.error or trace.counts.get("grad", 0):
        return None
    for each in empty:
        held = [trace.params[n] for n in each["params"]]
        if any(p.backwards or not p.trainable or p.called for p in held) or each.get("lost_steps"):
            continue
        filled = [p for p in trace.params if p.backwards and not p.optimizers and p.model]
        if not filled:
            continue
        others = len(_stepped(trace)) > len(empty)
        text = (
            f"None of the {plural(len(held), 'parameter')} that {each.get('name', 'the optimizer')} holds ever got a "
            f"gradient in {plural(each['steps'], 'step')}; backward filled {listed(p.name for p in filled)}, "
            "which it does not hold."
        )
        return Seen(text, tuple((e, "found no gradient") for e in _examples(trace, "empty-step")[:2]), _hint(others))
    return None


def _hint(doubtful: bool) -> Any:
    return "hint" if doubtful else None


def not_in_optimizer(trace: Trace) -> Seen | None:
    """A parameter of a called model gets gradients that no optimizer uses."""
    if not any(o.get("steps", 0) > o.get("empty", 0) for o in trace.optimizers):
        return None
    left = [p for p in trace.params if p.model and p.backwards >= 3 and not p.optimizers and not p.updates]
    if not left:
        return None
    names = listed(p.name for p in left)
    return Seen(f"{names} got a gradient in {left[0].backwards} backward passes, but no optimizer holds it.")


def frozen(trace: Trace) -> Seen | None:
    """Parameters that an optimizer holds, but that cannot get a gradient."""
    for each in trace.optimizers:
        held = [trace.params[n] for n in each.get("params", ())]
        still = [p for p in held if not p.trainable and not p.backwards]
        if held and len(still) == len(held) and each.get("steps", 0) == each.get("frozen_steps", 0):
            others = any(o.get("steps", 0) > o.get("empty", 0) for o in trace.optimizers)
            text = f"All {plural(len(held), 'parameter')} that {each.get('name', '')} holds have requires_grad=False."
            return Seen(f"{text} No step can change them.", (), _hint(others))
    for each in _stepped(trace):
        held = [trace.params[n] for n in each.get("params", ())]
        still = [p for p in held if not p.trainable and not p.backwards]
        if still:
            text = f"{listed(p.name for p in still)} have requires_grad=False, yet the optimizer holds them."
            return Seen(text, (), "hint")
    return None


def optimizer_recreated(trace: Trace) -> Seen | None:
    """The same parameters went through many optimizers, so that each began without memory."""
    groups: dict[tuple[int, ...], list[dict[str, Any]]] = {}
    for each in trace.optimizers:
        if each.get("steps", 0):
            groups.setdefault(tuple(each.get("params", ())), []).append(each)
    for group in groups.values():
        if len(group) < 3:
            continue
        once = sum(each["steps"] == 1 for each in group)
        plain = all(o.get("name") == "SGD" and not o.get("momentum") for o in group)
        text = f"{plural(len(group), 'optimizer')} were made for the same parameters; {once} of them made one step."
        return Seen(text, (), "hint" if once < len(group) - 1 else "strong" if plain else None)
    return None
