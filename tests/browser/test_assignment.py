"""An assignment in JupyterLab: answers are kept and nothing is told; it is handed in, collected, and graded true."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from lessontools.assignment.release import read_release
from lessontools.grading.collect import collect, taken
from lessontools.grading.publish import publish
from lessontools.grading.secret import read_key, unsealed
from lessontools.quiz.bank import read_bank
from lessontools.quiz.question import variant
from tests.browser.page import Notebook, Screen
from tests.conftest import REPO


@pytest.fixture(scope="module")
def week(screen: Screen) -> Path:
    """Release lesson 00 into a folder that the lab serves."""
    out = screen.lab.root / "week"
    publish(REPO, ["00_start"], out, "week-1")
    path = out / "student" / "00_start.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"] += [cell("hand-in", 'from lessontools import submit\nsubmit("Ada Lovelace")')]
    notebook["cells"] += [cell("anyway", "submit(anyway=True)")]
    path.write_text(json.dumps(notebook))
    return out


def cell(key: str, source: str) -> dict[str, object]:
    empty = {"metadata": {}, "outputs": [], "execution_count": None}
    return {"cell_type": "code", "id": key, "source": source, **empty}


def run(book: Notebook, key: str) -> str:
    """Run a cell of this id and return what it put out."""
    place = next(n for n, each in enumerate(book.cells()) if each["id"] == key)
    book.run_cell(place)
    return json.dumps(book.cells()[place]["outputs"])


@pytest.fixture(scope="module")
def book(screen: Screen, week: Path) -> Notebook:
    found = screen.open("week/student/00_start.ipynb")
    found.run_all(timeout=240)
    return found


def test_the_whole_notebook_runs_without_the_course(book: Notebook) -> None:
    assert book.cell_errors() == []


def test_an_answer_is_kept_and_nothing_is_told(screen: Screen, book: Notebook, week: Path) -> None:
    release = read_release(week / "student" / "release.json")
    sources = [each["source"] if "ask(" in each["source"] else "" for each in book.cells()]
    choices = [each for each in release.items.values() if each.kind == "choice"]
    asked = next(each for each in choices if any(f'"{each.id}"' in source for source in sources))
    place = next(n for n, source in enumerate(sources) if f'"{asked.id}"' in source)
    book.show(place)
    card = book.card(asked.id)
    card.scroll_into_view_if_needed()
    card.get_by_role("radio").first.check()
    card.get_by_role("button", name="Save").click()
    expect(card).to_contain_text("Saved.")
    expect(card).not_to_contain_text("Right")
    expect(card.get_by_role("button", name="Change my answer")).to_be_visible()
    expect(card.get_by_role("button", name="Hint")).to_have_count(0)


def test_it_is_handed_in_and_taken_in(screen: Screen, book: Notebook, week: Path) -> None:
    said = run(book, "hand-in")
    assert "Not handed in yet" in said and "is blank" in said
    said = run(book, "anyway")
    assert "Ready to hand in" in said
    key = read_key(week / "private" / "key.json")
    collect([week / "student"], week / "handins", key)
    found = [handin for handin, _body in taken(week / "handins", key) if handin.receipt]
    found.sort(key=lambda each: len(each.answers), reverse=True)
    assert {each.student for each in found} == {"Ada Lovelace"} and not found[0].unreadable
    bank = read_bank(REPO)
    (name, given), *_ = found[0].answers.items()
    question = variant(bank.items[name].question, key.seed(given["variant"]))
    assert question.mark(unsealed(key, question, given["answer"])).status in ("right", "wrong")
