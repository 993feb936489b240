import json
from pathlib import Path

import pytest

from lessontools.course.notebook import (
    assemble,
    build,
    differences,
    known_variant,
    notebook_path,
    read_notebook,
    rendered,
    write,
)
from lessontools.course.percent import read_script
from lessontools.errors import CourseError, NotebookError
from lessontools.mark import Status
from lessontools.practice.catalog import find_exercise
from lessontools.practice.panel import remark
from lessontools.record import Record

LESSON = "01_tiny"


def edit(root: Path, old: str, new: str) -> None:
    path = root / "notebooks" / "src" / f"{LESSON}.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def source(root: Path, text: str) -> None:
    (root / "notebooks" / "src" / f"{LESSON}.py").write_text(text)


def test_a_rebuild_gives_identical_bytes(built: Path):
    assert rendered(build(built, LESSON)).encode() == notebook_path(built, LESSON).read_bytes()


def test_a_fresh_build_has_no_differences_and_only_minimal_metadata(built: Path):
    assert differences(built, LESSON) == []
    book = json.loads(notebook_path(built, LESSON).read_text())
    assert set(book["metadata"]) == {"kernelspec", "language_info"}
    assert "widget-view" not in notebook_path(built, LESSON).read_text()
    assert [cell["execution_count"] for cell in book["cells"] if cell["cell_type"] == "code"] == [1, 2, 3, 4, 5, 6]


def test_the_options_that_fold_code_and_output_are_jupyterlabs_own(course: Path):
    source(course, "# %% hidden=true\n1\n\n# %% folded=true\n2\n\n# %% hidden=true folded=true\n3\n\n# %%\n4\n")
    told = [cell["metadata"].get("jupyter") for cell in assemble(course, read_script(course, LESSON))["cells"]]
    both = {"source_hidden": True, "outputs_hidden": True}
    assert told == [{"source_hidden": True}, {"outputs_hidden": True}, both, None]


def test_an_exercise_cell_holds_stub_and_check_and_the_solved_one_is_right_by_the_record(built: Path, tmp_path: Path):
    (cell,) = [c for c in assemble(built, read_script(built, LESSON))["cells"] if "exercise" in c["metadata"]]
    assert "return ..." in cell["source"] and cell["source"].endswith('\n\ncheck("tiny-task")')
    log = tmp_path / "record.jsonl"
    book = build(built, LESSON, variant="sum", record=log)
    (cell,) = [c for c in book["cells"] if "exercise" in c["metadata"]]
    assert "number + number" in cell["source"]
    (event,) = [event for event in Record(log).events() if event.kind == "check"]
    exercise = find_exercise("tiny-task", built).exercise
    assert remark(exercise, event.data["seen"], event.data["seed"]).status is Status.RIGHT


def test_an_unknown_variant_is_refused_with_a_near_miss(built: Path):
    with pytest.raises(CourseError, match=r"no exercise has a solution 'summ'; did you mean 'sum'\?"):
        known_variant(built, "summ")


def test_a_failing_cell_is_named_by_file_line_and_error(course: Path):
    edit(course, "print(6 * 7)", "x = 1\n1 / 0")
    at = (course / "notebooks" / "src" / f"{LESSON}.py").read_text().splitlines().index("1 / 0") + 1
    with pytest.raises(NotebookError, match=rf"01_tiny\.py:{at}: cell 'run-first-question' failed: ZeroDivisionError"):
        build(course, LESSON)


def test_a_tagged_error_is_stored_without_its_traceback(course: Path):
    edit(course, 'id="run-first-question"\nprint(6 * 7)', 'id="run-first-question" tags="raises-exception"\n1 / 0')
    book = build(course, LESSON)
    outputs = next(cell["outputs"] for cell in book["cells"] if cell["id"] == "run-first-question")
    assert outputs == [
        {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "division by zero", "traceback": []}
    ]
    write(book, notebook_path(course, LESSON))
    assert differences(course, LESSON) == []


