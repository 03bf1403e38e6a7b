"""Publishing to the Channels layer, by whoever must not be held when it does not answer.

A Redis that hangs (a stopped process, a full disk) costs the first sender its time-out; for a second
after that everybody is told at once that it is away, or each of a hundred messages would wait in turn.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from channels.layers import get_channel_layer

AWAY_FOR = 1.0
"""s after a time-out in which nobody asks again."""
_away_until = float("-inf")  # s, monotonic


class LayerAway(Exception):
    """It did not answer less than a second ago."""


def is_away() -> bool:
    """Whether it let somebody wait in vain within the last second."""
    return time.monotonic() < _away_until


def note_away() -> None:
    """It let somebody wait in vain."""
    global _away_until
    _away_until = time.monotonic() + AWAY_FOR


async def publish(group: str, content: Mapping[str, Any], *, within: float) -> None:
    """To everybody in a group. Raises TimeoutError after `within` s, LayerAway, or what the layer does."""
    if is_away():
        raise LayerAway
    try:
        async with asyncio.timeout(within):
            await get_channel_layer().group_send(group, dict(content))
    except TimeoutError:
        note_away()
        raise
