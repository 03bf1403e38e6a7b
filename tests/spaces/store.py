"""What a page knows of its Space: the same arithmetic as spaces/static/spaces/store.js."""

from typing import Any

State = dict[str, Any]
HOSTING = {"host", "cohost"}


def apply(state: State, frame: dict[str, Any]) -> State:
    """The state after one frame; an events frame must be the next one."""
    match frame["t"]:
        case "snapshot":
            return {key: value for key, value in frame.items() if key != "t"}
        case "events":
            assert frame["seq"] == state["seq"] + 1, "a gap"
            for event in frame["events"]:
                state = _after(state, event)
            return {**state, "seq": frame["seq"]}
        case "pulse":
            counts = {key: frame[key] for key in ("count", "audience_version") if key in frame}
            return {**state, **counts}
    return state


def _after(state: State, event: dict[str, Any]) -> State:
    match event:
        case {"type": "stage_joined", "member": member}:
            person = member["person"]
            stage = [*_without(state["stage"], person), member]
            return _with_role({**state, "stage": stage}, person, member["role"])
        case {"type": "stage_left", "person": person}:
            stage = _without(state["stage"], person)
            return _with_role({**state, "stage": stage}, person, "listener")
        case {"type": "role_changed", "person": person, "role": role}:
            return _with_role(_changed(state, person, role=role), person, role)
        case {"type": "succession", "persons": persons}:
            places = {person: place for place, person in enumerate(persons, start=1)}
            stage = [{**one, "succession": places.get(one["person"])} for one in state["stage"]]
            return {**state, "stage": stage}
        case {"type": "muted", "person": person}:
            return _changed(state, person, muted=True)
        case {"type": "unmuted", "person": person}:
            return _changed(state, person, muted=False)
        case {"type": "presence", "person": person, "present": present}:
            return _changed(state, person, present=present)
        case {"type": "hand_raised", **hand}:
            return {**state, "hands": [*_without(state["hands"], hand["person"]), hand]}
        case {"type": "hand_lowered", "person": person}:
            return {**state, "hands": _without(state["hands"], person)}
        case {"type": "invited", "person": person}:
            return _invited(state, {key: event[key] for key in event if key != "type"})
        case {"type": "invitation_gone", "person": person}:
            state = {**state, "invited": _without(state["invited"], person)}
            return _me(state, invitation=None) if state["me"]["person"] == person else state
        case {"type": "permission", "may_take_place": may, **policy}:
            return _me({**state, "space": {**state["space"], **policy}}, may_take_place=may)
        case {"type": "details", **details}:
            return {**state, "space": {**state["space"], **details}}
        case {"type": "unmute_asked"}:
            return state
        case {"type": "host_lost", "until_ms": until}:
            return _space(state, host_lost_until_ms=until)
        case {"type": "host_back"}:
            return _space(state, host_lost_until_ms=None)
        case {"type": "host_changed", "person": person, "acting": acting}:
            host = {"person": person, "acting": acting}
            return _space(state, host=host, host_lost_until_ms=None)
        case {"type": "notice", "at_ms": at}:
            return _space(state, ends_at_ms=at)
        case {"type": "ended"}:
            state = {**state, "hands": []}
            return _space(state, state="ended", host_lost_until_ms=None, ends_at_ms=None)
        case {"type": "removed", "person": person, "mine": _}:
            one = {key: event[key] for key in event if key != "type"}
            return {**state, "removed": [*_without(state["removed"], person), one]}
        case {"type": "removed"}:
            return state  # it is oneself, and the good-bye comes
        case {"type": "removal_undone", "person": person}:
            return {**state, "removed": _without(state["removed"], person)}
    raise AssertionError(f"an unknown event: {event}")


def _invited(state: State, one: dict[str, Any]) -> State:
    """Hosts are sent it with a card, the person without."""
    if one["person"] == state["me"]["person"]:
        state = _me(state, invitation={"role": one["role"], "by": one["by"]})
    if "card" not in one:
        return state
    return {**state, "invited": [*_without(state["invited"], one["person"]), one]}


def _me(state: State, **changes: Any) -> State:
    return {**state, "me": {**state["me"], **changes}}


def _space(state: State, /, **changes: Any) -> State:
    return {**state, "space": {**state["space"], **changes}}


def _without(people: list[State], person: str) -> list[State]:
    return [one for one in people if one["person"] != person]


def _changed(state: State, person: str, **changes: Any) -> State:
    stage = [{**one, **changes} if one["person"] == person else one for one in state["stage"]]
    return {**state, "stage": stage}


def _with_role(state: State, person: str, role: str) -> State:
    """Whoever hosts no more has no cards, nor knows who is invited or removed."""
    if state["me"]["person"] != person:
        return state
    state = {**state, "me": {**state["me"], "role": role}}
    if role in HOSTING:
        return state
    bare = [{key: hand[key] for key in hand if key != "card"} for hand in state["hands"]]
    return {**state, "hands": bare, "invited": [], "removed": []}
