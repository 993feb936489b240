"""The store: outcomes in one SQLite file; a hand-in's outcomes come in whole or not at all, and never twice."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lessontools.grading.intake import HandIn
from lessontools.grading.outcome import Outcome
from lessontools.grading.wall import GradingError

__all__ = ["FORMAT", "Store"]

FORMAT = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS handin (
    hash TEXT NOT NULL,             -- SHA-256 of the file's bytes
    student TEXT NOT NULL, file TEXT NOT NULL, handed_in TEXT NOT NULL, late INTEGER NOT NULL,
    version TEXT NOT NULL, receipt TEXT NOT NULL,
    remarks TEXT NOT NULL,          -- a JSON list
    counts INTEGER NOT NULL,        -- 1: the student's newest one
    PRIMARY KEY (hash, student)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS graded (
    hash TEXT NOT NULL, turn INTEGER NOT NULL, tests TEXT NOT NULL,
    at TEXT NOT NULL, isolated INTEGER NOT NULL,
    PRIMARY KEY (hash, turn, tests)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outcome (
    hash TEXT NOT NULL, turn INTEGER NOT NULL, tests TEXT NOT NULL,
    place INTEGER NOT NULL,         -- in the order of the release
    item TEXT NOT NULL, lesson TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
    earned REAL NOT NULL, possible REAL NOT NULL, feedback TEXT NOT NULL,
    beliefs TEXT NOT NULL,          -- a JSON list of misconceptions
    answer TEXT NOT NULL, confidence TEXT NOT NULL, seconds REAL, remark TEXT NOT NULL, waiting INTEGER NOT NULL,
    variant INTEGER NOT NULL,       -- of the release; -1: none was answered
    PRIMARY KEY (hash, turn, tests, item)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS manual (
    hash TEXT NOT NULL, item TEXT NOT NULL,
    share REAL NOT NULL,            -- of its points, 0 to 1
    met TEXT NOT NULL,              -- a JSON list: the criteria of the rubric that are met
    said TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (hash, item)
) WITHOUT ROWID;
"""
_COLUMNS = tuple(Outcome.__dataclass_fields__)


class Store:
    """One assignment's grades. `tests` is a fingerprint of all that judges; the accepted one is what reports show."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(path, timeout=60, isolation_level=None)
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=NORMAL")  # a power cut may cost the last few, which are graded again
            self._base.executescript(_SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise GradingError(f"{path}: cannot be used as a gradebook ({error})") from error
        if int(self.about("format", str(FORMAT))) != FORMAT:
            raise GradingError(f"{path}: is of format {self.about('format')}, and this lessontools reads {FORMAT}")
        self.note("format", str(FORMAT))

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    @contextmanager
    def _whole(self) -> Iterator[sqlite3.Connection]:
        """Do it all or not at all."""
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield self._base
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    def _rows(self, query: str, values: Iterable[Any] = ()) -> list[dict[str, Any]]:
        with closing(self._base.execute(query, tuple(values))) as cursor:
            names = [each[0] for each in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def about(self, name: str, default: str = "") -> str:
        """Return what was noted under a name."""
        found = self._rows("SELECT value FROM about WHERE name = ?", [name])
        return str(found[0]["value"]) if found else default

    def note(self, name: str, value: str) -> None:
        """Note something about the assignment."""
        self._base.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    def take(self, handins: Iterable[tuple[HandIn, bool, bool]]) -> None:
        """Take in hand-ins, each with whether it is late and whether it counts (a student's newest does)."""
        rows = [
            (h.hash, h.student, h.file, h.handed_in, late, h.version, h.receipt, json.dumps(h.remarks), counts)
            for h, late, counts in handins
        ]
        with self._whole() as base:
            base.execute("UPDATE handin SET counts = 0")
            base.executemany("INSERT OR REPLACE INTO handin VALUES (?,?,?,?,?,?,?,?,?)", rows)

    def done(self, turn: int, tests: str) -> set[str]:
        """Return the hashes of the hand-ins that are graded already."""
        rows = self._rows("SELECT hash FROM graded WHERE turn = ? AND tests = ?", [turn, tests])
        return {str(row["hash"]) for row in rows}

    def trusted(self, turn: int, tests: str) -> set[str]:
        """Return the hashes of the hand-ins that were graded without a sandbox."""
        rows = self._rows("SELECT hash FROM graded WHERE turn = ? AND tests = ? AND NOT isolated", [turn, tests])
        return {str(row["hash"]) for row in rows}

    def keep(self, handin: str, turn: int, tests: str, outcomes: Iterable[Outcome], isolated: bool) -> bool:
        """Keep a hand-in's outcomes, once: return whether they were not there yet."""
        rows = []
        for place, each in enumerate(outcomes):
            data = {**each.plain(), "beliefs": json.dumps(each.beliefs), "state": each.state.value}
            rows.append((handin, turn, tests, place, *(data[name] for name in _COLUMNS)))
        with self._whole() as base:
            at = datetime.now(UTC).isoformat(timespec="seconds")
            new = base.execute("INSERT OR IGNORE INTO graded VALUES (?,?,?,?,?)", (handin, turn, tests, at, isolated))
            if not new.rowcount:
                return False
            names = ", ".join(("hash", "turn", "tests", "place", *_COLUMNS))
            marks = ", ".join("?" * (4 + len(_COLUMNS)))
            base.executemany(f"INSERT INTO outcome ({names}) VALUES ({marks})", rows)
        return True

    def handins(self, counting: bool = True) -> list[dict[str, Any]]:
        """Return the hand-ins, by student; only those that count, or all."""
        where = "WHERE counts" if counting else ""
        rows = self._rows(f"SELECT * FROM handin {where} ORDER BY student, handed_in, hash")
        return [{**row, "remarks": json.loads(row["remarks"])} for row in rows]

    def outcomes(self, handin: str, turn: int, tests: str) -> list[Outcome]:
        """Return a hand-in's outcomes in the order of the release; none if it is not graded."""
        rows = self._rows(
            "SELECT * FROM outcome WHERE hash = ? AND turn = ? AND tests = ? ORDER BY place", [handin, turn, tests]
        )
        return [_outcome(row) for row in rows]

    def judge(self, handin: str, item: str, share: float, met: Iterable[str], said: str = "") -> None:
        """Note which share of its points a person gave an explanation, and which criteria were met."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        row = (handin, item, share, json.dumps(list(met)), said, at)
        self._base.execute("INSERT OR REPLACE INTO manual VALUES (?,?,?,?,?,?)", row)

    def judged(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Return what persons marked, by hand-in and item."""
        rows = self._rows("SELECT * FROM manual")
        return {(row["hash"], row["item"]): {**row, "met": json.loads(row["met"])} for row in rows}


def _outcome(row: Mapping[str, Any]) -> Outcome:
    data = {name: row[name] for name in _COLUMNS}
    return Outcome.of({**data, "beliefs": json.loads(data["beliefs"]), "waiting": bool(data["waiting"])})
