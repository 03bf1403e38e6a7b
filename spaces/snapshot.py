"""What one person sees on arrival: the whole state of a Space, from which events go on.

The page and the socket both start here, and `apply(snapshot, events) == a fresh snapshot` for
everybody. Times are Unix milliseconds.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.db.models import Count, QuerySet, Sum

from accounts.models import Follow, User
from media.models import RelayLease
from spaces.models import Attendance, Invitation, Participant, Space, SpeakRequest, Timer
from spaces.rules.continuity import ends_at
from spaces.rules.events import TimerKind
from spaces.rules.lifecycle import OVER
from spaces.rules.policy import Policy, WhoCanSpeak
from spaces.rules.roles import HOSTING, ON_STAGE, Role

Message: TypeAlias = dict[str, Any]


def snapshot(*, space: Space, viewer: User | None, now: datetime) -> Message:
    """The frame `{"t": "snapshot"}` as `viewer` (None: a visitor) is sent it."""
    key = viewer.key if viewer else None
    return snapshots(space=space, viewers=[key], now=now)[key]


def snapshots(
    *, space: Space, viewers: Collection[str | None], now: datetime
) -> dict[str | None, Message]:
    """The same for several viewers at once, by their keys; None stands for all visitors."""
    stage = list(Participant.objects.filter(space=space).on_stage().select_related("person"))
    shared = _shared(space, stage, now)
    hosting = {seat.person.key for seat in stage if seat.role in HOSTING}
    queue = hands(space, with_cards=not hosting.isdisjoint(viewers))
    invitations = list(_invitations(space))
    plain = {**shared, "hands": [_without_card(hand) for hand in queue], "invited": [], "removed": []}
    full = {**shared, "hands": queue, "invited": [invited(row) for row in invitations]}
    barred = _removals(space) if not hosting.isdisjoint(viewers) else []
    mine = {row.person.key: invitation(row) for row in invitations}
    followed = followed_by_host(space, viewers) if is_by_follows(shared) else set()
    return {
        key: as_seen_by(
            key, {**full, "removed": removals(barred, key)} if key in hosting else plain, now,
            invitation=mine.get(key or ""), is_followed=key in followed,
        )
        for key in viewers
    }  # fmt: skip


def as_seen_by(
    viewer: str | None,
    shared: Message,
    now: datetime,
    *,
    invitation: Message | None = None,
    is_followed: bool = False,
) -> Message:
    """One person's snapshot out of what everybody sees alike, or out of another's."""
    space = {**shared["space"], "now_ms": unix_ms(now)}
    policy = Policy(WhoCanSpeak(space["who_can_speak"]), space["requests_locked"])
    me = {
        "person": viewer,
        "role": role_of(viewer, shared["stage"]),
        "may_take_place": policy.lets_take_place(is_followed=is_followed),
        "invitation": invitation,
    }
    return {**shared, "space": space, "me": me}


def is_by_follows(shared: Message) -> bool:
    """Whether who takes a place without asking depends on whom the host follows."""
    return bool(shared) and shared["space"]["who_can_speak"] == WhoCanSpeak.FOLLOWED


def followed_by_host(space: Space, people: Collection[str | None] | None = None) -> set[str | None]:
    """Keys of whom the acting host follows: of these people, or (None) of all who are here."""
    rows = Follow.objects.filter(follower=space.acting_host_id)
    if people is None:
        here = Participant.objects.filter(space=space).present()
        rows = rows.filter(followed__in=here.values("person"))
    else:
        rows = rows.filter(followed__key__in=[key for key in people if key])
    return set(rows.values_list("followed__key", flat=True))


def _without_card(hand: Message) -> Message:
    return {key: value for key, value in hand.items() if key != "card"}


def _shared(space: Space, stage: list[Participant], now: datetime) -> Message:
    """What everybody sees alike, but for the queue."""
    return {
        "t": "snapshot",
        "seq": space.seq,
        "epoch": relay_epoch(now),
        "space": {
            "slug": space.slug,
            **details(space),
            "state": space.state,
            "started_ms": unix_ms(space.started_at),
            "who_can_speak": space.who_can_speak,
            "requests_locked": space.requests_locked,
            **_hosting(space, stage),
        },
        "stage": [member(seat) for seat in stage],
        "count": listeners(space, stage, now),
        "audience_version": space.audience_version,
    }


def role_of(viewer: str | None, stage: Iterable[Message]) -> Role:
    """Whoever is signed in and not on stage listens."""
    if viewer is None:
        return Role.VISITOR
    return next((Role(seat["role"]) for seat in stage if seat["person"] == viewer), Role.LISTENER)


def member(seat: Participant) -> Message:
    """One place on stage."""
    person = seat.person
    return {
        "person": person.key,
        "handle": person.handle,
        "name": person.name,
        "picture": person.picture_url,
        "role": seat.role,
        "succession": seat.succession,
        "muted": seat.is_muted,
        "present": seat.is_present,
    }


def hands(space: Space, *, with_cards: bool) -> list[Message]:
    """The queue; hosts see a card with each hand."""
    waiting = list(SpeakRequest.objects.filter(space=space).select_related("person"))
    told = cards(space, waiting) if with_cards else {}
    return [hand(request, told.get(request.person_id)) for request in waiting]


def hand(request: SpeakRequest, card: Message | None) -> Message:
    plain: Message = {"person": request.person.key, "since_ms": unix_ms(request.raised_at)}
    return {**plain, "card": card} if card else plain


def cards(space: Space, waiting: Collection[SpeakRequest]) -> dict[int, Message]:
    """By the person's number: who asks, why, whether they follow the acting host, and how many
    earlier Spaces of this host they were in. Three queries for the whole queue."""
    people = [request.person_id for request in waiting]
    if not people:
        return {}
    following = set(
        Follow.objects.filter(follower__in=people, followed=space.acting_host_id).values_list(
            "follower_id", flat=True
        )
    )
    followed = set(
        Follow.objects.filter(followed__in=people, follower=space.acting_host_id).values_list(
            "followed_id", flat=True
        )
    )
    past = dict(
        Participant.objects.filter(person__in=people, space__host=space.host_id)
        .filter(space__state__in=OVER)
        .values_list("person")
        .annotate(Count("pk"))
    )
    return {
        request.person_id: {
            "handle": request.person.handle,
            "name": request.person.name,
            "picture": request.person.picture_url,
            "reason": request.reason,
            "follows_you": request.person_id in following,
            "you_follow": request.person_id in followed,
            "past_spaces": past.get(request.person_id, 0),
        }
        for request in waiting
    }


def _hosting(space: Space, stage: Iterable[Participant]) -> Message:
    """Who hosts now, until when a lost host is waited for, and when the Space ends by itself."""
    hosts = {
        seat.person_id: seat.person.key for seat in stage if seat.role in HOSTING
    }
    is_acting = any(
        seat.person_id == space.acting_host_id and seat.role == Role.COHOST for seat in stage
    )
    rows = Timer.objects.filter(space=space).values_list("kind", "due_at")
    timers = {TimerKind(kind): due for kind, due in rows}
    return {
        "host": {"person": hosts.get(space.acting_host_id), "acting": is_acting},
        "host_lost_until_ms": unix_ms(timers.get(TimerKind.HOST_LOST)),
        "ends_at_ms": unix_ms(ends_at(timers)),
    }


def _removals(space: Space) -> list[Participant]:
    rows = Participant.objects.filter(space=space).removed()
    return list(rows.select_related("person", "removed_by").order_by("removed_at", "pk"))


def removed_people(space: Space, viewer: str | None) -> list[Message]:
    """Who is barred, for a host; in the order in which they were removed."""
    return removals(_removals(space), viewer)


def removals(rows: Iterable[Participant], viewer: str | None) -> list[Message]:
    return [removed(row, viewer) for row in rows]


def removed(row: Participant, viewer: str | None) -> Message:
    """One removal as a host sees it; `mine` says whether it is the viewer's, who may undo it."""
    return {
        "person": row.person.key,
        "name": row.person.name,
        "handle": row.person.handle,
        "reason": row.removed_reason,
        "mine": row.removed_by is not None and row.removed_by.key == viewer,
    }


