"""The worker: hints travel through Redis, what is due is read from rows.

Its clock (beat) runs inside it, in a child process, and keeps nothing on disk. Every entry
expires before the next one comes, so that a worker that was away finds one task, not hundreds.
"""

import ctypes
import os
import signal
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("causerie")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def every(seconds: float, task: str) -> dict[str, Any]:
    """A beat entry; in Redis for at most as long as until the next."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


app.conf.beat_schedule = {
    "heartbeat": every(5.0, "config.tasks.heartbeat"),
    "dead web processes": every(5.0, "spaces.tasks.lapse_dead_processes"),
}


@signals.worker_ready.connect
def _first_heartbeat(**_: Any) -> None:
    app.send_task("config.tasks.heartbeat")


@signals.beat_embedded_init.connect
def _die_with_worker(**_: Any) -> None:
    """A killed worker would leave its beat behind, and the next one starts another."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # 1 is PR_SET_PDEATHSIG, prctl(2)
