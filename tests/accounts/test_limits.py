"""How often one may try to sign in, sign up and ask for a new password."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.limits import Limit
from accounts.models import User


@pytest.fixture
def _limited(settings: Any) -> None:
    """As in a trial and in production: allauth's own limits (its "Rate Limits" page)."""
    settings.ACCOUNT_RATE_LIMITS = {}


@pytest.mark.usefixtures("_limited")
def test_a_password_cannot_be_guessed_for_long(make_person: Callable[..., User]) -> None:
    make_person("ines")
    guesses = [
        Client().post("/accounts/login/", {"login": "ines", "password": f"guess{n}"}).text
        for n in range(6)
    ]
    assert "Too many attempts" not in guesses[4]
    assert "Too many attempts" in guesses[5]
    right = {"login": "ines", "password": "a-long-enough-secret"}
    assert "Too many attempts" in Client().post("/accounts/login/", right).text


@pytest.mark.usefixtures("_limited", "db")
@pytest.mark.parametrize(
    ("address", "fields", "allowed"),
    [
        ("/accounts/signup/", {"name": ""}, 20),
        ("/accounts/password/reset/", {"email": "nobody@example.org"}, 5),
    ],
)
def test_one_address_may_ask_only_so_often(
    address: str, fields: dict[str, str], allowed: int
) -> None:
    statuses = [Client().post(address, fields).status_code for _n in range(allowed + 1)]
    assert set(statuses[:allowed]) <= {200, 302}
    refused = Client().post(address, fields)
    assert statuses[allowed] == refused.status_code == 429
    assert "Slow down" in refused.text


def test_a_limit_counts_each_person_and_each_thing_alone() -> None:
    once, other = Limit("once", 1, 60), Limit("other", 1, 60)
    assert [once.take(1), once.take(1), once.take(2), other.take(1)] == [True, False, True, True]
