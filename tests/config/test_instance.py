"""The settings an operator writes: typed, defaulted, and refused by name when unsafe."""

from pathlib import Path

import pytest

from config.instance import Mode, SettingError, read

PRODUCTION = {
    "CAUSERIE_MODE": "production",
    "PUBLIC_URL": "https://talk.example.org",
    "SECRET_KEY": "0123456789" * 5,
}


def test_nothing_set_is_a_trial_on_this_machine_only(tmp_path: Path) -> None:
    instance = read({}, tmp_path)
    assert instance.is_trial
    assert instance.host == "127.0.0.1"
    assert instance.public_url == "http://localhost:8000"
    assert instance.demo
    assert instance.database["NAME"] == str(tmp_path / "var" / "causerie.sqlite3")
    assert instance.redis_socket == tmp_path / "var" / "run" / "redis.sock"


def test_the_trials_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first, second = read({}, tmp_path), read({}, tmp_path)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 50
    assert (tmp_path / "var" / "secret").stat().st_mode & 0o777 == 0o600


def test_tls_opens_the_site_to_the_network(tmp_path: Path) -> None:
    instance = read({"TLS": "1", "PORT": "8443"}, tmp_path)
    assert instance.host == "0.0.0.0"
    assert instance.public_url == "https://localhost:8443"


def test_production_with_all_it_needs_starts(tmp_path: Path) -> None:
    instance = read(PRODUCTION, tmp_path)
    assert instance.mode is Mode.PRODUCTION
    assert not instance.demo
    assert not (tmp_path / "var" / "secret").exists()


@pytest.mark.parametrize(("changed", "named"), [
    ({"PUBLIC_URL": ""}, "PUBLIC_URL"),
    ({"PUBLIC_URL": "http://talk.example.org"}, "PUBLIC_URL"),
    ({"SECRET_KEY": ""}, "SECRET_KEY"),
    ({"SECRET_KEY": "short"}, "SECRET_KEY"),
    ({"DEBUG": "1"}, "DEBUG"),
    ({"PAYMENTS": "sandbox"}, "PAYMENTS"),
])
def test_production_refuses_what_is_unsafe_by_name(
    tmp_path: Path, changed: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingError, match=named):
        read({**PRODUCTION, **changed}, tmp_path)


def test_production_refuses_the_secret_of_the_trial_beside_it(tmp_path: Path) -> None:
    secret = read({}, tmp_path).secret_key
    with pytest.raises(SettingError, match="trial"):
        read({**PRODUCTION, "SECRET_KEY": secret}, tmp_path)


@pytest.mark.parametrize(("name", "value"), [
    ("PORT", "eighty"), ("PORT", "70000"), ("TLS", "maybe"), ("CAUSERIE_MODE", "live"),
    ("PUBLIC_URL", "talk.example.org"), ("DATABASE_URL", "mysql://root@db/causerie"),
    ("DATABASE_URL", "nonsense"), ("RELAY_ADDRESSES", "10.0.0.1,here"), ("LANGUAGE_CODE", "de"),
])
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        read({name: value}, tmp_path)


def test_a_long_path_still_has_a_socket_that_linux_can_bind(tmp_path: Path) -> None:
    socket = read({"CAUSERIE_VAR": str(tmp_path / ("long" * 30))}, tmp_path).redis_socket
    assert socket is not None
    assert len(str(socket).encode()) < 108


def test_celery_is_told_of_the_same_redis(tmp_path: Path) -> None:
    assert read({}, tmp_path).celery_broker == f"redis+socket://{tmp_path}/var/run/redis.sock"
    there = read({"REDIS_URL": "redis://bus:6379/2"}, tmp_path)
    assert there.celery_broker == "redis://bus:6379/2"
    assert there.redis_socket is None


def test_every_setting_stands_in_the_example(tmp_path: Path) -> None:
    """`.env.example` lists what `read` looks up, no more and no less."""
    asked: set[str] = set()

    class Noted(dict[str, str]):
        def get(self, key: str, default: object = None) -> str:  # type: ignore[override]
            asked.add(key)
            return PRODUCTION.get(key, default)  # type: ignore[return-value]

    read(Noted(), tmp_path)
    example = (Path(__file__).resolve().parents[2] / ".env.example").read_text()
    listed = {line.lstrip("# ").split("=")[0] for line in example.splitlines()
              if "=" in line and line.lstrip("# ").split("=")[0].isupper()}
    assert listed == asked
