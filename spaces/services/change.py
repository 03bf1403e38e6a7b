"""One change to one live Space: facts under the lock, then rows, then the announcement."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import assert_never

from django.db import transaction
from django.db.models import Exists, Q

from accounts.models import User
from spaces import broadcast
from spaces.models import Participant, Space, SpeakRequest
from spaces.rules import events as e
from spaces.rules.lifecycle import State, step
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
        if row is None:
            return Seat(person.key, Role.LISTENER, is_present=False, has_hand_up=hands.exists())
        return Seat(
            person.key,
            Role(row.role),
            is_muted=row.is_muted,
            is_present=row.is_present,
            has_hand_up=row.has_hand_up,
            is_removed=row.removed_at is not None,
            removed_by=row.removed_by.key if row.removed_by else "",
        )

    def other(self, key: str) -> Seat:
        """The seat of somebody named by their key, who must be or have been in this Space."""
        hands = SpeakRequest.objects.filter(space=self.space)  # in the first second the only row
        is_known = Q(participations__space=self.space) | Q(pk__in=hands.values("person"))
        person = User.objects.filter(is_known, key=key).first()
        if person is None:
            raise Refused("not_here")
        return self.seat(person)

    def speakers(self) -> int:
        """How many of the speakers' places are taken."""
        return Participant.objects.filter(space=self.space, role=Role.SPEAKER).count()

    def make(self, events: Sequence[e.Event], *, by: User | None = None) -> None:
        """Write what the rules answered and announce it after the commit; nothing for no events."""
        for event in events:
            self._write(event, by)
        broadcast.after_commit(self.space, events)

    def _write(self, event: e.Event, by: User | None) -> None:
        match event:
            case e.StageJoined(person, role):
                self._participant(person, role=role, is_muted=True, staged_at=self.now)
            case e.StageLeft(person, "left"):
                self._participant(person, **_OFF_STAGE, left_at=self.now, process=None)
            case e.StageLeft(person):
                self._participant(person, **_OFF_STAGE)
            case e.RoleChanged(person, role):
                self._participant(person, role=role)
                if role is Role.HOST:
                    self.space.acting_host = self._people[person]
                    self.space.save(update_fields=["acting_host"])
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
            case e.Removed(person, reason):
                self._participant(
                    person, removed_at=self.now, removed_by=by, removed_reason=reason, process=None
                )
            case e.RemovalUndone(person):
                self._participant(person, removed_at=None, removed_by=None, removed_reason="")
            case e.Ended():
                self._end()
            case _:
                assert_never(event)

    def _participant(self, person: str, **fields: object) -> None:
        """Change the row of somebody; who has none yet gets one."""
        who = {"space": self.space, "person": self._people[person]}
        if not Participant.objects.filter(**who).update(**fields):
            Participant.objects.create(**who, **{"joined_at": self.now, **fields})

    def _end(self) -> None:
        SpeakRequest.objects.filter(space=self.space).delete()
        self.space.state = step(State(self.space.state), State.ENDED)
        self.space.ended_at = self.now
        self.space.save(update_fields=["state", "ended_at"])


_OFF_STAGE: dict[str, object] = {"role": Role.LISTENER, "is_muted": True, "staged_at": None}


@contextmanager
def change(space: Space, now: datetime) -> Iterator[Change]:
    """Lock `space` for one change. Raises Refused("ended") unless it is live."""
    with transaction.atomic():
        locked = (
            Space.objects.select_for_update(of=("self",)).select_related("acting_host")
        ).get(pk=space.pk)
        if not locked.is_live:
            raise Refused("ended")
        yield Change(locked, now)
