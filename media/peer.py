"""One WebRTC connection of one tab: its credentials, its handshake, its gate, its voice."""

from __future__ import annotations

import secrets

from media import rtp
from media.control import Connect
from media.dtls import Dtls, Identity, Send, Srtp
from media.endpoint import Address
from media.fanout import Row
from media.frames import VoicePacket
from media.sdp import Answer

CONNECT_WITHIN = 10.0
"""s from the offer to a finished handshake; after that a peer is closed (RELIABILITY.md 3)."""
CONSENT_LASTS = 30.0
"""s without a connectivity check after which a peer is gone (RFC 7675, section 5.1)."""
VOUCHED_FOR = 30.0
"""s without a page after which a peer is hung up: time enough for a web process to be restarted and
for its pages to come back (RELIABILITY.md P7)."""
KEEP_COUNT_EVERY = 256
"""Of a closed gate's packets one in so many is decrypted: after 70,000 packets unseen the roll-over
counter would be lost, and every later packet would fail for good (MEDIA.md)."""
_EARLY_DATAGRAMS = 4
"""DTLS that overtook the answer on its way through the layer: a browser may be that quick."""


class Peer:
    """A tab's connection. It knows no socket and no loop; times are s, monotonic."""

    def __init__(self, connect: Connect, now: float) -> None:
        self.space = connect.space
        self.tab = connect.tab
        self.person = connect.person
        self.may_speak = connect.may_speak
        self.attempt = connect.attempt
        self.reply_to = connect.reply_to
        self.origin = connect.origin
        self.ufrag = secrets.token_urlsafe(6).encode()
        self.password = secrets.token_urlsafe(18).encode()
        self.address: Address | None = None
        self.offer = ""
        self.offered_at = now
        self.checked_at = now
        self.moved_at = float("-inf")  # when its address last changed while it was connected
        self.vouched_at = now
        self.is_open = False
        """The gate: whether this peer's voice is decrypted and handed on."""
        self.dtls: Dtls | None = None
        self.srtp: Srtp | None = None
        self.row: Row[Peer] | None = None
        self.is_closed = False
        self.echo: rtp.Echo | None = None
        self._seen = 0
        self._early: list[bytes] = []

    @property
    def is_answered(self) -> bool:
        return self.dtls is not None

    @property
    def is_connected(self) -> bool:
        return self.srtp is not None and not self.is_closed

    def accept(self, answer: Answer, identity: Identity, send: Send) -> list[bytes]:
        """The page answered; returns the DTLS datagrams that came before and can be taken now."""
        self.dtls = identity.accept(answer.fingerprints, send)
        early, self._early = self._early, []
        return early

    def shake(self, datagram: bytes) -> bool:
        """Take a DTLS datagram; False when the other side closed. Raises DtlsFailed."""
        if self.dtls is None:
            if len(self._early) < _EARLY_DATAGRAMS:
                self._early.append(datagram)
            return True
        is_alive = self.dtls.receive(datagram)
        self.srtp = self.dtls.srtp
        return is_alive

    def voice(self, datagram: bytes) -> VoicePacket | None:
        """The voice packet in an RTP datagram, if the gate is open and it is one."""
        if self.srtp is None:
            return None
        if not self.is_open:
            self._seen += 1
            if self._seen % KEEP_COUNT_EVERY == 0:
                self.srtp.read(datagram)
            return None
        packet = self.srtp.read(datagram)
        return rtp.read_voice(packet) if packet is not None else None

    def hear_report(self, datagram: bytes, now: float) -> None:
        """An RTCP datagram: of a speaking peer its sender reports are echoed in ours."""
        if self.srtp is None or not self.is_open:
            return
        packet = self.srtp.read_control(datagram)
        middle = rtp.read_sender_ntp(packet) if packet is not None else None
        if middle is not None:
            self.echo = rtp.Echo(middle, now)

    def is_overdue(self, now: float) -> bool:
        return self.srtp is None and now - self.offered_at > CONNECT_WITHIN

    def is_lost(self, now: float) -> bool:
        return self.srtp is not None and now - self.checked_at > CONSENT_LASTS

    def is_unattended(self, now: float) -> bool:
        return now - self.vouched_at > VOUCHED_FOR

    def say_goodbye(self) -> None:
        """Tell the other side over DTLS, then let go of everything that could point back here."""
        if self.dtls is not None:
            self.dtls.close()
        self.is_closed = True
        self.is_open = False
        self.dtls = None
        self.srtp = None
        self.row = None
        self._early.clear()

    def __repr__(self) -> str:
        return f"Peer({self.space}, tab {self.tab[:6]}, attempt {self.attempt})"
