"""Each trap of a format that is known, one by one: what would split, vanish or be refused there does not."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest

from lessontools.exchange.export import chosen, export
from lessontools.exchange.gift import escaped, percent
from lessontools.exchange.losses import MOODLE_SHARES
from lessontools.exchange.pin import pinned
from lessontools.exchange.simplify import items
from lessontools.exchange.target import TARGETS, fit
from lessontools.quiz.bank import Bank, Item
from tests.exchange.conftest import choices, made


def gift(item: Item) -> str:
    """Return a question as GIFT, without the category above it."""
    return export([item], "gift").data.decode().split("\n\n", 1)[1]


def order(*ids: str, rules: list[dict[str, object]] | None = None, **more: object) -> Item:
    lines = [{"id": name, "code": f"{name}()"} for name in ids]
    said = rules if rules is not None else [{"first": ids[0], "then": ids[-1], "feedback": "So."}]
    return made("order", lines=lines, rules=said, **more)


def test_gift_a_blank_line_does_not_split_a_question():
    text = gift(made("choice", stem="One.\n\nTwo.\n\n```python\na = 1\n\nb = 2\n```", choices=choices("x\n\ny", "z")))
    assert "\n\n" not in text and r"a \= 1\n\nb \= 2" in text


def test_gift_every_backslash_is_doubled():
    assert r"\\(\\nabla f\\)" in gift(made("choice", stem=r"What is $\nabla f$?", choices=choices("x", "y")))


def test_gift_no_line_of_a_text_starts_with_slashes():
    text = gift(made("choice", stem="```\n// a\n```", choices=choices("// b", "c"), why="// d"))
    assert [line for line in text.splitlines() if line.strip().startswith("//")] == ["// [id:asked] [tag:aim]"]


def test_gift_a_matching_splits_at_our_arrow():
    pairs = [{"id": f"p{n}", "left": f"`a -> {n}`", "right": f"-> {n}", "feedback": "So."} for n in range(3)]
    lines = [line for line in gift(made("match", pairs=pairs)).splitlines() if line.startswith("\t=")]
    assert [line.split("->", 1)[1].strip() for line in lines] == [f"-> {n}" for n in range(3)]


def test_gift_an_arrow_in_a_short_answer_is_refused_and_said():
    made_ = export([made("text", accept=["f -> g"])], "gift")
    assert [(each.status, each.codes) for each in made_.entries] == [("left out", ("arrow",))]


@pytest.mark.parametrize("target", ["gift", "moodle"])
@pytest.mark.parametrize("right", range(1, 11))
def test_every_fraction_is_on_moodles_list(target: str, right: int):
    asked = made("several", choices=choices(*map(str, range(right + 3)), right=right))
    text = export([asked], target).data.decode()
    found = re.findall(r"%(-?[\d.]+)%", text) if target == "gift" else re.findall(r'fraction="(-?[\d.]+)"', text)
    assert len(found) == right + 3 and {abs(float(each)) for each in found} <= set(MOODLE_SHARES)
    assert abs(sum(float(each) for each in found if float(each) > 0) - 100) < 0.01


def test_thirds_have_five_digits_and_strange_shares_go_down_and_are_said():
    assert percent(1 / 3) == "33.33333" and percent(-1 / 6) == "-16.66667" and percent(0.37) == "33.33333"
    near = [{"text": "b", "share": 0.37, "feedback": "Nearly."}]
    assert "shares" in export([made("text", accept=["a"], near=near)], "moodle").entries[0].codes


@pytest.mark.parametrize("mark", list("~=#{}:\\"))
def test_gift_escapes_each_of_its_characters(mark: str):
    assert escaped(f"a{mark}b") == f"a\\{mark}b"
    assert f"a\\{mark}b" in gift(made("text", stem=f"`a{mark}b`?", accept=["x"]))


def test_gift_a_percent_sign_in_front_is_no_weight():
    assert r"~&\#37;50% of it" in gift(made("choice", choices=choices("x", "%50% of it")))


def test_gift_numbers_have_no_exponent():
    assert "0.00001:0.0000001" in gift(made("number", answer=1e-5, tol=1e-7))


def test_gift_sends_orders_and_tables_to_xml(kinds: Bank):
    left = {each.kind: each.codes for each in export(chosen(kinds), "gift").entries if each.status == "left out"}
    assert left == {"order": ("order",), "trace-table": ("table",), "flashcard": ("card",)}


@pytest.mark.parametrize(("target", "wanted"), [("moodle", r"<text>a\*b</text>"), ("gift", r"%a\\*b")])
def test_an_asterisk_stands_for_itself(target: str, wanted: str):
    assert wanted in export([made("text", accept=["a*b"])], target).data.decode()


def test_moodle_orders_are_graded_by_their_longest_part():
    root = ET.fromstring(export([order("a", "b", "c", rules=CHAIN)], "moodle").data)
    asked = root.findall("question")[1]
    assert asked.get("type") == "ordering" and asked.findtext("gradingtype") == "LONGEST_ORDERED_SUBSET"
    assert asked.findtext("selecttype") == "ALL"


CHAIN = [{"first": "a", "then": "b", "feedback": "So."}, {"first": "b", "then": "c", "feedback": "So."}]


def test_of_several_valid_orders_the_stem_names_one_and_the_report_says_so(course: Bank):
    asked = course.items["five-calls"]
    (item,) = items(asked)
    fitted, codes = fit(item, TARGETS["moodle"])
    assert fitted is not None and "one-order" in codes
    assert "`optimizer.zero_grad()` stands before `logits = model(X)`" in fitted.stem
    order_, _ = pinned(asked.question) or ((), "")
    said = [each for each in asked.question.orders() if each.index("clear") < each.index("forward")]
    assert said == [order_]  # what the stem says leaves this one only


def test_every_sentence_of_the_course_leaves_one_order(course: Bank):
    for item in chosen(course):
        if item.question.kind == "order":
            found = pinned(item.question)
            assert found is not None, item.question.id
            code = {line.id: line.code.strip().splitlines()[0] for line in item.question.lines}
            pairs = re.findall(r"`+ ?(.*?) ?`+ stands before `+ ?(.*?) ?`+(?= and |\.$)", found[1])
            fits = [
                each
                for each in item.question.orders()
                if all([code[n] for n in each].index(a) < [code[n] for n in each].index(b) for a, b in pairs)
            ]
            assert fits == [found[0]], item.question.id


def test_too_many_valid_orders_are_refused_and_said():
    free = order("a", "b", "c", "d", "e", rules=[{"first": "a", "then": "b", "feedback": "So."}])
    for target in TARGETS:
        (entry,) = export([free], target).entries
        assert (entry.status, entry.codes) == ("left out", ("orders",))


def test_moodle_wants_three_right_sides():
    pairs = [{"id": f"p{n}", "left": f"a{n}", "right": f"b{n}", "feedback": "So."} for n in range(2)]
    for target, status in (("moodle", "left out"), ("gift", "left out"), ("canvas", "changed"), ("qti", "changed")):
        assert export([made("match", pairs=pairs)], target).entries[0].status == status


def canvas(*asked: Item) -> ET.Element:
    with zipfile.ZipFile(BytesIO(export(asked, "canvas").data)) as archive:
        return ET.fromstring(archive.read("01_loop/quiz.xml"))


def test_canvas_names_the_type_and_ties_feedback_to_the_choice():
    root = canvas(made("choice", choices=choices("x", "y")))
    fields = {
        each.findtext("{*}fieldlabel"): each.findtext("{*}fieldentry")
        for each in root.findall(".//{*}qtimetadatafield")
    }
    assert fields["question_type"] == "multiple_choice_question"
    labels = {each.get("ident") for each in root.findall(".//{*}response_label")}
    links = {each.get("linkrefid") for each in root.findall(".//{*}displayfeedback")}
    assert links == {f"{label}_fb" for label in labels} | {"general_fb"}
    assert links == {each.get("ident") for each in root.findall(".//{*}itemfeedback")}


def test_canvas_numbers_are_exact_or_within():
    root = canvas(made("number", answer=2.5, tol=0.25))
    either = root.find(".//{*}or")
    assert either is not None and [each.tag.rpartition("}")[2] for each in either] == ["varequal", "and"]
    assert [(each.tag.rpartition("}")[2], each.text) for each in either[1]] == [("vargte", "2.25"), ("varlte", "2.75")]


def test_canvas_brackets_in_a_table_are_no_blanks(kinds: Bank):
    asked = made(
        "trace-table",
        stem="See `w[0]`.",
        columns=["w[0]"],
        rows=[{"code": "w[0] = 1", "cells": [{"answer": 1, "feedback": "So."}]}],
    )
    text = canvas(asked).findtext(".//{*}presentation/{*}material/{*}mattext") or ""
    assert re.findall(r"\[.*?\]", text) == ["[cell_0_0]"] and "w&#91;0&#93;" in text


@pytest.mark.parametrize("target", list(TARGETS))
def test_quotes_markup_and_forbidden_characters_survive_or_are_said(target: str):
    asked = made("choice", stem='It\'s `a < b && "c" ]]>` é 漢 \x07 ?', choices=choices("x", "y"))
    made_ = export([asked], target)
    assert made_.entries[0].codes[-1] == "control-characters"
    data = made_.data
    if zipfile.is_zipfile(BytesIO(data)):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            data = b"".join(archive.read(name) for name in archive.namelist() if "asked" in name or "quiz" in name)
    text = data.decode()
    assert "It's" in text and "é 漢" in text and "\x07" not in text and "]]>" not in text


@pytest.mark.parametrize("target", list(TARGETS))
def test_the_same_questions_give_the_same_bytes(target: str, kinds: Bank):
    assert export(chosen(kinds), target).data == export(chosen(kinds), target).data
