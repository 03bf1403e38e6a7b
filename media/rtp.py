"""RTP and RTCP as far as the relay needs them: read a voice packet, write reports.

RFC 3550, RFC 5761 (both on one port), RFC 6464 (audio level). No exception for whatever bytes come.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from media.frames import VoicePacket

PAYLOAD_TYPE = 111
LEVEL_EXTENSION = 1
"""The id that our offer gives to urn:ietf:params:rtp-hdrext:ssrc-audio-level."""
HEADER_SIZE = 12

_HEADER = Struct("!BBHII")
_ONE_BYTE_PROFILE = b"\xbe\xde"
_SR_HEAD = Struct("!BBHIQIII")
_RR = Struct("!BBHIIIIIII")
_SDES = Struct("!BBHI")
_NTP_EPOCH = 2_208_988_800  # s between 1900 and 1970
_CNAME = b"\x01\x08causerie\x00\x00"  # SDES item, ended and padded to 32 bits


def is_rtcp(datagram: bytes) -> bool:
    """Of what starts with 128-191: whether it is RTCP (RFC 5761, section 4)."""
    return len(datagram) > 1 and 192 <= datagram[1] <= 223


def header(seq: int, timestamp: int, ssrc: int) -> bytes:
    """The fixed header of our packets."""
    return _HEADER.pack(0x80, PAYLOAD_TYPE, seq, timestamp, ssrc)


def read_voice(packet: bytes) -> VoicePacket | None:
    """The voice packet in a decrypted RTP packet, or None when it is malformed, of another payload
    type, or empty (a browser's probe)."""
    if len(packet) <= HEADER_SIZE or packet[0] >> 6 != 2 or packet[1] & 0x7F != PAYLOAD_TYPE:
        return None
    first, _, seq, timestamp, ssrc = _HEADER.unpack_from(packet)
    at = HEADER_SIZE + 4 * (first & 0x0F)
    end = len(packet)
    if first & 0x20:  # padding: the last byte counts it
        end -= packet[-1]
    level = None
    if first & 0x10:
        if at + 4 > end:
            return None
        size = 4 * int.from_bytes(packet[at + 2 : at + 4], "big")
        if packet[at : at + 2] == _ONE_BYTE_PROFILE:
            level = _audio_level(packet[at + 4 : at + 4 + size])
        at += 4 + size
    if at >= end:
        return None
    return VoicePacket(seq, timestamp, packet[at:end], level, ssrc)


def _audio_level(elements: bytes) -> int | None:
    """-dBov, 0-127, of the RFC 6464 element among one-byte header elements (RFC 8285, 4.2)."""
    at = 0
    while at < len(elements):
        if elements[at] == 0:  # padding
            at += 1
            continue
        kind, size = elements[at] >> 4, (elements[at] & 0x0F) + 1
        if kind == LEVEL_EXTENSION and at + 1 < len(elements):
            return elements[at + 1] & 0x7F
        at += 1 + size
    return None


def ntp(unix: float) -> int:
    """A Unix time in s as a 64-bit NTP time stamp."""
    return int((unix + _NTP_EPOCH) * (1 << 32)) & 0xFFFF_FFFF_FFFF_FFFF


def read_sender_ntp(packet: bytes) -> int | None:
    """The middle 32 bits of the NTP time of a decrypted sender report, or None if it is none."""
    if len(packet) < 28 or packet[0] >> 6 != 2 or packet[1] != 200:
        return None
    return int.from_bytes(packet[10:14], "big")


def sender_report(*, ssrc: int, ntp_time: int, timestamp: int, packets: int, octets: int) -> bytes:
    """A compound SR and SDES."""
    report = _SR_HEAD.pack(
        0x80, 200, 6, ssrc, ntp_time, timestamp & 0xFFFFFFFF, packets & 0xFFFFFFFF,
        octets & 0xFFFFFFFF,
    )  # fmt: skip
    return report + _description(ssrc)


@dataclass(frozen=True, slots=True)
class Echo:
    """The last sender report heard: its middle NTP bits and when it came (s, monotonic)."""

    middle: int
    came: float


def receiver_report(
    *, ssrc: int, of: int, fraction: int, lost: int, highest: int, jitter: int,
    echo: Echo | None, now: float,
) -> bytes:  # fmt: skip
    """A compound RR and SDES. `fraction` is lost packets of the last interval in 1/256, `lost` since
    the start, `highest` the extended sequence number, `jitter` in samples, `now` s monotonic."""
    total = max(-0x800000, min(0x7FFFFF, lost)) & 0xFFFFFF
    delay = min(0xFFFFFFFF, int((now - echo.came) * 65536)) if echo else 0
    report = _RR.pack(
        0x81, 201, 7, ssrc, of, min(fraction, 255) << 24 | total, highest & 0xFFFFFFFF,
        min(jitter, 0xFFFFFFFF), echo.middle if echo else 0, delay,
    )  # fmt: skip
    return report + _description(ssrc)


def _description(ssrc: int) -> bytes:
    return _SDES.pack(0x81, 202, (4 + len(_CNAME)) // 4, ssrc) + _CNAME
