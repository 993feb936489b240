"""A learner's standing: attempts -> mastery of objectives, beliefs to mend, badges. Nothing here is stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lessontools.quiz.bank import Bank, Item, Lesson
from lessontools.record import Event
from lessontools.standing.attempts import Attempt, Judge, in_order, practised, replay

__all__ = ["Badge", "Belief", "LessonStanding", "ObjectiveStanding", "Standing", "badges", "standing"]

RUN = 2  # right in a row, on different items, make an objective mastered
LEVELS = ("gold", "silver", "bronze")


@dataclass(frozen=True, slots=True)
class ObjectiveStanding:
    """How far a learner is with one objective: items there are, attempted, right at the last try; mastered or not."""

    id: str
    text: str
    items: int
    attempted: int
    right: int
    mastered: bool


@dataclass(frozen=True, slots=True)
class LessonStanding:
    """How far a learner is with one lesson."""

    id: str
    title: str
    objectives: tuple[ObjectiveStanding, ...]
    items: int
    attempted: int
    right: int

    @property
    def begun(self) -> bool:
        """Whether anything of it was attempted."""
        return self.attempted > 0

    @property
    def mastered_objectives(self) -> int:
        """How many of its objectives are mastered."""
        return sum(each.mastered for each in self.objectives)

    @property
    def mastered(self) -> bool:
        """Whether at least 80 % of its objectives are."""
        return bool(self.objectives) and 5 * self.mastered_objectives >= 4 * len(self.objectives)


@dataclass(frozen=True, slots=True)
class Belief:
    """A misconception that answers have pointed to: how often, when last, how surely, and whether it still holds."""

    code: str
    belief: str
    truth: str
    link: str
    times: int
    sure: int
    last: datetime
    held: bool


@dataclass(frozen=True, slots=True)
class Badge:
    """The best challenge of a lesson: gold for all problems, silver for all but one, bronze for at least half."""

    lesson: str
    level: str
    right: int
    of: int
    seconds: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a learner stands. `gone` answers had questions that are no longer there; `damaged` events were skipped."""

    lessons: tuple[LessonStanding, ...] = ()
    beliefs: tuple[Belief, ...] = ()
    badges: tuple[Badge, ...] = ()
    times: tuple[datetime, ...] = ()
    gone: int = 0
    damaged: int = 0

    @property
    def empty(self) -> bool:
        """Whether nothing was answered yet."""
        return not self.times

    def answered_on_day_of(self, now: datetime) -> int:
        """Return how many answers were given on the day of `now` (in its time zone)."""
        return sum(at.astimezone(now.tzinfo).date() == now.date() for at in self.times)


def standing(events: Iterable[Event], bank: Bank, exercises: Sequence[Judge] = ()) -> Standing:
    """Return where the learner with this record stands, by today's bank.

    Only tries without feedback in view build mastery and clear a belief: a wrong answer mended a moment later
    shows that the feedback was read, not what was known. `exercises` judge the stored observations of code.
    """
    every = list(events)
    played = replay(every, bank, exercises)
    counting = [each for each in played.attempts if each.kind != "flashcard"]
    return Standing(
        tuple(_lesson(lesson, bank, counting, exercises) for lesson in bank.course.lessons),
        _beliefs(played.attempts, bank),
        badges(every, bank),
        tuple(each.at for each in played.attempts),
        played.gone,
        played.damaged,
    )


def _counts(item: Item) -> bool:
    """Return whether a question builds mastery; a flashcard, rated by the learner, feeds the schedule only."""
    return practised(item) and item.question.kind != "flashcard"


def _lesson(lesson: Lesson, bank: Bank, attempts: Sequence[Attempt], exercises: Sequence[Judge]) -> LessonStanding:
    there = [(x.question.id, x.lesson, x.question.objectives) for x in bank.items.values() if _counts(x)]
    there += [(each.id, each.lesson, tuple(each.objectives)) for each in exercises]
    rows = []
    for objective in lesson.objectives:
        mine = [each for each in attempts if objective.id in each.objectives]  # of later lessons, too
        last = {each.item: each.right for each in mine}
        count = sum(objective.id in ids for _, _, ids in there)
        row = (objective.id, objective.text, count, len(last), sum(last.values()), _mastered(mine))
        rows.append(ObjectiveStanding(*row))
    latest = {each.item: each.right for each in attempts if each.lesson == lesson.id}
    items = sum(home == lesson.id for _, home, _ in there)
    return LessonStanding(lesson.id, lesson.title, tuple(rows), items, len(latest), sum(latest.values()))


def _mastered(attempts: Iterable[Attempt]) -> bool:
    """Return whether two in a row were right, on different items."""
    run: set[str] = set()
    for each in attempts:
        if not each.first or (each.kind == "code" and not each.right):
            continue  # failed checks are how code is written; they break nothing
        run = run | {each.key} if each.right else set()
        if len(run) >= RUN:
            return True
    return False


def _beliefs(attempts: Sequence[Attempt], bank: Bank) -> tuple[Belief, ...]:
    """Return the misconceptions that were met: those still held first, and of these the ones held surely."""
    hits: dict[str, list[Attempt]] = {}
    cleared: dict[str, datetime] = {}
    for each in attempts:
        for code in each.mark.misconceptions:
            hits.setdefault(code, []).append(each)
            cleared.pop(code, None)
        if each.right and each.first:
            cleared.update(dict.fromkeys(each.tests, each.at))
    found = []
    for code, met in hits.items():
        if known := bank.misconceptions.get(code):
            sure = sum(each.sure_but_wrong for each in met)
            about = (code, known.belief, known.truth, known.link)
            found.append(Belief(*about, len(met), sure, met[-1].at, code not in cleared))
    return tuple(sorted(found, key=lambda b: (not b.held, -b.sure, -b.times, -b.last.timestamp(), b.code)))


def badges(events: Iterable[Event], bank: Bank) -> tuple[Badge, ...]:
    """Return the best badge of each lesson, in the course's order.

    What a challenge's event says of right answers is not believed: the answers given meanwhile are marked anew.
    """
    every = list(events)
    attempts = [each for each in replay(every, bank).attempts if each.where == "challenge"]
    best: dict[str, Badge] = {}
    for at, event in in_order(every):
        badge = _badge(at, event, attempts, bank) if event.kind == "challenge" else None
        if badge and (badge.lesson not in best or _worth(badge) > _worth(best[badge.lesson])):
            best[badge.lesson] = badge
    return tuple(best[lesson.id] for lesson in bank.course.lessons if lesson.id in best)


def _worth(badge: Badge) -> tuple[int, int]:
    return -LEVELS.index(badge.level), -badge.seconds


def _badge(at: datetime, event: Event, attempts: Sequence[Attempt], bank: Bank) -> Badge | None:
    items, seconds, seed = (event.data.get(name) for name in ("items", "seconds", "seed"))
    if not isinstance(items, list | tuple) or not isinstance(seconds, int | float) or not 0 <= seconds < 1e6:
        return None
    asked = {each for each in items if isinstance(each, str) and each in bank.items}
    # a round has a seed of its own, and its answers carry it
    right = {each.item for each in attempts if each.right and each.item in asked and each.seed == seed}
    level = level_of(len(right), len(asked))
    return Badge(event.item, level, len(right), len(asked), round(seconds), at) if level else None


def level_of(right: int, of: int) -> str:
    """Return the badge's level for so many right problems, or nothing."""
    if not of or right * 2 < of:
        return ""
    return "gold" if right == of else "silver" if right == of - 1 else "bronze"
