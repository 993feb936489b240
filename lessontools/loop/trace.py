"""A training loop's trace: what each line did, as plain numbers that can be stored and compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from lessontools.errors import LessonError
from lessontools.loop.numbers import loose, strict

if TYPE_CHECKING:
    from lessontools.loop.opinion import Opinion
    from lessontools.loop.report import Report
    from lessontools.loop.tape import Tape

__all__ = ["Event", "Param", "Series", "Tally", "Trace"]

VERSION = 1
EXAMPLES = 5
POINTS = 4096


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a line did.

    `kind` is one of forward, loss, backward, grad, clear, step, update, item, detach, grad-mode, error. `step` counts
    the weight updates before it, `line` is 1-based in `file` (0 where unknown), `data` is plain JSON.
    """

    kind: str
    step: int
    line: int = 0
    file: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Param:
    """A parameter that the trace met; its index in `Trace.params` is its number in events.

    `called` says whether a model that has it was called while gradients were on.
    """

    name: str
    shape: tuple[int, ...]
    model: str = ""
    trainable: bool = True
    optimizers: list[int] = field(default_factory=list)
    backwards: int = 0
    updates: int = 0
    called: bool = False


@dataclass(slots=True)
class Tally:
    """How often something happened in the whole run, and the first few times that it did."""

    count: int = 0
    examples: list[Event] = field(default_factory=list)

    def add(self, event: Event) -> None:
        """Count one more, and keep it if it is among the first."""
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(event)


@dataclass(slots=True)
class Series:
    """A number per update or backward of a run of any length: thinned evenly once it grows beyond 4,096 points."""

    values: list[float] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    stride: int = 1
    seen: int = 0

    def add(self, step: int, value: float) -> None:
        """Take one more number."""
        if self.seen % self.stride == 0:
            self.values.append(value)
            self.steps.append(step)
            if len(self.values) > POINTS:
                self.values, self.steps, self.stride = self.values[::2], self.steps[::2], self.stride * 2
        self.seen += 1


@dataclass
class Trace:
    """What a loop did: events of the steps looked at closely, tallies and series of all of them.

    Its size is bounded: 20,000 events, a few examples of each tally, 4,096 points of each series.
    """

    params: list[Param] = field(default_factory=list)
    optimizers: list[dict[str, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    source: dict[str, list[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    error: str = ""
    dropped: int = 0
    version: int = VERSION
    reports: list[tuple[str, float]] = field(default_factory=list)
    tape: Tape | None = field(default=None, repr=False, compare=False)

    LIMIT = 20_000

    def add(self, event: Event) -> None:
        """Keep an event, as long as there is room."""
        self.counts[event.kind] = self.counts.get(event.kind, 0) + 1
        if len(self.events) < self.LIMIT:
            self.events.append(event)
        else:
            self.dropped += 1

    def tally(self, code: str, event: Event) -> None:
        """Count something that the doctor may want to know of the whole run."""
        self.tallies.setdefault(code, Tally()).add(event)

    def note(self, name: str, step: int, value: float) -> None:
        """Take one more number of a series."""
        found = self.series.get(name)
        if found is None:
            found = self.series[name] = Series()
        found.add(step, value)

    def report(self, value: Any, name: str = "") -> None:
        """Tell the doctor of a number that the loop reports, such as an epoch's mean loss: is it what it should be?

        The doctor finds by itself what stands in a variable; a number that is only printed it must be told.
        """
        try:
            told = float(value)
        except (TypeError, ValueError) as error:
            raise LessonError(f"report() takes one number, not {type(value).__name__}") from error
        self.reports = [*self.reports[-255:], (name, told)]

    def trouble(self, error: Exception) -> None:
        """Note that the recorder failed at something, which is a fault of ours and not of the loop."""
        self.counts["trouble"] = self.counts.get("trouble", 0) + 1
        self.tally("trouble", Event("trouble", self.steps, data={"error": f"{type(error).__name__}: {error}"[:300]}))

    def of(self, *kinds: str) -> Iterator[Event]:
        """Yield the events of these kinds, in order."""
        return (event for event in self.events if event.kind in kinds)

    def code(self, event: Event) -> str:
        """Return the text of the line that caused an event, or nothing."""
        lines = self.source.get(event.file, [])
        return lines[event.line - 1].strip() if 0 < event.line <= len(lines) else ""

    def name(self, number: int) -> str:
        """Return the name of a parameter."""
        return self.params[number].name if 0 <= number < len(self.params) else f"parameter {number}"

    @property
    def steps(self) -> int:
        """How often weights were updated."""
        return self.counts.get("step", 0) + self.counts.get("update", 0)

    def diagnose(self) -> Report:
        """Return what the doctor says about this loop, ready to show."""
        from lessontools.loop.report import Report

        return Report.of(self)

    def second_opinion(self, cure: str = "") -> Opinion:
        """Run the batches kept by `watch(keep=40)` again on copies, as they ran and with a cure, and compare.

        `cure` is a finding's code; by default that of the first finding whose cure can be tried. Your model, optimizer
        and random numbers stay as they are. Raise LessonError, saying why, where a loop cannot be run again.
        """
        from lessontools.loop.opinion import second_opinion

        return second_opinion(self, cure)

    def to_json(self) -> str:
        """Return the trace as JSON; infinities and nan are written as text."""
        data = asdict(replace(self, tape=None))
        del data["tape"]  # what was kept to run again are tensors
        return json.dumps(strict(data), separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Trace:
        """Return the trace of `to_json`; raise LessonError, saying what is wrong, if it is not one."""
        try:
            data = loose(json.loads(text))
            version = data.pop("version")
            if version != VERSION:
                raise LessonError(f"this trace has version {version}; this lessontools reads version {VERSION}")
            data["params"] = [Param(**{**each, "shape": tuple(each["shape"])}) for each in data["params"]]
            data["reports"] = [(name, value) for name, value in data.get("reports", ())]
            data["events"] = [Event(**each) for each in data["events"]]
            data["series"] = {name: Series(**each) for name, each in data["series"].items()}
            data["tallies"] = {
                code: Tally(each["count"], [Event(**one) for one in each["examples"]])
                for code, each in data["tallies"].items()
            }
            return cls(**data)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LessonError(
                f"this is not a trace ({type(error).__name__}: {error}); write one with to_json()"
            ) from error

    def __repr__(self) -> str:
        parts = [f"{self.counts.get(kind, 0)} {kind}" for kind in ("forward", "backward", "clear", "step", "update")]
        return f"Trace of {self.steps} updates ({', '.join(p for p in parts if not p.startswith('0 '))})"
