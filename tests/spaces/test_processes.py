"""Two real web processes on one Redis: what crosses between them, and what a killed one leaves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.bench.services import private_redis
from tests.spaces.instances import RealPage, Site, Web

pytestmark = pytest.mark.sqlite  # its processes have a database of their own: once is enough


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var: Path = tmp_path_factory.mktemp("site")
    with private_redis(var) as redis_url:
        yield Site(var, redis_url)


@pytest.fixture
def web(site: Site) -> Iterator[Web]:
    with site.web() as process:
        yield process


async def closed_with(page: RealPage) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        await page.until(t="nothing of the kind")
    return closed.value.rcvd.code if closed.value.rcvd else None


async def test_events_reactions_and_counts_cross_between_processes(site: Site) -> None:
    with site.web() as one, site.web() as two:
        async with one.page("host") as host, two.page() as visitor, two.page("listener") as guest:
            for page in (host, visitor, guest):
                assert (await page.join()).get("ok")
            await host.say("unmute")
            assert (await visitor.event("unmuted"))["person"] == site.keys["host"]
            await guest.say("react", emoji="🔥")
            assert (await host.until(t="pulse", reactions={"🔥": 1}))["t"] == "pulse"
            await host.until(t="pulse", count=2)
            await guest.say("raise_hand", reason="Hello")
            assert (await host.event("hand_raised"))["card"]["reason"] == "Hello"


async def test_another_device_on_another_process_takes_over(site: Site) -> None:
    with site.web() as one, site.web() as two:
        async with one.page("speaker", tab="a-tab-on-the-telephone") as phone:
            assert (await phone.join()).get("ok")
            async with two.page("speaker", tab="a-tab-on-the-laptop") as laptop:
                assert (await laptop.join())["refused"] == "elsewhere"
            async with two.page("speaker", tab="a-tab-on-the-laptop") as laptop:
                assert (await laptop.join(take_over=True)).get("ok")
                assert await closed_with(phone) == 4003


async def test_a_killed_process_loses_its_speaker_who_comes_back_muted(site: Site) -> None:
    with site.web() as one:
        async with one.page("host") as host:
            assert (await host.join()).get("ok")
            with site.web() as two:
                async with two.page("speaker") as speaker:
                    tab = speaker.tab
                    assert (await speaker.join(take_over=True)).get("ok")
                    assert (await speaker.say("unmute"))["ok"]
                    two.kill()
            async with one.page("speaker", tab=tab) as back:
                assert (await back.join()).get("ok")
                assert (await host.event("muted"))["person"] == site.keys["speaker"]
                [snapshot] = [frame for frame in back.frames if frame["t"] == "snapshot"]
                assert snapshot["me"]["role"] == "speaker"


async def test_a_killed_process_lets_go_of_who_does_not_come_back(site: Site) -> None:
    with site.web() as one:
        async with one.page("host") as host:
            assert (await host.join()).get("ok")
            with site.web() as two:
                async with two.page("speaker", tab="a-tab-that-never-returns") as speaker:
                    assert (await speaker.join(take_over=True)).get("ok")
                    two.kill()
            gone = await host.event("presence")
            while gone["present"]:
                gone = await host.event("presence")
            assert gone["person"] == site.keys["speaker"]


async def test_a_page_of_another_site_has_no_socket(web: Web) -> None:
    for origin in ("https://evil.example", f"http://127.0.0.1:{web.port + 1}", "null"):
        with pytest.raises(InvalidStatus) as refused:
            async with web.page("host", origin=origin):
                pass
        assert refused.value.response.status_code == 403


async def test_floods_and_nonsense_harm_nobody_else(web: Web) -> None:
    async with web.page("host") as host, web.page() as flooder, web.page() as lazy:
        for page in (host, flooder, lazy):
            assert (await page.join()).get("ok")
        await flooder.socket.send("x" * (64 * 1024 + 1))
        assert (await flooder.until(t="reply"))["refused"] == "frame_too_large"
        await flooder.socket.send("[" * 60_000)
        assert (await flooder.until(t="reply"))["refused"] == "malformed"
        for _i in range(200):
            await flooder.socket.send('{"op":"snapshot","id":1}')
        assert await closed_with(flooder) == 4005
        assert (await host.say("mute"))["ok"]
        assert (await lazy.say("snapshot"))["ok"]
