"""Real connections: a stock aiortc on one side, the relay on the other, UDP between them."""

import asyncio
import gc
import re
import weakref

import pytest
from django.db import OperationalError
from django.utils import timezone

from media import control
from media.models import RelayLease
from media.reports import PeerClosed
from tests.media.edge.conftest import SPACE, Web
from tests.media.edge.page import Page, Tone, until

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_speaker_is_heard_by_a_listener_and_not_by_themselves(web: Web) -> None:
    await web.stage(1, ada=True)
    ada, visitor = Page(Tone(440)), Page()
    await web.connect(ada, "ada")
    await web.connect(visitor)
    await until(lambda: visitor.loudness(440) > 0.05)
    assert ada.loudness(440) < 0.01
    await until(
        lambda: any(space == SPACE and heard.get("ada", 0) > 5 for space, heard in web.levels)
    )
    await ada.close()
    await visitor.close()


async def test_two_speakers_hear_each_other_and_not_themselves(web: Web) -> None:
    await web.stage(1, ada=True, bob=True)
    ada, bob = Page(Tone(440)), Page(Tone(1000))
    await web.connect(ada, "ada")
    await web.connect(bob, "bob")
    await until(lambda: ada.loudness(1000) > 0.05 and bob.loudness(440) > 0.05)
    assert ada.loudness(440) < 0.01
    assert bob.loudness(1000) < 0.01
    await ada.close()
    await bob.close()


async def test_who_is_muted_or_not_on_stage_is_not_heard_however_much_they_send(web: Web) -> None:
    await web.stage(1, muted="ada", ada=True)
    ada, eve, visitor = Page(Tone(440)), Page(Tone(1000)), Page()
    await web.connect(ada, "ada")
    await web.connect(eve, "eve")
    await web.connect(visitor)
    await until(lambda: len(visitor.heard) > 60)
    assert visitor.loudness(440) < 0.001
    assert visitor.loudness(1000) < 0.001
    await web.stage(2, ada=True, eve=True)
    await until(lambda: visitor.loudness(440) > 0.05 and visitor.loudness(1000) > 0.05)
    await web.stage(3, ada=True)
    await until(lambda: visitor.loudness(1000) < 0.001 and visitor.loudness(440) > 0.05)
    for page in (ada, eve, visitor):
        await page.close()


async def test_who_is_removed_gets_no_packet_more(web: Web) -> None:
    await web.stage(1, ada=True)
    eve = Page()
    tab = await web.connect(eve, "eve")
    await until(lambda: len(eve.heard) > 10)
    await web.stage(2, barred="eve", ada=True)
    state = await web.next(control.PeerState, tab)
    assert (state.state, state.reason) == ("closed", "barred")
    assert len(web.relay.switchboard.fanout) == 0
    await asyncio.wait_for(eve.closed.wait(), 5)
    await until(lambda: web.reports[-1:] == [PeerClosed(SPACE, tab, "eve", "barred")])
    await eve.close()


async def test_rows_alone_end_a_space_when_the_message_was_lost(web: Web) -> None:
    await web.stage(1)
    page = Page()
    tab = await web.connect(page)
    web.rows.clear()
    state = await web.next(control.PeerState, tab)
    assert state.reason == "ended"
    await page.close()


async def test_a_page_that_closes_its_connection_is_gone_at_once(web: Web) -> None:
    await web.stage(1)
    page = Page()
    tab = await web.connect(page)
    await until(lambda: page.heard)
    await page.close()
    state = await web.next(control.PeerState, tab)
    assert state.reason == "left"
    assert web.relay.switchboard.peers == {}


async def test_the_second_device_of_a_speaker_hears_but_only_one_is_heard(web: Web) -> None:
    await web.stage(1, ada=True)
    phone, laptop, visitor = Page(Tone(440)), Page(Tone(1000)), Page()
    await web.connect(phone, "ada")
    await web.connect(visitor)
    await web.connect(laptop, "ada")
    await until(lambda: visitor.loudness(1000) > 0.05 and visitor.loudness(440) < 0.001)
    assert phone.loudness(1000) < 0.001
    await laptop.close()
    await until(lambda: visitor.loudness(440) > 0.05)
    await phone.close()
    await visitor.close()


async def test_a_client_with_another_certificate_is_closed(web: Web) -> None:
    await web.stage(1)
    page, wanted = Page(), web.wanted()
    await control.send_to_relay(wanted)
    offer = await web.next(control.Offer, wanted.tab)
    answer = await page.answer(offer.sdp)
    forged = re.sub(r"(a=fingerprint:\S+ )..", r"\g<1>00", answer)
    await control.send_to_relay(control.Answer(wanted.tab, "1", forged))
    state = await web.next(control.PeerState, wanted.tab)
    assert (state.state, state.reason) == ("closed", "failed")
    await page.close()


async def test_reports_of_loss_reach_the_speaker(web: Web) -> None:
    await web.stage(1, ada=True)
    ada = Page(Tone(440))
    await web.connect(ada, "ada")
    sender = ada.connection.getSenders()[0]

    async def reported() -> bool:
        return any(
            stats.type == "remote-inbound-rtp" and stats.packetsReceived > 0
            for stats in (await sender.getStats()).values()
        )

    async with asyncio.timeout(5):
        while not await reported():  # noqa: ASYNC110 aiortc has no event for its statistics
            await asyncio.sleep(0.1)
    await ada.close()


async def test_closed_connections_leave_nothing_behind_without_the_collector(web: Web) -> None:
    await web.stage(1, ada=True)
    assert not gc.isenabled()
    left: list[weakref.ref] = []
    for number in range(20):
        page = Page()
        tab = await web.connect(page, f"person{number}")
        peer = web.relay.switchboard.peers[tab]
        left += [weakref.ref(peer), weakref.ref(peer.dtls), weakref.ref(peer.srtp.outbound)]
        del peer
        await control.send_to_relay(control.Hangup(tab))
        await web.next(control.PeerState, tab)
        await page.close()
    await until(lambda: not any(ref() for ref in left), seconds=2)


async def test_the_lease_says_that_the_relay_lives_and_is_given_up_at_its_end(web: Web) -> None:
    def alive() -> RelayLease | None:
        return RelayLease.objects.alive(timezone.now()).first()

    def mixes() -> bool:
        lease = found[-1]
        is_counted = lease is not None and lease.counters.get("peers.refused_no_space") == 1
        return is_counted and lease.ticks > 0 and lease.rooms == 1

    await web.stage(1)
    await control.send_to_relay(control.Connect("nowhere", "tab", None, False, "1", "nobody"))
    found = [await asyncio.to_thread(alive)]
    for _ in range(50):
        if mixes():
            break
        await asyncio.sleep(0.1)
        found.append(await asyncio.to_thread(alive))
    assert mixes()
    assert found[-1].epoch == web.relay.epoch
    assert any(isinstance(m, control.RelayUp) and m.epoch == web.relay.epoch for m in web.heard)
    web.relay.stop()
    await web.running
    assert await asyncio.to_thread(alive) is None


async def test_an_absent_database_does_not_touch_the_sound(web: Web) -> None:
    await web.stage(1, ada=True)

    def broken() -> list:
        raise OperationalError("the database is away")

    web.relay._wished_stages = broken
    ada, visitor = Page(Tone(440)), Page()
    await web.connect(ada, "ada")
    await web.connect(visitor)
    await until(lambda: web.relay.books.counts["stages_failed"] > 0)
    await until(lambda: visitor.loudness(440) > 0.05)
    await ada.close()
    await visitor.close()
