"""Collecting: folders and zips as Moodle, Canvas, nbgrader and people make them -> hand-ins, with their oddities."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from lessontools.assignment import outbox
from lessontools.assignment.handin import MANIFEST, slug
from lessontools.grading.intake import HandIn, Unreadable, read_handin, unpacked
from lessontools.grading.place import owner, several, stamp, uploader_of
from lessontools.grading.secret import Key
from lessontools.grading.wall import GradingError

__all__ = ["Collected", "collect", "taken"]

_MOST, _MOST_FILES = 2_000_000_000, 50_000  # of a whole class's download
_OURS = (".zip", ".ipynb")
_PUNCTUAL = timedelta(minutes=5)  # between writing a hand-in and its coming into the outbox


@dataclass(frozen=True)
class Collected:
    """A file that was found: whose it is by its place, its bytes, when it came, and what it was found to be."""

    source: str
    body: bytes
    student: str
    at: datetime
    handin: HandIn


def collect(sources: list[Path], into: Path, key: Key | None = None) -> list[HandIn]:
    """Copy all hand-ins of files and folders into `into`, byte for byte, and return them, light, with their remarks.

    Nothing is lost: what cannot be read is kept and listed. Raise GradingError where a source is not there.
    """
    # one at a time: a class's files do not fit into memory
    kept = [_kept(each, into, key).light() for source in sources for each in _found(source, key)]
    if not kept:
        raise GradingError(
            f"no hand-in in {', '.join(map(str, sources))}: looked for .zip and .ipynb files, in zips and folders too"
        )
    return kept


def taken(folder: Path, key: Key | None = None) -> Iterator[tuple[HandIn, bytes]]:
    """Yield the hand-ins of a folder that `collect` has made, with their bytes, one at a time."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.suffix in (*_OURS, ".bin"):
            body, about = path.read_bytes(), _noted(path)
            handin = read_handin(body, about["source"], about["student"])
            yield _checked(replace(handin, handed_in=handin.handed_in or about["at"]), key), body


