"""The committed notebooks: fresh, executed, the same when built again, and the same for nbval."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lessontools.course.notebook import build, differences, lessons_of, notebook_path, read_notebook, rendered
from lessontools.course.output import RULES

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LESSONS = lessons_of(ROOT)
CONFIG = HERE / "nbval.cfg"


def nbval(notebook: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run nbval over one notebook in a process of its own, with the seed and threads of a build."""
    env = {**os.environ, "LESSONTOOLS_RECORD": str(folder / "record.jsonl"), "LESSONTOOLS_SEED": "0"}
    env |= {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "LESSONTOOLS_COURSE": str(ROOT)}
    words = ["--nbval", "--nbval-sanitize-with", str(CONFIG), "--nbval-cell-timeout", "300", str(notebook)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts=", *words],
        capture_output=True,
        text=True,
        env=env,
        cwd=ROOT,
    )


def test_there_is_a_notebook_for_each_source_and_none_besides():
    assert LESSONS
    assert sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb")) == LESSONS


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_notebook_is_what_its_source_says_and_was_executed_in_order(lesson: str):
    assert [str(fault) for fault in differences(ROOT, lesson)] == []


# nbval runs every cell of every notebook anyway; the bytes themselves are compared for all only when asked for
@pytest.mark.parametrize("lesson", [LESSONS[0], *(pytest.param(x, marks=pytest.mark.soak) for x in LESSONS[1:])])
def test_a_rebuild_gives_identical_bytes(lesson: str):
    assert rendered(build(ROOT, lesson)) == notebook_path(ROOT, lesson).read_text(encoding="utf-8")


@pytest.mark.parametrize("lesson", LESSONS)
def test_nbval_finds_the_stored_outputs_in_a_second_run(lesson: str, tmp_path: Path):
    found = nbval(notebook_path(ROOT, lesson), tmp_path)
    assert found.returncode == 0, found.stdout[-6000:] + found.stderr[-2000:]
    code = [cell for cell in read_notebook(notebook_path(ROOT, lesson))["cells"] if cell["cell_type"] == "code"]
    assert f"{len(code)} passed" in found.stdout  # each cell was compared, none was passed over


def test_nbval_does_find_an_output_that_is_not_what_a_run_gives(tmp_path: Path):
    path = tmp_path / "wrong.ipynb"
    code = '"cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1, "source": "print(2)"'
    cell = "{" + code + ', "outputs": [%s]}'
    output = '{"output_type": "stream", "name": "stdout", "text": "3\\n"}'
    kernel = '{"kernelspec": {"name": "python3", "display_name": "Python 3"}}'
    book = '{"nbformat": 4, "nbformat_minor": 5, "metadata": %s, "cells": [%s]}'
    path.write_text(book % (kernel, cell % output))
    assert nbval(path, tmp_path).returncode == 1


def test_nbval_sanitises_by_the_rules_of_the_build():
    config = configparser.RawConfigParser()
    config.read(CONFIG)
    assert [(re.compile(config[name]["regex"]), config[name]["replace"]) for name in config.sections()] == list(RULES)
