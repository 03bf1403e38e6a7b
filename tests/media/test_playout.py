"""One voice through its jitter buffer, over networks that lose, repeat, reorder and delay."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.frames import FRAME, MS, RATE, Pcm, VoicePacket
from media.levels import Activity, dbfs
from media.opus import OpusDecoder, OpusEncoder
from media.playout import KEPT, Playout
from tests.media.sound import Sender, decoded, frames, snr, speechlike, tone

SECOND = RATE // FRAME
Network = Callable[[int], int | None]
"""How many samples later than sent the n-th packet comes, or None for never."""


@dataclass
class Heard:
    """What a listener of one voice got."""

    pcm: Pcm
    delays: list[int | None]
    targets: list[int]
    playout: Playout


@functools.cache
def speech_packets(samples: int = FRAME) -> list[VoicePacket]:
    return Sender().packets(speechlike(10), samples)


@functools.cache
def clean_speech() -> Pcm:
    return decoded(packet.payload for packet in speech_packets())


def through(network: Network, packets: list[VoicePacket], samples: int = FRAME) -> Heard:
    """Play packets that left every `samples`, stepped by hand; the clock of arrivals is exact."""
    arrivals = sorted(
        (n * samples + late, n) for n in range(len(packets)) if (late := network(n)) is not None
    )
    playout, activity = Playout(OpusDecoder()), Activity()
    pcm, delays, targets, came = [], [], [], 0
    for now in range(0, len(packets) * samples, FRAME):
        while came < len(arrivals) and arrivals[came][0] <= now:
            playout.put(packets[arrivals[came][1]], arrivals[came][0])
            came += 1
        delays.append(playout.delay(now))
        targets.append(playout.target)
        frame = playout.take(now, activity.is_pausing)
        activity.note(-100.0 if frame is None else dbfs(frame))
        pcm.append(np.zeros(FRAME, np.int16) if frame is None else frame)
    return Heard(np.concatenate(pcm), delays, targets, playout)


def losing(share: float, seed: int) -> Network:
    lost = np.random.default_rng(seed).random(2000) < share
    lost[:10] = False
    return lambda n: None if lost[n] else 0


def aligned_snr(clean: Pcm, heard: Pcm, lag: int = FRAME) -> float:
    return snr(clean[10 * FRAME :], heard[lag + 10 * FRAME :])


# loss


@pytest.mark.parametrize(
    ("share", "at_least"), [(0.0, 60.0), (0.01, 24.0), (0.05, 16.0), (0.1, 15.0), (0.2, 9.0)]
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_loss_leaves_the_speech_near_the_clean_decode(share, at_least, seed):
    heard = through(losing(share, seed), speech_packets())
    assert aligned_snr(clean_speech(), heard.pcm) >= at_least


@pytest.mark.parametrize("share", [0.01, 0.05, 0.1, 0.2])
def test_loss_never_changes_the_delay(share):
    heard = through(losing(share, seed=4), speech_packets())
    assert set(heard.delays[10:]) == {FRAME}
    assert set(heard.targets[10:]) == {FRAME}


def test_fec_of_the_next_packet_fills_single_losses():
    heard = through(lambda n: None if n % 10 == 5 else 0, speech_packets())
    assert heard.playout.figures.recovered > 35
    assert aligned_snr(clean_speech(), heard.pcm) > 15


def test_fec_beats_concealment():
    bare = [
        VoicePacket(i & 0xFFFF, i * FRAME, payload)
        for i, payload in enumerate(
            map(OpusEncoder(complexity=9, expected_loss=0).encode, frames(speechlike(10)))
        )
    ]
    with_fec = through(losing(0.1, 5), speech_packets())
    without = through(losing(0.1, 5), bare)
    assert without.playout.figures.recovered == 0
    clean = decoded(packet.payload for packet in bare)
    assert aligned_snr(clean_speech(), with_fec.pcm) > aligned_snr(clean, without.pcm) + 4


@pytest.mark.parametrize("burst", [2, 3, 5, 10, 25])
def test_after_a_burst_the_sound_and_the_delay_are_back_within_a_second(burst):
    start = 3 * SECOND
    heard = through(lambda n: None if start <= n < start + burst else 0, speech_packets())
    assert set(heard.delays[start + burst + SECOND :]) == {FRAME}
    after = (start + burst + SECOND) * FRAME
    assert snr(clean_speech()[after:], heard.pcm[after + FRAME :]) > 20


def test_a_long_hole_fades_to_silence():
    heard = through(lambda n: None if n >= 100 else 0, speech_packets())
    hole = heard.pcm[101 * FRAME :]
    assert heard.playout.figures.concealed == 160 * MS
    assert not hole[160 * MS :].any()
    assert abs(np.diff(hole[: 200 * MS].astype(int))).max() < 6000


def test_payload_that_does_not_decode_is_concealed_and_counted():
    packets = list(speech_packets())
    packets[100] = replace(packets[100], payload=b"\xff\xff")
    packets[150] = replace(packets[150], payload=b"")
    heard = through(lambda n: 0, packets)
    assert heard.playout.figures.garbage == 2
    assert aligned_snr(clean_speech(), heard.pcm) > 15


# order


def test_reordering_within_the_delay_changes_no_sample():
    packets = speech_packets()
    order = list(range(len(packets)))
    for n in (100, 200, 300, 400):
        order[n], order[n + 1] = order[n + 1], order[n]
    playout, pcm = Playout(OpusDecoder()), []
    for n in range(len(packets)):
        if order[n] <= n:
            playout.put(packets[order[n]], n * FRAME)
        if order[n] < n:
            playout.put(packets[n], n * FRAME)
        pcm.append(playout.take(n * FRAME, False))
    heard = np.concatenate([np.zeros(FRAME, np.int16) if f is None else f for f in pcm])
    assert playout.figures.late == playout.figures.concealed == 0
    assert np.array_equal(heard, through(lambda n: 0, packets).pcm)


def test_deep_reordering_makes_the_target_grow_and_is_then_heard_in_order():
    heard = through(lambda n: 70 * MS if n % 5 == 0 else 0, speech_packets())
    assert heard.playout.figures.late < 12
    assert heard.targets[-1] == 90 * MS


def test_duplicates_are_counted_and_change_no_sample():
    packets = speech_packets()[:200]
    playout = Playout(OpusDecoder())
    pcm = []
    for n, packet in enumerate(packets):
        for _ in range(3):
            playout.put(packet, n * FRAME)
        if n >= 20:
            playout.put(packets[n - 20], n * FRAME)
        frame = playout.take(n * FRAME, False)
        pcm.append(np.zeros(FRAME, np.int16) if frame is None else frame)
    once = through(lambda n: 0, packets)
    assert playout.figures.duplicates == 2 * 200 + 180
    assert np.array_equal(np.concatenate(pcm), once.pcm)


@pytest.mark.parametrize(
    ("seq", "timestamp"), [(65_400, 0), (0, 2**32 - 100_000), (65_000, 2**32 - 1)]
)
def test_sequence_numbers_and_timestamps_wrap_unheard(seq, timestamp):
    moved = [
        replace(p, seq=(p.seq + seq) & 0xFFFF, timestamp=(p.timestamp + timestamp) & 0xFFFFFFFF)
        for p in speech_packets()
    ]
    assert np.array_equal(
        through(losing(0.05, 1), moved).pcm, through(losing(0.05, 1), speech_packets()).pcm
    )


# unevenness


def jittery(spread: int, seed: int = 1) -> Network:
    late = np.random.default_rng(seed).integers(0, spread + 1, 2000)
    return lambda n: int(late[n])


def test_the_target_grows_with_jitter_and_is_kept():
    heard = through(jittery(60 * MS), speech_packets())
    target = heard.targets[-1]
    assert 70 * MS <= target <= 85 * MS
    assert abs(heard.delays[-1] - target) <= 20 * MS
    late_part = heard.playout.figures
    assert late_part.concealed < 0.08 * len(heard.pcm)


def test_the_target_never_exceeds_200_ms():
    heard = through(jittery(400 * MS), speech_packets())
    assert max(heard.targets) == 200 * MS


def test_without_jitter_the_delay_is_20_ms():
    heard = through(lambda n: 7 * MS, speech_packets())
    assert set(heard.delays[10:]) == {20 * MS}


def test_when_the_network_calms_down_the_delay_shrinks_again():
    rough = jittery(80 * MS)
    heard = through(lambda n: rough(n) if n < 3 * SECOND else 0, speech_packets())
    assert max(d for d in heard.delays if d) > 60 * MS
    assert heard.targets[-1] == 20 * MS
    assert heard.delays[-1] <= 40 * MS


def test_after_one_late_packet_the_delay_is_back_at_its_target_within_a_second():
    at = 3 * SECOND
    heard = through(lambda n: 120 * MS if n == at else 0, speech_packets())
    for delay, target in zip(
        heard.delays[at + SECOND :], heard.targets[at + SECOND :], strict=True
    ):
        if delay is not None:
            assert abs(delay - target) <= 25 * MS


def test_a_stall_of_the_network_is_left_behind_within_a_second():
    at = 3 * SECOND
    heard = through(lambda n: (at + 20 - n) * FRAME if at <= n < at + 20 else 0, speech_packets())
    after = [d for d in heard.delays[at + 20 + SECOND :] if d is not None]
    assert max(after) <= max(heard.targets[at + 20 + SECOND :]) + 25 * MS


def test_what_a_short_stall_held_back_is_said_and_not_dropped():
    at = 3 * SECOND
    heard = through(lambda n: (at + 5 - n) * FRAME if at <= n < at + 5 else 0, speech_packets())
    assert heard.playout.figures.concealed > 0
    assert heard.playout.figures.late == 0


def test_a_way_that_became_longer_for_good_is_accepted():
    heard = through(lambda n: 0 if n < 150 else 700 * MS, speech_packets())
    later = heard.pcm[-2 * RATE :]
    assert dbfs(later) > -35
    assert heard.delays[-1] <= 60 * MS


# what senders do


def test_a_sender_that_stops_and_goes_on_lost_nothing():
    sender = Sender()
    packets = sender.packets(speechlike(2))
    sender.timestamp += RATE
    packets += sender.packets(speechlike(2, seed=2))
    heard = through(lambda n: 0 if n < 100 else RATE, packets)
    assert heard.playout.figures.concealed == 160 * MS
    assert heard.playout.figures.recovered == 0
    report = heard.playout.report()
    assert report is not None
    assert report.lost == 0
    assert heard.delays[-1] == FRAME


def test_a_gap_in_the_timestamps_alone_is_silence_and_not_concealed():
    def uneven(n: int) -> int:
        return 60 * MS if n % 8 == 0 else 0

    sender = Sender()
    packets = sender.packets(speechlike(2))
    steady = through(uneven, packets)
    jumped = [
        replace(p, timestamp=p.timestamp + 2 * FRAME) if n > 80 else p
        for n, p in enumerate(packets)
    ]
    heard = through(lambda n: uneven(n) + (2 * FRAME if n > 80 else 0), jumped)
    assert heard.playout.figures.concealed == steady.playout.figures.concealed
    assert heard.playout.figures.recovered == steady.playout.figures.recovered


def test_dtx_costs_no_concealment():
    encoder = OpusEncoder(has_dtx=True)
    quiet = np.concatenate((speechlike(2), np.zeros(RATE, np.int16), speechlike(2)))
    payloads = [encoder.encode(frame) for frame in frames(quiet)]
    playout, in_dtx, seq, out = Playout(OpusDecoder()), False, 0, []
    for n, payload in enumerate(payloads):
        if len(payload) > 2 or not in_dtx:  # as libwebrtc: the first empty one is sent, then none
            playout.put(VoicePacket(seq, n * FRAME, payload), n * FRAME)
            seq += 1
        in_dtx = len(payload) <= 2
        out.append(playout.take(n * FRAME, False))
    assert in_dtx is False
    assert seq < len(payloads) - 20
    assert playout.figures.concealed == 0
    assert sum(frame is None for frame in out) > 10


def test_a_new_source_is_heard_at_once():
    heard = through(
        lambda n: 0,
        speech_packets()[:100] + Sender(seq=7, timestamp=9, ssrc=99).packets(speechlike(2)),
    )
    assert heard.playout.figures.late == 0
    assert dbfs(heard.pcm[102 * FRAME :]) > -30
    assert heard.delays[-1] == FRAME


def test_a_restart_under_the_same_source_is_heard_after_two_packets():
    heard = through(lambda n: 0, speech_packets()[:100] + Sender(seq=40_000).packets(speechlike(2)))
    assert heard.delays[-1] == FRAME
    assert dbfs(heard.pcm[105 * FRAME :]) > -30


@pytest.mark.parametrize("ms", [10, 20, 40, 60])
def test_packets_of_10_to_60_ms_play_without_a_gap(ms):
    packets = speech_packets(ms * MS)
    heard = through(lambda n: 0, packets, ms * MS)
    clean = decoded(packet.payload for packet in packets)
    best = max(snr(clean[RATE:], heard.pcm[RATE + lag :]) for lag in (20 * MS, 40 * MS, 60 * MS))
    assert best > 40
    assert heard.playout.figures.concealed == 0


@pytest.mark.parametrize("ms", [10, 40, 60])
def test_packets_of_10_to_60_ms_survive_loss(ms):
    packets = speech_packets(ms * MS)
    heard = through(losing(0.05, 3), packets, ms * MS)
    assert max(abs(d - t) for d, t in zip(heard.delays, heard.targets, strict=True) if d) <= 60 * MS
    assert dbfs(heard.pcm) > -30


def test_a_flood_keeps_a_bounded_number_of_packets():
    playout = Playout(OpusDecoder())
    for n, packet in enumerate(speech_packets() * 3):
        playout.put(replace(packet, seq=n & 0xFFFF, timestamp=n * FRAME), 0)
    assert len(playout._waiting) <= KEPT


# hostility

numbers = st.integers(0, 2**32 - 1)
hostile = st.builds(
    VoicePacket,
    seq=st.integers(0, 65_535),
    timestamp=numbers,
    payload=st.binary(max_size=60),
    level=st.none() | st.integers(0, 127),
    ssrc=st.sampled_from([7, 7, 7, 8]),
)
near = st.builds(
    lambda seq, timestamp, payload: VoicePacket(seq, timestamp, payload, ssrc=7),
    seq=st.integers(1000, 1040),
    timestamp=st.integers(50_000, 80_000),
    payload=st.binary(max_size=30) | st.sampled_from([p.payload for p in speech_packets()[:40]]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(hostile | near, st.integers(0, 3)), max_size=40))
def test_no_bytes_and_no_numbers_make_it_raise(steps):
    playout, now = Playout(OpusDecoder()), 0
    for packet, ticks in steps:
        playout.put(packet, now)
        for _ in range(ticks):
            frame = playout.take(now, now % (3 * FRAME) == 0)
            assert frame is None or (frame.shape == (FRAME,) and frame.dtype == np.int16)
            now += FRAME
        playout.report()


def test_a_tone_is_not_harmed_by_the_way_through():
    packets = Sender().packets(tone(440, 2))
    heard = through(lambda n: 0, packets)
    assert aligned_snr(decoded(p.payload for p in packets), heard.pcm) > 60
