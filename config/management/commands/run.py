"""`manage.py run`, which is `make run`: prepare this instance, then keep its processes alive."""

import dataclasses
import datetime
import errno
import fcntl
import json
import os
import socket
import stat
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from config import plan, preparation, tls
from config.instance import Instance
from config.processes import Child, Door


class Command(BaseCommand):
    help = "Prepare the database and files, then run web, relay, worker, Redis and the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        instance: Instance = settings.INSTANCE
        lock = _lock(instance)
        _check_port(instance)
        try:
            if instance.redis_socket:
                plan.redis_program()  # before the long steps: is there one?
            preparation.prepare(self._say)
            certificate = self._certificate(instance) if instance.tls else None
            children = plan.children(instance, certificate)
        except (plan.NoRedis, preparation.CannotPrepare, ImproperlyConfigured) as reason:
            raise CommandError(str(reason)) from reason
        self._say(f"starting {', '.join(child.name for child in children)}")
        connections.close_all()
        _become_supervisor(children, _door(instance), lock)

    def _say(self, line: str) -> None:
        self.stdout.write(f"run | {line}")
        self.stdout.flush()

    def _certificate(self, instance: Instance) -> tls.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        return tls.certificate(instance.var / "tls", instance.hostname, now)


def _lock(instance: Instance) -> int:
    """Hold `var/run/lock` for as long as this process lives; says who holds it otherwise."""
    folder = instance.var / "run"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if instance.redis_socket:
        _private_folder(instance.redis_socket.parent)
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        running = os.read(descriptor, 1000).decode() or "starting"
        raise CommandError(
            f"Causerie already runs from this folder ({running}). Stop that one first (Ctrl-C "
            "there), or run another with CAUSERIE_VAR=another-folder PORT=8001."
        ) from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"process {os.getpid()}, {instance.public_url}".encode())
    return descriptor


def _private_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.stat()
    if found.st_uid != os.getuid():
        raise CommandError(f"{folder} belongs to somebody else; set CAUSERIE_VAR to another folder")
    folder.chmod(stat.S_IRWXU)


def _check_port(instance: Instance) -> None:
    """Say now that the port cannot be had, rather than in a web process that dies again and again."""
    family = socket.AF_INET6 if ":" in instance.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((instance.host, instance.port))
        except OSError as error:
            raise CommandError(_port_sentence(instance, error.errno or 0)) from error


def _port_sentence(instance: Instance, number: int) -> str:
    if number == errno.EADDRINUSE:
        other = instance.port + 1
        return (
            f"Port {instance.port} is in use by another program. "
            f"Type:  make run PORT={other}"
        )
    if number == errno.EACCES:
        return f"Port {instance.port} needs root; take one above 1023:  make run PORT=8000"
    return f"HOST={instance.host} PORT={instance.port} cannot be had: {os.strerror(number)}"


def _door(instance: Instance) -> Door:
    welcome = [f"Causerie is open:  {instance.public_url}/  (Ctrl-C stops everything)"]
    if instance.tls and instance.is_trial:
        welcome += [
            f"on a phone in the same network:  https://{address}:{instance.port}/  "
            "(say yes to the warning: the certificate is self-made)"
            for address in tls.own_addresses()
        ]
    return Door(
        host=instance.host, port=instance.port, tls=instance.tls, hostname=instance.hostname,
        welcome=welcome,
    )


def _become_supervisor(children: list[Child], door: Door, lock: int) -> None:
    """The supervisor needs nothing of Django: it takes this process over, the lock with it."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.set_inheritable(lock, True)
    written = json.dumps({
        "children": [
            {**dataclasses.asdict(child), "ready_when": str(child.ready_when or "")}
            for child in children
        ],
        "door": dataclasses.asdict(door),
    })
    os.chdir(settings.BASE_DIR)
    environment = {
        **os.environ,
        "CAUSERIE_PLAN": written,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",  # threads of web and worker share the heap: 20 MB less each
    }
    os.execve(sys.executable, [sys.executable, "-m", "config.processes"], environment)  # noqa: S606
