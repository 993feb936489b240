"""A learner's record: what was answered and when, as append-only JSON lines.

The record holds answers, never scores: marks are computed from it and the bank whenever they are needed.
It lives at `~/.lessontools/record.jsonl`, or wherever the variable LESSONTOOLS_RECORD points.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lessontools.errors import RecordError

if sys.platform != "win32":  # on Windows appends are held together by O_APPEND alone
    import fcntl

__all__ = ["Event", "Record", "default_path", "delete", "export", "load", "open_record", "where"]

VERSION = 1
LONE = "backslashreplace"  # half a surrogate pair, which a page may send, is written as JSON's own \uXXXX


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a learner did.

    `kind` is one of answer, commit, hint, reveal, rating, check, challenge; `item` is the id of a question,
    an exercise or a lesson; `data` is plain JSON (for an answer: answer, seed, confidence, where).
    """

    kind: str
    item: str
    data: Mapping[str, Any] = field(default_factory=dict)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def line(self) -> str:
        """Return the event as one line of JSON, newline included."""
        row = {"v": VERSION, "id": self.id, "at": self.at.isoformat(), "kind": self.kind, "item": self.item}
        return json.dumps({**row, "data": dict(self.data)}, ensure_ascii=False, separators=(",", ":")) + "\n"

    @classmethod
    def read(cls, line: str) -> Event:
        """Return the event of a line; raise ValueError if the line is not one."""
        row = json.loads(line)
        if not isinstance(row, dict) or not isinstance(row.get("data"), dict):
            raise ValueError("not an event")
        try:
            kind, item, at, key = row["kind"], row["item"], datetime.fromisoformat(row["at"]), row["id"]
        except (KeyError, TypeError) as error:
            raise ValueError(f"not an event: {error}") from error
        if not all(isinstance(text, str) for text in (kind, item, key)) or at.tzinfo is None:
            raise ValueError("not an event: wrong types")
        return cls(kind, item, row["data"], at, key)


