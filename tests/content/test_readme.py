"""The README's list of lessons is the course's."""

from __future__ import annotations

import re
from pathlib import Path

from lessontools.quiz.bank import read_bank

ROW = re.compile(r"^\| \[(\d\d) (.+?)\]\(notebooks/(\w+)\.ipynb\) \| (\d+) \| (●?) \|$", re.MULTILINE)


def test_the_readme_lists_the_lessons_as_they_are(repo: Path):
    rows = ROW.findall((repo / "README.md").read_text(encoding="utf-8"))
    lessons = read_bank(repo).course.lessons
    wanted = [(each.id[:2], each.title, each.id, str(each.minutes), "●" if each.quick else "") for each in lessons]
    assert rows == wanted
