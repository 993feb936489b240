"""The doctor: a trace of a training loop -> what is wrong with it, most certain first; pure, on plain numbers."""

from __future__ import annotations

from lessontools.loop.finding import Evidence, Finding, Level
from lessontools.loop.rules.table import HIDES, RULES
from lessontools.loop.rules.words import WORDS
from lessontools.loop.trace import Trace

__all__ = ["Evidence", "Finding", "Level", "diagnose", "unseen"]

ORDER = ("fact", "strong", "hint")


def diagnose(trace: Trace) -> list[Finding]:
    """Return what is wrong with a loop, most certain first, at most one finding for a code; never raises."""
    found: dict[str, Finding] = {}
    for rule in RULES:
        try:
            finding = rule.apply(trace, WORDS[rule.code])
        except Exception:  # a trace may be cut short or come from elsewhere: a rule that cannot read it says nothing
            continue
        if finding is not None:
            found[rule.code] = finding
    hidden = {other for code in found for other in HIDES.get(code, ())}
    kept = [finding for code, finding in found.items() if code not in hidden]
    return sorted(kept, key=lambda finding: ORDER.index(finding.level))


def unseen(trace: Trace) -> list[str]:
    """Return what the doctor cannot see in this trace, in words."""
    notes = [
        "Whether a choice was meant: unusual code that was written on purpose looks the same as a slip.",
        "Whether labels are right, whether the metric fits the task, and what was done to the data before the loop.",
    ]
    counts = trace.counts if isinstance(trace.counts, dict) else {}
    if not trace.events:
        notes.append("No line was looked at closely: nothing of a training loop ran inside the watched block.")
    elif counts.get("backward", 0) and not any(trace.of("loss")):
        notes.append("The loss was calculated by hand: what went into it (softmax, labels, shapes) was not visible.")
    if counts.get("backward", 0) and not counts.get("forward", 0):
        notes.append("No module was called: dropout, batch norm, train and eval modes were not visible.")
    if counts.get("eval-rows", 0) and "average-last" in trace.tallies and "average" not in trace.tallies:
        notes.append(
            "No variable held the evaluation's average; trace.report(number) tells of one that is only printed."
        )
    if 0 < trace.steps < 20:
        notes.append("The loop made few updates: learning rate and overfitting show only in longer runs.")
    if sum(1 for _ in trace.of("step")) < counts.get("step", 0):
        notes.append("Most steps were only followed, not looked at closely: watch(level='close') looks at every step.")
    if trace.dropped:
        notes.append(f"The trace was full: {trace.dropped} later events were counted but not kept.")
    if counts.get("trouble", 0):
        notes.append("The recorder itself met trouble in places and left those out; your loop was not disturbed.")
    return notes
