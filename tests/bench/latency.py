"""`python -m tests.bench.latency`: from a mouth to an ear, through the relay, in milliseconds.

A speaker and a listener, both aiortc, on loopback. The mouth: a sample is spoken when the microphone
takes it, 20 ms before its frame is full. The ear: packets go through an adaptive playout of its own,
as in a browser, and a sample is heard when its frame is played. Bursts of a tone over quiet noise;
several connections, because where the clocks of microphone, relay and ear lie to each other is chance.
"""

import asyncio
import random
import subprocess
import sys
import time
from typing import Any

import numpy as np

from tests.bench import services
from tests.bench.measuring import ControlClock, load, percentile, tell, undisturbed, wanted

FRAME, RATE, TICK = 960, 48_000, 0.020
BURST, PAUSE = 8, (12, 24)  # frames of tone, then frames of quiet
LOUD = 3000  # of the tone's 12,000
SETTLE = 2.0  # s until the playouts know the network


class Mouth:
    """Speaks bursts and notes when the first sample of each was spoken, s monotonic."""

    def __init__(self) -> None:
        self.spoken: list[float] = []
        at = np.arange(BURST * FRAME) / RATE
        self._tone = (np.sin(2 * np.pi * 800 * at) * 12_000).astype(np.int16).reshape(-1, FRAME)
        self._noise = np.random.default_rng(1)
        self._left = 50

    def __call__(self) -> Any:
        self._left -= 1
        if self._left >= 0:
            return self._noise.normal(0, 20, FRAME).astype(np.int16)
        if self._left == -1:
            self.spoken.append(time.monotonic() - TICK)
        frame = self._tone[-self._left - 1]
        if self._left == -BURST:
            self._left = random.randint(*PAUSE)
        return frame


class Ear:
    """Plays what comes, 20 ms at a time, and notes when each burst began to be heard."""

    def __init__(self) -> None:
        from media.opus import OpusDecoder
        from media.playout import Playout

        self.heard: list[float] = []
        self._playout = Playout(OpusDecoder())
        self._origin = time.monotonic()
        self._quiet = 0

    def _now(self) -> int:
        return int((time.monotonic() - self._origin) * RATE)

    async def take(self, packet: Any, arrival_time_ms: int) -> None:
        from media.frames import VoicePacket

        self._playout.put(
            VoicePacket(packet.sequence_number, packet.timestamp, bytes(packet.payload)),
            self._now(),
        )

    async def play(self) -> None:
        number = 0
        while True:
            number += 1
            due = self._origin + number * TICK
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            frame = self._playout.take(number * FRAME, self._quiet > 5)
            self._listen(frame, due)

    def _listen(self, frame: Any, at: float) -> None:
        loud = np.flatnonzero(np.abs(frame.astype(int)) > LOUD) if frame is not None else []
        if len(loud) and self._quiet > 5:
            self.heard.append(at + float(loud[0]) / RATE)
        self._quiet = 0 if len(loud) else self._quiet + 1


async def _round(desk: Any, person: str, bursts: int) -> list[float]:
    """The delays of one connection, s."""
    from aiortc import RTCConfiguration, RTCPeerConnection

    mouth, ear = Mouth(), Ear()
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    await desk.hear(connection, ear.take)
    await asyncio.sleep(random.random() * TICK)
    playing = asyncio.create_task(ear.play())
    call = await desk.speak(person, mouth)
    await asyncio.sleep(SETTLE)
    before = len(mouth.spoken)
    while len(mouth.spoken) < before + bursts:  # noqa: ASYNC110 it is the clock that is waited for
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.5)
    playing.cancel()
    await call.close()
    await connection.close()
    return _delays(mouth.spoken[before:], ear.heard)


def _delays(spoken: list[float], heard: list[float]) -> list[float]:
    """Each burst with the first that was heard after it; one that is missing counts as 1 s."""
    found = []
    for at in spoken:
        later = [moment - at for moment in heard if 0 < moment - at < 0.45]
        found.append(later[0] if later else 1.0)
    return found


async def _measure(rounds: int, bursts: int) -> list[float]:
    from tests.bench.listeners import Desk

    desk = Desk("bench")
    await desk.open()
    delays = []
    for number in range(rounds):
        delays += await _round(desk, ("ada", "bob")[number % 2], bursts)
    return delays


def _run(rounds: int, bursts: int) -> dict[str, Any]:
    with ControlClock() as control:
        delays = asyncio.run(_measure(rounds, bursts))
    return {
        "p50_ms": round(percentile(delays, 0.5) * 1000, 1),
        "p95_ms": round(percentile(delays, 0.95) * 1000, 1),
        "bursts": len(delays),
        "missing": sum(delay == 1.0 for delay in delays),
        "control_late": len(control.late),
        "is_disturbed": control.is_disturbed,
        "load": load(),
    }


def main() -> None:
    given = wanted(ROUNDS=6, BURSTS=10)
    with services.private_var() as var, services.private_redis(var) as redis_url:
        environment = services.environment(var, redis_url)
        import django

        django.setup()
        relay = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.relay_process", str(var / "ticks.json")],
            env=environment,
            stdout=subprocess.PIPE,
        )
        try:
            assert relay.stdout is not None
            assert relay.stdout.readline(), "the relay did not start"
            result = undisturbed(lambda: _run(given["ROUNDS"], given["BURSTS"]))
        finally:
            services.stop(relay)
    tell(**result)


if __name__ == "__main__":
    main()
