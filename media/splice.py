"""Making a voice a few milliseconds shorter or longer where the ear does not notice.

A piece is left out or said twice where the wave repeats itself: the best match of a short template
is found by correlation and the two sides are cross-faded (the idea of WSOLA: Verhelst and Roelands,
ICASSP 1993).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from media.frames import MS, Pcm

OVERLAP = 5 * MS // 2
SHORTEST_CUT = 5 * MS // 2
LONGEST_CUT = 12 * MS
"""A period of a voice of 83 Hz fits: one period goes or comes at a time."""
ROOM = LONGEST_CUT + OVERLAP
"""Samples that must be there."""

_UP: NDArray[np.float32] = ((np.arange(OVERLAP) + 0.5) / OVERLAP).astype(np.float32)


def shorten(pcm: Pcm, at_most: int) -> Pcm:
    """`pcm` with 2.5 ms to `at_most` samples less near its start; unchanged if it is too short."""
    cut = _best_repeat(pcm, at_most)
    if cut == 0:
        return pcm
    return np.concatenate((_crossfade(pcm, pcm[cut:]), pcm[cut + OVERLAP :]))


def lengthen(pcm: Pcm, at_most: int) -> Pcm:
    """`pcm` with 2.5 ms to `at_most` samples more near its start; unchanged if it is too short."""
    more = _best_repeat(pcm, at_most)
    if more == 0:
        return pcm
    return np.concatenate((pcm[:more], _crossfade(pcm[more:], pcm), pcm[OVERLAP:]))


def _best_repeat(pcm: Pcm, at_most: int) -> int:
    """After how many samples the first 2.5 ms sound most alike again; 0 when there is no room."""
    at_most = min(at_most, LONGEST_CUT, len(pcm) - OVERLAP)
    if at_most < SHORTEST_CUT:
        return 0
    wave = pcm[: at_most + OVERLAP].astype(np.float32)
    alike = np.correlate(wave[SHORTEST_CUT:], wave[:OVERLAP], mode="valid")
    sums = np.concatenate(([0.0], np.cumsum(np.square(wave, dtype=np.float64))))
    energy = sums[SHORTEST_CUT + OVERLAP :] - sums[SHORTEST_CUT:-OVERLAP]
    return SHORTEST_CUT + int(np.argmax(alike / np.sqrt(energy + 1.0)))


def _crossfade(away: Pcm, to: Pcm) -> Pcm:
    faded = away[:OVERLAP] * (1 - _UP) + to[:OVERLAP] * _UP
    return np.rint(faded).astype(np.int16)
