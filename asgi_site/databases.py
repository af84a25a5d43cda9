"""What each database needs in its options to serve this site well."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSize:
    """Size of a process's pool of connections to PostgreSQL."""

    min_size: int
    """Connections kept open."""
    max_size: int
    """Connections at most; a request beyond waits."""
    timeout: float
    """Seconds a request waits for a connection."""


def further(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of further databases by alias: ``DATABASE_URL_ARCHIVE`` is ``archive``'s."""
    start = "DATABASE_URL_"
    return {
        name.removeprefix(start).lower(): name
        for name, url in sorted(environment.items())
        if name.startswith(start) and name != start and url
    }


def tuned(database: dict[str, Any], *, pool: PoolSize, prepares: bool = True) -> dict[str, Any]:
    """Return `database` (one entry of ``DATABASES``) with our options under those of its URL."""
    engine = database["ENGINE"].rpartition(".")[2]
    options = {
        "sqlite3": _sqlite,
        "postgresql": lambda: _postgresql(pool, prepares=prepares),
        "mysql": _mysql,
    }.get(engine, dict[str, Any])()
    result = copy.deepcopy(database)
    result["OPTIONS"] = {**options, **result.get("OPTIONS", {})}
    if database["ENGINE"] == "django.db.backends.postgresql":
        result["ENGINE"] = "asgi_site.postgresql"
    # Else a server that was restarted costs one failed request for each connection in the pool.
    result.setdefault("CONN_HEALTH_CHECKS", True)
    if engine == "sqlite3":
        _make_folder(result["NAME"])
    return result


def _sqlite() -> dict[str, Any]:
    """Readers beside a writer (WAL), and a writer that waits at BEGIN, where waiting works."""
    return {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }


def _postgresql(pool: PoolSize, *, prepares: bool) -> dict[str, Any]:
    """Pool the connections: each request has a thread of its own, so ``CONN_MAX_AGE`` keeps none."""
    return {
        # Tries are further and further apart: begun anew every few seconds, the pool notices soon
        # that a database is back which was away for long.
        "pool": {**asdict(pool), "reconnect_timeout": 5.0},
        "connect_timeout": 5,
        "application_name": "lowcode",
        # Times that a connection is asked the same before psycopg prepares it.
        "prepare_threshold": 5 if prepares else None,
        "keepalives_idle": 30,
    }


def _mysql() -> dict[str, Any]:
    """All of Unicode, errors where MySQL would change a value silently, and PostgreSQL's isolation."""
    return {
        "charset": "utf8mb4",
        "isolation_level": "read committed",
        "init_command": "SET sql_mode='TRADITIONAL'",
        "connect_timeout": 5,
    }


def _make_folder(name: str | Path) -> None:
    """Create the folder of an SQLite file, which SQLite itself does not."""
    if str(name) != ":memory:" and not str(name).startswith("file:"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
