"""The reports' pages as a browser and a screen reader meet them: light, dark, narrow, all unfolded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser

from lessontools.grading.outcome import State
from lessontools.report.class_page import class_page
from lessontools.report.likeness import Alike
from lessontools.report.student import student_page
from lessontools.report.tally import Tally
from tests.report.made import outcome, sheet, subject

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
RUN = """async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
    'best-practice']})).violations.map(rule => [rule.id, rule.nodes.map(node => node.html.slice(0, 200))])"""
STATES = [State.WRONG, State.BLANK, State.INVALID, State.CRASHED, State.TIMEOUT, State.MISSING]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder, tally = tmp_path_factory.mktemp("report"), Tally(subject())
    for place in range(25):
        marks = [outcome(name, float(place % 3 > 0)) for name in ("pick", "sum", "name", "code")]
        odd = outcome("name", 0.0, state=STATES[place % 6], beliefs=("stuck",), answer="`x`")
        tally.add(sheet(f"Student {place}", [*marks, odd], place != 3, late=1, remarks=["late"]), "students/x.html")
    every = [outcome("pick", 0.0, state=state, beliefs=("stuck",)) for state in STATES] + [outcome("code")]
    made = {
        "class": class_page(tally, [Alike("code", "A", "B", 0.9, 30)], "today", ["a note"]),
        "student": student_page(subject(), sheet("Ada", every, isolated=False), final=True),
        "received": student_page(subject(), sheet("Ada", every), final=False),
    }
    for name, page in made.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["class", "student", "received"])
def test_a_page_is_accessible_and_fits(browser: Browser, pages: dict[str, Path], name: str, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    page.goto(pages[name].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    page.add_script_tag(path=str(AXE))
    assert page.evaluate(RUN) == []
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    context.close()
