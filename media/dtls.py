"""DTLS and SRTP keys of one peer, without tasks or callbacks: bytes in, bytes out.

pyOpenSSL shakes hands (RFC 5764 says how keys come out of it), pylibsrtp encrypts. aiortc's transport
does the same with a task and a queue for each connection, and importing it loads all of FFmpeg: driven
by hand the handshake costs no wake-up later, leaves no reference cycle behind when the peer is gone,
and a relay that was killed is back a fifth of a second sooner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pylibsrtp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL
from pylibsrtp import Policy, Session

from media.sdp import Fingerprint

_DATAGRAM = 1500  # bytes
_EXPORTER_LABEL = b"EXTRACTOR-dtls_srtp"  # RFC 5764, section 4.2
_REPLAY_WINDOW = 1024  # packets
_DTLS_1_2 = 0xFEFD
_CIPHERS = b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA"
"""What browsers offer with an elliptic certificate, the first two; the third RFC 8827 asks for."""
_CERTIFICATE_LASTS = timedelta(days=365)
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha-256": hashes.SHA256(),
    "sha-384": hashes.SHA384(),
    "sha-512": hashes.SHA512(),
}
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


@dataclass(frozen=True)
class _Profile:
    """How SRTP encrypts: names of both libraries, lengths in bytes (RFC 5764, 4.1.2; RFC 7714, 12)."""

    name: bytes
    policy: int
    key: int
    salt: int

    def key_of(self, material: bytes, side: int) -> bytes:
        """Key and salt of the client (0) or the server (1) in the exported material."""
        key, salt = side * self.key, 2 * self.key + side * self.salt
        return material[key : key + self.key] + material[salt : salt + self.salt]


_PROFILES = (  # the cheapest first: the server chooses
    _Profile(b"SRTP_AEAD_AES_128_GCM", Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    _Profile(b"SRTP_AEAD_AES_256_GCM", Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 32, 12),
    _Profile(b"SRTP_AES128_CM_SHA1_80", Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
)


class Identity:
    """The relay's one certificate and DTLS context, shared by all peers of this process."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _self_signed(key)
        self.fingerprint = Fingerprint("sha-256", _digest(certificate, "sha-256"))
        context = self._context = SSL.Context(SSL.DTLS_METHOD)
        context.set_min_proto_version(_DTLS_1_2)
        context.set_options(SSL.OP_NO_TICKET)
        context.set_mode(_SSL_MODE_RELEASE_BUFFERS)
        context.set_cipher_list(_CIPHERS)
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, _judged_later)
        context.use_certificate(certificate)
        context.use_privatekey(key)
        context.set_tlsext_use_srtp(b":".join(profile.name for profile in _PROFILES))

    def accept(self, fingerprints: tuple[Fingerprint, ...], send: Send) -> Dtls:
        """Await the handshake of a peer who must show a certificate with these fingerprints."""
        connection = SSL.Connection(self._context)
        connection.set_accept_state()
        return Dtls(connection, fingerprints, send)


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """Nobody checks its names: its digest is in the offer (RFC 8122)."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "relay")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _CERTIFICATE_LASTS)
    )
    return builder.sign(key, hashes.SHA256())


def _digest(certificate: x509.Certificate, algorithm: str) -> str:
    """AB:CD:… as in SDP."""
    return certificate.fingerprint(_HASHES[algorithm]).hex(":").upper()


def _judged_later(*_: object) -> bool:
    """Self-signed certificates pass here; the fingerprint decides."""
    return True


class Dtls:
    """The server's side of one DTLS association."""

    def __init__(
        self,
        connection: SSL.Connection,
        fingerprints: tuple[Fingerprint, ...],
        send: Send,
    ) -> None:
        self._ssl = connection
        self._fingerprints = fingerprints
        self._send = send
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
        """Every fingerprint must match: the answer may give several of the same certificate."""
        certificate = self._ssl.get_peer_certificate(as_cryptography=True)
        if certificate is None or any(
            _digest(certificate, wanted.algorithm) != wanted.value for wanted in self._fingerprints
        ):
            raise DtlsFailed("fingerprint")

    def _keys(self) -> Srtp:
        chosen = self._ssl.get_selected_srtp_profile()
        profile = next((p for p in _PROFILES if p.name == chosen), None)
        if profile is None:
            raise DtlsFailed("no common SRTP profile")
        size = 2 * (profile.key + profile.salt)
        material = self._ssl.export_keying_material(_EXPORTER_LABEL, size)
        return Srtp(
            outbound=_session(profile, profile.key_of(material, 1), Policy.SSRC_ANY_OUTBOUND),
            inbound=_session(profile, profile.key_of(material, 0), Policy.SSRC_ANY_INBOUND),
            profile=chosen.decode(),
        )


def _session(profile: _Profile, key: bytes, direction: int) -> Session:
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=profile.policy)
    policy.allow_repeat_tx = True
    policy.window_size = _REPLAY_WINDOW
    return Session(policy)
