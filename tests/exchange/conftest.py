"""The questions to exchange: one of each kind, awkward ones, and the whole course."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lessontools.quiz.bank import Bank, Item, read_bank
from lessontools.quiz.question import parse
from tests.quiz.planted import GOOD

HERE = Path(__file__).parent
HOW = "needs node 20 and npm: apt-get install nodejs npm; the tests then fetch tests/exchange/package.json themselves"
Node = Callable[[str, Path], Any]


def made(kind: str, **fields: Any) -> Item:
    """Return a question as the bank would hold it."""
    common = {"id": "asked", "objectives": ["aim"], "stem": "Which?", "why": "So it is."}
    return Item(parse({**common, "kind": kind, **fields}), "01_loop", "01_loop.yaml", 1)


def choices(*texts: str, right: int = 1) -> list[dict[str, Any]]:
    """Return options of which the first few are right."""
    return [
        {"id": f"c{n}", "text": text, "feedback": f"What is said to choice {n}."}
        | ({"right": True} if n < right else {})
        for n, text in enumerate(texts)
    ]


@pytest.fixture(scope="session")
def kinds() -> Bank:
    """Return a bank with every kind of question."""
    return read_bank(GOOD)


@pytest.fixture(scope="session")
def course(repo: Path) -> Bank:
    """Return the course's own bank."""
    return read_bank(repo)


@pytest.fixture(scope="session")
def node(request: pytest.FixtureRequest) -> Node:
    """Return a function that runs one of our scripts with the readers of package.json, kept in pytest's cache."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip(HOW)
    folder = Path(request.config.cache.mkdir("exchange-readers"))  # type: ignore[union-attr]
    wanted = (HERE / "package.json").read_text(encoding="utf-8")
    done = folder / "installed.json"
    if not done.exists() or done.read_text(encoding="utf-8") != wanted:
        shutil.copy(HERE / "package.json", folder)
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
        got = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
        if got.returncode:
            pytest.skip(f"{HOW}; npm could not fetch them: {got.stderr.strip().splitlines()[-1:]}")
        done.write_text(wanted, encoding="utf-8")

    def run(script: str, file: Path) -> Any:
        shutil.copy(HERE / script, folder)
        got = subprocess.run(["node", script, str(file)], cwd=folder, capture_output=True, text=True, timeout=300)
        assert got.returncode == 0, got.stderr[-2000:]
        return json.loads(got.stdout)

    return run
