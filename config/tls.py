"""A certificate made by this machine for itself (`TLS=1`), for a phone on the same network.

Browsers give the microphone only to https or to localhost. Nobody vouches for this certificate:
the browser warns once and the person goes on. An instance shown to the world has a real one in
front of it (docs/operating.md).
"""

import datetime
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ifaddr
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = datetime.timedelta(days=365)
RENEW_BEFORE = datetime.timedelta(days=7)
LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True)
class Certificate:
    """PEM files of a key and its certificate."""

    key: Path
    certificate: Path


def own_addresses() -> list[str]:
    """IPv4 addresses of this machine that others on its networks can reach, in a fixed order."""
    found = {
        str(address.ip) for adapter in ifaddr.get_adapters() for address in adapter.ips
        if address.is_IPv4
    }
    return sorted(ip for ip in found if not ipaddress.ip_address(ip).is_loopback)


def certificate(folder: Path, hostname: str, now: datetime.datetime) -> Certificate:
    """The kept certificate for localhost, `hostname` and every address; made anew when it no
    longer covers them or ends within a week."""
    kept = Certificate(folder / "key.pem", folder / "certificate.pem")
    names = [hostname, "localhost"] if hostname != "localhost" else ["localhost"]
    addresses = [*LOOPBACK, *own_addresses()]
    if not _covers(kept, names, addresses, now):
        _make(kept, names, addresses, now)
    return kept


def _covers(
    kept: Certificate, names: Sequence[str], addresses: Sequence[str], now: datetime.datetime
) -> bool:
    if not (kept.key.exists() and kept.certificate.exists()):
        return False
    known = x509.load_pem_x509_certificate(kept.certificate.read_bytes())
    covered = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    has = {str(value) for value in covered.get_values_for_type(x509.DNSName)}
    has |= {str(value) for value in covered.get_values_for_type(x509.IPAddress)}
    return known.not_valid_after_utc - RENEW_BEFORE > now and has >= {*names, *addresses}


def _make(
    wanted: Certificate, names: Sequence[str], addresses: Sequence[str], now: datetime.datetime
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Causerie on this machine")])
    covered: list[x509.GeneralName] = [_dns_or_ip(name) for name in (*names, *addresses)]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))  # a phone's clock may be behind
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName(covered), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    wanted.key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    wanted.key.touch(mode=0o600)
    wanted.key.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))
    wanted.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))


def _dns_or_ip(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
