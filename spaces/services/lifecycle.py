"""Starting, leaving and ending a Space."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import Follow, User
from spaces import broadcast
from spaces.models import InstanceRules, Participant, Space, Timer
from spaces.rules import continuity, events, lifecycle, stage
from spaces.rules.hosting import Standing, standing
from spaces.rules.lifecycle import State
from spaces.rules.roles import Refused, Role
from spaces.services.change import change, hosts_elsewhere
from spaces.services.details import default_title


def standing_of(person: User) -> Standing:
    """Whether `person` may host, counted now from the rows of who follows them."""
    return standing(
        followers=Follow.objects.followers_of(person).count(),
        needed=InstanceRules.current().followers_to_host,
        is_exempt=person.may_host_anyway,
        is_protected=person.is_protected,
        is_active=person.is_in_good_standing,
    )


def start_space(
    *, by: User, title: str = "", description: str = "", language: str = "en", now: datetime
) -> Space:
    """Go live at once, as host, muted.

    Refused: a code of `Standing.reason`, text_too_long, or already_hosting.
    """
    with transaction.atomic():
        if reason := standing_of(by).reason:
            raise Refused(reason)
        if Space.objects.live().hosted_by(by.key).exists():
            raise Refused("already_hosting")
        space = Space(
            host=by,
            acting_host=by,
            title=lifecycle.title_or_default(title, default_title(by, language)),
            description=lifecycle.description(description),
            language=language,
            state=lifecycle.step(State.DRAFT, State.LIVE),
            seq=1,
            started_at=now,
        )
        try:
            with transaction.atomic():
                space.save()
        except IntegrityError as error:  # one_live_space_per_host
            raise Refused("already_hosting") from error
        Participant.objects.create(
            space=space, person=by, role=Role.HOST, staged_at=now, joined_at=now
        )
        Timer.objects.bulk_create(
            Timer(space=space, kind=kind, due_at=due)
            for kind, due in continuity.first_timers(now).items()
        )
        broadcast.opened(space)
    return space


def leave(*, by: User, space: Space, successor: str | None = None, now: datetime) -> None:
    """Go. The acting host names the key of somebody on stage, who is host for the rest."""
    with change(space, now) as it:
        next_host = it.other(successor) if successor else None
        seat = it.actor(by)
        happened = stage.leave(seat, next_host)
        if seat.role is Role.HOST and successor and hosts_elsewhere(successor, it.space):
            raise Refused("successor_hosts_elsewhere")
        it.make(happened)
        Participant.objects.filter(space=space, person=by).update(left_at=now, process=None)


def end_space(*, by: User, space: Space, now: datetime) -> None:
    """End it for everyone."""
    with change(space, now) as it:
        it.make(stage.end(it.actor(by)))


def end_by_staff(*, space: Space, now: datetime) -> None:
    """Staff end a Space from the admin, which has asked for their permission and keeps the log."""
    with change(space, now) as it:
        it.make([events.Ended("staff", "")])
