"""Readers that we did not write read what we export: gift-pegjs, qti-convert, and text2qti's own output beside ours."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections import Counter
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from lessontools.exchange.export import chosen, export
from lessontools.exchange.simplify import items
from lessontools.exchange.target import TARGETS, fit
from lessontools.quiz.bank import Item
from tests.exchange.conftest import Node, choices, made

TYPES = {"one": "MC", "many": "MC", "number": "Numerical", "short": "Short", "match": "Matching", "essay": "Essay"}
AWKWARD = 'A `{x: 1}` ~ = # \\nabla, 50%: it\'s "so" -> $\\nabla f \\neq 0$\n\n// no comment\n\n\n:: last'


@pytest.mark.parametrize("which", ["kinds", "course"])
def test_gift_pegjs_reads_every_question_as_what_it_is(
    which: str, node: Node, tmp_path: Path, request: pytest.FixtureRequest
):
    found = chosen(request.getfixturevalue(which))
    path = tmp_path / "bank.gift"
    path.write_bytes(export(found, "gift").data)
    read = {each["title"]: each for each in node("read_gift.mjs", path) if each["type"] != "Category"}
    ours = [fitted for each in found for item in items(each) if (fitted := fit(item, TARGETS["gift"])[0])]
    assert set(read) == {item.id for item in ours} and len(ours) == len(read)
    for item in ours:
        theirs = read[item.id]
        assert theirs["type"] == TYPES[item.form], item.id
        assert theirs["id"] == item.id and theirs["tags"] == list(item.tags)
        assert len(theirs.get("choices") or theirs.get("matchPairs") or []) == len(
            item.answers or (*item.pairs, *item.spares)
        )


def test_gift_pegjs_reads_awkward_text_as_it_was_written(node: Node, tmp_path: Path):
    asked = made("choice", stem=AWKWARD, choices=choices("a ~ = # {b} : \\", "%50% of it", "// c", "d -> e\n\n- f"))
    path = tmp_path / "one.gift"
    path.write_bytes(export([asked], "gift").data)
    (_, read) = node("read_gift.mjs", path)
    assert r"\(\nabla f \neq 0\)" in read["stem"]["text"] and "<code>{x: 1}</code>" in read["stem"]["text"]
    assert "// no comment" in read["stem"]["text"] and ":: last" in read["stem"]["text"]
    texts = [choice["text"]["text"] for choice in read["choices"]]
    assert texts[0] == "a ~ = # {b} : \\" and texts[1] == "&#37;50% of it" and texts[2] == "// c"
    assert [choice["isCorrect"] for choice in read["choices"]] == [True, False, False, False]
    assert [choice["weight"] for choice in read["choices"]] == [None] * 4


@pytest.mark.parametrize("which", ["kinds", "course"])
def test_qti_convert_reads_every_item(which: str, node: Node, tmp_path: Path, request: pytest.FixtureRequest):
    found = chosen(request.getfixturevalue(which))
    if which == "course":  # a conversion takes a tenth of a second: one of each kind and lesson
        found = list({(each.lesson, each.question.kind): each for each in found}.values())[::3]
    with zipfile.ZipFile(BytesIO(export(found, "qti").data)) as archive:
        sources = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
    held = {name: text for name, text in sources.items() if name.startswith("items/")}
    path = tmp_path / "items.json"
    path.write_text(json.dumps(held), encoding="utf-8")
    read = node("read_qti.mjs", path)
    forms = {item.id: item.form for each in found for item in items(each)}
    for name, text in read.items():
        root = ET.fromstring(text.encode())
        tags = {each.tag.rpartition("}")[2] for each in root.iter()}
        wanted = TARGETS["qti"].forms[forms[Path(name).stem]].removesuffix("Interaction")
        wanted = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in wanted)
        assert f"qti-{wanted}-interaction" in tags, name
        assert "qti-response-processing" in tags and "qti-modal-feedback" in tags
        assert not {tag for tag in tags if any(letter.isupper() for letter in tag)} - {"annotation"}, name
        before = ET.fromstring(held[name].encode())
        assert words(root) == words(before)  # no text is lost on the way


def words(root: ET.Element) -> Counter[str]:
    return Counter(" ".join(root.itertext()).split())


PLAIN = """Quiz title: t
shuffle answers: false

Title: one
1. Which 1?
... So it is.
*a) x
... What is said to choice 0.
b) y
... What is said to choice 1.

Title: many
2. Which 2?
... So it is.
[*] x
... What is said to choice 0.
[ ] y
... What is said to choice 1.

Title: number
3. Which 3?
... So it is.
= 5.0 +- 0.1

Title: short
4. Which 4?
... So it is.
* one
* two

Title: essay
5. Which 5?
... So it is.
____
"""


def beside() -> list[Item]:
    """Return the same questions as PLAIN has."""
    return [
        made("choice", id="one", choices=choices("x", "y"), shuffle=False),
        made("several", id="many", choices=choices("x", "y"), shuffle=False),
        made("number", id="number", answer=5.0, tol=0.1),
        made("text", id="short", accept=["one", "two"]),
        made("explain", id="essay", rubric=[{"id": "a", "text": "b"}], model="c"),
    ]


def skeleton(element: ET.Element) -> tuple[object, ...]:
    """Return an element's tags and the attributes that matter, without the names that each tool makes up."""
    kept = {key: value for key, value in element.attrib.items() if key in KEPT}
    children = [skeleton(each) for each in element if (each.findtext("{*}fieldlabel") or "") not in MADE_UP]
    if element.tag.endswith("}resprocessing"):  # conditions that all go on may stand in any order
        children.sort(key=str)
    return element.tag, tuple(sorted(kept.items())), tuple(children)


KEPT = {"rcardinality", "fibtype", "continue", "feedbacktype", "action", "varname", "texttype", "respident"}
MADE_UP = {"original_answer_ids"}  # ids of answers in a course that is there already


def test_our_canvas_package_is_built_as_text2qti_builds_it(tmp_path: Path):
    (tmp_path / "quiz.txt").write_text(PLAIN, encoding="utf-8")
    run = "from text2qti.cmdline import main; main()"
    subprocess.run([sys.executable, "-c", run, "quiz.txt"], cwd=tmp_path, check=True, capture_output=True)
    theirs = quiz_items((tmp_path / "quiz.zip").read_bytes())
    ours = quiz_items(export(beside(), "canvas").data)
    assert set(ours) == set(theirs) == {"one", "many", "number", "short", "essay"}
    for name, element in ours.items():
        assert skeleton(element) == skeleton(theirs[name]), name


def quiz_items(data: bytes) -> dict[str, ET.Element]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        manifest = ET.fromstring(archive.read("imsmanifest.xml"))
        (href,) = [
            file.get("href", "")
            for resource in manifest.findall(".//{*}resource")
            if resource.get("type") == "imsqti_xmlv1p2"
            for file in resource.findall(".//{*}file")
        ]
        root = ET.fromstring(archive.read(href))
    return {each.get("title", ""): each for each in root.findall(".//{*}item")}
