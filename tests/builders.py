"""People and live Spaces for tests, made the way the site makes them: through the services."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from accounts.models import Follow, User
from spaces.models import Participant, Space, WebProcess
from spaces.rules.roles import Role
from spaces.services import hands, invitations, lifecycle, presence

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
"""The moment of every test that does not need another."""

PROCESS = "testprocess"
"""The web process that holds everybody's page."""

_numbers = count(1)


def make_person(handle: str = "", **fields: object) -> User:
    """A new person; without a password, so use `client.force_login`."""
    handle = handle or f"person{next(_numbers)}"
    return User.objects.create_user(handle, **{"email": f"{handle}@example.org", **fields})


def make_followers(person: User, number: int, *, suspended: int = 0) -> None:
    """`number` new accounts follow `person`; the first `suspended` of them are suspended."""
    first = next(_numbers)
    fans = User.objects.bulk_create(
        User(
            handle=f"fan{first}_{i}",
            name=f"Fan {i}",
            password="!",
            suspended_at=NOW if i < suspended else None,
        )
        for i in range(number)
    )
    Follow.objects.bulk_create(Follow(follower=fan, followed=person) for fan in fans)


@dataclass
class LiveSpace:
    """A live Space and who is in it."""

    space: Space
    host: User
    cohosts: list[User] = field(default_factory=list)
    speakers: list[User] = field(default_factory=list)
    listeners: list[User] = field(default_factory=list)

    def send_away(self) -> "LiveSpace":
        """Everybody's page is gone; they keep their roles, and hands stay up."""
        Participant.objects.filter(space=self.space).update(process=None)
        WebProcess.objects.all().delete()
        return self

    def fresh(self) -> Space:
        return Space.objects.select_related("host", "acting_host").get(pk=self.space.pk)


def make_live_space(
    *,
    host: User | None = None,
    cohosts: int = 0,
    speakers: int = 0,
    listeners: int = 0,
    title: str = "",
    now: datetime = NOW,
) -> LiveSpace:
    """A live Space with that many people in it, everybody present and muted."""
    host = host or make_person(may_host_anyway=True)
    space = lifecycle.start_space(by=host, title=title, now=now)
    made = LiveSpace(space, host)
    arrive(space, host, now=now)
    for _i in range(speakers):
        made.speakers.append(add_speaker(space, host, now=now))
    for _i in range(cohosts):
        made.cohosts.append(add_cohost(space, host, now=now))
    for _i in range(listeners):
        made.listeners.append(add_listener(space, now=now))
    made.space = made.fresh()
    return made


def add_listener(space: Space, person: User | None = None, *, now: datetime = NOW) -> User:
    person = person or make_person()
    arrive(space, person, now=now)
    return person


def add_speaker(
    space: Space, host: User, person: User | None = None, *, now: datetime = NOW
) -> User:
    person = add_listener(space, person, now=now)
    hands.raise_hand(by=person, space=space, now=now)
    hands.accept(by=host, person=person.key, space=space, now=now)
    return person


def add_cohost(space: Space, host: User, *, now: datetime = NOW) -> User:
    person = add_listener(space, now=now)
    invitations.invite(by=host, person=person.key, role=Role.COHOST, space=space, now=now)
    invitations.accept_invitation(by=person, space=space, now=now)
    return person


def arrive(
    space: Space, person: User, *, process: str = PROCESS, tab: str = "", now: datetime = NOW
) -> Role:
    """The page of `person` connects and its row is settled."""
    make_process(process, now=now)
    tab = tab or f"tab-of-{person.handle}-0000"
    role = presence.join(
        by=person, space=space, process=process, tab=tab, take_over=False, now=now
    )
    if not role.is_on_stage:
        gathered = presence.Gathered(arrivals=[presence.Arrival(space.pk, person.pk, tab)])
        presence.settle(process=process, gathered=gathered, now=now)
    return role


def make_process(process: str = PROCESS, *, now: datetime = NOW) -> WebProcess:
    made, _is_new = WebProcess.objects.get_or_create(
        pk=process, defaults={"started_at": now, "seen_at": now}
    )
    return made
