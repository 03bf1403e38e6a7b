"""Who hosts when the host is gone, and when a Space ends by itself: the rule, then the rows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from spaces.models import Space, Timer
from spaces.rules import continuity as rules
from spaces.rules.continuity import Hosting
from spaces.rules.events import (
    Ended,
    HostBack,
    HostChanged,
    HostLost,
    Notice,
    TimerCleared,
    TimerKind,
    TimerSet,
)
from spaces.rules.roles import Refused
from spaces.services import continuity, lifecycle, presence, stage
from spaces.services.presence import Departure
from spaces.tasks import take_up_timers
from tests.builders import NOW, PROCESS, LiveSpace, arrive, make_live_space, make_person

MINUTE = timedelta(minutes=1)
START_GRACE, LOST, NO_HOST = TimerKind.START_GRACE, TimerKind.HOST_LOST, TimerKind.NO_HOST


def facts(
    *heirs: str, here: bool = False, acting: str = "host", **timers: datetime
) -> Hosting:
    return Hosting("host", here, acting, heirs, {TimerKind(kind): due for kind, due in timers.items()})


def test_a_host_who_is_here_changes_nothing() -> None:
    assert rules.settle(facts("a", here=True), NOW) == []


def test_a_lost_host_is_waited_for() -> None:
    until = NOW + MINUTE
    assert rules.settle(facts("a"), NOW) == [TimerSet(LOST, until), HostLost(until)]
    assert rules.settle(facts("a", host_lost=until), NOW) == []


def test_a_host_who_has_just_started_has_two_minutes_to_come() -> None:
    assert rules.settle(facts("a", start_grace=NOW + 2 * MINUTE), NOW) == []
    assert rules.settle(facts("a", start_grace=NOW), NOW)[1:] == [HostChanged("a", True)]


def test_the_first_cohost_here_acts_then() -> None:
    assert rules.settle(facts("a", "b", host_lost=NOW), NOW) == [
        TimerCleared(LOST), HostChanged("a", True),
    ]  # fmt: skip


def test_an_acting_cohost_goes_on_and_when_gone_the_next_does() -> None:
    assert rules.settle(facts("a", "b", acting="b"), NOW) == []
    assert rules.settle(facts("a", acting="b"), NOW) == [HostChanged("a", True)]


def test_without_anybody_who_hosts_it_ends_after_five_minutes() -> None:
    end = NOW + 5 * MINUTE
    assert rules.settle(facts(acting="a"), NOW) == [
        HostChanged("host", False), TimerSet(NO_HOST, end), Notice("no_host", end),
    ]  # fmt: skip
    assert rules.settle(facts(no_host=end), NOW) == []
    assert rules.settle(facts(no_host=NOW), NOW) == [Ended("no_host", "")]


def test_a_cohost_who_comes_meanwhile_saves_it() -> None:
    assert rules.settle(facts("a", no_host=NOW), NOW) == [
        TimerCleared(NO_HOST), HostChanged("a", True), Notice("goes_on", None),
    ]  # fmt: skip


def test_the_host_reclaims_at_once() -> None:
    assert rules.settle(facts("a", here=True, acting="a"), NOW) == [
        HostBack(), HostChanged("host", False),
    ]  # fmt: skip
    assert rules.settle(facts(here=True, host_lost=NOW), NOW) == [TimerCleared(LOST), HostBack()]


def test_the_longest_space_is_warned_and_ends() -> None:
    last = NOW + 15 * MINUTE
    assert rules.settle(facts(here=True, closing=NOW, longest=last), NOW) == [
        TimerCleared(TimerKind.CLOSING), Notice("too_long", last),
    ]  # fmt: skip
    assert rules.settle(facts(here=True, longest=NOW), NOW) == [Ended("too_long", "")]


times = st.integers(-400, 400).map(lambda seconds: NOW + timedelta(seconds=seconds))


@given(
    here=st.booleans(),
    acting=st.sampled_from(["host", "a", "b"]),
    heirs=st.lists(st.sampled_from("ab"), unique=True),
    timers=st.dictionaries(st.sampled_from(TimerKind), times),
)
def test_asked_twice_it_answers_nothing_the_second_time(
    here: bool, acting: str, heirs: list[str], timers: dict[TimerKind, datetime]
) -> None:
    events = rules.settle(Hosting("host", here, acting, heirs, timers), NOW)
    if any(isinstance(event, Ended) for event in events):
        assert len(events) == 1
        return
    after = dict(timers)
    for event in events:
        match event:
            case TimerSet(kind, due):
                after[kind] = due
            case TimerCleared(kind):
                del after[kind]
            case HostChanged(acting, is_acting):
                assert is_acting == (acting != "host")
    assert rules.settle(Hosting("host", here, acting, heirs, after), NOW) == []
    said = [event.at for event in events if isinstance(event, Notice)]
    assert set(said[-1:]) <= {rules.ends_at(after)}


def lose(live: LiveSpace, *people: object, now: datetime = NOW) -> None:
    gone = [Departure(live.space.pk, person.pk) for person in people]  # type: ignore[attr-defined]
    presence.lose_from_stage(departures=gone, process=PROCESS, now=now)


def kinds(live: LiveSpace) -> set[str]:
    return set(live.space.timers.values_list("kind", flat=True))


@pytest.mark.django_db
def test_a_host_who_comes_within_the_grace_is_no_longer_waited_for() -> None:
    host = make_person(may_host_anyway=True)
    space = lifecycle.start_space(by=host, now=NOW)
    assert space.timers.count() == 3
    arrive(space, host)
    assert not space.timers.filter(kind=START_GRACE).exists()


@pytest.mark.django_db
def test_a_host_who_never_comes_and_nobody_else_ends_it_after_seven_minutes() -> None:
    space = lifecycle.start_space(by=make_person(may_host_anyway=True), now=NOW)
    assert continuity.take_up(now=NOW + MINUTE) == 0
    continuity.take_up(now=NOW + 2 * MINUTE)
    continuity.take_up(now=NOW + 7 * MINUTE - timedelta(seconds=1))
    assert Space.objects.get(pk=space.pk).is_live
    continuity.take_up(now=NOW + 7 * MINUTE)
    assert Space.objects.get(pk=space.pk).is_over
    assert not Timer.objects.exists()


@pytest.mark.django_db
def test_a_cohost_runs_the_space_until_the_host_is_back() -> None:
    live = make_live_space(cohosts=2, speakers=1)
    first, second = live.cohosts
    lose(live, live.host)
    continuity.take_up(now=NOW + MINUTE)
    assert live.fresh().acting_host == first
    lose(live, first, now=NOW + MINUTE)
    assert live.fresh().acting_host == second
    arrive(live.space, live.host, now=NOW + 2 * MINUTE)
    assert live.fresh().acting_host == live.host
    assert kinds(live) == {TimerKind.CLOSING, TimerKind.LONGEST}
    assert live.space.participants.get(person=live.host).role == "host"


@pytest.mark.django_db
def test_a_cohost_who_hosts_another_space_does_not_act() -> None:
    live = make_live_space(cohosts=2)
    busy, free = live.cohosts
    busy.may_host_anyway = True
    busy.save()
    make_live_space(host=busy)
    lose(live, live.host)
    continuity.take_up(now=NOW + MINUTE)
    assert live.fresh().acting_host == free


@pytest.mark.django_db
def test_a_host_somebody_acts_for_starts_no_second_space() -> None:
    live = make_live_space(cohosts=1)
    lose(live, live.host)
    continuity.take_up(now=NOW + MINUTE)
    with pytest.raises(Refused, match="already_hosting"):
        lifecycle.start_space(by=live.host, now=NOW)


@pytest.mark.django_db
def test_only_the_acting_cohost_ends_the_space() -> None:
    live = make_live_space(cohosts=2)
    acting, other = live.cohosts
    with pytest.raises(Refused, match="not_allowed"):
        lifecycle.end_space(by=acting, space=live.space, now=NOW)
    lose(live, live.host)
    continuity.take_up(now=NOW + MINUTE)
    with pytest.raises(Refused, match="not_allowed"):
        lifecycle.end_space(by=other, space=live.space, now=NOW)
    lifecycle.end_space(by=acting, space=live.space, now=NOW)
    assert live.fresh().is_over


@pytest.mark.django_db
def test_the_queue_and_the_microphones_outlive_the_host() -> None:
    live = make_live_space(speakers=1, cohosts=1)
    stage.unmute(by=live.speakers[0], space=live.space, now=NOW)
    lose(live, live.host, *live.cohosts)
    continuity.take_up(now=NOW + MINUTE)
    assert not live.space.participants.get(person=live.speakers[0]).is_muted
    assert live.fresh().is_live


@pytest.mark.django_db
def test_the_worker_takes_up_what_is_due() -> None:
    live = make_live_space()
    Timer.objects.filter(space=live.space).update(due_at=datetime.fromtimestamp(0, NOW.tzinfo))
    assert take_up_timers() == 1
    assert live.fresh().is_over
    assert take_up_timers() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_eight_who_look_at_once_take_it_up_once() -> None:
    live = make_live_space(cohosts=1)
    lose(live, live.host)
    seq = live.fresh().seq
    ready = Barrier(8)

    def look(_number: int) -> None:
        try:
            ready.wait()
            continuity.take_up(now=NOW + MINUTE)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(look, range(8)))
    assert live.fresh().seq == seq + 1
    assert live.fresh().acting_host == live.cohosts[0]


