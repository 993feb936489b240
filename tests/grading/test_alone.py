"""Without a sandbox and without a fork: a fresh process for each hand-in of people who are trusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lessontools.grading.cage import Cage, Limits
from lessontools.grading.errand import observed
from lessontools.grading.expect import Expected, cell_of, expect
from lessontools.practice.catalog import Catalog
from lessontools.practice.exercise import judge


@pytest.fixture(scope="module")
def spawning() -> Iterator[Cage]:
    with Cage(Limits(seconds=10), trusted=True, spawns=True) as found:
        yield found


@pytest.fixture(scope="module")
def expected(spawning: Cage, catalog: Catalog) -> Expected:
    whole = catalog["missing-call"].exercise
    exercise = replace(whole, mistakes=dict(list(whole.mistakes.items())[:1]))  # each is a process, which takes seconds
    return expect(spawning, [(exercise, 7)])[exercise.id]


def seen(cage: Cage, expected: Expected, source: str) -> dict[str, object]:
    name = expected.exercise.id
    errand = {name: {"cell": cell_of(expected.exercise, source, ()), "ask": expected.question(name)}}
    return dict(observed(errand, cage)[name])


def test_a_solution_is_right_though_it_prints(spawning: Cage, expected: Expected) -> None:
    source = f"print('x' * 100_000)\n{expected.exercise.reference}"
    mark = judge(expected.exercise, seen(spawning, expected, source), expected.want, expected.mistakes)
    assert mark.right


def test_what_ends_its_process_is_told(spawning: Cage, expected: Expected) -> None:
    assert seen(spawning, expected, "import os\nos._exit(3)")["status"] == "crashed"


def test_each_is_a_process_of_its_own(spawning: Cage, expected: Expected) -> None:
    leave = f"import torch\ntorch.left = 3\n{expected.exercise.reference}"
    assert seen(spawning, expected, leave)["status"] == "ok"
    look = "import torch\nraise ValueError(hasattr(torch, 'left'))"
    assert seen(spawning, expected, look)["message"] == "False"


def test_nothing_here_needs_what_only_linux_has(repo: Path) -> None:
    for name in ("alone", "child", "errand", "expect", "grader"):
        source = (repo / "lessontools" / "grading" / f"{name}.py").read_text()
        assert "\nimport resource" not in source and "import fcntl" not in source
