"""Every kind of question can be answered, by mouse and by keyboard alone, and what was answered is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from lessontools.record import Event, Record
from tests.browser.answering import KINDS, Hand, Keys, Mouse, Told
from tests.browser.lab import write_notebook
from tests.browser.page import Notebook, Screen, strangers

HANDS: dict[str, type[Hand]] = {"mouse": Mouse, "keyboard": Keys}


def answers(path: Path, told: Told) -> list[Event]:
    return [event for event in Record(path).events() if event.item == told.item and event.kind == told.event]


@pytest.fixture(scope="module", params=list(HANDS))
def book(request: pytest.FixtureRequest, screen: Screen) -> Iterator[tuple[str, Notebook, Path]]:
    """Open a notebook with all kinds, each in a cell of its own, and a record of its own."""
    name = request.param
    record = screen.lab.root / f"{name}.jsonl"
    first = f"import os\nos.environ['LESSONTOOLS_RECORD'] = {str(record)!r}\nfrom lessontools import ask"
    path = screen.lab.root / "kinds" / "notebooks" / f"{name}.ipynb"
    write_notebook(path, first, *(f'ask("{told.item}")' for told in KINDS))
    found = screen.open(f"kinds/notebooks/{name}.ipynb")
    found.run_all()
    assert found.cell_errors() == []
    yield name, found, record
    found.close()


@pytest.mark.parametrize("told", KINDS, ids=[told.kind for told in KINDS])
def test_each_kind_is_answered_marked_and_recorded(
    book: tuple[str, Notebook, Path], screen: Screen, told: Told
) -> None:
    name, notebook, record = book
    hand = HANDS[name](screen.page, notebook.card(told.item), told)
    assert answers(record, told) == []
    hand.enter()
    hand.send()
    hand.expect_right()
    found = answers(record, told)
    final = found[-1].data["answer"]
    assert (sorted(final) if told.kind == "several" else final) == told.answer
    assert len(found) == (2 if told.kind == "explain" else 1), "an explanation is written, then compared"


def test_what_was_said_is_also_spoken(book: tuple[str, Notebook, Path], screen: Screen) -> None:
    _, notebook, _ = book
    live = notebook.node.locator('.lt-panel:has([data-item="pick-one"]) [aria-live=polite]')
    expect(live).to_contain_text("Right")


def test_answering_everything_left_the_console_silent_and_asked_nothing_of_the_network(
    book: tuple[str, Notebook, Path], screen: Screen
) -> None:
    assert screen.errors == []
    assert strangers(screen.asked) == []


def test_lines_are_put_in_order_by_dragging(screen: Screen) -> None:
    record = screen.lab.root / "drag.jsonl"
    first = f"import os\nos.environ['LESSONTOOLS_RECORD'] = {str(record)!r}\nfrom lessontools import ask"
    write_notebook(screen.lab.root / "kinds" / "notebooks" / "drag.ipynb", first, 'ask("put-in-order")')
    notebook = screen.open("kinds/notebooks/drag.ipynb")
    notebook.run_all()
    told = next(told for told in KINDS if told.kind == "order")
    hand = Mouse(screen.page, notebook.card(told.item), told)
    hand.at("move").scroll_into_view_if_needed()
    for each in ("move", "back", "forward"):  # each is dragged to the top of the list
        source = hand.around("li", each).locator(".lt-grip").bounding_box()
        target = hand.card.locator(".lt-placed").bounding_box()
        assert source and target
        screen.page.mouse.move(source["x"] + source["width"] / 2, source["y"] + source["height"] / 2)
        screen.page.mouse.down()
        screen.page.mouse.move(target["x"] + 20, target["y"] + 1, steps=5)
        screen.page.mouse.up()
        expect(hand.card.locator(".lt-placed").locator(f'[data-key="{told.item}:{each}"]')).to_be_visible()
    hand.send()
    hand.expect_right()
    assert answers(record, told)[0].data["answer"] == told.answer
    notebook.close()
