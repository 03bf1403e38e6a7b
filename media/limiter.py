"""Keeps a mix of several voices below full scale, without distortion and without steps.

The gain is a polygon with a corner every 2.5 ms. Each corner is low enough for the loudest sample of
the block before and the block after it, so every straight line between two corners is low enough for
its block: nothing overflows, and the gain is continuous, across frames too, because one block is looked
ahead. Below the ceiling with no gain to give back, samples pass untouched.
"""

from __future__ import annotations

import numpy as np

from media.frames import FRAME, MS, Pcm, Wide

CEILING = 29_204
"""-1 dBFS: Opus at 32 kbit/s overshoots a little, and a decoder clips at full scale."""
BLOCK = 5 * MS // 2
LOOKAHEAD = BLOCK
"""Samples the limiter must see beyond its frame; the mix is heard so much later."""
SPAN = FRAME + LOOKAHEAD
_BLOCKS = SPAN // BLOCK
_RELEASE = 1 - 0.5 ** (BLOCK / (40 * MS))
"""Of the missing gain, this share comes back each block: half in 40 ms."""
_ALL_BACK = 0.999

_CORNERS = np.arange(_BLOCKS) * BLOCK
_SAMPLES = np.arange(FRAME)


class Limiter:
    """The limiter of one listener's stream. Keeps the gain at the end of the last frame."""

    def __init__(self) -> None:
        self.gain = 1.0

    def continue_from(self, other: Limiter) -> None:
        """Go on where another stream of the same listener was."""
        self.gain = other.gain

    def rest(self) -> None:
        """A silent frame: whatever gain was missing comes back unheard."""
        self.gain = 1.0

    def limit(self, mix: Wide) -> Pcm:
        """The first 960 of 1080 samples of a mix, limited; the rest is the next frame's start."""
        if self.gain == 1.0 and mix.min() >= -CEILING and mix.max() <= CEILING:
            return mix[:FRAME].astype(np.int16)
        corners = self._corners(mix)
        self.gain = corners[-1]
        limited = mix[:FRAME] * np.interp(_SAMPLES, _CORNERS, corners)
        # Only a voice cut in this very frame can have changed what was looked ahead at.
        return np.rint(np.clip(limited, -32768, 32767)).astype(np.int16)

    def _corners(self, mix: Wide) -> list[float]:
        peaks = np.abs(mix).reshape(_BLOCKS, BLOCK).max(axis=1)
        allowed = np.minimum(1.0, CEILING / np.maximum(peaks, 1)).tolist()
        corners = [self.gain]
        for before, after in zip(allowed, allowed[1:], strict=False):
            back = corners[-1] + (1 - corners[-1]) * _RELEASE
            corners.append(min(before, after, 1.0 if back > _ALL_BACK else back))
        return corners
