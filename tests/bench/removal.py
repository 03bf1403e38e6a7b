"""`python -m tests.bench.removal`: from the commit of a removal to the last packet, 200 times.

The commit is stamped by the first on-commit action; the packet by the kernel, at the removed person's
socket. What is taken is the last datagram of any kind, the relay's good-bye included, half a second
later: an upper bound of the last RTP packet. Redis, the real relay, the real rows and service.
"""

import asyncio
import contextlib
import fcntl
import socket
import struct
import subprocess
import sys
import time
from typing import Any

from tests.bench import services
from tests.bench.measuring import ControlClock, load, percentile, tell, undisturbed, wanted

SIOCGSTAMPNS = 0x8907  # Linux, sockios.h: the kernel's time of the last datagram read
AT_ONCE = 20
GRACE = 0.5  # s after the removals in which a late packet would be seen


class Stamps:
    """The kernel's times at one socket. A duplicate, so that what comes after aiortc has closed its own
    (at the relay's good-bye) still queues up and is seen."""

    def __init__(self, sock: Any) -> None:
        self._sock = socket.fromfd(sock.fileno(), socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.setblocking(False)
        self._ask()  # the first time turns it on

    def _ask(self) -> float:
        try:
            answer = fcntl.ioctl(self._sock.fileno(), SIOCGSTAMPNS, bytes(16))
        except OSError:
            return 0.0
        seconds, nanoseconds = struct.unpack("qq", answer)
        return seconds + nanoseconds / 1e9

    def last(self) -> float:
        """When the last datagram came, Unix s."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self._sock.recv(2000)
        return self._ask()

    def close(self) -> None:
        self._sock.close()


def _prepare() -> tuple[Any, Any, list[Any]]:
    """A live Space of a host, with guests who are in it."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.utils import timezone

    from accounts.models import User
    from spaces.models import Participant
    from spaces.services.lifecycle import start_space

    now = timezone.now()
    host = User.objects.create_user("bench", may_host_anyway=True)
    space = start_space(by=host, now=now)
    guests = [User.objects.create_user(f"guest{n}") for n in range(AT_ONCE)]
    for guest in guests:
        Participant.objects.create(space=space, person=guest, joined_at=now)
    return space, host, guests


def _remove(space: Any, host: Any, guest: Any) -> float:
    """Remove a guest; when that was committed, Unix s."""
    from django.db import transaction
    from django.utils import timezone

    from spaces.services.removal import remove

    stamps: list[float] = []
    with transaction.atomic():
        transaction.on_commit(lambda: stamps.append(time.time()))
        remove(by=host, person=guest.key, reason="bench", space=space, now=timezone.now())
    return stamps[0]


def _undo(space: Any, host: Any, guest: Any) -> None:
    from django.utils import timezone

    from spaces.services.removal import undo_remove

    undo_remove(by=host, person=guest.key, space=space, now=timezone.now())


class _Guest:
    """One peer of a person, whose last datagram is known."""

    def __init__(self) -> None:
        self.packets = 0

    async def take(self, packet: Any, arrival_time_ms: int) -> None:
        self.packets += 1


async def _round(desk: Any, space: Any, host: Any, guests: list[Any]) -> list[float]:
    """Connect all guests, remove one after the other; seconds from each commit to its last datagram."""
    from aiortc import RTCConfiguration, RTCPeerConnection

    from tests.bench.listeners import socket_of

    ears = [_Guest() for _ in guests]
    connections = [RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in guests]
    stamps = []
    for guest, ear, connection in zip(guests, ears, connections, strict=True):
        await desk.hear(connection, ear.take, person=guest.key)
        stamps.append(Stamps(socket_of(connection)))
    await asyncio.sleep(0.3)
    commits = []
    for guest in guests:
        commits.append(await asyncio.to_thread(_remove, space, host, guest))
        await asyncio.sleep(0.05)
    await asyncio.sleep(GRACE)
    late = [stamp.last() - commit for stamp, commit in zip(stamps, commits, strict=True)]
    assert all(ear.packets > 5 for ear in ears), "somebody heard nothing before"
    for guest, connection, stamp in zip(guests, connections, stamps, strict=True):
        stamp.close()
        await connection.close()
        await asyncio.to_thread(_undo, space, host, guest)
    return late


async def _measure(trials: int, prepared: tuple[Any, Any, list[Any]]) -> list[float]:
    from tests.bench.listeners import Desk

    space, host, guests = prepared
    desk = Desk(space.slug)
    await desk.open()
    found: list[float] = []
    while len(found) < trials:
        found += await _round(desk, space, host, guests[: trials - len(found)])
    return found


def _run(trials: int, prepared: tuple[Any, Any, list[Any]]) -> dict[str, Any]:
    with ControlClock() as control:
        late = asyncio.run(_measure(trials, prepared))
    return {
        "trials": len(late),
        "max_ms": round(max(late) * 1000, 1),
        "p99_ms": round(percentile(late, 0.99) * 1000, 1),
        "p50_ms": round(percentile(late, 0.5) * 1000, 1),
        "control_late": len(control.late),
        "is_disturbed": control.is_disturbed,
        "steal_ms": control.steal_ms,
        "load": load(),
    }


def main() -> None:
    trials = wanted(TRIALS=200)["TRIALS"]
    with services.private_var() as var, services.private_redis(var) as redis_url:
        environment = services.environment(var, redis_url)
        import django

        django.setup()
        prepared = _prepare()
        relay = subprocess.Popen([sys.executable, "manage.py", "relay"], env=environment)
        try:
            services.wait_for_relay()
            result = undisturbed(lambda: _run(trials, prepared))
        finally:
            services.stop(relay)
    tell(**result)


if __name__ == "__main__":
    main()
