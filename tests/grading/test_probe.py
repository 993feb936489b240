"""What enters the cage: enough to draw and observe, and nothing of the key."""

from __future__ import annotations

import json

import pytest

from lessontools.errors import CourseError
from lessontools.grading.probe import probe, reachable
from lessontools.practice.catalog import Catalog

SOURCE = """
import math
from lessontools.practice.exercise import Exercise

SCALE = 3

def helper(x):
    return math.floor(x) * SCALE

def observe(function, inputs):
    return {"f": helper(function(inputs))}

KEY = "def f(x): return 7"
one = Exercise(KEY)

def leaky(function, inputs):
    return one
"""


def test_only_what_a_function_needs_is_taken_along() -> None:
    code = reachable(SOURCE, ["observe"], "x")
    assert "def helper" in code and "import math" in code and "SCALE = 3" in code
    assert "KEY" not in code and "Exercise" not in code and "leaky" not in code


def test_a_function_that_reaches_the_key_is_refused() -> None:
    with pytest.raises(CourseError, match="reaches the solutions"):
        reachable(SOURCE, ["leaky"], "x")


def test_no_probe_of_the_course_holds_a_solution_a_mistake_or_its_reason(catalog: Catalog) -> None:
    assert catalog.entries
    for entry in catalog.entries.values():
        exercise = entry.exercise
        sent = json.dumps(probe(exercise).data())
        for source in (*exercise.solutions.values(), *(m.source for m in exercise.mistakes.values())):
            assert json.dumps(source)[1:-1] not in sent, exercise.id
        for said in (exercise.why, *exercise.hints, *(m.says for m in exercise.mistakes.values())):
            assert json.dumps(said)[1:-1] not in sent, exercise.id
