"""The instructor's edition: one source, the bank; nothing left out, nothing unsafe, and no key in a poll."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from lessontools.cli import main
from lessontools.course.guide import guide, markdown
from lessontools.course.guide_page import page
from lessontools.course.page import Courseware, open_courseware
from lessontools.course.skeleton import start_lesson
from lessontools.errors import CourseError
from lessontools.quiz.bank import find_course
from lessontools.screen.markup import to_text

NASTY = "<script>alert(1)</script> & <b>"
MORE = """
  - id: tiny-choice
    kind: choice
    use: [recall]
    covers: [S1-01]
    objectives: [tiny-first]
    stem: "Which is larger? <script>alert(1)</script> & <b>"
    code: |
      2 < 3
    choices:
      - {id: two, text: "`2`", right: true, feedback: "Not here."}
      - {id: three, text: "`3`", misconception: more-is-less, feedback: "That one is not."}
      - {id: four, text: "`4`", reason: slip, feedback: "Nor that one."}
    hints: [Look again.]
    why: Because.
"""


@pytest.fixture
def told(course: Path) -> Path:
    """Return the tiny course with a choice more, a misconception, and a hand-written guide."""
    bank = course / "quizzes" / "01_tiny.yaml"
    bank.write_text(bank.read_text() + MORE)
    entry = "misconceptions:\n  - {id: more-is-less, belief: More is less., truth: It is more., link: 01_tiny#learn}\n"
    (course / "quizzes" / "misconceptions.yaml").write_text(entry)
    folder = course / "docs" / "instructor"
    folder.mkdir(parents=True)
    (folder / "01_tiny.md").write_text(
        f"# Tiny\n\n## Timings\n\nTen minutes. {NASTY}\n\n```python\n# a comment\n```\n\n### Demo\n\nShow.\n"
    )
    return course


def test_every_question_and_exercise_of_the_courses_own_lessons_is_told_in_full(repo: Path) -> None:
    course = open_courseware(repo)
    for lesson in course.pages:
        if not any(each.id == lesson for each in course.bank.course.lessons):
            continue
        text = markdown(guide(course, lesson))
        for item in course.bank.of(lesson):
            question = item.question
            assert f"### {question.id} (" in text
            assert question.params or question.derive or question.why in text
            for hint in () if question.params else question.hints:
                assert hint in text
        for entry in course.catalog.entries.values():
            if entry.lesson == lesson:
                kept = [entry.exercise.stub, *entry.exercise.solutions.values()]
                kept += [mistake.source for mistake in entry.exercise.mistakes.values()]
                assert all(source.strip("\n") in text for source in kept), entry.exercise.id


def test_the_hand_written_part_comes_first_with_its_headings_one_level_down(told: Path) -> None:
    text = markdown(guide(open_courseware(told), "01"))
    headings = re.findall(r"^(#+ .*)$", text, re.MULTILINE)
    assert headings[:5] == [
        "# Instructor's edition of 01 Tiny",
        "## At a glance",
        "## Guide",
        "### Timings",
        "# a comment",
    ]
    assert headings[5] == "#### Demo" and "# Tiny\n" not in text
    assert headings.index("## Questions") < headings.index("## Exercises") < headings.index("## Polls")


def test_where_nobody_wrote_a_guide_it_is_said(course: Path) -> None:
    found = guide(open_courseware(course), "01_tiny")
    assert found.missing == "docs/instructor/01_tiny.md"
    assert "*Not written yet: it belongs into `docs/instructor/01_tiny.md`.*" in markdown(found)


def entry_of(course: Courseware, title: str) -> str:
    found = guide(course, "01")
    return next(each.text for part in found.parts for each in part.parts if each.title.startswith(title))


def test_a_question_tells_its_key_its_wrong_answers_and_the_beliefs_behind_them(told: Path) -> None:
    text = entry_of(open_courseware(told), "tiny-choice (pick one, 1 point)")
    assert "**Right.** `2`\n" in text and "**Why.** Because." in text and "1. Look again." in text
    assert "- `3`\n\n  That one is not.\n\n  Belief `more-is-less`: More is less." in text
    assert text.index("`3`") < text.index("`4`") and "- Covers: S1-01" in text
    assert "Objective: say what the lesson teaches, in words that can be checked (`tiny-first`)" in text


def test_questions_stand_as_the_lesson_asks_them_and_say_where(told: Path) -> None:
    course = open_courseware(told)
    parts = {part.title: part for part in guide(course, "01").parts}
    names = [each.title.split()[0] for each in parts["Questions"].parts]
    assert names == ["tiny-warm-up", "tiny-first", "tiny-exit", "tiny-choice"]
    assert "- Asked in: 01#do-first-question" in entry_of(course, "tiny-first")
    assert "Asked in" not in entry_of(course, "tiny-choice (")


def test_an_exercise_tells_minutes_difficulty_solutions_and_mistakes(told: Path) -> None:
    text = entry_of(open_courseware(told), "tiny-task: Twice a number (5 min, difficulty 1 of 3, 1 point)")
    for want in ("Return twice the number.", "Solution: product", "Solution: sum", "return 2 * number", "number**2"):
        assert want in text
    assert "**Known mistake: squared**\n\n  `**` raises to a power" in text


def test_a_poll_is_plain_text_without_the_key_which_stands_before_them(told: Path) -> None:
    polls = guide(open_courseware(told), "01").parts[-1]
    assert polls.title == "Polls" and [each.title for each in polls.parts] == ["tiny-choice"]
    body = polls.parts[0].text
    lines = dict(re.findall(r"^([A-C])\) (\d)$", body, re.MULTILINE))
    assert sorted(lines.values()) == ["2", "3", "4"]
    key = next(letter for letter, text in lines.items() if text == "2")
    assert f"- tiny-choice: {key}" in polls.text and "Not here" not in body and "2 < 3" in body


class Reader(HTMLParser):
    """Collects the tags that are open to attack or fetch something, ids, links, and whether tags are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.events: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.ids += [str(value)] * (name == "id")
            self.links += [str(value)] * (name in ("href", "src"))
            self.events += [name] * name.startswith("on")


