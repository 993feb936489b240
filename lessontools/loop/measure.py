"""Numbers taken from tensors without disturbing them: norms, samples, shapes, where a value came from."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor

__all__ = [
    "about",
    "all_finite",
    "expanded",
    "finite",
    "first_tensor",
    "leaves",
    "local_name",
    "norms",
    "producer",
    "raised_at",
    "row_hashes",
    "rows_facts",
    "sample",
    "samples",
    "scale",
    "where",
]

_TORCH = str(Path(torch.__file__).parent)
_HERE = str(Path(__file__).parent)
_SKIP = (_TORCH, _HERE, "<frozen", "<string>")
_MOST_ROWS = 512


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


def about(tensor: Tensor | None) -> dict[str, Any]:
    """Return a tensor's shape and dtype."""
    if tensor is None:
        return {}
    return {"shape": list(tensor.shape), "dtype": str(tensor.dtype).removeprefix("torch.")}


def sample(tensor: Tensor, most: int = 6) -> list[float]:
    """Return the first few values, as floats: a huge tensor is never printed."""
    flat = tensor.detach().reshape(-1)[:most]
    return [round(float(each), 6) for each in flat.to(torch.float64).tolist()] if flat.numel() else []


def samples(numbers: Sequence[int], tensors: Sequence[Tensor | None], most: int = 8) -> dict[str, list[float]]:
    """Return the first few values of each of the first parameters, for the pictures of a loop's first step."""
    pairs = zip(numbers[:most], tensors, strict=False)
    return {str(n): sample(t) for n, t in pairs if t is not None and t.is_floating_point() and not t.is_sparse}


def norms(tensors: Sequence[Tensor | None]) -> list[float | None]:
    """Return the Euclidean norm of each tensor (None stays None), in one call where possible."""
    there = [t.detach() for t in tensors if t is not None]
    dense = [t.coalesce().values() if t.is_sparse else t for t in there]
    floats = [t.abs() if t.is_complex() else t if t.is_floating_point() else t.float() for t in dense]
    found: Iterator[float] = iter(float(n) for n in torch._foreach_norm(floats)) if floats else iter(())
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


def rows_facts(tensor: Tensor, name: str = "") -> dict[str, Any]:
    """Return what a loss's input looks like: range, whether its rows are probabilities or log-probabilities."""
    rows = tensor.detach()
    if not rows.is_floating_point() or rows.numel() == 0:
        return {}
    facts: dict[str, Any] = {"low": float(rows.min()), "high": float(rows.max())}
    if rows.dim() == 1 and name in ("cross_entropy", "nll_loss"):
        rows = rows[None]
    if rows.dim() >= 2:
        sums = rows[:_MOST_ROWS].sum(dim=1)
        logs = rows[:_MOST_ROWS].float().logsumexp(dim=1)
        facts["sums_to_one"] = bool(((sums - 1).abs() < 1e-3).all()) and facts["low"] >= 0
        facts["log_probabilities"] = bool((logs.abs() < 1e-3).all())
        facts["classes"] = int(rows.shape[1])
    return facts


def expanded(one: Sequence[int], other: Sequence[int]) -> bool:
    """Return whether two shapes of different dimensions broadcast to something larger than both: (8, 1) and (8,)."""
    if len(one) == len(other) or not one or not other:
        return False
    try:
        both: Sequence[int] = torch.broadcast_shapes(tuple(one), tuple(other))  # type: ignore[no-untyped-call]
    except RuntimeError:
        return False
    return math.prod(both) > max(math.prod(one), math.prod(other))


def scale(tensor: Tensor) -> dict[str, float]:
    """Return the largest absolute value, and the ratio of the widest column's spread to the narrowest one's."""
    rows = tensor.detach()[:_MOST_ROWS]
    if not rows.is_floating_point() or rows.dim() < 2 or rows.shape[0] < 2:
        return {}
    facts = {"most": float(rows.abs().max())}
    if rows.dim() == 2:
        spread = rows.float().std(dim=0)
        wide, narrow = float(spread.max()), float(spread[spread > 0].min()) if bool((spread > 0).any()) else 0.0
        facts["ratio"] = wide / narrow if narrow else 1.0
    return facts


def all_finite(tensor: Tensor) -> bool:
    """Return whether all values are finite."""
    return bool(torch.isfinite(tensor.detach()).all()) if tensor.is_floating_point() else True


_FACTORS: dict[int, Tensor] = {}


def _factors(width: int) -> Tensor:
    """Return odd numbers, always the same, to weigh a row's columns with."""
    found = _FACTORS.get(width)
    if found is None:
        places = torch.arange(1, width + 1, dtype=torch.int64)
        mixed = places * 6364136223846793005 + 1442695040888963407
        found = _FACTORS[width] = (mixed ^ (mixed >> 29)) * 2654435769 | 1
        if len(_FACTORS) > 64:
            _FACTORS.clear()
    return found


def row_hashes(tensor: Tensor) -> list[int]:
    """Return a hash of each row, to tell whether rows were seen before (512 rows at most); exact, order kept."""
    rows = tensor.detach()[:_MOST_ROWS] if tensor.dim() else tensor.detach().reshape(1)
    flat = rows.reshape(rows.shape[0], -1).cpu()
    if flat.is_complex():
        flat = torch.view_as_real(flat).reshape(flat.shape[0], -1)
    bits = flat.double().contiguous().view(torch.int64) if flat.is_floating_point() else flat.to(torch.int64)
    mixed = (bits ^ (bits >> 31)) * _factors(bits.shape[1])
    return [each & 0xFFFFFFFFFFFF for each in (mixed ^ (mixed >> 32)).sum(dim=1).tolist()]


def finite(values: Iterable[float | None]) -> bool:
    """Return whether all numbers are finite."""
    return all(value is None or math.isfinite(value) for value in values)
