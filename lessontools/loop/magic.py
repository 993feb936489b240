"""`%%watch`: a notebook's cell run under the watch; its trace is kept under a name, and the diagnosis told shortly."""

from __future__ import annotations

import keyword
import re
from typing import Any, get_args

from lessontools.errors import LessonError
from lessontools.loop.report import SAID, SIGN
from lessontools.loop.trace import Trace
from lessontools.loop.watch import Level, watch

__all__ = ["run"]


def run(shell: Any, line: str, cell: str) -> None:
    """Run a cell in the user's namespace under the watch; what it raises is shown as usual, and ends the cell."""
    level, name = _asked(line)
    watched = watch(level)
    shell.user_ns[name] = watched.trace  # at once: it is there whatever happens
    error: BaseException | None = None
    shown: list[str] = []
    try:
        with watched:
            error, shown = _run(shell, cell)
            own = set(re.findall(r"[^\W\d]\w*", cell))  # what other cells left is no result of this one
            watched.ends_with({name: value for name, value in shell.user_ns.items() if name in own})
            if error is not None:
                raise error
    except BaseException as raised:
        if raised is not error:
            raise
    print(told(watched.trace, name))
    if error is not None:
        error._render_traceback_ = lambda: shown  # type: ignore[attr-defined]  # IPython shows this, without our frames
        raise error


def told(trace: Trace, name: str) -> str:
    """Return the diagnosis in a few lines, and how to see all of it."""
    report = trace.diagnose()
    lines = [f"{name}: {trace!r}", report.headline]
    lines += [f"{SIGN[each.level]} {each.title} ({SAID[each.level]})" for each in report.findings]
    return "\n".join([*lines, f"{name}.diagnose() tells more."])


def _asked(line: str) -> tuple[Level, str]:
    """Return the level and the name that the magic's line asks for."""
    level: Level = "auto"
    names = []
    for word in line.split():
        if word in get_args(Level):
            level = word  # type: ignore[assignment]  # mypy does not narrow by get_args
        else:
            names.append(word)
    if len(names) > 1 or any(not each.isidentifier() or keyword.iskeyword(each) for each in names):
        raise LessonError(
            f"'%%watch {line}' is not clear; write %%watch, or with level and name: %%watch close my_trace"
        )
    return level, names[0] if names else "trace"


def _run(shell: Any, cell: str) -> tuple[BaseException | None, list[str]]:
    """Run a cell as IPython does; return what it raised, and how IPython would have shown that."""
    shown: list[str] = []
    show = shell._showtraceback
    shell._showtraceback = lambda _type, _value, text: shown.extend(text)
    try:
        result = shell.run_cell(cell, store_history=False)
    finally:
        shell._showtraceback = show
    return result.error_before_exec or result.error_in_exec, shown
