"""Raised hands: the queue of who would like to speak, and what hosts answer."""

from datetime import datetime

from accounts.models import User
from spaces.models import Space
from spaces.rules import requests, stage
from spaces.rules.policy import WhoCanSpeak
from spaces.services.change import change


def raise_hand(*, by: User, space: Space, reason: str = "", now: datetime) -> None:
    """Ask to speak, with at most 140 characters why. A second time changes nothing."""
    with change(space, now) as it:
        it.make(stage.raise_hand(it.actor(by), reason, it.space.policy))


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


def accept_all(*, by: User, space: Space, now: datetime) -> None:
    """Bring on stage who waits, in order, as many as fit."""
    with change(space, now) as it:
        waiting = it.waiting(stage.SPEAKER_PLACES)
        it.make(stage.accept_all(it.actor(by), waiting, it.speakers()))


def take_place(*, by: User, space: Space, now: datetime) -> None:
    """Come on stage without asking, where the Space's policy lets `by`."""
    with change(space, now) as it:
        is_let = it.is_let_on_stage(by)
        it.make(stage.take_place(it.actor(by), is_let=is_let, speakers=it.speakers()))


def lock_requests(*, by: User, space: Space, now: datetime) -> None:
    with change(space, now) as it:
        it.make(requests.lock_requests(it.actor(by), it.space.policy, locked=True))


def unlock_requests(*, by: User, space: Space, now: datetime) -> None:
    with change(space, now) as it:
        it.make(requests.lock_requests(it.actor(by), it.space.policy, locked=False))


def set_who_can_speak(*, by: User, value: WhoCanSpeak, space: Space, now: datetime) -> None:
    with change(space, now) as it:
        it.make(requests.set_who_can_speak(it.actor(by), it.space.policy, value))
