"""A hand-in: one zip file with a manifest of hashes, the answers as they were given, and the notebooks as saved."""

from __future__ import annotations

import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lessontools.assignment.release import Release
from lessontools.assignment.sealed import kept
from lessontools.errors import HandinError
from lessontools.record import Event, Record

__all__ = ["FORMAT", "MANIFEST", "Draft", "draft", "pack", "receipt_of", "slug"]

FORMAT, MANIFEST = 1, "handin.json"
_EPOCH = (2000, 1, 1, 0, 0, 0)  # no clock in the zip: the same content gives the same bytes


@dataclass(frozen=True)
class Draft:
    """What would be handed in now: answers by question, notebooks by file name, and what a look at it found."""

    release: Release
    answers: Mapping[str, Mapping[str, Any]]
    notebooks: Mapping[str, Mapping[str, Any]]
    blank: tuple[str, ...]
    oddities: tuple[str, ...]


def draft(release: Release, record: Record) -> Draft:
    """Return what would be handed in now, and what is blank or odd about it, in words for the student."""
    events = kept(record, release)
    answers = {e.item: _answer(e) for e in events if e.item in release.items}  # the last one of each counts
    books, odd = {}, []
    for lesson in release.lessons:
        name = f"{lesson}.ipynb"
        try:
            books[name] = _notebook(release.root / name)
        except HandinError as error:
            odd.append(str(error))
    blank = [f"question '{key}' is blank" for key in release.items if key not in answers]
    checked = {e.item: str(e.data.get("source", "")) for e in events if e.item in release.tasks}
    for task in release.tasks.values():
        source = "\n".join(_sources(books.get(f"{task.lesson}.ipynb", {})))
        if _plain(task.stub) in _plain(source):
            blank.append(f"exercise '{task.id}' is still as it was given")
        elif f'check("{task.id}")' not in source:
            odd.append(f"{task.lesson}.ipynb: the cell of exercise '{task.id}' is gone; take it from a fresh copy")
        elif task.id in checked and _plain(checked[task.id]) not in _plain(source):
            odd.append(f"{task.lesson}.ipynb is not saved: '{task.id}' was run in another form. Save it (Ctrl+S)")
    return Draft(release, answers, books, tuple(blank), tuple(odd))


def _answer(event: Event) -> dict[str, Any]:
    about = {key: event.data.get(key) for key in ("answer", "variant", "confidence", "version")}
    return {**about, "at": event.at.isoformat()}


def _notebook(path: Path) -> dict[str, Any]:
    """Return a notebook without its outputs: what was printed is large, and proves nothing."""
    try:
        book = json.loads(path.read_text(encoding="utf-8"))
        cells = [{**cell, **({"outputs": []} if cell["cell_type"] == "code" else {})} for cell in book["cells"]]
    except OSError as error:
        raise HandinError(f"{path.name}: cannot be read ({error.strerror}); it is not in the hand-in") from error
    except (ValueError, KeyError, TypeError) as error:
        raise HandinError(f"{path.name}: is damaged ({error}); it is not in the hand-in") from error
    return {**book, "cells": cells}


def _sources(book: Mapping[str, Any]) -> list[str]:
    cells = [cell.get("source", "") for cell in book.get("cells", ()) if cell.get("cell_type") == "code"]
    return ["".join(each) if isinstance(each, list) else str(each) for each in cells]


def _plain(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def pack(made: Draft, student: str, at: datetime) -> tuple[str, bytes]:
    """Return a hand-in's file name and bytes; the receipt is the hash of what is in it."""
    release = made.release
    files = {name: _json(book) for name, book in made.notebooks.items()}
    content = {
        "format": FORMAT,
        "assignment": release.id,
        "version": release.version,
        "student": student,
        "handed_in": at.isoformat(timespec="seconds"),
        "answers": dict(made.answers),
        "files": {name: hashlib.sha256(body).hexdigest() for name, body in files.items()},
    }
    manifest = {**content, "receipt": receipt_of(content)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in {MANIFEST: _json(manifest), **files}.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), body, zipfile.ZIP_DEFLATED)
    return f"{release.id}-{slug(student)}-{manifest['receipt']}.zip", buffer.getvalue()


def _json(data: Any) -> bytes:
    return json.dumps(data, indent=1, sort_keys=True, ensure_ascii=True).encode()


def receipt_of(content: Mapping[str, Any]) -> str:
    """Return the number of a manifest: a hash of all in it but the number itself."""
    about = {key: value for key, value in content.items() if key != "receipt"}
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest().upper()
    return "-".join((digest[:4], digest[4:8], digest[8:12]))


def slug(name: str) -> str:
    """Return a name as part of a file's: letters and digits of any script, the rest as hyphens."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", name))
    return "-".join(words)[:60] or "student"


def listed(lines: Sequence[str]) -> str:
    """Return lines as a Markdown list."""
    return "\n".join(f"- {line}" for line in lines)
