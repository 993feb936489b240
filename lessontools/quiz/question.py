"""A question: parsed from plain data, drawn for a learner, marked; one union of all kinds."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from simpleeval import EvalWithCompoundTypes, InvalidExpression

from lessontools.quiz.base import Answer, Asked, Option, Param, Sample
from lessontools.quiz.kinds.bugline import BugLine
from lessontools.quiz.kinds.choosing import Choice, Curve, Predict, Several
from lessontools.quiz.kinds.match import Match
from lessontools.quiz.kinds.number import Number
from lessontools.quiz.kinds.order import Order
from lessontools.quiz.kinds.recall import Explain, Flashcard
from lessontools.quiz.kinds.text import TextQuestion
from lessontools.quiz.kinds.tracetable import TraceTable

__all__ = ["KINDS", "Answer", "Asked", "Option", "Question", "Sample", "draw", "evaluate", "parse", "variant"]

Question = (
    Choice
    | Several
    | Number
    | TextQuestion
    | Match
    | Order
    | Predict
    | BugLine
    | TraceTable
    | Curve
    | Flashcard
    | Explain
)
KINDS: dict[str, type[Asked]] = {
    "choice": Choice,
    "several": Several,
    "number": Number,
    "text": TextQuestion,
    "match": Match,
    "order": Order,
    "predict": Predict,
    "bug-line": BugLine,
    "trace-table": TraceTable,
    "curve": Curve,
    "flashcard": Flashcard,
    "explain": Explain,
}

_ADAPTER: TypeAdapter[Question] = TypeAdapter(Annotated[Question, Field(discriminator="kind")])

_FUNCTIONS = {
    **{name: getattr(math, name) for name in ("sqrt", "exp", "log", "tanh", "floor", "ceil")},
    "abs": abs,
    "round": round,
    "min": min,
    "max": max,
    "int": int,
    "float": float,
    "sum": sum,
    "len": len,
}
_SLOT = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*(?::\s*([^{}]*?)\s*)?\}\}")
_NUMERIC = {"answer", "value", "tol"}  # fields whose text may be an expression


def parse(data: Mapping[str, Any]) -> Question:
    """Return the question that plain data describes; raise pydantic.ValidationError listing every fault."""
    return _ADAPTER.validate_python(_tuples(data))


def _tuples(value: Any) -> Any:
    """Return the data with lists as tuples, as the strict and frozen models want them."""
    if isinstance(value, Mapping):
        return {key: _tuples(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_tuples(each) for each in value)
    return value


def evaluate(expression: str, names: Mapping[str, Any]) -> Any:
    """Return the value of an arithmetic expression; raise ValueError saying what is wrong with it."""
    try:
        return EvalWithCompoundTypes(names=dict(names), functions=_FUNCTIONS).eval(expression)
    except (InvalidExpression, SyntaxError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"cannot evaluate '{expression}': {error}") from error


def draw(params: Mapping[str, Param], derive: Mapping[str, str], seed: str) -> dict[str, Any]:
    """Return the values of the parameters for a seed, derived ones included."""
    rng = random.Random(seed)
    values: dict[str, Any] = {}
    for name, param in params.items():
        if param.pick:
            values[name] = rng.choice(param.pick)
        else:
            low, high = param.low or 0, param.high or 0
            value = low + rng.randrange(int((high - low) / param.step + 1e-9) + 1) * param.step
            values[name] = value if isinstance(value, int) else round(value, 10)
    for name, expression in derive.items():
        value = evaluate(expression, values)
        values[name] = round(value, 10) if isinstance(value, float) else value
    return values


@lru_cache(maxsize=1024)
def _variant(dumped: str, seed: str) -> Question:
    question = _ADAPTER.validate_json(dumped)
    values = draw(question.params, question.derive, f"{question.id}:{seed}")
    plain = question.model_dump(exclude={"params", "derive"})
    return parse(_filled(plain, values))


def variant(question: Question, seed: str) -> Question:
    """Return the question as a learner with this seed sees it; without parameters, the question itself.

    Raise ValueError where an expression or a slot cannot be filled.
    """
    if not question.params and not question.derive:
        return question
    return _variant(question.model_dump_json(), seed)


def _filled(value: Any, values: Mapping[str, Any], key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _filled(each, values, name) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return tuple(_filled(each, values, key) for each in value)
    if not isinstance(value, str):
        return value
    if key in _NUMERIC and "{{" not in value:
        try:
            found = evaluate(value, values)
        except ValueError:
            return value
        # a word such as None or True in a cell is no expression, though it evaluates
        return found if isinstance(found, int | float) and not isinstance(found, bool) else value
    return _SLOT.sub(lambda slot: _shown(slot, values), value)


def _shown(slot: re.Match[str], values: Mapping[str, Any]) -> str:
    name, form = slot.group(1), slot.group(2) or ""
    if name not in values:
        raise ValueError(f"'{{{{{name}}}}}' names no parameter; known are {', '.join(values) or 'none'}")
    value = values[name]
    return format(value, form) if form else f"{value:g}" if isinstance(value, float) else str(value)
