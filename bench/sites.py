"""Sites for the benchmarks: started as the acceptance tests start them, as users do."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.acceptance.site import Mode, Site, new_site
from tests.servers.mariadb import MariaDB
from tests.servers.postgresql import PostgreSQL
from tests.servers.redis import Redis

Server = PostgreSQL | MariaDB
_ENGINES = {PostgreSQL: "postgresql", MariaDB: "mysql"}


@contextlib.contextmanager
def running(kind: type[Server] | type[Redis]) -> Iterator[Server | Redis]:
    """Run a throw-away server for the length of a block."""
    server = kind()
    server.start()
    try:
        yield server
    finally:
        server.remove()


@contextlib.contextmanager
def site(
    mode: Mode, *, server: Server | None = None, redis: Redis | None = None, **environment: str
) -> Iterator[Site]:
    """Run a site for the length of a block: on SQLite, unless it is given a server."""
    with tempfile.TemporaryDirectory(prefix="lowcode-bench-") as folder:
        name = f"bench_{secrets.token_hex(4)}"
        url = server.create_database(name) if server else f"sqlite:///{folder}/db.sqlite3"
        made = new_site(
            engine=_ENGINES[type(server)] if server else "sqlite",
            mode=mode,
            folder=Path(folder),
            database_url=url,
            redis_url=redis.url(0) if redis else None,
            **environment,
        )
        try:
            made.prepare()
            made.start()
            yield made
            made.stop()
        finally:
            made.kill()
            if server:
                server.drop_database(name)
