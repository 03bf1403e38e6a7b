"""Invitations, who can speak, the lock, accept all, mute all: one behaviour each; no database."""

import pytest

from spaces.rules import cohosts, invitations, requests, stage
from spaces.rules.events import (
    HandLowered,
    InvitationGone,
    Invited,
    Muted,
    PolicyChanged,
    RoleChanged,
    StageJoined,
    Succession,
    UnmuteAsked,
)
from spaces.rules.policy import Policy, WhoCanSpeak
from spaces.rules.roles import Refused, Role
from spaces.rules.stage import COHOST_PLACES, SPEAKER_PLACES, Seat

HOST = Seat("host", Role.HOST, is_muted=False)
COHOST = Seat("cohost", Role.COHOST, is_muted=False)
SPEAKER = Seat("speaker", Role.SPEAKER)
OPEN = Seat("open", Role.SPEAKER, is_muted=False)
LISTENER = Seat("listener", Role.LISTENER)
WAITING = Seat("waiting", Role.LISTENER, has_hand_up=True)
INVITED = Seat("invited", Role.LISTENER, invited_as=Role.SPEAKER)
LOCKED = Policy(requests_locked=True)


def test_no_hand_is_raised_while_requests_are_locked_and_those_up_stay() -> None:
    with pytest.raises(Refused, match="requests_locked"):
        stage.raise_hand(LISTENER, "", LOCKED)
    assert stage.raise_hand(WAITING, "", LOCKED) == []


def test_locking_twice_changes_nothing() -> None:
    assert requests.lock_requests(COHOST, Policy(), locked=True) == [PolicyChanged(LOCKED)]
    assert requests.lock_requests(COHOST, LOCKED, locked=True) == []
    assert requests.lock_requests(HOST, LOCKED, locked=False) == [PolicyChanged(Policy())]


@pytest.mark.parametrize(
    ("who", "followed", "others"),
    [("everyone", True, True), ("followed", True, False), ("invited", False, False)],
)
def test_who_takes_a_place_without_asking(who: str, followed: bool, others: bool) -> None:
    policy = Policy(WhoCanSpeak(who))
    assert policy.lets_take_place(is_followed=True) is followed
    assert policy.lets_take_place(is_followed=False) is others


def test_whom_the_policy_lets_takes_a_free_place() -> None:
    taken = stage.take_place(LISTENER, is_let=True, speakers=9)
    assert taken == [StageJoined("listener", Role.SPEAKER)]
    with pytest.raises(Refused, match="may_not_take_place"):
        stage.take_place(LISTENER, is_let=False, speakers=0)
    with pytest.raises(Refused, match="stage_full"):
        stage.take_place(LISTENER, is_let=True, speakers=SPEAKER_PLACES)


def test_accept_all_takes_as_many_as_fit_in_the_order_of_the_queue() -> None:
    queue = [Seat(f"w{number}", Role.LISTENER, has_hand_up=True) for number in range(4)]
    accepted = stage.accept_all(COHOST, queue, speakers=SPEAKER_PLACES - 2)
    assert [one.person for one in accepted if isinstance(one, StageJoined)] == ["w0", "w1"]
    assert stage.accept_all(HOST, [], speakers=SPEAKER_PLACES) == []
    with pytest.raises(Refused, match="stage_full"):
        stage.accept_all(HOST, queue, speakers=SPEAKER_PLACES)


def test_an_invitation_is_offered_once() -> None:
    assert invitations.invite(COHOST, LISTENER, Role.SPEAKER, cohosts=1) == [
        Invited("listener", Role.SPEAKER, "cohost")
    ]
    with pytest.raises(Refused, match="already_invited"):
        invitations.invite(HOST, INVITED, Role.SPEAKER, cohosts=0)
    with pytest.raises(Refused, match="already_on_stage"):
        invitations.invite(HOST, SPEAKER, Role.SPEAKER, cohosts=0)
    with pytest.raises(Refused, match="not_here"):
        invitations.invite(HOST, Seat("x", Role.LISTENER, is_removed=True), Role.SPEAKER, 0)


def test_only_the_host_invites_cohosts_and_there_are_two() -> None:
    asked = invitations.invite(HOST, SPEAKER, Role.COHOST, cohosts=1)
    assert asked == [Invited("speaker", Role.COHOST, "host")]
    with pytest.raises(Refused, match="not_allowed"):
        invitations.invite(COHOST, SPEAKER, Role.COHOST, cohosts=0)
    with pytest.raises(Refused, match="not_allowed"):
        invitations.withdraw(COHOST, Seat("x", Role.SPEAKER, invited_as=Role.COHOST))
    with pytest.raises(Refused, match="cohosts_full"):
        invitations.invite(HOST, SPEAKER, Role.COHOST, cohosts=COHOST_PLACES)
    with pytest.raises(Refused, match="already_on_stage"):
        invitations.invite(HOST, COHOST, Role.COHOST, cohosts=1)


