"""The checker: every law of a course's content in one table; `lessontools check` and the tests both run it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lessontools.course import form, reach, ways
from lessontools.course.coverage import holes, known_ids, taught_and_asked
from lessontools.course.notebook import differences
from lessontools.course.page import Courseware, Page, open_courseware
from lessontools.errors import Fault
from lessontools.practice.proof import prove as prove_exercise
from lessontools.quiz.lint import lint
from lessontools.quiz.truth import prove

__all__ = ["LAWS", "Law", "check", "only"]


@dataclass(frozen=True)
class Law:
    """A law: `each` looks at one page, `whole` at the course; one that `runs` code takes seconds."""

    name: str
    each: Callable[[Page, Courseware], Iterable[Fault]] | None = None
    whole: Callable[[Courseware], Iterable[Fault]] | None = None
    runs: bool = False


def _files(course: Courseware) -> Iterator[Fault]:
    yield from course.bank.faults
    yield from course.catalog.faults
    yield from course.curriculum.faults
    for page in course.pages.values():
        yield from page.script.faults


def _lint(course: Courseware) -> Iterator[Fault]:
    exercises = [entry.exercise for entry in course.catalog.entries.values()]
    codes = [code for each in exercises for code in {m.misconception for m in each.mistakes.values()} if code]
    yield from lint(
        course.bank, also_used=codes, exercise_objectives=[o for each in exercises for o in each.objectives]
    )
    for entry in course.catalog.entries.values():
        for code in sorted({m.misconception for m in entry.exercise.mistakes.values()} - {""}):
            if code not in course.bank.misconceptions:
                cure = "use a code of quizzes/misconceptions.yaml, or add it there"
                message = f"no misconception '{code}'"
                yield Fault(entry.file, entry.line, "unknown-misconception", entry.exercise.id, message, cure)


def _exercises(course: Courseware) -> Iterator[Fault]:
    for entry in course.catalog.entries.values():
        yield from prove_exercise(entry.exercise, file=entry.file, line=entry.line)


def _fresh(course: Courseware) -> Iterator[Fault]:
    for lesson in course.pages:
        if not course.pages[lesson].script.faults:  # told already
            yield from differences(course.root, lesson)


LAWS: tuple[Law, ...] = (
    Law("files", whole=_files),
    Law("opening", each=form.opening),
    Law("minutes", each=form.minutes),
    Law("activity", each=form.activity),
    Law("warm-up", each=form.warm_up),
    Law("summary", each=form.summary),
    Law("exit-quiz", each=form.exit_quiz),
    Law("forbidden", each=form.forbidden),
    Law("ignored-outputs", each=form.ignored),
    Law("imports", each=form.named_verbs),
    Law("names", each=reach.named),
    Law("links", each=reach.links),
    Law("ways", whole=ways.unknown_ways),
    Law("ways-there", each=ways.ways_there),
    Law("ways-minutes", each=ways.told_minutes),
    Law("misconception-links", whole=reach.misconception_links),
    Law("questions-asked", whole=reach.questions_asked),
    Law("exercises-shown", whole=reach.exercises_shown),
    Law("objectives", whole=reach.objectives),
    Law("coverage", whole=taught_and_asked),
    Law("curriculum-ids", whole=known_ids),
    Law("curriculum", whole=holes),
    Law("freshness", whole=_fresh),
    Law("lint", whole=_lint),
    Law("truth", whole=lambda course: prove(course.bank), runs=True),
    Law("exercises", whole=_exercises, runs=True),
)


def check(
    root: Path, run: bool = True, told: Callable[[str], None] | None = None, lessons: Iterable[str] = ()
) -> list[Fault]:
    """Return every fault of a course, by file and line; without `run`, no code of questions or exercises is executed.

    `told` is called with each law's name before it is looked at. With `lessons` only their code is run, and only what
    is wrong with their files is told (and with those that all share).
    """
    course = open_courseware(root)
    if chosen := set(lessons):
        faults = _check(only(course, chosen), [law for law in LAWS if law.runs], told) if run else []
        others = {lesson for lesson in course.pages if lesson not in chosen}
        faults += _check(course, [law for law in LAWS if not law.runs], told)
        return sorted({each for each in faults if Path(each.file).stem not in others})
    return _check(course, [law for law in LAWS if run or not law.runs], told)


def only(course: Courseware, lessons: set[str]) -> Courseware:
    """Return a course with the questions and exercises of some lessons alone."""
    bank = replace(course.bank, items={k: each for k, each in course.bank.items.items() if each.lesson in lessons})
    entries = {key: each for key, each in course.catalog.entries.items() if each.lesson in lessons}
    return replace(course, bank=bank, catalog=replace(course.catalog, entries=entries))


def _check(course: Courseware, laws: Iterable[Law], told: Callable[[str], None] | None) -> list[Fault]:
    pages = [page for page in course.pages.values() if page.cells]
    found: set[Fault] = set()
    for law in laws:
        if told:
            told(law.name)
        if law.whole:
            found.update(law.whole(course))
        if law.each:
            for page in pages:
                found.update(law.each(page, course))
    return sorted(found)
