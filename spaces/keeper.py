"""What one web process does once a second: its lease, who came and left, and a look at the rows.

Messages make things quick; this makes them right. What a lost message would have said is found here
within two seconds: a number that was not heard, an ended Space, another relay, a suspended account.
"""

import asyncio
import logging
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from media import control
from spaces import mandate, snapshot
from spaces.database import in_database
from spaces.hub import Hub, LocalSpace
from spaces.lines import Frame, Line
from spaces.models import InstanceRules, Participant, Space
from spaces.models.presence import RENEWED_EVERY
from spaces.rules.reactions import EMOJI
from spaces.services import continuity, presence, reactions
from spaces.services.presence import Arrival, Crowd, Departure, Gathered
from spaces.snapshot import Facts, Message
from spaces.telling import encode

BEAT = 1.0  # s
TOTALS_EVERY = 10.0  # s
PROVEN_AT_ONCE = 200  # people of a look whose password is compared with the one they came with
RESTING_LOOK = 5.0  # s, between looks of a process that holds nobody

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """What the rows say now, of the Spaces this process holds and of the instance."""

    facts: dict[str, Facts]
    epoch: str | None
    tray: tuple[str, ...]
    unwelcome: frozenset[str]  # keys of people on this process who may not act any more
    removed: dict[tuple[int, int], str]  # reasons, by Space and person, of who came meanwhile
    proofs: dict[int, str]  # of the people who were asked for and whose account is there


