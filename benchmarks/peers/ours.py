"""lessontools: the script runs under the watch, then the doctor reads the trace."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers.play import Said, main, play
from lessontools.loop.doctor import diagnose
from lessontools.loop.watch import watch

LEVELS = {"fact": "high", "strong": "middle", "hint": "low"}


def judge(path: Path) -> list[Said]:
    """Return the doctor's findings on a script."""
    one = watch()
    play(path, one)
    return [{"code": f.code.lower(), "level": LEVELS[f.level], "text": f.observation} for f in diagnose(one.trace)]


if __name__ == "__main__":
    main(judge)
