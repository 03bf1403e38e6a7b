"""Any people doing anything in any order: the rules of the stage hold (Hypothesis, no database).

The machine keeps the seats as the rows would: it knows what each event writes, and no rule.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from spaces.rules import cohosts, invitations, requests, stage
from spaces.rules import events as e
from spaces.rules.policy import Policy, WhoCanSpeak
from spaces.rules.roles import Refused, Role
from spaces.rules.stage import COHOST_PLACES, PLACES, SPEAKER_PLACES, Seat

PEOPLE = [f"person{number}" for number in range(18)]

person = st.sampled_from(PEOPLE)


class Stage(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.seats = {key: Seat(key, Role.LISTENER) for key in PEOPLE}
        self.seats["person0"] = Seat("person0", Role.HOST)
        self.queue: list[str] = []
        self.order: list[str] = []
        self.policy = Policy()
        self.followed = frozenset(PEOPLE[:9])

    def count(self, role: Role) -> int:
        return sum(seat.role is role for seat in self.seats.values())

    def do(self, by: str, ask: Callable[[Seat], Sequence[e.Event]]) -> None:
        """Ask a rule for `by`. Who is removed or whose page is lost cannot ask anything."""
        seat = self.seats[by]
        if seat.is_removed or not (seat.is_present or ask is stage.arrive):
            return
        try:
            events = ask(self.seats[by])
        except Refused:
            return
        for event in [*events, *cohosts.succession_after(events, self.order)]:
            self.happened(event, by)

    def happened(self, event: e.Event, by: str) -> None:
        match event:
            case e.StageJoined(key, role):
                assert not self.seats[key].role.is_on_stage
                self.change(key, role=role, is_muted=True)
            case e.StageLeft(key):
                assert self.seats[key].role.is_on_stage
                self.change(key, role=Role.LISTENER, is_muted=True)
            case e.RoleChanged(key, role):
                assert self.seats[key].role.is_on_stage
                self.change(key, role=role)
            case e.Succession(persons):
                self.order = list(persons)
            case e.Muted(key, who):
                assert (who == "self") == (key == by)
                self.change(key, is_muted=True)
            case e.Unmuted(key):
                assert key == by, "somebody was unmuted by another"
                self.change(key, is_muted=False)
            case e.PresenceChanged(key, is_present):
                self.change(key, is_present=is_present)
            case e.HandRaised(key):
                assert not self.policy.requests_locked
                self.queue.append(key)
                self.change(key, has_hand_up=True)
            case e.HandLowered(key):
                self.queue.remove(key)
                self.change(key, has_hand_up=False)
            case e.Invited(key, role):
                assert self.seats[key].invited_as is None
                self.change(key, invited_as=role)
            case e.InvitationGone(key):
                assert self.seats[key].invited_as is not None
                self.change(key, invited_as=None)
            case e.PolicyChanged(policy):
                self.policy = policy
            case e.Removed(key):
                self.change(key, is_removed=True, removed_by=by)
            case e.RemovalUndone(key):
                self.change(key, is_removed=False, removed_by="")
            case e.UnmuteAsked(key):
                assert self.seats[key].is_muted

    def change(self, key: str, **changes: object) -> None:
        self.seats[key] = replace(self.seats[key], **changes)  # type: ignore[arg-type]

    @rule(by=person)
    def raise_hand(self, by: str) -> None:
        self.do(by, lambda seat: stage.raise_hand(seat, "", self.policy))

    @rule(by=person)
    def lower_hand(self, by: str) -> None:
        self.do(by, stage.lower_hand)

    @rule(by=person, guest=person)
    def accept(self, by: str, guest: str) -> None:
        self.do(by, lambda seat: stage.accept(seat, self.seats[guest], self.count(Role.SPEAKER)))

    @rule(by=person)
    def accept_all(self, by: str) -> None:
        waiting = [self.seats[key] for key in self.queue]
        self.do(by, lambda seat: stage.accept_all(seat, waiting, self.count(Role.SPEAKER)))

    @rule(by=person, guest=person)
    def deny(self, by: str, guest: str) -> None:
        self.do(by, lambda seat: stage.deny(seat, self.seats[guest]))

    @rule(by=person)
    def take_place(self, by: str) -> None:
        is_let = self.policy.lets_take_place(is_followed=by in self.followed)
        speakers = self.count(Role.SPEAKER)
        self.do(by, lambda seat: stage.take_place(seat, is_let=is_let, speakers=speakers))

    @rule(by=person, locked=st.booleans())
    def lock(self, by: str, locked: bool) -> None:
        self.do(by, lambda seat: requests.lock_requests(seat, self.policy, locked=locked))

    @rule(by=person, value=st.sampled_from(WhoCanSpeak))
    def set_who_can_speak(self, by: str, value: WhoCanSpeak) -> None:
        self.do(by, lambda seat: requests.set_who_can_speak(seat, self.policy, value))

    @rule(by=person, guest=person, role=st.sampled_from([Role.SPEAKER, Role.COHOST]))
    def invite(self, by: str, guest: str, role: Role) -> None:
        cohosts = self.count(Role.COHOST)
        self.do(by, lambda seat: invitations.invite(seat, self.seats[guest], role, cohosts))

    @rule(guest=person, role=st.sampled_from([Role.SPEAKER, Role.COHOST]))
    def the_host_invites_and_they_come(self, guest: str, role: Role) -> None:
        """Often enough for the stage to fill."""
        host = next(key for key, seat in self.seats.items() if seat.role is Role.HOST)
        self.invite(host, guest, role)
        self.answer(guest, True)

    @rule(by=person, guest=person)
    def withdraw(self, by: str, guest: str) -> None:
        self.do(by, lambda seat: invitations.withdraw(seat, self.seats[guest]))

    @rule(by=person, yes=st.booleans())
    def answer(self, by: str, yes: bool) -> None:
        taken = {"speakers": self.count(Role.SPEAKER), "cohosts": self.count(Role.COHOST)}
        self.do(by, lambda seat: (
            invitations.accept(seat, **taken) if yes else invitations.decline(seat)
        ))  # fmt: skip

    @rule(by=person, other=person)
    def remove_cohost(self, by: str, other: str) -> None:
        speakers = self.count(Role.SPEAKER)
        self.do(by, lambda seat: cohosts.remove_cohost(seat, self.seats[other], speakers))

    @rule(by=person)
    def turn_cohosts_round(self, by: str) -> None:
        turned = self.order[::-1]
        self.do(by, lambda seat: cohosts.order_cohosts(seat, turned, self.order))

    @rule(by=person)
    def unmute(self, by: str) -> None:
        self.do(by, stage.unmute)

    @rule(by=person)
    def mute(self, by: str) -> None:
        self.do(by, stage.mute)

    @rule(by=person, speaker=person)
    def mute_person(self, by: str, speaker: str) -> None:
        if by != speaker:
            self.do(by, lambda seat: stage.mute_person(seat, self.seats[speaker]))

    @rule(by=person)
    def mute_all(self, by: str) -> None:
        self.do(by, lambda seat: stage.mute_all(seat, list(self.seats.values())))

    @rule(by=person, speaker=person)
    def ask_unmute(self, by: str, speaker: str) -> None:
        self.do(by, lambda seat: stage.ask_unmute(seat, self.seats[speaker]))

    @rule(by=person)
    def step_down(self, by: str) -> None:
        self.do(by, stage.step_down)

    @rule(by=person, speaker=person)
    def move_down(self, by: str, speaker: str) -> None:
        self.do(by, lambda seat: stage.move_down(seat, self.seats[speaker]))

    @rule(by=person, other=person)
    def remove(self, by: str, other: str) -> None:
        self.do(by, lambda seat: stage.remove(seat, self.seats[other], "a reason"))

    @rule(by=person, other=person)
    def undo_remove(self, by: str, other: str) -> None:
        self.do(by, lambda seat: stage.undo_remove(seat, self.seats[other]))

    @rule(by=person, successor=person)
    def leave(self, by: str, successor: str) -> None:
        self.do(by, lambda seat: stage.leave(seat, self.seats[successor]))

    @rule(by=person)
    def connection_lost(self, by: str) -> None:
        self.do(by, stage.lose)

    @rule(by=person)
    def connection_back(self, by: str) -> None:
        self.do(by, stage.arrive)

    @precondition(lambda self: self.count(Role.SPEAKER) == SPEAKER_PLACES)
    @rule()
    def a_full_stage_takes_nobody_more(self) -> None:
        waiting = Seat("somebody", Role.LISTENER, has_hand_up=True, invited_as=Role.SPEAKER)
        before = self.count(Role.SPEAKER)
        for ask in (
            lambda: stage.accept(Seat("host", Role.HOST), waiting, before),
            lambda: stage.take_place(waiting, is_let=True, speakers=before),
            lambda: invitations.accept(waiting, speakers=before, cohosts=0),
        ):
            with pytest.raises(Refused, match="stage_full"):
                ask()

    @invariant()
    def the_stage_has_at_most_thirteen(self) -> None:
        assert sum(seat.role.is_on_stage for seat in self.seats.values()) <= PLACES
        assert self.count(Role.SPEAKER) <= SPEAKER_PLACES
        assert self.count(Role.COHOST) <= COHOST_PLACES

    @invariant()
    def the_succession_names_each_cohost_once(self) -> None:
        named = {key for key, seat in self.seats.items() if seat.role is Role.COHOST}
        assert set(self.order) == named
        assert len(self.order) == len(named)

    @invariant()
    def there_is_one_host(self) -> None:
        assert self.count(Role.HOST) == 1

    @invariant()
    def nobody_speaks_without_a_place(self) -> None:
        for seat in self.seats.values():
            assert seat.is_muted or (seat.role.is_on_stage and seat.is_present)

    @invariant()
    def only_listeners_wait_and_who_is_removed_has_nothing(self) -> None:
        for seat in self.seats.values():
            assert not (seat.has_hand_up and seat.role.is_on_stage)
            if seat.is_removed:
                assert not seat.role.is_on_stage
                assert not seat.has_hand_up
                assert seat.invited_as is None


Stage.TestCase.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
TestStage = Stage.TestCase
