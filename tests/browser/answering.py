"""How a learner answers each kind of question right, by mouse and by keyboard alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

__all__ = ["KINDS", "Hand", "Keys", "Mouse", "Script", "Told"]

MODEL = "Old gradients would be added to the new ones."


@dataclass(frozen=True)
class Told:
    """A question of the test course: its kind, an answer that is right, and the record's event that holds it."""

    item: str
    kind: str
    answer: Any
    event: str = "answer"


KINDS = [
    Told("pick-one", "choice", "adds"),
    Told("pick-several", "several", ["backward", "zero-grad"]),
    Told("type-number", "number", "8"),
    Told("type-text", "text", "zero_grad"),
    Told("pair-up", "match", {"by-backward": "by-backward", "by-step": "by-step"}),
    Told("put-in-order", "order", ["forward", "back", "move"]),
    Told("say-before", "predict", "six", "commit"),
    Told("find-bug", "bug-line", 3),
    Told("fill-table", "trace-table", {"0.0": "None", "1.0": "3", "2.0": "6"}),
    Told("read-curve", "curve", "overfit"),
    Told("turn-card", "flashcard", "good", "rating"),
    Told("own-words", "explain", {"text": MODEL, "met": ["adds", "stale"]}),
]


class Hand:
    """Answers a question on a card; what is typed and pressed differs by `Mouse` and `Keys`."""

    def __init__(self, page: Page, card: Locator, told: Told) -> None:
        self.page, self.card, self.told = page, card, told

    def at(self, key: str) -> Locator:
        """Return the control with this key."""
        return self.card.locator(self.named(key))

    def named(self, key: str) -> str:
        """Return the selector of the control with this key."""
        return f'[data-key="{self.told.item}:{key}"]'

    def around(self, tag: str, key: str) -> Locator:
        """Return the label, line or row that holds the control with this key."""
        return self.card.locator(f"{tag}:has({self.named(key)})")

    def press(self, key: str) -> None:
        raise NotImplementedError

    def tick(self, key: str) -> None:
        raise NotImplementedError

    def write(self, key: str, text: str) -> None:
        raise NotImplementedError

    def choose(self, key: str, value: str) -> None:
        raise NotImplementedError

    def place(self, key: str) -> None:
        raise NotImplementedError

    def enter(self) -> None:
        """Put the right answer in, without sending it."""
        answer, kind = self.told.answer, self.told.kind
        if kind == "predict" and self.at("field").count():
            self.write("field", answer)
        elif kind in ("choice", "curve", "predict", "bug-line"):
            self.tick(str(answer))
        elif kind == "several":
            for each in answer:
                self.tick(each)
        elif kind in ("number", "text"):
            self.write("field", answer)
        elif kind == "match":
            for left, right in answer.items():
                self.choose(left, right)
        elif kind == "order":
            for each in answer:
                self.place(each)
        elif kind == "trace-table":
            for cell, text in answer.items():
                self.write(cell, text)
        elif kind == "explain":
            self.write("field", answer["text"])

    def send(self) -> None:
        """Send what was put in, up to the mark."""
        kind = self.told.kind
        if kind == "flashcard":
            self.press("show")
            self.press(self.told.answer)
            return
        self.press("check")
        if kind == "predict":
            self.press("show")
        if kind == "explain":
            for each in self.told.answer["met"]:
                self.tick(each)
            self.press("mark")

    def expect_right(self) -> None:
        """Wait until the card says that the answer is right."""
        if self.told.kind == "flashcard":
            expect(self.at("do:rated")).to_contain_text(self.told.answer)
        else:
            expect(self.card.locator(".lt-feedback .lt-verdict.lt-is-right")).to_be_visible()


