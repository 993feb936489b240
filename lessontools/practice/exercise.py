"""An exercise: stub, solutions, mistakes and two plain functions; what was observed -> Mark."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lessontools.errors import CourseError
from lessontools.mark import Mark, Note, Status
from lessontools.practice.difference import difference
from lessontools.practice.value import plain, readable

__all__ = ["Exercise", "Mistake", "Seen", "alike", "defines", "judge", "plain", "untouched"]

Seen = Mapping[str, Any]
"""What was observed, as JSON: {"status": "ok", "calls": {...}} or another status with its reason (see observation)."""
_LONG = 600
"""The most characters of anything quoted from what was seen."""
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Mistake:
    """A known mistake: its full source, its own reason (Markdown), and the misconception behind it."""

    source: str
    says: str
    misconception: str = ""


@dataclass(frozen=True, eq=False)  # one object an id: compared and hashed by identity
class Exercise:
    """A function (or class) that the learner writes, and all that judges it.

    `draw(seed)` gives plain JSON inputs; `observe(function, inputs)` calls the function and returns what came of it,
    {"call as it is shown": value}. Both import torch inside. A faulty exercise raises CourseError with all its faults.
    """

    id: str
    title: str
    function: str
    prompt: str
    stub: str
    solutions: Mapping[str, str]
    mistakes: Mapping[str, Mistake]
    hints: tuple[str, ...]
    why: str
    objectives: tuple[str, ...]
    draw: Callable[[int], dict[str, Any]]
    observe: Callable[[Callable[..., Any], dict[str, Any]], dict[str, Any]]
    covers: tuple[str, ...] = ()
    minutes: int = 5
    difficulty: int = 1
    points: float = 1
    seconds: float = 5
    rtol: float = 1e-4
    atol: float = 1e-5

    def __post_init__(self) -> None:
        if found := [*_shape_faults(self)] or [*_source_faults(self)]:
            name = self.id if isinstance(self.id, str) else repr(self.id)
            raise CourseError(f"exercise '{name}': " + "; ".join(found))

    @property
    def reference(self) -> str:
        """The source that right answers are compared with: the first solution."""
        return next(iter(self.solutions.values()))


def _shape_faults(exercise: Exercise) -> Iterator[str]:
    texts = ("id", "title", "function", "prompt", "stub", "why")
    yield from (f"'{name}' is no text; write it" for name in texts if not _said(getattr(exercise, name)))
    if _said(exercise.id) and not _SLUG.fullmatch(exercise.id):
        yield "'id' must be lower-case words joined by hyphens, such as 'linear-forward'"
    if _said(exercise.function) and not exercise.function.isidentifier():
        yield f"'function' must be the name that the stub defines, not {exercise.function!r}"
    for name in ("hints", "objectives", "covers"):
        value = getattr(exercise, name)
        if not isinstance(value, tuple) or not all(map(_said, value)):
            yield f"'{name}' must be a tuple of texts (mind the comma: ('one',))"
        elif not value and name != "covers":
            yield f"'{name}' is empty; give at least one"
    yield from _part_faults(exercise)
    yield from _number_faults(exercise)


def _part_faults(exercise: Exercise) -> Iterator[str]:
    for name, kind in (("solutions", str), ("mistakes", Mistake)):
        value = getattr(exercise, name)
        if not isinstance(value, Mapping) or not value:
            yield f"'{name}' must be a mapping of names, with at least one entry"
        else:
            wrong = [key for key, each in value.items() if not _said(key) or not isinstance(each, kind)]
            yield from (f"'{name}': the entry {key!r} must be a {kind.__name__}" for key in wrong)
    for name in ("draw", "observe"):
        if not callable(getattr(exercise, name)):
            yield f"'{name}' must be a function"


def _number_faults(exercise: Exercise) -> Iterator[str]:
    for name in ("minutes", "points", "seconds", "rtol", "atol"):
        value, least = getattr(exercise, name), 0 if name in ("rtol", "atol") else 1e-9
        if type(value) not in (int, float) or not math.isfinite(value) or value < least:
            yield f"'{name}' must be a {'number from 0 up' if least == 0 else 'number above 0'}, not {value!r}"
    if exercise.difficulty not in (1, 2, 3):
        yield f"'difficulty' must be 1, 2 or 3, not {exercise.difficulty!r}"


def _said(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _source_faults(exercise: Exercise) -> Iterator[str]:
    sources = {"the stub": exercise.stub}
    sources |= {f"solution '{name}'": source for name, source in exercise.solutions.items()}
    sources |= {f"mistake '{name}'": mistake.source for name, mistake in exercise.mistakes.items()}
    for name, source in sources.items():
        try:
            found = defines(source, exercise.function)
        except SyntaxError as error:
            yield f"{name} does not parse: line {error.lineno}: {error.msg}"
            continue
        if not found:
            yield f"{name} does not define '{exercise.function}'"
        elif name != "the stub" and untouched(exercise, source):
            yield f"{name} is the stub unchanged"
    said: dict[str, str] = {}
    for name, mistake in exercise.mistakes.items():
        if not _said(mistake.says):
            yield f"mistake '{name}' does not say why it is wrong; write 'says'"
        if mistake.misconception and not _SLUG.fullmatch(mistake.misconception):
            yield f"mistake '{name}': the misconception must be a code such as 'grad-not-cleared'"
        if (first := said.setdefault(mistake.says, name)) != name:
            yield f"mistakes '{first}' and '{name}' say the same; give each its own reason, or make them one"


def _definitions(source: str) -> dict[str, str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name: ast.dump(node) for node in ast.parse(source).body if isinstance(node, kinds)}


def defines(source: str, name: str) -> bool:
    """Return whether a source defines a function or class of this name; raise SyntaxError if it does not parse."""
    return name in _definitions(source)


def untouched(exercise: Exercise, source: str) -> bool:
    """Return whether all of the stub's definitions stand in `source` as they were; spaces and comments do not count."""
    try:
        stub, found = _definitions(exercise.stub), _definitions(source)
    except (SyntaxError, ValueError, RecursionError):
        return False
    if exercise.function not in found:
        return False
    # a source may be the function alone, without the stub's other definitions
    return all(found[name] == stub[name] for name in stub if name in found)


