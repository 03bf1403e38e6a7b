"""Hosting, lifecycle, reactions: the rest of the pure rules."""

import itertools

import pytest

from spaces.rules.hosting import standing
from spaces.rules.lifecycle import NEXT, State, description, step, title_or_default
from spaces.rules.reactions import EMOJI, REACTION_PACE, Bucket
from spaces.rules.roles import Refused


def judged(followers: int = 600, needed: int = 600, **facts: bool):
    return standing(
        followers=followers,
        needed=needed,
        **{"is_exempt": False, "is_protected": False, "is_active": True, **facts},
    )


def test_six_hundred_followers_are_enough_and_one_fewer_is_not() -> None:
    assert judged(600).may_host
    short = judged(599)
    assert (short.may_host, short.reason, short.missing) == (False, "too_few_followers", 1)


def test_nought_means_everybody() -> None:
    assert judged(0, needed=0).may_host


def test_staff_can_exempt_a_person() -> None:
    assert judged(0, is_exempt=True).may_host


def test_a_protected_or_suspended_account_never_hosts() -> None:
    assert judged(9000, is_protected=True, is_exempt=True).reason == "protected"
    assert judged(9000, is_active=False, is_exempt=True).reason == "suspended"


def test_an_empty_title_becomes_the_default() -> None:
    assert title_or_default("  ", "@ana's Space") == "@ana's Space"
    assert title_or_default(" News ", "@ana's Space") == "News"


def test_titles_have_70_characters_and_descriptions_500() -> None:
    assert title_or_default("x" * 70, "")
    assert description("x" * 500)
    for refused in (lambda: title_or_default("x" * 71, ""), lambda: description("x" * 501)):
        with pytest.raises(Refused, match="text_too_long"):
            refused()


@pytest.mark.parametrize(("state", "to"), list(itertools.product(State, State)))
def test_a_space_goes_only_the_ways_of_the_table(state: State, to: State) -> None:
    if to in NEXT[state]:
        assert step(state, to) is to
    else:
        with pytest.raises(Refused):
            step(state, to)


def test_every_state_has_a_row_and_nothing_goes_live_again() -> None:
    assert set(NEXT) == set(State)
    assert [state for state in State if State.LIVE in NEXT[state]] == [State.DRAFT, State.SCHEDULED]


def test_the_tray_has_twelve_reactions() -> None:
    assert len(set(EMOJI)) == 12


def test_six_reactions_at_once_then_three_a_second() -> None:
    bucket = Bucket(REACTION_PACE, now=0)
    assert [bucket.take(0) for _i in range(7)] == [True] * 6 + [False]
    assert [bucket.take(1) for _i in range(4)] == [True] * 3 + [False]
    assert sum(bucket.take(2 + tenth / 10) for tenth in range(100)) <= 3 * 11 + 6
