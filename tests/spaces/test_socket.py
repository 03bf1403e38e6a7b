"""What happens on the socket: two and more real pages, one web process."""

import asyncio
from typing import Any

import pytest
from autobahn.exception import Disconnected
from channels.layers import get_channel_layer
from django.test import Client
from django.utils import timezone

from media import control
from spaces import keeper, snapshot
from spaces.consumers import STRIKES, space_socket
from spaces.keeper import Keeper
from spaces.models import Attendance, Participant, ReactionTotal, Space
from spaces.rules.reactions import CHANGE_PACE
from spaces.rules.roles import Role
from spaces.services import lifecycle
from tests.builders import LiveSpace, make_live_space, make_person
from tests.spaces.sockets import Page, in_rows, pages


async def live_now(**people: int) -> LiveSpace:
    return await in_rows(lambda: make_live_space(now=timezone.now(), **people).send_away())()


async def seat_of(space: Space, person: object) -> Participant:
    return await Participant.objects.aget(space=space, person=person)


async def test_whoever_joins_gets_a_snapshot_and_then_what_happens(web: Keeper) -> None:
    live = await live_now(listeners=1)
    async with pages(Page(live.space, live.host), Page(live.space, live.listeners[0])) as (
        host, listener,
    ):  # fmt: skip
        first = await listener.frame("snapshot")
        assert first["me"] == {
            "person": live.listeners[0].key, "role": "listener",
            "may_take_place": False, "invitation": None,
        }
        assert await listener.say("raise_hand", reason="A question") == {
            "t": "reply", "re": 2, "ok": True,
        }  # fmt: skip
        [raised] = await host.events(first["seq"] + 1)
        assert raised["card"]["reason"] == "A question"
        [raised] = await listener.events(first["seq"] + 1)
        assert "card" not in raised


async def test_a_hand_becomes_a_voice_and_goes_back_to_the_audience(web: Keeper) -> None:
    live = await live_now()
    guest = await in_rows(make_person)()
    async with pages(Page(live.space, live.host), Page(live.space, guest)) as (host, page):
        await page.say("raise_hand")
        assert await host.say("accept", person=guest.key)
        joined = await page.until(lambda frame: frame["t"] == "events" and len(frame["events"]) > 1)
        assert [event["type"] for event in joined["events"]] == ["hand_lowered", "stage_joined"]
        assert joined["events"][1]["member"]["muted"]
        assert joined["events"][1]["member"]["present"]
        assert (await page.say("unmute"))["ok"]
        assert (await page.say("step_down"))["ok"]
        seat = await seat_of(live.space, guest)
        assert (seat.role, seat.is_muted) == (Role.LISTENER, True)


async def test_a_removed_person_is_told_why_and_does_not_come_back(web: Keeper) -> None:
    live = await live_now(listeners=1)
    [person] = live.listeners
    async with pages(Page(live.space, live.host), Page(live.space, person)) as (host, page):
        await host.say("remove", person=person.key, reason="Shouting")
        assert await page.until_closed() == 4001
        assert (await page.frame("bye"))["reason"] == "Shouting"
        again = Page(live.space, person)
        assert (await again.join())["refused"] == "removed"
        assert await again.until_closed() == 4001
        assert (await again.frame("bye"))["reason"] == "Shouting"
        assert (await host.say("undo_remove", person=person.key))["ok"]
        back = Page(live.space, person)
        assert (await back.join())["ok"]
        await back.gone()


async def test_everybody_is_told_when_the_host_ends_the_space(web: Keeper) -> None:
    live = await live_now()
    async with pages(Page(live.space, live.host), Page(live.space)) as (host, visitor):
        await host.say("end")
        assert await visitor.until_closed() == 4002
        last = await visitor.frame("events")
        assert last["events"] == [{"type": "ended", "why": "host_ended", "by": live.host.key}]
    late = Page(live.space)
    assert (await late.join())["refused"] == "ended"


