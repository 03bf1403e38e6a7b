"""Keep the processes of one instance alive: the supervisor behind `make run`.

Each child is its own process group and dies with its parent; whatever it started is killed with
it before it is started again (a killed Celery worker would leave its beat behind). Threads, not
asyncio: on Python 3.11.7 asyncio's `Process.wait()` does not return while a grandchild still
holds the output pipe. Standard library only and no Django, so that it weighs little: `manage.py
run` prepares everything and then becomes this module (`python -m config.processes`).
"""

import contextlib
import ctypes
import http.client
import json
import os
import select
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

STOP_GRACE = 5.0  # s between SIGTERM and SIGKILL
BACK_OFF = (0.1, 0.5, 1.0, 2.0, 5.0)  # s, by deaths in a row of a child younger than STEADY
STEADY = 10.0  # s
PR_SET_PDEATHSIG = 1  # prctl(2)
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Child:
    """One process to keep: its name in the log, its command, what its environment adds."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready_when: Path | None = None  # the others wait until this file is there (Redis's socket)


class Supervisor:
    """Starts children, starts again what dies, stops all. `say(name, line)` gets every line."""

    def __init__(self, children: Sequence[Child], say: Callable[[str, str], None]) -> None:
        self._children = children
        self._say = say
        self._stopping = threading.Event()
        self._hurried = threading.Event()

    def run(self) -> None:
        """Returns when `stop` was called and every child is gone. The first child ends last."""
        first, *others = [_Keeper(child, self._say, self._hurried) for child in self._children]
        try:
            first.start()
            first.wait_until_ready(self._stopping)
            for keeper in others:
                if not self._stopping.is_set():
                    keeper.start()
            while not self._stopping.wait(0.5):
                pass
        finally:
            for keepers in (others, [first]):
                for keeper in keepers:
                    keeper.stop()
                for keeper in keepers:
                    keeper.join()

    def stop(self) -> None:
        """Asked once: ends everything in order. Asked again: kills."""
        if self._stopping.is_set():
            self._hurried.set()
        self._stopping.set()


class _Keeper:
    """One child, and the thread that keeps it."""

    def __init__(
        self, child: Child, say: Callable[[str, str], None], hurried: threading.Event
    ) -> None:
        self._child = child
        self._say = say
        self._hurried = hurried
        self._stopping = threading.Event()
        # PR_SET_PDEATHSIG fires when the *thread* that forked ends, so one thread keeps the child.
        self._thread = threading.Thread(target=self._keep, name=child.name)

    def start(self) -> None:
        if self._child.ready_when:  # a sign left by an earlier life says nothing
            self._child.ready_when.unlink(missing_ok=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def join(self) -> None:
        while self._thread.is_alive():
            self._thread.join(0.1)

    def wait_until_ready(self, stopping: threading.Event, patience: float = 10.0) -> None:
        sign = self._child.ready_when
        until = time.monotonic() + patience
        while sign and not sign.exists() and time.monotonic() < until:
            if stopping.wait(0.02):
                return

    def _keep(self) -> None:
        deaths = 0
        while not self._stopping.is_set():
            born = time.monotonic()
            code = self._one_life()
            if self._stopping.is_set():
                return
            deaths = deaths + 1 if time.monotonic() - born < STEADY else 0
            pause = BACK_OFF[min(max(deaths - 1, 0), len(BACK_OFF) - 1)]
            self._say("run", f"{self._child.name} ended ({_in_words(code)}); again in {pause} s")
            self._stopping.wait(pause)

    def _one_life(self) -> int:
        """Run the child until it ends or is to end; nothing of its group outlives this."""
        process = subprocess.Popen(
            list(self._child.argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, **self._child.environment},
            start_new_session=True,
            preexec_fn=_die_with(os.getpid()),
        )
        assert process.stdout is not None
        threading.Thread(target=self._copy, args=(process.stdout,), daemon=True).start()
        self._wait(process)
        _signal_group(process.pid, signal.SIGKILL)
        return process.wait()

    def _wait(self, process: subprocess.Popen[str]) -> None:
        """Until the process ended, or did not within the grace after it was told to."""
        handle = os.pidfd_open(process.pid)  # sleeps until the end; Popen.wait(timeout) would poll
        try:
            while not _ended(process, handle, 0.2) and not self._stopping.is_set():
                pass
            if self._stopping.is_set():
                _signal_group(process.pid, signal.SIGTERM)
                until = time.monotonic() + STOP_GRACE
                while not _ended(process, handle, 0.2) and time.monotonic() < until:
                    if self._hurried.is_set():
                        return
        finally:
            os.close(handle)

    def _copy(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                if line.strip():
                    self._say(self._child.name, line)


def _die_with(parent: int) -> Callable[[], None]:
    """For the child, before it becomes its program: end when the supervisor is gone."""

    def prepare() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return prepare


def _ended(process: subprocess.Popen[str], handle: int, seconds: float) -> bool:
    """Whether the process has ended, asked after at most so many seconds."""
    select.select([handle], [], [], seconds)
    return process.poll() is not None


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def _in_words(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"


@dataclass(frozen=True)
class Door:
    """Where the web process answers, and what to tell the person who started it."""

    host: str  # the address bound; "0.0.0.0" or "::" means every one
    port: int
    tls: bool
    hostname: str  # as the site calls itself (Host header)
    welcome: Sequence[str]

    def health(self) -> dict[str, object] | None:
        """What /healthz says, or None when nobody answers well-formed JSON."""
        connection = self._connection()
        try:
            connection.request("GET", "/healthz", headers={"Host": self.hostname})
            answer = connection.getresponse()
            said = json.loads(answer.read(65536))
            return said if isinstance(said, dict) else None
        except (OSError, ValueError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        if not self.tls:
            return http.client.HTTPConnection(local, self.port, timeout=3)
        # Our own self-made certificate, on our own machine: nothing to verify.
        context = ssl._create_unverified_context()  # noqa: S323
        return http.client.HTTPSConnection(local, self.port, timeout=3, context=context)


def announce(door: Door, say: Callable[[str, str], None], patience: float = 60.0) -> None:
    """Say where to open the site once it is well; after `patience` seconds say what is not."""
    born = time.monotonic()
    complained = False
    while True:
        health = door.health()
        if health and health.get("ok"):
            for line in door.welcome:
                say("run", line)
            return
        if not complained and time.monotonic() - born > patience:
            complained = True
            missing = [k for k, v in (health or {"web": "down"}).items() if v == "down"]
            say("run", f"not well after {patience:.0f} s: {', '.join(missing)} (still trying)")
        time.sleep(0.2)


def main() -> None:
    """Keep what `CAUSERIE_PLAN` (JSON, written by `manage.py run`) says until told to stop."""
    plan = json.loads(os.environ.pop("CAUSERIE_PLAN"))
    children = [
        Child(
            name=child["name"],
            argv=child["argv"],
            environment=child["environment"],
            ready_when=Path(child["ready_when"]) if child["ready_when"] else None,
        )
        for child in plan["children"]
    ]
    width = max(len(child.name) for child in children)
    lock = threading.Lock()

    def say(name: str, line: str) -> None:
        with lock:
            sys.stdout.write(f"{name.ljust(width)} | {line.rstrip()}\n")
            sys.stdout.flush()

    supervisor = Supervisor(children, say)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: supervisor.stop())
    threading.Thread(
        target=announce, args=(Door(**plan["door"]), say), daemon=True, name="announce"
    ).start()
    supervisor.run()
    say("run", "everything has stopped")


if __name__ == "__main__":
    main()
