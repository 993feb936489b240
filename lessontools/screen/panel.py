"""A panel: the one widget class, which shows a view made of plain data and hands the page's events on."""

from __future__ import annotations

import html
import threading
import traceback
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from lessontools.errors import LessonError

__all__ = ["Handler", "Panel", "View", "page_script", "page_style"]

View = dict[str, Any]
Handler = Callable[[str, dict[str, Any]], View | None]
_PAGE = Path(__file__).parent / "page"


@lru_cache(maxsize=1)
def page_script() -> str:
    """Return the page's one ES module: the files of page/ in the order of their names."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(_PAGE.glob("*.js")))


@lru_cache(maxsize=1)
def page_style() -> str:
    """Return the page's one style sheet."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(_PAGE.glob("*.css")))


class Panel(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget ships no types
    """A view on screen.

    `view` says all there is to show; `handle(name, data)` gets the page's events and returns the next view, or
    None. `text` and `page` are what readers see where no kernel runs: a code host, print, nbval, a fresh JupyterLab.
    """

    view = traitlets.Dict().tag(sync=True)
    draft = traitlets.Dict().tag(sync=True)

    def __init__(self, view: View, handle: Handler | None = None, text: str = "", page: str = "") -> None:
        self._esm, self._css = page_script(), page_style()
        self._handle, self._text, self._page = handle, text, page
        self._seen: set[str] = set()
        self._lock = threading.RLock()  # callbacks run on the main thread or on a subshell's
        super().__init__(view=view)
        self.on_msg(self._receive)
        self._stay_awake()

    def _stay_awake(self) -> None:
        """Let the page's messages reach the kernel while a cell runs.

        ipykernel (7.3 on) sends a comm's messages to the shell that last published on it. Ours was opened by a cell,
        so they would wait for the cells. Without that note they go where the page sends them: to its subshell.
        """
        # absent in other versions and outside a kernel: then there is nothing to do
        if self.comm is not None and "_reply_subshell_id" in vars(self.comm):
            del self.comm._reply_subshell_id

    def _receive(self, _widget: object, content: Mapping[str, Any], _buffers: object) -> None:
        if content.get("type") == "event":
            with self._lock:
                self.send({"type": "ack", "id": content.get("id"), **self._event(content)})
        elif content.get("type") == "ready":
            self.send({"type": "hello"})
        self._stay_awake()

    def _event(self, content: Mapping[str, Any]) -> dict[str, str]:
        key, data = str(content.get("id")), content.get("data")
        if key in self._seen:  # a double click, or a message sent again
            return {}
        if self._handle is None:
            return {}
        try:
            view = self._handle(str(content.get("name")), dict(data) if isinstance(data, Mapping) else {})
        except LessonError as error:
            return {"notice": str(error)}
        except Exception as error:  # a learner never meets our traceback, but whoever mends it must
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(last.filename).name}:{last.lineno}"
            what = f"{type(error).__name__}: {error}; {where}"
            return {"notice": f"lessontools itself failed here ({what}). Please report it."}
        self._seen.add(key)
        if view is not None:
            self.view = view
        return {}

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, **_kwargs: object) -> dict[str, Any]:
        page = self._page or f"<pre>{html.escape(self._text)}</pre>"
        return {
            "text/plain": self._text,
            "text/html": page,
            "application/vnd.jupyter.widget-view+json": {
                "version_major": 2,
                "version_minor": 1,
                "model_id": self.model_id,
            },
        }
