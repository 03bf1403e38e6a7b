"""What is no operation is refused with a code: cheap, counted, and nobody else notices."""

import contextlib
import json

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from spaces.consumers import STRIKES
from spaces.keeper import Keeper
from spaces.protocol import ACTIONS, MAX_FRAME, OPERATIONS, Join, Malformed, RaiseHand, parse
from tests.builders import make_live_space
from tests.spaces.sockets import Page, in_rows, pages

TAB = "a-tab-of-sixteen"


def refusal_of(message: object) -> str:
    with pytest.raises(Malformed) as refused:
        parse(message if isinstance(message, str) or message is None else json.dumps(message))
    return refused.value.code


def test_an_operation_is_read_with_its_number() -> None:
    request = parse('{"op":"raise_hand","id":7,"reason":"Hello"}')
    assert (request.id, request.operation) == (7, RaiseHand("Hello"))
    assert parse(json.dumps({"op": "join", "id": 1, "tab": TAB})).operation == Join(TAB)


def test_every_operation_says_which_action_it_is() -> None:
    assert set(ACTIONS) == set(OPERATIONS)


@pytest.mark.parametrize(
    "message",
    [
        None,
        "",
        "nonsense",
        "[]",
        "7",
        '"join"',
        "{}",
        {"op": "mute"},
        {"op": "mute", "id": "1"},
        {"op": "mute", "id": True},
        {"op": "mute", "id": -1},
        {"op": "mute", "id": 1.5},
        {"op": "mute", "id": 2**60},
        {"op": "mute", "id": 1, "person": "x"},
        {"op": "join", "id": 1},
        {"op": "join", "id": 1, "tab": "short"},
        {"op": "join", "id": 1, "tab": "x" * 65},
        {"op": "join", "id": 1, "tab": "<script>alert(1)</script>"},
        {"op": "join", "id": 1, "tab": TAB, "take_over": 1},
        {"op": "accept", "id": 1},
        {"op": "accept", "id": 1, "person": 7},
        {"op": "accept", "id": 1, "person": ["a"]},
        {"op": "accept", "id": 1, "person": "' OR 1=1 --"},
        {"op": "raise_hand", "id": 1, "reason": None},
        {"op": "raise_hand", "id": 1, "reason": "\x00"},
        '{"op":"raise_hand","id":1,"reason":"\\ud800"}',
        {"op": "audio_connect", "id": 1, "attempt": -1},
        {"op": "audio_connect", "id": 1, "attempt": "no spaces"},
        "[" * 60_000,
        '{"a":' * 10_000,
        '{"op":"mute","id":' + "9" * 5000 + "}",
    ],
)
def test_what_is_malformed_is_refused(message: object) -> None:
    assert refusal_of(message) == "malformed"


@pytest.mark.parametrize("name", ["unmute_person", "__class__", "", None, 7, ["join"], {}])
def test_an_unknown_operation_is_refused(name: object) -> None:
    assert refusal_of({"op": name, "id": 1}) == "unknown_operation"


def test_texts_have_limits() -> None:
    assert refusal_of({"op": "raise_hand", "id": 1, "reason": "x" * 141}) == "text_too_long"
    assert refusal_of({"op": "react", "id": 1, "emoji": "👏" * 17}) == "text_too_long"
    answer = {"op": "audio_answer", "id": 1, "attempt": 1}
    assert refusal_of({**answer, "sdp": "x" * (16 * 1024 + 1)}) == "bad_sdp"
    assert parse(json.dumps({**answer, "sdp": "v=0\r\n" * 3000})).id == 1


def test_a_frame_has_at_most_64_kib() -> None:
    assert refusal_of('{"op":"' + "x" * MAX_FRAME) == "frame_too_large"
    assert refusal_of('{"op":"' + "é" * (MAX_FRAME // 2)) == "frame_too_large"


def test_the_refusal_answers_to_the_message_it_is_about() -> None:
    with pytest.raises(Malformed) as refused:
        parse('{"op":"nothing","id":5}')
    assert refused.value.re == 5


FIELDS = ("tab", "person", "reason", "emoji", "successor", "attempt", "sdp")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(
    st.one_of(
        st.text(),
        json_values.map(json.dumps),
        st.fixed_dictionaries(
            {"op": st.sampled_from(sorted(OPERATIONS)) | json_values, "id": json_values},
            optional=dict.fromkeys(FIELDS, json_values),
        ).map(json.dumps),
    )
)
def test_nothing_a_page_sends_raises_anything_but_malformed(text: str) -> None:
    with contextlib.suppress(Malformed):
        parse(text)


async def test_a_page_that_makes_no_sense_is_refused_counted_and_stays(web: Keeper) -> None:
    live = await in_rows(lambda: make_live_space(now=timezone.now()).send_away())()
    async with pages(Page(live.space, live.host), Page(live.space)) as (host, visitor):
        for text, code in (
            ("nonsense", "malformed"),
            ('{"op":"fly","id":9}', "unknown_operation"),
            ("x" * (MAX_FRAME + 1), "frame_too_large"),
        ):
            await visitor.send_text(text)
            reply = await visitor.until(lambda frame: frame["t"] == "reply")
            assert reply["refused"] == code
            assert web.hub.refused[code] == 1
        await visitor.send_bytes(b"\x00\x01")
        reply = await visitor.until(lambda frame: frame["t"] == "reply")
        assert reply["refused"] == "malformed"
        assert (await visitor.say("snapshot"))["ok"]
        assert (await host.say("unmute"))["ok"]


async def test_a_flood_is_slowed_down_and_then_let_go_and_harms_nobody_else(web: Keeper) -> None:
    live = await in_rows(lambda: make_live_space(now=timezone.now()).send_away())()
    async with pages(Page(live.space, live.host), Page(live.space)) as (host, flooder):
        for number in range(100, 100 + 40 + STRIKES):
            await flooder.send({"op": "snapshot", "id": number})
        assert await flooder.until_closed() == 4005
        refused = [frame for frame in flooder.frames if frame.get("refused")]
        assert {frame["refused"] for frame in refused} == {"too_fast"}
        assert refused[0]["re"] is not None
        assert (await flooder.frame("bye"))["code"] == "too_fast"
        assert (await host.say("unmute"))["ok"]
