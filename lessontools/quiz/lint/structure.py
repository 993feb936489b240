"""Rules of structure: ids that must be known, choices that must differ, and whether the bank covers the course."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from lessontools.errors import did_you_mean
from lessontools.quiz.bank import Item
from lessontools.quiz.base import Asked
from lessontools.quiz.kinds.bugline import BugLine
from lessontools.quiz.kinds.match import Match
from lessontools.quiz.kinds.number import read_number
from lessontools.quiz.kinds.order import Order
from lessontools.quiz.kinds.text import TextQuestion
from lessontools.quiz.lint.rule import Hit, Survey, Where
from lessontools.quiz.lint.words import options, plain

COURSE = "quizzes/course.yaml"
VOCABULARY = "quizzes/misconceptions.yaml"
PICKED = {"choice", "several", "curve", "predict", "match"}  # recognising; all other kinds need recall or construction
ENOUGH = 4


def duplicate_choices(item: Item) -> Iterator[Hit]:
    """Two choices (spares, lines, accepted forms) that read the same."""
    for group in _alternatives(item.question):
        seen: dict[object, str] = {}
        for at, text in group:
            number = read_number(plain(text)) if len(plain(text)) <= 60 else None
            shape: object = number if number is not None else _shape(text)
            if shape in seen:
                yield Hit(f"'{plain(text)[:60]}' is there twice", at)
            seen.setdefault(shape, text)


def _shape(text: str) -> str:
    """Return a text with markup and space gone; case stays where it may be code."""
    short = plain(text).rstrip(".")
    return short if "`" in text else short.casefold()


def _alternatives(question: Asked) -> Iterator[list[tuple[Where, str]]]:
    yield [(("choices", n), option.text) for n, option in enumerate(options(question))]
    match question:
        case Match():
            # pairs may share a right side; a spare that repeats one would be right
            rights = list(dict.fromkeys(pair.right for pair in question.pairs))
            yield [((), text) for text in rights] + [(("spares", n), s.right) for n, s in enumerate(question.spares)]
            yield [(("pairs", n), pair.left) for n, pair in enumerate(question.pairs)]
        case Order():
            extras = [(("distractors", n), f"`{e.code}`") for n, e in enumerate(question.distractors)]
            lines: list[tuple[Where, str]] = [((), text) for text in {f"`{line.code}`" for line in question.lines}]
            yield [*lines, *extras]
        case TextQuestion():
            forms = [(("accept", n), form) for n, form in enumerate(question.accept)]
            known = {question.normal(form) for form in question.accept}
            yield [(at, f"`{form}`") for at, form in forms]
            yield [(("near", n), f"`{question.normal(v.text)}`") for n, v in enumerate(question.near)] + [
                ((), f"`{form}`") for form in known if form in map(question.normal, (v.text for v in question.near))
            ]


def unknown_objective(survey: Survey) -> Iterator[Hit]:
    """An item's objective that no lesson has."""
    known = {objective.id for lesson in survey.bank.course.lessons for objective in lesson.objectives}
    for item in survey.items:
        for place, name in enumerate(item.question.objectives):
            if name not in known:
                yield Hit(f"no objective '{name}'{did_you_mean(name, known)}", ("objectives", place), item.question.id)


def unknown_misconception(survey: Survey) -> Iterator[Hit]:
    """A misconception code that misconceptions.yaml does not tell."""
    known = survey.bank.misconceptions
    for item in survey.items:
        for at, code in _codes(item.question):
            if code not in known:
                yield Hit(f"no misconception '{code}'{did_you_mean(code, known)}", at, item.question.id)


def _codes(question: Asked) -> Iterator[tuple[Where, str]]:
    def walk(value: object, at: Where) -> Iterator[tuple[Where, str]]:
        if isinstance(value, tuple):
            for place, each in enumerate(value):
                yield from walk(each, (*at, place))
        elif fields := getattr(type(value), "model_fields", None):
            if code := getattr(value, "misconception", ""):
                yield (*at, "misconception"), code
            for name in fields:
                yield from walk(getattr(value, name), (*at, name))

    return walk(question, ())


def unknown_lesson(survey: Survey) -> Iterator[Hit]:
    """A bank file whose lesson course.yaml does not list, or a lesson that needs one which does not come before."""
    known = [lesson.id for lesson in survey.bank.course.lessons]
    for file in {item.file: item for item in survey.items}.values():
        if file.lesson not in known:
            message = f"course.yaml lists no lesson '{file.lesson}'{did_you_mean(file.lesson, known)}"
            yield Hit(message, file=file.file)
    for place, lesson in enumerate(survey.bank.course.lessons):
        for need in lesson.needs:
            if need not in known[:place]:
                message = f"'{lesson.id}' needs '{need}', which does not come before it{did_you_mean(need, known)}"
                yield Hit(message, ("lessons", place, "needs"), lesson.id, COURSE)


