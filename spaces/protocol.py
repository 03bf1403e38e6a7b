"""What a page may say on the socket: parsed into typed operations, or refused before anything is done.

Each operation declares the action it is, so that who may do it stands in one table (rules.roles). An
unknown operation, an unknown field, a wrong type: refused, counted, and nobody else notices.
"""

import dataclasses
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from media.control import MAX_SDP
from spaces.models.participant import TAB_LIMIT
from spaces.rules.lifecycle import DESCRIPTION_LIMIT, TITLE_LIMIT
from spaces.rules.policy import WhoCanSpeak
from spaces.rules.roles import Action, Role
from spaces.rules.stage import COHOST_PLACES, REASON_LIMIT

MAX_FRAME = 64 * 1024  # bytes of one message from a page
MAX_ID = 2**53  # JavaScript's largest exact integer

_KEY = re.compile(r"[a-z2-7]{12}")
_TAB = re.compile(f"[A-Za-z0-9_-]{{16,{TAB_LIMIT}}}")
_ATTEMPT = re.compile(r"[A-Za-z0-9_-]{1,32}")
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,40}")
_LANGUAGE = re.compile(r"[A-Za-z-]{2,10}")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

Parse: TypeAlias = Callable[[Any], Any]
Kind = TypeVar("Kind", bound=type)
Enumerated = TypeVar("Enumerated", bound=StrEnum)


