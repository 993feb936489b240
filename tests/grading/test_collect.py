"""Collecting: trees as Moodle, Canvas, nbgrader and people make them, with every kind of mess; nothing is lost."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest

from lessontools.assignment.handin import Draft, pack
from lessontools.assignment.release import Release
from lessontools.grading.cells import works
from lessontools.grading.collect import collect, taken
from lessontools.grading.intake import HandIn, read_handin
from lessontools.grading.place import owner
from lessontools.grading.run import newest
from lessontools.grading.secret import Key
from lessontools.grading.wall import GradingError

CELLS = [{"cell_type": "code", "source": ["def f(x):\n", "    return x\n", "\n", 'check("one")'], "outputs": []}]
BOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": CELLS}
KEY = Key("w1", "Week 1", "00" * 32, 8, "v1", "2026-11-27T18:00:00+00:00", ("00_start",), {"q": 1.0}, {"one": 1.0})


def made(student: str = "Ada", day: int = 26, version: str = "v1", assignment: str = "w1", answer: str = "a") -> bytes:
    release = Release(Path(), assignment, "Week 1", version, ("00_start",), {}, {}, {})
    answers = {"q": {"answer": answer, "variant": 0, "at": "2026-11-26T10:00:00+00:00"}}
    draft = Draft(release, answers, {"00_start.ipynb": BOOK}, (), ())
    return pack(draft, student, datetime(2026, 11, day, 12, tzinfo=UTC))[1]


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def taken_in(tmp_path: Path, files: dict[str, bytes]) -> dict[str, list[HandIn]]:
    inbox = tmp_path / "inbox"
    for name, body in files.items():
        (inbox / name).parent.mkdir(parents=True, exist_ok=True)
        (inbox / name).write_bytes(body)
    found: dict[str, list[HandIn]] = {}
    for each in collect([inbox], tmp_path / "handins", KEY):
        found.setdefault(each.student, []).append(each)
    kept = sorted(each.hash for each, _ in taken(tmp_path / "handins", KEY))
    assert kept == sorted({e.hash + e.student: e.hash for each in found.values() for e in each}.values())
    return found


@pytest.mark.parametrize(
    ("place", "student"),
    [
        ("Ada Lovelace_123456_assignsubmission_file_/w1.zip", "Ada Lovelace"),
        ("Ada Lovelace_123456_assignsubmission_file_w1.zip", "Ada Lovelace"),
        ("lovelaceada_12_345_w1.zip", "lovelaceada"),
        ("lovelaceada_LATE_12_345_w1.zip", "lovelaceada"),
        ("ada/w1/00_start.ipynb", "ada"),
        ("ada/w1.zip", "ada"),
        ("w1-ada-AAAA-BBBB-CCCC.zip", ""),
    ],
)
def test_places_tell_whose_a_file_is(place: str, student: str) -> None:
    assert owner(PurePosixPath(place)) == student


def test_moodles_canvas_and_nbgraders_trees(tmp_path: Path) -> None:
    files = {
        "Ada Lovelace_1_assignsubmission_file_/w1.zip": made("Ada Lovelace"),
        "all.zip": zipped({"Bo Li_2_assignsubmission_file_/w1.zip": made("Bo Li")}),
        "canvas.zip": zipped({"curiemarie_12_345_w1.zip": made("curiemarie")}),
        "dot/w1/00_start.ipynb": json.dumps(BOOK).encode(),
        "dot/w1/timestamp.txt": b"2026-11-20 10:00:00 UTC",
    }
    found = taken_in(tmp_path, files)
    assert set(found) == {"Ada Lovelace", "Bo Li", "curiemarie", "dot"}
    assert all(len(each) == 1 and not each[0].unreadable for each in found.values())
    assert found["dot"][0].handed_in.startswith("2026-11-20")
    assert "no answers to questions" in found["dot"][0].remarks[0]


def test_a_whole_classs_download_is_one_zip(tmp_path: Path) -> None:
    one = made("Somebody")
    files = {f"Name {n}_{n}_assignsubmission_file_/w1.zip": one for n in range(300)}
    assert len(taken_in(tmp_path, {"class.zip": zipped(files)})) == 300


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("upload", ["Bob B_7_assignsubmission_file_/mine.zip", "bobb_7_8_mine.zip"])
def test_a_zip_in_an_upload_cannot_be_somebody_elses(tmp_path: Path, upload: str, whole: bool) -> None:
    forged = zipped({"Ada L_1_assignsubmission_file_/w1.zip": made("Ada L"), "Ada L/w1.zip": made("Ada L", 25)})
    found = taken_in(tmp_path, {"class.zip": zipped({upload: forged})} if whole else {upload: forged})
    assert list(found) == [owner(PurePosixPath(upload))]
    assert all("says it is by 'Ada L'" in each.remarks[0] for each in found[owner(PurePosixPath(upload))])


def test_names_with_spaces_emoji_and_from_right_to_left(tmp_path: Path) -> None:
    names = ["Zoë  O'Neill", "🦉 owl", "שרה כהן", "محمد", "李小龙", "a/b"]
    found = taken_in(tmp_path, {f"{n}.zip": made(name) for n, name in enumerate(names)})
    assert set(found) == set(names)


def test_odd_hand_ins_are_said_and_kept(tmp_path: Path) -> None:
    changed = dict(zip(("handin.json", "00_start.ipynb"), (b"", b""), strict=True))
    with zipfile.ZipFile(io.BytesIO(made("cheat"))) as archive:
        changed = {name: archive.read(name) for name in archive.namelist()}
    changed["00_start.ipynb"] = changed["00_start.ipynb"].replace(b"return x", b"return 7")
    manifest = json.loads(changed["handin.json"])
    files = {
        "late.zip": made("late", day=28),
        "older.zip": made("older", version="v0"),
        "other.zip": made("other", assignment="w9"),
        "cheat.zip": zipped(changed),
        "receipt.zip": zipped({**changed, "handin.json": json.dumps({**manifest, "student": "x"}).encode()}),
        "json.ipynb": b'{"cells": [',
        "latin.ipynb": b'{"cells": "\xe9"}',
        "deep.ipynb": b"[" * 100_000,
        "nocells.ipynb": b"{}",
        "torn.zip": made("torn")[:300],
        "empty.zip": b"",
        "notes.docx": b"words",
    }
    found = {each.file: each for group in taken_in(tmp_path, files).values() for each in group}
    assert "late" in found["late.zip"].remarks
    assert "older release" in " ".join(found["older.zip"].remarks)
    assert "for the assignment 'w9'" in found["other.zip"].unreadable
    assert "changed after submit()" in " ".join(found["cheat.zip"].remarks)
    assert "receipt does not fit" in " ".join(found["receipt.zip"].remarks)
    said = {name: found[name].unreadable for name in files if found[name].unreadable}
    assert set(said) == {
        "other.zip",
        "json.ipynb",
        "latin.ipynb",
        "deep.ipynb",
        "nocells.ipynb",
        "torn.zip",
        "empty.zip",
        "notes.docx",
    }
    assert said["empty.zip"] == "the file is empty"
    assert "UTF-8" in said["latin.ipynb"] and "deeply" in said["deep.ipynb"] and "no cells" in said["nocells.ipynb"]


def test_a_link_is_told_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.zip").write_bytes(made("somebody"))
    (tmp_path / "inbox" / "ada").mkdir(parents=True)
    (tmp_path / "inbox" / "ada" / "mine.zip").symlink_to(tmp_path / "secret.zip")
    (tmp_path / "inbox" / "all").symlink_to(tmp_path)
    found = {each.file: each for each in collect([tmp_path / "inbox"], tmp_path / "handins")}
    assert set(found) == {"ada/mine.zip", "all"} and all("link" in each.unreadable for each in found.values())
    assert found["ada/mine.zip"].student == "ada" and not found["ada/mine.zip"].receipt


def test_zips_that_lead_out_or_blow_up_are_refused(tmp_path: Path) -> None:
    link = io.BytesIO()
    with zipfile.ZipFile(link, "w") as archive:
        entry = zipfile.ZipInfo("handin.json")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    bomb = zipped({"handin.json": b"0" * 200_000_000})
    wanted = {
        zipped({"../../evil.ipynb": b"{}"}): "leads out",
        zipped({"/etc/evil.ipynb": b"{}"}): "leads out",
        link.getvalue(): "link",
        bomb: "unpacks to",
        zipped({f"{n}.ipynb": b"{}" for n in range(300)}): "300 files",
    }
    for body, said in wanted.items():
        assert said in read_handin(body, "x.zip").unreadable
    assert not (tmp_path.parent / "evil.ipynb").exists()


def test_of_several_hand_ins_the_newest_readable_counts() -> None:
    old, new = read_handin(made(day=20), "a.zip"), read_handin(made(day=25, answer="b"), "b.zip")
    torn = read_handin(made(day=26)[:200], "c.zip", "Ada")
    counted = {each.file: counts for each, _, counts in newest([new, old, torn])}
    assert counted == {"a.zip": False, "b.zip": True, "c.zip": False}


def test_one_file_of_two_students_counts_for_both() -> None:
    body = made("Ada")
    assert sum(c for _, _, c in newest([read_handin(body, "x", "Ada"), read_handin(body, "y", "Bo")])) == 2


def test_an_old_notebook_format_is_read() -> None:
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": "def f(x):\n    return x"}]}]}
    found = read_handin(json.dumps(old).encode(), "old.ipynb", "Ada")
    assert found.cells == ("def f(x):\n    return x",) and "format 3" in found.remarks[0]


def test_a_notebook_of_huge_outputs_is_read() -> None:
    cell = {**CELLS[0], "outputs": [{"output_type": "stream", "text": "x" * 50_000_000}]}
    assert read_handin(json.dumps({**BOOK, "cells": [cell]}).encode(), "big.ipynb").cells


def test_where_nothing_is_it_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(GradingError, match="no such file"):
        collect([tmp_path / "nowhere"], tmp_path / "to")
    with pytest.raises(GradingError, match=r"looked for \.zip and \.ipynb"):
        collect([tmp_path], tmp_path / "to")


def test_an_exercises_cell_is_found_however_the_notebook_was_mangled() -> None:
    whole = 'def f(x):\n    return 1\ncheck("one")'
    assert works([whole], {"one": "f"})["one"].cell == whole
    assert works(["x = 3", "def f(x):\n    return 2"], {"one": "f"})["one"].cell.endswith("return 2")
    twice = works([whole, whole.replace("1\n", "2\n")], {"one": "f"})["one"]
    assert "return 2" in twice.cell and "2 cells" in twice.remark
    torn = works([whole, 'def f(x:\ncheck("one")'], {"one": "f"})["one"]
    assert torn.cell == whole  # the last one that parses
    assert works(["y = 1"], {"one": "f"})["one"].remark == "its cell is not there"
    magic = works(["%matplotlib inline\n!pip list\n" + whole], {"one": "f"})["one"]
    assert magic.cell.startswith("pass\npass\ndef f")


def test_only_definitions_of_other_cells_come_before() -> None:
    cells = [
        "import math\nfrom lessontools import ask\nRATE = 0.1\nmodel = make()\nprint(1)\ndef g():\n    return RATE",
        'def f(x):\n    return g()\ncheck("one")',
    ]
    assert works(cells, {"one": "f"})["one"].before == ("import math", "RATE = 0.1", "def g():\n    return RATE")


def test_a_cell_that_parses_and_cannot_be_written_stops_nobody() -> None:
    long = "x = " + "+".join(["1"] * 1000)
    found = works([long, "y = 2", "def f(x):\n    return x"], {"one": "f"})["one"]
    assert found.cell.startswith("def f") and "y = 2" in found.before
