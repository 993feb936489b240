"""The recorder: turns what torch reports (forward, backward, clear, step) into a Trace."""

from __future__ import annotations

import linecache
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from lessontools.loop import measure
from lessontools.loop.ledger import Ledger
from lessontools.loop.trace import Event, Param, Trace

__all__ = ["Recorder"]

_FILE = "<cell>"


class _Known:
    """A parameter that was met: a weak reference to it, and the state of its gradient when last looked at."""

    __slots__ = ("grad", "number", "reference", "version")

    def __init__(self, tensor: Tensor, number: int) -> None:
        self.reference = weakref.ref(tensor)
        self.number = number
        self.note(tensor)

    def note(self, tensor: Tensor) -> None:
        self.grad = None if tensor.grad is None else (id(tensor.grad), tensor.grad._version)
        self.version = tensor._version


class Recorder:
    """Everything that is known while a loop runs; `trace` is what remains of it.

    `close` says whether the step at hand is looked at closely (norms, values, losses) or only followed.
    """

    def __init__(self, trace: Trace, level: str) -> None:
        self.trace, self.level, self.ledger = trace, level, Ledger()
        self.close = level != "cruise"
        self.thread = threading.get_ident()
        self.depth = self.backwards = self.forwards = 0
        self.busy = self.stepping = False
        self.known: dict[int, _Known] = {}
        self.models: dict[int, weakref.ref[Any]] = {}
        self.optimizers: dict[int, tuple[weakref.ref[Any], int]] = {}
        self.updates = 0
        self.files: dict[str, str] = {}
        self.training: dict[int, bool] = {}
        self.zeroed = False
        self.before: dict[int, Tensor] = {}
        self.trained_rows: set[int] = set()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Measure without being seen by the function mode, without gradients, and only on the watched thread."""
        self.busy = True
        try:
            with torch._C.DisableTorchFunction(), torch.no_grad():
                yield
        finally:
            self.busy = False

    @property
    def idle(self) -> bool:
        """Whether what happens now is to be recorded."""
        return not (self.busy or torch.compiler.is_compiling()) and threading.get_ident() == self.thread

    def event(self, kind: str, data: dict[str, Any], keep: bool | None = None) -> Event:
        """Return an event at the learner's line; keep it in the trace when looking closely."""
        frame = measure.where()
        line, file = 0, ""
        if frame is not None:
            name = frame.f_code.co_filename
            line, file = frame.f_lineno, self.files.get(name) or self._file(name)
        made = Event(kind, self.updates, line, file, data)
        if self.close if keep is None else keep:
            self.trace.add(made)
        else:
            self.count(kind)
        return made

    def count(self, kind: str) -> None:
        """Count an event that is not kept."""
        self.trace.counts[kind] = self.trace.counts.get(kind, 0) + 1

    def _file(self, name: str) -> str:
        self.files[name] = self._short(name)
        return self.files[name]

    def _short(self, name: str) -> str:
        short = _FILE if "ipykernel" in name or name.startswith("<ipython") else name.rsplit("/", 1)[-1]
        if short == _FILE and linecache.getlines(name) != self.trace.source.get(_FILE, []):
            cells = [f for f in self.trace.source if f.startswith("<cell")]
            for known in cells:
                if self.trace.source[known] == [line.rstrip("\n") for line in linecache.getlines(name)]:
                    return known
            short = f"<cell {len(cells) + 1}>" if cells else _FILE
        if short not in self.trace.source:
            self.trace.source[short] = [line.rstrip("\n") for line in linecache.getlines(name)]
        return short

    # -- parameters and gradients ------------------------------------------------------------------------------

    def meet(self, tensor: Tensor, name: str = "", model: str = "") -> int:
        """Return a parameter's number; a new one gets the next, and its name from the model or the learner's code."""
        known = self.known.get(id(tensor))
        if known is not None and known.reference() is tensor:
            if name and not self.trace.params[known.number].model:
                self.trace.params[known.number].name, self.trace.params[known.number].model = name, model
            return known.number
        number = len(self.trace.params)
        shown = name or measure.local_name(tensor, measure.where()) or f"parameter {number}"
        self.trace.params.append(Param(shown, tuple(tensor.shape), model, tensor.requires_grad))
        self.known[id(tensor)] = _Known(tensor, number)
        return number

    def alive(self) -> list[tuple[_Known, Tensor]]:
        """Return the parameters met that still exist."""
        found = [(known, tensor) for known in self.known.values() if (tensor := known.reference()) is not None]
        if len(found) < len(self.known):
            self.known = {id(tensor): known for known, tensor in found}
        return found

    def sync(self) -> None:
        """Notice what happened to gradients and weights since the last look without a call that we see."""
        cleared: list[int] = []
        lost: set[int] = set()
        moved: list[int] = []
        for known, tensor in self.alive():
            if tensor._version != known.version and not self.stepping:
                moved.append(known.number)
            grad = tensor.grad
            now = None if grad is None else (id(grad), grad._version)
            if now != known.grad:
                if grad is None or ((self.close or self.zeroed) and not bool(grad.detach().count_nonzero())):
                    self.zeroed = self.zeroed or grad is not None
                    if known.grad is not None and self.ledger.held(known.number):
                        cleared.append(known.number)
                        moved_now = known.number in moved
                        if moved_now:  # by hand: the weights moved first, then the gradient was cleared
                            self.manual([known.number])
                        lost.update(self.ledger.cleared(known.number))
                elif known.grad is None or known.grad[0] != id(grad):
                    self.ledger.replaced(known.number, -self.backwards - 1)  # assigned by hand: nobody's backward pass
            known.note(tensor)
        rest = [number for number in moved if number not in cleared]
        if rest:
            self.manual(rest)
        if cleared:
            self.cleared(cleared, lost, "by hand")

    # -- what is reported --------------------------------------------------------------------------------------

    def manual(self, numbers: Sequence[int]) -> None:
        """Record that weights were changed without an optimizer."""
        used = {str(n): self.ledger.updated(n) for n in numbers if self.ledger.held(n)}
        if not used:
            return  # initialisation, loading a checkpoint, an average: no gradient was at hand
        again = {n: list(u.again) for n, u in used.items() if u.again}
        data = {"params": list(numbers), "ids": sorted({i for u in used.values() for i in u.held}), "again": again}
        made = self.event("update", data)
        self.judge_update(made, again)
        for number in numbers:
            self.trace.params[number].updates += 1
        self.updates += 1

    def note_all(self) -> None:
        """Take the state of all gradients and weights as known."""
        for known, tensor in self.alive():
            known.note(tensor)

    def cleared(self, numbers: Iterable[int], lost: Iterable[int], how: str) -> None:
        """Record that gradients were cleared; `lost` are the backward passes that no update has used."""
        gone = sorted(lost)
        if not self.close and not gone:
            return self.count("clear")
        made = self.event("clear", {"how": how, "params": list(numbers), "lost": gone})
        if gone:
            self.trace.tally("cleared-unused", made)
        return None

    def judge_update(self, made: Event, again: dict[str, list[int]]) -> None:
        """Tally an update that used backward passes which an earlier one had used."""
        if any(again.values()):
            self.trace.tally("used-again", made)
