"""Rate limits never close the doors."""

from pathlib import Path

import pytest

from config.cache import ForgivingRedisCache


@pytest.fixture
def away(tmp_path: Path) -> ForgivingRedisCache:
    return ForgivingRedisCache(f"unix://{tmp_path}/nobody.sock", {})


def test_without_redis_the_cache_is_empty_and_complains_to_nobody(away: ForgivingRedisCache) -> None:
    away.set("limit", 3, timeout=60)
    assert away.get("limit") is None
    assert away.get("limit", 7) == 7
    assert away.add("limit", 1) is True
    assert away.incr("limit") == 1
    assert away.delete("limit") is False
