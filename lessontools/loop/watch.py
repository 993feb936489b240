"""Watching a loop: hooks on model, loss and optimizer while a block runs, and nothing left behind after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from types import TracebackType
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn.modules.loss import _Loss
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from lessontools.errors import LessonError
from lessontools.loop import calls, measure, passes, stepping
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
        self._wrap(torch.nn.Module, "zero_grad", self._module_zero_grad)
        self._ground = depth()
        self._settle()
        return self.trace

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self._look_off()
        self._recorder.level = "off"
        for undo in reversed(self._undo):
            undo()
        recorder = self._recorder
        recorder.depth, recorder.stepping, recorder.inside = 0, False, False
        with self._safe():
            if error is None:
                recorder.sync()
            else:
                self._failed(error)
            self._finish()
        recorder.known.clear()

    def _failed(self, error: BaseException) -> None:
        """Note what ended the block, and on which of the learner's lines."""
        said = str(error)[:500]
        self.trace.error = f"{type(error).__name__}: {said}"
        line = measure.raised_at(error)
        self._recorder.event("error", {"type": type(error).__name__, "message": said}, keep=True, place=line)

    def _finish(self) -> None:
        recorder, trace = self._recorder, self.trace
        for known, tensor in recorder.alive():
            trace.params[known.number].trainable = tensor.requires_grad
        for entry in trace.optimizers:
            entry["trailing"] = any(n in recorder.lost or not recorder.ledger.spent(n) for n in entry["params"])
        trace.counts |= recorder.eval_rows
        calls.unused(recorder)
        recorder.compare()
        recorder.memory.close(recorder.updates)

    @contextmanager
    def _safe(self) -> Iterator[None]:
        """Keep trouble in the recorder from reaching the learner's loop: it is counted, and named in the trace."""
        try:
            yield
        except Exception as error:
            self.trace.trouble(error)

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
        if close or recorder.evaluating:
            self._look_on()
        else:
            self._look_off()
        recorder.close = close

    def _look_on(self) -> None:
        if not self._recorder.looking and depth() == self._ground and self._recorder.level != "cruise":
            enter(self._look)
            self._recorder.looking = True

    def _look_off(self) -> None:
        if self._recorder.looking and top_is(self._look):
            leave(self._look)
            self._recorder.looking = False

    def _before_forward(self, module: torch.nn.Module, args: tuple[Any, ...]) -> None:
        if self._recorder.idle:
            self._recorder.depth += 1

    def _after_forward(self, module: torch.nn.Module, args: tuple[Any, ...], output: Any) -> None:
        recorder = self._recorder
        if not recorder.idle:
            return
        if recorder.depth > 1:  # a module inside a model: the common case
            recorder.depth -= 1
            return
        recorder.depth = 0
        if output is not None:
            try:
                calls.forward(recorder, module, args, output)
            except Exception as error:
                self.trace.trouble(error)
            evaluating = not torch.is_grad_enabled() or not module.training
            if evaluating != recorder.evaluating and not isinstance(module, _Loss):
                recorder.evaluating = evaluating
                self._settle()

    def _before_step(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        if self._recorder.idle:
            with self._safe():
                stepping.before_step(self._recorder, optimizer)

    def _after_step(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        if self._recorder.idle:
            with self._safe():
                stepping.after_step(self._recorder, optimizer)
                self._settle()

    def _backward(self, original: Callable[..., Any], tensors: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = self._recorder
        if not recorder.idle:
            return original(tensors, *args, **kwargs)
        roots = [tensors] if isinstance(tensors, Tensor) else [t for t in tensors if isinstance(t, Tensor)]
        try:
            self._prepare(roots)
        except Exception as error:
            self.trace.trouble(error)
        recorder.inside = True
        try:
            result = original(tensors, *args, **kwargs)
        finally:
            recorder.inside = False
        try:
            passes.backward(recorder, roots)
        except Exception as error:
            self.trace.trouble(error)
        return result

    def _prepare(self, roots: list[Tensor]) -> None:
        recorder = self._recorder
        recorder.evaluating = False
        recorder.sync()
        recorder.doubt()
        if recorder.close or not recorder.known:
            with recorder.quiet():
                for leaf in measure.leaves(roots):
                    recorder.meet(leaf)
        self._settle()

    def _grad(self, original: Callable[..., Any], outputs: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = self._recorder
        if not recorder.idle:
            return original(outputs, *args, **kwargs)
        recorder.inside = True
        try:
            result = original(outputs, *args, **kwargs)
        finally:
            recorder.inside = False
        recorder.pending.clear()
        recorder.event("grad", {})
        return result

    def _zero_grad(self, original: Callable[..., Any], optimizer: Optimizer, *args: Any, **kwargs: Any) -> Any:
        return self._clearing(original, optimizer, lambda: stepping.optimizer_params(optimizer), *args, **kwargs)

    def _module_zero_grad(
        self, original: Callable[..., Any], module: torch.nn.Module, *args: Any, **kwargs: Any
    ) -> Any:
        return self._clearing(
            original, module, lambda: [each for each in module.parameters() if each.is_leaf], *args, **kwargs
        )

    def _clearing(
        self, original: Callable[..., Any], owner: Any, params: Callable[[], list[Tensor]], *args: Any, **kwargs: Any
    ) -> Any:
        recorder = self._recorder
        if not recorder.idle:
            return original(owner, *args, **kwargs)
        with self._safe():
            recorder.sync()
            if isinstance(owner, Optimizer):
                stepping.number_of(recorder, owner)
        recorder.busy = True  # what the call does inside is told below, as one event
        try:
            result = original(owner, *args, **kwargs)
        finally:
            recorder.busy = False
        with self._safe(), recorder.quiet() if recorder.looking else nullcontext():
            numbers = [recorder.meet(tensor) for tensor in params()]
            lost = {number: recorder.ledger.cleared(number) for number in numbers}
            recorder.cleared(numbers, lost, "zero_grad")
            recorder.note_all()
        return result
