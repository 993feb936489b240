"""Gradescope: a sheet -> the data of its results.json."""

from __future__ import annotations

from typing import Any

from lessontools.grading.ledger import Sheet
from lessontools.grading.outcome import Outcome
from lessontools.report.gradebook import number
from lessontools.report.subject import Subject

__all__ = ["results"]


def results(subject: Subject, sheet: Sheet, final: bool) -> dict[str, Any]:
    """Return what Gradescope shows of a hand-in. Before attempts are over all is hidden, and no feedback is in it."""
    visibility = "visible" if final else "hidden"
    said = [] if sheet.isolated else ["Not isolated: the code ran without a sandbox."]
    if sheet.waiting:
        said.append(f"{sheet.waiting} of the explanations wait to be marked; they count 0 until then.")
    said += [f"Remark: {each}." for each in sheet.handin["remarks"]]
    return {
        "score": number(sheet.earned),
        "output": "\n".join(said),
        "output_format": "text",
        "test_output_format": "text",
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "tests": [_test(each, visibility, final) for each in sheet.outcomes],
        "extra_data": {
            "assignment": subject.assignment,
            "version": sheet.handin["version"],
            "receipt": sheet.handin["receipt"],
            "isolated": sheet.isolated,
        },
    }


def _test(outcome: Outcome, visibility: str, final: bool) -> dict[str, Any]:
    state = "WAITING" if outcome.waiting else outcome.state.value
    words = f"{state}\n\n{outcome.feedback}" if final and outcome.feedback and not outcome.waiting else state
    return {
        "name": f"{outcome.item} ({outcome.kind})",
        "score": number(outcome.earned),
        "max_score": number(outcome.possible),
        "output": words if final else "",
        "visibility": visibility,
    }
