"""`manage.py demo_voices`: speak as the demo's people until told to stop."""

import asyncio
import contextlib
import signal
import ssl
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.demo.voices import Site, Troupe
from config.instance import Instance

# Addresses to listen at, and where this machine reaches them.
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


class Command(BaseCommand):
    help = "Let two recorded voices talk in the demo's live Space, as WebRTC speakers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--site", default="", help="address of the web process")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.INSTANCE.is_trial:
            raise CommandError("the demo is for trials: not with CAUSERIE_MODE=production")
        site = Site(options["site"]) if options["site"] else site_of(settings.INSTANCE)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_perform(site))


def site_of(instance: Instance) -> Site:
    """Where this machine reaches its own web process, whatever name others use for it."""
    host = EVERYWHERE.get(instance.host, instance.host)
    place = f"[{host}]" if ":" in host else host
    scheme = "https" if instance.tls else "http"
    tls = _no_questions() if instance.tls else None
    return Site(f"{scheme}://{place}:{instance.port}", instance.public_url, tls)


def _no_questions() -> ssl.SSLContext:
    """The self-made certificate of this very instance: there is nobody to ask about it."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def _perform(site: Site) -> None:
    task = asyncio.create_task(Troupe(site).perform())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
