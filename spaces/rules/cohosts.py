"""Co-hosts: there are two at most, in an order of succession that the host decides."""

from collections.abc import Sequence

from spaces.rules.events import Event, RoleChanged, StageJoined, StageLeft, Succession
from spaces.rules.roles import Action, Refused, Role, require
from spaces.rules.stage import Seat, require_speakers_place


def remove_cohost(by: Seat, cohost: Seat, speakers: int) -> list[Event]:
    """Back to speaker, if a speaker's place is free."""
    require(by.role, Action.APPOINT_COHOST)
    if cohost.role is not Role.COHOST:
        raise Refused("not_cohost")
    require_speakers_place(speakers)
    return [RoleChanged(cohost.person, Role.SPEAKER)]


def order_cohosts(by: Seat, persons: Sequence[str], cohosts: Sequence[str]) -> list[Event]:
    """Put the co-hosts, all of them, in that order; `cohosts` is the order now."""
    require(by.role, Action.APPOINT_COHOST)
    if sorted(persons) != sorted(cohosts):
        raise Refused("not_cohost")
    return [] if list(persons) == list(cohosts) else [Succession(tuple(persons))]


def succession_after(events: Sequence[Event], cohosts: Sequence[str]) -> list[Event]:
    """The new order, if `events` change who is a co-host; whoever becomes one is last."""
    order = list(cohosts)
    for event in events:
        match event:
            case StageJoined(person, role) | RoleChanged(person, role):
                order = [one for one in order if one != person]
                order += [person] if role is Role.COHOST else []
            case StageLeft(person):
                order = [one for one in order if one != person]
    return [] if order == list(cohosts) else [Succession(tuple(order))]
