"""What Spaces add to a person's profile, through the door of accounts."""

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from spaces.access import live_space_of
from spaces.services.lifecycle import standing_of


def standing_for_profile(person: User, viewer: User | None) -> Mapping[str, Any] | None:
    """How far one is from hosting: on one's own profile, while it takes more followers."""
    if viewer is None or viewer.pk != person.pk:
        return None
    standing = standing_of(person)
    return None if standing.may_host else {"hosting": standing}


def live_for_profile(person: User, viewer: User | None) -> Mapping[str, Any] | None:
    """The Space that the person hosts now."""
    space = live_space_of(person)
    return {"space": space} if space else None
