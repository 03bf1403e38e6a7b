"""The demo's live Space: there is one, with its two voices on stage, unless Inès hosts another."""

from datetime import datetime

from accounts.models import User
from config.demo.past import LIVE_DESCRIPTION, LIVE_TITLE
from config.demo.people import COHOST, HOST
from spaces.models import Participant, Space
from spaces.rules.events import StageJoined
from spaces.rules.roles import Role
from spaces.services.change import change
from spaces.services.lifecycle import start_space


def demo_space() -> Space | None:
    """The demo's Space while it is live."""
    return (
        Space.objects.live()
        .filter(host__handle=HOST, host__is_demo=True, title=LIVE_TITLE)
        .first()
    )


def start_demo_space(now: datetime) -> Space | None:
    """The demo's live Space, started if it must be.

    None when there is no host, or the host (whom anybody may sign in as) is busy with a Space of
    their own. Raises Refused as `start_space` does.
    """
    space = demo_space()
    if space is not None:
        return space
    people = {
        user.handle: user for user in User.objects.filter(is_demo=True, handle__in=(HOST, COHOST))
    }
    host = people.get(HOST)
    if host is None or Space.objects.live().filter(acting_host=host).exists():
        return None
    space = start_space(
        by=host, title=LIVE_TITLE, description=LIVE_DESCRIPTION, language="en", now=now
    )
    if COHOST in people:
        bring_on_stage(people[COHOST], space, now)
    return space


def bring_on_stage(cohost: User, space: Space, now: datetime) -> bool:
    """Give the co-host their place, unless they are on stage, or barred by whoever hosts."""
    with change(space, now) as it:
        seat = it.seat(cohost)
        if seat.role.is_on_stage or seat.is_removed:
            return False
        it.make([StageJoined(cohost.key, Role.COHOST)])
    Participant.objects.filter(space=space, person=cohost).update(left_at=None)
    return True
