"""What all tests share: nothing of the machine's own record, seed or course gets in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# several test processes share the cores: torch's thread pools would only wait for each other (also in children)
os.environ.setdefault("OMP_NUM_THREADS", "1")
REPO = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _own_record(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the record to a fresh file, so that a test neither reads nor writes the one of whoever runs it."""
    for name in [name for name in os.environ if name.startswith("LESSONTOOLS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LESSONTOOLS_RECORD", str(tmp_path_factory.mktemp("record") / "record.jsonl"))


@pytest.fixture(scope="session")
def repo() -> Path:
    """Return the repository's root."""
    return REPO


@pytest.fixture(scope="session")
def sandbox() -> None:
    """Skip where hand-ins cannot be graded in a sandbox, with the line that says how to get it."""
    from lessontools.grading.wall import GradingError, bubblewrap

    try:
        bubblewrap()
    except GradingError as error:
        pytest.skip(str(error))
