"""The commands of the README, of continuous integration and the requirement files agree."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

START = "python3 -m venv .venv && .venv/bin/pip install -r"
LEARN = f"{START} requirements.txt && .venv/bin/jupyter lab notebooks/00_start.ipynb"
TEST = f"{START} tests/requirements.txt && .venv/bin/pytest -n 2"
FILES = {"requirements.txt": "dependencies", "tests/requirements.txt": "test"}


def pins(path: Path) -> dict[str, Version]:
    """Return the versions that a requirements file pins."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [re.fullmatch(r"([A-Za-z0-9_.-]+)==([^\s;]+)", line.strip()) for line in lines]
    return {canonicalize_name(match[1]): Version(match[2]) for match in found if match}


def wanted(repo: Path, group: str) -> list[Requirement]:
    project = tomllib.loads((repo / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(line) for line in (project.get(group) or project["optional-dependencies"][group])]


def test_the_readme_has_the_two_commands(repo: Path) -> None:
    readme = (repo / "README.md").read_text(encoding="utf-8")
    assert readme.count(LEARN) == 1
    assert readme.count(TEST) == 1


def test_continuous_integration_runs_the_readmes_test_command(repo: Path) -> None:
    shown = subprocess.run(["bash", repo / ".ci" / "run", "--show"], capture_output=True, text=True, check=True).stdout
    assert " && ".join(shown.splitlines()) == TEST


@pytest.mark.parametrize("file", FILES)
def test_every_direct_dependency_is_pinned_within_its_range(repo: Path, file: str) -> None:
    pinned = pins(repo / file)
    for requirement in wanted(repo, FILES[file]):
        version = pinned.get(canonicalize_name(requirement.name))
        assert version is not None, f"{file} does not pin {requirement.name}"
        assert version in requirement.specifier, (
            f"{file}: {requirement.name} {version} is outside {requirement.specifier}"
        )


def test_the_requirement_files_start_from_this_package(repo: Path) -> None:
    assert (repo / "requirements.txt").read_text(encoding="utf-8").startswith("-e .\n")
    assert (repo / "tests" / "requirements.txt").read_text(encoding="utf-8").startswith("-r ../requirements.txt\n")
