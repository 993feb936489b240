"""The map: lessons against ways in, with minutes and the learner's own progress; each cell leads to its section."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lessontools.quiz.bank import Bank, Lesson, Way, open_bank
from lessontools.record import Event, open_record
from lessontools.screen.markup import to_html
from lessontools.screen.panel import Panel
from lessontools.standing.attempts import Judge, practised, replay
from lessontools.standing.mastery import badges
from lessontools.standing.rules import PROBLEMS
from lessontools.standing.sections import Section, sections
from lessontools.standing.words import counted, duration
from lessontools.standing.written import recent, written

__all__ = ["Done", "done", "map_markdown", "map_text", "map_view", "ways"]


@dataclass(frozen=True)
class Done:
    """What a learner has done: whether the last answer to each item was right, and the best round of each challenge.

    `known` are the ids of all that can be answered: questions for practice, and exercises.
    """

    known: frozenset[str] = frozenset()
    right: Mapping[str, bool] = field(default_factory=dict)
    rounds: Mapping[str, int] = field(default_factory=dict)

    def of(self, parts: Iterable[Section], bank: Bank) -> tuple[int, int, bool]:
        """Return how many of what some sections ask are right, how many there are, and whether any was tried."""
        every = list(parts)
        asks = {key for part in every for key in part.asks} & self.known
        lessons = {key for part in every for key in part.challenges}
        right = sum(self.right.get(key, False) for key in asks) + sum(self.rounds.get(key, 0) for key in lessons)
        total = len(asks) + sum(min(PROBLEMS, len(bank.of(key, "challenge"))) for key in lessons)
        return right, total, bool(asks & set(self.right) or lessons & set(self.rounds))


def done(events: Iterable[Event], bank: Bank, exercises: Iterable[Judge] = ()) -> Done:
    """Return what the learner with this record has done, by today's bank."""
    every, judges = list(events), list(exercises)
    right = {each.item: each.right for each in replay(recent(every), bank, judges).attempts}
    known = {key for key, item in bank.items.items() if practised(item)} | {each.id for each in judges}
    # a round may have more problems than the map counts, as an exam has: its share of right ones counts
    rounds = {each.lesson: min(each.of, PROBLEMS) * each.right // each.of for each in badges(every, bank)}
    return Done(frozenset(known), right, rounds)


def map_view(bank: Bank, found: Mapping[str, list[Section]], what: Done) -> dict[str, Any]:
    """Return what the page shows of the map; `found` are the sections of each lesson's notebook."""
    course = bank.course
    return {
        "kind": "ways",
        "title": "Lessons and ways in",
        "paths": _paths(course.lessons),
        "ways": [{"heading": way.heading, "what": way.what} for way in course.ways],
        "lessons": [_row(lesson, found.get(lesson.id, []), bank, what) for lesson in course.lessons],
    }


def _row(lesson: Lesson, parts: list[Section], bank: Bank, what: Done) -> dict[str, Any]:
    places = {part.heading: part for part in reversed(parts)}  # of two with one heading a link finds the first
    cells = [_cell(lesson, way, places.get(way.heading), bank, what) for way in bank.course.ways]
    return {
        "name": f"{lesson.id[:2]} {lesson.title}",
        "href": f"{lesson.id}.ipynb" if parts else "",
        "minutes": lesson.minutes,
        "quick": lesson.quick,
        **_progress(what.of(parts, bank)),
        "cells": cells,
    }


def _cell(lesson: Lesson, way: Way, part: Section | None, bank: Bank, what: Done) -> dict[str, Any] | None:
    if part is None or way.id not in lesson.ways:
        return None
    href = f"{lesson.id}.ipynb#{part.place}"
    return {"href": href, "minutes": lesson.ways[way.id], **_progress(what.of([part], bank))}


def _progress(told: tuple[int, int, bool]) -> dict[str, Any]:
    right, total, tried = told
    state = "all right" if total and right >= total else "begun" if tried else "not begun"
    return {"right": right, "total": total, "state": state, "words": f"{right} of {total} right" if total else ""}


def _paths(lessons: Iterable[Lesson]) -> list[str]:
    every = list(lessons)
    told = []
    for name, chosen in (("Quick path", [x for x in every if x.quick]), ("Full path", every)):
        which = ", ".join(lesson.id[:2] for lesson in chosen) if name == "Quick path" else "all"
        time = duration(sum(lesson.minutes for lesson in chosen))
        if chosen:
            told.append(f"{name}: {counted(len(chosen), 'lesson')} ({which}), {time}.")
    return told


def _told(part: dict[str, Any]) -> str:
    """Return the minutes, and the progress where there is any: what is stored must not change with the bank."""
    return f"{part['minutes']} min" + (f", {part['words']}" if part["state"] != "not begun" else "")


def _about(lesson: dict[str, Any]) -> str:
    return _told(lesson) + (", quick path" if lesson["quick"] else "")


def map_text(view: dict[str, Any]) -> str:
    """Return the map as plain text, a line a lesson."""
    lines = [f"{view['title']}. {' '.join(view['paths'])}", ""]
    for lesson in view["lessons"]:
        pairs = zip(view["ways"], lesson["cells"], strict=True)
        offers = "; ".join(f"{way['heading']} {_told(cell)}" for way, cell in pairs if cell)
        lines.append(f"- {lesson['name']} ({_about(lesson)})" + (f": {offers}" if offers else ""))
    return "\n".join(lines)


def map_markdown(view: dict[str, Any]) -> str:
    """Return the map as a table in Markdown, with links."""
    heads = ["lesson", *(way["heading"] for way in view["ways"])]
    lines = [f"**{view['title']}.** {' '.join(view['paths'])}", "", _line(heads), _line("---" for _ in heads)]
    for lesson in view["lessons"]:
        cells = [f"[{_told(cell)}]({cell['href']})" if cell else "" for cell in lesson["cells"]]
        name = f"[{lesson['name']}]({lesson['href']})" if lesson["href"] else lesson["name"]
        lines.append(_line([f"{name} ({_about(lesson)})", *cells]))
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def ways() -> Panel:
    """Show the map: every lesson and the ways into it, with minutes, how far you are, and links."""
    bank, record = open_bank(), open_record()
    folder = bank.root / "notebooks"

    def view() -> dict[str, Any]:
        found = {each.id: sections(folder / f"{each.id}.ipynb", bank) for each in bank.course.lessons}
        return map_view(bank, found, done(record.events(), bank, written(bank)))

    def handle(name: str, _data: dict[str, Any]) -> dict[str, Any] | None:
        return view() if name == "refresh" else None

    first = view()
    return Panel(first, handle, map_text(first), to_html(map_markdown(first)))
