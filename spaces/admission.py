"""The one gate: page, socket, audio, and later the stream and the replay all ask here.

It is also a door: an add-on appends its own rule in its `ready()`. A rule takes the person (None: a
visitor) and the Space, and answers with a refusal code, or "" to let them pass. Ours come first.
"""

from collections.abc import Callable
from typing import TypeAlias

from accounts.models import User
from spaces.models import Participant, Space
from spaces.rules.roles import Refused

Rule: TypeAlias = Callable[[User | None, Space], str]


def must_be_live(person: User | None, space: Space) -> str:
    return "" if space.is_live else "ended"


def must_be_active(person: User | None, space: Space) -> str:
    return "suspended" if person is not None and not person.is_in_good_standing else ""


def must_not_be_removed(person: User | None, space: Space) -> str:
    if person is None:
        return ""
    return "removed" if Participant.objects.filter(space=space, person=person).removed().exists() else ""


rules: list[Rule] = [must_be_live, must_be_active, must_not_be_removed]


def refusal(person: User | None, space: Space) -> str:
    """The code of the first rule that says no, or ""."""
    return next((code for rule in rules if (code := rule(person, space))), "")


def admit(person: User | None, space: Space) -> None:
    """Raise Refused unless `person` may be in `space` now."""
    if code := refusal(person, space):
        raise Refused(code)

