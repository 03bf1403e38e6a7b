"""A Redis that takes connections and never answers, like a stopped one, holds nobody for long."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.cache import caches
from django.test import Client

from config import settings as real
from media import control, layer
from spaces import broadcast


@pytest.fixture
def hanging(settings: Any, tmp_path: Path) -> Iterator[None]:
    address = f"unix://{tmp_path}/redis.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{tmp_path}/redis.sock")
        server.listen(64)
        settings.CACHES = {"default": {**real.CACHES["default"], "LOCATION": address}}
        settings.CHANNEL_LAYERS = {
            "default": {**real.CHANNEL_LAYERS["default"], "CONFIG": {"hosts": [address]}}
        }
        yield
        layer._away_until = float("-inf")


def seconds(work: Any, *args: Any, **named: Any) -> float:
    began = time.monotonic()
    work(*args, **named)
    return time.monotonic() - began


@pytest.mark.usefixtures("hanging")
def test_only_the_first_message_waits() -> None:
    assert seconds(control.send_to_relay_now, control.Hangup("tab")) < 1.5
    assert layer.is_away()
    for _i in range(3):
        assert seconds(control.send_to_relay_now, control.Hangup("tab")) < 0.2
        assert seconds(broadcast.send_now, "space.abc", {"type": "space.events"}) < 0.2


@pytest.mark.usefixtures("hanging", "db")
def test_health_is_told_within_two_seconds() -> None:
    client = Client()
    assert "RedisCache" in site.CACHES["default"]["BACKEND"]
    caches["default"].get("connect")
    time.sleep(1.1)
    began = time.monotonic()
    answer = client.get("/healthz")
    assert time.monotonic() - began < 2
    assert answer.json()["redis"] == "down"
