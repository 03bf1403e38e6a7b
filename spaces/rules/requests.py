"""Changing who may come on stage how, while the Space is live."""

from dataclasses import replace

from spaces.rules.events import Event, PolicyChanged
from spaces.rules.policy import Policy, WhoCanSpeak
from spaces.rules.roles import Action, require
from spaces.rules.stage import Seat


def lock_requests(by: Seat, policy: Policy, *, locked: bool) -> list[Event]:
    """No more hands can be raised, or they can again. Hands that are up stay up."""
    require(by.role, Action.LOCK_REQUESTS)
    return _changed(policy, replace(policy, requests_locked=locked))


def set_who_can_speak(by: Seat, policy: Policy, value: WhoCanSpeak) -> list[Event]:
    """Who takes a free place without asking from now on. Who is on stage stays there."""
    require(by.role, Action.SET_WHO_CAN_SPEAK)
    return _changed(policy, replace(policy, who_can_speak=value))


def _changed(before: Policy, after: Policy) -> list[Event]:
    return [] if after == before else [PolicyChanged(after)]
