"""Events as each audience is sent them: one frame per commit, everybody gets every number.

Three audiences: everybody; hosts and co-hosts, who see cards and removals; and a single person,
for what only they may know. The texts are built once and written as they are by every process.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, assert_never

from spaces import snapshot
from spaces.models import Participant, Space, SpeakRequest
from spaces.rules import events as e
from spaces.rules.roles import HOSTING
from spaces.snapshot import Message


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
    everybody, hosts = teller.for_everybody(), teller.for_hosts()
    personal = {
        event.person: encode(_frame(space, [*everybody, _removed(event)]))
        for event in events
        if isinstance(event, e.Removed)
    }
    return Told(
        seq=space.seq,
        everybody=encode(_frame(space, everybody)),
        hosts=encode(_frame(space, hosts)),
        stage=teller.stage(),
        hosting=teller.hosting(),
        personal=personal,
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


def _frame(space: Space, events: list[Message]) -> Message:
    return {"t": "events", "seq": space.seq, "events": events}


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
        raised = [event.person for event in events if isinstance(event, e.HandRaised)]
        self._hands = {
            hand.person.key: hand
            for hand in SpeakRequest.objects.filter(space=space, person__key__in=raised)
            .select_related("person")
        } if raised else {}

    def stage(self) -> tuple[str, ...]:
        return tuple(self._seats)

    def hosting(self) -> tuple[str, ...]:
        return tuple(key for key, seat in self._seats.items() if seat.role in HOSTING)

    def _queue(self) -> list[Message]:
        """The whole queue as hands raised, when somebody has hosts' powers by this commit: they have
        not seen the cards, and a card says whether one follows the host, who is another now."""
        is_new = any(
            isinstance(event, e.RoleChanged | e.StageJoined) and event.role in HOSTING
            for event in self._events
        )
        queue = snapshot.hands(self._space, with_cards=True) if is_new else []
        return [{"type": "hand_raised", **hand} for hand in queue]

    def for_everybody(self) -> list[Message]:
        return [told for event in self._events if (told := self._told(event, {}))]

    def for_hosts(self) -> list[Message]:
        cards = snapshot.cards(self._space, self._hands.values())
        told = []
        for event in self._events:
            if isinstance(event, e.Removed):
                told.append(_removed(event))
            elif message := self._told(event, cards):
                told.append(message)
        return [*told, *self._queue()]

    def _told(self, event: e.Event, cards: dict[int, Message]) -> Message | None:
        match event:
            case e.StageJoined(person):
                member = snapshot.member(self._seats[person])
                return {"type": "stage_joined", "member": member}
            case e.StageLeft(person, why):
                return {"type": "stage_left", "person": person, "why": why}
            case e.RoleChanged(person, role):
                return {"type": "role_changed", "person": person, "role": role}
            case e.Muted(person, by):
                return {"type": "muted", "person": person, "by": by}
            case e.Unmuted(person):
                return {"type": "unmuted", "person": person}
            case e.PresenceChanged(person, is_present):
                return {"type": "presence", "person": person, "present": is_present}
            case e.HandRaised(person):
                request = self._hands[person]
                return {
                    "type": "hand_raised",
                    **snapshot.hand(request, cards.get(request.person_id)),
                }
            case e.HandLowered(person, why):
                return {"type": "hand_lowered", "person": person, "why": why}
            case e.Ended(why, by):
                return {"type": "ended", "why": why, "by": by}
            case e.Removed() | e.RemovalUndone():
                return None
            case _:
                assert_never(event)


def _removed(event: e.Removed) -> Message:
    return {"type": "removed", "person": event.person, "reason": event.reason}
