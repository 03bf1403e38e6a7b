"""The relay's loop: 20 ms ticks on an absolute clock, and everything else in the pauses between them.

One thread and one loop own all sound. Nothing here waits for the database (one worker thread), for
Redis (what cannot be said is lost) or for a listener (what a full buffer refuses is dropped).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from media import control
from media.bookkeeping import Bookkeeper
from media.collector import Collector
from media.frames import FRAME, RATE
from media.models import RelayLease
from media.opus import OpusCodec
from media.reports import Report
from media.stage import WishedStage
from media.switchboard import Limits, Switchboard
from media.wire import Wire

TICK = FRAME / RATE  # s
_LATE = 0.020
"""s; a tick whose packets leave later than this counts as late."""
_GIVE_UP_AFTER = 0.2
"""s behind the clock (a suspended machine) after which ticks are left out instead of made up for."""
_SPARE = 0.003
"""s before the next tick in which no further handshake is begun."""
_ROWS_EVERY, _LEASE_EVERY = 2.0, 1.0  # s
_LEVELS_EVERY, _SWEEP_EVERY, _REPORTS_EVERY = 10, 5, 50  # ticks
_SENDER_REPORT_EVERY = 5.0  # s, of each listener
_QUIET_AFTER = 0.5  # s without a join
_START_WITHIN = 1.0  # s
_SWITCH_WITHIN = 0.0005
"""s, instead of 5 ms: the worker thread must give the tick its turn at once."""
_NICE = -11
"""What sound servers run at. Only a privileged process gets it; others do without."""

log = logging.getLogger(__name__)

WishedStages = Callable[[], list[WishedStage]]
AnnounceLevels = Callable[[str, dict[str, int]], Awaitable[None]]


@dataclass(frozen=True)
class RelaySettings:
    """`host` to bind ("" for all), UDP `port` (0 for any), `addresses` to offer (none: the machine's),
    `name` of the lease."""

    host: str = ""
    port: int = 0
    addresses: tuple[str, ...] = ()
    name: str = "relay"
    limits: Limits = Limits()


@dataclass
class Ticks:
    """What became of the ticks of this epoch. `latest` is s."""

    made: int = 0
    late: int = 0
    left_out: int = 0
    latest: float = 0.0
    busy: float = 0.0

    def note(self, late: float, busy: float) -> None:
        self.made += 1
        self.late += late > _LATE
        self.latest = max(self.latest, late)
        self.busy += busy


class Relay:
    """All audio of one process. `wished_stages` and `report` are called on the worker thread."""

    def __init__(
        self,
        settings: RelaySettings,
        *,
        wished_stages: WishedStages,
        report: Callable[[Report], None],
        announce_levels: AnnounceLevels,
    ) -> None:
        self.epoch = secrets.token_hex(8)
        self.ticks = Ticks()
        self._settings = settings
        self._wished_stages = wished_stages
        self._announce_levels = announce_levels
        self._origin = time.monotonic()
        self._next_due = self._origin
        self._joined_at = self._origin
        self._is_reading = False
        self._is_working = False
        self._stopping = asyncio.Event()
        self._levels: dict[str, dict[str, int]] = {}
        self._levels_changed = asyncio.Event()
        self._rows_wanted = asyncio.Event()
        self._collector = Collector()
        self.books = Bookkeeper(report)
        self.wire = Wire(self._take)
        self.switchboard = Switchboard(
            host=settings.host,
            port=settings.port,
            addresses=settings.addresses,
            codec=OpusCodec(),
            clock=time.monotonic,
            samples=self._samples,
            limits=settings.limits,
        )

    def _samples(self) -> int:
        """Samples since this relay's start."""
        return int((time.monotonic() - self._origin) * RATE)

    async def run(self) -> None:
        """Relay until `stop` is called or SIGTERM comes."""
        self._catch_signals()
        tasks = [asyncio.create_task(work) for work in self._works()]
        self._collector.start(time.monotonic())
        try:
            await self._stopping.wait()
        finally:
            self._collector.stop()
            await self._close(tasks)

    def _works(self) -> Iterable[Coroutine[Any, Any, None]]:
        return (
            self._tick_for_ever(),
            self.wire.listen(),
            self.wire.speak(),
            self._begin(),
            self._say_levels(),
            self._repeat(_LEASE_EVERY, self._renew_lease),
            self._watch_rows(),
        )

    def stop(self) -> None:
        """End `run` in order: peers are told, the lease is given up."""
        self._stopping.set()

    def _catch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(ValueError, NotImplementedError, RuntimeError):
                loop.add_signal_handler(number, self.stop)

    async def _close(self, tasks: list[asyncio.Task[None]]) -> None:
        self.switchboard.close_all("stopping")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for group, message in self.switchboard.said:
            await self.wire.send(group, message)
        self._read_while_waiting(is_waiting=False)
        self.switchboard.endpoint.close()
        await self.books.do(
            "lease_end",
            lambda: RelayLease.objects.give_up(name=self._settings.name, epoch=self.epoch),
        )
        self.books.close()

    # The tick

    async def _tick_for_ever(self) -> None:
        with contextlib.suppress(TimeoutError):  # before anybody can reach us there is no sound
            async with asyncio.timeout(_START_WITHIN):
                await self.wire.is_listening.wait()
        self._origin = time.monotonic()
        number = 0
        while True:
            number += 1
            due = self._next_due = self._origin + number * TICK
            behind = await _sleep_until(due)
            if behind > _GIVE_UP_AFTER:
                left_out = int(behind / TICK)
                self.ticks.left_out += left_out
                number += left_out
                due = self._origin + number * TICK
            self._next_due = due + TICK
            self._tick(number, due)
            await asyncio.sleep(0)

    def _tick(self, number: int, due: float) -> None:
        began = time.monotonic()
        try:
            self.switchboard.endpoint.drain()
            self.switchboard.tick(number * FRAME)
        except Exception:
            self._note_fault("tick")
        ended = time.monotonic()
        self.ticks.note(ended - due, ended - began)
        try:
            self._do_between_ticks(number)
        except Exception:
            self._note_fault("pause")

    def _note_fault(self, where: str) -> None:
        """A bug of ours must not end the sound; its first trace is logged, the others counted."""
        self.switchboard.counts[f"fault_{where}"] += 1
        if self.switchboard.counts[f"fault_{where}"] == 1:
            log.exception("relay fault in the %s; further ones are counted", where)

    def _do_between_ticks(self, number: int) -> None:
        board = self.switchboard
        board.send_sender_reports(TICK / _SENDER_REPORT_EVERY, time.time())
        if number % _SWEEP_EVERY == 0:
            board.sweep()
        if number % _LEVELS_EVERY == 0 and (changed := board.take_levels()):
            self._levels.update(changed)
            self._levels_changed.set()
        if number % _REPORTS_EVERY == 0:
            board.send_receiver_reports()
            board.sweep_lost()
        self._work()
        now = time.monotonic()
        if board.is_waiting or not board.handshakes.is_idle:
            self._joined_at = now
        has_time = self._next_due - now > TICK / 2
        self._collector.maybe(now, is_quiet=has_time and now - self._joined_at > _QUIET_AFTER)

    # Between ticks

    def _take(self, message: control.ToRelay) -> None:
        self.switchboard.take(message)
        self._after()

    def _on_readable(self) -> None:
        try:
            self.switchboard.endpoint.drain()
        except Exception:
            self._note_fault("drain")
        self._work()

    def _work(self) -> None:
        """Some DTLS, if the next tick is not near; the rest in the loop's next turn or after the
        tick."""
        is_more = self.switchboard.handshakes.work(self._next_due - _SPARE)
        self._after()
        if is_more and not self._is_working and time.monotonic() < self._next_due - _SPARE:
            self._is_working = True
            asyncio.get_running_loop().call_soon(self._work_on)

    def _work_on(self) -> None:
        self._is_working = False
        self._work()

    def _after(self) -> None:
        """Send on what the switchboard has to say; watch the socket only while somebody connects."""
        board = self.switchboard
        if board.said:
            said, board.said = board.said, []
            self.wire.say(said)
        if board.reports:
            reports, board.reports = board.reports, []
            self.books.keep(reports)
        if board.wants_rows:
            self._rows_wanted.set()
        self._read_while_waiting(is_waiting=board.is_waiting)

    def _read_while_waiting(self, *, is_waiting: bool) -> None:
        if is_waiting == self._is_reading:
            return
        self._is_reading = is_waiting
        loop = asyncio.get_running_loop()
        fd = self.switchboard.endpoint.socket.fileno()
        if is_waiting:
            loop.add_reader(fd, self._on_readable)
        else:
            loop.remove_reader(fd)

    async def _say_levels(self) -> None:
        while True:
            await self._levels_changed.wait()
            self._levels_changed.clear()
            levels, self._levels = self._levels, {}
            for space, heard in levels.items():
                with contextlib.suppress(Exception):  # a pulse without levels is no harm
                    await self._announce_levels(space, heard)

    async def _begin(self) -> None:
        """Once the relay can take pages, tell every web process, so that they connect at once."""
        await self._take_lease()
        await self._read_rows()
        await self.wire.is_listening.wait()
        await self.wire.send(control.NEWS_GROUP, control.RelayUp(self.epoch))

    # Rows

    async def _repeat(self, every: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(every)
            await work()

    async def _watch_rows(self) -> None:
        """Read the wished stages every 2 s, or as soon as somebody asks for an unknown Space."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_ROWS_EVERY):
                    await self._rows_wanted.wait()
            self._rows_wanted.clear()
            await self._read_rows()
            await asyncio.sleep(0.1)  # however many unknown Spaces are asked for

    async def _read_rows(self) -> None:
        asked_at = time.monotonic()
        stages = await self.books.do("stages", self._wished_stages)
        if stages is not None:
            self.switchboard.take_rows(stages, asked_at)
            self._after()

    async def _take_lease(self) -> None:
        addresses = [
            f"{host} {self.switchboard.endpoint.port}" for host in self.switchboard.addresses
        ]
        await self.books.do(
            "lease",
            lambda: RelayLease.objects.take(
                name=self._settings.name,
                epoch=self.epoch,
                addresses=addresses,
                now=timezone.now(),
            ),
        )

    def _counters(self) -> dict[str, int]:
        """What was counted in this epoch, by name, for staff (the admin)."""
        board = self.switchboard
        parts = {
            "peers": board.counts,
            "endpoint": board.endpoint.counts,
            "handshakes": board.handshakes.counts,
            "layer": self.wire.counts,
            "rows": self.books.counts,
            "ticks": {"left_out": self.ticks.left_out},
        }
        return {f"{part}.{name}": n for part in parts for name, n in parts[part].items() if n}

    async def _renew_lease(self) -> None:
        board, ticks = self.switchboard, self.ticks
        is_ours = await self.books.do(
            "lease",
            lambda: RelayLease.objects.renew(
                name=self._settings.name,
                epoch=self.epoch,
                now=timezone.now(),
                peers=len(board.peers),
                rooms=len(board.halls),
                ticks=ticks.made,
                late_ticks=ticks.late,
                counters=self._counters(),
            ),
        )
        if is_ours is False:
            log.warning("the lease %s was gone; taken again", self._settings.name)
            await self._take_lease()
        await self.books.hand_on()


def put_sound_first() -> None:
    """For a process that does nothing else: sound before everything."""
    sys.setswitchinterval(_SWITCH_WITHIN)
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, _NICE)


async def _sleep_until(due: float) -> float:
    """Sleep until a monotonic time; returns by how much it is over. uvloop's timers count whole ms."""
    while (ahead := due - time.monotonic()) > 0.0005:  # noqa: ASYNC110 no event says what time it is
        await asyncio.sleep(ahead)
    return -ahead
