"""Invitations to come on stage: a host offers a place, the person says yes or no."""

from spaces.rules.events import Event, InvitationGone, Invited, RoleChanged
from spaces.rules.roles import Action, Refused, Role, require
from spaces.rules.stage import COHOST_PLACES, Seat, come_on, require_speakers_place


def invite(by: Seat, guest: Seat, role: Role, cohosts: int) -> list[Event]:
    """Offer a place as speaker or, the host only, as co-host; `cohosts` is how many there are.

    A full stage does not hinder an invitation to speak: a place may be free when it is answered.
    """
    _require_power(by, role)
    if guest.is_removed:
        raise Refused("not_here")
    if guest.role.is_hosting or guest.role is role:
        raise Refused("already_on_stage")
    if guest.invited_as:
        raise Refused("already_invited")
    if role is Role.COHOST:
        _require_cohosts_place(cohosts)
    return [Invited(guest.person, role, by.person)]


def withdraw(by: Seat, guest: Seat) -> list[Event]:
    require(by.role, Action.INVITE)
    _require_power(by, _invited_as(guest))
    return [InvitationGone(guest.person, "withdrawn")]


def accept(seat: Seat, *, speakers: int, cohosts: int) -> list[Event]:
    """Come on stage, muted. Refused and still invited while every such place is taken."""
    require(seat.role, Action.ANSWER_INVITATION)
    role = _invited_as(seat)
    if role is Role.COHOST:
        _require_cohosts_place(cohosts)
    else:
        require_speakers_place(speakers)
    if seat.role.is_on_stage:
        return [InvitationGone(seat.person, "accepted"), RoleChanged(seat.person, role)]
    return come_on(seat, role)


def decline(seat: Seat) -> list[Event]:
    require(seat.role, Action.ANSWER_INVITATION)
    _invited_as(seat)
    return [InvitationGone(seat.person, "declined")]


def _invited_as(seat: Seat) -> Role:
    if seat.invited_as is None:
        raise Refused("no_invitation")
    return seat.invited_as


def _require_power(by: Seat, role: Role) -> None:
    require(by.role, Action.APPOINT_COHOST if role is Role.COHOST else Action.INVITE)


def _require_cohosts_place(cohosts: int) -> None:
    if cohosts >= COHOST_PLACES:
        raise Refused("cohosts_full")
