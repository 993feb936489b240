"""A process with all that it started: its CPU seconds and its peak of memory, as Linux tells them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Tree", "resident"]

_TICK = os.sysconf("SC_CLK_TCK")


class Tree:
    """A process tree, by the id of its root; `peak` has the most bytes that were seen, shared pages counted once."""

    def __init__(self, pid: int) -> None:
        self.pid, self.peak = pid, 0

    def _members(self) -> dict[int, float]:
        """Return the CPU seconds of each process of the tree, with those of its children that have ended."""
        seconds: dict[int, float] = {}
        children: dict[int, list[int]] = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    words = Path("/proc", name, "stat").read_text().rpartition(")")[2].split()
                except OSError:  # it has just ended
                    continue
                seconds[int(name)] = sum(map(int, words[11:15])) / _TICK
                children.setdefault(int(words[1]), []).append(int(name))
        found, todo = {}, [self.pid]
        while todo:
            pid = todo.pop()
            found[pid] = seconds.get(pid, 0.0)
            todo += children.get(pid, [])
        return found

    def cpu(self) -> float:
        """Return the CPU seconds that the tree has used."""
        return sum(self._members().values())

    def look(self) -> None:
        """Take the memory of this moment into account."""
        total = 0
        for pid in self._members():
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                total += sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
            except OSError:
                continue
        self.peak = max(self.peak, total)

    @contextmanager
    def watched(self, every: float = 0.1) -> Iterator[None]:
        """Look now and then while the block runs; that takes milliseconds from whoever is watched."""
        over = threading.Event()

        def watch() -> None:
            self.look()
            while not over.wait(every):
                self.look()

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def resident() -> float:
    """Return the megabytes that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
