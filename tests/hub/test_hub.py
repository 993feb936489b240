"""A class on one hub: JupyterHub runs here, two students log in, open a release, answer, hand in; marks are true."""

from __future__ import annotations

import random
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from lessontools.cli import main
from lessontools.grading import ledger
from lessontools.grading.publish import publish
from lessontools.quiz.question import variant
from lessontools.record import Record
from tests.conftest import REPO
from tests.grading.classroom import Classroom, sealed
from tests.grading.classroom import Student as Made

GET = "pip install -r tests/requirements.txt"
for _name in ("jupyterhub", "configurable_http_proxy"):
    pytest.importorskip(_name, reason=f"{_name} is missing: {GET}")
if sys.platform == "win32":
    pytest.skip("JupyterHub does not run on Windows", allow_module_level=True)

from tests.hub.hub import Hub, Kernel, Student  # noqa: E402  # needs what was asked for above

SEEDS = {"ada": 1, "bob": 5}  # her exercise is right, his is a known mistake
LINK = "hub/user-redirect/lessontools/week-1"


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An assignment as the instructor has it: student/, private/ and, later, handins/."""
    out = tmp_path_factory.mktemp("week")
    publish(REPO, ["00_start"], out, "week-1")
    return out


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, week: Path) -> Iterator[Hub]:
    root = tmp_path_factory.mktemp("hub")
    shutil.copytree(week / "student", root / "class" / "releases" / "week-1")
    hub = Hub(root)
    try:
        hub.wait()
        yield hub
    finally:
        hub.stop()


@pytest.fixture(scope="module")
def students(hub: Hub) -> dict[str, Student]:
    """Log two students in, and start the server of one: the link starts that of the other."""
    found = {name: Student(hub, name) for name in ("ada", "bob")}
    found["ada"].start()
    return found


@pytest.fixture(scope="module")
def opened(hub: Hub, students: dict[str, Student]) -> dict[str, str]:
    """Let each student follow the link, and return where it led."""
    return {name: each.open(LINK) for name, each in students.items()}


@pytest.fixture(scope="module")
def made(week: Path, students: dict[str, Student], opened: dict[str, str]) -> list[Made]:
    """Let both work and hand in; return what is true of each."""
    room = Classroom(REPO, week)
    return [work(room, each, random.Random(SEEDS[each.name])) for each in students.values()]


def work(room: Classroom, student: Student, rng: random.Random) -> Made:
    """Answer all questions and exercises of a student's notebook as chance has it, through the kernel, and submit."""
    truth: dict[str, tuple[str, float]] = {}
    book = room._books(rng, truth)["00_start.ipynb"]
    saved = {"type": "notebook", "format": "json", "content": book}
    student.api("PUT", f"user/{student.name}/api/contents/week-1/00_start.ipynb", saved).raise_for_status()
    kernel = student.kernel("week-1/00_start.ipynb")
    kernel.run("from lessontools import ask, check, submit")
    for name in room.release.items:
        truth[name] = answer(room, kernel, name, rng)
    for cell in book["cells"]:
        if cell["cell_type"] == "code" and 'check("' in (source := "".join(cell["source"])):
            kernel.run(source)
    assert "collects it from there" in kernel.run("submit(anyway=True)")
    if student.name == "bob":
        assert "collects it from there" in kernel.run('submit("ada", anyway=True)')  # he says that he is somebody else
    kernel.socket.close()
    return Made(student.name, "", b"", truth)


def answer(room: Classroom, kernel: Kernel, name: str, rng: random.Random) -> tuple[str, float]:
    """Answer one question on its panel, and return the state and the points that are true of it."""
    before = set(kernel.panels)
    kernel.run(f"ask({name!r})")
    panel = next(each for each, state in kernel.panels.items() if each not in before and "view" in state)
    card = kernel.panels[panel]["view"]["cards"][0]
    question = variant(room.bank.items[name].question, room.key.seed(int(card["seed"])))
    given, state, points = room._answer(question, rng)
    told = kernel.answer(panel, 0, sealed(room.key, question, given))
    assert "ack" in told and '"notice": "' not in told.replace('"notice": ""', "")
    return state, points