async def test_the_host_leaves_when_somebody_goes_on(web: Keeper) -> None:
    live = await live_now(speakers=1)
    [heir] = live.speakers
    async with pages(Page(live.space, live.host), Page(live.space, heir)) as (host, page):
        assert (await host.say("leave"))["refused"] == "choose_successor"
        assert (await host.say("leave", successor=heir.key))["ok"]
        assert (await page.say("end"))["ok"]


async def test_a_second_tab_waits_until_it_is_told_to_take_over(web: Keeper) -> None:
    live = await live_now()
    first, second = Page(live.space, live.host), Page(live.space, live.host)
    assert (await first.join())["ok"]
    assert (await second.join())["refused"] == "elsewhere"
    assert await second.until_closed() == 4004
    third = Page(live.space, live.host)
    assert (await third.join(take_over=True))["ok"]
    assert await first.until_closed() == 4003
    assert (await first.frame("bye"))["code"] == "taken_over"
    assert (await third.say("unmute"))["ok"]
    await third.gone()


async def test_a_reload_of_the_same_tab_is_no_second_device(web: Keeper) -> None:
    live = await live_now()
    before = Page(live.space, live.host, tab="the-very-same-tab-of-one-browser")
    after = Page(live.space, live.host, tab=before.tab)
    assert (await before.join())["ok"]
    assert (await after.join())["ok"]
    await after.gone()


async def test_a_speaker_whose_page_is_lost_keeps_the_place_muted(web: Keeper) -> None:
    live = await live_now(speakers=1)
    [speaker] = live.speakers
    async with pages(Page(live.space, live.host)) as (host,):
        page = Page(live.space, speaker)
        await page.join()
        assert (await page.say("unmute"))["ok"]
        await page.gone()
        lost = await host.until(
            lambda frame: frame["t"] == "events" and len(frame["events"]) == 2
        )
        assert lost["events"] == [
            {"type": "muted", "person": speaker.key, "by": "self"},
            {"type": "presence", "person": speaker.key, "present": False},
        ]
        back = Page(live.space, speaker)
        assert (await back.join())["ok"]
        seat = next(
            seat for seat in (await back.frame("snapshot"))["stage"]
            if seat["person"] == speaker.key
        )  # fmt: skip
        assert (seat["role"], seat["muted"], seat["present"]) == ("speaker", True, True)
        await back.gone()


async def test_a_speaker_who_reloads_is_muted_at_once(web: Keeper) -> None:
    live = await live_now(speakers=1)
    [speaker] = live.speakers
    page = Page(live.space, speaker)
    await page.join()
    await page.say("unmute")
    again = Page(live.space, speaker, tab=page.tab)
    await again.join()
    assert (await seat_of(live.space, speaker)).is_muted
    await again.gone()


async def test_visitors_are_counted_and_not_listed(web: Keeper) -> None:
    live = await live_now()
    async with pages(Page(live.space, live.host), Page(live.space), Page(live.space)) as (
        host, *_visitors,
    ):  # fmt: skip
        await host.until(lambda frame: frame["t"] == "pulse" and frame.get("count") == 2)
        assert await Participant.objects.filter(space=live.space).acount() == 1
        assert (await in_rows(live.fresh)()).listeners_peak == 2


async def test_listeners_rows_are_settled_within_a_second_or_two(web: Keeper) -> None:
    live = await live_now()
    guest = await in_rows(make_person)()
    async with pages(Page(live.space, live.host), Page(live.space, guest)) as (host, page):
        pulse = await host.until(lambda frame: "audience_version" in frame)
        assert pulse["count"] == 1
        assert (await seat_of(live.space, guest)).is_present
        await page.gone()
        await host.until(lambda frame: frame["t"] == "pulse" and frame.get("count") == 0)
        assert not (await seat_of(live.space, guest)).is_present
        page.closed = 1000


