"""An AudioRoom, stepped by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.audioroom import SAME_MIX_AT_MOST, AudioRoom
from media.frames import FALL, FRAME, MS, VoicePacket, has_fec
from media.levels import HANGOVER
from media.limiter import CEILING
from media.mixer import CONTRIBUTORS
from media.opus import OpusCodec
from tests.media.sound import (
    Sender,
    Talk,
    UncodedMix,
    decoded,
    loudness_at,
    room_of,
    samples,
    speechlike,
    stage,
    talk,
    ticks,
    tone,
)

GLIDE = 5 * MS


# who hears whom


def test_two_speakers_hear_each_other_and_not_themselves():
    session = talk(ana=tone(440, 2), ben=tone(1000, 2))
    made = session.run(100)[25:]
    ana = decoded(tick.personal["ana"] for tick in made)
    ben = decoded(tick.personal["ben"] for tick in made)
    listener = decoded(tick.shared for tick in made)
    assert loudness_at(ana, 1000) - loudness_at(ana, 440) > 40
    assert loudness_at(ben, 440) - loudness_at(ben, 1000) > 40
    assert abs(loudness_at(listener, 440) - loudness_at(listener, 1000)) < 3


def test_who_does_not_contribute_hears_exactly_the_shared_packet():
    session = talk(ana=tone(440, 2), ben=tone(440, 2) * 0)
    assert all("ben" not in tick.personal for tick in session.run(100))


def test_somebody_who_speaks_alone_hears_silence():
    session = talk(ana=speechlike(2))
    heard = decoded(tick.personal.get("ana", tick.shared) for tick in session.run(100))
    assert abs(heard).max() < 10


def test_without_a_peer_that_listens_no_mix_of_ones_own_is_encoded():
    session = talk(ana=tone(440, 2), ben=tone(1000, 2))
    session.room.listen_personally("ana", False)
    assert set(session.run(50)[-1].personal) == {"ben"}


def test_a_room_encodes_its_contributors_and_one_more():
    session = talk(**{f"p{n}": tone(300 + 100 * n, 2) for n in range(13)})
    assert {len(tick.personal) for tick in session.run(100)[10:]} == {CONTRIBUTORS}


def test_a_new_room_gives_a_packet_of_silence_every_tick():
    room = AudioRoom(OpusCodec())
    made = [room.tick(now) for now in ticks(60)]
    assert abs(decoded(tick.shared for tick in made)).max() < 4
    assert all(not tick.personal and not tick.levels for tick in made)


def test_in_lasting_silence_the_same_packet_is_repeated_unencoded():
    room = AudioRoom(OpusCodec())
    made = [room.tick(now).shared for now in ticks(100)]
    assert made[-1] is made[-2]


def test_speech_after_remembered_silence_is_as_clean_as_without():
    said = speechlike(2)
    late = talk(ana=np.concatenate((np.zeros(2 * 48_000, np.int16), said)))
    heard = decoded(tick.shared for tick in late.run(200))[2 * 48_000 :]
    at_once = decoded(tick.shared for tick in talk(ana=said).run(100))
    assert abs(loudness_at(heard, 400, 300) - loudness_at(at_once, 400, 300)) < 1


def test_the_levels_are_those_of_the_voices_in_the_mix():
    session = talk(ana=tone(440, 2, 16_000), ben=tone(440, 2, 400), cem=tone(440, 2) * 0)
    levels = session.run(50)[-1].levels
    assert set(levels) == {"ana", "ben"}
    assert levels["ana"] == 9
    assert levels["ben"] <= 4


def test_the_shared_packets_carry_fec_unless_nobody_loses_any():
    session = talk(ana=speechlike(4))
    robust = [tick.shared for tick in session.run(100)[20:]]
    session.room.expect_loss(0)
    bare = [tick.shared for tick in session.run(95)[5:]]
    assert sum(map(has_fec, robust)) > 0.6 * len(robust)
    assert not any(map(has_fec, bare))


# the loudest


def test_of_many_voices_the_loudest_are_mixed():
    voices = {f"p{n}": tone(400 + 200 * n, 2, 700 * (n + 1)) for n in range(10)}
    session = talk(**voices)
    heard = decoded(tick.shared for tick in session.run(100)[40:])
    audible = [n for n in range(10) if loudness_at(heard, 400 + 200 * n) > 140]
    assert audible == list(range(10 - CONTRIBUTORS, 10))


def test_a_slightly_louder_voice_takes_nobodys_place_and_a_much_louder_one_does():
    voices = {f"p{n}": tone(400 + 200 * n, 3, 4000) for n in range(CONTRIBUTORS)}
    session = talk(**voices, late=np.concatenate((tone(90, 1, 5500), tone(90, 2, 16_000))))
    for _ in range(10):
        session.step(silent=["late"])
    assert "late" not in session.run(35)[-1].levels
    assert "late" in session.run(20)[-1].levels


def test_a_voice_comes_and_goes_without_a_step():
    for frames_in in (25, 40):
        session = talk(UncodedMix(), ana=tone(200, 1, 10_000))
        session.packets["ana"] = session.packets["ana"][:frames_in]
        mix = np.concatenate([samples(session.step().shared) for _ in range(60)])
        # A 200 Hz tone of 10000 moves by 262 a sample; a cut could move by 10000.
        assert abs(np.diff(mix.astype(int))).max() < 700


# mute, demotion, bar


def a_session() -> Talk:
    return talk(UncodedMix(), ana=speechlike(2), ben=tone(1000, 2))


@pytest.mark.parametrize(
    "after",
    [
        stage("ben", muted=["ana"], version=2),
        stage("ben", version=2),
        stage("ana", "ben", version=2, barred=frozenset({"ana"})),
    ],
    ids=["muted", "moved down", "barred"],
)
@pytest.mark.parametrize("at", [30, 37, 44])
def test_the_first_frame_after_the_version_holds_no_sample_of_that_voice(after, at):
    """Two rooms with the same past: in one the voice goes on with what it queued and sends, in the
    other it sends something else. What is mixed after the version is the same to the last sample, and
    after the 5 ms glide from the last sample heard it is the other voice alone."""
    loud, other = a_session(), a_session()
    for n in range(at):
        swap = n == at - 1  # still waiting in the playout when the version comes
        if swap:
            other.packets["ana"][0] = VoicePacket(
                *[getattr(loud.packets["ana"][0], f) for f in ("seq", "timestamp")],
                Sender().packets(tone(3000, 0.02))[0].payload,
                ssrc=loud.packets["ana"][0].ssrc,
            )
        before = loud.step()
        other.step()
    loud.room.apply(after)
    other.room.apply(after)
    alone = talk(UncodedMix(), ben=tone(1000, 2))
    ben_before = samples(alone.run(at)[-1].shared)
    last_heard = int(samples(before.shared)[-1]) - int(ben_before[-1])
    for n in range(20):
        mixed, same, ben = (samples(s.step().shared) for s in (loud, other, alone))
        assert np.array_equal(mixed, same)
        rest = mixed.astype(int) - ben
        assert np.array_equal(
            rest[:GLIDE], np.rint(last_heard * FALL) if n == 0 else rest[:GLIDE] * 0
        )
        assert not rest[GLIDE:].any()


def test_a_mute_in_the_middle_of_a_loud_word_does_not_click():
    session = talk(UncodedMix(), ana=tone(150, 2, 20_000))
    before = [samples(session.step().shared) for _ in range(41)]
    session.room.apply(stage(muted=["ana"], version=2))
    mix = np.concatenate([*before[-2:], *(samples(session.step().shared) for _ in range(2))])
    # The tone itself moves by 393 a sample; a hard cut would step by up to 20000.
    assert abs(np.diff(mix.astype(int))).max() < 800
    assert not mix[2 * FRAME + GLIDE :].any()


def test_what_a_muted_voice_sends_is_never_heard_after_the_unmute():
    session = talk(UncodedMix(), ana=np.concatenate((tone(440, 1), tone(1500, 2))))
    session.room.apply(stage(muted=["ana"], version=2))
    session.run(50)
    session.room.apply(stage("ana", version=3))
    heard = np.concatenate([samples(tick.shared) for tick in session.run(60)])
    assert loudness_at(heard, 1500) - loudness_at(heard, 440) > 60


def test_an_unmuted_voice_comes_back_on_a_ramp():
    session = talk(UncodedMix(), ana=tone(150, 3, 20_000))
    session.run(30)
    session.room.apply(stage(muted=["ana"], version=2))
    session.run(30)
    session.room.apply(stage("ana", version=3))
    heard = np.concatenate([samples(tick.shared) for tick in session.run(30)])
    assert abs(np.diff(heard.astype(int))).max() < 1200
    assert abs(heard).max() > 18_000


def test_an_older_stage_is_ignored():
    session = a_session()
    session.room.apply(stage("ben", muted=["ana"], version=5))
    session.room.apply(stage("ana", "ben", version=4))
    assert session.room.stage.version == 5
    assert set(session.run(30)[-1].levels) == {"ben"}


def test_who_is_not_on_stage_is_not_heard_whatever_they_send():
    session = talk(UncodedMix(), ana=tone(440, 1), eve=tone(800, 1))
    session.room.apply(stage("ana", version=2))
    heard = np.concatenate([samples(tick.shared) for tick in session.run(50)])
    assert loudness_at(heard, 440) - loudness_at(heard, 800) > 60
    assert session.room.lost_report("eve") is None


def test_a_muted_voice_still_has_receiver_reports():
    session = a_session()
    session.room.apply(stage("ben", muted=["ana"], version=2))
    session.run(20)
    report = session.room.lost_report("ana")
    assert report is not None
    assert report.highest_sequence == 119


def test_a_peer_that_is_gone_leaves_nothing_behind():
    session = a_session()
    session.run(20)
    session.room.forget("ana")
    session.packets["ana"].clear()
    tick = session.run(5)[-1]
    assert "ana" not in tick.personal
    assert "ana" not in tick.levels
    assert session.room.lost_report("ana") is None


def test_a_peer_that_comes_back_is_heard_again():
    session = a_session()
    session.run(20)
    session.room.forget("ana")
    session.run(3)
    session.room.listen_personally("ana", True)
    assert "ana" in session.run(20)[-1].levels


# changing over between the shared stream and one's own


def heard_by(session: Talk, person: str, count: int) -> tuple[np.ndarray, list[bool]]:
    made = session.run(count)
    packets = [tick.personal.get(person, tick.shared) for tick in made]
    return decoded(packets), [person in tick.personal for tick in made]


def interjection(seconds: float, at: float, length: float) -> np.ndarray:
    pcm = np.zeros(int(seconds * 48_000), np.int16)
    start, count = int(at * 48_000), int(length * 48_000)
    pcm[start : start + count] = speechlike(length, pitch=180, seed=5)[:count]
    return pcm


def snr_after(change: int, reference: np.ndarray, heard: np.ndarray) -> float:
    """dB in the 60 ms from that tick on; a pause counts as -50 dBFS, so that its noise must be low."""
    part = slice(change * FRAME, (change + 3) * FRAME)
    power = max(np.mean(reference[part].astype(float) ** 2), 1e4)
    noise = np.mean((heard[part].astype(float) - reference[part]) ** 2) + 1e-3
    return 10 * np.log10(power / noise)


def test_changing_between_the_streams_is_as_clean_as_never_changing():
    """Ana listens to Ben, says a word, listens on. What she hears is Ben's voice all along; it is
    compared, in the 60 ms after each change, with the mix without her, encoded by one encoder from
    start to end: the difference is coding noise, as between any two encoders of one sound."""
    ben = speechlike(6, seed=3)
    heard, own = heard_by(talk(ana=interjection(6, 2, 1), ben=ben), "ana", 300)
    reference = decoded(tick.shared for tick in talk(ben=ben).run(300))
    changes = [n for n in range(1, 300) if own[n] != own[n - 1]]
    assert len(changes) == 2
    for n in changes:
        assert snr_after(n, reference, heard) > 12


def muted_in_mid_word(at: int, reference: np.ndarray) -> float:
    """SNR of the 60 ms after the change back, for somebody muted at that tick while Ben speaks."""
    voices = {"ana": speechlike(4, pitch=180, seed=5, level=16_000), "ben": speechlike(4, seed=3)}
    session = talk(**voices)
    made = session.run(at)
    session.room.apply(stage("ben", muted=["ana"], version=2))
    made += session.run(35)
    heard = decoded(tick.personal.get("ana", tick.shared) for tick in made)
    change = next(n for n in range(at, at + 35) if "ana" not in made[n].personal)
    return snr_after(change, reference, heard)


def test_who_is_muted_in_the_middle_of_a_word_hears_the_others_go_on_clean():
    """The shared encoder knew the muted voice a moment ago; changing at once has a median of 13 dB,
    after some frames of the same mix it is the noise between any two encoders."""
    reference = decoded(tick.shared for tick in talk(ben=speechlike(4, seed=3)).run(190))
    assert np.median([muted_in_mid_word(at, reference) for at in range(60, 150, 12)]) > 15


def test_the_way_to_a_stream_of_ones_own_is_exact_to_the_sample():
    """The own encoder begins as a copy of the shared one, so the receiver's decoder sees one stream."""
    ben = speechlike(4, seed=3)
    session = talk(ana=interjection(4, 2, 1), ben=ben)
    heard, own = heard_by(session, "ana", 130)
    reference = decoded(tick.shared for tick in talk(ben=ben).run(130))
    begin = own.index(True)
    assert begin > 95
    part = slice(begin * FRAME, (begin + 3) * FRAME)
    assert np.array_equal(heard[part], reference[part])


