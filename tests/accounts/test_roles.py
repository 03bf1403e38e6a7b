"""Who may reach what: address × (visitor, signed in, suspended). A new address needs a row."""

from collections.abc import Callable

import pytest
from allauth.account import urls as allauth_urls
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from accounts import urls
from accounts.models import User

SIGN_IN = "sign in"  # redirected to the sign-in page
# name: (arguments, visitor, signed in). Somebody suspended is a visitor everywhere.
TABLE: dict[str, tuple[list[str], object, object]] = {
    "profile": (["ines"], 200, 200),
    "followers": (["ines"], 200, 200),
    "following": (["ines"], 200, 200),
    "follow": (["ines"], SIGN_IN, 302),
    "unfollow": (["ines"], SIGN_IN, 302),
    "edit_profile": ([], SIGN_IN, 200),
    "avatar": (["KEY"], 200, 200),
    "picture": (["people/ines.webp"], 404, 404),
    "mail": ([], 200, 200),
    "trial_continue": ([], 405, 405),
    "account_login": ([], 200, 302),
    "account_signup": ([], 200, 302),
    "account_logout": ([], 302, 200),
    "account_confirm_login_code": ([], SIGN_IN, 302),
    "account_inactive": ([], 200, 200),
    "account_reauthenticate": ([], SIGN_IN, 200),
    "account_email": ([], SIGN_IN, 200),
    "account_email_verification_sent": ([], 200, 200),
    "account_confirm_email": (["key"], 200, 200),
    "account_change_password": ([], SIGN_IN, 200),
    "account_set_password": ([], SIGN_IN, 302),
    "account_reset_password": ([], 200, 200),
    "account_reset_password_done": ([], 200, 200),
    "account_reset_password_from_key": (["1", "key"], 200, 200),
    "account_reset_password_from_key_done": ([], 200, 200),
}


def reached(browser: Client, name: str, arguments: list[str], key: str) -> object:
    resolver = get_resolver()
    address = "/" + resolver.reverse(name, *[key if a == "KEY" else a for a in arguments])
    answer = browser.get(address)
    if answer.status_code == 302 and answer["Location"].startswith("/accounts/login/"):
        return SIGN_IN
    return answer.status_code


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("who", ["visitor", "signed in", "suspended"])
def test_an_address_is_open_to_exactly_whom_it_should_be(
    make_person: Callable[..., User], name: str, who: str
) -> None:
    arguments, visitor, member = TABLE[name]
    ines, ana = make_person("ines"), make_person("ana")
    browser = Client()
    if who != "visitor":
        browser.force_login(ana)
    if who == "suspended":
        User.objects.filter(pk=ana.pk).update(suspended_at=timezone.now())
    expected = member if who == "signed in" else visitor
    assert reached(browser, name, arguments, ines.key) == expected


def test_every_address_of_people_has_a_row() -> None:
    named = {pattern.name for pattern in [*urls.urlpatterns, *allauth_urls.urlpatterns]}
    assert named <= set(TABLE)


@pytest.mark.parametrize("address", ["/@ines/follow/", "/settings/profile/", "/trial/continue/",
                                     "/accounts/login/", "/accounts/logout/"])
def test_nothing_is_changed_without_the_forms_token(
    make_person: Callable[..., User], address: str
) -> None:
    make_person("ines")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_person("ana"))
    assert browser.post(address).status_code == 403
