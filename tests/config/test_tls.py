"""The certificate a machine makes for itself."""

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509

from config import tls

NOW = datetime.datetime(2026, 11, 21, 12, 0, tzinfo=datetime.UTC)


def test_it_covers_localhost_and_every_address_of_the_machine(tmp_path: Path) -> None:
    made = tls.certificate(tmp_path, "localhost", NOW)
    parsed = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    covered = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = set(covered.get_values_for_type(x509.IPAddress))
    assert covered.get_values_for_type(x509.DNSName) == ["localhost"]
    assert {ipaddress.ip_address(a) for a in ("127.0.0.1", "::1", *tls.own_addresses())} == addresses


def test_openssl_takes_it_and_only_its_owner_may_read_the_key(tmp_path: Path) -> None:
    made = tls.certificate(tmp_path / "tls", "localhost", NOW)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(made.certificate, made.key)
    assert made.key.stat().st_mode & 0o777 == 0o600


def test_it_is_kept_until_its_last_week_or_another_name(tmp_path: Path) -> None:
    first = tls.certificate(tmp_path, "localhost", NOW).certificate.read_bytes()
    later = NOW + datetime.timedelta(days=300)
    assert tls.certificate(tmp_path, "localhost", later).certificate.read_bytes() == first
    assert tls.certificate(tmp_path, "talk.lan", later).certificate.read_bytes() != first
    ended = NOW + datetime.timedelta(days=700)
    renewed = tls.certificate(tmp_path, "localhost", ended).certificate.read_bytes()
    assert x509.load_pem_x509_certificate(renewed).not_valid_after_utc > ended
