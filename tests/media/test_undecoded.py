"""Voices nobody would hear are not decoded, on the word of their sender, which is checked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from media.frames import Pcm
from media.mixer import CONTRIBUTORS, READY
from media.opus import OpusCodec, OpusDecoder
from tests.media.sound import FRAME, Talk, decoded, loudness_at, snr, speechlike, talk, tone


class CountedDecodes(OpusCodec):
    """Real Opus that counts the packets it decodes."""

    def __init__(self) -> None:
        self.count = 0

    def new_decoder(self) -> OpusDecoder:
        codec = self

        class Counted(OpusDecoder):
            def decode(self, payload: bytes) -> Pcm:
                codec.count += 1
                return super().decode(payload)

        return Counted()


def background(seconds: float, seed: int = 1) -> Pcm:
    noise = np.random.default_rng(seed).standard_normal(int(seconds * 48_000))
    return (noise * 15).astype(np.int16)


def decodes(session_codec: CountedDecodes, session: Talk, ticks: int) -> int:
    before = session_codec.count
    session.run(ticks)
    return session_codec.count - before


def test_open_microphones_without_a_voice_are_hardly_decoded():
    codec = CountedDecodes()
    noise = {f"p{n}": background(3, n) for n in range(5)}
    session = talk(codec, says_level=True, **noise)
    assert decodes(codec, session, 150) < 0.15 * 5 * 150


def test_of_thirteen_who_speak_only_the_loudest_are_decoded():
    codec = CountedDecodes()
    crowd = {f"p{n}": tone(300 + 50 * n, 3, 3000 + 500 * n) for n in range(13)}
    session = talk(codec, says_level=True, **crowd)
    session.run(50)
    assert decodes(codec, session, 100) < (CONTRIBUTORS + READY + 1.5) * 100


def test_the_first_word_after_silence_is_heard_whole():
    word = np.concatenate((background(1), speechlike(1), background(1)))
    heard = [
        decoded(tick.shared for tick in talk(says_level=said, ana=word).run(150))
        for said in (True, False)
    ]
    loud = [np.sum(pcm[48_000:100_000].astype(float) ** 2) for pcm in heard]
    assert abs(10 * np.log10(loud[0] / loud[1])) < 0.5


def test_the_delay_is_kept_while_nothing_is_decoded():
    word = np.concatenate((background(1), speechlike(1)))
    session = talk(says_level=True, ana=word)
    session.run(90)
    assert session.room._speakers["ana"].playout.delay(session.now) == FRAME


def test_who_claims_to_be_silent_is_heard_all_the_same():
    session = talk(ana=speechlike(4))
    session.packets["ana"] = [replace(p, level=127) for p in session.packets["ana"]]
    heard = decoded(tick.shared for tick in session.run(200))
    honest = decoded(tick.shared for tick in talk(ana=speechlike(4)).run(200))
    assert snr(honest[2 * 48_000 :], heard[2 * 48_000 :]) > 10


def test_who_claims_to_be_loud_takes_no_place():
    voices = {f"p{n}": tone(400 + 100 * n, 4, 4000) for n in range(CONTRIBUTORS + READY)}
    session = talk(says_level=True, **voices, liar=background(4))
    session.packets["liar"] = [replace(p, level=0) for p in session.packets["liar"]]
    session.run(60)
    levels = [tick.levels for tick in session.run(100)]
    assert sum("liar" in level for level in levels) == 0


def test_what_is_decoded_again_comes_in_on_a_ramp():
    voices = {f"p{n}": tone(1000 + 100 * n, 3, 5000) for n in range(CONTRIBUTORS + READY)}
    late = np.concatenate((tone(200, 1.5, 2500), tone(200, 1.5, 20_000)))
    session = talk(says_level=True, **voices, late=late)
    heard = decoded(tick.shared for tick in session.run(150))
    assert (
        loudness_at(heard[100 * FRAME :], 200) - loudness_at(heard[20 * FRAME : 60 * FRAME], 200)
        > 30
    )
    assert abs(heard).max() < 32_767
