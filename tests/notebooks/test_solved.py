"""The notebooks with their solutions filled in: every check is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessontools.course.notebook import build, lessons_of
from lessontools.practice.catalog import open_catalog
from lessontools.practice.panel import remark
from lessontools.record import Record

ROOT = Path(__file__).parents[2]
LESSONS = lessons_of(ROOT)


@pytest.mark.parametrize("lesson", LESSONS)
def test_with_its_solutions_every_check_is_right(lesson: str, tmp_path: Path):
    import torch  # noqa: F401  # its import must not count against an exercise's seconds

    log = tmp_path / "record.jsonl"
    build(ROOT, lesson, variant="", record=log)
    entries = open_catalog(ROOT).entries
    checks = [event for event in Record(log).events() if event.kind == "check"]
    marks = {
        event.item: remark(entries[event.item].exercise, event.data["seen"], event.data["seed"]) for event in checks
    }
    assert {key: mark.feedback for key, mark in marks.items() if not mark.right} == {}
    assert {entry.exercise.id for entry in open_catalog(ROOT).of(lesson)} <= set(marks)
