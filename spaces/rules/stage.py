"""The rules of the stage: each takes the few facts it needs and answers with what follows, or refuses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from spaces.rules.events import (
    Ended,
    Event,
    HandLowered,
    HandRaised,
    InvitationGone,
    Muted,
    PresenceChanged,
    RemovalUndone,
    Removed,
    RoleChanged,
    StageJoined,
    StageLeft,
    UnmuteAsked,
    Unmuted,
    WhyInvitationGone,
)
from spaces.rules.policy import DEFAULTS, Policy
from spaces.rules.roles import Action, Refused, Role, may, require

# PRODUCT.md section 2: 1 host + 2 co-hosts + 10 speakers.
COHOST_PLACES = 2
SPEAKER_PLACES = 10
PLACES = 1 + COHOST_PLACES + SPEAKER_PLACES

REASON_LIMIT = 140  # characters, of a hand and of a removal

WhyGone: TypeAlias = Literal["left", "removed"]


@dataclass(frozen=True)
class Seat:
    """A participant as the rules see them. `person` is their public key."""

    person: str
    role: Role
    is_muted: bool = True
    is_present: bool = True
    has_hand_up: bool = False
    is_removed: bool = False
    removed_by: str = ""  # key of who removed them
    invited_as: Role | None = None
    is_acting: bool = False  # a co-host who acts for the host


def raise_hand(seat: Seat, reason: str = "", policy: Policy = DEFAULTS) -> list[Event]:
    """Ask to speak. A hand that is up already stays where it is in the queue, also when locked."""
    require(seat.role, Action.RAISE_HAND)
    if seat.has_hand_up:
        return []
    if policy.requests_locked:
        raise Refused("requests_locked")
    return [HandRaised(seat.person, _short(reason))]


def lower_hand(seat: Seat) -> list[Event]:
    require(seat.role, Action.LOWER_HAND)
    return [HandLowered(seat.person, "lowered")] if seat.has_hand_up else []


def accept(by: Seat, guest: Seat, speakers: int) -> list[Event]:
    """Give a place on stage to somebody who asked; `speakers` is how many have one now."""
    require(by.role, Action.ACCEPT)
    _must_wait(guest)
    require_speakers_place(speakers)
    return come_on(guest, Role.SPEAKER)


def accept_all(by: Seat, waiting: Sequence[Seat], speakers: int) -> list[Event]:
    """Give the free places to who waits, first come first; the others wait on."""
    require(by.role, Action.ACCEPT_ALL)
    if not waiting:
        return []
    require_speakers_place(speakers)
    some = waiting[: SPEAKER_PLACES - speakers]
    return [event for guest in some for event in come_on(guest, Role.SPEAKER)]


def take_place(seat: Seat, *, is_let: bool, speakers: int) -> list[Event]:
    """Come on stage without asking; `is_let` says whether the Space's policy lets this listener."""
    require(seat.role, Action.TAKE_PLACE)
    if not is_let:
        raise Refused("may_not_take_place")
    require_speakers_place(speakers)
    return come_on(seat, Role.SPEAKER)


def come_on(guest: Seat, role: Role) -> list[Event]:
    """A listener gets a place as `role`: their hand goes down and what they were invited to is done.
    An invitation to co-host outlives becoming a speaker."""
    events: list[Event] = []
    if guest.has_hand_up:
        events.append(HandLowered(guest.person, "accepted"))
    if guest.invited_as in {role, Role.SPEAKER}:
        events.append(InvitationGone(guest.person, "accepted"))
    return [*events, StageJoined(guest.person, role)]


def require_speakers_place(speakers: int) -> None:
    """Raise Refused unless one of the ten speakers' places is free; `speakers` are taken."""
    if speakers >= SPEAKER_PLACES:
        raise Refused("stage_full")


def deny(by: Seat, guest: Seat) -> list[Event]:
    require(by.role, Action.DENY)
    _must_wait(guest)
    return [HandLowered(guest.person, "denied")]


def step_down(seat: Seat) -> list[Event]:
    """Back to the audience. The host goes by Leave, where somebody is chosen to go on."""
    require(seat.role, Action.STEP_DOWN)
    if seat.role is Role.HOST:
        raise Refused("choose_successor")
    return [StageLeft(seat.person, "stepped_down")]


def mute(seat: Seat) -> list[Event]:
    require(seat.role, Action.MUTE_SELF)
    return [] if seat.is_muted else [Muted(seat.person, "self")]


def unmute(seat: Seat) -> list[Event]:
    require(seat.role, Action.UNMUTE_SELF)
    return [Unmuted(seat.person)] if seat.is_muted else []


