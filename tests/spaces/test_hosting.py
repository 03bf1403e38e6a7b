"""Who may start a Space: counted from the rows at the moment of Start."""

import pytest
from django.db import IntegrityError, transaction

from spaces.models import InstanceRules, Participant, Space
from spaces.rules.roles import Refused, Role
from spaces.services import lifecycle
from tests.builders import NOW, make_followers, make_live_space, make_person

pytestmark = pytest.mark.django_db


def refusal_of_start(**who: object) -> str:
    with pytest.raises(Refused) as refused:
        lifecycle.start_space(now=NOW, **who)
    return refused.value.code


def test_599_followers_are_too_few() -> None:
    host = make_person()
    make_followers(host, 599)
    assert refusal_of_start(by=host) == "too_few_followers"


def test_600_followers_are_enough() -> None:
    host = make_person()
    make_followers(host, 600)
    assert lifecycle.start_space(by=host, now=NOW).is_live


def test_600_followers_of_whom_one_is_suspended_are_too_few() -> None:
    host = make_person()
    make_followers(host, 600, suspended=1)
    assert lifecycle.standing_of(host).followers == 599
    assert refusal_of_start(by=host) == "too_few_followers"


def test_an_exempt_person_needs_no_followers() -> None:
    assert lifecycle.start_space(by=make_person(may_host_anyway=True), now=NOW).is_live


def test_nought_means_everybody_at_once_and_without_a_restart() -> None:
    host = make_person()
    assert refusal_of_start(by=host) == "too_few_followers"
    InstanceRules.objects.create(followers_to_host=0)
    assert lifecycle.start_space(by=host, now=NOW).is_live


def test_the_rule_is_read_again_at_the_moment_of_start() -> None:
    host = make_person()
    make_followers(host, 600)
    assert lifecycle.standing_of(host).may_host
    host.follower_rows.first().delete()
    assert refusal_of_start(by=host) == "too_few_followers"


def test_a_protected_or_suspended_account_does_not_host() -> None:
    assert refusal_of_start(by=make_person(is_protected=True, may_host_anyway=True)) == "protected"
    assert refusal_of_start(by=make_person(suspended_at=NOW, may_host_anyway=True)) == "suspended"


def test_starting_twice_makes_one_space() -> None:
    host = make_person(may_host_anyway=True)
    lifecycle.start_space(by=host, now=NOW)
    assert refusal_of_start(by=host) == "already_hosting"
    assert Space.objects.count() == 1


def test_who_handed_over_may_start_another_and_the_heir_may_not() -> None:
    live = make_live_space(speakers=1)
    [heir] = live.speakers
    lifecycle.leave(by=live.host, successor=heir.key, space=live.space, now=NOW)
    assert lifecycle.start_space(by=live.host, now=NOW).is_live
    heir.may_host_anyway = True
    assert refusal_of_start(by=heir) == "already_hosting"


def test_a_space_is_not_handed_to_somebody_who_hosts_another() -> None:
    busy = make_live_space().host
    live = make_live_space()
    Participant.objects.create(
        space=live.space, person=busy, role=Role.SPEAKER, staged_at=NOW, joined_at=NOW,
        process_id="testprocess",
    )  # fmt: skip
    with pytest.raises(Refused, match="successor_hosts_elsewhere"):
        lifecycle.leave(by=live.host, successor=busy.key, space=live.space, now=NOW)


def test_the_host_comes_in_muted_and_present_only_with_their_page() -> None:
    space = lifecycle.start_space(by=make_person(may_host_anyway=True), now=NOW)
    seat = Participant.objects.get(space=space)
    assert (seat.role, seat.is_muted, seat.is_present) == (Role.HOST, True, False)


def test_the_database_keeps_one_host_per_space_and_one_seat_per_account() -> None:
    live = make_live_space(speakers=1)
    seat = Participant.objects.get(space=live.space, person=live.speakers[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        Participant.objects.filter(pk=seat.pk).update(role=Role.HOST)
    with pytest.raises(IntegrityError), transaction.atomic():
        Participant.objects.create(space=live.space, person=seat.person, joined_at=NOW)


def test_nothing_changes_in_a_space_that_has_ended() -> None:
    live = make_live_space()
    lifecycle.end_space(by=live.host, space=live.space, now=NOW)
    seq = live.fresh().seq
    with pytest.raises(Refused, match="ended"):
        lifecycle.end_space(by=live.host, space=live.space, now=NOW)
    assert live.fresh().seq == seq
