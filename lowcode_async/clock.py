"""The database's clock: the one clock that all processes of a site share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django.db import connections

_SQL: Final = {
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
    "postgresql": "SELECT clock_timestamp()",
    "mysql": "SELECT UTC_TIMESTAMP(6)",
}


def database_now(using: str = "default") -> datetime:
    """Return the time of the database's own clock, in UTC.

    Leases and signs of life are compared by it, so hosts whose clocks differ neither steal each
    other's work nor take each other for dead.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(_SQL[connection.vendor])
        (found,) = cursor.fetchone()
    value: datetime = datetime.fromisoformat(found) if isinstance(found, str) else found
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
