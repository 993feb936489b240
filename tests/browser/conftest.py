"""One server, one Chromium and one lab page for all tests of a file's worker."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.lab import FLAGS, Lab, chromium, no_chromium, start_lab
from tests.browser.page import Screen

HERE = Path(__file__).parent
NEEDS = {"browser", "lab", "screen"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser."""
    for item in items:
        if HERE in item.path.parents and NEEDS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip(no_chromium)
    expect.set_options(timeout=15_000)  # a busy machine is slow, not wrong
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory, repo: Path) -> Iterator[Lab]:
    """Serve two courses: `lessons` is a copy of the repository's, `kinds` has one question of each kind."""
    if chromium() is None:
        pytest.skip(no_chromium)
    root, private = tmp_path_factory.mktemp("lab"), tmp_path_factory.mktemp("private")
    for name in ("notebooks", "quizzes"):
        shutil.copytree(repo / name, root / "lessons" / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copytree(HERE / "course", root / "kinds")
    env = {"LESSONTOOLS_RECORD": str(private / "record.jsonl"), "LESSONTOOLS_SEED": "0"}
    with start_lab(root, private, env) as found:
        yield found


@pytest.fixture(scope="module")
def screen(browser: Browser, lab: Lab) -> Iterator[Screen]:
    """Return a lab page, fresh for each file of tests."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    found = Screen(context.new_page(), lab)
    found.load()
    yield found
    context.close()
