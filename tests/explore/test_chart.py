"""Charts: well-formed, with words for those who cannot see them, and sane on numbers that are not."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessontools.errors import CourseError
from lessontools.explore import chart

INF, NAN = math.inf, math.nan
ANY = st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=12)


def parse(svg: str) -> ET.Element:
    root = ET.fromstring(svg)
    for element in root.iter():
        for name, value in element.attrib.items():
            if name != "aria-label":
                assert not re.search(r"\bnan\b|\binf\b", value), (name, value)
    return root


def paths(svg: str) -> list[str]:
    return [e.get("d", "") for e in parse(svg).iter() if e.tag.endswith("path") and e.get("fill") == "none"]


@pytest.mark.parametrize(
    "values", [[], [1.0], [2, 2, 2], [0, 0], [INF], [NAN, NAN], [1, NAN, 3], [1e308, -1e308], [5e-324, 0], [1e15, 1e15]]
)
def test_degenerate_series_are_drawn_without_nan(values: list[float]) -> None:
    parse(chart.lines({"loss": values}, "step", "loss", "alt"))
    parse(chart.dots({"a": [(v, v) for v in values]}, "x", "y", "alt"))
    parse(chart.bars(values, [str(i) for i in range(len(values))], "t", "alt"))


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_any_floats_give_well_formed_svg(values: list[float]) -> None:
    parse(chart.lines({"a": values, "b": values[::-1]}, "x", "y", "alt", {"value": 1.0, "label": "one"}))
    parse(chart.bars(values, ["<b>"] * len(values), "a & b", 'say "alt"'))


def test_points_stay_inside_the_axes() -> None:
    (path,) = paths(chart.lines({"loss": [3, 1, 2]}, "step", "loss", "alt"))
    points = [tuple(map(float, point.split())) for point in re.findall(r"[ML]([\d.]+ [\d.]+)", path)]
    assert len(points) == 3
    assert points[0][1] < points[2][1] < points[1][1], "a larger value lies higher"
    assert all(0 <= x <= 360 and 0 <= y <= 210 for x, y in points)


def test_a_value_that_is_not_finite_leaves_a_gap_and_is_told() -> None:
    svg = chart.lines({"loss": [1, 2, INF, 4, 5]}, "step", "loss", "alt")
    assert paths(svg)[0].count("M") == 2
    assert "1 value is nan or inf" in svg
    assert "nan or inf" not in chart.lines({"loss": [1, 2]}, "step", "loss", "alt")


def test_series_differ_by_dash_and_marker_not_only_by_colour() -> None:
    root = parse(chart.lines({"train": [1, 2], "test": [2, 1]}, "epoch", "loss", "alt"))
    curves = [e for e in root.iter() if e.tag.endswith("path") and e.get("fill") == "none"]
    assert len({e.get("stroke-dasharray") for e in curves}) == 2
    assert {"train", "test"} <= {e.text for e in root.iter()}


def test_a_picture_carries_its_words_and_escapes_them() -> None:
    root = parse(chart.bars([1], ["a<b"], "", 'it says "1 < 2"'))
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'it says "1 < 2"'
    assert next(e.text for e in root if e.tag.endswith("title")) == 'it says "1 < 2"'


def test_the_chance_line_is_within_the_axes_even_far_from_the_data() -> None:
    svg = chart.lines({"loss": [0.1, 0.2]}, "step", "loss", "alt", {"value": 1.0986, "label": "ln 3"})
    assert "ln 3 = 1.099" in svg
    (dashed,) = [e for e in parse(svg).iter() if e.get("stroke-dasharray") == "3 4"]
    assert 22 <= float(dashed.get("y1", "nan")) <= 174


def test_a_bar_beyond_the_axis_is_cut_and_marked() -> None:
    def tips(value: float) -> int:
        return sum(e.tag.endswith("path") for e in parse(chart.bars([value], ["a"], "", "alt", 0, 1)).iter())

    assert (tips(0.5), tips(5)) == (0, 1)


@pytest.mark.parametrize(
    "make",
    [
        lambda: chart.lines({"a": [1]}, "x", "y", " "),
        lambda: chart.lines({"a": [1, 2]}, "x", "y", "alt", xs=[1]),
        lambda: chart.lines({"a": [1]}, "x", "y", "alt", level={"value": INF}),
        lambda: chart.bars([1, 2], ["one"], "", "alt"),
        lambda: chart.bars([1], ["one"], "", "alt", 2, 1),
    ],
)
def test_wrong_use_is_told(make: object) -> None:
    with pytest.raises(CourseError):
        make()  # type: ignore[operator]


def test_numbers_are_said_in_short() -> None:
    assert [chart.number(v) for v in (1.0986, -2, INF, NAN, 1e-7)] == [
        "1.099",
        "−2",
        "inf",
        "nan",
        "1e-7".replace("-", "−"),
    ]
