"""A notebook without a kernel - on a code host, printed, sent by mail - still shows its questions readably."""

from __future__ import annotations

import html
import os
import re
import shutil
from pathlib import Path

import nbclient
import nbformat
import pytest
from nbconvert import HTMLExporter

from lessontools.quiz.bank import read_bank
from tests.browser.answering import KINDS
from tests.browser.lab import write_notebook
from tests.conftest import REPO

HERE = Path(__file__).parent
LESSONS = sorted((REPO / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def words(page: str) -> str:
    """Return what a page shows, as one line of plain words."""
    body = re.sub(r"(?s)<(script|style|head|annotation)\b.*?</\1>", " ", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", body)).split())


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the HTML of an executed notebook with all kinds, as nbconvert makes it."""
    root = tmp_path_factory.mktemp("static")
    shutil.copytree(HERE / "course", root / "kinds")
    cells = ["from lessontools import ask", *(f'ask("{told.item}")' for told in KINDS)]
    path = write_notebook(root / "kinds" / "notebooks" / "static.ipynb", *cells)
    book = nbformat.read(path, as_version=4)
    env = {**os.environ, "LESSONTOOLS_RECORD": str(root / "record.jsonl"), "LESSONTOOLS_SEED": "0"}
    client = nbclient.NotebookClient(
        book, kernel_name="python3", resources={"metadata": {"path": path.parent}}, store_widget_state=False
    )
    client.execute(env=env)
    return str(HTMLExporter().from_notebook_node(book)[0])


def test_each_question_shows_its_stem_and_its_choices(page: str) -> None:
    shown = words(page)
    for item in read_bank(HERE / "course").items.values():
        question = item.question
        start = " ".join(re.split(r"[`$*]", question.stem)[0].split())
        assert start in shown, question.id
        for choice in getattr(question, "choices", ()):
            for part in filter(None, (part.strip() for part in re.split(r"[`$*]", choice.text))):
                assert part in shown, f"{question.id}: {choice.id}"


def test_the_answers_are_not_given_away(page: str) -> None:
    for item in read_bank(HERE / "course").items.values():
        question = item.question
        assert question.why not in page
        for choice in getattr(question, "choices", ()):
            assert choice.feedback not in page, f"{question.id}: {choice.id}"


def test_it_says_how_to_answer_and_shows_no_address_in_memory(page: str) -> None:
    shown = words(page)
    assert shown.count("Run this cell in JupyterLab to answer") == len(KINDS)
    assert not re.search(r"0x[0-9a-f]{6,}", shown)


def test_the_code_of_a_question_is_shown(page: str) -> None:
    shown = words(page)
    for line in ("(3 * w).backward()", "optimizer.zero_grad()", "loss.item().backward()"):
        assert line in shown


@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_a_lesson_as_it_is_committed_reads_well_without_a_kernel(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    shown = words(HTMLExporter().from_notebook_node(book)[0])
    asked = [cell for cell in book.cells if cell.cell_type == "code" and re.search(r"\bask\(", cell.source)]
    assert asked
    assert shown.count("Run this cell in JupyterLab to answer") >= len(asked)
    assert "Loading widget" not in shown
