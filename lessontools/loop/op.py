"""What a kept loop consists of: its batches, and its calls one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

__all__ = ["BETWEEN", "Batch", "Op"]

BETWEEN: dict[str, Callable[[Tensor], Tensor]] = {
    "": lambda out: out,
    "softmax": lambda out: out.softmax(1 if out.dim() > 1 else 0),
    "sigmoid": torch.sigmoid,
    "log_softmax": lambda out: out.log_softmax(1 if out.dim() > 1 else 0),
    "relu": torch.relu,
}
"""What a learner's code may do to the model's output on its way to the loss."""


@dataclass(slots=True)
class Batch:
    """What the model was called with, in which mode, and torch's random state then."""

    inputs: tuple[Any, ...]
    training: bool
    state: Tensor


@dataclass(frozen=True, slots=True)
class Op:
    """One thing that the loop did: forward, loss, backward, clear, clip or step, and what it did it with.

    For a loss, `function` gets what the model gave (after `how`, in `shape`), `args` and `options`; `value` is what
    came out. For a backward pass, `value` is the factor on the loss; for a clip it is the limit.
    """

    kind: str
    batch: int = 0
    value: float = 0.0
    how: str = ""
    shape: tuple[int, ...] = ()
    function: Callable[..., Any] | None = None
    args: tuple[Any, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    rates: tuple[float, ...] = ()
