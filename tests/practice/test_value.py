from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from lessontools.practice.difference import difference
from lessontools.practice.value import CAP, plain, readable


def differs(seen, want):
    return difference(plain(seen), plain(want), 1e-4, 1e-5)


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, 2.5, math.nan, -math.inf, "text", "nan", [1, (2.0, None)], {"a": 1, 2: "b"}, torch.zeros(0, 3),
        torch.tensor([1.0, math.nan, math.inf]), torch.arange(5), torch.tensor([True, False]), torch.tensor(3.0),
        torch.randn(3, dtype=torch.bfloat16), torch.nn.Parameter(torch.ones(2)), torch.Size([2, 3]), torch.float32,
        np.arange(3.0), np.float32(2.5), torch.nn.Linear(2, 3).state_dict(), torch.randn(70, 70),
    ],
)  # fmt: skip
def test_plain_data_is_strict_json_readable_and_equal_to_itself(value):
    data = plain(value)
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert readable(data)
    assert difference(data, json.loads(json.dumps(data)), 0, 0) is None


class Equal:
    def __eq__(self, other):
        return True

    __hash__ = None


class Sly(float):
    def __eq__(self, other):
        return True

    __hash__ = None


class SlyTensor(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return torch.tensor([1.0, 2.0])


@pytest.mark.parametrize("value", [Equal(), Sly(1.0), object(), lambda: 1, 1j, 10**400, torch.ones(2).to_sparse()])
def test_what_is_not_known_to_be_harmless_is_unknown_and_equals_nothing(value):
    data = plain(value)
    assert "unknown" in data and not readable(data)
    assert not readable(plain([1, {"a": value}]))
    assert difference(data, data, 1, 1)
    assert differs(value, 1.0) and differs(value, torch.ones(2))


def test_a_tensor_subclass_does_not_answer_in_the_tensors_stead():
    data = plain(torch.zeros(2).as_subclass(SlyTensor))
    assert data["values"] == [0.0, 0.0]


def test_a_class_that_lies_about_its_name_or_nests_without_end_is_still_unknown():
    loop = []
    loop.append(loop)
    data = plain(loop)
    assert not readable(data) and len(json.dumps(data)) < 1000
    assert not readable(plain([0] * 100_000))


def test_a_large_tensor_is_sampled_and_a_change_outside_the_sample_is_seen_in_the_summary():
    big = torch.randn(200, 300, generator=torch.Generator().manual_seed(0))
    other = big.clone()
    other[0, 1:60] += 5  # the sample takes every 60th value
    data = plain(big)
    assert len(data["values"]) == CAP and data["tensor"] == [200, 300]
    assert plain(other)["values"] == data["values"]
    assert "differ" in differs(other, big)
    assert differs(big.clone(), big) is None


@pytest.mark.parametrize(
    ("seen", "want", "says"),
    [
        (torch.ones(3, 1), torch.ones(3), "squeeze"),
        (torch.ones(3), torch.ones(3, 1), "unsqueeze"),
        (torch.ones(1), torch.tensor(1.0), "size 1"),
        (torch.ones(3), torch.tensor(1.0), "mean"),
        (torch.tensor(1.0), torch.ones(3), "dim"),
        (torch.ones(2, 3), torch.ones(3, 2), "transpose"),
        (torch.ones(6), torch.ones(3, 2), "reshape"),
        (torch.ones(4, 3), torch.ones(3), "first dimension"),
        (torch.ones(3), torch.ones(3, dtype=torch.long), "argmax"),
        (torch.ones(3, dtype=torch.long), torch.ones(3), "float"),
        (torch.tensor(2.0), 2.0, ".item()"),
        (2.0, torch.tensor(2.0), "keep the tensor"),
        (np.ones(3), torch.ones(3), "numpy"),
        (None, torch.ones(3), "return"),
        (torch.tensor([1.0, math.nan]), torch.ones(2), "nan"),
        (torch.arange(1.0, 5) * 4, torch.arange(1.0, 5), "4 times as large"),
        (-torch.arange(1.0, 5), torch.arange(1.0, 5), "sign"),
        (torch.arange(1.0, 5) + 1, torch.arange(1.0, 5), "off by 1"),
        (torch.zeros(3), torch.ones(3), "Everything is 0"),
        (torch.tensor([1, 2]), torch.tensor([1, 3]), "1 of 2"),
        (torch.tensor([True, False]), torch.tensor([True, True]), "1 of 2"),
        (32.0, 2.0, "16 times"),
        (True, 1, "expected a plain number"),
        ("nan", math.nan, "text"),
        ([1, 2], [1, 2, 3], "holds 2"),
        ([1, 5], [1, 2], "place 1"),
        ({"a": 1}, {"a": 1, "b": 2}, "'b' is missing"),
        ({"a": 1, "c": 2}, {"a": 1}, "not asked"),
        ({"a": 2}, {"a": 1}, "key 'a'"),
        (torch.ones(3).mean, torch.tensor(1.0), "brackets"),
    ],
)
def test_a_difference_says_what_came_and_why_that_usually_happens(seen, want, says):
    assert says in differs(seen, want)


@pytest.mark.parametrize(
    ("seen", "want"),
    [
        (torch.ones(2, dtype=torch.float64), torch.ones(2)),
        (torch.tensor([1, 2], dtype=torch.int32), torch.tensor([1, 2])),
        (1, 1.0), (1.0, 1), (np.float32(2), 2.0), ((1, 2), [1, 2]), (1.00001, 1.0), (math.nan, math.nan),
        (torch.tensor([math.inf]), torch.tensor([math.inf])), (torch.tensor([1e-6]), torch.tensor([0.0])),
    ],
)  # fmt: skip
def test_widths_rounding_and_kinds_of_sequence_make_no_difference(seen, want):
    assert differs(seen, want) is None
