"""A door: what the apps above show on a person's profile.

`accounts` draws the profile and knows nothing of Spaces. An upper app adds its parts in its
`ready()`; each is asked once a page, may make one query, and answers None when it has nothing
to show:

    parts.profile_parts.append(
        ProfilePart("standing", "accounts/_standing.html", standing_for_profile)
    )
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import User

Gather = Callable[[User, User | None], Mapping[str, Any] | None]
"""(whose profile, who looks or None) → what the template finds as `part.context`, or None."""


@dataclass(frozen=True)
class ProfilePart:
    """A section under the profile's header, in the order of registration."""

    name: str
    template: str
    gather: Gather


@dataclass(frozen=True)
class GatheredPart:
    """A part that has something to show on this page."""

    name: str
    template: str
    context: Mapping[str, Any]


profile_parts: list[ProfilePart] = []


def gather(person: User, viewer: User | None) -> list[GatheredPart]:
    """The parts of `person`'s profile as `viewer` sees it."""
    gathered = []
    for part in profile_parts:
        context = part.gather(person, viewer)
        if context is not None:
            gathered.append(GatheredPart(part.name, part.template, context))
    return gathered
