"""Outboxes: on a hub, a folder for each user's hand-ins that only the user writes and only the instructor reads too.

Whose a hand-in is follows from the folder that it lies in, and from who owns it; never from what it says.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lessontools.errors import HandinError

__all__ = ["MARK", "VARIABLE", "Found", "found", "here", "is_outboxes", "make", "put"]

VARIABLE = "LESSONTOOLS_OUTBOX"
"""The variable that names a user's outbox: where it is set, submit() hands in there."""
MARK = ".outboxes"
"""The file that tells the folder of all outboxes from any other folder of hand-ins."""
LARGEST = 100_000_000
_USER = re.compile(r"\w[\w@+., -]{0,99}")


def make(root: Path, user: str, uid: int | None = None, gid: int | None = None) -> Path:
    """Make the outbox of a user, or set its rights anew, and return it: for who runs the hub.

    `uid` is the user's account, and the group `gid` may read (default: both are whoever runs this, and no group reads).
    """
    if not _USER.fullmatch(user):
        raise HandinError(f"{user[:100]!r} cannot be the name of an outbox; use letters, digits and @ + . , _ -")
    box = root / user
    try:
        root.mkdir(parents=True, exist_ok=True)
        (root / MARK).touch()
        box.mkdir(mode=0o700, exist_ok=True)
        for folder, account, mode in ((root, None, 0o711), (box, uid, 0o700)):
            os.chown(folder, -1 if account is None else account, -1 if gid is None else gid)
            # for the group: to list and read, and files in the box become the group's (the bit 2000)
            folder.chmod(mode if gid is None else mode | (0o040 if folder is root else 0o2050))
    except OSError as error:
        raise HandinError(f"{box}: cannot be made an outbox ({error.strerror})") from error
    return box


def here() -> Path | None:
    """Return this user's outbox, or None where there is none."""
    name = os.environ.get(VARIABLE, "")
    return Path(name).expanduser() if name else None


def put(box: Path, name: str, body: bytes) -> Path:
    """Write a hand-in into an outbox, as a whole or not at all; raise HandinError where it is not the user's alone."""
    part, path = box / f".{name}.part", box / name
    try:
        about = box.stat()
        if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid():
            raise HandinError(f"{box}: is not your outbox; {_ASK}")
        if about.st_mode & 0o027:
            raise HandinError(f"{box}: others may read or write there; make it yours with chmod 2750, or {_ASK}")
        with open(part, "wb", opener=_opener) as file:
            os.fchmod(file.fileno(), 0o600 | about.st_mode & 0o040)  # whatever the user's umask says
            file.write(body)
        part.replace(path)
    except OSError as error:
        raise HandinError(f"{box}: cannot be written ({error.strerror}); {_ASK}") from error
    return path


_ASK = 'tell your instructor, and keep a file beside the notebook with submit(folder=".")'


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


@dataclass(frozen=True)
class Found:
    """A file of an outbox: whose, its name, its bytes and when they came; or in `oddity` why it is not taken in."""

    user: str
    name: str
    body: bytes
    at: datetime
    oddity: str = ""


def is_outboxes(folder: Path) -> bool:
    """Say whether this is a folder of outboxes."""
    return (folder / MARK).is_file()


def found(root: Path) -> Iterator[Found]:
    """Yield what lies in the outboxes; a link, a pipe or somebody else's file is not opened, and said."""
    for box in sorted(root.iterdir()):
        if box.is_symlink() or not box.is_dir():
            continue
        try:
            account, names = box.stat().st_uid, sorted(os.listdir(box))
        except OSError as error:
            raise HandinError(f"{box}: cannot be read ({error.strerror}); collect as one of the instructors") from error
        for name in names:
            if not name.startswith("."):  # one that is still being written
                yield _read(box, name, account)


def _read(box: Path, name: str, account: int) -> Found:
    at = datetime.now(UTC)
    try:
        # the user may swap the file while it is read: so it is opened once, and what was opened is looked at
        file = os.open(box / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(file, "rb") as opened:
            about = os.fstat(file)
            at = datetime.fromtimestamp(about.st_ctime, UTC)  # the system's own: a user cannot set it back
            if odd := _odd(about, account):
                return Found(box.name, name, b"", at, odd)
            return Found(box.name, name, opened.read(LARGEST), at)
    except OSError as error:
        why = "is a link" if error.errno == errno.ELOOP else f"cannot be read ({error.strerror})"
        return Found(box.name, name, b"", at, why)


def _odd(about: os.stat_result, account: int) -> str:
    if not stat.S_ISREG(about.st_mode):
        return "is no plain file"
    if about.st_uid != account:
        return "belongs to another account than its outbox"
    return f"is larger than {LARGEST // 1_000_000} MB" if about.st_size > LARGEST else ""
