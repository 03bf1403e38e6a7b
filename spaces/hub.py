"""The fan-out of one web process: one subscription per Space, one frame for all its pages.

Views, commands, the worker and the relay publish with `broadcast`; every process hears it once and
writes to its own pages. Every 200 ms a Space in which something changed gets one pulse.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine, Iterable, Mapping
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings

from media import control
from media import layer as layers
from spaces import broadcast
from spaces.lines import Frame, Line
from spaces.paces import PaceBook
from spaces.telling import encode

PULSE_EVERY = 0.2  # s
VOUCH_EVERY = 5.0  # s
VOUCH_SLICE = 500  # peers of one message: a burst of them must not hold the relay's tick
SUBSCRIBE_LIMIT = 1.0  # s
AGAIN_AFTER = 1.0  # s, when the layer is away
SLICE = 500  # pages written to by ASGI before others get a turn

# Close codes of RFC 6455's private range, by the code of the bye that goes before.
CLOSE_CODES = {
    "not_allowed": 4000,
    "removed": 4001,
    "ended": 4002,
    "taken_over": 4003,
    "elsewhere": 4004,
    "too_fast": 4005,
    "signed_out": 4007,
    "crowded": 4008,
}
COME_AGAIN = 4006  # without a bye: the page reconnects by itself. (autobahn sends no 1013.)

log = logging.getLogger(__name__)


class LocalSpace:
    """One Space as this process holds it: its pages, and what the next pulse will say."""

    def __init__(self, slug: str, pk: int) -> None:
        self.slug = slug
        self.pk = pk
        self.lines: set[Line] = set()
        self.by_person: dict[str, Line] = {}
        self.is_subscribed = False
        self.seq = 0  # the newest number heard here
        self.stage: frozenset[str] = frozenset()  # keys of who may speak, as of `seq`
        self.snapshot: dict[str, Any] = {}  # the last that was read, without cards
        self.invited: frozenset[str] = frozenset()  # as of `snapshot`
        self.snapshot_at = 0.0  # when, s of the loop's clock
        self.lagged_at: int | None = None  # the rows' number at the last look, if ours was lower
        self.taps: Counter[str] = Counter()  # reactions given here, not yet published
        self.unsaved: Counter[str] = Counter()  # reactions given here, not yet in the totals
        self.tally: Counter[str] = Counter()  # reactions of all processes, for the next pulse
        self.levels: dict[str, int] = {}
        self.facts: dict[str, int] = {}  # count and audience_version
        self.news: dict[str, Any] = {}  # what the next pulse says beside the tally

    @property
    def people(self) -> int:
        return len(self.by_person)

    @property
    def visitors(self) -> int:
        return len(self.lines) - len(self.by_person)

    def hear_stage(self, seq: int, stage: Iterable[str]) -> None:
        """What a commit or a snapshot says of the stage; an older one says nothing."""
        if seq >= self.seq:
            self.seq = seq
            self.stage = frozenset(stage)

    def hear_levels(self, levels: Mapping[str, int]) -> None:
        if levels != self.levels:
            self.levels = dict(levels)
            self.news["levels"] = self.levels

    def learn(self, **facts: int) -> None:
        """What the rows say now; what is new of it goes into the next pulse."""
        for name, value in facts.items():
            if self.facts.get(name) != value:
                self.facts[name] = self.news[name] = value

    def learn_quietly(self, **facts: int) -> None:
        """The first page here was just told these in its snapshot: no pulse is needed for them."""
        if not self.facts:
            self.facts.update(facts)

    def pulse(self) -> Frame | None:
        """The next pulse, or None when nothing changed."""
        if self.tally:
            self.news["reactions"] = dict(self.tally)
            self.tally.clear()
        if not self.news:
            return None
        # Levels and reactions are of this moment only; counts are said once, when they change.
        may_drop = self.news.keys().isdisjoint(self.facts)
        frame = Frame(encode({"t": "pulse", **self.news}), may_drop=may_drop)
        self.news = {}
        return frame


class Hub:
    """All pages of this process. `process` is its random id, which names its group."""

    def __init__(self, process: str) -> None:
        self.process = process
        self.spaces: dict[str, LocalSpace] = {}
        self.peers: dict[str, Line] = {}
        self.refused: Counter[str] = Counter()  # by code, since the start
        self.epoch: str | None = None
        # Listeners whose rows the keeper is to write, by (Space, person) number.
        self.came: dict[tuple[int, int], Line] = {}
        self.left: set[tuple[int, int]] = set()
        # Who came since the keeper last looked for removals that overtook them.
        self.unseen: dict[tuple[int, int], Line] = {}
        self.paces = PaceBook()
        self.visitors_from: Counter[str] = Counter()  # by origin
        self._gone: list[LocalSpace] = []
        self._channel = ""
        self._subscribing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self.spawn(self._pump_forever())
        self.spawn(self._pulse_forever())
        self.spawn(self._vouch_forever())

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run beside; held here until it is done."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def other_line(self, slug: str, person: str | None) -> Line | None:
        """The page of that person that is in this Space on this process now."""
        local = self.spaces.get(slug)
        return local.by_person.get(person) if local and person else None

    def is_crowded(self, origin: str) -> bool:
        """Whether as many visitors are in from there as one address may send."""
        most = settings.INSTANCE.visitors_per_address
        return bool(origin) and self.visitors_from[origin] >= most

    async def add(self, slug: str, pk: int, line: Line) -> LocalSpace:
        """Let a page in; the caller holds it until its snapshot is read. Another page of the same
        person, or a visitor's copy of the same tab, says good-bye."""
        local = self.spaces.get(slug)
        if local is None:
            local = self.spaces[slug] = LocalSpace(slug, pk)
        local.lines.add(line)
        if line.origin:
            self.visitors_from[line.origin] += 1
        before = local.by_person.get(line.person) if line.person else self.peers.get(line.peer)
        self.peers[line.peer] = line
        if line.person:
            local.by_person[line.person] = line
            self.left.discard((pk, line.person_id))
            self.unseen[pk, line.person_id] = line
            if not line.is_settled:
                self.came[pk, line.person_id] = line
        if before is not None:
            await self._take_over(local, before, line.peer)
        await self.subscribe(local)
        return local

    def discard(self, slug: str, line: Line) -> None:
        """The page is gone; if it was its person's page here, the person is."""
        local = self.spaces.get(slug)
        if local is None or line not in local.lines:
            return
        local.lines.discard(line)
        if line.origin:
            self.visitors_from -= Counter([line.origin])
        if self.peers.get(line.peer) is line:
            del self.peers[line.peer]
        if line.person and local.by_person.get(line.person) is line:
            del local.by_person[line.person]
            self.came.pop((local.pk, line.person_id), None)
            self.unseen.pop((local.pk, line.person_id), None)
            self.left.add((local.pk, line.person_id))
        if not local.lines:
            del self.spaces[slug]
            self._gone.append(local)
            self.spawn(self._unsubscribe(slug))

    def take_gone(self) -> list[LocalSpace]:
        """Spaces nobody is in here any more, whose last reactions are still to be saved."""
        gone, self._gone = self._gone, []
        return gone

    def keep_gone(self, gone: Iterable[LocalSpace]) -> None:
        """Theirs could not be saved: next time."""
        self._gone[:0] = gone

    async def subscribe(self, local: LocalSpace) -> None:
        """Hear of this Space. A layer that is away is tried again each second by the keeper."""
        if local.is_subscribed or layers.is_away():
            return
        async with self._subscribing:
            try:
                async with asyncio.timeout(SUBSCRIBE_LIMIT):
                    await self._open_channel()
                    layer = get_channel_layer()
                    await layer.group_add(broadcast.group_of(local.slug), self._channel)
                    local.is_subscribed = True
            except Exception as error:
                if isinstance(error, TimeoutError):
                    layers.note_away()
                log.warning("no channel layer: not subscribed (%s)", type(error).__name__)

    async def tell(self, slug: str, frame: Frame) -> None:
        """One frame to everybody in a Space, here."""
        local = self.spaces.get(slug)
        if local is not None:
            await self._write((line, frame) for line in list(local.lines))

    async def tell_all(self, frame: Frame) -> None:
        for slug in list(self.spaces):
            await self.tell(slug, frame)

    async def bye(self, slug: str, line: Line, farewell: Mapping[str, Any]) -> None:
        """Close one page, with its reason; its sound goes with it."""
        self.discard(slug, line)
        code = CLOSE_CODES[farewell["code"]]
        await line.close(Frame(encode({"t": "bye", **farewell})), code)

    async def send_away(self, slug: str, line: Line) -> None:
        """Close one page without a word: it comes back by itself, and joins anew."""
        self.discard(slug, line)
        await line.close(None, COME_AGAIN)

    async def hear_epoch(self, epoch: str | None) -> None:
        """The relay is gone (None), or there is a new one: pages connect to it."""
        if epoch != self.epoch:
            self.epoch = epoch
            await self.tell_all(Frame(encode({"t": "relay", "epoch": epoch})))

    async def _pump_forever(self) -> None:
        while True:
            try:
                async with self._subscribing, asyncio.timeout(SUBSCRIBE_LIMIT):
                    await self._open_channel()
                message = await get_channel_layer().receive(self._channel)
            except Exception as error:  # the layer is away
                log.warning("no channel layer: nothing heard (%s)", type(error).__name__)
                await asyncio.sleep(AGAIN_AFTER)
                continue
            try:
                await self._hear(message)
            except Exception:
                log.exception("a message of the channel layer was not understood")

    async def _open_channel(self) -> None:
        """This process's one channel, in its own group and in the relay's news."""
        if self._channel:
            return
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(broadcast.process_group(self.process), channel)
        await layer.group_add(control.NEWS_GROUP, channel)
        await layer.group_add(broadcast.SIGNING_OUT, channel)
        self._channel = channel

    async def _unsubscribe(self, slug: str) -> None:
        async with self._subscribing:
            if slug in self.spaces or not self._channel:
                return  # somebody came meanwhile
            async with asyncio.timeout(SUBSCRIBE_LIMIT):
                await get_channel_layer().group_discard(broadcast.group_of(slug), self._channel)

    async def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] == control.MESSAGE_TYPE:
            await self._hear_relay(control.from_message(message))
            return
        if message["type"] == "person.signed_out":
            await self._hear_signed_out(message)
            return
        local = self.spaces.get(message["space"])
        if local is None:
            return
        match message["type"]:
            case "space.events":
                await self._hear_events(local, message)
            case "space.levels":
                local.hear_levels(message["levels"])
            case "space.reactions":
                local.tally.update(message["tally"])
            case "space.seat":
                await self._hear_seat(local, message)

    async def _hear_events(self, local: LocalSpace, message: dict[str, Any]) -> None:
        local.hear_stage(message["seq"], message["stage"])
        everybody, hosts = Frame(message["everybody"]), Frame(message["hosts"])
        variants = dict.fromkeys(message["hosting"], hosts)
        variants |= {key: Frame(text) for key, text in message["personal"].items()}
        await self._write(
            (line, variants.get(line.person, everybody) if line.person else everybody)
            for line in list(local.lines)
        )
        for key, farewell in message["bye"].items():
            if line := local.by_person.get(key):
                await self.bye(local.slug, line, farewell)
        if farewell := message["bye_everybody"]:
            for line in list(local.lines):
                await self.bye(local.slug, line, farewell)

    async def _hear_signed_out(self, message: Mapping[str, Any]) -> None:
        for local in list(self.spaces.values()):
            line = local.by_person.get(message["person"])
            if line is not None and line.mandate.ends_with(message["session"], message["proof"]):
                await self.sign_out(local.slug, line)

    async def sign_out(self, slug: str, line: Line) -> None:
        """The page acts for somebody whose session is over; its sound goes with it."""
        await self.bye(slug, line, {"code": "signed_out"})
        await control.send_to_relay(control.Hangup(line.peer))

    async def _hear_seat(self, local: LocalSpace, seat: dict[str, Any]) -> None:
        """The person is in by another socket now, here or on another process."""
        line = local.by_person.get(seat["person"])
        if line is not None and (line.came_at, line.id) < (seat["at"], seat["line"]):
            await self._take_over(local, line, seat["peer"])

    async def _take_over(self, local: LocalSpace, line: Line, peer: str) -> None:
        """`line` gives way to another page, whose sound is `peer`: a copied tab has the same."""
        await self.bye(local.slug, line, {"code": "taken_over"})
        if line.peer != peer:
            await control.send_to_relay(control.Hangup(line.peer))

    async def _hear_relay(self, message: control.Message) -> None:
        if isinstance(message, control.RelayUp):
            await self.hear_epoch(message.epoch)
            return
        if not isinstance(message, control.Offer | control.RelayRefused | control.PeerState):
            return
        line = self.peers.get(message.tab)
        if line is None or str(line.attempt) != message.attempt:
            return  # of an attempt that was given up
        if isinstance(message, control.PeerState) and message.reason == "replaced":
            # By a copy of the tab on another process: this page's own attempts have other names.
            local = next(local for local in self.spaces.values() if line in local.lines)
            await self._take_over(local, line, line.peer)
            return
        await line.write(Frame(encode(_of_relay(message, line.attempt))))

    async def _write(self, frames: Iterable[tuple[Line, Frame]]) -> None:
        waited = 0
        for line, frame in frames:
            if not line.write_now(frame):
                await line.send(frame)
                waited += 1
                if not waited % SLICE:
                    await asyncio.sleep(0)

    async def _pulse_forever(self) -> None:
        """A fixed beat: a late one is not made up for."""
        while True:
            await asyncio.sleep(PULSE_EVERY)
            for local in list(self.spaces.values()):
                if local.taps:
                    self.spawn(broadcast.reactions(local.slug, dict(local.taps)))
                    local.unsaved += local.taps
                    local.taps.clear()
                if frame := local.pulse():
                    await self.tell(local.slug, frame)

    async def _vouch_forever(self) -> None:
        """Tell the relay whose pages are here: whoever only closes the socket is hung up by it, and
        a process that is killed need not say anything."""
        while True:
            await asyncio.sleep(VOUCH_EVERY)
            peers = tuple(self.peers)
            for start in range(0, max(1, len(peers)), VOUCH_SLICE):
                await control.send_to_relay(control.Vouch(peers[start : start + VOUCH_SLICE]))

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            log.warning("a task of the hub failed", exc_info=task.exception())


def _of_relay(
    message: control.Offer | control.RelayRefused | control.PeerState, attempt: str | int
) -> dict[str, Any]:
    match message:
        case control.Offer():
            return {"t": "audio_offer", "attempt": attempt, "sdp": message.sdp}
        case control.RelayRefused():
            return {"t": "audio_refused", "attempt": attempt, "code": message.code}
        case control.PeerState():
            reason = {"reason": message.reason} if message.reason else {}
            return {"t": "audio_state", "attempt": attempt, "state": message.state, **reason}
