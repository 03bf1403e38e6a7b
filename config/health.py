"""`/healthz`: is everything well that a person would miss? For `make run` and for watchers.

200 and `{"ok": true, ...}` when web, database, Redis, relay and worker all answer; 503 and the
same with "down" for those that do not. It names parts, never reasons: those are in the log.
"""

import logging
import time
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from media.models import RelayLease

HEARTBEAT = "worker.heartbeat"
HEARTBEAT_DEAD_AFTER = 20.0  # s
log = logging.getLogger("config.health")


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    parts = {name: _answers(name, check) for name, check in CHECKS.items()}
    ok = all(parts.values())
    said = {name: "ok" if well else "down" for name, well in parts.items()}
    response = JsonResponse({"ok": ok, "web": "ok", **said}, status=200 if ok else 503)
    response._has_been_logged = True  # type: ignore[attr-defined]  # django.utils.log: asked often
    return response


def beat() -> None:
    """Called by the worker: its clock and its queue both work."""
    cache.set(HEARTBEAT, time.time(), timeout=HEARTBEAT_DEAD_AFTER)


def _answers(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception as error:  # whatever it is, this part is not well
        log.warning("health: %s: %s", name, type(error).__name__)
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _redis() -> bool:
    key = "health.probe"
    cache.set(key, "here", timeout=10)
    return bool(cache.get(key) == "here")


def _relay() -> bool:
    return RelayLease.objects.alive(timezone.now()).exists()


def _worker() -> bool:
    return cache.get(HEARTBEAT) is not None


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database, "redis": _redis, "relay": _relay, "worker": _worker,
}
