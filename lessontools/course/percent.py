"""A lesson's source: notebooks/src/NN_name.py in percent format -> cells with ids, options and lines, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext
import nbformat.v4 as v4

from lessontools.course.slug import VALID, slug, unique
from lessontools.errors import Fault, NotebookError, did_you_mean

__all__ = ["OPTIONS", "Cell", "Script", "read_script", "render"]

OPTIONS: dict[str, Any] = {
    "id": str,
    "exercise": str,
    "covers": str,
    "tags": list,
    "deletable": bool,
    "editable": bool,
    "hidden": bool,
    "folded": bool,
}
"""The options a cell may have behind its `# %%`, and the type of each."""
_MARKER = re.compile(r"^# ?%%")
_TITLE = re.compile(r"^# ?%%+(?: \[(?:markdown|md|raw)\])?[ \t]*(?:$|[A-Za-z_]+ ?=)")


_TAGS = re.compile(r'(?<= )tags="([^"]*)"')
_OWN = {"cell_marker", "lines_to_next_cell", "lines_to_end_of_cell_marker"}  # what jupytext notes for itself


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a lesson: `kind` is markdown, code or raw; `text` is how it stands in the source, from `line` on."""

    id: str
    kind: str
    source: str
    options: Mapping[str, Any] = field(default_factory=dict)
    line: int = 0
    text: str = ""

    @property
    def exercise(self) -> str:
        """The id of the exercise that fills this cell, or nothing."""
        return str(self.options.get("exercise", ""))

    @property
    def covers(self) -> tuple[str, ...]:
        """The curriculum ids that the cell teaches."""
        return tuple(str(self.options.get("covers", "")).split())

    @property
    def tags(self) -> tuple[str, ...]:
        """The cell's tags."""
        return tuple(self.options.get("tags", ()))


@dataclass
class Script:
    """A lesson's source as cells; `header` is what stands above the first one, `faults` what is wrong with it."""

    lesson: str
    file: str
    header: str = ""
    cells: list[Cell] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def sound(self) -> Script:
        """Return the script; raise NotebookError with all its faults if there are any."""
        if self.faults:
            raise NotebookError("the source cannot be built yet:\n" + "\n".join(map(str, self.faults)))
        return self

    def fault(self, line: int, rule: str, item: str, message: str, cure: str) -> None:
        """Note a fault of this file."""
        self.faults.append(Fault(self.file, line, rule, item, message, cure))


def read_script(root: Path, lesson: str) -> Script:
    """Return the source of a lesson; what is wrong with it is in `faults`, never raised."""
    script = Script(lesson, f"notebooks/src/{lesson}.py")
    try:
        text = (root / script.file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        script.fault(1, "unreadable", "", f"cannot be read: {why}", "write it, or start one with 'lessontools new'")
        return script
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if _MARKER.match(line)]
    if not starts:
        script.fault(1, "percent", "", "there is no cell", "start each cell with a line '# %%' or '# %% [markdown]'")
        return script
    script.header = "\n".join(lines[: starts[0]]).strip("\n")
    read = [_TAGS.sub(_tags, line) if _MARKER.match(line) else line for line in lines[starts[0] :]]
    try:
        found = jupytext.reads("\n".join(read) + "\n", fmt="py:percent").cells
    except Exception as error:  # whatever jupytext makes of a mangled file
        script.fault(1, "percent", "", f"it cannot be read: {error}", "check the '# %%' lines and their options")
        return script
    if len(found) != len(starts):
        cure = "a line may start with '# %%' only where a cell starts, not inside a string"
        script.fault(1, "percent", "", f"{len(starts)} lines start with '# %%', but there are {len(found)} cells", cure)
        return script
    for place, each in enumerate(found):
        end = starts[place + 1] if place + 1 < len(starts) else len(lines)
        chunk = "\n".join(lines[starts[place] : end]).strip("\n")
        _add(script, each, starts[place] + 1, chunk)
    return script


def _tags(found: re.Match[str]) -> str:
    return "tags=[" + ", ".join(f'"{word}"' for word in found.group(1).split()) + "]"  # the form that jupytext reads


def _add(script: Script, each: Any, line: int, text: str) -> None:
    options = {key: value for key, value in each.metadata.items() if key not in _OWN}
    for name, value in options.items():
        if name not in OPTIONS:
            cure = did_you_mean(name, OPTIONS).lstrip("; ") or f"use {', '.join(OPTIONS)}"
            script.fault(line, "cell-option", "", f"no cell option '{name}'", cure)
        elif not isinstance(value, OPTIONS[name]):
            example = "true or false" if OPTIONS[name] is bool else '"..."'
            script.fault(line, "cell-option", "", f"the option '{name}' is {value!r}", f"write {name}={example}")
    if not _TITLE.match(text.splitlines()[0]):
        script.fault(line, "cell-option", "", "words behind '# %%' are no option", "write them into the cell")
    key = str(options.get("id", ""))
    taken = {cell.id for cell in script.cells}
    if key and not VALID.fullmatch(key):
        cure = "at most 64 of letters, digits, hyphens and underscores"
        script.fault(line, "cell-id", key, f"'{key}' cannot be a cell's id", cure)
    elif key in taken:
        first = next(cell for cell in script.cells if cell.id == key)
        script.fault(line, "cell-id", key, f"the id '{key}' is used twice", f"the first is on line {first.line}")
    exercise = str(options.get("exercise", ""))
    wanted = key or (f"exercise-{exercise}"[:60] if exercise else slug(each.cell_type, each.source))
    cell = Cell(key or unique(wanted, taken), each.cell_type, each.source, options, line, text)
    script.cells.append(cell)
    if exercise and (cell.kind != "code" or cell.source.strip()):
        message = f"the cell of exercise '{exercise}' must be an empty code cell"
        script.fault(line, "exercise-cell", exercise, message, "the build fills in the stub from quizzes/")
    if not cell.source.strip() and not exercise:
        script.fault(line, "empty-cell", cell.id, "the cell is empty", "write it, or remove it")


def render(kind: str, source: str, options: Mapping[str, Any]) -> str:
    """Return a cell as it stands in a source."""
    make = {"markdown": v4.new_markdown_cell, "raw": v4.new_raw_cell}.get(kind, v4.new_code_cell)
    # the marker line is written here, so that options keep one order and jupytext adds nothing to them
    words = {"markdown": " [markdown]", "raw": " [raw]"}.get(kind, "")
    for name in (name for name in OPTIONS if name in options):
        value = " ".join(options[name]) if isinstance(options[name], list) else options[name]
        shown = str(value).lower() if isinstance(value, bool) else f'"{value}"'
        words += f" {name}={shown}"
    book = v4.new_notebook(cells=[make(source)], metadata={"jupytext": {"notebook_metadata_filter": "-all"}})
    body = jupytext.writes(book, fmt="py:percent").split("\n", 1)
    return f"# %%{words}\n{body[1] if len(body) > 1 else ''}".strip("\n")
