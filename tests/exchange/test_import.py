"""Questions from elsewhere become drafts in our form; what is missing the check tells, what is lost is told at once."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from lessontools.cli import main
from lessontools.errors import CourseError
from lessontools.exchange import from_gift, from_moodle
from lessontools.exchange.draft import OBJECTIVE, TO_DO, draft, to_yaml
from lessontools.exchange.export import export
from lessontools.exchange.from_html import literal, to_markdown
from lessontools.quiz.bank import read_bank
from lessontools.quiz.lint import lint
from lessontools.quiz.question import parse
from lessontools.screen.markup import to_portable
from tests.exchange.conftest import choices, made
from tests.quiz.planted import GOOD

GIFT = r"""// a comment
$CATEGORY: tom/dick

::two\: names:: Who's buried in Grant's tomb?{=Grant#Yes \{he\} is. ~no one#He is. ~nobody}

// [id:x] [tag:loops]
::many::[html]<p>Tick <b>two</b> of \\(x^2\\).</p>{~%50%a ~%50%b ~%-100%c ####So it is.}

::missing:: The {=cat =%50%dog#Nearly.} sat on the mat.

::number:: How many?{#=3:0.5#Yes =%0%4..6#Too many ~#No}

::range:: Between?{#1.5..2.5}

::truth:: Is it?{FALSE#It is not.#Right.}

::pairs:: Match.{=a -> 1 =b -> 2 = -> 3 =c -> -> x}

::essay:: Write.{}

::words:: Only a description.

::broken:: No end {=a ~b

::odd:: How much?{#three}
"""


def test_gift_is_read_as_moodle_reads_it():
    items, notes = from_gift.read(GIFT)
    found = {item.id: item for item in items}
    assert list(found) == ["two: names", "many", "missing", "number", "range", "truth", "pairs", "essay"]
    assert found["two: names"].answers[0].feedback == "Yes {he} is."
    assert found["many"].stem == "Tick **two** of $x^2$." and found["many"].why == "So it is."
    assert [each.share for each in found["many"].answers] == [0.5, 0.5, -1.0] and found["many"].tags == ("loops",)
    assert found["missing"].stem == "The _____ sat on the mat."
    assert [(each.text, each.share) for each in found["missing"].answers] == [("cat", 1.0), ("dog", 0.5)]
    assert [(each.text, each.margin) for each in found["number"].answers] == [("3", 0.5), ("5", 1.0)]
    assert [(each.text, each.margin) for each in found["range"].answers] == [("2", 0.5)]
    assert [(each.share, each.feedback) for each in found["truth"].answers] == [(0.0, "It is not."), (1.0, "Right.")]
    assert found["pairs"].pairs == (("a", "1"), ("b", "2"), ("c", "-> x")) and found["pairs"].spares == ("3",)
    assert notes == [
        ("number", "dropped: the feedback to any other number"),
        ("words", "left out: it has no answers: a description"),
        ("broken", "left out: its braces do not match"),
        ("odd", "left out: 'three' is no number"),
    ]


def test_a_draft_has_the_schema_and_the_check_tells_what_is_missing(tmp_path: Path):
    drafts, notes = draft(from_gift.read(GIFT)[0])
    assert [parse(each).kind for each in drafts] == [
        "choice",
        "several",
        "text",
        "number",
        "number",
        "choice",
        "match",
        "explain",
    ]
    assert notes == []
    shutil.copytree(GOOD, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "quizzes" / "02_numbers.yaml"
    path.write_text(to_yaml(drafts, "x.gift"), encoding="utf-8")
    bank = read_bank(tmp_path)
    assert bank.faults == []
    told = [fault for fault in lint(bank) if fault.file.endswith("02_numbers.yaml") and not fault.warning]
    assert sum(fault.rule == "unknown-objective" and OBJECTIVE in fault.message for fault in told) == 7
    assert any(fault.rule == "unknown-objective" and "loops" in fault.message for fault in told)
    unfinished = {fault.line for fault in told if fault.rule == "unfinished"}
    lines = path.read_text(encoding="utf-8").splitlines()
    assert unfinished == {n for n, line in enumerate(lines, 1) if TO_DO in line and not line.startswith("#")}
    assert any(fault.rule == "unexplained-distractor" for fault in told)


MOODLE = """<?xml version="1.0"?><quiz>
<question type="category"><category><text>top</text></category></question>
<question type="multichoice"><name><text>One</text></name>
  <questiontext format="html"><text><![CDATA[<p>Which <code>a_b</code>?<img src="@@PLUGINFILE@@/x.png" alt="a plot"></p>
  <script>x</script>]]></text><file name="x.png" path="/" encoding="base64">AAAA</file></questiontext>
  <single>true</single><shuffleanswers>0</shuffleanswers>
  <answer fraction="100"><text>yes</text><feedback><text>So.</text></feedback></answer>
  <answer fraction="50"><text>half</text></answer><answer fraction="0"><text>no</text></answer>
  <correctfeedback><text>Well done</text></correctfeedback></question>
<question type="shortanswer"><name><text>Short</text></name><questiontext><text>Name it</text></questiontext>
  <usecase>1</usecase><answer fraction="100"><text>zero*</text></answer>
  <answer fraction="0"><text>*</text></answer></question>
<question type="numerical"><name><text>One</text></name><questiontext><text>How many</text></questiontext>
  <answer fraction="100"><text>3</text><tolerance>0.1</tolerance></answer><units><unit><unit_name>m</unit_name></unit>
  <unit><unit_name>cm</unit_name></unit></units></question>
<question type="ordering"><name><text>Order</text></name><questiontext><text>Order them</text></questiontext>
  <gradingtype>ABSOLUTE_POSITION</gradingtype><answer fraction="2"><text>b</text></answer>
  <answer fraction="1"><text>a</text></answer></question>
<question type="calculated"><name><text>Drawn</text></name><questiontext><text>{a}+{b}</text></questiontext></question>
<question type="matching"><name><text>Empty</text></name><questiontext><text>Match</text></questiontext></question>
</quiz>"""


def test_moodle_xml_is_read_and_what_is_lost_is_told():
    items, notes = from_moodle.read(MOODLE)
    drafts, more = draft(items, taken={"short"})
    assert [each["id"] for each in drafts] == ["one", "short-2", "one-2", "order"]
    assert drafts[0]["stem"] == "Which `a_b`?" and drafts[0]["shuffle"] is False
    assert drafts[0]["choices"][1]["feedback"].startswith(TO_DO)
    assert drafts[2] | {} == {**drafts[2], "answer": 3, "tol": 0.1, "unit": "m"}
    assert [line["code"] for line in drafts[3]["lines"]] == ["a", "b"]
    told = dict.fromkeys(f"{name}: {said}" for name, said in notes + more)
    assert list(told) == [
        "One: dropped: a file that belongs to it",
        "One: dropped: the picture 'a plot'",
        "One: dropped: <script> and what is in it",
        "One: dropped: its correctfeedback",
        "Short: dropped: the feedback to any other answer",
        "Short: dropped: the wildcards (*) in its answers: each is taken as it stands",
        "One: dropped: the units after the first: cm",
        "Order: dropped: its way of grading: here the longest part in order counts",
        "Drawn: left out: a question of the type 'calculated' has no form here",
        "One: dropped: part of the points for a choice that is nearly right",
        "Order: check: other orders may be valid; then remove rules",
        *(name for name in told if name.startswith("Empty: left out: it has no form here")),
    ]
    assert len(told) == 12


BOMB = '<!DOCTYPE q [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><quiz><question type="essay">&b;</question></quiz>'
FILE = '<!DOCTYPE q [<!ENTITY a SYSTEM "file:///etc/passwd">]><quiz><question type="essay">&a;</question></quiz>'


@pytest.mark.parametrize("text", [BOMB, FILE, "<quiz>", "<html></html>", "", "<quiz\x00/>"])
def test_hostile_or_broken_xml_is_refused_with_a_sentence(text: str):
    with pytest.raises(CourseError, match="this is no"):
        from_moodle.read(text)


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>a</p><p>b <em>c</em></p>", "a\n\nb *c*"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<pre><code>x = 1\n\ny = 2\n</code></pre>", "```\nx = 1\n\ny = 2\n```"),
        ("<code>a`b</code>", "``a`b``"),
        ("5 * 3 and x_i and _y", "5 \\* 3 and x_i and \\_y"),
        ("__init__ is ___", r"\_\_init\_\_ is ___"),
        (r"\(a_1\) costs $5", r"$a_1$ costs \$5"),
        ('<a href="https://x.org">x</a>', "[x](https://x.org)"),
        ("a &lt;b&gt;", "a \\<b>"),
    ],
)
def test_html_becomes_markdown(html: str, markdown: str):
    assert to_markdown(html) == (markdown, [])


NASTY = st.text("ab \\~=#{}:*_`$<>&;-+|[]()!%./'\"1\n\u00e9", max_size=40)


@given(NASTY)
def test_any_text_comes_home_as_it_went(text: str):
    markdown = literal(" ".join(text.split())) or "x"
    asked = made("choice", stem=markdown, choices=choices("x", "y"), why=markdown)
    for read, target in ((from_gift.read, "gift"), (from_moodle.read, "moodle")):
        data = export([asked], target).data
        (item,), _ = read(data.decode())
        assert to_portable(item.stem) == to_portable(markdown)
        assert to_portable(item.why) == to_portable(markdown)


@given(st.integers(0, 10**9))
@settings(deadline=None)
def test_damaged_files_are_read_or_refused_in_words(seed: int):
    rng = random.Random(seed)
    for source, read in ((GIFT, from_gift.read), (MOODLE, from_moodle.read)):
        text = source
        for _ in range(rng.randint(1, 4)):
            start = rng.randrange(len(text))
            text = (
                text[:start]
                + rng.choice(("", "{", "}", "~", "=", "#", "<", "x", "1e999"))
                + text[start + rng.randint(0, 9) :]
            )
        try:
            items, _ = read(text)
        except CourseError:
            continue
        for each in draft(items)[0]:
            parse(each)


def test_the_command_writes_a_draft_and_never_over_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    source, out = tmp_path / "x.gift", tmp_path / "x.yaml"
    source.write_text(GIFT, encoding="utf-8")
    ran = CliRunner().invoke(main, ["import", str(source), "--out", str(out)])
    assert ran.exit_code == 0 and "8 questions taken, 3 left out" in ran.output and "words: left out" in ran.output
    ran = CliRunner().invoke(main, ["import", str(source), "--out", str(out)])
    assert ran.exit_code == 1 and "is there already" in ran.output
    source.write_bytes(b"\xff\xfe\x00")
    ran = CliRunner().invoke(main, ["import", str(source)])
    assert ran.exit_code == 1 and "neither Moodle XML nor GIFT" in ran.output
