"""Events as each audience is sent them: one frame per commit, everybody gets every number.

Three audiences: everybody; hosts and co-hosts, who see cards and removals; and a single person,
for what only they may know. The texts are built once and written as they are by every process.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, TypeVar, assert_never

from spaces import snapshot
from spaces.models import Invitation, Participant, Space, SpeakRequest
from spaces.rules import events as e
from spaces.rules.policy import WhoCanSpeak
from spaces.rules.roles import HOSTING
from spaces.snapshot import Message

Row = TypeVar("Row", SpeakRequest, Invitation, Participant)


@dataclass(frozen=True)
class Told:
    """One commit. `stage` are the keys of who is on it now, `hosting` of who is sent `hosts`; `bye`
    says who must go then."""

    seq: int
    everybody: str
    hosts: str
    stage: tuple[str, ...] = ()
    hosting: tuple[str, ...] = ()
    personal: dict[str, str] = field(default_factory=dict)
    bye: dict[str, Message] = field(default_factory=dict)
    bye_everybody: Message | None = None

    def as_message(self, space: Space) -> dict[str, Any]:
        """The form for the layer."""
        return {"type": "space.events", "space": space.slug, **asdict(self)}


def tell(space: Space, events: Sequence[e.Event]) -> Told:
    """What `events` look like to each audience, after their rows were written."""
    teller = _Teller(space, events)
    hosting = teller.hosting()
    return Told(
        seq=space.seq,
        everybody=_frame(space, teller.told(Viewer())),
        hosts=_frame(space, teller.told(Viewer(is_hosting=True))),
        stage=teller.stage(),
        hosting=hosting,
        personal={
            person: _frame(space, teller.told(Viewer(person, person in hosting)))
            for person in teller.with_a_frame_of_their_own()
        },
        bye={
            event.person: {"t": "bye", "code": "removed", "reason": event.reason}
            for event in events
            if isinstance(event, e.Removed)
        },
        bye_everybody=next(
            ({"t": "bye", "code": "ended"} for event in events if isinstance(event, e.Ended)), None
        ),
    )


def encode(message: Message) -> str:
    """One frame's text; short, because it is written to every page."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _frame(space: Space, events: list[Message]) -> str:
    return encode({"t": "events", "seq": space.seq, "events": events})


@dataclass(frozen=True)
class Viewer:
    """For whom events are told: everybody, hosts, or one person by their key."""

    person: str = ""
    is_hosting: bool = False

    def may_know(self, person: str) -> bool:
        """What concerns `person` and is between them and the hosts."""
        return self.is_hosting or self.person == person


_PRIVATE = (e.Removed, e.Invited, e.InvitationGone, e.UnmuteAsked)
_NAMED = e.HandRaised | e.Invited | e.Removed


