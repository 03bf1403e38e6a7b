"""The rules of the stage, one behaviour each; no database."""

import pytest

from spaces.rules import stage
from spaces.rules.events import (
    HandLowered,
    HandRaised,
    Muted,
    PresenceChanged,
    RemovalUndone,
    Removed,
    RoleChanged,
    StageJoined,
    StageLeft,
    Unmuted,
)
from spaces.rules.roles import Refused, Role
from spaces.rules.stage import SPEAKER_PLACES, Seat

HOST = Seat("host", Role.HOST)
COHOST = Seat("cohost", Role.COHOST)
SPEAKER = Seat("speaker", Role.SPEAKER)
OPEN = Seat("open", Role.SPEAKER, is_muted=False)
LISTENER = Seat("listener", Role.LISTENER)
WAITING = Seat("waiting", Role.LISTENER, has_hand_up=True)
REMOVED = Seat("removed", Role.LISTENER, is_removed=True, removed_by="cohost")


def test_the_stage_has_thirteen_places() -> None:
    assert stage.PLACES == 13


def test_a_listener_raises_a_hand_with_a_reason_on_one_line() -> None:
    assert stage.raise_hand(LISTENER, "  a\nquestion ") == [HandRaised("listener", "a question")]


def test_a_hand_that_is_up_stays_where_it_is() -> None:
    assert stage.raise_hand(WAITING, "again") == []


def test_a_reason_is_at_most_140_characters() -> None:
    assert stage.raise_hand(LISTENER, "x" * 140)
    with pytest.raises(Refused, match="text_too_long"):
        stage.raise_hand(LISTENER, "x" * 141)


def test_lowering_a_hand_that_is_down_changes_nothing() -> None:
    assert stage.lower_hand(LISTENER) == []
    assert stage.lower_hand(WAITING) == [HandLowered("waiting", "lowered")]


@pytest.mark.parametrize("by", [HOST, COHOST])
def test_an_accepted_hand_becomes_a_place_on_stage(by: Seat) -> None:
    assert stage.accept(by, WAITING, speakers=9) == [
        HandLowered("waiting", "accepted"),
        StageJoined("waiting", Role.SPEAKER),
    ]


def test_a_full_stage_takes_nobody_more() -> None:
    with pytest.raises(Refused, match="stage_full"):
        stage.accept(HOST, WAITING, speakers=SPEAKER_PLACES)


def test_nobody_is_brought_on_stage_who_did_not_ask() -> None:
    with pytest.raises(Refused, match="no_hand"):
        stage.accept(HOST, LISTENER, speakers=0)
    with pytest.raises(Refused, match="already_on_stage"):
        stage.accept(HOST, SPEAKER, speakers=0)


def test_a_denied_hand_goes_down() -> None:
    assert stage.deny(HOST, WAITING) == [HandLowered("waiting", "denied")]
    with pytest.raises(Refused, match="no_hand"):
        stage.deny(HOST, LISTENER)


@pytest.mark.parametrize("seat", [COHOST, SPEAKER])
def test_who_steps_down_listens(seat: Seat) -> None:
    assert stage.step_down(seat) == [StageLeft(seat.person, "stepped_down")]


def test_the_host_does_not_step_down_without_a_successor() -> None:
    with pytest.raises(Refused, match="choose_successor"):
        stage.step_down(HOST)


def test_muting_and_unmuting_oneself_twice_is_harmless() -> None:
    assert stage.mute(OPEN) == [Muted("open", "self")]
    assert stage.mute(SPEAKER) == []
    assert stage.unmute(SPEAKER) == [Unmuted("speaker")]
    assert stage.unmute(OPEN) == []


def test_a_host_mutes_a_speaker_and_never_unmutes_one() -> None:
    assert stage.mute_person(HOST, OPEN) == [Muted("open", "host")]
    assert stage.mute_person(HOST, SPEAKER) == []


@pytest.mark.parametrize("rule", [stage.mute_person, stage.move_down])
@pytest.mark.parametrize("target", [HOST, Seat("other", Role.COHOST)])
def test_a_cohost_has_no_power_over_hosts(rule, target: Seat) -> None:
    with pytest.raises(Refused, match="not_allowed"):
        rule(COHOST, target)
    with pytest.raises(Refused, match="not_allowed"):
        stage.remove(COHOST, target, "a reason")


@pytest.mark.parametrize("rule", [stage.mute_person, stage.move_down])
def test_only_people_on_stage_are_muted_or_moved(rule) -> None:
    with pytest.raises(Refused, match="not_on_stage"):
        rule(HOST, LISTENER)


def test_a_speaker_is_moved_to_the_audience() -> None:
    assert stage.move_down(HOST, COHOST) == [StageLeft("cohost", "moved_down")]


def test_removal_takes_the_place_and_the_hand_and_says_why() -> None:
    assert stage.remove(HOST, SPEAKER, "Noise") == [
        StageLeft("speaker", "removed"),
        Removed("speaker", "Noise"),
    ]
    assert stage.remove(COHOST, WAITING, "Noise") == [
        HandLowered("waiting", "removed"),
        Removed("waiting", "Noise"),
    ]
    assert stage.remove(HOST, REMOVED, "Noise") == []


def test_a_removal_needs_a_reason() -> None:
    with pytest.raises(Refused, match="reason_needed"):
        stage.remove(HOST, LISTENER, "  ")


def test_the_host_undoes_any_removal_a_cohost_their_own() -> None:
    assert stage.undo_remove(HOST, REMOVED) == [RemovalUndone("removed")]
    assert stage.undo_remove(COHOST, REMOVED) == [RemovalUndone("removed")]
    assert stage.undo_remove(HOST, LISTENER) == []
    with pytest.raises(Refused, match="not_allowed"):
        stage.undo_remove(Seat("another", Role.COHOST), REMOVED)


def test_who_leaves_gives_up_the_place_and_lowers_the_hand() -> None:
    assert stage.leave(LISTENER) == []
    assert stage.leave(WAITING) == [HandLowered("waiting", "left")]
    assert stage.leave(SPEAKER) == [StageLeft("speaker", "left")]


def test_a_host_who_leaves_names_who_goes_on() -> None:
    assert stage.leave(HOST, SPEAKER) == [
        StageLeft("host", "left"),
        RoleChanged("speaker", Role.HOST),
    ]
    with pytest.raises(Refused, match="choose_successor"):
        stage.leave(HOST)
    for nobody in (LISTENER, HOST):
        with pytest.raises(Refused, match="not_on_stage"):
            stage.leave(HOST, nobody)
    with pytest.raises(Refused, match="successor_away"):
        stage.leave(HOST, Seat("away", Role.SPEAKER, is_present=False))


def test_a_lost_connection_closes_the_microphone_and_keeps_the_place() -> None:
    assert stage.lose(OPEN) == [Muted("open", "self"), PresenceChanged("open", False)]
    assert stage.lose(LISTENER) == []
    assert stage.lose(Seat("away", Role.SPEAKER, is_present=False)) == []


def test_whoever_comes_back_is_muted() -> None:
    away = Seat("away", Role.SPEAKER, is_present=False)
    assert stage.arrive(away) == [PresenceChanged("away", True)]
    assert stage.arrive(OPEN) == [Muted("open", "self")]
    assert stage.arrive(LISTENER) == []
