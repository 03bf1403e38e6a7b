"""What every test may use."""

import pytest

from accounts.models import User
from tests.builders import make_person

pytest_plugins = ["tests.landing"]


@pytest.fixture
def person(db: None) -> User:
    """Somebody."""
    return make_person()
