"""Moodle XML, held to what Moodle's importer asks for: we have no Moodle here, so its rules stand below."""

from __future__ import annotations

import base64
import re
from collections import Counter
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from lessontools.exchange.export import chosen, export
from lessontools.exchange.losses import MOODLE_SHARES
from lessontools.quiz.bank import Bank
from tests.exchange.engines import GAP, gaps

# type -> what import_* of Moodle's question/format/xml reads besides the header that all have
PARTS = {
    "multichoice": {"single", "shuffleanswers", "answernumbering", "answer"},
    "numerical": {"answer", "unitgradingtype", "unitpenalty", "showunits", "unitsleft"},
    "shortanswer": {"usecase", "answer"},
    "matching": {"shuffleanswers", "subquestion"},
    "ordering": {"layouttype", "selecttype", "selectcount", "gradingtype", "showgrading", "numberingstyle", "answer"},
    "cloze": set(),
    "essay": {
        "responseformat",
        "responserequired",
        "responsefieldlines",
        "attachments",
        "graderinfo",
        "responsetemplate",
    },
}
HEADER = {"name", "questiontext", "generalfeedback", "defaultgrade", "penalty", "hidden", "idnumber"}
MORE = {"hint", "tags", "units", "showstandardinstruction"}
FORMATS = {"html", "plain_text"}
VOID = {"br", "hr", "img"}


class Balanced(HTMLParser):
    """Reads HTML and fails where a tag is left open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "style", "math"}, tag  # Moodle's cleaner would take them out
        self.open += [] if tag in VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert tag in VOID or self.open.pop() == tag


@pytest.fixture(scope="module")
def questions(course: Bank) -> list[ET.Element]:
    root = ET.fromstring(export(chosen(course), "moodle").data)
    assert root.tag == "quiz" and {each.tag for each in root} == {"question"}
    return list(root)


def test_each_question_has_the_parts_of_its_type_and_no_other(questions: list[ET.Element]):
    for asked in questions:
        kind, tags = asked.get("type", ""), {each.tag for each in asked}
        if kind == "category":
            assert (asked.findtext("category/text") or "").startswith("$course$/top/")
            continue
        assert HEADER | PARTS[kind] <= tags <= HEADER | PARTS[kind] | MORE, asked.findtext("name/text")
        once = Counter(each.tag for each in asked)
        assert all(once[tag] == 1 for tag in tags - {"answer", "subquestion", "hint"})


def test_each_text_states_its_format_and_is_balanced_html(questions: list[ET.Element]):
    for asked in questions:
        for each in asked.iter():
            if each.get("format"):
                assert each.get("format") in FORMATS and each.find("text") is not None
            if each.get("format") == "html":
                reader = Balanced()
                reader.feed(each.findtext("text") or "")
                assert reader.open == []


def test_shares_add_up_and_numbers_are_numbers(questions: list[ET.Element]):
    for asked in questions:
        answers, kind = asked.findall("answer"), asked.get("type")
        shares = [float(each.get("fraction", "")) for each in answers]
        if kind == "ordering":
            assert shares == [float(n) for n in range(1, len(shares) + 1)] and len(shares) > 1
            continue
        assert {abs(share) for share in shares} <= set(MOODLE_SHARES)
        if kind == "multichoice" and asked.findtext("single") == "true":
            assert sorted(set(shares)) == [0.0, 100.0] and shares.count(100.0) == 1
        elif kind == "multichoice":
            assert abs(sum(share for share in shares if share > 0) - 100) < 0.01
        elif kind == "numerical":
            assert shares[0] == 100 and all(
                re.fullmatch(r"-?\d+(\.\d+)?", each.findtext("text") or "") for each in answers
            )
            assert all(float(each.findtext("tolerance") or "x") >= 0 for each in answers)
        elif kind == "matching":
            assert len({each.findtext("answer/text") for each in asked.findall("subquestion")}) >= 3


def test_names_and_id_numbers_are_unique_and_short(questions: list[ET.Element]):
    numbers = [each.findtext("idnumber") for each in questions if each.get("type") != "category"]
    assert len(set(numbers)) == len(numbers) and all(0 < len(each or "") <= 100 for each in numbers)


def test_pictures_are_in_the_file_and_are_named(questions: list[ET.Element]):
    seen = 0
    for asked in questions:
        names = re.findall(r'src="@@PLUGINFILE@@/([^"]+)"', asked.findtext("questiontext/text") or "")
        files = {each.get("name"): each.text or "" for each in asked.findall("questiontext/file")}
        assert set(names) == set(files)
        for text in files.values():
            root = ET.fromstring(base64.b64decode(text))
            assert root.tag.endswith("svg") and root.get("width") != "100%" and root.find("{*}rect") is not None
            seen += 1
    assert seen == sum(
        each.get("type") == "multichoice" and each.find("questiontext/file") is not None for each in questions
    )
    assert seen > 0


def test_gaps_are_read_as_they_were_meant(course: Bank, questions: list[ET.Element]):
    there = {each.findtext("name/text"): each for each in questions}
    seen = 0
    for item in chosen(course):
        if item.question.kind != "trace-table":
            continue
        text = there[item.question.id].findtext("questiontext/text") or ""
        found = gaps(text)
        assert "{" not in GAP.sub("", text)  # nothing but a gap starts with a brace
        cells = item.question.asked()
        assert len(found) == len(cells)
        for (kind, rows), cell in zip(found, cells.values(), strict=True):
            assert [share for share, _, _ in rows] == [1.0] + [0.0] * (len(cell.near) + 1)
            assert rows[0][2].startswith("<p>") and rows[-1][1] == "*" and kind in ("NUMERICAL", "SHORTANSWER")
            seen += 1
    assert seen > 100


def test_variants_stand_in_a_category_of_their_own(questions: list[ET.Element]):
    where, held = "", {}
    for asked in questions:
        if asked.get("type") == "category":
            where = (asked.findtext("category/text") or "").rpartition("/")[2]
        elif re.search(r"-v\d+$", asked.findtext("name/text") or ""):
            held.setdefault(where, []).append(asked.findtext("name/text"))
    assert held and all(all(name.startswith(f"{group}-v") for name in names) for group, names in held.items())
