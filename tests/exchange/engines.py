"""Other systems' marking, from their published rules: answers of ours, given there, must earn what they earn here."""

from __future__ import annotations

import html
import re
from typing import Any
from xml.etree import ElementTree as ET

from lessontools.quiz.kinds.bugline import BugLine
from lessontools.quiz.kinds.match import Match
from lessontools.quiz.kinds.order import Order
from lessontools.quiz.question import Question
from lessontools.screen.markup import to_portable, to_text

Given = Any  # indices of choices, a typed text, {left: right text}, lines of code, or {cell: text}


def given(question: Question, answer: Any) -> Given | None:
    """Return an answer as it is given elsewhere; None if it cannot be, as it is malformed or needs our own reading."""
    match question:
        case Match():
            rights = {p.id: p.right for p in question.pairs} | {s.id: s.right for s in question.spares}
            lefts = [pair.id for pair in question.pairs]
            return {lefts.index(left): rights[right] for left, right in answer.items()}
        case Order():
            code = {each.id: each.code.strip() for each in (*question.lines, *question.distractors)}
            return [code[name] for name in answer]
        case BugLine():
            numbers = [n for n, line in enumerate(question.code.splitlines(), 1) if line.strip()]
            return [numbers.index(answer)] if answer in numbers else None
    if options := getattr(question, "choices", ()):
        ids = [option.id for option in options]
        return [ids.index(each) for each in (answer if isinstance(answer, list) else [answer])]
    if isinstance(answer, dict):
        return answer
    typed = str(answer).strip()
    return None if "`" in typed else typed


# -- Moodle ------------------------------------------------------------------------------------------------------------

_ALTERNATIVE = re.compile(r"~?(=|%(-?\d+)%)?(.+?(?<!\\)(?<!&)(?<!&amp;)(?=[~#}]|$))(#(.*?(?<!\\)(?=[~}]|$)))?", re.S)
GAP = re.compile(r"\{(\d+):(NUMERICAL|SHORTANSWER):((?:\\\}|[^}])*)\}", re.S)


def gaps(text: str) -> list[tuple[str, list[tuple[float, str, str]]]]:
    """Return the gaps of a cloze as Moodle reads them: the kind, and (share, answer, feedback) of each alternative."""
    found = []
    for _, kind, inside in GAP.findall(text):
        rows = [
            (1.0 if mark == "=" else float(percent or 0) / 100, html.unescape(answer), html.unescape(said))
            for mark, percent, answer, _, said in _ALTERNATIVE.findall(inside)
        ]
        found.append((kind, rows))
    return found


def wildcard(pattern: str, typed: str, case: bool) -> bool:
    parts = [re.escape(part.replace(r"\*", "*")) for part in re.split(r"(?<!\\)\*", pattern)]
    return bool(re.fullmatch(".*".join(parts), typed, re.S if case else re.S | re.I))


def near(text: str, typed: str, margin: float) -> bool:
    try:
        return text == "*" or abs(float(typed) - float(text)) <= margin + 1e-12
    except ValueError:
        return False


def longest(places: list[int]) -> int:
    best: list[int] = []
    for n, place in enumerate(places):
        best.append(1 + max((best[m] for m in range(n) if places[m] < place), default=0))
    return max(best) if max(best) > 1 else 0  # Moodle ignores a single item in order


def moodle(question: ET.Element, answer: Given) -> float:
    """Return the share that Moodle gives."""
    kind, answers = question.get("type"), question.findall("answer")
    shares = [float(each.get("fraction", "0")) / 100 for each in answers]
    texts = [each.findtext("text") or "" for each in answers]
    if kind == "multichoice":
        return min(1.0, max(0.0, sum(shares[n] for n in answer)))
    if kind == "numerical":
        margins = [float(each.findtext("tolerance") or 0) for each in answers]
        rows = zip(texts, margins, shares, strict=True)
        return next((share for text, margin, share in rows if near(text, answer, margin)), 0.0)
    if kind == "shortanswer":
        case = question.findtext("usecase") == "1"
        return next((s for text, s in zip(texts, shares, strict=True) if wildcard(text, answer, case)), 0.0)
    if kind == "matching":
        rights = [each.findtext("answer/text") for each in question.findall("subquestion") if each.findtext("text")]
        return sum(to_text(answer.get(n, "")) == right for n, right in enumerate(rights)) / len(rights)
    if kind == "ordering":
        lines = [re.sub("<[^>]+>", "", text) for text in texts]
        return longest([lines.index(html.escape(each, quote=False)) for each in answer]) / len(lines)
    assert kind == "cloze"
    right = 0.0
    cells = gaps(question.findtext("questiontext/text") or "")
    for (kind, rows), typed in zip(cells, answer.values(), strict=True):
        for share, text, _ in rows:
            value, _, margin = text.partition(":") if kind == "NUMERICAL" else (text, "", "")
            if near(value, typed, float(margin or 0)) if kind == "NUMERICAL" else wildcard(text, typed, False):
                right += share
                break
    return right / len(cells)


