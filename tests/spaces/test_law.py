"""apply(snapshot, events) == a fresh snapshot: for every service and every viewer.

The same stories are kept as tests/spaces/recorded/*.json, which the tests of store.js read. After a
change on purpose: RECORD=1 .venv/bin/pytest tests/spaces/test_law.py
"""

import inspect
import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Follow, User
from spaces import broadcast
from spaces.models import Space, Timer
from spaces.rules.details import Edit
from spaces.rules.events import TimerKind
from spaces.rules.policy import WhoCanSpeak
from spaces.rules.roles import Role
from spaces.services import (
    cohosts,
    continuity,
    details,
    hands,
    invitations,
    lifecycle,
    presence,
    removal,
    stage,
)
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


def ask(service: Callable[..., None], by: str, **given: Any) -> Callable[[Story], None]:
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


def _invited(role: Role, person: str = "listener") -> Callable[[Story], None]:
    return ask(invitations.invite, "host", person=person, role=role)


def _all_wait_and_one_is_invited(story: Story) -> None:
    """The later invited one asked first, so that the order of seats is not the order of rows."""
    hands.lower_hand(by=story.waiting, space=story.space, now=NOW)
    hands.raise_hand(by=story.listener, space=story.space, now=NOW)
    hands.raise_hand(by=story.waiting, space=story.space, now=NOW)
    _invited(Role.SPEAKER, "waiting")(story)


def _open_to(value: WhoCanSpeak) -> Callable[[Story], None]:
    def told(story: Story) -> None:
        Follow.objects.create(follower=story.host, followed=story.listener)
        Follow.objects.create(follower=story.speaker, followed=story.waiting)
        Follow.objects.create(follower=story.speaker, followed=story.cohost)
        hands.set_who_can_speak(by=story.host, value=value, space=story.space, now=NOW)

    return told


def _follows_only(story: Story) -> None:
    _open_to(WhoCanSpeak.INVITED)(story)


def _two_unmuted(story: Story) -> None:
    for person in (story.speaker, story.cohost, story.host):
        stage.unmute(by=person, space=story.space, now=NOW)


def _speaker_cohosts(story: Story) -> None:
    _invited(Role.COHOST, "speaker")(story)
    invitations.accept_invitation(by=story.speaker, space=story.space, now=NOW)


def _turned_round(story: Story) -> None:
    persons = [story.speaker.key, story.cohost.key]
    cohosts.order_cohosts(by=story.host, persons=persons, space=story.space, now=NOW)


def _gone(*names: str) -> Callable[[Story], None]:
    def told(story: Story) -> None:
        gone = [Departure(story.space.pk, getattr(story, name).pk) for name in names]
        presence.lose_from_stage(departures=gone, process=PROCESS, now=NOW)

    return told


def _later(**after: int) -> Callable[[Story], None]:
    """What is due by then is taken up."""

    def told(story: Story) -> None:
        continuity.take_up(now=NOW + timedelta(**after))

    return told


def _in_turn(*steps: Callable[[Story], None]) -> Callable[[Story], None]:
    def told(story: Story) -> None:
        for step in steps:
            step(story)

    return told


def _back(name: str) -> Callable[[Story], None]:
    def told(story: Story) -> None:
        arrive(story.space, getattr(story, name))

    return told


def _end_by_staff(story: Story) -> None:
    lifecycle.end_by_staff(space=story.space, now=NOW)


def _warned(story: Story) -> None:
    """11 h 45 have passed."""
    Timer.objects.filter(kind=TimerKind.CLOSING).update(due_at=NOW)
    continuity.take_up(now=NOW)


_acted_for = _in_turn(_gone("host"), _later(seconds=60))
_without_hosts = _in_turn(_gone("host", "cohost"), _later(seconds=60))


def _locked(story: Story) -> None:
    hands.lock_requests(by=story.host, space=story.space, now=NOW)


