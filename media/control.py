"""Messages between the web processes and the relay, over the Channels layer.

To the relay, group `relay`: Wish, Gone, Connect, Answer, Hangup, Vouch.
From the relay, to the group named by `Connect.reply_to`: Offer, RelayRefused, PeerState; to the group
`relay.news`, which every web process may join: RelayUp.

Nothing rests on these messages alone: the relay reads the wished stages from the rows every 2 s, the
web knows a dead relay by its lease, and a page repeats its attempt after 3 s and is answered the same.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

from asgiref.sync import async_to_sync

from media import layer
from media.stage import WishedStage

RELAY_GROUP = "relay"
NEWS_GROUP = "relay.news"
MESSAGE_TYPE = "relay.message"  # Channels calls a consumer's method `relay_message`

MAX_SDP = 16 * 1024
"""Bytes of a session description. 480 KiB once held the loop for 265 ms (RELIABILITY.md 5)."""

SEND_LIMIT = 1.0
"""s; a layer that is away must not hold whoever wants to say something."""

State = Literal["connected", "closed"]
Attempt = str | int
"""The page's name for one try to connect; it comes back as it was."""

log = logging.getLogger(__name__)
_noted_at = float("-inf")


class BadMessage(ValueError):
    """Not one of these messages: unknown kind, a field missing, unknown or of the wrong type."""


@dataclass(frozen=True)
class Wish:
    """The stage of one Space as it should be now."""

    kind: ClassVar[str] = "wish"
    stage: WishedStage


@dataclass(frozen=True)
class Gone:
    """The Space ended: its AudioRoom closes and its peers are hung up."""

    kind: ClassVar[str] = "gone"
    space: str


@dataclass(frozen=True)
class Connect:
    """A tab wants sound. `person` is None for a visitor, `may_speak` offers the microphone's way too.

    One tab has one peer: a new attempt replaces the one before, the same attempt is answered the same.
    """

    kind: ClassVar[str] = "connect"
    space: str
    tab: str
    person: str | None
    may_speak: bool
    attempt: Attempt
    reply_to: str
    origin: str = ""
    """Of a visitor: a mark of the address, so that one machine does not take everybody's places."""


@dataclass(frozen=True)
class Answer:
    """The page's answer to the offer of that attempt."""

    kind: ClassVar[str] = "answer"
    tab: str
    attempt: Attempt
    sdp: str


@dataclass(frozen=True)
class Hangup:
    """The tab wants no sound any more, or must not have it."""

    kind: ClassVar[str] = "hangup"
    tab: str


@dataclass(frozen=True)
class Vouch:
    """Pages of these tabs are connected. Each web process says so of its own every 5 s, also when it
    has none; a tab that nobody vouches for within 30 s is hung up."""

    kind: ClassVar[str] = "vouch"
    tabs: tuple[str, ...]


@dataclass(frozen=True)
class Offer:
    kind: ClassVar[str] = "offer"
    tab: str
    attempt: Attempt
    sdp: str


@dataclass(frozen=True)
class RelayRefused:
    """`code`: no_space, barred, bad_sdp, too_many (of this person), busy (the relay is full)."""

    kind: ClassVar[str] = "refused"
    tab: str
    attempt: Attempt
    code: str


@dataclass(frozen=True)
class PeerState:
    """`reason` of closed: timeout, failed, lost, left, replaced, barred, ended, too_many, stopping,
    unattended (its page is gone)."""

    kind: ClassVar[str] = "peer_state"
    tab: str
    attempt: Attempt
    state: State
    reason: str = ""


@dataclass(frozen=True)
class RelayUp:
    """A relay has started; whoever hears it asks its pages to connect again."""

    kind: ClassVar[str] = "relay_up"
    epoch: str


ToRelay = Wish | Gone | Connect | Answer | Hangup | Vouch
FromRelay = Offer | RelayRefused | PeerState | RelayUp
Message = ToRelay | FromRelay

_KINDS: dict[str, type[Any]] = {
    message.kind: message
    for message in (
        Wish, Gone, Connect, Answer, Hangup, Vouch,
        Offer, RelayRefused, PeerState, RelayUp,
    )
}  # fmt: skip
_TYPES: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "str | None": (str, type(None)),
    "bool": bool,
    "Attempt": (str, int),
    "State": str,
}


def as_message(message: Message) -> dict[str, Any]:
    """The layer's form: JSON-able, with Channels' `type` and our `kind`."""
    content = {field.name: _plain(getattr(message, field.name)) for field in fields(message)}
    return {"type": MESSAGE_TYPE, "kind": message.kind, **content}


def from_message(content: Mapping[str, Any]) -> Message:
    """The message that `as_message` wrote; raises BadMessage (or stage.BadStage, a ValueError too)."""
    cls = _KINDS.get(str(content.get("kind")))
    if cls is None:
        raise BadMessage("kind")
    wanted = {field.name: field for field in fields(cls)}
    if set(content) - {"type", "kind"} != set(wanted):
        raise BadMessage(f"{cls.kind}: fields")
    message: Message = cls(
        **{name: _typed(content[name], str(field.type)) for name, field in wanted.items()}
    )
    return message


def _plain(value: Any) -> Any:
    if isinstance(value, WishedStage):
        return value.as_message()
    return list(value) if isinstance(value, tuple) else value


def _typed(value: Any, annotation: str) -> Any:
    if annotation == "WishedStage":
        if not isinstance(value, Mapping):
            raise BadMessage("stage")
        return WishedStage.from_message(value)
    if annotation == "tuple[str, ...]":
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise BadMessage("tabs")
        return tuple(value)
    if not isinstance(value, _TYPES[annotation]):
        raise BadMessage(annotation)
    return value


async def send_to_relay(message: ToRelay) -> bool:
    """Publish to the relay; False when the layer is away (the rows will tell the relay within 2 s)."""
    return await send(RELAY_GROUP, message)


def send_to_relay_now(message: ToRelay) -> bool:
    """The sync twin, for services after their commit: the message has left when this returns."""
    return async_to_sync(send_to_relay)(message)


async def send(group: str, message: Message, *, within: float = SEND_LIMIT) -> bool:
    """Publish one message to a group within so many seconds; False when the layer is away."""
    try:
        await layer.publish(group, as_message(message), within=within)
    except Exception as error:  # Redis away, socket missing, time-out: all the same to the caller
        _note_silence(type(error).__name__)
        return False
    return True


def _note_silence(why: str) -> None:
    """One line in 5 s, however many messages are lost."""
    global _noted_at
    now = time.monotonic()
    if now - _noted_at > 5:
        _noted_at = now
        log.warning("no channel layer: messages are lost (%s)", why)
