"""The desk: the names that a notebook of an assignment calls. They stand in for those of practice beside a release."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lessontools.assignment import outbox
from lessontools.assignment.handin import Draft, draft, listed, pack
from lessontools.assignment.release import FILE, Release, find_release
from lessontools.assignment.sealed import KIND, panel
from lessontools.errors import HandinError, RecordError, did_you_mean
from lessontools.practice.attempt import namespace, source_of
from lessontools.practice.card import Card
from lessontools.practice.exercise import defines
from lessontools.record import Record, open_record
from lessontools.screen.panel import Panel

__all__ = ["ask", "challenge", "check", "hand_in", "hint", "progress", "review", "solution", "submit", "ways"]


def here() -> Release:
    """Return the release beside this notebook; raise HandinError where there is none."""
    found = find_release()
    if found is None:
        raise HandinError(f"no assignment here (no {FILE} in {Path.cwd()}); open the notebook in its own folder")
    return found


def ask(*names: str, **_options: Any) -> Panel:
    """Show questions of the assignment, as you left them; answers are kept, and marked after you have handed in."""
    return panel(here(), names, open_record())


def check(id: str, function: Any = None, **_options: Any) -> Card:
    """Keep your function of an exercise, and say whether it can be handed in; it is marked later, on fresh inputs."""
    release = here()
    if id not in release.tasks:
        raise HandinError(f"no exercise '{id}' in the assignment '{release.id}'{did_you_mean(id, release.tasks)}")
    task = release.tasks[id]
    function = namespace().get(task.function) if function is None else function
    source = (source_of(function, task.function) or "") if function is not None else ""
    unit = "minute" if task.minutes == 1 else "minutes"
    about = f"**{task.title}** (about {task.minutes} {unit}, {task.points:g} points). {task.prompt}"
    if function is None:
        body = f"{about}\n\nThere is no `{task.function}` yet: run the cell that defines it."
        return Card.of(id, "○", "Not attempted yet", body)
    if not callable(function):
        return Card.of(
            id, "!", "Not a function", f"`{task.function}` is no function; define it with `def`.", (), "error"
        )
    if _same(source, task):
        return Card.of(id, "○", "Still as it was given", about)
    trouble = _write(open_record(), id, {"source": source, "assignment": release.id, "version": release.version})
    body = f"`{task.function}` is defined and kept. It is marked after you have handed in, on inputs drawn then."
    return Card.of(id, "✓", "Kept", body, [trouble] if trouble else [], "success", task.prompt)


def _same(source: str, task: Any) -> bool:
    try:
        return defines(source, task.function) and "".join(task.stub.split()) in "".join(source.split())
    except (SyntaxError, ValueError, RecursionError):
        return False


def submit(student: str | None = None, anyway: bool = False, folder: str | os.PathLike[str] | None = None) -> Card:
    """Write the one file to hand in, beside the notebook; what is blank is named first, and `anyway` goes on.

    `student` is your name or number as your instructor knows it (said once; on a hub it is known). On a hub with
    outboxes it is handed in at once, unless you name another `folder`.
    """
    release, record = here(), open_record()
    name = student_name(record, student)
    if student:
        _write(record, "student", {"assignment": release.id, "student": name})  # said once
    made = draft(release, record)
    if not anyway and (made.blank or made.oddities):
        body = f"{listed((*made.blank, *made.oddities))}\n\nTo hand in all the same: `submit(anyway=True)`"
        return Card.of(release.id, "?", "Not handed in yet", body, (), "warn")
    box = outbox.here() if folder is None else None
    path, receipt = hand_in(made, name, record, box or Path(folder or "."))
    late = release.due is not None and datetime.now(UTC) > release.due
    where = "Your instructor collects it from there" if box else "Send this file to your instructor (or upload it)"
    body = (
        f"Written to `{path.name}`: {len(made.answers)} of {len(release.items)} questions answered. {where}; "
        f"your receipt is **{receipt}**. You may change answers and hand in again."
    )
    extra = [f"It was due {release.due:%d %B %Y, %H:%M %Z}."] if late and release.due else []
    return Card.of(release.id, "✓", "Handed in" if box else "Ready to hand in", body, extra, "success")


def hand_in(made: Draft, student: str, record: Record, folder: Path) -> tuple[Path, str]:
    """Write a hand-in; return its path and its receipt. Raise HandinError if that is not possible."""
    file, body = pack(made, student, datetime.now(UTC))
    path = folder / file
    if folder == outbox.here():
        outbox.put(folder, file, body)
    else:
        try:
            path.write_bytes(body)
        except OSError as error:
            raise HandinError(f"{path}: cannot be written ({error.strerror}); give another folder=...") from error
    receipt = file.removesuffix(".zip")[-14:]
    _write(record, "submit", {"assignment": made.release.id, "student": student, "receipt": receipt})
    return path, receipt


def student_name(record: Record, given: str | None) -> str:
    """Return who hands in: as given, as a hub says, or as said before; raise HandinError if it is not known."""
    said = [e.data.get("student") for e in record.events() if e.kind == KIND and e.item in ("student", "submit")]
    name = given or os.environ.get("JUPYTERHUB_USER") or (said[-1] if said else "")
    if not isinstance(name, str) or not name.strip() or len(name) > 200:
        raise HandinError('say who you are, as your instructor knows you: submit("Ada Lovelace")')
    return name.strip()


def _write(record: Record, item: str, data: dict[str, Any]) -> str:
    try:
        record.append(KIND, item, data)
    except RecordError as error:
        return f"**Not saved:** {error}"
    return ""


def _closed(name: str, instead: str) -> Card:
    return Card.of(name, "○", "Not in an assignment", f"`{name}` belongs to practice; {instead}")


def hint(*_names: Any) -> Card:
    """Say that an assignment has no hints."""
    return _closed("hint", "read the task again, and try your function on inputs of your own.")


def solution(*_names: Any) -> Card:
    """Say that an assignment shows no solutions."""
    return _closed("solution", "your instructor shows solutions after the due date.")


def review(*_names: Any) -> Card:
    """Say that reviews are for practice."""
    return _closed("review", "open a lesson of the course for it.")


def challenge(*_names: Any, **_options: Any) -> Card:
    """Say that challenges are for practice."""
    return _closed("challenge", "open a lesson of the course for it.")


def ways(*_names: Any) -> Card:
    """Say that the map is for practice."""
    return _closed("ways", "open a lesson of the course for it.")


def progress(*_names: Any) -> Card:
    """Say what is done of the assignment and what is left."""
    release = here()
    made = draft(release, open_record())
    left: Sequence[str] = (*made.blank, *made.oddities)
    body = listed(left) if left else "All is answered. `submit()` writes the file to hand in."
    return Card.of(release.id, "➜", f"{len(made.answers)} of {len(release.items)} questions answered", body)
