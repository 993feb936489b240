"""The house: floors and doors, what an import costs, and the measure of files and functions."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "lessontools"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Library -> the modules through which it enters. The libraries of each wing also stand in docs/architecture.md.
DOORS = {
    "torch": {
        *(f"loop.{name}" for name in ("watch", "look", "measure", "recorder", "calls", "passes", "stepping")),
        *(f"loop.{name}" for name in ("clipping", "schedules", "readings", "tape", "op", "cures", "again")),
        *(f"loop.{name}" for name in ("known", "quiet", "rows", "wraps")),
    },
    "anywidget": {"screen.panel"},
    "traitlets": {"screen.panel"},
    "markdown_it": {"screen.markup"},
    "mdit_py_plugins": {"screen.markup"},
    "nh3": {"screen.markup"},
    "pygments": {"screen.markup"},
    "latex2mathml": {"screen.markup"},
    "defusedxml": {"exchange.from_moodle"},
    "pydantic": {"quiz", "exchange.draft"},  # questions are models, whichever module they stand in
    "simpleeval": {"quiz.question"},
    "yaml": {"quiz.source"},
    "ruamel": {"course.skeleton", "exchange.draft"},
    "fsrs": {"standing.schedule"},
    "jupytext": {"course.percent"},
    "nbformat": {"course.percent", "course.notebook"},
    "nbclient": {"course.execute"},
    "click": {"cli"},
    "distributed": {"grading.cluster"},
    "jupyter_server": {"assignment.opening"},
    "tornado": {"assignment.opening"},
    "torch inside functions": {
        "grading.alone",
        "practice",
        "grading.child",
        "grading.zygote",
        "loop.pitfalls",
        "loop.surface",
        "loop.trail",
    },
    "numpy inside functions": {"practice"},
}
FLOORLESS = {"__init__", "__main__"}  # they stand above all floors: the package's front doors
SAME_FLOOR = {  # a wing may use these of its own floor, since the others never look back
    ("explore", "screen"): "explorables are panels",
    ("loop", "explore"): "a pitfall's demo draws two curves",
    ("loop", "screen"): "the stepper is a panel",
    ("grading", "assignment"): "what was released and handed in is what is graded",
    ("grading", "course"): "a release is made of the course's pages",
    ("practice", "quiz"): "an exercise is found in the course that the bank knows",
}

LONG_FILES = {  # file -> most lines, and why it is more than the measure of the house
    "record.py": (300, "one journey: append, read, merge; torn writes are told in one place"),
    "practice/exercise.py": (280, "the data of an exercise and the judge that reads nothing else"),
    "practice/observation.py": (250, "the learner's code is called in one place only"),
    "loop/recorder.py": (300, "one recorder: hooks that share one state"),
    "loop/watch.py": (280, "all that is hooked, and taken away again, stands in one place"),
}
LINES, STATEMENTS = 220, 55
LONG_FUNCTIONS: dict[str, str] = {}


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def floors() -> dict[str, int]:
    """Return the floor of each module or wing, as docs/architecture.md has it."""
    found = {}
    for line in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines():
        if row := re.match(r"\| (\d) \| ([^|]*)\|", line):
            for name in re.findall(r"`(\w+)/?`", row.group(2)):
                found[name] = int(row.group(1))
    return found


def imports(path: Path) -> Iterator[tuple[str, int, bool]]:
    """Yield what a module imports, on which line, and whether inside a function; what only types need is left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    inner: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            skipped |= {each for part in node.body for each in ast.walk(part)}
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            inner |= set(ast.walk(node))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno, node in inner) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import hides its floor"
            if node.module == "lessontools":
                yield from ((f"lessontools.{alias.name}", node.lineno, node in inner) for alias in node.names)
            else:
                yield node.module or "", node.lineno, node in inner


def test_a_module_imports_only_from_lower_floors():
    floor = floors()
    assert {"errors", "mark", "record", "quiz", "practice", "screen", "standing", "course", "cli"} <= set(floor)
    wrong = []
    for path in MODULES:
        here = name_of(path).split(".")[0]
        if here in FLOORLESS:
            continue
        assert here in floor, f"{path}: docs/architecture.md gives '{here}' no floor"
        for target, line, _ in imports(path):
            top, _, rest = target.partition(".")
            there = rest.split(".")[0]
            if top != "lessontools" or there == here or there in ("", "__all__", "__version__"):
                continue
            if not (floor[there] < floor[here] or (here, there) in SAME_FLOOR):
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {target}")
    assert wrong == []


def test_each_library_enters_through_its_door():
    wrong = []
    for path in MODULES:
        name = name_of(path)
        for target, line, inside in imports(path):
            library = target.split(".")[0]
            if library == "lessontools" or library in sys.stdlib_module_names:
                continue
            doors = DOORS.get(library, set()) | (DOORS.get(f"{library} inside functions", set()) if inside else set())
            if not any(name == door or name.startswith(f"{door}.") for door in doors):
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {library}")
    assert wrong == []


def test_no_door_leads_nowhere():
    used = {(target.split(".")[0], name_of(path)) for path in MODULES for target, _, _ in imports(path)}
    unused = [
        f"{library}: {door}"
        for library, doors in DOORS.items()
        for door in doors
        if not any(lib == library.split()[0] and (at == door or at.startswith(f"{door}.")) for lib, at in used)
    ]
    assert unused == []


def loaded(statement: str, *libraries: str) -> list[str]:
    code = f"{statement}\nimport sys\nprint([name for name in {libraries!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return list(ast.literal_eval(found.stdout))


HEAVY = ("torch", "pydantic", "anywidget", "ipywidgets", "IPython", "matplotlib", "numpy", "sklearn", "ruamel.yaml")


def test_importing_lessontools_loads_nothing_heavy():
    assert loaded("import lessontools", *HEAVY) == []


@pytest.mark.parametrize(
    "module", ["practice.exercise", "practice.catalog", "quiz.question", "quiz.bank", "course.laws", "cli"]
)
def test_marking_checking_and_building_load_no_torch(module: str):
    assert loaded(f"import lessontools.{module}", "torch", "matplotlib", "sklearn") == []


def test_every_name_for_learners_is_there():
    code = "import lessontools\nfor name in lessontools.__all__: assert getattr(lessontools, name).__doc__, name"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_files_keep_the_measure_of_the_house():
    lines = {path.relative_to(PACKAGE).as_posix(): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: count for name, count in lines.items() if count > LONG_FILES.get(name, (LINES, ""))[0]} == {}
    assert {name for name in LONG_FILES if lines.get(name, 0) <= LINES} == set()  # an exception no longer needed


def test_functions_keep_the_measure_of_the_house():
    long = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                name = f"{path.relative_to(PACKAGE).as_posix()}:{node.name}"
                if length > STATEMENTS and name not in LONG_FUNCTIONS:
                    long[name] = length
    assert long == {}


def test_no_file_names_a_place_of_some_machine():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    place = re.compile(r"(?<![\w.:/~-])/(?:" + "opt|work|root|home|mnt|Users" + r")/\w")
    named = []
    for name in tracked.stdout.splitlines():
        path = ROOT / name
        if path.suffix in {".png", ".svg", ".zip"} or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if place.search(line) and "/home/me/" not in line:
                named.append(f"{name}:{number}: {line.strip()[:80]}")
    assert named == []