async def test_reactions_are_summed_into_the_pulse_and_kept(web: Keeper) -> None:
    live = await live_now(listeners=2)
    opened = [Page(live.space, person) for person in (live.host, *live.listeners)]
    async with pages(*opened) as (host, one, two):
        for page in (one, two):
            for _i in range(3):
                assert (await page.say("react", emoji="🔥"))["ok"]
        total = 0
        while total < 6:
            total += (await host.until(lambda frame: "reactions" in frame))["reactions"]["🔥"]
        assert total == 6
        assert (await one.say("react", emoji="🍕"))["refused"] == "unknown_reaction"
        assert [(await one.say("react", emoji="👏")).get("refused") for _i in range(8)][-1] == (
            "too_fast"
        )


async def test_levels_of_the_relay_come_with_the_pulse(web: Keeper) -> None:
    from spaces import broadcast

    live = await live_now()
    async with pages(Page(live.space, live.host)) as (host,):
        await broadcast.levels(live.space.slug, {live.host.key: 7})
        assert (await host.until(lambda frame: "levels" in frame))["levels"] == {live.host.key: 7}
        await broadcast.levels(live.space.slug, {})
        assert (await host.until(lambda frame: "levels" in frame))["levels"] == {}


async def test_an_unknown_space_has_no_socket(web: Keeper) -> None:
    assert not await Page(Space(slug="nosuchslug")).open()


async def test_who_has_not_joined_can_do_nothing(web: Keeper) -> None:
    live = await live_now()
    page = Page(live.space, live.host)
    await page.open()
    assert (await page.say("unmute"))["refused"] == "not_joined"
    await page.gone()


async def test_who_left_is_in_no_more_and_may_come_back(web: Keeper) -> None:
    live = await live_now(listeners=1)
    [person] = live.listeners
    page = Page(live.space, person)
    await page.join()
    assert (await page.say("leave"))["ok"]
    assert (await page.say("raise_hand"))["refused"] == "not_joined"
    seat = await seat_of(live.space, person)
    assert (seat.left_at is None, seat.is_present) == (False, False)
    assert (await page.say("join", tab=page.tab))["ok"]
    await page.gone()


async def test_a_suspended_person_is_sent_away_within_two_seconds(web: Keeper) -> None:
    live = await live_now(listeners=1)
    [person] = live.listeners
    layer = get_channel_layer()
    relay = await layer.new_channel()
    await layer.group_add(control.RELAY_GROUP, relay)
    async with pages(Page(live.space, person)) as (page,):
        person.suspended_at = timezone.now()
        await person.asave()
        [peer] = web.hub.peers
        assert await page.until_closed() == 4000
        heard = control.from_message(await asyncio.wait_for(layer.receive(relay), 5))
        assert heard == control.Hangup(peer), "whatever the page makes of its good-bye"
        again = Page(live.space, person)
        assert (await again.join())["refused"] == "suspended"


async def test_what_the_layer_lost_is_found_in_the_rows(web: Keeper, monkeypatch) -> None:
    """Negative control of the resync: the frame itself never comes."""
    from spaces import broadcast

    live = await live_now()
    async with pages(Page(live.space, live.host)) as (host,):
        first = await host.frame("snapshot")
        with monkeypatch.context() as lost:
            lost.setattr(broadcast, "send_now", lambda *_: None)
            assert (await host.say("unmute"))["ok"]
        fresh = await host.frame("snapshot")
        assert fresh["seq"] == first["seq"] + 1
        assert not fresh["stage"][0]["muted"]
        assert not [frame for frame in host.frames if frame["t"] == "events"]


async def test_an_end_that_the_layer_lost_is_found_too(web: Keeper, monkeypatch) -> None:
    from spaces import broadcast

    live = await live_now()
    async with pages(Page(live.space)) as (visitor,):
        monkeypatch.setattr(broadcast, "send_now", lambda *_: None)
        await in_rows(lifecycle.end_space)(by=live.host, space=live.space, now=timezone.now())
        assert await visitor.until_closed() == 4002


async def test_a_process_that_holds_nobody_gives_its_lease_up(web: Keeper) -> None:
    live = await live_now(listeners=1)
    async with pages(Page(live.space, live.listeners[0])):
        await web.settle()
        assert await Attendance.objects.filter(process=web.process).acount() == 1
    await web.beat()
    await web.beat()
    assert not await Attendance.objects.filter(process=web.process).aexists()
    assert not (await seat_of(live.space, live.listeners[0])).is_present


