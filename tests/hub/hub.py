"""A JupyterHub for a test: deploy/jupyterhub_config.py on loopback and free ports, and students who use it by HTTP."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import psutil
import requests
import websocket

from tests.conftest import REPO

PASSWORD = "a password for the test"
PATIENCE = 240.0  # seconds; CI machines are slow

OVERRIDES = """
import os
c = get_config()
load_subconfig({config!r})
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.JupyterHub.spawner_class = "simple"  # all servers under the test's own account
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.Spawner.start_timeout = c.Spawner.http_timeout = {patience}
if os.geteuid() == 0:
    c.Spawner.args = [*c.Spawner.args, "--allow-root"]
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = {password!r}
c.Authenticator.allowed_users = {{"ada", "bob"}}
c.JupyterHub.services = [{{"name": "test", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [{{"name": "test", "scopes": ["shutdown", "read:users"], "services": ["test"]}}]
"""


def free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def wait_for(done: Any, what: str) -> Any:
    """Return what `done` gives as soon as it gives something."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if found := done():
                return found
        except requests.ConnectionError:
            pass
        time.sleep(0.25)
    raise TimeoutError(what)


class Hub:
    """A hub in processes of its own; `stop` ends them all, and says which would not end by themselves."""

    def __init__(self, root: Path) -> None:
        self.root, self.homes, self.group = root, root / "homes", root / "class"
        self.homes.mkdir()
        port, hub_port, api_port = free_ports(3)
        self.url, self.token = f"http://127.0.0.1:{port}", secrets.token_hex(16)
        config = root / "config.py"
        about = {"config": str(REPO / "deploy" / "jupyterhub_config.py"), "homes": str(self.homes), "token": self.token}
        ports = {"port": port, "hub_port": hub_port, "api_port": api_port}
        config.write_text(OVERRIDES.format(password=PASSWORD, patience=int(PATIENCE), **about, **ports))
        env = {**os.environ, "LESSONTOOLS_CLASS": str(self.group)}
        with (root / "hub.log").open("wb") as log:
            command = [sys.executable, "-m", "jupyterhub", "-f", str(config)]
            self.process = psutil.Popen(command, cwd=root, env=env, stdout=log, stderr=subprocess.STDOUT)

    def wait(self) -> None:
        """Wait until it answers; raise with its log where it ended instead."""

        def up() -> bool:
            if self.process.poll() is not None:
                raise RuntimeError(self.log()[-8000:])
            return requests.get(f"{self.url}/hub/api/", timeout=30).ok

        wait_for(up, "the hub does not answer")

    def log(self) -> str:
        return (self.root / "hub.log").read_text(errors="replace")

    def stop(self) -> list[str]:
        """Shut all down, servers and proxy included; return the processes that had to be killed."""
        if not self.process.is_running():
            return []
        every = [*self.process.children(recursive=True), self.process]
        try:
            how = {"proxy": True, "servers": True}
            head = {"Authorization": f"token {self.token}"}
            requests.post(f"{self.url}/hub/api/shutdown", json=how, headers=head, timeout=60).raise_for_status()
        except requests.RequestException:
            self.process.terminate()
        _gone, left = psutil.wait_procs(every, timeout=60)
        names = [" ".join(each.cmdline()) or each.name() for each in left]
        for each in left:
            each.kill()
        psutil.wait_procs(left, timeout=10)
        self.process.wait()
        return names


class Student:
    """A student who has logged in: a browser's session with cookies, and a token for the REST API."""

    def __init__(self, hub: Hub, name: str) -> None:
        self.hub, self.name, self.browser = hub, name, requests.Session()
        login = f"{hub.url}/hub/login"
        self.browser.get(login, timeout=60)
        form = {"username": name, "password": PASSWORD, "_xsrf": self.browser.cookies.get("_xsrf", path="/hub/")}
        self.browser.post(login, data=form, allow_redirects=False, timeout=60).raise_for_status()
        auth = {"auth": {"username": name, "password": PASSWORD}}
        made = requests.post(f"{hub.url}/hub/api/users/{name}/tokens", json=auth, timeout=60)
        made.raise_for_status()
        self.token = made.json()["token"]

    @property
    def home(self) -> Path:
        return self.hub.homes / self.name

    def api(self, method: str, path: str, data: Any = None) -> requests.Response:
        """Send one request with the token, such as ("GET", "user/ada/api/kernels")."""
        head = {"Authorization": f"token {self.token}"}
        return requests.request(method, f"{self.hub.url}/{path}", json=data, headers=head, timeout=PATIENCE)

    def start(self) -> None:
        """Start the student's server and wait until it is ready."""
        self.api("POST", f"hub/api/users/{self.name}/server").raise_for_status()

        def ready() -> bool:
            servers = self.api("GET", f"hub/api/users/{self.name}").json()["servers"]
            return bool(servers.get("", {}).get("ready"))

        wait_for(ready, f"the server of {self.name} does not start: {self.hub.log()[-8000:]}")

    def open(self, link: str) -> str:
        """Follow a link as a browser does, the page that waits for the server included; return where it led."""
        place = f"{self.hub.url}/{link}"

        def there() -> str:
            nonlocal place
            got = self.browser.get(place, timeout=PATIENCE)
            got.raise_for_status()
            place = got.url
            return "" if "/hub/spawn-pending/" in place else place.removeprefix(self.hub.url)

        return str(wait_for(there, f"the link of {self.name} leads nowhere: {place}"))

    def kernel(self, notebook: str) -> Kernel:
        """Start a kernel where a notebook lies."""
        made = self.api("POST", f"user/{self.name}/api/kernels", {"name": "python3", "path": notebook})
        made.raise_for_status()
        return Kernel(self, made.json()["id"])


class Kernel:
    """A kernel, spoken to as JupyterLab does: through the proxy, by websocket."""

    def __init__(self, student: Student, id: str) -> None:
        where = f"{student.hub.url.replace('http', 'ws')}/user/{student.name}/api/kernels/{id}/channels"
        self.socket = websocket.create_connection(where, PATIENCE, header=[f"Authorization: token {student.token}"])
        self.panels: dict[str, dict[str, Any]] = {}  # comm -> the panel's state when it opened

    def send(self, kind: str, content: dict[str, Any]) -> list[dict[str, Any]]:
        """Send a message to the shell, and return what was published until it was done."""
        key, found = uuid.uuid4().hex, []
        header = {"msg_id": key, "msg_type": kind, "session": "test", "username": "", "version": "5.3", "date": ""}
        whole = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        self.socket.send(json.dumps(whole))
        while True:
            got = json.loads(self.socket.recv())
            if got["parent_header"].get("msg_id") != key or got["channel"] != "iopub":
                continue
            if got["header"]["msg_type"] == "comm_open":
                self.panels[got["content"]["comm_id"]] = got["content"]["data"]["state"]
            if got["header"]["msg_type"] == "status" and got["content"]["execution_state"] == "idle":
                return found
            found.append(got)

    def run(self, code: str) -> str:
        """Run a cell and return all that it put out, as text; fail where it raises."""
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
        got = self.send("execute_request", content)
        wrong = [each["content"] for each in got if each["header"]["msg_type"] == "error"]
        assert not wrong, "\n".join(wrong[0]["traceback"])
        return json.dumps([each["content"] for each in got], ensure_ascii=False)

    def answer(self, panel: str, card: int, answer: Any) -> str:
        """Answer a card of a panel as its page does; return what the page is told."""
        event = {"card": card, "answer": answer, "confidence": "sure"}
        told = {"type": "event", "id": uuid.uuid4().hex, "name": "submit", "data": event}
        return json.dumps(self.send("comm_msg", {"comm_id": panel, "data": {"method": "custom", "content": told}}))
