"""The player: frames become a view without a kernel, and a malformed one is named."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from lessontools.errors import CourseError
from lessontools.explore.player import player, player_view

CODE = "logits = model(X)\nloss = loss_fn(logits, y)\nloss.backward()"


def frame(line: int = 1, note: str = "Forward.", **more: Any) -> dict[str, Any]:
    return {"line": line, "note": note, "state": [["w", "0.5"]], **more}


FRAMES = [
    frame(),
    frame(2, "**Loss**: one number.", state=[["w", "0.5"], ["loss", "1.1"]], curve=[1.1]),
    frame(3, "Gradients.", state=[["w", "0.4"], ["loss", "1.1"]]),
    frame(2, "**Loss**: one number.", state=[["loss", "0.9"]], curve=[1.1, 0.9]),
]


def view(frames: list[dict[str, Any]] = FRAMES) -> dict[str, Any]:
    return player_view("Five lines", CODE, frames, "The loss falls.")


def test_what_changed_since_the_frame_before_is_marked_in_words() -> None:
    found = view()
    assert found["names"] == ["w", "loss"]
    assert [each["marks"] for each in found["frames"]] == [["", ""], ["", "new"], ["changed", ""], ["gone", "changed"]]
    assert found["frames"][0]["values"] == ["0.5", None]


def test_the_curve_is_stored_once_and_grows() -> None:
    found = view()
    assert [each["length"] for each in found["frames"]] == [0, 1, 1, 2]
    assert len(found["chart"]["points"]) == 2
    assert found["chart"]["points"][0][1] < found["chart"]["points"][1][1], "a falling loss runs down the page"
    assert player_view("t", CODE, [frame()], "a")["chart"] is None


def test_repeated_notes_are_stored_once() -> None:
    found = view()
    assert len(found["notes_html"]) == 3
    assert found["frames"][1]["note"] == found["frames"][3]["note"]
    assert "<strong>Loss</strong>" in found["notes_html"][1]


def test_the_view_is_deterministic_strict_json() -> None:
    frames = [frame(curve=[math.nan]), frame(curve=[math.nan, math.inf, 1.0])]
    once, again = (json.dumps(view(frames), allow_nan=False) for _ in range(2))
    assert once == again
    assert view(frames)["chart"]["points"][:2] == [None, None]


def test_code_is_highlighted_a_line_each_and_escaped() -> None:
    rows = player_view("t", "a = 1 < 2\n\nb = a", [frame(3)], "alt")["code"]
    assert len(rows) == 3
    assert "&lt;" in rows[0]


def test_the_text_form_reads_without_a_kernel() -> None:
    text = repr(player("Five lines", CODE, FRAMES, "The loss falls."))
    assert text.startswith("Five lines (4 steps)\nThe loss falls.\n  logits = model(X)")
    assert "  w = 0.5" in text
    assert "2. Loss: one number.\n3. Gradients.\nCurve" in text, "a repeated note is told once"
    assert "Curve: 1.1 at first, 0.9 at last." in text
    assert "0x" not in text


def test_a_long_run_is_told_in_short() -> None:
    frames = [frame(note=f"Step {place}.") for place in range(40)]
    text = repr(player("t", CODE, frames, "alt"))
    assert "12. Step 11." in text
    assert "Step 12." not in text
    assert "... and 28 more" in text


def test_the_bundle_serves_a_page_and_a_text() -> None:
    panel = player("a < b", CODE, FRAMES, "alt")
    bundle = panel._repr_mimebundle_()
    assert bundle["text/plain"] == repr(panel)
    assert "a &lt; b" in bundle["text/html"]
    assert "<svg" in bundle["text/html"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (frame(line=4), "line 4 is not in the code; use 1 to 3"),
        (frame(line=True), "line True"),
        ({"line": 1, "note": "x"}, "'state' is missing"),
        ({**frame(), "nots": ""}, "did you mean 'note'"),
        (frame(note=3), "the note is Markdown text, not int"),
        (frame(state=[["w"]]), "state is [[name, text], ...]"),
        (frame(state=[["w", [1]]]), "state is [[name, text], ...]"),
        (frame(state=[["w", "1"], ["w", "2"]]), "names a variable twice"),
        (frame(curve=["high"]), "curve is a list of numbers"),
        (frame(curve=3), "curve is a list of numbers"),
        ([], "a frame is a dict, not list"),
    ],
)
def test_a_malformed_frame_is_named_with_its_cure(bad: Any, said: str) -> None:
    with pytest.raises(CourseError) as caught:
        view([frame(), bad])
    assert "frame 1" in str(caught.value)
    assert said in str(caught.value)


def test_a_curve_that_forgets_its_past_is_told() -> None:
    with pytest.raises(CourseError, match="frame 1: its curve is not the beginning"):
        view([frame(curve=[1.0]), frame(curve=[0.5]), frame(curve=[1.0, 0.8])])


def test_no_frames_and_no_alt_are_told() -> None:
    with pytest.raises(CourseError, match="no frames"):
        view([])
    with pytest.raises(CourseError, match="alt"):
        player_view("t", CODE, FRAMES, "")
