"""check() in a real kernel: what a learner's cells show, and that an endless loop does not cost the kernel."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

from lessontools.record import Record
from tests.practice.samples import COURSE, MODULE

CELLS = [
    "from lessontools import check, hint, solution\nimport torch",
    "def double(x):\n    return ...\n\ncheck('double-it')",
    "def double(x):\n    y = x.no_such\n    return y\n\ncheck('double-it')",
    "def double(x):\n    while True:\n        try: torch.ones(3).sum()\n        except: pass\n\ncheck('double-it')",
    "class double:\n    def __new__(cls, x):\n        return 2 * x\n\ncheck('double-it')",
    "class double:\n    def __new__(cls, x):\n        return x**2\n",
    "check('double-it')",
    "check('doubel-it')",
    "print('alive', torch.ones(2).sum().item())",
]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    course = tmp_path_factory.mktemp("course")
    (course / "quizzes").mkdir()
    (course / "quizzes" / "course.yaml").write_text(COURSE)
    (course / "quizzes" / "01_double.py").write_text(MODULE)
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    path = course / "record.jsonl"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESSONTOOLS_RECORD", str(path))
        client = NotebookClient(book, timeout=60, allow_errors=True, resources={"metadata": {"path": str(course)}})
        client.execute()
    return [cell.outputs for cell in book.cells], Record(path)


def text(outputs):
    (output,) = outputs
    return output["data"]["text/plain"]


def test_an_untouched_stub_in_a_cell_is_not_attempted(ran):
    assert text(ran[0][1]).startswith("double-it: not attempted yet.")


def test_a_crash_is_told_by_the_line_of_the_cell_and_without_a_traceback(ran):
    assert "line 2" in text(ran[0][2]) and "y = x.no_such" in text(ran[0][2])


def test_an_endless_loop_is_stopped_and_the_kernel_goes_on(ran):
    assert "stopped after 2 seconds" in text(ran[0][3])
    assert ran[0][8][0]["text"] == "alive 2.0\n"


def test_a_class_of_a_cell_is_judged_and_its_cell_is_recorded(ran):
    outputs, record = ran
    assert text(outputs[4]).startswith("double-it: right.")
    assert "That squares." in text(outputs[6])
    checks = [event.data for event in record.events() if event.kind == "check"]
    assert checks[0]["source"].strip() == CELLS[2]
    assert checks[3]["source"].strip() == CELLS[5].strip()
    assert checks[3]["lesson"] == "01_double"


def test_an_unknown_id_shows_one_line_instead_of_a_traceback(ran):
    (output,) = ran[0][7]
    assert len(output["traceback"]) == 1 and "did you mean 'double-it'" in output["traceback"][0]
