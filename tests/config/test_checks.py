"""What production refuses in the rows, and `check --deploy`."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from accounts.models import User
from config import checks
from config.instance import Mode
from tests.builders import make_person

BASE = Path(settings.BASE_DIR)


@pytest.fixture
def production(settings) -> None:
    settings.INSTANCE = dataclasses.replace(settings.INSTANCE, mode=Mode.PRODUCTION)


def test_production_refuses_a_database_with_demo_people(db, production) -> None:
    person = make_person()
    checks.refuse_unsafe_rows()
    person.is_demo = True
    person.save()
    with pytest.raises(ImproperlyConfigured, match="demo"):
        checks.refuse_unsafe_rows()


def test_a_database_that_does_not_answer_is_not_taken_for_an_empty_one(
    db, production, monkeypatch
) -> None:
    def away(**_: object) -> None:
        raise OperationalError("not now")

    monkeypatch.setattr(User.objects, "filter", away)
    with pytest.raises(OperationalError):
        checks.refuse_unsafe_rows()


def test_a_trial_may_have_them(db) -> None:
    person = make_person()
    person.is_demo = True
    person.save()
    checks.refuse_unsafe_rows()


def in_production(folder: Path, *command: str, **changed: str) -> subprocess.CompletedProcess[str]:
    """One management command of a production instance in an empty folder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {
        **kept, "CAUSERIE_MODE": "production", "CAUSERIE_VAR": str(folder),
        "PUBLIC_URL": "https://talk.example.org", "SECRET_KEY": "k8Jq2vX9" * 8 + "-Zr5tYw3",
        "EMAIL_URL": "smtp://localhost:25", "DJANGO_SETTINGS_MODULE": "config.settings", **changed,
    }
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=BASE, env=environment,
        capture_output=True, text=True, check=False, timeout=120,
    )


def test_check_deploy_finds_nothing(tmp_path: Path) -> None:
    result = in_production(
        tmp_path, "check", "--deploy", "--fail-level", "WARNING", "--database", "default"
    )
    assert result.returncode == 0, result.stderr


def test_check_deploy_says_when_mail_reaches_nobody(tmp_path: Path) -> None:
    result = in_production(tmp_path, "check", "--deploy", "--fail-level", "WARNING", EMAIL_URL="")
    assert "EMAIL_URL" in result.stderr


@pytest.mark.parametrize("changed", [{"DEBUG": "1"}, {"PUBLIC_URL": "http://talk.example.org"}])
def test_no_command_starts_an_unsafe_production(tmp_path: Path, changed: dict[str, str]) -> None:
    result = in_production(tmp_path, "run", **changed)
    assert result.returncode != 0
    assert next(iter(changed)) in result.stderr


def test_production_starts_neither_the_demo_nor_its_voices(tmp_path: Path) -> None:
    result = in_production(tmp_path, "demo")
    assert result.returncode != 0
    assert "trial" in result.stderr
