"""The record: nothing that was answered is lost, doubled or mixed up, whatever happens to the file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lessontools import record as module
from lessontools.errors import RecordError
from lessontools.record import Event, Record

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path / "deep" / "record.jsonl")


def items(record: Record) -> list[str]:
    return [event.item for event in record.events()]


def test_what_is_appended_is_read_back_in_order_by_anyone(record: Record):
    assert record.events() == []
    record.append("answer", "b", {"answer": "ü $\\nabla$ \n"}, NOON)
    record.append("answer", "a", {"answer": [1, None]}, NOON - timedelta(hours=1))
    assert items(record) == ["a", "b"]
    assert Record(record.path).events() == record.events()


def test_an_event_survives_its_line(record: Record):
    event = record.append("answer", "a", {"answer": {"x": [1.5, None, "é"]}}, NOON)
    assert Event.read(event.line()) == event
    assert event.line().count("\n") == 1


def test_a_torn_last_line_stays_alone_and_nothing_else_is_lost(record: Record):
    record.append("answer", "a")
    with record.path.open("ab") as file:
        file.write(b'{"v":1,"id":"torn')
    assert items(Record(record.path)) == ["a"]
    record.append("answer", "b")
    fresh = Record(record.path)
    assert items(fresh) == ["a", "b"]
    assert fresh.damaged == [2]


def test_damaged_lines_are_skipped_counted_and_left_in_the_file(record: Record):
    record.append("answer", "a")
    rows = [
        b"not json",
        b"[]",
        b'{"kind":"answer"}',
        b"\xff\xfe",
        b"",
        b'{"v":1,"id":"i","at":"2026","kind":"k","item":1,"data":{}}',
    ]
    record.path.write_bytes(record.path.read_bytes() + b"\n".join(rows) + b"\n")
    record.append("answer", "b")
    fresh = Record(record.path)
    assert items(fresh) == ["a", "b"]
    assert fresh.damaged == [2, 3, 4, 5, 7]
    assert b"not json" in record.path.read_bytes()


def test_an_event_written_twice_counts_once(record: Record):
    record.append("answer", "a")
    record.path.write_bytes(record.path.read_bytes() * 2)
    assert items(Record(record.path)) == ["a"]


def test_half_a_surrogate_pair_from_a_page_is_kept_and_blocks_nothing(record: Record):
    record.append("answer", "a", {"answer": "\ud83d"})
    record.append("answer", "b")
    assert Record(record.path).events()[0].data == {"answer": "\ud83d"}
    assert Record(record.export(record.path.with_name("out"))).events() == record.events()


def test_what_is_not_json_is_refused_and_blocks_nothing(record: Record):
    with pytest.raises(TypeError):
        record.append("answer", "a", {"answer": object()})
    record.append("answer", "b")
    assert items(record) == ["b"] and not record.pending


_WRITER = """
import sys
from lessontools.record import Record
for n in range(60):
    Record(sys.argv[1]).append("answer", f"{sys.argv[2]}-{n}", {"answer": "x" * 3000})
"""


def test_two_processes_and_threads_write_at_once_without_loss(record: Record):
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, str(record.path), name]) for name in "ab"]

    def write(name: str) -> None:
        for number in range(60):
            record.append("answer", f"{name}-{number}")

    threads = [threading.Thread(target=write, args=(name,)) for name in "cd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    assert sorted(items(record)) == sorted(f"{name}-{number}" for name in "abcd" for number in range(60))
    assert record.damaged == []


def test_a_full_disk_loses_nothing_and_leaves_no_half_line(record: Record, monkeypatch: pytest.MonkeyPatch):
    record.append("answer", "a")
    before, write = record.path.read_bytes(), os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda handle, text: write(handle, text[: len(text) // 2]))
        with pytest.raises(RecordError, match=r"not saved yet.*the disk is full.*make room"):
            record.append("answer", "b")
    assert record.path.read_bytes() == before
    assert items(record) == ["a", "b"]  # still there for this session
    record.append("answer", "c")
    assert items(Record(record.path)) == ["a", "b", "c"] and not record.pending


def test_a_folder_that_cannot_be_written_keeps_the_answer_until_it_can(tmp_path: Path):
    wall = tmp_path / "wall"
    wall.write_text("a file where a folder is wanted")  # holds for the superuser too, unlike a mode
    record = Record(wall / "record.jsonl")
    with pytest.raises(RecordError, match="LESSONTOOLS_RECORD"):
        record.append("answer", "a")
    assert [event.item for event in record.pending] == ["a"]
    wall.unlink()
    record.flush()
    assert items(Record(record.path)) == ["a"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="modes do not bind the superuser")
def test_a_read_only_folder_is_told(tmp_path: Path):
    tmp_path.chmod(0o500)
    with pytest.raises(RecordError, match="cannot be written"):
        Record(tmp_path / "record.jsonl").append("answer", "a")


def test_export_and_load_merge_once_and_only_once(record: Record, tmp_path: Path):
    record.append("answer", "a")
    record.append("answer", "b")
    out = record.export(tmp_path / "out.jsonl")
    other = Record(tmp_path / "other.jsonl")
    other.append("answer", "c")
    assert other.load(out) == 2
    assert other.load(out) == 0
    assert sorted(items(other)) == ["a", "b", "c"]
    assert record.load(out) == 0
    with pytest.raises(RecordError, match="exists already"):
        record.export(out)


@pytest.mark.parametrize("text", ["", "hello\n", '{"v": 1}\n'])
def test_a_file_that_is_no_record_is_refused_whole(record: Record, tmp_path: Path, text: str):
    stray = tmp_path / "stray.jsonl"
    stray.write_text(text)
    with pytest.raises(RecordError, match="nothing was imported"):
        record.load(stray)
    assert record.events() == []
    with pytest.raises(RecordError, match="no such file"):
        record.load(tmp_path / "nowhere")


def test_delete_forgets_everything_and_starts_afresh(record: Record):
    record.append("answer", "a")
    record.delete()
    record.delete()
    assert not record.path.exists() and record.events() == []
    record.append("answer", "b")
    assert items(record) == ["b"]


def test_a_file_removed_or_replaced_by_others_is_read_anew(record: Record, tmp_path: Path):
    record.append("answer", "a")
    assert items(record) == ["a"]
    other = Record(tmp_path / "other.jsonl")
    other.append("answer", "b")
    os.replace(other.path, record.path)
    assert items(record) == ["b"]
    record.path.unlink()
    assert items(record) == []


def test_the_seed_is_drawn_once_and_kept(record: Record, monkeypatch: pytest.MonkeyPatch):
    assert record.seed() == record.seed() == Record(record.path).seed()
    monkeypatch.setenv("LESSONTOOLS_SEED", "fixed")
    assert record.seed() == "fixed"


def test_the_learners_own_record_is_where_the_variable_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LESSONTOOLS_RECORD", str(tmp_path / "mine.jsonl"))
    module.open_record().append("answer", "a")
    assert module.where() == tmp_path / "mine.jsonl" and module.open_record() is module.open_record()
    out = module.export(tmp_path / "copy.jsonl")
    module.delete()
    assert module.load(out) == 1
    assert json.loads(module.where().read_text())["item"] == "a"
