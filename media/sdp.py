"""The offer every peer gets, and what is read of an answer.

One payload type, one set of extension ids, one fmtp for everyone; the browser's candidates are never
read, so that no offer can make the relay send packets to a place of its choice (RELIABILITY.md 2).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from media.control import MAX_SDP
from media.rtp import LEVEL_EXTENSION, PAYLOAD_TYPE

_FINGERPRINT = re.compile(r"(sha-256|sha-384|sha-512) ((?:[0-9A-F]{2}:){31,63}[0-9A-F]{2})")
_MOST_LINES = 400
_HOST_PREFERENCE = 126 << 24  # RFC 8445, section 5.1.2.2


class BadSdp(ValueError):
    """An answer the relay does not take; the text says which rule it breaks."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Of the certificate the other side must show: `algorithm` like sha-256, `value` AB:CD:…"""

    algorithm: str
    value: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the relay wants to know of an answer."""

    fingerprints: tuple[Fingerprint, ...]
    may_send: bool


def offer(
    *, ufrag: str, password: str, fingerprint: Fingerprint, addresses: Sequence[str], port: int,
    ssrc: int, may_speak: bool,
) -> str:  # fmt: skip
    """The relay's offer. It says actpass as RFC 8842 asks; an answer that is not active is refused, so
    the relay is always the DTLS server."""
    lines = [
        "v=0",
        f"o=- {ssrc} 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        "a=group:BUNDLE 0",
        "a=msid-semantic:WMS causerie",
        f"m=audio {port} UDP/TLS/RTP/SAVPF {PAYLOAD_TYPE}",
        f"c={_connection(addresses[0])}",
        "a=rtcp-mux",
        "a=mid:0",
        "a=sendrecv" if may_speak else "a=sendonly",
        f"a=rtpmap:{PAYLOAD_TYPE} opus/48000/2",
        f"a=fmtp:{PAYLOAD_TYPE} minptime=10;useinbandfec=1;usedtx=1",
        "a=ptime:20",
        f"a=extmap:{LEVEL_EXTENSION} urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "a=msid:causerie mix",
        f"a=ssrc:{ssrc} cname:causerie",
        f"a=ice-ufrag:{ufrag}",
        f"a=ice-pwd:{password}",
        f"a=fingerprint:{fingerprint.algorithm} {fingerprint.value}",
        "a=setup:actpass",
        *_candidates(addresses, port),
        "a=end-of-candidates",
    ]
    return "\r\n".join(lines) + "\r\n"


def _connection(address: str) -> str:
    return f"IN IP{ipaddress.ip_address(address).version} {address}"


def _candidates(addresses: Sequence[str], port: int) -> list[str]:
    """Host candidates, the first address preferred."""
    return [
        f"a=candidate:{n + 1} 1 udp {_HOST_PREFERENCE | (65535 - n) << 8 | 255} {address} {port}"
        " typ host"
        for n, address in enumerate(addresses)
    ]


def read_answer(text: str) -> Answer:
    """Read an answer; raises BadSdp and nothing else."""
    if len(text) > MAX_SDP or len(text.encode(errors="replace")) > MAX_SDP:
        raise BadSdp("too long")
    lines = text.splitlines()
    if len(lines) > _MOST_LINES or not lines or lines[0] != "v=0":
        raise BadSdp("no session description")
    sections = [line for line in lines if line.startswith("m=")]
    if len(sections) != 1:
        raise BadSdp("not exactly one section")
    _check_section(sections[0])
    attributes = [line[2:] for line in lines if line.startswith("a=")]
    if "rtcp-mux" not in attributes:
        raise BadSdp("no rtcp-mux")
    if "setup:active" not in attributes:
        raise BadSdp("not active")
    return Answer(
        fingerprints=_fingerprints(attributes),
        may_send="sendrecv" in attributes or "sendonly" in attributes,
    )


def _check_section(line: str) -> None:
    words = line[2:].split()
    if len(words) < 4 or words[0] != "audio":
        raise BadSdp("not audio")
    if words[1] == "0":
        raise BadSdp("audio refused")
    if str(PAYLOAD_TYPE) not in words[3:]:
        raise BadSdp("our payload type is missing")


def _fingerprints(attributes: list[str]) -> tuple[Fingerprint, ...]:
    found = []
    for attribute in attributes:
        if not attribute.lower().startswith("fingerprint:"):
            continue
        algorithm, _, value = attribute[12:].strip().partition(" ")
        match = _FINGERPRINT.fullmatch(f"{algorithm.lower()} {value.strip().upper()}")
        if match:
            found.append(Fingerprint(match[1], match[2]))
    if not 1 <= len(found) <= 8:
        raise BadSdp("fingerprint")
    return tuple(found)
