"""Real web processes: daphne, Redis and rows on disk, for what one process cannot show."""

import asyncio
import contextlib
import itertools
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 60.0  # s; other tests run on the same cores
PATIENCE = 20.0  # s

# Runs in a process of its own with the instance's settings: two Spaces' worth of people.
_PREPARE = """
import json
import django
django.setup()
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from tests.builders import make_live_space
call_command("migrate", verbosity=0)
live = make_live_space(speakers=1, listeners=1, now=timezone.now()).send_away()
def cookie(person):
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value
people = {"host": live.host, "speaker": live.speakers[0], "listener": live.listeners[0]}
print(json.dumps({
    "slug": live.space.slug,
    "keys": {name: person.key for name, person in people.items()},
    "cookies": {name: cookie(person) for name, person in people.items()},
}))
"""

_visitors = itertools.count(1)


class Site:
    """One instance's rows and Redis; web processes are started one by one."""

    def __init__(self, var: Path, redis_url: str) -> None:
        database = var / "site.sqlite3"
        self.environment = {
            **os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "CAUSERIE_VAR": str(var),
            "REDIS_URL": redis_url, "DATABASE_URL": f"sqlite:///{database}", "PYTHONPATH": str(ROOT),
            "SECRET_KEY": "of-this-test-" + "x" * 40, "PYTHONWARNINGS": "ignore",
        }  # fmt: skip
        told = subprocess.run(
            [sys.executable, "-c", _PREPARE], env=self.environment, cwd=ROOT, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        facts = json.loads(told.stdout.splitlines()[-1])
        self.slug: str = facts["slug"]
        self.keys: dict[str, str] = facts["keys"]
        self.cookies: dict[str, str] = facts["cookies"]

    @contextlib.contextmanager
    def web(self) -> Iterator["Web"]:
        """A web process, as `make run` starts it, killed at the end."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        endpoint = f"tcp:port={port}:interface=127.0.0.1:backlog=1024"
        process = subprocess.Popen(
            [sys.executable, "-m", "daphne", "--endpoint", endpoint, "-v", "0",
             "config.asgi:application"],
            cwd=ROOT, env=self.environment,
        )  # fmt: skip
        try:
            end = time.monotonic() + READY_WITHIN
            while time.monotonic() < end and not _answers(port):
                time.sleep(0.1)
            yield Web(self, process, port)
        finally:
            process.kill()
            process.wait()


class Web:
    def __init__(self, site: Site, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.site, self.process, self.port = site, process, port
        self.origin = f"http://127.0.0.1:{port}"

    def page(self, who: str = "", *, tab: str = "", origin: str = "") -> "RealPage":
        return RealPage(self, who, tab or f"the-first-tab-of-{who or self._visitor()}", origin)

    @staticmethod
    def _visitor() -> str:
        """Each is another browser, so none is another's tab."""
        return f"visitor-{next(_visitors)}"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class RealPage:
    """A tab over a real network. Frames that are not replies wait in `frames`."""

    def __init__(self, web: Web, who: str, tab: str, origin: str) -> None:
        self._web, self._who, self.tab = web, who, tab
        self._origin = origin or web.origin
        self._numbers = itertools.count(1)
        self.frames: list[dict[str, Any]] = []
        self.socket: ClientConnection

    async def __aenter__(self) -> Self:
        cookie = self._web.site.cookies.get(self._who)
        self.socket = await connect(
            f"ws://127.0.0.1:{self._web.port}/ws/s/{self._web.site.slug}/",
            origin=self._origin,  # type: ignore[arg-type]
            additional_headers={"Cookie": f"sessionid={cookie}"} if cookie else {},
            compression=None,
            open_timeout=PATIENCE,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        await self.socket.close()

    async def join(self, **fields: Any) -> dict[str, Any]:
        return await self.say("join", tab=self.tab, **fields)

    async def say(self, op: str, **fields: Any) -> dict[str, Any]:
        number = next(self._numbers)
        await self.socket.send(json.dumps({"op": op, "id": number, **fields}))
        return await self.until(t="reply", re=number)

    async def until(self, **wanted: Any) -> dict[str, Any]:
        """The next frame with these fields; what comes before it is kept."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame = json.loads(await self.socket.recv())
                if wanted.items() <= frame.items():
                    return frame
                self.frames.append(frame)

    async def event(self, kind: str) -> dict[str, Any]:
        """The next event of that type."""
        while True:
            frame = await self.until(t="events")
            for event in frame["events"]:
                if event["type"] == kind:
                    return event


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
