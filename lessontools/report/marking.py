"""Marking by hand: explanations that wait, one by one or through a spreadsheet -> shares of their points."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from lessontools.grading.ledger import Sheet
from lessontools.grading.store import Store
from lessontools.grading.wall import GradingError
from lessontools.report.gradebook import guarded, unguarded
from lessontools.report.roster import read_csv
from lessontools.report.subject import Part, Subject

__all__ = ["Explanation", "judge", "read_marks", "to_mark", "write_marks"]

HEAD = ("handin", "item", "student", "question", "answer", "criteria", "met", "comment")
_HASH = 16


@dataclass(frozen=True)
class Explanation:
    """An explanation that a person marks; `met` has the criteria met so far, or None if nobody has marked it."""

    handin: str
    student: str
    part: Part
    answer: str
    met: tuple[str, ...] | None = None
    comment: str = ""

    @property
    def criteria(self) -> list[tuple[str, str]]:
        """The rubric: (id, text), in its order."""
        return list(self.part.rubric.items())


def to_mark(sheets: Iterable[Sheet], subject: Subject, item: str = "", again: bool = False) -> list[Explanation]:
    """Return what waits to be marked, question by question, and within one in an order that tells no names.

    `again` brings what is marked already, too.
    """
    found = []
    for sheet in sheets:
        for each in sheet.outcomes:
            part, judged = subject.parts.get(each.item), each.item in sheet.met
            if part is None or not part.by_hand or (item and item != each.item):
                continue
            if each.waiting or (again and judged):
                met, said = (sheet.met[each.item], each.feedback) if judged else (None, "")
                found.append(Explanation(sheet.handin["hash"], sheet.student, part, each.answer, met, said))
    place = {name: at for at, name in enumerate(subject.parts)}
    return sorted(found, key=lambda one: (place[one.part.id], one.handin))


def judge(store: Store, one: Explanation, met: Iterable[str], comment: str = "") -> float:
    """Store which criteria an explanation meets; return the share of its points that follows."""
    known = [key for key, _ in one.criteria]
    kept = [key for key in known if key in set(met)]
    share = len(kept) / len(known)
    store.judge(one.handin, one.part.id, share, kept, comment.strip())
    return share


def write_marks(work: Iterable[Explanation], file: TextIO, names: bool) -> int:
    """Write explanations as CSV to be marked in a spreadsheet; return how many there are."""
    writer, count = csv.writer(file, lineterminator="\r\n"), 0
    writer.writerow(HEAD)
    for one in work:
        criteria = "\n".join(f"{at} {text}" for at, (_, text) in enumerate(one.criteria, 1))
        met = "" if one.met is None else _numbers(one) or "0"
        name = one.student if names else ""
        row = (f"h-{one.handin[:_HASH]}", one.part.id, name, one.part.prompt, one.answer, criteria, met, one.comment)
        writer.writerow([guarded(each) for each in row])
        count += 1
    return count


def _numbers(one: Explanation) -> str:
    return " ".join(str(at) for at, (key, _) in enumerate(one.criteria, 1) if key in (one.met or ()))


def read_marks(path: Path, work: Iterable[Explanation]) -> list[tuple[Explanation, list[str], str]]:
    """Return what was marked in a spreadsheet: (explanation, ids of the criteria met, comment); blank lines wait on.

    Raise GradingError with every fault of the file at once; then nothing of it counts.
    """
    known = {(f"h-{one.handin[:_HASH]}", one.part.id): one for one in work}
    rows = read_csv(path)
    if rows and not {"handin", "item", "met"} <= set(rows[0]):
        raise GradingError(f"{path}: needs the columns handin, item and met, as --to-csv writes them")
    faults: list[str] = []
    found = list(_read(rows, known, faults))
    if faults:
        raise GradingError(f"{path}: nothing was taken in\n" + "\n".join(faults))
    return found


def _read(
    rows: list[dict[str, str]], known: dict[tuple[str, str], Explanation], faults: list[str]
) -> Iterator[tuple[Explanation, list[str], str]]:
    taken = set()
    for line, row in enumerate(rows, 2):
        met, key = row["met"], (row["handin"], row["item"])
        if not met:
            continue
        one = known.get(key)
        if one is None or key in taken:
            why = "is there twice" if key in taken else "is no explanation of this assignment"
            faults.append(f"row {line}: {key[0]} {key[1]} {why}")
            continue
        taken.add(key)
        numbers = re.findall(r"\d+", met)
        most = len(one.criteria)
        if re.sub(r"[\d\s,;.]", "", met) or not numbers or any(int(each) > most for each in numbers):
            faults.append(
                f"row {line}: met is '{met[:40]}'; write the numbers of the criteria (1 to {most}), or 0 for none"
            )
            continue
        ids = [one.criteria[int(each) - 1][0] for each in dict.fromkeys(numbers) if int(each)]
        yield one, ids, unguarded(row.get("comment", ""))