class _Teller:
    """Looks up, at most once each, what the events of one commit need to be told."""

    def __init__(self, space: Space, events: Sequence[e.Event]) -> None:
        self._space = space
        self._events = events
        self._seats = {
            seat.person.key: seat
            for seat in Participant.objects.filter(space=space)
            .on_stage()
            .select_related("person")
        }
        self._hands = {row.person.key: row for row in self._rows(SpeakRequest, e.HandRaised)}
        self._cards = snapshot.cards(space, self._hands.values())
        self._removals = {
            row.person.key: row for row in self._rows(Participant, e.Removed, "removed_by")
        }
        self._invitations = {row.person.key: row for row in self._rows(Invitation, e.Invited, "by")}
        by_follows = space.who_can_speak == WhoCanSpeak.FOLLOWED
        is_new = any(isinstance(event, e.PolicyChanged) for event in events)
        self._followed = snapshot.followed_by_host(space) if is_new and by_follows else set()

    def _rows(self, model: type[Row], kind: type[_NAMED], *more: str) -> list[Row]:
        people = [event.person for event in self._events if isinstance(event, kind)]
        if not people:
            return []
        return list(
            model._default_manager.filter(space=self._space, person__key__in=people)
            .select_related("person", *more)
        )

    def stage(self) -> tuple[str, ...]:
        return tuple(self._seats)

    def hosting(self) -> tuple[str, ...]:
        return tuple(key for key, seat in self._seats.items() if seat.role in HOSTING)

    def with_a_frame_of_their_own(self) -> set[str]:
        """Keys of those who are told something that others are not, or something else."""
        private = {event.person for event in self._events if isinstance(event, _PRIVATE)}
        if self._is_new_host or any(isinstance(event, e.Removed) for event in self._events):
            private.update(self.hosting())  # each sees which removals are theirs to undo
        return private | {key for key in self._followed if key}

    def told(self, viewer: Viewer) -> list[Message]:
        """The events as one viewer is sent them."""
        told = [message for event in self._events if (message := self._told(event, viewer))]
        if not (viewer.is_hosting and self._is_new_host):
            return told
        removed = snapshot.removed_people(self._space, viewer.person)
        return [
            *told,
            *self._for_new_hosts,
            *({"type": "removed", **one} for one in removed),
        ]

    @property
    def _is_new_host(self) -> bool:
        """Whether somebody has hosts' powers by this commit, or a card says something else, because
        whom it is about follows another host now."""
        return any(
            isinstance(event, e.HostChanged)
            or (isinstance(event, e.RoleChanged | e.StageJoined) and event.role in HOSTING)
            for event in self._events
        )

    @cached_property
    def _for_new_hosts(self) -> list[Message]:
        """What only hosts see, in whole and once more: a page puts each in the place of the last."""
        queue = snapshot.hands(self._space, with_cards=True)
        invited = snapshot.invited_people(self._space)
        return [
            *({"type": "hand_raised", **hand} for hand in queue),
            *({"type": "invited", **one} for one in invited),
        ]

    def _told(self, event: e.Event, viewer: Viewer) -> Message | None:
        match event:
            case e.StageJoined(person):
                member = snapshot.member(self._seats[person])
                return {"type": "stage_joined", "member": member}
            case e.StageLeft(person, why):
                return {"type": "stage_left", "person": person, "why": why}
            case e.RoleChanged(person, role):
                return {"type": "role_changed", "person": person, "role": role}
            case e.Succession(persons):
                return {"type": "succession", "persons": list(persons)}
            case e.Muted(person, by):
                return {"type": "muted", "person": person, "by": by}
            case e.Unmuted(person):
                return {"type": "unmuted", "person": person}
            case e.PresenceChanged(person, is_present):
                return {"type": "presence", "person": person, "present": is_present}
            case e.HandRaised(person):
                request = self._hands[person]
                card = self._cards[request.person_id] if viewer.is_hosting else None
                return {"type": "hand_raised", **snapshot.hand(request, card)}
            case e.HandLowered(person, why):
                return {"type": "hand_lowered", "person": person, "why": why}
            case e.Ended(why, by):
                return {"type": "ended", "why": why, "by": by}
            case e.DetailsChanged():
                return {"type": "details", **snapshot.details(self._space)}
            case e.PolicyChanged(policy):
                is_followed = viewer.person in self._followed
                may = policy.lets_take_place(is_followed=is_followed)
                return {"type": "permission", **asdict(policy), "may_take_place": may}
            case e.Removed() | e.Invited() | e.InvitationGone() | e.UnmuteAsked():
                return self._told_privately(event, viewer)
            case e.HostLost(until):
                return {"type": "host_lost", "until_ms": snapshot.unix_ms(until)}
            case e.HostBack():
                return {"type": "host_back"}
            case e.HostChanged(person, is_acting):
                return {"type": "host_changed", "person": person, "acting": is_acting}
            case e.Notice(code, at):
                return {"type": "notice", "code": code, "at_ms": snapshot.unix_ms(at)}
            case e.TimerSet() | e.TimerCleared():
                return None
            case e.RemovalUndone(person):
                told = {"type": "removal_undone", "person": person}
                return told if viewer.is_hosting else None
            case _:
                assert_never(event)

    def _told_privately(
        self, event: e.Removed | e.Invited | e.InvitationGone | e.UnmuteAsked, viewer: Viewer
    ) -> Message | None:
        person = event.person
        if not viewer.may_know(person):
            return None
        match event:
            case e.Removed(_, reason):
                if viewer.is_hosting:
                    row = self._removals[person]
                    return {"type": "removed", **snapshot.removed(row, viewer.person)}
                return {"type": "removed", "person": person, "reason": reason}
            case e.Invited():
                invitation = self._invitations[person]
                if viewer.is_hosting:
                    return {"type": "invited", **snapshot.invited(invitation)}
                return {"type": "invited", "person": person, **snapshot.invitation(invitation)}
            case e.InvitationGone(_, why):
                return {"type": "invitation_gone", "person": person, "why": why}
            case e.UnmuteAsked(_, by):
                if viewer.person != person:
                    return None
                return {"type": "unmute_asked", "by": snapshot.named(self._seats[by].person)}
            case _:
                assert_never(event)
