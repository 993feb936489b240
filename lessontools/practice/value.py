"""A value that code gave: any object -> plain JSON data -> a few words; verdicts never touch live objects."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["CAP", "brief", "describe", "number", "plain", "readable"]

CAP = 1000
"""The most values that are kept of one tensor; a larger one is kept as an even sample and a summary."""
_DEEP, _MANY, _LONG = 12, 2000, 4000
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def plain(value: Any) -> Any:
    """Return a value as JSON data that says its type; what is not known to be harmless becomes {"unknown": type}.

    A tensor is {"tensor": shape, "dtype", "values"}, flattened, an even sample of `CAP` values beyond that with a
    "summary" of all; NumPy's is {"array": ...}; nan and inf are {"float": "nan"}; `...` is {"ellipsis": true}. Lists
    and tuples are one kind. Only exact built-in types are read, so an object that claims to equal everything is
    unknown, and unknown equals nothing.
    """
    return _plain(value, 0, [_MANY])


def _plain(value: Any, depth: int, left: list[int]) -> Any:
    left[0] -= 1
    if depth > _DEEP or left[0] < 0:
        return {"unknown": "something nested too deep, or with too many parts"}
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is int:
        return value if value.bit_length() < 1000 else {"unknown": f"an integer of {value.bit_length()} bits"}
    if kind is float:
        return value if math.isfinite(value) else {"float": _word(value)}
    if kind is str:
        return value if len(value) <= _LONG else {"unknown": f"a text of {len(value)} characters"}
    if value is ...:
        return {"ellipsis": True}
    if issubclass(kind, (list, tuple)):
        items = list.__iter__(value) if issubclass(kind, list) else tuple.__iter__(value)
        return [_plain(each, depth + 1, left) for each in items]
    if issubclass(kind, dict):
        pairs = {_key(key): _plain(each, depth + 1, left) for key, each in dict.items(value)}
        return {"dict": pairs}
    return _from_library(value, kind)


def _key(key: Any) -> str:
    return key if type(key) is str else repr(key) if type(key) in (int, float, bool, type(None)) else str(type(key))


def _from_library(value: Any, kind: type) -> Any:
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    try:
        if torch and issubclass(kind, torch.Tensor):
            return _tensor(value, torch)
        if torch and kind in (torch.dtype, torch.device):
            return {"name": str(value)}
        if numpy and kind is numpy.ndarray:
            flat = value.reshape(-1)
            read: Callable[[Any], list[Any]] = lambda at: (flat if at is None else flat[at]).tolist()  # noqa: E731  # two libraries, one shape
            return _grid("array", value.shape, str(value.dtype), read)
        if numpy and issubclass(kind, numpy.generic):
            return plain(numpy.generic.item(value)) if kind.__module__ == "numpy" else _unknown(kind)
    except (
        Exception
    ):  # a tensor that cannot be read (sparse, meta, a subclass that raises) is unknown, whatever it raised
        return _unknown(kind)
    return _unknown(kind)


def _unknown(kind: type) -> dict[str, str]:
    # a class may lie about its own name by way of its metaclass: the type's slot is asked instead
    return {"unknown": str(type.__dict__["__name__"].__get__(kind))[:80]}


def _tensor(value: Any, torch: Any) -> Any:
    with torch._C.DisableTorchFunctionSubclass():  # a subclass must not answer in the tensor's stead
        flat = torch.Tensor.reshape(torch.Tensor.detach(value).cpu(), (-1,))
        flat = flat.double() if flat.dtype.is_floating_point else flat
        dtype = str(value.dtype).removeprefix("torch.")
        return _grid("tensor", value.shape, dtype, lambda at: (flat if at is None else flat[at]).tolist())


def _grid(name: str, shape: Any, dtype: str, read: Callable[[Any], list[Any]]) -> Any:
    if not dtype.startswith(("float", "bfloat", "int", "uint", "bool")):
        return {"unknown": f"{name} of {dtype}"}
    count = math.prod(shape)
    found: dict[str, Any] = {name: [int(size) for size in shape], "dtype": dtype}
    if count <= CAP:
        return found | {"values": [_word(each) for each in read(None)]}
    every = [float(each) for each in read(None)]
    mean = math.fsum(every) / count if all(map(math.isfinite, every)) else math.nan
    spread = math.sqrt(math.fsum((each - mean) ** 2 for each in every) / count)
    summary = {"mean": mean, "spread": spread, "least": min(every), "most": max(every)}
    sample = [every[place * count // CAP] for place in range(CAP)]
    if not dtype.startswith(("float", "bfloat")):
        sample = [int(each) for each in sample]
    return found | {"values": [_word(x) for x in sample], "summary": {k: _word(x) for k, x in summary.items()}}


def _word(value: Any) -> Any:
    if type(value) is not float or math.isfinite(value):
        return value
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def number(data: Any) -> float | int | None:
    """Return the number that plain data stands for (nan and inf too), or None if it is not one; booleans are not."""
    if isinstance(data, Mapping):
        data = data.get("float") if set(data) == {"float"} else None
    if isinstance(data, str):
        return _NOT_FINITE.get(data)
    return data if type(data) in (int, float) else None


def readable(data: Any) -> bool:
    """Return whether plain data is known all through: nothing unknown, no hole."""
    if isinstance(data, Mapping):
        inner = data.get("dict")
        return not {"unknown", "ellipsis"} & set(data) and (inner is None or all(map(readable, inner.values())))
    return all(map(readable, data)) if isinstance(data, list) else True


def describe(data: Any) -> str:
    """Return what kind of thing plain data is, in words: "a tensor of shape (3, 2)"."""
    if data is None or isinstance(data, bool):
        return f"`{data}`"
    if isinstance(data, str):
        return "a text"
    if isinstance(data, list):
        return f"a list or tuple of {len(data)}"
    if number(data) is not None:
        return "a plain number"
    return _describe_mapping(data) if isinstance(data, Mapping) else "something unreadable"


def _describe_mapping(data: Mapping[str, Any]) -> str:
    for name, word in (("tensor", "a tensor"), ("array", "a NumPy array")):
        if name in data:
            return f"{word} of shape {shape_text(data[name])}"
    if "unknown" in data:
        return f"something that the check does not read (`{data['unknown']}`)"
    if "name" in data:
        return f"`{data['name']}`"
    return "a dictionary" if "dict" in data else "the hole `...`" if "ellipsis" in data else "something unreadable"


def shape_text(shape: Any) -> str:
    """Return a shape as Python writes it: `(3,)`."""
    return f"`{tuple(shape)}`"


def brief(data: Any, places: list[int] | None = None) -> str:
    """Return a short piece of Markdown that shows plain data: its first values, or those at `places`."""
    if isinstance(data, str):
        return f"`{data[:60]!r}`"
    if number(data) is not None:
        return f"`{number(data):.6g}`"
    if isinstance(data, list):
        return f"{describe(data)}: " + ", ".join(brief(each) for each in data[:4]) + (", ..." if len(data) > 4 else "")
    if isinstance(data, Mapping) and "values" in data:
        values = data["values"]
        shown = [values[at] for at in places] if places else values[:5]
        texts = [f"{number(x):.5g}" if number(x) is not None else str(x) for x in shown]
        return f"`[{', '.join(texts)}{', ...' if len(values) > len(shown) else ''}]`"
    return describe(data)
