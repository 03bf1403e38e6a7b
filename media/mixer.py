"""Who is in the mix, and how a voice comes into it and leaves it without a click."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from media.frames import FALL, FRAME, RAMP, Pcm, Wide, fade_in, fade_out
from media.levels import Activity
from media.limiter import LOOKAHEAD, SPAN

CONTRIBUTORS = 3
"""More voices at once nobody understands, and each costs an encode: its speaker hears a mix of their
own. With 13 persons talking at the same time 3 cost 54 ms of CPU a second, 4 cost 66."""
STAYS_DB = 6.0
"""So much louder must another voice be to take a contributor's place."""

READY = 2
"""So many more are decoded, so that they come in without a delay when their turn comes."""


def loudest(
    voices: Mapping[str, Activity], contributing: Collection[str], places: int = CONTRIBUTORS
) -> set[str]:
    """The persons to mix: of those who speak the loudest, favouring who is in the mix already."""
    speaking = [person for person, activity in voices.items() if activity.is_speaking]
    if len(speaking) <= places:
        return set(speaking)

    def claim(person: str) -> float:
        return voices[person].loudness + (STAYS_DB if person in contributing else 0.0)

    return set(sorted(speaking, key=claim, reverse=True)[:places])


def outshouted(voices: Mapping[str, Activity], contributing: Collection[str]) -> set[str]:
    """Persons who speak but are so far from the loudest that decoding them is wasted."""
    speaking = [person for person, activity in voices.items() if activity.is_speaking]
    if len(speaking) <= CONTRIBUTORS + READY:
        return set()
    speaking.sort(key=lambda person: voices[person].loudness, reverse=True)
    return set(speaking[CONTRIBUTORS + READY :]).difference(contributing)


class Strand:
    """One voice's way into the mix, with the 2.5 ms the limiter looks ahead kept per voice.

    Keeping them here and not in the mix is what lets a mute hold at the next frame: `cut` drops the
    samples that were looked at but not heard. A hard cut would click, and a fade needs samples that
    may no longer be heard; so the last sample heard glides to zero in 5 ms. The glide is made of that
    one value alone: it smooths the edge and says nothing.
    """

    def __init__(self) -> None:
        self._is_in = False
        self._held: Wide | None = None
        self._last = 0
        self._glide_from = 0

    @property
    def is_done(self) -> bool:
        """Nothing is left to come."""
        return self._held is None and not self._glide_from

    def push(self, frame: Pcm | None, is_chosen: bool) -> Wide | None:
        """The voice's part in this tick's mix, 960 samples and 120 ahead, or None for nothing."""
        coming = self._ramped(frame, is_chosen)
        self._is_in = is_chosen and frame is not None
        if coming is None and self.is_done:
            self._last = 0
            return None
        part = np.zeros(SPAN, dtype=np.int32)
        if self._held is not None:
            part[:LOOKAHEAD] = self._held
        if self._glide_from:
            part[:RAMP] += np.rint(self._glide_from * FALL).astype(np.int32)
            self._glide_from = 0
        if coming is not None:
            part[LOOKAHEAD:] = coming
        self._held = None if coming is None else part[FRAME:]
        self._last = int(part[FRAME - 1])
        return part

    def cut(self) -> None:
        """Not one more sample of this voice."""
        self._is_in = False
        self._held = None
        self._glide_from, self._last = self._last, 0

    def _ramped(self, frame: Pcm | None, is_chosen: bool) -> Pcm | None:
        if frame is None or is_chosen == self._is_in:
            return frame if is_chosen else None
        return fade_in(frame) if is_chosen else fade_out(frame)


def together(parts: Collection[Wide]) -> Wide | None:
    """The sum of some voices, or None for silence."""
    if not parts:
        return None
    first, *others = parts
    total = first.copy()
    for part in others:
        total += part
    return total
