"""`manage.py demo`: people, past Spaces and a live Space, so that the first page has life in it."""

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo.live import demo_space, start_demo_space
from config.demo.making import make_everybody
from spaces.rules.roles import Refused


class Command(BaseCommand):
    help = "Make the trial's demo people and Spaces. May run again: it only adds what is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.INSTANCE.is_trial:
            raise CommandError("the demo is for trials: not with CAUSERIE_MODE=production")
        now = timezone.now()
        made = make_everybody(now)
        if made:
            self.stdout.write(f"demo: made {len(made)} people: {', '.join(made)}")
        if demo_space() is None:
            self._go_live()

    def _go_live(self) -> None:
        try:
            with _nobody_listening():
                space = start_demo_space(timezone.now())
        except Refused as refused:
            self.stdout.write(f"demo: no live Space ({refused.code})")
            return
        if space:
            self.stdout.write(f"demo: live: {space.title}")


@contextlib.contextmanager
def _nobody_listening() -> Iterator[None]:
    """Redis may not run yet: then nobody is told, which is right and needs no warning."""
    loggers = [logging.getLogger(name) for name in ("spaces.broadcast", "media.control")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
