"""People for the tests, made the way the site makes them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services import follows
from config.instance import Mode

PASSWORD = "a-long-enough-secret"
MakePerson = Callable[..., User]


@pytest.fixture(autouse=True)
def _forget_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def make_person(db: None) -> MakePerson:
    """`make_person("ines", followers=3)`: an account with a password and, if asked, followers."""

    def make(handle: str, *, followers: int = 0, **fields: object) -> User:
        fields.setdefault("name", handle.title())
        fields.setdefault("email", f"{handle}@example.org")
        fields.setdefault("birth_date", date(1990, 5, 17))
        person = User.objects.create_user(handle, password=PASSWORD, **fields)
        for number in range(followers):
            fan = User.objects.create_user(f"{handle[:8]}_fan{number}")
            follows.follow(by=fan, person=person, now=timezone.now())
        return person

    return make


@pytest.fixture
def signed_in(make_person: MakePerson) -> Callable[[User], Client]:
    """A browser in which that person is signed in."""

    def sign_in(person: User) -> Client:
        browser = Client()
        browser.force_login(person)
        return browser

    return sign_in


@pytest.fixture
def production(settings: Any) -> None:
    """The instance says it is no trial. Addresses of the trial stay routed: views must refuse."""
    settings.INSTANCE = replace(settings.INSTANCE, mode=Mode.PRODUCTION)