def test_the_link_puts_the_release_into_the_home_and_opens_it(
    hub: Hub, opened: dict[str, str], students: dict[str, Student], week: Path
) -> None:
    assert opened == {name: f"/user/{name}/lab/tree/week-1/00_start.ipynb" for name in students}
    given = (week / "student" / "release.json").read_bytes()
    for each in students.values():
        assert (each.home / "week-1" / "release.json").read_bytes() == given
    missing = students["ada"].browser.get(f"{hub.url}/{LINK[:-1]}2", timeout=60)
    assert missing.status_code == 404 and "did you mean &#39;week-1&#39;?" in missing.text


def test_nobody_reaches_the_server_of_another(hub: Hub, students: dict[str, Student]) -> None:
    assert students["ada"].api("GET", "user/ada/api/contents").ok
    assert students["bob"].api("GET", "user/ada/api/contents").status_code == 403
    wrong = {"auth": {"username": "ada", "password": "a guess of bob's"}}
    assert requests.post(f"{hub.url}/hub/api/users/ada/tokens", json=wrong, timeout=60).status_code == 403


def test_records_and_outboxes_are_each_users_own(hub: Hub, students: dict[str, Student], made: list[Made]) -> None:
    ids = {}
    for student, true in zip(students.values(), made, strict=True):
        events = Record(student.home / ".lessontools" / "record.jsonl").events()
        ids[student.name] = {each.id for each in events}
        answered = {each.item for each in events} & set(true.truth)
        assert {name for name, (state, _) in true.truth.items() if state in ("RIGHT", "WRONG", "PARTLY")} <= answered
        submits = [each.data["student"] for each in events if each.item == "submit"]
        assert submits == (["ada"] if student.name == "ada" else ["bob", "ada"])
        box = hub.group / "outbox" / student.name
        assert stat.S_IMODE(box.stat().st_mode) == 0o700
        assert len(list(box.glob("week-1-*.zip"))) == len(submits)
    assert ids["ada"] and ids["bob"] and not ids["ada"] & ids["bob"]


def test_a_second_click_leaves_the_work_as_it_is(hub: Hub, students: dict[str, Student], made: list[Made]) -> None:
    path = students["ada"].home / "week-1" / "00_start.ipynb"
    before = path.read_bytes()
    assert students["ada"].browser.get(f"{hub.url}/{LINK}", timeout=60).ok
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.glob("*.ipynb")] == ["00_start.ipynb"]


def test_what_lies_in_the_outboxes_is_collected_and_graded_true(
    sandbox: None, hub: Hub, week: Path, made: list[Made], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(REPO)
    said = CliRunner().invoke(main, ["collect", str(hub.group / "outbox"), "--from", str(week)])
    assert said.exit_code == 0 and "3 hand-ins of 2 students" in said.output
    assert "says it is by 'ada'; taken as by 'bob', whose place it was in" in said.output
    graded = CliRunner().invoke(main, ["grade", str(week)])
    assert graded.exit_code == 0, graded.output
    with ledger.opened(week) as store:
        sheets = {each.student: each for each in ledger.sheets(store)}
    assert set(sheets) == {"ada", "bob"}
    assert [line for each in made for line in untrue(each, sheets[each.name])] == []
    exercise = [state for each in made for name, (state, _) in each.truth.items() if name == "missing-call"]
    assert exercise == ["RIGHT", "not right"]  # and all states of answers, by chance
    assert {state for each in made for state, _ in each.truth.values()} >= {"RIGHT", "WRONG", "BLANK"}


def untrue(student: Made, sheet: ledger.Sheet) -> list[str]:
    """Return every mark that is not the true one, in words."""
    got = {each.item: each for each in sheet.outcomes}
    assert set(got) == set(student.truth)
    return [
        f"{student.name} {name}: {got[name].state} {got[name].earned}, and it is {state} {points}"
        for name, (state, points) in student.truth.items()
        if not (
            got[name].state not in ("RIGHT", "BLANK", "INVALID") and got[name].earned < got[name].possible
            if state == "not right"
            else got[name].state == state and abs(got[name].earned - points) < 1e-9
        )
    ]


def test_no_process_is_left(hub: Hub, made: list[Made]) -> None:
    every = [hub.process, *hub.process.children(recursive=True)]
    assert len(every) >= 6  # the hub, its proxy, two servers, two kernels
    assert "without encryption" not in hub.log()
    assert hub.stop() == []
    assert not any(each.is_running() for each in every)
