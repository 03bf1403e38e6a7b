"""On stage: microphones, going down, being moved down."""

from datetime import datetime

from accounts.models import User
from spaces.models import Space
from spaces.rules import stage
from spaces.services.change import change


def mute(*, by: User, space: Space, now: datetime) -> None:
    with change(space, now) as it:
        it.make(stage.mute(it.actor(by)))


def unmute(*, by: User, space: Space, now: datetime) -> None:
    """Open one's own microphone. There is no way to open another's."""
    with change(space, now) as it:
        it.make(stage.unmute(it.actor(by)))


def mute_person(*, by: User, person: str, space: Space, now: datetime) -> None:
    with change(space, now) as it:
        it.make(stage.mute_person(it.actor(by), it.other(person)))


def mute_all(*, by: User, space: Space, now: datetime) -> None:
    """Close every microphone that `by` has power over, in one commit."""
    with change(space, now) as it:
        it.make(stage.mute_all(it.actor(by), it.stage()))


def ask_unmute(*, by: User, person: str, space: Space, now: datetime) -> None:
    with change(space, now) as it:
        it.make(stage.ask_unmute(it.actor(by), it.other(person)))


def step_down(*, by: User, space: Space, now: datetime) -> None:
    with change(space, now) as it:
        it.make(stage.step_down(it.actor(by)))


def move_down(*, by: User, person: str, space: Space, now: datetime) -> None:
    with change(space, now) as it:
        it.make(stage.move_down(it.actor(by), it.other(person)))
