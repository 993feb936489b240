"""Drafts: items from another system -> questions in the course's own YAML, with what their author has still to add."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from lessontools.exchange.from_gift import Note
from lessontools.exchange.item import Answer, Item
from lessontools.quiz.question import parse

__all__ = ["OBJECTIVE", "TO_DO", "draft", "to_yaml"]

OBJECTIVE = "name-the-objective"
"""Stands where an objective belongs; `lessontools check` tells each as unknown until it is replaced."""
TO_DO = "TO DO:"
"""Starts each text that is not written yet; `lessontools check` tells each."""

_WHY = f"{TO_DO} say why the answer is what it is."
_WRONG = f"{TO_DO} name the belief that leads here, say that it is wrong, and give the mechanism."
_RIGHT = f"{TO_DO} say in a sentence what makes it right."
Plain = dict[str, Any]


def draft(items: Sequence[Item], taken: Collection[str] = ()) -> tuple[list[Plain], list[Note]]:
    """Return questions as plain data in the course's form, and notes on what could not be taken.

    Each has the course's schema; `taken` are ids that are in use already.
    """
    made, notes, ids = [], list[Note](), set(taken)
    for item in items:
        body, said = _FORMS[item.form](item)
        name = _unique(_slug(item.id) or "question", ids)
        ids.add(name)
        question = _whole(name, item, body)
        try:
            parse(question)
        except ValidationError as error:
            faults = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:3])
            notes.append((item.id, f"left out: it has no form here ({faults})"))
            continue
        made.append(question)
        notes += [(item.id, each) for each in said]
    return made, notes


def to_yaml(questions: Sequence[Plain], source: str = "") -> str:
    """Return questions as the text of a bank, with what is still to be done at its head."""
    writer = YAML()
    writer.width = 110
    writer.indent(mapping=2, sequence=4, offset=2)
    held = io.StringIO()
    writer.dump({"questions": [_scalars(each) for each in questions]}, held)
    head = f"# Taken from {source}. " if source else "# "
    return (
        f"{head}Still to do: the objectives ({OBJECTIVE}), each text that starts with '{TO_DO}',\n"
        "# and for each wrong answer a misconception or 'reason: slip'. 'lessontools check' lists them.\n"
        + held.getvalue()
    )


def _scalars(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _scalars(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_scalars(each) for each in value]
    return LiteralScalarString(value) if isinstance(value, str) and "\n" in value else value


def _whole(name: str, item: Item, body: Plain) -> Plain:
    kind = {"id": name, "kind": body.pop("kind"), "objectives": list(item.tags) or [OBJECTIVE]}
    stem: Plain = {"stem": item.stem or f"{TO_DO} write the stem."}
    rest: Plain = {"hints": list(item.hints)} if item.hints else {}
    if item.points != 1 and item.points > 0:
        rest["points"] = float(item.points)
    return kind | stem | body | rest | {"why": item.why or _WHY}


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))[:50].strip("-")


def _unique(wanted: str, taken: Collection[str]) -> str:
    number, name = 2, wanted
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name


def _choices(item: Item) -> tuple[Plain, list[str]]:
    ids: set[str] = set()
    best = max((each.share for each in item.answers), default=0.0)
    listed: list[Plain] = []
    for each in item.answers:
        name = _unique(_slug(each.text)[:24].strip("-") or "choice", ids)
        ids.add(name)
        right = each.share > 0 and (item.form == "many" or each.share == best)
        option: Plain = {"id": name, "text": each.text}
        listed.append(
            option | ({"right": True} if right else {}) | {"feedback": each.feedback or (_RIGHT if right else _WRONG)}
        )
    body: Plain = {"kind": "choice" if item.form == "one" else "several", "choices": listed}
    return body | ({} if item.shuffle else {"shuffle": False}), _shares(item)


def _shares(item: Item) -> list[str]:
    right = [each.share for each in item.answers if each.share > 0]
    wrong = [each.share for each in item.answers if each.share <= 0]
    if item.form == "one":
        part = any(0 < share < max(right, default=0) for share in right)
        return ["dropped: part of the points for a choice that is nearly right"] if part else []
    even = all(abs(share - 1 / len(right)) < 1e-3 for share in right)
    costs = all(abs(share + 1 / len(wrong)) < 1e-3 for share in wrong)
    return [] if even and costs else ["changed: a right tick earns, and a wrong one costs, its even share"]


def _number(item: Item) -> tuple[Plain, list[str]]:
    if not item.answers:
        return {"kind": "number"}, []  # which has no key, and is left out with that reason
    right = [each for each in item.answers if each.share == 1]
    key, said = (right or list(item.answers))[0], []
    if len(right) > 1:
        said.append("dropped: further right numbers; one counts here")
    body: Plain = {"kind": "number", "answer": _value(key.text)}
    body |= {"tol": key.margin} if key.margin else {}
    body |= {"unit": item.unit} if item.unit else {}
    near = [each for each in item.answers if each.share < 1]
    if any(each.share for each in near):
        said.append("changed: nearly right numbers earn nothing here")
    if near:
        body["near"] = [{"value": _value(each.text), "feedback": each.feedback or _WRONG} for each in near]
    return body, said


def _value(text: str) -> float | int:
    value = float(text)
    return int(value) if value.is_integer() and "." not in text and abs(value) < 1e15 else value


def _text(item: Item) -> tuple[Plain, list[str]]:
    body: Plain = {"kind": "text", "accept": [each.text for each in item.answers if each.share >= 1]}
    near = [_variant(each) for each in item.answers if each.share < 1]
    body |= {"near": near} if near else {}
    lost = [each for each in item.answers if each.share >= 1 and each.feedback]
    said = ["dropped: the feedback to right forms; 'why' is told to all"] if lost else []
    return body | ({"case": True} if item.case else {}), said


def _variant(each: Answer) -> Plain:
    share = {"share": round(each.share, 6)} if each.share > 0 else {}
    return {"text": each.text} | share | {"feedback": each.feedback or _WRONG}


def _match(item: Item) -> tuple[Plain, list[str]]:
    pairs = [
        {"id": f"pair-{n}", "left": left, "right": right, "feedback": _RIGHT}
        for n, (left, right) in enumerate(item.pairs, 1)
    ]
    spares = [{"id": f"spare-{n}", "right": right, "feedback": _WRONG} for n, right in enumerate(item.spares, 1)]
    return {"kind": "match", "pairs": pairs} | ({"spares": spares} if spares else {}), []


def _order(item: Item) -> tuple[Plain, list[str]]:
    lines = [{"id": f"line-{n}", "code": line} for n, line in enumerate(item.lines, 1)]
    rules = [
        {"first": f"line-{n}", "then": f"line-{n + 1}", "feedback": f"{TO_DO} say why this comes first."}
        for n in range(1, len(lines))
    ]
    return {"kind": "order", "lines": lines, "rules": rules}, ["check: other orders may be valid; then remove rules"]


def _essay(item: Item) -> tuple[Plain, list[str]]:
    rubric = [{"id": "says", "text": f"{TO_DO} write one thing that a good answer says."}]
    return {"kind": "explain", "rubric": rubric, "model": item.rubric or f"{TO_DO} write a model answer."}, []


_FORMS: dict[str, Callable[[Item], tuple[Plain, list[str]]]] = {
    "one": _choices,
    "many": _choices,
    "number": _number,
    "short": _text,
    "match": _match,
    "order": _order,
    "essay": _essay,
}
