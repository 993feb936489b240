"""A released lesson with graded hand-ins of three students: no sandbox is needed, the outcomes are put in by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lessontools.grading import ledger
from lessontools.grading.intake import HandIn
from lessontools.grading.outcome import Outcome, State
from lessontools.grading.publish import publish
from lessontools.grading.secret import Key, read_key
from lessontools.grading.store import Store
from lessontools.report.subject import Subject, subject_of

NAMES = ("Ada Lovelace", "=Ben", "<b>Cem</b>")


@pytest.fixture(scope="session")
def released(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("released")
    publish(repo, ["03_backward"], out, "week-3", "Week 3")
    return out


@pytest.fixture(scope="session")
def about(repo: Path, released: Path) -> Subject:
    return subject_of(repo, read_key(released / "private" / "key.json"))


@pytest.fixture
def folder(released: Path, about: Subject, tmp_path: Path) -> Iterator[Path]:
    """Return a release's folder with a gradebook of its own: two explanations of each of two students wait."""
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "key.json").write_bytes((released / "private" / "key.json").read_bytes())
    key = read_key(tmp_path / "private" / "key.json")
    with ledger.opened(tmp_path) as store:
        fill(store, key, about)
    yield tmp_path


def fill(store: Store, key: Key, about: Subject) -> None:
    handins = [
        HandIn(name, f"{at}.zip", f"{at:x}" * 64, key.assignment, key.version, "R", "2026-11-20T17:00:00+00:00")
        for at, name in enumerate(NAMES, 1)
    ]
    store.take((each, False, True) for each in handins)
    for each in handins:
        found = [made(about, item, each.student) for item in about.parts]
        store.keep(each.hash, 1, "tests", found, isolated=each.student != NAMES[1])
    ledger.accept(store, 1, "tests")


def made(about: Subject, item: str, student: str) -> Outcome:
    """Return an outcome: right, but for explanations, which wait if the student wrote any."""
    part = about.parts[item]
    right = Outcome(
        item, part.lesson, part.kind, State.RIGHT, part.points, part.points, "So it is.", answer="an answer"
    )
    if not part.by_hand:
        return right
    text = "" if student == NAMES[2] else f"It walks back.\x1b[31m {student}"
    return replace(right, state=State.BLANK, earned=0, answer=text, waiting=bool(text), feedback="Written.")
