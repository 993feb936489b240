"""A student's page: a sheet -> one HTML file; while attempts are not over, it says only what has arrived."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import datetime

from lessontools.grading.ledger import Sheet
from lessontools.grading.outcome import Outcome, State
from lessontools.report.frame import line, page, plain, safe, section
from lessontools.report.subject import Part, Subject
from lessontools.screen.markup import code_html

__all__ = ["STATES", "answer_html", "feedback_text", "student_page", "when", "words_html"]

STATES = {
    "RIGHT": ("✓", "right"),
    "PARTLY": ("◐", "partly right"),
    "WRONG": ("✗", "not right"),
    "BLANK": ("–", "left blank"),
    "INVALID": ("?", "not readable as an answer"),
    "CRASHED": ("✗", "the code crashed"),
    "TIMEOUT": ("✗", "the code did not end in time"),
    "UNREADABLE": ("?", "the hand-in could not be read"),
    "MISSING": ("–", "not in this hand-in"),
    "WAITING": ("…", "waits to be marked by a person"),
}
_LAID_OUT = ("choice", "several", "match", "order", "bug-line", "curve", "trace-table")
"""Kinds whose answers in words are the course's own texts, or stand among them; any other is what the student typed."""


def student_page(subject: Subject, sheet: Sheet, final: bool) -> str:
    """Return a student's page. With `final` it has points, feedback and beliefs; before, only what was received."""
    parts = [_part(subject, sheet, each, final) for each in sheet.outcomes]
    title = f"{subject.title}: {sheet.student}"
    body = [
        f"<header><h1>{html.escape(subject.title)}</h1>",
        f'<p><strong class="said">{html.escape(sheet.student)}</strong></p></header>\n<main>',
        _summary(subject, sheet, final),
        *_notes(sheet, final),
        section("beliefs", "Worth a second look", _beliefs(subject, sheet)) if final and _codes(sheet) else "",
        section("parts", "Part by part" if final else "What arrived", *parts) if not _unread(sheet) else "",
        "</main>",
    ]
    return page(title, "\n".join(filter(None, body)), "student")


