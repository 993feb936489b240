"""A recorded run without a kernel: every step is there once, and only that of the checked button shows."""

import re

from lessontools.explore.player import player
from lessontools.explore.still import MOST, still

CODE = "for x in data:\n    w = w < x"


def frames(count):
    return [{"line": at % 3, "note": f"Turn {at % 2}.", "state": [["w", at], ["x & y", "<1>"]]} for at in range(count)]


def test_each_step_has_a_button_named_by_its_text_and_notes_are_stored_once():
    page = still("A <run>", "w counts", CODE, frames(6))
    assert len(re.findall(r'<input type="radio"', page)) == 6
    assert page.count(" checked>") == 1
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert {name for names in re.findall(r'aria-labelledby="([^"]+)"', page) for name in names.split()} <= set(ids)
    assert page.count("Turn 1.") == page.count("Turn 0.") == 1
    assert "w: 2 → 3" in page


def test_every_step_and_note_is_shown_by_some_button_and_no_line_0_is_lit():
    page = still("Run", "w counts", CODE, frames(6))
    style = page.split("</style>")[0]
    key = re.search(r'name="(\w+)"', page)[1]
    for place in range(6):
        assert f"#{key}-{place}:checked~#{key}f{place}" in style
        assert f"#{key}-{place}:checked~#{key}n{place % 2}" in style
    assert ".l1" in style
    assert ".l0" not in style


def test_what_comes_from_a_learner_is_text():
    page = still("A <run>", "w & x", CODE, frames(2), ["<first>", "second"])
    for words in ("A &lt;run&gt;", "w &amp; x", "w = w &lt; x", "&lt;first&gt;", "x &amp; y: &lt;1&gt;"):
        assert words in page


def test_a_long_run_is_told_to_be_longer_and_the_page_stays_small():
    panel = player("Long", CODE, frames(500), "w counts")
    page = panel._repr_mimebundle_()["text/html"]
    assert f"The first {MOST} of 500 steps are here." in page
    assert len(page) < 25_000


def test_the_page_is_the_same_each_time_and_differs_from_another():
    assert still("Run", "w counts", CODE, frames(5)) == still("Run", "w counts", CODE, frames(5))
    assert still("Run", "w counts", CODE, frames(5)) != still("Run", "w counts", CODE, frames(6))
