"""The messages survive the layer, and nothing else is taken for one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import control
from media.stage import BadStage, Voice, WishedStage

STAGE = WishedStage("cafe", 3, {"ada": Voice(is_muted=True)}, frozenset({"eve"}), 1)
MESSAGES = [
    control.Wish(STAGE),
    control.Gone("cafe"),
    control.Connect("cafe", "tab", None, False, "1", "process.a"),
    control.Connect("cafe", "tab", "ada", True, 7, "process.a"),
    control.Answer("tab", "1", "v=0"),
    control.Hangup("tab"),
    control.Vouch(("tab", "another")),
    control.Vouch(()),
    control.Offer("tab", "1", "v=0"),
    control.RelayRefused("tab", "1", "busy"),
    control.PeerState("tab", "1", "closed", "lost"),
    control.RelayUp("epoch"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.kind)
def test_a_message_is_the_same_after_its_way(message: control.Message) -> None:
    content = json.loads(json.dumps(control.as_message(message)))
    assert control.from_message(content) == message


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"kind": "dance"},
        {"kind": "hangup"},
        {"kind": "hangup", "tab": 7},
        {"kind": "vouch", "tabs": "tab"},
        {"kind": "vouch", "tabs": ["tab", 7]},
        {"kind": "hangup", "tab": "a", "more": 1},
        {"kind": "wish", "stage": None},
        {"kind": "wish", "stage": {"space": "a"}},
    ],
)
def test_anything_else_is_refused(content: dict) -> None:
    with pytest.raises((control.BadMessage, BadStage)):
        control.from_message(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from(MESSAGES), st.data())
def test_a_message_with_any_field_changed_is_taken_or_refused(
    message: control.Message, data: st.DataObject
) -> None:
    content = control.as_message(message)
    content[data.draw(st.sampled_from(sorted(content)))] = data.draw(JSON)
    try:
        control.from_message(content)
    except ValueError:
        return
