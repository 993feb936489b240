"""An outbox is its user's alone; what lies in it is the user's, whatever it says, and nothing else is opened."""

from __future__ import annotations

import io
import os
import stat
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lessontools.assignment import desk, outbox
from lessontools.assignment.handin import Draft, pack
from lessontools.assignment.release import Release
from lessontools.errors import HandinError
from lessontools.grading.collect import collect, taken
from lessontools.grading.intake import HandIn
from lessontools.grading.wall import GradingError
from lessontools.record import Record

if sys.platform == "win32":
    pytest.skip("a hub does not run on Windows", allow_module_level=True)

BOOK = {"01_forward.ipynb": {"cells": [], "nbformat": 4}}


def handin(student: str, assignment: str = "week-1") -> tuple[str, bytes]:
    release = Release(Path(), assignment, "", "v", ("01_forward",), {}, {}, {})
    return pack(Draft(release, {}, BOOK, (), ()), student, datetime.now(UTC))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("ada", "bob"):
        outbox.make(tmp_path / "outbox", name)
    return tmp_path / "outbox"


def got(root: Path, into: Path) -> list[HandIn]:
    return sorted(collect([root], into), key=lambda each: each.file)


def test_it_is_collected_as_the_users_whatever_it_says(root: Path, tmp_path: Path) -> None:
    for box, says in (("ada", "ada"), ("bob", "ada")):
        outbox.put(root / box, *handin(says))
    found = got(root, tmp_path / "in")
    assert [each.student for each in found] == ["ada", "bob"]
    assert found[0].remarks == ()
    assert found[1].remarks == ("says it is by 'ada'; taken as by 'bob', whose place it was in",)
    assert sorted(each.student for each, _ in taken(tmp_path / "in")) == ["ada", "bob"]


@pytest.mark.parametrize("name", ["ada_12_assignsubmission_file_week.zip", "ada_12_34_week.zip", "ada/week.zip"])
def test_no_name_and_no_zip_of_zips_makes_it_somebody_elses(root: Path, tmp_path: Path, name: str) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(name, handin("ada")[1])
    outbox.put(root / "bob", "class.zip", inner.getvalue())
    if "/" not in name:
        outbox.put(root / "bob", name, handin("ada")[1])
    assert {each.student for each in got(root, tmp_path / "in")} == {"bob"}


