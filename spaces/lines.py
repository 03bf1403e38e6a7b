"""One page's socket as the hub writes to it: straight to the kernel where that is safe.

A frame for ten thousand pages is built once. On plain-TCP daphne it is written to each socket
directly (8 µs a page instead of 36 by ASGI, REALTIME.md); on any other server, under TLS and in the
tests it goes by ASGI `send`. The direct way touches private buffers of Twisted, whose version is
pinned, and is taken only when everything it relies upon is there.
"""

import functools
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from autobahn.exception import Disconnected

DROP_OVER = 64 * 1024  # bytes unsent: what may be dropped is
CLOSE_OVER = 1024 * 1024  # bytes unsent: this page does not read, it is let go

PROTOCOL = "causerie.protocol"  # key in the ASGI scope
OPEN = 3  # autobahn's WebSocketProtocol.STATE_OPEN

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


def with_protocol(app: Application) -> Application:
    """Outermost ASGI wrapper: keep hold of daphne's protocol before a middleware wraps `send`."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if isinstance(send, functools.partial) and send.args:
            scope[PROTOCOL] = send.args[0]
        await app(scope, receive, send)

    return wrapped


class Outlet:
    """An ASGI `send` to one socket, which says nothing once that is closed, by us or by the page."""

    __slots__ = ("_send", "is_closed")

    def __init__(self, send: Send) -> None:
        self.is_closed = False
        self._send = send

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if self.is_closed:
            return
        self.is_closed = message["type"] == "websocket.close"
        try:
            await self._send(message)
        except (Disconnected, OSError):  # daphne's word for it, and ASGI's
            self.is_closed = True


class Frame:
    """One text to many pages, as bytes of RFC 6455: one unmasked frame."""

    __slots__ = ("bytes", "may_drop", "text")

    def __init__(self, text: str, *, may_drop: bool = False) -> None:
        self.text = text
        self.may_drop = may_drop
        payload = text.encode()
        self.bytes = _head(len(payload)) + payload


def _head(length: int) -> bytes:
    if length < 126:
        return bytes((0x81, length))
    if length < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, length)
    return struct.pack("!BBQ", 0x81, 127, length)


@dataclass(frozen=True, slots=True)
class Mandate:
    """On what a line acts for a person (spaces.mandate): marks of the session and of the password it
    was begun with; empty: none."""

    session: str = ""
    proof: str = ""

    def ends_with(self, session: str, proof: str) -> bool:
        """Whether it is over when that session is, or when only that proof holds; empty says nothing."""
        return bool(session and session == self.session) or bool(proof and proof != self.proof)


NOBODYS = Mandate()


class Line:
    """A joined page. `person` is a key, or None for a visitor; `peer` names its sound to the relay."""

    __slots__ = (
        "_close_code", "_held", "_holds", "_protocol", "_send", "_transport",
        "attempt", "came_at", "dropped", "id", "is_gone", "is_hidden", "is_settled",
        "mandate", "origin", "peer", "person", "person_id", "tab",
    )  # fmt: skip

    def __init__(
        self, scope: Scope, send: Send, *, id: str, tab: str, peer: str,
        person: str | None = None, person_id: int = 0, is_hidden: bool = False, came_at: float = 0,
        mandate: Mandate = NOBODYS, origin: str = "",
    ) -> None:  # fmt: skip
        self.id = id
        self.tab = tab
        self.peer = peer
        self.person = person
        self.person_id = person_id
        self.mandate = mandate
        self.origin = origin  # of a visitor: a mark of where they come from (spaces.origins)
        self.attempt: str | int = ""
        self.came_at = came_at  # Unix s
        self.dropped = 0
        self.is_gone = False
        self.is_hidden = is_hidden
        self.is_settled = False  # whether the person's row says that they are here
        self._send = send
        self._holds = 0
        self._held: list[Frame] = []
        self._close_code = 0
        self._protocol: Any = scope.get(PROTOCOL)
        self._transport = _plain_transport(self._protocol)

    def hold(self) -> None:
        """Keep what comes until as many `release`: something is on its way that goes before it."""
        self._holds += 1

    async def release(self, first: Frame | None = None) -> None:
        """Send `first`, then what was held, in order; then close if that was asked meanwhile."""
        if first is not None:
            self._held.insert(0, first)
        self._holds -= 1
        if self._holds:
            return
        held, self._held = self._held, []
        for frame in held:
            await self.write(frame)
        if self._close_code:
            await self._close()

    async def write(self, frame: Frame) -> None:
        if not self.write_now(frame):
            await self.send(frame)

    def write_now(self, frame: Frame) -> bool:
        """Held, written, or rightly dropped. False: it has to go by `send`, which may wait."""
        if self.is_gone:
            return True
        if self._holds:
            self._held.append(frame)  # pulses too: they say counts only when these change
            return True
        transport = self._transport
        if transport is None:
            return False
        if not transport.connected or transport.disconnecting or self._protocol.state != OPEN:
            return True
        if self._protocol.send_queue:
            return False
        if transport.dataBuffer or transport._tempDataBuffer:
            self._queue(transport, frame)
        else:
            self._write(transport, frame.bytes)
        return True

    async def send(self, frame: Frame) -> None:
        """By ASGI, for servers whose buffers we do not know."""
        await self._send({"type": "websocket.send", "text": frame.text})

    async def close(self, farewell: Frame | None, code: int) -> None:
        """Say why, then close; after what is held."""
        if self.is_gone or self._close_code:
            return
        if farewell is not None:
            await self.write(farewell)
        self._close_code = code
        if not self._holds:
            await self._close()

    async def _close(self) -> None:
        self.is_gone = True
        await self._send({"type": "websocket.close", "code": self._close_code})

    def _queue(self, transport: Any, frame: Frame) -> None:
        unsent = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
        if unsent > CLOSE_OVER:
            self.is_gone = True
            transport.abortConnection()
        elif frame.may_drop and unsent > DROP_OVER:
            self.dropped += 1
        else:
            transport.write(frame.bytes)

    @staticmethod
    def _write(transport: Any, data: bytes) -> None:
        try:
            sent = transport.socket.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            return  # Twisted's reader notices
        if sent != len(data):
            transport.write(data[sent:])


_OWN = ("socket", "_tempDataBuffer", "_tempDataLen")
_ANY = ("dataBuffer", "offset", "connected", "disconnecting", "write", "abortConnection")


def _plain_transport(protocol: Any) -> Any:
    """daphne's TCP transport if all we rely upon is as it was when this was written, else None.

    `_OWN` must be the object's own: TLS wraps the transport and lends its attributes, and a frame
    written to its socket would go out in clear.
    """
    transport = getattr(protocol, "transport", None)
    fits = (
        set(_OWN) <= set(getattr(transport, "__dict__", ()))
        and all(hasattr(transport, name) for name in _ANY)
        and not getattr(transport, "TLS", False)
        and hasattr(protocol, "send_queue")
        and getattr(protocol, "STATE_OPEN", None) == OPEN
        and getattr(protocol, "_perMessageCompress", None) is None
    )
    return transport if fits else None
