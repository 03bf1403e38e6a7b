"""The web process that socket tests run in."""

from collections.abc import AsyncIterator

import pytest_asyncio

from spaces.keeper import Keeper, keeper


@pytest_asyncio.fixture
async def web(transactional_db: None) -> AsyncIterator[Keeper]:
    """One web process with its hub; its loops end with the test."""
    yield keeper()
    await keeper().stop()
