"""One voice's jitter buffer: packets in as the network brings them, 20 ms frames out on the tick.

The sample with timestamp t is played at t + a fixed transit, so a lost packet never changes the delay:
its place is filled from the next packet's in-band FEC, else by Opus concealment, which fades to
silence after 160 ms. The delay itself moves in pauses, and in speech by whole pitch periods when it is
more than 20 ms too long. A gap in the timestamps without one in the sequence numbers is DTX: silence
that the sender meant. All times are samples at 48 kHz.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from media.delay import LONGEST, Delay
from media.frames import (
    FRAME,
    MS,
    RAMP,
    BadPayload,
    Decoder,
    Pcm,
    VoicePacket,
    fade_in,
    fade_out,
    has_fec,
    samples_in,
    unwrap,
)
from media.reception import ReceiverReport, Reception
from media.splice import ROOM, lengthen, shorten

SLACK = 5 * MS
"""The delay may be this far from its target before anything is done."""
URGENT = FRAME
"""Further off than this, the delay is mended in speech as well."""
MENDING_EVERY = 2
"""Ticks between two mendings in speech."""
CONCEAL_FULLY = 60 * MS
CONCEAL_AT_MOST = 160 * MS
"""Concealment sounds natural for about 60 ms and is faded to silence until 160 ms."""
KEPT = 64
"""Packets waiting at most: 1.28 s of 20 ms ones. More only come from a flood; the oldest goes."""
CLOCK_JUMP = 2000 * MS
"""A packet this much later than the fastest one means that the sender's timestamps jumped."""
CLOCK_JUMP_BACK = 500 * MS
"""The same for one earlier than the network can have become faster."""
DTX_BYTES = 2
"""A packet this short says: nothing follows until there is sound again (opus_encoder.c)."""


@dataclass
class Figures:
    """What happened to one voice, for counters and tests."""

    packets: int = 0
    late: int = 0
    duplicates: int = 0
    garbage: int = 0
    overflowed: int = 0
    recovered: int = 0
    concealed: int = 0
    """Samples filled by concealment."""
    mended: int = 0
    """Times the delay was changed by a splice."""


@dataclass(slots=True)
class _Waiting:
    seq: int
    at: int
    duration: int
    payload: bytes
    level: int | None


