"""The instructor's private half of a release: the secret that shuffles ids and draws seeds; never handed out."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from lessontools.grading.wall import GradingError
from lessontools.quiz.base import Answer
from lessontools.quiz.question import Question

__all__ = ["PRIVATE", "Key", "key_path", "new_key", "parts", "read_key", "unsealed", "write_key"]

PRIVATE, FORMAT = "private", 1


@dataclass(frozen=True)
class Key:
    """What only the instructor has: all ids and seeds of a release follow from its `secret`.

    `items` and `exercises` are those released, with their points, in their order; `version` is the release's.
    """

    assignment: str
    title: str
    secret: str
    variants: int
    version: str
    due: str
    lessons: tuple[str, ...]
    items: Mapping[str, float]
    exercises: Mapping[str, float]
    format: int = FORMAT

    def digest(self, *about: object) -> bytes:
        """Return bytes that follow from the secret alone."""
        return _digest(self.secret, *about)

    def token(self, item: str, role: str, key: str) -> str:
        """Return the id under which a part of a question (a choice, a line, a side of a pair) is released."""
        return _token(self.secret, item, role, key)

    def seed(self, number: int) -> str:
        """Return the seed of a variant, from which its numbers and its order are drawn."""
        return self.digest("variant", number).hex()[:12]

    def draws(self, exercise: str, turn: int = 1) -> int:
        """Return the seed of an exercise's inputs; each turn of handing in gets fresh ones."""
        return int.from_bytes(self.digest("inputs", exercise, turn)[:4], "big") % 2**31

    @property
    def points(self) -> float:
        """The most that can be earned."""
        return sum(self.items.values()) + sum(self.exercises.values())


def _digest(secret: str, *about: object) -> bytes:
    return hmac.new(bytes.fromhex(secret), "\0".join(map(str, about)).encode(), hashlib.sha256).digest()


@lru_cache(maxsize=1 << 16)  # all hand-ins of a class ask for the same
def _token(secret: str, item: str, role: str, key: str) -> str:
    return _digest(secret, "token", item, role, key).hex()[:10]


def key_path(folder: Path) -> Path:
    """Return where the key of a release's folder is."""
    return folder / PRIVATE / "key.json"


def new_key(assignment: str) -> Key:
    """Return a key with a secret of its own, and nothing released yet."""
    return Key(assignment, "", secrets.token_hex(32), 0, "", "", (), {}, {})


def write_key(key: Key, path: Path) -> None:
    """Write a key for its owner's eyes; raise GradingError if that is not possible."""
    body = json.dumps(asdict(key), indent=1) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(body)
    except OSError as error:
        raise GradingError(f"{path}: cannot be written ({error.strerror})") from error


def read_key(path: Path) -> Key:
    """Return the key of a file; raise GradingError, saying what to do, if it is not sound."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        key = Key(**{**data, "lessons": tuple(data["lessons"])})
        bytes.fromhex(key.secret)
    except OSError as error:
        raise GradingError(
            f"{path}: cannot be read ({error.strerror}); 'lessontools release' writes it, and without it nobody can "
            "tell which answers are right"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise GradingError(f"{path}: is no key of a release ({type(error).__name__}: {error})") from error
    if key.format != FORMAT:
        raise GradingError(f"{path}: is of format {key.format}, and this lessontools reads {FORMAT}")
    return key


def parts(question: Question) -> Iterator[tuple[str, str]]:
    """Yield what of a question has an id that may be answered with: (role, id)."""
    for name, role in (("choices", "option"), ("lines", "line"), ("distractors", "line"), ("spares", "right")):
        if question.kind == "bug-line" and name == "lines":
            continue  # feedback on lines by number
        entries: Any = getattr(question, name, None) or ()
        yield from ((role, each.id) for each in entries)
    pairs: Any = getattr(question, "pairs", None) or ()
    for pair in pairs:
        yield from (("left", pair.id), ("right", pair.id))


def unsealed(key: Key, question: Question, answer: Answer) -> Answer:
    """Return an answer with the course's own ids for those of the release; what is unknown stays as it is."""
    own = {(role, key.token(question.id, role, each)): each for role, each in parts(question)}

    def of(role: str, token: Any) -> Any:
        # an id that was not released is no answer, even if it is one of the course's own
        return own.get((role, token), f"not released: {token}") if isinstance(token, str) and token else token

    if question.kind == "order" and isinstance(answer, list):
        return [of("line", each) for each in answer]
    if question.kind == "several" and isinstance(answer, list):
        return [of("option", each) for each in answer]
    if question.kind == "match" and isinstance(answer, dict):
        return {of("left", left): of("right", right) for left, right in answer.items()}
    if question.kind in ("choice", "curve") or (question.kind == "predict" and question.choices):
        return of("option", answer)
    return answer
