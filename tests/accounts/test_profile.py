"""A person's page and what they say of themselves."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import parts
from accounts.models import User

MakePerson = Callable[..., User]


@pytest.mark.parametrize("gone", [{"is_active": False}, {"suspended_at": timezone.now()}])
@pytest.mark.parametrize("page", ["", "followers/", "following/"])
def test_suspended_closed_and_unknown_people_look_the_same(
    make_person: MakePerson, page: str, gone: dict[str, object]
) -> None:
    make_person("ines", **gone)
    there, nowhere = Client().get(f"/@ines/{page}"), Client().get(f"/@nobody/{page}")
    assert there.status_code == nowhere.status_code == 404
    assert shown(there.text).replace("ines", "nobody") == shown(nowhere.text)


def shown(page: str) -> str:
    """The page without what differs each time: tokens and nonces."""
    return re.sub(r'(value|nonce)="[A-Za-z0-9_/+=-]{20,}"', "", page)


def test_a_handle_in_capitals_leads_to_the_person(make_person: MakePerson) -> None:
    make_person("ines")
    assert Client().get("/@INES/")["Location"] == "/@ines/"


def test_names_and_bios_are_shown_as_text(make_person: MakePerson) -> None:
    make_person("ines", name="<script>alert(1)</script>", bio='"><img src=x onerror=alert(1)>')
    page = Client().get("/@ines/").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_a_profile_has_no_inline_style_or_script(make_person: MakePerson) -> None:
    make_person("ines")
    answer = Client().get("/@ines/")
    assert " style=" not in answer.text
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_a_profile_takes_the_same_queries_for_one_follower_and_for_many(
    make_person: MakePerson, signed_in: Callable[[User], Client]
) -> None:
    make_person("ines", followers=1)
    make_person("karim", followers=40)
    browser = signed_in(make_person("ana"))
    counted = []
    for handle in ("ines", "karim"):
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"/@{handle}/")
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_who_follows_me_is_marked(
    make_person: MakePerson, signed_in: Callable[[User], Client]
) -> None:
    make_person("ines", followers=1)
    fan = User.objects.get(handle="ines_fan0")
    ines = User.objects.get(handle="ines")
    assert "Follows you" in signed_in(ines).get(fan.get_absolute_url()).text
    assert "Follows you" not in signed_in(fan).get("/@ines/").text


@pytest.fixture
def one_part() -> Iterator[list[tuple[str, str | None]]]:
    """A part of an upper app, shown on one's own profile only."""
    asked: list[tuple[str, str | None]] = []

    def gather(person: User, viewer: User | None) -> dict[str, object] | None:
        asked.append((person.handle, viewer.handle if viewer else None))
        return {"followers": 412} if person == viewer else None

    part = parts.ProfilePart("test", "_error.html", gather)
    parts.profile_parts.append(part)
    yield asked
    parts.profile_parts.remove(part)


def test_upper_apps_show_their_parts_on_a_profile(
    make_person: MakePerson, signed_in: Callable[[User], Client], one_part: list[tuple[str, str]]
) -> None:
    ana, _ines = make_person("ana"), make_person("ines")
    mine = signed_in(ana).get("/@ana/")
    assert 'data-part="test"' in mine.text
    assert mine.context["parts"][-1].context == {"followers": 412}
    assert 'data-part="test"' not in signed_in(ana).get("/@ines/").text
    assert one_part == [("ana", "ana"), ("ines", "ana")]


def test_editing_changes_name_and_bio_and_nothing_else(
    make_person: MakePerson, signed_in: Callable[[User], Client]
) -> None:
    ana = make_person("ana")
    changes = {"name": "  Ana   Reyes ", "bio": "Radio.", "handle": "root", "is_staff": "on"}
    answer = signed_in(ana).post("/settings/profile/", changes)
    assert answer["Location"] == "/@ana/"
    ana.refresh_from_db()
    assert (ana.name, ana.bio, ana.handle, ana.is_staff) == ("Ana Reyes", "Radio.", "ana", False)


@pytest.mark.parametrize(
    "changes",
    [{"name": "", "bio": ""}, {"name": "\u202e", "bio": ""}, {"name": "A" * 51, "bio": ""},
     {"name": "Ana", "bio": "x" * 161}],
)
def test_what_cannot_be_a_profile_is_refused(
    make_person: MakePerson, signed_in: Callable[[User], Client], changes: dict[str, str]
) -> None:
    ana = make_person("ana")
    page = signed_in(ana).post("/settings/profile/", changes)
    assert page.status_code == 200
    assert 'role="alert"' in page.text
    ana.refresh_from_db()
    assert ana.name == "Ana"


@pytest.mark.parametrize("name", ["José", "محمد علی", "नमस्ते", "Zoë 👩‍👧", "می‌خواهم"])
def test_names_of_all_scripts_stay_as_they_are(
    make_person: MakePerson, signed_in: Callable[[User], Client], name: str
) -> None:
    ana = make_person("ana")
    signed_in(ana).post("/settings/profile/", {"name": name, "bio": ""})
    ana.refresh_from_db()
    assert ana.name == name