def details(space: Space) -> Message:
    """What the Space says of itself; topics as staff named them, the same for everybody."""
    return {
        "title": space.title,
        "description": space.description,
        "topics": list(space.topics.values("slug", "name")),
        "language": space.language,
    }


def _invitations(space: Space) -> QuerySet[Invitation]:
    rows = Invitation.objects.filter(space=space).select_related("person", "by")
    return rows.order_by("pk")


def invited_people(space: Space) -> list[Message]:
    """Who is invited and has not answered, for hosts; in the order in which they were."""
    return [invited(row) for row in _invitations(space)]


def invited(row: Invitation) -> Message:
    """One open invitation as hosts see it."""
    card = {
        "handle": row.person.handle,
        "name": row.person.name,
        "picture": row.person.picture_url,
    }
    return {"person": row.person.key, **invitation(row), "card": card}


def invitation(row: Invitation) -> Message:
    """One open invitation as the person who is invited sees it."""
    return {"role": row.role, "by": named(row.by)}


def named(person: User) -> Message:
    return {"name": person.name, "handle": person.handle}


def listeners(space: Space, stage: Iterable[Participant], now: datetime) -> int:
    """How many listen: every page of a living process, less the people on stage."""
    total = Attendance.objects.filter(space=space).alive(now).aggregate(
        people=Sum("people", default=0), visitors=Sum("visitors", default=0)
    )
    on_stage = sum(1 for seat in stage if seat.is_present)
    return int(max(0, total["people"] - on_stage) + total["visitors"])


def relay_epoch(now: datetime) -> str | None:
    """Which relay is alive, or None; a new epoch means that pages connect again."""
    lease = RelayLease.objects.alive(now).order_by("-started_at").first()
    return lease.epoch if lease else None


def unix_ms(moment: datetime | None) -> int | None:
    return int(moment.timestamp() * 1000) if moment else None


@dataclass(frozen=True)
class Facts:
    """What the rows say of one Space now, against which a process checks what it has heard."""

    space: Space
    count: int


def facts(spaces: Collection[int], now: datetime) -> dict[str, Facts]:
    """By slug, for all Spaces with these numbers; three queries however many there are."""
    people, visitors = _attendance(spaces, now)
    on_stage = dict(
        Participant.objects.filter(space__in=spaces, role__in=ON_STAGE)
        .present()
        .values_list("space")
        .annotate(Count("pk"))
    )
    return {
        space.slug: Facts(
            space,
            max(0, people.get(space.pk, 0) - on_stage.get(space.pk, 0)) + visitors.get(space.pk, 0),
        )
        for space in Space.objects.filter(pk__in=spaces)
    }


def _attendance(spaces: Collection[int], now: datetime) -> tuple[dict[int, int], dict[int, int]]:
    rows = (
        Attendance.objects.filter(space__in=spaces)
        .alive(now)
        .values_list("space")
        .annotate(Sum("people"), Sum("visitors"))
    )
    table = list(rows)
    return {row[0]: row[1] for row in table}, {row[0]: row[2] for row in table}
