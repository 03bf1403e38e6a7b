"""The states of a Space (PRODUCT.md section 4) and the texts that describe it."""

from enum import StrEnum

from spaces.rules.roles import Refused

TITLE_LIMIT = 70  # characters
DESCRIPTION_LIMIT = 500  # characters


class State(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    LIVE = "live"
    ENDED = "ended"
    PROCESSING = "processing"
    REPLAY = "replay"
    NO_REPLAY = "no_replay"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REMOVED = "removed"


NEXT: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.SCHEDULED, State.LIVE, State.CANCELLED, State.REMOVED}),
    State.SCHEDULED: frozenset({State.LIVE, State.CANCELLED, State.REMOVED}),
    State.LIVE: frozenset({State.ENDED, State.REMOVED}),
    State.ENDED: frozenset({State.PROCESSING, State.REMOVED}),
    State.PROCESSING: frozenset({State.REPLAY, State.NO_REPLAY, State.REMOVED}),
    State.REPLAY: frozenset({State.EXPIRED, State.REMOVED}),
    State.NO_REPLAY: frozenset({State.REMOVED}),
    State.EXPIRED: frozenset({State.REMOVED}),
    State.CANCELLED: frozenset({State.REMOVED}),
    State.REMOVED: frozenset(),
}

OVER = frozenset(
    {State.ENDED, State.PROCESSING, State.REPLAY, State.NO_REPLAY, State.EXPIRED}
)
SHOWN = OVER | {State.LIVE}  # anybody who has the address may look


def step(state: State, to: State) -> State:
    """The next state; Refused where the table has no such way, and then nothing changes."""
    if to not in NEXT[state]:
        raise Refused("ended" if state in OVER else "not_allowed")
    return to


def title_or_default(title: str, default: str) -> str:
    """What the Space is called: an empty title becomes `default`, "@handle's Space"."""
    return _within(title, TITLE_LIMIT) or default


def description(text: str) -> str:
    return _within(text, DESCRIPTION_LIMIT)


def _within(text: str, limit: int) -> str:
    text = text.strip()
    if len(text) > limit:
        raise Refused("text_too_long")
    return text