def test_links_pipes_and_folders_are_not_opened(root: Path, tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text("secret")
    (root / "bob" / "link.zip").symlink_to(tmp_path / "key.json")
    os.mkfifo(root / "bob" / "pipe.zip")
    (root / "bob" / "deep").mkdir()
    (root / "carl").symlink_to(root / "ada")
    outbox.put(root / "ada", *handin("ada"))
    found = {each.file.partition("/")[2]: each for each in got(root, tmp_path / "in")}
    assert found["link.zip"].unreadable == "is a link"
    assert found["pipe.zip"].unreadable == "is no plain file"
    assert "cannot be read" in found["deep"].unreadable or found["deep"].unreadable == "is no plain file"
    assert len(found) == 4
    kept = [path.read_text(errors="replace") for path in (tmp_path / "in").rglob("*") if path.is_file()]
    assert not any("secret" in text for text in kept)


def test_other_assignments_and_files_half_written_stay(root: Path, tmp_path: Path, monkeypatch) -> None:
    outbox.put(root / "ada", *handin("ada"))
    outbox.put(root / "ada", *handin("ada", "week-2"))
    (root / "bob" / ".week-1-bob.zip.part").write_bytes(b"PK")
    assert len(got(root, tmp_path / "in")) == 2

    class Week1:
        assignment, lessons, version, due = "week-1", ("01_forward",), "v", ""

    found = collect([root], tmp_path / "in", Week1())  # type: ignore[arg-type]
    assert [each.assignment for each in found] == ["week-1"]


def test_one_that_says_an_earlier_time_than_its_file_is_told(root: Path, tmp_path: Path) -> None:
    release = Release(Path(), "week-1", "", "v", (), {}, {}, {})
    file, body = pack(Draft(release, {}, BOOK, (), ()), "ada", datetime(2026, 1, 1, tzinfo=UTC))
    path = outbox.put(root / "ada", file, body)
    os.utime(path, (0, 0))  # what a user can set: it does not count
    (found,) = got(root, tmp_path / "in")
    assert found.remarks[0].startswith("says it is of 2026-01-01T00:00:00+00:00; its file came 20")


def test_it_is_written_whole_with_the_rights_of_the_box(root: Path) -> None:
    before = os.umask(0o077)
    try:
        path = outbox.put(root / "ada", "one.zip", b"PK")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        (root / "ada").chmod(0o2750)  # the instructors' group may read
        path = outbox.put(root / "ada", "two.zip", b"PK")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
    finally:
        os.umask(before)
    assert sorted(os.listdir(root / "ada")) == ["one.zip", "two.zip"]


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_an_outbox_that_others_may_enter_is_refused(root: Path, mode: int) -> None:
    (root / "ada").chmod(mode)
    with pytest.raises(HandinError, match="others may read or write there"):
        outbox.put(root / "ada", "one.zip", b"PK")
    outbox.make(root, "ada")  # the next start of the server mends it
    outbox.put(root / "ada", "one.zip", b"PK")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../ada", ".ada", "a\0b", "x" * 101])
def test_no_name_leads_out_of_the_folder(root: Path, name: str) -> None:
    with pytest.raises(HandinError, match="cannot be the name of an outbox"):
        outbox.make(root, name)


def test_one_that_is_not_there_is_told_with_a_way_on(root: Path) -> None:
    with pytest.raises(HandinError, match=r'submit\(folder="\."\)'):
        outbox.put(root / "nobody", "one.zip", b"PK")


def test_submit_hands_in_there_and_a_named_folder_goes_first(root: Path, tmp_path: Path, monkeypatch) -> None:
    release = Release(tmp_path, "week-1", "", "v", (), {}, {}, {})
    monkeypatch.setattr(desk, "here", lambda: release)
    monkeypatch.setattr(desk, "open_record", lambda: Record(tmp_path / "record.jsonl"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    monkeypatch.setenv(outbox.VARIABLE, str(root / "ada"))
    said = repr(desk.submit())
    assert "handed in" in said and "collects it from there" in said and "Send this file" not in said
    assert [path.parent.name for path in tmp_path.rglob("week-1-*.zip")] == ["ada"]
    assert "Send this file" in repr(desk.submit(folder="."))
    assert len(list(tmp_path.glob("week-1-*.zip"))) == 1


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: tries it as other accounts")
ADA, BOB, TEACHER, GROUP = 64001, 64002, 64003, 64010


def as_account(uid: int, act: Callable[[], object], *groups: int) -> str:
    """Return what an account of the system gets who tries this: "" or the error's name."""
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        said = ""
        try:
            os.setgroups(groups)
            os.setgid(uid)
            os.setuid(uid)
            act()
        except BaseException as error:
            said = type(error).__name__
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    with open(read) as told:
        said = told.read()
    os.waitpid(child, 0)
    return said


@needs_root
def test_as_accounts_of_the_system_only_user_and_instructor_get_in(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o011)  # pytest's folders are closed to other accounts
    root = tmp_path / "outbox"
    for name, uid in (("ada", ADA), ("bob", BOB)):
        outbox.make(root, name, uid, GROUP)
    box, file = root / "ada", root / "ada" / "one.zip"
    assert as_account(ADA, lambda: outbox.put(box, file.name, b"PK")) == ""
    assert (file.stat().st_uid, file.stat().st_gid, stat.S_IMODE(file.stat().st_mode)) == (ADA, GROUP, 0o640)
    looks = (lambda: os.listdir(root), lambda: os.listdir(box), file.read_bytes)
    assert [as_account(TEACHER, look, GROUP) for look in looks] == [""] * 3
    assert [as_account(BOB, look) for look in looks] == ["PermissionError"] * 3
    writes = (lambda: file.write_bytes(b""), file.unlink, (box / "x").touch, (root / "carl").mkdir)
    for uid, groups in ((BOB, ()), (TEACHER, (GROUP,))):
        assert [as_account(uid, write, *groups) for write in writes] == ["PermissionError"] * 4
    os.chown(file, BOB, GROUP)
    (found,) = outbox.found(root)
    assert (found.user, found.body, found.oddity) == ("ada", b"", "belongs to another account than its outbox")
    with pytest.raises(HandinError, match="is not your outbox"):
        outbox.put(root / "ada", "two.zip", b"PK")  # not even by root


def test_a_folder_without_hand_ins_is_told(root: Path, tmp_path: Path) -> None:
    with pytest.raises(GradingError, match="no hand-in in"):
        got(root, tmp_path / "in")
