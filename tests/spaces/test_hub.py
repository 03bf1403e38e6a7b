"""The fan-out: frames, back-pressure, pulses, sound, several processes on one layer."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from channels.layers import get_channel_layer

from media import control
from spaces import broadcast
from spaces import hub as hub_module
from spaces.hub import Hub, LocalSpace
from spaces.keeper import Keeper
from spaces.lines import CLOSE_OVER, DROP_OVER, PROTOCOL, Frame, Line
from tests.builders import make_live_space
from tests.spaces.sockets import Page, in_rows, pages

SLUG = "abcdefghjk"


class Wire:
    """The outer wall: a kernel's socket and Twisted's buffers, as much of them as is touched."""

    def __init__(self, *, takes: int | None = None) -> None:
        self.takes = takes  # bytes the kernel takes; None: all
        self.sent = b""
        self.queued = b""
        self.connected, self.disconnecting, self.is_aborted = True, False, False
        self.socket = self
        self.dataBuffer = b""
        self.offset = 0
        self._tempDataBuffer: list[bytes] = []
        self._tempDataLen = 0
        self.state, self.STATE_OPEN = 3, 3
        self.send_queue: list[bytes] = []
        self._perMessageCompress = None
        self.transport = self

    def send(self, data: bytes) -> int:
        if self.takes is not None and len(data) > self.takes:
            self.sent += data[: self.takes]
            data, taken = b"", self.takes
            self.takes = 0
            if not taken:
                raise BlockingIOError
            return taken
        self.sent += data
        return len(data)

    def write(self, data: bytes) -> None:
        self._tempDataBuffer.append(data)
        self._tempDataLen += len(data)
        self.queued += data

    def abortConnection(self) -> None:
        self.is_aborted = True


class Asgi:
    """A server's `send`, which keeps what it was given."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    async def __call__(self, message: Any) -> None:
        self.messages.append(dict(message))

    @property
    def texts(self) -> list[str]:
        return [message["text"] for message in self.messages if "text" in message]


def line_on(wire: Wire | None, send: Asgi | None = None, **who: Any) -> Line:
    scope = {PROTOCOL: wire} if wire else {}
    facts = {"id": "line", "tab": "a-tab-of-sixteen", "peer": "peer", **who}
    return Line(scope, send or Asgi(), **facts)


@pytest.mark.parametrize(("length", "head"), [(125, 2), (126, 4), (65535, 4), (65536, 10)])
def test_a_frame_has_the_head_of_rfc_6455(length: int, head: int) -> None:
    frame = Frame("x" * length)
    assert frame.bytes[0] == 0x81
    assert len(frame.bytes) == head + length


def test_a_frame_goes_straight_to_the_kernel() -> None:
    wire = Wire()
    assert line_on(wire).write_now(Frame("hello"))
    assert wire.sent == b"\x81\x05hello"


def test_what_the_kernel_does_not_take_is_left_to_twisted_in_order() -> None:
    wire = Wire(takes=3)
    line = line_on(wire)
    line.write_now(Frame("hello"))
    line.write_now(Frame("again"))
    assert wire.sent + wire.queued == b"\x81\x05hello\x81\x05again"


def test_pulses_are_dropped_for_a_page_that_does_not_read_and_events_are_not() -> None:
    wire = Wire(takes=0)
    line = line_on(wire)
    line.write_now(Frame("x" * DROP_OVER))
    assert line.write_now(Frame("pulse", may_drop=True))
    assert line.write_now(Frame("event"))
    assert line.dropped == 1
    assert wire.queued.endswith(b"event")
    assert b"pulse" not in wire.queued


