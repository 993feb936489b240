"""The whole journey: released, handed in, collected, graded, killed, graded on; every mark is the true one."""

from __future__ import annotations

import ast
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lessontools.cli import main
from lessontools.cli.saying import pace
from lessontools.grading import grader, ledger
from lessontools.grading.collect import collect
from lessontools.grading.intake import HandIn
from lessontools.grading.outcome import Outcome
from lessontools.grading.publish import publish
from lessontools.grading.run import fingerprint, run
from lessontools.grading.secret import read_key
from lessontools.grading.store import Store
from lessontools.grading.wall import GradingError
from tests.grading.classroom import Classroom, Student

ROOT = Path(__file__).parents[2]
CLASS = 12


pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("week")
    publish(ROOT, ["00_start"], out, "week-1")
    return out


@pytest.fixture(scope="module")
def students(folder: Path) -> list[Student]:
    room = Classroom(ROOT, folder)
    made = [room.student(number) for number in range(CLASS)]
    (folder / "inbox").mkdir()
    for each in made:
        (folder / "inbox" / each.file).write_bytes(each.body)
    return made


@pytest.fixture(scope="module")
def graded(folder: Path, students: list[Student]) -> Store:
    key = read_key(folder / "private" / "key.json")
    assert len(collect([folder / "inbox"], folder / "handins", key)) == CLASS
    store = Store(folder / "private" / "grades.sqlite")
    summary = run(ROOT, key, folder / "handins", store, jobs=2)
    assert (summary.handins, summary.graded) == (CLASS, CLASS)
    ledger.accept(store, 1, summary.tests)
    return store


def untrue(students: list[Student], store: Store, tests: str) -> list[str]:
    """Return every mark that is not the true one, in words."""
    found, hashes = [], {each["student"]: each["hash"] for each in store.handins()}
    for student in students:
        outcomes = {each.item: each for each in store.outcomes(hashes[student.name], 1, tests)}
        for item, (state, points) in student.truth.items():
            got = outcomes[item]
            if not _fits(got, state, points):
                found.append(f"{student.name} {item}: {got.state} {got.earned}, and it is {state} {points}")
    return found


def _fits(got: Outcome, state: str, points: float) -> bool:
    if state == "not right":  # a known mistake: with several calls it may earn a part
        return got.state not in ("RIGHT", "BLANK", "INVALID") and got.earned < got.possible
    return got.state == state and abs(got.earned - points) < 1e-9


def test_every_mark_is_the_true_one(folder: Path, students: list[Student], graded: Store) -> None:
    assert untrue(students, graded, graded.about("tests")) == []


def test_wrong_answers_come_with_their_reason(students: list[Student], graded: Store) -> None:
    sheets = list(ledger.sheets(graded))
    wrong = [o for sheet in sheets for o in sheet.outcomes if o.state in ("WRONG", "PARTLY")]
    assert wrong and all(each.feedback for each in wrong)
    assert any(each.beliefs for each in wrong)


def test_a_second_run_grades_nothing(folder: Path, graded: Store) -> None:
    key = read_key(folder / "private" / "key.json")
    assert run(ROOT, key, folder / "handins", graded).graded == 0


def test_only_what_is_new_is_graded(folder: Path, graded: Store) -> None:
    key, room = read_key(folder / "private" / "key.json"), Classroom(ROOT, folder)
    late = room.student(9_999)
    (folder / "late.zip").write_bytes(late.body)
    collect([folder / "late.zip"], folder / "handins", key)
    assert run(ROOT, key, folder / "handins", graded).graded == 1
    assert untrue([late], graded, graded.about("tests")) == []


def course_copy(target: Path) -> Path:
    shutil.copytree(ROOT / "quizzes", target / "quizzes")
    shutil.copytree(ROOT / "notebooks" / "src", target / "notebooks" / "src")
    return target


