"""A release is fetched as often as one likes: what is new comes, what the student has worked on stays."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from lessontools.assignment.fetch import NOTE, VARIABLE, fetch, released
from lessontools.cli import main
from lessontools.errors import HandinError

BOOK, DATA = "01_forward.ipynb", "quizzes/pitfalls/one.py"


def release(folder: Path, version: str, book: str = "given", id: str = "week-1") -> Path:
    about = {"format": 1, "assignment": id, "title": "", "version": version, "lessons": ["01_forward"]}
    files = {"release.json": json.dumps({**about, "items": [], "exercises": [], "names": {}}), BOOK: book, DATA: "one"}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return release(tmp_path / "releases" / "week-1", "v1")


def content(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != NOTE]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def test_it_is_copied_whole_and_a_second_time_changes_nothing(source: Path, tmp_path: Path) -> None:
    got = fetch(source, tmp_path / "home")
    assert got.folder == tmp_path / "home" / "week-1" and got.notebooks == (BOOK,)
    assert content(got.folder) == content(source)
    assert fetch(source, tmp_path / "home").said == ()


def test_work_stays_and_what_is_missing_comes_again(source: Path, tmp_path: Path) -> None:
    folder = fetch(source, tmp_path).folder
    (folder / BOOK).write_text("worked on")
    (folder / DATA).unlink()
    (folder / "release.json").write_text("{damaged")
    assert set(fetch(source, tmp_path).said) == {f"new: {DATA}", "updated: release.json"}
    assert content(folder) == {**content(source), BOOK: "worked on"}


def test_a_newer_release_replaces_what_was_not_touched(source: Path, tmp_path: Path) -> None:
    folder = fetch(source, tmp_path).folder
    release(source, "v2", "given anew")
    assert set(fetch(source, tmp_path).said) == {f"updated: {BOOK}", "updated: release.json"}
    assert content(folder) == content(source)


@pytest.mark.parametrize("note", ["kept", "lost", "damaged"])
def test_a_newer_release_comes_beside_what_was_worked_on(source: Path, tmp_path: Path, note: str) -> None:
    folder = fetch(source, tmp_path).folder
    (folder / BOOK).write_text("worked on")
    release(source, "v2", "given anew")
    if note == "lost":
        (folder / NOTE).unlink()
    elif note == "damaged":
        (folder / NOTE).write_text("[")
    said = fetch(source, tmp_path).said
    assert f"yours was kept: {BOOK}; the release has a newer one, now beside it: 01_forward.new.ipynb" in said
    assert (folder / BOOK).read_text() == "worked on"
    assert (folder / "01_forward.new.ipynb").read_text() == "given anew"
    assert fetch(source, tmp_path).said == ()  # told once


def test_links_and_hidden_files_of_a_release_are_left(source: Path, tmp_path: Path) -> None:
    (source / "link").symlink_to("/etc/hostname")
    (source / ".ipynb_checkpoints").mkdir()
    (source / ".ipynb_checkpoints" / BOOK).write_text("old")
    assert set(content(fetch(source, tmp_path).folder)) == {BOOK, DATA, "release.json"}


def test_a_folder_of_another_assignment_is_left_alone(source: Path, tmp_path: Path) -> None:
    release(tmp_path / "mine", "v1", id="week-9")
    with pytest.raises(HandinError, match="holds the assignment 'week-9'"):
        fetch(source, tmp_path, tmp_path / "mine")


def test_a_folder_that_is_no_release_is_refused(tmp_path: Path) -> None:
    (tmp_path / "week").mkdir()
    with pytest.raises(HandinError, match=r"release\.json: cannot be read"):
        fetch(tmp_path / "week", tmp_path / "home")


def test_a_hubs_release_is_found_by_name_and_by_no_path(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(HandinError, match="LESSONTOOLS_RELEASES is not set"):
        released("week-1")
    monkeypatch.setenv(VARIABLE, str(source.parent))
    assert released("week-1") == source
    shutil.copytree(source, tmp_path / "private")
    for name in ("week-2", "..", "../private", "", "."):
        with pytest.raises(HandinError, match="no release"):
            released(name)


def test_the_command_fetches_by_name_into_the_home(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(source.parent))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(main, ["fetch", "week-1"])
    assert said.exit_code == 0 and f"new: {BOOK}" in said.output
    assert content(tmp_path / "home" / "week-1") == content(source)
    said = CliRunner().invoke(main, ["fetch", str(source), "again"])
    assert said.exit_code == 0 and (tmp_path / "again" / BOOK).is_file()
    said = CliRunner().invoke(main, ["fetch", "weak-1"])
    assert said.exit_code == 1 and "did you mean 'week-1'?" in said.output
