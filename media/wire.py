"""The relay's side of the Channels layer: hears the group `relay`, says what the switchboard says.

Redis may go and come back; the mixing goes on, and what was to be said is lost: pages ask again after
3 s and the rows are read every 2 s.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Any

from channels.layers import get_channel_layer

from media import control

_BACK_OFF = (0.1, 0.2, 0.5, 1.0, 2.0)  # s between attempts to reach the layer
_MOST_TO_SAY = 4096
_SEND_WITHIN = 1.0  # s

log = logging.getLogger(__name__)


class Wire:
    """`take(message)` is called with each message to the relay; one that fails harms no other."""

    def __init__(self, take: Callable[[control.ToRelay], None]) -> None:
        self.counts: Counter[str] = Counter()
        self._take = take
        self._to_say: deque[tuple[str, control.Message]] = deque(maxlen=_MOST_TO_SAY)
        self._has_to_say = asyncio.Event()
        self.is_listening = asyncio.Event()

    def say(self, messages: Iterable[tuple[str, control.Message]]) -> None:
        """Queue messages for groups; beyond 4096 the oldest are lost."""
        self._to_say.extend(messages)
        if self._to_say:
            self._has_to_say.set()

    async def listen(self) -> None:
        """Hear for ever."""
        failures = 0
        while True:
            try:
                await self._hear()
            except Exception as error:
                self.is_listening.clear()
                self.counts["listen_failed"] += 1
                if failures == 0:
                    log.warning("no channel layer (%s); trying again", type(error).__name__)
                await asyncio.sleep(_BACK_OFF[min(failures, len(_BACK_OFF) - 1)])
                failures += 1
            else:
                failures = 0

    async def _hear(self) -> None:
        layer: Any = get_channel_layer()
        channel = await layer.new_channel("relay.")
        await layer.group_add(control.RELAY_GROUP, channel)
        self.is_listening.set()
        while True:
            self._hand_on(await layer.receive(channel))
            # A burst of messages is there at once: let a tick that is due go first.
            await asyncio.sleep(0)

    def _hand_on(self, content: Any) -> None:
        try:
            message = control.from_message(content)
        except ValueError:
            self.counts["bad_message"] += 1
            return
        if not isinstance(message, control.ToRelay):
            self.counts["bad_message"] += 1
            return
        try:
            self._take(message)
        except Exception:
            self.counts["failed_message"] += 1
            if self.counts["failed_message"] == 1:
                log.exception("message %s failed; further ones are counted", message.kind)

    async def speak(self) -> None:
        """Say for ever what `say` queued."""
        while True:
            await self._has_to_say.wait()
            self._has_to_say.clear()
            while self._to_say:
                group, message = self._to_say.popleft()
                await self.send(group, message)

    async def send(self, group: str, message: control.Message) -> None:
        """Say one message now; a layer that is away is counted, no more."""
        if not await control.send(group, message, within=_SEND_WITHIN):
            self.counts["unsaid"] += 1
