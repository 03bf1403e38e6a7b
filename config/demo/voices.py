"""The demo's two voices: WebRTC speakers like anybody's browser, who never give up.

Three loops in one process: one looks at the rows every two seconds and keeps the demo Space open,
and one for each voice joins, unmutes, speaks, and comes back after whatever ended its visit.
"""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async
from django.db import DatabaseError
from django.utils import timezone

from config.demo import live
from config.demo.live import SPEAKING, Scene
from config.demo.people import HOST
from config.demo.record import VOICES, Record, load
from media.client import VoiceClient

LOOK_EVERY = 2.0  # s
RESTART_AFTER = 15.0  # s from the end of the demo Space to its next start: time to see the end page
UNMUTE_AFTER = 60.0  # s for which a host who mutes a voice sees that it holds
BRING_BACK_AFTER = 300.0  # s, the same for a voice moved down or removed
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 3.0  # s between two tries to join
GOOD_VISIT = 10.0  # s after which the next pause is a short one again
JOIN_LIMIT = 15.0  # s

log = logging.getLogger("demo_voices")


@dataclass(frozen=True)
class Site:
    """`url` is where to connect to, `origin` what the site calls itself, `tls` whom to trust."""

    url: str
    origin: str = ""
    tls: ssl.SSLContext | None = None


class Troupe:
    """Both voices and their Space, on the web process at `site`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._scene: Scene | None = None
        self._looked = asyncio.Event()
        self._record = Record({handle: load(VOICES / f"{handle}.opus") for handle in SPEAKING})
        self._sessions: dict[str, dict[str, str]] = {}  # cookies by handle
        self._last_said: dict[str, str] = {}

    async def perform(self) -> None:
        """Speak until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._keep_open())
                for handle in SPEAKING:
                    tasks.create_task(self._keep_speaking(handle))
        finally:
            for handle in SPEAKING:
                await self._sign_out(handle)

    # The Space.

    async def _keep_open(self) -> None:
        closed_for = incomplete_for = 0.0
        while True:
            try:
                self._scene = scene = await database_sync_to_async(live.look)(timezone.now())
                self._looked.set()
                closed_for = 0.0 if scene else closed_for + LOOK_EVERY
                is_complete = scene is None or len(scene.is_muted) == len(SPEAKING)
                incomplete_for = 0.0 if is_complete else incomplete_for + LOOK_EVERY
                if closed_for > RESTART_AFTER:
                    await self._restart()
                if incomplete_for > BRING_BACK_AFTER:
                    await self._bring_back()
                self._say("rows", "read again")
            except Exception as error:
                self._say("rows", f"not readable ({_short(error)})")
            await asyncio.sleep(LOOK_EVERY)

    async def _restart(self) -> None:
        space = await database_sync_to_async(live.start_demo_space)(timezone.now())
        if space:
            self._say("Space", f"started: {space.slug}")

    async def _bring_back(self) -> None:
        handles = await database_sync_to_async(live.bring_back)(timezone.now())
        self._say("Space", f"back on stage: {', '.join(handles)}")

    # One voice.

    async def _keep_speaking(self, handle: str) -> None:
        pause = FIRST_PAUSE
        loop = asyncio.get_running_loop()
        await self._looked.wait()
        while True:
            began = loop.time()
            scene = self._scene
            try:
                if scene and handle in scene.is_muted:
                    self._say(handle, await self._visit(handle, scene.slug))
                else:
                    self._say(handle, "waits for a place on stage" if scene else "waits for a Space")
            except NotAllowed as error:
                self._say(handle, f"refused ({error})")
                await self._sign_out(handle)  # the session may be what is wrong
            except Exception as error:
                self._say(handle, f"away ({_short(error)})")
            good = loop.time() - began > GOOD_VISIT
            pause = FIRST_PAUSE if good else min(2 * pause, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _visit(self, handle: str, slug: str) -> str:
        """Join and speak until something ends it; returns what did."""
        if handle not in self._sessions:
            self._sessions[handle] = await database_sync_to_async(live.sign_in)(handle)
        site, cookies = self._site, self._sessions[handle]
        client = VoiceClient(site.url, slug, cookies, origin=site.origin, tls=site.tls)
        client.tab = f"demo-voice-of-{handle}"  # the same always: it never finds itself elsewhere
        client.frames = self._record.needle(handle)
        try:
            async with asyncio.timeout(JOIN_LIMIT):
                await client.join()
                await _must(client.say("unmute"))
            self._say(handle, f"speaks in {slug}")
            return await self._stay(handle, slug, client)
        finally:
            await client.close()

    async def _stay(self, handle: str, slug: str, client: VoiceClient) -> str:
        muted_for = 0.0
        while not client.is_closed:
            await asyncio.sleep(LOOK_EVERY)
            scene = self._scene
            if scene is None or scene.slug != slug:
                return "the Space is over"
            if handle not in scene.is_muted:
                return "left the stage"
            muted_for = muted_for + LOOK_EVERY if scene.is_muted[handle] else 0.0
            if muted_for > UNMUTE_AFTER:
                await _must(client.say("unmute"))
            if handle == HOST:
                await self._accept(scene, client)
        code = client.bye.get("code") if client.bye else None
        return f"let go ({code})" if code else "connection over"

    async def _accept(self, scene: Scene, client: VoiceClient) -> None:
        """Take the hands that have waited; a full stage takes nobody, and they wait on."""
        for person in scene.waiting:
            answer = await client.say("accept", person=person)
            self._say("hands", "taken" if answer.get("ok") else f"{answer.get('refused')}")

    async def _sign_out(self, handle: str) -> None:
        """No session is left behind, as far as the database can be reached."""
        cookies = self._sessions.pop(handle, None)
        if cookies:
            with contextlib.suppress(DatabaseError):
                await database_sync_to_async(live.sign_out)(cookies)

    def _say(self, about: str, what: str) -> None:
        """One line for each change, none for what goes on."""
        first = about not in self._last_said
        if self._last_said.get(about) != what and not (first and about == "rows"):
            log.info("%s: %s", about, what)
        self._last_said[about] = what


class NotAllowed(Exception):
    """The site refused what a voice asked."""


async def _must(reply: Awaitable[Mapping[str, Any]]) -> None:
    answer = await reply
    if not answer.get("ok"):
        raise NotAllowed(answer.get("refused", "no answer"))


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:100].rstrip(": ")
