"""Who is here: leases of processes, bulk arrivals and departures, the second device."""

from datetime import timedelta

import pytest

from spaces import lists, snapshot
from spaces.models import Attendance, Participant, WebProcess
from spaces.rules.roles import Refused, Role
from spaces.services import hands, presence, removal, stage
from spaces.services.presence import Arrival, Crowd, Departure, Gathered
from tests.builders import (
    NOW,
    PROCESS,
    add_listener,
    arrive,
    make_live_space,
    make_person,
    make_process,
)

pytestmark = pytest.mark.django_db

DEAD = NOW + timedelta(seconds=6)
ALIVE = NOW + timedelta(seconds=5)


def seat_of(space, person) -> Participant:
    return Participant.objects.get(space=space, person=person)


def join(space, person, process: str, tab: str, *, take_over: bool = False, now=NOW) -> Role:
    make_process(process, now=now)
    return presence.join(
        by=person, space=space, process=process, tab=tab, take_over=take_over, now=now
    )


def test_a_killed_process_takes_its_people_with_it_after_six_seconds() -> None:
    live = make_live_space(speakers=1, listeners=2)
    stage.unmute(by=live.speakers[0], space=live.space, now=NOW)
    assert presence.lapse(now=ALIVE) == 0
    seq = live.fresh().seq
    assert presence.lapse(now=DEAD) == 1
    assert not Participant.objects.present().exists()
    assert not WebProcess.objects.exists()
    seat = seat_of(live.space, live.speakers[0])
    assert (seat.role, seat.is_muted) == (Role.SPEAKER, True)
    assert live.fresh().seq == seq + 2  # host and speaker; listeners are no commits
    assert presence.lapse(now=DEAD) == 0


def test_ten_thousand_listeners_of_a_killed_process_cost_as_much_as_two(
    django_assert_max_num_queries,
) -> None:
    make_live_space(listeners=20)
    with django_assert_max_num_queries(30):
        presence.lapse(now=DEAD)


def test_people_of_a_living_process_stay() -> None:
    live = make_live_space(listeners=1)
    make_process("other", now=DEAD)
    other = add_listener(live.space)
    Participant.objects.filter(person=other).update(process="other")
    presence.lapse(now=DEAD)
    assert list(Participant.objects.present()) == [seat_of(live.space, other)]


def test_hands_stay_up_when_a_connection_is_lost() -> None:
    live = make_live_space(listeners=1)
    hands.raise_hand(by=live.listeners[0], space=live.space, now=NOW)
    presence.lapse(now=DEAD)
    assert live.space.hands.count() == 1


def test_arrivals_and_departures_are_a_few_statements_for_hundreds(
    django_assert_max_num_queries,
) -> None:
    live = make_live_space()
    people = [make_person() for _i in range(150)]
    arrivals = [Arrival(live.space.pk, person.pk, "a-tab-of-sixteen") for person in people]
    gathered = Gathered(arrivals=arrivals, crowds={live.space.pk: Crowd(151, 7)})
    with django_assert_max_num_queries(10):
        presence.settle(process=PROCESS, gathered=gathered, now=NOW)
    assert Participant.objects.present().count() == 151
    assert snapshot.snapshot(space=live.fresh(), viewer=None, now=NOW)["count"] == 157
    gone = Gathered(departures=[Departure(live.space.pk, person.pk) for person in people])
    with django_assert_max_num_queries(8):
        presence.settle(process=PROCESS, gathered=gone, now=NOW)
    assert Participant.objects.present().count() == 1


def test_each_bulk_raises_the_version_of_the_audience_list() -> None:
    live = make_live_space()
    before = live.fresh().audience_version
    add_listener(live.space)
    assert live.fresh().audience_version == before + 1


def test_the_count_forgets_what_a_dead_process_held() -> None:
    live = make_live_space()
    crowds = Gathered(crowds={live.space.pk: Crowd(3, 4)})
    make_process("other")
    presence.settle(process="other", gathered=crowds, now=NOW)
    assert snapshot.facts([live.space.pk], ALIVE)[live.space.slug].count == 3 + 4 - 1
    assert snapshot.facts([live.space.pk], DEAD)[live.space.slug].count == 0
    assert Attendance.objects.count() == 1


def test_a_second_device_is_elsewhere_until_it_takes_over() -> None:
    live = make_live_space(listeners=1)
    [person] = live.listeners
    with pytest.raises(Refused, match="elsewhere"):
        join(live.space, person, "other", "another-tab-of-them")
    assert join(live.space, person, "other", "another-tab-of-them", take_over=True)


def test_a_tab_that_reconnects_to_another_process_is_the_same_tab() -> None:
    live = make_live_space(listeners=1)
    [person] = live.listeners
    tab = seat_of(live.space, person).tab
    assert join(live.space, person, "other", tab) is Role.LISTENER


def test_a_seat_held_by_a_dead_process_is_free() -> None:
    live = make_live_space(listeners=1)
    assert join(live.space, live.listeners[0], "other", "another-tab-of-them", now=DEAD)


def test_a_late_departure_from_the_old_process_changes_nothing() -> None:
    live = make_live_space(speakers=1)
    [speaker] = live.speakers
    join(live.space, speaker, "other", "another-tab-of-them", take_over=True)
    gone = Gathered(departures=[Departure(live.space.pk, speaker.pk)])
    presence.settle(process=PROCESS, gathered=gone, now=NOW)
    assert seat_of(live.space, speaker).process_id == "other"


def test_a_reconnect_restores_the_role_always_muted() -> None:
    live = make_live_space(speakers=1)
    [speaker] = live.speakers
    stage.unmute(by=speaker, space=live.space, now=NOW)
    presence.lapse(now=DEAD)
    assert arrive(live.space, speaker, process="other", now=DEAD) is Role.SPEAKER
    seat = seat_of(live.space, speaker)
    assert (seat.is_muted, seat.is_present) == (True, True)


def test_the_lease_says_whether_it_had_lapsed() -> None:
    assert not presence.renew(process="new", now=NOW)
    assert presence.renew(process="new", now=ALIVE)
    presence.give_up(process="new")
    assert not presence.renew(process="new", now=ALIVE)


def test_removed_people_are_not_listed_even_when_their_arrival_is_settled_late() -> None:
    live = make_live_space(listeners=1)
    [person] = live.listeners
    removal.remove(by=live.host, person=person.key, reason="Noise", space=live.space, now=NOW)
    late = Gathered(arrivals=[Arrival(live.space.pk, person.pk, "a-tab-of-sixteen")])
    presence.settle(process=PROCESS, gathered=late, now=NOW)
    assert not lists.audience(live.space)
    assert not seat_of(live.space, person).is_present


def test_the_peak_is_the_greatest_number_seen() -> None:
    live = make_live_space()
    presence.note_peaks([(live.space, 5)])
    presence.note_peaks([(live.space, 3)])
    assert live.fresh().listeners_peak == 5


def test_a_hand_raised_before_the_arrival_is_written_can_be_answered() -> None:
    live = make_live_space()
    quick, quicker = make_person(), make_person()
    for person in (quick, quicker):
        hands.raise_hand(by=person, space=live.space, now=NOW)
    hands.accept(by=live.host, person=quick.key, space=live.space, now=NOW)
    assert seat_of(live.space, quick).role == Role.SPEAKER
    removal.remove(by=live.host, person=quicker.key, reason="Ads", space=live.space, now=NOW)
    assert seat_of(live.space, quicker).removed_at == NOW