# name: (what was before, what happens)
STORIES: dict[str, tuple[Callable[[Story], None], Callable[[Story], None]]] = {
    "raise_hand": (_nothing, ask(hands.raise_hand, "listener", reason="A question")),
    "lower_hand": (_nothing, ask(hands.lower_hand, "waiting")),
    "accept": (_nothing, ask(hands.accept, "host", person="waiting")),
    "deny": (_nothing, ask(hands.deny, "cohost", person="waiting")),
    "accept_all": (_all_wait_and_one_is_invited, ask(hands.accept_all, "cohost")),
    "accept_who_is_invited": (
        _invited(Role.SPEAKER, "waiting"), ask(hands.accept, "cohost", person="waiting"),
    ),
    "lock_requests": (_nothing, ask(hands.lock_requests, "cohost")),
    "unlock_requests": (_locked, ask(hands.unlock_requests, "host")),
    "set_who_can_speak": (
        _nothing, ask(hands.set_who_can_speak, "host", value=WhoCanSpeak.EVERYONE),
    ),
    "set_who_can_speak_to_followed": (
        _follows_only, ask(hands.set_who_can_speak, "cohost", value=WhoCanSpeak.FOLLOWED),
    ),
    "take_place": (_open_to(WhoCanSpeak.EVERYONE), ask(hands.take_place, "waiting")),
    "take_place_as_followed": (_open_to(WhoCanSpeak.FOLLOWED), ask(hands.take_place, "listener")),
    "leave_by_whose_follows_may_speak": (
        _open_to(WhoCanSpeak.FOLLOWED), ask(lifecycle.leave, "host", successor="speaker"),
    ),
    "invite": (_nothing, _invited(Role.SPEAKER)),
    "invite_to_cohost": (_nothing, _invited(Role.COHOST, "speaker")),
    "withdraw_invitation": (
        _invited(Role.SPEAKER), ask(invitations.withdraw_invitation, "cohost", person="listener"),
    ),
    "accept_invitation": (
        _invited(Role.SPEAKER, "waiting"), ask(invitations.accept_invitation, "waiting"),
    ),
    "accept_invitation_to_cohost": (
        _invited(Role.COHOST, "waiting"), ask(invitations.accept_invitation, "waiting"),
    ),
    "accept_invitation_as_speaker": (
        _invited(Role.COHOST, "speaker"), ask(invitations.accept_invitation, "speaker"),
    ),
    "decline_invitation": (
        _invited(Role.SPEAKER), ask(invitations.decline_invitation, "listener"),
    ),
    "remove_cohost": (
        _speaker_cohosts, ask(cohosts.remove_cohost, "host", person="cohost"),
    ),
    "order_cohosts": (_speaker_cohosts, _turned_round),
    "step_down_as_first_cohost": (_speaker_cohosts, ask(stage.step_down, "cohost")),
    "leave_to_first_of_two_cohosts": (
        _speaker_cohosts, ask(lifecycle.leave, "host", successor="cohost"),
    ),
    "edit": (_nothing, ask(details.edit, "cohost", wanted=Edit("Music now", "All of it", ["music", "careers"], "fr"))),
    "edit_title_away": (_nothing, ask(details.edit, "host", wanted=Edit(title=" "))),
    "mute_all": (_two_unmuted, ask(stage.mute_all, "host")),
    "mute_all_by_a_cohost": (_two_unmuted, ask(stage.mute_all, "cohost")),
    "ask_unmute": (_nothing, ask(stage.ask_unmute, "host", person="speaker")),
    "leave_invited": (_invited(Role.SPEAKER), ask(lifecycle.leave, "listener")),
    "leave_to_who_is_invited": (
        _invited(Role.COHOST, "speaker"), ask(lifecycle.leave, "host", successor="speaker"),
    ),
    "leave_with_somebody_invited": (
        _invited(Role.SPEAKER), ask(lifecycle.leave, "host", successor="speaker"),
    ),
    "step_down_with_somebody_invited": (_invited(Role.SPEAKER), ask(stage.step_down, "cohost")),
    "remove_invited": (
        _invited(Role.SPEAKER), ask(removal.remove, "host", person="listener", reason="Noise"),
    ),
    "end_with_somebody_invited": (_invited(Role.SPEAKER), ask(lifecycle.end_space, "host")),
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
    "leave_to_a_cohost_who_removed": (
        _removed, ask(lifecycle.leave, "host", successor="cohost"),
    ),
    "step_down_with_somebody_removed": (_removed, ask(stage.step_down, "cohost")),
    "leave_to_a_speaker_with_somebody_removed": (
        _removed, ask(lifecycle.leave, "host", successor="speaker"),
    ),
    "leave_as_speaker": (_nothing, ask(lifecycle.leave, "speaker")),
    "leave_with_hand": (_nothing, ask(lifecycle.leave, "waiting")),
    "leave_to_a_speaker": (_nothing, ask(lifecycle.leave, "host", successor="speaker")),
    "leave_to_a_cohost": (_nothing, ask(lifecycle.leave, "host", successor="cohost")),
    "connection_lost": (_unmuted, _lost),
    "connection_back": (_lost, _came_back),
    "reload_while_open": (_unmuted, _came_back),
    "host_lost": (_nothing, _gone("host")),
    "host_back": (_gone("host"), _back("host")),
    "take_up_a_lost_host": (_gone("host"), _later(seconds=60)),
    "take_up_a_lost_host_whose_follows_may_speak": (
        _in_turn(_open_to(WhoCanSpeak.FOLLOWED), _gone("host")), _later(seconds=60),
    ),
    "host_reclaims": (_acted_for, _back("host")),
    "acting_host_steps_down": (_acted_for, ask(stage.step_down, "cohost")),
    "acting_host_lost_and_another_goes_on": (
        _in_turn(_speaker_cohosts, _acted_for), _gone("cohost"),
    ),
    "acting_host_ends": (_acted_for, ask(lifecycle.end_space, "cohost")),
    "take_up_with_nobody_hosting": (_gone("host", "cohost"), _later(seconds=60)),
    "cohost_comes_when_nobody_hosts": (_without_hosts, _back("cohost")),
    "host_comes_when_nobody_hosts": (_without_hosts, _back("host")),
    "take_up_the_end_without_host": (
        _in_turn(_invited(Role.SPEAKER), _without_hosts), _later(minutes=6),
    ),
    "take_up_the_warning": (_nothing, _later(hours=11, minutes=45)),
    "host_comes_after_the_warning": (_in_turn(_without_hosts, _warned), _back("host")),
    "take_up_the_longest": (_later(hours=11, minutes=45), _later(hours=12)),
    "end_while_the_host_is_lost": (_gone("host"), _end_by_staff),
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
    told = {name for module in (cohosts, continuity, details, hands, invitations, stage, removal) for name in services_of(module)}
    told = told - {"default_title"} | {"leave", "end"}
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

