"""Raised hands: the queue of who would like to speak, and what hosts answer."""

from datetime import datetime

from accounts.models import User
from spaces.models import Space
from spaces.rules import stage
from spaces.services.change import change


def raise_hand(*, by: User, space: Space, reason: str = "", now: datetime) -> None:
    """Ask to speak, with at most 140 characters why. A second time changes nothing."""
    with change(space, now) as it:
        it.make(stage.raise_hand(it.actor(by), reason))


def lower_hand(*, by: User, space: Space, now: datetime) -> None:
    with change(space, now) as it:
        it.make(stage.lower_hand(it.actor(by)))


def accept(*, by: User, person: str, space: Space, now: datetime) -> None:
    """Bring the person with that key on stage, muted. Refused("stage_full") beyond ten speakers."""
    with change(space, now) as it:
        it.make(stage.accept(it.actor(by), it.other(person), it.speakers()))


def deny(*, by: User, person: str, space: Space, now: datetime) -> None:
    with change(space, now) as it:
        it.make(stage.deny(it.actor(by), it.other(person)))
