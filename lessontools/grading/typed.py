"""Typed answers and functions -> the share that they earn, in plain Python that can leave this package as source.

What stands here is written into the test cells of an nbgrader assignment (see `inline`), with a question's key in the
letters and numbers under which the prompt shows its parts. It gives what the questions' own `mark` gives.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr
from io import StringIO
from itertools import combinations
from types import SimpleNamespace
from typing import Any

from lessontools.practice.exercise import untouched
from lessontools.practice.value import number, plain
from lessontools.quiz.kinds.number import read_number
from lessontools.quiz.kinds.text import normal_text

__all__ = ["pairs", "same", "words"]
__all__ += [f"share_{kind}" for kind in ("choice", "several", "number", "text", "match", "order", "line", "trace")]
__all__ += ["share_calls"]


def words(typed: Any) -> list[str]:
    """Return the letters that were typed: "b a", "b, a", "ba" and ["b", "a"] are the same."""
    text = " ".join(map(str, typed)) if isinstance(typed, list | tuple) else str(typed)
    found = re.findall(r"\w+", text.casefold()) if typed is not None else []
    return list(found[0]) if len(found) == 1 else found


def pairs(typed: Any) -> dict[str, str]:
    """Return the pairs that were typed: "1b 2a" is {"1": "b", "2": "a"}; what is no pair fits none."""
    if isinstance(typed, dict):
        return {str(left).strip(): str(right).strip().casefold() for left, right in typed.items()}
    text = str(typed or "").casefold().strip()[:500]
    sound = re.fullmatch(r"(\d+\W*[a-z][\s,;]*)*", text)
    return dict(re.findall(r"(\d+)\W*([a-z])", text)) if sound else {"?": text}


def share_choice(typed: Any, right: str) -> float:
    """Return the share of one letter."""
    return float(words(typed) == [right])


def share_several(typed: Any, right: str, wrong: str) -> float:
    """Return the share of ticks: right ones earn, wrong ones cost as much in all."""
    ticked = words(typed)
    if not ticked or set(ticked) - set(right + wrong) or len(set(ticked)) != len(ticked):
        return 0.0
    share = sum(each in ticked for each in right) / len(right)
    share -= sum(each in ticked for each in wrong) / len(wrong) if wrong else 0
    return 1.0 if set(ticked) == set(right) else max(0.0, min(share, 0.999))


def share_number(typed: Any, answer: float, margin: float, unit: str) -> float:
    """Return the share of a number, with or without its unit."""
    if isinstance(typed, str) and unit:
        typed = re.sub(rf"\s*{re.escape(unit)}\s*$", "", typed) or typed
    value = read_number(typed)
    return float(value is not None and abs(value - answer) <= margin)


def share_text(typed: Any, accept: list[str], near: list[list[Any]], case: bool) -> float:
    """Return the share of a short text; space, quotes, backticks and Unicode forms do not matter."""
    if not isinstance(typed, str) or not typed.strip() or len(typed) > 500:
        return 0.0
    made = normal_text(typed, case)
    if made in [normal_text(each, case) for each in accept]:
        return 1.0
    return next((float(share) for text, share in near if normal_text(text, case) == made), 0.0)


def share_match(typed: Any, fits: dict[str, str], letters: str) -> float:
    """Return the share of pairs that fit."""
    made = pairs(typed)
    if not set(made) <= set(fits) or not all(len(each) == 1 and each in letters for each in made.values()):
        return 0.0
    return sum(made.get(left) == right for left, right in fits.items()) / len(fits)


def share_order(typed: Any, lines: str, spare: str, before: list[list[str]], apart: list[list[str]]) -> float:
    """Return the share of lines in a valid order: [a, b] in `before` is a before b, [a, b, c] a not between."""
    placed = words(typed)
    if set(placed) - set(lines + spare) or len(set(placed)) != len(placed):
        return 0.0

    def sound(order: Any) -> bool:
        at = {name: place for place, name in enumerate(order)}
        told = [at[a] < at[b] for a, b in before if a in at and b in at]
        told += [not min(at[b], at[c]) < at[a] < max(at[b], at[c]) for a, b, c in apart if {a, b, c} <= set(at)]
        return all(told)

    kept = [name for name in placed if name in lines]
    longest = next((n for n in range(len(kept), 0, -1) if any(map(sound, combinations(kept, n)))), 0)
    if len(kept) == len(placed) == longest == len(lines):
        return 1.0
    return max(0.0, min((longest - (len(placed) - len(kept))) / len(lines), 0.999))


def share_line(typed: Any, bug: int) -> float:
    """Return the share of a line's number."""
    return float(str(typed).strip() == str(bug))


