"""`manage.py demo_voices`: speak as the demo's people until told to stop."""

import asyncio
import contextlib
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.demo.voices import Troupe
from config.instance import Instance

EVERYWHERE = {"", "0.0.0.0", "::"}  # noqa: S104 addresses to listen at, not to connect to


class Command(BaseCommand):
    help = "Let two recorded voices talk in the demo's live Space, as WebRTC speakers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--site", default="", help="address of the web process")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.INSTANCE.is_trial:
            raise CommandError("the demo is for trials: not with CAUSERIE_MODE=production")
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_perform(options["site"] or site_of(settings.INSTANCE)))


def site_of(instance: Instance) -> str:
    """Where this machine reaches its own web process, whatever name others use for it."""
    host = "127.0.0.1" if instance.host in EVERYWHERE else instance.host
    return f"{'https' if instance.tls else 'http'}://{host}:{instance.port}"


async def _perform(site: str) -> None:
    task = asyncio.create_task(Troupe(site).perform())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
