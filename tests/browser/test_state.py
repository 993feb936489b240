"""What was answered is there again: after a reload, a kernel restart, and in a fresh JupyterLab."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from lessontools.record import Record
from tests.browser.answering import KINDS, Mouse
from tests.browser.conftest import HERE
from tests.browser.lab import start_lab, write_notebook
from tests.browser.page import Notebook, Screen

SHOWN = {told.kind: told for told in KINDS}
ASKED = [SHOWN[kind] for kind in ("choice", "order", "trace-table", "explain")]


def new_book(screen: Screen, name: str) -> tuple[Notebook, Path]:
    """Open and run a notebook of four kinds with a record of its own."""
    record = screen.lab.root / f"{name}.jsonl"
    first = f"import os\nos.environ['LESSONTOOLS_RECORD'] = {str(record)!r}\nfrom lessontools import ask"
    cells = [first, *(f'ask("{told.item}")' for told in ASKED), 'ask("type-text")']
    write_notebook(screen.lab.root / "kinds" / "notebooks" / f"{name}.ipynb", *cells)
    book = screen.open(f"kinds/notebooks/{name}.ipynb")
    book.run_all()
    return book, record


def answer_all(screen: Screen, book: Notebook) -> None:
    for told in ASKED:
        hand = Mouse(screen.page, book.card(told.item), told)
        hand.enter()
        hand.send()
        hand.expect_right()


def expect_answers(book: Notebook) -> None:
    """Expect each answer to stand where the learner put it, with its mark."""
    for told in ASKED:
        expect(book.card(told.item).locator(".lt-feedback .lt-verdict.lt-is-right")).to_be_visible()
    expect(book.card("pick-one").locator('input[value="adds"]')).to_be_checked()
    expect(book.card("put-in-order").locator(".lt-placed .lt-line")).to_have_count(3)
    expect(book.card("fill-table").locator('[data-key="fill-table:2.0"]')).to_have_value("6")
    expect(book.card("own-words").locator("textarea")).to_have_value(SHOWN["explain"].answer["text"])


@pytest.fixture
def fresh(browser: Browser, screen: Screen) -> Screen:
    """Return the shared page, reset to an empty workspace."""
    screen.page.goto("about:blank")
    screen.load()
    return screen


def test_a_page_reload_keeps_answers_and_what_was_typed_but_not_sent(fresh: Screen) -> None:
    book, record = new_book(fresh, "reload")
    answer_all(fresh, book)
    book.card("type-text").locator("input[type=text]").fill("half an ans")
    fresh.page.wait_for_timeout(800)  # what is typed goes to the kernel a moment later
    book.save()
    before = len(Record(record).events())
    fresh.reload()
    again = fresh.open("kinds/notebooks/reload.ipynb")
    expect_answers(again)
    expect(again.card("type-text").locator("input[type=text]")).to_have_value("half an ans")
    told = SHOWN["text"]
    again.card(told.item).locator("input[type=text]").fill("")
    hand = Mouse(fresh.page, again.card(told.item), told)
    hand.enter()
    hand.send()
    hand.expect_right()  # the widgets are alive, not pictures of themselves
    assert len(Record(record).events()) == before + 1
    again.close()


def test_a_kernel_restart_and_a_rerun_bring_the_answers_back(fresh: Screen) -> None:
    book, record = new_book(fresh, "restart")
    answer_all(fresh, book)
    before = [event.id for event in Record(record).events()]
    book.restart()
    book.run_all()
    assert book.cell_errors() == []
    expect_answers(book)
    assert [event.id for event in Record(record).events()] == before, "showing again records nothing"
    book.close()


def test_after_a_restart_an_answer_waits_on_the_page_until_the_cell_has_run(fresh: Screen) -> None:
    book, record = new_book(fresh, "dead")
    book.restart()
    told = SHOWN["choice"]
    hand = Mouse(fresh.page, book.card(told.item), told)
    hand.enter()
    hand.press("check")
    notice = book.node.locator(f'.lt-panel:has([data-item="{told.item}"]) .lt-notice').last
    expect(notice).to_contain_text("run the cell again")
    expect(hand.at("adds")).to_be_checked()
    assert not record.exists() or not [e for e in Record(record).events() if e.kind == "answer"]
    book.run_all()
    Mouse(fresh.page, book.card(told.item), told).enter()
    hand.send()
    hand.expect_right()
    assert len([e for e in Record(record).events() if e.kind == "answer"]) == 1
    book.close()


def test_a_fresh_jupyterlab_shows_the_answers_once_the_cells_have_run(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("two")
    shutil.copytree(HERE / "course", root / "kinds")
    for turn in ("first", "second"):
        with start_lab(root, tmp_path_factory.mktemp(turn), {"LESSONTOOLS_SEED": "0"}) as lab:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            screen = Screen(page, lab)
            screen.load()
            if turn == "first":
                book, _ = new_book(screen, "later")
                answer_all(screen, book)
                book.save()
            else:
                book = screen.open("kinds/notebooks/later.ipynb")
                # a new kernel knows nothing of the old widgets: the stored question is shown, readably
                expect(book.node.get_by_text("overwrites it with the new gradient").first).to_be_visible()
                book.run_all()
                expect_answers(book)
            page.close()
