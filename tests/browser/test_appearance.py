"""How questions look to those who read differently: dark theme, enlarged, in a narrow pane, by a screen reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.answering import KINDS, Mouse
from tests.browser.lab import Lab, write_notebook
from tests.browser.page import Notebook, Screen

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
THEMES = ["JupyterLab Light", "JupyterLab Dark"]
# JupyterLab's body is 0 high with hidden overflow, and cells out of view are not painted: axe then skips the contrast
# of everything, and says nothing of it
OPEN_UP = """
body, html { height: auto !important; overflow: visible !important; }
.lm-Widget, .jp-WindowedPanel-outer, .jp-WindowedPanel-inner, .jp-WindowedPanel-viewport {
    overflow: visible !important; contain: none !important; }
.jp-Cell { content-visibility: visible !important; }
"""
RUN_AXE = """async ([scope, place]) => {
    const found = await axe.run(document.getElementById(scope).querySelectorAll('.lt-panel')[place],
        {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']});
    const short = rules => rules.map(rule => ({rule: rule.id, help: rule.help,
        nodes: rule.nodes.map(node => node.target.join(' ') + ': ' + node.failureSummary)}));
    return {violations: short(found.violations), passes: found.passes.map(rule => rule.id)};
}"""
TOO_WIDE = """(scope) => {
    const wide = [];
    for (const panel of document.getElementById(scope).querySelectorAll('.lt-panel')) {
        if (panel.scrollWidth > panel.clientWidth + 1) wide.push(`panel ${panel.scrollWidth} > ${panel.clientWidth}`);
        const right = panel.getBoundingClientRect().right;
        for (const each of panel.querySelectorAll('*')) {
            if (each.closest('.lt-scroll, pre, svg, .lt-hidden, .lt-live, math')) continue;
            const box = each.getBoundingClientRect();
            if (box.width && box.right > right + 1)
                wide.push(`${each.tagName}.${each.className} of ${each.closest('[data-item]')?.dataset.item} by `
                    + `${Math.round(box.right - right)} px`);
        }
        const output = panel.closest('.jp-OutputArea-output');
        if (output.scrollWidth > output.clientWidth + 1) wide.push('the output area scrolls sideways');
    }
    return wide;
}"""


@pytest.fixture(scope="module")
def book(screen: Screen) -> Iterator[Notebook]:
    """Open a notebook that shows each kind twice: answered right, and not answered but for a wrong one and a hint."""
    record = screen.lab.root / "appearance.jsonl"
    first = f"import os\nos.environ['LESSONTOOLS_RECORD'] = {str(record)!r}\nfrom lessontools import ask"
    other = "os.environ['LESSONTOOLS_RECORD'] += '.other'"
    every = ", ".join(f'"{told.item}"' for told in KINDS)
    cells = [first, f"ask({every})", other, f"ask({every})"]
    write_notebook(screen.lab.root / "kinds" / "notebooks" / "appearance.ipynb", *cells)
    found = screen.open("kinds/notebooks/appearance.ipynb")
    found.run_all()
    assert found.cell_errors() == []
    answered = found.panels().first
    for told in KINDS:
        hand = Mouse(screen.page, answered.locator(f'.lt-card[data-item="{told.item}"]'), told)
        hand.enter()
        hand.send()
        hand.expect_right()
    wrong = found.panels().nth(1).locator('.lt-card[data-item="pick-several"]')
    wrong.locator('input[value="step"]').check()
    wrong.locator('[data-key="pick-several:do:check"]').click()
    expect(wrong.locator(".lt-verdict.lt-is-wrong")).to_be_visible()
    hinted = found.panels().nth(1).locator('.lt-card[data-item="pick-one"]')
    hinted.locator('[data-key="pick-one:do:hint"]').click()
    expect(hinted.locator(".lt-hints")).to_be_visible()
    yield found
    found.close()


def axe(book: Notebook, place: int) -> dict[str, Any]:
    """Return what axe finds in one panel of the notebook."""
    page = book.screen.page
    style = page.add_style_tag(content=OPEN_UP)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    try:
        found: dict[str, Any] = page.evaluate(RUN_AXE, [book.id, place])
    finally:
        style.evaluate("style => style.remove()")
    return found


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_to_complain_of(book: Notebook, theme: str) -> None:
    book.screen.theme(theme)
    book.screen.page.wait_for_timeout(500)  # colours fade from one theme to the other
    for place in range(2):
        found = axe(book, place)
        assert "color-contrast" in found["passes"], "axe did not look at the contrast, so its silence means nothing"
        assert found["violations"] == [], json.dumps(found["violations"], indent=1)
    book.screen.theme(THEMES[0])


def test_the_panel_follows_the_theme(book: Notebook) -> None:
    def colours() -> tuple[str, str]:
        card = book.node.locator(".lt-card").first
        return tuple(card.evaluate("e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"))

    def light(colour: str) -> float:
        return sum(map(float, colour.removeprefix("rgb(").removesuffix(")").split(",")[:3])) / 3

    seen = {}
    for theme in reversed(THEMES):
        book.screen.theme(theme)
        book.screen.page.wait_for_timeout(500)
        seen[theme] = colours()
    text, back = seen["JupyterLab Dark"]
    assert light(text) > light(back) + 100
    text, back = seen["JupyterLab Light"]
    assert light(back) > light(text) + 100


def test_a_pane_of_360_pixels_needs_no_sideways_scrolling(book: Notebook) -> None:
    page = book.screen.page
    page.evaluate("() => { window.jupyterapp.shell.collapseLeft(); window.jupyterapp.shell.collapseRight(); }")
    try:
        for _ in range(4):  # what stands beside the pane takes its own share of what is left
            width = book.node.bounding_box()["width"]  # type: ignore[index]
            size = page.viewport_size
            assert size
            page.set_viewport_size({"width": int(size["width"] - width + 360), "height": 900})
            page.wait_for_timeout(300)
        assert abs(book.node.bounding_box()["width"] - 360) <= 2  # type: ignore[index]
        assert page.evaluate(TOO_WIDE, book.id) == []
    finally:
        page.set_viewport_size({"width": 1280, "height": 900})


def test_at_twice_the_size_nothing_needs_sideways_scrolling(browser: Browser, lab: Lab, book: Notebook) -> None:
    # a zoom of 200 % halves the page's pixels and doubles the device's
    context = browser.new_context(viewport={"width": 640, "height": 450}, device_scale_factor=2)
    screen = Screen(context.new_page(), lab)
    screen.load()
    again = screen.open(book.path)  # the same kernel and file in a second window
    again.run_all()
    screen.page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    expect(again.panels()).to_have_count(2)
    screen.page.wait_for_timeout(300)
    assert screen.page.evaluate(TOO_WIDE, again.id) == []
    context.close()


@pytest.mark.parametrize("told", KINDS, ids=[told.kind for told in KINDS])
def test_each_control_has_a_name_for_screen_readers(book: Notebook, told: Any) -> None:
    for panel in range(2):
        card = book.panels().nth(panel).locator(f'.lt-card[data-item="{told.item}"]')
        tree = card.aria_snapshot()
        for line in tree.splitlines():
            role, _, rest = line.strip().removeprefix("- ").partition(" ")
            if role.rstrip(":") in ("button", "radio", "checkbox", "textbox", "combobox", "img"):
                assert rest.startswith('"') or '"' in rest, f"without a name: {line.strip()}"
