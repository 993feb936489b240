"""A good bank, copied with one fault planted in it: what to replace, and the line on which the fault must be told."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from lessontools.quiz.bank import Bank, read_bank

BANKS = Path(__file__).parent / "banks"
GOOD = BANKS / "good"
_STEM = "stem: What does `loss.backward()` leave behind?"
_TEXTS = (
    "text: a gradient in every parameter's `.grad`",
    "text: new weights, a little better than the old",
    "text: empty gradients, ready for the next batch",
)


@dataclass(frozen=True)
class Plant:
    """One entry of plants.yaml or lies.yaml, which say what its fields are."""

    rule: str
    file: str = "01_loop.yaml"
    old: str = ""
    new: str = ""
    stem: str = ""
    choices: tuple[str, ...] = ()
    at: str = ""
    told_in: str = ""
    and_in: str = ""
    swap: tuple[str, ...] = ()

    def bank(self, folder: Path) -> tuple[Bank, str, int]:
        """Return the planted bank, and the file and line on which the fault must be told."""
        shutil.copytree(GOOD, folder, dirs_exist_ok=True)
        at = self.at or (f"stem: {self.stem}" if self.stem else self.new.strip())
        changes = [(self.file, self.old, self.new)] if self.old else []
        changes += [(self.file, _STEM, f"stem: {self.stem}")] if self.stem else []
        for old, new in zip(_TEXTS, self.choices, strict=False):
            changes.append((self.file, old, f'text: "{new}"' if new[0] in "`01234{" else f"text: {new}"))
        changes += [(self.and_in, *self.swap)] if self.and_in else []
        for name, old, new in changes:
            _replace(folder / "quizzes" / name, old, new)
        told = folder / "quizzes" / (self.told_in or self.file)
        before, found, _ = told.read_text(encoding="utf-8").partition(at)
        assert found, f"not in the file: {at}"
        return read_bank(folder), f"quizzes/{told.name}", before.count("\n") + 1


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{text.count(old)} times in {path.name}: {old}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def read_plants(name: str) -> list[Plant]:
    """Return the plants of a file in banks/."""
    rows = YAML(typ="safe", pure=True).load((BANKS / name).read_text(encoding="utf-8"))
    return [Plant(**{k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}) for row in rows]
