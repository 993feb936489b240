"""A learner comes back: what is due is asked again, and a belief's link leads to the place that mends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from lessontools.quiz.bank import read_bank
from lessontools.record import Record
from tests.browser.lab import write_notebook
from tests.browser.page import Notebook, Screen


@pytest.fixture(scope="module")
def book(screen: Screen) -> Iterator[Notebook]:
    """Open a notebook whose learner answered a few choices wrongly, and surely, ten days ago."""
    root = screen.lab.root / "lessons"
    record = Record(root / "standing.jsonl")
    items = [i for i in read_bank(root).items.values() if i.question.kind == "choice" and i.lesson == "00_start"]
    then = datetime.now(UTC) - timedelta(days=10)
    for place, item in enumerate(items[:3]):
        wrong = next(o for o in item.question.choices if o.misconception)
        told = {"answer": wrong.id, "seed": "0", "confidence": "sure", "lesson": item.lesson, "where": "lesson"}
        record.append("answer", item.question.id, told, then + timedelta(minutes=place))
    first = (
        f"import os\nos.environ['LESSONTOOLS_RECORD'] = {str(record.path)!r}\nfrom lessontools import progress, review"
    )
    write_notebook(root / "notebooks" / "standing.ipynb", first, "review()", "progress()")
    found = screen.open("lessons/notebooks/standing.ipynb")
    found.run_all()
    assert found.cell_errors() == []
    yield found
    found.close()


def test_a_review_asks_what_is_due_one_after_the_other(book: Notebook) -> None:
    panel = book.panels().nth(0)
    expect(panel).to_contain_text("You were sure of this, and had it wrong")
    answered = 0
    while panel.locator(".lt-card[data-item]").count():
        card = panel.locator(".lt-card[data-item]")
        place = panel.locator("progress").get_attribute("value")
        if card.locator("input[type=radio]").count() and card.get_by_role("button", name="Check").count():
            card.locator("input[type=radio]").first.check()
            card.get_by_role("button", name="Check").click()
            expect(card.locator(".lt-verdict")).to_be_visible()
            answered += 1
        panel.locator('[data-key="next"]').click()
        expect(panel.locator(f'progress[value="{place}"]')).to_have_count(0)
    assert answered >= 3


def test_a_belief_is_told_with_its_truth_and_its_link_opens_the_lesson_at_the_place(book: Notebook) -> None:
    panel = book.panels().nth(1)
    link = panel.locator('a[href*=".ipynb#"]').first
    expect(link).to_be_visible()
    href = link.get_attribute("href")
    assert href is not None
    page = book.screen.page
    link.click()
    name = href.split("#")[0].rsplit("/", 1)[-1]
    tab = page.locator(".lm-TabBar-tab.lm-mod-current.jp-mod-current, .lm-DockPanel-tabBar .lm-mod-current")
    expect(tab.filter(has_text=name).first).to_be_visible(timeout=20_000)
    assert "/lab" in page.url, "the link left JupyterLab"