def test_nobody_keeps_a_stream_of_their_own_long_after_speaking():
    session = talk(ana=interjection(6, 1, 1), ben=speechlike(6, seed=3))
    _, own = heard_by(session, "ana", 300)
    last = max(n for n, is_own in enumerate(own) if is_own)
    assert last < 100 + HANGOVER + SAME_MIX_AT_MOST + 10


# hostility

hostile = st.builds(
    VoicePacket,
    seq=st.integers(0, 65_535),
    timestamp=st.integers(0, 2**32 - 1),
    payload=st.binary(max_size=40),
    level=st.none() | st.integers(0, 127),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["ana", "ben", "eve"]), hostile), max_size=30))
def test_receive_never_raises_and_the_tick_always_comes(packets):
    room = room_of("ana", "ben")
    for n, (person, packet) in enumerate(packets):
        room.receive(person, packet, n * 300)
        assert room.tick(n * FRAME).shared
    for person in ("ana", "ben", "eve"):
        room.lost_report(person)
        room.forget(person)
    assert room.tick(len(packets) * FRAME).shared


# ticks that stand still, mixes that are too loud


def test_after_ticks_stood_still_the_delay_is_back_within_a_second():
    session = talk(ana=speechlike(4))
    session.run(50)
    for _ in range(40):
        session.room.receive("ana", session.packets["ana"].pop(0), session.now)
        session.now += FRAME
    session.run(50)
    playout = session.room._speakers["ana"].playout
    delay = playout.delay(session.now)
    assert delay is None or abs(delay - playout.target) <= 25 * MS


def test_thirteen_loud_voices_do_not_overflow_while_they_are_muted_one_by_one():
    voices = {f"p{n}": tone(180 + 7 * n, 2, 32_000) for n in range(13)}
    session, mix = talk(UncodedMix(), **voices), []
    for n in range(90):
        if n > 20 and n % 5 == 0 and n // 5 < 17:
            muted = [f"p{m}" for m in range(n // 5 - 3)]
            heard = [f"p{m}" for m in range(n // 5 - 3, 13)]
            session.room.apply(stage(*heard, muted=muted, version=n))
        mix.append(samples(session.step().shared))
    whole = np.concatenate(mix).astype(int)
    # A voice that is cut takes its half of a cancellation with it: a little over the ceiling then.
    assert abs(whole).max() < 1.05 * CEILING
    # Three voices at 264 Hz and 32000 move by 3300 a sample; a wrap would move by 65536.
    assert abs(np.diff(whole)).max() < 4000
