"""A class of 10,000: made-up hand-ins, collected and graded in three lots; time of each, and the parent's memory."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.process_tree import resident
from benchmarks.report import report
from lessontools.grading.collect import collect
from lessontools.grading.publish import publish
from lessontools.grading.run import run
from lessontools.grading.secret import read_key
from lessontools.grading.store import Store
from tests.grading.classroom import Classroom

__all__ = ["scale"]

ROOT = Path(__file__).parents[1]
LESSON = "00_start"


def lots(most: int) -> Iterator[tuple[int, int]]:
    """Yield the class's sizes: up to a tenth, up to three tenths, all."""
    yield from pairwise([0, most // 10, 3 * most // 10, most])


def scale(most: int, jobs: int = 1) -> None:
    """Grade a class that grows to `most`, and report."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        publish(ROOT, [LESSON], folder, "scale")
        room, key = Classroom(ROOT, folder), read_key(folder / "private" / "key.json")
        store = Store(folder / "private" / "grades.sqlite")
        rows = [lot(room, key, store, folder, first, last, jobs) for first, last in lots(most)]
        size = os.path.getsize(store.path) / 1e6
        store.close()
    report("grading_scale", rows, lesson=LESSON, jobs=jobs, gradebook_MB=round(size, 1))


def lot(room: Classroom, key: Any, store: Store, folder: Path, first: int, last: int, jobs: int) -> dict[str, Any]:
    """Have students hand in, collect and grade; return what each took for each of the new ones."""
    inbox = folder / f"inbox{last}"
    inbox.mkdir()
    for number in range(first, last):
        made = room.student(number)
        (inbox / made.file).write_bytes(made.body)
    count = last - first
    started = time.perf_counter()
    collect([inbox], folder / "handins", key)
    collected = time.perf_counter() - started
    marks: list[tuple[float, float]] = []

    def told(_done: int, _of: int) -> None:
        marks.append((time.perf_counter(), resident()))

    started, cpu = time.perf_counter(), time.process_time()
    run(ROOT, key, folder / "handins", store, jobs=jobs, told=told)
    took, cpu = time.perf_counter() - started, time.process_time() - cpu
    memory = [held for _, held in marks]
    print(f"{last}: {took:.0f} s", flush=True)
    return {
        "class": last,
        "graded now": count,
        "collect ms": round(1000 * collected / count, 2),
        "before the first s": round(marks[0][0] - started, 1),
        "grade ms": round(1000 * (marks[-1][0] - marks[0][0]) / (count - 1), 1),
        "of it parent's CPU ms": round(1000 * cpu / count, 1),
        "parent MB, first": round(memory[0]),
        "parent MB, last": round(memory[-1]),
        "parent MB, most": round(max(memory)),
    }
