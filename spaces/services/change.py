"""One change to one live Space: facts under the lock, then rows, then the announcement."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import assert_never

from django.db import transaction
from django.db.models import Exists, Max, Q

from accounts.models import Follow, User
from spaces import broadcast
from spaces.models import Invitation, Participant, Space, SpeakRequest, Timer, Topic
from spaces.rules import continuity
from spaces.rules import events as e
from spaces.rules.cohosts import succession_after
from spaces.rules.lifecycle import State, step
from spaces.rules.policy import WhoCanSpeak
from spaces.rules.roles import Refused, Role
from spaces.rules.stage import Seat


class Change:
    """What a service works with inside the transaction. Made by `change`."""

    def __init__(self, space: Space, now: datetime) -> None:
        self.space = space
        self.now = now
        self._people: dict[str, User] = {}

    def actor(self, person: User) -> Seat:
        """The seat of who asks. Refused("removed") when they were barred meanwhile."""
        seat = self.seat(person)
        if seat.is_removed:
            raise Refused("removed")
        return seat

    def seat(self, person: User) -> Seat:
        """The seat of somebody; whoever has no row yet listens."""
        self._people[person.key] = person
        hands = SpeakRequest.objects.filter(space=self.space, person=person)
        row = (
            Participant.objects.filter(space=self.space, person=person)
            .select_related("removed_by")
            .annotate(has_hand_up=Exists(hands))
            .first()
        )
        invitation = Invitation.objects.filter(space=self.space, person=person).first()
        invited_as = Role(invitation.role) if invitation else None
        if row is None:
            return Seat(
                person.key, Role.LISTENER, is_present=False, has_hand_up=hands.exists(),
                invited_as=invited_as,
            )  # fmt: skip
        return Seat(
            person.key,
            Role(row.role),
            is_muted=row.is_muted,
            is_present=row.is_present,
            has_hand_up=row.has_hand_up,
            is_removed=row.removed_at is not None,
            removed_by=row.removed_by.key if row.removed_by else "",
            invited_as=invited_as,
            is_acting=row.role == Role.COHOST and person.pk == self.space.acting_host_id,
        )

    def other(self, key: str) -> Seat:
        """The seat of somebody named by their key, who must be or have been in this Space."""
        hands = SpeakRequest.objects.filter(space=self.space)  # in the first second the only row
        is_known = Q(participations__space=self.space) | Q(pk__in=hands.values("person"))
        person = User.objects.filter(is_known, key=key).first()
        if person is None:
            raise Refused("not_here")
        return self.seat(person)

    def stage(self) -> list[Seat]:
        """Everybody on stage, in stage order."""
        rows = Participant.objects.filter(space=self.space).on_stage().select_related("person")
        return [self.seat(row.person) for row in rows]

    def waiting(self, most: int) -> list[Seat]:
        """The first of the queue, at most so many."""
        queue = SpeakRequest.objects.filter(space=self.space).select_related("person")
        return [self.seat(hand.person) for hand in queue.order_by("pk")[:most]]

    def _invited(self) -> list[Seat]:
        rows = Invitation.objects.filter(space=self.space).select_related("person")
        return [self.seat(row.person) for row in rows]

    def speakers(self) -> int:
        """How many of the speakers' places are taken."""
        return self._taken(Role.SPEAKER)

    def cohosts(self) -> int:
        """How many of the co-hosts' places are taken."""
        return self._taken(Role.COHOST)

    def order_of_cohosts(self) -> list[str]:
        """Their keys, in the order of succession."""
        rows = Participant.objects.filter(space=self.space).cohosts()
        return list(rows.values_list("person__key", flat=True))

    def is_let_on_stage(self, person: User) -> bool:
        """Whether `person` takes a place without asking, as a listener."""
        follows = Follow.objects.filter(follower=self.space.acting_host, followed=person)
        return self.space.policy.lets_take_place(is_followed=follows.exists())

    def _taken(self, role: Role) -> int:
        return Participant.objects.filter(space=self.space, role=role).count()

    def make(self, events: Sequence[e.Event], *, by: User | None = None) -> None:
        """Write what the rules answered and announce it after the commit; nothing for no events."""
        moves_stage = any(isinstance(event, _MOVES_STAGE) for event in events)
        succession = (
            succession_after(events, self.order_of_cohosts()) if moves_stage else []
        )
        told = self._written([*events, *succession], by)
        if moves_stage:
            told += self._settled()
        self._announce(told)

    def settle(self) -> None:
        """Take up what is due; what nothing follows from is announced to nobody."""
        self._announce(self._settled())

    def _settled(self) -> list[e.Event]:
        """What follows from who hosts and who is here now, written."""
        return self._written(continuity.settle(self._hosting(), self.now))

    def _announce(self, told: list[e.Event]) -> None:
        """With whom the host follows, where that decides who may speak and another hosts now."""
        is_new = any(isinstance(event, e.HostChanged) for event in told)
        if is_new and self.space.who_can_speak == WhoCanSpeak.FOLLOWED:
            told = [*told, e.PolicyChanged(self.space.policy)]
        broadcast.after_commit(self.space, told)

    def _written(self, events: Sequence[e.Event], by: User | None = None) -> list[e.Event]:
        told: list[e.Event] = []
        for event in events:
            if isinstance(event, e.Ended):  # which leaves no invitation open
                told += self._written(
                    [e.InvitationGone(seat.person, "withdrawn") for seat in self._invited()]
                )
            self._write(event, by)
            told.append(event)
            if isinstance(event, e.RoleChanged) and event.role is Role.HOST:
                told += self._written([e.HostChanged(event.person, is_acting=False)])
        return told

    def _hosting(self) -> continuity.Hosting:
        seats = Participant.objects.filter(space=self.space).select_related("person")
        host = seats.get(role=Role.HOST)
        heirs = [
            seat.person.key
            for seat in seats.cohosts().present()
            if not hosts_elsewhere(seat.person.key, self.space)
        ]
        timers = Timer.objects.filter(space=self.space).values_list("kind", "due_at")
        return continuity.Hosting(
            host=host.person.key,
            is_host_here=host.is_present,
            acting=self.space.acting_host.key,
            heirs=heirs,
            timers={e.TimerKind(kind): due for kind, due in timers},
        )

    def _write(self, event: e.Event, by: User | None) -> None:
        match event:
            case e.StageJoined(person, role):
                self._participant(person, role=role, is_muted=True, staged_at=self._end_of_stage())
            case e.StageLeft(person, "left"):
                self._participant(person, **_OFF_STAGE, left_at=self.now, process=None)
            case e.StageLeft(person):
                self._participant(person, **_OFF_STAGE)
            case e.RoleChanged(person, role):
                self._participant(person, role=role)
            case e.Succession(persons):
                self._succeed(persons)
            case e.Muted(person):
                self._participant(person, is_muted=True)
            case e.Unmuted(person):
                self._participant(person, is_muted=False)
            case e.PresenceChanged():
                pass  # services.presence wrote where their page is
            case e.HandRaised(person, reason):
                SpeakRequest.objects.create(
                    space=self.space, person=self._people[person], reason=reason,
                    raised_at=self.now,
                )  # fmt: skip
            case e.HandLowered(person):
                SpeakRequest.objects.filter(
                    space=self.space, person=self._people[person]
                ).delete()
            case e.Invited(person, role, host):
                Invitation.objects.create(
                    space=self.space, person=self._people[person], role=role,
                    by=self._people[host], invited_at=self.now,
                )  # fmt: skip
            case e.InvitationGone(person):
                Invitation.objects.filter(
                    space=self.space, person=self._people[person]
                ).delete()
            case e.UnmuteAsked():
                pass  # it is for them to do
            case e.PolicyChanged(policy):
                self.space.who_can_speak = policy.who_can_speak
                self.space.requests_locked = policy.requests_locked
                self.space.save(update_fields=["who_can_speak", "requests_locked"])
            case e.DetailsChanged():
                self._describe(event)
            case e.Removed(person, reason):
                self._participant(
                    person, removed_at=self.now, removed_by=by, removed_reason=reason, process=None
                )
            case e.RemovalUndone(person):
                self._participant(person, removed_at=None, removed_by=None, removed_reason="")
            case e.HostChanged(person):
                self.space.acting_host = User.objects.get(key=person)
                self.space.save(update_fields=["acting_host"])
            case e.TimerSet(kind, due):
                Timer.objects.update_or_create(
                    space=self.space, kind=kind, defaults={"due_at": due}
                )
            case e.TimerCleared(kind):
                Timer.objects.filter(space=self.space, kind=kind).delete()
            case e.HostLost() | e.HostBack() | e.Notice():
                pass  # the timers and who hosts say it
            case e.Ended():
                self._end()
            case _:
                assert_never(event)

    def _participant(self, person: str, **fields: object) -> None:
        """Change the row of somebody; who has none yet gets one."""
        who = {"space": self.space, "person": self._people[person]}
        if not Participant.objects.filter(**who).update(**fields):
            Participant.objects.create(**who, **{"joined_at": self.now, **fields})

    def _describe(self, details: e.DetailsChanged) -> None:
        space = self.space
        space.title, space.description = details.title, details.description
        space.language = details.language
        space.save(update_fields=["title", "description", "language"])
        space.topics.set(Topic.objects.filter(slug__in=details.topics))

    def _succeed(self, persons: Sequence[str]) -> None:
        seats = Participant.objects.filter(space=self.space)
        seats.exclude(succession=None).update(succession=None)
        for number, person in enumerate(persons, start=1):
            seats.filter(person__key=person).update(succession=number)

    def _end_of_stage(self) -> datetime:
        """A moment later than anybody's on stage: `on_stage` is in the order of the events, also
        when several come on at once or clocks of two machines differ."""
        newest = Participant.objects.filter(space=self.space).aggregate(Max("staged_at"))
        last: datetime | None = newest["staged_at__max"]
        return self.now if last is None or last < self.now else last + timedelta(microseconds=1)

    def _end(self) -> None:
        SpeakRequest.objects.filter(space=self.space).delete()
        Timer.objects.filter(space=self.space).delete()
        self.space.state = step(State(self.space.state), State.ENDED)
        self.space.ended_at = self.now
        self.space.save(update_fields=["state", "ended_at"])


def hosts_elsewhere(person: str, space: Space) -> bool:
    """Whether the person with that key hosts another live Space, or one where somebody acts for them."""
    others = Space.objects.live().exclude(pk=space.pk)
    return others.hosted_by(person).exists()


_MOVES_STAGE = (e.StageJoined, e.StageLeft, e.RoleChanged, e.PresenceChanged)
_OFF_STAGE: dict[str, object] = {"role": Role.LISTENER, "is_muted": True, "staged_at": None}


@contextmanager
def change(space: Space, now: datetime) -> Iterator[Change]:
    """Lock `space` for one change. Raises Refused("ended") unless it is live."""
    with transaction.atomic():
        # No join here: PostgreSQL looks again at a row it waited for, and one whose acting host was
        # changed meanwhile would no longer match the joined host, as if there were no such Space.
        locked = Space.objects.select_for_update().get(pk=space.pk)
        if not locked.is_live:
            raise Refused("ended")
        yield Change(locked, now)
