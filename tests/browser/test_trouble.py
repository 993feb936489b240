"""Answers when something is in the way: a cell that trains, double clicks, two notebooks, a record that refuses."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from lessontools.record import Event, Record
from tests.browser.answering import KINDS, Mouse, Told
from tests.browser.lab import write_notebook
from tests.browser.page import Notebook, Screen

SHOWN = {told.kind: told for told in KINDS}
BUSY = """
import time
start = time.perf_counter()
while time.perf_counter() - start < 6:
    sum(range(10_000))
"""
Opener = Callable[..., Notebook]


@pytest.fixture
def opened(screen: Screen) -> Opener:
    """Return a function that opens and runs a notebook: its name, its record, its cells."""

    def opener(name: str, record: Path, *cells: str, run: bool = True) -> Notebook:
        first = f"import os\nos.environ['LESSONTOOLS_RECORD'] = {str(record)!r}\nfrom lessontools import ask"
        write_notebook(screen.lab.root / "kinds" / "notebooks" / f"{name}.ipynb", first, *cells)
        book = screen.open(f"kinds/notebooks/{name}.ipynb")
        if run:
            book.run_all()
        return book

    return opener


def answers(record: Path, item: str) -> list[Event]:
    return [event for event in Record(record).events() if event.item == item and event.kind == "answer"]


def hand_of(screen: Screen, book: Notebook, told: Told) -> Mouse:
    return Mouse(screen.page, book.card(told.item), told)


def notice(book: Notebook, item: str) -> Locator:
    """Return what the panel of a question tells about trouble."""
    return book.node.locator(f'.lt-panel:has([data-item="{item}"]) .lt-notice').filter(has_text="Retry")


@pytest.mark.parametrize("way", ["then", "together"])
def test_feedback_comes_while_another_cell_trains(screen: Screen, opened: Opener, tmp_path: Path, way: str) -> None:
    told = SHOWN["choice"]
    record = tmp_path / "record.jsonl"
    book = opened(f"busy-{way}", record, f'ask("{told.item}")', BUSY, run=False)
    hand = hand_of(screen, book, told)
    if way == "then":  # the learner starts the training after the question is on screen
        book.run_cell(0)
        book.run_cell(1)
        expect(hand.card).to_be_visible()
        book.start_cell(2)
    else:  # "run all": the training is queued before the page has shown the question
        book.start_all()
        expect(hand.card).to_be_visible()
    started = time.monotonic()
    hand.enter()
    hand.send()
    hand.expect_right()
    waited = time.monotonic() - started
    assert book.running() == [2], "the cell was done before the feedback came; this test has shown nothing"
    assert waited < 5
    assert len(answers(record, told.item)) == 1
    book.idle()
    book.close()


@pytest.mark.parametrize("twice", ["by-mouse", "in-one-tick"])
def test_a_fast_double_click_records_one_answer(screen: Screen, opened: Opener, tmp_path: Path, twice: str) -> None:
    told = SHOWN["choice"]
    record = tmp_path / "record.jsonl"
    book = opened(f"double-{twice}", record, f'ask("{told.item}")')
    hand = hand_of(screen, book, told)
    hand.enter()
    if twice == "by-mouse":
        hand.at("do:check").dblclick()
    else:  # faster than any hand: the second comes before the first can have had an effect
        hand.at("do:check").evaluate("button => { button.click(); button.click(); }")
    hand.expect_right()
    screen.page.wait_for_timeout(500)
    assert len(answers(record, told.item)) == 1
    book.close()


def test_two_notebooks_open_at_once_lose_nothing(screen: Screen, opened: Opener, tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    kinds = [SHOWN[kind] for kind in ("choice", "number", "text", "bug-line", "several", "match")]
    cells = [f'ask("{told.item}")' for told in kinds]
    books = [opened("left", record, *cells), opened("right", record, *cells)]
    for place, told in enumerate(kinds):  # turn by turn, each sees the other's lines appear in the file
        book = books[place % 2]
        book.activate()
        hand = hand_of(screen, book, told)
        hand.enter()
        hand.send()
        hand.expect_right()
    for told in kinds:
        assert len(answers(record, told.item)) == 1
    reader = Record(record)
    reader.events()
    assert reader.damaged == []
    for book in books:
        book.activate()
        book.run_all()
        for told in kinds:  # and both show all of it once they are run again
            expect(book.card(told.item).locator(".lt-verdict.lt-is-right")).to_be_visible()
        book.close()


def refuse_folder(folder: Path) -> Callable[[], None]:
    """Make the record's folder a file, which nobody can write into, not even root; return what mends it."""
    folder.write_text("in the way")
    return folder.unlink


def full_disk(folder: Path) -> Callable[[], None]:
    """Make the record lie on a device that is always full; return what mends it."""
    folder.mkdir()
    link = folder / "record.jsonl"
    link.symlink_to("/dev/full")
    return link.unlink


@pytest.mark.parametrize("refuse", [refuse_folder, full_disk])
def test_an_answer_that_cannot_be_saved_is_marked_kept_and_saved_on_retry(
    screen: Screen, opened: Opener, tmp_path: Path, refuse: Callable[[Path], Callable[[], None]]
) -> None:
    if refuse is full_disk and not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    mend = refuse(tmp_path / "place")
    record = tmp_path / "place" / "record.jsonl"
    first, second = SHOWN["choice"], SHOWN["number"]
    book = opened(refuse.__name__, record, f'ask("{first.item}")', f'ask("{second.item}")')
    assert book.cell_errors() == []
    for told in (first, second):
        hand = hand_of(screen, book, told)
        hand.enter()
        hand.send()
        expect(notice(book, told.item).first).to_contain_text("not saved")
        hand.expect_right()  # the feedback does not wait for the disk
    mend()
    notice(book, first.item).get_by_role("button", name="Retry").click()
    expect(notice(book, first.item)).to_have_count(0)
    assert len(answers(record, first.item)) == 1
    assert len(answers(record, second.item)) == 1, "what waits goes out together"
    book.close()
