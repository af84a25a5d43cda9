"""A throw-away Redis server with a password. It keeps nothing over a restart."""

from __future__ import annotations

import contextlib
import importlib.util
from urllib.parse import quote

from tests.servers.base import Server, ServiceMissing, find_program

PASSWORD = "redis:p@ss/word"


class Redis(Server):
    """Redis on 127.0.0.1."""

    name = "Redis"

    def __init__(self) -> None:
        self._program = find_program(self.name, "redis-server", "valkey-server")
        if importlib.util.find_spec("redis") is None:
            raise ServiceMissing(self.name, "the Python package redis")
        super().__init__()

    def command(self) -> list[str]:
        """Return the command of the server."""
        return [
            self._program,
            *("--port", str(self.port)),
            *("--bind", "127.0.0.1"),
            *("--requirepass", PASSWORD),
            *("--save", ""),
            *("--appendonly", "no"),
            *("--dir", str(self.folder)),
        ]

    def ping(self) -> None:
        """Connect."""
        import redis

        with contextlib.closing(redis.Redis.from_url(self.url())) as client:
            client.ping()

    def flush(self, database: int = 0) -> None:
        """Empty one of its databases."""
        import redis

        with contextlib.closing(redis.Redis.from_url(self.url(database))) as client:
            client.flushdb()

    def url(self, database: int = 0) -> str:
        """Return the URL of one of its databases, for ``REDIS_URL``."""
        return f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/{database}"
