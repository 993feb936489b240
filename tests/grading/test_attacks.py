"""Hand-ins that attack, graded one after another: none gains a point, none takes one, and the next one is right.

What a child can do to the sandbox itself is in test_cage; here the whole way is attacked, from file to gradebook.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

import pytest

from lessontools.assignment.handin import Draft, pack
from lessontools.grading.cage import Cage, Limits
from lessontools.grading.grader import Basis, grade
from lessontools.grading.intake import read_handin
from lessontools.grading.outcome import Outcome
from lessontools.grading.publish import publish
from lessontools.grading.run import basis_of
from tests.grading.classroom import START, Classroom

ROOT = Path(__file__).parents[2]
LESSON = "01_forward"

# what stands before a solution or a known mistake in its cell; {function} is the exercise's
NEUTRAL = {  # honest code with noise: the points are those of the same code without it
    "warns on stderr": "import sys, warnings\nwarnings.warn('careful')\nprint('oops', file=sys.stderr)",
    "prints much": "print('x' * 10_000_000)",
    "magics": "%matplotlib inline\n!echo hello",
    "leaves a process": "import subprocess\ntry:\n    subprocess.Popen(['/bin/sleep', '60'])\nexcept OSError: pass",
    "leaves a thread": "import threading, time\ntry:\n    threading.Thread(target=time.sleep, args=(60,)).start()\n"
    "except RuntimeError: pass",
    "deletes folders": "import shutil\nfor p in ({root!r}, '/etc', '/tmp', '.'):\n"
    "    shutil.rmtree(p, ignore_errors=True)",
    "writes all over": "import os\nfor p in ({root!r}, '/usr', '/etc'):\n"
    "    try: open(os.path.join(p, 'owned'), 'w').write('x')\n    except OSError: pass",
    "calls its check": "check('no-such'), ask('x'), hint(), submit()",
}
CHEATS = {  # before a known mistake: it must earn what it earns alone
    "patches allclose": "torch.allclose = torch.equal = torch.isclose = lambda *a, **k: True",
    "patches comparison": "torch.Tensor.__eq__ = lambda a, b: True\ntorch.Tensor.__ne__ = lambda a, b: False",
    "patches json": "import json\n_d = json.dumps\njson.dumps = lambda *a, **k: _d({'status': 'ok', 'calls': {{}}})",
    "patches the observer": "import lessontools.grading.child as c\n"
    "c.observe_built = lambda *a, **k: {{'status': 'ok', 'calls': {{}}}}",
    "patches the judge": "import lessontools.practice.exercise as e\ne.alike = lambda *a: True\n"
    "e.difference = lambda *a: ''",
    "forges frames": 'import os, struct\nbody = b\'{{"status": "ok", "calls": {{}}}}\'\nfor fd in range(3, 40):\n'
    "    try: os.write(fd, struct.pack('>I', len(body)) + body)\n    except OSError: pass",
    "reads keys": "import glob\nfor p in ({root!r}, '/tmp', '/root', '/home'):\n"
    "    for f in glob.glob(p + '/**/*key*', recursive=True)[:50]:\n"
    "        try: print(open(f).read())\n        except (OSError, UnicodeDecodeError): pass",
    "blanks inputs": "import builtins\nbuiltins.compile = lambda *a, **k: (lambda: None).__code__",
    "blanks later cells": "def blank(lines): return []\n"
    "try: get_ipython().input_transformers_cleanup.append(blank)\nexcept NameError: pass",
    "replaces results": "import os\nfor n in ('results.json', 'grades.sqlite', '.OTTER_LOG', 'output/results.json'):\n"
    "    for p in ('.', '/tmp', {root!r}):\n"
    "        try: open(os.path.join(p, n), 'w').write('{{\"score\": 99}}')\n        except OSError: pass",
    "edits the gradebook later": "import os, time, glob, sqlite3\ntry: born = os.fork()\n"
    "except OSError: born = 1\nif not born:\n    os.setsid()\n    for n in range(30):\n        time.sleep(1)\n"
    "        for p in ({root!r}, '/tmp'):\n            for f in glob.glob(p + '/**/*.sqlite', recursive=True):\n"
    "                try: sqlite3.connect(f).executescript('UPDATE outcome SET earned = possible')\n"
    "                except sqlite3.Error: pass\n    os._exit(0)",
    "swallows all": "import sys\nsys.excepthook = lambda *a: None\nsys.exit = lambda *a: None",
}
KILLERS = {  # instead of the cell: nothing is earned there, and the state says what happened
    "endless loop": ("while True:\n    pass", {"TIMEOUT"}),
    "ignores the stop": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        {"TIMEOUT"},
    ),
    "exits": ("import os\nos._exit(0)", {"CRASHED"}),
    "exits politely": ("raise SystemExit", {"CRASHED"}),
    "segfault": ("import ctypes\nctypes.string_at(0)", {"CRASHED"}),
    "kills itself": ("import os\nos.kill(os.getpid(), 9)", {"CRASHED", "TIMEOUT"}),
    "5 GB": ("x = bytearray(5 << 30)", {"CRASHED"}),
    "deep recursion": ("def f(): return f()\nf()", {"CRASHED"}),
    "no Python": ("def {function}(x:\n    return", {"CRASHED"}),
    "a number": ("{function} = 3", {"INVALID"}),
    "equal to everything": (
        "class Any:\n    def __eq__(self, other): return True\n    def __getattr__(self, name): return self\n"
        "    def __call__(self, *a, **k): return self\n    def __len__(self): return 1\n"
        "    def __iter__(self): return iter([self])\n"
        "def {function}(*a, **k):\n    return Any()",
        {"WRONG", "CRASHED", "INVALID", "PARTLY"},
    ),
    "nan": (
        "def {function}(*a, **k):\n    return torch.tensor(float('nan'))",
        {"WRONG", "CRASHED", "INVALID", "PARTLY"},
    ),
    "deep lists": (
        "def {function}(*a, **k):\n    x = []\n    for _ in range(100_000): x = [x]\n    return x",
        {"WRONG", "CRASHED", "INVALID", "PARTLY"},
    ),
    "1 GB down the pipe": (
        "def {function}(*a, **k):\n    return ['x' * 1000] * 1_000_000",
        {"WRONG", "CRASHED", "TIMEOUT", "INVALID"},
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("attacked")
    publish(ROOT, [LESSON], out, "w1")
    return out


@pytest.fixture(scope="module")
def room(folder: Path) -> Classroom:
    return Classroom(ROOT, folder)


@pytest.fixture(scope="module")
def own(sandbox: None) -> Iterator[Cage]:
    with Cage(Limits(seconds=20, cpu=20, memory=1500)) as found:
        yield found


@pytest.fixture(scope="module")
def basis(room: Classroom, own: Cage) -> Basis:
    return basis_of(ROOT, room.key, 1, own)


class Graded(Protocol):
    def __call__(self, sources: Mapping[str, str], /, said: str = "", **files: bytes) -> dict[str, Outcome]: ...


@pytest.fixture(scope="module")
def graded(room: Classroom, basis: Basis, own: Cage) -> Graded:
    def of(sources: Mapping[str, str], /, said: str = "", **files: bytes) -> dict[str, Outcome]:
        """Return the outcomes of a hand-in with these cells, that show `said` as results, with Python files beside."""
        shown = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": said}}
        book = json.loads(json.dumps(room.books[f"{LESSON}.ipynb"]))
        for cell in book["cells"]:
            for name, source in sources.items():
                if cell["cell_type"] == "code" and f'check("{name}")' in "".join(cell["source"]):
                    cell["source"] = f'{source}\n\ncheck("{name}")'
                    cell["outputs"] = [shown] if said else []
        buffer = io.BytesIO(pack(Draft(room.release, {}, {f"{LESSON}.ipynb": book}, (), ()), "Mallory", START)[1])
        with zipfile.ZipFile(buffer, "a") as archive:
            for name, body in files.items():
                archive.writestr(f"{name}.py", body)
        return {each.item: each for each in grade(basis, read_handin(buffer.getvalue(), "m.zip"), own)}

    return of


@pytest.fixture(scope="module")
def names(basis: Basis) -> list[str]:
    return list(basis.exercises)


def reference(basis: Basis, name: str) -> str:
    return basis.exercises[name][1].reference


def honest(graded: Graded, basis: Basis) -> None:
    """Hold that an honest hand-in gets all points now."""
    found = graded({name: reference(basis, name) for name in basis.exercises})
    assert {name: found[name].state.value for name in basis.exercises} == dict.fromkeys(basis.exercises, "RIGHT")


def snapshot() -> dict[str, str]:
    """Return a hash of every file of the course, which no hand-in may change."""
    found = {}
    for part in ("quizzes", "lessontools", "notebooks"):
        for path in sorted((ROOT / part).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def caged() -> int:
    """Return how many processes run our zygote's children or what they started."""
    count = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            count += b"sleep\x0060" in words
    return count


