"""The only place that sends to groups, and always after the commit.

What goes out is a hint that makes things quick: the rows are the truth, pages notice a gap in the
numbers, every process compares its numbers with the rows, and the relay reads the rows itself.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from asgiref.sync import async_to_sync
from django.db import transaction

from media import control, layer
from spaces.models import Space
from spaces.rules import events as e
from spaces.telling import tell
from spaces.wishes import wished_stage

SIGNING_OUT = "people.signing-out"  # every web process hears it
SEND_LIMIT = 1.0  # s; a layer that is away must not hold whoever asked

# What changes the list of listeners, which pages fetch when its version has risen.
_MOVES_AUDIENCE = (e.StageJoined, e.StageLeft, e.Removed)
# What says nothing about who may be heard, so that the relay need not be told.
_SILENT = (
    e.HandRaised, e.HandLowered, e.PresenceChanged, e.Invited, e.InvitationGone, e.UnmuteAsked,
    e.PolicyChanged, e.Succession, e.DetailsChanged, e.HostLost, e.HostBack, e.HostChanged,
    e.Notice, e.TimerSet, e.TimerCleared,
)  # fmt: skip

log = logging.getLogger(__name__)


def group_of(slug: str) -> str:
    """The group of every process with somebody in this Space."""
    return f"space.{slug}"


def process_group(process: str) -> str:
    """The group of one web process: what the relay answers to its tabs."""
    return f"process.{process}"


def after_commit(space: Space, events: Sequence[e.Event]) -> None:
    """Number `events`, in the transaction that wrote their rows, and announce them after it.

    One call per transaction: one commit has one number and makes one frame.
    """
    if not events:
        return
    space.seq += 1
    space.audience_version += any(isinstance(event, _MOVES_AUDIENCE) for event in events)
    space.save(update_fields=["seq", "audience_version"])
    _tell_relay(space, events)  # first: who is removed must not be heard 100 ms later
    message = tell(space, events).as_message(space)
    transaction.on_commit(partial(send_now, group_of(space.slug), message))


def opened(space: Space) -> None:
    """A Space went live: the relay opens its AudioRoom."""
    wish = control.Wish(wished_stage(space))
    transaction.on_commit(partial(control.send_to_relay_now, wish))


def _tell_relay(space: Space, events: Sequence[e.Event]) -> None:
    """The whole wished stage, if it may be another one now; or that the Space is over."""
    if any(isinstance(event, e.Ended) for event in events):
        transaction.on_commit(partial(control.send_to_relay_now, control.Gone(space.slug)))
    elif not all(isinstance(event, _SILENT) for event in events):
        wish = control.Wish(wished_stage(space))
        transaction.on_commit(partial(control.send_to_relay_now, wish))


def send_now(group: str, message: Mapping[str, Any]) -> None:
    """Publish from plain code; it has left this process when the call returns."""
    async_to_sync(send)(group, message)


async def send(group: str, message: Mapping[str, Any]) -> None:
    """Publish to a group. A layer that is away is logged and otherwise ignored."""
    try:
        await layer.publish(group, message, within=SEND_LIMIT)
    except Exception as error:  # Redis away, socket missing, time-out: all the same to the caller
        log.warning("no channel layer: %s not sent (%s)", message["type"], type(error).__name__)


def signed_out(*, person: str, session: str = "", proof: str = "") -> None:
    """The session so marked is over, and every one whose proof is another than this (spaces.mandate)."""
    news = {"person": person, "session": session, "proof": proof}
    send_now(SIGNING_OUT, {"type": "person.signed_out", **news})


async def levels(space: str, levels: Mapping[str, int]) -> None:
    """How loud each voice is (0-9), as the relay hears it; the whole picture, for the next pulse."""
    await send(group_of(space), {"type": "space.levels", "space": space, "levels": dict(levels)})


async def reactions(space: str, tally: Mapping[str, int]) -> None:
    """What one process counted since its last pulse."""
    await send(group_of(space), {"type": "space.reactions", "space": space, "tally": dict(tally)})


async def seat_taken(space: str, person: str, line: str, peer: str, at: float) -> None:
    """`person` is in by the socket called `line` since `at` (Unix s): their sockets that came before
    say good-bye. Of two that come at once on two processes, one stays; `peer` is its sound."""
    seat = {"space": space, "person": person, "line": line, "peer": peer, "at": at}
    await send(group_of(space), {"type": "space.seat", **seat})
