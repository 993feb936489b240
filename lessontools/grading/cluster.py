"""A cluster: errands go to the workers of a Dask cluster, each with a cage of its own; marks are made and kept here.

What goes over the wire is pickled: use hosts that you trust, and TLS between them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

from distributed import Client, KilledWorker, Worker, WorkerPlugin, as_completed, get_worker

from lessontools.grading.cage import Cage, Limits
from lessontools.grading.errand import Errand, observed
from lessontools.grading.grader import Basis, Graded, errand, outcomes, prepare
from lessontools.grading.intake import HandIn
from lessontools.grading.outcome import Outcome
from lessontools.grading.wall import GradingError

__all__ = ["graded_on"]

_NAME, _AHEAD, _TRIES = "lessontools-cage", 4, 10
_PATIENCE = 15.0
"""Seconds that a scheduler may take to answer."""


class CagePlugin(WorkerPlugin):  # type: ignore[misc]  # distributed ships no types
    """Keeps a cage on a worker, started with it and ended with it."""

    name = _NAME

    def __init__(self, limits: Limits, trusted: bool) -> None:
        self.limits, self.trusted = limits, trusted

    def setup(self, worker: Worker) -> None:
        """Start the cage; a worker where it cannot start says so at once."""
        self.lock = threading.Lock()
        self.cage = Cage(self.limits, self.trusted).__enter__()

    def teardown(self, worker: Worker) -> None:
        """End the cage."""
        self.cage.stop()


def run_errand(what: Errand) -> dict[str, Any]:
    """Return what this worker's cage saw of an errand."""
    plugin = get_worker().plugins[_NAME]
    with plugin.lock:  # a cage does one thing at a time; give workers one thread each
        return observed(what, plugin.cage)


def graded_on(
    address: str, basis: Basis, handins: Iterator[HandIn], limits: Limits | None = None, trusted: bool = False
) -> Iterator[Graded]:
    """Yield each hand-in with its outcomes, as they are ready; a killed worker's errands are done by others.

    Only so many hand-ins are under way that all workers are busy. Raise GradingError if there is no cluster, or its
    workers have no sandbox.
    """
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise GradingError(
            f"{address}: no Dask cluster answers ({error}); start one with 'dask scheduler', and on each machine "
            "'dask worker tcp://SCHEDULER:8786 --nthreads 1 --nworkers auto'"
        ) from error
    with client:
        try:
            client.register_plugin(CagePlugin(limits or Limits(), trusted))
        except Exception as error:  # whatever a worker's set-up raised comes back pickled
            raise GradingError(f"{address}: a worker cannot start its sandbox: {error}") from error
        yield from _pumped(client, basis, handins)


def _pumped(client: Client, basis: Basis, handins: Iterator[HandIn]) -> Iterator[Graded]:
    ahead = _AHEAD * max(1, sum(client.nthreads().values()))
    under_way: dict[str, tuple[HandIn, Any, Any]] = {}
    pool = as_completed([], loop=client.loop)

    def send() -> Iterator[Graded]:
        """Send hand-ins until enough are under way; those that need no run are ready at once."""
        while len(under_way) < ahead and (each := next(handins, None)) is not None:
            try:
                made, todo = prepare(basis, each)
                if not todo:
                    yield each, outcomes(basis, each, made, {}, {})
                    continue
                what = errand(basis, todo)
            except Exception as error:
                yield each, error
                continue
            future = client.submit(run_errand, what, pure=False, retries=_TRIES)
            under_way[future.key] = each, made, todo
            pool.add(future)

    yield from send()
    while under_way:
        future = next(pool)
        each, made, todo = under_way.pop(future.key)
        yield each, _outcomes(basis, each, made, todo, future)
        future.release()  # or the cluster keeps it
        yield from send()


def _outcomes(basis: Basis, handin: HandIn, made: Any, todo: Any, future: Any) -> list[Outcome] | Exception:
    try:
        seen: Mapping[str, Any] = future.result()
    except KilledWorker as error:  # it took one worker after another with it
        return RuntimeError(str(error))
    try:
        return outcomes(basis, handin, made, todo, seen)
    except Exception as error:
        return error