class Mouse(Hand):
    """Clicks; types only where there is something to write."""

    def press(self, key: str) -> None:
        self.at(f"do:{key}").click()

    def tick(self, key: str) -> None:
        self.around("label", key).click()
        expect(self.at(key)).to_be_checked()

    def write(self, key: str, text: str) -> None:
        self.at(key).click()
        self.page.keyboard.type(text)

    def choose(self, key: str, value: str) -> None:
        self.at(key).select_option(value)

    def place(self, key: str) -> None:
        self.at(f"{key}:add").click()


class Script(Hand):
    """Acts from within the page, some ten times as fast as a mouse: for hundreds of questions.

    That a mouse and a keyboard reach every control is shown with those two, on each kind of question.
    """

    ACT = """async ([key, deed, value]) => {
        const end = performance.now() + 15000, found = () => document.querySelector(`[data-key="${CSS.escape(key)}"]`);
        while (!found() || found().disabled) {
            if (performance.now() > end) throw new Error(`${key} cannot be used`);
            await new Promise(requestAnimationFrame);
        }
        const here = found();
        if (deed === 'click') return here.click();
        here.value = value;
        for (const name of ['input', 'change']) here.dispatchEvent(new Event(name, {bubbles: true}));
    }"""
    RIGHT = """([item, rated]) => rated
        ? document.querySelector(`[data-key="${item}:do:rated"]`)?.textContent.includes(rated)
        : document.querySelector(`.lt-card[data-item="${item}"] .lt-verdict.lt-is-right`)"""

    def act(self, key: str, deed: str, value: str = "") -> None:
        self.page.evaluate(self.ACT, [f"{self.told.item}:{key}", deed, value])

    def press(self, key: str) -> None:
        self.act(f"do:{key}", "click")

    def tick(self, key: str) -> None:
        self.act(key, "click")

    def write(self, key: str, text: str) -> None:
        self.act(key, "write", text)

    def choose(self, key: str, value: str) -> None:
        self.act(key, "write", value)

    def place(self, key: str) -> None:
        self.act(f"{key}:add", "click")

    def expect_right(self) -> None:
        rated = self.told.answer if self.told.kind == "flashcard" else None
        self.page.wait_for_function(self.RIGHT, arg=[self.told.item, rated])


class Keys(Hand):
    """Never touches the mouse: from the card's first control on, Tab, arrows, Enter, space and letters."""

    def here(self) -> str:
        found = self.page.evaluate("document.activeElement?.dataset?.key ?? ''")
        return str(found).removeprefix(f"{self.told.item}:")

    def inside(self) -> bool:
        return bool(self.card.evaluate("card => card.contains(document.activeElement)"))

    def go(self, key: str) -> None:
        """Tab to a control (a group of radio buttons is one stop), forward and then back."""
        if not self.inside():
            self.card.locator("input, button, select, textarea, [tabindex='0']").first.focus()
        wanted = self.at(key)
        expect(wanted).to_be_visible()
        group = wanted.get_attribute("name") if wanted.get_attribute("type") == "radio" else ""
        for move in ["Tab"] * 40 + ["Shift+Tab"] * 80:
            if self.here() == key or (group and self.page.evaluate("document.activeElement.name") == group):
                return
            self.page.keyboard.press(move)
        raise AssertionError(f"'{key}' of {self.told.item} cannot be reached with the Tab key")

    def press(self, key: str) -> None:
        self.go(f"do:{key}")
        self.page.keyboard.press("Enter")

    def tick(self, key: str) -> None:
        self.go(key)
        for _ in range(12):
            if self.here() == key:
                break
            self.page.keyboard.press("ArrowDown")
        if not self.at(key).is_checked():
            self.page.keyboard.press("Space")
        expect(self.at(key)).to_be_checked()

    def write(self, key: str, text: str) -> None:
        self.go(key)
        self.page.keyboard.type(text)

    def choose(self, key: str, value: str) -> None:
        self.go(key)
        for _ in range(12):
            if self.at(key).input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"'{value}' of {self.told.item} cannot be chosen with the arrow keys")

    def place(self, key: str) -> None:
        self.go(key)
        self.page.keyboard.press("Enter")
