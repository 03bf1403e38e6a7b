"""Who is connected to what: takes the control messages, keeps the halls and the peers.

It knows no loop and no layer. What it has to say goes into `said` (group, message) and `reports`;
the relay sends them on. `now` is s, monotonic, unless it says samples.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import assert_never

from media import rtp, sdp
from media.control import (
    Answer,
    Connect,
    FromRelay,
    Gone,
    Hangup,
    Offer,
    PeerState,
    RelayRefused,
    ToRelay,
    Vouch,
    Wish,
)
from media.dtls import Identity
from media.endpoint import Address, Endpoint, advertised
from media.fanout import CAPACITY, Fanout, Full
from media.frames import Codec
from media.hall import Hall
from media.handshakes import Handshakes
from media.peer import Peer
from media.reports import PeerClosed, PeerConnected, Report
from media.stage import WishedStage

MOST_OF_PERSON = 5
"""Peers one person may have: some devices, and attempts that overlap."""
MOST_OF_HOST = 256
"""Peers behind one address that is not the machine's own: a large office behind one router."""
MOVES_EVERY = 5.0
"""s between two moves of a connected peer to another address."""
MOST_WAITING = 1000
"""Peers offered and not connected; each costs 2 KiB until its 10 s are over."""
SILENT_AFTER = 12.0
"""s without a word of any web process, which speak every 5 s: they or the layer are away, and nobody
can tell whose page is gone."""

MOST_WAITING_OF_ORIGIN = 64
"""Of those, visitors of one address as the web saw it."""


@dataclass(frozen=True)
class Limits:
    """What one relay carries; tests make it small."""

    peers: int = CAPACITY
    of_person: int = MOST_OF_PERSON
    of_host: int = MOST_OF_HOST
    waiting: int = MOST_WAITING
    waiting_of_origin: int = MOST_WAITING_OF_ORIGIN


