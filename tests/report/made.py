"""A made-up assignment and its sheets: what a report is made of, without a course, a store or a sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

from lessontools.grading.ledger import Sheet
from lessontools.grading.outcome import Outcome, State
from lessontools.quiz.plan import Misconception
from lessontools.report.subject import Choice, Part, Subject

VOID = {"meta", "br", "rect", "img", "hr", "link", "input", "wbr", "col"}

RUBRIC = {"one": "Says *one*.", "two": "Two."}
CODE = """def step(w, lr):
    return w - lr * w.grad
"""


def subject(due: str = "2026-11-20T18:00:00+00:00") -> Subject:
    """Return an assignment of a choice, a number, a text, an explanation and an exercise."""
    choices = {"right": Choice("the weights", True), "a": Choice("the *loss*", False), "b": Choice("nothing", False)}
    texts = {each.text: name for name, each in choices.items()}
    parts = [
        Part("pick", "01_forward", "choice", "Pick one", 1, "What moves?", ("move",), choices, texts),
        Part("sum", "01_forward", "number", "Work out the number", 2, "How much is $2x$?", ("count",)),
        Part("name", "01_forward", "text", "Write it", 1, "Which call?", ("count",)),
        Part("why", "01_forward", "explain", "Explain", 3, "Why?", ("move",), rubric=RUBRIC),
        Part("code", "01_forward", "exercise", "Write code", 2, "Write it.", ("count",), given=(CODE,)),
    ]
    belief = Misconception(id="stuck", belief="It <b>sticks</b>.", truth="It moves.", link="01_forward#metrics")
    return Subject(
        "w1",
        "Week 1",
        "v1",
        due,
        sum(each.points for each in parts),
        {each.id: each for each in parts},
        {"01_forward": "01 Forward"},
        {"move": "say what moves", "count": "count"},
        {"stuck": belief},
        {"01_forward#metrics": "01 Forward, “Metrics”"},
    )


def outcome(item: str, share: float = 1.0, **about: Any) -> Outcome:
    """Return the outcome of one part, right by default."""
    part = subject().parts[item]
    state = State.RIGHT if share == 1 else State.PARTLY if share else State.WRONG
    answers = {"pick": "the weights" if share else "nothing", "sum": "`4`", "name": "`step`", "code": CODE}
    data = {"state": state, "feedback": "Because.", "answer": answers.get(item, ""), **about}
    return Outcome(item, "01_forward", part.kind, earned=share * part.points, possible=part.points, **data)


def sheet(student: str, outcomes: Sequence[Outcome] | None = None, isolated: bool = True, **about: Any) -> Sheet:
    """Return a student's sheet, all right by default, with the explanation blank."""
    blank = outcome("why", 0.0, state=State.BLANK)
    found = outcomes or [outcome("pick"), outcome("sum"), outcome("name"), blank, outcome("code")]
    met: Mapping[str, tuple[str, ...]] = about.pop("met", {})
    handin = {
        "hash": "0" * 63 + str(len(student) % 10),
        "file": "w1.zip",
        "handed_in": "2026-11-20T17:00:00+00:00",
        "late": 0,
        "version": "v1",
        "receipt": "AAAA-BBBB-CCCC",
        "remarks": [],
        **about,
    }
    return Sheet(student, {**handin, "student": student}, tuple(found), isolated, met)


class Checked(HTMLParser):
    """A page that was read strictly: every tag is closed in order, ids are unique; `faults` says what is wrong."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self._ids: set[str] = set()
        self.feed(page)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        key = dict(attrs).get("id")
        if key and key in self._ids:
            self.faults.append(f"the id {key} is there twice")
        self._ids.add(key or "")
        if tag in ("p", "h2", "h3", "table", "ul", "dl", "pre", "div", "section") and "p" in self._open:
            self.faults.append(f"<{tag}> inside <p>")
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1:]}")
        elif self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text += data


def harmless(page: str) -> Checked:
    """Return a page that was read, after asserting that it is sound, runs nothing and leads nowhere."""
    found = Checked(page)
    assert found.faults == []
    assert page.startswith("<!DOCTYPE html>")
    for tag, attributes in found.tags:
        assert tag not in ("script", "iframe", "img", "object", "embed", "link", "form", "base"), tag
        assert not any(name.startswith("on") for name in attributes), attributes
        assert not str(attributes.get("href", "#")).startswith(("http", "javascript", "data", "//")), attributes
    return found
