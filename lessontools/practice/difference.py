"""The difference of two values: (seen, wanted) as plain data -> None, or what differs and why that usually happens."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from lessontools.practice.value import brief, describe, number, shape_text

__all__ = ["difference"]


def difference(seen: Any, want: Any, rtol: float, atol: float) -> str | None:
    """Return None if `seen` is `want` within tolerance, else Markdown that says what came, what was expected, and why.

    Nothing is broadcast: a wrong shape differs. Kinds of dtype count (floating, integer, boolean), widths do not.
    """
    for kind in ("unknown", "ellipsis"):
        if isinstance(seen, Mapping) and kind in seen:
            return _types(seen, want)
        if isinstance(want, Mapping) and kind in want:
            return "the reference gave something unreadable"
    if isinstance(want, Mapping) and ("tensor" in want or "array" in want):
        return _grids(seen, want, rtol, atol)
    if isinstance(want, Mapping) and "dict" in want:
        return _dicts(seen, want, rtol, atol)
    if isinstance(want, list):
        return _lists(seen, want, rtol, atol)
    texts = isinstance(want, str) or isinstance(seen, str)  # the text "nan" is no number
    if not texts and number(want) is not None and number(seen) is not None:
        near = _near(number(seen), number(want), rtol, atol, exact=type(want) is int)
        return None if near else _numbers(number(seen), number(want))
    if type(seen) is not type(want):
        return _types(seen, want)
    return None if seen == want else f"it is {brief(seen)}, expected {brief(want)}."


def _near(seen: Any, want: Any, rtol: float, atol: float, exact: bool = False) -> bool:
    if seen is None or want is None:
        return False
    if math.isnan(want) or math.isnan(seen):
        return math.isnan(want) and math.isnan(seen)
    if exact or math.isinf(want) or math.isinf(seen):
        return bool(seen == want)
    return bool(abs(seen - want) <= atol + rtol * abs(want))


def _types(seen: Any, want: Any) -> str:
    said = f"it is {describe(seen)}, expected {describe(want)}."
    if seen is None:
        return f"{said} A function without `return` gives `None`; so do methods that work in place, such as `step()`."
    tensor = isinstance(seen, Mapping) and "tensor" in seen
    if tensor and number(want) is not None:
        return f"{said} `.item()` takes the plain number out of a tensor that holds one."
    if isinstance(want, Mapping) and "tensor" in want:
        if number(seen) is not None:
            return f"{said} `.item()` and `float()` leave the graph; keep the tensor."
        if isinstance(seen, Mapping) and "array" in seen:
            return f"{said} `.numpy()` leaves PyTorch; keep the tensor."
        if isinstance(seen, list):
            return f"{said} If several things are returned where one is wanted, a comma may be at fault."
    if isinstance(seen, Mapping) and seen.get("unknown") in ("function", "method", "builtin_function_or_method"):
        return f"{said} A function that is named but not called needs its brackets: `x.mean()`, not `x.mean`."
    return said


def _grids(seen: Any, want: Mapping[str, Any], rtol: float, atol: float) -> str | None:
    name = "tensor" if "tensor" in want else "array"
    if not isinstance(seen, Mapping) or name not in seen:
        return _types(seen, want)
    if list(seen[name]) != list(want[name]):
        return _shapes(list(seen[name]), list(want[name]))
    if _kind(seen) != _kind(want):
        return _dtypes(seen, want)
    got, wanted = seen["values"], want["values"]
    if not isinstance(got, list) or len(got) != len(wanted) or ("summary" in seen) != ("summary" in want):
        return "its values cannot be read."
    exact = _kind(want) != "floating"
    wrong = [at for at, (a, b) in enumerate(zip(got, wanted, strict=True)) if not _cell(a, b, rtol, atol, exact)]
    if wrong:
        return _values(seen, want, wrong)
    if "summary" in want:
        scale = max(abs(number(want["summary"]["least"]) or 0), abs(number(want["summary"]["most"]) or 0))
        for key, value in want["summary"].items():
            if not _near(number(seen["summary"].get(key)), number(value), rtol, atol + rtol * scale):
                return f"some of its values differ (their {key} is {brief(seen['summary'].get(key))})."
    return None


def _cell(seen: Any, want: Any, rtol: float, atol: float, exact: bool) -> bool:
    if isinstance(want, bool) or isinstance(seen, bool):
        return seen is want
    return _near(number(seen), number(want), rtol, atol, exact)


def _kind(data: Mapping[str, Any]) -> str:
    dtype = str(data.get("dtype"))
    return "boolean" if dtype == "bool" else "floating" if "float" in dtype else "integer" if "int" in dtype else dtype


def _shapes(seen: list[int], want: list[int]) -> str:
    said = f"its shape is {shape_text(seen)}, expected {shape_text(want)}."
    squeezed = [size for size in seen if size != 1]
    if not want and math.prod(seen) != 1:
        return f"{said} It was not reduced to one number: `.mean()` or `.sum()` is missing."
    if not seen and want:
        return f"{said} It was reduced over everything; name the dimension to reduce over, as in `.mean(dim=1)`."
    if squeezed == [size for size in want if size != 1]:
        cure = "`.squeeze(-1)` drops" if len(seen) > len(want) else "`.unsqueeze(-1)` or `keepdim=True` adds"
        return f"{said} A dimension of size 1 makes PyTorch broadcast in silence later on; {cure} it."
    if len(seen) > 1 and seen == want[::-1]:
        return f"{said} Rows and columns are swapped: a transpose (`.T`) is missing, or one too many."
    if math.prod(seen) == math.prod(want):
        return f"{said} As many values, arranged otherwise: look at `reshape`, `flatten` and `permute`."
    if len(seen) == len(want) + 1 and seen[1:] == want:
        return f"{said} The first dimension should be gone: reduce over it, or pick from it."
    if len(seen) == len(want):
        return f"{said} Follow the shapes line by line; a dimension may be reduced, sliced or mixed up."
    return f"{said} Shapes that do not fit broadcast in silence, or were reduced over the wrong `dim`."


def _dtypes(seen: Mapping[str, Any], want: Mapping[str, Any]) -> str:
    said = f"its dtype is `{seen.get('dtype')}`, expected `{want['dtype']}`."
    return f"{said} " + {
        "floating": "Only floating values carry gradients and averages; `.float()` converts.",
        "integer": "Class numbers, counts and indices are integers; `.long()` converts, and `argmax` gives them.",
        "boolean": "A comparison such as `a == b` gives booleans.",
    }.get(_kind(want), "")


def _numbers(seen: Any, want: Any) -> str:
    why = "" if math.isnan(seen) else _factor([(float(seen), float(want))])
    return f"it is {brief(_back(seen))}, expected {brief(_back(want))}. {why or _not_finite([seen])}".rstrip()


def _back(value: Any) -> Any:
    return value if math.isfinite(value) else {"float": str(value)}


def _values(seen: Mapping[str, Any], want: Mapping[str, Any], wrong: list[int]) -> str:
    got, wanted = seen["values"], want["values"]
    share = "all" if len(wrong) == len(wanted) else f"{len(wrong)} of {len(wanted)}"
    shown = wrong[:4]
    said = f"its shape is right, but {share} of its values differ: {brief(seen, shown)}, expected {brief(want, shown)}."
    pairs = [(number(a), number(b)) for a, b in zip(got, wanted, strict=True)]
    numbers = [(float(a), float(b)) for a, b in pairs if a is not None and b is not None]
    why = _not_finite([a for a, _ in numbers]) or (_factor(numbers) if _kind(want) == "floating" else "")
    return f"{said} {why}".rstrip()


def _not_finite(seen: list[Any]) -> str:
    if any(math.isnan(x) for x in seen):
        return "`nan` comes from `log` of a negative number, 0/0, or a loss that blew up."
    return (
        "`inf` comes from `log(0)`, a division by 0, or a learning rate that is too large."
        if any(math.isinf(x) for x in seen)
        else ""
    )


def _factor(pairs: list[tuple[float, float]]) -> str:
    """Name a constant factor or offset, the commonest traces of one slip."""
    if not pairs or not all(math.isfinite(a) and math.isfinite(b) for a, b in pairs):
        return ""
    if all(a == 0 for a, _ in pairs):
        return "Everything is 0: it was cleared, never computed, or the gradient never arrived."
    ratios = [a / b for a, b in pairs if abs(b) > 1e-12]
    if len(ratios) == len(pairs) and max(ratios) - min(ratios) <= 1e-3 * abs(ratios[0]):
        ratio = math.fsum(ratios) / len(ratios)
        if math.isclose(ratio, -1, rel_tol=1e-3):
            return "The sign is turned round."
        if len(pairs) > 1 or (math.isclose(ratio, round(ratio), rel_tol=1e-3) and 1 < abs(ratio) < 1000):
            return f"It is {ratio:.4g} times as large: a sum where a mean is meant, or a factor too many or too few?"
    shifts = [a - b for a, b in pairs]
    if len(pairs) > 1 and max(shifts) - min(shifts) <= 1e-3 * abs(shifts[0]):
        return f"Everything is off by {shifts[0]:.4g}: is something added once too often, or left out?"
    return ""


def _dicts(seen: Any, want: Mapping[str, Any], rtol: float, atol: float) -> str | None:
    if not isinstance(seen, Mapping) or not isinstance(seen.get("dict"), Mapping):
        return _types(seen, want)
    got, wanted = seen["dict"], want["dict"]
    if missing := [key for key in wanted if key not in got]:
        return f"the key {missing[0]!r} is missing."
    if extra := [key for key in got if key not in wanted]:
        return f"it has a key {extra[0]!r} that is not asked for."
    for key, value in wanted.items():
        if found := difference(got[key], value, rtol, atol):
            return f"at key {key!r}, {found}"
    return None


def _lists(seen: Any, want: list[Any], rtol: float, atol: float) -> str | None:
    if not isinstance(seen, list):
        return _types(seen, want)
    if len(seen) != len(want):
        return f"it holds {len(seen)} things, expected {len(want)}."
    for place, (got, wanted) in enumerate(zip(seen, want, strict=True)):
        if found := difference(got, wanted, rtol, atol):
            return f"at place {place}, {found}"
    return None