class Malformed(Exception):
    """Not an operation. `code` is the refusal, `re` the id it answers to, if one could be read."""

    def __init__(self, code: str, re: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.re = re


@dataclass(frozen=True)
class Request:
    """One message: the operation, and the number the page waits for an answer to."""

    id: int
    operation: "Operation"


OPERATIONS: dict[str, type[Any]] = {}
ACTIONS: dict[str, Action] = {}


def operation(name: str, action: Action) -> Callable[[Kind], Kind]:
    """Enter a dataclass into the table of operations, with the action that it is."""

    def enter(kind: Kind) -> Kind:
        OPERATIONS[name] = kind
        ACTIONS[name] = action
        kind.action = action  # type: ignore[attr-defined]
        return kind

    return enter


def _field(parse: Parse, **default: Any) -> Any:
    return dataclasses.field(metadata={"parse": parse}, **default)


def _text(limit: int, code: str = "text_too_long") -> Parse:
    def parse(value: Any) -> str:
        if not isinstance(value, str) or _UNPRINTABLE.search(value):
            raise Malformed("malformed")
        if len(value.encode()) > limit * 4 or len(value) > limit:
            raise Malformed(code)
        return value

    return parse


def _like(pattern: re.Pattern[str]) -> Parse:
    def parse(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise Malformed("malformed")
        return value

    return parse


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Malformed("malformed")
    return value


def _attempt(value: Any) -> str | int:
    """A number or a short name; it comes back as it was."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MAX_ID:
        return value
    return str(_like(_ATTEMPT)(value))


def _one_of(*choices: Enumerated) -> Parse:
    def parse(value: Any) -> Enumerated:
        for choice in choices:
            if choice == value:
                return choice
        raise Malformed("malformed")

    return parse


def _list_of(parse: Parse, most: int) -> Parse:
    def parse_all(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) > most:
            raise Malformed("malformed")
        return tuple(parse(one) for one in value)

    return parse_all


def _or_none(parse: Parse) -> Parse:
    return lambda value: None if value is None else parse(value)


@operation("join", Action.JOIN)
@dataclass(frozen=True)
class Join:
    tab: str = _field(_like(_TAB))
    take_over: bool = _field(_flag, default=False)
    hidden: bool = _field(_flag, default=False)


@operation("raise_hand", Action.RAISE_HAND)
@dataclass(frozen=True)
class RaiseHand:
    reason: str = _field(_text(REASON_LIMIT), default="")


@operation("lower_hand", Action.LOWER_HAND)
@dataclass(frozen=True)
class LowerHand:
    pass


@operation("accept", Action.ACCEPT)
@dataclass(frozen=True)
class Accept:
    person: str = _field(_like(_KEY))


@operation("accept_all", Action.ACCEPT_ALL)
@dataclass(frozen=True)
class AcceptAll:
    pass


@operation("take_place", Action.TAKE_PLACE)
@dataclass(frozen=True)
class TakePlace:
    pass


@operation("lock_requests", Action.LOCK_REQUESTS)
@dataclass(frozen=True)
class LockRequests:
    pass


@operation("unlock_requests", Action.LOCK_REQUESTS)
@dataclass(frozen=True)
class UnlockRequests:
    pass


@operation("set_who_can_speak", Action.SET_WHO_CAN_SPEAK)
@dataclass(frozen=True)
class SetWhoCanSpeak:
    value: WhoCanSpeak = _field(_one_of(*WhoCanSpeak))


@operation("invite", Action.INVITE)
@dataclass(frozen=True)
class Invite:
    person: str = _field(_like(_KEY))
    role: Role = _field(_one_of(Role.SPEAKER, Role.COHOST))


@operation("withdraw_invitation", Action.INVITE)
@dataclass(frozen=True)
class WithdrawInvitation:
    person: str = _field(_like(_KEY))


@operation("accept_invitation", Action.ANSWER_INVITATION)
@dataclass(frozen=True)
class AcceptInvitation:
    pass


@operation("decline_invitation", Action.ANSWER_INVITATION)
@dataclass(frozen=True)
class DeclineInvitation:
    pass


@operation("remove_cohost", Action.APPOINT_COHOST)
@dataclass(frozen=True)
class RemoveCohost:
    person: str = _field(_like(_KEY))


@operation("order_cohosts", Action.APPOINT_COHOST)
@dataclass(frozen=True)
class OrderCohosts:
    persons: tuple[str, ...] = _field(_list_of(_like(_KEY), COHOST_PLACES))


@operation("deny", Action.DENY)
@dataclass(frozen=True)
class Deny:
    person: str = _field(_like(_KEY))


@operation("step_down", Action.STEP_DOWN)
@dataclass(frozen=True)
class StepDown:
    pass


@operation("mute", Action.MUTE_SELF)
@dataclass(frozen=True)
class Mute:
    pass


@operation("unmute", Action.UNMUTE_SELF)
@dataclass(frozen=True)
class Unmute:
    pass


@operation("mute_person", Action.MUTE_OTHER)
@dataclass(frozen=True)
class MutePerson:
    person: str = _field(_like(_KEY))


@operation("mute_all", Action.MUTE_ALL)
@dataclass(frozen=True)
class MuteAll:
    pass


@operation("ask_unmute", Action.ASK_UNMUTE)
@dataclass(frozen=True)
class AskUnmute:
    person: str = _field(_like(_KEY))


@operation("move_down", Action.MOVE_DOWN)
@dataclass(frozen=True)
class MoveDown:
    person: str = _field(_like(_KEY))


@operation("remove", Action.REMOVE)
@dataclass(frozen=True)
class Remove:
    person: str = _field(_like(_KEY))
    reason: str = _field(_text(REASON_LIMIT))


@operation("undo_remove", Action.UNDO_REMOVE)
@dataclass(frozen=True)
class UndoRemove:
    person: str = _field(_like(_KEY))


@operation("react", Action.REACT)
@dataclass(frozen=True)
class React:
    emoji: str = _field(_text(16))


@operation("leave", Action.LEAVE)
@dataclass(frozen=True)
class Leave:
    successor: str | None = _field(_or_none(_like(_KEY)), default=None)


@operation("edit", Action.EDIT)
@dataclass(frozen=True)
class EditDetails:
    title: str | None = _field(_or_none(_text(TITLE_LIMIT)), default=None)
    description: str | None = _field(_or_none(_text(DESCRIPTION_LIMIT)), default=None)
    topics: tuple[str, ...] | None = _field(_or_none(_list_of(_like(_SLUG), 16)), default=None)
    language: str | None = _field(_or_none(_like(_LANGUAGE)), default=None)


@operation("end", Action.END)
@dataclass(frozen=True)
class End:
    pass


@operation("snapshot", Action.HEAR)
@dataclass(frozen=True)
class Resync:
    pass


@operation("audio_connect", Action.HEAR)
@dataclass(frozen=True)
class AudioConnect:
    attempt: str | int = _field(_attempt)


@operation("audio_answer", Action.HEAR)
@dataclass(frozen=True)
class AudioAnswer:
    attempt: str | int = _field(_attempt)
    sdp: str = _field(_text(MAX_SDP, "bad_sdp"))


@operation("audio_hangup", Action.HEAR)
@dataclass(frozen=True)
class AudioHangup:
    pass


Operation: TypeAlias = (
    Join
    | RaiseHand
    | LowerHand
    | Accept
    | AcceptAll
    | TakePlace
    | LockRequests
    | UnlockRequests
    | SetWhoCanSpeak
    | Invite
    | WithdrawInvitation
    | AcceptInvitation
    | DeclineInvitation
    | RemoveCohost
    | OrderCohosts
    | Deny
    | StepDown
    | Mute
    | Unmute
    | MutePerson
    | MuteAll
    | AskUnmute
    | MoveDown
    | Remove
    | UndoRemove
    | React
    | EditDetails
    | Leave
    | End
    | Resync
    | AudioConnect
    | AudioAnswer
    | AudioHangup
)


def parse(text: str | None) -> Request:
    """One message of a page. Raises Malformed with the refusal's code."""
    if text is None:
        raise Malformed("malformed")  # binary
    if len(text) > MAX_FRAME or len(text.encode(errors="replace")) > MAX_FRAME:
        raise Malformed("frame_too_large")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("malformed") from None
    if not isinstance(message, dict):
        raise Malformed("malformed")
    number = _id(message)
    try:
        return Request(number, _operation(message))
    except Malformed as error:
        raise Malformed(error.code, number) from None


def _id(message: dict[str, Any]) -> int:
    number = message.pop("id", None)
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < MAX_ID:
        raise Malformed("malformed")
    return number


def _operation(message: dict[str, Any]) -> Operation:
    name = message.pop("op", None)
    kind = OPERATIONS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise Malformed("unknown_operation")
    fields = {field.name: field for field in dataclasses.fields(kind)}
    if not set(message) <= set(fields):
        raise Malformed("malformed")
    given = {name: fields[name].metadata["parse"](value) for name, value in message.items()}
    try:
        made: Operation = kind(**given)
    except TypeError:
        raise Malformed("malformed") from None  # a field is missing
    return made