class Keeper:
    """One per web process. Everything here runs on the process's event loop."""

    def __init__(self) -> None:
        self.process = secrets.token_hex(8)
        self.hub = Hub(self.process)
        self.tray: tuple[str, ...] = EMOJI
        self._is_started = False
        self._has_lease = False
        self._owes_return = False  # the lease lapsed, and not everybody was sent to come again yet
        self._renewed_at = 0.0
        self._looked_at = 0.0
        self._totalled_at = time.monotonic()
        self._unproven: list[tuple[LocalSpace, Line]] = []
        self._crowds: dict[int, Crowd] = {}  # as last written
        self._settling = asyncio.Lock()

    async def ready(self) -> None:
        """Before somebody joins: the loops run, and the lease stands that their row refers to."""
        if not self._is_started:
            self._is_started = True
            self.hub.start()
            self.hub.spawn(self._beat_forever())
            self.hub.epoch = await in_database(snapshot.relay_epoch, now=timezone.now())
        if not self._has_lease:
            await self.settle()

    async def stop(self) -> None:
        await self.hub.stop()

    async def settle(self) -> None:
        """Write who came and who left since the last time, and renew the lease."""
        async with self._settling:
            came, left = dict(self.hub.came), set(self.hub.left)
            crowds = self._changed_crowds()
            self.hub.came.clear()
            self.hub.left.clear()
            try:
                gathered = _gathered(came, left, crowds)
                await in_database(self._renew_and_write, gathered=gathered, now=timezone.now())
            except Exception:
                self.hub.came = {**came, **self.hub.came}
                self.hub.left |= left
                raise
            for line in came.values():
                line.is_settled = True
            self._crowds.update(crowds)
            self._renewed_at = time.monotonic()
            self._has_lease = True
        if self._owes_return:
            await self._let_everybody_return()
            self._owes_return = False

    def _renew_and_write(self, *, gathered: Gathered, now: datetime) -> None:
        """In the database's thread. That the lease had lapsed is said once and must not be lost when
        what comes after it fails."""
        if not presence.renew(process=self.process, now=now) and self._has_lease:
            self._owes_return = True
        presence.settle(process=self.process, gathered=gathered, now=now)

    async def beat(self) -> None:
        """What is done each second."""
        now = time.monotonic()
        if not self.hub.spaces and not self.hub.left and not self._changed_crowds():
            await self._rest(now)
            return
        failure = None
        if self._has_news() or now - self._renewed_at >= RENEWED_EVERY:
            failure = await _failure_of(self.settle())
        for local in list(self.hub.spaces.values()):
            await self.hub.subscribe(local)
        await self._look()  # what could not be written must not keep us from what is to be read
        if failure is not None:
            raise failure
        if now - self._totalled_at >= TOTALS_EVERY:
            self._totalled_at = now
            await self._save_totals()

    async def resync(self, local: LocalSpace) -> None:
        """Something was not heard: everybody here gets the state as the rows have it."""
        lines = list(local.lines)
        for line in lines:
            line.hold()
        frames: dict[str | None, Frame] = {}
        try:
            keys = {line.person for line in lines}
            fresh, removed = await in_database(
                _snapshots, space=local.pk, viewers=keys, now=timezone.now()
            )
            some = next(iter(fresh.values()))
            local.hear_stage(some["seq"], [member["person"] for member in some["stage"]])
            frames = {key: Frame(encode(message)) for key, message in fresh.items()}
        finally:
            for line in lines:
                await line.release(frames.get(line.person))
        for line in lines:
            if line.person in removed:
                farewell = {"code": "removed", "reason": removed[line.person]}
                await self.hub.bye(local.slug, line, farewell)

    async def _beat_forever(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            try:
                await self.beat()
            except DatabaseError as error:  # away or locked: tried again in a second
                log.warning("the database did not answer (%s)", type(error).__name__)
            except Exception:
                log.exception("a beat was left out")

    async def _rest(self, now: float) -> None:
        """Nobody is here: no lease is needed, but somebody must let go of dead processes' people."""
        if self._has_lease:
            self._has_lease = False
            self._crowds.clear()
            await in_database(presence.give_up, process=self.process)
            await self._save_totals()
        if now - self._looked_at >= RESTING_LOOK:
            self._looked_at = now
            await in_database(presence.lapse, now=timezone.now())

    async def _look(self) -> None:
        self._looked_at = time.monotonic()
        epoch_before = self.hub.epoch
        held = {local.pk for local in self.hub.spaces.values()}
        unseen = dict(self.hub.unseen)
        some = self._next_mandates()
        look = await in_database(
            _look, process=self.process, spaces=held, unseen=unseen.keys(),
            people={line.person_id for _, line in some}, now=timezone.now(),
        )  # fmt: skip
        for local, line in some:
            if line in local.lines and look.proofs.get(line.person_id) != line.mandate.proof:
                await self.hub.sign_out(local.slug, line)
        self.tray = look.tray
        if self.hub.epoch == epoch_before:  # no newer news came in while we looked
            await self.hub.hear_epoch(look.epoch)
        for local in list(self.hub.spaces.values()):
            if fact := look.facts.get(local.slug):
                await self._compare(local, fact)
            elif local.pk in held:  # its row is gone, with its host's account
                await self._end(local)
            for person in look.unwelcome & set(local.by_person):
                line = local.by_person[person]
                await self.hub.bye(local.slug, line, {"code": "not_allowed"})
                await control.send_to_relay(control.Hangup(line.peer))

            await self._send_away_removed(local, look, unseen)
        for key, line in unseen.items():
            if self.hub.unseen.get(key) is line:  # what comes after this is told to them
                del self.hub.unseen[key]

    def _next_mandates(self) -> list[tuple[LocalSpace, Line]]:
        """Whose password to look at now: some at each look, so that ten thousand are no burden. The
        news of a new one comes at once; this is for what did not."""
        if not self._unproven:
            spaces = self.hub.spaces.values()
            self._unproven = [(one, line) for one in spaces for line in one.by_person.values()]
        some, self._unproven = self._unproven[:PROVEN_AT_ONCE], self._unproven[PROVEN_AT_ONCE:]
        return some

    async def _send_away_removed(
        self, local: LocalSpace, look: Look, unseen: Mapping[tuple[int, int], Line]
    ) -> None:
        """A removal that was announced while they were on their way in was heard by no line."""
        for (space, person), reason in look.removed.items():
            line = unseen[space, person]
            if line in local.lines:
                await self.hub.bye(local.slug, line, {"code": "removed", "reason": reason})
                await control.send_to_relay(control.Hangup(line.peer))

    async def _compare(self, local: LocalSpace, fact: Facts) -> None:
        if not fact.space.is_live:
            await self._end(local)
            return
        local.learn(count=fact.count, audience_version=fact.space.audience_version)
        missed = local.lagged_at is not None and local.seq < local.lagged_at
        local.lagged_at = fact.space.seq if fact.space.seq > local.seq else None
        if missed:
            await self.resync(local)

    async def _end(self, local: LocalSpace) -> None:
        for line in list(local.lines):
            await self.hub.bye(local.slug, line, {"code": "ended"})

    def _has_news(self) -> bool:
        return bool(self.hub.came or self.hub.left or self._changed_crowds())

    def _changed_crowds(self) -> dict[int, Crowd]:
        crowds = {
            local.pk: Crowd(local.people, local.visitors) for local in self.hub.spaces.values()
        }
        crowds |= {pk: NOBODY for pk in self._crowds if pk not in crowds}
        return {pk: crowd for pk, crowd in crowds.items() if crowd != self._crowds.get(pk, NOBODY)}

    async def _let_everybody_return(self) -> None:
        """This process stood still for so long that its people were given up; they join anew."""
        for slug, local in list(self.hub.spaces.items()):
            for line in list(local.lines):
                try:
                    await self.hub.send_away(slug, line)
                except Exception:  # one broken line must not keep the others from coming back
                    log.exception("a page could not be sent away")

    async def _save_totals(self) -> None:
        gone = self.hub.take_gone()
        counted = [(local, local.unsaved.copy()) for local in (*gone, *self.hub.spaces.values())]
        given: defaultdict[int, Counter[str]] = defaultdict(Counter)
        for local, tally in counted:
            if tally:
                given[local.pk] += tally
        if given:
            try:
                await in_database(reactions.add_totals, given=given)
            except Exception:
                self.hub.keep_gone(gone)
                raise
        for local, tally in counted:
            local.unsaved -= tally
        if counters := {f"refused.{code}": n for code, n in self.hub.refused.items()}:
            await in_database(presence.note_counters, process=self.process, counters=counters)


NOBODY = Crowd(0, 0)

_keepers: WeakKeyDictionary[asyncio.AbstractEventLoop, Keeper] = WeakKeyDictionary()


def keeper() -> Keeper:
    """This process's keeper; one per event loop, so that each test has its own."""
    loop = asyncio.get_running_loop()
    if loop not in _keepers:
        _keepers[loop] = Keeper()
    return _keepers[loop]


async def _failure_of(work: Awaitable[None]) -> Exception | None:
    """Do it; what went wrong is for later."""
    try:
        await work
    except Exception as error:
        return error
    return None


def _gathered(
    came: dict[tuple[int, int], Line], left: set[tuple[int, int]], crowds: dict[int, Crowd]
) -> Gathered:
    return Gathered(
        arrivals=[
            Arrival(space, person, line.tab, line.is_hidden)
            for (space, person), line in came.items()
        ],
        departures=[Departure(space, person) for space, person in left],
        crowds=crowds,
    )


def _look(
    *, process: str, spaces: Collection[int], unseen: Collection[tuple[int, int]],
    people: Collection[int], now: datetime,
) -> Look:  # fmt: skip
    presence.lapse(now=now)
    continuity.take_up(now=now)
    facts = snapshot.facts(spaces, now)
    presence.note_peaks((fact.space, fact.count) for fact in facts.values())
    return Look(
        facts=facts,
        epoch=snapshot.relay_epoch(now),
        tray=InstanceRules.current().tray,
        unwelcome=frozenset(
            User.objects.filter(participations__process=process)
            .filter(Q(is_active=False) | ~Q(suspended_at=None))
            .values_list("key", flat=True)
        ),
        removed=presence.removed_among(unseen),
        proofs=mandate.proofs(people),
    )


def _snapshots(
    *, space: int, viewers: Collection[str | None], now: datetime
) -> tuple[dict[str | None, Message], dict[str | None, str]]:
    """The fresh state for these viewers, and who of them was removed, with the reason."""
    row = Space.objects.get(pk=space)
    removed = Participant.objects.filter(space=space).removed()
    reasons: dict[str | None, str] = dict(removed.values_list("person__key", "removed_reason"))
    return snapshot.snapshots(space=row, viewers=viewers, now=now), reasons
