"""One socket per open Space and tab: parse, ask a service, answer ok or refused.

The change itself reaches whoever asked as the same event everybody gets. A plain ASGI application
and no Channels consumer: those subscribe each socket to the layer, which is the hub's to do once.
"""

import asyncio
import logging
import secrets
import time
from datetime import datetime
from typing import Any

from django.db import DatabaseError
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import User
from media import control
from spaces import access, broadcast, mandate, protocol, snapshot
from spaces.database import in_database
from spaces.hub import CLOSE_CODES, COME_AGAIN, LocalSpace
from spaces.keeper import Keeper, keeper
from spaces.lines import Frame, Line, Mandate, Outlet, Receive, Scope, Send
from spaces.models import Invitation, Participant, Space
from spaces.origins import origin_of
from spaces.paces import Paces
from spaces.protocol import Malformed, Operation
from spaces.rules.reactions import OPERATION_PACE, Bucket
from spaces.rules.roles import Refused, Role, require
from spaces.services import presence
from spaces.services.operations import serve
from spaces.telling import encode

STRIKES = 50  # frames beyond the pace, or not understood, until the socket is closed

FRESH = 5.0  # s after its opening in which a socket's session is believed to stand
SNAPSHOT_KEPT = 1.0  # s; counts in it are as old as those of a pulse

# With these answers to `join` there is no going on: the page is told good-bye.
_FAREWELLS = {code: code for code in ("elsewhere", "removed", "ended", "signed_out", "crowded")}

log = logging.getLogger(__name__)


