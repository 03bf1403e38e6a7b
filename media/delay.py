"""How long a voice waits before it is played: as long as the network's own unevenness needs."""

from __future__ import annotations

from collections import deque

from media.frames import FRAME, MS

SHORTEST = 20 * MS
"""A lost packet's copy travels in the next one, 20 ms later: waiting less would make FEC useless."""
LONGEST = 200 * MS
"""Above this a conversation suffers more from the delay than from the gaps."""

REMEMBERED = 200
"""Packets whose transit times count: 4 s of 20 ms packets."""
COVERED = 0.97
"""Of the remembered packets this share arrives in time; what is later is concealed."""
_RECKON_EVERY = 10
_MOVED_AFTER = 25
"""So many packets in a row beyond every delay: the way became longer, the old base is history."""


class Delay:
    """Measures transit times (arrival minus timestamp, samples) and says the delay to aim at.

    `base` is the fastest transit remembered, the origin of every delay here; `target` is the spread
    above it that covers 97 % of the packets, plus a packet so that FEC finds the next one.
    """

    def __init__(self) -> None:
        self._transits: deque[int] = deque(maxlen=REMEMBERED)
        self.base = 0
        self.target = SHORTEST
        self._until_reckoning = 0
        self._far_off = 0

    @property
    def is_measured(self) -> bool:
        """Whether any packet was seen since the start."""
        return bool(self._transits)

    def restart(self) -> None:
        """Forget: the sender's clock jumped."""
        self._transits.clear()
        self._until_reckoning = 0
        self._far_off = 0

    def note(self, transit: int, duration: int, is_late: bool) -> None:
        """A packet of `duration` samples came; a late one makes the target grow at once."""
        self._far_off = self._far_off + 1 if transit > self.base + LONGEST else 0
        if self._far_off > _MOVED_AFTER:
            self.restart()
        if not self._transits or transit < self.base:
            self.base = transit
        self._transits.append(transit)
        self._until_reckoning -= 1
        if self._until_reckoning < 0 or is_late:
            self._reckon(duration)

    def _reckon(self, duration: int) -> None:
        self._until_reckoning = _RECKON_EVERY
        ordered = sorted(self._transits)
        self.base = ordered[0]
        covered = ordered[min(int(len(ordered) * COVERED), len(ordered) - 1)]
        wanted = covered - self.base + max(FRAME, duration)
        self.target = max(SHORTEST, min(wanted, LONGEST))

    def of(self, playing_transit: int) -> int:
        """The delay of a voice of which the sample with timestamp t is played at t + transit."""
        return playing_transit - self.base
