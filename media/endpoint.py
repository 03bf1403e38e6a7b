"""The relay's one UDP port: who a datagram is from, and the answers to connectivity checks.

A datagram goes to nobody who did not prove by a STUN check that the address is theirs and that they
were given an offer (RELIABILITY.md P6); what is malformed is counted, never logged.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import ifaddr

from media import ice
from media.mmsg import SOCKADDR, Messages

_BUFFER = (
    4 << 20
)  # bytes; the kernel gives less (net.core.wmem_max) to a process without privileges
_BUFFER_OPTIONS = ((socket.SO_RCVBUF, 33), (socket.SO_SNDBUF, 32))
"""The plain options, and Linux' SO_RCVBUFFORCE and SO_SNDBUFFORCE (socket(7))."""
_DATAGRAM = 1600  # bytes: larger than an Ethernet frame; STUN, DTLS and RTP stay below
_AT_ONCE = 128
_MOST_A_DRAIN = 4096
"""Datagrams taken before the tick goes on: a flood costs the flooder's own packets, not the sound."""
_V4_MAPPED = b"\0" * 10 + b"\xff\xff"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a guest is: the kernel's raw form, the form for `sendto`, and what STUN answers say."""

    raw: bytes
    host: str
    destination: tuple[str, int] | tuple[str, int, int, int]
    mapped: bytes

    @classmethod
    def from_raw(cls, raw: bytes) -> Address:
        """Read a `sockaddr_in` or `sockaddr_in6` as Linux has it."""
        port = int.from_bytes(raw[2:4], "big")
        if len(raw) == SOCKADDR[socket.AF_INET]:
            host = str(ipaddress.IPv4Address(raw[4:8]))
            return cls(raw, host, (host, port), ice.mapped_address(host, port))
        packed = raw[8:24]
        scope = int.from_bytes(raw[24:28], "little")
        inner = ipaddress.IPv6Address(packed)
        is_mapped = packed.startswith(_V4_MAPPED)
        host = str(ipaddress.IPv4Address(packed[12:])) if is_mapped else str(inner)
        destination = (f"::ffff:{host}" if is_mapped else host, port, 0, scope)
        return cls(raw, host, destination, ice.mapped_address(host, port))


class Guest(Protocol):
    """A peer as the endpoint sees it: its half of the ICE credentials and where it is."""

    ufrag: bytes
    password: bytes
    address: Address | None


GuestT = TypeVar("GuestT", bound=Guest)


