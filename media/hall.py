"""An AudioRoom with its peers: who is in it, whose gate is open, and where its packets go."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from media import rtp
from media.audioroom import AudioRoom, Tick
from media.fanout import LARGEST_PAYLOAD, Fanout, Row, Stream
from media.frames import Codec, VoicePacket
from media.peer import Peer
from media.stage import WishedStage

SILENT_PACKET = b"\xf8\xff\xfe"
"""20 ms of CELT silence, for a tick that failed."""

log = logging.getLogger(__name__)


class Hall:
    """The edge's half of one live Space. `created_at` is s, monotonic."""

    def __init__(self, space: str, codec: Codec, fanout: Fanout[Peer], created_at: float) -> None:
        self.space = space
        self.audio = AudioRoom(codec)
        self.stream = Stream()
        self.created_at = created_at
        self.failed_ticks = 0
        self._fanout = fanout
        self._peers: dict[Peer, None] = {}  # connected ones, in the order in which they came
        self._of_person: dict[str, list[Peer]] = {}
        self._speaking: dict[str, Peer] = {}
        self._levels: dict[str, int] = {}
        self._told: dict[str, int] = {}
        self._index: slice | NDArray[np.intp] = slice(0, 0)
        self._index_version = -1

    def __iter__(self) -> Iterator[Peer]:
        return iter(list(self._peers))

    @property
    def stage(self) -> WishedStage:
        return self.audio.stage

    def apply(self, stage: WishedStage) -> None:
        """Take the wished stage, and open and close gates by it."""
        self.audio.apply(stage)
        self._set_gates()

    def enter(self, peer: Peer) -> None:
        """A peer's handshake is done: from the next tick on it hears. Raises fanout.Full."""
        assert peer.srtp is not None
        assert peer.address is not None
        peer.row = self._fanout.join(peer, peer.srtp, peer.address.raw, self.stream)
        self._peers[peer] = None
        if peer.person is not None:
            self._of_person.setdefault(peer.person, []).append(peer)
            self.audio.listen_personally(peer.person, True)
        self._set_gates()

    def leave(self, peer: Peer) -> None:
        """No packet for this peer any more, and none from it."""
        if peer not in self._peers:
            return
        del self._peers[peer]
        if peer.row is not None:
            self._fanout.leave(peer.row)
            peer.row = None
        if peer.person is not None:
            self._of_person[peer.person].remove(peer)
            if not self._of_person[peer.person]:
                del self._of_person[peer.person]
                self.audio.forget(peer.person)
        self._set_gates()

    def _set_gates(self) -> None:
        """One peer speaks for a person: the last that connected and may. Role by the stage alone."""
        wanted: dict[str, Peer] = {}
        voices, barred = self.stage.voices, self.stage.barred
        for peer in self._peers:
            person = peer.person
            if person in voices and person not in barred and peer.may_speak:
                assert person is not None
                wanted[person] = peer
        for person, peer in self._speaking.items():
            peer.is_open = wanted.get(person) is peer
        for peer in wanted.values():
            peer.is_open = True
        self._speaking = wanted

    def receive(self, peer: Peer, packet: VoicePacket, now: int) -> None:
        """A voice packet through an open gate; `now` in samples."""
        assert peer.person is not None
        self.audio.receive(peer.person, packet, now)

    def tick(self, now: int) -> None:
        """Mix the next 20 ms and write its packets into the slab."""
        tick = self._mixed(now)
        for person, level in tick.levels.items():
            self._levels[person] = max(level, self._levels.get(person, 0))
        self.stream.advance(now, len(tick.shared))
        if not self._peers:
            return
        self._fanout.put(self._rows(), self.stream, tick.shared)
        for person, payload in tick.personal.items():
            if len(payload) <= LARGEST_PAYLOAD:
                for row in self._rows_of(person):
                    self._fanout.put_own(row, payload)

    def _mixed(self, now: int) -> Tick:
        """The AudioRoom's tick; a fault in it costs this Space 20 ms and the others nothing."""
        try:
            tick = self.audio.tick(now)
        except Exception:
            self.failed_ticks += 1
            if self.failed_ticks == 1:
                log.exception("AudioRoom of %s failed; further failures are counted", self.space)
            return Tick(SILENT_PACKET)
        return tick if len(tick.shared) <= LARGEST_PAYLOAD else Tick(SILENT_PACKET)

    def _rows(self) -> slice | NDArray[np.intp]:
        """The indexes of this AudioRoom's rows; all of them is a slice, which numpy copies faster."""
        if self._index_version != self._fanout.version:
            self._index_version = self._fanout.version
            if len(self._peers) == len(self._fanout):
                self._index = slice(0, len(self._peers))
            else:
                rows = (peer.row.index for peer in self._peers if peer.row is not None)
                self._index = np.fromiter(rows, dtype=np.intp)
        return self._index

    def _rows_of(self, person: str) -> Iterator[Row[Peer]]:
        for peer in self._of_person.get(person, ()):
            if peer.row is not None:
                yield peer.row

    def take_levels(self) -> dict[str, int] | None:
        """The loudest level of each voice since the last call, or None when nothing changed."""
        levels, self._levels = self._levels, {}
        if levels == self._told:
            return None
        self._told = levels
        return levels

    def receiver_reports(self, now: float) -> Iterator[tuple[Peer, bytes]]:
        """An RTCP packet for each speaking peer: its loss, so that its browser sends FEC."""
        for person, peer in self._speaking.items():
            block = self.audio.lost_report(person)
            if block is None or peer.row is None:
                continue
            report = rtp.receiver_report(
                ssrc=self.stream.ssrc,
                of=block.ssrc,
                fraction=block.fraction_lost,
                lost=block.lost,
                highest=block.highest_sequence,
                jitter=block.jitter,
                echo=peer.echo,
                now=now,
            )
            packet = self._fanout.control(peer.row, report)
            if packet is not None:
                yield peer, packet
