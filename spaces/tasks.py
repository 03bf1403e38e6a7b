"""What the worker looks for in the rows, again and again; each may run twice."""

from celery import shared_task
from django.utils import timezone

from spaces.services import continuity, presence


@shared_task  # type: ignore[untyped-decorator]
def lapse_dead_processes() -> int:
    """Let go of the people of web processes that died, should no other web process be there to."""
    return presence.lapse(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def take_up_timers() -> int:
    """A lost host, nobody hosting, the longest time: what is due, should no web process look."""
    return continuity.take_up(now=timezone.now())
