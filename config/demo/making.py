"""Makes the demo's people, follows and past Spaces: once, whatever was there before.

A second run changes nothing, also not what somebody changed meanwhile: what belongs to a person
of the demo is made together with that person and never again. Bulk rows go in slices, so that no
transaction holds SQLite's one writer for long.
"""

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission
from django.db import transaction

from accounts.models import Follow, User
from config.demo.past import PAST_SPACES, PastSpace
from config.demo.people import (
    CROWD_SIZE,
    PEOPLE,
    DemoPerson,
    crowd_handle,
    crowd_name,
    crowd_needed,
)
from spaces.models import Participant, ReactionTotal, Space
from spaces.rules.lifecycle import State
from spaces.rules.roles import Role

PICTURES = Path(__file__).parent / "pictures"
PICTURE_FOLDER = "demo"  # under MEDIA_ROOT
SLICE = 100  # rows of one transaction: about 25 ms
WINDOW_STEP = 97  # each person's part of the crowd begins this much further on

Row = TypeVar("Row")


def make_everybody(now: datetime) -> list[str]:
    """Make what is missing; returns the handles of the named people made by this run."""
    _make_crowd(now)
    fresh = _make_people(now)
    if fresh:
        _make_follows(fresh, now)
        _make_past_spaces(fresh, now)
        _let_staff_moderate(fresh)
    for person in fresh.values():  # last: a picture says that everything of theirs is there
        person.picture = _picture_of(person.handle)
        person.save(update_fields=["picture"])
    _restore_pictures()
    return list(fresh)


def _make_crowd(now: datetime) -> None:
    """The silent accounts: nobody can sign in as them, they only follow."""
    known = set(
        User.objects.filter(handle__startswith="demo_").values_list("handle", flat=True)
    )
    missing = [
        User(
            handle=crowd_handle(number),
            name=crowd_name(number),
            password=make_password(None),
            is_demo=True,
            date_joined=now - timedelta(days=30 + number % 300),
        )
        for number in range(CROWD_SIZE)
        if crowd_handle(number) not in known
    ]
    for some in _slices(missing):
        User.objects.bulk_create(some)


def _make_people(now: datetime) -> dict[str, User]:
    """The named people not finished yet, by handle. A handle that somebody else took stays theirs."""
    fresh: dict[str, User] = {}
    for number, person in enumerate(PEOPLE):
        user, _is_new = User.objects.get_or_create(
            handle=person.handle, defaults=_fields(person, number, now)
        )
        if user.is_demo and not user.picture:
            fresh[person.handle] = user
    return fresh


def _fields(person: DemoPerson, number: int, now: datetime) -> dict[str, object]:
    return {
        "name": person.name,
        "bio": person.bio,
        "password": make_password(None),
        "birth_date": date(person.born, 1 + number % 12, 1 + (number * 7) % 28),
        "is_staff": person.is_staff,
        "is_demo": True,
        "date_joined": now - timedelta(days=400 - 11 * number),
    }


def _let_staff_moderate(fresh: dict[str, User]) -> None:
    """The demo's moderator sees and changes people and Spaces in the admin; makes and deletes none."""
    moderating = Permission.objects.filter(
        content_type__app_label__in=("accounts", "spaces"), codename__regex="^(view|change)_"
    )
    for person in fresh.values():
        if person.is_staff:
            person.user_permissions.set(moderating)


def _make_follows(fresh: dict[str, User], now: datetime) -> None:
    """Everything from or to a fresh person, so that each has exactly the wished followers."""
    named = _named()
    crowd = list(
        User.objects.filter(is_demo=True, handle__startswith="demo_")
        .order_by("handle")
        .values_list("pk", flat=True)
    )
    pairs: list[tuple[int, int]] = []
    for number, person in enumerate(PEOPLE):
        if person.handle in fresh:
            followed = fresh[person.handle].pk
            pairs += [(pk, followed) for pk in _window(crowd, number, crowd_needed(person))]
        pairs += [
            (named[person.handle].pk, named[followed].pk)
            for followed in person.follows
            if {person.handle, followed} <= named.keys() and {person.handle, followed} & fresh.keys()
        ]
    follows = [
        Follow(follower_id=a, followed_id=b, created_at=now - timedelta(hours=1 + index))
        for index, (a, b) in enumerate(pairs)
    ]
    for some in _slices(follows):
        Follow.objects.bulk_create(some, ignore_conflicts=True)


def _window(crowd: Sequence[int], number: int, size: int) -> list[int]:
    begin = number * WINDOW_STEP
    return [crowd[(begin + step) % len(crowd)] for step in range(min(size, len(crowd)))]


def _make_past_spaces(fresh: dict[str, User], now: datetime) -> None:
    named = _named()
    for past in PAST_SPACES:
        if past.host in fresh and not Space.objects.filter(
            host=fresh[past.host], title=past.title
        ).exists():
            with transaction.atomic():
                _make_past_space(past, named, now)


def _make_past_space(past: PastSpace, named: dict[str, User], now: datetime) -> None:
    """Rows as they would be if it had taken place; nothing is announced, nobody is here for it."""
    began = (now.astimezone(UTC) - timedelta(days=past.days)).replace(
        hour=past.hour, minute=past.minute, second=0, microsecond=0
    )
    ended = began + timedelta(minutes=past.minutes)
    space = Space.objects.create(
        host=named[past.host],
        acting_host=named[past.host],
        title=past.title,
        description=past.description,
        language=past.language,
        state=State.ENDED,
        seq=1,
        started_at=began,
        ended_at=ended,
        listeners_peak=past.peak,
    )
    roles = {past.host: Role.HOST}
    roles |= dict.fromkeys(past.stage, Role.SPEAKER) | dict.fromkeys(past.came, Role.LISTENER)
    Participant.objects.bulk_create(
        Participant(
            space=space,
            person=named[handle],
            role=role,
            staged_at=began if role.is_on_stage else None,
            joined_at=began,
            left_at=ended,
        )
        for handle, role in roles.items()
        if handle in named
    )
    ReactionTotal.objects.bulk_create(
        ReactionTotal(space=space, emoji=emoji, total=total)
        for emoji, total in past.reactions.items()
    )


def _named() -> dict[str, User]:
    handles = [person.handle for person in PEOPLE]
    return {user.handle: user for user in User.objects.filter(is_demo=True, handle__in=handles)}


def _picture_of(handle: str) -> str:
    """The picture's name under MEDIA_ROOT."""
    return f"{PICTURE_FOLDER}/{handle}.webp"


def _restore_pictures() -> None:
    """Copy the drawn pictures to where uploads live, if they are lost there or drawn anew."""
    folder = Path(settings.MEDIA_ROOT) / PICTURE_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES.glob("*.webp"):
        kept = folder / picture.name
        if not kept.exists() or kept.read_bytes() != picture.read_bytes():
            shutil.copyfile(picture, kept)


def _slices(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), SLICE):
        yield rows[start : start + SLICE]
