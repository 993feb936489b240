"""A release holds no key: every byte of it is read, base64 and zips unpacked; and it is the same release every time."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from lessontools.assignment.handin import draft
from lessontools.assignment.release import read_release
from lessontools.assignment.sealed import Sealed
from lessontools.errors import HandinError
from lessontools.grading.publish import publish
from lessontools.grading.secret import Key, parts, read_key, unsealed
from lessontools.quiz.bank import Bank, read_bank
from lessontools.quiz.question import variant
from lessontools.quiz.view import still
from lessontools.record import Record
from tests.grading.classroom import sealed

ROOT = Path(__file__).parents[2]
LESSONS = ["00_start", "03_backward"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("release")
    publish(ROOT, LESSONS, out, "week-1")
    return out


@pytest.fixture(scope="module")
def key(folder: Path) -> Key:
    return read_key(folder / "private" / "key.json")


@pytest.fixture(scope="module")
def bank() -> Bank:
    return read_bank(ROOT)


def every_byte(folder: Path) -> str:
    """Return all text of a folder: files, what is in zips, and what base64 and data URLs hide."""
    texts = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    seen: list[str] = []
    while texts:
        body = texts.pop()
        if body[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                texts += [archive.read(name) for name in archive.namelist()]
        text = body.decode("utf-8", errors="replace")
        seen.append(text)
        for hit in re.findall(r"[A-Za-z0-9+/]{24,}={0,2}", text):
            try:
                texts.append(base64.b64decode(hit, validate=True))
            except ValueError:
                continue
    return "\n".join(seen)


def test_no_byte_of_a_release_tells_what_is_right(folder: Path, key: Key, bank: Bank) -> None:
    text = every_byte(folder / "student")
    public = "".join((ROOT / "notebooks" / "src" / f"{name}.py").read_text() for name in LESSONS)
    public += "".join(still(bank.items[name].question, "") + bank.items[name].question.code for name in key.items)
    for name in key.items:
        question = bank.items[name].question
        told = [
            question.why,
            *question.hints,
            question.proof,
            getattr(question, "model", ""),
            getattr(question, "fix", ""),
        ]
        told += [
            each.feedback
            for part in ("choices", "lines", "distractors", "rules", "pairs", "spares", "near")
            for each in getattr(question, part, ())
            if hasattr(each, "feedback")
        ]
        for each in told:
            if len(each) > 20 and each not in public:
                assert each not in text, (name, each)
                assert json.dumps(each)[1:-1] not in text, (name, each)
        for code in question.misconceptions():
            assert f'"{code}"' not in text, (name, code)
    assert key.secret not in text
    assert '"right"' not in text and '"misconception"' not in text and '"answer"' not in text
    for number in range(key.variants):
        assert key.seed(number) not in text


def test_solutions_and_mistakes_stay_behind(folder: Path, key: Key, catalog) -> None:  # type: ignore[no-untyped-def]
    text = every_byte(folder / "student")
    for name in key.exercises:
        exercise = catalog[name].exercise
        for source in (*exercise.solutions.values(), *(each.source for each in exercise.mistakes.values())):
            body = source.split(":\n", 1)[1]
            assert body in exercise.stub or json.dumps(body)[1:-1] not in text
        for line in exercise.hints:
            assert line not in text


def test_ids_of_the_release_are_not_the_courses_own(folder: Path, key: Key, bank: Bank) -> None:
    release = read_release(folder / "student" / "release.json")
    for name, asked in release.items.items():
        question = bank.items[name].question
        own = {each for _, each in parts(question)}
        for view in asked.views:
            shown = [
                each["id"] for part in ("options", "lefts", "rights", "lines") for each in view["body"].get(part, ())
            ]
            assert len(set(shown)) == len(shown)
            assert not own & set(shown)


def test_left_and_right_of_a_pair_have_nothing_in_common(key: Key, bank: Bank) -> None:
    for name in key.items:
        question = bank.items[name].question
        for pair in getattr(question, "pairs", ()):
            assert key.token(name, "left", pair.id) != key.token(name, "right", pair.id)


def test_every_sample_answer_comes_back_as_the_course_knows_it(key: Key, bank: Bank) -> None:
    for name in key.items:
        question = variant(bank.items[name].question, key.seed(3))
        for sample in question.samples():
            answer = json.loads(json.dumps(sample.answer))
            back = unsealed(key, question, sealed(key, question, answer))
            assert question.mark(back).status is sample.status, (name, answer)


def test_the_courses_own_ids_are_no_answers(key: Key, bank: Bank) -> None:
    for name in key.items:
        question = variant(bank.items[name].question, key.seed(0))
        if question.kind in ("choice", "curve"):
            right = next(each for each in question.choices if each.right)
            assert question.mark(unsealed(key, question, right.id)).status == "invalid"


def test_a_second_release_with_the_same_key_is_the_same(folder: Path, key: Key) -> None:
    before = json.loads((folder / "student" / "release.json").read_text())
    publish(ROOT, LESSONS, folder, "week-1")
    after = json.loads((folder / "student" / "release.json").read_text())
    assert before["version"] == after["version"] and before["items"] == after["items"]
    assert read_key(folder / "private" / "key.json") == key


def test_another_release_has_other_ids(folder: Path, key: Key, tmp_path: Path) -> None:
    publish(ROOT, LESSONS[:1], tmp_path, "week-1")
    other = read_key(tmp_path / "private" / "key.json")
    assert other.secret != key.secret
    assert other.token("a", "option", "b") != key.token("a", "option", "b")


def test_a_card_keeps_answers_and_tells_nothing(folder: Path, tmp_path: Path) -> None:
    release = read_release(folder / "student" / "release.json")
    record = Record(tmp_path / "record.jsonl")
    for asked in release.items.values():
        card = Sealed(release, asked, record)
        assert card.view()["mark"] is None
        card.handle("submit", {"answer": None})
        assert card.tries == 0 and "Nothing answered" in card.view()["mark"]["feedback_html"]
    asked = next(each for each in release.items.values() if each.kind == "choice")
    card = Sealed(release, asked, record)
    option = card.view()["body"]["options"][1]["id"]
    card.handle("submit", {"answer": option, "confidence": "sure"})
    again = Sealed(release, asked, record)
    assert again.answer == option and again.view()["mark"] is None and not again.view()["open"]
    again.handle("again", {})
    other = card.view()["body"]["options"][0]["id"]
    again.handle("submit", {"answer": other, "confidence": "guess"})
    made = draft(release, record)
    assert made.answers[asked.id]["answer"] == other and made.answers[asked.id]["confidence"] == "guess"
    assert len(made.blank) >= len(release.items) - 1


def test_a_damaged_release_is_told_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "release.json"
    path.write_text('{"format": 1, "items": 3')
    with pytest.raises(HandinError, match="take the folder from your instructor again"):
        read_release(path)
