"""`python -m tests.bench.recovery`: kill -9 the relay under `manage.py run`, and wait for the sound.

LISTENERS visitors with real sockets and real WebRTC, in two processes (two, so that the clients' own
handshakes are not what is measured), reconnect by themselves as the page does. Each one's time is
from the kill to the first packet that comes after it. Once connected, a listener's socket lets one
packet in five through (listeners.keep_few): it is counting, not hearing, what costs here.
"""

import asyncio
import json
import subprocess
import sys
import time
from typing import Any

from tests.bench.measuring import ControlClock, load, percentile, tell, wanted
from tests.bench.services import ROOT, stop
from tests.bench.site import Site, live_space, running_site

PROCESSES = 2
AT_ONCE = 8
KEPT = 0.2
WITHIN = 20.0  # s; who hears nothing until then counts as that long


async def _listen(url: str, slug: str, count: int) -> None:
    """One of the client processes: connect, say so, then say when each heard again."""
    clients = [_Ear(url, slug) for _ in range(count)]
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(client: Any) -> None:
        async with gate:
            await client.join()
            await client.connected(20)

    await asyncio.gather(*(one(client) for client in clients))
    print("connected", flush=True)
    line = await asyncio.to_thread(sys.stdin.readline)
    killed_at = float(line)
    while time.monotonic() < killed_at + WITHIN:
        if all(client.began_at > killed_at for client in clients):
            break
        await asyncio.sleep(0.05)
    waits = [
        client.began_at - killed_at if client.began_at > killed_at else WITHIN for client in clients
    ]
    print(json.dumps({"waits": waits, "attempts": [client.attempts for client in clients]}))


def _Ear(url: str, slug: str) -> Any:
    """A visitor whose sockets are filtered as soon as sound has come."""
    from media.client import VoiceClient
    from tests.bench.listeners import keep_few, socket_of

    class Ear(VoiceClient):
        def _on_sound(self) -> None:
            super()._on_sound()
            assert self._call is not None
            keep_few(socket_of(self._call.connection), KEPT)

    return Ear(url, slug)


def _start(site: Site, slug: str, count: int) -> list[subprocess.Popen[str]]:
    return [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.recovery", "listen", site.url, slug, str(count)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]


def _ask(process: subprocess.Popen[str], line: str = "") -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    if line:
        process.stdin.write(line + "\n")
        process.stdin.flush()
    return process.stdout.readline().strip()


def _trial(site: Site, slug: str, count: int) -> dict[str, Any]:
    clients = _start(site, slug, count // PROCESSES)
    try:
        for client in clients:
            assert _ask(client) == "connected"
        time.sleep(2)
        with ControlClock() as control:
            killed_at = site.kill_relay()
            answers = [_tell(client, killed_at) for client in clients]
            found = [json.loads(_ask(client)) for client in answers]
    finally:
        for client in clients:
            stop(client)
    waits = [wait * 1000 for answer in found for wait in answer["waits"]]
    return {
        "p50_ms": round(percentile(waits, 0.5)),
        "p99_ms": round(percentile(waits, 0.99)),
        "max_ms": round(max(waits)),
        "most_attempts": max(n for answer in found for n in answer["attempts"]) - 1,
        "control_late": len(control.late),
    }


def _tell(process: subprocess.Popen[str], killed_at: float) -> subprocess.Popen[str]:
    assert process.stdin is not None
    process.stdin.write(f"{killed_at}\n")
    process.stdin.flush()
    return process


def main() -> None:
    if sys.argv[1:2] == ["listen"]:
        url, slug, count = sys.argv[2:5]
        asyncio.run(_listen(url, slug, int(count)))
        return
    given = wanted(LISTENERS=200, TRIALS=1)
    with running_site() as site:
        slug = live_space()
        trials = [_trial(site, slug, given["LISTENERS"]) for _ in range(given["TRIALS"])]
    median = sorted(trials, key=lambda trial: trial["p99_ms"])[len(trials) // 2]
    tell(listeners=given["LISTENERS"], trials=given["TRIALS"], **median, load=load())


if __name__ == "__main__":
    main()
