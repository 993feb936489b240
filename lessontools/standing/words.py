"""Counts, times and places in words, the same on every screen."""

from __future__ import annotations

from datetime import date, datetime

__all__ = ["counted", "day_of", "duration", "length", "link_of"]

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count and its noun: one problem, two problems, 11 problems."""
    number = _COUNTS[count] if 0 <= count < len(_COUNTS) else str(count)
    return f"{number} {one if count == 1 else many or one + 's'}"


def length(seconds: float) -> str:
    """Return a length of time in minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    parts = [f"{minutes} min" if minutes else "", f"{rest} s" if rest or not minutes else ""]
    return " ".join(filter(None, parts))


def duration(minutes: int) -> str:
    """Return a number of minutes in hours and minutes."""
    hours, rest = divmod(minutes, 60)
    return " ".join(filter(None, [f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else ""]))


def day_of(at: datetime, now: datetime) -> str:
    """Return the day of a time as seen from `now`, in its time zone."""
    day: date = at.astimezone(now.tzinfo).date()
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((day - now.date()).days)
    return near or f"on {day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if day.year != now.year else "")


def link_of(place: str) -> str:
    """Return the address of a place, relative to the notebooks' folder, as JupyterLab follows it.

    A place is a notebook and a heading ("01_forward#Deep-dive") or a cell's id, all in small letters ("#deep-dive").
    """
    file, _, spot = place.partition("#")
    file = file if file.endswith(".ipynb") else f"{file}.ipynb"
    spot = spot.strip().replace(" ", "-")
    if not spot:
        return file
    return f"{file}#cell-id={spot}" if spot == spot.lower() and "=" not in spot else f"{file}#{spot}"