# -- QTI 2.1 -----------------------------------------------------------------------------------------------------------


class Qti:
    """An item at work: `responses` by identifier, then `score` and `feedback` as its response processing says."""

    def __init__(self, root: ET.Element) -> None:
        self.root = root
        self.values: dict[str, Any] = {"SCORE": 0.0, "FEEDBACK": []}

    def run(self, responses: dict[str, Any]) -> float:
        self.values |= responses
        for rule in self.root.find("{*}responseProcessing") or ():
            self.rule(rule)
        return float(self.values["SCORE"])

    def rule(self, rule: ET.Element) -> None:
        if rule.tag.endswith("setOutcomeValue"):
            self.values[rule.get("identifier", "")] = self.value(rule[0])
            return
        for branch in rule:
            if self.value(branch[0]):
                for each in branch[1:]:
                    self.rule(each)
                return

    def declared(self, name: str) -> ET.Element:
        return next(each for each in self.root.findall("{*}responseDeclaration") if each.get("identifier") == name)

    def value(self, node: ET.Element) -> Any:
        name, inner = node.get("identifier", ""), [self.value(each) for each in node]
        match node.tag.rpartition("}")[2]:
            case "variable":
                return self.values.get(name)
            case "baseValue":
                return float(node.text or 0) if node.get("baseType") == "float" else node.text
            case "correct":
                return [each.text for each in self.declared(name).findall("{*}correctResponse/{*}value")]
            case "match":
                return inner[0] == inner[1]
            case "sum":
                return sum(inner)
            case "product":
                return inner[0] * inner[1]
            case "multiple":
                return [x for each in inner if each is not None for x in (each if isinstance(each, list) else [each])]
            case "stringMatch":
                a, b = map(str, inner)
                return a == b if node.get("caseSensitive") == "true" else a.casefold() == b.casefold()
            case "equal":
                margin = float((node.get("tolerance") or "0").split()[0])
                return near(str(inner[1]), str(inner[0]), margin)
            case "mapResponse":
                mapping = self.declared(name).find("{*}mapping")
                assert mapping is not None
                entries = {each.get("mapKey"): float(each.get("mappedValue", "0")) for each in mapping}
                held = self.values[name] if isinstance(self.values[name], list) else [self.values[name]]
                total = sum(entries.get(each, 0.0) for each in held)
                return min(
                    float(mapping.get("upperBound", "inf")), max(float(mapping.get("lowerBound", "-inf")), total)
                )
        raise AssertionError(node.tag)


def qti(root: ET.Element, answer: Given) -> float:
    """Return the share that a QTI 2.1 engine gives."""
    body = root.find("{*}itemBody")
    assert body is not None
    words = {
        each.get("identifier"): " ".join("".join(each.itertext()).split())
        for each in body.iter()
        if each.get("identifier")
    }
    if isinstance(answer, dict) and all(isinstance(key, str) for key in answer):
        return Qti(root).run({f"CELL_{key.replace('.', '_')}": typed for key, typed in answer.items()})
    if isinstance(answer, dict):
        names = {text: name for name, text in words.items() if name and name.startswith("right")}
        return Qti(root).run({"RESPONSE": [f"left{n} {names[plain(right)]}" for n, right in answer.items()]})
    if isinstance(answer, str):
        return Qti(root).run({"RESPONSE": answer})
    if isinstance(answer[0], int):
        return Qti(root).run({"RESPONSE": [f"choice{n + 1}" for n in answer]})
    lines = {text: name for name, text in words.items() if name and name.startswith("line")}
    return Qti(root).run({"RESPONSE": [lines[" ".join(each.split())] for each in answer]})


def plain(markdown: str) -> str:
    """Return the words of a short Markdown text, as a page shows them."""
    return " ".join(html.unescape(re.sub("<[^>]+>", "", to_portable(markdown, tex=False))).split())
