"""Infinities and nan in JSON, which knows neither: written as {"float": "nan"}."""

from __future__ import annotations

from typing import Any

__all__ = ["loose", "strict"]

_WORDS = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}


def strict(value: Any) -> Any:
    """Return the value with floats that JSON does not know as {"float": text}."""
    if isinstance(value, float) and (value != value or value in (_WORDS["inf"], _WORDS["-inf"])):
        return {"float": str(value)}
    if isinstance(value, dict):
        return {str(key): strict(each) for key, each in value.items()}
    return [strict(each) for each in value] if isinstance(value, list | tuple) else value


def loose(value: Any) -> Any:
    """Return the value that `strict` was given."""
    if isinstance(value, dict):
        if set(value) == {"float"}:
            return _WORDS[value["float"]]
        return {key: loose(each) for key, each in value.items()}
    return [loose(each) for each in value] if isinstance(value, list) else value
