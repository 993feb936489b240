"""The pages: sound HTML, nothing that runs or leads away, no key before attempts are over, and all of it afterwards."""

from __future__ import annotations

import pytest

from lessontools.grading.ledger import Sheet
from lessontools.grading.outcome import State
from lessontools.report.class_page import class_page
from lessontools.report.likeness import Alike
from lessontools.report.student import feedback_text, student_page
from lessontools.report.tally import Tally
from tests.report.made import CODE, Checked, harmless, outcome, sheet, subject

EVIL = [
    "<script>alert(1)</script>",
    "</p></section></main><script>alert(1)</script>",
    "[look](http://evil.example)",
    "![x](http://evil.example/x.png)",
    "[a]: http://evil.example\n\n[a]",
    "<http://evil.example>",
    "` [look](http://evil.example) <img src=x onerror=alert(1)> `",
    "```\n</code></pre><script>alert(1)</script>\n```",
    '[x](http://evil.example "a>b")',
    "$</math><script>alert(1)</script>$",
    '" onmouseover="alert(1)',
    "&lt;script&gt;&#60;script&#62;",
    "# heading\n\n- [ ] <details open ontoggle=alert(1)>",
]


def evil_sheet(text: str) -> Sheet:
    """Return a sheet with the same text wherever a student's hand can reach."""
    everywhere = {"answer": text, "feedback": f"It returned {text}", "remark": text, "confidence": text}
    marks = [
        outcome(name, 0.0, state=state, **everywhere)
        for name in subject().parts
        for state in (State.INVALID if name == "pick" else State.WRONG,)
    ]
    return sheet(text, marks, remarks=[text], receipt=text, file=text, handed_in=text, met={"why": ("one",)})


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("final", [True, False])
def test_nothing_of_a_student_runs_or_leads_away(text: str, final: bool) -> None:
    page = student_page(subject(), evil_sheet(text), final)
    found = harmless(page)
    assert not any(tag == "a" for tag, _ in found.tags)
    assert "evil.example" not in page or "evil.example" in found.text


@pytest.mark.parametrize("text", EVIL)
def test_nothing_of_a_student_runs_on_the_class_page(text: str) -> None:
    tally = Tally(subject())
    tally.add(evil_sheet(text), "students/x.html")
    tally.missing(text)
    found = harmless(class_page(tally, [Alike("code", text, text, 0.9, 40)], "today", [text]))
    links = [attributes["href"] for tag, attributes in found.tags if tag == "a"]
    assert set(links) - {"students/x.html"} == {href for href in links if str(href).startswith("#")}


def test_a_page_before_the_end_gives_nothing_away() -> None:
    wrong = outcome("pick", 0.0, feedback="Secret feedback.", beliefs=("stuck",))
    found = harmless(
        student_page(subject(), sheet("Ada", [wrong, outcome("sum", feedback="Also secret.")]), final=False)
    )
    for word in ("ecret", "not right", "right", "moves", "sticks", "0 of 1"):
        assert word not in found.text.replace("What moves?", ""), word
    assert "received" in found.text and "nothing" in found.text and "not over yet" in found.text
    assert not any("RIGHT" in str(each) or "WRONG" in str(each) for _, each in found.tags)


def test_right_and_wrong_look_the_same_before_the_end() -> None:
    right, wrong = (
        student_page(subject(), sheet("Ada", [outcome("pick", share, answer="x", feedback=f"{share}")]), final=False)
        for share in (1.0, 0.0)
    )
    assert right == wrong


def test_a_final_page_says_points_why_and_where_it_is_mended() -> None:
    wrong = outcome("pick", 0.0, feedback="Nothing moves **by itself**.", beliefs=("stuck",))
    text = harmless(student_page(subject(), sheet("Ada", [wrong, outcome("sum")]), final=True)).text
    for words in ("0 of 1 point", "2 of 2 points", "not right", "Nothing moves by itself.", "It moves.", "“Metrics”"):
        assert words in text, words
    assert "It <b>sticks</b>." in text  # a course's text is Markdown, too: its HTML is shown, not obeyed


