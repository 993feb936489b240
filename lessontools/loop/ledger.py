"""Which backward passes each gradient holds, and which of them an update has already used: the doctor's ground.

Pure bookkeeping on numbers: backward passes and parameters are counted, no tensor is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Ledger", "Page", "Used"]

MOST = 64


@dataclass(slots=True)
class Page:
    """A parameter's gradient: the backward passes added since it was last cleared, and those already used."""

    held: dict[int, None] = field(default_factory=dict)  # a dict keeps the order of the passes
    used: set[int] = field(default_factory=set)

    def trim(self) -> None:
        """Forget the oldest passes of a gradient that is never cleared, so that a long run stays small."""
        while len(self.held) > MOST:
            oldest = next(iter(self.held))
            del self.held[oldest]
            self.used.discard(oldest)


@dataclass(frozen=True, slots=True)
class Used:
    """What an update of one parameter used: the passes held, and those that an earlier update had used."""

    held: tuple[int, ...]
    again: tuple[int, ...]


class Ledger:
    """The pages of all parameters, by number."""

    def __init__(self) -> None:
        self.pages: dict[int, Page] = {}

    def page(self, param: int) -> Page:
        """Return a parameter's page."""
        return self.pages.setdefault(param, Page())

    def added(self, param: int, backward: int) -> None:
        """Note that a backward pass added to this gradient."""
        page = self.page(param)
        page.held[backward] = None
        page.trim()

    def replaced(self, param: int, backward: int) -> None:
        """Note that the gradient is now this pass's alone (it was assigned, not added to)."""
        self.pages[param] = Page({backward: None})

    def cleared(self, param: int) -> tuple[int, ...]:
        """Note that the gradient was cleared; return the passes that were thrown away unused."""
        page = self.pages.pop(param, Page())
        return tuple(each for each in page.held if each not in page.used)

    def updated(self, param: int) -> Used:
        """Note that an update used this gradient; return what it held and what of that was used before."""
        page = self.page(param)
        again = tuple(each for each in page.held if each in page.used)
        page.used.update(page.held)
        return Used(tuple(page.held), again)

    def held(self, param: int) -> tuple[int, ...]:
        """Return the passes that this gradient holds."""
        page = self.pages.get(param)
        return tuple(page.held) if page else ()