class Playout:
    """The jitter buffer of one voice."""

    def __init__(self, decoder: Decoder) -> None:
        self.figures = Figures()
        self._decoder = decoder
        self._reception = Reception()
        self._delay = Delay()
        self._waiting: dict[int, _Waiting] = {}
        self._timestamp: int | None = None
        self._next_seq = _ANY
        self._is_playing = False
        self._ready: Pcm = _NOTHING
        self._position = 0
        self._duration = FRAME
        self._concealed = 0
        self._is_dtx = False
        self._until_mending = 0
        self._now = 0
        self._played_levels: tuple[int | None, int | None] = (None, None)

    # in

    def put(self, packet: VoicePacket, now: int) -> None:
        """Keep a packet that came at `now`. Never raises, whatever the bytes are."""
        noted = self._reception.note(packet, now)
        duration = samples_in(packet.payload)
        if noted is None or duration is None:
            self.figures.garbage += 1
            return
        if noted.is_duplicate:
            self.figures.duplicates += 1
            return
        if noted.is_new_source:
            self._start_over()
        self.figures.packets += 1
        seq = noted.seq
        at = self._extended(packet.timestamp)
        self._learn(at, duration, now)
        if seq < self._next_seq:
            self.figures.late += 1
            return
        if len(self._waiting) >= KEPT:
            del self._waiting[min(self._waiting)]
            self.figures.overflowed += 1
        self._waiting[seq] = _Waiting(seq, at, duration, packet.payload, packet.level)

    def count_only(self, packet: VoicePacket, now: int) -> None:
        """A packet of a voice that may not be heard: only the receiver report sees it."""
        self._reception.note(packet, now)

    def report(self) -> ReceiverReport | None:
        """What the next RTCP receiver report says of this voice."""
        return self._reception.report()

    def _extended(self, timestamp: int) -> int:
        near = timestamp & 0xFFFFFFFF if self._timestamp is None else self._timestamp
        self._timestamp = unwrap(timestamp, near, 32)
        return self._timestamp

    def _learn(self, at: int, duration: int, now: int) -> None:
        """What this packet's transit time says of the network."""
        transit = now - at
        off = self._delay.of(transit)
        if self._delay.is_measured and not -CLOCK_JUMP_BACK < off < CLOCK_JUMP:
            self._start_over()
        self._delay.note(transit, duration, is_late=self._is_playing and at < self._position)

    def _start_over(self) -> None:
        """A new source, or one whose clock jumped: what is queued belongs to another timeline."""
        self._waiting.clear()
        self._delay.restart()
        self._next_seq = _ANY
        if self._is_playing:
            self._skip()

    def hush(self) -> None:
        """Drop everything that was not played yet: not a sample of it may be heard."""
        self._waiting.clear()
        self._ready = _NOTHING
        self._is_playing = False
        self._next_seq = _ANY
        self._delay.restart()

    # out

    @property
    def target(self) -> int:
        """The delay aimed at, in samples."""
        return self._delay.target

    def delay(self, now: int) -> int | None:
        """The delay of what the tick at `now` plays, in samples; None while nothing plays."""
        if not self._is_playing:
            return None
        return self._delay.of(now - (self._position - len(self._ready)))

    def take(self, now: int, is_pause: bool) -> Pcm | None:
        """The frame to play from `now` on, or None for silence.

        `is_pause` says that the voice says nothing at the moment, so that its delay may be changed
        unheard.
        """
        self._now = now
        if not self._is_playing and not len(self._ready) and not self._begin():
            return None
        if self._is_playing:
            self._mend(is_pause)
        self._fill(FRAME)
        frame, self._ready = self._ready[:FRAME], self._ready[FRAME:]
        return frame

    @property
    def coming_level(self) -> float | None:
        """What the sender says (RFC 6464) of the loudest packet waiting, in dBov; None when unsaid."""
        return _loudest_of([packet.level for packet in self._waiting.values()])

    @property
    def played_level(self) -> float | None:
        """What the sender said of the loudest of the two packets played last."""
        return _loudest_of(self._played_levels)

    def skim(self, now: int) -> None:
        """Let the frame at `now` pass undecoded, for a voice nobody would hear; the delay stands at
        its target, and the next `take` fades in where it should be."""
        end = now + FRAME - self._delay.base - self._delay.target
        for seq in sorted(s for s, p in self._waiting.items() if p.at + p.duration <= end):
            del self._waiting[seq]
            self._next_seq = seq + 1
        self._ready = _NOTHING
        self._position = end
        self._concealed = CONCEAL_AT_MOST
        self._played_levels = (None, None)
        self._is_playing = any(packet.at <= end for packet in self._waiting.values())

    def _begin(self) -> bool:
        """Start, or start again after silence, with the delay that is right now."""
        while self._waiting:
            first = self._waiting[min(self._waiting)]
            transit = self._delay.base + self._delay.target
            due = first.at + transit
            if due >= self._now + FRAME:
                return False
            if self._is_worth_saying(first) or len(self._waiting) == 1:
                self._is_playing = True
                self._position = first.at
                self._ready = np.zeros(max(0, due - self._now), dtype=np.int16)
                self._concealed = CONCEAL_AT_MOST
                self._next_seq = first.seq
                return True
            del self._waiting[first.seq]
            self.figures.late += 1
        return False

    def _is_worth_saying(self, packet: _Waiting) -> bool:
        """Whether it would still be heard within the longest delay."""
        return self._delay.of(self._now - packet.at) <= LONGEST

    def _mend(self, is_pause: bool) -> None:
        """Bring the delay nearer to its target."""
        self._until_mending -= 1
        off = self._delay.of(self._now - (self._position - len(self._ready))) - self._delay.target
        is_urgent = abs(off) > URGENT and self._until_mending < 0
        if off > LONGEST and self._is_surplus():
            self._skip()
            return
        if abs(off) <= SLACK or not (is_pause or is_urgent) or not self._has_next():
            return
        self._until_mending = MENDING_EVERY
        self._fill(FRAME + ROOM)
        before = len(self._ready)
        self._ready = shorten(self._ready, off) if off > 0 else lengthen(self._ready, -off)
        self.figures.mended += len(self._ready) != before

    def _is_surplus(self) -> bool:
        """Whether more is waiting than the longest delay: the ticks stood still, not the network."""
        return sum(packet.duration for packet in self._waiting.values()) > LONGEST

    def _skip(self) -> None:
        """Fade out; then `_begin` leaves out what is too old to be said."""
        self._ready = fade_out(np.concatenate((self._ready, self._concealment(RAMP)))[:RAMP])
        self._is_playing = False

    def _has_next(self) -> bool:
        following = self._waiting.get(self._next_seq)
        return following is not None and following.at <= self._position

    def _fill(self, samples: int) -> None:
        """Make at least so many samples ready; concealment stops the moment a frame is there."""
        while len(self._ready) < samples and self._is_playing:
            if len(self._ready) >= FRAME and not self._has_next():
                return
            self._ready = np.concatenate((self._ready, self._more()))
        missing = FRAME - len(self._ready)
        if missing > 0:
            self._ready = np.concatenate((self._ready, np.zeros(missing, dtype=np.int16)))

    def _more(self) -> Pcm:
        """The next piece of sound, of whatever length it comes in."""
        if not self._waiting:
            return self._pause() if self._is_dtx else self._lost(self._duration)
        first = self._waiting[min(self._waiting)]
        gap = first.at - self._position
        if gap < 0 and self._concealed and self._is_worth_saying(first):
            # It comes after its turn was concealed: say it nevertheless, and shorten the delay later.
            self._position, gap = first.at, 0
        if gap <= 0:
            return self._play(first, -gap)
        if first.seq == self._next_seq:
            return self._pause()
        if gap > first.duration:
            return self._lost(gap - first.duration)
        return self._recovered(first, gap)

    def _play(self, packet: _Waiting, already: int) -> Pcm:
        del self._waiting[packet.seq]
        self._next_seq = packet.seq + 1
        self._duration = packet.duration
        self._is_dtx = len(packet.payload) <= DTX_BYTES
        self._played_levels = (self._played_levels[1], packet.level)
        if already >= packet.duration:
            self.figures.late += 1
            return _NOTHING
        try:
            pcm = self._decoder.decode(packet.payload)
        except BadPayload:
            self.figures.garbage += 1
            pcm = self._concealment(packet.duration)
        pcm = pcm[already:]
        self._position += len(pcm)
        return self._resumed(pcm)

    def _resumed(self, pcm: Pcm) -> Pcm:
        """Real sound again: on a ramp where concealment had begun to fade, or nothing was before."""
        is_faded = self._concealed > CONCEAL_FULLY
        self._concealed = 0
        return fade_in(pcm) if is_faded else pcm

    def _recovered(self, following: _Waiting, gap: int) -> Pcm:
        """What was lost just before `following`, out of its in-band FEC where it has any."""
        if not has_fec(following.payload):
            return self._lost(gap)
        try:
            pcm = self._decoder.recover(following.payload, gap)
        except BadPayload:
            return self._lost(gap)
        self.figures.recovered += 1
        self._position += gap
        self._next_seq = following.seq
        return self._resumed(pcm)

    def _lost(self, gap: int) -> Pcm:
        """Concealment for at most a frame of a gap, until it has faded; then silence."""
        if self._concealed >= CONCEAL_AT_MOST:
            self._is_playing = False
            return _NOTHING
        samples = min(gap, FRAME)
        pcm = self._concealment(samples)
        gains = np.interp(
            self._concealed + np.arange(samples), (CONCEAL_FULLY, CONCEAL_AT_MOST), (1.0, 0.0)
        )
        self._concealed += samples
        self._position += samples
        self.figures.concealed += samples
        return (pcm * gains).astype(np.int16)

    def _pause(self) -> Pcm:
        """The sender is silent on purpose: end softly and wait for it to begin again."""
        self._is_playing = False
        self._is_dtx = False
        return fade_out(self._concealment(RAMP))

    def _concealment(self, samples: int) -> Pcm:
        try:
            return self._decoder.conceal(samples)
        except BadPayload:
            return np.zeros(samples, dtype=np.int16)


def _loudest_of(levels: Collection[int | None]) -> float | None:
    said = [level for level in levels if level is not None]
    return -float(min(said)) if said and len(said) == len(levels) else None


_ANY = -(1 << 62)
"""The next sequence number when whatever comes first is welcome."""
_NOTHING: Pcm = np.zeros(0, dtype=np.int16)
