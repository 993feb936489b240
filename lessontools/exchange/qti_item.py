"""A QTI 2.1 item: what is shown, what is right, and how an answer is marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from lessontools.exchange.item import Answer, Gap, Item, decimal
from lessontools.exchange.layout import code_text
from lessontools.exchange.package import sub
from lessontools.exchange.xhtml import add_html
from lessontools.quiz.view import shuffled

__all__ = ["QTI", "assessment_item"]

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_AFTER = "after"
Element = ET.Element


def assessment_item(item: Item) -> Element:
    """Return an item as an assessmentItem; its score is the share of its points, times the points."""
    root = Element(
        "assessmentItem",
        {"xmlns": QTI, "identifier": item.id, "title": item.id, "adaptive": "false", "timeDependent": "false"},
    )
    body, marking = Element("itemBody"), Element("responseProcessing")
    add_html(body, item.stem)
    if item.picture:
        sub(sub(body, "p"), "img", src=item.picture.name, alt=item.picture.alt)
    declared, said = _BODIES[item.form](body, marking, item)
    root.extend(declared)
    score = sub(root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    score.set("normalMaximum", f"{item.points:g}")
    sub(sub(score, "defaultValue"), "value", "0")
    sub(root, "outcomeDeclaration", identifier="FEEDBACK", cardinality="multiple", baseType="identifier")
    root.append(body)
    if item.points != 1:
        product = sub(sub(marking, "setOutcomeValue", identifier="SCORE"), "product")
        sub(product, "variable", identifier="SCORE")
        _value(product, "float", f"{item.points:g}")
    if after := item.afterwards():
        said[_AFTER] = after
        _tell(marking, _AFTER)
    root.append(marking)
    for name, text in said.items():
        shown = sub(root, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier=name, showHide="show")
        add_html(shown, text)
    return root


def _value(parent: Element, kind: str, text: str) -> Element:
    return sub(parent, "baseValue", text, baseType=kind)


def _tell(parent: Element, name: str = "", variable: str = "") -> None:
    """Add a feedback (by its name, or those named by what was chosen) to those that will be shown."""
    together = sub(sub(parent, "setOutcomeValue", identifier="FEEDBACK"), "multiple")
    sub(together, "variable", identifier="FEEDBACK")
    if name:
        _value(together, "identifier", name)
    else:
        sub(together, "variable", identifier=variable)


def _declare(identifier: str, cardinality: str, kind: str, right: Sequence[str]) -> Element:
    made = Element("responseDeclaration", {"identifier": identifier, "cardinality": cardinality, "baseType": kind})
    if right:
        correct = sub(made, "correctResponse")
        for each in right:
            sub(correct, "value", each)
    return made


def _mapping(declared: Element, shares: dict[str, float]) -> None:
    mapping = sub(declared, "mapping", lowerBound="0", upperBound="1", defaultValue="0")
    for key, share in shares.items():
        sub(mapping, "mapEntry", mapKey=key, mappedValue=decimal(round(share, 9)))


def _score_map(marking: Element) -> None:
    sub(sub(marking, "setOutcomeValue", identifier="SCORE"), "mapResponse", identifier="RESPONSE")


Body = tuple[list[Element], dict[str, str]]


def _choices(body: Element, marking: Element, item: Item) -> Body:
    answers = [(f"choice{n}", each) for n, each in enumerate(item.answers, 1)]
    one = item.form == "one"
    declared = _declare(
        "RESPONSE", "single" if one else "multiple", "identifier", [name for name, each in answers if each.share > 0]
    )
    _mapping(declared, {name: each.share for name, each in answers if each.share})
    field = sub(body, "choiceInteraction", responseIdentifier="RESPONSE", maxChoices="1" if one else "0")
    field.set("shuffle", str(item.shuffle).lower())
    for name, each in shuffled(answers, item.id, item.shuffle):
        add_html(sub(field, "simpleChoice", identifier=name), each.text)
    _score_map(marking)
    _tell(marking, variable="RESPONSE")
    return [declared], {name: each.feedback for name, each in answers if each.feedback}


def _test(parent: Element, name: str, each: Answer, numeric: bool, case: bool) -> None:
    if numeric:
        test = sub(parent, "equal", toleranceMode="absolute" if each.margin else "exact")
        if each.margin:
            test.set("tolerance", f"{decimal(each.margin)} {decimal(each.margin)}")
    else:
        test = sub(parent, "stringMatch", caseSensitive=str(case).lower())
    sub(test, "variable", identifier=name)
    _value(test, "float" if numeric else "string", each.text)


def _entry(body: Element, marking: Element, item: Item) -> Body:
    numeric, said = item.form == "number", {}
    declared = _declare("RESPONSE", "single", "float" if numeric else "string", [item.answers[0].text])
    sub(sub(body, "p"), "textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="20")
    condition = sub(marking, "responseCondition")
    for place, each in enumerate(item.answers):  # the first that fits counts
        branch = sub(condition, "responseElseIf" if place else "responseIf")
        _test(branch, "RESPONSE", each, numeric, item.case)
        _value(sub(branch, "setOutcomeValue", identifier="SCORE"), "float", decimal(each.share))
        if each.feedback:
            said[f"near{place}"] = each.feedback
            _tell(branch, f"near{place}")
    return [declared], said


def _match(body: Element, marking: Element, item: Item) -> Body:
    rights = {right: f"right{n}" for n, right in enumerate(dict.fromkeys((*(r for _, r in item.pairs), *item.spares)))}
    right = [f"left{n} {rights[each]}" for n, (_, each) in enumerate(item.pairs)]
    declared = _declare("RESPONSE", "multiple", "directedPair", right)
    _mapping(declared, dict.fromkeys(right, 1 / len(right)))
    field = sub(body, "matchInteraction", responseIdentifier="RESPONSE", shuffle="true", maxAssociations=len(right))
    lefts = sub(field, "simpleMatchSet")
    for n, (left, _) in enumerate(item.pairs):
        add_html(sub(lefts, "simpleAssociableChoice", identifier=f"left{n}", matchMax="1"), left)
    others = sub(field, "simpleMatchSet")
    for text, name in shuffled(sorted(rights.items()), item.id):
        add_html(sub(others, "simpleAssociableChoice", identifier=name, matchMax="0"), text)
    _score_map(marking)
    return [declared], {}


def _order(body: Element, marking: Element, item: Item) -> Body:
    lines = [(f"line{n}", line) for n, line in enumerate((*item.lines, *item.strays))]
    declared = _declare("RESPONSE", "ordered", "identifier", [name for name, _ in lines[: len(item.lines)]])
    field = sub(body, "orderInteraction", responseIdentifier="RESPONSE", shuffle="true")
    if item.strays:
        field.set("minChoices", str(len(item.lines)))
        field.set("maxChoices", str(len(item.lines)))
    for name, line in shuffled(lines, item.id):
        add_html(sub(field, "simpleChoice", identifier=name), code_text(line))
    branch = sub(sub(marking, "responseCondition"), "responseIf")
    test = sub(branch, "match")
    sub(test, "variable", identifier="RESPONSE")
    sub(test, "correct", identifier="RESPONSE")
    _value(sub(branch, "setOutcomeValue", identifier="SCORE"), "float", "1")
    return [declared], {}


def _table(body: Element, marking: Element, item: Item) -> Body:
    assert item.table
    gaps, declared = item.table.gaps(), []
    for name, gap in gaps:
        key = f"CELL_{name.replace('.', '_')}"
        declared.append(_declare(key, "single", "float" if gap.numeric else "string", [gap.answers[0].text]))
        branch = sub(sub(marking, "responseCondition"), "responseIf")
        _test(branch, key, gap.answers[0], gap.numeric, case=False)
        total = sub(sub(branch, "setOutcomeValue", identifier="SCORE"), "sum")
        sub(total, "variable", identifier="SCORE")
        _value(total, "float", decimal(round(1 / len(gaps), 9)))
    table = sub(body, "table")
    head = sub(sub(table, "thead"), "tr")
    for name in ("after", *item.table.columns):
        add_html(sub(head, "th"), name)
    rows = sub(table, "tbody")
    for r, (code, cells) in enumerate(item.table.rows):
        row = sub(rows, "tr")
        add_html(sub(row, "td"), code_text(code))
        for c, cell in enumerate(cells):
            shown = sub(row, "td")
            if isinstance(cell, Gap):
                sub(shown, "textEntryInteraction", responseIdentifier=f"CELL_{r}_{c}", expectedLength="10")
            else:
                add_html(shown, cell)
    return declared, {}


def _essay(body: Element, _marking: Element, _item: Item) -> Body:
    sub(body, "extendedTextInteraction", responseIdentifier="RESPONSE", expectedLines="10")
    return [_declare("RESPONSE", "single", "string", [])], {}


_BODIES: dict[str, Callable[[Any, Any, Item], Body]] = {
    "one": _choices,
    "many": _choices,
    "number": _entry,
    "short": _entry,
    "match": _match,
    "order": _order,
    "table": _table,
    "essay": _essay,
}
