"""The wished stage travels as a message and back."""

import json

import pytest

from media.stage import BadStage, Voice, WishedStage

STAGE = WishedStage(
    space="abcdefghij",
    version=8,
    voices={"ana": Voice(is_muted=False), "ben": Voice(is_muted=True)},
    barred=frozenset({"cem"}),
    live_since_ms=1_700_000_000_000,
)


def test_a_stage_survives_the_way_through_json():
    assert WishedStage.from_message(json.loads(json.dumps(STAGE.as_message()))) == STAGE


def test_a_stage_does_not_change_with_the_mapping_it_was_made_from():
    voices = {"ana": Voice(is_muted=False)}
    stage = WishedStage(space="a", version=1, voices=voices)
    voices["ben"] = Voice(is_muted=False)
    assert set(stage.voices) == {"ana"}


@pytest.mark.parametrize(
    ("person", "heard"), [("ana", True), ("ben", False), ("cem", False), ("dan", False)]
)
def test_only_an_unmuted_voice_on_stage_may_be_heard(person, heard):
    assert STAGE.may_be_heard(person) is heard


def test_a_barred_person_is_not_heard_even_with_a_voice():
    stage = WishedStage("a", 1, {"cem": Voice(is_muted=False)}, barred=frozenset({"cem"}))
    assert not stage.may_be_heard("cem")


@pytest.mark.parametrize(
    "change",
    [
        {"version": "8"},
        {"version": True},
        {"voices": []},
        {"voices": {"ana": {}}},
        {"voices": {"ana": {"is_muted": 1}}},
        {"barred": "cem"},
        {"barred": [1]},
        {"loudness": 3},
    ],
)
def test_a_message_that_is_no_stage_is_refused(change):
    with pytest.raises(BadStage):
        WishedStage.from_message(STAGE.as_message() | change)
