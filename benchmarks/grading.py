"""What grading costs: lessontools (isolated), nbgrader and otter on the same hand-ins, in turns; and a class of 10,000.

The assignment is a worksheet of two exercises and three questions of one lesson, the same notebook for all three, with
the same test code in nbgrader and otter. Each grader is a process that stays, so that its own start is counted apart;
nbgrader and otter start a kernel for each hand-in, as they always do. CPU and memory are those of the whole process
tree, as Linux tells them: CPU in ticks of 10 ms, memory as shared out (PSS). To repeat it:

    python -m venv NBG && NBG/bin/pip install nbgrader==0.9.6 torch==2.13.0
    python -m venv OTTER && OTTER/bin/pip install otter-grader==7.0.0 ipykernel torch==2.13.0
    python -m benchmarks.grading --nbgrader NBG/bin/python --otter OTTER/bin/python
    python -m benchmarks.grading --scale 10000
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.grading_scale import scale
from benchmarks.process_tree import Tree
from benchmarks.report import report
from lessontools.grading.nbgrader import export
from lessontools.grading.publish import publish
from lessontools.grading.secret import write_key
from tests.grading.worksheets import Worksheets

ROOT = Path(__file__).parents[1]
PEERS = Path(__file__).parent / "peers"
LESSON, KINDS, EXERCISES = "01_forward", ("choice", "several", "number"), 2
REGION = re.compile(r"### BEGIN (HIDDEN TESTS|SOLUTION)\n.*### END \1", re.DOTALL)


class Grader:
    """A grader's process: it is given the path of a hand-in and says how many points that earned."""

    def __init__(self, name: str, python: str, folder: Path, log: Path) -> None:
        self.name, self.rows = name, list[dict[str, float]]()
        env = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT) if name == "lessontools" else ""}
        env["PATH"] = f"{Path(python).parent}{os.pathsep}{env['PATH']}"
        adapter = PEERS / f"grade_{'ours' if name == 'lessontools' else name}.py"
        words = [python, str(adapter), str(folder)]
        started = time.perf_counter()
        with log.open("w") as errors:
            self.process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, env=env, cwd=folder
            )
        self.log, self.tree = log, Tree(self.process.pid)
        self._said()
        self.start = time.perf_counter() - started, self.tree.cpu()

    def _said(self) -> dict[str, Any]:
        assert self.process.stdout
        while line := self.process.stdout.readline():
            if line.startswith("{"):
                return dict(json.loads(line))
        raise SystemExit(f"{self.name} stopped:\n{self.log.read_text()[-3000:]}")

    def _ask(self, path: Path) -> float:
        assert self.process.stdin
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        return float(self._said()["points"])

    def weigh(self, paths: list[Path]) -> None:
        """Have hand-ins graded once more while memory is watched, which takes time of its own."""
        with self.tree.watched():
            for path in paths:
                self._ask(path)

    def grade(self, path: Path) -> float:
        """Have a hand-in graded; keep what that took and return its points."""
        cpu, wall = self.tree.cpu(), time.perf_counter()
        points = self._ask(path)
        took = time.perf_counter() - wall
        self.rows.append({"wall": took, "cpu": self.tree.cpu() - cpu, "points": points})
        return points

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(timeout=60)


def assignment(folder: Path, count: int) -> list[Path]:
    """Write a release with its worksheet, and so many students' hand-ins of it; return their paths."""
    made = publish(ROOT, [LESSON], folder, "w1").made
    sheets = Worksheets(ROOT, folder)
    kinds = {name: sheets.room.bank.items[name].question.kind for name in made.items}
    items = [next(name for name, kind in kinds.items() if kind == wanted) for wanted in KINDS]
    exercises = list(made.exercises)[:EXERCISES]
    key = replace(made, items={n: made.items[n] for n in items}, exercises={n: made.exercises[n] for n in exercises})
    write_key(key, folder / "private" / "key.json")
    export(ROOT, key, folder)
    book = json.loads((folder / "nbgrader" / "source" / "w1" / f"{LESSON}.ipynb").read_text(encoding="utf-8"))
    for cell in book["cells"]:
        cell["source"] = REGION.sub("", "".join(cell["source"]))
    sheets = Worksheets(ROOT, folder)
    paths = []
    for number in range(count):
        path = folder / "nbgrader" / "submitted" / f"student{number:03}" / "w1" / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(sheets.student(number, book)), encoding="utf-8")
        paths.append(path)
    return paths


def compare(pythons: dict[str, str], count: int) -> None:
    """Grade in turns, and report."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        paths = assignment(folder, count)
        graders = [Grader(who, python, folder, folder / f"{who}.log") for who, python in pythons.items()]
        for each in graders:
            stack.callback(each.close)
        unlike = 0
        for number, path in enumerate(paths):
            order = graders[number % len(graders) :] + graders[: number % len(graders)]
            points = {each.name: each.grade(path) for each in order}
            unlike += abs(points["lessontools"] - points.get("nbgrader", points["lessontools"])) > 1e-6
            print(number + 1, {who: round(each, 3) for who, each in points.items()}, flush=True)
        for each in graders:
            each.weigh(paths[:2] if each is not graders[0] else paths * 5)  # ours are over too soon to be seen
        ours = graders[0].rows
        rows = [summary(each, ours) for each in graders]
    report("grading", rows, hand_ins=count, lesson=LESSON, marked_otherwise_by_nbgrader=unlike)


def summary(grader: Grader, ours: list[dict[str, float]]) -> dict[str, Any]:
    """Return a grader's line of the table; the ratios are medians over the pairs, and of the totals for CPU."""
    walls = [row["wall"] for row in grader.rows]
    cpu = sum(row["cpu"] for row in grader.rows)
    return {
        "grader": grader.name,
        "wall s, median": round(statistics.median(walls), 3),
        "wall s, worst": round(max(walls), 4),
        "CPU s, mean": round(cpu / len(walls), 4),
        "times our wall": round(
            statistics.median(a["wall"] / b["wall"] for a, b in zip(grader.rows, ours, strict=True)), 1
        ),
        "times our CPU": round(cpu / sum(row["cpu"] for row in ours), 1),
        "peak MB": round(grader.tree.peak / 1e6),
        "start s": round(grader.start[0], 1),
        "start CPU s": round(grader.start[1], 1),
        "mean points": round(statistics.fmean(row["points"] for row in grader.rows), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nbgrader", metavar="PYTHON", help="the Python of an environment with nbgrader")
    parser.add_argument("--otter", metavar="PYTHON", help="the Python of an environment with otter-grader")
    parser.add_argument("--handins", type=int, default=20, help="how many hand-ins are graded (default 20)")
    parser.add_argument("--scale", type=int, metavar="N", help="instead: grade a class of N, by us alone")
    asked = parser.parse_args()
    if asked.scale:
        scale(asked.scale)
        return
    pythons = {"lessontools": sys.executable, "nbgrader": asked.nbgrader, "otter": asked.otter}
    compare({who: os.path.abspath(python) for who, python in pythons.items() if python}, asked.handins)


if __name__ == "__main__":
    main()
