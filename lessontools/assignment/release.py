"""A release: the folder that students get -> what is asked in it. No key is in it, none can be worked out of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lessontools.errors import HandinError, did_you_mean

__all__ = ["FILE", "FORMAT", "Asked", "Release", "Task", "find_release", "read_release", "version_of"]

FILE, FORMAT = "release.json", 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it may be shown: its variants' views, and the same as text; `points` is what it can earn."""

    id: str
    lesson: str
    kind: str
    points: float
    views: tuple[Mapping[str, Any], ...]
    texts: tuple[str, ...]

    def variant_of(self, seed: str) -> int:
        """Return the number of the variant that a learner with this seed gets."""
        digest = hashlib.sha256(f"{seed}:{self.id}".encode()).digest()
        return int.from_bytes(digest[:4], "big") % len(self.views)


@dataclass(frozen=True, slots=True)
class Task:
    """An exercise as it may be shown: what to write, and the stub that it starts from."""

    id: str
    lesson: str
    title: str
    function: str
    prompt: str
    stub: str
    minutes: int
    points: float


@dataclass(frozen=True, slots=True)
class Release:
    """What a student has of an assignment; `names` has what each name that a notebook asks by stands for."""

    root: Path
    id: str
    title: str
    version: str
    lessons: tuple[str, ...]
    items: Mapping[str, Asked]
    tasks: Mapping[str, Task]
    names: Mapping[str, tuple[str, ...]]
    due: datetime | None = None
    attempts: int | None = None

    @property
    def points(self) -> float:
        """The most that can be earned."""
        return sum(each.points for each in self.items.values()) + sum(each.points for each in self.tasks.values())

    def meant(self, name: str) -> list[Asked]:
        """Return the questions that a name stands for: an id, or what a notebook asks by, such as "01/exit"."""
        if name in self.names:
            return [self.items[key] for key in self.names[name]]
        if name in self.items:
            return [self.items[name]]
        raise HandinError(f"no question '{name}' in the assignment '{self.id}'{did_you_mean(name, self.items)}")


def version_of(data: Mapping[str, Any]) -> str:
    """Return the version of a release: the same for the same content, whenever it was made."""
    about = {key: value for key, value in data.items() if key not in ("version", "made", "due", "attempts")}
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:12]


def find_release(start: Path | None = None) -> Release | None:
    """Return the release in this folder (default: the current one), or None where there is none."""
    path = (start or Path.cwd()) / FILE
    return read_release(path) if path.is_file() else None


def read_release(path: Path) -> Release:
    """Return the release of a file; raise HandinError, saying what to do, if it is not sound."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise HandinError(
                f"{path}: is of format {data['format']}, and this lessontools reads {FORMAT}; use the version of "
                "lessontools that your instructor names"
            )
        items = {each["id"]: Asked(**_tuples(each)) for each in data["items"]}
        tasks = {each["id"]: Task(**each) for each in data["exercises"]}
        names = {name: tuple(keys) for name, keys in data["names"].items()}
        due = datetime.fromisoformat(data["due"]) if data.get("due") else None
        about = data["assignment"], data["title"], data["version"], tuple(data["lessons"])
        return Release(path.parent, *about, items, tasks, names, due, data.get("attempts"))
    except HandinError:
        raise
    except OSError as error:
        raise HandinError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HandinError(
            f"{path}: is damaged ({type(error).__name__}: {error}); take the folder from your instructor again. "
            "Your answers are kept apart from it, and are not lost"
        ) from error


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
