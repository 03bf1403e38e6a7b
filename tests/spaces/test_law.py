"""apply(snapshot, events) == a fresh snapshot: for every service and every viewer.

The same stories are kept as tests/spaces/recorded/*.json, which the tests of store.js read. After a
change on purpose: RECORD=1 .venv/bin/pytest tests/spaces/test_law.py
"""

import inspect
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Follow, User
from spaces import broadcast
from spaces.models import Space
from spaces.services import hands, lifecycle, presence, removal, stage
from spaces.services.presence import Departure
from spaces.snapshot import snapshot
from tests.builders import NOW, PROCESS, add_listener, arrive, make_live_space
from tests.spaces.store import apply

RECORDED = Path(__file__).parent / "recorded"

pytestmark = pytest.mark.django_db


class Story:
    """A Space with everybody in it, and what is done in it."""

    def __init__(self) -> None:
        self.live = make_live_space(cohosts=1, speakers=1, listeners=1)
        self.space = self.live.space
        self.host = self.live.host
        [self.cohost], [self.speaker] = self.live.cohosts, self.live.speakers
        [self.listener] = self.live.listeners
        self.waiting = add_listener(self.space)
        hands.raise_hand(by=self.waiting, space=self.space, reason="One thing", now=NOW)
        Follow.objects.create(follower=self.waiting, followed=self.host)
        self._fix_names()

    def viewers(self) -> dict[str, User | None]:
        return {
            "host": self.host,
            "cohost": self.cohost,
            "speaker": self.speaker,
            "listener": self.listener,
            "waiting": self.waiting,
            "visitor": None,
        }

    def _fix_names(self) -> None:
        """The recorded stories are the same at every run."""
        Space.objects.filter(pk=self.space.pk).update(slug="recorded22", title="A Space")
        for number, (name, person) in enumerate(self.viewers().items()):
            if person is not None:
                person.key = f"{name}aaaaaaaaaaaa"[:11] + str(number + 2)
                person.handle, person.name = name, name.title()
                person.save()


def ask(service: Callable[..., None], by: str, **given: str) -> Callable[[Story], None]:
    """One service, asked by somebody of the story; `person` and `successor` are named likewise."""

    def told(story: Story) -> None:
        keys = {
            name: getattr(story, value).key if name in {"person", "successor"} else value
            for name, value in given.items()
        }
        service(by=getattr(story, by), space=story.space, now=NOW, **keys)

    return told


def _lost(story: Story) -> None:
    gone = [Departure(story.space.pk, story.speaker.pk)]
    presence.lose_from_stage(departures=gone, process=PROCESS, now=NOW)


def _came_back(story: Story) -> None:
    arrive(story.space, story.speaker)


def _nothing(story: Story) -> None:
    pass


def _many_hands(story: Story) -> None:
    for _i in range(3):
        hands.raise_hand(by=add_listener(story.space), space=story.space, now=NOW)


def _unmuted(story: Story) -> None:
    stage.unmute(by=story.speaker, space=story.space, now=NOW)


def _removed(story: Story) -> None:
    removal.remove(
        by=story.cohost, person=story.listener.key, reason="Noise", space=story.space, now=NOW
    )


