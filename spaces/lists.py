"""What lists of Spaces and of people show, each in a fixed number of queries however long it is."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q

from accounts.models import Follow, User
from spaces import snapshot
from spaces.models import Participant, Space
from spaces.rules.lifecycle import SHOWN

LIVE_SHOWN = 50
ENDED_SHOWN = 12
SUGGESTED = 5
AUDIENCE_SHOWN = 100  # on one page
QUERY_LIMIT = 50  # characters


def live_spaces(viewer: User | None, now: datetime) -> list[Space]:
    """Live Spaces as cards: with `.count` (of listeners), `.faces` (people on stage, in order) and
    `.is_followed` (somebody on stage is followed by `viewer`). Those come first, then the fullest."""
    spaces = list(Space.objects.live().visible_to(viewer).with_faces()[:LIVE_SHOWN])
    with_stage(spaces)
    counts = snapshot.facts([space.pk for space in spaces], now)
    followed = followed_by(viewer, {person.pk for space in spaces for person in space.faces})
    for space in spaces:
        space.count = counts[space.slug].count if space.slug in counts else 0
        space.is_followed = any(person.pk in followed for person in space.faces)
    spaces.sort(key=lambda space: (not space.is_followed, -space.count, space.pk))
    return spaces


def ended_spaces(viewer: User | None) -> list[Space]:
    """The newest that are over, with `.faces` and `.duration`."""
    spaces = list(
        Space.objects.over().visible_to(viewer).with_faces().order_by("-ended_at")[:ENDED_SHOWN]
    )
    with_stage(spaces)
    for space in spaces:
        space.duration = duration(space)
    return spaces


def with_stage(spaces: Collection[Space]) -> None:
    """Give each Space `.faces`: who is, or was at the end, on its stage."""
    faces: dict[int, list[User]] = defaultdict(list)
    seats = Participant.objects.filter(space__in=spaces).on_stage().select_related("person")
    for seat in seats:
        faces[seat.space_id].append(seat.person)
    for space in spaces:
        space.faces = faces[space.pk]


def duration(space: Space) -> timedelta:
    if space.started_at is None or space.ended_at is None:
        return timedelta()
    lasted = space.ended_at - space.started_at
    return timedelta(seconds=round(lasted.total_seconds()))


def audience(space: Space, query: str = "", number: str | int = 1) -> Page[User]:
    """One page of the listeners who are signed in, connected, and not hidden; by arrival. `query`
    is part of a name or handle; a page that does not exist is the nearest one."""
    seats = Participant.objects.filter(space=space).in_audience().select_related("person")
    if query := query.strip().removeprefix("@")[:QUERY_LIMIT]:
        seats = seats.filter(
            Q(person__name__icontains=query) | Q(person__handle__icontains=query)
        )
    pages: Paginator[Any] = Paginator(seats.order_by("joined_at", "pk"), AUDIENCE_SHOWN)
    page = pages.get_page(number)
    return Page([seat.person for seat in page.object_list], page.number, pages)


def followed_by(viewer: User | None, people: Collection[int]) -> set[int]:
    """Which of these people `viewer` follows, by number."""
    if viewer is None or not people:
        return set()
    rows = Follow.objects.filter(follower=viewer, followed__in=people)
    return set(rows.values_list("followed_id", flat=True))


def people_to_follow(viewer: User | None) -> list[User]:
    """Hosts whom `viewer` does not follow yet, the most followed first, with `.followers`."""
    people = User.objects.active().filter(spaces__state__in=SHOWN).distinct()
    if viewer is not None:
        followed = Follow.objects.filter(follower=viewer).values("followed")
        people = people.exclude(pk=viewer.pk).exclude(pk__in=followed)
    hosts = list(people.values_list("pk", flat=True)[:200])
    ranked = User.objects.filter(pk__in=hosts).annotate(followers=Count("follower_rows"))
    return list(ranked.order_by("-followers", "pk")[:SUGGESTED])
