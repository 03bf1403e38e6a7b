"""What audio is made of here: frames of PCM, packets of Opus, and the codec the pure part is given.

Times and lengths are samples at 48 kHz everywhere in this package unless a name says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
MS = RATE // 1000
FRAME = 20 * MS
"""Samples of one tick."""

LONGEST_PACKET = 120 * MS
"""RFC 6716, section 2.1.4: no Opus packet is longer than 120 ms."""
LARGEST_PAYLOAD = 1500
"""Bytes; more never comes in one datagram, so it is refused before it is kept."""

Pcm = NDArray[np.int16]
"""48 kHz mono; a frame has shape (960,)."""
Wide = NDArray[np.int32]
"""A sum of several Pcm, before the limiter."""

SILENCE: Pcm = np.zeros(FRAME, dtype=np.int16)
SILENCE.flags.writeable = False

RAMP = 5 * MS
"""How long a voice takes to come in or go out: long enough not to click, short enough not to hear."""
RISE: NDArray[np.float32] = (0.5 - 0.5 * np.cos(np.pi * (np.arange(RAMP) + 1) / (RAMP + 1))).astype(
    np.float32
)
FALL: NDArray[np.float32] = RISE[::-1].copy()


@dataclass(frozen=True, slots=True)
class VoicePacket:
    """One RTP packet of a voice: 16-bit `seq`, 32-bit `timestamp`, the Opus `payload`, the RFC 6464
    `level` in -dBov (0 loudest, 127 silence; None when the extension is absent) and the `ssrc`."""

    seq: int
    timestamp: int
    payload: bytes
    level: int | None = None
    ssrc: int = 0


class Encoder(Protocol):
    """An Opus encoder with its state."""

    def encode(self, pcm: Pcm) -> bytes:
        """One packet for one frame."""

    def continue_from(self, other: Encoder) -> None:
        """Take over the whole state and settings of another encoder of the same codec."""

    def expect_loss(self, percent: int) -> None:
        """Make so much room for in-band FEC as this share of lost packets deserves."""


class Decoder(Protocol):
    """An Opus decoder with its state. Garbage raises BadPayload and nothing else."""

    def decode(self, payload: bytes) -> Pcm:
        """The samples of one packet."""

    def recover(self, payload: bytes, samples: int) -> Pcm:
        """The `samples` before this packet, from its in-band FEC where it has any."""

    def conceal(self, samples: int) -> Pcm:
        """`samples` of concealment (Opus PLC) for what never came."""


class Codec(Protocol):
    """Makes encoders and decoders; `media.opus.OpusCodec` is the real one."""

    def new_encoder(self) -> Encoder: ...

    def new_decoder(self) -> Decoder: ...


class BadPayload(ValueError):
    """Bytes that are no Opus packet."""


_SILK_MS = (10, 20, 40, 60)
_HYBRID_MS = (10, 20)
_CELT_SAMPLES = (120, 240, 480, 960)


def samples_in(payload: bytes) -> int | None:
    """How long an Opus packet lasts by its TOC byte (RFC 6716, sections 3.1 and 3.2), or None if it
    cannot be one."""
    if not 0 < len(payload) <= LARGEST_PAYLOAD:
        return None
    frames = _frame_count(payload)
    samples = frames * _samples_per_frame(payload[0] >> 3)
    return samples if 0 < samples <= LONGEST_PACKET else None


def _frame_count(payload: bytes) -> int:
    code = payload[0] & 3
    if code < 3:
        return min(code, 1) + 1
    return payload[1] & 0x3F if len(payload) > 1 else 0


def _samples_per_frame(config: int) -> int:
    if config < 12:
        return _SILK_MS[config & 3] * MS
    if config < 16:
        return _HYBRID_MS[config & 1] * MS
    return _CELT_SAMPLES[config & 3]


def has_fec(payload: bytes) -> bool:
    """Whether a SILK or hybrid packet carries a coarse copy of what came before it: the LBRR flag
    follows the VAD flags of its first frame (RFC 6716, sections 4.2.3 and 4.2.4)."""
    if not payload or payload[0] & 0x80:
        return False
    start = _first_frame_at(payload)
    if start >= len(payload):
        return False
    silk_frames = max(1, _samples_per_frame(payload[0] >> 3) // FRAME)
    return bool(payload[start] >> (7 - silk_frames) & 1)


def _first_frame_at(payload: bytes) -> int:
    """Where the first Opus frame of a packet begins (RFC 6716, section 3.2)."""
    code = payload[0] & 3
    if code < 2:
        return 1
    if code == 2:
        return 1 + _length_bytes(payload, 1)
    if len(payload) < 2:
        return len(payload)
    count, at = payload[1], 2
    if count & 0x40:
        while at < len(payload) and payload[at] == 255:
            at += 1
        at += 1
    if count & 0x80:
        for _ in range((count & 0x3F) - 1):
            at += _length_bytes(payload, at)
    return at


def _length_bytes(payload: bytes, at: int) -> int:
    return 2 if at < len(payload) and payload[at] >= 252 else 1


def unwrap(value: int, near: int, bits: int) -> int:
    """The number nearest to `near` that ends in the low `bits` of `value`."""
    span = 1 << bits
    return near + ((value - near + span // 2) % span) - span // 2


def fade_in(pcm: Pcm) -> Pcm:
    """The same frame with its first 5 ms raised from nothing."""
    faded = pcm.copy()
    faded[:RAMP] = faded[:RAMP] * RISE[: len(faded)]
    return faded


def fade_out(pcm: Pcm) -> Pcm:
    """The same frame falling to nothing in its first 5 ms."""
    faded = np.zeros_like(pcm)
    faded[:RAMP] = pcm[:RAMP] * FALL[: len(pcm)]
    return faded
