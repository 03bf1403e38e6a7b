"""Staff's desk: people and follows."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User

MakePerson = Callable[..., User]
PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def desk(make_person: MakePerson) -> Client:
    browser = Client()
    browser.force_login(make_person("staff", is_staff=True, is_superuser=True))
    return browser


def form_of(page: object) -> dict[str, str]:
    """What a browser would post of the admin's form as it came."""
    form = page.context["adminform"].form  # type: ignore[attr-defined]
    posted = {}
    for field in form:
        value = field.value()
        if isinstance(value, bool):
            posted.update({field.html_name: "on"} if value else {})
        elif value is not None:
            posted[field.html_name] = value
    return posted


def test_the_admin_signs_in_by_the_sites_own_page(db: None) -> None:
    assert Client().get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert Client().get("/admin/login/?next=/admin/")["Location"] == (
        "/accounts/login/?next=%2Fadmin%2F"
    )


def test_who_is_not_staff_is_told_so(
    make_person: MakePerson, signed_in: Callable[[User], Client]
) -> None:
    answer = signed_in(make_person("ana")).get("/admin/", follow=True)
    assert answer.status_code == 403


def test_a_suspended_member_of_staff_is_out(make_person: MakePerson, desk: Client) -> None:
    User.objects.filter(handle="staff").update(suspended_at=timezone.now())
    assert desk.get(PEOPLE).status_code == 302


def test_people_are_found_and_counted(make_person: MakePerson, desk: Client) -> None:
    make_person("ines", followers=3)
    User.objects.filter(handle="ines_fan0").update(suspended_at=timezone.now())
    page = desk.get(PEOPLE, {"q": "ines@example.org"})
    assert page.context["cl"].result_count == 1
    assert page.context["cl"].result_list[0].followers == 2
    suspended = desk.get(PEOPLE, {"suspended": "yes"})
    assert [person.handle for person in suspended.context["cl"].result_list] == ["ines_fan0"]


@pytest.mark.parametrize("address", [PEOPLE, "/admin/accounts/follow/"])
def test_a_list_takes_the_same_queries_however_long_it_is(
    make_person: MakePerson, desk: Client, address: str
) -> None:
    make_person("ines", followers=2)
    with CaptureQueriesContext(connection) as few:
        desk.get(address)
    make_person("karim", followers=25)
    with CaptureQueriesContext(connection) as many:
        assert desk.get(address).status_code == 200
    assert len(many) == len(few)


def test_a_password_hash_is_on_no_page(make_person: MakePerson, desk: Client) -> None:
    person = make_person("ines")
    for address in (PEOPLE, f"{PEOPLE}{person.pk}/change/"):
        page = desk.get(address).text
        assert person.password not in page
        assert person.password.split("$")[-1] not in page


def test_staff_exempt_somebody_from_the_follower_rule(
    make_person: MakePerson, desk: Client
) -> None:
    person = make_person("ines")
    address = f"{PEOPLE}{person.pk}/change/"
    answer = desk.post(address, {**form_of(desk.get(address)), "may_host_anyway": "on"})
    assert answer.status_code == 302
    person.refresh_from_db()
    assert person.may_host_anyway
    assert person.check_password("a-long-enough-secret")


def test_staff_suspend_somebody(make_person: MakePerson, desk: Client) -> None:
    person = make_person("ines")
    address = f"{PEOPLE}{person.pk}/change/"
    posted = {**form_of(desk.get(address)), "suspended_at_0": "2026-11-20", "suspended_at_1": "10:00"}
    assert desk.post(address, posted).status_code == 302
    person.refresh_from_db()
    assert person.is_suspended
    assert Client().get("/@ines/").status_code == 404


def test_only_superusers_make_staff(make_person: MakePerson) -> None:
    moderator = make_person("mona", is_staff=True)
    moderator.user_permissions.set(Permission.objects.filter(codename__endswith="_user"))
    person = make_person("ines")
    browser = Client()
    browser.force_login(moderator)
    address = f"{PEOPLE}{person.pk}/change/"
    posted = {**form_of(browser.get(address)), "is_staff": "on", "is_superuser": "on"}
    assert browser.post(address, posted).status_code == 302
    person.refresh_from_db()
    assert not person.is_staff
    assert not person.is_superuser


def test_moderators_do_not_change_superusers(make_person: MakePerson, desk: Client) -> None:
    moderator = make_person("mona", is_staff=True)
    moderator.user_permissions.set(Permission.objects.filter(codename__endswith="_user"))
    browser = Client()
    browser.force_login(moderator)
    keeper = User.objects.get(handle="staff")
    assert browser.post(f"{PEOPLE}{keeper.pk}/change/", {"handle": "other"}).status_code == 403


def test_accounts_are_made_by_signing_up_only(desk: Client) -> None:
    assert desk.get(f"{PEOPLE}add/").status_code == 403
