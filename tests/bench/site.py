"""A whole instance for a bench: `manage.py run` in a folder of its own, on a free port."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.bench.services import ROOT, private_var, stop

_WELL_WITHIN = 120.0  # s


class Site:
    """The instance at `url`; Django of this process is set up on its rows."""

    def __init__(self, var: Path, *, demo: bool = False) -> None:
        port = _free_port()
        self.url = f"http://localhost:{port}"
        self.log = var / "run.log"
        ours = {"CAUSERIE_VAR": str(var), "PORT": str(port), "HOST": "127.0.0.1"}
        ours["DEMO"] = "1" if demo else "0"
        os.environ.update(ours, DJANGO_SETTINGS_MODULE="config.settings")
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "run"],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait(self) -> None:
        end = time.monotonic() + _WELL_WITHIN
        while not self.is_well():
            if self.process.poll() is not None or time.monotonic() > end:
                sys.exit(f"the instance did not start:\n{self.log.read_text()}")
            time.sleep(0.2)

    def is_well(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return bool(json.load(answer)["ok"])
        except (OSError, ValueError, KeyError):
            return False

    def pid_of_relay(self) -> int:
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ")
                if b"manage.py relay" in command:
                    return int(child)
        sys.exit(f"no relay runs:\n{self.log.read_text()}")

    def kill_relay(self) -> float:
        """kill -9; when, s monotonic."""
        pid = self.pid_of_relay()
        now = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        return now


@contextlib.contextmanager
def running_site(*, demo: bool = False) -> Iterator[Site]:
    with private_var() as var:
        site = Site(var, demo=demo)
        try:
            site.wait()
            import django

            django.setup()
            yield site
        finally:
            stop(site.process, seconds=15)


def live_space() -> str:
    """A live Space of a new host; its slug."""
    from django.utils import timezone

    from accounts.models import User
    from spaces.services.lifecycle import start_space

    host = User.objects.create_user("bench", may_host_anyway=True)
    return start_space(by=host, now=timezone.now()).slug


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
