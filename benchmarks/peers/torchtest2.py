"""torchtest2: `check_model(model, inputs, targets, loss_fn=, optimizer=)` on a script's first training batch.

It wants to be given these; a script has them somewhere in its loop. The adapter notes the first call of each outermost
module with gradients on, and every torch function from there to the first backward: that list, played again on another
output of the model, is the script's own loss function, whatever squeezes or hand-written sums are in it. The check is
made right before an optimizer's first step, with the weights as they were when training began, and at the end of the
script for a model that never came to a step. A model that later meets another optimizer is checked again.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_flatten, tree_map
from torchtest2 import Report, check_model

from benchmarks.peers.play import Said, main, play, swapped

MOST = 3000  # operations of a loss that are played again
LEVELS = {"FAIL": "high", "WARN": "middle"}
GRADS = (torch.Tensor.grad.__get__, torch.Tensor.grad.__set__)  # clearing, which is no part of a loss
BACKWARDS = (torch.Tensor.backward, torch.autograd.backward, torch.autograd.grad)


class Call(NamedTuple):
    """A call of an outermost module: its arguments, what came out, and how many functions had run by then."""

    module: torch.nn.Module
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    output: Any
    ran: int


class Root(NamedTuple):
    """A loss that backward was called on, how many functions had run by then, and the ids of the leaves it reached."""

    loss: torch.Tensor | None
    ran: int | None
    reached: set[int]


class Adapter(TorchFunctionMode):
    """Finds model, batch, loss and optimizer in a script that runs, and checks each pair of model and optimizer."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.checking = False
        self.stepping = False
        self.ops: list[list[Any]] = []  # function, args, kwargs, output
        self.calls: dict[int, Call] = {}
        self.roots: list[Root] = []
        self.made: list[Optimizer] = []
        self.reports: dict[tuple[int, int], Report] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in BACKWARDS and not self.quiet:
            root = args[0] if isinstance(args[0], torch.Tensor) else next(iter(args[0]))
            self.roots.append(Root(root, len(self.ops), _reached(root)))
        elif self.calls and not self.quiet and func not in GRADS:
            self.ops.append([func, args, kwargs, None])  # noted first: one that raises ends the loss, too
            at = len(self.ops) - 1
            self.ops[at][3] = func(*args, **kwargs)
            return self.ops[at][3]
        return func(*args, **kwargs)

    @property
    def quiet(self) -> bool:
        """Whether what runs now belongs to no loss: a check, or an optimizer's step."""
        return self.checking or self.stepping

    def called(self, module: torch.nn.Module, args: Any, kwargs: Any, output: Any) -> None:
        """Note the first call of an outermost module since its last check."""
        if torch.is_grad_enabled() and sum(key == id(module) for key, _ in self.reports) < 3:
            self.calls.setdefault(id(module), Call(module, args, kwargs, output, len(self.ops)))

    def check(self, optimizer: Optimizer | None) -> None:
        """Check the models whose parameters this optimizer holds; all that wait, if it holds none of theirs."""
        held = {id(p) for group in optimizer.param_groups for p in group["params"]} if optimizer else set()
        if not self.calls:
            return
        own = {key: call for key, call in self.calls.items() if held & {id(p) for p in call.module.parameters()}}
        self.checking = True
        for key, call in (own or dict(self.calls)).items():
            if (key, id(optimizer)) not in self.reports:
                self.reports[key, id(optimizer)] = self.checked(call, optimizer)
            del self.calls[key]
        self.checking = False
        if not self.calls:
            self.ops.clear()
            self.roots.clear()

    def checked(self, call: Call, optimizer: Optimizer | None) -> Report:
        """Return torchtest2's report on one model."""
        args, kwargs = tree_map(_cut, (call.args, call.kwargs))
        given: dict[str, Any] = {"optimizer": optimizer}
        if kwargs:
            given["forward_fn"] = lambda model, inputs, targets: model(*args, **kwargs)
            given["eval_forward_fn"] = lambda model, inputs: model(*args, **kwargs)
        own = {id(p) for p in call.module.parameters()}
        later = [root for root in self.roots if root.ran >= call.ran]
        root = next((one for one in later if own & one.reached), later[0] if later else Root(None, None, set()))
        ops = [tuple(op) for op in self.ops[call.ran : root.ran]]
        targets = None
        if ops and ops[0][0] is F.cross_entropy and ops[0][1][0] is call.output and ops[0][3] is root.loss:
            given["loss_fn"], targets = F.cross_entropy, ops[0][1][1]
        elif ops:
            given["loss_fn"] = partial(_again, ops[:MOST], call.output, root.loss)
        return check_model(call.module, args[0] if len(args) == 1 else args, targets, **given)

    def play(self, path: Path) -> list[Report]:
        """Run the script and return the reports on its models."""
        call, made = torch.nn.Module.__call__, Optimizer.__init__

        def calling(module: torch.nn.Module, *args: Any, **kwargs: Any) -> Any:
            outer = not self.depth and not self.quiet and any(True for _ in module.parameters())
            output = None
            self.depth += 1
            try:
                output = call(module, *args, **kwargs)
                return output
            finally:
                self.depth -= 1
                if outer:
                    self.called(module, args, kwargs, output)

        def making(optimizer: Optimizer, *args: Any, **kwargs: Any) -> None:
            made(optimizer, *args, **kwargs)
            if not self.checking:
                self.made.append(optimizer)

        def before(optimizer: Optimizer, *_: Any) -> None:
            if not self.checking:
                self.check(optimizer)
                self.stepping = not isinstance(optimizer, torch.optim.LBFGS)  # its closure holds the forward pass

        def after(*_: Any) -> None:
            if not self.checking:
                self.stepping = False

        hooks = [register_optimizer_step_pre_hook(before), register_optimizer_step_post_hook(after)]
        with swapped(torch.nn.Module, "__call__", calling), swapped(Optimizer, "__init__", making), self:
            play(path)
            self.stepping = False
            done = {key for key, _ in self.reports}
            self.calls = {key: call for key, call in self.calls.items() if key not in done}
            self.check(self.made[-1] if self.made else None)
        for hook in hooks:
            hook.remove()
        return list(self.reports.values())