def test_who_says_yes_comes_on_stage_and_their_hand_goes_down() -> None:
    both = Seat("both", Role.LISTENER, has_hand_up=True, invited_as=Role.SPEAKER)
    assert invitations.accept(both, speakers=9, cohosts=2) == [
        HandLowered("both", "accepted"),
        InvitationGone("both", "accepted"),
        StageJoined("both", Role.SPEAKER),
    ]
    speaker = Seat("speaker", Role.SPEAKER, invited_as=Role.COHOST)
    assert invitations.accept(speaker, speakers=10, cohosts=1) == [
        InvitationGone("speaker", "accepted"),
        RoleChanged("speaker", Role.COHOST),
    ]


def test_an_invitation_does_not_hold_a_place() -> None:
    with pytest.raises(Refused, match="stage_full"):
        invitations.accept(INVITED, speakers=SPEAKER_PLACES, cohosts=0)
    cohost_to_be = Seat("x", Role.LISTENER, invited_as=Role.COHOST)
    with pytest.raises(Refused, match="cohosts_full"):
        invitations.accept(cohost_to_be, speakers=0, cohosts=COHOST_PLACES)


def test_nobody_answers_what_is_not_open() -> None:
    for answer in (
        lambda: invitations.accept(LISTENER, speakers=0, cohosts=0),
        lambda: invitations.decline(LISTENER),
        lambda: invitations.withdraw(HOST, LISTENER),
    ):
        with pytest.raises(Refused, match="no_invitation"):
            answer()
    assert invitations.decline(INVITED) == [InvitationGone("invited", "declined")]
    assert invitations.withdraw(COHOST, INVITED) == [InvitationGone("invited", "withdrawn")]


def test_mute_all_closes_the_microphones_below_and_not_ones_own() -> None:
    everybody = [HOST, COHOST, SPEAKER, OPEN]
    assert stage.mute_all(HOST, everybody) == [Muted("cohost", "host"), Muted("open", "host")]
    assert stage.mute_all(COHOST, everybody) == [Muted("open", "host")]


def test_a_host_asks_and_does_not_unmute() -> None:
    assert stage.ask_unmute(COHOST, SPEAKER) == [UnmuteAsked("speaker", "cohost")]
    assert stage.ask_unmute(COHOST, OPEN) == []
    with pytest.raises(Refused, match="not_allowed"):
        stage.ask_unmute(COHOST, HOST)
    with pytest.raises(Refused, match="not_on_stage"):
        stage.ask_unmute(HOST, LISTENER)


def test_a_cohost_is_made_a_speaker_if_there_is_a_place() -> None:
    assert cohosts.remove_cohost(HOST, COHOST, 9) == [RoleChanged("cohost", Role.SPEAKER)]
    with pytest.raises(Refused, match="stage_full"):
        cohosts.remove_cohost(HOST, COHOST, SPEAKER_PLACES)
    with pytest.raises(Refused, match="not_cohost"):
        cohosts.remove_cohost(HOST, SPEAKER, 0)
    with pytest.raises(Refused, match="not_allowed"):
        cohosts.remove_cohost(COHOST, COHOST, 0)


def test_the_host_puts_all_cohosts_in_order() -> None:
    assert cohosts.order_cohosts(HOST, ["b", "a"], ["a", "b"]) == [Succession(("b", "a"))]
    assert cohosts.order_cohosts(HOST, ["a", "b"], ["a", "b"]) == []
    for wrong in (["a"], ["a", "a"], ["a", "c"], []):
        with pytest.raises(Refused, match="not_cohost"):
            cohosts.order_cohosts(HOST, wrong, ["a", "b"])


def test_a_new_cohost_is_last_and_who_is_none_any_more_leaves_the_order() -> None:
    joined = [StageJoined("c", Role.COHOST)]
    assert cohosts.succession_after(joined, ["a"]) == [Succession(("a", "c"))]
    became_host = [RoleChanged("a", Role.HOST)]
    assert cohosts.succession_after(became_host, ["a", "b"]) == [Succession(("b",))]
    assert cohosts.succession_after([StageJoined("s", Role.SPEAKER)], ["a"]) == []
