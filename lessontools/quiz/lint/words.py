"""Words of a question: its texts and where they stand, as the rules read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from lessontools.quiz.base import Asked, Option
from lessontools.quiz.lint.rule import Where

__all__ = ["content", "fences", "keyed", "negations", "options", "plain", "prose", "task", "texts"]

_FENCE = re.compile(r"^(?P<mark>```|~~~)[ \t]*(?P<language>\w*)[^\n]*\n(?P<body>.*?)^(?P=mark)[ \t]*$", re.M | re.S)
_SPAN = re.compile(r"(`+)(.+?)\1", re.S)
_MATH = re.compile(r"(?<!\\)\$\$.+?\$\$|(?<!\\)\$[^$\n]+?(?<!\\)\$", re.S)
_NOT_PROSE = {"id", "kind", "code", "proof", "setup", "check", "fix", "svg", "file", "misconception", "reason"}
_NOT_PROSE |= {"params", "derive", "objectives", "covers", "use", "twin", "label", "unit", "answer", "value", "tol"}
_NOT_PROSE |= {"accept", "first", "line", "not_between"}
_STOP = """
    a about after again all also an and any are as at be because been before being between both but by call can
    could did do does doing each either every few find for from give get given gets goes had has have here how
    if in into is it its just line lines made make makes many may more most much must name new no not now of off
    on one only or other out over question same say see shall she should show shown so some still such than that
    the their them then there these they this those through time to too true under up use used uses using value
    values very was way we were what when where which while who whose why will with without would you your
"""
_SKIP = frozenset(_STOP.split())
_NEGATION = re.compile(
    r"\b(?:not(?!\s+only)|never|cannot|except|without|neither|no(?!\s+longer\s+than)|\w+n['’]t)\b", re.I
)
_HARMLESS = re.compile(r"\bor not\b|\bno more than\b|\bno (?:one )?doubt\b|\bnot until\b", re.I)
_CLAUSE = re.compile(
    r"[,;:()–—]|\b(?:if|when|while|because|after|before|although|that|whose|unless|since|but|and)\b", re.I
)


def texts(value: Any, at: Where = ()) -> Iterator[tuple[Where, str]]:
    """Yield every text that a learner reads, with its path; code and ids are left out."""
    match value:
        case BaseModel():
            for name in type(value).model_fields:
                # `then` is what to run in a prediction, and the id of a line in a rule of an order
                if name not in _NOT_PROSE and not (name == "then" and at):
                    yield from texts(getattr(value, name), (*at, name))
        case tuple():
            for place, each in enumerate(value):
                yield from texts(each, (*at, place))
        case str() if value:
            yield at, value


def options(question: Asked) -> tuple[Option, ...]:
    """Return the choices of a question that has some."""
    return getattr(question, "choices", ())


def keyed(question: Asked) -> tuple[Option, list[Option]] | None:
    """Return the key and the distractors of a question with one right choice among several."""
    found = options(question)
    keys = [option for option in found if option.right]
    if len(keys) != 1 or len(found) < 2 or getattr(question, "kind", "") == "several":
        return None
    return keys[0], [option for option in found if not option.right]


def fences(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield the language and body of each fenced block, and how many lines precede its body."""
    for found in _FENCE.finditer(text):
        yield found["language"].lower(), found["body"], text.count("\n", 0, found.start("body"))


def prose(text: str) -> str:
    """Return the text without code and mathematics."""
    return _MATH.sub(" ", _SPAN.sub(" ", _FENCE.sub(" ", text)))


def plain(text: str) -> str:
    """Return the text as it looks: markup gone, code and mathematics kept."""
    return " ".join(re.sub(r"[`*$]|\{\{|\}\}", "", text).split())


def content(text: str) -> set[str]:
    """Return the words of a text that carry meaning: no stop words, no code, cut back to a stem."""
    words = re.findall(r"[a-zA-Z][a-zA-Z'’-]{2,}", prose(text))
    return {_root(word.lower()) for word in words if word.lower() not in _SKIP and not _identifier(word)}


def _identifier(word: str) -> bool:
    return any(c.isupper() for c in word[1:])


def _root(word: str) -> str:
    for ending in ("ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def task(stem: str) -> str:
    """Return the sentence of a stem that says what to do: the last with a question mark, else the last one."""
    sentences = [
        part.strip() for part in re.split(r"(?:(?<=[.?!:])|(?<=[.?!:][\"”’)]))\s+|\n\n", prose(stem)) if part.strip()
    ]
    asking = [part for part in sentences if part.endswith(("?", "?*", "?**"))]
    return (asking or sentences or [""])[-1]


def negations(sentence: str) -> int:
    """Return the most negations that one clause of a sentence holds."""
    clean = _HARMLESS.sub(" ", sentence.replace("*", ""))
    return max((len(_NEGATION.findall(clause)) for clause in _CLAUSE.split(clean)), default=0)
