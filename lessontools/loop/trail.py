"""The way of the weights: where a model stood after each update, kept small, for the picture of its loss surface."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lessontools.errors import LessonError

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["Trail", "trail"]

_LARGEST = 100_000  # parameters: beyond it neither the points nor the surface are a matter of moments
_MOST = 200  # points: beyond it every second one is let go


@dataclass
class Trail:
    """A model and the points, shape (parameters,), at which it stood: before the first update, and after updates."""

    model: nn.Module
    points: list[Tensor] = field(default_factory=list)
    updates: int = 0
    every: int = 1

    def keep(self) -> None:
        """Note where the weights stand now; needed by hand only where no optimizer moves them."""
        import torch

        with torch.no_grad():
            self.points.append(torch.cat([p.detach().reshape(-1) for p in self.model.parameters()]))
        if len(self.points) > _MOST:
            self.points, self.every = self.points[::2], 2 * self.every

    def stepped(self, optimizer: Any, *_: object) -> None:
        """Take note of an optimizer's step, if it moves this model."""
        own = {id(p) for p in self.model.parameters()}
        if any(id(p) in own for group in optimizer.param_groups for p in group["params"]):
            self.updates += 1
            if self.updates % self.every == 0:
                self.keep()


@contextmanager
def trail(model: nn.Module) -> Iterator[Trail]:
    """Note where a model's weights stand after each optimizer step inside the block: `with trail(model) as path: ...`.

    At most 200 points are kept, evenly thinned. Raise LessonError for models of more than 100 000 parameters.
    """
    from torch.optim.optimizer import register_optimizer_step_post_hook

    many = sum(p.numel() for p in model.parameters())
    if not 0 < many <= _LARGEST:
        raise LessonError(f"this model has {many} parameters; a trail is kept for 1 to {_LARGEST}")
    path = Trail(model)
    path.keep()
    handle = register_optimizer_step_post_hook(path.stepped)
    try:
        yield path
    finally:
        handle.remove()
        if path.updates % path.every:
            path.keep()  # the end is always there