def test_a_corrected_key_is_shown_per_student_before_it_counts(
    folder: Path, graded: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, key = course_copy(tmp_path / "course"), read_key(folder / "private" / "key.json")
    path = root / "quizzes" / "00_start.yaml"
    name = next(iter(key.items))
    text = path.read_text()
    at = text.index(f"- id: {name}\n")
    path.write_text(text[:at] + re.sub(r"\n( +)why:", r"\n\1points: 3\n\1why:", text[at:], count=1))
    with pytest.raises(GradingError, match="--regrade"):
        ledger.ready(graded, root, key, regrade=False)
    summary = run(root, key, folder / "handins", graded)
    lines = ledger.changes(graded, 1, summary.tests)
    right = [s for s in ledger.sheets(graded) if s.outcomes[0].state == "RIGHT"]
    assert len(lines) >= len(right) > 0 and all(f"{name} " in line for line in lines)
    assert graded.about("tests") == fingerprint(ROOT, key)  # not accepted yet


def test_the_commands_say_what_they_did(
    tmp_path: Path, students: list[Student], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    cli = CliRunner()
    out = str(tmp_path / "week")
    made = cli.invoke(main, ["release", "00", "--out", out, "--name", "w1", "--due", "2026-11-27T18:00"])
    assert made.exit_code == 0 and "hand out" in made.output, made.output
    room = Classroom(ROOT, Path(out))
    inbox = tmp_path / "in"
    inbox.mkdir()
    for number in range(3):
        one = room.student(number)
        (inbox / one.file).write_bytes(one.body)
    (inbox / "notes.zip").write_bytes(b"PK\x03\x04 no zip at all")
    taken = cli.invoke(main, ["collect", str(inbox), "--from", out])
    assert taken.exit_code == 0 and "4 hand-ins" in taken.output and "damaged" in taken.output, taken.output
    done = cli.invoke(main, ["grade", out])
    assert done.exit_code == 0 and "4 students graded" in done.output and "UNREADABLE" in done.output, done.output


def test_one_that_meets_a_fault_of_ours_keeps_no_other_from_its_grade(
    folder: Path, students: list[Student], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    week, real, unlucky = tmp_path / "week", grader.prepare, students[3].name
    (week / "private").mkdir(parents=True)
    shutil.copytree(folder / "handins", week / "handins")
    shutil.copy(folder / "private" / "key.json", week / "private")

    def prepare(basis: grader.Basis, handin: HandIn) -> Any:
        if handin.student == unlucky:
            raise SystemError("depth mismatch")
        return real(basis, handin)

    monkeypatch.setattr(grader, "prepare", prepare)
    said = CliRunner().invoke(main, ["grade", str(week), "--jobs", "2"])
    assert said.exit_code == 1 and "1 hand-in could not be graded" in said.output, said.output
    assert f"{unlucky} (" in said.output and "SystemError: depth mismatch" in said.output
    key = read_key(week / "private" / "key.json")
    with ledger.opened(week) as store:
        assert len(store.done(1, fingerprint(ROOT, key))) == len(store.handins(counting=False)) - 1
    monkeypatch.setattr(grader, "prepare", real)
    said = CliRunner().invoke(main, ["grade", str(week)])
    assert said.exit_code == 0, said.output
    with ledger.opened(week) as store:
        assert untrue(students, store, fingerprint(ROOT, key)) == []


def test_no_two_threads_parse_python_at_once(
    folder: Path, students: list[Student], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, most, real, main_thread = [0], [0], ast.parse, threading.get_ident()

    def parse(*args: Any, **options: Any) -> ast.AST:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        if threading.get_ident() != main_thread:
            time.sleep(0.001)  # lets another thread in
        try:
            return real(*args, **options)
        finally:
            inside[0] -= 1

    key = read_key(folder / "private" / "key.json")
    monkeypatch.setattr(ast, "parse", parse)
    assert run(ROOT, key, folder / "handins", Store(tmp_path / "grades.sqlite"), jobs=3).graded >= CLASS
    assert most == [1]


def killed_run(folder: Path, after: float) -> None:
    """Grade in a process of its own, and kill it after so many seconds."""
    process = subprocess.Popen(
        [sys.executable, "-m", "lessontools", "grade", str(folder), "--jobs", "2"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(timeout=after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("times", [3, pytest.param(50, marks=pytest.mark.soak)])
def test_killed_at_random_moments_it_is_complete_and_true_in_the_end(times: int, tmp_path: Path) -> None:
    folder = tmp_path / "week"
    publish(ROOT, ["00_start"], folder, "w1")
    room, rng = Classroom(ROOT, folder), random.Random(times)
    inbox = folder / "inbox"
    inbox.mkdir()
    made = [room.student(number) for number in range(8 * times)]
    for each in made:
        (inbox / each.file).write_bytes(each.body)
    key = read_key(folder / "private" / "key.json")
    collect([inbox], folder / "handins", key)
    started = time.monotonic()
    killed_run(folder, 2.0)
    warm = max(6.0, 3 * (time.monotonic() - started))
    for _ in range(times):
        killed_run(folder, rng.uniform(0.5, warm))
    store = Store(folder / "private" / "grades.sqlite")
    summary = run(ROOT, key, folder / "handins", store, jobs=2)
    assert store.done(1, summary.tests) == {each["hash"] for each in store.handins(counting=False)}
    assert untrue(made, store, summary.tests) == []
    for handin in store.handins():
        assert len(store.outcomes(handin["hash"], 1, summary.tests)) == len(key.items) + len(key.exercises)


MANGLED: dict[str, Callable[[bytes], bytes]] = {
    "torn": lambda body: body[: len(body) // 2],
    "empty": lambda body: b"",
    "no zip": lambda body: b"PK" + body[2:][::-1],
    "words": lambda body: b"I could not do it this week, sorry",
}


@pytest.mark.soak
def test_a_thousand_hand_ins_get_their_true_marks(tmp_path: Path) -> None:
    folder, key_path = tmp_path / "week", tmp_path / "week" / "private" / "key.json"
    publish(ROOT, ["00_start", "05_order"], folder, "w1")
    room, key, sound = Classroom(ROOT, folder), read_key(key_path), []
    (folder / "inbox").mkdir()
    for number in range(1_000):
        one, body = room.student(number), None
        if number % 50 == 7:
            body = list(MANGLED.values())[number % len(MANGLED)](one.body)
        else:
            sound.append(one)
        place = folder / "inbox" / one.name
        place.mkdir()
        (place / "w1.zip").write_bytes(one.body if body is None else body)
    handins = collect([folder / "inbox"], folder / "handins", key)
    assert len(handins) == 1_000
    store = Store(folder / "private" / "grades.sqlite")
    summary = run(ROOT, key, folder / "handins", store, jobs=2)
    assert summary.handins == 1_000
    assert untrue(sound, store, summary.tests) == []
    lost = {each["student"] for each in store.handins()} - {each.name for each in sound}
    assert len(lost) == 20
    for handin in store.handins():
        if handin["student"] in lost:
            states = {each.state for each in store.outcomes(handin["hash"], 1, summary.tests)}
            assert states == {"UNREADABLE"}, handin


def test_it_refuses_where_there_is_no_sandbox(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    said = CliRunner().invoke(main, ["grade", str(folder)])
    assert said.exit_code == 1 and "apt-get install bubblewrap" in said.output and "--trust-students" in said.output


def test_a_turn_has_inputs_of_its_own(folder: Path) -> None:
    key = read_key(folder / "private" / "key.json")
    assert key.draws("missing-call", 1) != key.draws("missing-call", 2)
    assert json.loads((folder / "student" / "release.json").read_text())["exercises"]


def test_a_run_says_its_pace_and_what_is_left() -> None:
    assert pace(0, 10, 3.0) == pace(4, 10, 0.0) == ""
    assert pace(100, 250, 50.0) == ", 2.0 a second, 2:05 left"
