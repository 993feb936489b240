"""The cage for real: honest code is observed, and no attack reaches anything; the next child is served as ever."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from lessontools.grading.cage import Cage, Ended
from lessontools.grading.probe import probe
from lessontools.grading.wire import Broken
from lessontools.mark import Status
from lessontools.practice.catalog import Catalog
from lessontools.practice.exercise import Exercise, judge

SEED = 11


@pytest.fixture(scope="module")
def exercise(catalog: Catalog) -> Exercise:
    return catalog["linear-forward"].exercise


@pytest.fixture(scope="module")
def inputs(cage: Cage, exercise: Exercise) -> Any:
    with cage.child() as child:
        child.ask({"cells": []})
        return child.ask({"probe": probe(exercise).data(), "seed": SEED})["inputs"]


def run(cage: Cage, exercise: Exercise, inputs: Any, source: str) -> tuple[Any, Ended]:
    """Return what was seen of a source ({"broken": why} where nothing came), and how its child ended."""
    cell = {"key": "it", "before": [], "cell": source, "function": exercise.function, "seconds": 2}
    try:
        with cage.child() as child:
            child.ask({"cells": [cell]})
            seen = child.ask({"probe": probe(exercise).data(), "key": "it", "seed": SEED, "inputs": inputs})
    except Broken as error:
        seen = {"broken": str(error)}
    assert child.ended is not None
    return seen, child.ended


@pytest.fixture(scope="module")
def want(cage: Cage, exercise: Exercise, inputs: Any) -> Any:
    return run(cage, exercise, inputs, exercise.reference)[0]


def test_solutions_are_right_and_mistakes_are_known(cage: Cage, exercise: Exercise, inputs: Any, want: Any) -> None:
    known = {name: run(cage, exercise, inputs, m.source)[0] for name, m in exercise.mistakes.items()}
    for source in exercise.solutions.values():
        assert judge(exercise, run(cage, exercise, inputs, source)[0], want, known).right
    for name, mistake in exercise.mistakes.items():
        mark = judge(exercise, known[name], want, known)
        assert not mark.right and mistake.says in mark.feedback


ATTACKS = {
    "endless loop": "while True:\n    pass",
    "ignores what stops it": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "exits": "import os\nos._exit(0)",
    "exits politely": "raise SystemExit",
    "segfault": "import ctypes\nctypes.string_at(0)",
    "kills all": "import os\nos.kill(-1, 9)",
    "kills pid 1": "import os\nos.kill(1, 9)",
    "forks": "import os\nwhile True:\n    os.fork()",
    "threads": "import threading as t, time\nfor _ in range(9999):\n    t.Thread(target=time.sleep, args=(9,)).start()",
    "subprocess": "import subprocess\nsubprocess.run(['/bin/true'], check=True)",
    "network": "import socket\nsocket.create_connection(('127.0.0.1', 22), timeout=1)",
    "memory": "x = bytearray(5 << 30)",
    "disk": "with open('/tmp/a', 'wb') as f:\n    while True:\n        f.write(bytes(1 << 20))",
    "many files": "for n in range(10**9):\n    open(f'/tmp/{n}', 'w').close()",
    "recursion": "def f(x):\n    return f(x)\nimport sys\nsys.setrecursionlimit(10**9)\nf(1)",
    "unshare": "import ctypes\nassert ctypes.CDLL(None).unshare(0x10000000) == 0",
    "mount": "import ctypes\nassert ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, 0) == 0",
    "ptrace": "import ctypes\nassert ctypes.CDLL(None).ptrace(16, 1, 0, 0) == 0",
    "memory of pid 1": "open('/proc/1/mem', 'rb').read(1)",
    "environment of pid 1": "assert open('/proc/1/environ', 'rb').read() == b'stolen'",
    "writes to the library": "import torch\nopen(torch.__file__, 'a').write('x')",
    "the root": "open('/x', 'w').write('x')",
    "stolen descriptors": (
        "import os\nfor n in range(3, 64):\n    try: os.write(n, b'\\0\\0\\0\\2{}')\n    except OSError: pass"
    ),
    "a flood": (
        "import os\nfor n in range(3, 64):\n    try:\n        while True: os.write(n, b'x' * 65536)\n"
        "    except OSError: pass"
    ),
    "closes all": "import os\nos.closerange(0, 64)",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_earns_nothing_and_the_next_child_is_well(
    cage: Cage, exercise: Exercise, inputs: Any, want: Any, name: str
) -> None:
    started = time.monotonic()
    seen, _ = run(cage, exercise, inputs, ATTACKS[name])
    assert time.monotonic() - started < 12
    assert not judge(exercise, seen, want, {}).right
    after, ended = run(cage, exercise, inputs, exercise.reference)
    assert judge(exercise, after, want, {}).right and (ended.end, ended.code) == ("exit", 0)


CHEATS = {
    "patched torch": "import torch\ntorch.allclose = torch.equal = lambda *a, **k: True\n",
    "equal to everything": "class E:\n    def __eq__(self, o): return True\n    __hash__ = None\n",
    "patched judge": (
        "import lessontools.practice.exercise as e, lessontools.mark as m\n"
        "e.judge = lambda *a, **k: m.Mark.of(1, 1)\ne.difference = lambda *a, **k: None\n"
    ),
    "patched plain": "import lessontools.practice.observation as o\no.plain = lambda value: {'right': True}\n",
}


@pytest.mark.parametrize("name", CHEATS)
def test_what_a_hand_in_patches_helps_it_nothing(
    cage: Cage, exercise: Exercise, inputs: Any, want: Any, name: str
) -> None:
    wrong = CHEATS[name] + "def linear_forward(X, W, b):\n    return E() if 'E' in globals() else X @ W.T\n"
    mark = judge(exercise, run(cage, exercise, inputs, wrong)[0], want, {})
    assert not mark.right and mark.status in (Status.WRONG, Status.PARTLY, Status.INVALID, Status.CRASHED)
    assert judge(exercise, run(cage, exercise, inputs, exercise.reference)[0], want, {}).right


def test_nothing_of_the_course_is_in_the_cage(cage: Cage, exercise: Exercise, inputs: Any, repo: Path) -> None:
    looked = ["/home", "/etc/passwd", str(Path.home() / ".lessontools"), str(repo / "quizzes"), str(repo / "tests")]
    source = f"import os\nfound = [p for p in {looked!r} if os.path.exists(p)]\nraise ValueError(found)"
    seen, _ = run(cage, exercise, inputs, source)
    assert (seen["error"], seen["message"]) == ("ValueError", "[]")


def test_what_a_hand_in_leaves_is_gone_for_the_next(cage: Cage, exercise: Exercise, inputs: Any) -> None:
    # where Python or this package lives below /tmp, the way to it is there too, and may be written to
    look = "import os\nraise ValueError([p for d in ['/tmp', '/dev/shm', *map('/tmp/{}'.format, os.listdir('/tmp'))]"
    look += " if os.path.isdir(d) for p in os.listdir(d)])"
    before, _ = run(cage, exercise, inputs, look)
    leave = "import os\nfor d in ['/tmp', '/dev/shm', *map('/tmp/{}'.format, os.listdir('/tmp'))]:\n"
    leave += "    try:\n        os.makedirs(d + '/a/b')\n        open(d + '/a/b/c', 'w').write('x')\n"
    leave += "    except OSError: pass"
    run(cage, exercise, inputs, leave)
    after, _ = run(cage, exercise, inputs, look)
    assert after["message"] == before["message"]


def test_no_input_is_in_the_process_while_the_hand_in_runs(cage: Cage, exercise: Exercise, inputs: Any) -> None:
    spy = "import gc\nraise ValueError(sum('cases' in o for o in gc.get_objects() if type(o) is dict))"
    assert run(cage, exercise, inputs, spy)[0]["message"] == "0"


def test_a_closed_cage_leaves_no_process() -> None:
    with Cage() as other:
        mine = {pid for pid in _of(other) if _is_zygote(str(pid))}
        assert other.version and mine
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and any(_is_zygote(str(pid)) for pid in mine):
        time.sleep(0.05)
    assert [pid for pid in mine if _is_zygote(str(pid))] == []


def _is_zygote(pid: str) -> bool:
    try:
        return b"lessontools.grading.zygote" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _of(cage: Cage) -> set[int]:
    """Return the processes of a cage: others, of other tests too, may be at work on this machine."""
    assert cage._process is not None
    found, grown = {cage._process.pid}, True
    while grown:
        grown = False
        for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
            try:
                parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent in found and pid not in found:
                found.add(pid)
                grown = True
    return found
