"""`make bench-idle`: what a trial weighs and costs with its demo playing to one listener.

Everything `make run` starts is counted, the supervisor and beat included; the listener, a Python
client in this process, is not. PSS (proportional set size) shares out pages that several use.
Settings: SECONDS=60. Fails above 700 MB or 20 % of a core (issue 2).
"""

import asyncio
import sys
import time
from pathlib import Path

from tests.bench.measuring import cpu_of, load, stolen, tell, wanted
from tests.bench.site import running_site

MOST_MB = 700
MOST_OF_A_CORE = 0.20
SETTLING = 10.0  # s after the listener came, until the demo's voices and caches are settled


def family(pid: int) -> list[int]:
    """A process and everything it started, by process id."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += family(int(child))
    return found


def name_of(pid: int) -> str:
    command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    for mark, name in (("config.processes", "run"), ("daphne", "web"), ("manage.py relay", "relay"),
                       ("celery", "worker"), ("demo_voices", "voices"), ("redis", "redis")):
        if mark in command:
            return name
    return command[:40]


def pss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


async def listen(url: str, slug: str, seconds: float, pids: list[int]) -> tuple[float, dict[int, float]]:
    """Hear the Space; returns packets a second and each process's CPU seconds meanwhile."""
    from media.client import VoiceClient  # Django is ready only now

    client = VoiceClient(url, slug)
    await client.join()
    await client.connected(20)
    await asyncio.sleep(SETTLING)
    packets, began = client.packets, time.monotonic()
    before = {pid: cpu_of(pid) for pid in pids}
    await asyncio.sleep(seconds)
    used = {pid: cpu_of(pid) - before[pid] for pid in pids}
    rate = (client.packets - packets) / (time.monotonic() - began)
    await client.close()
    return rate, used


def main() -> None:
    seconds = wanted(SECONDS=60)["SECONDS"]
    with running_site(demo=True) as site:
        from spaces.models import Space

        slug = Space.objects.live().get().slug
        pids = family(site.process.pid)
        names = {pid: name_of(pid) for pid in pids}
        stolen_before = stolen()
        rate, used = asyncio.run(listen(site.url, slug, seconds, pids))
        memory = {pid: pss_mb(pid) for pid in pids}
    core = sum(used.values()) / seconds
    by_name: dict[str, list[float]] = {}
    for pid in pids:
        entry = by_name.setdefault(names[pid], [0.0, 0.0])
        entry[0] += memory[pid]
        entry[1] += used[pid] / seconds
    for name, (mb, share) in by_name.items():
        print(f"{name:8} {mb:6.1f} MB  {100 * share:5.1f} % of a core")
    total = sum(memory.values())
    tell(pss_mb=round(total), core=round(core, 3), pps=round(rate, 1), seconds=seconds, load=load(),
         steal_ms=round(1000 * (stolen() - stolen_before)))
    sys.exit(total > MOST_MB or core > MOST_OF_A_CORE)


if __name__ == "__main__":
    main()
