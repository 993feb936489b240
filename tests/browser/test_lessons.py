"""Every second lesson in JupyterLab; in two files, so that two workers share them."""

from __future__ import annotations

import pytest

from tests.browser.answering import Told
from tests.browser.page import Screen
from tests.browser.walk import LESSONS, walk, wanted

__all__ = ["wanted"]


def test_there_are_lessons() -> None:
    assert len(LESSONS) >= 2


@pytest.mark.parametrize("name", LESSONS[::2])
def test_a_lesson_runs_and_each_widget_works(screen: Screen, wanted: dict[str, Told], name: str) -> None:
    walk(screen, wanted, name)
