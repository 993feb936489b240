"""Fetching: a released folder -> the same in a student's home; what the student has worked on is never overwritten."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from lessontools.assignment.handin import slug
from lessontools.assignment.release import FILE, read_release
from lessontools.errors import HandinError, did_you_mean

__all__ = ["VARIABLE", "Fetched", "fetch", "released"]

VARIABLE = "LESSONTOOLS_RELEASES"
"""The variable that names the folder in which a hub's releases lie, each as a folder of its own."""
NOTE = ".fetched.json"


@dataclass(frozen=True)
class Fetched:
    """Where a release was put, its notebooks, and what was done to which file."""

    folder: Path
    notebooks: tuple[str, ...]
    said: tuple[str, ...]


def released(name: str) -> Path:
    """Return the folder of a hub's release; raise HandinError where there is none of this name."""
    root = os.environ.get(VARIABLE, "")
    if not root:
        raise HandinError(f"no folder of releases: {VARIABLE} is not set; give the path of the released folder")
    try:
        known = sorted(path.parent.name for path in Path(root).glob(f"*/{FILE}"))
    except OSError as error:
        raise HandinError(f"{root}: cannot be read ({error.strerror})") from error
    if name not in known:
        raise HandinError(f"no release '{name[:80]}' here{did_you_mean(name, known)}")
    return Path(root, name)


def fetch(source: Path, root: Path, into: Path | None = None) -> Fetched:
    """Copy a release into `root`, under its own name (or into `into`), and say what was done; do it at any time.

    A file that the student has changed is left alone. Where the release has changed it too, the new one is put beside.
    """
    release = read_release(source / FILE)
    folder = into or root / slug(release.id)
    if (other := _held(folder)) not in ("", release.id):
        raise HandinError(f"{folder}: holds the assignment '{other}'; fetch '{release.id}' into another folder")
    said, seen = [], _noted(folder)
    try:
        for path in _files(source):
            name = path.relative_to(source).as_posix()
            body = path.read_bytes()
            if done := _place(folder / name, name, body, seen.get(name, "")):
                said.append(done)
            seen[name] = _hash(body)
        _write(folder / NOTE, json.dumps(seen, indent=1, sort_keys=True).encode())
    except OSError as error:
        raise HandinError(f"{folder}: cannot be fetched ({error.strerror}: {error.filename})") from error
    return Fetched(folder, tuple(f"{lesson}.ipynb" for lesson in release.lessons), tuple(said))


def _files(source: Path) -> list[Path]:
    every = [path for path in sorted(source.rglob("*")) if path.is_file() and not path.is_symlink()]
    return [path for path in every if not any(part.startswith(".") for part in path.relative_to(source).parts)]


def _place(target: Path, name: str, new: bytes, before: str) -> str:
    """Put one file where it belongs, and say what was done; `before` is the hash of what was fetched last."""
    if not target.exists():
        _write(target, new)
        return f"new: {name}"
    mine = _hash(target.read_bytes())
    if mine == _hash(new):
        return ""
    if mine == before or name == FILE:  # the list of what is asked is not the student's work: answers are in the record
        _write(target, new)
        return f"updated: {name}"
    if before == _hash(new):
        return ""  # nothing new in the release; what the student made of it stays
    beside = target.with_name(f"{target.stem}.new{target.suffix}")
    _write(beside, new)
    return f"yours was kept: {name}; the release has a newer one, now beside it: {beside.name}"


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(body)
    part.replace(path)  # there as a whole or not at all


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _noted(folder: Path) -> dict[str, str]:
    """Return the hash of each file as it was fetched; without the note all is taken as the student's own."""
    try:
        return {str(name): str(each) for name, each in json.loads((folder / NOTE).read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _held(folder: Path) -> str:
    """Return the assignment that a folder holds already; "" for none, and for one that is damaged: it is mended."""
    try:
        return read_release(folder / FILE).id
    except HandinError:
        return ""
