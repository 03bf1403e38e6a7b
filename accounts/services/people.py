"""Becoming a person of this instance."""

from django.db import transaction

from accounts.models import User


@transaction.atomic
def welcome(*, person: User, is_trial: bool) -> bool:
    """Save a new `person`; tell whether they became the trial's keeper.

    In a trial nobody has the console at hand, so the first who signs up is staff and may host
    with any number of followers. The demo's people do not count. On SQLite two sign-ups
    cannot overlap here (IMMEDIATE); a trial on PostgreSQL could make two keepers of two people
    who sign up in the same millisecond, which harms nobody.
    """
    is_keeper = is_trial and not User.objects.filter(is_demo=False).exists()
    if is_keeper:
        person.is_staff = person.is_superuser = person.may_host_anyway = True
    person.save()
    return is_keeper


def describe_oneself(*, by: User, name: str, bio: str) -> None:
    """`by` changes their own name and bio, both already checked by the form."""
    by.name, by.bio = name, bio
    by.save(update_fields=["name", "bio"])
