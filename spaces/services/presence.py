"""Who is here: a lease per web process, arrivals and departures in bulk once a second.

What changes the stage (somebody on it comes, goes, or is lost) is a change of its own, with a number;
listeners only change counts and the version of the audience list.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import F, QuerySet

from accounts.models import User
from spaces import admission
from spaces.models import Attendance, Participant, Space, WebProcess
from spaces.rules import stage
from spaces.rules.roles import ON_STAGE, Refused, Role
from spaces.services.change import change

SLICE = 200  # rows of one statement

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Arrival:
    """A listener's page is connected."""

    space: int
    person: int
    tab: str
    is_hidden: bool = False


@dataclass(frozen=True)
class Departure:
    """The last page of a person in a Space, on this process, is gone."""

    space: int
    person: int


@dataclass(frozen=True)
class Crowd:
    """How many pages one process holds in one Space."""

    people: int
    visitors: int


@dataclass
class Gathered:
    """What happened in one process since it last settled."""

    arrivals: list[Arrival] = field(default_factory=list)
    departures: list[Departure] = field(default_factory=list)
    crowds: dict[int, Crowd] = field(default_factory=dict)  # by Space, only what changed

    def __bool__(self) -> bool:
        return bool(self.arrivals or self.departures or self.crowds)


def join(
    *, by: User | None, space: Space, process: str, tab: str, take_over: bool, now: datetime
) -> Role:
    """Let a page in and tell with which role. Listeners' rows are gathered by the caller.

    Refused by the gate, or "elsewhere" while another page of this account is in, unless it is to
    take over. Somebody on stage is back at once, with their role, muted.
    """
    admission.admit(by, space)
    if by is None:
        return Role.VISITOR
    row = Participant.objects.filter(space=space, person=by).select_related("process").first()
    if row is None:
        return Role.LISTENER
    if not take_over and _is_elsewhere(row, process, tab, now):
        raise Refused("elsewhere")
    if row.is_on_stage:
        _arrive_on_stage(by, space, process, tab, now)
    return Role(row.role)


def _is_elsewhere(row: Participant, process: str, tab: str, now: datetime) -> bool:
    """Another page holds the seat, as far as rows can tell: this process knows its own better."""
    if row.process is None or row.process_id == process or row.tab == tab:
        return False
    return row.process in WebProcess.objects.alive(now)


def _arrive_on_stage(by: User, space: Space, process: str, tab: str, now: datetime) -> None:
    with change(space, now) as it:
        happened = stage.arrive(it.actor(by))
        Participant.objects.filter(space=space, person=by).update(
            process=process, tab=tab, left_at=None
        )
        it.make(happened)


def renew(*, process: str, now: datetime) -> bool:
    """Renew the lease of `process`. False when it had lapsed: then everybody it holds must be
    gathered again."""
    if WebProcess.objects.filter(pk=process).update(seen_at=now):
        return True
    WebProcess.objects.create(pk=process, started_at=now, seen_at=now)
    return False


def settle(*, process: str, gathered: Gathered, now: datetime) -> None:
    """Write what `process`, whose lease stands, has gathered.

    Each statement is a transaction of its own, of at most 200 rows, so that nobody waits long for
    SQLite's one writer; done twice it comes to the same.
    """
    gathered = _of_what_exists(gathered)
    for arrivals in _slices(gathered.arrivals):
        _write_arrivals(process, arrivals, now)
    for departures in _slices(gathered.departures):
        _write_departures(process, departures)
    _write_crowds(process, gathered.crowds)
    moved = {arrival.space for arrival in gathered.arrivals}
    moved |= {departure.space for departure in gathered.departures}
    if moved:
        Space.objects.filter(pk__in=moved).update(audience_version=F("audience_version") + 1)
    lose_from_stage(departures=gathered.departures, process=process, now=now)


def note_counters(*, process: str, counters: Mapping[str, int]) -> None:
    """Keep what `process` counted since its start where staff can read it."""
    WebProcess.objects.filter(pk=process).update(counters=dict(counters))


def give_up(*, process: str) -> None:
    """A process that holds nobody any more does not let others wait for its lease to lapse."""
    WebProcess.objects.filter(pk=process).delete()


def lose_from_stage(
    *, departures: Iterable[Departure], process: str, now: datetime
) -> None:
    """People on stage whose page is gone: the place is kept, the microphone closed."""
    gone: dict[int, set[int]] = {}
    for departure in departures:
        gone.setdefault(departure.space, set()).add(departure.person)
    for space_id, people in gone.items():
        rows = Participant.objects.filter(space=space_id, person__in=people, process=process)
        _lose(rows.filter(role__in=ON_STAGE), now)


