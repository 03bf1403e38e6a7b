"""The demo's live Space: there is one, with its two voices on stage, unless Inès hosts another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import User
from config.demo.past import LIVE_DESCRIPTION, LIVE_TITLE
from config.demo.people import COHOST, HOST
from spaces.models import Participant, Space, SpeakRequest
from spaces.rules.events import HandLowered, RemovalUndone, StageJoined
from spaces.rules.roles import Role
from spaces.rules.stage import COHOST_PLACES
from spaces.services.change import change
from spaces.services.lifecycle import start_space

SPEAKING = (HOST, COHOST)
SESSION_AGE = 24 * 3600  # s
ACCEPT_AFTER = timedelta(seconds=10)
"""A hand raised in the demo is taken by its host after so long: one person alone can try it all."""


@dataclass(frozen=True)
class Scene:
    """The demo Space as the voices need it. A voice without a place is not in `is_muted`."""

    slug: str
    is_muted: Mapping[str, bool]  # by handle
    waiting: tuple[str, ...] = ()  # keys of who has asked to speak for long enough


def demo_space() -> Space | None:
    """The demo's Space while it is live."""
    return (
        Space.objects.live()
        .filter(host__handle=HOST, host__is_demo=True, title=LIVE_TITLE)
        .first()
    )


def look(now: datetime) -> Scene | None:
    """Where the voices should be speaking, and who of them may; None while there is no Space."""
    space = demo_space()
    if space is None:
        return None
    seats = Participant.objects.on_stage().filter(space=space, person__handle__in=SPEAKING)
    asking = SpeakRequest.objects.filter(space=space, raised_at__lt=now - ACCEPT_AFTER)
    return Scene(
        space.slug,
        dict(seats.values_list("person__handle", "is_muted")),
        tuple(asking.order_by("pk").values_list("person__key", flat=True)),
    )


def start_demo_space(now: datetime) -> Space | None:
    """The demo's live Space, started if it must be.

    None when there is no host, or the host (whom anybody may sign in as) is busy with a Space of
    their own. Raises Refused as `start_space` does.
    """
    space = demo_space()
    if space is not None:
        return space
    people = _speaking()
    host = people.get(HOST)
    if host is None or Space.objects.live().filter(acting_host=host).exists():
        return None
    space = start_space(
        by=host, title=LIVE_TITLE, description=LIVE_DESCRIPTION, language="en", now=now
    )
    bring_back(now)
    return space


def bring_back(now: datetime) -> list[str]:
    """Give those voices their place that have none, removed or not; returns their handles.

    An invitation is for who is there, and the voices come only once they have a place: so this asks
    no rule. It is written and announced like any other change.
    """
    space = demo_space()
    if space is None:
        return []
    return [
        handle for handle, person in _speaking().items() if _bring_on_stage(person, space, now)
    ]


def _bring_on_stage(person: User, space: Space, now: datetime) -> bool:
    with change(space, now) as it:
        seat = it.seat(person)
        if seat.role.is_on_stage:
            return False
        undone = [RemovalUndone(person.key)] if seat.is_removed else []
        lowered = [HandLowered(person.key, "accepted")] if seat.has_hand_up else []
        role = Role.COHOST if it.cohosts() < COHOST_PLACES else Role.SPEAKER
        it.make([*undone, *lowered, StageJoined(person.key, role)])
    return True


def _speaking() -> dict[str, User]:
    return {
        user.handle: user for user in User.objects.filter(is_demo=True, handle__in=SPEAKING)
    }


def sign_in(handle: str) -> dict[str, str]:
    """Cookies of a new session of a demo person. They have no password: this writes the session."""
    person = User.objects.get(handle=handle, is_demo=True)
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.set_expiry(SESSION_AGE)
    session.create()
    return {settings.SESSION_COOKIE_NAME: str(session.session_key)}


def sign_out(cookies: Mapping[str, str]) -> None:
    """End a session made by `sign_in`."""
    SessionStore(cookies[settings.SESSION_COOKIE_NAME]).delete()
