"""From the click to the painted feedback: lessontools, jupyterquiz and a plain ipywidgets quiz, side by side.

All three stand in one notebook of one JupyterLab and ask the same question. First the kernel is idle, then a cell
trains a small network with torch for about ten seconds. Times are taken in the page: from the click's own time
stamp to the first moment after the frame in which the feedback was painted.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, sync_playwright

from benchmarks.report import percentile, report
from tests.browser.lab import FLAGS, chromium, no_chromium, start_lab, write_notebook
from tests.browser.page import Notebook, Screen

COURSE = Path(__file__).parents[1] / "tests" / "browser" / "course"
ITEM = "pick-one"
JUPYTERQUIZ = """
from jupyterquiz import display_quiz
display_quiz([{
    "question": "What does backward() do with a .grad that is there already?", "type": "multiple_choice",
    "answers": [
        {"answer": "adds", "correct": True, "feedback": "Gradients add up until they are cleared."},
        {"answer": "overwrites", "correct": False, "feedback": "It is not overwritten."},
        {"answer": "refuses", "correct": False, "feedback": "No error is raised."}]}], shuffle_answers=False)
"""
PLAIN = """
import ipywidgets as widgets
said = widgets.HTML("<p class='plain-feedback'>-</p>")
clicks = 0
def answered(button):
    global clicks
    clicks += 1
    said.value = f"<p class='plain-feedback'>{button.description}: answer {clicks}</p>"
buttons = [widgets.Button(description=text) for text in ("adds", "overwrites", "refuses")]
for button in buttons:
    button.on_click(answered)
