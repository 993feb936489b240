"""The wall around a cage: the words that start a program with a read-only system, no network and no rights."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from lessontools.errors import LessonError

__all__ = ["ENV", "GradingError", "bubblewrap", "command"]

_PACKAGE = Path(__file__).resolve().parents[1]
_SYSTEM = ("/usr", "/etc/ld.so.cache", "/etc/alternatives")
_LINKS = ("/bin", "/lib", "/lib32", "/lib64", "/sbin")
_NOBODY = "65534"
ENV = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "MKL_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
ENV |= {"PATH": "/usr/bin", "LANG": "C.UTF-8", "HOME": "/tmp", "PYTHONHASHSEED": "0"}  # in the cage


class GradingError(LessonError):
    """Hand-ins cannot be graded here, or not as asked."""


def bubblewrap() -> str:
    """Return the path of bubblewrap; raise GradingError, with the line that installs it, if it cannot be used."""
    found = shutil.which("bwrap")
    if not sys.platform.startswith("linux") or found is None:
        raise GradingError(
            "hand-ins run in a sandbox made with bubblewrap (Linux), which is not here. On Debian or Ubuntu:\n"
            "    apt-get install bubblewrap\n"
            "Elsewhere, only if you trust who handed in: --trust-students (every report will say 'not isolated')"
        )
    return found


def _binds() -> list[str]:
    """Return bubblewrap's words for a read-only system: Python, its libraries, this package, and nothing else."""
    words: list[str] = []
    folders = {sys.base_prefix, sys.prefix, str(_PACKAGE)} | {str(Path(sys.executable).resolve().parents[1])}
    for path in _LINKS:
        if os.path.islink(path):
            words += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            words += ["--ro-bind", path, path]
    parents = {str(up) for folder in (*folders, *_SYSTEM) for up in Path(folder).parents} - {"/"}
    for path in sorted(parents):
        if not path.startswith("/usr"):
            words += ["--perms", "0755", "--dir", path]  # or only root could go through them
    for path in _SYSTEM:
        words += ["--ro-bind-try", path, path]
    for path in sorted(folders):
        if not path.startswith("/usr/"):
            words += ["--ro-bind", path, path]
    return words


def command(disk: int) -> list[str]:
    """Return the words that start a program in the cage."""
    bwrap, binds = bubblewrap(), _binds()
    inner = [bwrap, "--unshare-all", "--unshare-user", "--disable-userns", "--as-pid-1", "--new-session"]
    # /tmp in the cage comes first, or it would hide what is bound below it
    inner += ["--cap-drop", "ALL", "--hostname", "cage", "--size", str(disk << 20), "--tmpfs", "/tmp", *binds]
    inner += ["--proc", "/proc", "--dev", "/dev", "--size", str(disk << 20), "--tmpfs", "/dev/shm"]
    inner += ["--remount-ro", "/", "--chdir", "/tmp", "--clearenv"]
    inner += [word for name, value in ENV.items() for word in ("--setenv", name, value)]
    if os.geteuid() != 0:
        return inner
    # root gives its rights away first; a first cage, still as root, makes paths readable that only root may enter
    outer = [bwrap, "--perms", "1777", "--tmpfs", "/tmp", *binds, "--bind", "/proc", "/proc", "--dev-bind", "/dev"]
    return [*outer, "/dev", "--", "setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", *inner]