def share_trace(typed: Any, cells: list[list[Any]]) -> float:
    """Return the share of a table's cells; `cells` has the answer and the tolerance of each."""
    if not isinstance(typed, list | tuple) or len(typed) != len(cells) or any(len(str(each)) > 60 for each in typed):
        return 0.0

    def fits(text: str, answer: Any, tolerance: float) -> bool:
        value, want = read_number(text), read_number(answer)
        if value is not None and want is not None:
            return abs(value - want) <= tolerance + 1e-9
        return " ".join(text.split()).casefold() == str(answer).casefold()

    found = [str(each).strip() for each in typed]
    return sum(bool(text) and fits(text, *cell) for text, cell in zip(found, cells, strict=True)) / len(cells)


def share_calls(
    function: Any,
    observe: Callable[[Any, Any], dict[str, Any]],
    inputs: Any,
    want: dict[str, Any],
    given: list[str],
    about: dict[str, Any],
) -> float:
    """Return the share of what a function does as the solution does; nothing if its stub is as it was given.

    `given` are the cells that ran so far, `about` has the stub, the function's name and the tolerances.
    """
    stub: Any = SimpleNamespace(stub=about["stub"], function=about["function"])
    mine = [cell for cell in given if re.search(rf"^(async )?(def|class) {about['function']}\b", cell, re.MULTILINE)]
    if function is None or (mine and untouched(stub, mine[-1])):
        return 0.0
    with redirect_stderr(StringIO()), warnings.catch_warnings():  # nbgrader takes all points for a warning
        try:
            seen = {call: plain(value) for call, value in observe(function, inputs).items()}
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
            return 0.0
    right = sum(call in seen and same(seen[call], value, **about["tolerance"]) for call, value in want.items())
    holes = [value for value in seen.values() if isinstance(value, dict) and "ellipsis" in value]
    return 0.0 if holes and right < len(want) else right / len({*want, *seen})


def same(seen: Any, want: Any, rtol: float, atol: float) -> bool:
    """Return whether plain data is what is wanted within tolerance; nothing is broadcast, kinds of dtype count."""

    def near(a: Any, b: Any, exact: bool) -> bool:
        if isinstance(a, bool) or isinstance(b, bool):
            return a is b
        one, other = number(a), number(b)
        if one is None or other is None:
            return False
        if exact or not (math.isfinite(one) and math.isfinite(other)):
            return one == other or (one != one and other != other)
        return abs(one - other) <= atol + rtol * abs(other)

    def family(data: dict[str, Any]) -> str:
        return next((name for name in ("bool", "float", "int") if name in str(data.get("dtype"))), "")

    kind = next((name for name in ("tensor", "array", "dict") if isinstance(want, dict) and name in want), "")
    if kind and (not isinstance(seen, dict) or kind not in seen):
        return False
    if kind == "dict":
        one, other = seen["dict"], want["dict"]
        return set(one) == set(other) and all(same(one[key], other[key], rtol, atol) for key in other)
    if kind:
        like = seen[kind] == want[kind] and family(seen) == family(want)
        if not like or len(seen["values"]) != len(want["values"]) or ("summary" in seen) != ("summary" in want):
            return False
        exact, summary = family(want) != "float", want.get("summary", {})
        scale = max((abs(number(summary[name]) or 0) for name in ("least", "most") if summary), default=0)
        told = all(same(seen["summary"][name], each, rtol, atol + rtol * scale) for name, each in summary.items())
        return told and all(near(a, b, exact) for a, b in zip(seen["values"], want["values"], strict=True))
    if isinstance(want, list):
        pair = isinstance(seen, list) and len(seen) == len(want)
        return pair and all(same(a, b, rtol, atol) for a, b in zip(seen, want, strict=True))
    if isinstance(want, str) or isinstance(seen, str) or number(want) is None or number(seen) is None:
        return type(seen) is type(want) and bool(seen == want)
    return near(seen, want, type(want) is int)
