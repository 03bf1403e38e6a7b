"""What every test may use."""

import pytest

from accounts.models import User
from tests.builders import make_person


@pytest.fixture
def person(db: None) -> User:
    """Somebody."""
    return make_person()
