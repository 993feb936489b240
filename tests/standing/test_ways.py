"""The map: what each section asks is read from the notebook, and what was answered from the record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lessontools.quiz.bank import Bank, open_bank
from lessontools.record import open_record
from lessontools.standing.sections import sections
from lessontools.standing.ways import done, map_markdown, map_text, map_view, ways
from lessontools.standing.words import duration
from tests.standing.conftest import COURSE, answered

PLAN = """
ways:
  - {id: learn, heading: Learn, what: the build-up}
  - {id: deep-dive, heading: Deep dive, what: under the hood}
  - {id: challenge, heading: Challenge, what: against the clock}
"""
FIRST = [
    "# First\n\nNothing yet.",
    {"ask": 'from lessontools import ask\nask("q3")'},
    "## Learn\n\n```\n## no heading\n```",
    {"ask": 'ask("q1", "q2")\nask("q1", "no-such", "given")'},
    "### A part of it",
    {"ask": '%precision 2\nask("00/recall")'},
    "## Deep dive",
    {"ask": "this is no Python("},
    "# End",
]
SECOND = ["## Challenge", {"ask": 'challenge("01")'}, "## Learn", "## Learn", {"ask": 'ask("n1")'}]


def notebook(path: Path, cells: list[Any]) -> None:
    """Write a notebook of prose (a text) and code (a mapping); a source may be one text or a list of lines."""
    made = [
        {"cell_type": "markdown", "source": each, "id": each.partition("\n")[0].strip("# ").lower().replace(" ", "-")}
        if isinstance(each, str)
        else {"cell_type": "code", "source": each["ask"].splitlines(keepends=True), "metadata": {}}
        for each in cells
    ]
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"cells": made}), encoding="utf-8")


@pytest.fixture
def mapped(course: Path) -> Path:
    """Return the small course with three ways, two notebooks, and minutes for some of the ways."""
    text = COURSE.replace("minutes: 10", "minutes: 50\n    quick: true\n    ways: {learn: 8, deep-dive: 15}", 1)
    text = text.replace("minutes: 10", "minutes: 30\n    ways: {challenge: 10, learn: 5}", 1)
    (course / "quizzes" / "course.yaml").write_text(text.replace("lessons:", PLAN.strip() + "\nlessons:"))
    notebook(course / "notebooks" / "00_first.ipynb", FIRST)
    notebook(course / "notebooks" / "01_second.ipynb", SECOND)
    return course


def view_of(root: Path, *events: Any) -> dict[str, Any]:
    bank = open_bank(root)
    found = {each.id: sections(root / "notebooks" / f"{each.id}.ipynb", bank) for each in bank.course.lessons}
    return map_view(bank, found, done(events, bank))


def test_a_section_goes_to_the_next_heading_of_its_level_and_lists_what_it_asks_once(mapped: Path) -> None:
    bank = open_bank(mapped)
    found = sections(mapped / "notebooks" / "00_first.ipynb", bank)
    assert [(each.heading, each.asks) for each in found] == [
        ("", []),
        ("First", ["q3"]),
        ("Learn", ["q1", "q2", "given", "f1", "f2"]),
        ("Deep dive", []),
        ("End", []),
    ]
    second = sections(mapped / "notebooks" / "01_second.ipynb", bank)
    assert second[1].challenges == ["01_second"] and found[3].place == "cell-id=deep-dive"


def test_a_section_of_a_notebook_without_cell_ids_is_found_by_its_heading(mapped: Path) -> None:
    path = mapped / "notebooks" / "00_first.ipynb"
    book = json.loads(path.read_text())
    for cell in book["cells"]:
        cell.pop("id", None)
    path.write_text(json.dumps(book))
    assert sections(path, open_bank(mapped))[3].place == "Deep-dive"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": 3}', '{"cells": [{}]}', '{"cells": [3]}', None])
def test_a_mangled_notebook_leaves_a_gap_and_breaks_nothing(mapped: Path, text: str | None) -> None:
    path = mapped / "notebooks" / "01_second.ipynb"
    path.unlink() if text is None else path.write_text(text)
    first, second = view_of(mapped)["lessons"]
    assert first["href"] == "00_first.ipynb" and second["href"] == "" and second["cells"] == [None, None, None]


def test_a_cell_is_a_link_with_minutes_and_no_cell_stands_where_no_section_does(mapped: Path) -> None:
    first, second = view_of(mapped)["lessons"]
    assert [cell and (cell["href"], cell["minutes"]) for cell in first["cells"]] == [
        ("00_first.ipynb#cell-id=learn", 8),
        ("00_first.ipynb#cell-id=deep-dive", 15),
        None,
    ]
    assert [cell and cell["href"] for cell in second["cells"]] == [
        "01_second.ipynb#cell-id=learn",
        None,
        "01_second.ipynb#cell-id=challenge",
    ]
    notebook(mapped / "notebooks" / "00_first.ipynb", ["## Learn"])  # course.yaml promises a deep dive: no dead link
    assert view_of(mapped)["lessons"][0]["cells"][1] is None


def test_progress_is_the_last_answer_to_each_item_of_the_section(mapped: Path) -> None:
    learn = view_of(mapped)["lessons"][0]["cells"][0]
    assert (learn["right"], learn["total"], learn["state"]) == (0, 4, "not begun")  # assigned ones are not for the map
    wrong, right = answered("q1", "b"), answered("q1", "a", 1)
    assert view_of(mapped, wrong)["lessons"][0]["cells"][0]["state"] == "begun"
    assert view_of(mapped, wrong, right)["lessons"][0]["cells"][0]["words"] == "1 of 4 right"
    assert view_of(mapped, right, answered("q1", "b", 2))["lessons"][0]["cells"][0]["right"] == 0
    every = [right, answered("q2", "a", 2), answered("f1", "good", 3), answered("f2", "easy", 4)]
    cell = view_of(mapped, *every)["lessons"][0]["cells"][0]
    assert (cell["right"], cell["state"]) == (4, "all right")
    row = view_of(mapped, *every)["lessons"][0]
    assert (row["right"], row["total"], row["state"]) == (4, 5, "begun")  # q3 stands before all sections


def test_a_challenge_counts_its_best_round(mapped: Path) -> None:
    def cell(*events: Any) -> dict[str, Any]:
        found = view_of(mapped, *events)["lessons"][1]["cells"][2]
        assert found is not None
        return found

    assert (cell()["right"], cell()["total"]) == (0, 5)
    items = [f"c{i}" for i in range(1, 6)]
    played = [answered(key, "a" if key < "c5" else "b", place, where="challenge") for place, key in enumerate(items)]
    ended = answered("01_second", None, 9, kind="challenge", items=items, seconds=60, right=5, seed="s")
    found = cell(*played, ended)
    assert (found["right"], found["state"], found["words"]) == (4, "begun", "4 of 5 right")


def test_a_round_with_more_problems_than_the_map_counts_counts_by_its_share(mapped: Path) -> None:
    items = [f"c{i}" for i in range(1, 7)]
    played = [answered(key, "b" if key == "c6" else "a", place, where="challenge") for place, key in enumerate(items)]
    ended = answered("01_second", None, 9, kind="challenge", items=items, seconds=60, right=5, seed="s")
    found = view_of(mapped, *played, ended)["lessons"][1]["cells"][2]
    assert (found["right"], found["total"], found["state"]) == (4, 5, "begun")


def test_the_text_tells_minutes_paths_and_no_progress_that_is_not_there(mapped: Path) -> None:
    before = map_text(view_of(mapped))
    assert before == (
        "Lessons and ways in. Quick path: one lesson (00), 50 min. Full path: two lessons (all), 1 h 20 min.\n\n"
        "- 00 First (50 min, quick path): Learn 8 min; Deep dive 15 min\n"
        "- 01 Second (30 min): Learn 5 min; Challenge 10 min"
    )
    after = view_of(mapped, answered("q1", "a"))
    assert "- 00 First (50 min, 1 of 5 right, quick path): Learn 8 min, 1 of 4 right; Deep" in map_text(after)
    table = map_markdown(after).splitlines()
    assert table[2] == "| lesson | Learn | Deep dive | Challenge |"
    assert "| [5 min](01_second.ipynb#cell-id=learn) |  | [10 min](01_second.ipynb#cell-id=challenge) |" in table[-1]


def test_the_panel_shows_the_map_and_refreshes_it(mapped: Path) -> None:
    panel = ways()
    assert repr(panel).startswith("Lessons and ways in.") and 'href="00_first.ipynb#cell-id=learn"' in panel._page
    open_record().append("answer", "q1", {"answer": "a", "seed": "s"})
    assert panel._handle is not None and panel._handle("other", {}) is None
    view = panel._handle("refresh", {})
    assert view is not None and view["lessons"][0]["right"] == 1


def test_a_course_without_ways_has_a_map_of_its_lessons(bank: Bank) -> None:
    view = map_view(bank, {}, done([], bank))
    assert [each["name"] for each in view["lessons"]] == ["00 First", "01 Second"] and view["ways"] == []
    assert view["paths"] == ["Full path: two lessons (all), 20 min."]


@pytest.mark.parametrize(("minutes", "words"), [(0, "0 min"), (59, "59 min"), (60, "1 h"), (615, "10 h 15 min")])
def test_durations_are_told_in_hours_and_minutes(minutes: int, words: str) -> None:
    assert duration(minutes) == words
