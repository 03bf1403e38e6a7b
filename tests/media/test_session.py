"""Long sessions in which everything happens at once: loss, jitter, mutes, comings and goings."""

from __future__ import annotations

import numpy as np
import pytest

from media.audioroom import AudioRoom
from media.frames import FRAME, MS, VoicePacket
from media.limiter import CEILING
from media.stage import Voice, WishedStage
from tests.media.sound import Sender, UncodedMix, samples, speechlike

PERSONS = [f"p{n}" for n in range(8)]
TICKS = 300


def arrivals(seed: int) -> list[tuple[int, str, VoicePacket]]:
    """Everybody's packets in order of arrival: 5 % lost, 2 % doubled, up to 60 ms late."""
    random = np.random.default_rng(seed)
    coming = []
    for n, person in enumerate(PERSONS):
        sender = Sender(seq=65_000 + n, timestamp=2**32 - 48_000, ssrc=n, says_level=n % 2 == 0)
        said = speechlike(TICKS / 50, pitch=90 + 15 * n, seed=n, level=20_000)
        for k, packet in enumerate(sender.packets(said)):
            for _ in range(int(random.choice([0, 1, 2], p=[0.05, 0.93, 0.02]))):
                late = int(random.integers(0, 60 * MS))
                coming.append((k * FRAME + late, person, packet))
    return sorted(coming, key=lambda entry: entry[0])


def stage_of(random: np.random.Generator, version: int) -> WishedStage:
    on_stage = [person for person in PERSONS if random.random() < 0.8]
    return WishedStage(
        "abcdefghij",
        version,
        {person: Voice(is_muted=bool(random.random() < 0.3)) for person in on_stage},
        barred=frozenset(person for person in PERSONS if random.random() < 0.05),
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_happens_a_tick_is_whole_and_holds_only_who_may_be_heard(seed):
    random = np.random.default_rng(seed)
    room, coming, version = AudioRoom(UncodedMix()), arrivals(seed), 0
    for person in PERSONS:
        room.listen_personally(person, True)
    for n in range(TICKS):
        now = n * FRAME
        while coming and coming[0][0] <= now:
            at, person, packet = coming.pop(0)
            room.receive(person, packet, at)
        if random.random() < 0.05:
            version += 1
            room.apply(stage_of(random, version))
        if random.random() < 0.02:
            gone = str(random.choice(PERSONS))
            room.forget(gone)
            room.listen_personally(gone, bool(random.random() < 0.5))
        tick = room.tick(now)
        for packet in (tick.shared, *tick.personal.values()):
            assert len(samples(packet)) == FRAME
            assert abs(samples(packet).astype(int)).max() <= 1.1 * CEILING
        assert all(room.stage.may_be_heard(person) for person in tick.levels)
        assert all(0 <= level <= 9 for level in tick.levels.values())
        assert set(tick.personal) <= room._connected
    room.apply(WishedStage("abcdefghij", version + 1))
    for n in range(TICKS, TICKS + 60):
        tick = room.tick(n * FRAME)
    assert not room._speakers
    assert not tick.personal
