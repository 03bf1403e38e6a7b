"""Calling the plain sync services from the event loop."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from channels.db import DatabaseSyncToAsync
from django.db import DatabaseError, connection

Answer = TypeVar("Answer")

POSTGRES_THREADS = 8


async def in_database(work: Callable[..., Answer], **arguments: Any) -> Answer:
    """Run `work` off the loop. SQLite has one writer, so one thread, which keeps its connection
    (opening one for each call cost more than the work); PostgreSQL gets eight, and Django's pool."""
    if connection.vendor == "postgresql":
        call = DatabaseSyncToAsync(work, thread_sensitive=False, executor=_threads())
        answer: Answer = await call(**arguments)
        return answer
    return await sync_to_async(_keeping_the_connection, thread_sensitive=True)(work, arguments)


def _keeping_the_connection(work: Callable[..., Answer], arguments: dict[str, Any]) -> Answer:
    try:
        return work(**arguments)
    except DatabaseError:
        connection.close()  # the next call opens a fresh one
        raise


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(POSTGRES_THREADS, thread_name_prefix="rows")
