"""The doctor and three other tools on the same scripts: 75 broken and 44 correct loops (tests/loop/evaluation).

Each tool runs in an environment of its own, on one thread, through an adapter in benchmarks/peers that gives it as much
as its interface takes. A remark counts as naming a fault by the table in benchmarks/peers/names.py. To repeat it:

    for tool in mldoct torch-audit torchtest2; do
        python -m venv PEERS/$tool && PEERS/$tool/bin/pip install -c benchmarks/peers.txt $tool torch scikit-learn
    done
    python -m benchmarks.doctor_peers PEERS
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from benchmarks.peers.names import ADVICE, FAULTS, NAMES

ROOT = Path(__file__).resolve().parents[1]
SET = ROOT / "tests" / "loop" / "evaluation"
RESULT = ROOT / "benchmarks" / "results" / "doctor_peers.json"
OURS = "lessontools"
TOOLS = (OURS, "mldoct", "torch-audit", "torchtest2")
ALARM = ("high", "middle")


def said(tool: str, folder: Path) -> list[dict[str, Any]]:
    """Return what a tool said of each script."""
    python = sys.executable if tool == OURS else str(folder / tool / "bin" / "python")
    adapter = "ours" if tool == OURS else tool.replace("-", "_")
    scripts = [str(path.relative_to(ROOT)) for path in sorted(SET.glob("*/*.py")) if path.parent != SET]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [python, "-W", "ignore", "-m", f"benchmarks.peers.{adapter}", *scripts]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or len(rows) != len(scripts):
        raise SystemExit(f"{tool}: {len(rows)} of {len(scripts)} scripts were judged\n{done.stderr[-2000:]}")
    return rows


def judged(tool: str, row: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """Return a row with what its remarks name, and which of them are alarms that the index does not allow."""
    want = FAULTS.get(row["name"], entry["code"].lower())
    allowed = {want, *(code.lower() for code in entry.get("also", []))}
    remarks = [each for each in row["said"] if each["code"] not in ADVICE]

    def names(each: dict[str, str]) -> set[str]:
        return {each["code"]} if tool == OURS else set(NAMES[tool].get(each["code"], "").split())

    loud = [each for each in remarks if each["level"] in ALARM]
    return {
        **row,
        "said": [{**each, "text": each["text"][:160]} for each in row["said"]],
        "expected": want,
        "named": any(want in names(each) for each in remarks),
        "named loudly": any(want in names(each) for each in loud),
        "named or a consequence": any(allowed & names(each) for each in remarks),
        "alarms": sorted({each["code"] for each in loud}),
        "top alarms": sorted({each["code"] for each in loud if each["level"] == "high"}),
    }


def totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a tool's line of the table."""
    broken = [row for row in rows if row["kind"] == "broken"]
    correct = [row for row in rows if row["kind"] == "correct"]
    ran = [row for row in rows if not row["trouble"]]
    return {
        "broken": len(broken),
        "named": sum(row["named"] for row in broken),
        "named loudly": sum(row["named loudly"] for row in broken),
        "named or a consequence": sum(row["named or a consequence"] for row in broken),
        "broken with an alarm of any kind": sum(bool(row["alarms"]) for row in broken),
        "correct": len(correct),
        "correct with an alarm": sum(bool(row["alarms"]) for row in correct),
        "correct with a top alarm": sum(bool(row["top alarms"]) for row in correct),
        "could not run": len(rows) - len(ran),
        "added seconds, median": round(statistics.median(row["seconds"] - row["bare"] for row in ran[1:]), 3),
        "added seconds, all": round(sum(row["seconds"] - row["bare"] for row in ran[1:]), 1),
        "bare seconds, all": round(sum(row["bare"] for row in ran[1:]), 1),  # the first pays for the imports
    }


def main() -> None:
    """Ask every tool, print the table and write all that was said."""
    index = YAML(typ="safe", pure=True).load(SET / "index.yaml")
    folder = Path(sys.argv[1]).resolve()
    rows: dict[str, list[dict[str, Any]]] = {}
    for tool in TOOLS:
        rows[tool] = [judged(tool, row, index[row["kind"]][row["name"]]) for row in said(tool, folder)]
        print(tool, json.dumps(totals(rows[tool]), indent=1), flush=True)
    about = {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "tools": (ROOT / "benchmarks" / "peers.txt").read_text("utf-8").split()[-5:],
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }
    table = {tool: totals(found) for tool, found in rows.items()}
    text = json.dumps({"totals": table, "with": about, "rows": rows}, indent=1, ensure_ascii=False)
    RESULT.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
