"""What `import lessontools` costs, against what it would cost to load torch or a widget library with it.

Each import is timed in a fresh process; the packages take turns, so that a busy moment of the machine hits all alike.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from statistics import median

from benchmarks.report import percentile, report

PACKAGES = ("lessontools", "anywidget", "ipywidgets", "jupyterquiz", "torch")
CHILD = """
import sys, time
start = time.perf_counter()
import {name}
taken = time.perf_counter() - start
print(taken * 1000, len(sys.modules), *(heavy in sys.modules for heavy in ("torch", "ipywidgets", "matplotlib")))
"""


def once(name: str) -> tuple[float, int, bool]:
    """Return the milliseconds of an import in a fresh process, the modules loaded, and whether a heavy one is there."""
    done = subprocess.run([sys.executable, "-c", CHILD.format(name=name)], capture_output=True, text=True, check=True)
    taken, modules, *heavy = done.stdout.split()
    return float(taken), int(modules), "True" in heavy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="fresh processes for each package (default 15)")
    runs = parser.parse_args().runs
    for name in PACKAGES:
        once(name)  # compiles what is not compiled yet, and warms the disk's cache
    seen = [(name, once(name)) for _ in range(runs) for name in PACKAGES]
    rows = []
    for name in PACKAGES:
        mine = [result for package, result in seen if package == name]
        taken = [result[0] for result in mine]
        rows.append(
            {
                "import": name,
                "median ms": round(median(taken), 2),
                "p95 ms": round(percentile(taken, 0.95), 2),
                "modules": mine[0][1],
                "loads torch, ipywidgets or matplotlib": any(result[2] for result in mine),
            }
        )
    report("import_cost", rows, runs=runs)


if __name__ == "__main__":
    main()
