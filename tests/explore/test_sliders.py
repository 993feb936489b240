"""Sliders: values move to the function and back; errors are shown and the sliders stay."""

from __future__ import annotations

import math
from itertools import count as counter
from typing import Any

import pytest

from lessontools.errors import CourseError
from lessontools.explore import chart
from lessontools.explore.sliders import Shown, sliders

EVENT = counter()


def line(weight: float, bias: float) -> Shown:
    """One neuron on one row

    More words.
    """
    y = weight * 2 + bias
    return Shown(f"y is **{y:.2f}**", chart.bars([y], ["y"], "", f"a bar of {y:.2f}"))


def made() -> Any:
    return sliders(line, weight=(-3, 3, 0.1, 0.5), bias=(-1.0, 1.0, 0.5, 0.0))


def move(panel: Any, **values: Any) -> dict[str, Any]:
    panel._event({"id": next(EVENT), "name": "move", "data": {"values": values}})
    found: dict[str, Any] = panel.view
    return found


def test_it_starts_with_the_start_values() -> None:
    view = made().view
    assert view["title"] == "One neuron on one row"
    assert [row["value"] for row in view["sliders"]] == [0.5, 0.0]
    assert "<strong>1.00</strong>" in view["result_html"]
    assert view["chart_html"].startswith("<svg")


def test_a_move_calls_the_function_and_keeps_the_other_values() -> None:
    panel = made()
    assert "<strong>2.00</strong>" in move(panel, weight=1)["result_html"]
    assert "<strong>3.00</strong>" in move(panel, bias=1)["result_html"]


def test_values_stay_between_the_ends_and_rubbish_changes_nothing() -> None:
    panel = made()
    assert move(panel, weight=99, bias=-99)["sliders"][0]["value"] == 3
    for rubbish in ("1", None, True, math.nan, math.inf, [1]):
        assert [row["value"] for row in move(panel, weight=rubbish)["sliders"]] == [3, -1]
    panel._event({"id": "x", "name": "move", "data": {"values": 3}})
    panel._event({"id": "y", "name": "other", "data": {}})
    assert panel.view["sliders"][0]["value"] == 3


def test_four_ints_give_the_function_ints() -> None:
    seen: list[Any] = []

    def count(rows: int, rate: float) -> str:
        seen.append((rows, rate))
        return ""

    panel = sliders(count, rows=(1, 1000, 1, 10), rate=(0, 1, 0.1, 1))
    move(panel, rows=12.4, rate=0)
    assert [type(rows) for rows, _ in seen] == [int, int]
    assert seen[-1] == (12, 0)
    assert isinstance(seen[-1][1], float)
    assert panel.view["title"] == "count"


def test_an_error_of_the_function_is_shown_and_the_sliders_stay() -> None:
    def fragile(n: int) -> str:
        return f"{1 / n:.2f}"

    panel = sliders(fragile, n=(-2, 2, 1, 1))
    view = move(panel, n=0)
    assert "fragile(n=0) failed in line" in view["fault"]
    assert "ZeroDivisionError: division by zero" in view["fault"]
    assert view["sliders"][0]["value"] == 0
    assert move(panel, n=2)["fault"] == ""


@pytest.mark.parametrize(
    ("returned", "said"), [(None, "returned NoneType"), (Shown("x", "a chart"), "the chart is no SVG")]
)
def test_what_cannot_be_shown_is_told(returned: Any, said: str) -> None:
    assert said in sliders(lambda n: returned, n=(0, 1, 1, 0)).view["fault"]


def test_markdown_of_the_function_is_made_safe() -> None:
    view = sliders(lambda n: "<script>alert(1)</script>", n=(0, 1, 1, 0)).view
    assert "<script" not in view["result_html"]


def test_the_text_form_is_readable_and_the_same_each_time() -> None:
    text = repr(made())
    assert text == repr(made())
    assert text.split("\n") == [
        "One neuron on one row",
        "  weight = 0.5 (from −3 to 3)",
        "  bias = 0 (from −1 to 1)",
        "y is 1.00",
        "Chart: a bar of 1.00",
        "[Run this cell in JupyterLab to move the sliders.]",
    ]
    assert made()._repr_mimebundle_()["text/html"] == made()._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((0, 1), "four numbers"),
        ("0123", "four numbers"),
        ((0, "1", 1, 0), "'1' is not a finite number"),
        ((0, math.inf, 1, 0), "not a finite number"),
        ((1, 1, 1, 1), "must be below high"),
        ((0, 1, 0, 0), "step (0) must be above 0"),
        ((0, 1, 2, 0), "at most high - low"),
        ((0, 1, 0.1, 5), "start (5) must lie between 0 and 1"),
    ],
)
def test_a_range_that_is_none_is_told(given: Any, said: str) -> None:
    with pytest.raises(CourseError) as caught:
        sliders(line, weight=given)
    assert "slider 'weight'" in str(caught.value)
    assert said in str(caught.value)


def test_no_ranges_are_told() -> None:
    with pytest.raises(CourseError, match="at least one range"):
        sliders(line)
