"""The roster: a CSV of the class, as the course page exports it -> who each student is there."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from lessontools.grading.wall import GradingError

__all__ = ["Person", "Roster", "no_roster", "parse_roster", "read_csv", "read_roster"]

_NAMES = ("student", "full name", "name", "student name")
_FIRST, _LAST = ("first name", "firstname", "given name"), ("last name", "lastname", "surname", "family name")
_NUMBERS = (
    *("sis user id", "sis login id", "id number", "email address", "email", "username", "login", "student id"),
    *("sid", "id", "identifier"),
)


@dataclass(frozen=True)
class Person:
    """One line of the roster: the name, and all its columns as they were."""

    name: str
    row: Mapping[str, str]

    def get(self, *columns: str) -> str:
        """Return the first of these columns that holds anything; upper and lower case are the same."""
        low = {name.casefold(): value for name, value in self.row.items()}
        return next((low[each.casefold()] for each in columns if low.get(each.casefold())), "")


@dataclass
class Roster:
    """The class: people in the order of the file, and whom a hand-in's name or number means."""

    people: list[Person] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)

    def has(self, *columns: str) -> bool:
        """Return whether the file has one of these columns."""
        return bool({each.casefold() for each in self.columns} & {each.casefold() for each in columns})

    def find(self, student: str) -> int | None:
        """Return the place of the person whom a hand-in's student is; None for nobody, or for more than one."""
        place = self._known.get(_plain(student), -1)
        return place if place >= 0 else None


def no_roster() -> Roster:
    """Return the roster of a class that nobody has listed."""
    return Roster()


def read_roster(path: Path) -> Roster:
    """Return the roster of a file; raise GradingError, saying what it needs, if there is none in it."""
    return parse_roster(read_csv(path), str(path))


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the lines of a CSV file by their columns, whatever is between; raise GradingError if it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise GradingError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise GradingError(f"{path}: is not UTF-8; save it as 'CSV UTF-8' in the spreadsheet") from error
    head = text.partition("\n")[0]
    mark = max(",;\t", key=head.count)
    try:
        reader = csv.DictReader(StringIO(text, newline=""), delimiter=mark, strict=True)
        return [{str(k or "").strip(): str(v or "").strip() for k, v in row.items()} for row in reader]
    except csv.Error as error:
        raise GradingError(f"{path}: is no CSV file ({error})") from error


def parse_roster(rows: list[dict[str, str]], where: str = "roster") -> Roster:
    """Return the roster that rows hold; names and numbers that two people share are noted, and mean neither."""
    people = [Person(name, row) for row in rows if (name := _name(row)) and not _no_person(name)]
    if not people:
        raise GradingError(
            f"{where}: no students in it; it needs a column of names ('Student', 'Full name' or 'Name', or first and "
            "last name apart), as the files that Canvas and Moodle export have it"
        )
    found = Roster(people, list(rows[0]))
    twice = {}
    for place, person in enumerate(people):
        for word in dict.fromkeys(map(_plain, _words(person))):
            if word and found._known.setdefault(word, place) not in (place, -1):
                found._known[word] = -1
                twice[word] = person.name
    found.notes = [f"the roster has '{name}' more than once: hand in under a number" for name in twice.values()]
    return found


def _name(row: Mapping[str, str]) -> str:
    low = {name.casefold(): value for name, value in row.items()}
    if name := next((low[each] for each in _NAMES if low.get(each)), ""):
        return name
    parts = (next((low[each] for each in some if low.get(each)), "") for some in (_FIRST, _LAST))
    return " ".join(filter(None, parts))


def _no_person(name: str) -> bool:
    """Return whether this is one of Canvas's lines that are no student."""
    return "points possible" in name.casefold() or name.casefold() in ("student, test", "test student")


def _words(person: Person) -> Iterable[str]:
    yield person.name
    last, comma, first = person.name.partition(",")
    if comma:
        yield f"{first} {last}"
    yield from filter(None, (person.get(column) for column in _NUMBERS))


def _plain(name: str) -> str:
    """Return a name without spaces, marks and case; the order of its words counts."""
    return "".join(re.findall(r"\w+", unicodedata.normalize("NFKC", name))).casefold()


def absent(roster: Roster, seen: set[int]) -> Iterator[Person]:
    """Yield who handed nothing in."""
    yield from (each for place, each in enumerate(roster.people) if place not in seen)
