"""The learner's own source: of a function or a class, from a cell that no history holds."""

from __future__ import annotations

import linecache
from typing import Any

from lessontools.practice.attempt import source_of

CLASS = "class Value:\n    size = 3\n\n    def __init__(self, x):\n        self.x = ...\n"
FUNCTION = "import math\n\n\ndef double(x):\n    return 2 * x\n"


def defined(source: str, name: str, file: str) -> Any:
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, file, "exec"), space)
    return space[name]


def test_the_whole_cell_is_the_source_of_a_function_and_of_a_class() -> None:
    assert source_of(defined(FUNCTION, "double", "<cell 1>"), "double") == FUNCTION
    assert source_of(defined(CLASS, "Value", "<cell 2>"), "Value") == CLASS


def test_what_has_no_source_has_none() -> None:
    assert source_of(len, "len") is None
    assert source_of(3, "three") is None
    assert source_of(type("Empty", (), {}), "Empty") is None
