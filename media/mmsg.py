"""Many datagrams in one system call: recvmmsg and sendmmsg (Linux) through cffi, over numpy buffers.

A plain `sendto` for each listener costs the relay more than half of its time (MEDIA.md).
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from typing import Any

import cffi
import numpy as np
from numpy.typing import NDArray

_ffi = cffi.FFI()
_ffi.cdef("""
struct iovec { void *base; size_t size; };
struct msghdr { void *name; unsigned int name_size; struct iovec *iov; size_t iov_count;
                void *control; size_t control_size; int flags; };
struct mmsghdr { struct msghdr header; unsigned int size; };
int sendmmsg(int, struct mmsghdr *, unsigned int, int);
int recvmmsg(int, struct mmsghdr *, unsigned int, int, void *);
""")
_libc: Any = _ffi.dlopen(None)
_DONT_WAIT = 0x40  # MSG_DONTWAIT
_SIZE_WORD = _ffi.offsetof("struct mmsghdr", "size") // 4

SOCKADDR = {socket.AF_INET: 16, socket.AF_INET6: 28}
"""Bytes of a raw socket address by family."""


class Messages:
    """`capacity` slots of `slot` bytes with their headers and raw addresses.

    `bytes` is a uint8 array of shape (capacity, slot), `sizes` the bytes to send of each slot.
    """

    def __init__(self, capacity: int, slot: int, family: int) -> None:
        self.capacity = capacity
        self.slot = slot
        self.address_size = SOCKADDR[socket.AddressFamily(family)]
        self.memory: Any = _ffi.new("char[]", capacity * slot)
        self.raw = _ffi.buffer(self.memory)
        self.bytes: NDArray[np.uint8] = np.frombuffer(self.raw, dtype=np.uint8).reshape(
            capacity, slot
        )
        self._addresses: Any = _ffi.new("char[]", capacity * self.address_size)
        self.addresses = _ffi.buffer(self._addresses)
        self._iov: Any = _ffi.new("struct iovec[]", capacity)
        self._headers: Any = _ffi.new("struct mmsghdr[]", capacity)
        self._point_headers()
        iov = np.frombuffer(_ffi.buffer(self._iov), dtype=np.uint64).reshape(capacity, 2)
        self.sizes: NDArray[np.uint64] = iov[:, 1]
        words = np.frombuffer(_ffi.buffer(self._headers), dtype=np.uint32)
        self._received: NDArray[np.uint32] = words.reshape(capacity, -1)[:, _SIZE_WORD]
        self._name_sizes: NDArray[np.uint32] = words.reshape(capacity, -1)[:, 2]

    def _point_headers(self) -> None:
        for n in range(self.capacity):
            self._iov[n].base = self.memory + n * self.slot
            self._iov[n].size = self.slot
            header = self._headers[n].header
            header.iov = self._iov + n
            header.iov_count = 1
            header.name = self._addresses + n * self.address_size
            header.name_size = self.address_size

    def address_of(self, n: int) -> bytes:
        """The raw socket address of slot `n`."""
        at = n * self.address_size
        return bytes(self.addresses[at : at + self.address_size])

    def set_address(self, n: int, address: bytes) -> None:
        at = n * self.address_size
        self.addresses[at : at + self.address_size] = address

    def receive(self, fd: int) -> Iterator[tuple[bytes, bytes]]:
        """One call's worth of (datagram, raw address); what is longer than a slot comes cut."""
        self._name_sizes[:] = self.address_size  # the kernel writes what it used
        count = _libc.recvmmsg(fd, self._headers, self.capacity, _DONT_WAIT, _ffi.NULL)
        if count <= 0:
            return
        raw, slot = self.raw, self.slot
        for n, size in enumerate(self._received[:count].tolist()):
            yield raw[n * slot : n * slot + size], self.address_of(n)

    def send(self, fd: int, count: int) -> tuple[int, int]:
        """Send the first `count` slots; returns how many the full socket buffer refused and how many
        failed otherwise. Nothing waits: sound that is late is worth nothing."""
        at = failed = 0
        while at < count:
            sent = _libc.sendmmsg(fd, self._headers + at, count - at, _DONT_WAIT)
            if sent > 0:
                at += sent
            elif _ffi.errno in (errno.EAGAIN, errno.ENOBUFS):
                return count - at, failed
            elif _ffi.errno != errno.EINTR:
                at += 1  # this one cannot be sent (no route, a firewall's no): the others can
                failed += 1
        return 0, failed
