"""Following and no longer following."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import Follow, User
from accounts.refusals import Refused


def follow(*, by: User, person: User, now: datetime) -> None:
    """`by` follows `person`; twice is harmless.

    Raises Refused("follow_oneself") and Refused("not_active") for either side suspended or
    deactivated.
    """
    if by.pk == person.pk:
        raise Refused("follow_oneself")
    if not (by.is_in_good_standing and person.is_in_good_standing):
        raise Refused("not_active")
    if Follow.objects.filter(follower=by, followed=person).exists():
        return
    try:
        with transaction.atomic():
            Follow.objects.create(follower=by, followed=person, created_at=now)
    except IntegrityError:
        return  # the same click in two tabs: the other one was first


def unfollow(*, by: User, person: User, now: datetime) -> None:
    """`by` follows `person` no more; twice is harmless. `now` is for the door's signature."""
    Follow.objects.filter(follower=by, followed=person).delete()