async def test_events_that_come_while_a_snapshot_is_read_go_after_it(web: Keeper) -> None:
    live = await live_now()
    page = Page(live.space, live.host)
    await page.join()
    await asyncio.gather(page.send({"op": "unmute", "id": 90}), page.send({"op": "snapshot", "id": 91}))
    await page.until(lambda frame: frame.get("re") == 91)
    numbers = [frame["seq"] for frame in page.frames if "seq" in frame]
    assert numbers == sorted(numbers)
    fresh = await in_rows(snapshot.snapshot)(
        space=await in_rows(live.fresh)(), viewer=live.host, now=timezone.now()
    )
    assert fresh["seq"] == numbers[-1]
    await page.gone()


async def test_reactions_are_kept_as_totals_and_shown_on_the_end_page(web: Keeper) -> None:
    live = await live_now(listeners=1)
    async with pages(Page(live.space, live.host), Page(live.space, live.listeners[0])) as (
        host, page,
    ):  # fmt: skip
        for emoji in "🔥🔥👏":
            assert (await page.say("react", emoji=emoji))["ok"]
        await host.until(lambda frame: "reactions" in frame)
        await host.say("end")
        await page.until_closed()
        await host.until_closed()
    await web.beat()
    await web.beat()
    totals = ReactionTotal.objects.filter(space=live.space).order_by("-total")
    assert [(row.emoji, row.total) async for row in totals] == [("🔥", 2), ("👏", 1)]


async def test_hands_go_up_and_down_only_so_often(web: Keeper) -> None:
    live = await live_now(listeners=1)
    async with pages(Page(live.space, live.listeners[0])) as (page,):
        answers = []
        for number in range(CHANGE_PACE.burst + 8):
            answers.append(await page.say("lower_hand" if number % 2 else "raise_hand"))
        assert "too_fast" in {answer.get("refused") for answer in answers}


class Daphne:
    """The outer wall: a server that has read a whole flood, and fails what is sent after a close."""

    def __init__(self, *texts: str, closes_at: int = 1000) -> None:
        received = [{"type": "websocket.receive", "text": text} for text in texts]
        self.incoming = [{"type": "websocket.connect"}, *received, {"type": "websocket.disconnect"}]
        self.sent: list[dict[str, Any]] = []
        self.closes_at = closes_at  # messages sent; then the page is gone

    async def receive(self) -> dict[str, Any]:
        return self.incoming.pop(0)

    async def send(self, message: Any) -> None:
        if len(self.sent) >= self.closes_at or self.sent[-1:] == [{"type": "websocket.close", "code": 4005}]:
            raise Disconnected("sent to a closed socket")
        self.sent.append(dict(message))


@pytest.mark.parametrize("closes_at", [1000, 5])
async def test_what_a_flood_left_in_the_queue_is_not_served_after_the_close(
    web: Keeper, closes_at: int
) -> None:
    live = await live_now()
    flood = Daphne(*["nonsense"] * (STRIKES + 20), closes_at=closes_at)
    scope = {"type": "websocket", "url_route": {"kwargs": {"slug": live.space.slug}}}
    await space_socket(scope, flood.receive, flood.send)
    assert len(flood.sent) == min(closes_at, 1 + STRIKES + 2), "accept, refusals, bye and close"
    assert web.hub.refused.total() <= STRIKES


async def test_staff_read_what_was_refused(
    web: Keeper, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = await live_now(listeners=1)
    async with pages(Page(live.space, live.listeners[0])) as (page,):
        assert (await page.say("end"))["refused"] == "not_allowed"
        monkeypatch.setattr(keeper, "TOTALS_EVERY", 0)
        await web.beat()
        desk = f"/admin/spaces/webprocess/{web.process}/change/"
        text = (await in_rows(admin_client.get)(desk)).text
    assert "refused.not_allowed&quot;: 1" in text
    assert "<input type=\"submit\"" not in text, "nobody writes here"
