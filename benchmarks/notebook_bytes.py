"""How many bytes a question adds to a saved notebook: lessontools against jupyterquiz, for the same questions.

Each notebook is executed and written as JupyterLab would save it (widget state is off by default); what it weighs more
than the same notebook without the question cells is divided by the number of questions. The text of a question is in
a file beside the notebook either way, so that the cells' sources are alike.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import nbclient
import nbformat

from benchmarks.report import report
from lessontools.quiz.bank import open_bank
from lessontools.quiz.kinds.choosing import Choice, Several
from lessontools.quiz.kinds.number import Number
from lessontools.quiz.question import variant
from tests.browser.lab import write_notebook

ROOT = Path(__file__).parents[1]
OURS = "from lessontools import ask"
THEIRS = "import json\nfrom jupyterquiz import display_quiz\nquiz = json.load(open('quiz.json'))"
Quiz = dict[str, dict[str, Any]]


def for_jupyterquiz(question: Choice | Several | Number) -> dict[str, Any]:
    """Return a question as jupyterquiz takes it: text, code, answers with feedback."""
    base: dict[str, Any] = {"question": question.stem}
    if isinstance(question, Number):
        answers: list[dict[str, Any]] = [
            {"type": "value", "value": question.value(), "correct": True, "feedback": question.why}
        ]
        answers += [
            {"type": "value", "value": float(near.value), "correct": False, "feedback": near.feedback}
            for near in question.near
        ]
        return {**base, "type": "numeric", "answers": answers}
    kind = "many_choice" if isinstance(question, Several) else "multiple_choice"
    told = [{"answer": o.text, "correct": o.right, "feedback": o.feedback} for o in question.choices]
    return {**base, **({"code": question.code} if question.code else {}), "type": kind, "answers": told}


def shared(most: int) -> Quiz:
    """Return the course's first questions of the kinds that both can ask."""
    found: Quiz = {}
    for key, item in open_bank(ROOT).items.items():
        question = variant(item.question, "0")
        if isinstance(question, Choice | Several | Number) and question.picture is None:
            found[key] = for_jupyterquiz(question)
    return dict(list(found.items())[:most])


def weigh(folder: Path, *cells: str) -> int:
    """Return the bytes of a notebook with these cells, once it is executed and saved."""
    path = write_notebook(folder / "weighed.ipynb", *cells)
    book = nbformat.read(path, as_version=4)
    env = {**os.environ, "LESSONTOOLS_RECORD": str(folder / "record.jsonl"), "LESSONTOOLS_SEED": "0"}
    env["LESSONTOOLS_COURSE"] = str(ROOT)
    client = nbclient.NotebookClient(
        book, kernel_name="python3", resources={"metadata": {"path": folder}}, store_widget_state=False
    )
    client.execute(env=env)
    lean = copy.deepcopy(book)
    for cell in lean.cells:
        cell.metadata.pop("execution", None)  # nbclient's time stamps, which JupyterLab does not write
    nbformat.write(lean, path)
    return path.stat().st_size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=20, help="how many questions at most (default 20)")
    quiz = shared(parser.parse_args().questions)
    if len(quiz) < 10:
        raise SystemExit(f"the course has only {len(quiz)} questions that both can ask; 10 are wanted")
    names = list(quiz)
    every = ", ".join(f'"{name}"' for name in names)
    layouts = {
        ("lessontools", "a cell each"): (OURS, [f'ask("{name}")' for name in names]),
        ("lessontools", "all in one cell"): (OURS, [f"ask({every})"]),
        ("jupyterquiz", "a cell each"): (THEIRS, [f'display_quiz([quiz["{name}"]])' for name in names]),
        ("jupyterquiz", "a cell each, script in the first only"): (
            THEIRS,
            [f'display_quiz([quiz["{name}"]], load_js={not place})' for place, name in enumerate(names)],
        ),
        ("jupyterquiz", "all in one cell"): (THEIRS, ["display_quiz(list(quiz.values()))"]),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "quiz.json").write_text(json.dumps(quiz), encoding="utf-8")
        rows = []
        for (who, how), (first, cells) in layouts.items():
            added = (weigh(folder, first, *cells) - weigh(folder, first)) / len(names)
            rows.append({"quiz": who, "laid out": how, "bytes per question": round(added)})
    report("notebook_bytes", rows, questions=names)


if __name__ == "__main__":
    main()
