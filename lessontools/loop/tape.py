"""The first batches of a loop, kept so that it can be run again on copies: what was done, with what, in which order."""

from __future__ import annotations

import copy
import math
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.modules.loss import _Loss
from torch.optim import Optimizer

from lessontools.loop import measure
from lessontools.loop.op import BETWEEN, Batch, Op

__all__ = ["Tape"]

LIMIT = 64 * 2**20


class Tape:
    """Copies of model, optimizer's settings and batches: 64 MB at most; `refused` says why a loop cannot run again."""

    def __init__(self, keep: int) -> None:
        self.keep, self.size, self.done, self.refused = keep, 0, False, ""
        self.model: torch.nn.Module | None = None
        self.batches: list[Batch] = []
        self.ops: list[Op] = []
        self.optimizer: type[Optimizer] | None = None
        self.groups: list[tuple[tuple[str, ...], dict[str, Any]]] = []
        self._first: weakref.ref[torch.nn.Module] | None = None
        self._names: dict[int, str] = {}
        self._output: Tensor | None = None
        self._kept: list[tuple[weakref.ref[Tensor], int, Tensor]] = []
        self._owner: weakref.ref[Optimizer] | None = None
        self._loss = math.nan

    @property
    def on(self) -> bool:
        """Whether more is to be kept."""
        return not (self.done or self.refused)

    def close(self) -> None:
        """Forget all that belongs to the learner."""
        self.done = True
        self._output, self._first, self._owner = None, None, None
        self._names.clear()
        self._kept.clear()

    def refuse(self, why: str) -> None:
        """Give up: say why, and let go of what was kept."""
        self.refused = self.refused or why
        self.model, self.batches, self.ops = None, [], []
        self.close()

    def _copy(self, value: Any) -> Any:
        """Return a copy of a call's argument; the same tensor, unchanged, is kept once."""
        if isinstance(value, Tensor):
            for known, version, clone in self._kept:
                if known() is value and version == value._version:
                    return clone
            clone = value.detach().clone()
            self.size += clone.numel() * clone.element_size()
            self._kept = [*self._kept[-3:], (weakref.ref(value), value._version, clone)]  # X and y of a full batch
            return clone
        if isinstance(value, list | tuple):
            return type(value)(self._copy(each) for each in value)
        if isinstance(value, dict):
            return {key: self._copy(each) for key, each in value.items()}
        if value is None or isinstance(value, bool | int | float | str):
            return value
        raise TypeError(f"a {type(value).__name__} cannot be kept")

    # -- what happens, in order --------------------------------------------------------------------------------

    def called(self, module: torch.nn.Module, args: tuple[Any, ...]) -> None:
        """Keep a batch; at the first one, the model as it is before any update."""
        if isinstance(module, _Loss) or not any(True for _ in module.parameters()):
            return None
        if self._first is None:
            self._begin(module)
        elif self._first() is not module:
            return self.refuse("it calls more than one model")
        if len(self.batches) >= self.keep or self.size > LIMIT:
            return self.close()
        try:
            batch = Batch(tuple(self._copy(each) for each in args), module.training, torch.get_rng_state())
        except TypeError as error:
            return self.refuse(f"of the model's inputs, {error}")
        self.batches.append(batch)
        self.ops.append(Op("forward", len(self.batches) - 1))
        return None

    def _begin(self, module: torch.nn.Module) -> None:
        self.size = sum(p.numel() * p.element_size() for p in module.state_dict().values() if isinstance(p, Tensor))
        if self.size > LIMIT // 2:
            return self.refuse("its model is too large to be kept")
        try:
            self.model = copy.deepcopy(module)
        except Exception as error:  # a module may hold anything
            return self.refuse(f"its model cannot be copied ({type(error).__name__})")
        for each in self.model.modules():
            for name, hooks in vars(each).items():
                if name.endswith("_hooks") and hooks:
                    hooks.clear()  # they may reach back into the learner's own things
        self._first = weakref.ref(module)
        self._names = {id(p): name for name, p in module.named_parameters()}
        self._settings()
        return None

    def came(self, module: torch.nn.Module, output: Any) -> None:
        """Keep the model's output until the loss is known."""
        if self._first is not None and self._first() is module:
            found = measure.first_tensor(output)
            self._output = None if found is None else found.detach()

    def lost(self, function: Callable[..., Any], args: Sequence[Any], options: Mapping[str, Any], value: float) -> None:
        """Keep a loss: its function, its target, and how the model's output became its input."""
        if not self.batches:
            return None
        given: Tensor = (args[0] if args else options["input"]).detach()
        how = next((how for how in BETWEEN if self._made(given, how)), None)
        if how is None:
            return self.refuse("its loss did not get the model's output as it came (or only softmax, sigmoid between)")
        if self._since("loss"):
            return self.refuse("it has several losses for one batch")
        rest = {key: each for key, each in options.items() if key != "input"}
        try:
            copies, rest = tuple(self._copy(each) for each in args[1:]), self._copy(rest)
        except TypeError as error:
            return self.refuse(f"of what its loss gets, {error}")
        self._loss = value
        batch = len(self.batches) - 1
        made = Op("loss", batch, value, how, tuple(given.shape), function, copies, rest)
        self.ops.append(made)
        return None

    def _since(self, kind: str) -> bool:
        """Whether there was one of these since the last forward pass."""
        place = next((n for n in range(len(self.ops) - 1, -1, -1) if self.ops[n].kind == "forward"), 0)
        return any(op.kind == kind for op in self.ops[place:])

    def _made(self, given: Tensor, how: str) -> bool:
        out = self._output
        if out is None or out.numel() != given.numel() or not out.is_floating_point():
            return False
        return torch.allclose(BETWEEN[how](out).reshape(given.shape), given, equal_nan=True)

    def went_back(self, value: float) -> None:
        """Keep a backward pass; its root may be the loss times a factor."""
        if not self._since("loss"):
            return self.refuse("it has a loss written by hand, or goes back from something else than the loss")
        self.ops.append(Op("backward", value=value / self._loss if self._loss and math.isfinite(self._loss) else 1.0))
        return None

    def cleared(self, names: Sequence[str]) -> None:
        """Keep that the gradients of these parameters were cleared."""
        known = tuple(name for name in names if name in self._names.values())
        if known:
            self.ops.append(Op("clear", names=known))

    def clipped(self, how: str, limit: float | None) -> None:
        """Keep a clipping, once for each call."""
        if limit is None:
            return self.refuse("its clipping has no plain limit")
        self.ops.append(Op("clip", how=how, value=limit))
        return None

    def stepped(self, optimizer: Optimizer) -> None:
        """Keep that a step begins, and its learning rates."""
        self.met(optimizer)
        if self.on:
            self.ops.append(Op("step", rates=tuple(float(group.get("lr", 0.0)) for group in optimizer.param_groups)))

    def met(self, optimizer: Optimizer) -> None:
        """Note which optimizer it is."""
        if self._owner is not None and self._owner() is optimizer:
            return None
        if self._owner is not None:
            return self.refuse("it has more than one optimizer")
        if optimizer.state or type(optimizer).__name__ == "LBFGS":
            return self.refuse("its optimizer had run before, or calls the model itself")
        self._owner, self.optimizer = weakref.ref(optimizer), type(optimizer)
        self._settings()
        return None

    def _settings(self) -> None:
        """Keep the optimizer's settings, once model and optimizer are known: as they are before its first step."""
        optimizer = self._owner() if self._owner is not None else None
        if optimizer is None or self.groups or not self._names:
            return
        for group in optimizer.param_groups:
            plain = {key: each for key, each in group.items() if key not in ("params", "param_names")}
            held = tuple(self._names.get(id(p), "") for p in group["params"])
            self.groups.append((held, copy.deepcopy(plain)))
