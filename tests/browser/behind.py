"""What a browser test asks of the instance behind the page: a process beside it, on the same rows.

Reads one JSON command a line on its standard input and answers each with one JSON line, so that a
test pays for starting Django once. Run as `python -m tests.browser.behind`.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Follow, User  # noqa: E402
from spaces.models import Participant, Space, SpeakRequest, Timer  # noqa: E402
from spaces.services import hands, lifecycle  # noqa: E402


def person(handle: str, name: str = "", **fields: Any) -> dict[str, Any]:
    """Somebody with that handle, made when new, and a signed-in session of theirs."""
    user = User.objects.filter(handle=handle).first() or User.objects.create_user(
        handle, f"{handle}@example.org", name=name or handle.title(), **fields
    )
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {"key": user.key, "cookies": {settings.SESSION_COOKIE_NAME: session.session_key}}


def start_space(handle: str, title: str = "") -> str:
    """`handle` starts a Space, by the service; returns its slug."""
    host = User.objects.get(handle=handle)
    return lifecycle.start_space(by=host, title=title, now=timezone.now()).slug


def end_space(slug: str) -> None:
    space = Space.objects.get(slug=slug)
    if space.is_live:
        lifecycle.end_space(by=space.acting_host, space=space, now=timezone.now())


def on_stage(slug: str, handle: str) -> None:
    """`handle`, whose page is connected, raises a hand and the host accepts."""
    space, speaker = Space.objects.get(slug=slug), User.objects.get(handle=handle)
    _wait_for_row(space, speaker)
    hands.raise_hand(by=speaker, space=space, now=timezone.now())
    hands.accept(by=space.acting_host, person=speaker.key, space=space, now=timezone.now())


def _wait_for_row(space: Space, person: User) -> None:
    """Arrivals are written once a second (ARCHITECTURE.md, "The database")."""
    end = time.monotonic() + 10
    while not Participant.objects.filter(space=space, person=person).exists():
        if time.monotonic() > end:
            raise LookupError(f"{person} never arrived")
        time.sleep(0.05)


def follow(handle: str, followed: str) -> None:
    Follow.objects.get_or_create(
        follower=User.objects.get(handle=handle), followed=User.objects.get(handle=followed)
    )


def facts(slug: str) -> dict[str, Any]:
    """The rows of a Space, by handle: who is where, who asks."""
    space = Space.objects.get(slug=slug)
    rows = Participant.objects.filter(space=space).select_related("person")
    asking = SpeakRequest.objects.filter(space=space).order_by("pk")
    return {
        "state": space.state,
        "roles": {row.person.handle: row.role for row in rows},
        "muted": {row.person.handle: row.is_muted for row in rows},
        "present": {row.person.handle: row.is_present for row in rows},
        "hands": [request.person.handle for request in asking.select_related("person")],
    }


def fall_due(slug: str, kind: str) -> int:
    """What that Space waits for is due now: time that a test does not wait. How many timers it was."""
    timers = Timer.objects.filter(space__slug=slug, kind=kind)
    return timers.update(due_at=timezone.now())


def live_demo() -> str:
    return Space.objects.live().filter(host__handle="ines").get().slug


COMMANDS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        person, start_space, end_space, on_stage, follow, facts, fall_due, live_demo
    )  # fmt: skip
}


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"ok": COMMANDS[asked["do"]](**asked["with"])}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
