"""Grades the hand-ins named on standard input with otter's own API, in one process; the tests are those of nbgrader."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from otter.api import grade_submission

TEST = """from otter.test_files import test_case

OK_FORMAT = False
name = {name!r}
points = {points!r}


@test_case(hidden=True)
def test_it(env):
    space = dict(env)
    exec({code!r}, space)
    assert space["_earned"]() == {points!r}
"""


def autograder(folder: Path, into: Path) -> Path:
    """Write otter's zip: a test for each test cell of the worksheet, with the same code."""
    (into / "tests").mkdir()
    (book,) = (folder / "nbgrader" / "source" / "w1").glob("*.ipynb")
    for cell in json.loads(book.read_text(encoding="utf-8"))["cells"]:
        told = cell["metadata"]["nbgrader"]
        if told["grade"]:
            hidden = "".join(cell["source"]).partition("### BEGIN HIDDEN TESTS\n")[2]
            name = told["grade_id"].replace("-", "_")
            code = hidden.partition("\n_earned()")[0]
            text = TEST.format(name=name, points=told["points"], code=code)
            (into / "tests" / f"{name}.py").write_text(text, encoding="utf-8")
    words = [str(Path(sys.executable).parent / "otter"), "generate", "-t", "tests", "-o", "autograder.zip"]
    made = subprocess.run([*words, "--no-environment"], cwd=into, capture_output=True, text=True)
    if made.returncode:
        raise SystemExit(made.stderr)
    return into / "autograder.zip"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        zipped = autograder(Path(sys.argv[1]).resolve(), Path(name))
        print(json.dumps({"ready": "otter"}), flush=True)
        for line in sys.stdin:
            with contextlib.redirect_stdout(io.StringIO()):
                found = grade_submission(line.strip(), str(zipped), quiet=True)
            print(json.dumps({"points": found.total}), flush=True)


if __name__ == "__main__":
    main()