async def space_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application at /ws/s/<slug>/."""
    outlet = Outlet(send)
    socket = SpaceSocket(scope, outlet)
    try:
        while (message := await receive())["type"] != "websocket.disconnect":
            if message["type"] == "websocket.connect":
                await socket.open()
            elif message["type"] == "websocket.receive" and not outlet.is_closed:
                await socket.hear(message.get("text"))
    finally:
        socket.gone()


class SpaceSocket:
    """One tab's socket. Nothing here sleeps, decides who may do what, or reads a row itself.

    There are ten thousand of them, so they keep little: no rows but the person's.
    """

    __slots__ = (
        "_keeper", "_line", "_local", "_mandate", "_opened_at", "_pace", "_pk", "_scope", "_send", "_slug",
        "_strikes", "person",
    )  # fmt: skip

    def __init__(self, scope: Scope, send: Send) -> None:
        user = scope.get("user")
        self.person: User | None = user if isinstance(user, User) else None
        self._scope = scope
        self._send = send
        self._slug: str = scope["url_route"]["kwargs"]["slug"]
        self._pk = 0
        self._keeper: Keeper = keeper()
        self._local: LocalSpace | None = None
        self._line: Line | None = None
        self._mandate = mandate.mandate(self.person, scope.get("session"))
        self._opened_at = _seconds()
        self._pace = Bucket(OPERATION_PACE, self._opened_at)
        self._strikes = 0

    @property
    def space(self) -> Space:
        """Which Space, for services: they read its row themselves, under its lock."""
        return Space(pk=self._pk, slug=self._slug)

    async def open(self) -> None:
        """Accept, if there is such a Space; an unknown one and a private one look the same."""
        found = await in_database(access.find_space, slug=self._slug, person=self.person)
        if found is None:
            await self._send({"type": "websocket.close"})
            return
        self._pk = found.pk
        await self._send({"type": "websocket.accept"})

    async def hear(self, text: str | None) -> None:
        """One message of the page: done and answered, or refused with a code."""
        number: int | None = None
        try:
            if not self._pace.take(_seconds()):
                raise Malformed("too_fast", _number(text))
            request = protocol.parse(text)
            number = request.id
            await self._do(request.operation, number)
        except Malformed as error:
            await self._refuse(error.code, error.re)
            await self._strike()
        except Refused as error:
            await self._refuse(error.code, number)
        except DatabaseError as error:
            log.warning("the database did not answer (%s)", type(error).__name__)
            await self._try_again(number)

    def gone(self) -> None:
        """The socket is closed. Its row says so within a second; its sound goes by itself."""
        if self._line is not None:
            self._keeper.hub.discard(self._slug, self._line)

    async def _do(self, operation: Operation, number: int) -> None:
        action = protocol.ACTIONS[_NAMES[type(operation)]]
        if self.person is None:
            require(Role.VISITOR, action)
        if isinstance(operation, protocol.Join):
            await self._join(operation, number)
            return
        line, local = self._line, self._local
        if line is None or local is None or line.is_gone:
            raise Refused("not_joined")
        match operation:
            case protocol.React(emoji):
                self._react(line, local, emoji)
            case protocol.Resync():
                await self._send_snapshot(line, local)
            case protocol.AudioConnect(attempt):
                await self._connect_audio(line, local, attempt)
            case protocol.AudioAnswer(attempt, sdp):
                await control.send_to_relay(control.Answer(line.peer, str(attempt), sdp))
            case protocol.AudioHangup():
                await control.send_to_relay(control.Hangup(line.peer))
            case protocol.Leave():
                await self._leave(operation, line, number)
                return
            case _:
                await self._change(operation, line, number)
                return
        await self._reply(number)

    async def _join(self, operation: protocol.Join, number: int) -> None:
        """In, or told why not. Once more from a page that is in, it is a request for a snapshot."""
        if self._line is not None and self._local is not None and not self._line.is_gone:
            await self._send_snapshot(self._line, self._local)
            await self._reply(number)
            return
        try:
            role = await self._admitted(operation)
        except Refused as error:
            await self._refuse(error.code, number)
            await self._farewell(error.code)
            return
        line = self._new_line(operation)
        line.is_settled = role.is_on_stage
        await self._enter(line)
        await self._reply(number)
        if line.person:
            taken = broadcast.seat_taken(
                self._slug, line.person, line.id, line.peer, line.came_at
            )
            self._keeper.hub.spawn(taken)

    async def _enter(self, line: Line) -> None:
        """Among this process's pages, with a snapshot and then what came since it was read."""
        hub = self._keeper.hub
        line.hold()
        try:
            self._local = await hub.add(self._slug, self._pk, line)
            self._line = line
            await self._send_snapshot(line, self._local)
        except Exception:
            hub.discard(self._slug, line)
            self._line = None
            raise
        finally:
            await line.release()

    async def _admitted(self, operation: protocol.Join) -> Role:
        await self._keeper.ready()
        person = self.person
        if person is None and self._keeper.hub.is_crowded(origin_of(self._scope)):
            raise Refused("crowded")
        here = self._keeper.hub.other_line(self._slug, person.key if person else None)
        if here is not None and here.tab != operation.tab and not operation.take_over:
            raise Refused("elsewhere")
        if person is not None:
            is_old = _seconds() - self._opened_at > FRESH
            session = self._scope.get("session") if is_old else None
            await in_database(_prove, by=person, held=self._mandate, session=session)
        role = await in_database(
            _join, by=person, slug=self._slug, process=self._keeper.process,
            tab=operation.tab, take_over=operation.take_over, now=timezone.now(),
        )  # fmt: skip
        return role

    def _new_line(self, operation: protocol.Join) -> Line:
        person = self.person
        key = person.key if person else None
        secret = salted_hmac("spaces.peer", f"{self._slug} {key} {operation.tab}")
        return Line(
            self._scope, self._send, id=secrets.token_hex(8), tab=operation.tab,
            peer=secret.hexdigest()[:32], person=key, person_id=person.pk if person else 0,
            is_hidden=operation.hidden, came_at=time.time(), mandate=self._mandate,
            origin="" if person else origin_of(self._scope),
        )  # fmt: skip

    async def _send_snapshot(self, line: Line, local: LocalSpace) -> None:
        line.hold()
        first: Frame | None = None
        try:
            message = self._recent(local) or await self._read_snapshot(local)
            # Counts as everybody here was told them last: the next pulse says only what is new.
            first = Frame(encode({**message, **local.facts}))
        finally:
            await line.release(first)

    def _recent(self, local: LocalSpace) -> snapshot.Message | None:
        """A snapshot read less than a second ago, if nothing was heard since and no cards are due: a
        thousand who come at once are one read. What was not heard yet comes as an event."""
        shared, key = local.snapshot, self.person.key if self.person else None
        if key in local.invited or snapshot.is_by_follows(shared):
            return None  # theirs is not what another was sent
        if not shared or _seconds() - local.snapshot_at > SNAPSHOT_KEPT:
            return None
        if shared["seq"] < local.seq or shared["epoch"] != self._keeper.hub.epoch:
            return None
        if snapshot.role_of(key, shared["stage"]).is_hosting:
            return None
        return snapshot.as_seen_by(key, shared, timezone.now())

    async def _read_snapshot(self, local: LocalSpace) -> snapshot.Message:
        read_at = _seconds()
        message, invited = await in_database(
            _snapshot, space=self._pk, viewer=self.person, now=timezone.now()
        )
        local.hear_stage(message["seq"], [seat["person"] for seat in message["stage"]])
        local.learn_quietly(count=message["count"], audience_version=message["audience_version"])
        if not Role(message["me"]["role"]).is_hosting:
            local.snapshot, local.snapshot_at = message, read_at
            local.invited = invited
        return message

    async def _change(self, operation: Operation, line: Line, number: int) -> None:
        """An operation of the Space, by the service that is its one way. The answer goes first, then
        the event as everybody gets it, and then perhaps the good-bye."""
        person = self.person
        if person is None:
            raise Refused("sign_in")
        if not self._paces_of(line).changes.take(_seconds()):
            raise Refused("too_fast")
        if not line.is_settled:
            await self._keeper.settle()
        line.hold()
        try:
            await in_database(
                serve, operation=operation, by=person, space=self.space, now=timezone.now()
            )
            await self._reply(number)
        finally:
            await line.release()

    async def _leave(self, operation: protocol.Leave, line: Line, number: int) -> None:
        if self.person is None:
            await self._reply(number)
        else:
            await self._change(operation, line, number)
        self._keeper.hub.discard(self._slug, line)
        self._line = None
        await control.send_to_relay(control.Hangup(line.peer))

    def _paces_of(self, line: Line) -> Paces:
        return self._keeper.hub.paces.of(self._slug, line.person or line.tab, _seconds())

    def _react(self, line: Line, local: LocalSpace, emoji: str) -> None:
        if emoji not in self._keeper.tray:
            raise Refused("unknown_reaction")
        if not self._paces_of(line).reactions.take(_seconds()):
            raise Refused("too_fast")
        local.taps[emoji] += 1

    async def _connect_audio(self, line: Line, local: LocalSpace, attempt: str | int) -> None:
        """Ask the relay for an offer. Whoever has a line was admitted; whoever may not be here any
        more has none. No row is read: after a relay's restart everybody asks at once."""
        line.attempt = attempt
        asked = await control.send_to_relay(
            control.Connect(
                space=local.slug, tab=line.peer, person=line.person,
                may_speak=line.person is not None, attempt=str(attempt),
                reply_to=broadcast.process_group(self._keeper.process), origin=line.origin,
            )
        )  # fmt: skip
        if not asked:
            raise Refused("no_relay")

    async def _reply(self, number: int) -> None:
        await self._say({"t": "reply", "re": number, "ok": True})

    async def _refuse(self, code: str, number: int | None) -> None:
        self._keeper.hub.refused[code] += 1
        await self._say({"t": "reply", "re": number, "refused": code})

    async def _try_again(self, number: int | None) -> None:
        """Whoever is in is told; who could not be let in comes back by itself."""
        if self._line is None:
            await self._send({"type": "websocket.close", "code": COME_AGAIN})
        else:
            await self._refuse("try_again", number)

    async def _strike(self) -> None:
        """A page that floods or makes no sense, again and again, is let go."""
        self._strikes += 1
        if self._strikes >= STRIKES:
            await self._bye({"code": "too_fast"})

    async def _farewell(self, code: str) -> None:
        farewell = {"code": _FAREWELLS.get(code, "not_allowed")}
        if code == "removed" and self.person is not None:
            farewell["reason"] = await in_database(
                _removal_reason, space=self._pk, person=self.person
            )
        await self._bye(farewell)

    async def _bye(self, farewell: dict[str, str]) -> None:
        if self._line is not None:
            await self._keeper.hub.bye(self._slug, self._line, farewell)
            return
        await self._say({"t": "bye", **farewell})
        await self._send({"type": "websocket.close", "code": CLOSE_CODES[farewell["code"]]})

    async def _say(self, message: dict[str, Any]) -> None:
        await self._send({"type": "websocket.send", "text": encode(message)})


