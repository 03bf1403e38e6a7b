"""`manage.py run` as a whole: one start, everything killed once, one stop that leaves nothing."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[2]
PATIENCE = 180.0  # s, for conditions on a busy machine


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def until(condition: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, otherwise()
        time.sleep(0.1)


def children(pid: int) -> list[int]:
    """Direct children, of all threads; processes and threads may end while we look."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with contextlib.suppress(OSError):
            found += map(int, (task / "children").read_text().split())
    return found


def command_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


class Running:
    """A trial without its demo, started as `make run` starts it."""

    def __init__(self, var: Path) -> None:
        self.var, self.port = var, free_port()
        self.log = var.parent / "run.log"
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "run"], cwd=BASE, env=self.environment(),
            stdin=subprocess.DEVNULL, stdout=self.log.open("w"), stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def environment(self, **changed: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**kept, "CAUSERIE_VAR": str(self.var), "PORT": str(self.port), "DEMO": "0", **changed}

    def said(self) -> str:
        return self.log.read_text()

    def health(self) -> dict[str, object]:
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}/healthz", timeout=3) as page:
                return dict(json.load(page))
        except urllib.error.HTTPError as error:
            return dict(json.load(error))
        except (OSError, ValueError):
            return {"ok": False}

    def again(self, **changed: str) -> str:
        """What a second `manage.py run` says."""
        result = subprocess.run(
            [sys.executable, "manage.py", "run"], cwd=BASE, env=self.environment(**changed),
            capture_output=True, text=True, check=False, timeout=PATIENCE,
        )
        assert result.returncode != 0
        return result.stderr

    def family(self) -> dict[int, str]:
        """Every process it started, with its command."""
        found: dict[int, str] = {}
        todo = [self.process.pid]
        while todo:
            for child in children(todo.pop()):
                found[child] = command_of(child)
                todo.append(child)
        return found

    def pids(self, mark: str) -> list[int]:
        return [pid for pid, command in self.family().items() if mark in command]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = Running(tmp_path_factory.mktemp("run") / "var")
    try:
        until(lambda: "Causerie is open:" in made.said(), made.said)
        yield made
    finally:
        if made.process.poll() is None:
            made.process.terminate()
            made.process.wait()


def test_it_opens_once_everything_is_well(running: Running) -> None:
    assert running.health()["ok"] is True
    assert f"http://localhost:{running.port}/" in running.said()
    assert (running.var / "run" / "redis.sock").stat().st_mode & 0o777 == 0o600


def test_a_second_one_in_the_same_folder_says_so(running: Running) -> None:
    assert "already runs from this folder" in running.again()


def test_a_port_in_use_is_said_with_what_to_type(running: Running, tmp_path: Path) -> None:
    said = running.again(CAUSERIE_VAR=str(tmp_path))
    assert f"Port {running.port} is in use" in said
    assert "make run PORT=" in said


@pytest.mark.parametrize("mark", ["daphne", "manage.py relay", "redis-server", "celery"])
def test_whatever_is_killed_comes_back_with_nobody_left_behind(running: Running, mark: str) -> None:
    before = running.pids(mark)
    assert before
    os.kill(min(before), signal.SIGKILL)

    def is_back() -> bool:
        now = running.pids(mark)
        return len(now) == len(before) and not set(now) & set(before)

    until(is_back, lambda: f"{running.family()}\n{running.said()[-2000:]}")
    until(lambda: running.health()["ok"] is True, lambda: f"{running.health()}\n{running.said()[-2000:]}")


def test_one_signal_ends_it_and_leaves_nothing(running: Running) -> None:
    family = running.family()
    assert len(family) >= 5  # web, relay, worker, its beat, Redis
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(PATIENCE) == 0
    left = [command for pid, command in family.items() if Path(f"/proc/{pid}/exe").exists()]
    assert not left
    assert running.said().rstrip().endswith("everything has stopped")
