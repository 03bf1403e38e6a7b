"""Every operation asked by every role over the real socket: allowed, or refused (PRODUCT.md 3)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from spaces.keeper import Keeper
from spaces.models import Topic
from spaces.protocol import OPERATIONS
from spaces.rules.policy import WhoCanSpeak
from spaces.rules.roles import Role
from spaces.services import continuity, hands, invitations, removal
from tests.builders import LiveSpace, add_listener, make_live_space
from tests.spaces.sockets import Page, in_rows

H, C, S, L, V = Role.HOST, Role.COHOST, Role.SPEAKER, Role.LISTENER, Role.VISITOR
EVERYBODY = {H, C, S, L, V}
NOT_THEIRS = {"not_allowed", "sign_in"}


class Cast:
    """A Space with one of each role, and somebody for each to act upon."""

    def __init__(self) -> None:
        now = timezone.now()
        Topic.objects.get_or_create(slug="music", defaults={"name": "Music"})
        self.live: LiveSpace = make_live_space(cohosts=1, speakers=2, listeners=1, now=now)
        space, host = self.live.space, self.live.host
        self.other = self.live.speakers[1]
        self.waiting = add_listener(space, now=now)
        hands.raise_hand(by=self.waiting, space=space, now=now)
        self.barred = add_listener(space, now=now)
        removal.remove(
            by=self.live.cohosts[0], person=self.barred.key, reason="Noise", space=space, now=now
        )
        self.guest = add_listener(space, now=now)
        invitations.invite(
            by=host, person=self.live.listeners[0].key, role=S, space=space, now=now
        )
        hands.set_who_can_speak(by=host, value=WhoCanSpeak.EVERYONE, space=space, now=now)
        self.invited = self.live.listeners[0]
        self.people: dict[Role, User | None] = {
            H: host,
            C: self.live.cohosts[0],
            S: self.live.speakers[0],
            L: self.live.listeners[0],
            V: None,
        }
        self.live.send_away()


def nobody(cast: Cast) -> dict[str, Any]:
    return {}


def person(name: str, **more: Any) -> Callable[[Cast], dict[str, Any]]:
    return lambda cast: {"person": getattr(cast, name).key, **more}


# operation: (who may, what with it is sent)
CELLS: dict[str, tuple[set[Role], Callable[[Cast], dict[str, Any]]]] = {
    "join": (EVERYBODY, lambda cast: {"tab": "the-tab-of-this-test"}),
    "snapshot": (EVERYBODY, nobody),
    "leave": ({C, S, L, V}, nobody),  # the host is asked who goes on: choose_successor
    "react": ({H, C, S, L}, lambda cast: {"emoji": "👏"}),
    "raise_hand": ({L}, nobody),
    "lower_hand": ({L}, nobody),
    "accept": ({H, C}, person("waiting")),
    "accept_all": ({H, C}, nobody),
    "take_place": ({L}, nobody),
    "lock_requests": ({H, C}, nobody),
    "unlock_requests": ({H, C}, nobody),
    "set_who_can_speak": ({H, C}, lambda cast: {"value": "followed"}),
    "invite": ({H, C}, person("guest", role="speaker")),
    "withdraw_invitation": ({H, C}, person("invited")),
    "accept_invitation": ({S, L}, nobody),
    "decline_invitation": ({S, L}, nobody),
    "remove_cohost": ({H}, lambda cast: {"person": cast.live.cohosts[0].key}),
    "order_cohosts": ({H}, lambda cast: {"persons": [cast.live.cohosts[0].key]}),
    "deny": ({H, C}, person("waiting")),
    "step_down": ({C, S}, nobody),
    "mute": ({H, C, S}, nobody),
    "unmute": ({H, C, S}, nobody),
    "mute_person": ({H, C}, person("other")),
    "mute_all": ({H, C}, nobody),
    "ask_unmute": ({H, C}, person("other")),
    "move_down": ({H, C}, person("other")),
    "remove": ({H, C}, person("other", reason="Noise")),
    "undo_remove": ({H, C}, person("barred")),
    "edit": ({H, C}, lambda cast: {"title": "Another", "topics": ["music"]}),
    "end": ({H}, nobody),
    "audio_connect": (EVERYBODY, lambda cast: {"attempt": 1}),
    "audio_answer": (EVERYBODY, lambda cast: {"attempt": 1, "sdp": "v=0"}),
    "audio_hangup": (EVERYBODY, nobody),
}
# The host may, and is asked something first.
ASKED = {("leave", H): "choose_successor", ("step_down", H): "choose_successor"}


def test_every_operation_of_the_protocol_has_a_row() -> None:
    assert set(CELLS) == set(OPERATIONS)


@pytest.mark.parametrize("operation", CELLS)
async def test_an_operation_is_done_for_who_may_and_refused_to_who_may_not(
    web: Keeper, operation: str
) -> None:
    """All five roles in one Space, the least first, so that who is refused meets it unchanged. The
    first who may is answered ok; for the next there may be nothing left to do, but never a no by
    their role."""
    may, fields = CELLS[operation]
    cast = await in_rows(Cast)()
    opened = {role: Page(cast.live.space, who) for role, who in cast.people.items()}
    for page in opened.values():
        assert (await page.join())["ok"]
    was_done = False
    for role in (V, L, S, C, H):
        reply = await opened[role].say(operation, **fields(cast))
        if role not in may:
            expected = {ASKED[operation, role]} if (operation, role) in ASKED else NOT_THEIRS
            assert reply.get("refused") in expected, (role, reply)
        elif was_done:
            assert reply.get("refused") not in NOT_THEIRS, (role, reply)
        else:
            assert reply.get("ok"), (role, reply)
            was_done = True
    assert was_done
    if operation != "end":
        for page in opened.values():
            await page.gone()


@pytest.mark.parametrize("operation", ["mute_person", "ask_unmute", "move_down", "remove"])
async def test_a_cohost_has_no_power_over_the_host(web: Keeper, operation: str) -> None:
    cast = await in_rows(Cast)()
    page = Page(cast.live.space, cast.people[C])
    await page.join()
    fields = {"reason": "Noise"} if operation == "remove" else {}
    reply = await page.say(operation, person=cast.live.host.key, **fields)
    assert reply["refused"] == "not_allowed"
    await page.gone()


async def test_only_the_host_invites_cohosts_and_takes_that_back(web: Keeper) -> None:
    cast = await in_rows(Cast)()
    cohost, host = Page(cast.live.space, cast.people[C]), Page(cast.live.space, cast.people[H])
    await cohost.join()
    await host.join()
    asked = {"person": cast.other.key, "role": "cohost"}
    assert (await cohost.say("invite", **asked))["refused"] == "not_allowed"
    assert (await host.say("invite", **asked))["ok"]
    reply = await cohost.say("withdraw_invitation", person=cast.other.key)
    assert reply["refused"] == "not_allowed"
    assert (await host.say("withdraw_invitation", person=cast.other.key))["ok"]
    await cohost.gone()
    await host.gone()


async def test_a_cohost_who_acts_for_the_host_ends_the_space(web: Keeper) -> None:
    cast = await in_rows(Cast)()
    host, cohost = Page(cast.live.space, cast.people[H]), Page(cast.live.space, cast.people[C])
    await host.join()
    await cohost.join()
    assert (await cohost.say("end"))["refused"] == "not_allowed"
    await host.gone()
    await cohost.until(lambda frame: told(frame, "host_lost"))
    later = timezone.now() + timedelta(seconds=61)
    await in_rows(continuity.take_up)(now=later)
    changed = await cohost.until(lambda frame: told(frame, "host_changed"))
    assert told(changed, "host_changed") == {
        "type": "host_changed", "person": cast.people[C].key, "acting": True
    }
    for operation, fields in (
        ("mute_person", {}), ("move_down", {}), ("remove", {"reason": "Noise"}),
    ):  # fmt: skip
        reply = await cohost.say(operation, person=cast.live.host.key, **fields)
        assert reply["refused"] == "not_allowed", operation
    assert (await cohost.say("end"))["ok"]


def told(frame: dict[str, Any], kind: str) -> dict[str, Any] | None:
    events = frame.get("events", [])
    return next((event for event in events if event["type"] == kind), None)


async def test_nobody_acts_upon_people_of_another_space(web: Keeper) -> None:
    cast = await in_rows(Cast)()
    stranger = (await in_rows(make_live_space)(speakers=1, now=timezone.now())).speakers[0]
    page = Page(cast.live.space, cast.live.host)
    await page.join()
    for operation in (
        "accept", "deny", "mute_person", "move_down", "undo_remove", "ask_unmute",
        "withdraw_invitation",
    ):
        reply = await page.say(operation, person=stranger.key)
        assert reply["refused"] == "not_here", operation
    assert (await page.say("leave", successor=stranger.key))["refused"] == "not_here"
    await page.gone()
