"""A challenge: a few problems of a lesson against a clock -> answers in the record, and a badge."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from lessontools.errors import CourseError, RecordError
from lessontools.quiz.bank import Bank, Item, Lesson, open_bank
from lessontools.quiz.card import Card
from lessontools.record import Event, Record, open_record
from lessontools.screen.markup import to_html
from lessontools.screen.panel import Panel
from lessontools.standing.mastery import badges
from lessontools.standing.rules import ATTEMPTS, HINTS, PROBLEMS, forms, outcome, rules
from lessontools.standing.words import length

__all__ = ["Challenge", "challenge"]

GRACE = timedelta(seconds=3)  # an answer sent at the last moment is still under way when the time is over
_CARD_ONLY = ("submit", "rate", "show", "hint", "again", "give_up", "note", "flush")


def _now() -> datetime:
    return datetime.now(UTC)


class Challenge:
    """The state of a lesson's challenge: ready, running or ended. A round that was begun goes on from the record.

    A round draws `problems` of the lesson's, never two parallel forms (questions with the same `twin`).
    """

    def __init__(
        self,
        lesson: Lesson,
        bank: Bank,
        record: Record,
        *,
        limit: timedelta,
        problems: int = PROBLEMS,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.lesson, self.bank, self.record, self.limit, self._now = lesson, bank, record, limit, now
        self.pool = bank.of(lesson.id, "challenge")
        self.forms = forms(self.pool)
        self.count = min(problems, len(self.forms))  # how many problems a round has
        self.phase, self.notice, self.place = "ready", "", 0
        self.cards: list[Card] = []
        self.seed, self.begun, self.seconds = "", now(), 0.0
        past = [e for e in record.events() if e.kind == "challenge" and e.item == lesson.id]
        if past and past[-1].data.get("begun") is True:
            self._resume(past[-1])

    @property
    def left(self) -> timedelta:
        """How much time is left."""
        return self.begun + self.limit - self._now()

    def _resume(self, event: Event) -> None:
        known = {item.question.id: item for item in self.pool}
        ids, limit, seed = (event.data.get(name) for name in ("items", "limit", "seed"))
        if not isinstance(ids, list) or not isinstance(limit, int | float) or not isinstance(seed, str):
            return  # a damaged line; a new round can be begun
        items = [known[key] for key in ids if isinstance(key, str) and key in known]
        if items and 0 < limit < 1e6:
            self.limit = timedelta(seconds=limit)
            self._deal(items, seed, event.at)
            self._look_at_the_clock()

    def _deal(self, items: list[Item], seed: str, begun: datetime) -> None:
        about: dict[str, Any] = {"where": "challenge", "attempts": ATTEMPTS, "since": begun, "now": self._now}
        self.cards = [Card(item, self.record, seed=seed, **about) for item in items]
        self.phase, self.seed, self.begun = "running", seed, begun
        self.place = next((n for n, card in enumerate(self.cards) if not card.done), 0)

    def _begin(self) -> None:
        rounds = sum(
            e.kind == "challenge" and e.item == self.lesson.id and "begun" in e.data for e in self.record.events()
        )
        seed = f"{self.record.seed()}-{self.lesson.id}-{rounds + 1}"
        rng = random.Random(seed)
        items = [rng.choice(each) for each in rng.sample(self.forms, self.count)]
        begun = self._now()
        data = {"begun": True, "items": [i.question.id for i in items], "limit": self.limit.total_seconds()}
        self._write({**data, "seed": seed}, begun)
        self._deal(items, seed, begun)

    def _write(self, data: dict[str, Any], at: datetime) -> None:
        try:
            self.record.append("challenge", self.lesson.id, data, at)
        except RecordError as error:  # it waits in the record and goes out with the next event
            self.notice = f"{str(error)[0].upper()}{str(error)[1:]}."

    def _end(self) -> None:
        at = max(self.begun, min(self._now(), self.begun + self.limit))
        self.phase, self.seconds = "ended", (at - self.begun).total_seconds()
        ids = [card.question.id for card in self.cards]
        result = {"items": ids, "seconds": round(self.seconds), "right": self.right, "seed": self.seed}
        self._write(result, max(self._now(), self.begun))
        for card in self.cards:  # no problem ends without its answer
            card.open, card.given_up = False, not _right(card)

    @property
    def right(self) -> int:
        """How many problems are right."""
        return sum(map(_right, self.cards))

    def _look_at_the_clock(self) -> None:
        if self.phase == "running" and self.left < -GRACE:
            self.notice = "The time is over; what you answered until then counts."
            self._end()

    def handle(self, name: str, data: dict[str, Any]) -> dict[str, Any]:
        """Do what the page asks for, and return the view; events that are a card's go to the card shown."""
        self.notice = ""
        self._look_at_the_clock()
        match name:
            case "begin" if self.phase != "running":
                self._begin()
            case "place" if isinstance(place := data.get("place"), int) and 0 <= place < len(self.cards):
                self.place = place
            case "stop" if self.phase == "running":
                self._end()
            case "timeout" if self.phase == "running" and self.left <= timedelta(seconds=1):
                self._end()
            case _ if self.phase == "running" and name in _CARD_ONLY:
                self._play(name, data)
        return self.view()

    def _play(self, name: str, data: dict[str, Any]) -> None:
        card = self.cards[self.place]
        if name == "hint" and card.hints >= HINTS:
            return
        card.handle(name, data)
        if all(each.done for each in self.cards):
            self._end()

    def view(self) -> dict[str, Any]:
        """Return all there is to show."""
        shown: dict[str, Any] = {
            "kind": "challenge",
            "phase": self.phase,
            "title": f"Challenge: {self.lesson.title}",
            "rules": rules(self.count, self.limit),
            "best": self.best(),
            "notice": self.notice,
        }
        if self.cards:
            shown["steps"] = [_state(card, self.phase == "ended") for card in self.cards]
            shown |= {"place": self.place, "card": self._card(self.cards[self.place]), "round": self.seed}
        if self.phase == "running":
            now, left = self._now(), max(0.0, self.left.total_seconds())
            shown |= {"left": left, "sent": now.timestamp(), "ends": (self.begun + self.limit).timestamp()}
        if self.phase == "ended":
            shown["result"] = outcome(self.right, len(self.cards), self.seconds)
        return shown

    def _card(self, card: Card) -> dict[str, Any]:
        shown = card.view()
        more = max(0, min(HINTS - card.hints, len(card.question.hints) - card.hints))
        shown |= {"more_hints": more, "fresh": False}
        return shown | {"done": True, "open": False} if self.phase == "ended" else shown

    def best(self) -> str:
        """Return the best badge so far, in words, or nothing."""
        found = next((b for b in badges(self.record.events(), self.bank) if b.lesson == self.lesson.id), None)
        return f"{found.level}, {found.right} of {found.of} in {length(found.seconds)}" if found else ""

    def text(self) -> str:
        """Return the challenge as plain text."""
        best = self.best()
        lines = [f"Challenge: {self.lesson.title}", *(f"- {rule}" for rule in rules(self.count, self.limit))]
        return "\n".join(
            [*lines, *([f"Best so far: {best}."] if best else []), "[Run this cell in JupyterLab to start.]"]
        )


def _right(card: Card) -> bool:
    return bool(card.last_mark and card.last_mark.right)


def _state(card: Card, ended: bool) -> str:
    if _right(card):
        return "right"
    if card.done or ended:
        return "not right" if card.tries else "not answered"
    return "one more try" if card.tries else "open"


def challenge(lesson: str, minutes: float = 10, problems: int = PROBLEMS) -> Panel:
    """Show the challenge of a lesson ("01"): `problems` against the clock; one that was begun goes on.

    Raise CourseError if there is no such lesson, it has no challenge problems, or `minutes` is no length of time.
    """
    bank = open_bank()
    found = bank.lesson(lesson)
    if not 0 < minutes <= 24 * 60:
        raise CourseError(f"a challenge cannot last {minutes:g} minutes; give a number above 0, such as 10")
    if problems < 1:
        raise CourseError(f"a challenge cannot have {problems} problems; give a number from 1 up, such as {PROBLEMS}")
    game = Challenge(found, bank, open_record(), limit=timedelta(minutes=minutes), problems=problems)
    if not game.pool:
        raise CourseError(f"lesson {found.id} has no challenge problems (questions with 'use: [challenge]')")
    return Panel(game.view(), game.handle, game.text(), to_html(game.text()))