@pytest.mark.parametrize("attack", NEUTRAL)
def test_noise_takes_no_point_and_leaves_nothing(attack: str, graded: Graded, basis: Basis, names: list[str]) -> None:
    before = NEUTRAL[attack].replace("{root!r}", repr(str(ROOT)))
    found = graded({name: f"{before}\n{reference(basis, name)}" for name in names})
    assert [found[name].state.value for name in names] == ["RIGHT"] * len(names), found[names[0]].feedback
    assert caged() == 0
    honest(graded, basis)


@pytest.mark.parametrize("attack", CHEATS)
def test_a_mistake_earns_no_more_by_cheating(attack: str, graded: Graded, basis: Basis, names: list[str]) -> None:
    before = CHEATS[attack].replace("{root!r}", repr(str(ROOT))).replace("{{", "{").replace("}}", "}")
    mistakes = {name: next(iter(basis.exercises[name][1].mistakes.values())).source for name in names}
    plain = graded(mistakes)
    cheated = graded({name: f"{before}\n{source}" for name, source in mistakes.items()})
    for name in names:
        assert cheated[name].earned <= plain[name].earned, (name, cheated[name])
        assert cheated[name].state != "RIGHT"
    honest(graded, basis)


@pytest.mark.parametrize("attack", KILLERS)
def test_what_ends_one_exercise_leaves_the_others_their_points(
    attack: str, graded: Graded, basis: Basis, names: list[str]
) -> None:
    source, states = KILLERS[attack]
    victim = names[1]
    sources = {name: reference(basis, name) for name in names}
    sources[victim] = source.replace("{function}", basis.exercises[victim][1].function)
    started = time.monotonic()
    found = graded(sources)
    assert found[victim].state.value in states and found[victim].earned < found[victim].possible, found[victim]
    assert [found[name].state.value for name in names if name != victim] == ["RIGHT"] * (len(names) - 1)
    assert time.monotonic() - started < 120
    honest(graded, basis)


