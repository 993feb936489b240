"""The other panels (player, sliders, progress, challenge, review) by mouse and keys; axe has no complaint."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.lab import write_notebook
from tests.browser.page import Notebook, Screen
from tests.browser.test_appearance import THEMES, axe

PLAYER = """from lessontools import player
losses = [1 / (n + 1) for n in range(6)]
frames = [{"line": n % 2 + 1, "note": f"note {n}", "state": [["w", f"{n / 10}"]], "curve": losses[: n + 1]}
          for n in range(6)]
player("Two lines", "a = 1\\nb = 2", frames, "The loss falls from 1.")"""
SLIDERS = """from lessontools import sliders
from lessontools.explore import chart
from lessontools.explore.sliders import Shown
def shown(w=0.5):
    "One weight"
    return Shown(f"The output is {2 * w:.2f}.", chart.bars([w, 2 * w], ["w", "output"], "two", "two bars", -2, 2))
sliders(shown, w=(-1.0, 1.0, 0.1, 0.5))"""


@pytest.fixture(scope="module")
def book(screen: Screen) -> Iterator[Notebook]:
    record = screen.lab.root / "panels.jsonl"
    first = f"import os\nos.environ['LESSONTOOLS_RECORD'] = {str(record)!r}\nfrom lessontools import *"
    cells = [first, PLAYER, SLIDERS, "progress()", 'challenge("01")', "review()"]
    write_notebook(screen.lab.root / "lessons" / "notebooks" / "panels.ipynb", *cells)
    found = screen.open("lessons/notebooks/panels.ipynb")
    found.run_all()
    assert found.cell_errors() == []
    yield found
    found.close()


def test_a_player_steps_by_button_and_by_key(book: Notebook) -> None:
    panel = book.panels().nth(0)
    panel.get_by_role("button", name="Step").click()
    expect(panel).to_contain_text("note 1")
    slider = panel.get_by_role("slider")
    slider.focus()
    slider.press("End")
    expect(panel).to_contain_text("note 5")
    slider.press("ArrowLeft")
    expect(panel).to_contain_text("note 4")


def test_a_slider_moves_by_key_and_the_kernel_answers(book: Notebook) -> None:
    panel = book.panels().nth(1)
    expect(panel).to_contain_text("The output is 1.00.")
    slider = panel.get_by_role("slider")
    slider.focus()
    slider.press("ArrowRight")
    expect(panel).to_contain_text("The output is 1.20.")
    slider.press("Home")
    expect(panel).to_contain_text("The output is -2.00.")


def test_a_challenge_starts_and_shows_its_first_problem_and_its_clock(book: Notebook) -> None:
    panel = book.panels().nth(3)
    panel.get_by_role("button", name="Start").click()
    expect(panel.locator(".lt-card")).to_have_count(1)
    expect(panel.get_by_role("timer")).to_be_visible()
    expect(panel.get_by_role("button", name="Problem 5: open")).to_be_visible()


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_to_complain_of_in_the_other_panels(book: Notebook, theme: str) -> None:
    book.screen.theme(theme)
    book.screen.page.wait_for_timeout(500)
    for place in range(5):
        found = axe(book, place)
        assert found["violations"] == [], f"panel {place}: " + json.dumps(found["violations"], indent=1)
    book.screen.theme(THEMES[0])


def test_the_other_panels_left_the_console_silent(screen: Screen, book: Notebook) -> None:
    assert screen.errors == []
