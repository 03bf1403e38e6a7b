"""What one web process does each second, when something is in its way."""

import asyncio
from typing import Any

import pytest
from autobahn.websocket.protocol import WebSocketProtocol
from django.db import OperationalError
from django.utils import timezone

from spaces.hub import CLOSE_CODES, COME_AGAIN, PULSE_EVERY
from spaces.keeper import Keeper
from spaces.lines import Line
from spaces.models import Attendance, Participant, ReactionTotal
from spaces.services import presence, reactions, removal
from tests.builders import LiveSpace, make_live_space, make_person
from tests.spaces.sockets import Page, in_rows, pages


async def live_now(**people: int) -> LiveSpace:
    return await in_rows(lambda: make_live_space(now=timezone.now(), **people).send_away())()


class Closed(WebSocketProtocol):
    """autobahn's protocol without a network: only its check of what may be sent."""

    def __init__(self) -> None:
        self.code: int | None = None

    def sendCloseFrame(self, code: Any = None, **_: Any) -> None:
        self.code = code


@pytest.mark.parametrize("code", [*CLOSE_CODES.values(), COME_AGAIN])
def test_every_close_code_can_be_sent(code: int) -> None:
    protocol = Closed()
    protocol.sendClose(code)
    assert protocol.code == code


async def test_a_broken_line_keeps_nobody_from_coming_back(web: Keeper, monkeypatch) -> None:
    live = await live_now()
    async with pages(Page(live.space), Page(live.space)) as both:
        lines = list(web.hub.spaces[live.space.slug].lines)
        close = Line.close

        async def broken(line: Line, *rest: Any) -> None:
            if line is lines[0]:
                raise OSError("the wire is cut")
            await close(line, *rest)

        monkeypatch.setattr(Line, "close", broken)
        await web._let_everybody_return()
        there = [page for page in both if page.tab == lines[1].tab]
        assert await there[0].until_closed() == COME_AGAIN
        monkeypatch.undo()


async def test_a_deleted_account_stops_nobody_elses_presence(web: Keeper) -> None:
    live, other = await live_now(), await live_now()
    [guest, late] = [await in_rows(make_person)() for _i in range(2)]
    async with pages(
        Page(live.space), Page(live.space, guest), Page(other.space, late)
    ) as all_of_it:
        await in_rows(guest.delete)()
        await in_rows(live.host.delete)()
        await web.beat()
        assert [await page.until_closed() for page in all_of_it[:2]] == [4002, 4007]
        assert await Participant.objects.filter(person=late, process=web.process).aexists()
        assert await Attendance.objects.filter(space=other.space, people=1).aexists()


async def test_rows_that_cannot_be_written_are_no_reason_not_to_look(
    web: Keeper, monkeypatch
) -> None:
    live = await live_now()
    page = Page(live.space)
    async with pages(page):

        def away(**_: Any) -> bool:
            raise OperationalError("not now")

        monkeypatch.setattr(presence, "settle", away)
        await in_rows(live.host.delete)()
        with pytest.raises(OperationalError):
            await web.beat()
        assert await page.until_closed() == 4002
        monkeypatch.undo()


async def test_that_the_lease_lapsed_is_not_forgotten_when_the_write_fails(
    web: Keeper, monkeypatch
) -> None:
    live = await live_now()
    page = Page(live.space)
    async with pages(page):
        await web.settle()
        await in_rows(presence.give_up)(process=web.process)

        def away(**_: Any) -> None:
            raise OperationalError("not now")

        monkeypatch.setattr(presence, "settle", away)
        with pytest.raises(OperationalError):
            await web.settle()
        monkeypatch.undo()
        await web.settle()
        assert await page.until_closed() == COME_AGAIN


async def test_who_was_removed_on_the_way_in_does_not_stay(web: Keeper, monkeypatch) -> None:
    live = await live_now(listeners=1)
    [person] = live.listeners
    let_in = web.hub.add

    async def slowly(*rest: Any) -> Any:
        await in_rows(removal.remove)(
            by=live.host, person=person.key, reason="Noise", space=live.space, now=timezone.now()
        )
        await asyncio.sleep(0.1)  # the news of it goes by
        return await let_in(*rest)

    monkeypatch.setattr(web.hub, "add", slowly)
    page = Page(live.space, person)
    await page.join()
    await web.beat()
    assert await page.until_closed() == 4001
    assert (await page.frame("bye"))["reason"] == "Noise"
    await web.beat()
    seat = await Participant.objects.aget(space=live.space, person=person)
    assert seat.process_id is None
    assert not web.hub.unseen


async def test_reactions_that_could_not_be_saved_are_saved_the_next_time(
    web: Keeper, monkeypatch
) -> None:
    live, over = await live_now(listeners=2), await live_now(listeners=1)
    saved = reactions.add_totals

    def away(**_: Any) -> None:
        raise OperationalError("not now")

    first, second = (Page(live.space, person) for person in live.listeners)
    third = Page(over.space, over.listeners[0])
    async with pages(first, second, third):
        for page in (first, second, third):
            assert (await page.say("react", emoji="🔥"))["ok"]
        await asyncio.sleep(2 * PULSE_EVERY)
        await third.gone()
        await in_rows(over.host.delete)()
        monkeypatch.setattr(reactions, "add_totals", away)
        with pytest.raises(OperationalError):
            await web._save_totals()
        monkeypatch.setattr(reactions, "add_totals", saved)
        await web._save_totals()
        await web._save_totals()
        assert (await ReactionTotal.objects.aget()).total == 2
