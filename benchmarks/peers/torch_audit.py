"""torch-audit: `autopatch(model, optimizer, every_n_steps=1)` just before a model's first training pass.

Its README has the learner call autopatch after the optimizer is made and before the loop. The adapter does so for every
outermost module with parameters that is called with gradients on, with the optimizer that holds its parameters, or the
one that was made last where none does. An optimizer made later replaces it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch.optim import Optimizer
from torch_audit import autopatch

from benchmarks.peers.play import Said, main, play, swapped

LEVELS = {"FATAL": "high", "ERROR": "high", "WARN": "middle", "INFO": "low"}


class Adapter:
    """Finds the model and its optimizer in a script that runs, and attaches an auditor to them."""

    def __init__(self) -> None:
        self.depth = 0
        self.optimizers: list[Optimizer] = []
        self.auditors: dict[int, tuple[torch.nn.Module, Any, Any]] = {}

    def called(self, module: torch.nn.Module) -> None:
        """Attach an auditor to an outermost module, when it is called with gradients on."""
        own = {id(p) for p in module.parameters()}
        if self.depth or not own or not torch.is_grad_enabled():
            return
        holding = [o for o in self.optimizers if own & {id(p) for g in o.param_groups for p in g["params"]}]
        optimizer = (holding or self.optimizers or [None])[-1]
        _, auditor, held = self.auditors.get(id(module), (module, None, None))
        if auditor is None:
            auditor = autopatch(module, optimizer=optimizer, every_n_steps=1, reporters=[])
        elif held is not optimizer:
            auditor.optimizer = optimizer
            auditor.unpatch(detach=False)
            auditor.autopatch(run_static=False, patch_model=True)
        self.auditors[id(module)] = (module, auditor, optimizer)

    def play(self, path: Path) -> list[Any]:
        """Run the script and return all findings."""
        call, made = torch.nn.Module.__call__, Optimizer.__init__

        def calling(module: torch.nn.Module, *args: Any, **kwargs: Any) -> Any:
            self.called(module)
            self.depth += 1
            try:
                return call(module, *args, **kwargs)
            finally:
                self.depth -= 1

        def making(optimizer: Optimizer, *args: Any, **kwargs: Any) -> None:
            made(optimizer, *args, **kwargs)
            self.optimizers.append(optimizer)

        with swapped(torch.nn.Module, "__call__", calling), swapped(Optimizer, "__init__", making):
            play(path)
        return [found for _, auditor, _ in self.auditors.values() for found in auditor.finish().findings]


def judge(path: Path) -> list[Said]:
    """Return what was found while the script ran, each rule once, at its highest level."""
    said: dict[str, Said] = {}
    for found in sorted(Adapter().play(path), key=lambda each: each.severity):
        level = LEVELS[found.severity.value]
        said[found.rule_id] = {"code": found.rule_id, "level": level, "text": found.message}
    return list(said.values())


if __name__ == "__main__":
    main(judge)
