"""Which backward passes each gradient holds, and which of them an update has already used: the doctor's ground.

Pure bookkeeping on numbers: backward passes and parameters are counted, no tensor is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Ledger", "Page", "Used"]

MOST = 64
HAND = -1


@dataclass(slots=True)
class Page:
    """A parameter's gradient: the backward passes added since it was last cleared, and those already used.

    `used` has for each pass who used it last (an optimizer's number, or HAND), and the newest pass at that time.
    Gradients that are filled and used together share one page, until something happens to one of them alone.
    """

    held: dict[int, None] = field(default_factory=dict)  # a dict keeps the order of the passes
    used: dict[int, tuple[int, int]] = field(default_factory=dict)
    shared: bool = False

    def trim(self) -> None:
        """Forget the oldest passes of a gradient that is never cleared, so that a long run stays small."""
        while len(self.held) > MOST:
            oldest = next(iter(self.held))
            del self.held[oldest]
            self.used.pop(oldest, None)

    @property
    def spent(self) -> bool:
        """Whether all that the gradient holds (if anything) has been used."""
        return len(self.used) >= len(self.held)

    def again(self, user: int) -> tuple[int, ...]:
        """Return the passes that this user would use for a second time.

        Two optimizers may share one fresh gradient, several edits by hand make one update, and an edit by hand may go
        with an optimizer's step (weight decay, a look ahead): none of these is using a gradient again.
        """
        if not self.used:
            return ()
        newest = next(reversed(self.held))
        found = []
        for each, (who, then) in self.used.items():
            if (who == HAND) == (user == HAND) and (then != newest or (who == user and user != HAND)):
                found.append(each)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Used:
    """What an update of one parameter used: the passes held, and those that an earlier update had used."""

    held: tuple[int, ...]
    again: tuple[int, ...]


NOTHING = Used((), ())


class Ledger:
    """The pages of all parameters, by number."""

    def __init__(self) -> None:
        self.pages: dict[int, Page] = {}

    def page(self, param: int) -> Page:
        """Return a parameter's own page."""
        found = self.pages.get(param)
        if found is None or found.shared:
            found = self.pages[param] = Page() if found is None else Page(dict(found.held), dict(found.used))
        return found

    def added(self, param: int, backward: int) -> None:
        """Note that a backward pass added to this gradient."""
        page = self.page(param)
        page.held[backward] = None
        if len(page.held) > MOST:
            page.trim()

    def grown(self, params: Sequence[int], backward: int) -> None:
        """Note that a backward pass added to these gradients."""
        if self.pages.keys().isdisjoint(params):
            self.pages.update(dict.fromkeys(params, Page({backward: None}, shared=True)))
        else:
            for each in params:
                self.added(each, backward)

    def replaced(self, param: int, backward: int) -> None:
        """Note that the gradient is now this pass's alone (it was assigned, not added to)."""
        self.pages[param] = Page({backward: None})

    def cleared(self, param: int) -> tuple[int, ...]:
        """Note that the gradient was cleared; return the passes that were thrown away unused."""
        page = self.pages.pop(param, None)
        if page is None or len(page.used) >= len(page.held):
            return ()
        return tuple(each for each in page.held if each not in page.used)

    def updated(self, param: int, user: int = 0) -> Used:
        """Note that an update used this gradient; return what it held and what of that was used before."""
        if not self.held(param):
            return NOTHING
        page = self.page(param)
        again = page.again(user)
        newest = next(reversed(page.held))
        for each in page.held:
            page.used[each] = user, newest
        return Used(tuple(page.held), again)

    def followed(self, params: Sequence[int], user: int = 0) -> bool:
        """Note an update whose gradients were all fresh; where one is empty or used, say so and note nothing."""
        pages = {id(page): page for page in map(self.pages.get, params)}
        for page in pages.values():
            if page is None or page.used or not page.held:
                return False
        together = len(pages) == 1 and len(params) == len(self.pages)
        for page in pages.values() if together else map(self.page, params):
            if page is not None:
                page.used = dict.fromkeys(page.held, (user, next(reversed(page.held))))
        return True

    def held(self, param: int) -> tuple[int, ...]:
        """Return the passes that this gradient holds."""
        page = self.pages.get(param)
        return tuple(page.held) if page else ()

    def spent(self, param: int) -> bool:
        """Return whether all that a gradient holds has been used."""
        page = self.pages.get(param)
        return page is None or page.spent
