"""The lessons run from top to bottom in JupyterLab, show every widget, and ask nothing of the network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.page import Notebook, Screen, strangers
from tests.conftest import REPO

LESSONS = sorted(path.name for path in (REPO / "notebooks").glob("[0-9][0-9]_*.ipynb"))
WIDGET = "application/vnd.jupyter.widget-view+json"


def test_there_are_lessons() -> None:
    assert len(LESSONS) >= 2


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


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_runs_and_shows_all_it_has(screen: Screen, name: str) -> None:
    screen.errors.clear()
    screen.asked.clear()
    book = screen.open(f"lessons/notebooks/{name}")
    book.run_all(timeout=240)
    errors = book.cell_errors()
    assert len(errors) == allowed_errors(screen.lab.root / "lessons" / "notebooks" / name), errors
    assert all(cell["count"] for cell in book.cells() if cell["type"] == "code" and cell["source"].strip())
    placed = place_of_widgets(book)
    assert placed, "a lesson without a question"
    for place, count in placed.items():
        panels = book.show(place).locator(".lt-panel")
        expect(panels).to_have_count(count)
        for panel in panels.all():
            expect(panel.locator(".lt-body > *").first).to_be_visible()
    assert screen.errors == []
    assert strangers(screen.asked) == []
    book.close()
