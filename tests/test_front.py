"""The pages' own modules, by node's test runner (tests/front/*.test.js)."""

import shutil
import subprocess
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parent.parent
FILES = sorted((BASE / "tests" / "front").glob("*.test.js"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_pages_modules(file: Path) -> None:
    if not shutil.which("node"):
        pytest.skip("no node: make test installs it")
    result = subprocess.run(
        ["node", "--test", str(file)], cwd=BASE, capture_output=True, text=True, check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stdout + result.stderr
