"""A question on screen: ask("id", ...) shows questions where the cell stands, as the learner left them."""

from __future__ import annotations

from typing import Any

from lessontools.errors import CourseError
from lessontools.quiz.bank import Bank, Item, open_bank
from lessontools.quiz.card import Card
from lessontools.quiz.view import describe, still
from lessontools.record import open_record
from lessontools.screen.markup import to_html, to_text
from lessontools.screen.panel import Panel

__all__ = ["ask", "card_html", "card_text", "pick"]

_HINT = "Run this cell in JupyterLab to answer."


def pick(bank: Bank, names: tuple[str, ...]) -> list[Item]:
    """Return the items that the names mean: ids, or "01/exit" for all of a lesson's items of one use."""
    found: list[Item] = []
    for name in names:
        head, slash, use = name.partition("/")
        if not slash:
            found.append(bank.item(name))
            continue
        lesson = bank.lesson(head)
        chosen = bank.of(lesson.id, use)
        if not chosen:
            uses = sorted({each for item in bank.of(lesson.id) for each in item.question.use})
            raise CourseError(f"lesson {lesson.id} has no questions of use '{use}'; it has {', '.join(uses) or 'none'}")
        found += chosen
    return found


def ask(*names: str, attempts: int | None = None, feedback: bool = True) -> Panel:
    """Show questions, by id ("five-calls") or by lesson and use ("00/pretest"), as the learner left them.

    `attempts` limits the tries of each (None: as many as wanted); without `feedback` answers are only recorded.
    Raise CourseError, with the nearest known name, if there is no such question.
    """
    if not names:
        raise CourseError('name what to ask: ask("some-id") or ask("00/pretest")')
    items = pick(open_bank(), names)
    record = open_record()
    cards = [Card(item, record, attempts=attempts, feedback=feedback) for item in items]

    def view() -> dict[str, Any]:
        return {"kind": "stack", "cards": [card.view() for card in cards]}

    def handle(name: str, data: dict[str, Any]) -> dict[str, Any] | None:
        place = data.get("card")
        if not isinstance(place, int) or not 0 <= place < len(cards):
            return None
        cards[place].handle(name, data)
        return view()

    text = "\n\n".join(card_text(card) for card in cards)
    page = "".join(card_html(card) for card in cards)
    return Panel(view(), handle, text, page)


def _state(card: Card) -> str:
    if card.answer is None:
        return _HINT
    mark, told = card.last_mark, card.feedback and (card.question.kind != "predict" or card.shown)
    verdict = f" ({mark.status.value})" if mark and told else " (recorded)"
    return f"Answered: {describe(card.question, card.answer)}{verdict}"


def card_text(card: Card) -> str:
    """Return a card as plain text, for nbval, code hosts and screen readers of the stored notebook."""
    return f"{to_text(still(card.question, card.seed))}\n[{to_text(_state(card))}]"


def card_html(card: Card) -> str:
    """Return a card as a static page shows it."""
    return f"<section>{to_html(still(card.question, card.seed))}<div><em>{to_html(_state(card))}</em></div></section>"