def test_a_page_that_never_reads_is_let_go() -> None:
    wire = Wire(takes=0)
    line = line_on(wire)
    for _i in range(3):
        line.write_now(Frame("x" * (CLOSE_OVER // 2 + 1)))
    line.write_now(Frame("the last straw"))
    assert wire.is_aborted
    assert line.is_gone


@pytest.mark.parametrize(
    "spoil",
    [
        lambda wire: delattr(wire, "dataBuffer"),
        lambda wire: delattr(wire, "_tempDataLen"),
        lambda wire: setattr(wire, "TLS", True),
        lambda wire: setattr(wire, "_perMessageCompress", object()),
        lambda wire: setattr(wire, "STATE_OPEN", 9),
    ],
)
async def test_without_all_it_relies_upon_the_direct_way_is_not_taken(
    spoil: Callable[[Wire], None],
) -> None:
    wire, send = Wire(), Asgi()
    spoil(wire)
    await line_on(wire, send).write(Frame("hello"))
    assert wire.sent == b""
    assert send.texts == ["hello"]


async def test_a_wrapper_that_lends_the_transports_attributes_is_not_taken_for_it() -> None:
    """Under TLS the plain socket is there to be found, and must not be written to."""

    class Wrapped:
        def __init__(self, inner: Wire) -> None:
            self.inner = inner

        def __getattr__(self, name: str) -> Any:
            return getattr(self.inner, name)

    wire, send = Wire(), Asgi()
    wire.transport = Wrapped(wire)  # type: ignore[assignment]
    await line_on(wire, send).write(Frame("hello"))
    assert wire.sent == b""
    assert send.texts == ["hello"]


def test_a_closing_socket_is_not_written_to() -> None:
    wire = Wire()
    line = line_on(wire)
    wire.state = 2
    assert line.write_now(Frame("late"))
    assert wire.sent == b""


async def test_what_is_held_comes_after_what_it_waits_for() -> None:
    send = Asgi()
    line = line_on(None, send)
    line.hold()
    await line.write(Frame("event"))
    await line.write(Frame("pulse", may_drop=True))
    await line.close(Frame("bye"), 4001)
    await line.release(Frame("snapshot"))
    assert send.texts == ["snapshot", "event", "pulse", "bye"], "a count is said only once"
    assert send.messages[-1] == {"type": "websocket.close", "code": 4001}
    await line.write(Frame("late"))
    assert send.texts[-1] == "bye"


def test_a_pulse_says_only_what_is_new() -> None:
    local = LocalSpace(SLUG, 1)
    assert local.pulse() is None
    local.learn(count=3, audience_version=1)
    local.tally.update({"👏": 2})
    local.hear_levels({"ana": 7})
    pulse = local.pulse()
    assert pulse is not None
    assert not pulse.may_drop, "it says a count"
    assert pulse.text == (
        '{"t":"pulse","count":3,"audience_version":1,"levels":{"ana":7},"reactions":{"👏":2}}'
    )
    local.learn(count=3, audience_version=1)
    local.hear_levels({"ana": 7})
    assert local.pulse() is None
    local.learn(count=4, audience_version=1)
    pulse = local.pulse()
    assert pulse is not None
    assert pulse.text == '{"t":"pulse","count":4}'


async def test_every_process_hears_what_is_published_once() -> None:
    """Two processes on one layer; reactions of both are summed in both."""
    hubs = [Hub("one"), Hub("two")]
    sends = [Asgi(), Asgi()]
    for hub, send in zip(hubs, sends, strict=True):
        hub.start()
        local = await hub.add(SLUG, 1, line_on(None, send))
        local.taps["🔥"] += 2
    await _until(lambda: [_reacted(send) for send in sends] == [4, 4])
    for hub in hubs:
        await hub.stop()


async def test_a_burst_of_three_hundred_events_reaches_every_page_in_order() -> None:
    """The in-memory layer holds 100 messages, so the burst comes in three."""
    hub, send = Hub("one"), Asgi()
    hub.start()
    await hub.add(SLUG, 1, line_on(None, send))
    for number in range(300):
        await broadcast.send(broadcast.group_of(SLUG), _events(number))
        if number % 90 == 89:
            await asyncio.sleep(0.05)
    await _until(lambda: len(send.texts) == 300)
    assert send.texts == [f"everybody {number}" for number in range(300)]
    await hub.stop()


async def test_hosts_and_the_person_concerned_get_their_own_variants() -> None:
    hub = Hub("one")
    hub.start()
    sends = {name: Asgi() for name in ("host", "subject", "other", "visitor")}
    for name, send in sends.items():
        person = None if name == "visitor" else name
        await hub.add(SLUG, 1, line_on(None, send, person=person, peer=name, id=name))
    personal = {"hosting": ["host"], "personal": {"subject": "you"}}
    await broadcast.send(broadcast.group_of(SLUG), {**_events(1), **personal})
    await _until(lambda: bool(sends["visitor"].texts))
    assert {name: send.texts for name, send in sends.items()} == {
        "host": ["hosts 1"],
        "subject": ["you"],
        "other": ["everybody 1"],
        "visitor": ["everybody 1"],
    }
    await hub.stop()


async def test_a_person_who_is_in_elsewhere_now_is_told_and_hung_up() -> None:
    hub, send = Hub("one"), Asgi()
    hub.start()
    layer = get_channel_layer()
    relay = await layer.new_channel()
    await layer.group_add(control.RELAY_GROUP, relay)
    line = line_on(None, send, person="ana", id="old", peer="old-peer", came_at=5)
    await hub.add(SLUG, 1, line)
    await broadcast.seat_taken(SLUG, "ana", "old", "old-peer", at=5)
    await broadcast.seat_taken(SLUG, "ana", "even older", "other-peer", at=4)
    await broadcast.seat_taken(SLUG, "ana", "new", "other-peer", at=6)
    heard = control.from_message(await asyncio.wait_for(layer.receive(relay), 5))
    assert heard == control.Hangup("old-peer")
    assert send.texts == ['{"t":"bye","code":"taken_over"}']
    assert hub.spaces == {}
    await hub.stop()


@pytest.mark.parametrize("person", [None, "ana"])
@pytest.mark.parametrize("elsewhere", [False, True])
async def test_a_copied_tab_takes_over_and_keeps_the_sound_they_share(
    person: str | None, elsewhere: bool
) -> None:
    """A browser that duplicates a tab copies its id, and so the name of its sound."""
    hub, send = Hub("one"), Asgi()
    hub.start()
    layer = get_channel_layer()
    relay = await layer.new_channel()
    await layer.group_add(control.RELAY_GROUP, relay)
    old = line_on(None, send, person=person, id="old", came_at=5)
    old.attempt = "1"
    await hub.add(SLUG, 1, old)
    if not elsewhere:
        await hub.add(SLUG, 1, line_on(None, person=person, id="new", came_at=6))
    elif person:
        await broadcast.seat_taken(SLUG, person, "new", "peer", at=6)
    else:  # visitors have no seat: the relay says that another attempt has come
        replaced = control.PeerState("peer", "1", "closed", "replaced")
        await control.send(broadcast.process_group("one"), replaced)
    await _until(lambda: send.texts == ['{"t":"bye","code":"taken_over"}'])
    assert send.messages[-1]["code"] == 4003
    assert ("peer" in hub.peers) is not elsewhere
    with pytest.raises(TimeoutError):  # nobody hangs up
        await asyncio.wait_for(layer.receive(relay), 0.1)
    await hub.stop()


async def test_sound_is_signalled_between_the_page_and_the_relay(web: Keeper) -> None:
    live = await in_rows(lambda: make_live_space(speakers=1).send_away())()
    layer = get_channel_layer()
    relay = await layer.new_channel()
    await layer.group_add(control.RELAY_GROUP, relay)

    async def asked() -> control.Message:
        return control.from_message(await asyncio.wait_for(layer.receive(relay), 5))

    async with pages(Page(live.space, live.speakers[0]), Page(live.space)) as (speaker, visitor):
        assert (await speaker.say("audio_connect", attempt=7))["ok"]
        connect = await asked()
        while not isinstance(connect, control.Connect):  # the mute of a reload goes before
            connect = await asked()
        assert (connect.person, connect.may_speak) == (live.speakers[0].key, True)
        assert connect.reply_to == broadcast.process_group(web.process)
        await control.send(connect.reply_to, control.Offer(connect.tab, "6", "too late"))
        await control.send(connect.reply_to, control.Offer(connect.tab, "7", "v=0"))
        offer = await speaker.frame("audio_offer")
        assert offer == {"t": "audio_offer", "attempt": 7, "sdp": "v=0"}
        await speaker.say("audio_answer", attempt=7, sdp="v=0 answer")
        assert await asked() == control.Answer(connect.tab, "7", "v=0 answer")
        closed = control.PeerState(connect.tab, "7", "closed", "timeout")
        await control.send(connect.reply_to, closed)
        assert (await speaker.frame("audio_state"))["reason"] == "timeout"
        refused = control.RelayRefused(connect.tab, "7", "busy")
        await control.send(connect.reply_to, refused)
        assert (await speaker.frame("audio_refused"))["code"] == "busy"
        await visitor.say("audio_connect", attempt="a1")
        connect = await asked()
        assert isinstance(connect, control.Connect)
        assert (connect.person, connect.may_speak) == (None, False)
        await control.send(control.NEWS_GROUP, control.RelayUp("second"))
        assert (await visitor.frame("relay"))["epoch"] == "second"


async def test_a_process_vouches_for_its_pages_and_says_that_it_has_none(monkeypatch) -> None:
    monkeypatch.setattr(hub_module, "VOUCH_EVERY", 0.05)
    monkeypatch.setattr(hub_module, "VOUCH_SLICE", 2)
    hub = Hub("one")
    layer = get_channel_layer()
    relay = await layer.new_channel()
    await layer.group_add(control.RELAY_GROUP, relay)

    async def vouched() -> control.Message:
        return control.from_message(await asyncio.wait_for(layer.receive(relay), 5))

    hub.start()
    assert await vouched() == control.Vouch(())
    lines = [line_on(None, peer=f"peer{number}") for number in range(3)]
    for line in lines:
        await hub.add(SLUG, 1, line)
    while (heard := await vouched()) == control.Vouch(()):
        pass
    assert [heard, await vouched()] == [control.Vouch(("peer0", "peer1")), control.Vouch(("peer2",))]
    for line in lines[1:]:
        hub.discard(SLUG, line)
    assert await vouched() == control.Vouch(("peer0",))
    await hub.stop()


async def test_who_comes_on_stage_may_speak_with_the_next_attempt(web: Keeper) -> None:
    live = await in_rows(lambda: make_live_space(listeners=1).send_away())()
    [guest] = live.listeners
    async with pages(Page(live.space, live.host), Page(live.space, guest)) as (host, page):
        local = web.hub.spaces[live.space.slug]
        assert guest.key not in local.stage
        await page.say("raise_hand")
        await host.say("accept", person=guest.key)
        await _until(lambda: guest.key in local.stage)
        await host.say("move_down", person=guest.key)
        await _until(lambda: guest.key not in local.stage)


def _reacted(send: Asgi) -> int:
    """How many reactions the pulses told in all; one pulse or two."""
    return sum(json.loads(text).get("reactions", {}).get("🔥", 0) for text in send.texts)


def _events(number: int) -> dict[str, Any]:
    return {
        "type": "space.events", "space": SLUG, "seq": number, "everybody": f"everybody {number}",
        "hosts": f"hosts {number}", "stage": [], "hosting": [], "personal": {}, "bye": {},
        "bye_everybody": None,
    }  # fmt: skip


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 it is not ours to set an event there
            await asyncio.sleep(0.02)
