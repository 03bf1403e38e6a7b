"""The cache holds counters of rate limits and the worker's heartbeat; a Redis that is away must
not close the doors.
"""

import logging
import time
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

AWAY_FOR = 1.0  # s

_away_until: dict[str, float] = {}  # s, monotonic, by address: each thread has a cache of its own

log = logging.getLogger(__name__)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache; while Redis cannot be reached it is empty and keeps nothing.

    People go on signing in during the second that a restart takes; limits count again after it.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._address = server

    def add(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(self._forgive("add", True, key, *args, **kwargs))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._forgive("get", default, key, default=default, version=version)

    def set(self, key: Any, *args: Any, **kwargs: Any) -> None:
        self._forgive("set", None, key, *args, **kwargs)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return int(self._forgive("incr", delta, key, delta=delta, version=version))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._forgive("delete", False, key, version=version))

    def _forgive(self, name: str, instead: Any, *args: Any, **kwargs: Any) -> Any:
        """Of a Redis that hangs only the first who asks within a second waits."""
        if time.monotonic() < _away_until.get(self._address, 0):
            return instead
        try:
            return getattr(super(), name)(*args, **kwargs)
        except (RedisError, OSError) as error:
            _away_until[self._address] = time.monotonic() + AWAY_FOR
            log.warning("cache: Redis is away (%s)", type(error).__name__)
            return instead