def mute_person(by: Seat, speaker: Seat) -> list[Event]:
    require(by.role, Action.MUTE_OTHER)
    _must_be_on_stage(speaker)
    require(by.role, Action.MUTE_OTHER, over=speaker.role)
    return [] if speaker.is_muted else [Muted(speaker.person, "host")]


def mute_all(by: Seat, stage: Sequence[Seat]) -> list[Event]:
    """Close the microphone of everybody on stage over whom `by` has power, but their own."""
    require(by.role, Action.MUTE_ALL)
    return [
        Muted(seat.person, "host")
        for seat in stage
        if not seat.is_muted and may(by.role, Action.MUTE_ALL, over=seat.role)
    ]


def ask_unmute(by: Seat, speaker: Seat) -> list[Event]:
    """Ask somebody on stage to open their microphone, which only they can do."""
    require(by.role, Action.ASK_UNMUTE)
    _must_be_on_stage(speaker)
    require(by.role, Action.ASK_UNMUTE, over=speaker.role)
    return [UnmuteAsked(speaker.person, by.person)] if speaker.is_muted else []


def move_down(by: Seat, speaker: Seat) -> list[Event]:
    require(by.role, Action.MOVE_DOWN)
    _must_be_on_stage(speaker)
    require(by.role, Action.MOVE_DOWN, over=speaker.role)
    return [StageLeft(speaker.person, "moved_down")]


def remove(by: Seat, person: Seat, reason: str) -> list[Event]:
    """Bar `person` from this Space; they are told `reason`."""
    require(by.role, Action.REMOVE)
    require(by.role, Action.REMOVE, over=person.role)
    if not reason.strip():
        raise Refused("reason_needed")
    reason = _short(reason)
    if person.is_removed:
        return []
    return [*_gone(person, "removed"), Removed(person.person, reason)]


def undo_remove(by: Seat, person: Seat) -> list[Event]:
    """Let somebody back in: the host anybody, a co-host whom they removed themselves."""
    require(by.role, Action.UNDO_REMOVE)
    if by.role is not Role.HOST and person.is_removed and person.removed_by != by.person:
        raise Refused("not_allowed")
    return [RemovalUndone(person.person)] if person.is_removed else []


def leave(seat: Seat, successor: Seat | None = None) -> list[Event]:
    """Go. A host names somebody on stage who is host for the rest, or ends the Space instead."""
    require(seat.role, Action.LEAVE)
    if seat.role is not Role.HOST:
        return _gone(seat, "left")
    if successor is None:
        raise Refused("choose_successor")
    if not successor.role.is_on_stage or successor.person == seat.person:
        raise Refused("not_on_stage")
    if not successor.is_present:
        raise Refused("successor_away")
    return [
        StageLeft(seat.person, "left"),
        *_uninvited(successor, "withdrawn"),
        RoleChanged(successor.person, Role.HOST),
    ]


def end(by: Seat) -> list[Event]:
    """End the Space for everyone: the host, or the co-host who acts for them."""
    if not by.is_acting:
        require(by.role, Action.END)
    return [Ended("host_ended", by.person)]


def arrive(seat: Seat) -> list[Event]:
    """The page of somebody connects, for the first time or again: their role as before, muted."""
    if not seat.role.is_on_stage:
        return []
    return [*_silenced(seat), *([] if seat.is_present else [PresenceChanged(seat.person, True)])]


def lose(seat: Seat) -> list[Event]:
    """The page of somebody is gone without a word: the place is kept, the microphone closed."""
    if not seat.role.is_on_stage or not seat.is_present:
        return []
    return [*_silenced(seat), PresenceChanged(seat.person, False)]


def _silenced(seat: Seat) -> list[Event]:
    return [] if seat.is_muted else [Muted(seat.person, "self")]


def _gone(seat: Seat, why: WhyGone) -> list[Event]:
    events: list[Event] = []
    if seat.has_hand_up:
        events.append(HandLowered(seat.person, why))
    events += _uninvited(seat, "withdrawn" if why == "removed" else "declined")
    if seat.role.is_on_stage:
        events.append(StageLeft(seat.person, why))
    return events


def _uninvited(seat: Seat, why: WhyInvitationGone) -> list[Event]:
    return [InvitationGone(seat.person, why)] if seat.invited_as else []


def _must_wait(guest: Seat) -> None:
    if guest.role.is_on_stage:
        raise Refused("already_on_stage")
    if not guest.has_hand_up:
        raise Refused("no_hand")


def _must_be_on_stage(speaker: Seat) -> None:
    if not speaker.role.is_on_stage:
        raise Refused("not_on_stage")


def _short(reason: str) -> str:
    reason = " ".join(reason.split())
    if len(reason) > REASON_LIMIT:
        raise Refused("text_too_long")
    return reason
