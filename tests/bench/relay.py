"""`python -m tests.bench.relay N=400`: what one listener costs the relay, against a floor in C.

Two speakers, N listeners with real ICE, DTLS and SRTP (listeners.py). Only the relay's CPU counts, from
/proc, less what it uses with the speakers alone. Best of three spans for CPU; every tick counts.
"""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.bench import floor, services
from tests.bench.measuring import (
    ControlClock,
    Meter,
    Span,
    load,
    memory_of,
    tell,
    undisturbed,
    wanted,
)

SPANS, SPAN = 3, 5.0  # s
IDLE = 3.0  # s
AT_ONCE = 8  # joins under way
FLOOR_TICKS = 150


def speech(hertz: float) -> Any:
    """Two seconds of a shivering tone, encoded once, said for ever."""
    import itertools

    import numpy as np

    from media.frames import FRAME, RATE
    from media.opus import OpusEncoder

    at = np.arange(100 * FRAME) / RATE
    wave = np.sin(2 * np.pi * hertz * at) * 6000 * (0.3 + 0.7 * np.sin(2 * np.pi * 1.5 * at) ** 2)
    noise = np.random.default_rng(int(hertz)).normal(0, 300, len(at))
    encoder = OpusEncoder()
    packets = [
        encoder.encode(frame) for frame in (wave + noise).astype(np.int16).reshape(-1, FRAME)
    ]
    return itertools.cycle(packets).__next__


async def _join_all(desk: Any, count: int) -> list[Any]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> Any:
        async with gate:
            for _ in range(2):
                try:
                    return await desk.listen()
                except (TimeoutError, AssertionError):  # this process too has to share the machine
                    desk.failed += 1
            return await desk.listen()

    return list(await asyncio.gather(*(one() for _ in range(count))))


async def _measure(pid: int, count: int) -> dict[str, Any]:
    from tests.bench.listeners import Desk

    desk = Desk("bench")
    await desk.open()
    speakers = [await desk.speak(name, speech(hz)) for name, hz in (("ada", 300), ("bob", 440))]
    await asyncio.sleep(1)
    meter = Meter(pid)
    await asyncio.sleep(IDLE)
    base, memory = meter.read(), memory_of(pid)
    meter.restart()
    listeners = await _join_all(desk, count)
    joining = meter.read()
    await asyncio.sleep(2)
    spans, rates = [], []
    for _ in range(SPANS):
        before, began = _counted_at(listeners)
        meter.restart()
        await asyncio.sleep(SPAN)
        spans.append(meter.read())
        after, ended = _counted_at(listeners)
        rates.append(min(after[inode] - before[inode] for inode in before) / (ended - began))
    figures = _figures(count, base, joining, spans)
    figures["asked_again"], figures["failed_joins"] = desk.repeated, desk.failed
    figures["pps"] = round(min(rates), 2)
    figures["kib_per_listener"] = round((memory_of(pid) - memory) / 1024 / count, 1)
    assert len(speakers) == 2
    return figures


def _counted_at(listeners: list[Any]) -> tuple[dict[int, int], float]:
    """The counts, and the middle of the time it took to read them."""
    from tests.bench.listeners import counted

    began = time.monotonic()
    counts = counted(listeners)
    return counts, (began + time.monotonic()) / 2


def _figures(count: int, base: Span, joining: Span, spans: list[Span]) -> dict[str, Any]:
    share = min(span.share for span in spans)
    each = (share - base.share) / count  # s of CPU of one listener and second
    sending = each * count / 2 * joining.seconds  # half of them were there on average
    join = (joining.cpu - base.share * joining.seconds - sending) / count
    return {
        "ms_per_listener_second": round(each * 1000, 4),
        "join_cpu_ms": round(join * 1000, 2),
        "joins_per_second": round(count / joining.seconds, 1),
        "relay_core": round(share, 3),
    }


def _run(count: int, var: Path, program: Path) -> dict[str, Any]:
    ticks_file = var / "ticks.json"
    with services.private_redis(var) as redis_url:
        environment = services.environment(var, redis_url)
        import django

        django.setup()
        relay = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.relay_process", str(ticks_file)],
            env=environment,
            stdout=subprocess.PIPE,
        )
        try:
            assert relay.stdout is not None
            assert relay.stdout.readline(), "the relay did not start"
            with ControlClock() as control:
                time.sleep(1)
                figures = asyncio.run(_measure(relay.pid, count))
                floors = {
                    profile: floor.milliseconds(program, count, 85, profile, FLOOR_TICKS)
                    for profile in ("gcm128", "none")
                }
        finally:
            services.stop(relay)
    ticks = json.loads(ticks_file.read_text())
    each = figures["ms_per_listener_second"]
    return {
        "listeners": count,
        "c_floor_ratio": round(each / floors["gcm128"], 2),
        **figures,
        "c_floor_ms": round(floors["gcm128"], 4),
        "c_send_only_ms": round(floors["none"], 4),
        "late_ticks": len(control.not_shared(ticks["late_at"])),
        "late_at_s": [round(due - ticks["began"], 1) for due, _ in ticks["late_at"]][:20],
        "latest_ms": round(ticks["latest"] * 1000, 1),
        "ticks": ticks["made"],
        "control_late": len(control.late),
        "is_disturbed": control.is_disturbed,
        "steal_ms": control.steal_ms,
        "load": load(),
        "counts": ticks["counts"],
    }


def main() -> None:
    count = wanted(N=400)["N"]
    with services.private_var() as var:
        program = floor.compiled(var)
        tell(**undisturbed(lambda: _run(count, var, program)))


if __name__ == "__main__":
    main()
