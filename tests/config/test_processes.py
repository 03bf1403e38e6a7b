"""The supervisor, with real processes that do nothing but live and die."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.processes import Child, Supervisor

PATIENCE = 10.0  # s, for conditions; nothing is timed here


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def program(folder: Path, name: str, body: str) -> Child:
    """A child that first writes its process id into `folder/<name>.pids`."""
    pids = folder / f"{name}.pids"
    intro = f"import os, signal, subprocess, sys, time; open({str(pids)!r}, 'a').write(str(os.getpid()) + '\\n')\n"
    return Child(name, [sys.executable, "-c", intro + body])


def pids(folder: Path, name: str) -> list[int]:
    file = folder / f"{name}.pids"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


SLEEP = "time.sleep(60)"
# Starts a grandchild that ignores SIGTERM, as a Celery worker starts its beat.
WITH_GRANDCHILD = (
    "subprocess.Popen([sys.executable, '-c', 'import os, signal, time;"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "open(\"%s\", \"a\").write(str(os.getpid()) + chr(10)); time.sleep(60)'])\n" + SLEEP
)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., tuple[Supervisor, list[str]]]]:
    """Start a supervisor in a thread; it is stopped after the test, whatever happened."""
    started: list[tuple[Supervisor, threading.Thread]] = []

    def start(*children: Child) -> tuple[Supervisor, list[str]]:
        said: list[str] = []
        supervisor = Supervisor(children, lambda name, line: said.append(f"{name}: {line.strip()}"))
        thread = threading.Thread(target=supervisor.run)
        thread.start()
        started.append((supervisor, thread))
        return supervisor, said

    yield start
    for supervisor, thread in started:
        supervisor.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_what_dies_is_started_again_and_said(tmp_path, run) -> None:
    _, said = run(program(tmp_path, "web", SLEEP))
    until(lambda: len(pids(tmp_path, "web")) == 1)
    os.kill(pids(tmp_path, "web")[0], signal.SIGKILL)
    until(lambda: len(pids(tmp_path, "web")) == 2)
    assert "run: web ended (SIGKILL); again in 0.1 s" in said


def test_the_others_do_not_notice(tmp_path, run) -> None:
    run(program(tmp_path, "web", SLEEP), program(tmp_path, "relay", SLEEP))
    until(lambda: bool(pids(tmp_path, "web") and pids(tmp_path, "relay")))
    os.kill(pids(tmp_path, "web")[0], signal.SIGKILL)
    until(lambda: len(pids(tmp_path, "web")) == 2)
    assert len(pids(tmp_path, "relay")) == 1
    assert alive(pids(tmp_path, "relay")[0])


def test_a_killed_workers_beat_dies_with_it(tmp_path, run) -> None:
    body = WITH_GRANDCHILD % (tmp_path / "beat.pids")
    run(program(tmp_path, "worker", body))
    until(lambda: len(pids(tmp_path, "beat")) == 1)
    os.kill(pids(tmp_path, "worker")[0], signal.SIGKILL)
    until(lambda: len(pids(tmp_path, "beat")) == 2)
    assert not alive(pids(tmp_path, "beat")[0])


def test_what_dies_again_and_again_is_started_ever_more_slowly(tmp_path, run) -> None:
    _, said = run(program(tmp_path, "web", "print('no'); sys.exit(3)"))
    until(lambda: any("again in 1.0 s" in line for line in said))
    waits = [line.split("again in ")[1] for line in said if "ended (exit 3)" in line]
    assert waits[:3] == ["0.1 s", "0.5 s", "1.0 s"]
    assert "web: no" in said


def test_stopping_ends_everybody_and_their_children_the_first_one_last(tmp_path, run) -> None:
    quiet = "signal.signal(signal.SIGTERM, lambda *_: (print('bye', flush=True), sys.exit(0)))\n"
    supervisor, said = run(
        program(tmp_path, "redis", quiet + SLEEP),
        program(tmp_path, "web", quiet + "print('up', flush=True)\n" + SLEEP),
        program(tmp_path, "worker", quiet + WITH_GRANDCHILD % (tmp_path / "beat.pids")),
    )
    until(lambda: "web: up" in said and len(pids(tmp_path, "beat")) == 1)
    supervisor.stop()
    until(lambda: said.count("redis: bye") == 1)
    assert said.index("web: bye") < said.index("redis: bye")
    until(lambda: not any(alive(p) for n in ("redis", "web", "worker", "beat")
                          for p in pids(tmp_path, n)))
    assert not any("again in" in line for line in said)


def test_who_does_not_listen_to_sigterm_is_killed_when_asked_twice(tmp_path, run) -> None:
    deaf = "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)\n"
    supervisor, said = run(program(tmp_path, "web", deaf + SLEEP))
    until(lambda: "web: up" in said)
    supervisor.stop()
    supervisor.stop()
    until(lambda: not alive(pids(tmp_path, "web")[0]))


def test_the_others_wait_for_the_first_ones_sign(tmp_path, run) -> None:
    sign = tmp_path / "redis.sock"
    sign.touch()  # of a life before: must not count
    slow = program(tmp_path, "redis", f"time.sleep(0.5); open({str(sign)!r}, 'w').close()\n" + SLEEP)
    first = Child(slow.name, slow.argv, ready_when=sign)
    web = program(tmp_path, "web", f"print(os.path.exists({str(sign)!r}), flush=True)\n" + SLEEP)
    _, said = run(first, web)
    until(lambda: any(line.startswith("web:") for line in said))
    assert "web: True" in said


def test_nothing_is_left_when_the_supervisor_itself_is_killed(tmp_path: Path) -> None:
    body = (
        "import sys; from config.processes import Child, Supervisor\n"
        f"Supervisor([Child('web', [sys.executable, '-c', {program(tmp_path, 'web', SLEEP).argv[2]!r}])],"
        " print).run()"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", body], stdout=subprocess.DEVNULL)
    until(lambda: len(pids(tmp_path, "web")) == 1)
    supervisor.kill()
    supervisor.wait()
    until(lambda: not alive(pids(tmp_path, "web")[0]))
