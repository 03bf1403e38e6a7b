"""Signing in, signing out, and a lost password."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import User

LOGIN = "/accounts/login/"
PASSWORD = "a-long-enough-secret"


def sign_in(login: str, password: str = PASSWORD, **more: str) -> tuple[Client, str, str]:
    browser = Client()
    answer = browser.post(LOGIN, {"login": login, "password": password, **more})
    return browser, answer.get("Location", ""), answer.text


def is_signed_in(browser: Client) -> bool:
    return browser.get("/settings/profile/").status_code == 200


@pytest.mark.parametrize("login", ["ines", "@ines", "INES", "ines@example.org", "Ines@Example.org"])
def test_a_person_signs_in_by_handle_or_e_mail(
    make_person: Callable[..., User], login: str
) -> None:
    make_person("ines")
    browser, _where, _page = sign_in(login)
    assert is_signed_in(browser)


def test_a_wrong_password_says_so_on_top(make_person: Callable[..., User]) -> None:
    make_person("ines")
    browser, _where, page = sign_in("ines", "not-the-secret")
    assert 'role="alert"' in page
    assert not is_signed_in(browser)


@pytest.mark.parametrize(
    "standing", [{"suspended_at": timezone.now()}, {"is_active": False}], ids=["suspended", "closed"]
)
def test_who_is_suspended_or_closed_cannot_sign_in(
    make_person: Callable[..., User], standing: dict[str, object]
) -> None:
    make_person("ines", **standing)
    browser, where, _page = sign_in("ines")
    assert where == "/accounts/inactive/"
    assert not is_signed_in(browser)


def test_a_wrong_password_does_not_tell_that_somebody_is_suspended(
    make_person: Callable[..., User],
) -> None:
    make_person("ines", suspended_at=timezone.now())
    _browser, where, page = sign_in("ines", "not-the-secret")
    assert where == ""
    assert "suspended" not in page


def test_a_suspension_ends_sessions_that_are_open(
    make_person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    person = make_person("ines")
    browser = signed_in(person)
    assert is_signed_in(browser)
    User.objects.filter(pk=person.pk).update(suspended_at=timezone.now())
    assert not is_signed_in(browser)


def test_somebody_sent_from_a_space_comes_back_to_it(make_person: Callable[..., User]) -> None:
    make_person("ines")
    _browser, where, _page = sign_in("ines", next="/s/abc/")
    assert where == "/s/abc/"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example", "http:///x"],
)
def test_signing_in_leads_nowhere_else(make_person: Callable[..., User], elsewhere: str) -> None:
    make_person("ines")
    _browser, where, _page = sign_in("ines", next=elsewhere)
    assert where == "/"


def test_signing_out_takes_a_click_on_its_page(
    make_person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    browser = signed_in(make_person("ines"))
    browser.get("/accounts/logout/")
    assert is_signed_in(browser)
    browser.post("/accounts/logout/")
    assert not is_signed_in(browser)


def test_a_lost_password_is_replaced_by_mail(make_person: Callable[..., User]) -> None:
    make_person("ines")
    browser = Client()
    browser.post("/accounts/password/reset/", {"email": "ines@example.org"})
    (letter,) = mail.outbox
    assert letter.subject == "[Causerie] Choose a new password"
    assert "@ines" in letter.body
    link = re.search(r"http://testserver(/\S+)", letter.body)
    assert link
    form = browser.get(link[1])
    new = {"password1": "another-long-secret", "password2": "another-long-secret"}
    done = browser.post(form["Location"], new, follow=True)
    assert "Your password is changed" in done.text
    assert is_signed_in(sign_in("ines", "another-long-secret")[0])
    assert "no longer works" in browser.get(link[1], follow=True).text


def test_asking_for_an_unknown_e_mail_looks_the_same(make_person: Callable[..., User]) -> None:
    make_person("ines")
    pages = [
        Client().post("/accounts/password/reset/", {"email": email})["Location"]
        for email in ("ines@example.org", "nobody@example.org")
    ]
    assert pages[0] == pages[1]


def test_mails_are_written_in_the_readers_language(make_person: Callable[..., User]) -> None:
    make_person("ines")
    browser = Client(headers={"accept-language": "fr"})
    browser.post("/accounts/password/reset/", {"email": "ines@example.org"})
    assert "http://testserver/accounts/password/reset/key/" in mail.outbox[0].body


def test_the_link_of_a_mail_confirms_an_e_mail(db: None) -> None:
    browser = Client()
    browser.post("/accounts/signup/", {
        "name": "Ana", "username": "ana", "email": "ana@example.org",
        "password1": PASSWORD, "birth_date": "1990-05-17",
    })
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)
    assert link
    page = browser.get(link[1])
    assert "ana@example.org is the e-mail of @ana?" in page.text
    browser.post(link[1])
    assert User.objects.get().emailaddress_set.get().verified


def test_a_password_is_changed_with_the_old_one(
    make_person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    browser = signed_in(make_person("ines"))
    new = {"oldpassword": PASSWORD, "password1": "another-long-secret",
           "password2": "another-long-secret"}
    answer = browser.post("/accounts/password/change/", new)
    assert answer["Location"] == "/@ines/"
    assert is_signed_in(browser)
    assert is_signed_in(sign_in("ines", "another-long-secret")[0])


def test_who_has_no_password_is_led_to_setting_one(make_person: Callable[..., User]) -> None:
    person = make_person("ines")
    person.set_unusable_password()
    person.save()
    browser = Client()
    browser.force_login(person)
    answer = browser.get("/accounts/reauthenticate/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/set/")
    assert browser.get(answer["Location"]).status_code == 200
