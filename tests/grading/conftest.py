"""A cage for all tests of a worker; without bubblewrap they skip, and say how to get it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lessontools.grading.cage import Cage, Limits
from lessontools.practice.catalog import Catalog, load_catalog


@pytest.fixture(scope="session")
def cage(sandbox: None) -> Iterator[Cage]:
    with Cage(Limits(seconds=6, cpu=6, memory=1000)) as found:
        yield found


@pytest.fixture(scope="session")
def catalog(repo: Path) -> Catalog:
    return load_catalog(repo)
