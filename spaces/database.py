"""Calling the plain sync services from the event loop."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

from channels.db import DatabaseSyncToAsync
from django.db import connection

Answer = TypeVar("Answer")

POSTGRES_THREADS = 8


async def in_database(work: Callable[..., Answer], **arguments: Any) -> Answer:
    """Run `work` off the loop. SQLite has one writer, so one thread; PostgreSQL gets eight."""
    if connection.vendor == "postgresql":
        call = DatabaseSyncToAsync(work, thread_sensitive=False, executor=_threads())
    else:
        call = DatabaseSyncToAsync(work, thread_sensitive=True)
    answer: Answer = await call(**arguments)
    return answer


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(POSTGRES_THREADS, thread_name_prefix="rows")
