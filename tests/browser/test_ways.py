"""The map in JupyterLab: a cell opens its lesson at its section, by mouse and by key; readable in both themes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, expect

from lessontools.quiz.bank import Lesson, read_bank
from lessontools.record import Record
from tests.browser.lab import write_notebook
from tests.browser.page import Notebook, Screen
from tests.browser.test_appearance import THEMES, TOO_WIDE, axe

IN_VIEW = """([path, heading]) => {
    const panel = Array.from(window.jupyterapp.shell.widgets('main')).find(w => w.context?.path === path);
    const found = panel && Array.from(panel.node.querySelectorAll('.jp-MarkdownOutput h2'))
        .find(each => each.textContent.replace('¶', '').trim() === heading);
    if (!panel || !panel.isVisible || !found) return false;
    const box = found.getBoundingClientRect(), pane = panel.node.getBoundingClientRect();
    return box.top >= pane.top - 5 && box.bottom <= pane.bottom + 5;
}"""


@pytest.fixture(scope="module")
def lesson(screen: Screen) -> Lesson:
    """Return the lesson with most ways in."""
    return max(read_bank(screen.lab.root / "lessons").course.lessons, key=lambda each: len(each.ways))


@pytest.fixture(scope="module")
def book(screen: Screen, lesson: Lesson) -> Iterator[Notebook]:
    """Open a notebook with the map, of a learner who gave one right answer."""
    root = screen.lab.root / "lessons"
    record = Record(root / "ways.jsonl")
    items = [i for i in read_bank(root).of(lesson.id, "recall") if i.question.kind == "flashcard"]
    record.append("answer", items[0].question.id, {"answer": "good", "seed": "0"}, datetime.now(UTC))
    first = f"import os\nos.environ['LESSONTOOLS_RECORD'] = {str(record.path)!r}\nfrom lessontools import ways"
    write_notebook(root / "notebooks" / "ways.ipynb", first, "ways()")
    found = screen.open("lessons/notebooks/ways.ipynb")
    found.run_all()
    assert found.cell_errors() == []
    yield found
    found.close()


def link(book: Notebook, lesson: Lesson, heading: str) -> Locator:
    name = f"{lesson.id[:2]} {lesson.title}, {heading}: "
    return book.panels().first.get_by_role("link", name=name)


@pytest.mark.parametrize(("place", "key"), [(-1, ""), (2, "Enter")], ids=["click", "key"])
def test_a_cell_opens_the_lesson_at_its_section(book: Notebook, lesson: Lesson, place: int, key: str) -> None:
    page = book.screen.page
    known = read_bank(book.screen.lab.root / "lessons").course.ways
    way = [each for each in known if each.id in lesson.ways][place]
    book.activate()
    found = link(book, lesson, way.heading)
    expect(found).to_contain_text(f"{lesson.ways[way.id]} min")
    if key:
        found.focus()
        page.keyboard.press(key)
    else:
        found.click()
    page.wait_for_function(IN_VIEW, arg=[f"lessons/notebooks/{lesson.id}.ipynb", way.heading], timeout=30_000)
    assert "/lab" in page.url, "the link left JupyterLab"
    book.activate()


def test_every_way_of_every_lesson_has_a_link_and_progress_is_told_in_words(book: Notebook, lesson: Lesson) -> None:
    root = book.screen.lab.root / "lessons"
    every = read_bank(root).course.lessons
    there = [each for each in every if (root / "notebooks" / f"{each.id}.ipynb").exists()]
    panel = book.panels().first
    expect(panel.locator("tbody tr")).to_have_count(len(every))
    expect(panel.locator("tbody td a")).to_have_count(sum(len(each.ways) for each in there))
    row = panel.locator("tbody tr", has_text=lesson.title)
    expect(row.locator("th")).to_contain_text("begun, 1 of ")


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_to_complain_of_in_the_map(book: Notebook, theme: str) -> None:
    book.screen.theme(theme)
    book.screen.page.wait_for_timeout(500)  # colours fade from one theme to the other
    book.panels().first.locator("summary").click()
    found = axe(book, 0)
    book.panels().first.locator("summary").click()
    book.screen.theme(THEMES[0])
    assert "color-contrast" in found["passes"], "axe did not look at the contrast, so its silence means nothing"
    assert found["violations"] == [], json.dumps(found["violations"], indent=1)


def test_only_the_table_scrolls_sideways_and_nothing_is_told_on_the_console(screen: Screen, book: Notebook) -> None:
    assert screen.page.evaluate(TOO_WIDE, book.id) == []
    assert screen.errors == []
