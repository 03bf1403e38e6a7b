"""Making a voice shorter or longer unheard."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.frames import FRAME, MS
from media.splice import LONGEST_CUT, ROOM, SHORTEST_CUT, lengthen, shorten
from tests.media.sound import speechlike, tone


@pytest.mark.parametrize("hz", [110, 200, 333, 800])
def test_a_tone_loses_and_gains_whole_periods_without_a_step(hz):
    pcm = tone(hz, 0.04)
    steepest = abs(np.diff(pcm.astype(int))).max()
    shorter, longer = shorten(pcm, LONGEST_CUT), lengthen(pcm, LONGEST_CUT)
    assert len(shorter) < len(pcm) < len(longer)
    for spliced in (shorter, longer):
        assert abs(np.diff(spliced.astype(int))).max() < 1.2 * steepest + 2


@given(st.integers(0, 3 * FRAME), st.integers(-10, 2 * LONGEST_CUT))
def test_never_more_than_asked_is_taken_or_given(length, at_most):
    pcm = speechlike(0.1)[:length]
    assert 0 <= len(pcm) - len(shorten(pcm, at_most)) <= max(0, at_most, 0)
    assert 0 <= len(lengthen(pcm, at_most)) - len(pcm) <= max(0, at_most, 0)


def test_too_little_sound_or_too_little_asked_changes_nothing():
    pcm = speechlike(0.1)
    assert shorten(pcm, SHORTEST_CUT - 1) is pcm
    assert lengthen(pcm[: 4 * MS], ROOM) is not None
    assert len(shorten(pcm[: 4 * MS], ROOM)) == 4 * MS


def test_silence_is_spliced_to_silence():
    silence = np.zeros(2 * FRAME, np.int16)
    assert not shorten(silence, LONGEST_CUT).any()
    assert len(shorten(silence, LONGEST_CUT)) < 2 * FRAME
