"""A tiny course, started by `lessontools new` once a session and copied for each test that changes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lessontools.course.notebook import build, notebook_path, write
from lessontools.course.skeleton import start_lesson

COURSE = '# a course for tests\ntitle: "Tiny"  # kept\nlessons: []\n'


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the course with lesson 01_tiny, built; not to be changed."""
    root = tmp_path_factory.mktemp("tiny") / "course"
    (root / "quizzes").mkdir(parents=True)
    (root / "quizzes" / "course.yaml").write_text(COURSE)
    start_lesson(root, "01_tiny")
    write(build(root, "01_tiny"), notebook_path(root, "01_tiny"))
    return root


@pytest.fixture
def course(built: Path, tmp_path: Path) -> Path:
    """Return a copy of the built course, to change at will."""
    return Path(shutil.copytree(built, tmp_path / "course"))
