"""DTLS and SRTP keys of one peer, without tasks or callbacks: bytes in, bytes out.

The certificate, the DTLS context and the SRTP profiles are aiortc's, the handshake is pyOpenSSL's.
aiortc's own transport runs a task and a queue for each connection; driven by hand the same handshake
costs no wake-up later, and leaves no reference cycle behind when the peer is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pylibsrtp
from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_PROFILES,
    RTCCertificate,
    SRTPProtectionProfile,
    certificate_digest,
)
from OpenSSL import SSL
from pylibsrtp import Policy, Session

from media.sdp import Fingerprint

_DATAGRAM = 1500  # bytes
_EXPORTER_LABEL = b"EXTRACTOR-dtls_srtp"  # RFC 5764, section 4.2
_REPLAY_WINDOW = 1024  # packets
_SSL_MODE_RELEASE_BUFFERS = (
    0x10  # OpenSSL: an idle connection keeps no record buffers (about 34 KiB)
)

Send = Callable[[bytes], None]


class DtlsFailed(Exception):
    """The handshake cannot succeed: wrong certificate, no common profile, nonsense."""


@dataclass(frozen=True)
class Srtp:
    """The two SRTP sessions of one peer. One thread owns them (libsrtp is not thread-safe)."""

    outbound: Session
    inbound: Session
    profile: str

    @property
    def pointer(self) -> Any:
        """The `srtp_t` of the outbound session, for `lib.srtp_protect`."""
        return self.outbound._srtp[0]

    def read(self, packet: bytes) -> bytes | None:
        """A decrypted RTP packet; None for a forged, replayed or malformed one."""
        return _unprotected(self.inbound.unprotect, packet)

    def read_control(self, packet: bytes) -> bytes | None:
        """The same for RTCP."""
        return _unprotected(self.inbound.unprotect_rtcp, packet)


def _unprotected(unprotect: Callable[[bytes], bytes], packet: bytes) -> bytes | None:
    try:
        return unprotect(packet)
    except (pylibsrtp.Error, ValueError):
        return None


@dataclass
class Identity:
    """The relay's one certificate and DTLS context, shared by all peers of this process."""

    certificate: RTCCertificate = field(default_factory=RTCCertificate.generateCertificate)

    def __post_init__(self) -> None:
        self._profiles = sorted(SRTP_PROFILES, key=lambda profile: profile != SRTP_AEAD_AES_128_GCM)
        self._context = self.certificate._create_ssl_context(self._profiles)
        self._context.set_mode(_SSL_MODE_RELEASE_BUFFERS)
        sha256 = self.certificate.getFingerprints()[0]
        self.fingerprint = Fingerprint(sha256.algorithm, sha256.value)

    def accept(self, fingerprints: tuple[Fingerprint, ...], send: Send) -> Dtls:
        """Await the handshake of a peer who must show a certificate with these fingerprints."""
        connection = SSL.Connection(self._context)
        connection.set_accept_state()
        return Dtls(connection, fingerprints, send, self._profiles)


class Dtls:
    """The server's side of one DTLS association."""

    def __init__(
        self,
        connection: SSL.Connection,
        fingerprints: tuple[Fingerprint, ...],
        send: Send,
        profiles: list[SRTPProtectionProfile],
    ) -> None:
        self._ssl = connection
        self._fingerprints = fingerprints
        self._send = send
        self._profiles = profiles
        self.srtp: Srtp | None = None

    def receive(self, datagram: bytes) -> bool:
        """Take a DTLS datagram; False when the other side has closed. Raises DtlsFailed."""
        self._ssl.bio_write(datagram)
        if self.srtp is None:
            self._shake()
            return True
        return self._read_rest()

    def _shake(self) -> None:
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            self._flush()
            return
        except SSL.Error as error:
            self._flush()
            raise DtlsFailed("handshake") from error
        self._flush()
        self._check_certificate()
        self.srtp = self._keys()

    def _read_rest(self) -> bool:
        """After the handshake: a repeated last flight is answered, a close_notify noticed."""
        try:
            self._ssl.recv(_DATAGRAM)
        except SSL.ZeroReturnError:
            return False
        except SSL.Error:
            pass
        self._flush()
        return True

    def seconds_to_repeat(self) -> float | None:
        """When the last flight must be repeated, if no answer comes."""
        return self._ssl.DTLSv1_get_timeout()

    def repeat(self) -> None:
        """Send the last flight again. Raises DtlsFailed after too many."""
        try:
            self._ssl.DTLSv1_handle_timeout()
        except SSL.Error as error:
            raise DtlsFailed("no answer") from error
        self._flush()

    def close(self) -> None:
        """Say goodbye, so that the other side notices at once."""
        if self.srtp is None:
            return
        try:
            self._ssl.shutdown()
        except SSL.Error:
            return
        self._flush()

    def _flush(self) -> None:
        while True:
            try:
                datagram = self._ssl.bio_read(_DATAGRAM)
            except SSL.Error:
                return
            self._send(datagram)

    def _check_certificate(self) -> None:
        """Every fingerprint of a known algorithm must match, as aiortc has it."""
        certificate = self._ssl.get_peer_certificate(as_cryptography=True)
        if certificate is None or any(
            certificate_digest(certificate, wanted.algorithm) != wanted.value
            for wanted in self._fingerprints
        ):
            raise DtlsFailed("fingerprint")

    def _keys(self) -> Srtp:
        chosen = self._ssl.get_selected_srtp_profile()
        profile = next((p for p in self._profiles if p.openssl_profile == chosen), None)
        if profile is None:
            raise DtlsFailed("no common SRTP profile")
        size = 2 * (profile.key_length + profile.salt_length)
        material = self._ssl.export_keying_material(_EXPORTER_LABEL, size)
        return Srtp(
            outbound=_session(profile, material, 1, Policy.SSRC_ANY_OUTBOUND),
            inbound=_session(profile, material, 0, Policy.SSRC_ANY_INBOUND),
            profile=chosen.decode(),
        )


def _session(profile: SRTPProtectionProfile, material: bytes, side: int, direction: int) -> Session:
    """`side` 0 holds the client's key, 1 the server's (RFC 5764, section 4.2)."""
    policy = Policy(
        key=profile.get_key_and_salt(material, side),
        ssrc_type=direction,
        srtp_profile=profile.libsrtp_profile,
    )
    policy.allow_repeat_tx = True
    policy.window_size = _REPLAY_WINDOW
    return Session(policy)
