"""The limiter: nothing overflows, nothing steps, and what needs nothing gets nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.frames import FRAME, RATE
from media.limiter import CEILING, LOOKAHEAD, SPAN, Limiter
from tests.media.sound import snr, speechlike, tone


def limited(mix: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """A whole signal through frame by frame, each seeing its 2.5 ms ahead; and the gain at the ends."""
    limiter, out, gains = Limiter(), [], []
    mix = np.concatenate((np.zeros(LOOKAHEAD, np.int64), mix))
    for at in range(0, len(mix) - SPAN + 1, FRAME):
        out.append(limiter.limit(mix[at : at + SPAN].astype(np.int32)))
        gains.append(limiter.gain)
    return np.concatenate(out), gains


def crowd(seconds: float = 3) -> np.ndarray:
    return sum(
        speechlike(seconds, pitch=90 + 12 * n, seed=n, level=20_000).astype(np.int32)
        for n in range(13)
    )


def test_below_the_ceiling_samples_pass_untouched():
    quiet = speechlike(1, level=CEILING)
    out, gains = limited(quiet)
    assert np.array_equal(out[LOOKAHEAD:], quiet[: len(out) - LOOKAHEAD])
    assert set(gains) == {1.0}


def test_thirteen_loud_voices_stay_below_the_ceiling():
    mix = crowd()
    assert abs(mix).max() > 2 * 32_768
    out, _ = limited(mix)
    assert abs(out.astype(int)).max() <= CEILING + 1


def test_the_gain_makes_no_step_anywhere_not_at_frame_borders_either():
    mix = np.where(np.arange(RATE) < RATE // 2 + 300, 12_000, 90_000).astype(np.int32)
    mix[3 * RATE // 4 + 11 :] = 12_000
    out, gains = limited(mix)
    gain = out[LOOKAHEAD:] / mix[: len(out) - LOOKAHEAD]
    assert min(gains) < 0.4
    # Falling from 1 to 0.32 within 2.5 ms is the steepest line there is.
    assert abs(np.diff(gain)).max() < 0.7 / LOOKAHEAD + 2 / 12_000


def test_the_gain_comes_back():
    mix = np.concatenate((tone(300, 0.5, 30_000) * 3.0, tone(300, 1, 8000)))
    _, gains = limited(mix)
    assert gains[20] < 0.5
    assert gains[-1] == 1.0


def test_loud_speech_keeps_its_shape():
    loud = speechlike(2, level=32_000).astype(np.int32) * 2
    out, _ = limited(loud)
    heard = out[LOOKAHEAD:].astype(float)
    said = loud[: len(heard)].astype(float)
    assert snr(said * np.dot(heard, said) / np.dot(said, said), heard) > 12


@pytest.mark.parametrize("level", [40_000, 130_000, 425_971])
def test_a_sudden_onset_does_not_overflow(level):
    mix = np.zeros(RATE, np.int32)
    mix[FRAME * 10 :: 2] = level
    mix[FRAME * 10 + 1 :: 2] = -level
    out, _ = limited(mix)
    assert abs(out.astype(int)).max() <= CEILING + 1


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 13))
def test_no_mix_of_thirteen_voices_overflows(seed, voices):
    random = np.random.default_rng(seed)
    envelope = np.repeat(random.random(RATE // 500) ** 3, 100)
    mix = (envelope * random.uniform(-32_768, 32_767, len(envelope)) * voices).astype(np.int32)
    out, _ = limited(mix)
    assert abs(out.astype(int)).max() <= CEILING + 1
