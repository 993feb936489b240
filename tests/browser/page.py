"""A page of JupyterLab as a test sees it: notebooks, cells, panels, and all that was asked of the network."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request

from tests.browser.lab import Lab

__all__ = ["Notebook", "Screen", "strangers"]

OWN_HOSTS = {"127.0.0.1", "localhost", "::1"}
LOCAL_SCHEMES = {"data", "blob", "about"}

OPEN = """async (path) => {
    const app = window.jupyterapp;
    const panel = await app.commands.execute('docmanager:open', {path, factory: 'Notebook'});
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.revealed;
    app.shell.activateById(panel.id);
    return panel.id;
}"""
PANEL = "const panel = Array.from(window.jupyterapp.shell.widgets('main')).find(w => w.id === id);"
RUN = (
    "async (id) => {"
    + PANEL
    + """
    window.jupyterapp.shell.activateById(id);
    await window.jupyterapp.commands.execute('notebook:run-all-cells');
}"""
)
START = (
    "async ([id, index]) => {"
    + PANEL
    + """
    window.jupyterapp.shell.activateById(id);
    panel.content.activeCellIndex = index;
    panel.content.deselectAll();
    window.jupyterapp.commands.execute('notebook:run-cell');
}"""
)
DONE = (
    "([id, index]) => {"
    + PANEL
    + """
    const cell = panel.content.widgets[index];
    return cell.model.executionState !== 'running' && cell.model.executionCount !== null;
}"""
)
SHOW = (
    "async ([id, index]) => {"
    + PANEL
    + """
    panel.content.activeCellIndex = index;
    await panel.content.scrollToItem(index, 'center');
}"""
)
RUNNING = (
    "(id) => {"
    + PANEL
    + """
    return panel.content.widgets.flatMap((cell, place) => cell.model.executionState === 'running' ? [place] : []);
}"""
)
IDLE = (
    "(id) => {"
    + PANEL
    + """
    return panel.sessionContext.session?.kernel?.status === 'idle'
        && panel.content.widgets.every(cell => cell.model.executionState !== 'running');
}"""
)
CELLS = (
    "(id) => {"
    + PANEL
    + """
    return panel.content.model.cells.length === 0 ? [] : Array.from(panel.content.model.cells).map(cell => ({
        id: cell.id, type: cell.type, source: cell.sharedModel.source,
        count: cell.type === 'code' ? cell.executionCount : null,
        outputs: cell.type === 'code' ? cell.outputs.toJSON() : []}));
}"""
)
RESTART = "async (id) => {" + PANEL + "await panel.sessionContext.session.kernel.restart(); }"
SAVE = "async (id) => {" + PANEL + "await panel.context.save(); }"
CLOSE = (
    "async (id) => {"
    + PANEL
    + """
    if (!panel) return;
    await panel.context.save();
    await panel.sessionContext.shutdown();
    panel.dispose();
}"""
)
STATUS = "(id) => {" + PANEL + "return panel.sessionContext.session?.kernel?.status ?? 'none'; }"
THEME = """async (theme) => {
    await window.jupyterapp.commands.execute('apputils:change-theme', {theme});
}"""


def strangers(urls: list[str]) -> list[str]:
    """Return the addresses that are not of this machine."""
    parts = [(url, urlsplit(url)) for url in urls]
    return [url for url, part in parts if part.scheme not in LOCAL_SCHEMES and part.hostname not in OWN_HOSTS]


@dataclass
class Screen:
    """A browser page with a lab in it; `errors` and `asked` grow while it is used."""

    page: Page
    lab: Lab
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        def heard(message: ConsoleMessage) -> None:
            if message.type == "error":
                self.errors.append(f"{message.text} ({message.location.get('url', '')})")

        def asked(request: Request) -> None:
            self.asked.append(request.url)

        self.page.on("console", heard)
        self.page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))
        self.page.on("request", asked)
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))
        self.page.set_default_timeout(20_000)

    def load(self) -> None:
        """Open the lab, empty."""
        self.page.goto(self.lab.url)
        self.ready()

    def reload(self) -> None:
        """Reload the page as the browser's button does (the kernels go on), and wait until the lab stands again."""
        address = self.page.url
        self.page.goto("about:blank")  # a reload proper asks whether to leave
        self.page.goto(address)
        self.ready()

    def ready(self) -> None:
        """Wait until the lab is restored."""
        self.page.wait_for_function("window.jupyterapp && window.jupyterapp.restored", timeout=60_000)
        self.page.evaluate("async () => { await window.jupyterapp.restored; }")
        self.page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=60_000)

    def theme(self, name: str) -> None:
        """Switch to a theme: JupyterLab Light or JupyterLab Dark."""
        self.page.evaluate(THEME, name)
        dark = "false" if "Dark" in name else "true"
        self.page.wait_for_selector(f'body[data-jp-theme-light="{dark}"]', state="attached")  # the body is 0 high

    def open(self, path: str) -> Notebook:
        """Open a notebook, by its path below the lab's root, with its kernel started."""
        return Notebook(self, path, self.page.evaluate(OPEN, path))


