"""A walk through a lesson in JupyterLab: it runs to its end, each widget is used once, the network is left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator

from lessontools.quiz.bank import read_bank
from lessontools.quiz.question import variant
from tests.browser.answering import Script, Told
from tests.browser.page import Notebook, Screen, strangers
from tests.conftest import REPO

LESSONS = sorted(path.name for path in (REPO / "notebooks").glob("[0-9][0-9]_*.ipynb"))
SHOWN = """([place, count]) => {
    const panels = Array.from(document.querySelectorAll(`[data-windowed-list-index="${place}"] .lt-panel`));
    const seen = panels.filter(panel => panel.querySelector('.lt-body > *')?.checkVisibility());
    return seen.length === count && panels.length === count && panels.map(panel => [
        Array.from(panel.querySelectorAll('.lt-card[data-item]'), card => card.dataset.item),
        panel.querySelectorAll('input[type=range], [role=slider]').length]);
}"""
"""Waits until a cell shows all its panels, and returns of each its questions and how many sliders it has."""
WIDGET = "application/vnd.jupyter.widget-view+json"


def allowed_errors(path: Path) -> int:
    """Return how many cells of a notebook say that they end in an error."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return sum("raises-exception" in cell["metadata"].get("tags", []) for cell in cells)


def place_of_widgets(book: Notebook) -> dict[int, int]:
    """Return how many widgets each cell put out, for those that put out any."""
    counts = {
        place: sum(WIDGET in output.get("data", {}) for output in cell["outputs"])
        for place, cell in enumerate(book.cells())
    }
    return {place: count for place, count in counts.items() if count}


def typed(value: Any) -> Any:
    """Return an answer as a hand gives it: numbers are typed."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def answer(screen: Screen, panel: Locator, told: Told) -> None:
    """Give the right answer to a question, unless it was given before in another lesson."""
    hand = Script(screen.page, panel, told)
    sending = "show" if told.kind == "flashcard" else "check"
    if hand.at(f"do:{sending}").count():
        hand.enter()
        hand.send()
    hand.expect_right()


def use(panel: Locator) -> None:
    """Move what has a slider, by key; questions are answered, and the other panels only shown."""
    for slider in panel.get_by_role("slider").all():
        before = slider.input_value()
        slider.press("ArrowRight")
        slider.press("ArrowLeft" if slider.input_value() == before else "ArrowRight")
        assert slider.input_value() != before, "a slider that does not move"


@pytest.fixture(scope="session")
def wanted() -> dict[str, Told]:
    """Return the right answer of every question, as the learner with the lab's seed sees it."""
    found = {}
    for key, item in read_bank(REPO).items.items():
        question = variant(item.question, "0")
        found[key] = Told(key, question.kind, typed(question.right_answer()))
    return found


def walk(screen: Screen, wanted: dict[str, Told], name: str) -> None:
    """Run a lesson and use each of its widgets; raise AssertionError where something is not as it must be."""
    screen.errors.clear()
    screen.asked.clear()
    book = screen.open(f"lessons/notebooks/{name}")
    book.run_all(timeout=240)
    errors = book.cell_errors()
    assert len(errors) == allowed_errors(screen.lab.root / "lessons" / "notebooks" / name), errors
    assert all(cell["count"] for cell in book.cells() if cell["type"] == "code" and cell["source"].strip())
    placed = place_of_widgets(book)
    assert placed, "a lesson without a question"
    sources, answered = [cell["source"] for cell in book.cells()], set()
    for place, count in placed.items():
        panels = book.show(place).locator(".lt-panel")
        shown = screen.page.wait_for_function(SHOWN, arg=[place, count]).json_value()
        for number, (items, sliders) in enumerate(shown):
            if sliders:
                use(panels.nth(number))
            for item in items if "ask(" in sources[place] else []:
                answer(screen, panels.nth(number), wanted[item])
                answered.add(item)
    assert len(answered) >= 10
    assert screen.errors == []
    assert strangers(screen.asked) == []
    book.close()
