"""How often the doctor is right on loops that were written apart from its rules (tests/loop/evaluation and second).

A hit: the expected code is among the findings. A false alarm: a fact or a strong finding that the index neither expects
nor lets stand (on a correct loop: any). Run it with `python -m benchmarks.doctor`, or `... second` for the second set.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import warnings
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

os.environ.setdefault("OMP_NUM_THREADS", "1")
SETS = Path(__file__).resolve().parents[1] / "tests" / "loop"


def findings(path: Path) -> list[tuple[str, str]]:
    """Return code and level of each finding on a script."""
    from lessontools.loop.doctor import diagnose
    from lessontools.loop.script import run_watched

    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trace = run_watched(path).trace
    return [(found.code.lower(), found.level) for found in diagnose(trace)]


def judged(scripts: Path, kind: str, name: str, entry: dict[str, Any]) -> dict[str, Any]:
    """Return what the doctor said of one script, and how right it was."""
    said = findings(scripts / kind / f"{name}.py")
    loud = {code for code, level in said if level in ("fact", "strong")}
    facts = {code for code, level in said if level == "fact"}
    want = entry["code"].lower()
    fair = {want, *(code.lower() for code in entry.get("also", []))}
    return {
        "kind": kind,
        "name": name,
        "expected": want,
        "said": said,
        "hit": want in loud,
        "hit or hinted": want in {code for code, _ in said},
        "false alarms": sorted(loud - fair),
        "false facts": sorted(facts - fair),
    }


def main() -> None:
    """Judge every script and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", nargs="?", default="evaluation", choices=("evaluation", "second"))
    parser.add_argument("--out", type=Path, help="a JSON file for all that was said")
    asked = parser.parse_args()
    scripts = SETS / asked.set
    index = YAML(typ="safe", pure=True).load(scripts / "index.yaml")
    rows = [judged(scripts, kind, name, entry) for kind in ("broken", "correct") for name, entry in index[kind].items()]
    broken = [r for r in rows if r["kind"] == "broken" and r["expected"] != "none-visible"]
    correct = [r for r in rows if r["kind"] == "correct"]
    told = {
        "broken, visible": len(broken),
        "hit (fact or strong)": sum(r["hit"] for r in broken),
        "hit or hinted": sum(r["hit or hinted"] for r in broken),
        "broken with a false alarm": sum(bool(r["false alarms"]) for r in rows if r["kind"] == "broken"),
        "correct": len(correct),
        "correct with a false alarm": sum(bool(r["false alarms"]) for r in correct),
        "correct with a false fact": sum(bool(r["false facts"]) for r in correct),
    }
    for row in rows:
        if row["false alarms"] or (row in broken and not row["hit"]):
            print(f"{row['kind']:8} {row['name']:24} expected {row['expected']:24} said {row['said']}")
    for name, count in told.items():
        print(f"{count:5}  {name}")
    if asked.out:
        text = json.dumps({"totals": told, "rows": rows}, indent=1)
        asked.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
