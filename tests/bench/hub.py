"""What one event costs the web process for each page that hears it: `make bench-hub N=1000`.

Ours and the Channels tutorial's consumer in the same run, each on daphne of its own, on the same
Redis, heard by the same C client in another process. CPU is the server's, with the kernel's part.
Last line JSON: us_per_client, tutorial_us_per_client, ratio (≥ 15), delivered (of a burst of 300,
the worst page's share), kib_per_client; and at five frames a second p99_ms, core, rss_mb.
"""

import contextlib
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.bench.measuring import Meter, load, memory_of, tell, wanted
from tests.bench.services import ROOT, environment, private_redis, private_var, stop

ROUNDS = 30  # broadcasts of one measurement
PACE = 0.2  # s between broadcasts, as pulses
BURST = 300
TEXT = "x" * 120  # with its head a frame of about 200 bytes
Publish = Callable[[], None]


def main() -> None:
    pages = wanted(N=int(os.environ.get("N", 1000)))["N"]
    _allow_sockets(pages)
    with private_var() as var, private_redis(var) as redis_url:
        surroundings = environment(var, redis_url)
        import django

        django.setup()
        slug = _prepare()
        with compiled_client() as client:
            ours = _ours(client, surroundings, slug, pages)
            theirs = _theirs(client, surroundings, pages)
    tell(
        n=pages,
        **ours,
        tutorial_us_per_client=theirs,
        ratio=round(theirs / ours["us_per_client"], 1),
        load=load(),
    )


def _ours(
    client: Path, surroundings: Mapping[str, str], slug: str, pages: int
) -> dict[str, float]:
    from spaces import broadcast

    group = broadcast.group_of(slug)
    number = iter(range(1, 1_000_000_000))

    def publish() -> None:
        events = {"t": "events", "seq": next(number), "events": [], "ns": time.monotonic_ns()}
        text = json.dumps({**events, "text": TEXT})
        broadcast.send_now(group, {
            "type": "space.events", "space": slug, "seq": 0, "everybody": text, "hosts": text,
            "stage": [], "hosting": [], "personal": {}, "bye": {}, "bye_everybody": None,
        })  # fmt: skip

    with daphne("config.asgi:application", surroundings) as (server, port):
        empty = memory_of(server.pid)
        with clients(client, port, f"/ws/s/{slug}/", pages, joins=True) as them:
            time.sleep(2)
            kib = (memory_of(server.pid) - empty) / 1024 / pages
            cost, core, paced = _paced(server.pid, them, publish, pages)
            heard = _burst(them, publish)
            return {
                "us_per_client": cost,
                "delivered": round(heard["fewest"] / BURST, 4),
                "kib_per_client": round(kib, 1),
                "p99_ms": paced["p99_ms"],
                "core": core,
                "rss_mb": round(memory_of(server.pid) / 2**20),
            }


def _theirs(client: Path, surroundings: Mapping[str, str], pages: int) -> float:
    from spaces import broadcast
    from tests.bench.tutorial import GROUP

    def publish() -> None:
        frame = {"t": "events", "ns": time.monotonic_ns(), "text": TEXT}
        broadcast.send_now(GROUP, {"type": "chat.message", "frame": frame})

    with (
        daphne("tests.bench.tutorial:application", surroundings) as (server, port),
        clients(client, port, "/ws/", pages, joins=False) as them,
    ):
        time.sleep(2)
        cost, _core, _heard = _paced(server.pid, them, publish, pages)
        return cost


class Clients:
    """The C program: asked by a letter, it answers by a line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, order: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(order)
        self._process.stdin.flush()
        return self.line()

    def line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit("the client ended")
        return line

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ask("R"))
        return found


def _paced(
    pid: int, them: Clients, publish: Publish, pages: int
) -> tuple[float, float, dict[str, Any]]:
    """µs of CPU a page and broadcast; the share of a core; what was heard. The server's idle beat
    is measured before and taken off the first."""
    meter = Meter(pid)
    time.sleep(ROUNDS * PACE)
    idle = meter.read()
    them.ask("Z")
    meter.restart()
    for _i in range(ROUNDS):
        publish()
        time.sleep(PACE)
    _until(lambda: them.report()["frames"] >= ROUNDS * pages)
    busy = meter.read()
    cpu = busy.cpu - idle.share * busy.seconds
    return round(cpu / ROUNDS / pages * 1e6, 1), round(busy.share, 3), them.report()


def _burst(them: Clients, publish: Publish) -> dict[str, Any]:
    """As many as may come at once, without a pause; what the unluckiest page heard."""
    them.ask("Z")
    for _i in range(BURST):
        publish()
    _until(lambda: them.report()["fewest"] >= BURST)
    return them.report()


def _until(is_done: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait; what has not come by then is lost."""
    end = time.monotonic() + seconds
    while not is_done() and time.monotonic() < end:
        time.sleep(0.2)


def _prepare() -> str:
    """A live Space in a fresh database; its slug."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.utils import timezone

    from accounts.models import User
    from spaces.services.lifecycle import start_space

    host = User.objects.create_user("bench", may_host_anyway=True)
    return start_space(by=host, now=timezone.now()).slug


@contextlib.contextmanager
def compiled_client() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="causerie-bench-") as folder:
        program = Path(folder) / "client"
        source = Path(__file__).with_name("client.c")
        subprocess.run(["cc", "-O2", "-o", program, source], check=True)
        yield program


@contextlib.contextmanager
def daphne(
    application: str, surroundings: Mapping[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A web process on a free port, as `make run` starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    endpoint = f"tcp:port={port}:interface=127.0.0.1:backlog=1024"
    process = subprocess.Popen(
        [sys.executable, "-m", "daphne", "--endpoint", endpoint, "-v", "0", application],
        cwd=ROOT,
        env=dict(surroundings),
    )
    try:
        _until(lambda: _answers(port))
        yield process, port
    finally:
        stop(process)


@contextlib.contextmanager
def clients(program: Path, port: int, path: str, number: int, *, joins: bool) -> Iterator[Clients]:
    process = subprocess.Popen(
        [program, str(port), path, str(number), str(int(joins))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        them = Clients(process)
        assert them.line() == "READY\n"
        yield them
    finally:
        stop(process)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _allow_sockets(pages: int) -> None:
    """For this process and those it starts."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, pages + 1000), hard))


if __name__ == "__main__":
    main()
