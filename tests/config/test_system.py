"""What `make test` says on a machine without what it needs (tests/system.sh)."""

import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

SCRIPT = Path(settings.BASE_DIR) / "tests" / "system.sh"


def said(folder: Path, system: str, *there: str) -> tuple[int, str]:
    """Its exit status and words on a machine of that name, which has these commands and apt-get."""
    for tool in ("sh", "sed", "grep", "dirname"):
        (folder / tool).symlink_to(str(shutil.which(tool)))
    for name in ("apt-get", "sudo", *there):
        (folder / name).write_text(f"#!/bin/sh\necho {name} \"$@\" >>{folder}/called\n")
        (folder / name).chmod(0o755)
    (folder / "id").write_text("#!/bin/sh\necho 0\n")
    (folder / "id").chmod(0o755)
    (folder / "os-release").write_text(f"NAME=Somewhere\nID={system}\n")
    environment = {"PATH": str(folder), "OS_RELEASE": str(folder / "os-release")}
    done = subprocess.run(
        ["sh", str(SCRIPT)], env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


REST = ("node", "npm", "initdb", "redis-server")


def test_ubuntu_is_told_what_to_do_instead_of_being_asked_for_debians_browsers(
    tmp_path: Path,
) -> None:
    status, words = said(tmp_path, "ubuntu", *REST)
    assert status == 1
    assert "snaps" in words
    assert "CHROMIUM=" in words
    assert not (tmp_path / "called").exists(), "apt-get has nothing to do"


@pytest.mark.parametrize(
    ("system", "there"), [("debian", REST), ("ubuntu", ("chromium", "firefox", "node", "npm"))]
)
def test_what_apt_has_is_installed(tmp_path: Path, system: str, there: tuple[str, ...]) -> None:
    status, _words = said(tmp_path, system, *there)
    assert status == 0
    assert "install" in (tmp_path / "called").read_text()


def test_nothing_is_done_where_everything_is_there(tmp_path: Path) -> None:
    status, words = said(tmp_path, "ubuntu", "chromium", "firefox", *REST)
    assert (status, words) == (0, "")
