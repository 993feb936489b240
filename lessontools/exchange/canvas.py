"""Canvas: items -> a QTI 1.2 package in the dialect that Canvas reads, a quiz for each lesson."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.etree import ElementTree as ET

from lessontools.exchange.item import Item, decimal
from lessontools.exchange.layout import table_html
from lessontools.exchange.package import by_lesson, grouped, sub, xml, zipped
from lessontools.exchange.target import TARGETS
from lessontools.quiz.view import shuffled
from lessontools.screen.markup import to_portable

__all__ = ["write"]

_QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_PACKAGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
_META = "http://canvas.instructure.com/xsd/cccv1p0"
_FIRST = 1001  # ids of answers are numbers in Canvas
Element = ET.Element


def write(items: Sequence[Item], title: str = "Questions") -> bytes:
    """Return the items as a zip with a quiz for each lesson, its pictures and the manifest."""
    files: dict[str, bytes] = {}
    manifest = Element("manifest", {"xmlns": _PACKAGE, "identifier": "lessontools"})
    about = sub(manifest, "metadata")
    sub(about, "schema", "IMS Content")
    sub(about, "schemaversion", "1.1.3")
    sub(manifest, "organizations")
    resources = sub(manifest, "resources")
    for lesson, held in by_lesson(items):
        name = f"{title}: {lesson}" if lesson else title
        quiz, meta = f"{lesson or 'quiz'}/quiz.xml", f"{lesson or 'quiz'}/assessment_meta.xml"
        ident = f"quiz_{lesson}"
        files[quiz], files[meta] = xml(_quiz(ident, name, held)), xml(_meta(ident, name, held))
        resource = sub(resources, "resource", identifier=ident, type="imsqti_xmlv1p2")
        sub(resource, "file", href=quiz)
        sub(resource, "dependency", identifierref=f"{ident}_meta")
        kind = "associatedcontent/imscc_xmlv1p1/learning-application-resource"
        sub(sub(resources, "resource", identifier=f"{ident}_meta", type=kind, href=meta), "file", href=meta)
    for picture in (item.picture for item in items if item.picture):
        href = f"images/{picture.name}"
        files[href] = picture.data
        sub(
            sub(resources, "resource", identifier=f"picture-{picture.name}", type="webcontent", href=href),
            "file",
            href=href,
        )
    return zipped({"imsmanifest.xml": xml(manifest)} | files)


def _meta(ident: str, title: str, items: list[Item]) -> Element:
    quiz = Element("quiz", {"xmlns": _META, "identifier": ident})
    points = sum(held[0].points for _, held in grouped(items))
    for tag, text in (("title", title), ("shuffle_answers", "false"), ("quiz_type", "assignment")):
        sub(quiz, tag, text)
    sub(quiz, "points_possible", f"{points:g}")
    return quiz


def _quiz(ident: str, title: str, items: list[Item]) -> Element:
    root = Element("questestinterop", {"xmlns": _QTI})
    section = sub(sub(root, "assessment", ident=ident, title=title), "section", ident="root_section")
    for group, held in grouped(items):
        inner = section
        if group:  # one of the variants is drawn for each learner
            inner = sub(section, "section", ident=f"{group}_group", title=group)
            selection = sub(sub(inner, "selection_ordering"), "selection")
            sub(selection, "selection_number", "1")
            sub(sub(selection, "selection_extension"), "points_per_item", f"{held[0].points:g}")
        for item in held:
            inner.append(_question(item))
    return root


def _question(item: Item) -> Element:
    made = Element("item", ident=item.id, title=item.id)
    fields = sub(sub(made, "itemmetadata"), "qtimetadata")
    known = {"question_type": TARGETS["canvas"].forms[item.form], "points_possible": f"{item.points:g}"}
    for label, entry in {**known, "assessment_question_identifierref": f"{item.id}_ref"}.items():
        field = sub(fields, "qtimetadatafield")
        sub(field, "fieldlabel", label)
        sub(field, "fieldentry", entry)
    shown = sub(made, "presentation")
    stem = to_portable(item.stem)
    if item.picture:
        image = Element("img", src=f"%24IMS-CC-FILEBASE%24/images/{item.picture.name}", alt=item.picture.alt)
        stem += f"\n<p>{ET.tostring(image, encoding='unicode')}</p>"
    if item.table:
        table = table_html(item.table, lambda name, _: f"[{_blank(name)}]", _unbracketed)
        stem = f"{_unbracketed(stem)}\n{table}"
    _material(shown, stem)
    processing = sub(made, "resprocessing")
    sub(sub(processing, "outcomes"), "decvar", maxvalue=100, minvalue=0, varname="SCORE", vartype="Decimal")
    after = item.afterwards()
    if after:
        general = sub(processing, "respcondition", continue_="Yes")
        sub(sub(general, "conditionvar"), "other")
        sub(general, "displayfeedback", feedbacktype="Response", linkrefid="general_fb")
    said = _BODIES[item.form](shown, processing, item)
    for name, text in {**({"general_fb": after} if after else {}), **said}.items():
        _material(sub(sub(made, "itemfeedback", ident=name), "flow_mat"), to_portable(text))
    return made


def _material(parent: Element, html: str, kind: str = "text/html") -> None:
    sub(sub(parent, "material"), "mattext", html, texttype=kind)


def _earns(processing: Element, share: float = 1.0, action: str = "Set") -> Element:
    condition = sub(processing, "respcondition", continue_="No" if action == "Set" else "Yes")
    inside = sub(condition, "conditionvar")
    sub(condition, "setvar", decimal(round(100 * share, 5)), action=action, varname="SCORE")
    return inside


def _choices(shown: Element, processing: Element, item: Item) -> dict[str, str]:
    answers = shuffled(item.answers, item.id, item.shuffle)
    field = sub(shown, "response_lid", ident="response1", rcardinality="Single" if item.form == "one" else "Multiple")
    choices, said = sub(field, "render_choice"), {}
    for place, each in enumerate(answers, _FIRST):
        _material(sub(choices, "response_label", ident=place), to_portable(each.text))
        if each.feedback:
            said[f"{place}_fb"] = each.feedback
            condition = sub(processing, "respcondition", continue_="Yes")
            sub(sub(condition, "conditionvar"), "varequal", str(place), respident="response1")
            sub(condition, "displayfeedback", feedbacktype="Response", linkrefid=f"{place}_fb")
    inside = _earns(processing)
    if item.form == "many":
        inside = sub(inside, "and")
    for place, each in enumerate(answers, _FIRST):
        if each.share > 0:
            sub(inside, "varequal", str(place), respident="response1")
        elif item.form == "many":
            sub(sub(inside, "not"), "varequal", str(place), respident="response1")
    return said


def _number(shown: Element, processing: Element, item: Item) -> dict[str, str]:
    field = sub(shown, "response_str", ident="response1", rcardinality="Single")
    sub(sub(field, "render_fib", fibtype="Decimal"), "response_label", ident="answer1")
    for each in item.answers:
        value = float(each.text)
        either = sub(_earns(processing), "or")
        sub(either, "varequal", each.text, respident="response1")
        within = sub(either, "and")
        sub(within, "vargte", decimal(value - each.margin), respident="response1")
        sub(within, "varlte", decimal(value + each.margin), respident="response1")
    return {}


def _typed(shown: Element, processing: Element, item: Item) -> dict[str, str]:
    field = sub(shown, "response_str", ident="response1", rcardinality="Single")
    sub(sub(field, "render_fib"), "response_label", ident="answer1", rshuffle="No")
    if item.form == "essay":
        sub(sub(sub(processing, "respcondition", continue_="No"), "conditionvar"), "other")
        return {}
    inside = _earns(processing)
    for each in item.answers:
        sub(inside, "varequal", each.text, respident="response1")
    return {}


def _pairs(shown: Element, processing: Element, item: Item) -> dict[str, str]:
    """Ask for the right side of each left; an order becomes its places, with the lines as right sides."""
    pairs = item.pairs or tuple((f"{n}.", line.strip()) for n, line in enumerate(item.lines, 1))
    spares = item.spares or tuple(line.strip() for line in item.strays)
    rights = shuffled(list(dict.fromkeys((*(right for _, right in pairs), *spares))), item.id)
    known = {right: str(place) for place, right in enumerate(rights, _FIRST + 1000)}
    for place, (left, right) in enumerate(pairs, _FIRST):
        field = sub(shown, "response_lid", ident=f"response_{place}")
        _material(field, to_portable(left))
        choices = sub(field, "render_choice")
        for each in rights:
            _material(sub(choices, "response_label", ident=known[each]), each, "text/plain")
        sub(_earns(processing, 1 / len(pairs), "Add"), "varequal", known[right], respident=f"response_{place}")
    return {}


def _blanks(shown: Element, processing: Element, item: Item) -> dict[str, str]:
    assert item.table
    gaps = item.table.gaps()
    for number, (name, gap) in enumerate(gaps):
        blank = _blank(name)
        field = sub(shown, "response_lid", ident=f"response_{blank}")
        _material(field, blank, "text/plain")
        choices = sub(field, "render_choice")
        for place, each in enumerate(gap.answers, _FIRST + 100 * number):
            _material(sub(choices, "response_label", ident=place), each.text, "text/plain")
            sub(_earns(processing, 1 / len(gaps), "Add"), "varequal", str(place), respident=f"response_{blank}")
    return {}


_BODIES: dict[str, Callable[[Element, Element, Item], dict[str, str]]] = {
    "one": _choices,
    "many": _choices,
    "number": _number,
    "short": _typed,
    "essay": _typed,
    "match": _pairs,
    "order": _pairs,
    "table": _blanks,
}


def _blank(name: str) -> str:
    return f"cell_{name.replace('.', '_')}"


def _unbracketed(html: str) -> str:
    """Return HTML without a bare bracket: Canvas takes a word in brackets for a blank."""
    return html.replace("[", "&#91;").replace("]", "&#93;")
