"""Rules of stems and of all text: one clear task, short, readable by everyone, safe to show."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lessontools.quiz.bank import Item
from lessontools.quiz.kinds.choosing import Curve
from lessontools.quiz.kinds.order import Order
from lessontools.quiz.lint.rule import Hit
from lessontools.quiz.lint.words import fences, negations, options, prose, task, texts

_ASKED_NEGATIVE = re.compile(
    r"(?:^|[,;:]\s+)\W*(?:which|select|tick|choose|pick|mark|click)\b(?P<rest>.*)"
    r"|^\W*what\b(?P<what>.*)",
    re.I | re.S,
)
_SUBCLAUSE = re.compile(
    r"\b(?:if|when|where|while|because|after|before|although|that|whose|who|unless|since|happens|to)\b|[,;:]", re.I
)
_NEGATIVE = re.compile(r"\b(?:not|never|except|cannot|\w+n['’]t)\b", re.I)
_UNDONE = re.compile(
    r"\b(?:not|never|isn['’]t|aren['’]t)\s+(?:\w+\s+)?"
    r"(?:incorrect|false|wrong|invalid|impossible|untrue|unnecessary|unneeded|unlikely|unable)\b",
    re.I,
)
_ORDERS = """
    answer arrange assume build calculate choose click commit compare complete compute count decide derive
    describe drag draw enter estimate explain fill find fix follow give guess identify imagine list look match
    mark mend name note order pair pick place predict put rank read recall rearrange replace report run say
    select show sort state suppose think tell tick trace try turn type use work write