_NAMES = {kind: name for name, kind in protocol.OPERATIONS.items()}


def _prove(*, by: User, held: Mandate, session: Any) -> None:
    """The socket may have been opened long before: it acts for them no more when they signed out
    (asked when a session is given) or have another password."""
    now = mandate.proofs([by.pk]).get(by.pk)
    if now != held.proof or mandate.is_over(session):
        raise Refused("signed_out")


def _join(
    *, by: User | None, slug: str, process: str, tab: str, take_over: bool, now: datetime
) -> Role:
    """Look again at this moment: the socket may have been opened long before."""
    space = access.find_space(slug, by)
    if space is None:
        raise Refused("ended")
    if by is not None:
        by.refresh_from_db()
    return presence.join(
        by=by, space=space, process=process, tab=tab, take_over=take_over, now=now
    )


def _snapshot(
    *, space: int, viewer: User | None, now: datetime
) -> tuple[snapshot.Message, frozenset[str]]:
    """The snapshot, and the keys of who is invited: they see something of their own."""
    row = Space.objects.get(pk=space)
    invited = Invitation.objects.filter(space=row).values_list("person__key", flat=True)
    return snapshot.snapshot(space=row, viewer=viewer, now=now), frozenset(invited)


def _removal_reason(*, space: int, person: User) -> str:
    reason = Participant.objects.filter(space=space, person=person).values_list("removed_reason")
    return next((text for (text,) in reason), "")


def _number(text: str | None) -> int | None:
    """The id of a message that will not be done, so that the page's wait ends."""
    try:
        return protocol.parse(text).id
    except Malformed as error:
        return error.re


def _seconds() -> float:
    return asyncio.get_running_loop().time()
