"""Inviting somebody in the Space to speak or to co-host, and their answer."""

from datetime import datetime

from accounts.models import User
from spaces.models import Space
from spaces.rules import invitations
from spaces.rules.roles import Role
from spaces.services.change import change


def invite(*, by: User, person: str, role: Role, space: Space, now: datetime) -> None:
    """Offer a place on stage. Refused("cohosts_full") beyond two co-hosts."""
    with change(space, now) as it:
        it.make(invitations.invite(it.actor(by), it.other(person), role, it.cohosts()))


def withdraw_invitation(*, by: User, person: str, space: Space, now: datetime) -> None:
    with change(space, now) as it:
        it.make(invitations.withdraw(it.actor(by), it.other(person)))


def accept_invitation(*, by: User, space: Space, now: datetime) -> None:
    """Come on stage, muted, if the place is still free; else the invitation stays."""
    with change(space, now) as it:
        seat = it.actor(by)
        it.make(invitations.accept(seat, speakers=it.speakers(), cohosts=it.cohosts()))


def decline_invitation(*, by: User, space: Space, now: datetime) -> None:
    with change(space, now) as it:
        it.make(invitations.decline(it.actor(by)))
