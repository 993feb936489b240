"""Intake: a file that was handed in -> a HandIn, whatever it holds; what is odd about it is said, nothing is run."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from lessontools.assignment.handin import FORMAT, MANIFEST, receipt_of
from lessontools.grading.answered import SPACE, answer_of

__all__ = ["HandIn", "Unreadable", "read_handin"]

MOST = 300_000_000
"""The most bytes that are unpacked of one hand-in."""
_MOST_FILES, _MOST_RATIO, _SMALL = 200, 200, 100_000_000
_ID = re.compile(r"[a-z0-9-]{1,60}")


class Unreadable(Exception):
    """What was handed in cannot be read; says why, in words for the instructor."""


@dataclass(frozen=True)
class HandIn:
    """One hand-in: who, when, the answers as they were given, and each notebook's code cells.

    `hash` is that of the file's bytes. `unreadable` says why nothing of it can be marked, if so.
    """

    student: str
    file: str
    hash: str
    assignment: str = ""
    version: str = ""
    receipt: str = ""
    handed_in: str = ""
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    cells: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    unreadable: str = ""

    def light(self) -> HandIn:
        """Return it without answers and cells: of 10,000 only what the store needs stays in memory."""
        return replace(self, answers={}, cells=())


@dataclass
class _Book:
    """What is read of notebooks: code cells in order, and of worksheets the answers and what they belong to."""

    cells: list[str] = field(default_factory=list)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def read_handin(body: bytes, file: str, student: str = "") -> HandIn:
    """Return the hand-in of a file's bytes: ours, or a bare notebook; never raises for what is inside."""
    digest = hashlib.sha256(body).hexdigest()
    try:
        if not body.strip():
            raise Unreadable("the file is empty")
        if body[:2] == b"PK":
            return _read_zip(body, file, digest, student)
        book = _Book()
        _read_book(body, book)
        if not book.about:
            book.remarks.append("a notebook alone: its exercises are marked, but it holds no answers to questions")
        cells, remarks = tuple(book.cells), tuple(book.remarks)
        return HandIn(student, file, digest, **book.about, answers=book.answers, cells=cells, remarks=remarks)
    except Unreadable as error:
        return HandIn(student, file, digest, unreadable=str(error))


def _read_zip(body: bytes, file: str, digest: str, student: str) -> HandIn:
    files = unpacked(body)
    remarks: list[str] = []
    manifest = _manifest(files[MANIFEST], remarks) if MANIFEST in files else {}
    book = _Book()
    for name in sorted(files):
        if name.endswith(".ipynb"):
            _check_hash(manifest, name, files[name], remarks)
            try:
                _read_book(files[name], book)
            except Unreadable as error:
                remarks.append(f"{name}: {error}")
    if not manifest and not book.about:
        remarks.append("not written by submit(): no answers to questions in it")
    remarks += book.remarks
    said_student = str(manifest.get("student") or "")
    if student and said_student and _plain(student) != _plain(said_student):
        remarks.append(f"says it is by '{said_student[:80]}'; taken as by '{student}', whose place it was in")
    given = manifest or book.about
    about = {key: str(given.get(key) or "")[:200] for key in ("assignment", "version", "receipt", "handed_in")}
    if about["handed_in"] and not _is_time(about["handed_in"]):
        remarks.append("the time of handing in is not readable")
        about["handed_in"] = ""
    if not manifest and not book.cells:
        raise Unreadable("a zip without a manifest and without a notebook that can be read")
    answers, cells = manifest.get("answers", book.answers), tuple(book.cells)
    return HandIn(student or said_student, file, digest, **about, answers=answers, cells=cells, remarks=tuple(remarks))


