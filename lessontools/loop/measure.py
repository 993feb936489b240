"""Numbers taken from tensors without disturbing them: norms, samples, shapes, where a value came from."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor

__all__ = [
    "about",
    "all_finite",
    "ends",
    "expanded",
    "finite",
    "first_tensor",
    "leaves",
    "local_name",
    "norms",
    "producer",
    "raised_at",
    "sample",
    "samples",
    "where",
]

_TORCH = str(Path(torch.__file__).parent)
_HERE = str(Path(__file__).parent)
_SKIP = (_TORCH, _HERE, "<frozen", "<string>")


def where(frame: FrameType | None = None) -> FrameType | None:
    """Return the nearest frame that is neither torch's nor ours: the learner's line."""
    frame = frame or sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_SKIP):
        frame = frame.f_back
    return frame


def raised_at(error: BaseException) -> tuple[str, int] | None:
    """Return file and line of the learner's own line that raised, if one did."""
    found, step = None, error.__traceback__
    while step is not None:
        if not step.tb_frame.f_code.co_filename.startswith(_SKIP):
            found = step.tb_frame.f_code.co_filename, step.tb_lineno
        step = step.tb_next
    return found


def local_name(value: object, frame: FrameType | None) -> str:
    """Return the name under which the learner's code knows an object, or nothing."""
    while frame is not None:
        for names in (frame.f_locals, frame.f_globals):
            for name, each in names.items():
                if each is value and not name.startswith("_"):
                    return str(name)
        frame = where(frame.f_back) if frame.f_back else None
    return ""


def first_tensor(value: Any) -> Tensor | None:
    """Return the first tensor in a value: itself, or one inside a tuple, list, dict or object with fields."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return next((found for each in value if (found := first_tensor(each)) is not None), None)
    return None


_DTYPES = {each: str(each).removeprefix("torch.") for each in vars(torch).values() if isinstance(each, torch.dtype)}


def about(tensor: Tensor | None) -> dict[str, Any]:
    """Return a tensor's shape and dtype."""
    if tensor is None:
        return {}
    return {"shape": list(tensor.shape), "dtype": _DTYPES[tensor.dtype]}


def sample(tensor: Tensor, most: int = 6) -> list[float]:
    """Return the first few values, as floats: a huge tensor is never printed."""
    flat = tensor.detach().reshape(-1)[:most]
    if flat.is_complex():
        flat = flat.to(torch.float64)
    return [round(float(each), 6) for each in flat.tolist()]


def samples(numbers: Sequence[int], tensors: Sequence[Tensor | None], most: int = 8) -> dict[str, list[float]]:
    """Return the first few values of each of the first parameters, for the pictures of a loop's first step."""
    pairs = zip(numbers[:most], tensors, strict=False)
    return {str(n): sample(t) for n, t in pairs if t is not None and t.is_floating_point() and not t.is_sparse}


def norms(tensors: Sequence[Tensor | None]) -> list[float | None]:
    """Return the Euclidean norm of each tensor (None stays None), in one call; to be asked while gradients are off."""
    there = [t for t in tensors if t is not None]
    if not there:
        return [None] * len(tensors)
    try:
        each = torch._foreach_norm(there)
    except (RuntimeError, NotImplementedError):  # sparse ones, or integers
        dense = [t.coalesce().values() if t.is_sparse else t for t in there]
        each = torch._foreach_norm([t if t.is_floating_point() or t.is_complex() else t.float() for t in dense])
    found: Iterator[float] = iter(n.item() for n in each)
    return [None if t is None else next(found) for t in tensors]


def producer(tensor: Tensor) -> str:
    """Return the name of the operation that made a tensor ("Softmax"), or nothing for a leaf."""
    node = tensor.grad_fn
    while node is not None and type(node).__name__.startswith(
        ("View", "UnsafeView", "Reshape", "Squeeze", "Unsqueeze", "ToCopy", "Clone", "Select", "Slice", "T0", "TBack")
    ):
        node = node.next_functions[0][0] if node.next_functions else None
    return type(node).__name__.removesuffix("0").removesuffix("Backward") if node is not None else ""


def leaves(roots: Iterable[Tensor], most: int = 20_000) -> list[Tensor]:
    """Return the leaf tensors that a backward pass from these roots would reach."""
    found: dict[int, Tensor] = {}
    todo = [root.grad_fn for root in roots if root.grad_fn is not None]
    seen: set[Any] = set(todo)
    while todo and len(seen) < most:
        node = todo.pop()
        variable = getattr(node, "variable", None)
        if isinstance(variable, Tensor):
            found[id(variable)] = variable
        for following, _ in node.next_functions:
            if following is not None and following not in seen:
                seen.add(following)
                todo.append(following)
    return list(found.values())


def ends(tensor: Tensor) -> tuple[float, float]:
    """Return the lowest and the highest value of a tensor that has any."""
    low, high = torch.aminmax(tensor)
    return float(low.item()), float(high.item())


def expanded(one: Sequence[int], other: Sequence[int]) -> bool:
    """Return whether two shapes of different dimensions broadcast to something larger than both: (8, 1) and (8,)."""
    return len(one) != len(other) and _expands(tuple(one), tuple(other))


@lru_cache(maxsize=64)  # asked at every step of a close look, of a few shapes
def _expands(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    if not one or not other:
        return False
    try:
        both: Sequence[int] = torch.broadcast_shapes(one, other)  # type: ignore[no-untyped-call]
    except RuntimeError:
        return False
    return math.prod(both) > max(math.prod(one), math.prod(other))


def all_finite(tensor: Tensor) -> bool:
    """Return whether all values are finite; a finite sum shows it at once."""
    if not tensor.is_floating_point():
        return True
    return math.isfinite(tensor.sum().item()) or bool(torch.isfinite(tensor).all())


def finite(values: Iterable[float | None]) -> bool:
    """Return whether all numbers are finite."""
    return all(value is None or math.isfinite(value) for value in values)
