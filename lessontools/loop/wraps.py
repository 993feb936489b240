"""What stands in the place of torch's own callables while a block is watched, and how it is taken away again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import torch
from torch.nn.modules.loss import _Loss

from lessontools.loop.look import Look, top_is
from lessontools.loop.recorder import Recorder

__all__ = ["calling", "replace"]

_push, _pop = torch._C._push_on_torch_function_stack, torch._C._pop_torch_function_stack
_APART = ("loss", "container", "adaptive", "module")  # torch's modules that compute a loss, or hold the learner's own
_plain: dict[type, bool] = {}


def replace(owner: Any, name: str, ours: Callable[..., Any]) -> Callable[[], None]:
    """Put ours in place of a public callable; return what undoes it, or leaves that to whoever came over it since."""
    original = getattr(owner, name)
    over = "_lessontools_over"
    ours.__name__, ours.__doc__ = name, original.__doc__
    ours.__wrapped__ = original  # type: ignore[attr-defined]  # as functools.wraps does
    setattr(owner, name, ours)

    def undo() -> None:
        setattr(ours, over, True)
        while hasattr(here := getattr(owner, name), over):
            setattr(owner, name, here.__wrapped__)

    return undo


def calling(
    recorder: Recorder,
    look: Look,
    begin: Callable[[torch.nn.Module, Any], None],
    done: Callable[[torch.nn.Module, Any, Any], None],
) -> Callable[..., Any]:
    """Return what takes the place of nn.Module.__call__: `begin` and `done` hear of each call not inside another.

    A hook on all modules would send each inner layer down torch's slow path; this costs a tenth. Calls of torch's
    own layers hide nothing that the look wants to see, so it looks away meanwhile.
    """
    original = torch.nn.Module.__call__

    def call(module: torch.nn.Module, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True  # a learner's traceback need not show us (IPython heeds this)
        if recorder.depth:
            if recorder.looking and _is_plain(module) and top_is(look):
                return _unseen(look, original, module, args, kwargs)
            return original(module, *args, **kwargs)
        if not recorder.idle:
            return original(module, *args, **kwargs)
        recorder.depth = 1
        try:
            if recorder.tape is not None:
                begin(module, args)
            if recorder.looking and _is_plain(module) and top_is(look):
                output = _unseen(look, original, module, args, kwargs)
            else:
                output = original(module, *args, **kwargs)
        finally:
            recorder.depth = 0
        if output is not None and not isinstance(module, _Loss):
            done(module, args, output)
        return output

    _skip(call.__code__)
    return call


def _unseen(look: Look, original: Callable[..., Any], module: torch.nn.Module, args: Any, kwargs: Any) -> Any:
    __tracebackhide__ = True
    _pop()
    try:
        return original(module, *args, **kwargs)
    finally:
        _push(look)


def _is_plain(module: torch.nn.Module) -> bool:
    """Return whether this is a layer of torch's own, without hooks of the learner's."""
    kind = type(module)
    found = _plain.get(kind)
    if found is None:
        home, _, last = kind.__module__.rpartition(".")
        found = _plain[kind] = home == "torch.nn.modules" and last not in _APART
    return found and not module._forward_hooks and not module._forward_pre_hooks


def _skip(code: Any) -> None:
    """Tell torch.compile not to compile our frame: it looks for the model's own inside."""
    with suppress(AttributeError):  # not public: where it is missing, compiling takes our frame along, and is right too
        frames: Any = torch._C._dynamo.eval_frame
        frames.set_code_exec_strategy(
            code, frames._FrameExecStrategy(frames._FrameAction.SKIP, frames._FrameAction.DEFAULT)
        )
