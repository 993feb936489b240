"""A standing in words: Standing -> the data that the page shows, and the same as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lessontools.quiz.bank import Bank
from lessontools.screen.markup import inline_html
from lessontools.standing.mastery import Badge, Belief, LessonStanding, ObjectiveStanding, Standing
from lessontools.standing.schedule import Due
from lessontools.standing.words import counted, day_of, length, link_of

__all__ = ["due_words", "markdown", "progress_view"]

_RULE = (
    "An objective is mastered with two right in a row on different questions, each at the first try; "
    "a lesson with four fifths of its objectives."
)


def progress_view(
    stands: Standing, bank: Bank, due: Sequence[Due], next_at: datetime | None, record: str, now: datetime
) -> dict[str, Any]:
    """Return what the page shows of a standing, as plain data."""
    titles = {lesson.id: lesson.title for lesson in bank.course.lessons}
    return {
        "kind": "progress",
        "title": "Your progress",
        "today": _today(stands, now),
        "rule": _RULE,
        "lessons": [_lesson(each) for each in stands.lessons],
        "beliefs": [_belief(each, titles, now) for each in stands.beliefs],
        "due": due_words(due, next_at, now),
        "due_now": len(due),
        "badges": [{"level": b.level, "words": _badge(b, titles, now)} for b in stands.badges],
        "record": record,
        "notes": _notes(stands),
    }


def _today(stands: Standing, now: datetime) -> str:
    if stands.empty:
        return "Nothing answered yet. Open a lesson and begin; this page fills as you go."
    today, every = stands.answered_on_day_of(now), len(stands.times)
    return f"{counted(today, 'answer').capitalize()} today, {counted(every, 'answer')} in all."


def _lesson(lesson: LessonStanding) -> dict[str, Any]:
    done, total = lesson.mastered_objectives, len(lesson.objectives)
    state = "mastered" if lesson.mastered else "begun" if lesson.begun else "not begun"
    return {
        "title": f"{lesson.id[:2]} {lesson.title}",
        "href": link_of(lesson.id),
        "done": done,
        "total": total,
        "state": state,
        "words": f"{done} of {total} objective{'s' * (total != 1)} mastered",
        "answers": f"{lesson.right} of {lesson.attempted} right, of {lesson.items} in the lesson",
        "objectives": [_objective(each) for each in lesson.objectives],
    }


def _objective(each: ObjectiveStanding) -> dict[str, Any]:
    state = "mastered" if each.mastered else "begun" if each.attempted else "not begun"
    tried = f"{each.right} of {each.attempted} right" if each.attempted else "no question answered yet"
    return {"html": inline_html(each.text), "text": each.text, "state": state, "words": f"{state}; {tried}"}


def _belief(each: Belief, titles: dict[str, str], now: datetime) -> dict[str, Any]:
    told = [f"seen in {counted(each.times, 'answer')}, last {day_of(each.last, now)}"]
    if each.sure:
        told.append(f"you were sure {'of it' if each.sure == each.times == 1 else counted(each.sure, 'time')}")
    told.append("still open" if each.held else "mended since by a right answer")
    lesson, _, heading = each.link.partition("#")
    name = titles.get(lesson.removesuffix(".ipynb"), lesson.removesuffix(".ipynb"))
    return {
        "code": each.code,
        "held": each.held,
        "belief": each.belief,
        "truth": each.truth,
        "belief_html": inline_html(each.belief),
        "truth_html": inline_html(each.truth),
        "words": "; ".join(told),
        "href": link_of(each.link),
        "place": f"{name}, “{heading.replace('-', ' ')}”" if heading else name,
    }


def due_words(due: Sequence[Due], next_at: datetime | None, now: datetime) -> str:
    """Return what is due, in words."""
    if due:
        sure = sum(each.why == "sure-but-wrong" for each in due)
        first = f", first {counted(sure, 'one')} that you were sure of and had wrong" if sure else ""
        return f"{counted(len(due), 'question').capitalize()} to recall today{first}: run review()."
    if next_at is None:
        return "Nothing is due: what you answer in the lessons comes back here, a day or more later."
    same = next_at.astimezone(now.tzinfo).date() == now.date()
    return f"Nothing is due now; next {'later today' if same else day_of(next_at, now)}."


def _badge(badge: Badge, titles: dict[str, str], now: datetime) -> str:
    how = f"{badge.right} of {badge.of} in {length(badge.seconds)}, {day_of(badge.at, now)}"
    return f"{badge.level.capitalize()}: {titles.get(badge.lesson, badge.lesson)} ({how})"


def _notes(stands: Standing) -> list[str]:
    found = []
    if stands.gone:
        found.append(f"{counted(stands.gone, 'answer')} to questions that the course no longer has: not counted.")
    if stands.damaged:
        found.append(f"{counted(stands.damaged, 'entry', 'entries')} of the record made no sense: skipped.")
    return [note[0].upper() + note[1:] for note in found]


def markdown(view: dict[str, Any]) -> str:
    """Return a progress view as Markdown, for readers without a kernel; where the record lives is left out.

    (A path would differ from machine to machine, and a stored notebook must not.)
    """
    lines = [f"**{view['title']}.** {view['today']}", ""]
    for lesson in view["lessons"]:
        bar = "■" * lesson["done"] + "□" * (lesson["total"] - lesson["done"])
        lines.append(f"- {bar} **{lesson['title']}**: {lesson['words']}")
        if lesson["state"] != "not begun":
            lines += [f"    - {each['text']} ({each['words']})" for each in lesson["objectives"]]
    if view["beliefs"]:
        lines += ["", "**Beliefs that your answers pointed to**", ""]
        for each in view["beliefs"]:
            lines.append(f"- {each['belief']} → {each['truth']} [{each['place']}]({each['href']}) ({each['words']})")
    lines += ["", f"**To recall.** {view['due']}"]
    if view["badges"]:
        lines += ["", f"**Badges.** {'; '.join(each['words'] for each in view['badges'])}"]
    return "\n".join([*lines, *(f"\n{note}" for note in view["notes"])])
