"""`manage.py relay`: all audio of this instance, in one process."""

import asyncio
import logging
from typing import Any

from django.core.management.base import BaseCommand

from config.relay import build
from media.relay import put_sound_first

log = logging.getLogger("relay")


class Command(BaseCommand):
    help = "Relays all audio: WebRTC on one UDP port, mixed and sent on every 20 ms."

    def handle(self, *args: Any, **options: Any) -> None:
        put_sound_first()
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_relay())


async def _relay() -> None:
    relay = build()
    board = relay.switchboard
    log.info("relay: UDP port %d at %s", board.endpoint.port, ", ".join(board.addresses))
    await relay.run()


def _loop_factory() -> Any:
    """uvloop's where it is installed: a fifth less CPU for each listener (MEDIA.md)."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
