"""A class of made-up students: from a release and its course, hand-ins whose true marks are known."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lessontools.assignment.handin import Draft, pack
from lessontools.assignment.release import Release, read_release
from lessontools.grading.secret import Key, parts, read_key
from lessontools.mark import Status
from lessontools.practice.catalog import open_catalog
from lessontools.quiz.bank import read_bank
from lessontools.quiz.question import Question, variant

START = datetime(2026, 11, 23, 8, tzinfo=UTC)


@dataclass
class Student:
    """A made-up student: the hand-in, and for each part the state and the points that are true of it."""

    name: str
    file: str
    body: bytes
    truth: dict[str, tuple[str, float]]


def sealed(key: Key, question: Question, answer: Any) -> Any:
    """Return an answer with the release's ids for the course's own: what the page would send."""
    own = {(role, each): key.token(question.id, role, each) for role, each in parts(question)}

    def of(role: str, name: Any) -> Any:
        return own.get((role, name), name) if isinstance(name, str) else name

    if question.kind in ("order", "several") and isinstance(answer, list):
        return [of("line" if question.kind == "order" else "option", each) for each in answer]
    if question.kind == "match" and isinstance(answer, dict):
        return {of("left", left): of("right", right) for left, right in answer.items()}
    if question.kind in ("choice", "curve") or (question.kind == "predict" and getattr(question, "choices", ())):
        return of("option", answer)
    return answer


class Classroom:
    """Makes students for a release; each seed gives the same one again."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.key = read_key(folder / "private" / "key.json")
        self.release: Release = read_release(folder / "student" / "release.json")
        self.bank, self.catalog = read_bank(root), open_catalog(root)
        self.books = {
            f"{lesson}.ipynb": json.loads((folder / "student" / f"{lesson}.ipynb").read_text())
            for lesson in self.release.lessons
        }

    def student(self, seed: int) -> Student:
        """Return one student: each part right, a known mistake, malformed or blank, as chance has it."""
        rng = random.Random(seed)
        truth: dict[str, tuple[str, float]] = {}
        answers = {}
        at = START
        for name, asked in self.release.items.items():
            number = rng.randrange(len(asked.views))
            question = variant(self.bank.items[name].question, self.key.seed(number))
            answer, state, points = self._answer(question, rng)
            truth[name] = state, points
            if state == "BLANK" and rng.random() < 0.5:
                continue
            at += timedelta(seconds=rng.randrange(5, 120))
            given = {"answer": sealed(self.key, question, answer), "variant": number, "confidence": "sure"}
            answers[name] = {**given, "version": self.release.version, "at": at.isoformat()}
        books = self._books(rng, truth)
        name = f"Student {seed:05}"
        file, body = pack(Draft(self.release, answers, books, (), ()), name, at)
        return Student(name, file, body, truth)

    def _answer(self, question: Question, rng: random.Random) -> tuple[Any, str, float]:
        if question.kind == "explain":
            return {"text": "in my own words"}, "BLANK", 0.0
        samples = [s for s in question.samples() if s.status in (Status.RIGHT, Status.WRONG, Status.PARTLY)]
        right = [s for s in samples if s.status is Status.RIGHT]
        pick = rng.choice([right, right, samples, [None]])
        sample = rng.choice(pick)
        if sample is None:
            return None, "BLANK", 0.0
        answer = json.loads(json.dumps(sample.answer))
        return answer, sample.status.value.upper(), question.mark(answer).earned

    def _books(self, rng: random.Random, truth: dict[str, tuple[str, float]]) -> dict[str, Any]:
        found = json.loads(json.dumps(self.books))
        for name, task in self.release.tasks.items():
            exercise = self.catalog.entries[name].exercise
            kind = rng.choice(["right", "right", "mistake", "blank"])
            source, truth[name] = exercise.stub, ("BLANK", 0.0)
            if kind == "right":
                source, truth[name] = rng.choice(list(exercise.solutions.values())), ("RIGHT", exercise.points)
            elif kind == "mistake":
                source, truth[name] = rng.choice(list(exercise.mistakes.values())).source, ("not right", -1)
            for cell in found[f"{task.lesson}.ipynb"]["cells"]:
                text = "".join(cell["source"])
                if f'check("{name}")' in text and cell["cell_type"] == "code":
                    cell["source"] = f'{source}\n\ncheck("{name}")'
        return found
