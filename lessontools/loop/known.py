"""A parameter as it was when last looked at: enough to notice that it or its gradient was written since."""

from __future__ import annotations

import weakref

from torch import Tensor

__all__ = ["Known"]


class Known:
    """A parameter that was met: a weak reference to it, and the state of its gradient when last looked at."""

    __slots__ = ("grad", "grad_version", "number", "reference", "version")

    def __init__(self, tensor: Tensor, number: int) -> None:
        self.reference = weakref.ref(tensor)
        self.number = number
        self.grad = self.grad_version = 0  # the id of the gradient (0: none), and its version
        self.note(tensor)

    def note(self, tensor: Tensor) -> None:
        """Take the state of the parameter and of its gradient as known."""
        self.grew(tensor.grad)
        self.version = tensor._version

    def grew(self, grad: Tensor | None) -> bool:
        """Note a gradient; return whether there is one, and it is not as it was."""
        if grad is None:
            self.grad = 0
            return False
        now, version = id(grad), grad._version
        new = now != self.grad or version != self.grad_version
        self.grad, self.grad_version = now, version
        return new

    def holds(self, grad: Tensor | None) -> bool:
        """Return whether this is the gradient as it was."""
        return not self.grad if grad is None else id(grad) == self.grad and grad._version == self.grad_version
