"""Every question's claim and every exercise is proven: by the code that `lessontools check` runs, lesson by lesson."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessontools.course.laws import LAWS, only
from lessontools.course.notebook import lessons_of
from lessontools.course.page import Courseware, open_courseware
from tests.conftest import REPO


@pytest.fixture(scope="module")
def course(repo: Path) -> Courseware:
    return open_courseware(repo)


@pytest.mark.parametrize("lesson", lessons_of(REPO))
def test_what_a_lesson_claims_is_so(course: Courseware, lesson: str):
    mine = only(course, {lesson})
    faults = [fault for law in LAWS if law.runs and law.whole for fault in law.whole(mine)]
    assert [str(fault) for fault in faults if not fault.warning] == []
