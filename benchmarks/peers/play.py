"""Plays scripts, bare and under a tool, and prints what the tool said of each as one JSON line."""

from __future__ import annotations

import contextlib
import io
import json
import random
import runpy
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

__all__ = ["Said", "main", "play", "swapped"]

Said = dict[str, str]  # code, level (high, middle, low), text


def play(path: Path, under: contextlib.AbstractContextManager[Any] | None = None) -> str:
    """Run a script (inside a context, if one is given) and return what it printed, traceback included."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with under or contextlib.nullcontext():
                runpy.run_path(str(path), run_name="__main__")
        except (Exception, SystemExit):
            traceback.print_exc(limit=-1)
    return printed.getvalue()


@contextlib.contextmanager
def swapped(owner: type, name: str, value: Callable[..., Any]) -> Iterator[None]:
    """Replace an attribute of a class for a while."""
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def main(judge: Callable[[Path], list[Said]]) -> None:
    """Judge every script named on the command line; a tool that breaks is told as such, and the next one follows."""
    torch.set_num_threads(1)
    for name in sys.argv[1:]:
        path = Path(name)
        start = time.perf_counter()
        bare = play(path)
        middle = time.perf_counter()
        random.seed(0), np.random.seed(0), torch.manual_seed(0)
        row: dict[str, Any] = {"name": path.stem, "kind": path.parent.name, "trouble": ""}
        try:
            row["said"] = judge(path)
        except Exception as error:
            row |= {"said": [], "trouble": f"{type(error).__name__}: {error}"[:300]}
        row |= {"bare": round(middle - start, 4), "seconds": round(time.perf_counter() - middle, 4)}
        row["printed"] = len(bare)
        print(json.dumps(row), flush=True)
