"""Opening by link: in a user's server of a hub, the address lessontools/NAME fetches the release NAME and opens it.

An extension of Jupyter Server; deploy/jupyterhub_config.py switches it on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_escape, url_path_join
from tornado import web

from lessontools.assignment.fetch import fetch, released
from lessontools.errors import LessonError

__all__ = ["Opening"]


class Opening(JupyterHandler):
    """Fetches a release into the user's home and sends the browser on to its first notebook."""

    @web.authenticated
    def get(self, name: str) -> None:
        """Fetch and open; a second click changes nothing that the student has worked on."""
        root = Path(self.settings["server_root_dir"]).expanduser()
        try:
            got = fetch(released(name), root)
        except LessonError as error:  # the server's own page for 404 would not say why
            self.set_status(404)
            about = {"status_code": 404, "status_message": "Not Found", "message": str(error)}
            self.finish(self.render_template("error.html", **about))  # type: ignore[no-untyped-call]
            return
        for line in got.said:
            self.log.info("release %s: %s", name, line)
        path = (got.folder / got.notebooks[0]).relative_to(root).as_posix()
        self.redirect(url_path_join(self.base_url, "lab/tree", url_escape(path)))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Add the address to a server."""
    address = url_path_join(server.web_app.settings["base_url"], r"/lessontools/([\w.-]+)")
    server.web_app.add_handlers(".*$", [(address, Opening)])
