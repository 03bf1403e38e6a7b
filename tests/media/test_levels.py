"""Levels and voice activity."""

from __future__ import annotations

import numpy as np
import pytest

from media.frames import SILENCE
from media.levels import HANGOVER, Activity, as_digit, dbfs
from tests.media.sound import frames, speechlike, tone


def test_a_full_scale_sine_has_minus_three_db_and_silence_minus_a_hundred():
    assert dbfs(tone(1000, 0.02, 32_767)) == pytest.approx(-3.0, abs=0.1)
    assert dbfs(SILENCE) == -100.0


def test_the_digit_goes_from_nothing_to_nine_in_steps_of_five_db():
    assert [as_digit(level) for level in (-100, -54, -53, -30, -14, -10, 0)] == [
        0, 0, 1, 5, 8, 9, 9,
    ]  # fmt: skip


def test_speech_is_speaking_from_its_first_frame_on():
    activity = Activity()
    activity.note(-25.0)
    assert activity.is_speaking
    assert not activity.is_pausing


def test_a_voice_that_stops_is_speaking_for_the_hangover_and_pausing_at_once():
    activity = Activity()
    activity.note(-25.0)
    for _ in range(HANGOVER - 1):
        activity.note(-90.0)
        assert activity.is_pausing
        assert activity.is_speaking
    activity.note(-90.0)
    assert not activity.is_speaking


def test_a_steady_background_stops_being_speech():
    activity = Activity()
    for _ in range(600):
        activity.note(-45.0)
    assert not activity.is_speaking
    activity.note(-30.0)
    assert activity.is_speaking


def test_a_steady_tone_stays_a_voice():
    activity = Activity()
    for frame in frames(tone(440, 2, 3000)) * 20:
        activity.note(dbfs(frame))
    assert activity.is_speaking


def test_speech_over_a_fan_is_found_for_its_whole_length():
    fan = np.random.default_rng(1).standard_normal(48_000 * 5) * 100
    noisy = (speechlike(5) + fan).astype(np.int16)
    activity = Activity()
    found = []
    for frame in frames(noisy):
        activity.note(dbfs(frame))
        found.append(activity.is_speaking)
    assert sum(found) > 0.95 * len(found)
