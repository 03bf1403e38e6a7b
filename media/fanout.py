"""One encoded packet to many listeners: a slab of rows, libsrtp on each, one sendmmsg a tick.

A row is one listener: its SRTP session, its address, its sequence numbers. Rows are dense; a join
appends one, a leave moves the last into the hole. Nothing is built anew at a join or a leave.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from pylibsrtp._binding import ffi, lib

from media import rtp
from media.dtls import Srtp
from media.mmsg import Messages

SLOT = 512  # bytes of a row: header, payload, SRTP trailer
CAPACITY = 4096  # rows
_TRAILER = 16 + 128  # SRTP_MAX_TRAILER_LEN of libsrtp
LARGEST_PAYLOAD = SLOT - rtp.HEADER_SIZE - _TRAILER
"""Bytes of one Opus packet of 20 ms: 142 kbit/s; ours have 32."""
_FIRST_SEQ = 1 << 14
"""Sequence numbers start below this: a receiver that missed the first packets around a wrap would
guess the roll-over counter wrong and never decrypt anything (RFC 3711, section 3.3.1)."""

OwnerT = TypeVar("OwnerT")


class Full(Exception):
    """Every row is taken."""


@dataclass(eq=False)
class Row(Generic[OwnerT]):
    """One listener in the slab. `index` changes when an earlier row leaves. `joined_octets` is what
    its stream had sent before it came, for the sender reports."""

    index: int
    owner: OwnerT
    srtp: Srtp
    joined_packets: int
    joined_octets: int


class Stream:
    """One AudioRoom's outgoing RTP: its SSRC and clocks, common to all its listeners."""

    def __init__(self) -> None:
        self.ssrc = secrets.randbelow((1 << 32) - 1) + 1
        self.packets = 0
        self.octets = 0
        self._timestamp_base = secrets.randbits(32)
        self.timestamp = self._timestamp_base

    def advance(self, now: int, size: int) -> None:
        """One packet of `size` bytes goes out for the frame that starts at `now` samples."""
        self.timestamp = (self._timestamp_base + now) & 0xFFFFFFFF
        self.packets += 1
        self.octets += size


class Fanout(Generic[OwnerT]):
    """The rows of all AudioRooms of this process, in one slab. `version` changes with the indexes."""

    def __init__(self, family: int, capacity: int = CAPACITY) -> None:
        self.messages = Messages(capacity, SLOT, family)
        self.rows: list[Row[OwnerT]] = []
        self.failed: list[OwnerT] = []
        self.version = 0
        self._slab = self.messages.bytes
        self._offsets: NDArray[np.uint16] = np.zeros(capacity, dtype=np.uint16)
        self._sessions: list[Any] = []
        self._packets: list[Any] = []
        self._size_pointers: list[Any] = []
        sizes = ffi.new("int[]", capacity)
        self._sizes_memory: Any = sizes
        self._sizes: NDArray[np.int32] = np.frombuffer(ffi.buffer(sizes), dtype=np.int32)
        self._base = int(self._slab.ctypes.data)
        self._control: Any = ffi.new("char[]", SLOT)
        self._control_size: Any = ffi.new("int *")

    def __len__(self) -> int:
        return len(self.rows)

    def join(self, owner: OwnerT, srtp: Srtp, address: bytes, stream: Stream) -> Row[OwnerT]:
        """Append a row. Raises Full."""
        n = len(self.rows)
        if n == self.messages.capacity:
            raise Full
        self.version += 1
        row = Row(n, owner, srtp, stream.packets, stream.octets)
        self.rows.append(row)
        self._sessions.append(srtp.pointer)
        self._packets.append(ffi.cast("void *", self._base + n * SLOT))
        self._size_pointers.append(self._sizes_memory + n)
        self._offsets[n] = (secrets.randbelow(_FIRST_SEQ) - stream.packets) & 0xFFFF
        self.messages.set_address(n, address)
        return row

    def leave(self, row: Row[OwnerT]) -> None:
        """Take a row out: from here on no packet is made for it."""
        self.version += 1
        last = self.rows.pop()
        session = self._sessions.pop()
        self._packets.pop()
        self._size_pointers.pop()
        if last is row:
            return
        hole, end = row.index, last.index
        self.rows[hole] = last
        self._sessions[hole] = session
        self._offsets[hole] = self._offsets[end]
        self.messages.set_address(hole, self.messages.address_of(end))
        last.index = hole

    def move(self, row: Row[OwnerT], address: bytes) -> None:
        """The listener's address changed."""
        self.messages.set_address(row.index, address)

    def put(self, rows: slice | NDArray[np.intp], stream: Stream, payload: bytes) -> None:
        """Write this tick's packet of a stream into these rows."""
        packet = rtp.header(0, stream.timestamp, stream.ssrc) + payload
        self._slab[rows, : len(packet)] = np.frombuffer(packet, dtype=np.uint8)
        seq = self._offsets[rows] + np.uint16(stream.packets & 0xFFFF)
        self._slab[rows, 2:4] = seq.astype(">u2").view(np.uint8).reshape(-1, 2)
        self._sizes[rows] = len(packet)

    def put_own(self, row: Row[OwnerT], payload: bytes) -> None:
        """Replace the payload of one row by its personal mix."""
        end = rtp.HEADER_SIZE + len(payload)
        self._slab[row.index, rtp.HEADER_SIZE : end] = np.frombuffer(payload, dtype=np.uint8)
        self._sizes[row.index] = end

    def protect(self) -> int:
        """Encrypt every row in place; returns how many rows are ready to be sent.

        Should libsrtp ever refuse one, its owner goes to `failed` and an empty datagram goes out in
        its place: what is not encrypted never leaves.
        """
        count = len(self.rows)
        plain = self._sizes[:count].copy()
        bad = sum(map(lib.srtp_protect, self._sessions, self._packets, self._size_pointers))
        sizes = self._sizes[:count]
        if bad:
            refused = sizes == plain
            sizes[refused] = 0
            self.failed += [self.rows[n].owner for n in np.flatnonzero(refused)]
        self.messages.sizes[:count] = sizes
        return count

    def control(self, row: Row[OwnerT], packet: bytes) -> bytes | None:
        """An encrypted RTCP packet for one listener; None if libsrtp refuses."""
        ffi.memmove(self._control, packet, len(packet))
        self._control_size[0] = len(packet)
        if lib.srtp_protect_rtcp(row.srtp.pointer, self._control, self._control_size):
            return None
        return bytes(ffi.buffer(self._control, self._control_size[0]))

    def sender_report(self, row: Row[OwnerT], stream: Stream, unix: float) -> bytes | None:
        """An encrypted sender report about what this row was sent; `unix` s is the time of the last
        packet. Its octets are the stream's, so a personal mix makes them an estimate."""
        return self.control(
            row,
            rtp.sender_report(
                ssrc=stream.ssrc,
                ntp_time=rtp.ntp(unix),
                timestamp=stream.timestamp,
                packets=stream.packets - row.joined_packets,
                octets=stream.octets - row.joined_octets,
            ),
        )
