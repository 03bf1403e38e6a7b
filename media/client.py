"""A small WebRTC voice client, in Python: demo voices, tests and benches speak and listen with it.

It does what the page does: the socket first, then sound by the server's offer, and a new attempt when
the relay is another one, when it hangs up, or when no packet came for 1.5 s.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import secrets
import ssl
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from media.call import Call, Heard, Speech

REPLY_WITHIN = 5.0  # s
OFFER_WITHIN = 3.0
"""s after which an attempt is repeated; the relay answers it the same."""
CONNECT_WITHIN = 10.0  # s, as the relay has it
SILENCE_MEANS_GONE = 1.5
"""s without a packet. The relay sends 50 a second in silence too."""
_LOOK_EVERY = 0.25  # s
_LARGEST_FRAME = 1 << 20  # bytes
_TRY_AGAIN = (0.0, 0.2, 0.5, 1.0, 2.0)  # s before the next attempt, after so many that failed


class NotConnected(Exception):
    """The socket is closed or does not answer."""


class VoiceClient:
    """One tab of one person (or a visitor without cookies) in one Space.

    `base_url` is the site's (`http://localhost:8000`), `slug` the Space's, `cookies` a signed-in
    session's. Set `frames` to speak and `heard` to hear; both may change at any time. Of one event
    loop; `events` gets every frame of the socket that is not a reply. `origin` is the site's name
    where that is not the address connected to, `tls` what to trust where that is not the system's.
    """

    def __init__(
        self,
        base_url: str,
        slug: str,
        cookies: Mapping[str, str] | None = None,
        *,
        origin: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.frames: Speech | None = None
        self.heard: Heard | None = None
        self.tab = secrets.token_urlsafe(18)
        self.snapshot: dict[str, Any] = {}
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=1000)
        self.bye: dict[str, Any] | None = None
        self.is_connected = False
        self.attempts = 0
        self._base_url = base_url.rstrip("/")
        self._origin = origin or self._base_url
        self._tls = tls or True  # websockets' word for the system's authorities
        self._slug = slug
        self._cookies = dict(cookies or {})
        self._socket: ClientConnection | None = None
        self._numbers = itertools.count(1)
        self._replies: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._first_snapshot: asyncio.Future[dict[str, Any]] | None = None
        self._call: Call | None = None
        self._epoch: str | None = None
        self._news = asyncio.Event()
        self._has_sound = asyncio.Event()
        self._is_over = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_closed(self) -> bool:
        """Whether the socket is gone, by `close`, by the server's good-bye, or by itself."""
        return self._socket is None or self._is_over.is_set()

    @property
    def packets(self) -> int:
        """RTP packets heard by the present attempt."""
        return self._call.packets if self._call else 0

    @property
    def heard_at(self) -> float:
        """When the last packet came, s monotonic; 0 when none did yet."""
        return self._call.heard_at if self._call else 0.0

    @property
    def began_at(self) -> float:
        """When the first packet of the present attempt came, s monotonic; 0 when none did yet."""
        return self._call.began_at if self._call else 0.0

    async def join(self, **fields: Any) -> dict[str, Any]:
        """Open the socket and join; returns the first snapshot. Sound follows by itself.

        `fields` go into the operation (`hidden`, `take_over`). Raises NotConnected.
        """
        self._first_snapshot = asyncio.get_running_loop().create_future()
        self._is_over.clear()
        try:
            self._socket = await connect(
                self._socket_url(),
                origin=self._origin,  # type: ignore[arg-type]
                ssl=self._tls if self._base_url.startswith("https:") else None,
                additional_headers={"Cookie": self._cookie()} if self._cookies else {},
                max_size=_LARGEST_FRAME,
                compression=None,
                open_timeout=REPLY_WITHIN,
            )
        except (OSError, TimeoutError, WebSocketException) as error:
            raise NotConnected(str(error)) from error
        self._tasks = [asyncio.create_task(self._read(self._socket))]
        reply = await self.say("join", tab=self.tab, **fields)
        if not reply.get("ok"):
            raise NotConnected(f"not let in: {reply.get('refused')}")
        async with _limit(REPLY_WITHIN):
            await self._first_snapshot
        self._tasks.append(asyncio.create_task(self._keep_sound()))
        return self.snapshot

    def _socket_url(self) -> str:
        parts = urlsplit(self._base_url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        return f"{scheme}://{parts.netloc}/ws/s/{self._slug}/"

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    async def say(self, op: str, **fields: Any) -> dict[str, Any]:
        """One socket operation; returns the server's reply (`ok` or `refused`). Raises NotConnected."""
        if self._socket is None:
            raise NotConnected("not joined")
        number = next(self._numbers)
        reply: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._replies[number] = reply
        try:
            await self._socket.send(json.dumps({"op": op, "id": number, **fields}))
            async with _limit(REPLY_WITHIN):
                return await reply
        except WebSocketException as error:
            raise NotConnected(str(error)) from error
        finally:
            self._replies.pop(number, None)

    async def connected(self, seconds: float = CONNECT_WITHIN) -> None:
        """Wait until packets come. Raises NotConnected."""
        async with _limit(seconds):
            await self._has_sound.wait()

    async def close(self) -> None:
        """Leave quietly: hang up and close the socket. The client may join again afterwards."""
        self._is_over.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self._hang_up()
        if self._socket is not None:
            with contextlib.suppress(Exception):
                await self._socket.close()
            self._socket = None

    # The socket

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                self._take(json.loads(text))
        except (WebSocketException, ValueError):
            pass
        finally:
            self._is_over.set()
            self._news.set()
            for reply in self._replies.values():
                if not reply.done():
                    reply.set_exception(NotConnected("the socket closed"))

    def _take(self, frame: dict[str, Any]) -> None:
        kind = frame.get("t")
        if kind == "reply":
            reply = self._replies.get(frame.get("re", 0))
            if reply is not None and not reply.done():
                reply.set_result(frame)
            return
        if kind == "snapshot":
            self.snapshot = frame
            self._take_epoch(frame.get("epoch"))
            if self._first_snapshot and not self._first_snapshot.done():
                self._first_snapshot.set_result(frame)
        elif kind == "relay":
            self._take_epoch(frame.get("epoch"))
        elif kind == "bye":
            self.bye = frame
        if kind in ("audio_offer", "audio_refused", "audio_state"):
            self._take_sound(frame)
        self._note(frame)

    def _note(self, frame: dict[str, Any]) -> None:
        """Keep a frame for who reads `events`; beyond 1000 the oldest is lost."""
        if self.events.full():
            self.events.get_nowait()
        self.events.put_nowait(frame)

    def _take_epoch(self, epoch: str | None) -> None:
        if epoch is not None and epoch != self._epoch:
            is_another = self._epoch is not None
            self._epoch = epoch
            if is_another:
                self._lose_sound()

    # The sound

    def _lose_sound(self) -> None:
        self.is_connected = False
        if self._call is not None:
            self._call.is_over = True
        self._news.set()

    def _take_sound(self, frame: dict[str, Any]) -> None:
        call = self._call
        if call is None or frame.get("attempt") != call.attempt:
            return
        if frame["t"] == "audio_offer":
            if not call.offered.full():
                call.offered.put_nowait(frame["sdp"])
                self._news.set()
        elif frame["t"] == "audio_state" and frame.get("state") == "connected":
            self.is_connected = True
        else:
            self._lose_sound()

    async def _keep_sound(self) -> None:
        """Be connected, again and again, until the client is closed."""
        failures = 0
        while not self._is_over.is_set():
            await asyncio.sleep(_TRY_AGAIN[min(failures, len(_TRY_AGAIN) - 1)])
            self.attempts += 1
            call = self._call = Call(
                secrets.token_hex(6),
                speech=self._next_frame,
                heard=lambda: self.heard,
                on_sound=self._on_sound,
            )
            try:
                await self._connect(call)
                await self._stay(call)
            except (NotConnected, OSError, ValueError):
                pass
            failures = 0 if call.packets else failures + 1
            await self._hang_up()

    def _on_sound(self) -> None:
        self._has_sound.set()
        self._news.set()

    def _next_frame(self) -> Any:
        return self.frames() if self.frames is not None else None

    async def _connect(self, call: Call) -> None:
        """Ask, answer, and repeat what is not answered, until the first packet."""
        began = time.monotonic()
        while not call.packets:
            if call.is_over or time.monotonic() - began > CONNECT_WITHIN:
                raise NotConnected("no sound")
            if not call.answer:
                await self.say("audio_connect", attempt=call.attempt)
            offer = await self._offer(call)
            if offer is not None:
                answer = await call.take_offer(offer)
                await self.say("audio_answer", attempt=call.attempt, sdp=answer)
                await self._first_packet(call)

    async def _offer(self, call: Call) -> str | None:
        """The next offer of this attempt; None when none comes within 3 s, or the attempt is over."""
        end = time.monotonic() + OFFER_WITHIN
        while not call.is_over and time.monotonic() < end:
            if not call.offered.empty():
                return call.offered.get_nowait()
            await self._wait_for_news(end)
        return None

    async def _first_packet(self, call: Call) -> None:
        end = time.monotonic() + OFFER_WITHIN
        while not call.packets and not call.is_over and time.monotonic() < end:
            await self._wait_for_news(end)

    async def _wait_for_news(self, end: float) -> None:
        """Until something happened, or `end` (s, monotonic)."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(end - time.monotonic()):
                await self._news.wait()
        self._news.clear()

    async def _stay(self, call: Call) -> None:
        """Until something says, or silence shows, that the sound is gone."""
        while not call.is_over and not self._is_over.is_set():
            if time.monotonic() - call.heard_at > SILENCE_MEANS_GONE:
                return
            await self._wait_for_news(time.monotonic() + _LOOK_EVERY)

    async def _hang_up(self) -> None:
        call = self._call
        self._has_sound.clear()
        self.is_connected = False
        if call is not None:
            with contextlib.suppress(Exception):
                await call.close()
            self._call = None  # not when cancelled: `close` then waits for the same hanging up


@contextlib.asynccontextmanager
async def _limit(seconds: float) -> Any:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise NotConnected(f"no answer within {seconds:g} s") from error
