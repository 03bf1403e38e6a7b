"""The voices' process: whatever happens, it says so once and goes on."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
from channels.db import database_sync_to_async
from django.utils import timezone

from accounts.models import User
from config.demo import live, voices
from config.demo.people import COHOST, HOST
from config.demo.voices import Site, Troupe
from spaces.models import Space
from spaces.services.lifecycle import end_space
from spaces.services.stage import move_down

PATIENCE = 10.0  # s

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def instance(monkeypatch, transactional_db):
    for handle in (HOST, COHOST):
        User.objects.create_user(handle, is_demo=True, may_host_anyway=True)
    live.start_demo_space(timezone.now())
    monkeypatch.setattr(voices, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(voices, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(voices, "LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(voices, "RESTART_AFTER", 0.2)
    monkeypatch.setattr(voices, "BRING_BACK_AFTER", 0.2)


@pytest.fixture
def nobody() -> str:
    """An address where nothing answers."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{bound.getsockname()[1]}"


@contextlib.asynccontextmanager
async def performing(site: str) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(Troupe(Site(site)).perform())
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(condition) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await database_sync_to_async(condition)():  # noqa: ASYNC110 rows tell nobody
            await asyncio.sleep(0.05)


def end() -> str:
    space = live.demo_space()
    end_space(by=User.objects.get(handle=HOST), space=space, now=timezone.now())
    return space.slug


async def test_without_a_site_the_voices_go_on_trying_and_say_so_once(nobody, caplog):
    caplog.set_level("INFO", logger="demo_voices")
    async with performing(nobody) as task:
        await asyncio.sleep(1.0)
        assert not task.done()
    said = [record.getMessage() for record in caplog.records if record.name == "demo_voices"]
    assert len([line for line in said if line.startswith("ines: away")]) == 1
    assert len(said) == 2


async def test_a_space_that_somebody_ended_starts_again(nobody):
    async with performing(nobody):
        first = await database_sync_to_async(end)()
        await until(lambda: live.demo_space() is not None)
    assert (await database_sync_to_async(live.look)(timezone.now())).slug != first


async def test_a_voice_moved_down_comes_back(nobody):
    def move() -> None:
        host, cohost = (User.objects.get(handle=handle) for handle in (HOST, COHOST))
        move_down(by=host, person=cohost.key, space=live.demo_space(), now=timezone.now())

    async with performing(nobody):
        await database_sync_to_async(move)()
        await until(lambda: len(live.look(timezone.now()).is_muted) == 2)


async def test_a_failing_database_ends_nothing(nobody, monkeypatch):
    def fails(now: object) -> None:
        raise RuntimeError("gone")

    async with performing(nobody) as task:
        with monkeypatch.context() as broken:
            broken.setattr(live, "look", fails)
            await asyncio.sleep(0.3)
        await database_sync_to_async(end)()
        await until(lambda: live.demo_space() is not None)
        assert not task.done()
    assert await database_sync_to_async(Space.objects.live().count)() == 1
