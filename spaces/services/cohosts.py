"""What only the host does with co-hosts; they are made by invitation (services.invitations)."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from spaces.models import Space
from spaces.rules import cohosts
from spaces.services.change import change


def remove_cohost(*, by: User, person: str, space: Space, now: datetime) -> None:
    """Make a co-host a speaker. Refused("stage_full") while there is no speaker's place."""
    with change(space, now) as it:
        it.make(cohosts.remove_cohost(it.actor(by), it.other(person), it.speakers()))


def order_cohosts(*, by: User, persons: Sequence[str], space: Space, now: datetime) -> None:
    """Decide who goes on first when the host is gone; `persons` are the keys of all co-hosts."""
    with change(space, now) as it:
        it.make(cohosts.order_cohosts(it.actor(by), persons, it.order_of_cohosts()))