def unpacked(body: bytes, files: int = _MOST_FILES, size: int = MOST) -> dict[str, bytes]:
    """Return the files of a zip by name; raise Unreadable for one that is damaged, too large or not a plain folder."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = [each for each in archive.infolist() if not each.is_dir()]
            _harmless(entries, files, size)
            return {each.filename: archive.read(each) for each in entries}
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Unreadable(f"the zip is damaged ({error})") from error
    except zipfile.zlib.error as error:  # type: ignore[attr-defined]  # what zipfile lets through of zlib
        raise Unreadable(f"the zip is damaged ({error})") from error


def _harmless(entries: list[zipfile.ZipInfo], most_files: int, most: int) -> None:
    size = sum(each.file_size for each in entries)
    packed = sum(each.compress_size for each in entries) or 1
    if len(entries) > most_files:
        raise Unreadable(f"a zip of {len(entries)} files, more than {most_files}")
    if size > most or (size > _SMALL and size / packed > _MOST_RATIO):
        raise Unreadable(f"a zip that unpacks to {size / 1e6:.0f} MB from {packed / 1e6:.2f} MB")
    for each in entries:
        if each.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", each.filename):
            raise Unreadable(f"a zip with the path {each.filename[:80]!r}, which leads out of it")
        if (each.external_attr >> 16) & 0o170000 == 0o120000:
            raise Unreadable(f"a zip with a link in it ({each.filename[:80]!r})")


def _manifest(body: bytes, remarks: list[str]) -> dict[str, Any]:
    data = _json(body, MANIFEST)
    if not isinstance(data, dict) or not isinstance(data.get("answers"), dict):
        raise Unreadable(f"{MANIFEST} is not one of ours")
    if data.get("format") != FORMAT:
        raise Unreadable(f"{MANIFEST} is of format {str(data.get('format'))[:20]}; this lessontools reads {FORMAT}")
    if data.get("receipt") != receipt_of(data):
        remarks.append("its receipt does not fit: the manifest was changed after submit() wrote it")
    data["answers"] = {
        str(key): value for key, value in data["answers"].items() if isinstance(value, dict) and "answer" in value
    }
    return data


def _check_hash(manifest: Mapping[str, Any], name: str, body: bytes, remarks: list[str]) -> None:
    files = manifest.get("files")
    want = files.get(name) if isinstance(files, dict) else None
    if manifest and want != hashlib.sha256(body).hexdigest():
        remarks.append(f"{name} was changed after submit() wrote the hand-in")


def _json(body: bytes, name: str) -> Any:
    try:
        return json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable(f"{name} is not UTF-8 text") from error
    except RecursionError as error:
        raise Unreadable(f"{name} is nested too deeply") from error
    except ValueError as error:
        raise Unreadable(f"{name} is not JSON ({str(error)[:80]})") from error


def _read_book(body: bytes, into: _Book) -> None:
    """Read a notebook's cells in order, and what is odd about it; outputs are left aside."""
    if len(body) > MOST:
        raise Unreadable(f"a notebook of {len(body) / 1e6:.0f} MB")
    book = _json(body, "the notebook")
    if isinstance(book, dict) and book.get("nbformat") in (1, 2, 3):
        into.remarks.append(f"a notebook of the old format {book['nbformat']}")
        sheets = book.get("worksheets")
        cells = [cell for sheet in sheets for cell in sheet["cells"]] if isinstance(sheets, list) else None
    else:
        cells = book.get("cells") if isinstance(book, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("not a notebook: it has no cells")
    said = _ours(book)
    into.about |= {name: str(said[name])[:200] for name in ("assignment", "version") if name in said}
    for cell in cells:
        if isinstance(cell, dict):
            source = cell.get("source", cell.get("input", ""))
            _read_cell(cell, "".join(map(str, source)) if isinstance(source, list) else str(source), into)


def _ours(part: Any) -> Mapping[str, Any]:
    """Return what a notebook or cell says under our name: worksheets made for nbgrader do."""
    metadata = part.get("metadata") if isinstance(part, dict) else None
    found = metadata.get(SPACE) if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def _read_cell(cell: Mapping[str, Any], source: str, into: _Book) -> None:
    ours = _ours(cell)
    if "item" in ours:
        answer, odd = answer_of(ours, source)
        if odd:
            into.remarks.append(odd[:200])
        if answer is not None:  # of a cell that was copied, the last that holds something
            into.answers[str(ours["item"])] = {"answer": answer, "variant": 0}
    elif cell.get("cell_type") == "code":
        task = ours.get("exercise")
        # whose cell it is follows from its metadata, as it does from a call of check elsewhere
        into.cells.append(f'{source}\n# check("{task}")' if isinstance(task, str) and _ID.fullmatch(task) else source)


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _plain(name: str) -> str:
    return "".join(re.findall(r"\w+", name)).casefold()