def duplicate_in_course(survey: Survey) -> Iterator[Hit]:
    """A lesson or an objective whose id is given twice in course.yaml."""
    seen: set[str] = set()
    for place, lesson in enumerate(survey.bank.course.lessons):
        entries: list[tuple[Where, str]] = [(("lessons", place), lesson.id)]
        entries += [(("lessons", place, "objectives", n), each.id) for n, each in enumerate(lesson.objectives)]
        for at, name in entries:
            if name in seen:
                yield Hit(f"the id '{name}' is used twice", at, name, COURSE)
            seen.add(name)


def _objectives(survey: Survey) -> Iterator[tuple[str, Where, list[Item]]]:
    asked: defaultdict[str, list[Item]] = defaultdict(list)
    for item in survey.items:
        for name in item.question.objectives:
            asked[name].append(item)
    for place, lesson in enumerate(survey.bank.course.lessons):
        for n, objective in enumerate(lesson.objectives):
            yield objective.id, ("lessons", place, "objectives", n), asked[objective.id]


def few_items(survey: Survey) -> Iterator[Hit]:
    """An objective that fewer than four items (exercises count) ask about."""
    for name, at, items in _objectives(survey):
        count = len(items) + survey.exercises[name]
        if count < ENOUGH:
            yield Hit(
                f"{count} item{'' if count == 1 else 's'} for '{name}', at least {ENOUGH} wanted", at, name, COURSE
            )


def one_kind(survey: Survey) -> Iterator[Hit]:
    """An objective that is asked about in one way only, or by recognising only."""
    for name, at, items in _objectives(survey):
        kinds = {item.question.kind for item in items} | ({"exercise"} if survey.exercises[name] else set())
        if len(items) + survey.exercises[name] < 2:
            continue  # few-items has said it
        if len(kinds) == 1:
            yield Hit(f"all items for '{name}' are of the kind '{min(kinds)}'", at, name, COURSE)
        elif kinds <= PICKED:
            yield Hit(f"no item for '{name}' needs recall or construction", at, name, COURSE)


def _uses(survey: Survey) -> Counter[str]:
    found = Counter(survey.also_used)
    for item in survey.items:
        found.update(item.question.misconceptions())
    return found


def misconception_never_used(survey: Survey) -> Iterator[Hit]:
    """A misconception that nothing points to."""
    uses = _uses(survey)
    for place, code in _vocabulary(survey):
        if not uses[code]:
            yield Hit(f"no question or exercise points to '{code}'", ("misconceptions", place), code, VOCABULARY)


def misconception_hit_once(survey: Survey) -> Iterator[Hit]:
    """A misconception that one item alone points to: a diagnosis could be a single slip."""
    uses = _uses(survey)
    for place, code in _vocabulary(survey):
        if uses[code] == 1:
            yield Hit(f"only one item points to '{code}'", ("misconceptions", place), code, VOCABULARY)


def _vocabulary(survey: Survey) -> Iterable[tuple[int, str]]:
    source = survey.bank.sources.get(VOCABULARY)
    listed = source.data.get("misconceptions", []) if source and isinstance(source.data, dict) else []
    known = survey.bank.misconceptions
    seen: dict[str, int] = {}
    for place, entry in enumerate(listed or []):
        if isinstance(entry, dict) and entry.get("id") in known:
            seen.setdefault(entry["id"], place)
    return [(place, code) for code, place in seen.items()]


def lonely_twin(survey: Survey) -> Iterator[Hit]:
    """A twin's name that no other item shares."""
    names = Counter(item.question.twin for item in survey.items if item.question.twin)
    for item in survey.items:
        if names[item.question.twin] == 1:
            yield Hit(f"no other item has the twin '{item.question.twin}'", ("twin",), item.question.id)


def bug_line_twice(item: Item) -> Iterator[Hit]:
    """A line of a bug-line question with two feedbacks."""
    if isinstance(item.question, BugLine):
        seen: set[int] = set()
        for place, note in enumerate(item.question.lines):
            if note.line in seen:
                yield Hit(f"line {note.line} has feedback twice", ("lines", place), item.question.id)
            seen.add(note.line)
