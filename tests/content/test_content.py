"""The course's own content breaks no law: the same checker that authors run with `lessontools check`."""

from __future__ import annotations

from pathlib import Path

from lessontools.course.laws import check


def test_the_content_breaks_no_law_that_reading_tells(repo: Path):
    assert [str(fault) for fault in check(repo, run=False) if not fault.warning] == []
