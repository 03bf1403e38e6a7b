"""Every page of people is drawn, in both languages, for everybody who may see it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User

OPEN = ["account_login", "account_signup", "account_reset_password",
        "account_reset_password_done", "account_reset_password_from_key_done",
        "account_inactive", "account_email_verification_sent", "mail"]
OWN = ["account_logout", "account_change_password", "account_email", "edit_profile"]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", OPEN)
def test_an_open_page_is_drawn(db: None, name: str, language: str) -> None:
    page = Client(headers={"accept-language": language}).get(reverse(name))
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", OWN)
def test_a_page_of_ones_own_is_drawn(
    make_person: Callable[..., User], name: str, language: str
) -> None:
    browser = Client(headers={"accept-language": language})
    browser.force_login(make_person("ines"))
    page = browser.get(reverse(name))
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", ["profile", "followers", "following"])
def test_a_page_about_somebody_is_drawn(
    make_person: Callable[..., User], name: str, language: str
) -> None:
    make_person("ines", followers=2, bio="Trains & <b>radio</b>")
    page = Client(headers={"accept-language": language}).get(reverse(name, args=["ines"]))
    assert page.status_code == 200
    assert "Ines" in page.text
    assert "<b>radio</b>" not in page.text
