"""A whole relay in the test's own loop, reached as a web process reaches it: through the layer."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest_asyncio
from channels.layers import channel_layers, get_channel_layer
from redis.exceptions import RedisError

from media import control
from media.relay import Relay, RelaySettings
from media.reports import Report
from media.stage import Voice, WishedStage
from tests.media.edge.page import Page

REPLIES = "process.test"
SPACE = "cafe"


@dataclass
class Web:
    """What a web process is to the relay: it sends for tabs, and hears what comes back."""

    relay: Relay
    rows: dict[str, WishedStage]
    reports: list[Report] = field(default_factory=list)
    levels: list[tuple[str, dict[str, int]]] = field(default_factory=list)
    running: asyncio.Future | None = None
    heard: list[control.FromRelay] = field(default_factory=list)
    is_listening: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: itertools.count = field(default_factory=itertools.count)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def listen(self) -> None:
        layer = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(REPLIES, channel)
                await layer.group_add(control.NEWS_GROUP, channel)
                break
            except (ConnectionError, RedisError):  # the test starts its Redis a little later
                await asyncio.sleep(0.05)
        self.is_listening.set()
        while True:
            message = control.from_message(await layer.receive(channel))
            async with self._news:
                self.heard.append(message)
                self._news.notify_all()

    async def next(self, kind: type, tab: str, seconds: float = 5.0) -> control.FromRelay:
        """The first message of a kind about a tab; each is given once."""

        def found() -> control.FromRelay | None:
            return next((m for m in self.heard if isinstance(m, kind) and m.tab == tab), None)

        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(found)
        message = found()
        self.heard.remove(message)
        return message

    async def stage(self, version: int, muted: str = "", barred: str = "", **voices: bool) -> None:
        """Wish a stage of these voices; `muted` and `barred` name persons, separated by blanks."""
        stage = WishedStage(
            space=SPACE,
            version=version,
            voices={person: Voice(is_muted=person in muted.split()) for person in voices},
            barred=frozenset(barred.split()),
        )
        self.rows[SPACE] = stage
        await control.send_to_relay(control.Wish(stage))

    def wanted(self, person: str | None = None, **fields: object) -> control.Connect:
        return control.Connect(
            **{
                "space": SPACE,
                "tab": f"tab-{next(self._numbers)}",
                "person": person,
                "may_speak": person is not None,
                "attempt": "1",
                "reply_to": REPLIES,
                **fields,
            }
        )

    async def connect(self, page: Page, person: str | None = None, patience: float = 5.0) -> str:
        """Connect a page; returns its tab once the relay says that sound flows."""
        wanted = self.wanted(person)
        await control.send_to_relay(wanted)
        offer = await self.next(control.Offer, wanted.tab, patience)
        answer = await page.answer(offer.sdp)
        await control.send_to_relay(control.Answer(wanted.tab, offer.attempt, answer))
        state = await self.next(control.PeerState, wanted.tab)
        assert state.state == "connected"
        return wanted.tab


@asynccontextmanager
async def running_web() -> AsyncIterator[Web]:
    """A relay at work and a web process that listens to it."""
    rows: dict[str, WishedStage] = {}
    reports: list[Report] = []
    levels: list[tuple[str, dict[str, int]]] = []

    async def announce(space: str, heard: dict[str, int]) -> None:
        levels.append((space, heard))

    relay = Relay(
        RelaySettings(host="127.0.0.1", addresses=("127.0.0.1",)),
        wished_stages=lambda: list(rows.values()),
        report=reports.append,
        announce_levels=announce,
    )
    web = Web(relay, rows, reports, levels)
    listening = asyncio.ensure_future(web.listen())
    web.running = asyncio.ensure_future(relay.run())
    try:
        yield web
    finally:
        relay.stop()
        await web.running
        listening.cancel()


@pytest_asyncio.fixture
async def web(transactional_db: None) -> AsyncIterator[Web]:
    channel_layers.backends.clear()
    async with running_web() as web:
        await web.relay.wire.is_listening.wait()
        yield web
