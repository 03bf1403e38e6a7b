"""Redis goes and comes back; the sound goes on, and the relay hears messages again."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from channels.layers import channel_layers

from config.plan import redis_program
from media import control
from tests.media.edge.conftest import Web, running_web
from tests.media.edge.page import Page, Tone, until

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def redis(socket: Path) -> Iterator[None]:
    words = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(socket.parent)]
    process = subprocess.Popen([redis_program(), *words], stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()
        socket.unlink(missing_ok=True)


@pytest.fixture
def layer(settings: Any, tmp_path: Path) -> Iterator[Path]:
    socket = tmp_path / "redis.sock"
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [f"unix://{socket}"]},
        }
    }
    channel_layers.backends.clear()
    yield socket
    channel_layers.backends.clear()


async def with_patience(web: Web, page: Page) -> None:
    """Connect a page although messages may be lost while the layer comes back."""
    for _ in range(20):
        try:
            await web.connect(page, patience=0.5)
        except TimeoutError:
            continue
        return
    raise AssertionError("the relay never heard")


async def test_the_sound_goes_on_without_redis_and_new_pages_connect_after_it(
    layer: Path, transactional_db: None
) -> None:
    async with running_web() as web:
        with redis(layer):
            await web.relay.wire.is_listening.wait()
            await asyncio.wait_for(web.is_listening.wait(), 10)
            await web.stage(1, ada=True)
            ada, visitor = Page(Tone(440)), Page()
            await web.connect(ada, "ada")
            await web.connect(visitor)
            await until(lambda: visitor.loudness(440) > 0.05)
        visitor.heard.clear()
        await until(lambda: visitor.loudness(440) > 0.05)
        assert not await control.send_to_relay(control.Hangup("nobody"))
        with redis(layer):
            late = Page()
            await with_patience(web, late)
            await until(lambda: late.loudness(440) > 0.05)
            for page in (ada, visitor, late):
                await page.close()
