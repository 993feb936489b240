"""Watching a loop: hooks on model, loss and optimizer while a block runs, and nothing left behind after it."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from lessontools.errors import LessonError
from lessontools.loop import measure, passes, stepping
from lessontools.loop.look import Look, depth, enter, leave, top_is
from lessontools.loop.recorder import Recorder
from lessontools.loop.trace import Trace

__all__ = ["Level", "Watch", "watch"]

Level = Literal["auto", "close", "cruise"]
FIRST, EVERY = 3, 50


def watch(level: Level = "auto") -> Watch:
    """Watch the training loop in a `with` block, which gives its Trace.

    `level`: "close" looks at every step (norms, values, losses), "cruise" only follows, "auto" (the default) looks
    closely at the first 3 steps, at every 50th, and at loops that update their weights by hand.
    """
    if level not in ("auto", "close", "cruise"):
        raise LessonError(f"no level '{level}'; use auto, close or cruise")
    return Watch(level)


class Watch:
    """The context manager of `watch`; may be nested (each block has a trace of its own) but not entered twice."""

    def __init__(self, level: Level) -> None:
        self.trace = Trace()
        self._recorder = Recorder(self.trace, level)
        self._look = Look(self._recorder)
        self._undo: list[Callable[[], None]] = []
        self._looking = False

    def __enter__(self) -> Trace:
        if self._undo:
            raise LessonError("this watch is already on; make a new one with watch()")
        handles = (
            register_module_forward_pre_hook(self._before_forward),
            register_module_forward_hook(self._after_forward, always_call=True),
            register_optimizer_step_pre_hook(self._before_step),
            register_optimizer_step_post_hook(self._after_step),
        )
        self._undo = [handle.remove for handle in handles]
        self._wrap(torch.autograd, "backward", self._backward)
        self._wrap(torch.autograd, "grad", self._grad)
        self._wrap(Optimizer, "zero_grad", self._zero_grad)
        self._ground = depth()
        self._settle()
        return self.trace

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        if self._looking and top_is(self._look):
            leave(self._look)
            self._looking = False
        self._recorder.level = "off"
        for undo in reversed(self._undo):
            undo()
        recorder = self._recorder
        recorder.depth, recorder.stepping = 0, False
        if error is None:
            recorder.sync()
        else:
            self.trace.error = f"{type(error).__name__}: {str(error)[:500]}"
            recorder.event("error", {"type": type(error).__name__, "message": str(error)[:500]}, keep=True)
        for known, tensor in recorder.alive():
            self.trace.params[known.number].trainable = tensor.requires_grad
        recorder.known.clear()

    def _wrap(self, owner: Any, name: str, seen: Callable[..., Any]) -> None:
        """Put our own in place of a public callable until the block ends; undone only where it is still ours."""
        original = getattr(owner, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return seen(original, *args, **kwargs)

        wrapped.__wrapped__ = original  # type: ignore[attr-defined]  # as functools.wraps does
        wrapped.__name__, wrapped.__doc__ = name, original.__doc__
        setattr(owner, name, wrapped)

        def undo() -> None:
            if getattr(owner, name) is wrapped:
                setattr(owner, name, original)

        self._undo.append(undo)

    def _settle(self) -> None:
        """Start or end the close look, where that disturbs no mode of the learner's."""
        recorder = self._recorder
        steps = recorder.updates
        by_hand = recorder.backwards >= FIRST and not self.trace.counts.get("step")
        close = recorder.level == "close" or (
            recorder.level == "auto" and (steps < FIRST or steps % EVERY == 0 or by_hand)
        )
        if close and not self._looking and depth() == self._ground:
            enter(self._look)
            self._looking = True
        elif not close and self._looking and top_is(self._look):
            leave(self._look)
            self._looking = False
        recorder.close = close

    def _before_forward(self, module: torch.nn.Module, args: tuple[Any, ...]) -> None:
        if not torch.compiler.is_compiling() and self._recorder.idle:
            self._recorder.depth += 1

    def _after_forward(self, module: torch.nn.Module, args: tuple[Any, ...], output: Any) -> None:
        recorder = self._recorder
        if not torch.compiler.is_compiling() and recorder.idle:
            recorder.depth = max(0, recorder.depth - 1)
            if recorder.depth == 0 and output is not None:
                passes.forward(recorder, module, args, output)

    def _before_step(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        if self._recorder.idle:
            stepping.before_step(self._recorder, optimizer)

    def _after_step(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        if self._recorder.idle:
            stepping.after_step(self._recorder, optimizer)
            self._settle()

    def _backward(self, original: Callable[..., Any], tensors: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = self._recorder
        if not recorder.idle:
            return original(tensors, *args, **kwargs)
        roots = [tensors] if isinstance(tensors, Tensor) else [t for t in tensors if isinstance(t, Tensor)]
        self._prepare(roots)
        result = original(tensors, *args, **kwargs)
        passes.backward(recorder, roots)
        return result

    def _prepare(self, roots: list[Tensor]) -> None:
        recorder = self._recorder
        recorder.sync()
        if recorder.close or not recorder.known:
            for leaf in measure.leaves(roots):
                recorder.meet(leaf)
        self._settle()

    def _grad(self, original: Callable[..., Any], outputs: Any, *args: Any, **kwargs: Any) -> Any:
        result = original(outputs, *args, **kwargs)
        if self._recorder.idle:
            self._recorder.event("grad", {})
        return result

    def _zero_grad(self, original: Callable[..., Any], optimizer: Optimizer, *args: Any, **kwargs: Any) -> Any:
        recorder = self._recorder
        if not recorder.idle:
            return original(optimizer, *args, **kwargs)
        recorder.sync()
        recorder.busy = True  # what the call does inside is told below, as one event
        try:
            result = original(optimizer, *args, **kwargs)
        finally:
            recorder.busy = False
        numbers = [recorder.meet(tensor) for tensor in stepping.optimizer_params(optimizer)]
        lost = {each for number in numbers for each in recorder.ledger.cleared(number)}
        recorder.cleared(numbers, lost, "zero_grad")
        recorder.note_all()
        return result
