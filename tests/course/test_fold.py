from pathlib import Path

import pytest

from lessontools.course.fold import fold
from lessontools.course.notebook import build, notebook_path, read_notebook, write
from lessontools.course.percent import render
from lessontools.errors import NotebookError

LESSON = "01_tiny"


def text_of(root: Path) -> str:
    return (root / "notebooks" / "src" / f"{LESSON}.py").read_text()


def test_an_unedited_notebook_folds_to_the_same_source_to_the_letter(course: Path):
    found = fold(course, notebook_path(course, LESSON))
    assert found.text == text_of(course) and found.notes == []


def test_an_edited_cell_a_new_cell_and_a_removed_one_come_back(course: Path):
    path = notebook_path(course, LESSON)
    book = read_notebook(path)
    cells = book["cells"]
    place = next(n for n, cell in enumerate(cells) if cell["id"] == "run-first-question")
    cells[place]["source"] = "%time\nprint(7 * 6)"
    new = {
        "cell_type": "markdown",
        "id": "0a1b2c3d",
        "metadata": {"jp-MarkdownHeadingCollapsed": True},
        "source": "New.",
    }
    cells.insert(place + 1, new)
    book["cells"] = [cell for cell in cells if cell["id"] != "learn"]
    write(book, path)
    found = fold(course, path)
    assert '# %% id="run-first-question"\n# %time\nprint(7 * 6)\n\n# %% [markdown]\n# New.\n\n' in found.text
    assert found.notes == ["no longer in the lesson: learn"]
    assert "collapsed" not in found.text.lower() and "0a1b2c3d" not in found.text


def test_a_filled_in_exercise_never_leaks_into_the_source(course: Path):
    path = notebook_path(course, LESSON)
    write(build(course, LESSON, variant=""), path)
    found = fold(course, path)
    assert found.text == text_of(course)
    assert len(found.notes) == 1 and "'tiny-task' was filled in" in found.notes[0]


def test_a_solution_in_another_cell_is_left_out_with_a_note(course: Path):
    path = notebook_path(course, LESSON)
    book = read_notebook(path)
    mine = {"cell_type": "code", "id": "mine", "metadata": {}, "execution_count": 1, "outputs": []}
    book["cells"].append(mine | {"source": "def twice(n):\n    return n + n"})
    write(book, path)
    found = fold(course, path)
    assert "twice" not in found.text
    assert found.notes == [
        "cell 'mine' is left out: it defines 'twice', which is for learners to write (exercise 'tiny-task')"
    ]


def test_a_notebook_of_no_lesson_is_refused(course: Path):
    other = course / "notebooks" / "99_other.ipynb"
    other.write_text(notebook_path(course, LESSON).read_text())
    with pytest.raises(NotebookError, match="99_other"):
        fold(course, other)


def test_a_rendered_cell_keeps_the_order_of_its_options():
    assert render("code", "x = 1", {"tags": ["a", "b"], "id": "k"}) == '# %% id="k" tags="a b"\nx = 1'
    assert render("markdown", "# H\n\ntext", {"editable": False}) == "# %% [markdown] editable=false\n# # H\n#\n# text"
