"""/healthz names what is not well, and needs no session, no sign-in and no reason."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from config import health
from config.tasks import heartbeat
from media.models import RelayLease

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def everything_is_well() -> None:
    cache.clear()
    RelayLease.objects.take(name="relay", epoch="e1", addresses=[], now=timezone.now())
    heartbeat()


def test_all_is_well(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True, "web": "ok", "database": "ok", "redis": "ok", "relay": "ok", "worker": "ok",
    }
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_a_relay_without_a_lease_is_down(client: Client) -> None:
    RelayLease.objects.all().delete()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["relay"]) == (503, "down")


def test_a_worker_whose_clock_stands_still_is_down(client: Client) -> None:
    cache.delete(health.HEARTBEAT)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["worker"]) == (503, "down")


def test_a_missing_redis_is_said_and_not_an_error(client: Client, settings) -> None:
    settings.CACHES = {"default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "unix:///nowhere/redis.sock",
    }}
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["redis"] == answer.json()["worker"] == "down"
    assert answer.json()["database"] == "ok"
