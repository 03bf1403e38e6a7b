"""Fifty hands accepted at once for the last place on stage. PostgreSQL only: SQLite lets one in at a
time by itself, so nothing would be proved there."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection, transaction

from accounts.models import User
from spaces.models import Participant
from spaces.rules import stage
from spaces.rules.policy import WhoCanSpeak
from spaces.rules.roles import Refused, Role
from spaces.rules.stage import SPEAKER_PLACES, Seat
from spaces.services import hands, invitations
from tests.builders import NOW, LiveSpace, add_listener, make_live_space

CROWD = 50

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
]


@pytest.fixture
def crowd() -> tuple[LiveSpace, list[User]]:
    """One place left, and fifty who wait for it."""
    live = make_live_space(speakers=SPEAKER_PLACES - 1)
    waiting = [add_listener(live.space) for _i in range(CROWD)]
    for person in waiting:
        hands.raise_hand(by=person, space=live.space, now=NOW)
    return live, waiting


def at_once(accept: Callable[[User], None], waiting: list[User]) -> list[str]:
    """Accept all of them in as many threads; what each was refused with, "" for none."""
    ready = Barrier(len(waiting))

    def attempt(person: User) -> str:
        try:
            ready.wait()
            accept(person)
        except Refused as refused:
            return refused.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(waiting)) as threads:
        return list(threads.map(attempt, waiting))


def speakers_of(live: LiveSpace) -> int:
    return Participant.objects.filter(space=live.space, role=Role.SPEAKER).count()


def test_one_of_fifty_gets_the_last_place(crowd: tuple[LiveSpace, list[User]]) -> None:
    live, waiting = crowd
    seq = live.fresh().seq

    def accept(person: User) -> None:
        hands.accept(by=live.host, person=person.key, space=live.space, now=NOW)

    answers = at_once(accept, waiting)
    assert sorted(answers) == [""] + ["stage_full"] * (CROWD - 1)
    assert speakers_of(live) == SPEAKER_PLACES
    assert live.fresh().seq == seq + 1
    assert live.space.hands.count() == CROWD - 1


def test_every_way_on_stage_leads_to_the_same_last_place(
    crowd: tuple[LiveSpace, list[User]],
) -> None:
    """Accepted, accepted with all, by an invitation, and without asking: all at once."""
    live, waiting = crowd
    space = live.space
    hands.set_who_can_speak(by=live.host, value=WhoCanSpeak.EVERYONE, space=space, now=NOW)
    ways: dict[User, Callable[..., None]] = {}
    for number, person in enumerate(waiting):
        if number % 4 == 0:
            invitations.invite(
                by=live.host, person=person.key, role=Role.SPEAKER, space=space, now=NOW
            )
            ways[person] = partial(invitations.accept_invitation, by=person)
        elif number % 4 == 1:
            ways[person] = partial(hands.take_place, by=person)
        elif number % 4 == 2:
            ways[person] = partial(hands.accept_all, by=live.host)
        else:
            ways[person] = partial(hands.accept, by=live.host, person=person.key)
    answers = at_once(lambda person: ways[person](space=space, now=NOW), waiting)
    assert answers.count("") == 1
    assert speakers_of(live) == SPEAKER_PLACES


def test_without_the_lock_the_stage_would_overflow(
    crowd: tuple[LiveSpace, list[User]],
) -> None:
    """The negative control: the same rule, asked with facts that nothing holds still."""
    live, waiting = crowd
    counted = Barrier(CROWD)

    def accept(person: User) -> None:
        with transaction.atomic():
            speakers = speakers_of(live)
            counted.wait()
            guest = Seat(person.key, Role.LISTENER, has_hand_up=True)
            stage.accept(Seat("host", Role.HOST), guest, speakers)
            seat = Participant.objects.filter(space=live.space, person=person)
            seat.update(role=Role.SPEAKER, staged_at=NOW)

    at_once(accept, waiting)
    assert speakers_of(live) > SPEAKER_PLACES
