"""Compiles and runs floor.c: what the same packets cost in C, in the same minute."""

import shutil
import subprocess
import sys
from pathlib import Path

_SOURCE = Path(__file__).with_name("floor.c")


def compiled(folder: Path) -> Path:
    """The floor's program; ends the bench when it cannot be made."""
    if not shutil.which("gcc"):
        sys.exit("bench-relay needs gcc and libsrtp2-dev for its C floor: gcc is missing")
    program = folder / "floor"
    done = subprocess.run(
        ["gcc", "-O2", "-o", program, _SOURCE, "-lsrtp2"], capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"bench-relay needs gcc and libsrtp2-dev for its C floor:\n{done.stderr}")
    return program


def milliseconds(program: Path, listeners: int, payload: int, profile: str, ticks: int) -> float:
    """CPU of one listener and second, ms."""
    arguments = [program, str(listeners), str(ticks), str(payload), profile]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    return float(done.stdout)
