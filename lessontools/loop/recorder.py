"""The recorder: turns what torch reports (forward, backward, clear, step) into a Trace."""

from __future__ import annotations

import linecache
import threading
import weakref
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from lessontools.loop import measure
from lessontools.loop.averages import Averages
from lessontools.loop.known import Known
from lessontools.loop.ledger import HAND, Ledger
from lessontools.loop.memory import Memory
from lessontools.loop.quiet import Quiet
from lessontools.loop.tape import Tape
from lessontools.loop.trace import Event, Param, Trace

__all__ = ["Recorder"]

_FILE = "<cell>"
_compiling, _ident = torch.compiler.is_compiling, threading.get_ident  # asked at each module's call


class Recorder:
    """Everything that is known while a loop runs; `trace` is what remains of it.

    `close` says whether the step at hand is looked at closely (norms, values, losses) or only followed.
    """

    def __init__(self, trace: Trace, level: str) -> None:
        self.trace, self.level, self.ledger = trace, level, Ledger()
        self.close = level != "cruise"
        self.thread = threading.get_ident()
        self.depth = self.backwards = self.forwards = 0
        self.busy = self.stepping = self.looking = self.evaluating = self.scheduling = False
        self.known: dict[int, Known] = {}
        self.models: dict[int, Any] = {}
        self.optimizers: dict[int, tuple[weakref.ref[Any], int]] = {}
        self.updates = 0
        self.files: dict[str, str] = {}
        self.fresh: dict[int, bool] = {}  # models called with gradients since the last step, and whether in training
        self.pending: list[Event] = []  # forward passes in eval mode whose graph nothing has used yet
        self.noisy: dict[tuple[int, int, int], int] = {}
        self.signs = 0
        self.trained_rows: set[int] = set()
        self.eval_rows: dict[str, int] = {}
        self.zeroed = self.edited = False
        self.before: dict[int, Tensor] = {}
        self.hand: Event | None = None  # the update by hand that is under way,
        self.hand_after = -1  # and how many backward passes came before it
        self.lost: dict[int, tuple[tuple[int, ...], Event]] = {}  # passes cleared unused since the last step
        self.bad: dict[int, Event] = {}  # passes that were not finite
        self.memory, self.averages = Memory(trace), Averages(trace)
        self.start: dict[int, float] = {}
        self.clip: Event | None = None
        self.tape: Tape | None = None
        self._quiet = Quiet(self)

    def quiet(self) -> Quiet:
        """Return the block in which we measure, unseen by function modes, and without gradients."""
        return self._quiet

    def rest(self) -> None:
        """End whatever was under way when the block ended."""
        self.depth, self.stepping = 0, False
        if self._quiet.entered:
            self._quiet.end()
        self.busy, self.thread = False, 0  # no thread's: nothing is recorded any more

    @property
    def idle(self) -> bool:
        """Whether what happens now is to be recorded: not what runs inside a backward pass, or on another thread."""
        return not (self.busy or _compiling()) and _ident() == self.thread

    def event(
        self, kind: str, data: dict[str, Any], keep: bool | None = None, place: tuple[str, int] | None = None
    ) -> Event:
        """Return an event at the learner's line (or at `place`); keep it in the trace when looking closely."""
        if place is None and (frame := measure.where()) is not None:
            place = frame.f_code.co_filename, frame.f_lineno
        line, file = 0, ""
        if place is not None:
            line, file = place[1], self.file_of(place[0])
        made = Event(kind, self.updates, line, file, data)
        if self.close if keep is None else keep:
            self.trace.add(made)
        else:
            self.count(kind)
        return made

    def count(self, kind: str) -> None:
        """Count an event that is not kept."""
        self.trace.counts[kind] = self.trace.counts.get(kind, 0) + 1

    def file_of(self, name: str) -> str:
        """Return the short name of the learner's file (or cell), and keep its lines in the trace."""
        if name not in self.files:
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
        self.known[id(tensor)] = Known(tensor, number)
        if tensor.grad is not None:
            self.ledger.replaced(number, -self.backwards - 1)  # filled before we looked: by nobody's pass
        return number

    def numbers(self, tensors: Iterable[Tensor]) -> list[int]:
        """Return the numbers of parameters, most of which were met before."""
        found, known = [], self.known
        for tensor in tensors:
            each = known.get(id(tensor))
            found.append(each.number if each is not None and each.reference() is tensor else self.meet(tensor))
        return found

    def alive(self) -> list[tuple[Known, Tensor]]:
        """Return the parameters met that still exist."""
        found = [(known, tensor) for known in self.known.values() if (tensor := known.reference()) is not None]
        if len(found) < len(self.known):
            self.known = {id(tensor): known for known, tensor in found}
        return found

    def sync(self) -> None:
        """Notice what happened to gradients and weights since the last look without a call that we see."""
        for known in self.known.values():  # asked three times a step: nothing is called that need not be
            if (tensor := known.reference()) is None:
                continue
            grad = tensor.grad
            same = not known.grad if grad is None else id(grad) == known.grad and grad._version == known.grad_version
            if not same or tensor._version != known.version:
                return self._sync()
        return None

    def _sync(self) -> None:
        cleared: list[int] = []
        lost: dict[int, tuple[int, ...]] = {}
        moved: list[int] = []
        for known, tensor in self.alive():
            number, grad = known.number, tensor.grad
            if tensor._version != known.version and not self.stepping:
                moved.append(number)
            if not known.holds(grad):
                if self._emptied(number, grad):
                    if self.ledger.held(number):
                        cleared.append(number)
                        if number in moved:  # by hand: the weights moved first, then the gradient was cleared
                            self.manual([number])
                        lost[number] = self.ledger.cleared(number)
                elif known.grad != id(grad) or self.ledger.spent(number):
                    self.assigned(number)
                else:
                    self.edited = True  # clipped, averaged, divided: since the last update
            known.note(tensor)
        rest = [number for number in moved if number not in cleared]
        if rest:
            self.manual(rest)
        if cleared:
            self.cleared(cleared, lost, "by hand")

    def _emptied(self, number: int, grad: Tensor | None) -> bool:
        """Return whether a gradient that changed is gone or zero; not asked of one that was merely clipped."""
        if grad is None:
            return True
        if not (self.close or self.zeroed or self.ledger.spent(number)):
            return False
        zero = not bool(grad.detach().count_nonzero())
        self.zeroed = self.zeroed or zero
        return zero

    def assigned(self, number: int) -> None:
        """Note that a gradient was written by hand: it is nobody's backward pass, and nobody has used it."""
        self.ledger.replaced(number, -self.backwards - 1)
        self.count("assigned")

    def doubt(self) -> None:
        """Before a backward pass: look whether used gradients were zeroed in a way that leaves no sign (`.data`)."""
        if not any(page.held and page.spent for page in self.ledger.pages.values()):
            return
        used = [(k, t) for k, t in self.alive() if self.ledger.held(k.number) and self.ledger.spent(k.number)]
        there = [(k, t.grad) for k, t in used if t.grad is not None]
        if there:
            with self.quiet():
                found = measure.norms([grad for _, grad in there])
            for (known, _), norm in zip(there, found, strict=True):
                if norm == 0:
                    self.ledger.cleared(known.number)

    def remember(self, grown: Sequence[tuple[int, Tensor]]) -> None:
        """Keep the norms of the first weights that get a gradient, to tell at the end whether they moved."""
        with self.quiet():
            found = measure.norms([tensor for _, tensor in grown])
        self.start = {number: norm for (number, _), norm in zip(grown, found, strict=True) if norm is not None}

    def compare(self) -> None:
        """Note whether those of the weights remembered that still exist have moved, in whatever way."""
        left = [(known.number, tensor) for known, tensor in self.alive() if known.number in self.start]
        with self.quiet():
            found = measure.norms([tensor for _, tensor in left])
        if any(self.start[n] != norm for (n, _), norm in zip(left, found, strict=True)):
            self.count("moved")

    # -- what is reported --------------------------------------------------------------------------------------

    def manual(self, numbers: Sequence[int]) -> None:
        """Record that weights were changed without an optimizer; edits with no backward pass between are one update."""
        used = {str(n): self.ledger.updated(n, HAND) for n in numbers if self.ledger.held(n)}
        if not used:
            return  # initialisation, loading a checkpoint, an average: no gradient was at hand
        if self.tape and self.tape.on:
            self.tape.refuse("it changes weights by hand")
        again = {n: list(u.again) for n, u in used.items() if u.again}
        ids = {i for u in used.values() for i in u.held}
        for number in numbers:
            self.lost.pop(number, None)
        if self.hand is not None and self.hand_after == self.backwards:
            data: Any = self.hand.data
            fresh = [n for n in numbers if n not in data["params"]]
            data["params"] += fresh
            data["ids"] = sorted(ids | set(data["ids"]))
            data["again"].update(again)
            for number in fresh:
                self.trace.params[number].updates += 1
            return
        made = self.event("update", {"params": list(numbers), "ids": sorted(ids), "again": again})
        self.hand, self.hand_after = made, self.backwards
        self.judge_update(made, again)
        for number in numbers:
            self.trace.params[number].updates += 1
        self.updates += 1

    def note_all(self) -> None:
        """Take the state of all gradients and weights as known."""
        for known, tensor in self.alive():
            known.note(tensor)

    def cleared(self, numbers: Iterable[int], lost: dict[int, tuple[int, ...]], how: str) -> None:
        """Record that gradients were cleared; `lost` has the backward passes that no update has used."""
        if self.tape and self.tape.on:
            self.tape.cleared([self.trace.name(each) for each in numbers])
        if self.stepping:
            lost = {}  # a closure's gradients are used inside the step
        gone = sorted({each for ids in lost.values() for each in ids})
        if not self.close and not gone:
            return self.count("clear")
        made = self.event("clear", {"how": how, "params": list(numbers), "lost": gone})
        for number, ids in lost.items():
            if ids:
                self.lost[number] = ids, made
        if gone:
            self.trace.tally("cleared-unused", made)
        return None

    def emptied(self, tensors: Sequence[Tensor]) -> None:
        """Record that these gradients were cleared by a zero_grad()."""
        numbers, lost = self.numbers(tensors), {}
        for number, tensor in zip(numbers, tensors, strict=True):
            if ids := self.ledger.cleared(number):
                lost[number] = ids
            self.known[id(tensor)].grew(tensor.grad)
        self.cleared(numbers, lost, "zero_grad")

    def judge_update(self, made: Event, again: dict[str, list[int]]) -> None:
        """Tally an update that used backward passes which an earlier one had used, or which were not finite."""
        if any(again.values()):
            self.trace.tally("used-again", made)
        for each in made.data.get("ids", ()) if self.bad else ():
            if each in self.bad:
                self.trace.tally("not-finite", self.bad.pop(each))
                self.trace.tally("not-finite-used", made)