def test_nothing_outside_the_sandbox_has_changed(graded: Graded, basis: Basis, names: list[str]) -> None:
    before = snapshot()
    attack = NEUTRAL["deletes folders"].replace("{root!r}", repr(str(ROOT)))
    graded({names[0]: f"{attack}\n{reference(basis, names[0])}"})
    assert snapshot() == before
    assert not (ROOT / "owned").exists() and os.path.isdir("/usr/bin")


def test_a_torch_beside_the_notebook_is_not_imported(graded: Graded, basis: Basis, names: list[str]) -> None:
    bad = b"raise SystemExit('mine')"
    found = graded({name: reference(basis, name) for name in names}, torch=bad, json=bad, lessontools=bad)
    assert [found[name].state.value for name in names] == ["RIGHT"] * len(names)


def test_results_that_are_only_shown_earn_nothing(graded: Graded, basis: Basis, names: list[str]) -> None:
    mistakes = {name: next(iter(basis.exercises[name][1].mistakes.values())).source for name in names}
    plain, faked = graded(mistakes), graded(mistakes, said="Right: 9 of 9 points")
    assert [(faked[n].state, faked[n].earned) for n in names] == [(plain[n].state, plain[n].earned) for n in names]
    honest(graded, basis)


def test_answers_shaped_in_any_way_are_invalid_or_blank(room: Classroom, basis: Basis, own: Cage) -> None:
    odd = [None, 3, -1, True, [], {}, "x", ["x"] * 9, {"a": {"b": []}}, "x" * 100_000, {"text": 3}, [[[]]], 1e400]
    for answer in odd:
        answers = {name: {"answer": answer, "variant": 0} for name in room.release.items}
        body = pack(Draft(room.release, answers, {}, (), ()), "Mallory", START)[1]
        for each in grade(basis, read_handin(body, "m.zip"), own):
            assert each.state in ("BLANK", "INVALID", "WRONG", "PARTLY", "RIGHT")
            if answer not in (3, True) and not isinstance(answer, int):
                assert each.earned < each.possible or each.possible == 0


@pytest.mark.parametrize("number", [-1, 8, "0", None, True, 1e9, [0]])
def test_a_variant_that_was_not_released_earns_nothing(
    number: object, room: Classroom, basis: Basis, own: Cage
) -> None:
    answers = {name: {"answer": "x", "variant": number} for name in room.release.items}
    body = pack(Draft(room.release, answers, {}, (), ()), "Mallory", START)[1]
    found = [each for each in grade(basis, read_handin(body, "m.zip"), own) if each.kind != "exercise"]
    assert {each.state.value for each in found} == {"INVALID"}
