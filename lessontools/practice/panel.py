"""An exercise for its learner: check, hint and solution -> a card, and a line in the record."""

from __future__ import annotations

import secrets
from typing import Any

from lessontools.errors import LessonError, RecordError
from lessontools.mark import Mark, Status
from lessontools.practice.attempt import namespace, source_of
from lessontools.practice.card import Card, verdict
from lessontools.practice.catalog import Entry, find_exercise
from lessontools.practice.exercise import Exercise, judge
from lessontools.practice.observation import expected, mistaken, observe_function
from lessontools.record import open_record

__all__ = ["attempted", "check", "hint", "remark", "solution"]

_last: list[str] = []
_asked: set[str] = set()


def check(id: str, function: Any = None, *, seed: int | None = None) -> Card:
    """Check your function of an exercise on freshly drawn inputs, and say what is right, or what is wrong and why.

    The function is looked up by the exercise's name unless it is given; `seed` fixes the inputs.
    """
    entry = _entry(id)
    exercise = entry.exercise
    if function is None:
        function = namespace().get(exercise.function)
    seed = secrets.randbelow(2**31) if seed is None else seed
    source = source_of(function, exercise.function) if function is not None else None
    _last[:] = [exercise.id]
    want = expected(exercise, seed)  # before the learner's code has had a chance to change anything
    seen = observe_function(exercise, function, seed, source=source)
    mark = _mark(exercise, seen, want, seed)
    trouble = ""
    if mark.status is not Status.BLANK:
        shown = {"source": source or "", "seen": seen, "seed": seed, "lesson": entry.lesson}
        trouble = _write("check", exercise.id, shown)
    return verdict(exercise, mark, str(seen.get("printed", "")), trouble, _next(exercise, mark))


def _mark(exercise: Exercise, seen: Any, want: Any, seed: int) -> Mark:
    mark = judge(exercise, seen, want, {})
    if mark.status in (Status.RIGHT, Status.BLANK, Status.INVALID):
        return mark
    return judge(exercise, seen, want, mistaken(exercise, seed))  # the mistakes are run only where they may explain


def remark(exercise: Exercise, seen: Any, seed: int) -> Mark:
    """Return the mark of a recorded check (its `seen` and `seed`) by today's solution and mistakes."""
    return _mark(exercise, seen, expected(exercise, seed), seed)


def _next(exercise: Exercise, mark: Mark) -> str:
    if mark.right or mark.status is Status.INVALID:
        return ""
    return f'`hint("{exercise.id}")` helps.'


def hint(id: str | None = None) -> Card:
    """Show the next hint of an exercise (of the one checked last, if none is named)."""
    exercise = _entry(id).exercise
    count = len(exercise.hints)
    taken = _events("hint", exercise.id)
    if taken >= count:
        body = "\n".join(f"{place}. {text}" for place, text in enumerate(exercise.hints, 1))
        return Card.of(
            exercise.id, "➜", f"All {count} hints" if count > 1 else "The only hint", body, [_way_out(exercise)]
        )
    trouble = _write("hint", exercise.id, {"number": taken + 1})
    extra = [_way_out(exercise)] if taken + 1 == count else []
    extra += [trouble] if trouble else []
    return Card.of(exercise.id, "➜", f"Hint {taken + 1} of {count}", exercise.hints[taken], extra)


def _way_out(exercise: Exercise) -> str:
    return f'There are no more hints. After an attempt, `solution("{exercise.id}")` shows one way.'


def solution(id: str | None = None) -> Card:
    """Show a solution of an exercise, after an attempt or when asked twice."""
    exercise = _entry(id).exercise
    if not attempted(exercise.id) and not _events("reveal", exercise.id) and exercise.id not in _asked:
        _asked.add(exercise.id)
        body = f'Try `check("{exercise.id}")` once first; call `solution` again if you really want it.'
        return Card.of(exercise.id, "○", "Not attempted yet", body)
    trouble = _write("reveal", exercise.id, {"what": "solution"})
    body = f"```python\n{exercise.reference.strip()}\n```\n\n{exercise.why}"
    return Card.of(exercise.id, "➜", "One solution", body, [trouble] if trouble else [])


def attempted(key: str) -> bool:
    """Return whether the record holds an attempt at an exercise (an untouched stub is none)."""
    return _events("check", key) > 0


def _entry(key: Any) -> Entry:
    if key is None:
        if not _last:
            raise LessonError("say which exercise, by its id in quotes, such as hint('linear-forward')")
        key = _last[0]
    try:
        return find_exercise(key)
    except LessonError as error:
        raise error.with_traceback(None) from None


def _events(kind: str, key: str) -> int:
    try:
        return sum(event.kind == kind and event.item == key for event in open_record().events())
    except RecordError:  # unreadable: what this kernel itself wrote, or still holds, counts
        return sum(event.kind == kind and event.item == key for event in open_record().pending)


def _write(kind: str, key: str, data: dict[str, Any]) -> str:
    try:
        open_record().append(kind, key, data)
    except RecordError as error:
        return f"**Not saved:** {error}"
    return ""
