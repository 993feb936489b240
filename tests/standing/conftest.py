"""A small course of known questions, and events at known times."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lessontools.quiz.bank import Bank, read_bank
from lessontools.record import Event

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

COURSE = """
title: A small course
lessons:
  - id: 00_first
    title: First
    minutes: 10
    objectives:
      - {id: name-it, text: name it}
      - {id: use-it, text: use it}
  - id: 01_second
    title: Second
    minutes: 10
    objectives:
      - {id: mend-it, text: mend it}
"""

WORDS = """
misconceptions:
  - {id: moon-cheese, belief: The moon is cheese., truth: It is rock., link: 00_first#the-moon}
  - {id: sun-lamp, belief: The sun is a lamp., truth: It is a star., link: 01_second.ipynb#The-sun}
"""


def choice(key: str, objective: str, code: str, use: str = "lesson", right: str = "a", more: str = "") -> str:
    """Return a choice of a (right) and b (points to the misconception), as YAML."""
    flags = {name: ", right: true" if name == right else f", misconception: {code}" for name in "ab"}
    return textwrap.dedent(f"""
      - id: {key}
        kind: choice
        stem: What of {key}?
        objectives: [{objective}]
        why: Because of {key}.
        use: [{use}]
        hints: [One hint to {key}., Another hint to {key}.]
        choices:
          - {{id: a, text: rock, feedback: Feedback on a.{flags["a"]}}}
          - {{id: b, text: cheese, feedback: Feedback on b.{flags["b"]}}}
    """) + (f"  {more}\n" if more else "")


def card(key: str, objective: str) -> str:
    """Return a flashcard as YAML."""
    return f"""
- id: {key}
  kind: flashcard
  stem: Front of {key}
  back: Back of {key}
  objectives: [{objective}]
  why: So that it stays.
  use: [recall]
"""


def write(root: Path, right: str = "a", drop: str = "") -> Path:
    """Write the course into a folder; `right` is the key of question q1, `drop` an id that is left out."""
    folder = root / "quizzes"
    folder.mkdir(exist_ok=True)
    (folder / "course.yaml").write_text(COURSE)
    (folder / "misconceptions.yaml").write_text(WORDS)
    first = {
        "q1": choice("q1", "name-it", "moon-cheese", right=right),
        "q2": choice("q2", "name-it", "moon-cheese"),
        "q3": choice("q3", "use-it", "sun-lamp"),
        "q3b": choice("q3b", "use-it", "sun-lamp", more="twin: pair"),
        "q3a": choice("q3a", "use-it", "sun-lamp", more="twin: pair"),
        "given": choice("given", "use-it", "sun-lamp", use="assigned"),
        "f1": card("f1", "name-it"),
        "f2": card("f2", "name-it"),
    }
    second = {
        "n1": """
- id: n1
  kind: number
  stem: "What is {{x}} + 1?"
  objectives: [mend-it]
  why: One more.
  params: {x: {low: 1, high: 99}}
  derive: {y: x + 1, z: x - 1}
  answer: y
  near:
    - {value: z, feedback: One less., misconception: sun-lamp}
""",
        **{f"c{i}": choice(f"c{i}", "mend-it", "moon-cheese", use="challenge") for i in range(1, 7)},
        "g1": card("g1", "mend-it"),
    }
    for name, items in (("00_first", first), ("01_second", second)):
        kept = "".join(text for key, text in items.items() if key != drop)
        (folder / f"{name}.yaml").write_text("questions:\n" + textwrap.indent(kept, "  "))
    return root


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    found = read_bank(write(tmp_path))
    assert not found.faults, "\n".join(map(str, found.faults))
    return found


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the small course the one that the learner's verbs find, with a fixed seed."""
    monkeypatch.setenv("LESSONTOOLS_COURSE", str(write(tmp_path)))
    monkeypatch.setenv("LESSONTOOLS_SEED", "learner")
    return tmp_path


def answered(item: str, answer: Any, minutes: float = 0, kind: str = "answer", **data: Any) -> Event:
    """Return an answer given so many minutes after the start."""
    return Event(kind, item, {"answer": answer, "seed": "s", **data}, START + timedelta(minutes=minutes))
