"""ICE-lite as far as the relay needs it: read a connectivity check, prove it, answer it.

RFC 8489 (STUN) and RFC 8445, section 2.5 (ICE-lite). No network here, and no exception for whatever
bytes come: malformed is None.
"""

from __future__ import annotations

import binascii
import hmac
import ipaddress
from dataclasses import dataclass
from struct import Struct

MAGIC_COOKIE = 0x2112A442
_COOKIE = MAGIC_COOKIE.to_bytes(4, "big")
_BINDING_REQUEST = b"\x00\x01"
_HEADER = 20
_ATTRIBUTE = Struct("!HH")
_USERNAME = 0x0006
_MESSAGE_INTEGRITY = 0x0008
_USE_CANDIDATE = 0x0025
_FINGERPRINT_XOR = 0x5354554E
_INTEGRITY_SIZE = 24  # bytes: attribute header and HMAC-SHA1
LARGEST_CHECK = 512
"""Bytes; browsers send about 100."""


@dataclass(frozen=True, slots=True)
class Check:
    """A binding request. `ours` is our half of the username; nothing is proven yet."""

    datagram: bytes
    ours: bytes
    use_candidate: bool
    integrity_at: int

    @property
    def transaction(self) -> bytes:
        return self.datagram[8:_HEADER]

    def is_proven_by(self, password: bytes) -> bool:
        """Whether the sender knows the password (RFC 8489, section 14.5)."""
        at = self.integrity_at
        length = (at + _INTEGRITY_SIZE - _HEADER).to_bytes(2, "big")
        signed = self.datagram[:2] + length + self.datagram[4:at]
        claimed = self.datagram[at + 4 : at + _INTEGRITY_SIZE]
        return hmac.compare_digest(hmac.digest(password, signed, "sha1"), claimed)


def read_check(datagram: bytes) -> Check | None:
    """The check in a datagram, or None when it is no binding request with username and integrity."""
    if not _HEADER <= len(datagram) <= LARGEST_CHECK or datagram[:2] != _BINDING_REQUEST:
        return None
    if datagram[4:8] != _COOKIE or int.from_bytes(datagram[2:4], "big") != len(datagram) - _HEADER:
        return None
    username = b""
    use_candidate = False
    at = _HEADER
    while at + 4 <= len(datagram):
        kind, size = _ATTRIBUTE.unpack_from(datagram, at)
        if at + 4 + size > len(datagram):
            return None
        if kind == _MESSAGE_INTEGRITY:  # what follows is not signed, so it is not read
            if size != _INTEGRITY_SIZE - 4 or not username:
                return None
            return Check(datagram, username.partition(b":")[0], use_candidate, at)
        if kind == _USERNAME:
            username = datagram[at + 4 : at + 4 + size]
        elif kind == _USE_CANDIDATE:
            use_candidate = True
        at += 4 + size + (-size % 4)
    return None


def mapped_address(host: str, port: int) -> bytes:
    """The XOR-MAPPED-ADDRESS attribute without the transaction, which only IPv6 needs (section 14.2)."""
    address = ipaddress.ip_address(host)
    family = b"\x00\x01" if address.version == 4 else b"\x00\x02"
    size = 4 + len(address.packed)
    return (
        b"\x00\x20" + size.to_bytes(2, "big") + family + (port ^ (MAGIC_COOKIE >> 16)).to_bytes(2)
        + address.packed
    )  # fmt: skip


def answer_to(check: Check, password: bytes, mapped: bytes) -> bytes:
    """The success response; `mapped` is `mapped_address` of where the check came from."""
    pad = _COOKIE + check.transaction
    plain = mapped[8:]
    body = mapped[:8] + bytes(a ^ b for a, b in zip(plain, pad, strict=False))
    head = b"\x01\x01" + (len(body) + _INTEGRITY_SIZE).to_bytes(2, "big") + _COOKIE
    signed = head + check.transaction + body
    digest = hmac.digest(password, signed, "sha1")
    whole = (
        b"\x01\x01" + (len(body) + _INTEGRITY_SIZE + 8).to_bytes(2, "big")
        + signed[4:] + b"\x00\x08\x00\x14" + digest
    )  # fmt: skip
    fingerprint = (binascii.crc32(whole) ^ _FINGERPRINT_XOR).to_bytes(4, "big")
    return whole + b"\x80\x28\x00\x04" + fingerprint
