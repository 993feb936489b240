"""Places: whose a file is and when it came, as Moodle, Canvas, nbgrader and people name and lay them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

__all__ = ["owner", "several", "stamp", "uploader_of"]

_MOODLE = re.compile(r"^(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?")
_CANVAS = re.compile(r"^(?P<name>[^_]+)_(?P<late>LATE_)?(?P<number>\d+)_\d+_.+")


def owner(place: PurePosixPath) -> str:
    """Return whose a file is by its place, as Moodle, Canvas and nbgrader name places; "" where that says nothing."""
    for part in place.parts:
        if hit := _MOODLE.match(part):
            return hit["name"]
    parts = place.parts[1:] if place.parts[0] == "submitted" else place.parts  # nbgrader's own folder of hand-ins
    if len(parts) > 1:
        return parts[0]  # nbgrader: student/assignment/file; people: student/file
    hit = _CANVAS.match(place.name)
    return hit["name"] if hit else ""


def uploader_of(place: PurePosixPath) -> str:
    """Return who uploaded a file, where Moodle or Canvas says so by its name; a zip inside cannot say otherwise."""
    return owner(place) if any(map(_MOODLE.match, place.parts)) or _CANVAS.match(place.name) else ""


def stamp(path: Path) -> datetime | None:
    """Return the time that nbgrader noted in a file, or None."""
    try:
        at = datetime.fromisoformat(path.read_text(encoding="utf-8").strip().replace(" UTC", "+00:00"))
    except (OSError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def several(inside: dict[str, bytes]) -> bool:
    """Return whether a zip holds hand-ins of several students, by the names in it."""
    return any(_MOODLE.match(name) or _CANVAS.match(name) for name in inside) or any(n.endswith(".zip") for n in inside)
