"""JupyterHub for one class on one machine; docs/jupyterhub.md says how to set it up, tests/hub runs it.

What lies where, below /srv/lessontools (or where LESSONTOOLS_CLASS points):

    releases/week-1/   what `lessontools release` wrote as student/: all may read it, no key is in it
    outbox/ada/        what ada has handed in: ada writes, the group `instructors` reads, nobody else does either
    hub/               the hub's own database and cookie secret
"""

import grp
import os
import pwd
import sys
from pathlib import Path

from lessontools.assignment import fetch, outbox

c = get_config()  # noqa: F821  # JupyterHub gives it

CLASS = Path(os.environ.get("LESSONTOOLS_CLASS", "/srv/lessontools"))
RELEASES, OUTBOXES, HUB = CLASS / "releases", CLASS / "outbox", CLASS / "hub"
STUDENTS, INSTRUCTORS = "students", "instructors"  # groups of the system
PROGRAMS = Path(sys.executable).parent

HUB.mkdir(mode=0o700, parents=True, exist_ok=True)

# Only this machine reaches it; what the world reaches is a web server with TLS before it.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.db_url = f"sqlite:///{HUB / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(HUB / "cookie_secret")
c.ConfigurableHTTPProxy.command = [str(PROGRAMS / "configurable-http-proxy")]  # the one in Python: no node needed
c.ConfigurableHTTPProxy.pid_file = str(HUB / "proxy.pid")

# Who may log in: the system's accounts (JupyterHub's default, PAM) that are in one of the two groups.
c.LocalAuthenticator.allowed_groups = {STUDENTS, INSTRUCTORS}

# Each user's server is a process of the user's own account (JupyterHub's default), in the user's home.
c.Spawner.cmd = [str(PROGRAMS / "jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
c.Spawner.args = [
    "--ServerApp.jpserver_extensions=lessontools.assignment.opening=True",  # releases open by link
    # a kernel's sockets are open to every account of the machine: without keys others could read a cell's output
    "--KernelManager.transport_encryption=required",
    "--MappingKernelManager.cull_idle_timeout=7200",  # a forgotten kernel gives its memory back after two hours
]
c.Spawner.environment = {
    "PATH": f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', os.defpath)}",  # `lessontools` and `python` in a terminal
    "LESSONTOOLS_RECORD": "~/.lessontools/record.jsonl",  # in the user's home: nobody else's business
    fetch.VARIABLE: str(RELEASES),
    outbox.VARIABLE: lambda spawner: str(OUTBOXES / spawner.user.name),
    "OMP_NUM_THREADS": "1",  # thirty kernels with a thread for each core would wait for each other
}


def prepare(spawner):  # noqa: ANN001, ANN201
    """Make the user's outbox before the server starts."""
    try:
        account, group = pwd.getpwnam(spawner.user.name).pw_uid, grp.getgrnam(INSTRUCTORS).gr_gid
    except KeyError as error:  # a trial on a machine of one's own, where all is one's own
        spawner.log.warning("the outbox is the hub's own account's: %s", error)
        account = group = None
    outbox.make(OUTBOXES, spawner.user.name, account, group)


c.Spawner.pre_spawn_hook = prepare