def when(text: str) -> str:
    """Return a time of the record for people to read."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{at.day} {at:%B %Y, %H:%M} {at.tzname() or ''}".strip()


def _summary(subject: Subject, sheet: Sheet, final: bool) -> str:
    handin = sheet.handin
    facts = []
    if final:
        facts.append(("of " + f"{subject.points:g} points", f"{sheet.earned:.4g}"))
    given = sum(_given(each) for each in sheet.outcomes)
    facts.append((f"of {len(sheet.outcomes)} parts answered", str(given)))
    shown = "".join(f"<li><b>{html.escape(value)}</b>{html.escape(words)}</li>" for words, value in facts)
    late = ", late" if handin["late"] else ""
    receipt = f" Receipt <code>{html.escape(handin['receipt'])}</code>." if handin["receipt"] else ""
    return (
        f'<ul class="facts">{shown}</ul>\n<p>Handed in {html.escape(when(handin["handed_in"]))}{late}, as '
        f"<code>{html.escape(handin['file'])}</code>.{receipt}</p>"
    )


def _unread(sheet: Sheet) -> bool:
    return any(each.state is State.UNREADABLE for each in sheet.outcomes)


def _given(outcome: Outcome) -> bool:
    return outcome.state not in (State.BLANK, State.MISSING, State.UNREADABLE) or outcome.waiting


def _notes(sheet: Sheet, final: bool) -> Iterator[str]:
    lines = []
    if _unread(sheet):
        lines.append(f"Your hand-in could not be read: {sheet.outcomes[0].feedback}. Please hand it in again.")
    elif not final:
        lines.append("Attempts are not over yet: points and feedback come later, and are not in this file.")
    if final and sheet.waiting:
        lines.append(f"Explanations not marked yet: {sheet.waiting}. Until a person has read them they count 0.")
    if not sheet.isolated:
        lines.append("Not isolated: the code was run without a sandbox, which is meant for trusted students only.")
    lines += [f"{each[:1].upper()}{each[1:]}." for each in sheet.handin["remarks"]]
    if lines:
        yield '<div class="note">' + "".join(f"<p>{html.escape(each)}</p>" for each in lines) + "</div>"


def _codes(sheet: Sheet) -> list[str]:
    return list(dict.fromkeys(code for each in sheet.outcomes for code in each.beliefs))


def _beliefs(subject: Subject, sheet: Sheet) -> str:
    told = []
    for code in _codes(sheet):
        known = subject.beliefs.get(code)
        if known is None:
            continue
        asked = [each.item for each in sheet.outcomes if code in each.beliefs]
        names = ", ".join(f"<code>{html.escape(each)}</code>" for each in asked)
        told.append(
            f'<div class="part"><p><em>{line(known.belief)}</em> <span class="soft">(fits what you answered to '
            f"{names})</span></p><p><strong>In fact:</strong> {line(known.truth)}</p>"
            f"<p>Read again: {html.escape(subject.place(code))}</p></div>"
        )
    return "\n".join(told)


def _part(subject: Subject, sheet: Sheet, outcome: Outcome, final: bool) -> str:
    part = subject.parts.get(outcome.item)
    state = "WAITING" if outcome.waiting else outcome.state.value
    mark, words = STATES[state]
    if not final:
        mark, words, state = ("✓", "received", "") if _given(outcome) else (mark, words, state)
    points = (
        f"{outcome.earned:.4g} of {outcome.possible:g}" if final and not outcome.waiting else f"{outcome.possible:g}"
    )
    points += " point" if outcome.possible == 1 else " points"
    lesson = subject.lessons.get(outcome.lesson, outcome.lesson)
    asked = safe(part.asked(outcome.variant)) if part else ""
    return (
        f'<article class="part"><header><h3>{html.escape(outcome.item)}</h3><span class="state {state}">'
        f'<span aria-hidden="true">{mark}</span> {words}</span><span>{points}</span></header>\n'
        f'<p class="soft">{html.escape(part.label if part else outcome.kind)}, {html.escape(lesson)}</p>\n'
        f"{asked}\n<dl>{''.join(_told(part, sheet, outcome, final))}</dl></article>"
    )


def _told(part: Part | None, sheet: Sheet, outcome: Outcome, final: bool) -> Iterator[str]:
    if outcome.answer and _given(outcome):
        yield f"<dt>Your answer</dt><dd>{answer_html(outcome)}</dd>"
    if outcome.confidence:
        sure = "guessing" if outcome.confidence == "guess" else outcome.confidence
        yield f"<dt>You were</dt><dd>{html.escape(sure)}</dd>"
    if outcome.remark:
        yield f"<dt>Remark</dt><dd>{html.escape(outcome.remark)}</dd>"
    if not final:
        return
    if outcome.item in sheet.met and part and part.rubric:
        met = sheet.met[outcome.item]
        rows = "".join(
            f"<li>{'✓ met' if key in met else '✗ not met'}: {line(text)}</li>" for key, text in part.rubric.items()
        )
        yield f"<dt>Criteria</dt><dd><ul>{rows}</ul></dd>"
    if outcome.feedback and not outcome.waiting:
        by_hand = bool(part and part.by_hand and outcome.item in sheet.met)
        yield f"<dt>{'Comment' if by_hand else 'Why'}</dt><dd>{safe(outcome.feedback)}</dd>"


def answer_html(outcome: Outcome) -> str:
    """Return an answer as safe HTML."""
    if outcome.kind == "exercise":
        return code_html(outcome.answer)
    return words_html("" if outcome.state is State.INVALID else outcome.kind, outcome.answer)


def words_html(kind: str, answer: str) -> str:
    """Return an answer in words as safe HTML: the course's own as Markdown, what a student typed letter by letter."""
    if kind in _LAID_OUT:
        return safe(answer)
    text = answer.strip()
    return plain(text[1:-1].strip() if text[:1] == text[-1:] == "`" and "\n" not in text else text)


def feedback_text(subject: Subject, sheet: Sheet) -> str:
    """Return a hand-in's result in a few plain words, for the comment field of a course page."""
    lost = [each.item for each in sheet.outcomes if each.state is not State.RIGHT and not each.waiting]
    told = f"{sheet.earned:.4g} of {subject.points:g} points."
    if lost:
        more = f" and {len(lost) - 12} more" if len(lost) > 12 else ""
        told += f" Not (fully) right: {', '.join(lost[:12])}{more}."
    places = list(dict.fromkeys(filter(None, (subject.place(code) for code in _codes(sheet)))))
    if places:
        told += f" Read again: {'; '.join(places[:4])}."
    return told
