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
    "first_tensor",
    "leaves",
    "local_name",
    "norms",
    "producer",
    "row_hashes",
    "rows_facts",
    "sample",
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
        ("View", "Reshape", "Squeeze", "Unsqueeze", "ToCopy", "Clone")
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


def rows_facts(tensor: Tensor) -> dict[str, Any]:
    """Return what a loss's input looks like: range, whether its rows are probabilities or log-probabilities."""
    rows = tensor.detach()
    if not rows.is_floating_point() or rows.numel() == 0:
        return {}
    facts: dict[str, Any] = {"low": float(rows.min()), "high": float(rows.max())}
    if rows.dim() >= 2:
        sums = rows[:_MOST_ROWS].sum(dim=1)
        logs = rows[:_MOST_ROWS].logsumexp(dim=1)
        facts["sums_to_one"] = bool(((sums - 1).abs() < 1e-3).all()) and facts["low"] >= 0
        facts["log_probabilities"] = bool((logs.abs() < 1e-3).all())
        facts["classes"] = int(rows.shape[1])
    return facts


def row_hashes(tensor: Tensor) -> list[int]:
    """Return a hash of each row, to tell whether rows were seen before (512 rows at most)."""
    rows = tensor.detach()[:_MOST_ROWS] if tensor.dim() else tensor.detach().reshape(1)
    flat = rows.reshape(rows.shape[0], -1).cpu().contiguous()
    if flat.dtype == torch.bfloat16:
        flat = flat.float()
    return [hash(row.tobytes()) & 0xFFFFFFFFFFFF for row in flat.numpy()]


def finite(values: Iterable[float | None]) -> bool:
    """Return whether all numbers are finite."""
    return all(value is None or math.isfinite(value) for value in values)
