"""A run: all hand-ins of a folder through the cages of this machine into the store; what is there already is kept."""

from __future__ import annotations

import hashlib
import json
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lessontools.grading.cage import Cage, Limits
from lessontools.grading.collect import taken
from lessontools.grading.expect import expect
from lessontools.grading.grader import PARSING, Basis, Graded, grade
from lessontools.grading.intake import HandIn
from lessontools.grading.secret import Key
from lessontools.grading.store import Store
from lessontools.grading.wall import GradingError
from lessontools.practice.catalog import open_catalog
from lessontools.quiz.bank import open_bank

__all__ = ["Summary", "basis_of", "fingerprint", "run"]


@dataclass(frozen=True)
class Summary:
    """What a run did: how many hand-ins there are, how many of them were graded now, and by which tests.

    `failed` names the hand-ins that could not be graded, and why; the next run tries them again.
    """

    handins: int
    graded: int
    tests: str
    failed: tuple[str, ...] = ()


def fingerprint(root: Path, key: Key) -> str:
    """Return a fingerprint of all that judges: the questions and exercises of the release as they are today."""
    bank, catalog = open_bank(root), open_catalog(root)
    about = [bank.items[name].question.model_dump_json() for name in key.items if name in bank.items]
    files = {catalog.entries[name].file for name in key.exercises if name in catalog.entries}
    about += [(root / file).read_text(encoding="utf-8") for file in sorted(files)]
    about.append(json.dumps([dict(key.items), dict(key.exercises)]))
    return hashlib.sha256("\0".join(about).encode()).hexdigest()[:16]


def basis_of(root: Path, key: Key, turn: int, cage: Cage) -> Basis:
    """Return all that hand-ins are judged by; solutions and mistakes are run in the cage, once."""
    bank, catalog = open_bank(root), open_catalog(root)
    entries = {name: catalog.entries[name] for name in key.exercises if name in catalog.entries}
    exercises = {name: (entry.lesson, entry.exercise) for name, entry in entries.items()}
    expected = expect(cage, [(each, key.draws(name, turn)) for name, (_, each) in exercises.items()])
    return Basis(key, bank, exercises, expected)


def run(
    root: Path,
    key: Key,
    folder: Path,
    store: Store,
    *,
    turn: int = 1,
    jobs: int = 1,
    trusted: bool = False,
    cluster: str = "",
    limits: Limits | None = None,
    told: Callable[[int, int], None] = lambda done, of: None,
) -> Summary:
    """Grade what is in a folder that `collect` made, and not in the store yet; safe to be killed and run again.

    `jobs` cages work on this machine, or those of a Dask `cluster` (its scheduler's address); the results are the same.

    Raise GradingError where there is no sandbox and `trusted` was not asked for.
    """
    tests = fingerprint(root, key)
    handins = newest(handin for handin, _ in taken(folder, key))
    store.take(handins)
    done, failed = store.done(turn, tests), []
    todo = {handin.hash for handin, _, _ in handins} - done
    if todo:
        with Cage(limits, trusted) as cage:
            basis = basis_of(root, key, turn, cage)
            wanted = (handin for handin, _ in taken(folder, key) if handin.hash in todo)
            ready = _far(cluster, basis, wanted, limits, trusted) if cluster else _graded(basis, wanted, cage, jobs)
            for count, (handin, made) in enumerate(ready, 1):
                if isinstance(made, Exception):
                    failed.append(f"{handin.student} ({handin.file}): {type(made).__name__}: {made}")
                else:
                    store.keep(handin.hash, turn, tests, made, not trusted)
                told(count, len(todo))
    return Summary(len(handins), len(todo) - len(failed), tests, tuple(failed))


def _far(
    address: str, basis: Basis, handins: Iterator[HandIn], limits: Limits | None, trusted: bool
) -> Iterator[Graded]:
    try:
        from lessontools.grading.cluster import graded_on
    except ImportError as error:
        raise GradingError(f"--dask needs Dask: pip install 'lessontools[dask]' ({error})") from error
    return graded_on(address, basis, handins, limits, trusted)


def newest(handins: Iterable[HandIn]) -> list[tuple[HandIn, bool, bool]]:
    """Return each hand-in with whether it is late, and whether it is the newest of its student that can be read."""
    found: dict[str, HandIn] = {}
    for each in handins:
        found.setdefault(each.hash + each.student, each.light())
    best: dict[str, HandIn] = {}
    for each in found.values():
        other = best.get(each.student)
        if other is None or _rank(each) > _rank(other):
            best[each.student] = each
    return [(each, "late" in each.remarks, best[each.student] is each) for each in found.values()]


def _rank(handin: HandIn) -> tuple[bool, str, str]:
    return not handin.unreadable, handin.handed_in, handin.hash


def _next(handins: Iterator[HandIn]) -> HandIn | None:
    with PARSING:
        return next(handins, None)


def _attempt(basis: Basis, handin: HandIn, cage: Cage) -> Graded:
    """Return a hand-in with its outcomes, or with a fault of ours that it met: the others are graded all the same."""
    try:
        return handin, grade(basis, handin, cage)
    except GradingError:
        raise  # no hand-in's: there is no sandbox
    except Exception as error:
        return handin, error


def _graded(basis: Basis, handins: Iterator[HandIn], cage: Cage, jobs: int) -> Iterator[Graded]:
    """Yield each hand-in with its outcomes, as they are ready; each job has a cage of its own."""
    if jobs == 1:
        yield from (_attempt(basis, each, cage) for each in handins)
        return
    todo: queue.Queue[HandIn | None] = queue.Queue(maxsize=2 * jobs)
    ready: queue.Queue[Graded | BaseException | None] = queue.Queue()

    def work() -> None:
        try:
            with Cage(cage.limits, cage.trusted) as own:
                while (each := todo.get()) is not None:
                    ready.put(_attempt(basis, each, own))
            ready.put(None)
        except BaseException as error:
            ready.put(error)

    def feed() -> None:
        try:
            while (each := _next(handins)) is not None:
                todo.put(each)
        except BaseException as error:
            ready.put(error)
        for _ in range(jobs):
            todo.put(None)

    for target in (feed, *[work] * jobs):
        threading.Thread(target=target, daemon=True).start()
    left = jobs
    while left:
        match ready.get():
            case None:
                left -= 1
            case BaseException() as error:
                raise error
            case found:
                yield found