class Endpoint(Generic[GuestT]):
    """One UDP socket (both IPv4 and IPv6 where the machine has IPv6) and its guests.

    `on_packet(guest, datagram)` takes everything of a known address that is not STUN;
    `on_check(guest, address)` is asked at each proven check whether the guest may be there;
    `may_move(guest)` is asked before a guest who is somewhere is taken to be somewhere else;
    `on_move(guest, former)` is told when the guest's address has changed.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        on_packet: Callable[[GuestT, bytes], None],
        on_check: Callable[[GuestT, Address], bool],
        on_move: Callable[[GuestT, Address | None], None],
        may_move: Callable[[GuestT], bool] = lambda _guest: True,
    ) -> None:
        self.socket = _open(host, port)
        self.family = self.socket.family
        self.port: int = self.socket.getsockname()[1]
        self.counts: Counter[str] = Counter()
        self._on_packet = on_packet
        self._on_check = on_check
        self._on_move = on_move
        self._may_move = may_move
        self._by_ufrag: dict[bytes, GuestT] = {}
        self._by_address: dict[bytes, GuestT] = {}
        self._inbox = Messages(_AT_ONCE, _DATAGRAM, self.family)

    def admit(self, guest: GuestT) -> None:
        """From now on checks with this guest's credentials are answered."""
        self._by_ufrag[guest.ufrag] = guest

    def dismiss(self, guest: GuestT) -> None:
        """The guest is gone; nothing is read from or sent to its address any more."""
        self._by_ufrag.pop(guest.ufrag, None)
        if guest.address is not None and self._by_address.get(guest.address.raw) is guest:
            del self._by_address[guest.address.raw]
        guest.address = None

    def drain(self) -> None:
        """Take what has arrived. Never raises for what is in a datagram."""
        taken = 0
        while taken < _MOST_A_DRAIN:
            count = 0
            for datagram, raw in self._inbox.receive(self.socket.fileno()):
                count += 1
                self._take(datagram, raw)
            taken += count
            if count < _AT_ONCE:
                return
        self.counts["flood"] += 1

    def _take(self, datagram: bytes, raw: bytes) -> None:
        if not datagram:
            self.counts["empty"] += 1
        elif datagram[0] < 4:
            self._take_check(datagram, raw)
        elif (guest := self._by_address.get(raw)) is not None:
            self._on_packet(guest, datagram)
        else:
            self.counts["stranger"] += 1

    def _take_check(self, datagram: bytes, raw: bytes) -> None:
        check = ice.read_check(datagram)
        if check is None:
            self.counts["bad_stun"] += 1
            return
        guest = self._by_ufrag.get(check.ours)
        if guest is None or not check.is_proven_by(guest.password):
            self.counts["unproven_check"] += 1
            return
        known = guest.address
        address = known if known and known.raw == raw else Address.from_raw(raw)
        if not self._on_check(guest, address):
            return
        wants_move = address is not guest.address and check.use_candidate
        if guest.address is None or (wants_move and self._may_move(guest)):
            self._move(guest, address)
        self._send_to(ice.answer_to(check, guest.password, address.mapped), address)

    def _move(self, guest: GuestT, address: Address) -> None:
        former = guest.address
        if former is not None and self._by_address.get(former.raw) is guest:
            del self._by_address[former.raw]
        guest.address = address
        self._by_address[address.raw] = guest
        self._on_move(guest, former)

    def send(self, guest: GuestT, datagram: bytes) -> None:
        """One datagram to where the guest is; dropped when it is nowhere or the buffer is full."""
        if guest.address is not None:
            self._send_to(datagram, guest.address)

    def _send_to(self, datagram: bytes, address: Address) -> None:
        try:
            self.socket.sendto(datagram, address.destination)
        except OSError:
            self.counts["unsent"] += 1

    def send_many(self, messages: Messages, count: int) -> None:
        """The tick's packets in one call."""
        refused, failed = messages.send(self.socket.fileno(), count)
        if refused or failed:
            self.counts["dropped"] += refused
            self.counts["unsent"] += failed

    def close(self) -> None:
        self.socket.close()


def _open(host: str, port: int) -> socket.socket:
    """A bound UDP socket; no host means every address, IPv6 included where there is any."""
    if not host:
        with contextlib.suppress(OSError):
            return _bound(socket.AF_INET6, "::", port)
    return _bound(socket.AF_INET6 if ":" in host else socket.AF_INET, host, port)


def _bound(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        for plain, forced in _BUFFER_OPTIONS:
            sock.setsockopt(socket.SOL_SOCKET, plain, _BUFFER)
            with contextlib.suppress(PermissionError):
                sock.setsockopt(socket.SOL_SOCKET, forced, _BUFFER)
        sock.setblocking(False)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


def advertised(chosen: Iterable[str], family: int) -> list[str]:
    """The addresses to offer: those an operator chose, else every address of the machine that is not
    loopback, then 127.0.0.1. (Firefox without microphone permission needs one that is not loopback.)"""
    if addresses := list(chosen):
        return addresses
    found: list[str] = []
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            host = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            if _is_reachable(host, family) and host not in found:
                found.append(host)
    found.sort(key=lambda host: ":" in host)
    return [*found, "127.0.0.1"]


def _is_reachable(host: str, family: int) -> bool:
    address = ipaddress.ip_address(host.partition("%")[0])
    if address.version == 6 and family != socket.AF_INET6:
        return False
    return not (address.is_loopback or address.is_link_local)