def test_the_kernel_starts_in_notebooks_with_fixed_seed_and_one_thread(course: Path):
    edit(
        course,
        "print(6 * 7)",
        "import os\nfrom pathlib import Path\nprint(Path.cwd().name, os.environ['LESSONTOOLS_SEED'],"
        " os.environ['OMP_NUM_THREADS'], os.environ['PYTHONHASHSEED'])",
    )
    book = build(course, LESSON)
    outputs = next(cell["outputs"] for cell in book["cells"] if cell["id"] == "run-first-question")
    assert outputs[0]["text"] == "notebooks 0 1 0\n"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("print(6 * 7)", "print(42)", "cell 'run-first-question' has another source"),
        ('id="run-first-question"', 'id="renamed"', "cell 'renamed' is not in the notebook"),
        ('id="run-first-question"', 'id="run-first-question" covers="S1-01"', "has another metadata"),
        ('# %% id="run-first-question"', '# %% [markdown] id="run-first-question"', "has another cell_type"),
    ],
)
def test_a_changed_source_is_told_cell_by_cell(course: Path, old: str, new: str, says: str):
    edit(course, old, new)
    assert any(says in fault.message for fault in differences(course, LESSON))


def test_a_changed_stub_makes_the_notebook_stale(course: Path):
    path = course / "quizzes" / f"{LESSON}.py"
    path.write_text(path.read_text().replace('Return twice the number."', 'Return the double."'))
    assert [fault.item for fault in differences(course, LESSON)] == ["do-tiny-task"]


def test_a_notebook_that_was_never_executed_or_stores_an_error_is_told(course: Path):
    path = notebook_path(course, LESSON)
    book = read_notebook(path)
    code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    code[1]["execution_count"] = None
    code[2]["outputs"] = [{"output_type": "error", "ename": "E", "evalue": "", "traceback": []}]
    write(book, path)
    assert [fault.message for fault in differences(course, LESSON)] == [
        "cell 'do-warm-up' has execution count None, not 2",
        "cell 'do-first-question' stores an error",
    ]


def test_a_missing_and_a_mangled_notebook_are_told_not_raised(course: Path):
    path = notebook_path(course, LESSON)
    path.write_text("{")
    assert "is not a notebook" in differences(course, LESSON)[0].message
    path.unlink()
    assert "cannot be read" in differences(course, LESSON)[0].message


def test_an_unknown_exercise_is_named_with_its_line(course: Path):
    edit(course, 'exercise="tiny-task"', 'exercise="tiny-tusk"')
    with pytest.raises(CourseError, match=r"01_tiny\.py:\d+: no exercise 'tiny-tusk'; did you mean 'tiny-task'"):
        assemble(course, read_script(course, LESSON))


def test_ids_come_from_the_option_else_from_words_and_are_unique(course: Path):
    cells = ("# %% [markdown]\n# Some *text*\n#\n# ## A [link](x.ipynb) here", "# %%\nx = 1", '# %% id="B_2"\n2')
    source(course, "\n\n".join((*cells[:2], *cells[1:])))
    assert [cell.id for cell in read_script(course, LESSON).cells] == ["a-link-here", "x-1", "x-1-2", "B_2"]


def test_all_faults_of_a_source_are_told_at_once(course: Path):
    text = (
        '# %% id="a" colour="red"\n1\n\n# %% id="a"\n2\n\n# %% id="not ok"\n3\n\n# %% exercise="e"\n4\n\n'
        "# %%\n\n# %% covers=7\n5\n\n# %% just words\n6\n"
    )
    source(course, text)
    script = read_script(course, LESSON)
    found = [(fault.line, fault.rule) for fault in script.faults]
    assert (1, "cell-option") in found and (4, "cell-id") in found and (7, "cell-id") in found
    assert (10, "exercise-cell") in found and (13, "empty-cell") in found and (15, "cell-option") in found
    assert any(line == 18 for line, _ in found)
    with pytest.raises(NotebookError, match="cannot be built yet"):
        script.sound()
