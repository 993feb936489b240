"""Watching a loop: hooks on model, loss and optimizer while a block runs, and nothing left behind after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Literal

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from lessontools.errors import LessonError
from lessontools.loop import calls, measure, passes, readings, schedules, stepping
from lessontools.loop.look import Look, depth, enter, leave, remove, top_is
from lessontools.loop.quiet import Safe, uninterrupted
from lessontools.loop.recorder import Recorder
from lessontools.loop.tape import Tape
from lessontools.loop.trace import Trace
from lessontools.loop.wraps import calling, replace

__all__ = ["Level", "Watch", "watch"]

Level = Literal["auto", "close", "cruise"]
FIRST, EVERY, WALK = 3, 50, 10  # looks: the first steps, every so many; a walk through the graph: every so many looks


def watch(level: Level = "auto", keep: int = 0) -> Watch:
    """Watch the training loop in a `with` block, which gives its Trace.

    `level`: "close" looks at every step (norms, values, losses), "cruise" only follows, "auto" (the default) looks
    closely at the first 3 steps, at every 50th, and at loops that update their weights by hand. With `keep=40` the
    model and the first 40 batches are copied (64 MB at most), so that `trace.second_opinion()` can try a cure on them.
    """
    if level not in ("auto", "close", "cruise"):
        raise LessonError(f"no level '{level}'; use auto, close or cruise")
    if isinstance(keep, bool) or not isinstance(keep, int) or keep < 0:
        raise LessonError(f"keep={keep!r}: give the number of batches to keep, such as keep=40")
    return Watch(level, keep)


class Watch:
    """The context manager of `watch`; may be nested (each block has a trace of its own) but not entered twice."""

    def __init__(self, level: Level, keep: int = 0) -> None:
        self.trace = Trace()
        self._recorder = Recorder(self.trace, level)
        self._recorder.tape = self.trace.tape = Tape(keep) if keep else None
        self._look = Look(self._recorder)
        self._safe = Safe(self._recorder)
        self._undo: list[Callable[[], None]] = []

    def __enter__(self) -> Trace:
        if self._undo:
            raise LessonError("this watch is already on; make a new one with watch()")
        try:
            with uninterrupted():
                self._put()
        except BaseException:
            self._take_away()
            raise
        return self.trace

    def ends_with(self, space: Mapping[str, Any]) -> None:
        """Look for an evaluation's averages in a namespace, of a script or notebook, that is no frame's any more."""
        with self._safe:
            readings.settle(self._recorder, space)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        recorder = self._recorder
        with uninterrupted():
            self._take_away()
            if isinstance(error, KeyboardInterrupt):  # it may have come while the look saw torch.no_grad() begin or end
                torch._C._set_grad_enabled(self._grads)
            with self._safe:
                if recorder.tape:
                    recorder.tape.close()
                if error is None:
                    recorder.sync()
                else:
                    self._failed(error)
                self._finish()
            recorder.known.clear()

    def _put(self) -> None:
        """Put ours in place of torch's; in which order does not matter."""
        before, after = self._before_step, self._after_step
        self._undo = [hook.remove for hook in (register_optimizer_step_pre_hook(before),)]
        self._undo.append(register_optimizer_step_post_hook(after).remove)
        self._wrap(torch.autograd, "backward", self._backward)
        self._wrap(torch.autograd, "grad", self._grad)
        self._wrap(Optimizer, "zero_grad", self._zero_grad)
        self._wrap(torch.nn.Module, "zero_grad", self._module_zero_grad)
        for owner in schedules.OWNERS:
            self._wrap(owner, "step", partial(schedules.step, self._recorder))
        self._undo.append(
            replace(torch.nn.Module, "__call__", calling(self._recorder, self._look, self._calls, self._called))
        )
        self._ground, self._grads = depth(), torch.is_grad_enabled()
        self._settle()

    def _take_away(self) -> None:
        recorder = self._recorder
        remove(self._look)
        recorder.level, recorder.looking = "off", False
        for undo in reversed(self._undo):
            undo()
        recorder.rest()

    def _failed(self, error: BaseException) -> None:
        """Note what ended the block, and on which of the learner's lines."""
        said = str(error)[:500]
        self.trace.error = f"{type(error).__name__}: {said}"
        line = measure.raised_at(error)
        self._recorder.event("error", {"type": type(error).__name__, "message": said}, keep=True, place=line)

    def _finish(self) -> None:
        recorder, trace = self._recorder, self.trace
        readings.settle(recorder)
        for known, tensor in recorder.alive():
            trace.params[known.number].trainable = tensor.requires_grad
        for entry in trace.optimizers:
            entry["trailing"] = any(n in recorder.lost or not recorder.ledger.spent(n) for n in entry["params"])
        trace.counts |= recorder.eval_rows
        calls.unused(recorder)
        recorder.compare()
        recorder.memory.close(recorder.updates)

    def _wrap(self, owner: Any, name: str, seen: Callable[..., Any]) -> None:
        """Put our own in place of a public callable until the block ends."""
        original = getattr(owner, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            return seen(original, *args, **kwargs)

        self._undo.append(replace(owner, name, wrapped))

    def _settle(self) -> None:
        """Start or end the close look, where that disturbs no mode of the learner's."""
        recorder = self._recorder
        if recorder.level == "cruise":
            return
        steps = recorder.updates
        by_hand = recorder.backwards >= FIRST and not self.trace.counts.get("step")
        close = recorder.level == "close" or (
            recorder.level == "auto" and (steps < FIRST or steps % EVERY == 0 or by_hand)
        )
        close = close or bool(recorder.tape and recorder.tape.on)
        if close or recorder.evaluating:
            self._look_on()
        else:
            self._look_off()
        recorder.close = close

    def _look_on(self) -> None:
        if not self._recorder.looking and depth() == self._ground:
            self._recorder.looking = True  # first: should an interrupt come between, it is taken away all the same
            enter(self._look)

    def _look_off(self) -> None:
        if self._recorder.looking and top_is(self._look):
            leave(self._look)
            self._recorder.looking = False

    def _calls(self, module: torch.nn.Module, args: tuple[Any, ...]) -> None:
        tape = self._recorder.tape
        if tape and tape.on and torch.is_grad_enabled():
            with self._safe, self._recorder.quiet():
                tape.called(module, args)

    def _called(self, module: torch.nn.Module, args: tuple[Any, ...], output: Any) -> None:
        recorder, grads = self._recorder, torch.is_grad_enabled()
        with self._safe:
            calls.forward(recorder, module, args, output, grads)
            evaluating = not grads or not module.training
            if evaluating != recorder.evaluating:
                recorder.evaluating = evaluating
                self._settle()

    def _before_step(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        if self._recorder.idle:
            self._look_off()  # nothing inside is of interest; `_settle` turns it on again
            with self._safe:
                stepping.before_step(self._recorder, optimizer)

    def _after_step(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        if self._recorder.idle:
            with self._safe:
                stepping.after_step(self._recorder, optimizer)
                self._settle()

    def _within(self, original: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Run one of torch's own calls; what happens inside is not recorded, as the call itself is."""
        __tracebackhide__ = True
        recorder, away = self._recorder, self._recorder.looking and top_is(self._look)
        recorder.busy = True
        if away:
            leave(self._look)
        try:
            return original(*args, **kwargs)
        finally:
            recorder.busy = False
            if away:
                enter(self._look)

    def _backward(self, original: Callable[..., Any], tensors: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        recorder = self._recorder
        if not recorder.idle:
            return original(tensors, *args, **kwargs)
        roots = [tensors] if isinstance(tensors, Tensor) else [t for t in tensors if isinstance(t, Tensor)]
        with self._safe:
            self._prepare(roots)
        result = self._within(original, (tensors, *args), kwargs)
        with self._safe:
            passes.backward(recorder, roots)
        return result

    def _prepare(self, roots: list[Tensor]) -> None:
        recorder = self._recorder
        recorder.evaluating = False
        if recorder.averages.streams:
            readings.settle(recorder)
        recorder.sync()
        recorder.doubt()
        if not recorder.known or (recorder.close and (recorder.backwards < FIRST or recorder.backwards % WALK == 0)):
            with recorder.quiet():
                recorder.numbers(measure.leaves(roots))
        self._settle()

    def _grad(self, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        recorder = self._recorder
        if not recorder.idle:
            return original(*args, **kwargs)
        result = self._within(original, args, kwargs)
        with self._safe:
            recorder.pending.clear()
            recorder.event("grad", {})
        return result

    def _zero_grad(self, original: Callable[..., Any], optimizer: Optimizer, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if not self._recorder.idle:
            return original(optimizer, *args, **kwargs)
        with self._safe:
            self._recorder.sync()
            stepping.number_of(self._recorder, optimizer)
        result = self._within(original, (optimizer, *args), kwargs)
        with self._safe:
            self._recorder.emptied(stepping.optimizer_params(optimizer))
        return result

    def _module_zero_grad(
        self, original: Callable[..., Any], module: torch.nn.Module, *args: Any, **kwargs: Any
    ) -> Any:
        __tracebackhide__ = True
        if not self._recorder.idle:
            return original(module, *args, **kwargs)
        with self._safe:
            self._recorder.sync()
        result = self._within(original, (module, *args), kwargs)
        with self._safe:
            self._recorder.emptied([each for each in module.parameters() if each.is_leaf])
        return result
