"""What a receiver report says about a voice (RFC 3550, section 6.4.1, appendices A.1, A.3 and A.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from media.frames import VoicePacket, unwrap

MAX_DROPOUT = 3000
"""A sequence number further ahead than this is a restart, if a second packet confirms it (A.1)."""
MAX_MISORDER = 100
"""The same for one behind."""

_MEMORY = (1 << MAX_MISORDER + 1) - 1
_LOST_MAX = 0x7FFFFF
_LOST_MIN = -0x800000


@dataclass(frozen=True)
class ReceiverReport:
    """One report block without its LSR and DLSR, which the edge knows.

    `fraction_lost` is in 1/256 since the report before, `lost` the cumulative number (24 bits,
    negative when duplicates outnumber losses), `highest_sequence` extended to 32 bits, `jitter` in
    timestamp units (1/48000 s).
    """

    ssrc: int
    fraction_lost: int
    lost: int
    highest_sequence: int
    jitter: int


class Noted(NamedTuple):
    """What is known of a packet that was counted: its extended sequence number, whether its source
    started anew with it, whether it came before."""

    seq: int
    is_new_source: bool
    is_duplicate: bool


class Reception:
    """Counts one source's packets; extends its sequence numbers and notices a restart."""

    def __init__(self) -> None:
        self.ssrc: int | None = None
        self._restart()
        self._bad_seq: int | None = None

    def _restart(self) -> None:
        self._base_seq = self._highest = -1
        self._seen = 1
        self._received = 0
        self._expected_before = self._received_before = 0
        self._transit: int | None = None
        self._jitter = 0.0

    def note(self, packet: VoicePacket, now: int) -> Noted | None:
        """Counts a packet that came at `now` (samples); None for a stray number that a next packet
        must confirm."""
        seq = packet.seq & 0xFFFF
        is_new = packet.ssrc != self.ssrc or self._highest < 0
        if not is_new:
            ahead = unwrap(seq, self._highest, 16) - self._highest
            if not -MAX_MISORDER <= ahead <= MAX_DROPOUT:
                if self._bad_seq != seq:
                    self._bad_seq = (seq + 1) & 0xFFFF
                    return None
                is_new = True
        if is_new:
            self._restart()
            self.ssrc, self._base_seq, self._highest = packet.ssrc, seq, seq
        self._bad_seq = None
        extended = unwrap(seq, self._highest, 16)
        is_duplicate = not is_new and self._was_seen(extended)
        self._received += 1
        if not is_duplicate:
            self._note_transit(packet.timestamp, now)
        return Noted(extended, is_new, is_duplicate)

    def _was_seen(self, extended: int) -> bool:
        """Whether this number came before; remembers it. Bit n of the memory is the highest minus n."""
        ahead = extended - self._highest
        if ahead > 0:
            self._highest = extended
            self._seen = (self._seen << ahead | 1) & _MEMORY
            return False
        is_seen = bool(self._seen >> -ahead & 1)
        self._seen |= 1 << -ahead
        return is_seen

    def _note_transit(self, timestamp: int, now: int) -> None:
        """Interarrival jitter, appendix A.8."""
        transit = (now - timestamp) & 0xFFFFFFFF
        if self._transit is not None:
            difference = abs(unwrap(transit, self._transit, 32) - self._transit)
            self._jitter += (difference - self._jitter) / 16
        self._transit = transit

    def report(self) -> ReceiverReport | None:
        """The block to send now, or None when nothing came since the last one (appendix A.3)."""
        if self.ssrc is None or self._received == self._received_before:
            return None
        expected = self._highest - self._base_seq + 1
        expected_now = expected - self._expected_before
        lost_now = expected_now - (self._received - self._received_before)
        self._expected_before, self._received_before = expected, self._received
        fraction = 0 if expected_now <= 0 or lost_now <= 0 else (lost_now << 8) // expected_now
        lost = max(_LOST_MIN, min(expected - self._received, _LOST_MAX))
        return ReceiverReport(
            ssrc=self.ssrc,
            fraction_lost=min(fraction, 255),
            lost=lost,
            highest_sequence=self._highest & 0xFFFFFFFF,
            jitter=min(int(self._jitter), 0xFFFFFFFF),
        )
