"""Roles, actions, and the one table of who may do what (PRODUCT.md section 3).

Pages, the socket and the services all read this table; a new action without a row fails the tests.
"""

from enum import StrEnum


class Role(StrEnum):
    HOST = "host"
    COHOST = "cohost"
    SPEAKER = "speaker"
    LISTENER = "listener"
    VISITOR = "visitor"  # not signed in: hears, is counted, is not listed

    @property
    def is_on_stage(self) -> bool:
        return self in ON_STAGE

    @property
    def is_hosting(self) -> bool:
        return self in HOSTING


HOSTING = frozenset({Role.HOST, Role.COHOST})
ON_STAGE = HOSTING | {Role.SPEAKER}
SIGNED_IN = ON_STAGE | {Role.LISTENER}
ANYBODY = frozenset(Role)


class Action(StrEnum):
    JOIN = "join"
    HEAR = "hear"
    LEAVE = "leave"
    REACT = "react"
    RAISE_HAND = "raise_hand"
    LOWER_HAND = "lower_hand"
    TAKE_PLACE = "take_place"
    ACCEPT = "accept"
    ACCEPT_ALL = "accept_all"
    DENY = "deny"
    LOCK_REQUESTS = "lock_requests"
    SET_WHO_CAN_SPEAK = "set_who_can_speak"
    INVITE = "invite"
    APPOINT_COHOST = "appoint_cohost"  # invite as one, take back, put in order
    ANSWER_INVITATION = "answer_invitation"
    STEP_DOWN = "step_down"
    MUTE_SELF = "mute_self"
    UNMUTE_SELF = "unmute_self"
    MUTE_OTHER = "mute_other"
    MUTE_ALL = "mute_all"
    ASK_UNMUTE = "ask_unmute"
    MOVE_DOWN = "move_down"
    REMOVE = "remove"
    UNDO_REMOVE = "undo_remove"
    EDIT = "edit"
    END = "end"


# Nobody can unmute another: there is no such action, on purpose.
MAY: dict[Action, frozenset[Role]] = {
    Action.JOIN: ANYBODY,
    Action.HEAR: ANYBODY,
    Action.LEAVE: ANYBODY,
    Action.REACT: SIGNED_IN,
    Action.RAISE_HAND: frozenset({Role.LISTENER}),
    Action.LOWER_HAND: frozenset({Role.LISTENER}),
    Action.TAKE_PLACE: frozenset({Role.LISTENER}),
    Action.ACCEPT: HOSTING,
    Action.ACCEPT_ALL: HOSTING,
    Action.DENY: HOSTING,
    Action.LOCK_REQUESTS: HOSTING,
    Action.SET_WHO_CAN_SPEAK: HOSTING,
    Action.INVITE: HOSTING,
    Action.APPOINT_COHOST: frozenset({Role.HOST}),
    Action.ANSWER_INVITATION: frozenset({Role.SPEAKER, Role.LISTENER}),
    Action.STEP_DOWN: ON_STAGE,
    Action.MUTE_SELF: ON_STAGE,
    Action.UNMUTE_SELF: ON_STAGE,
    Action.MUTE_OTHER: HOSTING,
    Action.MUTE_ALL: HOSTING,
    Action.ASK_UNMUTE: HOSTING,
    Action.MOVE_DOWN: HOSTING,
    Action.REMOVE: HOSTING,
    Action.UNDO_REMOVE: HOSTING,
    Action.EDIT: HOSTING,
    Action.END: frozenset({Role.HOST}),
}

# Over whom: a co-host has no power over the host or another co-host.
BELOW: dict[Role, frozenset[Role]] = {
    Role.HOST: frozenset({Role.COHOST, Role.SPEAKER, Role.LISTENER}),
    Role.COHOST: frozenset({Role.SPEAKER, Role.LISTENER}),
}


class Refused(Exception):
    """Somebody asked for what the rules do not allow.

    `code` travels on the wire; spaces.sentences turns it into words with a way on.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def may(role: Role, action: Action, over: Role | None = None) -> bool:
    """Whether `role` may do `action`, to somebody of role `over` when it is done to another."""
    if role not in MAY[action]:
        return False
    return over is None or over in BELOW.get(role, frozenset())


def require(role: Role, action: Action, over: Role | None = None) -> None:
    """Raise Refused unless `role` may do `action`; a visitor is told that signing in helps."""
    if may(role, action, over):
        return
    raise Refused("sign_in" if role is Role.VISITOR else "not_allowed")
