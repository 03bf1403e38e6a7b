"""The permission table: exactly PRODUCT.md section 3, every cell."""

import itertools

import pytest

from spaces.rules.roles import BELOW, MAY, Action, Refused, Role, may, require

H, C, S, L, V = Role.HOST, Role.COHOST, Role.SPEAKER, Role.LISTENER, Role.VISITOR

# A second writing of the table, on purpose: a change must be made twice.
EXPECTED = {
    Action.JOIN: {H, C, S, L, V},
    Action.HEAR: {H, C, S, L, V},
    Action.LEAVE: {H, C, S, L, V},
    Action.REACT: {H, C, S, L},
    Action.RAISE_HAND: {L},
    Action.LOWER_HAND: {L},
    Action.ACCEPT: {H, C},
    Action.TAKE_PLACE: {L},
    Action.ACCEPT_ALL: {H, C},
    Action.LOCK_REQUESTS: {H, C},
    Action.SET_WHO_CAN_SPEAK: {H, C},
    Action.INVITE: {H, C},
    Action.APPOINT_COHOST: {H},
    Action.ANSWER_INVITATION: {S, L},
    Action.DENY: {H, C},
    Action.STEP_DOWN: {H, C, S},
    Action.MUTE_SELF: {H, C, S},
    Action.UNMUTE_SELF: {H, C, S},
    Action.MUTE_OTHER: {H, C},
    Action.MUTE_ALL: {H, C},
    Action.ASK_UNMUTE: {H, C},
    Action.MOVE_DOWN: {H, C},
    Action.REMOVE: {H, C},
    Action.UNDO_REMOVE: {H, C},
    Action.EDIT: {H, C},
    Action.END: {H},
}


def test_every_action_has_its_row() -> None:
    assert set(MAY) == set(Action) == set(EXPECTED)


@pytest.mark.parametrize(("action", "role"), list(itertools.product(Action, Role)))
def test_each_cell_of_the_table_is_as_the_product_says(action: Action, role: Role) -> None:
    assert may(role, action) == (role in EXPECTED[action])


def test_there_is_no_action_by_which_anybody_unmutes_another() -> None:
    assert {action for action in Action if "unmute" in action} == {
        Action.UNMUTE_SELF, Action.ASK_UNMUTE,  # which asks, and opens nothing
    }


@pytest.mark.parametrize(("role", "over"), list(itertools.product(Role, Role)))
def test_powers_over_others_reach_only_downwards(role: Role, over: Role) -> None:
    expected = {H: {C, S, L}, C: {S, L}}.get(role, set())
    assert (over in BELOW.get(role, frozenset())) == (over in expected)
    assert may(role, Action.REMOVE, over) == (over in expected)


def test_a_visitor_is_told_to_sign_in_and_others_that_it_is_not_theirs_to_do() -> None:
    with pytest.raises(Refused, match="sign_in"):
        require(V, Action.RAISE_HAND)
    with pytest.raises(Refused, match="not_allowed"):
        require(S, Action.END)
