"""Whose pages may open a socket: full origins."""

from pathlib import Path

import pytest
from django.http.request import validate_host

from config.instance import Instance, read
from config.origin import is_own
from config.tls import own_addresses


def instance(tmp_path: Path, **environment: str) -> Instance:
    return read({"CAUSERIE_VAR": str(tmp_path), **environment}, tmp_path)


@pytest.mark.parametrize(
    ("origin", "host", "expected"),
    [
        ("http://localhost:8000", "localhost:8000", True),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("http://192.168.1.7:8000", "192.168.1.7:8000", True),
        ("http://amina.localhost:8000", "amina.localhost:8000", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("http://evil.example:8000", "evil.example:8000", False),
        ("http://192.168.1.8:8000", "192.168.1.8:8000", False),
        ("http://localhost:9000", "localhost:8000", False),
        ("https://localhost:8000", "127.0.0.1:8000", False),
        ("http://evil.example", "localhost:8000", False),
        ("null", "localhost:8000", False),
        ("", "localhost:8000", False),
    ],
)
def test_a_trial_takes_pages_that_came_from_where_the_socket_goes(
    tmp_path: Path, origin: str, host: str, expected: bool
) -> None:
    ours = instance(tmp_path, RELAY_ADDRESSES="192.168.1.7")
    assert is_own(origin, host, ours) is expected


def test_a_trial_is_reached_by_every_address_of_its_machine_and_no_foreign_name(
    tmp_path: Path,
) -> None:
    hosts = instance(tmp_path, TLS="1", PUBLIC_URL="https://try.example.org").hosts
    assert "*" not in hosts
    for name in ("localhost", "127.0.0.1", "[::1]", "try.example.org", *own_addresses()):
        assert validate_host(name, hosts), name
    assert not validate_host("evil.example", hosts)


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("https://causerie.example", True),
        ("https://causerie.example:444", False),
        ("http://causerie.example", False),
        ("https://evil.example", False),
    ],
)
def test_production_takes_its_own_address_and_no_other_even_if_the_host_header_agrees(
    tmp_path: Path, origin: str, expected: bool
) -> None:
    production = instance(
        tmp_path,
        CAUSERIE_MODE="production",
        PUBLIC_URL="https://causerie.example",
        SECRET_KEY="x" * 50,
        DATABASE_URL="postgres://causerie@localhost/causerie",
        REDIS_URL="redis://localhost:6379/0",
    )
    host = origin.partition("//")[2]
    assert is_own(origin, host, production) is expected
