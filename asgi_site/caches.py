"""The cache: in memory, or in the Redis that all processes share."""

from __future__ import annotations

from typing import Any


def cache_of(redis_url: str) -> dict[str, Any]:
    """Return the default one of ``CACHES``; without a URL it is in memory."""
    if not redis_url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    from redis.backoff import NoBackoff  # noqa: PLC0415 - only a site with Redis has it
    from redis.retry import Retry  # noqa: PLC0415

    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": redis_url,
        "KEY_PREFIX": "lowcode",
        # What stands there is worth no waiting: by itself the client would try for many seconds.
        "OPTIONS": {
            "socket_timeout": 1.0,
            "socket_connect_timeout": 1.0,
            "retry": Retry(NoBackoff(), 1),
        },
    }
