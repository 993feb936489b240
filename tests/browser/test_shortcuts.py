"""JupyterLab's keyboard shortcuts never reach the notebook while a learner types in a question."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import ElementHandle

from tests.browser.answering import KINDS
from tests.browser.lab import write_notebook
from tests.browser.page import Notebook, Screen

TYPED = ["a", "b", "d", "d", "x", "m", "y", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Shift+Enter"]
FOCUSABLE = "input:not([disabled]), button:not([disabled]), select, textarea:not([disabled]), [tabindex='0']"
SORT = "e => e.tagName + ' ' + (e.type || '') + ' ' + (e.getAttribute('class') || '')"
AFTER = "print('a cell below the questions')"


@pytest.fixture(scope="module")
def book(screen: Screen) -> Iterator[Notebook]:
    """Open a notebook in which each kind stands in a cell, and a plain cell follows."""
    record = screen.lab.root / "shortcuts.jsonl"
    first = f"import os\nos.environ['LESSONTOOLS_RECORD'] = {str(record)!r}\nfrom lessontools import ask"
    cells = [first, *(f'ask("{told.item}")' for told in KINDS), AFTER]
    write_notebook(screen.lab.root / "kinds" / "notebooks" / "shortcuts.ipynb", *cells)
    found = screen.open("kinds/notebooks/shortcuts.ipynb")
    found.run_all()
    yield found
    found.close()


def shape(book: Notebook) -> list[tuple[str, str, str, int | None]]:
    """Return all that a stray shortcut would change."""
    return [(cell["id"], cell["type"], cell["source"], cell["count"]) for cell in book.cells()]


def controls(book: Notebook, item: str) -> dict[str, ElementHandle]:
    """Return one control of each sort on a card."""
    found: dict[str, ElementHandle] = {}
    for element in book.card(item).locator(FOCUSABLE).element_handles():
        if element.is_visible():
            found.setdefault(element.evaluate(SORT), element)
    return found


def command_mode(book: Notebook, index: int) -> None:
    """Select a cell without editing it, which is when single letters are shortcuts."""
    book.screen.page.evaluate(
        """([id, index]) => {
            const panel = Array.from(window.jupyterapp.shell.widgets('main')).find(w => w.id === id);
            window.jupyterapp.shell.activateById(id);
            panel.content.activeCellIndex = index;
            panel.content.mode = 'command';
        }""",
        [book.id, index],
    )


def test_the_shortcuts_are_live_so_that_the_tests_below_can_fail(book: Notebook) -> None:
    before = shape(book)
    command_mode(book, len(before) - 1)
    book.node.locator(".jp-Cell").last.locator(".jp-InputPrompt").click()
    book.screen.page.keyboard.press("b")
    book.screen.page.wait_for_timeout(200)
    assert len(shape(book)) == len(before) + 1
    for key in "dd":
        book.screen.page.keyboard.press(key)
    book.screen.page.wait_for_timeout(200)
    assert shape(book) == before


@pytest.mark.parametrize("told", KINDS, ids=[told.kind for told in KINDS])
def test_typing_in_any_control_neither_adds_nor_deletes_nor_runs_a_cell(book: Notebook, told: object) -> None:
    item = told.item  # type: ignore[attr-defined]
    place = next(index for index, cell in enumerate(book.cells()) if item in cell["source"])
    before = shape(book)
    tried = set()
    for _ in range(12):  # a key may change what is on the card, so look anew for a sort not yet tried
        fresh = {sort: element for sort, element in controls(book, item).items() if sort not in tried}
        if not fresh:
            break
        sort, element = next(iter(fresh.items()))
        tried.add(sort)
        command_mode(book, place)
        element.focus()
        for key in TYPED:
            book.screen.page.keyboard.press(key)
        book.screen.page.wait_for_timeout(100)
        assert shape(book) == before, f"a key typed in {sort} reached the notebook"
    assert tried, "the card has no control at all"