def test_what_a_person_marked_is_told_criterion_by_criterion() -> None:
    marked = outcome("why", 0.5, answer="so", feedback="Well put.")
    text = harmless(student_page(subject(), sheet("Ada", [marked], met={"why": ("one",)}), final=True)).text
    assert "✓ met: Says one." in text and "✗ not met: Two." in text and "Well put." in text


def test_what_waits_and_what_ran_without_a_sandbox_is_said() -> None:
    waits = outcome("why", 0.0, state=State.BLANK, waiting=True, answer="so", feedback="Written; now compare.")
    text = harmless(student_page(subject(), sheet("Ada", [waits], isolated=False), final=True)).text
    assert "waits to be marked" in text and "Not isolated" in text and "now compare" not in text


@pytest.mark.parametrize("final", [True, False])
def test_who_handed_in_what_cannot_be_read_is_told_why(final: bool) -> None:
    marks = [outcome(each, 0.0, state=State.UNREADABLE, feedback="the zip is damaged") for each in subject().parts]
    text = harmless(student_page(subject(), sheet("Ada", marks), final)).text
    assert "could not be read: the zip is damaged." in text and "What moves?" not in text


def test_an_empty_class_and_one_without_grades_have_a_page() -> None:
    harmless(class_page(Tally(subject()), [], "today"))
    tally = Tally(subject())
    tally.add(sheet("B", [outcome(each, 0.0, state=State.UNREADABLE, feedback="no zip") for each in subject().parts]))
    assert "no zip" in harmless(class_page(tally, [], "today")).text


def test_the_class_page_tells_the_class() -> None:
    tally = Tally(subject())
    for place in range(24):
        held = outcome("pick", 0.0, beliefs=("stuck",), confidence="sure") if place % 3 == 0 else outcome("pick")
        crashed = outcome("code", 0.0, state=State.CRASHED) if place == 5 else outcome("code")
        tally.add(
            sheet(f"Student {place:02}", [held, outcome("sum", place % 2, seconds=20.0 + place), crashed], place != 3)
        )
    tally.missing("Arno Away")
    page = class_page(tally, [Alike("code", "Student 01", "Student 02", 0.9, 40)], "today", ["Canvas: so"])
    found = harmless(page)
    for words in ("24handed in", "1missing", "8 of 24", "8 of them sure", "“Metrics”", "Not isolated: the code of 1",
                  "code: CRASHED", "MISSING: nothing was handed in", "no verdict", "90 %", "say what moves",
                  "Late policies", "Student 00, Student 03", "Canvas: so", "median"):  # fmt: skip
        assert words in found.text, words
    tables = page.count("<table>")
    assert tables == page.count("<caption>") > 6 and page.count('scope="col"') >= 2 * tables


def test_a_large_class_keeps_its_page_small() -> None:
    tally = Tally(subject())
    for place in range(3000):
        tally.add(sheet(f"Student {place:05}", [outcome("pick", 0.0, beliefs=("stuck",))], late=1, remarks=["late"]))
    page = class_page(tally, [], "today")
    assert len(page) < 600_000 and "and 2960 more" in page and "And 1000 more" in page and "The first 500" in page


def test_a_result_in_a_line_names_no_key() -> None:
    said = feedback_text(subject(), sheet("Ada", [outcome("pick", 0.0, beliefs=("stuck",)), outcome("sum")]))
    assert said == "2 of 9 points. Not (fully) right: pick. Read again: 01 Forward, “Metrics”."


def test_code_is_shown_as_code() -> None:
    assert '<pre class="lt-code">' in student_page(subject(), sheet("Ada"), final=True)
    assert "w.grad" in Checked(student_page(subject(), sheet("Ada", [outcome("code", answer=CODE)]), final=False)).text