@dataclass(frozen=True)
class Notebook:
    """An open notebook."""

    screen: Screen
    path: str
    id: str

    @property
    def node(self) -> Locator:
        """Return the notebook's element."""
        return self.screen.page.locator(f'[id="{self.id}"]')

    def run_all(self, timeout: float = 120) -> None:
        """Run all cells and wait until they are done."""
        self.screen.page.set_default_timeout(timeout * 1000)
        try:
            self.screen.page.evaluate(RUN, self.id)
        finally:
            self.screen.page.set_default_timeout(20_000)

    def start_cell(self, index: int) -> None:
        """Start a cell and return without waiting for it."""
        self.screen.page.evaluate(START, [self.id, index])

    def start_all(self) -> None:
        """Start all cells and return without waiting for them."""
        self.screen.page.evaluate(
            RUN.replace("await window.jupyterapp.commands", "window.jupyterapp.commands"), self.id
        )

    def activate(self) -> None:
        """Bring the notebook to the front."""
        self.screen.page.evaluate("(id) => window.jupyterapp.shell.activateById(id)", self.id)

    def show(self, index: int) -> Locator:
        """Scroll to a cell and return its element; cells far from what is seen have none."""
        self.screen.page.evaluate(SHOW, [self.id, index])
        return self.node.locator(f'.jp-Cell[data-windowed-list-index="{index}"]')

    def running(self) -> list[int]:
        """Return the places of the cells that are running or queued."""
        found: list[int] = self.screen.page.evaluate(RUNNING, self.id)
        return found

    def run_cell(self, index: int) -> None:
        """Run a cell and wait until the kernel is idle again."""
        self.start_cell(index)
        self.screen.page.wait_for_function(DONE, arg=[self.id, index])

    def idle(self, timeout: float = 120) -> None:
        """Wait until no cell runs and none waits."""
        self.screen.page.wait_for_function(IDLE, arg=self.id, timeout=timeout * 1000)

    def cells(self) -> list[dict[str, Any]]:
        """Return id, type, source, execution count and outputs of every cell."""
        found: list[dict[str, Any]] = self.screen.page.evaluate(CELLS, self.id)
        return found

    def cell_errors(self) -> list[str]:
        """Return what cells ended in an error with."""
        outputs = [output for cell in self.cells() for output in cell["outputs"]]
        return [f"{each['ename']}: {each['evalue']}" for each in outputs if each["output_type"] == "error"]

    def status(self) -> str:
        """Return the kernel's status as the page knows it."""
        return str(self.screen.page.evaluate(STATUS, self.id))

    def restart(self) -> None:
        """Restart the kernel."""
        self.screen.page.evaluate(RESTART, self.id)
        self.screen.page.wait_for_function(
            "(id) => {"
            + PANEL
            + """
            return panel.sessionContext.session.kernel.status === 'idle'; }""",
            arg=self.id,
        )

    def save(self) -> Path:
        """Save the notebook and return its file."""
        self.screen.page.evaluate(SAVE, self.id)
        return self.screen.lab.root / self.path

    def close(self) -> None:
        """Save, shut the kernel down, and close the tab."""
        self.screen.page.evaluate(CLOSE, self.id)

    def panels(self) -> Locator:
        """Return our widgets."""
        return self.node.locator(".lt-panel")

    def card(self, item: str) -> Locator:
        """Return the card of a question."""
        return self.node.locator(f'.lt-card[data-item="{item}"]')
