from __future__ import annotations

import random

import pytest
import torch

from lessontools.practice.exercise import Mistake
from lessontools.practice.proof import prove
from tests.practice.samples import observe_scale, scale


def rules(**changes):
    return {fault.rule for fault in prove(scale(**changes), range(3))}


def test_a_sound_exercise_is_proven():
    assert prove(scale()) == []


def mistakes(**sources):
    return {name: Mistake(source, f"This is {name}.") for name, source in sources.items()}


def same_for_all(seed):
    return {"x": [1.0, 2.0, 3.0, 4.0], "factor": 3}


unsteady = random.SystemRandom()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"solutions": {"a": "def scale(x, factor): return x * factor", "b": "def scale(x, f): return x + f"}},
         "solution-not-right"),
        ({"solutions": {"a": "def scale(x, factor): return x.no_such"}}, "solution-fails"),
        ({"mistakes": mistakes(fine="def scale(x, factor): return factor * x")}, "mistake-right"),
        ({"mistakes": mistakes(hole="def scale(x, factor): y = ...; return y")}, "mistake-not-wrong"),
        ({"mistakes": mistakes(a="def scale(x, f): return x + f", b="def scale(x, f): return f + x")},
         "mistakes-alike"),
        ({"stub": "def scale(x, factor):\n    pass\n"}, None),
        ({"stub": "def scale(x, factor):\n    ...\n    return factor * x\n"}, "stub-right"),
        ({"draw": same_for_all}, "draw-constant"),
        ({"draw": lambda seed: {"x": [unsteady.random()] * 2, "factor": 2}}, "draw-unsteady"),
        ({"draw": lambda seed: {"x": {1, 2}}}, "draw"),
        ({"observe": lambda f, inputs: {"f": object()}}, "unreadable"),
        ({"observe": lambda f, inputs: {"f": unsteady.random()}}, "unsteady"),
        ({"observe": lambda f, inputs: {}}, "solution-fails"),
        ({"observe": lambda f, inputs: 3}, "solution-fails"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_told_by_its_rule(changes, rule):
    assert (rule in rules(**changes)) if rule else not rules(**changes)


def test_a_mistake_that_passes_on_one_seed_only_is_found():
    def observe(function, inputs):
        return (
            observe_scale(function, inputs)
            if inputs["x"][0] > 1.5
            else {"shape": tuple(function(torch.ones(2), 1).shape)}
        )

    found = prove(scale(observe=observe, mistakes=mistakes(added="def scale(x, f): return x + f")), range(12))
    assert [fault.rule for fault in found] == ["mistake-right"]
    assert "(seed" in found[0].message


def test_a_fault_names_file_line_and_exercise_once():
    found = prove(scale(mistakes=mistakes(a="def scale(x, f): return f * x")), range(4), "quizzes/01_x.py", 7)
    assert len(found) == 1
    assert str(found[0]).startswith("quizzes/01_x.py:7: error mistake-right [scale-vector]: mistake 'a' passes")
