"""Grading on a Dask cluster of this machine: the same results to the byte, once each, also when workers are killed."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lessontools.grading.collect import collect
from lessontools.grading.publish import publish
from lessontools.grading.run import run
from lessontools.grading.secret import Key, read_key
from lessontools.grading.store import Store
from lessontools.grading.wall import GradingError
from tests.grading.classroom import Classroom

distributed = pytest.importorskip("distributed", reason="Dask is not here: pip install 'lessontools[dask]'")
ROOT, CLASS = Path(__file__).parents[2], 30


@pytest.fixture(scope="module")
def folder(sandbox: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("far")
    publish(ROOT, ["00_start"], out, "w1")
    room = Classroom(ROOT, out)
    (out / "inbox").mkdir()
    for number in range(CLASS):
        one = room.student(number)
        (out / "inbox" / one.file).write_bytes(one.body)
    collect([out / "inbox"], out / "handins", read_key(out / "private" / "key.json"))
    return out


@pytest.fixture(scope="module")
def key(folder: Path) -> Key:
    return read_key(folder / "private" / "key.json")


@pytest.fixture(scope="module")
def cluster() -> Iterator[object]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", memory_limit=0
    ) as found:
        yield found


def rows(path: Path) -> list[tuple[object, ...]]:
    """Return all outcomes of a gradebook, in one order."""
    base = sqlite3.connect(path)
    try:
        return base.execute("SELECT * FROM outcome ORDER BY hash, place").fetchall()
    finally:
        base.close()


@pytest.fixture(scope="module")
def near(folder: Path, key: Key, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    path = tmp_path_factory.mktemp("near") / "grades.sqlite"
    store = Store(path)
    run(ROOT, key, folder / "handins", store)
    store.close()
    return rows(path)


def test_the_same_to_the_byte(folder: Path, key: Key, near: object, cluster: object, tmp_path: Path) -> None:
    store = Store(tmp_path / "grades.sqlite")
    summary = run(ROOT, key, folder / "handins", store, cluster=cluster.scheduler_address)  # type: ignore[attr-defined]
    store.close()
    assert summary.graded == CLASS
    assert rows(tmp_path / "grades.sqlite") == near


def test_killed_workers_lose_and_double_nothing(
    folder: Path, key: Key, near: object, cluster: object, tmp_path: Path
) -> None:
    store, over, killed = Store(tmp_path / "grades.sqlite"), threading.Event(), []

    def kill() -> None:
        rng = random.Random(1)
        while not over.wait(rng.uniform(1.0, 3.0)) and len(killed) < 3:
            alive = [each.process.pid for each in cluster.workers.values() if each.process and each.process.pid]  # type: ignore[attr-defined]
            if alive:
                killed.append(rng.choice(alive))
                os.kill(killed[-1], signal.SIGKILL)

    killer = threading.Thread(target=kill, daemon=True)

    def told(done: int, _of: int) -> None:
        if done == 1:
            killer.start()
        time.sleep(0.2)  # long enough that workers die in mid-run

    run(ROOT, key, folder / "handins", store, cluster=cluster.scheduler_address, told=told)  # type: ignore[attr-defined]
    over.set()
    store.close()
    assert killed
    assert rows(tmp_path / "grades.sqlite") == near


def test_where_no_cluster_answers_it_says_how_to_start_one(
    folder: Path, key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lessontools.grading.cluster._PATIENCE", 1.0)
    store = Store(tmp_path / "grades.sqlite")
    with pytest.raises(GradingError, match="dask scheduler"):
        run(ROOT, key, folder / "handins", store, cluster="tcp://127.0.0.1:9")
