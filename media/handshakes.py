"""DTLS work a little at a time, so that a storm of joins makes no tick late.

One handshake is about 1.5 ms of elliptic curves on the loop that also mixes. What has to wait for the
next pause waits; what is too much is dropped, and the browser sends it again.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable

from media.dtls import DtlsFailed
from media.peer import Peer

AT_ONCE = 256
"""Handshakes begun and not ended: the bound of their memory."""
AT_ONCE_PER_HOST = 32
_WAITING = 4096  # datagrams
_A_TURN = 4
"""Datagrams taken before other work on the loop has its turn."""


class Handshakes:
    """`on_connected(peer)` and `on_failed(peer, reason)` are called from `work`.

    `is_trusted(host)` exempts the machine's own addresses from the cap per host.
    """

    def __init__(
        self,
        on_connected: Callable[[Peer], None],
        on_failed: Callable[[Peer, str], None],
        is_trusted: Callable[[str], bool],
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._on_connected = on_connected
        self._on_failed = on_failed
        self._is_trusted = is_trusted
        self._inbox: deque[tuple[Peer, bytes]] = deque()
        self._begun: dict[Peer, str] = {}
        self._per_host: Counter[str] = Counter()

    @property
    def is_idle(self) -> bool:
        return not self._inbox and not self._begun

    @property
    def is_waiting(self) -> bool:
        return bool(self._inbox)

    def put(self, peer: Peer, datagram: bytes) -> None:
        """A DTLS datagram came."""
        if len(self._inbox) >= _WAITING:
            self.counts["dropped"] += 1
        else:
            self._inbox.append((peer, datagram))

    def work(self, until: float) -> bool:
        """Take some datagrams, none after `until` (s, monotonic); whether more are waiting."""
        for _ in range(_A_TURN):
            if not self._inbox or time.monotonic() >= until:
                break
            self._take(*self._inbox.popleft())
        return bool(self._inbox)

    def _take(self, peer: Peer, datagram: bytes) -> None:
        if peer.is_closed or not self._may_begin(peer):
            return
        was_connected = peer.is_connected
        try:
            is_alive = peer.shake(datagram)
        except DtlsFailed:
            self.counts["failed"] += 1
            self._on_failed(peer, "failed")
        except (
            Exception
        ):  # whatever a stranger's bytes did inside OpenSSL, it is this peer's end only
            self.counts["broken"] += 1
            self._on_failed(peer, "failed")
        else:
            if not is_alive:
                self._on_failed(peer, "left")
            elif peer.is_connected and not was_connected:
                self.forget(peer)
                self._on_connected(peer)

    def _may_begin(self, peer: Peer) -> bool:
        if peer.is_connected or peer in self._begun or not peer.is_answered:
            return True
        host = peer.address.host if peer.address else ""
        is_crowded = self._per_host[host] >= AT_ONCE_PER_HOST and not self._is_trusted(host)
        if len(self._begun) >= AT_ONCE or is_crowded:
            self.counts["put_off"] += 1
            return False
        self._begun[peer] = host
        self._per_host[host] += 1
        return True

    def forget(self, peer: Peer) -> None:
        """The peer is connected, or gone."""
        host = self._begun.pop(peer, None)
        if host is not None:
            self._per_host[host] -= 1
            if not self._per_host[host]:
                del self._per_host[host]

    def repeat_flights(self) -> None:
        """Send again what was not answered in time; called every 100 ms or so."""
        for peer in list(self._begun):
            dtls = peer.dtls
            if dtls is None or dtls.seconds_to_repeat() != 0:
                continue
            try:
                dtls.repeat()
            except DtlsFailed:
                self._on_failed(peer, "failed")