"""
_ORDER = re.compile(rf"(?:^|[.:;!?,][\"”’')]*\s+|\bthen |\band |\n)\W*(?:{'|'.join(_ORDERS.split())})\b", re.I)
_GAP = re.compile(r"_{2,}|…|\.\.\.|\[\s*\]|:\s*$")
_EMPTY_TASK = re.compile(
    r"\W*which (?:one )?(?:of (?:the following|these|those|them))?\s*"
    r"(?:statements?|sentences?|claims?|answers?|options?)?"
    r"\s*(?:below )?(?:is|are) (?:true|false|correct|right|wrong|incorrect|not true|\W*not\W* true)\W*",
    re.I,
)
_COLOURS = "red|green|blue|orange|yellow|purple|pink|brown|grey|gray|black|cyan|magenta|teal|violet"
_MARKS = (
    "lines?|curves?|dots?|points?|bars?|box|boxes|arrows?|cells?|words?|regions?|areas?|graphs?|plots?|ones?|texts?"
)
_COLOUR = re.compile(rf"\b(?:{_COLOURS})\s+(?:{_MARKS})\b|\b(?:in|coloured|colored|marked)\s+(?:{_COLOURS})\b", re.I)
_OTHER_CUE = re.compile(
    r"\b(?:dashed|dotted|solid|thick|thin|labell?ed|named|called|upper|lower|top|bottom|left|right|marked with|hatched"
    r"|striped|circled|numbered|square|round|triangular)\b|[\"“'‘(`]",
    re.I,
)
_TAGS = """a abbr audio b base big blockquote body br button center code dd details div dl dt em embed font form frame
    h1 h2 h3 h4 h5 h6 head hr html i iframe img input kbd label li link mark math meta object ol option p picture pre s
    script section select small source span strike strong style sub summary sup svg table tbody td textarea th thead tr
    tt u ul var video"""
_HTML = re.compile(rf"</?(?:{'|'.join(_TAGS.split())})(?:\s[^<>]*)?/?>|<!--|javascript:", re.I)
_ACTIVE_SVG = re.compile(r"<(?:script|foreignObject|iframe)\b|\son\w+\s*=|(?:href|src)\s*=\s*[\"']?\w+:", re.I)
_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<to>[^)\s]*)")
_POOR_ALT = re.compile(
    r"\W*(?:an? |the )?(?:image|picture|plot|graph|figure|chart|diagram|curve|[\w-]+\.\w{3,4})?\W*", re.I
)
LONG_STEM, LONG_CODE = 60, 12


def negative_stem(item: Item) -> Iterator[Hit]:
    """A question turned by a "not" that is not bold."""
    if not (options(item.question)):
        return
    asked = task(item.question.stem)
    if not (found := _ASKED_NEGATIVE.search(asked)):
        return
    rest = found["rest"] if found["rest"] is not None else found["what"]
    clause = _SUBCLAUSE.split(rest)[0]
    unmarked = _NEGATIVE.search(re.sub(r"\*\*[^*]+\*\*|__[^_]+__", "", clause))
    if unmarked:
        yield Hit(f"the question turns on '{unmarked.group()}'", ("stem",))


def double_negative(item: Item) -> Iterator[Hit]:
    """Two negations in one clause of the question."""
    asked = task(item.question.stem).replace("*", "")
    if negations(asked) >= 2 or _UNDONE.search(asked):
        yield Hit(f"two negations: '{asked[:70]}'", ("stem",))


def no_task(item: Item) -> Iterator[Hit]:
    """A stem that asks nothing: it cannot be answered with the choices covered."""
    stem = prose(item.question.stem).strip()
    if item.question.kind == "flashcard":
        return
    if _EMPTY_TASK.fullmatch(stem) and not item.question.code and not item.question.picture:
        yield Hit("the stem alone does not say what it is about", ("stem",))
    elif "?" not in stem and not _ORDER.search(stem) and not _GAP.search(stem):
        yield Hit("the stem has no question, no instruction and no gap", ("stem",))


def long_stem(item: Item) -> Iterator[Hit]:
    """More than 60 words."""
    count = len(re.findall(r"\w[\w'’.-]*", prose(item.question.stem)))
    if count > LONG_STEM:
        yield Hit(f"{count} words, at most {LONG_STEM} wanted", ("stem",))


def long_code(item: Item) -> Iterator[Hit]:
    """More than 12 lines of code."""
    shown = [body for _, body, _ in fences(item.question.stem)] + [item.question.code]
    count = sum(len([line for line in each.splitlines() if line.strip()]) for each in shown)
    if count > LONG_CODE:
        yield Hit(f"{count} lines of code, at most {LONG_CODE} wanted", ("code",) if item.question.code else ("stem",))


def poor_alt(item: Item) -> Iterator[Hit]:
    """A picture that is not described in words."""
    if isinstance(item.question, Curve) and _POOR_ALT.fullmatch(item.question.alt):
        yield Hit(f"'{item.question.alt}' does not describe the curves", ("alt",))
    if (picture := item.question.picture) and _POOR_ALT.fullmatch(picture.alt):
        yield Hit(f"'{picture.alt}' does not describe the picture", ("picture", "alt"))
    for at, text in texts(item.question):
        for found in _IMAGE.finditer(text):
            if _POOR_ALT.fullmatch(found["alt"]):
                yield Hit(f"the picture '{found['to']}' has no description", at)


def remote_picture(item: Item) -> Iterator[Hit]:
    """A picture that would be fetched from the network."""
    for at, text in texts(item.question):
        for found in _IMAGE.finditer(text):
            if re.match(r"\w+:|//", found["to"]):
                yield Hit(f"the picture '{found['to']}' is not on the learner's disk", at)


def colour_cue(item: Item) -> Iterator[Hit]:
    """Something that can be told by its colour only."""
    for at, text in texts(item.question):
        for sentence in re.split(r"(?<=[.?!])\s+", prose(text)):
            found = _COLOUR.search(sentence)
            if found and not _OTHER_CUE.search(sentence):
                yield Hit(f"'{found.group()}' is told by its colour only", at)
                break


def raw_html(item: Item) -> Iterator[Hit]:
    """HTML or script in a text, or an active element in an SVG."""
    for at, text in texts(item.question):
        if found := _HTML.search(prose(text)):
            yield Hit(f"raw HTML '{found.group()[:40]}'", at)
    if (picture := item.question.picture) and (found := _ACTIVE_SVG.search(picture.svg)):
        yield Hit(f"the SVG holds '{found.group().strip()}'", ("picture", "svg"))


def unfinished(item: Item) -> Iterator[Hit]:
    """A text that an import has left to its author."""
    for at, text in texts(item.question):
        if text.startswith("TO DO:"):
            yield Hit("this is not written yet", at)


def unbalanced_latex(item: Item) -> Iterator[Hit]:
    r"""A `$` without its partner, a brace or a \begin without its end."""
    for at, text in texts(item.question):
        if trouble := _latex(text):
            yield Hit(trouble, at)


def _latex(text: str) -> str:
    without_code = re.sub(r"^(```|~~~).*?^\1[ \t]*$|(`+).+?\2", " ", text, flags=re.M | re.S)
    parts = re.split(r"(?<!\\)\$\$?", without_code)
    if len(parts) % 2 == 0:
        return "a '$' without its partner"
    for math in parts[1::2]:
        depth = 0
        for brace in re.findall(r"(?<!\\)[{}]", math):
            depth += 1 if brace == "{" else -1
            if depth < 0:
                break
        if depth:
            return f"unbalanced braces in '${math.strip()[:40]}$'"
        if sorted(re.findall(r"\\begin\{(\w+\*?)\}", math)) != sorted(re.findall(r"\\end\{(\w+\*?)\}", math)):
            return f"\\begin and \\end do not match in '${math.strip()[:40]}$'"
        if len(re.findall(r"\\left\b", math)) != len(re.findall(r"\\right\b", math)):
            return f"\\left and \\right do not match in '${math.strip()[:40]}$'"
    return ""


def many_orders(item: Item) -> Iterator[Hit]:
    """An order question with so many valid orders that its rules can hardly be meant."""
    if isinstance(item.question, Order):
        count = sum(1 for _ in zip(item.question.orders(), range(121), strict=False))
        if count > 120:
            yield Hit("more than 120 valid orders", ("rules",))
