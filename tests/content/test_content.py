"""The course's own content breaks no law: the same checker that authors run with `lessontools check`."""

from __future__ import annotations

from pathlib import Path

from lessontools.course.laws import check


def test_the_content_breaks_no_law(repo: Path):
    assert [str(fault) for fault in check(repo) if not fault.warning] == []