# name: (what was before, what happens)
STORIES: dict[str, tuple[Callable[[Story], None], Callable[[Story], None]]] = {
    "raise_hand": (_nothing, ask(hands.raise_hand, "listener", reason="A question")),
    "lower_hand": (_nothing, ask(hands.lower_hand, "waiting")),
    "accept": (_nothing, ask(hands.accept, "host", person="waiting")),
    "deny": (_nothing, ask(hands.deny, "cohost", person="waiting")),
    "mute": (_unmuted, ask(stage.mute, "speaker")),
    "unmute": (_nothing, ask(stage.unmute, "speaker")),
    "mute_person": (_unmuted, ask(stage.mute_person, "host", person="speaker")),
    "step_down": (_nothing, ask(stage.step_down, "speaker")),
    "step_down_as_cohost": (_nothing, ask(stage.step_down, "cohost")),
    "move_down": (_nothing, ask(stage.move_down, "host", person="speaker")),
    "remove_from_stage": (
        _nothing, ask(removal.remove, "host", person="speaker", reason="Noise"),
    ),
    "remove_with_hand": (
        _nothing, ask(removal.remove, "cohost", person="waiting", reason="Noise"),
    ),
    "undo_remove": (_removed, ask(removal.undo_remove, "cohost", person="listener")),
    "leave_as_speaker": (_nothing, ask(lifecycle.leave, "speaker")),
    "leave_with_hand": (_nothing, ask(lifecycle.leave, "waiting")),
    "leave_to_a_speaker": (_nothing, ask(lifecycle.leave, "host", successor="speaker")),
    "leave_to_a_cohost": (_nothing, ask(lifecycle.leave, "host", successor="cohost")),
    "connection_lost": (_unmuted, _lost),
    "connection_back": (_lost, _came_back),
    "reload_while_open": (_unmuted, _came_back),
    "end": (_nothing, ask(lifecycle.end_space, "host")),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_applied_events_are_what_a_fresh_snapshot_says(
    name: str, django_capture_on_commit_callbacks
) -> None:
    before, happens = STORIES[name]
    story = Story()
    before(story)
    seen = {who: see(story, viewer) for who, viewer in story.viewers().items()}
    with django_capture_on_commit_callbacks() as callbacks:
        happens(story)
    told = [
        message
        for callback in callbacks
        if callback.func is broadcast.send_now
        for message in [callback.args[1]]
    ]
    assert told, "nobody was told anything"
    recorded = {}
    for who, viewer in story.viewers().items():
        frames = [heard(message, viewer) for message in told]
        after = see(story, viewer)
        if after["audience_version"] != seen[who]["audience_version"]:
            frames.append({"t": "pulse", "audience_version": after["audience_version"]})
        state = apply({}, seen[who])
        for frame in frames:
            state = apply(state, frame)
        assert state == apply({}, after), who
        recorded[who] = {"snapshot": seen[who], "frames": frames, "fresh": after}
    keep(name, recorded)


def test_a_new_hosts_cards_come_in_the_order_of_the_queue(
    django_capture_on_commit_callbacks,
) -> None:
    story = Story()
    _many_hands(story)
    state = apply({}, see(story, story.speaker))
    with django_capture_on_commit_callbacks() as callbacks:
        lifecycle.leave(by=story.host, successor=story.speaker.key, space=story.space, now=NOW)
    [told] = [call.args[1] for call in callbacks if call.func is broadcast.send_now]
    state = apply(state, heard(told, story.speaker))
    assert state["hands"] == see(story, story.speaker)["hands"]
    assert len(state["hands"]) == 4


def test_every_service_of_a_live_space_has_a_story() -> None:
    told = {name for module in (hands, stage, removal) for name in services_of(module)}
    told |= {"leave", "end"}
    assert {name for name in told if not any(story.startswith(name) for story in STORIES)} == set()


def services_of(module: Any) -> list[str]:
    return [
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and name[0] != "_"
    ]


def see(story: Story, viewer: User | None) -> dict[str, Any]:
    return snapshot(space=story.live.fresh(), viewer=viewer, now=NOW)


def heard(message: dict[str, Any], viewer: User | None) -> dict[str, Any]:
    """The variant that this viewer's page is written."""
    key = viewer.key if viewer else None
    text = message["hosts"] if key in message["hosting"] else message["everybody"]
    frame: dict[str, Any] = json.loads(message["personal"].get(key, text))
    return frame


def keep(name: str, recorded: dict[str, Any]) -> None:
    """Compare with what is kept for store.js, or keep it anew."""
    kept = RECORDED / f"{name}.json"
    text = json.dumps(recorded, ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("RECORD"):
        RECORDED.mkdir(exist_ok=True)
        kept.write_text(text)
    assert kept.exists(), "run once with RECORD=1"
    assert json.loads(kept.read_text()) == json.loads(text), "changed: run with RECORD=1"


def test_the_wished_stage_follows_the_rows(django_capture_on_commit_callbacks) -> None:
    from media.control import Wish

    story = Story()
    with django_capture_on_commit_callbacks() as callbacks:
        _unmuted(story)
        _removed(story)
    wishes = [c.args[0].stage for c in callbacks if c.args and isinstance(c.args[0], Wish)]
    assert [wish.version for wish in wishes] == sorted({wish.version for wish in wishes})
    assert wishes[-1].may_be_heard(story.speaker.key)
    assert not wishes[-1].may_be_heard(story.host.key)
    assert wishes[-1].barred == {story.listener.key}
    assert wishes[-1].space == "recorded22"