def test_the_page_is_safe_stands_alone_and_its_contents_lead_somewhere(told: Path) -> None:
    text = page(guide(open_courseware(told), "01"))
    reader = Reader()
    reader.feed(text)
    assert not {"script", "link", "img", "iframe", "b"} & set(reader.tags) and reader.events == []
    assert "&lt;script&gt;alert(1)" in text
    inner = [each.removeprefix("#") for each in reader.links if each.startswith("#")]
    assert len(inner) > 5 and set(inner) <= set(reader.ids) and len(set(reader.ids)) == len(reader.ids)
    assert reader.links == [f"#{each}" for each in inner], "nothing is fetched"
    assert "prefers-color-scheme: dark" in text and "@media print" in text and 'lang="en"' in text
    assert "url(" not in text and "@import" not in text


def test_the_page_says_what_the_markdown_says(told: Path) -> None:
    found = guide(open_courseware(told), "01")
    assert page(found).count("<article") == sum(len(part.parts) for part in found.parts)
    assert "That one is not." in to_text(page(found))


def run(*words: str, code: int = 0) -> tuple[str, str]:
    found = CliRunner().invoke(main, ["guide", *words])
    assert found.exit_code == code, found.output
    return found.stdout, found.stderr


def test_the_command_prints_or_writes_and_says_what_is_missing(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course)
    assert find_course() == course
    out, err = run("01")
    assert out == markdown(guide(open_courseware(course), "01")) and "01_tiny.md is not written yet" in err
    assert run("--html")[0].startswith("<!DOCTYPE html>")
    where = tmp_path / "new" / "guides"
    assert run("--html", "--out", str(where))[0] == f"wrote {where / '01_tiny.html'}\n"
    run("01_tiny", "--out", str(where))
    assert sorted(each.name for each in where.iterdir()) == ["01_tiny.html", "01_tiny.md"]
    (course / "quizzes" / "01_tiny.yaml").open("a").write("  - id: broken\n")
    assert "left out what is broken (1 fault)" in run("01")[1]
    assert "no lesson '07'" in run("07", code=1)[1]
    assert "cannot be written" in run("--out", str(where / "01_tiny.md" / "below"), code=1)[1]
    start_lesson(course, "02_more")
    assert "--out DIR" in run("--html", code=2)[1]
    assert "# Instructor's edition of 02 More" in run()[0]
    with pytest.raises(CourseError, match="no lesson"):
        guide(open_courseware(course), "tiny")
