"""A batch's rows: their range and scale, whether they are probabilities, and numbers to know them again by."""

from __future__ import annotations

import zlib
from typing import Any

import torch
from torch import Tensor

from lessontools.loop import measure

__all__ = ["facts", "hashes", "scale", "sign"]

MOST = 512


def facts(tensor: Tensor, name: str = "") -> dict[str, Any]:
    """Return what a loss's input looks like: range, whether its rows are probabilities or log-probabilities."""
    rows = tensor.detach()
    if not rows.is_floating_point() or rows.numel() == 0:
        return {}
    low, high = measure.ends(rows)
    found: dict[str, Any] = {"low": low, "high": high}
    if rows.dim() == 1 and name in ("cross_entropy", "nll_loss"):
        rows = rows[None]
    if rows.dim() >= 2:
        few = rows[:MOST]
        found["sums_to_one"] = low >= 0 and high < 1.01 and bool(((few.sum(dim=1) - 1).abs() < 1e-3).all())
        found["log_probabilities"] = high < 0.01 and bool((few.float().logsumexp(dim=1).abs() < 1e-3).all())
        found["classes"] = int(rows.shape[1])
    return found


def scale(tensor: Tensor) -> dict[str, float]:
    """Return the largest absolute value, and the ratio of the widest column's spread to the narrowest one's."""
    rows = tensor.detach()[:MOST]
    if not rows.is_floating_point() or rows.dim() < 2 or rows.shape[0] < 2:
        return {}
    low, high = measure.ends(rows)
    found = {"most": max(abs(low), abs(high))}
    if rows.dim() == 2:
        spread = rows.float().std(dim=0)
        narrow, wide = measure.ends(spread)
        if narrow <= 0:  # constant columns do not count
            narrow = float(spread[spread > 0].min()) if wide > 0 else 0.0
        found["ratio"] = wide / narrow if narrow else 1.0
    return found


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


def hashes(tensor: Tensor) -> list[int]:
    """Return a hash of each row, to tell whether rows were seen before (512 rows at most); exact, order kept."""
    rows = tensor.detach()[:MOST] if tensor.dim() else tensor.detach().reshape(1)
    flat = rows.reshape(rows.shape[0], -1).cpu()
    if flat.is_complex():
        flat = torch.view_as_real(flat).reshape(flat.shape[0], -1)
    bits = flat.double().contiguous().view(torch.int64) if flat.is_floating_point() else flat.to(torch.int64)
    mixed = (bits ^ (bits >> 31)).mul_(_factors(bits.shape[1]))
    return [each >> 16 & 0xFFFFFFFFFFFF for each in mixed.sum(dim=1).tolist()]


def sign(tensor: Tensor) -> int:
    """Return a number for a batch's first row, to tell whether batches begin alike."""
    try:
        return zlib.crc32(tensor.numpy()[0].tobytes())
    except (TypeError, RuntimeError):  # on another device, or of a kind that NumPy does not know
        return hashes(tensor[:1])[0]
