"""The tests that touch rows, again on PostgreSQL: SQLite lets one writer in at a time, so races
show only there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parent.parent


def test_everything_about_rows_holds_on_postgresql() -> None:
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        pytest.skip("no PostgreSQL: run by `make test`, or sh tests/services.sh pytest")
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not browser",
        "--no-header", "tests/accounts", "tests/spaces",
    ]
    environment = {**os.environ, "DATABASE_URL": url}
    result = subprocess.run(
        command, cwd=BASE, env=environment, capture_output=True, text=True, check=False,
        timeout=900,
    )
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]
    assert " passed" in result.stdout
