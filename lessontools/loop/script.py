"""A training script, run under the watch: file and arguments -> its trace, and what it raised, told short."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lessontools.loop.trace import Trace
from lessontools.loop.watch import Level, watch

__all__ = ["Run", "diagnose_script", "run_watched"]


@dataclass(frozen=True)
class Run:
    """What became of a script: why it could not be run, or its trace and the error that ended it."""

    refused: str = ""
    raised: str = ""
    trace: Trace = field(default_factory=Trace)


def run_watched(file: Path, arguments: Sequence[str] = (), level: Level = "auto") -> Run:
    """Run a script as `python FILE ARGUMENTS` would, and watch its training loop; sys.argv and sys.path come back."""
    refused = _refused(file)
    if refused:
        return Run(refused)
    kept, paths = sys.argv, list(sys.path)
    sys.argv, sys.path[0:0] = [str(file), *arguments], [str(file.resolve().parent)]
    raised, watched = "", watch(level)
    trace = watched.trace
    try:
        with watched:
            watched.ends_with(runpy.run_path(str(file), run_name="__main__"))
    except SystemExit as error:
        raised = "" if error.code in (None, 0) else f"the script ended itself with exit code {error.code}"
    except KeyboardInterrupt:
        raised = "the script was interrupted"
    except Exception as error:
        event = next(iter(trace.of("error")), None)
        where = f"{event.file}:{event.line}" if event and event.line else str(file)
        said = str(error).strip().split("\n")[0]
        raised = f"{where}: the script raised {type(error).__name__}: {said}"
    finally:
        sys.argv, sys.path[:] = kept, paths
    return Run(raised=raised, trace=trace)


def diagnose_script(file: Path, arguments: Sequence[str], level: Level, tell: Callable[[str], object]) -> int:
    """Run a script, tell what the doctor says; return 1 if a fact was found, 0 if not, 2 if it cannot be run."""
    run = run_watched(file, arguments, level)
    if run.refused:
        tell(f"Error: {run.refused}")
        return 2
    if run.raised:
        tell(f"{run.raised}\n")
    report = run.trace.diagnose()
    tell(repr(report))
    return int(any(each.level == "fact" for each in report.findings))


def _refused(file: Path) -> str:
    if not file.is_file():
        return f"there is no file {file}; give the path of a Python script"
    try:
        compile(file.read_bytes(), str(file), "exec")
    except (SyntaxError, ValueError, OSError) as error:
        line = f":{error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        return f"{file}{line}: not a Python script that can be run ({type(error).__name__}: {error})"
    return ""
