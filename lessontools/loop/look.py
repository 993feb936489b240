"""The close look: a torch function mode that sees losses, clearing and updates by hand, item, detach, grad mode."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from lessontools.loop import clipping, measure, passes, readings
from lessontools.loop.recorder import Recorder

__all__ = ["Look", "depth", "enter", "leave", "remove", "top_is"]

LOSSES = {
    *("cross_entropy", "nll_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits", "mse_loss", "l1_loss"),
    *("smooth_l1_loss", "huber_loss", "kl_div", "poisson_nll_loss", "gaussian_nll_loss", "hinge_embedding_loss"),
}
UPDATES = {"sub_", "add_", "mul_", "copy_", "addcdiv_", "div_", "lerp_"}
SEEN = {*LOSSES, *UPDATES, *readings.KINDS, "zero_", "sub", "item", "tolist", "detach"}
SEEN |= {"_set_grad_enabled", "__set__", "__get__"}


class Look(TorchFunctionMode):
    """Passes every call on as it is, and tells the recorder of those that matter to a training loop."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run the call, then record it if it is one of ours to see."""
        kwargs = kwargs or {}
        recorder = self.recorder
        name = getattr(func, "__name__", "")
        if name not in SEEN or recorder.stepping or not recorder.idle:
            return func(*args, **kwargs)
        if name in UPDATES or name == "zero_":
            return self._in_place(func, name, args, kwargs)
        result = func(*args, **kwargs)
        try:
            self._tell(func, name, args, kwargs, result)
        except Exception as error:
            recorder.trace.trouble(error)
        return result

    def _tell(
        self, func: Callable[..., Any], name: str, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any
    ) -> None:
        """Record a call that has run, if it is one of ours to see."""
        recorder = self.recorder
        if name in LOSSES and isinstance(result, Tensor):
            self._loss(func, name, result, args, kwargs)
        elif name == "sub" and isinstance(result, Tensor) and result.dim() == 2:
            self._difference(result, args)
        elif name in ("item", "tolist", "detach") and args and isinstance(args[0], Tensor) and args[0].requires_grad:
            recorder.event(name, {"of": measure.about(args[0])})
        elif name == "_set_grad_enabled" and args:
            recorder.event("grad-mode", {"on": bool(args[0]), "inside": recorder.depth > 0})
        elif name == "__set__" and args and isinstance(args[0], Tensor):
            self._assigned(func, args)
        elif name == "__get__" and (frame := clipping.clipping(sys._getframe(2))) is not None:
            clipping.clip(recorder, args[0], frame)
        elif name in readings.KINDS and recorder.evaluating and isinstance(result, Tensor) and not result.dim():
            readings.measured(recorder, name, args[0] if args else None, result)

    def _loss(
        self, func: Callable[..., Any], name: str, result: Tensor, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        given = args[0] if args else kwargs.get("input")
        target = args[1] if len(args) > 1 else kwargs.get("target")
        if isinstance(given, Tensor) and isinstance(target, Tensor):
            options = {"reduction": kwargs.get("reduction", "mean"), "weighted": kwargs.get("weight") is not None}
            passes.loss(self.recorder, name, given, target, result, options)
            tape = self.recorder.tape
            if tape and tape.on and result.requires_grad:
                with self.recorder.quiet():
                    tape.lost(func, args, kwargs, float(result) if result.numel() == 1 else math.nan)

    def _difference(self, result: Tensor, args: tuple[Any, ...]) -> None:
        """Notice a prediction (N, 1) and a target (N,) being subtracted by hand."""
        if len(args) < 2 or not all(isinstance(each, Tensor) for each in args[:2]):
            return
        one, other = args[:2]
        guess, truth = (one, other) if one.grad_fn is not None else (other, one)
        if guess.grad_fn is None or truth.requires_grad or self.recorder.depth:
            return
        if measure.expanded(guess.shape, truth.shape) and {guess.dim(), truth.dim()} == {1, 2}:
            if type(guess.grad_fn).__name__.startswith(("Unsqueeze", "Expand", "View", "Select", "Index", "Slice")):
                return  # made so on purpose
            facts = {"in": measure.about(guess), "target": measure.about(truth), "out": list(result.shape)}
            made = self.recorder.event("difference", facts)
            self.recorder.trace.tally("expanded-difference", made)

    def _in_place(self, func: Callable[..., Any], name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        recorder, target = self.recorder, args[0] if args else None
        if not isinstance(target, Tensor):
            return func(*args, **kwargs)
        with recorder.quiet():
            owner = self._owner(target, name)
        result = func(*args, **kwargs)
        if owner is None:
            return result
        known, tensor = owner
        with recorder.quiet():
            if name == "zero_":
                lost = recorder.ledger.cleared(known.number)
                known.note(tensor)
                recorder.cleared([known.number], {known.number: lost}, "by hand")
            elif tensor.grad is not None and recorder.ledger.held(known.number):
                recorder.manual([known.number])
                known.version = tensor._version
            else:
                known.version = tensor._version
        return result

    def _owner(self, target: Tensor, name: str) -> Any:
        """Return the parameter that an in-place call changes (or whose gradient it clears), also through `.data`."""
        place = target.data_ptr() if not target.is_sparse else 0
        if not place:
            return None
        for known, tensor in self.recorder.alive():
            whose = tensor.grad if name == "zero_" else tensor
            if whose is not None and not whose.is_sparse and whose.data_ptr() == place and whose.shape == target.shape:
                return known, tensor
        return None

    def _assigned(self, func: Callable[..., Any], args: tuple[Any, ...]) -> None:
        attribute = getattr(getattr(func, "__self__", None), "__name__", "")
        if attribute == "grad":
            self.recorder.sync()
        elif attribute == "data":
            for known, tensor in self.recorder.alive():
                if tensor is args[0] and self.recorder.ledger.held(known.number):
                    self.recorder.manual([known.number])
        elif attribute == "requires_grad":
            self.recorder.event("requires-grad", {"on": bool(args[1])})


def enter(mode: TorchFunctionMode) -> None:
    """Make a mode the innermost one."""
    mode.__enter__()  # type: ignore[no-untyped-call]  # torch types neither of the two


def leave(mode: TorchFunctionMode) -> None:
    """Take the innermost mode, which must be this one, away."""
    mode.__exit__(None, None, None)  # type: ignore[no-untyped-call]


def remove(mode: TorchFunctionMode) -> None:
    """Take a mode away wherever it stands; those that an interrupt may have left above it stay."""
    while any(torch._C._get_function_stack_at(place) is mode for place in range(depth())):
        above = []
        while not top_is(mode):
            above.append(torch._C._pop_torch_function_stack())
        leave(mode)
        for each in reversed(above):
            torch._C._push_on_torch_function_stack(each)


def top_is(mode: TorchFunctionMode) -> bool:
    """Return whether a mode is the innermost one, so that leaving it disturbs nobody else's."""
    count = torch._C._len_torch_function_stack()
    return count > 0 and torch._C._get_function_stack_at(count - 1) is mode


def depth() -> int:
    """Return how many function modes are active."""
    return int(torch._C._len_torch_function_stack())
