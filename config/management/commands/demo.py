"""`manage.py demo`: people, past Spaces and a live Space, so that the first page has life in it."""

import logging
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
        for name in ("spaces.broadcast", "media.control"):  # nobody may be there to be told yet
            logging.getLogger(name).setLevel(logging.ERROR)
        try:
            space = start_demo_space(timezone.now())
        except Refused as refused:
            self.stdout.write(f"demo: no live Space ({refused.code})")
            return
        if space:
            self.stdout.write(f"demo: live: {space.title}")
