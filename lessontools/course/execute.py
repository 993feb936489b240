"""Execution: a notebook's cells are run in a fresh kernel, with all that could differ held fixed."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

__all__ = ["Stopped", "execute"]

SECONDS = 600
_DROPPED = ("FORCE_COLOR", "PYTHONSTARTUP", "PYTHONWARNINGS", "MPLBACKEND", "COLUMNS", "LINES")


class Stopped(Exception):
    """A cell did not run through: `place` is its index, `line` the line in it (0 if unknown)."""

    def __init__(self, place: int, line: int, message: str) -> None:
        super().__init__(message)
        self.place, self.line = place, line


def execute(book: Any, root: Path, record: Path | None = None, told: Callable[[int], None] | None = None) -> None:
    """Run a notebook in place, from notebooks/, answers going to `record` (default: nowhere that stays).

    `told` is called with each cell's index before it runs. Raise Stopped at the first error in a cell without the tag
    raises-exception.
    """
    with tempfile.TemporaryDirectory() as folder:
        env = {name: value for name, value in os.environ.items() if name not in _DROPPED}
        threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        env |= threads | {
            "PYTHONHASHSEED": "0",
            "LESSONTOOLS_COURSE": str(root),
            "LESSONTOOLS_RECORD": str(record or Path(folder) / "record.jsonl"),
            "LESSONTOOLS_SEED": "0",
            "IPYTHONDIR": folder,  # nobody's start-up files or profile
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }
        seen = [0]

        def starting(cell: Any, cell_index: int) -> None:
            seen[0] = cell_index
            if told:
                told(cell_index)

        client = NotebookClient(
            book,
            kernel_name="python3",
            timeout=SECONDS,
            store_widget_state=False,
            record_timing=False,
            extra_arguments=["--IPKernelApp.log_level=40"],  # its advice on transports is not about the lesson
            on_cell_start=starting,
            resources={"metadata": {"path": str(root / "notebooks")}},
        )
        try:
            client.execute(env=env)
        except CellExecutionError as error:
            raise Stopped(seen[0], _line(error.traceback), f"{error.ename}: {error.evalue}") from error
        except CellTimeoutError as error:
            raise Stopped(seen[0], 0, f"it did not end within {SECONDS} seconds") from error
        except DeadKernelError as error:
            raise Stopped(seen[0], 0, "the kernel died while it ran") from error


def _line(traceback: str) -> int:
    """Return the cell's line of a traceback: the last frame in the cell, or what a syntax error names."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", traceback)
    found = re.findall(r"Cell In\[\d+\], line (\d+)", plain)
    return int(found[0]) if found else 0