def _noted(path: Path) -> dict[str, str]:
    """Return what was noted of a file when it was collected; a file put there by hand is its folder's."""
    try:
        return dict(json.loads(path.with_suffix(".json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
        return {"student": path.parent.name, "source": path.name, "at": at}


def _found(source: Path, key: Key | None) -> Iterator[Collected]:
    if outbox.is_outboxes(source):
        boxed = (_boxed(each) for each in outbox.found(source))  # of a whole term: what is of other assignments stays
        yield from (each for each in boxed if key is None or each.handin.assignment in ("", key.assignment))
    elif source.is_dir():
        lessons = {f"{lesson}.ipynb" for lesson in key.lessons} if key else set()
        for folder, folders, names in os.walk(source):
            together = sorted(lessons & set(names)) if Path(folder) != source else []
            if len(together) > 1 and not any(name.endswith(".zip") for name in names):
                yield _joined([Path(folder, name) for name in together], Path(folder).relative_to(source))
                names = [name for name in names if name not in together]
            for name in sorted([*names, *folders]):
                path = Path(folder, name)
                place = PurePosixPath(path.relative_to(source).as_posix())
                if path.is_symlink():
                    yield _refused(place.as_posix(), owner(place), "is a link; send what it leads to")
                elif path.is_file():
                    yield from _file(path, place)
    elif source.is_file():
        yield from _file(source, PurePosixPath(source.name))
    else:
        raise GradingError(f"{source}: no such file or folder")


def _boxed(each: outbox.Found) -> Collected:
    """Return a hand-in of a hub's outbox: it is the user's whose outbox it is, whatever it says and is named."""
    place = f"{each.user}/{each.name}"
    if each.oddity:
        return _refused(place, each.user, each.oddity, each.at)
    handin = read_handin(each.body, place, each.user)
    if handin.handed_in and each.at - datetime.fromisoformat(handin.handed_in) > _PUNCTUAL:
        remark = f"says it is of {handin.handed_in}; its file came {each.at:%Y-%m-%dT%H:%M %Z}"
        handin = replace(handin, remarks=(*handin.remarks, remark))
    return Collected(place, each.body, each.user, each.at, handin)


def _refused(place: str, student: str, why: str, at: datetime | None = None) -> Collected:
    """Return what is not opened at all as a hand-in that cannot be read, so that it is told and kept count of."""
    body = f"not taken in: {place} {why}".encode()
    handin = HandIn(student, place, hashlib.sha256(body).hexdigest(), unreadable=why)
    return Collected(place, body, student, at or datetime.now(UTC), handin)


def _joined(books: list[Path], place: Path) -> Collected:
    """Return several lessons' notebooks of one folder as one hand-in: nbgrader keeps each in a file of its own."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in books:
            if not path.is_symlink() and path.is_file():
                body = path.read_bytes()
                archive.writestr(zipfile.ZipInfo(path.name, (1980, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)
    inside = PurePosixPath(place.as_posix(), "notebooks.zip")
    newest = max(path.stat().st_mtime for path in books)
    at = stamp(books[0].parent / "timestamp.txt") or datetime.fromtimestamp(newest, UTC)
    student, body = owner(inside), buffer.getvalue()
    return Collected(inside.as_posix(), body, student, at, read_handin(body, inside.as_posix(), student))


def _file(path: Path, place: PurePosixPath) -> Iterator[Collected]:
    if path.name == "timestamp.txt" or path.name.startswith("."):
        return  # nbgrader's note of the time, and what systems put beside files
    if path.stat().st_size > _MOST:
        raise GradingError(f"{path}: is larger than {_MOST / 1e9:.0f} GB; unpack it, and collect the folder")
    at = stamp(path.parent / "timestamp.txt") or datetime.fromtimestamp(path.stat().st_mtime, UTC)
    yield from _bytes(path.read_bytes(), place, at)


def _bytes(body: bytes, place: PurePosixPath, at: datetime, deep: int = 0, uploader: str = "") -> Iterator[Collected]:
    """Yield what one file holds: itself, or what is in it if it is a zip of hand-ins (a course page's download).

    What Moodle or Canvas says that one student uploaded is that student's, whatever names a zip has inside.
    """
    student, handin = uploader or owner(place), None
    if body[:2] == b"PK" and deep < 2:
        try:
            inside = unpacked(body, _MOST_FILES, _MOST) if deep == 0 else unpacked(body)
        except Unreadable:
            inside = {}
        ours = MANIFEST in inside or (inside and all("/" not in n for n in inside) and not several(inside))
        if inside and not ours and any(name.endswith(_OURS) for name in inside):
            for name in sorted(inside):
                if not PurePosixPath(name).name.startswith(".") and "__MACOSX" not in name:
                    yield from _bytes(inside[name], PurePosixPath(name), at, deep + 1, uploader or uploader_of(place))
            return
    if place.suffix not in _OURS and body[:2] != b"PK":
        handin = HandIn(student, place.as_posix(), hashlib.sha256(body).hexdigest(), unreadable="no zip, no notebook")
    yield Collected(place.as_posix(), body, student, at, handin or read_handin(body, place.as_posix(), student))


def _kept(each: Collected, into: Path, key: Key | None) -> HandIn:
    handin = each.handin
    student = handin.student or PurePosixPath(each.source).stem
    at = handin.handed_in or each.at.isoformat(timespec="seconds")
    suffix = PurePosixPath(each.source).suffix if PurePosixPath(each.source).suffix in _OURS else ".bin"
    folder = into / f"{slug(student)}-{hashlib.sha256(student.encode()).hexdigest()[:6]}"
    path = folder / f"{handin.hash[:16]}{suffix}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        note = json.dumps({"student": student, "source": each.source, "at": at}, ensure_ascii=False)
        path.with_suffix(".json").write_text(note, encoding="utf-8")
        if not path.exists():
            part = path.with_suffix(".part")
            part.write_bytes(each.body)
            part.replace(path)  # there as a whole or not at all
    except OSError as error:
        raise GradingError(f"{path}: cannot be written ({error.strerror})") from error
    return _checked(replace(handin, student=student, handed_in=at), key)


def _checked(handin: HandIn, key: Key | None) -> HandIn:
    """Return the hand-in with what does not fit the assignment said."""
    remarks = list(handin.remarks)
    if key is not None and not handin.unreadable:
        if handin.assignment and handin.assignment != key.assignment:
            why = f"is for the assignment '{handin.assignment}', not for '{key.assignment}'"
            return replace(handin, unreadable=why)
        if handin.version and handin.version != key.version:
            remarks.append("was made with an older release")
        due = datetime.fromisoformat(key.due) if handin.handed_in and key.due else None
        if due and datetime.fromisoformat(handin.handed_in) > due:
            remarks.append("late")
    return replace(handin, remarks=tuple(remarks))
