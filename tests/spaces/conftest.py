"""The web process that socket tests run in."""

from collections.abc import AsyncIterator

import pytest_asyncio
from asgiref.sync import sync_to_async
from django.db import connections

from spaces.keeper import Keeper, keeper


@pytest_asyncio.fixture
async def web(transactional_db: None) -> AsyncIterator[Keeper]:
    """One web process with its hub; its loops, and its thread's connection, end with the test."""
    yield keeper()
    await keeper().stop()
    await sync_to_async(connections.close_all)()
