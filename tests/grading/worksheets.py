"""Worksheets filled in: answers of the bank's own form -> what a student would type into nbgrader's cells."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from lessontools.grading.answered import SPACE, variable
from lessontools.grading.secret import Key
from lessontools.grading.worksheet import VARIANT, Sheet, sheet
from lessontools.quiz.question import Question, variant
from tests.grading.classroom import Classroom

Cells = list[dict[str, Any]]


def typed(key: Key, question: Question, made: Sheet, answer: Any) -> Any:
    """Return an answer in the letters and numbers of a worksheet; what is malformed stays as it is."""
    signs = {token: sign for sign, token in made.parts.items()}

    def sign(role: str, name: Any) -> str:
        return signs.get(key.token(question.id, role, name), "?") if isinstance(name, str) else "?"

    match question.kind:
        case "choice" | "curve" | "predict" if made.parts:
            return sign("option", answer) if answer else answer
        case "several" | "order" if isinstance(answer, list):
            return ", ".join(sign("option" if question.kind == "several" else "line", each) for each in answer)
        case "match" if isinstance(answer, dict):
            return " ".join(f"{sign('left', left)}{sign('right', right)}" for left, right in answer.items() if right)
        case "trace-table" if isinstance(answer, dict):
            places = list(made.parts.values())
            return [answer.get(place, "") for place in places] if set(answer) <= set(places) else "?"
        case _:
            return answer


def filled(book: dict[str, Any], answers: dict[str, Any], sources: dict[str, str]) -> dict[str, Any]:
    """Return a student's copy of a worksheet: answers typed, exercises written, the stubs' lines left above them."""
    found: dict[str, Any] = json.loads(json.dumps(book))
    for cell in found["cells"]:
        ours = cell["metadata"].get(SPACE, {})
        if ours.get("item") in answers:
            value = answers[ours["item"]]
            explains = ours["kind"] == "explain"
            cell["source"] = value if explains else f"{variable(ours['item'])} = {value!r}"
        elif ours.get("exercise") in sources:
            cell["source"] = sources[ours["exercise"]]
    return found


class Worksheets:
    """Makes students' worksheets for a release; each seed gives the same one again."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.room = Classroom(root, folder)
        key = self.room.key
        items = [self.room.bank.items[name] for name in key.items]
        self.sheets = {each.question.id: sheet(key, each.question, each.folder) for each in items}

    def student(self, seed: int, book: dict[str, Any]) -> dict[str, Any]:
        """Return one student's worksheet: each part right, a known mistake, malformed or blank, as chance has it."""
        rng, key, answers, sources = random.Random(seed), self.room.key, {}, {}
        for name, made in self.sheets.items():
            question = variant(self.room.bank.items[name].question, key.seed(VARIANT))
            answer, _, _ = self.room._answer(question, rng)
            if question.kind == "explain":
                answers[name] = answer["text"]
            elif answer is not None:
                answers[name] = typed(key, question, made, answer)
        for name in key.exercises:
            exercise = self.room.catalog.entries[name].exercise
            mistakes = [each.source for each in exercise.mistakes.values()]
            pick = rng.choice([[*exercise.solutions.values()], [*exercise.solutions.values()], mistakes, [None]])
            if (source := rng.choice(pick)) is not None:
                sources[name] = source
        return filled(book, answers, sources)
