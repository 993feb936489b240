"""Nothing is lost unsaid: what the report does not call changed is in the file; the tables and the command line."""

from __future__ import annotations

import html
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from lessontools.cli import main
from lessontools.exchange.export import chosen, export, report, summary, tables
from lessontools.exchange.losses import LOSSES
from lessontools.exchange.target import CHANGES, GENERAL, MISSING, TARGETS, words
from lessontools.quiz.bank import Bank, Item
from lessontools.quiz.question import variant
from lessontools.screen.markup import to_portable
from tests.exchange.conftest import choices, made

# fields that are no text for a learner, or have a code of their own when they do not go along
OURS = {"id", "kind", "objectives", "covers", "use", "proof", "setup", "check", "misconception", "reason", "twin"}
OURS |= {"params", "derive", "label", "xlabel", "ylabel", "series", "rules", "first", "then", "line", "fix", "name"}


def texts(value: object, key: str = "") -> set[str]:
    """Return every text of a question that a learner should meet elsewhere too."""
    if key in OURS:
        return set()
    if isinstance(value, BaseModel):
        return {found for name in type(value).model_fields for found in texts(getattr(value, name), name)}
    if isinstance(value, tuple):
        return {found for each in value for found in texts(each, key)}
    return {line for line in value.splitlines() if len(line) > 12} if isinstance(value, str) else set()


def bare(text: str) -> str:
    """Return the letters and digits of a text, whatever markup and escapes are around them."""
    text = re.sub(r"\\n|\\(?=[:=~#{}\\])", " ", html.unescape(html.unescape(html.unescape(text))))
    text = re.sub(r'<img [^>]*alt="([^"]*)"[^>]*>', r"\1", text)
    return re.sub(r"[^a-z0-9]+", "", re.sub(r"</?[a-z][^<>]*>", "", text).lower())


def content(data: bytes) -> str:
    if not zipfile.is_zipfile(BytesIO(data)):
        return data.decode()
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


EXCUSED = {"hints": "hints", "distractor-lines": "distractors"}  # a change -> the field that it leaves out


@pytest.mark.parametrize("target", list(TARGETS))
def test_what_is_not_told_as_lost_is_in_the_file(target: str, course: Bank):
    for item in chosen(course)[::4]:
        made_ = export([item], target)
        (entry,) = made_.entries
        if entry.status == "left out":
            continue
        question = variant(item.question, "export-1")
        left_out = {EXCUSED[code] for code in entry.codes if code in EXCUSED}
        wanted = {
            found
            for name in type(question).model_fields
            if name not in left_out
            for found in texts(getattr(question, name), name)
        }
        there = bare(content(made_.data))
        lost = [text for text in wanted if bare(re.sub("<[^>]*>", "", to_portable(text))) not in there]
        assert [text for text in lost if "$" not in text] == [], item.question.id  # a formula is set otherwise


def test_each_change_has_words_and_no_code_is_used_twice():
    codes = [*(each.code for each in LOSSES), *CHANGES, *MISSING]
    assert len(set(codes)) == len(codes) and all(words(code) for code in codes)
    for target in TARGETS.values():
        assert target.keeps <= {each.code for each in LOSSES}


def test_every_question_of_the_course_is_in_the_report(course: Bank):
    for target in TARGETS:
        made_ = export(chosen(course), target)
        assert [entry.id for entry in made_.entries] == [item.question.id for item in chosen(course)]
        text = report(made_)
        assert summary(made_) in text and all(line in text for line in GENERAL)
        for entry in made_.entries:
            assert (f"- `{entry.id}` (" in text) == (entry.status != "whole")


def test_the_document_has_the_tables_that_the_program_makes(repo: Path):
    assert tables() in (repo / "docs" / "exchange.md").read_text(encoding="utf-8")


def plainest() -> Item:
    return made("choice", choices=choices("x", "y"))


@pytest.mark.parametrize("target", list(TARGETS))
def test_a_plain_choice_survives_whole(target: str):
    assert [each.status for each in export([plainest()], target).entries] == ["whole"]


@pytest.mark.parametrize(
    ("code", "targets", "item"),
    [
        ("hints", {"gift", "canvas", "qti"}, made("choice", choices=choices("x", "y"), hints=["Look."])),
        ("unit", {"gift", "canvas", "qti"}, made("number", answer=3, unit="rows")),
        ("case", {"gift", "canvas"}, made("text", accept=["Linear"], case=True)),
        ("fixed-order", {"gift"}, made("choice", choices=choices("x", "y"), shuffle=False)),
        ("points", {"gift"}, made("choice", choices=choices("x", "y"), points=2.0)),
        ("wrong-ticks", {"canvas"}, made("several", choices=choices("x", "y", "z", right=2))),
        ("attempts", set(TARGETS), made("choice", choices=choices("x", "y"), attempts=1)),
        ("near-feedback", {"canvas"}, made("number", answer=3, near=[{"value": 4, "feedback": "Too many by one."}])),
        (
            "part-points",
            {"canvas"},
            made("text", accept=["one"], near=[{"text": "ein", "share": 0.5, "feedback": "Nearly."}]),
        ),
    ],
)
def test_a_loss_is_told_where_it_is_one(code: str, targets: set[str], item: Item):
    assert {target for target in TARGETS if code in export([item], target).entries[0].codes} == targets


def test_variants_differ_and_are_as_many_as_asked(kinds: Bank):
    asked = kinds.items["one-step-of-sgd"]
    text = content(export([asked], "moodle", variants=5).data)
    assert len(set(re.findall("one-step-of-sgd-v[0-9]+", text))) == 5
    two = made("number", answer="a", params={"a": {"pick": [1, 2]}}, stem="{{ a }}?")
    assert len(set(re.findall("asked-v[0-9]+", content(export([two], "moodle", variants=5).data)))) == 2


def test_the_command_writes_the_file_and_the_report(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LESSONTOOLS_COURSE", str(repo))
    out = tmp_path / "five.xml"
    ran = CliRunner().invoke(main, ["export", "moodle", "05", "--use", "exit", "--out", str(out)])
    assert ran.exit_code == 0, ran.output
    assert out.read_bytes().startswith(b"<?xml") and "whole" in ran.output
    assert (tmp_path / "five.changes.md").read_text(encoding="utf-8").startswith("# What changed on the way to Moodle")
    ran = CliRunner().invoke(main, ["export", "gift", "05", "--whole", "--out", str(tmp_path / "whole.gift")])
    assert ran.exit_code == 0 and " 0 changed, 0 left out" in ran.output