def _reached(root: torch.Tensor) -> set[int]:
    """The ids of the leaves behind a loss."""
    seen, todo, leaves = set(), [root.grad_fn], set()
    while todo:
        node = todo.pop()
        if node is not None and node not in seen:
            seen.add(node)
            todo += [after for after, _ in node.next_functions]
            leaves |= {id(node.variable)} if hasattr(node, "variable") else set()
    return leaves


def _cut(value: Any) -> Any:
    """A tensor with a graph behind it becomes one without: a batch is data."""
    return value.detach() if isinstance(value, torch.Tensor) and value.grad_fn is not None else value


def _again(ops: list[Any], old: Any, root: torch.Tensor | None, new: Any) -> Any:
    """Play a list of operations again, with another output of the model in place of the old one."""
    known: dict[int, Any] = {}
    result = None

    def learn(before: Any, after: Any) -> None:
        for one, other in zip(tree_flatten(before)[0], tree_flatten(after)[0], strict=False):
            if isinstance(one, torch.Tensor):
                known[id(one)] = other

    learn(old, new)
    with torch.set_grad_enabled(torch.is_grad_enabled()):
        for func, args, kwargs, output in ops:
            args, kwargs = tree_map(lambda x: known.get(id(x), _cut(x)), (args, kwargs))
            value = func(*args, **kwargs)
            learn(output, value)
            if isinstance(value, torch.Tensor) and value.numel() == 1 and value.is_floating_point():
                result = value
    return known.get(id(root), _cut(root)) if root is not None else result


def judge(path: Path) -> list[Said]:
    """Return what is not PASS or SKIP in the reports, each check once, at its highest level."""
    reports = Adapter().play(path)
    if not reports:
        raise LookupError("no module was called with gradients on: there is no model to check")
    said: dict[str, Said] = {}
    for report in reports:
        for each in sorted((*report.warnings, *report.failures), key=lambda one: one.status == "FAIL"):
            if said.get(each.name, {}).get("level") != "high":
                said[each.name] = {"code": each.name, "level": LEVELS[each.status.value], "text": each.message}
    return list(said.values())


if __name__ == "__main__":
    main(judge)
