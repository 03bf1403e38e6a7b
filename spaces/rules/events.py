"""What happened in a Space: a closed set of typed facts, persons named by their public key.

One commit makes one list of them under one sequence number. spaces.telling turns them into what
each audience is sent.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from spaces.rules.policy import Policy
from spaces.rules.roles import Role

WhyLeft: TypeAlias = Literal["stepped_down", "moved_down", "left", "removed"]
WhyLowered: TypeAlias = Literal["lowered", "accepted", "denied", "left", "removed"]
WhyInvitationGone: TypeAlias = Literal["accepted", "declined", "withdrawn"]
WhyEnded: TypeAlias = Literal["host_ended", "no_host", "too_long", "staff"]
NoticeCode: TypeAlias = Literal["no_host", "goes_on", "too_long"]


class TimerKind(StrEnum):
    """What a live Space waits for; each has at most one due time."""

    START_GRACE = "start_grace"  # the host has not come yet
    HOST_LOST = "host_lost"  # the host's page is lost
    NO_HOST = "no_host"  # nobody who hosts is here
    CLOSING = "closing"  # the warning before the longest time is over
    LONGEST = "longest"


@dataclass(frozen=True)
class StageJoined:
    """`person` has a place on stage, muted: nobody comes on with an open microphone."""

    person: str
    role: Role


@dataclass(frozen=True)
class StageLeft:
    person: str
    why: WhyLeft


@dataclass(frozen=True)
class RoleChanged:
    """`person` stays on stage with another role."""

    person: str
    role: Role


@dataclass(frozen=True)
class Succession:
    """All co-hosts in the order in which they go on when the host is gone."""

    persons: tuple[str, ...]


@dataclass(frozen=True)
class Muted:
    person: str
    by: Literal["self", "host"]


@dataclass(frozen=True)
class Unmuted:
    person: str


@dataclass(frozen=True)
class PresenceChanged:
    """Whether the page of somebody on stage is connected. The place is kept while it is not."""

    person: str
    is_present: bool


@dataclass(frozen=True)
class HandRaised:
    person: str
    reason: str


@dataclass(frozen=True)
class HandLowered:
    person: str
    why: WhyLowered


@dataclass(frozen=True)
class Invited:
    """`person` may come on stage as `role` by saying yes. Told to hosts and to the person only."""

    person: str
    role: Role
    by: str  # key of the host


@dataclass(frozen=True)
class InvitationGone:
    person: str
    why: WhyInvitationGone


@dataclass(frozen=True)
class UnmuteAsked:
    """A host would like to hear `person`, who alone can open the microphone. Told to them only."""

    person: str
    by: str  # key of the host


@dataclass(frozen=True)
class PolicyChanged:
    """Who may take a place without asking, or whether hands can be raised, is another now."""

    policy: Policy


@dataclass(frozen=True)
class DetailsChanged:
    """What the Space says of itself, whole; topics by their slugs."""

    title: str
    description: str
    topics: tuple[str, ...]
    language: str


@dataclass(frozen=True)
class Removed:
    """Barred from this Space. Told to hosts and to the person only."""

    person: str
    reason: str


@dataclass(frozen=True)
class RemovalUndone:
    """May come back, as a listener. Nothing that a page shows changes by it."""

    person: str


@dataclass(frozen=True)
class HostLost:
    """The host's page is lost; until then nobody takes their place."""

    until: datetime


@dataclass(frozen=True)
class HostBack:
    pass


@dataclass(frozen=True)
class HostChanged:
    """`person` hosts from now on: as host, or as a co-host who acts for one who is gone."""

    person: str
    is_acting: bool


@dataclass(frozen=True)
class Notice:
    """The Space will end by itself at `at`, or (None) it will not."""

    code: NoticeCode
    at: datetime | None


@dataclass(frozen=True)
class TimerSet:
    """The Space waits for something. Told by the events that go with it."""

    kind: TimerKind
    due: datetime


@dataclass(frozen=True)
class TimerCleared:
    kind: TimerKind


@dataclass(frozen=True)
class Ended:
    why: WhyEnded
    by: str


Event: TypeAlias = (
    StageJoined
    | StageLeft
    | RoleChanged
    | Succession
    | Muted
    | Unmuted
    | PresenceChanged
    | HandRaised
    | HandLowered
    | Invited
    | InvitationGone
    | UnmuteAsked
    | PolicyChanged
    | DetailsChanged
    | Removed
    | RemovalUndone
    | HostLost
    | HostBack
    | HostChanged
    | Notice
    | TimerSet
    | TimerCleared
    | Ended
)
