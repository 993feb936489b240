"""Canvas's reading of QTI 1.2, from the conditions that stand in an item: what an answer earns there."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from lessontools.quiz.question import Question
from lessontools.screen.markup import to_portable, to_text
from tests.exchange.engines import Given

Responses = dict[str, Any]  # the ident of a field -> the idents or the text that it holds


def canvas(item: ET.Element, question: Question, answer: Given) -> float:
    """Return the share that an item's conditions give, all of them tried in turn."""
    held, score = responses(item, question, answer), 0.0
    for condition in item.findall("{*}resprocessing/{*}respcondition"):
        points = condition.find("{*}setvar")
        inside = condition.find("{*}conditionvar")
        if points is None or inside is None or not any(holds(each, held) for each in inside):
            continue
        if points.get("action") == "Set":
            return float(points.text or 0) / 100
        score += float(points.text or 0) / 100
    return score


def holds(node: ET.Element, held: Responses) -> bool:
    """Return whether a condition holds of what was answered."""
    name, given, text = node.tag.rpartition("}")[2], held.get(node.get("respident", "")), node.text or ""
    match name:
        case "and":
            return all(holds(each, held) for each in node)
        case "or":
            return any(holds(each, held) for each in node)
        case "not":
            return not holds(node[0], held)
        case "varequal":
            return text in given if isinstance(given, list) else str(given).casefold() == text.casefold()
        case "vargte":
            return float(str(given)) >= float(text) - 1e-12
        case "varlte":
            return float(str(given)) <= float(text) + 1e-12
    raise AssertionError(name)


def responses(item: ET.Element, question: Question, answer: Given) -> Responses:
    """Return an answer as the fields of the item hold it."""
    if isinstance(answer, str):
        return {"response1": answer}
    if isinstance(answer, dict):  # left sides and their right sides
        return {f"response_{1001 + n}": label(item, n, to_text(right)) for n, right in answer.items()}
    if answer and isinstance(answer[0], str):  # lines of code in their places
        return {f"response_{1001 + n}": label(item, n, line) for n, line in enumerate(answer)}
    idents = {each.findtext(".//{*}mattext"): each.get("ident") for each in item.findall(".//{*}response_label")}
    if options := getattr(question, "choices", ()):
        return {"response1": [idents[to_portable(options[n].text)] for n in answer]}
    return {"response1": [str(1001 + n) for n in answer]}  # lines of code as choices, which are not mixed


def label(item: ET.Element, field: int, text: str) -> str | None:
    """Return the ident of the right side with this text."""
    choices = item.findall("{*}presentation/{*}response_lid")[field].findall(".//{*}response_label")
    return next(each.get("ident") for each in choices if each.findtext(".//{*}mattext") == text)
