"""The pictures of a loop in a real page: light and dark, by keyboard alone, in a narrow pane, and without a kernel."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.lab import write_notebook
from tests.browser.page import Notebook, Screen
from tests.browser.test_appearance import AXE, OPEN_UP, THEMES

SETUP = """
import torch
from torch import nn
from lessontools import pipeline, pitfall, player, stepper, strip, watch
from lessontools.loop.figure import epochs, gradient_flow, graph, surface, trail, weights
torch.manual_seed(0)
X = torch.randn(60, 2)
y = (X[:, 0] * X[:, 1] > 0).long()
model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
with watch("close") as trace, trail(model) as path:
    for step in range(30):
        if step != 1:
            optimizer.zero_grad()
        logits = model(X)
        loss = loss_fn(logits, y)
        loss.backward()
        optimizer.step()
code = "for x in data:\\n    w = w - lr * slope(w, x)"
frames = [{"line": 1 + turn % 2, "note": f"Turn {turn}.", "state": [["w", turn]]} for turn in range(50)]
"""
SHOWN = {
    "strip": "strip(trace)",
    "stepper": "stepper(trace)",
    "pipeline": "pipeline(trace)",
    "epochs": "epochs(trace)",
    "flow": "gradient_flow(trace)",
    "weights": "weights(trace)",
    "graph": "graph(loss_fn(model(X), y), model.named_parameters())",
    "surface": "surface(path, loss_fn, X, y)",
    "pitfall": "pitfall('grad-not-cleared').demo()",
    "report": "trace.diagnose()",
    "player": "player('Fifty turns', code, frames, 'w counts up')",
}
NAMES = list(SHOWN)
RUN_AXE = """async ([id, place]) => {
    const cells = document.getElementById(id).querySelectorAll('.jp-CodeCell');
    const found = await axe.run(cells[place].querySelector('.jp-OutputArea-output'),
        {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']});
    const short = rules => rules.map(rule => ({rule: rule.id, help: rule.help,
        nodes: rule.nodes.map(node => node.target.join(' ') + ': ' + node.failureSummary)}));
    return {violations: short(found.violations), passes: found.passes.map(rule => rule.id)};
}"""
# opened up, a cell can reach over the notebook's end, where the ground is not the notebook's
GROUND = ".jp-OutputArea-output { background: var(--jp-layout-color0); }"
# what reaches over the right edge and cannot be reached by scrolling a region of its own
TOO_WIDE = """(root) => {
    const right = root.getBoundingClientRect().right, wide = [];
    for (const each of root.querySelectorAll('*')) {
        if (each.closest('.lt-wide, .lt-scroll, pre, svg, .lt-hidden, .lt-live, math')) continue;
        const box = each.getBoundingClientRect();
        if (box.width && box.right > right + 1)
            wide.push(`${each.tagName}.${each.className} ${Math.round(box.right - right)}`);
    }
    if (root.scrollWidth > root.clientWidth + 1) wide.push('the output scrolls sideways');
    return wide;
}"""


@pytest.fixture(scope="module")
def book(screen: Screen) -> Iterator[Notebook]:
    """Open a notebook with every picture, one a cell."""
    write_notebook(screen.lab.root / "figures" / "figures.ipynb", SETUP, *SHOWN.values())
    found = screen.open("figures/figures.ipynb")
    found.run_all()
    assert found.cell_errors() == []
    screen.page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    yield found
    found.close()


def output(book: Notebook, name: str) -> Locator:
    return book.show(1 + NAMES.index(name)).locator(".jp-OutputArea-output").first


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_to_complain_of(book: Notebook, theme: str, name: str) -> None:
    page = book.screen.page
    if page.evaluate("document.body.dataset.jpThemeName") != theme:
        book.screen.theme(theme)
        page.wait_for_timeout(500)  # colours fade from one theme to the other
    expect(output(book, name)).to_be_visible()
    style = page.add_style_tag(content=OPEN_UP + GROUND)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    try:
        cells = "Array.from(document.getElementById(id).querySelectorAll('.jp-CodeCell'))"
        index = "cell => cell.dataset.windowedListIndex"
        places = page.evaluate(f"(id) => {cells}.map({index})", book.id)
        found: dict[str, Any] = page.evaluate(RUN_AXE, [book.id, places.index(str(1 + NAMES.index(name)))])
    finally:
        style.evaluate("style => style.remove()")
    assert "color-contrast" in found["passes"], "axe did not look at the contrast, so its silence means nothing"
    assert found["violations"] == [], json.dumps(found["violations"], indent=1)


@pytest.mark.parametrize("name", NAMES)
def test_a_pane_of_400_pixels_needs_no_sideways_scrolling(book: Notebook, name: str) -> None:
    page = book.screen.page
    page.set_viewport_size({"width": 460, "height": 900})
    try:
        shown = output(book, name)
        page.wait_for_timeout(150)
        assert shown.bounding_box()["width"] <= 400  # type: ignore[index]
        assert shown.evaluate(TOO_WIDE) == []
    finally:
        page.set_viewport_size({"width": 1280, "height": 900})


def test_the_strip_is_read_by_keyboard_alone(book: Notebook) -> None:
    page, before = book.screen.page, len(book.cells())
    shown = output(book, "strip")
    picture, summary = shown.locator(".lt-wide").first, shown.locator("summary")
    picture.focus()
    page.keyboard.press("ArrowRight")
    for key in "adx":  # JupyterLab would add, delete and cut cells
        page.keyboard.press(key)
    page.keyboard.press("Tab")
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    expect(shown.get_by_role("columnheader", name="gradients")).to_be_visible()
    expect(shown.get_by_role("cell", name="! pass 1 used again")).to_be_visible()
    page.keyboard.press("Enter")
    expect(shown.locator("table")).to_be_hidden()
    assert len(book.cells()) == before


def test_the_stepper_is_driven_by_keyboard_alone(book: Notebook) -> None:
    page, before = book.screen.page, len(book.cells())
    shown = output(book, "stepper")
    shown.get_by_role("button", name="Step", exact=True).focus()
    page.keyboard.press("Enter")
    expect(shown.get_by_text("step 2 of", exact=False).first).to_be_visible()
    expect(shown.locator('[aria-current="step"]')).to_have_count(1)
    page.keyboard.press(" ")
    expect(shown.get_by_text("step 3 of", exact=False).first).to_be_visible()
    page.keyboard.press("Shift+Tab")  # to Back
    page.keyboard.press("Enter")
    expect(shown.get_by_text("step 2 of", exact=False).first).to_be_visible()
    slider = shown.get_by_role("slider")
    slider.focus()
    page.keyboard.press("End")
    last = len(slider.get_attribute("max") or "") and int(slider.get_attribute("max") or 0)
    expect(shown.get_by_text(f"step {last + 1} of {last + 1}").first).to_be_visible()
    page.keyboard.press("Home")
    expect(shown.get_by_text("step 1 of", exact=False).first).to_be_visible()
    assert len(book.cells()) == before


@pytest.fixture(scope="module")
def exported(book: Notebook, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Open the HTML that nbconvert makes of the notebook as JupyterLab saved it; no server stands behind it."""
    saved, folder = book.save(), tmp_path_factory.mktemp("html")
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--output-dir", str(folder), str(saved)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    context = browser.new_context(viewport={"width": 1000, "height": 900})
    page = context.new_page()
    context.route("http*://**", lambda route: route.abort())  # as offline
    page.goto(Path(folder, saved.with_suffix(".html").name).as_uri())
    yield page
    context.close()


def frame(page: Page, title: str) -> Locator:
    return page.locator("section").filter(has=page.get_by_text(title, exact=True)).last


@pytest.mark.parametrize(("title", "count"), [("Step through your loop", 16), ("Fifty turns", 40)])
def test_without_a_kernel_it_is_stepped_through_by_keyboard(exported: Page, title: str, count: int) -> None:
    shown = frame(exported, title)
    dots, told = shown.get_by_role("radio"), shown.locator(".f")
    expect(dots).to_have_count(count)
    dots.first.focus()
    for place in range(3):
        expect(told.nth(place)).to_be_visible()
        assert [each.is_visible() for each in told.all()].count(True) == 1
        assert dots.nth(place).is_checked()
        exported.keyboard.press("ArrowRight")
    exported.keyboard.press("ArrowLeft")
    expect(told.nth(2)).to_be_visible()
    lit = "e => [...e.children].filter(l => getComputedStyle(l).boxShadow !== 'none').length"
    assert shown.locator("pre.c").evaluate(lit) == 1
    assert shown.locator(".n").evaluate_all("all => all.filter(e => e.offsetParent).length") == 1


def test_the_exported_page_has_nothing_for_axe_to_complain_of(exported: Page) -> None:
    exported.evaluate(AXE.read_text(encoding="utf-8"))
    for title in ("Step through your loop", "Fifty turns"):
        found = frame(exported, title).evaluate(
            """async (root) => (await axe.run(root, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']}))
               .violations.map(rule => [rule.id, rule.nodes.map(node => node.failureSummary)])"""
        )
        assert found == [], json.dumps(found, indent=1)
