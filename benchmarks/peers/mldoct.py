"""mldoct: `mldoctor check` reads the file, `mldoctor watch` reads what the script prints.

The watchdog starts the script in a process of its own and looks at its lines; here that process prints again what the
script printed, which is the same to the watchdog and spares an import of torch for each script. `mldoctor diagnose`
wants a CSV file of losses and gradient norms for each epoch, which none of the scripts writes: it is left out.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path

from mldoctor import linter, watchdog

from benchmarks.peers.play import Said, main, play

LEVELS = {"CRITICAL": "high", "ERROR": "high", "WARNING": "middle", "INFO": "low"}
ALERTS = {
    "CRITICAL INSTABILITY": ("watch:nan", "high"),
    "Loss value exploded": ("watch:loss-exploded", "middle"),
    "SMART EARLY STOPPING": ("watch:plateau", "low"),
}
AGAIN = "import pathlib, sys; print(pathlib.Path(sys.argv[1]).read_text('utf-8'), end='')"


def judge(path: Path) -> list[Said]:
    """Return the linter's findings on the file and the watchdog's alerts on its output."""
    found, _ = linter.lint_script(str(path))
    said = [{"code": each["type"], "level": LEVELS[each["severity"]], "text": each["message"]} for each in found]
    with tempfile.TemporaryDirectory() as folder:
        again, printed = Path(folder, "again.py"), Path(folder, "printed.txt")
        again.write_text(AGAIN, "utf-8")
        printed.write_text(play(path), "utf-8")
        shown = io.StringIO()
        watchdog.console.file = shown
        with contextlib.redirect_stdout(shown):
            watchdog.run_watchdog(str(again), [str(printed)])
    for words, (code, level) in ALERTS.items():
        if words in shown.getvalue():
            said.append({"code": code, "level": level, "text": words})
    return said


if __name__ == "__main__":
    main(judge)
