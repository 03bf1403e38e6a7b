"""A page's socket in tests: the real consumer, protocol, services, broadcast and hub of one process.

Only the network is left out (channels' WebsocketCommunicator). Every page keeps a transcript, which
is printed when something awaited does not come.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from spaces.models import Space
from spaces.routing import websocket_urlpatterns

PATIENCE = 5.0  # s until something awaited is said not to come

in_rows = sync_to_async


class Page:
    """One tab. `say` asks and returns the reply; every other frame goes to `frames`."""

    def __init__(self, space: Space, person: User | None = None, *, tab: str = "") -> None:
        self.person = person
        name = person.handle if person else "visitor"
        self.tab = tab or f"tab-of-{name}-{id(self):016x}"
        self.frames: list[dict[str, Any]] = []
        self.closed: int | None = None
        self.transcript: list[str] = []
        self._ids = itertools.count(1)
        self._line = WebsocketCommunicator(
            URLRouter(websocket_urlpatterns), f"/ws/s/{space.slug}/"
        )
        self._line.scope["user"] = person or AnonymousUser()

    async def open(self) -> bool:
        accepted, _code = await self._line.connect(timeout=PATIENCE)
        return bool(accepted)

    async def join(self, **fields: Any) -> dict[str, Any]:
        """Open and join; the reply. The snapshot is among the frames."""
        assert await self.open()
        return await self.say("join", tab=self.tab, **fields)

    async def say(self, op: str, **fields: Any) -> dict[str, Any]:
        number = next(self._ids)
        await self.send({"op": op, "id": number, **fields})
        return await self.until(lambda frame: frame["t"] == "reply" and frame["re"] == number)

    async def send(self, message: Any) -> None:
        await self.send_text(json.dumps(message))

    async def send_text(self, text: str) -> None:
        self.transcript.append(f"→ {text[:200]}")
        await self._line.send_to(text_data=text)

    async def send_bytes(self, data: bytes) -> None:
        await self._line.send_to(bytes_data=data)

    async def frame(self, kind: str) -> dict[str, Any]:
        """The first frame of that kind, come already or to come; it is taken out."""
        for index, frame in enumerate(self.frames):
            if frame["t"] == kind:
                return self.frames.pop(index)
        frame = await self.until(lambda frame: frame["t"] == kind)
        return frame

    async def events(self, seq: int) -> list[dict[str, Any]]:
        """The events of that number."""
        for frame in self.frames:
            if frame["t"] == "events" and frame["seq"] == seq:
                return frame["events"]
        frame = await self.until(lambda frame: frame["t"] == "events" and frame["seq"] == seq)
        self.frames.append(frame)
        return frame["events"]

    async def until(self, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Read on until that frame; what comes before it is kept."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    frame = await self._read()
                    if is_it(frame):
                        return frame
                    self.frames.append(frame)
        except TimeoutError:
            raise AssertionError("did not come; so far:\n" + "\n".join(self.transcript)) from None

    async def until_closed(self) -> int:
        """Read until the server closes; the code."""
        try:
            async with asyncio.timeout(PATIENCE):
                while self.closed is None:
                    self.frames.append(await self._read())
        except TimeoutError:
            raise AssertionError("not closed; so far:\n" + "\n".join(self.transcript)) from None
        except ConnectionResetError:
            pass
        assert self.closed is not None
        return self.closed

    async def quiet(self, seconds: float = 0.3) -> list[dict[str, Any]]:
        """What comes within `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    self.frames.append(await self._read())
        except (TimeoutError, ConnectionResetError):
            return self.frames

    async def gone(self) -> None:
        """The tab closes, or its network does."""
        await self._line.disconnect(timeout=PATIENCE)

    async def _read(self) -> dict[str, Any]:
        message = await self._line.output_queue.get()
        if message["type"] == "websocket.close":
            self.closed = message.get("code", 1000)
            self.transcript.append(f"closed {self.closed}")
            raise ConnectionResetError(self.closed)
        self.transcript.append(f"← {message['text'][:400]}")
        return json.loads(message["text"])


@asynccontextmanager
async def pages(*opened: Page) -> AsyncIterator[list[Page]]:
    """Join all of them, and let all go at the end."""
    for page in opened:
        reply = await page.join()
        assert reply.get("ok"), reply
    try:
        yield list(opened)
    finally:
        for page in opened:
            if page.closed is None:
                await page.gone()