def alike(one: Seen, other: Seen, rtol: float, atol: float) -> bool:
    """Return whether two observations are the same: all calls within tolerance, or the same crash."""
    if one.get("status") != other.get("status"):
        return False
    if one["status"] == "crashed":
        return (one.get("error"), one.get("message")) == (other.get("error"), other.get("message"))
    if one["status"] != "ok":
        return bool(one["status"] == "timeout")
    calls, others = one["calls"], other["calls"]
    return set(calls) == set(others) and not any(difference(calls[key], others[key], rtol, atol) for key in others)


def judge(exercise: Exercise, seen: Any, want: Any, mistakes_seen: Mapping[str, Any]) -> Mark:
    """Return the mark of what was seen, given what the reference and the known mistakes give on the same inputs.

    Pure, on plain data; whatever is not understood is INVALID, never right, and nothing is raised. With several calls,
    the share of right ones is earned.
    """
    try:
        return _judge(exercise, seen, want, mistakes_seen)
    except Exception as error:  # fail closed: what came from a learner's process may be shaped in any way
        return Mark.invalid(exercise.points, f"What was observed could not be read ({type(error).__name__}).")


def _judge(exercise: Exercise, seen: Seen, want: Seen, mistakes_seen: Mapping[str, Seen]) -> Mark:
    points = exercise.points
    if want["status"] != "ok" or not want["calls"] or not all(map(readable, want["calls"].values())):
        return Mark.invalid(points, "The exercise's own solution does not run here. Please report it.")
    match seen["status"]:
        case "missing" | "blank":
            return Mark.blank(points, _blank(exercise, seen))
        case "crashed" | "timeout":
            found = _mistake(exercise, seen, mistakes_seen)
            text = _crash(seen) if seen["status"] == "crashed" else _timeout(seen)
            codes = (found.misconception,) if found and found.misconception else ()
            return Mark(0, points, Status.CRASHED, f"{text}\n\n{found.says}" if found else text, misconceptions=codes)
        case "ok":
            return _compare(exercise, seen, want, mistakes_seen)
        case _:
            return Mark.invalid(points, str(seen.get("message") or "What was observed could not be read.")[:500])


