"""Autogrades the students named by their hand-ins on standard input with nbgrader's own API, in one process."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from nbgrader.apps import NbGraderAPI
from traitlets.config import Config


def main() -> None:
    folder = Path(sys.argv[1]) / "nbgrader"
    config = Config()
    config.CourseDirectory.root = str(folder)
    api = NbGraderAPI(config=config)
    api.log_level = logging.ERROR
    made = api.generate_assignment("w1", force=True)
    if not made["success"]:
        raise SystemExit(made.get("error") or made.get("log"))
    print(json.dumps({"ready": "nbgrader"}), flush=True)
    for line in sys.stdin:
        student = Path(line.strip()).parts[-3]
        done = api.autograde("w1", student, force=True, create=True)
        if not done["success"]:
            raise SystemExit(done.get("error") or done.get("log"))
        with api.gradebook as book:
            points = book.find_submission("w1", student).score
        print(json.dumps({"points": points}), flush=True)


if __name__ == "__main__":
    main()