widgets.VBox([widgets.HBox(buttons), said])
"""
START = """
from lessontools import ask
import torch
torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)  # the first optimizer loads more of torch, once
"""
TRAIN = """
import time, torch
torch.manual_seed(0)
torch.set_num_threads(1)
model = torch.nn.Sequential(torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
optimizer, loss_fn = torch.optim.SGD(model.parameters(), lr=0.05), torch.nn.CrossEntropyLoss()
X, y = torch.randn(4096, 64), torch.randint(0, 10, (4096,))
start, steps = time.perf_counter(), 0
while time.perf_counter() - start < SECONDS:
    for xb, yb in zip(X.split(32), y.split(32)):
        optimizer.zero_grad()
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
        steps += 1
print(steps)
"""
WATCH = """([key, selector, id]) => {
    const root = document.getElementById(id);
    const seen = () => Array.from(root.querySelectorAll(selector)).map(e => e.textContent).join('|');
    const before = seen();
    let clicked = null;
    const took = (window.__took = window.__took || {});
    took[key] = null;
    root.addEventListener('click', (event) => { clicked = event.timeStamp; }, {capture: true, once: true});
    const look = new MutationObserver(() => {
        const now = seen();
        if (clicked === null || now === before || now === '') return;
        look.disconnect();
        requestAnimationFrame(() => {
            const {port1, port2} = new MessageChannel();
            port1.onmessage = () => { took[key] = performance.now() - clicked; };
            port2.postMessage(0);
        });
    });
    look.observe(root, {subtree: true, childList: true, characterData: true, attributes: true});
}"""


class Bench:
    """The three quizzes in an open notebook, each with a way to click it once and the places its feedback shows in."""

    def __init__(self, screen: Screen, book: Notebook) -> None:
        self.screen, self.page, self.book = screen, screen.page, book
        self.shows = {"lessontools": ".lt-feedback", "jupyterquiz": ".Feedback", "ipywidgets": ".plain-feedback"}
        self.turns = dict.fromkeys(self.shows, 0)

    def target(self, who: str) -> Locator:
        """Return what is clicked next, once all before that click is done; each click gives other feedback."""
        turn = self.turns[who]
        if who == "ipywidgets":
            return self.book.node.locator(".jupyter-button").nth(turn % 3)
        if who == "jupyterquiz":
            return self.book.node.locator("label.MCButton").nth(turn % 3)
        card = self.book.card(ITEM)
        if card.locator(f'[data-key="{ITEM}:do:again"]').count():
            self.press(card.locator(f'[data-key="{ITEM}:do:again"]'))
            card.locator(f'[data-key="{ITEM}:do:check"]').wait_for()
        wrong = "overwrites" if turn % 2 else "refuses"
        self.press(card.locator(f'input[value="{wrong}"]'))
        return card.locator(f'[data-key="{ITEM}:do:check"]')

    def press(self, target: Locator) -> None:
        """Click with the mouse at once, without the driver's own waiting."""
        box = target.bounding_box()
        if box is None:
            raise RuntimeError("what is to be clicked is not on the screen")
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def click(self, who: str) -> str:
        """Click one quiz's answer and return the key under which the time will be noted."""
        self.turns[who] += 1
        target = self.target(who)
        key = f"{who}-{self.turns[who]}"
        self.page.evaluate(WATCH, [key, self.shows[who], self.book.id])
        self.press(target)
        return key

    def took(self, key: str, wait: float) -> float | None:
        """Return the milliseconds to the painted feedback, or None if it has not come within `wait` seconds."""
        deadline = time.monotonic() + wait
        while time.monotonic() < deadline:
            found = self.page.evaluate("(key) => window.__took[key]", key)
            if found is not None:
                return float(found)
            time.sleep(0.01)
        return None


def idle(bench: Bench, clicks: int) -> dict[str, list[float]]:
    """Return the times of clicks while no cell runs; the three take turns."""
    found: dict[str, list[float]] = {name: [] for name in bench.shows}
    for _ in range(clicks):
        for who in found:
            taken = bench.took(bench.click(who), 20)
            if taken is None:
                raise TimeoutError(f"{who} gave no feedback in 20 s while idle")
            found[who].append(taken)
    return found


def training(bench: Bench, cell: int, seconds: float) -> dict[str, list[float]]:
    """Return the times of clicks made while a cell trains; a quiz whose feedback waits gets one click, and waits."""
    found: dict[str, list[float]] = {name: [] for name in bench.shows}
    late: dict[str, str] = {}
    bench.book.start_cell(cell)
    started = time.monotonic()
    time.sleep(1.5)
    while time.monotonic() - started < seconds - 1:
        for who in [name for name in found if name not in late]:
            key = bench.click(who)
            taken = bench.took(key, 1.0)
            if taken is None:
                late[who] = key
            else:
                found[who].append(taken)
    for who, key in late.items():
        taken = bench.took(key, 60)
        if taken is None:
            raise TimeoutError(f"{who} gave no feedback, not even after the training")
        found[who].append(taken)
    bench.book.idle()
    return found


def row(who: str, when: str, times: list[float]) -> dict[str, Any]:
    return {
        "quiz": who,
        "kernel": when,
        "clicks": len(times),
        "p50 ms": round(percentile(times, 0.5), 1),
        "p95 ms": round(percentile(times, 0.95), 1),
        "max ms": round(max(times), 1),
    }


def measure(browser: Browser, clicks: int, rounds: int, seconds: float) -> list[dict[str, Any]]:
    """Return the table: each round is a fresh server, kernel and page, so that no first click is favoured."""
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "course"
            shutil.copytree(COURSE, root)
            train = TRAIN.replace("SECONDS", str(seconds))
            cells = [START, f'ask("{ITEM}")', JUPYTERQUIZ, PLAIN, train]
            write_notebook(root / "notebooks" / "bench.ipynb", *cells)
            env = {"LESSONTOOLS_RECORD": str(Path(folder) / "record.jsonl"), "LESSONTOOLS_SEED": "0"}
            with start_lab(root, Path(folder) / "private", env) as lab:
                screen = Screen(browser.new_page(viewport={"width": 1280, "height": 1400}), lab)
                screen.load()
                book = screen.open("notebooks/bench.ipynb")
                for place in range(4):
                    book.run_cell(place)
                book.card(ITEM).wait_for()
                bench = Bench(screen, book)
                for who, found in training(bench, 4, seconds).items():  # first: a learner's first click counts
                    times.setdefault((who, "training"), []).extend(found)
                for who, found in idle(bench, clicks).items():
                    times.setdefault((who, "idle"), []).extend(found)
                screen.page.close()
    return [row(who, when, found) for (who, when), found in sorted(times.items(), key=lambda each: each[0][::-1])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", type=int, default=40, help="clicks on each quiz while idle, a round (default 40)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, each with a fresh server and kernel (default 3)")
    parser.add_argument("--seconds", type=float, default=10, help="how long the cell trains (default 10)")
    chosen = parser.parse_args()
    path = chromium()
    if path is None:
        raise SystemExit(no_chromium)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        rows = measure(browser, chosen.clicks, chosen.rounds, chosen.seconds)
        about = browser.version
        browser.close()
    report("feedback_latency", rows, rounds=chosen.rounds, seconds=chosen.seconds, chromium=about)


if __name__ == "__main__":
    main()
