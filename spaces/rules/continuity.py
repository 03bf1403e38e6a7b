"""Who hosts when the host is gone, and when a Space ends by itself (PRODUCT.md section 2).

One rule, asked after every change of who hosts or is here and at every due time: it looks at the facts
and answers with what follows now. Asked twice it answers nothing the second time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from spaces.rules.events import (
    Ended,
    Event,
    HostBack,
    HostChanged,
    HostLost,
    Notice,
    NoticeCode,
    TimerCleared,
    TimerKind,
    TimerSet,
)

START_GRACE = timedelta(minutes=2)
HOST_LOST = timedelta(seconds=60)
NO_HOST = timedelta(minutes=5)
LONGEST = timedelta(hours=12)
WARNING = timedelta(minutes=15)  # before the longest time is over

Timers = Mapping[TimerKind, datetime]


@dataclass(frozen=True)
class Hosting:
    """Who hosts a live Space. `host` has the role, `acting` the powers now: the host, or a co-host who
    acts. `heirs` are the co-hosts whose page is connected, in the order of succession."""

    host: str
    is_host_here: bool
    acting: str
    heirs: Sequence[str]
    timers: Timers


def first_timers(now: datetime) -> dict[TimerKind, datetime]:
    """What a Space that goes live waits for."""
    return {
        TimerKind.START_GRACE: now + START_GRACE,
        TimerKind.CLOSING: now + LONGEST - WARNING,
        TimerKind.LONGEST: now + LONGEST,
    }


def ends_at(timers: Timers) -> datetime | None:
    """When the Space ends by itself, once people have been told that it will."""
    told = [timers[kind] for kind in (TimerKind.NO_HOST,) if kind in timers]
    if TimerKind.CLOSING not in timers and TimerKind.LONGEST in timers:
        told.append(timers[TimerKind.LONGEST])
    return min(told, default=None)


def settle(facts: Hosting, now: datetime) -> list[Event]:
    """What follows now from who hosts, who is here, and what is due."""
    if _is_due(facts, TimerKind.LONGEST, now):
        return [Ended("too_long", "")]
    events = _hosting(facts, now)
    if any(isinstance(event, Ended) for event in events):
        return events
    if _is_due(facts, TimerKind.CLOSING, now):
        events.append(TimerCleared(TimerKind.CLOSING))
        events.append(_notice("too_long", facts, events))
    return events


def _hosting(facts: Hosting, now: datetime) -> list[Event]:
    if facts.is_host_here:
        return _host_is_here(facts)
    if facts.acting != facts.host:
        return [] if facts.acting in facts.heirs else _next(facts, now)
    for kind in (TimerKind.START_GRACE, TimerKind.HOST_LOST):
        if kind in facts.timers:
            return _next(facts, now) if _is_due(facts, kind, now) else []
    if TimerKind.NO_HOST in facts.timers:
        return _nobody_hosts(facts, now)
    until = now + HOST_LOST
    return [TimerSet(TimerKind.HOST_LOST, until), HostLost(until)]


def _host_is_here(facts: Hosting) -> list[Event]:
    """They host again at once, whoever acted meanwhile."""
    events = _cleared(facts)
    is_acted_for = facts.acting != facts.host
    if is_acted_for or TimerKind.HOST_LOST in facts.timers or TimerKind.NO_HOST in facts.timers:
        events.append(HostBack())
    if is_acted_for:
        events.append(HostChanged(facts.host, is_acting=False))
    if TimerKind.NO_HOST in facts.timers:
        events.append(_notice("goes_on", facts, events))
    return events


def _nobody_hosts(facts: Hosting, now: datetime) -> list[Event]:
    if facts.heirs:
        return _next(facts, now)
    return [Ended("no_host", "")] if _is_due(facts, TimerKind.NO_HOST, now) else []


def _next(facts: Hosting, now: datetime) -> list[Event]:
    """The first co-host who is here acts; without one the speakers go on for a while."""
    events = _cleared(facts)
    if facts.heirs:
        events.append(HostChanged(facts.heirs[0], is_acting=True))
        was_ending = TimerKind.NO_HOST in facts.timers
        return [*events, _notice("goes_on", facts, events)] if was_ending else events
    events.append(HostChanged(facts.host, is_acting=False))
    events.append(TimerSet(TimerKind.NO_HOST, now + NO_HOST))
    return [*events, _notice("no_host", facts, events)]


def _cleared(facts: Hosting) -> list[Event]:
    """Nobody is waited for any more."""
    waited = (TimerKind.START_GRACE, TimerKind.HOST_LOST, TimerKind.NO_HOST)
    return [TimerCleared(kind) for kind in waited if kind in facts.timers]


def _is_due(facts: Hosting, kind: TimerKind, now: datetime) -> bool:
    return kind in facts.timers and facts.timers[kind] <= now


def _notice(code: NoticeCode, facts: Hosting, events: Sequence[Event]) -> Notice:
    """With the time of the end as it is after `events`."""
    timers = dict(facts.timers)
    for event in events:
        match event:
            case TimerSet(kind, due):
                timers[kind] = due
            case TimerCleared(kind):
                timers.pop(kind, None)
    return Notice(code, ends_at(timers))