class Record:
    """The record in one file; safe for several notebooks (processes) and threads at once.

    `damaged` lists the numbers of lines that could not be read (a torn write, a stray edit): they are left
    in the file and skipped. An event that could not be written waits in `pending`, and goes out with the next.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).expanduser()
        self.pending: list[Event] = []
        self.damaged: list[int] = []
        self._lock = threading.RLock()
        self._forget()

    def _forget(self) -> None:
        self._events: dict[str, Event] = {}
        self._offset = self._lines = 0
        self._inode: tuple[int, int] | None = None
        self.damaged = []

    def events(self) -> list[Event]:
        """Return all events, oldest first, those still waiting to be written included."""
        with self._lock:
            self._catch_up()
            every = [*self._events.values(), *(e for e in self.pending if e.id not in self._events)]
            return sorted(every, key=lambda event: event.at)

    def _catch_up(self) -> None:
        """Read what was appended since the last look, by us or by another notebook."""
        try:
            status = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return self._forget()
        except OSError as error:
            raise RecordError(f"{self.path}: cannot be read ({error.strerror})") from error
        if (status.st_dev, status.st_ino) != self._inode or status.st_size < self._offset:
            self._forget()
            self._inode = (status.st_dev, status.st_ino)
        if status.st_size == self._offset:
            return None
        try:
            with self.path.open("rb") as file:
                file.seek(self._offset)
                fresh = file.read()
        except OSError as error:
            raise RecordError(
                f"{self.path}: cannot be read ({error.strerror}); allow reading it, or point "
                "LESSONTOOLS_RECORD to another file"
            ) from error
        whole = fresh[: fresh.rfind(b"\n") + 1]  # a line still being written is read next time
        self._offset += len(whole)
        for raw in whole.split(b"\n")[:-1]:
            self._lines += 1
            if not raw.strip():
                continue
            try:
                event = Event.read(raw.decode("utf-8"))
            except ValueError:
                self.damaged.append(self._lines)
            else:
                self._events.setdefault(event.id, event)
        return None

    def append(self, kind: str, item: str, data: Mapping[str, Any] | None = None, now: datetime | None = None) -> Event:
        """Write one event and return it.

        Raise RecordError if it cannot be written; the event is kept in `pending` and nothing is lost.
        """
        event = Event(kind, item, dict(data or {}), now or datetime.now(UTC))
        event.line()  # what is not JSON is refused here: pending, it would block all that come after
        with self._lock:
            self.pending.append(event)
            self.flush()
        return event

    def flush(self) -> None:
        """Write what is pending; raise RecordError if that is not possible now."""
        with self._lock:
            if self.pending:
                self._write("".join(event.line() for event in self.pending).encode("utf-8", LONE))
                self.pending.clear()

    def _write(self, text: bytes) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
            handle = os.open(self.path, flags, 0o600)
        except OSError as error:
            raise self._refused(error) from error
        try:
            with _held(handle):
                size = os.fstat(handle).st_size
                if size and _last_byte(handle, size) != b"\n":
                    text = b"\n" + text  # a torn line stays alone, ours starts afresh
                try:
                    if os.write(handle, text) != len(text):
                        raise OSError(28, "the disk is full")
                    os.fsync(handle)
                except OSError:
                    with suppress(OSError):
                        os.ftruncate(handle, size)  # all or nothing: the events stay pending
                    raise
        except OSError as error:
            raise self._refused(error) from error
        finally:
            os.close(handle)

    def _refused(self, error: OSError) -> RecordError:
        return RecordError(
            f"your answer is not saved yet: {self.path} cannot be written ({error.strerror}). It is kept until "
            "the kernel stops; make room or allow writing there (or point LESSONTOOLS_RECORD to another "
            "file), then press Retry"
        )

    def seed(self) -> str:
        """Return the learner's own seed, drawn at the first call and kept in the record from then on.

        LESSONTOOLS_SEED overrides it (builds and tests are the same everywhere).
        """
        if fixed := os.environ.get("LESSONTOOLS_SEED"):
            return fixed
        for event in self.events():
            if event.kind == "start" and isinstance(event.data.get("seed"), str):
                return str(event.data["seed"])
        with suppress(RecordError):  # unwritable: the event stays pending, and the seed with it
            self.append("start", "learner", {"seed": uuid.uuid4().hex[:12]})
        return self.seed()

    def export(self, path: str | os.PathLike[str]) -> Path:
        """Copy all events into a file, to keep or to take to another machine; return its path."""
        target = Path(path).expanduser()
        if target.exists():
            raise RecordError(f"{target}: exists already; choose another name, or remove it first")
        text = "".join(event.line() for event in self.events())
        try:
            target.write_text(text, encoding="utf-8", errors=LONE)
        except OSError as error:
            raise RecordError(f"{target}: cannot be written ({error.strerror})") from error
        return target

    def load(self, path: str | os.PathLike[str]) -> int:
        """Merge an exported file into this record; return how many events were new (none is doubled)."""
        source = Path(path).expanduser()
        if not source.is_file():
            raise RecordError(f"{source}: no such file; give the path that export() returned")
        other = Record(source)
        incoming = other.events()
        if other.damaged or not incoming:
            where = f"line {other.damaged[0]} is" if other.damaged else "it holds no events, so it is"
            raise RecordError(f"{source}: {where} not part of a record; nothing was imported")
        with self._lock:
            known = {event.id for event in self.events()}
            fresh = [event for event in incoming if event.id not in known]
            self.pending.extend(fresh)
            self.flush()
        return len(fresh)

    def delete(self) -> None:
        """Remove the record for good (export it first if it may be wanted)."""
        with self._lock:
            try:
                self.path.unlink(missing_ok=True)
            except OSError as error:
                raise RecordError(f"{self.path}: cannot be removed ({error.strerror})") from error
            self.pending.clear()
            self._forget()

    def __repr__(self) -> str:
        return f"Record({str(self.path)!r})"


@contextmanager
def _held(handle: int) -> Iterator[None]:
    """Hold the file's lock; a file system without locks is used without one."""
    locked = False
    if sys.platform != "win32":
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
            locked = True
    try:
        yield
    finally:
        if sys.platform != "win32" and locked:
            fcntl.flock(handle, fcntl.LOCK_UN)


def _last_byte(handle: int, size: int) -> bytes:
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1)


_OPEN: dict[Path, Record] = {}


def default_path() -> Path:
    """Return where the learner's record lives."""
    return Path(os.environ.get("LESSONTOOLS_RECORD") or "~/.lessontools/record.jsonl").expanduser()


def open_record() -> Record:
    """Return the learner's record; one object per file and process, so that nothing is read twice."""
    path = default_path()
    return _OPEN.setdefault(path, Record(path))


def where() -> Path:
    """Return the path of the learner's record."""
    return open_record().path


def export(path: str | os.PathLike[str] = "my-record.jsonl") -> Path:
    """Copy the learner's record into a file, to keep or to take to another machine; return its path."""
    return open_record().export(path)


def load(path: str | os.PathLike[str]) -> int:
    """Merge an exported file into the learner's record; return how many events were new."""
    return open_record().load(path)


def delete() -> None:
    """Remove the learner's record for good."""
    open_record().delete()
