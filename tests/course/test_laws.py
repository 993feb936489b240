"""Each law is broken once in a copy of a sound course: the checker must say so, by file, and say nothing else."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from lessontools.cli import main
from lessontools.course.coverage import coverage, shown
from lessontools.course.laws import LAWS, check
from lessontools.course.page import anchor, open_courseware
from lessontools.course.skeleton import start_lesson
from lessontools.errors import CourseError

PAGE, BANK, TASKS, COURSE = (
    "notebooks/src/01_tiny.py", "quizzes/01_tiny.yaml", "quizzes/01_tiny.py", "quizzes/course.yaml",
)  # fmt: skip


def errors(root: Path, run: bool = False) -> list:
    return [fault for fault in check(root, run=run) if not fault.warning and fault.rule != "stale"]


def edit(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text()
    assert old in text
    (root / file).write_text(text.replace(old, new, 1))


def test_a_new_lesson_breaks_no_law_and_a_second_one_neither(course: Path):
    assert check(course) == []
    start_lesson(course, "02_more_words")
    assert errors(course, run=True) == []
    text = (course / COURSE).read_text()
    assert text.startswith('# a course for tests\ntitle: "Tiny"  # kept\n') and "id: 02_more_words" in text


MARK = "# One idea a cell."
PLANTED = {
    "opening": (PAGE, "**Goal.** ", ""),
    "minutes": (PAGE, "**Minutes.** 30", "**Minutes.** 31"),
    "activity": (PAGE, MARK, MARK + "\n\n# %% [markdown]\n# a\n\n# %% [markdown]\n# b"),
    "warm-up": (PAGE, 'ask("01/warmup")', "1"),
    "summary": (PAGE, "## Summary card", "## The end"),
    "exit-quiz": (PAGE, 'ask("01/exit")', "1"),
    "not-imported": (PAGE, "import ask, check", "import ask"),
    "unknown-name": (PAGE, 'ask("tiny-first")', 'ask("tiny-frist")'),
    "dead-link": (PAGE, MARK, "# [Next](02_next.ipynb)"),
    "never-shown": (PAGE, '# %% id="do-tiny-task" exercise="tiny-task"', '# %% id="do-tiny-task"\n1'),
    "not-python": (PAGE, "print(6 * 7)", "print(6 *"),
    "cell-option": (PAGE, 'id="run-first-question"', 'id="run-first-question" colour="red"'),
    "covers": (PAGE, 'id="run-first-question"', 'id="run-first-question" covers="S1"'),
    "unknown-objective": (TASKS, 'objectives=("tiny-first"', 'objectives=("tiny-frist"'),
    "unknown-misconception": (TASKS, "`2 * number`.\",", "`2 * number`.\",\n            \"no-such-belief\","),
    "import": (TASKS, "task = Exercise(", "task = Exercize("),
    "unknown-field": (BANK, "    near:", "    nearly:"),
    "not-taught": (COURSE, "that can be checked", "that can be checked\n        covers: [S1-01]"),
}  # fmt: skip


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_fault_is_found_under_its_own_name(course: Path, rule: str):
    file, old, new = PLANTED[rule]
    edit(course, file, old, new)
    found = errors(course)
    assert rule in {fault.rule for fault in found}, found
    assert all(fault.line > 0 and fault.file and fault.message for fault in found)
    assert all(fault.cure for fault in found if fault.rule == rule)


@pytest.mark.parametrize(
    "code",
    [
        "import ipywidgets\nwith ipywidgets.Output():\n    1",
        "from IPython.display import clear_output\nclear_output(wait=True)",
        "display(1, display_id='x')",
        "x = 1\nx;",
        "%config InlineBackend.figure_format = 'svg'",
    ],
)
def test_what_nbval_cannot_compare_is_forbidden(course: Path, code: str):
    edit(course, PAGE, "print(6 * 7)", code)
    assert "forbidden" in {fault.rule for fault in errors(course)}


@pytest.mark.parametrize(
    ("link", "dead"),
    [
        ("01_tiny.ipynb#Your-turn", False),
        ("#Your-turn", False),
        ("01_tiny.ipynb#your-turn", True),
        ("01_tiny.ipynb#cell-id=learn", False),
        ("01_tiny.ipynb#cell-id=lern", True),
        ("../quizzes/01_tiny.yaml", False),
        ("../quizzes/none.yaml", True),
        ("https://example.org/x#y", False),
    ],
)
def test_links_point_to_headings_cells_and_files_that_are_there(course: Path, link: str, dead: bool):
    edit(course, PAGE, MARK, f"# See [there]({link}).")
    assert ("dead-link" in {fault.rule for fault in errors(course)}) is dead


def test_a_misconception_may_link_to_a_cell_or_a_heading_that_is_there(course: Path):
    entry = "  - id: {0}\n    belief: b {0}\n    truth: t\n    link: {1}\n"
    rows = [("one", "01_tiny#learn"), ("two", "01_tiny.ipynb#Your-turn"), ("three", "01_tiny#gone"), ("four", "09_no")]
    text = "misconceptions:\n" + "".join(entry.format(*row) for row in rows)
    (course / "quizzes" / "misconceptions.yaml").write_text(text)
    dead = [(fault.item, fault.line) for fault in errors(course) if fault.rule == "dead-link"]
    assert dead == [("three", 13), ("four", 17)]


def test_questions_that_nothing_asks_are_found_and_those_of_the_review_are_not(course: Path):
    edit(course, BANK, "use: [lesson]", "use: [pretest]")
    edit(course, PAGE, 'ask("tiny-first")', "1")
    assert [fault.item for fault in errors(course) if fault.rule == "never-asked"] == ["tiny-first"]
    edit(course, BANK, "use: [pretest]", "use: [recall]")
    assert [fault.item for fault in errors(course) if fault.rule == "never-asked"] == []


def test_a_lesson_without_source_and_a_source_without_lesson_are_found(course: Path):
    (course / "notebooks/src/07_lost.py").write_text((course / PAGE).read_text())
    (course / PAGE).unlink()
    assert {"no-source", "unlisted-lesson"} <= {fault.rule for fault in errors(course)}


def test_an_exercise_that_does_not_hold_is_found_only_when_code_is_run(course: Path):
    edit(course, TASKS, "return 2 * number", "return 3 * number")
    assert errors(course) == []
    assert {fault.item for fault in errors(course, run=True)} == {"tiny-task"}


def test_too_many_outputs_that_are_not_compared_are_found(course: Path):
    for key in ("run-first-question", "do-exit", "do-warm-up"):
        edit(course, PAGE, f'id="{key}"', f'id="{key}" tags="nbval-ignore-output"')
    assert "ignored-outputs" in {fault.rule for fault in errors(course)}


def test_the_table_says_where_each_curriculum_id_is_taught_and_asked(course: Path):
    edit(course, COURSE, "that can be checked", "that can be checked\n        covers: [S1-01]")
    edit(course, PAGE, 'id="run-first-question"', 'id="run-first-question" covers="S1-01 X-02"')
    edit(course, BANK, "    stem:", "    covers: [S1-01]\n    stem:")
    assert errors(course) == []
    rows = {row.id: row for row in coverage(open_courseware(course))}
    assert rows["S1-01"].cells == ["01_tiny#run-first-question"] and rows["S1-01"].items == ["tiny-warm-up"]
    assert "| X-02 | – | 01_tiny#run-first-question | – | – |" in shown(list(rows.values()))


CURRICULUM = "curriculum:\n  S1-01: what is taught and asked\n  S1-02: what is not taught\n  S1-03: what nobody asks\n"


def with_curriculum(course: Path, complete: bool = False) -> None:
    (course / "quizzes/curriculum.yaml").write_text(CURRICULUM)
    edit(course, PAGE, 'id="run-first-question"', 'id="run-first-question" covers="S1-01 S1-03"')
    edit(course, BANK, "    stem:", "    covers: [S1-01]\n    stem:")
    edit(course, TASKS, "    draw=draw", '    covers=("S1-02",),\n    draw=draw')
    edit(course, COURSE, "that can be checked", "that can be checked\n        covers: [S1-01]")
    edit(course, COURSE, "lessons:", f"complete: {str(complete).lower()}\nlessons:")


def test_a_hole_in_the_curriculum_is_a_warning_and_an_error_once_the_course_is_complete(course: Path):
    with_curriculum(course)
    found = [fault for fault in check(course, run=False) if fault.rule == "hole"]
    assert [(fault.item, fault.line, fault.warning) for fault in found] == [("S1-02", 3, True), ("S1-03", 4, True)]
    assert found[0].message == "no cell teaches it: what is not taught"
    assert found[1].message == "nothing asks about it: what nobody asks"
    assert errors(course) == []
    edit(course, COURSE, "complete: false", "complete: true")
    assert {fault.item for fault in errors(course)} == {"S1-02", "S1-03"}
    edit(course, PAGE, 'covers="S1-01 S1-03"', 'covers="S1-01 S1-02 S1-03"')
    edit(course, TASKS, '"S1-02",', '"S1-02", "S1-03"')
    assert errors(course) == []


def test_the_table_lists_the_whole_curriculum_and_fails_on_a_hole_of_a_complete_course(course: Path, monkeypatch):
    with_curriculum(course)
    monkeypatch.chdir(course)
    told = CliRunner().invoke(main, ["check", "--table"])
    assert told.exit_code == 0 and "| S1-02 | – | – | – | tiny-task |" in told.output
    assert told.output.endswith("1 of 3 ids are taught and asked about; holes: S1-02, S1-03\n")
    edit(course, COURSE, "complete: false", "complete: true")
    assert CliRunner().invoke(main, ["check", "--table"]).exit_code == 1


@pytest.mark.parametrize(
    ("file", "old", "new", "item"),
    [
        (COURSE, "covers: [S1-01]", "covers: [S1-01, S1-10]", "tiny-first"),
        (BANK, "covers: [S1-01]", "covers: [S1-10]", "tiny-warm-up"),
        (TASKS, 'covers=("S1-02",)', 'covers=("S1-10",)', "tiny-task"),
        (PAGE, 'covers="S1-01', 'covers="S1-10 S1-01', "run-first-question"),
    ],
)
def test_an_id_that_the_curriculum_does_not_have_is_found_wherever_it_stands(
    course: Path, file: str, old: str, new: str, item: str
):
    with_curriculum(course)
    edit(course, file, old, new)
    (found,) = [fault for fault in errors(course) if fault.rule == "covers"]
    assert (found.file, found.item, found.message) == (file, item, "the curriculum has no 'S1-10'")
    assert "did you mean 'S1-0" in found.cure


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "empty"),
        ("curriculum: {}\n", "field"),
        ("S1-01: x\n", "unknown-field"),
        ("curriculum:\n  S1-01: 3\n", "field"),
    ],
)
def test_a_curriculum_that_is_none_is_found(course: Path, text: str, rule: str):
    (course / "quizzes/curriculum.yaml").write_text(text)
    assert rule in {fault.rule for fault in errors(course) if fault.file == "quizzes/curriculum.yaml"}


WAYS = "ways:\n  - {id: learn, heading: Learn, what: how}\n  - {id: why, heading: Why, what: what for}\nlessons:"


def with_ways(course: Path, ways: str) -> None:
    edit(course, COURSE, "lessons:", WAYS)
    edit(course, COURSE, "    minutes: 30\n", f"    minutes: 30\n    ways: {ways}\n")


@pytest.mark.parametrize(
    ("ways", "messages"),
    [
        ("{learn: 5}", []),
        ("{learn: 5, why: 3}", ["01_tiny has no such section"]),
        ("{learn: 5, lern: 3}", ["the course has no way 'lern'"]),
        ("{}", ["the map does not know the section 'Learn'"]),
    ],
)
def test_the_map_promises_the_sections_that_are_there(course: Path, ways: str, messages: list[str]):
    with_ways(course, ways)
    found = [fault for fault in check(course, run=False) if fault.rule == "way"]
    assert [fault.message for fault in found] == messages
    assert all(fault.cure and fault.line > 1 for fault in found)
    assert [fault.warning for fault in found] == ["does not know" in message for message in messages]


def test_minutes_of_a_way_cannot_be_nothing(course: Path):
    with_ways(course, "{learn: 0}")
    assert "field" in {fault.rule for fault in errors(course)}


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("| [Learn](#Learn) | the build-up | 5 |", False),
        ("| [Learn](#Learn) | the build-up | 6 |", True),
        ("| **[Learn](01_tiny.ipynb#Learn)** | 6 |", True),
        ("| [Learn](#cell-id=learn) | 6 |", True),
        ("| [Learn](07_none.ipynb#Learn) | 6 |", False),
        ("| [Learn](#Summary-card) | 6 |", False),
        ("| [Learn](#Learn) | 6 of them |", False),
    ],
)
def test_a_table_of_ways_agrees_with_the_map(course: Path, row: str, wrong: bool):
    with_ways(course, "{learn: 5}")
    edit(course, PAGE, MARK, f"{MARK}\n#\n# | way | minutes |\n# |---|---|\n# {row}\n#")
    found = [fault for fault in errors(course) if fault.rule == "minutes"]
    assert [fault.message for fault in found] == ["the table says 6 minutes for 'Learn', course.yaml 5"] * wrong
    lines = (course / PAGE).read_text().splitlines()
    assert all(lines[fault.line - 1] == f"# {row}" for fault in found)


def test_every_law_has_one_way_to_look_and_its_own_name():
    assert len({law.name for law in LAWS}) == len(LAWS)
    assert all((law.each is None) != (law.whole is None) for law in LAWS)


@pytest.mark.parametrize(("name", "says"), [("tiny", "cannot be"), ("01_other", "taken"), ("01_tiny", "exists")])
def test_a_lesson_that_cannot_be_started_changes_nothing(course: Path, name: str, says: str):
    before = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}
    with pytest.raises(CourseError, match=says):
        start_lesson(course, name)
    assert {path: path.read_bytes() for path in course.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("heading", "name"), [("Your turn", "Your-turn"), ("The `step` of *it*", "The-step-of-it"), ("A_b", "A_b")]
)
def test_anchors_are_named_as_jupyterlab_names_them(heading: str, name: str):
    assert anchor(heading) == name