def lapse(*, now: datetime) -> int:
    """Let go of the people of processes that died; returns how many processes those were."""
    dead = list(WebProcess.objects.dead(now).values_list("pk", flat=True))
    if not dead:
        return 0
    rows = Participant.objects.filter(process__in=dead)
    _lose(rows.filter(role__in=ON_STAGE, space__in=Space.objects.live()), now)
    with transaction.atomic():
        Space.objects.live().filter(attendances__process__in=dead).update(
            audience_version=F("audience_version") + 1
        )
        rows.update(process=None)
        WebProcess.objects.filter(pk__in=dead).delete()
    return len(dead)


def note_peaks(counts: Iterable[tuple[Space, int]]) -> None:
    """Keep the greatest number of listeners seen; one write for each new record."""
    for space, count in counts:
        if count > space.listeners_peak:
            Space.objects.filter(pk=space.pk, listeners_peak__lt=count).update(listeners_peak=count)


def removed_among(people: Collection[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Who of these, by Space's and person's number, was removed, with the reason."""
    reasons: dict[tuple[int, int], str] = {}
    for some in _slices(list(people)):
        rows = Participant.objects.removed().filter(
            space__in={space for space, _ in some}, person__in={person for _, person in some}
        )
        for space, person, reason in rows.values_list("space", "person", "removed_reason"):
            if (space, person) in people:
                reasons[space, person] = reason
    return reasons


def _lose(rows: QuerySet[Participant], now: datetime) -> None:
    for row in list(rows.select_related("space", "person")):
        try:
            with change(row.space, now) as it:
                happened = stage.lose(it.seat(row.person))
                mine = Participant.objects.filter(pk=row.pk, process=row.process_id)
                if mine.update(process=None):
                    it.make(happened)
        except Refused:
            continue  # it ended meanwhile


def _of_what_exists(gathered: Gathered) -> Gathered:
    """Without Spaces and people whose rows are gone: one such row must not stop all others."""
    spaces = {arrival.space for arrival in gathered.arrivals} | gathered.crowds.keys()
    there = set(Space.objects.filter(pk__in=spaces).values_list("pk", flat=True))
    people: set[int] = set()
    for some in _slices(gathered.arrivals):
        rows = User.objects.filter(pk__in={arrival.person for arrival in some})
        people.update(rows.values_list("pk", flat=True))
    return Gathered(
        arrivals=[a for a in gathered.arrivals if a.space in there and a.person in people],
        departures=gathered.departures,
        crowds={space: crowd for space, crowd in gathered.crowds.items() if space in there},
    )


def _write_arrivals(process: str, arrivals: Sequence[Arrival], now: datetime) -> None:
    """Who was removed meanwhile is not here again."""
    with transaction.atomic():
        _seat(process, arrivals, now)
        Participant.objects.removed().filter(
            space__in={arrival.space for arrival in arrivals},
            person__in={arrival.person for arrival in arrivals},
            process=process,
        ).update(process=None)


def _seat(process: str, arrivals: Sequence[Arrival], now: datetime) -> None:
    Participant.objects.bulk_create(
        [
            Participant(
                space_id=arrival.space,
                person_id=arrival.person,
                process_id=process,
                tab=arrival.tab,
                is_hidden=arrival.is_hidden,
                joined_at=now,
            )
            for arrival in arrivals
        ],
        update_conflicts=True,
        unique_fields=["space", "person"],
        update_fields=["process", "tab", "is_hidden", "left_at"],
    )


def _write_departures(process: str, departures: Sequence[Departure]) -> None:
    """Listeners only: leaving the stage is a change with a number."""
    by_space: dict[int, list[int]] = {}
    for departure in departures:
        by_space.setdefault(departure.space, []).append(departure.person)
    for space, people in by_space.items():
        Participant.objects.filter(
            space=space, person__in=people, process=process, role=Role.LISTENER
        ).update(process=None)


def _write_crowds(process: str, crowds: Mapping[int, Crowd]) -> None:
    rows = [
        Attendance(
            process_id=process, space_id=space, people=crowd.people, visitors=crowd.visitors
        )
        for space, crowd in crowds.items()
    ]
    for some in _slices(rows):
        Attendance.objects.bulk_create(
            some,
            update_conflicts=True,
            unique_fields=["process", "space"],
            update_fields=["people", "visitors"],
        )


def _slices(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    rest = iter(entries)
    while some := list(islice(rest, SLICE)):
        yield some
