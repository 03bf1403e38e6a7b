"""How loud a voice is, and whether it speaks."""

from __future__ import annotations

import math

import numpy as np

from media.frames import Pcm

SILENT_DB = -100.0
_FULL_SCALE = 32768.0**2

AUDIBLE_DB = -54.0
DIGIT_DB = 5.0
"""The ring of a voice on the page has ten steps of 5 dB from -54 dBFS up."""

LOWEST_THRESHOLD_DB = -52.0
ABOVE_NOISE_DB = 9.0
"""A voice speaks when it is so far above its own background and above what anybody would hear."""
NOISIEST_DB = -38.0
"""A steady sound louder than this is no background: a tone, music, somebody holding a vowel."""
NOISE_RISES_DB = 0.06
"""Per frame, 3 dB a second: faster than a fan starts, slower than a sentence."""
HANGOVER = 25
"""Frames, 0.5 s: endings of words are quiet, and every change of contributors costs encodes."""
FALLS_DB = 0.5
"""Per frame: how fast the smoothed level forgets a loud syllable."""


def dbfs(pcm: Pcm) -> float:
    """Mean power in dB below a full-scale square wave; -100 for digital silence."""
    wave = pcm.astype(np.float32)
    power = float(np.dot(wave, wave)) / max(1, len(wave))
    return 10 * math.log10(power / _FULL_SCALE) if power >= 1.0 else SILENT_DB


def as_digit(level: float) -> int:
    """0 (inaudible) to 9 for a level in dBFS, as the page shows it."""
    return max(0, min(9, math.ceil((level - AUDIBLE_DB) / DIGIT_DB)))


class Activity:
    """Follows one voice frame by frame: level, background, speaking or not."""

    def __init__(self) -> None:
        self.level = SILENT_DB
        """Of the newest frame, dBFS."""
        self.loudness = SILENT_DB
        """The same, rising at once and falling slowly: what voices are compared by."""
        self.is_pausing = True
        """The newest frame holds nothing but background."""
        self._noise = -60.0
        self._until_quiet = 0

    def note(self, level: float) -> None:
        """The next frame has this level in dBFS."""
        self.level = level
        self.loudness = max(level, self.loudness - FALLS_DB)
        self._noise = min(max(level, -90.0), self._noise + NOISE_RISES_DB, NOISIEST_DB)
        self.is_pausing = level < self.threshold
        if not self.is_pausing:
            self._until_quiet = HANGOVER
        elif self._until_quiet:
            self._until_quiet -= 1

    @property
    def threshold(self) -> float:
        """From this level on it is a voice and no background, dBFS."""
        return max(LOWEST_THRESHOLD_DB, self._noise + ABOVE_NOISE_DB)

    @property
    def is_speaking(self) -> bool:
        """It speaks, or did within the last half second."""
        return self._until_quiet > 0
