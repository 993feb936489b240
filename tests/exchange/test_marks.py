"""The same answers earn the same elsewhere: after export by Moodle's and QTI's rules, and after coming home again."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from lessontools.exchange import from_gift, from_moodle
from lessontools.exchange.draft import draft
from lessontools.exchange.export import chosen, export
from lessontools.exchange.pin import pinned
from lessontools.mark import Status
from lessontools.quiz.bank import Bank, Item
from lessontools.quiz.kinds.order import Order
from lessontools.quiz.question import Question, parse, variant
from tests.exchange.canvas_engine import canvas
from tests.exchange.engines import Given, given, moodle, qti

UNMARKED = {"flashcard", "explain"}
Samples = list[tuple[Question, str, Any, float]]


@pytest.fixture(scope="module")
def samples(course: Bank) -> Samples:
    """Return the course's own samples, in the first variant of each question: (question, item id, answer, share)."""
    return list(_samples(chosen(course)))


def _samples(found: list[Item]) -> Iterator[tuple[Question, str, Any, float]]:
    for each in found:
        question = variant(each.question, "export-1")
        if question.kind in UNMARKED:
            continue
        name = f"{question.id}-v1" if each.question.params else question.id
        for sample in question.samples():
            if sample.status in (Status.RIGHT, Status.PARTLY, Status.WRONG):
                mark = question.mark(sample.answer)
                yield question, name, sample.answer, mark.earned / mark.possible


def compare(
    samples: Samples, share: Callable[[Question, str, Given], float | None], whole: Collection[str] = ("order",)
) -> Counter[str]:
    """Check each sample that can be given there; return how many of each kind were."""
    seen, differ = Counter[str](), []
    for question, name, answer, ours in samples:
        there = given(question, answer)
        if there is None or (isinstance(question, Order) and not pin_keeps(question, answer)):
            continue
        theirs = share(question, name, there)
        if theirs is None:
            continue
        seen[question.kind] += 1
        # of an order only the whole is compared: parts are counted otherwise, and the report says so
        same = (ours > 0.999) == (theirs > 0.999) if question.kind in whole else abs(ours - theirs) < 2e-3
        differ += [] if same else [(name, answer, ours, theirs)]
    assert differ == []
    return seen


def pin_keeps(question: Order, answer: list[str]) -> bool:
    """Return whether the answer means the same where one order counts: other valid orders and distractors do not."""
    ids = {line.id for line in question.lines}
    valid, order = set(question.orders()), pinned(question)
    return set(answer) == ids and (tuple(answer) not in valid or (order is not None and tuple(answer) == order[0]))


KINDS = {"choice", "several", "curve", "predict", "bug-line", "number", "text", "match"}


def test_moodle_gives_the_same_marks(course: Bank, samples: Samples):
    root = ET.fromstring(export(chosen(course), "moodle").data)
    there = {each.findtext("name/text") or "": each for each in root}
    seen = compare(samples, lambda _, name, answer: moodle(there[name], answer))
    assert set(seen) == {*KINDS, "order", "trace-table"} and seen.total() > 1500


def test_a_qti_engine_gives_the_same_marks(course: Bank, samples: Samples):
    with zipfile.ZipFile(BytesIO(export(chosen(course), "qti").data)) as archive:
        there = {
            name[6:-4]: ET.fromstring(archive.read(name))
            for name in archive.namelist()
            if name.startswith("items/") and name.endswith(".xml")
        }
    seen = compare(samples, lambda _, name, answer: qti(there[name], answer))
    assert set(seen) == {*KINDS, "order", "trace-table"} and seen.total() > 1500


def test_canvas_gives_the_same_marks_where_it_has_them(course: Bank, samples: Samples):
    with zipfile.ZipFile(BytesIO(export(chosen(course), "canvas").data)) as archive:
        roots = [ET.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith("/quiz.xml")]
    there = {each.get("ident") or "": each for root in roots for each in root.findall(".//{*}item")}

    def share(question: Question, name: str, answer: Given) -> float | None:
        if question.kind == "trace-table" or getattr(question, "case", False):
            return None  # tolerance and case are told as lost
        return canvas(there[name], question, answer)

    # Canvas counts ticks in its own way, and gives nothing for a nearly right form: the whole is compared
    seen = compare(samples, share, whole={"order", "several", "text"})
    assert set(seen) == {*KINDS, "order"} and seen.total() > 1500


@pytest.mark.parametrize("target", ["moodle", "gift"])
def test_what_comes_home_again_gives_the_same_marks(target: str, course: Bank, samples: Samples):
    data = export(chosen(course), target).data
    items, _ = from_moodle.read(data) if target == "moodle" else from_gift.read(data.decode())
    drafts, notes = draft(items)
    assert [note for note in notes if note[1].startswith("left out")] == []
    home = {each["id"]: parse(each) for each in drafts}

    def share(question: Question, name: str, answer: Given) -> float | None:
        told = target == "gift" and getattr(question, "case", False)  # GIFT has no case, and the report says so
        return None if told or name not in home else at_home(home[name], answer)

    seen = compare(samples, share)
    assert set(seen) == ({*KINDS, "order"} if target == "moodle" else KINDS)


def at_home(question: Question, answer: Given) -> float:
    """Return the share that an imported question gives."""
    if isinstance(answer, dict):
        rights = {words(p.right): p.id for p in question.pairs} | {words(s.right): s.id for s in question.spares}
        answer = {question.pairs[left].id: rights[words(right)] for left, right in answer.items()}
    elif isinstance(answer, list) and isinstance(question, Order):
        ids = {line.code.strip(): line.id for line in question.lines}
        answer = [ids[line] for line in answer]
    elif isinstance(answer, list):
        picked = [question.choices[n].id for n in answer]
        answer = picked if question.kind == "several" else picked[0]
    mark = question.mark(answer)
    return mark.earned / mark.possible


def words(right: str) -> str:
    """Return a right side without the markup that it may have lost."""
    return re.sub(r"[`*\\ ]", "", right)


def test_points_are_earned_in_qti(kinds: Bank):
    found = replace(
        kinds.items["build-a-step"], question=kinds.items["build-a-step"].question.model_copy(update={"points": 3.0})
    )
    with zipfile.ZipFile(BytesIO(export([found], "qti").data)) as archive:
        root = ET.fromstring(archive.read("items/build-a-step.xml"))
    order = pinned(found.question)
    assert order is not None
    code = {line.id: line.code for line in found.question.lines}
    assert qti(root, [code[name] for name in order[0]]) == 3.0
