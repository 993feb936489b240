"""A JupyterLab of our own: a fresh server in a folder, with nothing of the user's configuration in it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Lab", "chromium", "no_chromium", "start_lab", "write_notebook"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",  # Chromium refuses to run as root with it; only pages of 127.0.0.1 are opened
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
no_chromium = "no Chromium: apt-get install chromium (Debian, Ubuntu), or put chromium or google-chrome on the PATH"


def chromium() -> str | None:
    """Return the path of a Chromium that is installed, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@dataclass(frozen=True)
class Lab:
    """A running server: where it answers, the folder that it serves, and its log."""

    base: str
    token: str
    root: Path
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Return the address of the lab, token included; `reset` gives an empty workspace."""
        return f"{self.base}lab?reset&token={self.token}"


@contextmanager
def start_lab(root: Path, private: Path, env: Mapping[str, str] | None = None, python: str = "") -> Iterator[Lab]:
    """Serve `root` until the block ends; `private` takes configuration, data and log. Raise TimeoutError after 90 s."""
    token = secrets.token_hex(16)
    folders = {name: private / name.lower() for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    folders |= {"JUPYTER_RUNTIME_DIR": private / "runtime", "JUPYTERLAB_SETTINGS_DIR": private / "settings"}
    folders |= {"JUPYTERLAB_WORKSPACES_DIR": private / "workspaces"}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    _no_news(private / "settings")
    command = [python or sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0"]
    command += [
        f"--IdentityProvider.token={token}",
        f"--ServerApp.root_dir={root}",
        "--LabApp.expose_app_in_browser=True",
    ]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--ServerApp.log_level=WARN"]
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    full = {**os.environ, **{name: str(folder) for name, folder in folders.items()}, **(env or {})}
    log = private / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=root, env=full, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield Lab(_address(private / "runtime", process, log), token, root, log, process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _no_news(settings: Path) -> None:
    """Answer the question about news in advance, so that no popup lies over a page."""
    folder = settings / "@jupyterlab" / "apputils-extension"
    folder.mkdir(parents=True, exist_ok=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (folder / "notification.jupyterlab-settings").write_text(json.dumps(quiet), encoding="utf-8")


def _address(runtime: Path, process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise TimeoutError(f"JupyterLab stopped at once:\n{log.read_text(errors='replace')[-2000:]}")
        for path in runtime.glob(f"jpserver-{process.pid}.json"):
            try:
                return str(json.loads(path.read_text(encoding="utf-8"))["url"])
            except (ValueError, KeyError):
                pass  # still being written
        time.sleep(0.1)
    raise TimeoutError(f"JupyterLab did not start in 90 s:\n{log.read_text(errors='replace')[-2000:]}")


def write_notebook(path: Path, *sources: str) -> Path:
    """Write a notebook with these code cells."""
    import nbformat

    book = nbformat.v4.new_notebook()
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(book, path)
    return path
