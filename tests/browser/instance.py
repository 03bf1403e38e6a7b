"""A whole instance for the browser tests: `manage.py run` on free ports with its own folder."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
READY_WITHIN = 120.0  # s; a busy machine compiles and collects for a while


class Instance:
    """The site at `url`, with the processes and rows behind it."""

    def __init__(self, folder: Path, **environment: str) -> None:
        port = free_port()
        self.url = f"http://localhost:{port}"
        self.log = folder / "run.log"
        own = {key: value for key, value in os.environ.items() if not key.startswith("DJANGO_")}
        own.pop("SECRET_KEY", None)
        self._environment = {
            **own, "CAUSERIE_VAR": str(folder / "var"), "PORT": str(port), "HOST": "127.0.0.1",
            "PYTHONUNBUFFERED": "1", **environment,
        }
        self._run = subprocess.Popen(
            [sys.executable, "manage.py", "run"], cwd=ROOT, env=self._environment,
            stdin=subprocess.DEVNULL, stdout=self.log.open("w"), stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._wait_until_well()
        self._behind = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.behind"], cwd=ROOT, env=self._environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )

    def _wait_until_well(self) -> None:
        end = time.monotonic() + READY_WITHIN
        while time.monotonic() < end:
            if self._run.poll() is not None:
                raise RuntimeError(f"manage.py run ended:\n{self.log.read_text()}")
            if self.is_well():
                return
            time.sleep(0.2)
        raise TimeoutError(f"the instance is not well:\n{self.log.read_text()}")

    def is_well(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:  # noqa: S310
                return bool(json.load(answer)["ok"])
        except (OSError, ValueError, KeyError):
            return False

    def ask(self, do: str, **fields: Any) -> Any:
        """One command of tests/browser/behind.py. Raises RuntimeError with its complaint."""
        assert self._behind.stdin and self._behind.stdout
        self._behind.stdin.write(json.dumps({"do": do, "with": fields}) + "\n")
        self._behind.stdin.flush()
        answer = json.loads(self._behind.stdout.readline())
        if "error" in answer:
            raise RuntimeError(f"{do}: {answer['error']}")
        return answer["ok"]

    def pid_of(self, name: str) -> int:
        """The process of this instance that runs `name`: web, relay, worker, redis or voices."""
        words = {
            "web": "daphne", "relay": "manage.py relay", "worker": "celery", "redis": "redis-server",
            "voices": "demo_voices",
        }[name]
        for child in children_of(self._run.pid):
            command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            if words in command:
                return child
        raise LookupError(f"no {name} runs:\n{self.log.read_text()}")

    def kill(self, name: str) -> None:
        """`kill -9`, by number."""
        os.kill(self.pid_of(name), signal.SIGKILL)

    def close(self) -> None:
        for process in (self._behind, self._run):
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def children_of(pid: int) -> list[int]:
    """The direct children, over all threads of the parent (the supervisor starts each in one)."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
