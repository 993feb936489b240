"""A benchmark's result: rows of plain numbers -> a table on the screen and a JSON file beside it."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

__all__ = ["percentile", "report"]


def _load() -> float | None:
    """Return how many processes wanted a core in the last minute, where the system tells."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None


_BEFORE = _load()

RESULTS = Path(__file__).parent / "results"
NAMED = ("torch", "jupyterlab", "ipykernel", "ipywidgets", "anywidget", "jupyterquiz")


def percentile(values: list[float], share: float) -> float:
    """Return the value below which this share (0 to 1) of the values lies, interpolated."""
    ranked = sorted(values)
    place = share * (len(ranked) - 1)
    low = int(place)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (ranked[high] - ranked[low]) * (place - low)


def report(name: str, rows: list[dict[str, Any]], **facts: Any) -> Path:
    """Print the rows as a table, write them to results/<name>.json with the versions used, and return its path."""
    heads = list(rows[0])
    cells = [heads, *([_shown(row[head]) for head in heads] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(heads))]
    for line in cells:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
    about = {"python": platform.python_version(), "system": platform.system(), "cores": os.cpu_count()}
    about["load before and after"] = [_BEFORE, _load()]  # others at work on the machine make every figure worse
    about |= {package: found for package in NAMED if (found := _version(package))}
    path = RESULTS / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({**facts, "rows": rows, "with": about}, indent=1) + "\n", encoding="utf-8")
    print(f"written to {path.relative_to(RESULTS.parents[1])}")
    return path


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.1f}" if value >= 0.1 else f"{value:.2g}"
    return (
        "-" if value is None else f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    )
