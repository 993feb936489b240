"""Moodle XML: items -> the one file that Moodle's question bank imports."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from xml.etree import ElementTree as ET

from lessontools.exchange.gift import percent
from lessontools.exchange.item import Gap, Item, decimal
from lessontools.exchange.layout import code_text, table_html
from lessontools.exchange.package import xml
from lessontools.exchange.target import TARGETS
from lessontools.screen.markup import to_portable

__all__ = ["write"]

Element = ET.Element


def write(items: Sequence[Item], _title: str = "") -> bytes:
    """Return the items as Moodle XML, in a category for each lesson, and one for the variants of a question."""
    quiz, category = Element("quiz"), ""
    for item in items:
        path = "/".join(filter(None, ("$course$/top", item.lesson, item.group)))
        if path != category:
            _text(ET.SubElement(quiz, "question", type="category"), "category", path)
            category = path
        quiz.append(_question(item))
    ET.indent(quiz)
    return xml(quiz)


def _text(parent: Element, tag: str, text: str, **attributes: str) -> Element:
    made = ET.SubElement(parent, tag, attributes)
    ET.SubElement(made, "text").text = text
    return made


def _html(parent: Element, tag: str, markdown: str, **attributes: str) -> Element:
    return _text(parent, tag, to_portable(markdown), format="html", **attributes)


def _plain(parent: Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text


def _question(item: Item) -> Element:
    made = Element("question", type=TARGETS["moodle"].forms[item.form])
    _text(made, "name", item.id)
    stem = _html(made, "questiontext", item.stem)
    if item.table:
        table = table_html(item.table, lambda _, gap: _gap(gap), _unbraced)
        stem[0].text = f"{_unbraced(to_portable(item.stem))}\n{table}"
    if picture := item.picture:
        image = Element("img", src=f"@@PLUGINFILE@@/{picture.name}", alt=picture.alt)
        stem[0].text = f"{stem[0].text}\n<p>{ET.tostring(image, encoding='unicode')}</p>"
        file = ET.SubElement(stem, "file", name=picture.name, path="/", encoding="base64")
        file.text = base64.b64encode(picture.data).decode()
    _html(made, "generalfeedback", item.afterwards())
    for tag, text in (("defaultgrade", f"{item.points:g}"), ("penalty", "0.3333333"), ("hidden", "0")):
        _plain(made, tag, text)
    _plain(made, "idnumber", item.id)
    if item.form in _BODIES:
        _BODIES[item.form](made, item)
    for hint in item.hints:
        _html(made, "hint", hint)
    tags = ET.SubElement(made, "tags") if item.tags else None
    for tag in item.tags if tags is not None else ():
        _text(tags, "tag", tag)  # type: ignore[arg-type]  # there is one as there are tags
    return made


def _choices(made: Element, item: Item) -> None:
    _plain(made, "single", str(item.form == "one").lower())
    _plain(made, "shuffleanswers", str(item.shuffle).lower())
    _plain(made, "answernumbering", "none")
    _plain(made, "showstandardinstruction", "0")
    for each in item.answers:
        answer = _html(made, "answer", each.text, fraction=percent(each.share))
        _html(answer, "feedback", each.feedback)


def _number(made: Element, item: Item) -> None:
    for each in item.answers:
        answer = _text(made, "answer", each.text, fraction=percent(each.share), format="plain_text")
        _plain(answer, "tolerance", decimal(each.margin))
        _html(answer, "feedback", each.feedback)
    if item.unit:
        unit = ET.SubElement(ET.SubElement(made, "units"), "unit")
        _plain(unit, "multiplier", "1")
        _plain(unit, "unit_name", item.unit)
    # a unit may be typed or left out; without one the field takes numbers only
    for tag, text in (("unitgradingtype", "0"), ("unitpenalty", "0"), ("showunits", "0" if item.unit else "3")):
        _plain(made, tag, text)
    _plain(made, "unitsleft", "0")


def _short(made: Element, item: Item) -> None:
    _plain(made, "usecase", str(int(item.case)))
    for each in item.answers:
        literal = each.text.replace("*", r"\*")  # a bare asterisk stands for anything
        answer = _text(made, "answer", literal, fraction=percent(each.share), format="plain_text")
        _html(answer, "feedback", each.feedback)


def _match(made: Element, item: Item) -> None:
    _plain(made, "shuffleanswers", "true")
    for left, right in (*item.pairs, *(("", spare) for spare in item.spares)):
        _text(_html(made, "subquestion", left), "answer", right)


def _order(made: Element, item: Item) -> None:
    options = {"layouttype": "VERTICAL", "selecttype": "ALL", "selectcount": "0", "showgrading": "SHOW"}
    for tag, text in {**options, "gradingtype": "LONGEST_ORDERED_SUBSET", "numberingstyle": "none"}.items():
        _plain(made, tag, text)
    for place, line in enumerate(item.lines, 1):
        _html(made, "answer", code_text(line), fraction=str(place))


def _essay(made: Element, item: Item) -> None:
    for tag, text in (("responseformat", "editor"), ("responserequired", "1"), ("responsefieldlines", "10")):
        _plain(made, tag, text)
    _plain(made, "attachments", "0")
    _html(made, "graderinfo", item.rubric)
    _html(made, "responsetemplate", "")


_BODIES: dict[str, Callable[[Element, Item], None]] = {
    "one": _choices,
    "many": _choices,
    "number": _number,
    "short": _short,
    "match": _match,
    "order": _order,
    "essay": _essay,
}


def _gap(gap: Gap) -> str:
    kind = "NUMERICAL" if gap.numeric else "SHORTANSWER"
    parts = []
    for each in gap.answers:
        text = each.text if gap.numeric else _coded(each.text.replace("*", r"\*"))
        margin = f":{decimal(each.margin)}" if gap.numeric and each.margin else ""
        said = f"#{_coded(to_portable(each.feedback))}" if each.feedback else ""
        parts.append(f"{'=' if each.share == 1 else '%0%'}{text}{margin}{said}")
    if gap.otherwise:
        parts.append(f"%0%*#{_coded(to_portable(gap.otherwise))}")
    return f"{{1:{kind}:{'~'.join(parts)}}}"


def _coded(text: str) -> str:
    """Return text in which all that the syntax of gaps uses stands as a numeric entity; Moodle decodes those."""
    return re.sub(r"[&~#{}<>\"/\\=%]", lambda found: f"&#{ord(found.group())};", text.replace("\n", " "))


def _unbraced(html: str) -> str:
    """Return HTML without a bare brace, which could be taken for the start of a gap."""
    return html.replace("{", "&#123;").replace("}", "&#125;")