def _compare(exercise: Exercise, seen: Seen, want: Seen, mistakes_seen: Mapping[str, Seen]) -> Mark:
    got, calls = seen["calls"], want["calls"]
    missing = "it was not observed."
    wrong = {
        call: difference(got[call], value, exercise.rtol, exercise.atol) if call in got else missing
        for call, value in calls.items()
    } | {call: "it was not expected." for call in got if call not in calls}
    wrong = {call[:_LONG]: text and text[:_LONG] for call, text in wrong.items()}
    notes = tuple(Note(call, not text, text or "") for call, text in wrong.items()) if len(wrong) > 1 else ()
    right = sum(not text for text in wrong.values())
    if right == len(wrong):  # the solution comes first: a mistake that coincides with it here takes nothing away
        return Mark.of(1, exercise.points, exercise.why, notes)
    if any(isinstance(value, Mapping) and "ellipsis" in value for value in got.values()):
        return Mark.blank(exercise.points, _blank(exercise, seen))
    share = right / len(wrong)
    if found := _mistake(exercise, seen, mistakes_seen):
        codes = (found.misconception,) if found.misconception else ()
        return Mark.of(share, exercise.points, found.says, notes, codes)
    call, text = next((call, text) for call, text in wrong.items() if text)
    shown = call if "`" in call else f"`{call}`"
    also = f"\n\n{right} of {len(wrong)} observations are right." if right else ""
    return Mark.of(share, exercise.points, f"{shown}: {text}{also}", notes)


def _mistake(exercise: Exercise, seen: Seen, mistakes_seen: Mapping[str, Seen]) -> Mistake | None:
    for name, other in mistakes_seen.items():
        if name in exercise.mistakes and alike(seen, other, exercise.rtol, exercise.atol):
            return exercise.mistakes[name]
    return None


def _blank(exercise: Exercise, seen: Seen) -> str:
    if seen["status"] == "missing":
        return f"There is no `{exercise.function}` yet: run the cell that defines it."
    if "..." not in exercise.stub:
        return f"`{exercise.function}` is still as it was given: change it, and run the cell again."
    return f"Fill the hole `...` in `{exercise.function}`, and run the cell again."


def _timeout(seen: Seen) -> str:
    at = f" It was at line {int(seen['line'])}:\n\n{_code(seen['text'])}" if seen.get("line") else ""
    return f"It was stopped after {float(seen['seconds']):g} seconds: is there a loop that never ends?{at}"


def _crash(seen: Seen) -> str:
    error, message = str(seen["error"])[:80], " ".join(str(seen["message"]).replace("`", "'").split())[:400]
    said = f"`{error}: {message}`" if message else f"`{error}`"
    text = (
        f"Your code stopped at line {int(seen['line'])} with {said}\n\n{_code(seen.get('text', ''))}"
        if seen.get("line")
        else f"Calling your code failed with {said}."
    )
    if "ellipsis" in message:
        return f"{text}\n\nA hole `...` is still there: fill it."
    if seen.get("returned"):
        return f"{text}\n\nYour function itself ran, and returned {seen['returned']}; that could not be used further."
    return text


def _code(text: object) -> str:
    return f"```python\n{str(text).replace('```', '')[:200]}\n```"
