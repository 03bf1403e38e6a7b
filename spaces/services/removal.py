"""Removing somebody from a Space, and taking it back."""

from datetime import datetime

from accounts.models import User
from spaces.models import Space
from spaces.rules import stage
from spaces.services.change import change


def remove(*, by: User, person: str, reason: str, space: Space, now: datetime) -> None:
    """Out at once, on every path and device, and barred from this Space; they are told `reason`."""
    with change(space, now) as it:
        it.make(stage.remove(it.actor(by), it.other(person), reason), by=by)


def undo_remove(*, by: User, person: str, space: Space, now: datetime) -> None:
    with change(space, now) as it:
        it.make(stage.undo_remove(it.actor(by), it.other(person)))
