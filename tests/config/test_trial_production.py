"""A production instance starts only when it may be shown to the world; each no names its variable."""

from pathlib import Path

import pytest

from config import instance

SAFE = {
    "CAUSERIE_MODE": "production",
    "PUBLIC_URL": "https://talk.example.org",
    "SECRET_KEY": "k" * 50,
}


def read(tmp_path: Path, **changes: str) -> instance.Instance:
    return instance.read({**SAFE, "CAUSERIE_VAR": str(tmp_path), **changes}, tmp_path)


def test_a_safe_production_instance_starts_and_is_no_trial(tmp_path: Path) -> None:
    assert not read(tmp_path).is_trial


def test_nothing_set_is_a_trial_bound_to_this_machine(tmp_path: Path) -> None:
    trial = instance.read({}, tmp_path)
    assert trial.is_trial
    assert trial.host == "127.0.0.1"
    assert instance.read({}, tmp_path).secret_key == trial.secret_key
    assert (tmp_path / "var" / "secret").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PUBLIC_URL", ""),
        ("PUBLIC_URL", "http://talk.example.org"),
        ("PUBLIC_URL", "talk.example.org"),
        ("PUBLIC_URL", "https://talk.example.org/path"),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("DEBUG", "1"),
        ("DEBUG", "perhaps"),
        ("PAYMENTS", "sandbox"),
        ("CAUSERIE_MODE", "live"),
        ("PORT", "http"),
        ("PORT", "70000"),
        ("RELAY_PORT", "-1"),
        ("RELAY_ADDRESSES", "relay.example.org"),
        ("TRUSTED_PROXIES", "some"),
        ("LANGUAGE_CODE", "tlh"),
        ("DATABASE_URL", "mysql://somewhere/x"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_by_name(
    tmp_path: Path, variable: str, value: str
) -> None:
    with pytest.raises(instance.SettingError, match=variable):
        read(tmp_path, **{variable: value})


def test_the_trials_own_secret_is_refused_in_production(tmp_path: Path) -> None:
    trial = instance.read({"CAUSERIE_VAR": str(tmp_path)}, tmp_path)
    with pytest.raises(instance.SettingError, match="SECRET_KEY"):
        read(tmp_path, SECRET_KEY=trial.secret_key)
