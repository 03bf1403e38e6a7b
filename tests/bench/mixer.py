"""CPU of the pure audio part: `python -m tests.bench.mixer`; the last line is JSON.

One room, packets prepared beforehand, ticks run one after another without waiting; process time (user
and system) per second of sound, best of three. No network: what a relay adds is measured elsewhere.
"""

from __future__ import annotations

import json
import time

import numpy as np

from media.frames import FRAME, RATE, Pcm, VoicePacket
from media.opus import OpusEncoder
from tests.media.sound import Sender, frames, room_of, speechlike

SECONDS = 6
RUNS = 3
TICKS = SECONDS * RATE // FRAME


def background(seed: int) -> Pcm:
    """An open microphone in a quiet room, -66 dBFS."""
    return (np.random.default_rng(seed).standard_normal(SECONDS * RATE) * 16).astype(np.int16)


def voices(speaking: int, silent: int) -> list[list[VoicePacket]]:
    talk = [speechlike(SECONDS, pitch=90 + 10 * n, seed=n) for n in range(speaking)]
    rest = [background(n) for n in range(silent)]
    return [
        Sender(seq=100 * n, ssrc=n, expected_loss=5, says_level=True).packets(pcm)
        for n, pcm in enumerate(talk + rest)
    ]


def cost(packets: list[list[VoicePacket]]) -> tuple[float, float]:
    """CPU ms per second of sound, and encodes per tick."""
    persons = [f"p{n}" for n in range(len(packets))]
    room = room_of(*persons)
    personal = 0
    started = time.process_time()
    for n in range(TICKS):
        now = n * FRAME
        for person, queue in zip(persons, packets, strict=True):
            room.receive(person, queue[n], now)
        personal += len(room.tick(now).personal)
    return (time.process_time() - started) * 1000 / SECONDS, personal / TICKS + 1


def best_of(packets: list[list[VoicePacket]]) -> tuple[float, float]:
    return min(cost(packets) for _ in range(RUNS))


def encode_us() -> float:
    """One frame through the encoder, best of three: what the machine is worth in this minute."""
    speech = frames(speechlike(SECONDS))

    def once() -> float:
        encoder = OpusEncoder()
        started = time.process_time()
        for frame in speech:
            encoder.encode(frame)
        return (time.process_time() - started) / len(speech) * 1e6

    return min(once() for _ in range(RUNS))


def main() -> None:
    figures: dict[str, float] = {}
    for name, speaking, silent in (
        ("open13_speaking13", 13, 0),
        ("open13_speaking2", 2, 11),
        ("open13_speaking0", 0, 13),
        ("open2_speaking2", 2, 0),
        ("open2_speaking1", 1, 1),
        ("open0", 0, 0),
    ):
        milliseconds, packets = best_of(voices(speaking, silent))
        figures[name] = round(milliseconds, 2)
        print(f"{name}: {milliseconds:.1f} ms of CPU a second, {packets:.2f} packets a tick")
    figures["encode_us"] = round(encode_us(), 1)
    print(json.dumps({"bench": "mixer", "unit": "ms_cpu_per_second", **figures}))


if __name__ == "__main__":
    main()
