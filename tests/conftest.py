"""What every test may use."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from accounts.models import User
from tests.builders import make_person

pytest_plugins = ["tests.landing"]


@pytest.fixture
def person(db: None) -> User:
    """Somebody."""
    return make_person()


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    """What was counted against a person does not count in the next test."""
    yield
    cache.clear()