class Switchboard:
    """The state of one relay."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        addresses: Iterable[str],
        codec: Codec,
        clock: Callable[[], float],
        samples: Callable[[], int],
        limits: Limits | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.halls: dict[str, Hall] = {}
        self.peers: dict[str, Peer] = {}
        self.said: list[tuple[str, FromRelay]] = []
        self.reports: list[Report] = []
        self.counts: Counter[str] = Counter()
        self._codec = codec
        self._clock = clock
        self._samples = samples
        self._identity = Identity()
        self.endpoint: Endpoint[Peer] = Endpoint(
            host,
            port,
            on_packet=self._take_packet,
            on_check=self._take_check,
            on_move=self._take_move,
            may_move=self._may_move,
        )
        self.addresses = advertised(addresses, self.endpoint.family)
        self.fanout: Fanout[Peer] = Fanout(self.endpoint.family)
        self.handshakes = Handshakes(self._connected, self.close, self._is_own)
        self._waiting: dict[Peer, None] = {}  # offered, not connected; oldest first
        self._unplaced: dict[str, Connect] = {}  # by tab: for a Space the rows may already know
        self._per_host: Counter[str] = Counter()
        self._report_row = 0
        self._vouched_at = float("-inf")

    # Messages

    def take(self, message: ToRelay) -> None:
        """Do what a control message asks."""
        match message:
            case Wish(stage):
                self._wish(stage)
            case Gone(space):
                self._end(space)
            case Connect():
                self._connect(message)
            case Answer():
                self._answer(message)
            case Hangup(tab):
                self._unplaced.pop(tab, None)
                if peer := self.peers.get(tab):
                    self.close(peer, "left")
            case Vouch(tabs):
                self._vouch(tabs)
            case _:
                assert_never(message)

    def take_rows(self, stages: Iterable[WishedStage], asked_at: float) -> None:
        """The rows as they were at `asked_at` or later: the truth that heals every lost message."""
        wished = {stage.space: stage for stage in stages}
        for stage in wished.values():
            self._wish(stage)
        for space, hall in list(self.halls.items()):
            if space not in wished and hall.created_at < asked_at:
                self._end(space)
        unplaced, self._unplaced = self._unplaced, {}
        for connect in unplaced.values():
            self._connect(connect, are_rows_known=True)

    @property
    def wants_rows(self) -> bool:
        """Whether somebody waits for a Space that no message has told of."""
        return bool(self._unplaced)

    def _wish(self, stage: WishedStage) -> None:
        hall = self.halls.get(stage.space)
        if hall is None:
            hall = Hall(stage.space, self._codec, self.fanout, self._clock())
            self.halls[stage.space] = hall
        hall.apply(stage)
        if hall.stage.barred:
            for peer in self._peers_in(stage.space):
                if peer.person in hall.stage.barred:
                    self.close(peer, "barred")

    def _end(self, space: str) -> None:
        if self.halls.pop(space, None) is None:
            return
        for peer in self._peers_in(space):
            self.close(peer, "ended")

    def _peers_in(self, space: str) -> list[Peer]:
        return [peer for peer in self.peers.values() if peer.space == space]

    def _connect(self, wanted: Connect, *, are_rows_known: bool = False) -> None:
        known = self.peers.get(wanted.tab)
        if known is not None and known.attempt == wanted.attempt:
            self._say(known, Offer(known.tab, known.attempt, known.offer))
            return
        if known is not None:
            self.close(known, "replaced")
        hall = self.halls.get(wanted.space)
        if hall is None and not are_rows_known and len(self._unplaced) < self.limits.waiting:
            self._unplaced[wanted.tab] = wanted
            return
        code = self._refusal(wanted, hall)
        if hall is None or code:
            self.counts[f"refused_{code}"] += 1
            self.said.append(
                (wanted.reply_to, RelayRefused(wanted.tab, wanted.attempt, code or "no_space"))
            )
            return
        self._offer(wanted, hall)

    def _refusal(self, wanted: Connect, hall: Hall | None) -> str | None:
        if hall is None:
            return "no_space"
        if wanted.person in hall.stage.barred:
            return "barred"
        if len(self.peers) >= self.limits.peers or len(self._waiting) >= self.limits.waiting:
            return "busy"
        if wanted.origin and self._waiting_of(wanted.origin) >= self.limits.waiting_of_origin:
            return "busy"
        if wanted.person is not None and self._count_of(wanted.person) >= self.limits.of_person:
            return "too_many"
        return None

    def _count_of(self, person: str) -> int:
        return sum(peer.person == person for peer in self.peers.values())

    def _waiting_of(self, origin: str) -> int:
        return sum(peer.origin == origin for peer in self._waiting)

    def _offer(self, wanted: Connect, hall: Hall) -> None:
        peer = Peer(wanted, self._clock())
        peer.offer = sdp.offer(
            ufrag=peer.ufrag.decode(),
            password=peer.password.decode(),
            fingerprint=self._identity.fingerprint,
            addresses=self.addresses,
            port=self.endpoint.port,
            ssrc=hall.stream.ssrc,
            may_speak=peer.may_speak,
        )
        self.peers[peer.tab] = peer
        self._waiting[peer] = None
        self.endpoint.admit(peer)
        self._say(peer, Offer(peer.tab, peer.attempt, peer.offer))

    def _answer(self, message: Answer) -> None:
        peer = self.peers.get(message.tab)
        if peer is None or peer.attempt != message.attempt:
            return
        if peer.is_answered:  # repeated, because what we said was lost
            if peer.is_connected:
                self._say(peer, PeerState(peer.tab, peer.attempt, "connected"))
            return
        try:
            answer = sdp.read_answer(message.sdp)
        except sdp.BadSdp:
            self.counts["bad_sdp"] += 1
            self._say(peer, RelayRefused(peer.tab, peer.attempt, "bad_sdp"))
            self._discard(peer)
            return
        endpoint = self.endpoint
        for datagram in peer.accept(answer, self._identity, lambda data: endpoint.send(peer, data)):
            self.handshakes.put(peer, datagram)

    def _vouch(self, tabs: Iterable[str]) -> None:
        """Pages of these are connected; after a silence all others have their time again."""
        now = self._clock()
        if now - self._vouched_at > SILENT_AFTER:
            tabs = list(self.peers)
        self._vouched_at = now
        for tab in tabs:
            if peer := self.peers.get(tab):
                peer.vouched_at = now

    def _say(self, peer: Peer, message: FromRelay) -> None:
        self.said.append((peer.reply_to, message))

    # Peers

    def _connected(self, peer: Peer) -> None:
        self._waiting.pop(peer, None)
        hall = self.halls.get(peer.space)
        if hall is None:
            self.close(peer, "ended")
            return
        try:
            hall.enter(peer)
        except Full:
            self.close(peer, "too_many")
            return
        self._say(peer, PeerState(peer.tab, peer.attempt, "connected"))
        self.reports.append(PeerConnected(peer.space, peer.tab, peer.person))

    def close(self, peer: Peer, reason: str) -> None:
        """Hang up: no RTP leaves for this peer once this has returned."""
        if peer.is_closed:
            return
        was_connected = peer.is_connected
        self._discard(peer)
        self.counts[f"closed_{reason}"] += 1
        self._say(peer, PeerState(peer.tab, peer.attempt, "closed", reason))
        if was_connected:
            self.reports.append(PeerClosed(peer.space, peer.tab, peer.person, reason))

    def _discard(self, peer: Peer) -> None:
        hall = self.halls.get(peer.space)
        if hall is not None:
            hall.leave(peer)
        elif peer.row is not None:
            self.fanout.leave(peer.row)
        peer.say_goodbye()
        if peer.address is not None:
            self._count_host(peer.address, -1)
        self.endpoint.dismiss(peer)
        self.handshakes.forget(peer)
        self._waiting.pop(peer, None)
        if self.peers.get(peer.tab) is peer:
            del self.peers[peer.tab]

    def close_all(self, reason: str) -> None:
        for peer in list(self.peers.values()):
            self.close(peer, reason)

    # Packets

    @property
    def is_waiting(self) -> bool:
        """Whether somebody is about to connect, so that datagrams should not wait for the tick."""
        return bool(self._waiting) or self.handshakes.is_waiting

    def _take_check(self, peer: Peer, address: Address) -> bool:
        peer.checked_at = self._clock()
        if peer.address is None or peer.address.host != address.host:
            is_crowded = self._per_host[address.host] >= self.limits.of_host
            if is_crowded and not self._is_own(address.host):
                self.close(peer, "too_many")
                return False
        return True

    def _may_move(self, peer: Peer) -> bool:
        """A check's source can be forged by whoever sees and repeats it: sound is led away seldom."""
        now = self._clock()
        if peer.is_connected and now - peer.moved_at < MOVES_EVERY:
            self.counts["move_put_off"] += 1
            return False
        if peer.is_connected:
            peer.moved_at = now
        return True

    def _take_move(self, peer: Peer, former: Address | None) -> None:
        if former is not None:
            self._count_host(former, -1)
        if peer.address is not None:
            self._count_host(peer.address, 1)
            if peer.row is not None:
                self.fanout.move(peer.row, peer.address.raw)

    def _count_host(self, address: Address, change: int) -> None:
        self._per_host[address.host] += change
        if self._per_host[address.host] <= 0:
            del self._per_host[address.host]

    def _is_own(self, host: str) -> bool:
        return host in self.addresses or ipaddress.ip_address(host).is_loopback

    def _take_packet(self, peer: Peer, datagram: bytes) -> None:
        first = datagram[0]
        if first >= 192 or 64 <= first < 128:
            self.counts["unknown"] += 1
        elif first < 64:
            self.handshakes.put(peer, datagram)
        elif rtp.is_rtcp(datagram):
            peer.hear_report(datagram, self._clock())
        else:
            packet = peer.voice(datagram)
            if packet is not None and (hall := self.halls.get(peer.space)):
                hall.receive(peer, packet, self._samples())

    # Time

    def tick(self, now: int) -> None:
        """One tick of every AudioRoom, and all its packets; `now` in samples."""
        for hall in self.halls.values():
            hall.tick(now)
        if len(self.fanout):
            self.endpoint.send_many(self.fanout.messages, self.fanout.protect())
            if self.fanout.failed:
                self._close_failed()

    def _close_failed(self) -> None:
        failed, self.fanout.failed = self.fanout.failed, []
        for peer in failed:
            self.close(peer, "failed")

    def sweep(self) -> None:
        """Close who is overdue or lost, repeat DTLS flights; called every 100 ms."""
        now = self._clock()
        self.handshakes.repeat_flights()
        for peer in list(self._waiting):
            if not peer.is_overdue(now):
                break
            self.close(peer, "timeout")

    def sweep_lost(self) -> None:
        """Close who sent no connectivity check for 30 s, or whose page is gone for as long; called
        every second."""
        now = self._clock()
        is_web_there = now - self._vouched_at <= SILENT_AFTER
        for peer in list(self.peers.values()):
            if peer.is_lost(now):
                self.close(peer, "lost")
            elif is_web_there and peer.is_unattended(now):
                self.close(peer, "unattended")

    def send_receiver_reports(self) -> None:
        """Called every second."""
        now = self._clock()
        for hall in self.halls.values():
            for peer, packet in hall.receiver_reports(now):
                self.endpoint.send(peer, packet)

    def send_sender_reports(self, share: float, unix: float) -> None:
        """To the next `share` of all listeners, in turn; `unix` s is the time of the last tick."""
        rows = self.fanout.rows
        for _ in range(min(len(rows), max(1, round(len(rows) * share)))):
            self._report_row = (self._report_row + 1) % len(rows)
            row = rows[self._report_row]
            hall = self.halls.get(row.owner.space)
            packet = self.fanout.sender_report(row, hall.stream, unix) if hall else None
            if packet is not None:
                self.endpoint.send(row.owner, packet)

    def take_levels(self) -> dict[str, dict[str, int]]:
        """By Space, the levels that changed since the last call."""
        changed = {space: hall.take_levels() for space, hall in self.halls.items()}
        return {space: levels for space, levels in changed.items() if levels is not None}
