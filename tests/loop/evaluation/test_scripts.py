"""The evaluation set holds what its index says: every script ends as told, in time, and prints the same twice."""

import contextlib
import io
import os
import runpy
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
import torch
import yaml

HERE = Path(__file__).parent
INDEX = yaml.safe_load((HERE / "index.yaml").read_text("utf-8"))
SCRIPTS = [(kind, name) for kind in ("broken", "correct") for name in INDEX[kind]]
IDS = [f"{kind}-{name}" for kind, name in SCRIPTS]
CODES = set(INDEX["codes"])


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def play(path: Path) -> tuple[str, str, float]:
    """What the script printed, the name of the exception that ended it ('' if none), and its seconds of CPU."""
    printed, raised, start = io.StringIO(), "", time.process_time()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            runpy.run_path(str(path), run_name="__main__")
        except Exception as error:
            raised = type(error).__name__
    return printed.getvalue(), raised, time.process_time() - start


@pytest.mark.parametrize(("kind", "name"), SCRIPTS, ids=IDS)
def test_it_ends_as_the_index_says_in_time_and_twice_alike(kind, name):
    first, raised, seconds = play(HERE / kind / f"{name}.py")
    again, raised_again, _ = play(HERE / kind / f"{name}.py")
    assert raised == INDEX[kind][name].get("raises", "")
    assert (again, raised_again) == (first, raised)
    assert first or raised, "a script that prints nothing cannot show its symptom"
    assert seconds < 2.0


@pytest.mark.soak
@pytest.mark.parametrize(("kind", "name"), SCRIPTS, ids=IDS)
def test_it_ends_so_in_a_process_of_its_own(kind, name):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", str(HERE / kind / f"{name}.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)
    raises = INDEX[kind][name].get("raises")
    assert done.returncode == (1 if raises else 0), done.stderr[-500:]
    assert not raises or done.stderr.strip().splitlines()[-1].startswith(raises)


def test_every_script_is_in_the_index_and_every_entry_has_its_script():
    for kind in ("broken", "correct"):
        assert {path.stem for path in (HERE / kind).glob("*.py")} == set(INDEX[kind])


def test_the_index_speaks_in_known_codes_only():
    for entry in INDEX["broken"].values():
        assert set(entry) - {"raises"} == {"wrong", "code", "also", "reference"}
        assert {entry["code"], *entry["also"]} <= CODES | {"none-visible"}
        assert entry["code"] not in entry["also"]
    for entry in INDEX["correct"].values():
        assert set(entry) == {"code", "style", "tempts", "reference"}
        assert entry["code"] == "none"
        assert set(entry["tempts"]) <= CODES


def test_the_set_is_wide_enough():
    assert len(INDEX["broken"]) >= 36
    assert len(INDEX["correct"]) >= 26
    assert {entry["code"] for entry in INDEX["broken"].values()} >= CODES - {"no-shuffle"}


def test_no_script_knows_the_lessons_or_gives_itself_away():
    for kind, name in SCRIPTS:
        text = (HERE / kind / f"{name}.py").read_text("utf-8")
        assert "lessontools" not in text
        assert not any(line.lstrip().startswith("#") for line in text.splitlines()), name
